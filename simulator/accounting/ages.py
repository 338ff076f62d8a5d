"""Of uses that report ages: what is in service by year of entry, and what retires; empty where none does."""

from __future__ import annotations

import numpy as np

from simulator.accounting.grid import Calendar, Grid, Key, grid
from simulator.accounting.physical import at_ends, ends_of, labelled
from simulator.engine.index import Index
from simulator.engine.ledger import Ledger
from simulator.scenario.models import World


def ages(ledger: Ledger, calendar: Calendar, world: World) -> Grid:
    """In service at the end of every period, the opening first; keys: node, use, material, substance, cohort; t."""
    if ledger.ages is None:
        return _none(ledger, len(calendar.periods) + 1)
    mass = at_ends(ledger.ages.mass, ends_of(calendar))
    keys: list[Key] = [
        (*key, world.companies[key[0]].uses[key[1]].material, substance, str(year))
        for key in _uses(ledger)
        for year in ledger.ages.years
        for substance in _substances(ledger.index)
    ]
    return grid(keys, mass.reshape(*mass.shape[:2], -1))


def retirements(ledger: Ledger, calendar: Calendar) -> Grid:
    """What leaves those uses, soiling included; keys: node, use, material, substance, origin; t."""
    reporting = set(_uses(ledger))
    ends = ledger.index.ends
    names: list[Key | None] = [
        (end.company, end.use, end.material) if (end.company, end.use) in reporting else None for end in ends
    ]
    if not reporting:
        return _none(ledger, len(calendar.periods))
    keys, masses = labelled(ledger.index, calendar.sum(ledger.retired), names)
    return grid(keys, masses)


def aged(ledger: Ledger, calendar: Calendar) -> Grid:
    """Mass × age in t year (first) and mass in t at the end of every period; keys: node, use, substance."""
    if ledger.ages is None:
        nothing = _none(ledger, len(calendar.periods))
        return Grid((), (*nothing.values, *nothing.values))
    ends = ends_of(calendar)[:, 1:]
    keys: list[Key] = [(*key, substance) for key in _uses(ledger) for substance in _substances(ledger.index)]
    parts = (at_ends(array, ends) for array in (ledger.ages.time, ledger.ages.mass.sum(axis=3)))
    return grid(keys, *(part.reshape(*part.shape[:2], -1) for part in parts))


def _none(ledger: Ledger, periods: int) -> Grid:
    return Grid((), (np.zeros((len(ledger.lanes), periods, 0)),))


def _uses(ledger: Ledger) -> list[tuple[str, str]]:
    """Company and name of every use that reports ages."""
    found = [ledger.index.uses[n] for n in ledger.ages.uses] if ledger.ages is not None else []
    return [(use.company, use.use) for use in found]


def _substances(index: Index) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label.substance for label in index.labels))
