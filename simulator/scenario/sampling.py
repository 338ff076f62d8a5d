"""Tables that are finer than the steps that read them: said, because what lies between is lost without a word."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from itertools import pairwise
from math import inf
from statistics import median_low

from simulator.scenario.dates import seconds_of
from simulator.scenario.entered import tables_of_ages
from simulator.scenario.models import Model, World
from simulator.scenario.numbers import Number, Span
from simulator.scenario.scenario import Series
from simulator.units import SECONDS_PER_DAY

_SHORTEST_MONTH = 28 * SECONDS_PER_DAY
_UNITS = (("day", SECONDS_PER_DAY), ("h", 3600), ("min", 60), ("s", 1))


@dataclass(frozen=True)
class _Looks:
    """When a world reads its tables."""

    start: datetime
    end: datetime
    every: Span


def finer_than_steps(worlds: Iterable[World], series: Mapping[str, Series]) -> Iterator[str]:
    """A warning for every table that some world uses and that changes more often than anyone looks."""
    alike: defaultdict[_Looks, list[World]] = defaultdict(list)
    for world in worlds:
        alike[_Looks(world.time.start, world.time.end, shortest(world))].append(world)
    for looks, same in alike.items():
        told = {name: said for name, one in series.items() if (said := _said(looks, one))}
        used = set(_used(same, set())) if told else set()
        yield from (f"tables.{name}: {said}" for name, said in told.items() if name in used)


def only_vintages(world: World) -> set[str]:
    """Tables that tell vintages of initial stocks and nothing else, and so need not reach over the run."""
    told = Counter(tables_of_ages(world))
    used = Counter(_used([world], set())) if told else Counter[str]()
    return {name for name, times in told.items() if used[name] <= times}


def shortest(world: World) -> Span:
    """The shortest time between two looks: energy is dispatched, and all is read, whenever anyone reviews."""
    periods = (company.review_period for company in world.companies.values() if company.active)
    return min([world.time.step, *filter(None, periods)], key=_seconds)


def _seconds(span: Span) -> int:
    """Length of a span; of one in months the shortest that it may have, so that monthly values are as fine as it."""
    return span.months * _SHORTEST_MONTH + span.seconds


def _said(looks: _Looks, series: Series) -> str:
    """What is said of a table that is read too seldom; empty where every change of it is read."""
    rows = range(*(bisect_left(series.seconds, seconds_of(date)) for date in (looks.start, looks.end)))
    least, every = _seconds(looks.every), _usual(series, rows)
    changes = [n for n in rows if n == rows[0] or series.numbers[n] != series.numbers[n - 1]] if every < least else ()
    if _usual(series, changes) >= least:
        return ""
    own, step = written(Span(seconds=int(every))), written(looks.every)
    lost = f"has a value every {own}, the run a step of {step}: only the value at the start of each step is used"
    return f"{lost}; write `time.step: {own}`, or give means over {step}"


def _usual(series: Series, rows: Sequence[int]) -> float:
    """Seconds between two of these rows, the median: a jump written as two rows close together is no fine table."""
    return median_low([series.seconds[later] - series.seconds[n] for n, later in pairwise(rows)] or [inf])


def written(span: Span) -> str:
    """A length of time as a user would write it."""
    if span.months:
        return f"{span.months} month"
    unit, size = next(one for one in _UNITS if span.seconds % one[1] == 0)
    return f"{span.seconds // size} {unit}"


def _used(part: object, seen: set[int]) -> Iterator[str]:
    """Tables that give a number of a part, or of anything in it that is switched on; worlds share most of theirs."""
    if isinstance(part, Number):
        yield from [part.table] if part.table is not None else []
    elif id(part) not in seen and getattr(part, "active", True):
        seen.add(id(part))
        for inner in _inside(part):
            yield from _used(inner, seen)


def _inside(part: object) -> Iterable[object]:
    if isinstance(part, Model):
        return vars(part).values()
    if isinstance(part, Mapping):
        return part.values()
    if is_dataclass(part):
        return [getattr(part, field.name) for field in fields(part)]
    return part if isinstance(part, tuple | list) else ()
