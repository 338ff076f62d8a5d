"""When what is in use at the start of a run entered: the vintages of an initial stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from simulator.scenario.dates import instant_of, months_after
from simulator.scenario.models import Use, World
from simulator.scenario.numbers import Number
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem
from simulator.units import DAYS_PER_MONTH

RATE = "t/day"
"""Unit of a table of what entered; one of what is left is in t."""


@dataclass(frozen=True, slots=True)
class Vintages:
    """Intervals before the start, from the oldest on, and how much of each there was or is."""

    oldest: tuple[float, ...]
    """Age at the start of the run of what entered when the interval began, days, a year counting 365.25."""
    youngest: tuple[float, ...]
    """Age at the start of the run of what entered when it ended, days."""
    amounts: tuple[float, ...]
    entered: bool
    """Amounts are what entered, t/day; else what is left at the start, t."""


def vintages(ages: Number, series: Series, start: datetime) -> Vintages:
    """The rows of a table before the start, each until the next; the last lasts as long as the one before it."""
    today = uniform_day(start)
    days = [uniform_day(instant_of(when)) for when in series.seconds]
    rows = [n for n, day in enumerate(days) if day < today]
    ends = [*days[1:], days[-1] + (days[-1] - days[-2]) if len(days) > 1 else today]
    return Vintages(
        tuple(today - days[n] for n in rows),
        tuple(today - min(ends[n], today) for n in rows),
        tuple(series.numbers[n] * ages.times for n in rows),
        ages.unit == RATE,
    )


def uniform_day(instant: datetime) -> float:
    """A date in days of uniform months since the year 0, as ages count them: the first of a month is a whole number of
    months."""
    first = instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    part = (instant - first) / (months_after(first, 1) - first)
    return (instant.year * 12 + instant.month - 1 + part) * DAYS_PER_MONTH


def starts_filled(use: Use) -> bool:
    """Whether something is in service at the start."""
    return use.ages is not None or (use.initial is not None and use.initial.bounds()[1] > 0)


def tables_of_ages(world: World) -> list[str]:
    """The table of every use that tells its vintages."""
    uses = (use for company in world.companies.values() for use in company.uses.values())
    return [use.ages.table for use in uses if use.ages is not None and use.ages.table is not None]


def check_vintages(world: World, series: Mapping[str, Series]) -> Iterator[Problem]:
    """Tables of vintages that do not reach up to the start, or say nothing."""
    for name, company in world.companies.items():
        for key, use in company.uses.items():
            table = use.ages.table if use.ages is not None else None
            if use.ages is not None and table in series:
                keys: Keys = ("companies", name, "uses", key, "ages")
                yield from _fitting(world, use.ages, series[str(table)], keys)


def _fitting(world: World, ages: Number, series: Series, keys: Keys) -> Iterator[Problem]:
    file, start = world.tables[str(ages.table)].file, world.time.start
    found = vintages(ages, series, start)
    if series.between == "linear":
        yield Problem(keys, f"a row of `{file}` holds until the next: say `between: hold` in tables.{ages.table}")
    elif not found.amounts:
        yield Problem(keys, f"`{file}` has no row before the start of the run, {start.date()}")
    elif found.youngest[-1] > DAYS_PER_MONTH / 1000:
        yield Problem(keys, f"`{file}` ends before the run starts: add a row for the time in between, 0 for nothing")
    elif not any(found.amounts):
        yield Problem(keys, f"`{file}` has nothing but 0 before the start of the run: leave `ages` out")
