"""Uses driven by the stock that is wanted: what they let go, what they want to take in, what they go without.

The stock wanted is read when a review begins and reached when it ends: what entered in the review keeps S(0) of itself,
so inflow = (wanted − survivors) ÷ S(0). Over the reviews of an interval these add up to the same formula for the whole.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.compiler import helper
from simulator.engine.layout import CLOSE
from simulator.engine.orders import add_up_nominal_use
from simulator.engine.state import Batch


@helper
def let_go(b: Batch, lane: int, u: int, retired: float) -> float:
    """As a review begins: note what has to be replaced, and put the excess, of all cohorts alike, into the basket.

    Returns the excess, t; `retired` t leave anyhow.
    """
    use = b.uses[u]
    c = len(b.processes) + u
    state = b.consumer_state[lane, c]
    state.missed = state.missing
    state.unmet = 0.0
    kept = kept_at_once(b, lane, u)
    state.replacing = retired / kept / b.group[b.consumers[c].group].dt if kept > 0.0 else 0.0
    stock = in_service(b, lane, u)
    wanted = b.numbers[lane, b.wants[use.want].stock]
    limited = b.numbers[lane, b.wants[use.want].excess] > 0.0 and b.numbers[lane, b.consumers[c].active] > 0.0
    if not limited or stock <= wanted * CLOSE:
        return 0.0
    part = wanted / stock
    for k in range(b.mass.shape[2]):
        left = b.in_use[lane, u, k] * part
        b.basket[k] += b.in_use[lane, u, k] - left
        b.in_use[lane, u, k] = left
        b.pending[lane, u, k] *= part
        b.initial_use[lane, u, k] *= part
        for cohort in range(b.cohort.shape[2]):
            b.cohort[lane, u, cohort, k] *= part
    return stock - wanted


@helper
def kept_at_once(b: Batch, lane: int, u: int) -> float:
    """S(0) of what enters now."""
    use = b.uses[u]
    interval = b.rhythm[use.rhythm, b.group[b.consumers[len(b.processes) + u].group].review].interval
    curve = b.cohort_curve[lane, u, interval]
    if curve < 0:
        curve = np.int64(b.numbers[lane, use.curve])
    return b.survival[curve, 0]


@helper
def in_service(b: Batch, lane: int, u: int) -> float:
    total = 0.0
    for k in range(b.mass.shape[2]):
        total += b.in_use[lane, u, k]
    return total


@helper
def wanted_inflow(b: Batch, lane: int, u: int) -> float:
    """What has to enter so that the stock wanted is there, t; nothing where there is as much."""
    wanted = b.numbers[lane, b.wants[b.uses[u].want].stock]
    stock = in_service(b, lane, u)
    kept = kept_at_once(b, lane, u)
    if wanted <= stock * CLOSE or kept <= 0.0:
        return 0.0
    return (wanted - stock) / kept


@helper
def note_missing(b: Batch, lane: int, u: int, missing: float) -> None:
    """Count what a use misses and did not at its last review, and let the stores that serve it order that, t.

    Noted anew whenever something enters; what holds at the end of a review counts. A tonne that is missing counts once
    however often one looks.
    """
    state = b.consumer_state[lane, len(b.processes) + u]
    unmet = max(0.0, missing - state.missed)
    b.counted[lane, b.where[0].unmet_use + u] += unmet - state.unmet
    state.unmet = unmet
    state.missing = missing
    recall_missing(b, lane, u)
    add_up_nominal_use(b, lane)


@helper
def recall_missing(b: Batch, lane: int, u: int) -> None:
    """Put what a use replaces and misses among the numbers, where a new epoch has none."""
    n = b.uses[u].want
    state = b.consumer_state[lane, len(b.processes) + u]
    if n >= 0:
        b.numbers[lane, b.wants[n].replacing] = state.replacing
        b.numbers[lane, b.wants[n].missing] = state.missing
