"""Everything that happens at one instant, for all lanes of a batch, in the order of the semantics."""

from __future__ import annotations

from math import isnan

from simulator.engine.compiler import helper
from simulator.engine.energy import dispatch
from simulator.engine.following import level
from simulator.engine.handle import Handle, batch_of, present
from simulator.engine.layout import ADVANCE, BEGIN, CLOSING, FIRST, OPENING
from simulator.engine.learning import recall
from simulator.engine.orders import add_up_nominal_use
from simulator.engine.ranks import order_consumers, order_flows
from simulator.engine.rounds import produce_and_settle
from simulator.engine.state import Batch
from simulator.engine.transport import BEGUN, arrive, arrive_before
from simulator.engine.use import retire
from simulator.engine.wanted import recall_missing
from simulator.units import SECONDS_PER_DAY


@helper
def act(handle: Handle, phase: int, now: int) -> None:
    """What the clock calls, for all lanes of a batch: at the start, at every instant, at the end."""
    b = batch_of(handle)
    if phase == BEGIN:
        begin(b)
    elif phase == ADVANCE:
        advance(b, now)
    elif phase == OPENING:
        open_instants(b, now)
    elif phase == CLOSING:
        close_instants(b, now)
    else:
        finish(b, now)


@helper
def begin(b: Batch) -> None:
    """Put the first epoch's numbers in force and record the opening stocks."""
    for lane in range(len(b.lane_state)):
        enter_epoch(b, lane)
        record_stocks(b, lane, FIRST)


@helper
def advance(b: Batch, now: int) -> None:
    """A whole instant, lane by lane."""
    begin_reviews(b)
    for lane in range(len(b.lane_state)):
        open_instant(b, lane, now)
        close_instant(b, lane, now)
    end_reviews(b)


@helper
def open_instants(b: Batch, now: int) -> None:
    """The first half of an instant for all lanes, where other kernels come before the second."""
    begin_reviews(b)
    for lane in range(len(b.lane_state)):
        open_instant(b, lane, now)


@helper
def close_instants(b: Batch, now: int) -> None:
    """The second half for all lanes."""
    for lane in range(len(b.lane_state)):
        close_instant(b, lane, now)
    end_reviews(b)


@helper
def open_instant(b: Batch, lane: int, now: int) -> None:
    """Reports, arrivals, dated changes; then, where companies review, retirements."""
    arrive_before(b, lane, now)
    close_rows(b, lane, now)
    b.lane_state[lane].now = now
    arrive(b, lane, now, BEGUN)
    change(b, lane, now)
    if b.tick[0].reviews > 0:
        follow_series(b, lane)
        retire(b, lane)
        if present(b.learners):
            recall(b, lane)


@helper
def close_instant(b: Batch, lane: int, now: int) -> None:
    """Where companies review: production, settlement, energy; nothing more in a lane that did not come to rest."""
    if b.tick[0].reviews > 0 and b.lane_state[lane].restless == 0:
        produce_and_settle(b, lane, now / SECONDS_PER_DAY)
        if b.tick_span[b.tick[0].number] > 0.0:
            dispatch(b, lane)


@helper
def finish(b: Batch, end: int) -> None:
    """Close the last row: the horizon is half-open, nothing else happens at its end."""
    for lane in range(len(b.lane_state)):
        arrive_before(b, lane, end)
        close_rows(b, lane, end)


@helper
def begin_reviews(b: Batch) -> None:
    """Let groups that are due begin their next review, and count them."""
    b.tick[0].reviews = 0
    for g in range(len(b.group)):
        group = b.group[g]
        if group.due > 0:
            group.review += 1
            group.dt = b.span[g, group.review]
            b.tick[0].reviews += 1
    if b.tick[0].reviews > 0:
        b.tick[0].number += 1


@helper
def end_reviews(b: Batch) -> None:
    for g in range(len(b.group)):
        b.group[g].due = 0


@helper
def change(b: Batch, lane: int, now: int) -> None:
    """Put the numbers of the next epoch in force when its time has come."""
    state = b.lane_state[lane]
    while state.epoch + 1 < b.epoch.shape[1] and b.epoch[lane, state.epoch + 1].start <= now:
        state.epoch += 1
        enter_epoch(b, lane)


@helper
def enter_epoch(b: Batch, lane: int) -> None:
    row = b.epoch[lane, b.lane_state[lane].epoch].row
    for n in range(b.numbers.shape[1]):
        b.numbers[lane, n] = b.epoch_numbers[row, n]
    if present(b.wants):
        for u in range(len(b.uses)):
            recall_missing(b, lane, u)
    order_flows(b, lane)
    order_consumers(b, lane)
    add_up_nominal_use(b, lane)


@helper
def follow_series(b: Batch, lane: int) -> None:
    """Set every number that a time series gives to its value at this instant."""
    for v in range(len(b.varyings)):
        varying = b.varyings[v]
        factor = b.numbers[lane, varying.factor]
        if not isnan(factor):
            b.numbers[lane, varying.number] = factor * level(b, lane, varying.series)
    if len(b.varyings) > 0:
        add_up_nominal_use(b, lane)


@helper
def close_rows(b: Batch, lane: int, now: int) -> None:
    """Close every row of the ledger that has ended: records move into it and begin again at nothing."""
    state = b.lane_state[lane]
    while state.row < b.row_end.shape[1] and b.row_end[lane, state.row] <= now:
        for i in range(b.moved.shape[1]):
            for k in range(b.moved.shape[2]):
                b.rows_moved[lane, state.row, i, k] = b.moved[lane, i, k]
                b.moved[lane, i, k] = 0.0
        for i in range(b.counted.shape[1]):
            b.rows_counted[lane, state.row, i] = b.counted[lane, i]
            b.counted[lane, i] = 0.0
        state.row += 1
        record_stocks(b, lane, state.row)


@helper
def record_stocks(b: Batch, lane: int, row: int) -> None:
    """Record what every inventory holds, what is under way in every queue, and what is in use."""
    at = b.where[0].ports
    for n in range(at):
        for k in range(b.mass.shape[2]):
            b.rows_stock[lane, row, n, k] = b.mass[lane, n, k]
    for lag in range(len(b.lags)):
        queue = b.lags[lag]
        for i in range(b.lag_state[lane, lag].count):
            entry = queue.first + (b.lag_state[lane, lag].head + i) % queue.slots
            for k in range(b.mass.shape[2]):
                b.rows_stock[lane, row, at + lag, k] += b.lag_mass[lane, entry, k]
    at += len(b.lags)
    for u in range(len(b.uses)):
        for k in range(b.mass.shape[2]):
            b.rows_stock[lane, row, at + u, k] = b.in_use[lane, u, k]
    for s in range(b.stored.shape[1]):
        b.rows_stored[lane, row, s] = b.stored[lane, s]
