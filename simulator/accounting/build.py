"""All tables of a run from its ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from simulator.accounting import ages, physical
from simulator.accounting.appraisal import appraised
from simulator.accounting.facts import Facts, dates_of, facts
from simulator.accounting.frames import Part, frame, part
from simulator.accounting.grid import Calendar
from simulator.accounting.indicators import Yearly, yearly
from simulator.accounting.statistics import stacked, summarise
from simulator.accounting.tables import OPENING, Tables
from simulator.accounting.targets import held_against
from simulator.engine.ledger import Lane, Ledger
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

_TIDY = ("flows", "stocks", "ages", "retirements", "processes", "emissions", "energy", "waste", "money")


def tabulate(scenario: Scenario, ledgers: Iterable[Ledger]) -> Tables:
    """Account for all ledgers of a run, one after the other; the order of the ledgers does not matter."""
    lanes: list[Lane] = []
    parts: dict[str, list[Part]] = {name: [] for name in _TIDY}
    years: list[Yearly] = []
    for ledger in ledgers:
        dates = dates_of(ledger)
        known = facts(scenario, ledger, dates)
        lanes.extend(ledger.lanes)
        years.append(yearly(known, dates))
        for name, of_table in _parts(scenario, ledger, known, dates).items():
            parts[name].append(of_table)
    return _assemble(tuple(scenario.variants), lanes, parts, compared(scenario, lanes, years))


def compared(scenario: Scenario, lanes: Sequence[Lane], years: Sequence[Yearly]) -> Yearly:
    """The figures of all lanes, and with them those that compare lanes, or years with targets."""
    return held_against(scenario, lanes, appraised(scenario, lanes, stacked(years)))


def _parts(scenario: Scenario, ledger: Ledger, known: Facts, dates: Calendar) -> dict[str, Part]:
    at_ends = {
        "stocks": physical.stocks(ledger, dates, scenario.world),
        "ages": ages.ages(ledger, dates, scenario.world),
    }
    by_period = {
        "flows": physical.flows(ledger, dates),
        "retirements": ages.retirements(ledger, dates),
        "processes": known.processes,
        "emissions": known.emissions,
        "energy": known.energy,
        "waste": known.waste,
        "money": known.money,
    }
    parts = {name: part(ledger.lanes, dates.periods, grid) for name, grid in by_period.items()}
    periods = (OPENING, *dates.periods)
    return parts | {name: part(ledger.lanes, periods, grid) for name, grid in at_ends.items()}


def _assemble(variants: tuple[str, ...], lanes: list[Lane], parts: Mapping[str, list[Part]], figures: Yearly) -> Tables:
    frames: dict[str, pd.DataFrame] = {name: frame(name, parts[name], variants) for name in _TIDY}
    return Tables(**frames, indicators=summarise(lanes, figures, variants))
