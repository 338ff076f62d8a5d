"""Ticks of a time axis: at starts of days, months or years, as few as asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Unit: TypeAlias = Literal["D", "M", "Y"]

_DAYS: dict[Unit, int] = {"D": 1, "M": 28, "Y": 365}
_SHARE: dict[Unit, float] = {"D": 1 / 2, "M": 2 / 3, "Y": 1.0}
_STEPS: tuple[tuple[int, Unit], ...] = (
    *((n, "D") for n in (1, 2, 7, 14)),
    *((n, "M") for n in (1, 3, 6)),
    *((n * 10**k, "Y") for k in range(4) for n in (1, 2, 5)),
)
"""Lengths between ticks."""


def date_ticks(start: np.datetime64, end: np.datetime64, most: int) -> tuple[NDArray[np.datetime64], list[str]]:
    """Instants within [start, end] and their labels (`2025`, `2025-07`, `2025-07-14`), at most `most` of them.

    Years and months are divisible by the step, days counted from the start. Of months there are fewer than of years,
    and of days fewer still, as their labels are longer.
    """
    days = (end - start) / np.timedelta64(1, "D")
    steps = [step for step in _STEPS if days <= most * step[0] * (_DAYS[step[1]] + 3)]
    found = ((_ticks(start, end, *step), step[1]) for step in steps)
    ticks = next(ticks for ticks, unit in found if len(ticks) <= max(1, most * _SHARE[unit]))
    return ticks.astype("datetime64[s]"), [str(tick) for tick in ticks]


def _ticks(start: np.datetime64, end: np.datetime64, length: int, unit: Unit) -> NDArray[np.datetime64]:
    """Every `length` units, counted from the start for days and from the year 0 for months and years."""
    first, last = (int(x.astype(f"datetime64[{unit}]").astype(np.int64)) for x in (start, end))
    offset = {"D": -first, "M": 1970 * 12, "Y": 1970}[unit]
    first, last = first + offset, last + offset
    numbers = np.arange(-(-first // length) * length, last + 1, length) - offset
    ticks = numbers.astype(f"datetime64[{unit}]")
    inside = (ticks.astype("datetime64[s]") >= start) & (ticks.astype("datetime64[s]") <= end)
    return np.asarray(ticks[inside])
