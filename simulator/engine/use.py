"""Products in use: cohorts enter, age, and retire.

A cohort enters over one interval; S(k) of it is in service at the end of its k-th interval. What retires in an interval
is known when it begins and leaves in proportion to time at the reviews within it.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import POST_CONSUMER
from simulator.engine.state import Batch
from simulator.engine.transport import BEGUN, empty_basket, join, take, touch
from simulator.engine.wanted import let_go, note_missing


@helper
def retire(b: Batch, lane: int) -> None:
    """The retirement phase of one lane: older cohorts leave before anything is produced."""
    first = len(b.processes)
    for u in range(len(b.uses)):
        group = b.consumers[first + u].group
        if b.group[group].due == 0:
            continue
        beat = b.rhythm[b.uses[u].rhythm, b.group[group].review]
        empty_basket(b)
        if beat.opens > 0:
            for k in range(b.mass.shape[2]):
                b.basket[k] = b.pending[lane, u, k]
            age(b, lane, u, beat.interval)
        total = 0.0
        for k in range(b.mass.shape[2]):
            due = b.pending[lane, u, k] * beat.spread
            b.pending[lane, u, k] -= due
            b.basket[k] = min(b.basket[k] + due, b.in_use[lane, u, k])
            b.in_use[lane, u, k] -= b.basket[k]
            total += b.basket[k]
        if present(b.wants) and b.uses[u].want >= 0:
            total += let_go(b, lane, u, total)
        if total > 0.0:
            end_life(b, lane, u, total)
    join(b, lane, BEGUN)


@helper
def age(b: Batch, lane: int, u: int, interval: int) -> None:
    """Set what retires in an interval: S(k−1) − S(k) of every cohort, and S(n) ÷ ΣS of the stationary initial stock."""
    part = b.initial_loss[b.initial_curve[lane, u], interval]
    for k in range(b.mass.shape[2]):
        b.pending[lane, u, k] = b.initial_use[lane, u, k] * part
    for cohort in range(interval):
        curve = b.cohort_curve[lane, u, cohort]
        if curve < 0:
            continue  # nothing entered then
        part = b.survival[curve, interval - cohort - 1] - b.survival[curve, interval - cohort]
        if part > 0.0:
            for k in range(b.mass.shape[2]):
                b.pending[lane, u, k] += b.cohort[lane, u, cohort, k] * part


@helper
def put_into_use(b: Batch, lane: int, u: int) -> None:
    """Take what a use demands into service; the part its entry convention loses at once retires as it enters."""
    use = b.uses[u]
    c = len(b.processes) + u
    mine = b.by_consumer[c]
    group = b.consumers[c].group
    if present(b.wants) and use.want >= 0:
        note_missing(b, lane, u, max(0.0, mine.budget - mine.x))
    if mine.x <= 0.0:
        return
    mine.budget -= mine.x
    b.by_part[b.consumers[c].part].moved += mine.x
    d = b.consumers[c].first_draw
    take(b, lane, b.draws[d].place, b.by_draw[d].amount)
    if present(b.rounds) and use.want < 0:
        b.by_place[b.draws[d].place].drawn += b.by_draw[d].amount
    interval = b.rhythm[use.rhythm, b.group[group].review].interval
    if b.cohort_curve[lane, u, interval] < 0:
        b.cohort_curve[lane, u, interval] = np.int64(b.numbers[lane, use.curve])
    kept = b.survival[b.cohort_curve[lane, u, interval], 0]
    row = b.where[0].drawn + d
    lost = 0.0
    for k in range(b.mass.shape[2]):
        m = b.taken[k]
        b.moved[lane, row, k] += m
        b.cohort[lane, u, interval, k] += m
        b.in_use[lane, u, k] += m * kept
        b.basket[k] = m - m * kept
        lost += b.basket[k]
    if lost > 0.0:
        end_life(b, lane, u, lost)


@helper
def end_life(b: Batch, lane: int, u: int, total: float) -> None:
    """Turn the basket, `total` t leaving a use, into what it becomes: soiled, post-consumer or used again."""
    use = b.uses[u]
    substances = b.where[0].substances
    for s in range(substances):
        m = 0.0
        for first in range(0, b.mass.shape[2], substances):
            m += b.basket[first + s]
        if use.soiling >= 0:
            soil = total * b.numbers[lane, use.soiling + s]
            b.moved[lane, b.where[0].soiled + u, POST_CONSUMER * substances + s] += soil
            m += soil
        for e in range(use.first_end, use.first_end + use.ends):
            end = b.ends[e]
            part = m * b.numbers[lane, end.share]
            b.added[end.place, end.origin * substances + s] += part
            b.moved[lane, b.where[0].retired + e, end.origin * substances + s] += part
    for e in range(use.first_end, use.first_end + use.ends):
        touch(b, b.ends[e].place)
