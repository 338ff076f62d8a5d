"""When things happen: instants in whole seconds since the start, by real months or uniform ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import gcd

import numpy as np
from numpy.typing import NDArray

from simulator.errors import RunError
from simulator.scenario.dates import date_at, months_after, position
from simulator.scenario.models import World
from simulator.scenario.numbers import Span
from simulator.units import SECONDS_PER_DAY

_FORMATS = ((SECONDS_PER_DAY, "%Y-%m-%d"), (60, "%Y-%m-%dT%H:%M"), (1, "%Y-%m-%dT%H:%M:%S"))
MONTHLY = Span(months=1)
MOST_PERIODS = 100_000
MOST_REVIEWS = 2_000_000
"""Of one group of companies: hours of two centuries."""


@dataclass(frozen=True)
class Timeline:
    """Turns spans into instants: calendar offsets from the start, or uniform months."""

    start: datetime
    end: int
    """Seconds from start to end."""
    uniform: bool

    def at(self, moment: datetime) -> int:
        """Seconds from the start to a date."""
        return round(position(moment, self.uniform) - position(self.start, self.uniform))

    def date(self, seconds: int) -> datetime:
        """The date of an instant."""
        return date_at(position(self.start, self.uniform) + seconds, self.uniform)

    def dates(self, seconds: Sequence[int]) -> NDArray[np.datetime64]:
        """The dates of several instants."""
        if self.uniform:
            half = timedelta(milliseconds=500)  # numpy cuts what is less than a second
            return np.array([self.date(instant) + half for instant in seconds], dtype="datetime64[s]")
        return np.datetime64(self.start, "s") + np.asarray(seconds, dtype="timedelta64[s]")

    def after(self, seconds: int, span: Span, times: int = 1) -> int:
        """Instant `times` spans after an instant."""
        shifted = seconds + times * span.seconds
        if not span.months:
            return shifted
        return self.at(months_after(self.date(shifted), times * span.months))

    def every(self, span: Span) -> Iterator[int]:
        """Instants 0, span, 2 spans … before the end."""
        n = 0
        while (instant := self.after(0, span, n)) < self.end:
            yield instant
            n += 1


def timeline(world: World) -> Timeline:
    """The time axis of a world."""
    time = world.time
    return Timeline(time.start, round(world.days * SECONDS_PER_DAY), world.uniform)


@dataclass(frozen=True)
class Reviews:
    """The reviews of one group of companies."""

    times: tuple[int, ...]
    waits: tuple[int, ...]
    """From one review to the next, s; the first waits for nothing."""
    spans: tuple[float, ...]
    """Time each review acts for, days."""


def reviews(line: Timeline, period: Span) -> Reviews:
    """All reviews at one period; each acts until the next, the last until the end of the run.

    Raises
    ------
    RunError
        There are more than `MOST_REVIEWS`.
    """
    length = period.days() * SECONDS_PER_DAY
    if line.end > MOST_REVIEWS * length:
        raise RunError(
            "time.step",
            f"{line.end / length:.3g} reviews every {length:g} s are more than "
            f"{MOST_REVIEWS:,} in one run: give a longer time.step or review_period, or a shorter run",
        )
    times = tuple(line.every(period))
    ends = (*times[1:], line.end)
    waits = tuple(later - earlier for earlier, later in zip((0, *times), times, strict=False))
    return Reviews(times, waits, tuple((end - time) / SECONDS_PER_DAY for time, end in zip(times, ends, strict=True)))


@dataclass(frozen=True)
class Beats:
    """The cohort intervals of a use, review by review."""

    intervals: tuple[int, ...]
    spreads: tuple[float, ...]


def beats(group: Reviews, period: Span, cohort: Span) -> Beats:
    """Interval of every review, and the part of what the interval still retires that falls due at it.

    Ages count uniform months, so intervals longer than the reviews are of equal length: what retires in a month of 31
    days is more than in one of 28. A review belongs to the interval it ends in; where it begins in the one before, that
    one's rest falls due with it. A cohort is never shorter than a review.
    """
    if cohort.days() <= period.days():
        return Beats(tuple(range(len(group.times))), (1.0,) * len(group.times))
    length = round(cohort.days() * SECONDS_PER_DAY)
    ends = [time + round(span * SECONDS_PER_DAY) for time, span in zip(group.times, group.spans, strict=True)]
    intervals = tuple((end - 1) // length for end in ends)
    return Beats(intervals, tuple(_spreads(group.times, ends, intervals, length)))


def _spreads(times: Sequence[int], ends: Sequence[int], intervals: Sequence[int], length: int) -> Iterator[float]:
    """Part of what is left of each review's interval when it begins that the review covers."""
    for time, end, interval in zip(times, ends, intervals, strict=True):
        since = max(time, interval * length)
        yield (end - since) / ((interval + 1) * length - since)


def cohort_span(period: Span, declared: Span | None) -> Span:
    """Cohorts enter per month unless declared, and never more often than reviews."""
    wanted = declared or MONTHLY
    return wanted if wanted.days() > period.days() else period


def slots_needed(times: Sequence[int], dues: Sequence[int]) -> int:
    """How many entries of a queue can be under way at once."""
    most, first = 1, 0
    for n, time in enumerate(times):
        while dues[first] <= time:
            first += 1
        most = max(most, n - first + 1)
    return most


@dataclass(frozen=True)
class Period:
    """One reporting period."""

    label: str
    start: int
    end: int


def periods(line: Timeline, span: Span) -> tuple[Period, ...]:
    """Reporting periods: they end at real month or year ends, or every `span` from the start.

    Raises
    ------
    RunError
        There are more than `MOST_PERIODS`.
    """
    if line.end > MOST_PERIODS * span.days() * SECONDS_PER_DAY:
        raise RunError("time.report", f"more than {MOST_PERIODS:,} reporting periods; report less often")
    cuts = [0, *_ends(line, span), line.end]
    return tuple(
        Period(_label(line, span, start, n), start, end) for n, (start, end) in enumerate(pairwise(cuts)) if end > start
    )


def _ends(line: Timeline, span: Span) -> list[int]:
    """Ends of the periods before the end of the run."""
    if line.uniform or not span.months:
        return [instant for instant in line.every(span) if instant]
    first = line.start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if span.months % 12 == 0:
        first = first.replace(month=1)
    ends, n = [], 1
    while (instant := line.at(months_after(first, n * span.months))) < line.end:
        ends.append(instant)
        n += 1
    return ends


def _label(line: Timeline, span: Span, start: int, n: int) -> str:
    """`2025`, `2025-01`, or when a shorter period starts: the day, with the time where not all start at midnight."""
    moment = line.date(start)
    if line.uniform and span.months:
        moment = months_after(line.start.replace(day=1), n * span.months)
    if span.months and span.months % 12 == 0:
        return f"{moment:%Y}"
    if span.months:
        return f"{moment:%Y-%m}"
    return moment.strftime(_format(line.start, span))


def _format(start: datetime, span: Span) -> str:
    """How the starts of periods are written: all of a run alike, so that its column is read as one of dates."""
    every = gcd(span.seconds, (start.hour * 60 + start.minute) * 60 + start.second)
    return next(text for seconds, text in _FORMATS if every % seconds == 0)
