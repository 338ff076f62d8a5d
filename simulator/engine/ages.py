"""What is in service by year of entry: read from the cohorts whenever a row of the ledger ends.

Of a cohort of m tonnes, S(k) is in service at the end of its k-th interval; within the interval that follows,
S(k + 1) + f (S(k) − S(k + 1)), where f is the part of what the interval retires that has not left yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.casting import Cast
from simulator.engine.ledger import Ages
from simulator.engine.state import Batch
from simulator.engine.structure.ages import AgedUse, Opened
from simulator.units import DAYS_PER_YEAR, SECONDS_PER_DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Recorder:
    """Reads the ages from the state of a batch while it runs."""

    def __init__(self, cast: Cast, batch: Batch) -> None:
        self.aging, self.substances, self.batch = cast.aging, cast.plan.substances, batch
        lanes, rows = batch.row_end.shape
        uses, years = len(self.aging.uses), len(self.aging.years)
        self.mass = np.zeros((lanes, rows + 1, uses, years, self.substances))
        self.time = np.zeros((lanes, rows + 1, uses, self.substances))
        self._put(np.arange(lanes), np.zeros(lanes, dtype=np.int64), 0)

    def __call__(self, now: int) -> None:
        """Record the lanes of which a row ends now, before anything else happens at this instant."""
        lanes, rows = np.nonzero(self.batch.row_end == now)
        self._put(lanes, rows + 1, now)

    def done(self) -> Ages:
        """All that was recorded."""
        return Ages(self.aging.asked, self.aging.years, self.mass, self.time)

    def _put(self, lanes: Ints, rows: Ints, now: int) -> None:
        for n, use in enumerate(self.aging.uses):
            review = int(self.batch.group["review"][use.group])
            mass, time = self._entered(use, lanes, review, now) if review >= 0 else (0.0, 0.0)
            self.mass[lanes, rows, n], self.time[lanes, rows, n] = mass, time
            for lane, row in zip(lanes.tolist(), rows.tolist(), strict=True):
                self._put_opened(use, n, (lane, row), review, now)

    def _entered(self, use: AgedUse, lanes: Ints, review: int, now: int) -> tuple[Floats, Floats]:
        """What entered since the start: mass (lanes, Y, S) in t, mass × age (lanes, S) in t year."""
        interval, u = int(use.interval[review]), use.use
        curves = self.batch.cohort_curve[lanes, u, : interval + 1]
        over = interval - np.arange(interval + 1)
        left, before = self.batch.survival[curves, over], self.batch.survival[curves, np.maximum(over - 1, 0)]
        part = left + use.rest[review] * (before - left)
        alive = self._by_substance(self.batch.cohort[lanes, u, : interval + 1]) * part[..., None]
        ages = self._ages(use, curves, now)
        mass = np.zeros((len(lanes), len(self.aging.years), self.substances))
        years, firsts = np.unique(use.years[: interval + 1], return_index=True)
        mass[:, self._places(years)] = np.add.reduceat(alive, firsts, axis=1)
        return mass, np.einsum("lcs,lc->ls", alive, ages)

    def _ages(self, use: AgedUse, curves: Ints, now: int) -> Floats:
        """Mean age of what entered in every interval, years, shape (lanes, intervals)."""
        intervals = curves.shape[1]
        begins, ends = use.edges[:intervals], np.minimum(use.edges[1 : intervals + 1], now)
        entered = begins + self.aging.enters[curves] * (ends - begins)
        return np.asarray((now - entered) / (SECONDS_PER_DAY * DAYS_PER_YEAR))

    def _put_opened(self, use: AgedUse, n: int, cell: tuple[int, int], review: int, now: int) -> None:
        """Add what is left of the initial stock of one lane."""
        lane, u = cell[0], use.use
        opened = self.aging.opened[int(self.batch.initial_curve[lane, u])]
        parts, moment = _left(opened, use, review)
        masses = self._by_substance(self.batch.initial_use[lane, u])
        self.mass[(*cell, n, self._places(opened.years))] += np.outer(parts, masses)
        self.time[(*cell, n)] += masses * (moment / DAYS_PER_YEAR + parts.sum() * now / SECONDS_PER_DAY / DAYS_PER_YEAR)

    def _by_substance(self, masses: Floats) -> Floats:
        """Sum the origins of labels, the last axis."""
        return masses.reshape(*masses.shape[:-1], -1, self.substances).sum(axis=-2)

    def _places(self, years: Ints) -> Ints:
        return np.searchsorted(self.aging.years, years)


def _left(opened: Opened, use: AgedUse, review: int) -> tuple[Floats, float]:
    """Parts of an initial stock that are in service after a review, and Σ part × age at the start, days."""
    if review < 0:
        return opened.parts[:, 0], float(opened.ages[0])
    over, rest = int(use.interval[review]) + 1, use.rest[review]
    parts = opened.parts[:, over] + rest * (opened.parts[:, over - 1] - opened.parts[:, over])
    return parts, float(opened.ages[over] + rest * (opened.ages[over - 1] - opened.ages[over]))
