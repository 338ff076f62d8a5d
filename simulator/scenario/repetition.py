"""Interventions that come again: when each begins, and what is wrong with how often it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from simulator.scenario.dates import after
from simulator.scenario.models import Intervention, World
from simulator.scenario.numbers import Span
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem
from simulator.units import SECONDS_PER_DAY

MOST_EPOCHS = 10_000
"""Into so many spans one intervention may cut a run."""


@dataclass(frozen=True)
class Horizon:
    """The run as far as dates are concerned: from `start` until before `end`."""

    start: datetime
    end: datetime
    uniform: bool


def begins(item: Intervention, run: Horizon) -> tuple[datetime, ...]:
    """When an intervention begins, ascending: each time that it then holds somewhere in the run."""
    if item.every is None:
        times = [item.at]
    else:
        first, last = (_number_before(item, item.every, instant, run) for instant in (run.start, run.end))
        times = [_nth(item, item.every, n, run) for n in range(max(0, first - 1), last)]
    return tuple(time for time in times if time < run.end and not over(item, time, run.start, run.uniform))


def over(item: Intervention, begun: datetime, instant: datetime, uniform: bool) -> bool:
    """Whether what began then has ended by an instant."""
    return item.for_ is not None and after(begun, item.for_, uniform) <= instant


def _nth(item: Intervention, every: Span, number: int, run: Horizon) -> datetime:
    """Counted from `at`: the 31st of a month comes again on the last day of a shorter one, and then on the 31st."""
    return after(item.at, Span(every.months * number, every.seconds * number), run.uniform)


def _number_before(item: Intervention, every: Span, instant: datetime, run: Horizon) -> int:
    """How many times it begins before an instant."""
    days = (instant - item.at).total_seconds() / SECONDS_PER_DAY
    number = max(0, int(days / every.days()) - 3)  # months differ in length: not more than the number sought
    while _nth(item, every, number, run) < instant:
        number += 1
    return number


def check_interventions(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """Interventions that come again without an end, before they have ended, or too often."""
    run = Horizon(world.time.start, world.time.end, world.uniform)
    for name, item in world.interventions.items():
        yield from repeating(item, run, ("interventions", name))


def repeating(item: Intervention, run: Horizon, keys: Keys) -> Iterator[Problem]:
    """What is wrong with how often the intervention at `keys` comes again."""
    if item.every is None:
        return
    if item.for_ is None:
        yield Problem(keys, "`for` is missing: what comes again also ends; say how long it holds, like `for: 2 week`")
    elif item.for_.days() > item.every.days():
        yield Problem((*keys, "for"), "is longer than `every`: write a shorter one, or leave `every` out")
    elif (run.end - max(run.start, item.at)).days > MOST_EPOCHS / 2 * item.every.days():
        yield Problem(
            (*keys, "every"), f"comes again more than {MOST_EPOCHS // 2:,} times in the run: write a longer one"
        )
    else:
        yield from _overlaps(item, item.for_, run, (*keys, "for"))


def _overlaps(item: Intervention, span: Span, run: Horizon, keys: Keys) -> Iterator[Problem]:
    """A month may be shorter than 30 days, a year than 366."""
    for begun, again in pairwise(begins(item, run)):
        if after(begun, span, run.uniform) > again:
            yield Problem(keys, f"is longer than `every` from {begun.date()} to {again.date()}: write a shorter one")
            return
