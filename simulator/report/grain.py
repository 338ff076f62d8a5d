"""How fine a picture over time is: reporting periods put together until an amount can be read for what it is.

What is booked at a review lies at its instant, so that nothing is drawn finer than companies review; and of some years
a reader wants to know the year's amount, not how high a month would stand if it lasted a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.report.series import YEAR, ByVariant, Periods, periods, rates
from simulator.study.run import Run
from simulator.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

LENGTHS: Mapping[str, float] = {"h": 1 / 24, "day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "year": YEAR}
"""What an amount may be per, days."""
COARSE = ("day", "week", "month", "year")
"""Into which reporting periods are put together."""
LONG = 3
"""Years from which on a run is drawn by calendar years."""
SEEN = 3
"""Reviews that a company needs in a run so that the picture minds it: else a week would be one bar."""
WHOLE = 0.9
"""Part of a year from which on nobody minds what lacks."""


@dataclass(frozen=True)
class Grain:
    """Periods as they are drawn."""

    spans: Periods
    """By the label of a reporting period the place of what it is drawn in."""
    per: str
    """What amounts are per: a key of `LENGTHS`."""

    @property
    def years(self) -> float:
        """Its length."""
        return LENGTHS[self.per] / YEAR

    @property
    def partial(self) -> bool:
        """Whether some of the years drawn are scaled to a whole one."""
        return self.per == "year" and bool((self.spans.years < WHOLE).any())


def grain(run: Run) -> Grain:
    """Reporting periods as they are, or put together into days, weeks, months or years."""
    spans = periods(run)
    report = run.scenario.world.time.report.days()
    target = _target(run, spans, report)
    if not target:
        return Grain(spans, _per(report, float(spans.years.sum())))
    return Grain(grouped(spans, target), target)


def _target(run: Run, spans: Periods, report: float) -> str | None:
    """Into what reporting periods are put together; None where they stay."""
    if spans.years.sum() >= LONG * 0.999:
        return "year" if report < 0.99 * YEAR else None
    longest = longest_review(run)
    if report >= 0.99 * longest:
        return None
    return next((name for name in COARSE if LENGTHS[name] >= 0.99 * longest), "year")


def longest_review(run: Run) -> float:
    """Days between two reviews of the company that reviews most seldom, but at least three times in the run."""
    world = run.scenario.world
    spans = {company.review_period or world.time.step for company in world.companies.values()}
    most = run.years * YEAR / SEEN
    return max((days for span in spans if (days := span.days()) <= most), default=world.time.step.days())


def _per(report: float, years: float) -> str:
    """The unit of time that a reporting period is; else a year, or in shorter runs a day."""
    same = (name for name, days in LENGTHS.items() if abs(report / days - 1) < 0.01)
    return next(same, "year" if years >= 1 else "day")


def grouped(spans: Periods, target: str) -> Periods:
    """Periods whose middles lie in the same calendar day, month or year, or in the same week from the start."""
    middles = spans.edges[:-1] + (spans.edges[1:] - spans.edges[:-1]) // 2
    _, first, group = np.unique(_numbers(middles, spans.edges[0], target), return_index=True, return_inverse=True)
    edges = np.append(spans.edges[first], spans.edges[-1])
    place = {label: int(group[i]) if i >= 0 else i for label, i in spans.position.items()}
    return Periods(edges, np.add.reduceat(spans.years, first), place)


def _numbers(instants: NDArray[np.datetime64], start: np.datetime64, target: str) -> NDArray[np.int64]:
    """Which day, week, month or year an instant is in."""
    if target == "week":
        return np.asarray((instants - start) // np.timedelta64(7, "D")).astype(np.int64)
    return instants.astype(f"datetime64[{target[0].upper()}]").astype(np.int64)


def amounts(run: Run, table: pd.DataFrame, key: str, value: str, drawn: Grain) -> ByVariant:
    """Value per `drawn.per` in each period drawn: variant → key → shape (periods,), as `series.rates`."""
    by = rates(run, table, key, value, drawn.spans)
    return {variant: {name: x * drawn.years for name, x in parts.items()} for variant, parts in by.items()}
