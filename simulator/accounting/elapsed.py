"""Time as a quantity: how many days every row lasted, alone and weighed with time series.

What accrues with time alone, such as a free allocation of allowances, needs no kernel: its product with time series is
integrated here, exactly, so that it does not depend on `time.report` either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np

from simulator.accounting.quantities import TIME, Quantities
from simulator.engine.calendar import timeline
from simulator.engine.ledger import Floats, Ledger
from simulator.engine.noise import series as series_of
from simulator.scenario.dates import days_between, instant_of, position
from simulator.scenario.scenario import Scenario, Series
from simulator.units import SECONDS_PER_DAY


def elapsed(scenario: Scenario, ledger: Ledger) -> Quantities:
    """The quantity `time` and its terms, days × series."""
    terms = [term for term in ledger.index.terms if term.quantity == TIME]
    noisy = {name for term in terms for name in term.tables} & scenario.noises.keys()
    values = np.zeros((*ledger.shipped.shape[:2], 1 + len(terms)))
    of_rows: dict[tuple[int, int], Floats] = {}
    uniform = scenario.world.uniform
    for lane, rows in enumerate(ledger.rows):
        # lanes of one variant share their rows, and all time series but noise
        key = id(rows), ledger.lanes[lane].chance if noisy else 0
        if key not in of_rows:
            series = {**scenario.series, **_noise(scenario, noisy, ledger, lane)}
            products = [[], *([series[name] for name in term.tables] for term in terms)]
            spans = [[integral(product, row.start, row.end, uniform) for product in products] for row in rows]
            of_rows[key] = np.array(spans)
        values[lane, : len(rows)] = of_rows[key]
    return [(TIME, ()), *terms], values


def _noise(scenario: Scenario, names: Collection[str], ledger: Ledger, lane: int) -> Mapping[str, Series]:
    """The factors of some noises in one lane."""
    if not names:
        return {}
    noises, line = {name: scenario.noises[name] for name in names}, timeline(ledger.worlds[lane][0])
    return series_of(noises, scenario.world.seed, ledger.lanes[lane].chance, line)


def integral(product: Sequence[Series], start: datetime, end: datetime, uniform: bool = False) -> float:
    """∫ Π series dt from start to end, in days times their units.

    Between the rows of the tables every series is constant or a straight line, so that Simpson's rule is exact for up
    to three of them.
    """
    if not product:
        return days_between(start, end, uniform)
    first, last = position(start, uniform), position(end, uniform)
    times = [_times(series, uniform) for series in product]
    cuts = np.unique(np.concatenate([[first, last], *times]))
    cuts = cuts[(cuts >= first) & (cuts <= last)]
    heights = np.prod([_inside(series, own, cuts) for series, own in zip(product, times, strict=True)], axis=0)
    return float((np.diff(cuts) * (heights[0] + 4 * heights[1] + heights[2])).sum() / 6 / SECONDS_PER_DAY)


def _times(series: Series, uniform: bool) -> Floats:
    if uniform:
        return np.array([position(instant_of(seconds), uniform) for seconds in series.seconds])
    return np.array(series.seconds, dtype=np.float64)


def _inside(series: Series, times: Floats, cuts: Floats) -> Floats:
    """At the start, the middle and the end of each interval between cuts, seen from inside, shape (3, intervals)."""
    begin, finish = cuts[:-1], cuts[1:]
    if series.between == "linear":
        return np.stack([np.interp(at, times, series.values) for at in (begin, (begin + finish) / 2, finish)])
    held = series.values[np.clip(np.searchsorted(times, begin, side="right") - 1, 0, len(times) - 1)]
    return np.stack([held, held, held])
