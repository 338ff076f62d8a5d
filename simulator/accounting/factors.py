"""Quantities times numbers of a world: how anything is valued, whether its factors are constant or time series.

A `Line` says: this key receives this recorded quantity times these numbers. Constant factors are multiplied here; the
product with time series was summed by the kernels as it happened (`Ledger.weighted`), so that no figure depends on
`time.report`. Rows are cut at every dated change; each row is valued with the world of its epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from simulator.accounting.elapsed import elapsed
from simulator.accounting.grid import Calendar, Grid, Integers, Key, grid
from simulator.accounting.quantities import Quantities, Quantity
from simulator.accounting.shortfalls import shortfalls
from simulator.accounting.taps import Taps, taps_of
from simulator.engine.index import Index, Term, tap_key
from simulator.engine.ledger import Floats, Ledger
from simulator.scenario.dates import days_between
from simulator.scenario.models import World
from simulator.scenario.numbers import Number
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Line:
    """One key's claim on one quantity."""

    key: Key
    quantity: Quantity
    numbers: tuple[Number, ...] = ()
    """Factors, multiplied with the quantity."""
    column: int = 0
    """Which column of numbers of the table it goes to."""
    sign: int = 1
    """−1 where the amount counts against the key."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Time series among the factors, in order of name."""
        return tuple(sorted(name for number in self.numbers for name in number.series))

    @property
    def constant(self) -> float:
        """Product of what does not vary in time."""
        return self.sign * prod(number.steady for number in self.numbers)

    @property
    def term(self) -> Term | None:
        """What the kernels must sum for it, None where no factor is a time series."""
        return Term(*self.quantity, self.tables) if self.tables else None


Lines = Callable[[World, Taps], Iterable[Line]]
"""What a world, and who gets energy from whom in it, say of one table."""


def terms_of(scenario: Scenario, sources: Sequence[Lines]) -> tuple[Term, ...]:
    """All terms that some line of some world needs, in order."""
    worlds = [world for variant in scenario.variants.values() for world in variant.worlds]
    lines = (line for world in worlds for line in _lines(world, sources))
    return tuple(sorted({line.term for line in lines if line.term is not None}, key=_order))


def _lines(world: World, sources: Sequence[Lines]) -> Iterator[Line]:
    taps = taps_of(world)
    for lines in sources:
        yield from lines(world, taps)


def _order(term: Term) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return term.quantity, term.key, term.tables


class UnrecordedError(KeyError):
    """A product with time series that the kernels were not asked to sum: the plan was made for other worlds."""


class Held(NamedTuple):
    """A world, and the lanes and rows in which it held."""

    world: World
    taps: Taps
    lanes: Integers
    rows: Integers


@dataclass(frozen=True)
class Recorded:
    """All quantities of a ledger side by side, and the worlds that held."""

    quantities: Floats
    """Shape (L, R, quantities)."""
    position: Mapping[Quantity | Term, int]
    """Where each stands."""
    worlds: Sequence[Held]
    """Every world once."""

    def place(self, what: Quantity | Term) -> int:
        """Where a quantity stands. Raises UnrecordedError."""
        try:
            return self.position[what]
        except KeyError:
            raise UnrecordedError(what) from None


def recorded(scenario: Scenario, ledger: Ledger) -> Recorded:
    """Lay a ledger out for `value`."""
    quantities, position = _quantities(scenario, ledger)
    return Recorded(quantities, position, _worlds(ledger))


def value(known: Recorded, calendar: Calendar, lines: Lines, columns: int = 1) -> Grid:
    """Value every line in every row's own world: a grid with one array per column of numbers."""
    of_worlds = [
        _sorted(line for line in lines(held.world, held.taps) if _is_recorded(known, line)) for held in known.worlds
    ]
    keys = sorted({line.key for of_world in of_worlds for line in of_world})
    totals = np.zeros((columns, *known.quantities.shape[:2], len(keys)))
    for held, of_world in zip(known.worlds, of_worlds, strict=True):
        _add(totals, known, (held.lanes, held.rows), of_world, {key: i for i, key in enumerate(keys)})
    return grid(keys, *(calendar.sum(total) for total in totals))


def _sorted(lines: Iterable[Line]) -> list[Line]:
    """By key and quantity, so that sums are not taken in the order of the file."""
    return sorted(lines, key=lambda line: (line.key, line.quantity))


def _is_recorded(known: Recorded, line: Line) -> bool:
    """What is not recorded did not happen; energy always is."""
    return line.quantity in known.position or line.quantity[0] == "tap"


