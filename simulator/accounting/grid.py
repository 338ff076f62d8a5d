"""Dense tables before they become data frames: a key for every column of numbers, lanes and periods for its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.engine.ledger import Floats, Row

Key = tuple[str, ...]
Integers = NDArray[np.intp]


@dataclass(frozen=True)
class Calendar:
    """Which period every row of every lane belongs to."""

    periods: tuple[str, ...]
    """In order of time, those of all lanes."""
    of_row: Integers
    """Index into `periods`, −1 where a lane has no such row, shape (L, R)."""

    @cached_property
    def years(self) -> tuple[str, ...]:
        """Years in which a period starts."""
        return tuple(sorted({period[:4] for period in self.periods}))

    @cached_property
    def years_of_periods(self) -> Integers:
        """Index into `years`, shape (P,)."""
        return np.array([self.years.index(period[:4]) for period in self.periods], dtype=np.intp)

    def in_years(self, of_periods: Floats) -> Floats:
        """Sum periods to the years they start in, then to the whole run: shape (L, P, …) to (L, years + 1, …)."""
        starts = np.flatnonzero(np.diff(self.years_of_periods, prepend=-1))
        years = np.add.reduceat(of_periods, starts, axis=1)
        return np.concatenate([years, years.sum(axis=1, keepdims=True)], axis=1)

    def at_years(self, of_periods: Floats) -> Floats:
        """Each year's last period, and the run's, of a lane: shape (L, P, …) to (L, years + 1, …)."""
        figures = np.zeros((len(of_periods), len(self.years) + 1, *of_periods.shape[2:]))
        for period, year in enumerate(self.years_of_periods):
            there = self.last_rows[:, period] >= 0
            figures[there, year] = figures[there, -1] = of_periods[there, period]
        return figures

    def highest(self, of_periods: Floats) -> Floats:
        """Each year's highest, and the run's: shape (L, P, …) to (L, years + 1, …)."""
        starts = np.flatnonzero(np.diff(self.years_of_periods, prepend=-1))
        years = np.maximum.reduceat(of_periods, starts, axis=1)
        return np.concatenate([years, years.max(axis=1, keepdims=True)], axis=1)

    @cached_property
    def absent(self) -> NDArray[np.bool_]:
        """Lanes and years without a period, shape (L, years + 1)."""
        absent = np.ones((len(self.of_row), len(self.years) + 1), dtype=bool)
        lanes, periods = np.nonzero(self.last_rows >= 0)
        absent[lanes, self.years_of_periods[periods]] = False
        absent[:, -1] = False
        return absent

    @cached_property
    def last_rows(self) -> Integers:
        """Last row of every period of a lane, −1 where it has none, shape (L, P)."""
        last = np.full((len(self.of_row), len(self.periods)), -1, dtype=np.intp)
        lanes, rows = np.nonzero(self.of_row >= 0)
        np.maximum.at(last, (lanes, self.of_row[lanes, rows]), rows)
        return last

    def sum(self, of_rows: Floats) -> Floats:
        """Sum rows to periods: shape (L, R, …) to (L, P, …)."""
        if self._one_to_one:
            return of_rows
        total = np.zeros((len(of_rows), len(self.periods), *of_rows.shape[2:]))
        for lane, period_of_row in enumerate(self.of_row):
            for row, period in enumerate(period_of_row):
                if period >= 0:
                    total[lane, period] += of_rows[lane, row]
        return total

    @cached_property
    def _one_to_one(self) -> bool:
        rows = self.of_row.shape[1]
        return rows == len(self.periods) and bool((self.of_row == np.arange(rows)).all())


def calendar(rows: Sequence[Sequence[Row]], width: int) -> Calendar:
    """Calendar of lanes whose arrays are `width` rows wide."""
    starts: dict[str, tuple[object, ...]] = {}
    for row in (row for lane in rows for row in lane):
        starts[row.period] = min(starts.get(row.period, (row.start, row.period)), (row.start, row.period))
    periods = tuple(sorted(starts, key=lambda period: starts[period]))
    number = {period: i for i, period in enumerate(periods)}
    of_row = np.full((len(rows), width), -1, dtype=np.intp)
    for lane, of_lane in enumerate(rows):
        of_row[lane, : len(of_lane)] = [number[row.period] for row in of_lane]
    return Calendar(periods, of_row)


@dataclass(frozen=True)
class Grid:
    """One or more numbers for every lane, period and key."""

    keys: tuple[Key, ...]
    """Distinct, ascending."""
    values: tuple[Floats, ...]
    """One array per column of numbers, each of shape (L, P, keys)."""


def grid(keys: Sequence[Key], *values: Floats) -> Grid:
    """Grid of columns (L, P, columns) in any order; columns of one key are summed, in the order given."""
    return _merged([(key, column) for column, key in enumerate(keys)], values)


def _merged(pairs: Sequence[tuple[Key, int]], values: Sequence[Floats]) -> Grid:
    """Sum for every key the columns it is paired with, in order of column."""
    ordered = sorted(pairs)
    starts = [i for i, (key, _) in enumerate(ordered) if i == 0 or key != ordered[i - 1][0]]
    columns = [column for _, column in ordered]
    return Grid(tuple(ordered[i][0] for i in starts), tuple(_summed(value, columns, starts) for value in values))


def _summed(value: Floats, columns: Sequence[int], starts: Sequence[int]) -> Floats:
    """Sums of runs of columns, one column after the other: a column of zeros, of another variant, changes no bit."""
    if not columns:
        return np.zeros((*value.shape[:2], 0))
    taken = value if columns == list(range(value.shape[-1])) else np.take(value, columns, axis=-1)
    if len(starts) == len(columns):
        return taken
    firsts = np.array(starts, dtype=np.intp)
    lengths = np.diff([*starts, len(columns)])
    total = taken[..., firsts]
    for offset in range(1, int(lengths.max())):
        longer = np.flatnonzero(lengths > offset)
        total[..., longer] += taken[..., firsts[longer] + offset]
    return total


def used(array: Floats) -> Integers:
    """Columns of (L, P, columns) that are not zero throughout."""
    return np.flatnonzero(array.any(axis=(0, 1)))


def spread(source: Grid, targets: Callable[[Key], Iterable[Key]], always: Iterable[Key] = (), value: int = 0) -> Grid:
    """Add every column of a grid to all its targets; the keys of `always` exist even where nothing is added."""
    pairs = [(target, column) for column, key in enumerate(source.keys) for target in targets(key)]
    found = _merged(pairs, [source.values[value]])
    missing = sorted(set(always).difference(found.keys))
    if not missing:
        return found
    nothing = np.zeros((*found.values[0].shape[:2], len(missing)))
    return concatenate([(found.keys, found.values[0]), (missing, nothing)])


def joined(one: Grid, other: Grid) -> Grid:
    """One grid of two with the same columns of numbers."""
    pairs = zip(one.values, other.values, strict=True)
    return grid([*one.keys, *other.keys], *(np.concatenate(pair, axis=-1) for pair in pairs))


def concatenate(parts: Sequence[tuple[Sequence[Key], Floats]]) -> Grid:
    """One grid of several sets of columns."""
    keys = [key for part, _ in parts for key in part]
    return grid(keys, np.concatenate([values for _, values in parts], axis=-1))
