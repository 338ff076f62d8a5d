"""Time as a quantity: how many days every row lasted, alone and weighed with time series.

What accrues with time alone, such as a free allocation of allowances, needs no kernel: its product with time series is
integrated here, exactly, so that it does not depend on `time.report` either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from simulator.accounting.quantities import TIME, Quantities
from simulator.engine.ledger import Floats, Ledger
from simulator.scenario.scenario import Scenario, Series
from simulator.units import SECONDS_PER_DAY


def elapsed(scenario: Scenario, ledger: Ledger) -> Quantities:
    """The quantity `time` and its terms, days × series."""
    terms = [term for term in ledger.index.terms if term.quantity == TIME]
    products = [(), *([scenario.series[name] for name in term.tables] for term in terms)]
    values = np.zeros((*ledger.shipped.shape[:2], len(products)))
    of_rows: dict[int, Floats] = {}
    for lane, rows in enumerate(ledger.rows):
        if id(rows) not in of_rows:  # lanes of one variant share their rows
            spans = [[integral(product, row.start, row.end) for product in products] for row in rows]
            of_rows[id(rows)] = np.array(spans)
        values[lane, : len(rows)] = of_rows[id(rows)]
    return [(TIME, ()), *terms], values


def integral(product: Sequence[Series], start: datetime, end: datetime) -> float:
    """∫ Π series dt from start to end, in days times their units.

    Between the rows of the tables every series is constant or a straight line, so that Simpson's rule is exact for up
    to three of them.
    """
    first, last = (float(np.datetime64(instant, "s").astype(np.int64)) for instant in (start, end))
    if not product:
        return (last - first) / SECONDS_PER_DAY
    cuts = np.unique(np.concatenate([[first, last], *(_times(series) for series in product)]))
    cuts = cuts[(cuts >= first) & (cuts <= last)]
    heights = np.prod([_inside(series, cuts) for series in product], axis=0)
    return float((np.diff(cuts) * (heights[0] + 4 * heights[1] + heights[2])).sum() / 6 / SECONDS_PER_DAY)


def _times(series: Series) -> Floats:
    return series.times.astype("datetime64[s]").astype(np.int64).astype(np.float64)


def _inside(series: Series, cuts: Floats) -> Floats:
    """At the start, the middle and the end of each interval between cuts, seen from inside, shape (3, intervals)."""
    times, begin, finish = _times(series), cuts[:-1], cuts[1:]
    if series.between == "linear":
        return np.stack([np.interp(at, times, series.values) for at in (begin, (begin + finish) / 2, finish)])
    held = series.values[np.clip(np.searchsorted(times, begin, side="right") - 1, 0, len(times) - 1)]
    return np.stack([held, held, held])
