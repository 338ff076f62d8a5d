"""What a world says of a plan: the numbers of a lane, and where it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.engine.axes import ORIGINS
from simulator.engine.curvebook import CurveBook
from simulator.engine.index import Index, Place, StoreKey
from simulator.engine.parameters import amount, tonnes
from simulator.engine.recipes import composition
from simulator.engine.structure.draft import Draft, Lag, node_active, span_of
from simulator.scenario.models import World
from simulator.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Opening:
    """Where a variant starts."""

    mass: Floats
    """Initial stocks; of a supply the composition of one tonne, shape (places, K)."""
    in_use: Floats
    """(uses, K)."""
    curve: Ints
    """Survival curve of what is in use, (uses,)."""
    stored: Floats
    """Energy in storages, MWh, (stores,)."""
    delays: Ints
    """How long what enters each queue takes, s, where that was drawn; −1 where the calendar says, (lags,)."""
    outages: tuple[tuple[str, float, float, float] | None, ...]
    """Path, mean time between failures and to repair, and time to start up again of every schedule, days."""


def numbers_of(draft: Draft, worlds: Sequence[World], book: CurveBook) -> Floats:
    """The numbers of some worlds, shape (worlds, N); the book notes the survival curves they need."""
    numbers = draft.parameters.fill_all(worlds)
    for key, column in draft.curves.items():
        numbers[:, column] = [book.of(world, key.company, key.use) for world in worlds]
    return numbers


def opening(draft: Draft, world: World, book: CurveBook, *, drawn: bool = False) -> Opening:
    """Where a lane starts; in a `drawn` one, lengths of time that have a distribution are as they were drawn.

    Initial stocks with their declared compositions, primary; a company that is switched off starts empty."""
    uses, labels = draft.index.uses, len(draft.index.labels)
    mass, in_use = np.zeros((len(draft.index.places), labels)), np.zeros((len(uses), labels))
    for n, place in enumerate(draft.index.places):
        _put(mass[n], _opening_mass(world, place))
    found = [book.opening(world, key.company, key.use) for key in uses]
    for n, (key, (_, left)) in enumerate(zip(uses, found, strict=True)):
        _put(in_use[n], _opening_use(world, key.company, key.use, left))
    return Opening(
        mass=mass,
        in_use=in_use,
        curve=np.array([row for row, _ in found], dtype=np.int64),
        stored=np.array([_opening_energy(world, key) for key in draft.index.stores]),
        delays=np.array([_delay(lag, world, draft.index) if drawn else -1 for lag in draft.lags], dtype=np.int64),
        outages=tuple(_outage(world, company, process) for company, process in draft.schedules),
    )


def _delay(lag: Lag, world: World, index: Index) -> int:
    """Seconds, where the length of a queue or of the one before it was drawn; else −1."""
    span = span_of(world, index, lag)
    if span.distribution is None and (lag.behind is None or lag.behind.span.distribution is None):
        return -1
    return round(span.days() * SECONDS_PER_DAY)


def _put(row: Floats, stock: tuple[str, Floats]) -> None:
    """Write masses by substance into a row of labels, under their origin."""
    origin, masses = stock
    first = ORIGINS.index(origin) * len(masses)
    row[first : first + len(masses)] = masses


def _opening_mass(world: World, place: Place) -> tuple[str, Floats]:
    """Origin and masses by substance: of an inventory its initial stock, of a supply one tonne."""
    if place.kind == "supply":
        return world.boundary[place.node].supplies[place.name].origin, composition(world, place.name)
    if place.kind != "inventory":
        return "primary", np.zeros(0)
    held = world.companies[place.node].inventories.get(place.name)
    initial = tonnes(held.initial, world, place.name) if held and node_active(world, place.node) else None
    return "primary", composition(world, place.name) * amount(initial)


def _opening_use(world: World, company: str, use: str, left: float | None) -> tuple[str, Floats]:
    """`left` is what is left of its vintages, which holds where no initial stock is given."""
    entry = world.companies[company].uses[use]
    initial = tonnes(entry.initial, world, entry.material) or left
    stocked = amount(initial) if entry.active and node_active(world, company) else 0.0
    return "primary", composition(world, entry.material) * stocked


def _opening_energy(world: World, key: StoreKey) -> float:
    storage = world.companies[key.company].energy_storage[key.storage]
    return amount(storage.initial) if storage.active and node_active(world, key.company) else 0.0


def _outage(world: World, company: str, process: str) -> tuple[str, float, float, float] | None:
    recipe = world.companies[company].processes[process]
    outages, path = recipe.outages, f"companies.{company}.processes.{process}.outages"
    start_up = amount(recipe.start_up.duration) if recipe.start_up else 0.0
    return (path, outages.mtbf.value, outages.mttr.value, start_up) if outages else None
