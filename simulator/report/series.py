"""From the tables of a run to arrays over its reporting periods: pure functions, mean over replications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.tables import OPENING
from simulator.scenario.dates import months_after
from simulator.scenario.models import Time
from simulator.study.run import Run

if TYPE_CHECKING:
    import pandas as pd

YEAR = 365.25
Array: TypeAlias = NDArray[np.float64]
ByVariant: TypeAlias = Mapping[str, Mapping[str, Array]]


@dataclass(frozen=True)
class Periods:
    """Reporting periods on the calendar."""

    edges: NDArray[np.datetime64]
    """Where they begin, and the end of the last: shape (n + 1,)."""
    years: Array
    """Their lengths in years of 365.25 days, shape (n,)."""

    @property
    def count(self) -> int:
        return len(self.years)

    def positions(self, labels: list[str]) -> NDArray[np.intp]:
        """Index of the period each label names (`2025`, `2025-01`, `2025-01-15`); −1 for `OPENING`."""
        starts = np.array([_start(label) for label in labels], dtype="datetime64[s]")
        found = np.searchsorted(self.edges[:-1], starts, side="right") - 1
        opening = np.array([label == OPENING for label in labels], dtype=bool)
        return np.where(opening, -1, np.maximum(found, 0))


def _start(label: str) -> np.datetime64:
    return np.datetime64("NaT" if label == OPENING else label, "s")


def periods(run: Run) -> Periods:
    """The reporting periods of a run, also those in which nothing happened."""
    time = run.scenario.world.time
    edges = [time.start]
    while edges[-1] < time.end:
        edges.append(min(_next(edges[-1], time), time.end))
    array = np.array(edges, dtype="datetime64[s]")
    return Periods(array, _years(array, time, run.scenario.world.calendar == "uniform"))


def _next(at: datetime, time: Time) -> datetime:
    """End of the period that begins at `at`: months and years end where the calendar's do."""
    months = time.report.months
    if months in {1, 12}:
        return months_after(at.replace(month=at.month if months == 1 else 1, day=1, hour=0, minute=0, second=0), months)
    if months:
        return months_after(at, months)
    return at + timedelta(seconds=max(time.report.seconds, 1))


def _years(edges: NDArray[np.datetime64], time: Time, uniform: bool) -> Array:
    days = np.diff(edges).astype(np.float64) / 86400
    if uniform and time.report.months:
        return np.full(len(days), time.report.months / 12)
    return np.asarray(days / YEAR)


def replications(run: Run) -> int:
    return max(1, run.lanes // max(1, len(run.scenario.variants)))


def rates(run: Run, table: pd.DataFrame, key: str, value: str) -> ByVariant:
    """Value per year in each period: variant → key → shape (periods,); a key is there for all variants or none.

    The area under such a rate is the amount, whatever the length of the periods.
    """
    spans = periods(run)
    found = sums(table, ["variant", "period", key], value)
    keys = sorted({name for (_, _, name), total in found if total})
    result = {v: {k: np.zeros(spans.count) for k in keys} for v in run.scenario.variants}
    where = _positions(spans, [period for (_, period, _), _ in found])
    for (variant, period, name), total in found:
        if total:
            result[variant][name][where[period]] += total
    return {v: {k: x / spans.years / replications(run) for k, x in by.items()} for v, by in result.items()}


def totals(run: Run, table: pd.DataFrame, key: str, value: str) -> dict[str, dict[str, float]]:
    """Value over the whole run: variant → key → number."""
    result: dict[str, dict[str, float]] = {variant: {} for variant in run.scenario.variants}
    for (variant, name), total in sums(table, ["variant", key], value):
        if total:
            result[variant][name] = total / replications(run)
    return result


def sums(table: pd.DataFrame, keys: list[str], value: str) -> list[tuple[tuple[str, ...], float]]:
    """Sum of `value` for every combination of two or more text columns that occurs, sorted by them."""
    found = table.groupby(keys, observed=True, sort=False)[value].sum()
    return sorted(
        (tuple(map(str, key)), float(x)) for key, x in zip(found.index.tolist(), found.to_numpy(), strict=True)
    )


def _positions(spans: Periods, labels: list[str]) -> dict[str, int]:
    distinct = sorted(set(labels))
    return dict(zip(distinct, spans.positions(distinct).tolist(), strict=True))


@dataclass(frozen=True)
class Stock:
    """One stock over time, in every variant."""

    place: str
    """inventory, transit, process or use."""
    node: str
    item: str
    levels: Mapping[str, Array]
    """Variant → tonnes at the start and at each period's end, shape (periods + 1,)."""

    @property
    def largest(self) -> float:
        return max((float(x.max()) for x in self.levels.values()), default=0.0)


def stocks(run: Run) -> tuple[Stock, ...]:
    """Every stock that ever held something, largest first."""
    spans = periods(run)
    masses = sums(run.tables.stocks, ["place", "node", "item", "variant", "period"], "mass_t")
    where = _positions(spans, [key[-1] for key, _ in masses])
    levels: dict[tuple[str, str, str], dict[str, Array]] = {}
    for (place, node, item, variant, period), mass in masses:
        by = levels.setdefault((place, node, item), _empty(run, spans))
        by[variant][where[period] + 1] += mass / replications(run)
    found = [Stock(*key, by) for key, by in levels.items()]
    return tuple(sorted((s for s in found if s.largest > 0), key=lambda s: (-s.largest, s.place, s.node, s.item)))


def _empty(run: Run, spans: Periods) -> dict[str, Array]:
    return {variant: np.zeros(spans.count + 1) for variant in run.scenario.variants}


def summed(place: str, item: str, parts: tuple[Stock, ...]) -> Stock:
    """Several stocks as one."""
    variants = parts[0].levels
    return Stock(place, "", item, {v: np.sum([part.levels[v] for part in parts], axis=0) for v in variants})
