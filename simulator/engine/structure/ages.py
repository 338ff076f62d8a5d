"""Of uses that report ages: when what is in service entered, and how much of the initial stock is left of each year.

A cohort belongs to the calendar year in which the middle of its interval lies, a vintage that is spread over its
interval to all years it covers, in proportion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.engine.calendar import Reviews, Timeline, beats, reviews, timeline
from simulator.engine.curvebook import CurveBook, CurveKey
from simulator.engine.curves import ENTERS, OUTLIVED, age_of, left_at, left_of, until_gone
from simulator.engine.index import Index
from simulator.engine.structure.draft import Draft, cohort_of, period_of
from simulator.scenario.entered import Vintages, uniform_day
from simulator.scenario.lifetimes import Lifetime
from simulator.scenario.models import World
from simulator.scenario.numbers import Span
from simulator.units import DAYS_PER_YEAR, SECONDS_PER_DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LONG_AGO = 250
"""Years before the start: what entered earlier counts as of the earliest of them."""
NEARLY = 1e-6
"""Days up to which an instant just before a year counts to it."""


@dataclass(frozen=True)
class AgedUse:
    """A use that reports ages, and its cohort intervals."""

    use: int
    group: int
    interval: Ints
    """Of every review, (reviews,)."""
    rest: Floats
    """Part of what its interval retires that is still in service after a review, (reviews,)."""
    edges: Ints
    """Where intervals begin, and the last one ends, s, (intervals + 1,)."""
    years: Ints
    """Calendar year of each interval, (intervals,)."""


@dataclass(frozen=True)
class Opened:
    """What is left of a stock that was there at the start, by calendar year of entry."""

    years: Ints
    """(years,)."""
    parts: Floats
    """Of the whole at the start: at the start, and at the end of every interval; (years, intervals + 1)."""
    ages: Floats
    """Part × age at the start, summed over the years, days, (intervals + 1,)."""


@dataclass(frozen=True)
class Aging:
    """The uses of a plan that report ages; none where nobody asks."""

    uses: tuple[AgedUse, ...] = ()
    opened: Mapping[int, Opened] = field(default_factory=dict)
    """By row of the survival curves."""
    enters: Floats = field(default_factory=lambda: np.zeros(0))
    """Part of its interval that is over when a cohort enters, by row of the survival curves."""

    @property
    def asked(self) -> tuple[int, ...]:
        """Numbers of the uses that report ages."""
        return tuple(use.use for use in self.uses)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Calendar years in which anything entered."""
        found = [*(use.years for use in self.uses), *(stock.years for stock in self.opened.values())]
        return tuple(np.unique(np.concatenate(found)).tolist()) if found else ()


def asking(index: Index, worlds: Iterable[World]) -> tuple[int, ...]:
    """Numbers of the uses that report ages in any of some worlds."""
    asked = {
        (name, key)
        for world in worlds
        for name, company in world.companies.items()
        for key, use in company.uses.items()
        if use.report_ages
    }
    return tuple(n for n, key in enumerate(index.uses) if (key.company, key.use) in asked)


def aging(draft: Draft, asked: Sequence[int], book: CurveBook, openings: Iterable[Ints]) -> Aging:
    """The uses asked for; `openings` are the curves of what is in use at the start of every variant."""
    if not asked:
        return Aging()
    keys, line = list(book.rows), timeline(draft.world)
    uses = tuple(_aged_use(draft, line, n) for n in asked)
    today, intervals = uniform_day(line.start), max(len(use.years) for use in uses)
    rows = sorted({int(curves[n]) for curves in openings for n in asked})
    opened = {row: _opened(keys[row], today, intervals + 1) for row in rows}
    return Aging(uses, opened, np.array([ENTERS[entry] for _, entry, _, _ in keys]))


