"""What the engine recorded: physics only, per lane and row, in t, days and MWh.

A row is a reporting period of one lane, cut where a dated change falls inside it, so that within a row every number
that is not a time series is constant. Rows of one period add up; stocks are those of its last row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.index import Index
from simulator.scenario.models import World

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lane:
    """One simulated world."""

    variant: str
    replication: int
    stream: int | None = field(default=None, compare=False)
    """Replication whose outages and noise it has; where None, its own."""

    @property
    def chance(self) -> int:
        """The replication whose random numbers it has as it runs; 0: noise stands still."""
        return self.replication if self.stream is None else self.stream


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one lane."""

    period: str
    """`2025`, `2025-01`, or the day a shorter period starts, `2025-01-31`."""
    start: datetime
    end: datetime
    epoch: int
    """Index into the worlds of its lane: whose numbers held."""


@dataclass(frozen=True)
class Ages:
    """Recorded of the uses that report ages, at every row's end after row 0, the opening."""

    uses: tuple[int, ...]
    """Their numbers in the index, A of them."""
    years: tuple[int, ...]
    """Calendar years of entry, Y of them."""
    mass: Floats
    """In service by year of entry, t, shape (L, R + 1, A, Y, S)."""
    time: Floats
    """Mass × age, t year, shape (L, R + 1, A, S)."""


@dataclass(frozen=True)
class Ledger:
    """Records of one batch. Axes: lane L, row R, label K, substance S, and those of `Index`."""

    index: Index
    lanes: tuple[Lane, ...]
    worlds: tuple[tuple[World, ...], ...]
    """Per lane the world of each epoch: its numbers held."""
    rows: tuple[tuple[Row, ...], ...]
    """Per lane; lanes with fewer rows than the longest leave the last rows of the arrays empty."""
    shipped: Floats
    """Gross mass over every flow when it leaves, with the label it arrives with, t, shape (L, R, flows, K)."""
    drawn: Floats
    """Mass taken from inventories by processes and uses, t, shape (L, R, draws, K)."""
    made: Floats
    """Mass of outputs and releases, booked when the process starts, t, shape (L, R, outputs, K)."""
    retired: Floats
    """Mass leaving use, soiling included, t, shape (L, R, ends, K)."""
    soiled: Floats
    """Mass taken up from the environment by what retires, t, shape (L, R, uses, K)."""
    on_hand: Floats
    """Stock at the row's end after row 0, the opening stock, t, shape (L, R + 1, places, K); ports hold nothing."""
    in_transit: Floats
    """Shipped towards the place and not arrived, t, likewise."""
    in_process: Floats
    """Started towards the place and not finished, t, likewise."""
    in_use: Floats
    """In service, t, shape (L, R + 1, uses, K)."""
    throughput: Floats
    """Tonnes of input run while the process was held back by each limit, t, shape (L, R, processes, limits)."""
    days: Floats
    """Time for which each limit held, days, likewise."""
    basis: Floats
    """Tonnes that rate, energy and emissions refer to (input, or the output named by `per`), t, (L, R, processes)."""
    learned: Floats
    """`basis` × the part of the cost that learning has left, t, shape (L, R, learners)."""
    outage: Floats
    """Time out of order, being started up again included, days, shape (L, R, processes)."""
    restarts: Floats
    """Outages repaired, after which it is started up, shape (L, R, processes)."""
    starting: Floats
    """Time being started up, days, shape (L, R, processes)."""
    unmet_use: Floats
    """Demand of uses not met, t, shape (L, R, uses)."""
    unmet_demand: Floats
    """Demand of boundary nodes not met and lost, t, shape (L, R, places)."""
    weighted: Floats
    """Quantity × series, summed as it happened, shape (L, R, terms)."""
    taps: Floats
    """What every user of a bus got from each of its suppliers, MWh, shape (L, R, taps); see `Index.taps`."""
    used: Floats
    """What users took, MWh, shape (L, R, users)."""
    given: Floats
    """What suppliers gave, MWh, shape (L, R, suppliers)."""
    peaks: Floats
    """Largest power bought from the grid, MWh/day, shape (L, R, buses): a maximum, not to be summed."""
    lost: Floats
    """What storing lost, MWh, shape (L, R, stores)."""
    stored: Floats
    """Energy stored at the row's end after row 0, the opening, MWh, shape (L, R + 1, stores)."""
    ages: Ages | None = None
    """What is in service by year of entry, where a use reports it."""

    def of(self, lanes: Sequence[int]) -> Ledger:
        """The ledger of some of its lanes."""
        parts: dict[str, Any] = {
            name: array[list(lanes)] for name, array in vars(self).items() if isinstance(array, np.ndarray)
        }
        for name in ("lanes", "worlds", "rows"):
            parts[name] = tuple(getattr(self, name)[n] for n in lanes)
        if self.ages is not None:
            parts["ages"] = replace(self.ages, mass=self.ages.mass[list(lanes)], time=self.ages.time[list(lanes)])
        return replace(self, **parts)
