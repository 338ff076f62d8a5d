"""Time series at the instants at which anyone reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.engine.calendar import Timeline
from simulator.scenario.scenario import Series

Floats = NDArray[np.float64]


def sample(
    series: Mapping[str, Series], products: Sequence[tuple[str, ...]], line: Timeline, ticks: Sequence[int]
) -> Floats:
    """Products of time series at every tick, shape (products, ticks); of none 1."""
    instants = line.dates(ticks)
    values = {name: at(series[name], instants) for product in products for name in product}
    one = np.ones(len(ticks))
    rows = [np.prod([one, *(values[name] for name in product)], axis=0) for product in products]
    return np.stack(rows) if rows else np.zeros((0, len(ticks)))


def at(series: Series, instants: NDArray[np.datetime64]) -> Floats:
    """One series at some instants: held or on a straight line between its rows, held beyond them."""
    times = series.times.astype("datetime64[s]").astype(np.int64)
    wanted = instants.astype(np.int64)
    if series.between == "linear":
        return np.asarray(np.interp(wanted, times, series.values))
    positions = np.clip(np.searchsorted(times, wanted, side="right") - 1, 0, len(times) - 1)
    return series.values[positions]