def _aged_use(draft: Draft, line: Timeline, n: int) -> AgedUse:
    key, world = draft.index.uses[n], draft.world
    period, cohort = period_of(world, key.company), cohort_of(world, key.company, key.use)
    looks = reviews(line, period)
    beat = beats(looks, period, cohort)
    interval = np.array(beat.intervals, dtype=np.int64)
    edges = _edges(looks, period, cohort, line.end)
    middles = ((edges[:-1] + edges[1:]) // 2).tolist()
    years = np.array([line.date(middle).year for middle in middles], dtype=np.int64)
    return AgedUse(n, draft.group(key.company), interval, _rest(interval, beat.spreads), edges, years)


def _edges(looks: Reviews, period: Span, cohort: Span, end: int) -> Ints:
    """Intervals as `calendar.beats` counts them: the reviews, or of equal length."""
    if cohort.days() <= period.days():
        return np.array([*looks.times, end], dtype=np.int64)
    length = round(cohort.days() * SECONDS_PER_DAY)
    return np.arange((end - 1) // length + 2) * length


def _rest(interval: Ints, spreads: Sequence[float]) -> Floats:
    rest, left = np.zeros(len(interval)), 0.0
    for n, (new, part) in enumerate(zip(np.diff(interval, prepend=-1).tolist(), spreads, strict=True)):
        left = rest[n] = (1.0 if new else left) * (1.0 - part)
    return rest


def _opened(key: CurveKey, today: float, count: int) -> Opened:
    lifetime, entry, interval, found = key
    if found is not None:
        return _by_vintage(lifetime, entry, found, today, np.arange(float(count)) * interval)
    ends = until_gone(lifetime, entry, interval, count)
    return _stationary(ends if ends.sum() > 0 else np.eye(1, len(ends))[0], ENTERS[entry], interval, today, count)


def _stationary(ends: Floats, enters: float, interval: float, today: float, count: int) -> Opened:
    """S(k + n) of what entered k intervals before the start is left at the end of interval n."""
    before = np.arange(len(ends), dtype=np.float64)
    padded = np.concatenate([ends, np.zeros(count)]) / ends.sum()
    years, ages = _years(today, (before + 0.5) * interval), (before + 1.0 - enters) * interval
    return _gathered(years, ages, (padded[n : n + len(ends)] for n in range(count)))


def _by_vintage(lifetime: Lifetime, entry: str, found: Vintages, today: float, times: Floats) -> Opened:
    """What is left of every vintage as `curves.vintage_losses` has it, and of its parts in calendar years."""
    parent, parts = _in_years(found, today) if entry == "spread" else (np.arange(len(found.amounts)), found)
    left, whole = left_of(lifetime, entry, found), left_at(lifetime, entry, found, np.zeros(1))[:, 0]
    share = _lengths(parts) / _lengths(found)[parent]
    alive = whole > OUTLIVED * _lengths(found)
    of_parts = left_at(lifetime, entry, parts, times)
    part = np.divide(of_parts, whole[parent][:, None], out=np.zeros_like(of_parts), where=alive[parent][:, None])
    part[~alive[parent], 0] = share[~alive[parent]]
    weights = left / left.sum() if left.sum() > 0 else np.eye(1, len(left))[0]
    oldest, youngest = np.array(parts.oldest), np.array(parts.youngest)
    ages = age_of(entry, oldest, youngest)
    return _gathered(_years(today, (oldest + youngest) / 2.0), ages, (weights[parent][:, None] * part).T)


def _lengths(found: Vintages) -> Floats:
    return np.array(found.oldest) - np.array(found.youngest)


def _in_years(found: Vintages, today: float) -> tuple[Ints, Vintages]:
    """Vintages cut where calendar years begin, and which one each piece was cut from."""
    pieces = [
        (n, *piece)
        for n, (old, young) in enumerate(zip(found.oldest, found.youngest, strict=True))
        for piece in _cut(old, young, today)
    ]
    parent, oldest, youngest = zip(*pieces, strict=True)
    amounts = tuple(found.amounts[n] for n in parent)
    return np.array(parent, dtype=np.int64), Vintages(oldest, youngest, amounts, found.entered)


def _cut(old: float, young: float, today: float) -> Iterable[tuple[float, float]]:
    """The ages between which one vintage lies, cut at the turn of every year."""
    first, last = _years(today, np.array([old, young + 2 * NEARLY])).tolist()
    turns = (today - year * DAYS_PER_YEAR for year in range(first + 1, last + 1))
    return pairwise([old, *turns, young])


def _years(today: float, ages: Floats) -> Ints:
    """Calendar years so many days before a day, as far as one looks back."""
    years = np.floor((today - ages + NEARLY) / DAYS_PER_YEAR).astype(np.int64)
    return np.maximum(years, int(today / DAYS_PER_YEAR) - LONG_AGO)


def _gathered(years: Ints, ages: Floats, columns: Iterable[Floats]) -> Opened:
    """Parts that entered in one year, summed: columns are (vintages,), one for each instant."""
    found, place = np.unique(years, return_inverse=True)
    sums = [(np.bincount(place, column, len(found)), column @ ages) for column in columns]
    return Opened(found, np.stack([parts for parts, _ in sums], axis=1), np.array([moment for _, moment in sums]))
