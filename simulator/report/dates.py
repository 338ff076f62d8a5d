"""Ticks of a time axis: at starts of days, months or years, as few as asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Unit: TypeAlias = Literal["D", "M", "Y"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS: dict[Unit, int] = {"D": 1, "M": 28, "Y": 365}
_SHARE: dict[Unit, float] = {"D": 2 / 3, "M": 2 / 3, "Y": 1.0}
_STEPS: tuple[tuple[int, Unit], ...] = (
    *((n, "D") for n in (1, 2, 7, 14)),
    *((n, "M") for n in (1, 3, 6)),
    *((n * 10**k, "Y") for k in range(4) for n in (1, 2, 5)),
)
"""Lengths between ticks."""


def date_ticks(start: np.datetime64, end: np.datetime64, most: int) -> tuple[NDArray[np.datetime64], list[str]]:
    """Instants within [start, end] and their labels (`2025`, `2025-07`, `14 Jul`), at most `most` of them.

    Years and months are divisible by the step, days counted from the start. Of months and days there are fewer than of
    years, as their labels are longer; the first day has its year in a second line.
    """
    days = (end - start) / np.timedelta64(1, "D")
    steps = [step for step in _STEPS if days <= most * step[0] * (_DAYS[step[1]] + 3)]
    found = ((_ticks(start, end, *step), step[1]) for step in steps)
    ticks, unit = next(one for one in found if len(one[0]) <= max(1, most * _SHARE[one[1]]))
    return ticks.astype("datetime64[s]"), _labels(ticks, unit)


def _labels(ticks: NDArray[np.datetime64], unit: Unit) -> list[str]:
    if unit != "D":
        return [str(tick) for tick in ticks]
    days = [tick.item() for tick in ticks]
    before = [0, *(day.year for day in days)][: len(days)]
    return [f"{day.day} {MONTHS[day.month - 1]}{_year(day.year, y)}" for day, y in zip(days, before, strict=True)]


def _year(year: int, before: int) -> str:
    """A second line where the year is new."""
    return f"\n{year}" if year != before else ""


def _ticks(start: np.datetime64, end: np.datetime64, length: int, unit: Unit) -> NDArray[np.datetime64]:
    """Every `length` units, counted from the start for days and from the year 0 for months and years."""
    first, last = (int(x.astype(f"datetime64[{unit}]").astype(np.int64)) for x in (start, end))
    offset = {"D": -first, "M": 1970 * 12, "Y": 1970}[unit]
    first, last = first + offset, last + offset
    numbers = np.arange(-(-first // length) * length, last + 1, length) - offset
    ticks = numbers.astype(f"datetime64[{unit}]")
    inside = (ticks.astype("datetime64[s]") >= start) & (ticks.astype("datetime64[s]") <= end)
    return np.asarray(ticks[inside])