def _add(
    totals: Floats, known: Recorded, where: tuple[Integers, Integers], lines: Sequence[Line], number: Mapping[Key, int]
) -> None:
    """Add the lines of one world in the rows where it held; several lines may have one key."""
    lanes, rows = where[0][:, None], where[1][:, None]
    position = np.array([known.place(_what(line)) for line in lines], dtype=np.intp)
    amounts = known.quantities[lanes, rows, position] * np.array([line.constant for line in lines])
    column = np.array([line.column for line in lines], dtype=np.intp)
    key = np.array([number[line.key] for line in lines], dtype=np.intp)
    np.add.at(totals, (column, lanes, rows, key), amounts)


def _what(line: Line) -> Quantity | Term:
    return line.term or line.quantity


def _worlds(ledger: Ledger) -> list[Held]:
    """Every world once, though several epochs may share it."""
    where: dict[int, tuple[World, list[tuple[int, int]]]] = {}
    for lane, rows in enumerate(ledger.rows):
        for number, row in enumerate(rows):
            world = ledger.worlds[lane][row.epoch]
            where.setdefault(id(world), (world, []))[1].append((lane, number))
    return [Held(world, taps_of(world), *np.array(pairs, dtype=np.intp).T) for world, pairs in where.values()]


def _quantities(scenario: Scenario, ledger: Ledger) -> tuple[Floats, dict[Quantity | Term, int]]:
    """All recorded quantities side by side, shape (L, R, quantities), and where each stands."""
    index = ledger.index
    air_names, air = _air(index, ledger.made)
    parts: list[Quantities] = [
        ([("basis", (process.company, process.process)) for process in index.processes], ledger.basis),
        ([("learned", (process.company, process.process)) for process in index.learners], ledger.learned),
        ([("restarts", (process.company, process.process)) for process in index.processes], ledger.restarts),
        ([("flow", (flow.flow,)) for flow in index.flows], ledger.shipped.sum(axis=-1)),
        (air_names, air),
        ([("tap", tap_key(index, index.users[u], index.suppliers[s])) for u, s in index.taps()], ledger.taps),
        _carried(scenario, ledger),
        (list(index.terms), ledger.weighted),
        *_agreed(scenario, ledger),
        shortfalls(scenario, ledger),
        elapsed(scenario, ledger),
    ]
    names = [name for part, _ in parts for name in part]
    return np.concatenate([values for _, values in parts], axis=-1), {name: i for i, name in enumerate(names)}


def _agreed(scenario: Scenario, ledger: Ledger) -> Iterator[Quantities]:
    """For how long every partnership was in force, days, and in which row it began, 1, shape (L, R, partnerships).

    Without a `start` it begins with the run; one that began before the run does not begin in it.
    """
    names = sorted(scenario.world.partnerships)
    days = np.zeros((*ledger.shipped.shape[:2], len(names)))
    began = np.zeros_like(days)
    for lane, rows in enumerate(ledger.rows):
        variant = scenario.variants[ledger.lanes[lane].variant]
        for number, row in enumerate(rows):
            partnerships = ledger.worlds[lane][row.epoch].partnerships
            for column, name in enumerate(names):
                start = partnerships[name].start or rows[0].start
                if name in variant.partnerships and row.start >= start:
                    days[lane, number, column] = days_between(row.start, row.end, scenario.world.uniform)
                    began[lane, number, column] = row.start == start
    yield [("days", (name,)) for name in names], days
    yield [("began", (name,)) for name in names], began


def _carried(scenario: Scenario, ledger: Ledger) -> Quantities:
    """Mass of every substance whose carbon is known, over every flow to an accept, t, shape (L, R, found)."""
    index = ledger.index
    known = [name for name, facts in scenario.world.substances.items() if facts.carbon is not None]
    columns = {name: [n for n, label in enumerate(index.labels) if label.substance == name] for name in known}
    flows = [n for n, flow in enumerate(index.flows) if index.places[flow.target].kind == "accept"]
    names: list[Quantity | Term] = [("carried", (index.flows[n].flow, name)) for n in flows for name in known]
    masses = [ledger.shipped[:, :, n, columns[name]].sum(axis=-1) for n in flows for name in known]
    return names, np.stack(masses, axis=-1) if masses else np.zeros((*ledger.shipped.shape[:2], 0))


def _air(index: Index, made: Floats) -> Quantities:
    """Mass of every substance every process releases to the air, t, shape (L, R, found)."""
    sums: dict[Quantity | Term, Floats] = {}
    for number, output in enumerate(index.outputs):
        for column, label in enumerate(index.labels if output.medium == "air" else ()):
            name: Quantity = ("air", (output.company, output.process, label.substance))
            sums[name] = sums.get(name, np.zeros(1)) + made[:, :, number, column]
    stacked = np.stack(list(sums.values()), axis=-1) if sums else np.zeros((*made.shape[:2], 0))
    return list(sums), stacked
