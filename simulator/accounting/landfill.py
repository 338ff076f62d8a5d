"""Methane from landfills, by first-order decay: it comes in the years after the waste.

IPCC 2006 Guidelines, vol. 5, ch. 3, in its continuous form: a tonne of decomposable carbon that was tipped at age 0
has by age t given the part 1 − exp(−k (t − delay)) of its methane. What a run tips is taken as spread evenly over each
calendar year (over the reporting period where that is longer), so that `time.report` and a dated change that changes
nothing alter no year's figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulator.accounting.grid import Calendar, Grid, Key, grid
from simulator.engine.ledger import Floats, Ledger, Row
from simulator.scenario.boundary import Decay
from simulator.scenario.dates import days_between
from simulator.scenario.gases import potential
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario
from simulator.scenario.trade import accepted, arrives_as

METHANE_OF_CARBON = 16 / 12
"""t CH4 per t of carbon, as rounded in the IPCC Guidelines."""
METHANE = "CH4_biogenic"


@dataclass(frozen=True, slots=True)
class _Tip:
    """A flow to a landfill in one world."""

    node: str
    flow: str
    material: str
    decay: Decay


@dataclass(frozen=True, slots=True)
class _Fill:
    """What is tipped alike: by one flow, decaying alike, spread evenly over one span of days since the run's start."""

    node: str
    flow: str
    material: str
    k: float
    delay: float
    span: tuple[float, float]


def methane_potential(mass: float, decay: Decay) -> float:
    """Methane that a mass of waste gives in all time, what is caught or oxidised taken off, t CH4."""
    gas = mass * decay.doc.value * decay.docf.value * decay.mcf.value * decay.f.value * METHANE_OF_CARBON
    return gas * (1 - decay.recovery.value) * (1 - decay.ox.value)


def decayed_of_span(until: Floats, span: tuple[float, float], k: float, delay: float = 0.0) -> Floats:
    """Part of the methane of what is tipped evenly over a span of time that has come by each of several instants.

    `k` per unit of time; instants, span and delay in that unit.
    """
    start, end = span
    return (_integral(until - delay - start, k) - _integral(until - delay - end, k)) / (end - start)


def _integral(age: Floats, k: float) -> Floats:
    """Integral from 0 to an age of the part of one tipping's methane that has come, 1 − exp(−k age)."""
    reached = np.maximum(age, 0.0) * k
    return np.asarray((reached + np.expm1(-reached)) / k)


def landfills(scenario: Scenario, ledger: Ledger, calendar: Calendar) -> tuple[Grid, Grid]:
    """Methane as rows of the emissions table, and what is left to come after the run, keys: node, flow; t CO2e."""
    emitted: defaultdict[Key, Floats] = defaultdict(lambda: np.zeros(ledger.shipped.shape[:2]))
    committed: defaultdict[Key, Floats] = defaultdict(lambda: np.zeros(ledger.shipped.shape[:2]))
    for lane, tipped_in, fill, tipped in _fills(scenario, ledger):
        rows = ledger.rows[lane]
        begin = rows[0].start
        ends = np.array([days_between(begin, row.end, scenario.world.uniform) for row in rows])
        by_end = decayed_of_span(ends, fill.span, fill.k, fill.delay)
        key = (fill.node, "3", "waste_treatment", fill.flow, fill.material, METHANE)
        emitted[key][lane, : len(rows)] += tipped.sum() * np.diff(by_end, prepend=0.0)
        committed[fill.node, fill.flow][lane, tipped_in] += tipped * (1 - by_end[-1])
    return _grid(emitted, calendar, 3), _grid(committed, calendar, 1)


def _grid(found: dict[Key, Floats], calendar: Calendar, columns: int) -> Grid:
    shape = calendar.of_row.shape
    stacked = np.stack(list(found.values()), axis=-1) if found else np.zeros((*shape, 0))
    sums = calendar.sum(stacked)
    return grid(list(found), sums, *(np.zeros_like(sums) for _ in range(columns - 1)))


def _fills(scenario: Scenario, ledger: Ledger) -> Iterator[tuple[int, list[int], _Fill, Floats]]:
    """Lane, rows in which it was tipped, what is tipped alike, and its methane potential in each row, t CO2e."""
    column = {flow.flow: i for i, flow in enumerate(ledger.index.flows)}
    worlds = {id(world): world for of_lane in ledger.worlds for world in of_lane}
    tips = {number: tuple(_tips(world)) for number, world in worlds.items()}
    for lane, rows in enumerate(ledger.rows):
        of_epochs = [tips[id(world)] for world in ledger.worlds[lane]]
        weight = potential(ledger.worlds[lane][0].gwp, METHANE)
        alike: defaultdict[_Fill, dict[int, float]] = defaultdict(dict)
        for i, row in enumerate(rows if any(of_epochs) else ()):
            for tip in of_epochs[row.epoch]:
                mass = float(ledger.shipped[lane, i, column[tip.flow]].sum())
                span = _span(row, rows, scenario.world.uniform)
                alike[_fill(tip, span)][i] = methane_potential(mass, tip.decay) * weight
        for fill, tipped in alike.items():
            yield lane, list(tipped), fill, np.array(list(tipped.values()))


def _tips(world: World) -> Iterator[_Tip]:
    """Flows to a landfill."""
    for name, flow in world.flows.items():
        accept = accepted(world, flow)
        if accept is not None and accept.decay is not None:
            yield _Tip(flow.sender, name, arrives_as(flow), accept.decay)


def _fill(tip: _Tip, span: tuple[float, float]) -> _Fill:
    return _Fill(tip.node, tip.flow, tip.material, tip.decay.k.value, tip.decay.delay.value, span)


def _span(row: Row, rows: Sequence[Row], uniform: bool) -> tuple[float, float]:
    """Days since the run's start of the calendar year around a row, as far as the run has it; of a longer row, its own.

    A row ends with the year where it ends at midnight of the next.
    """
    begin, stop = rows[0].start, rows[-1].end
    year, following = datetime(row.start.year, 1, 1), datetime(row.start.year + 1, 1, 1)
    ends = (row.start, row.end) if row.end > following else (max(year, begin), min(following, stop))
    first, last = (days_between(begin, end, uniform) for end in ends)
    return first, last
