"""From the tables of a run to arrays over its reporting periods: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.sources import PARTNER_ENERGY
from simulator.accounting.tables import OPENING
from simulator.engine import calendar
from simulator.engine.calendar import timeline
from simulator.study.run import Run
from simulator.units import SECONDS_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

YEAR = 365.25
"""Days."""
WHOLE = 0.99
"""Years from which a mean per year is one."""
Array: TypeAlias = NDArray[np.float64]
ByVariant: TypeAlias = Mapping[str, Mapping[str, Array]]


def as_written(run: Run) -> str:
    """What a heading says where replications were drawn and yet the world as written is shown, once simulated."""
    return ", as written (not drawn)" if run.ensemble else ""


@dataclass(frozen=True)
class Periods:
    """Reporting periods on the calendar."""

    edges: NDArray[np.datetime64]
    """Where they begin, and the end of the last: shape (n + 1,)."""
    years: Array
    """Their lengths in years of 365.25 days, shape (n,)."""
    position: Mapping[str, int]
    """Index of the period that a label of the tables names; −1 for `OPENING`."""

    @property
    def count(self) -> int:
        return len(self.years)


def periods(run: Run) -> Periods:
    """The reporting periods of a run as the engine cut them, also those in which nothing happened."""
    world = run.scenario.world
    line = timeline(world)
    found = calendar.periods(line, world.time.report)
    cuts = np.array([*(period.start for period in found), line.end])
    position = {OPENING: -1, **{period.label: i for i, period in enumerate(found)}}
    edges = line.dates(cuts.tolist())
    return Periods(edges, np.asarray(np.diff(cuts) / (YEAR * SECONDS_PER_DAY)), position)


def mean_of(run: Run) -> tuple[float, str]:
    """What sums over the run are divided by, and what the mean is per: `/year`.

    Of runs of less than a year it is the whole, and the unit says nothing, as they tell nothing about a year.
    """
    if run.years < WHOLE:
        return 1.0, ""
    return run.years, "/year"


def rates(run: Run, table: pd.DataFrame, key: str, value: str, spans: Periods | None = None) -> ByVariant:
    """Value per year in each period: variant → key → shape (periods,); a key is there for all variants or none.

    The area under such a rate is the amount, whatever the length of the periods.
    """
    spans = spans or periods(run)
    found = sums(table, ["variant", "period", key], value)
    keys = sorted({name for (_, _, name), total in found if total})
    result = {v: {k: np.zeros(spans.count) for k in keys} for v in run.scenario.variants}
    for (variant, period, name), total in found:
        if total:
            result[variant][name][spans.position[period]] += total
    return {v: {k: x / spans.years for k, x in by.items()} for v, by in result.items()}


def counted_once(emissions: pd.DataFrame) -> pd.DataFrame:
    """Emissions of the network: without energy of a partner, whose own scope 1 has the tonnes already."""
    return emissions[emissions["category"] != PARTNER_ENERGY]


def totals(run: Run, table: pd.DataFrame, key: str, value: str) -> dict[str, dict[str, float]]:
    """Value over the whole run: variant → key → number."""
    result: dict[str, dict[str, float]] = {variant: {} for variant in run.scenario.variants}
    for (variant, name), total in sums(table, ["variant", key], value):
        if total:
            result[variant][name] = total
    return result


def sums(table: pd.DataFrame, keys: list[str], value: str) -> list[tuple[tuple[str, ...], float]]:
    """Sum of `value` for every combination of two or more text columns that occurs, sorted by them."""
    found = table.groupby(keys, observed=True, sort=False)[value].sum()
    return sorted(
        (tuple(map(str, key)), float(x)) for key, x in zip(found.index.tolist(), found.to_numpy(), strict=True)
    )


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
    levels: dict[tuple[str, str, str], dict[str, Array]] = {}
    for (place, node, item, variant, period), mass in masses:
        if (place, node, item) not in levels:
            levels[place, node, item] = _empty(run, spans)
        levels[place, node, item][variant][spans.position[period] + 1] += mass
    found = [Stock(*key, by) for key, by in levels.items()]
    return tuple(sorted((s for s in found if s.largest > 0), key=lambda s: (-s.largest, s.place, s.node, s.item)))


def _empty(run: Run, spans: Periods) -> dict[str, Array]:
    return {variant: np.zeros(spans.count + 1) for variant in run.scenario.variants}


def summed(place: str, item: str, parts: tuple[Stock, ...]) -> Stock:
    """Several stocks as one."""
    variants = parts[0].levels
    return Stock(place, "", item, {v: np.sum([part.levels[v] for part in parts], axis=0) for v in variants})
