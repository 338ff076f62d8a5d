"""Moving mass: taking from a place, putting into one, and what is under way between the two."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import ALL, POST_CONSUMER, REUSED, Phase
from simulator.engine.lots import join_deliveries, take_oldest, youngest
from simulator.engine.state import Batch

BEGUN, PRODUCED, SETTLED = Phase.BEGUN, Phase.PRODUCED, Phase.SETTLED


@helper
def take(b: Batch, lane: int, place: int, amount: float) -> None:
    """Take `amount` t into `taken`: of the mix at `place`, or of its oldest lots.

    A store without a ring of lots is well mixed, so taking leaves its composition as it was. This is the one place
    where rounding is tolerated: all but a trillionth counts as all, so that no dust remains and nothing becomes
    negative; what is on hand is always the sum of its substances.
    """
    if present(b.rings) and b.places[place].ring >= 0:
        take_oldest(b, lane, place, amount)
        return
    state = b.place_state[lane, place]
    part = amount / state.on_hand if amount < state.on_hand * ALL else 1.0
    left = 0.0
    for k in range(b.mass.shape[2]):
        b.taken[k] = b.mass[lane, place, k] * part
        b.mass[lane, place, k] -= b.taken[k]
        left += b.mass[lane, place, k]
    state.on_hand = left


@helper
def empty_basket(b: Batch) -> None:
    for k in range(len(b.basket)):
        b.basket[k] = 0.0


@helper
def touch(b: Batch, place: int) -> None:
    """Note that something was added to a place, to join its stock at the end of the phase."""
    if b.by_place[place].touched == 0:
        b.by_place[place].touched = 1
        last = len(b.touched) - 1
        b.touched[b.touched[last]] = place
        b.touched[last] += 1


@helper
def join(b: Batch, lane: int, phase: int) -> None:
    """Let everything that was added in this phase join its place, or rest first, and sum anew what is on hand."""
    last = len(b.touched) - 1
    for i in range(b.touched[last]):
        place = b.touched[i]
        b.by_place[place].touched = 0
        if b.places[place].rests > 0:
            let_rest(b, lane, place, b.places[place].first_lag + phase)
            continue
        if present(b.rings) and b.places[place].ring >= 0 and not join_deliveries(b, lane, place):
            open_lot(b, lane, place)
        total = 0.0
        for k in range(b.added.shape[1]):
            m = b.mass[lane, place, k] + b.added[place, k]
            b.mass[lane, place, k] = m
            b.added[place, k] = 0.0
            total += m
        b.place_state[lane, place].on_hand = total
    b.touched[last] = 0


@helper
def open_lot(b: Batch, lane: int, place: int) -> None:
    """Note what was added to a place as a lot of its own."""
    row = youngest(b, lane, place)
    for k in range(b.added.shape[1]):
        b.lot_mass[lane, row, k] += b.added[place, k]
        b.lots[lane, row].total += b.added[place, k]


@helper
def let_rest(b: Batch, lane: int, place: int, lag: int) -> None:
    """Let everything that was added to a place enter the queue in which it rests."""
    for k in range(b.added.shape[1]):
        b.taken[k] = b.added[place, k]
        b.added[place, k] = 0.0
    load_lag(b, lane, lag, tonnes_taken(b))


@helper
def enter_lag(b: Batch, lane: int, lag: int, review: int, now: int) -> int:
    """The entry of a queue for what started at a review, opened where it is the first; return its row in `lag_mass`.

    Where the time it takes is drawn it counts from `now`.
    """
    queue = b.lags[lag]
    state = b.lag_state[lane, lag]
    if state.count > 0:
        last = queue.first + (state.head + state.count - 1) % queue.slots
        if b.lag_slot[lane, last].review == review:
            return last
    row = queue.first + (state.head + state.count) % queue.slots
    state.count += 1
    b.lag_slot[lane, row].due = b.lag_due[lag, review] if state.delay < 0 else now + state.delay
    b.lag_slot[lane, row].review = review
    b.lag_slot[lane, row].total = 0.0
    for k in range(b.lag_mass.shape[2]):
        b.lag_mass[lane, row, k] = 0.0
    return row


@helper
def load_lag(b: Batch, lane: int, lag: int, total: float) -> None:
    """Put what was taken, `total` t, into a queue."""
    row = enter_lag(b, lane, lag, b.group[b.lags[lag].group].review, b.lane_state[lane].now)
    for k in range(len(b.taken)):
        b.lag_mass[lane, row, k] += b.taken[k]
    b.lag_slot[lane, row].total += total
    b.lag_state[lane, lag].total += total


@helper
def tonnes_taken(b: Batch) -> float:
    """Tonnes of all that was taken."""
    total = 0.0
    for k in range(len(b.taken)):
        total += b.taken[k]
    return total


@helper
def relabel(b: Batch, origin: int) -> None:
    """Give all that was taken one origin; `reused` only what was in use before."""
    substances = b.where[0].substances
    for s in range(substances):
        total = 0.0
        for first in range(0, len(b.taken), substances):
            if origin != REUSED or first >= POST_CONSUMER * substances:
                total += b.taken[first + s]
                b.taken[first + s] = 0.0
        b.taken[origin * substances + s] = total


@helper
def add_taken(b: Batch, place: int) -> None:
    """Let what was taken join a place at the end of the phase."""
    for k in range(len(b.taken)):
        b.added[place, k] += b.taken[k]
    touch(b, place)


@helper
def arrive(b: Batch, lane: int, now: int, phase: int) -> None:
    """Let everything due arrive: goods that were shipped, products that are finished, what has rested.

    What joined a place when a phase was over has rested when that phase is over again.
    """
    for lag in range(len(b.lags)):
        queue = b.lags[lag]
        state = b.lag_state[lane, lag]
        until = now if queue.after <= phase else now - 1
        while state.count > 0 and b.lag_slot[lane, queue.first + state.head].due <= until:
            row = queue.first + state.head
            if queue.next < 0:
                unload(b, lane, queue.place, row)
            else:
                pass_on(b, lane, queue.next, row)
            state.head = (state.head + 1) % queue.slots
            state.count -= 1
            state.total = state.total - b.lag_slot[lane, row].total if state.count > 0 else 0.0


@helper
def arrive_before(b: Batch, lane: int, now: int) -> None:
    """Let arrive what was due since the last instant: times that are drawn have no instants of their own.

    Twice, since what arrives may rest first, and have rested by now.
    """
    if b.where[0].delayed > 0:
        arrive(b, lane, now - 1, SETTLED)
        arrive(b, lane, now - 1, SETTLED)


@helper
def unload(b: Batch, lane: int, place: int, row: int) -> None:
    """Put an entry of a queue into a place."""
    if present(b.rings) and b.places[place].ring >= 0:
        lot = youngest(b, lane, place)
        for k in range(b.mass.shape[2]):
            b.lot_mass[lane, lot, k] += b.lag_mass[lane, row, k]
        b.lots[lane, lot].total += b.lag_slot[lane, row].total
    for k in range(b.mass.shape[2]):
        b.mass[lane, place, k] += b.lag_mass[lane, row, k]
    b.place_state[lane, place].on_hand += b.lag_slot[lane, row].total


@helper
def pass_on(b: Batch, lane: int, lag: int, row: int) -> None:
    """Put an entry of a queue into the next one, where it rests."""
    slot = b.lag_slot[lane, row]
    to = enter_lag(b, lane, lag, slot.review, slot.due)
    for k in range(b.mass.shape[2]):
        b.lag_mass[lane, to, k] += b.lag_mass[lane, row, k]
    b.lag_slot[lane, to].total += slot.total
    b.lag_state[lane, lag].total += slot.total


@helper
def coming(b: Batch, lane: int, place: int) -> float:
    """Tonnes under way towards a place: in transit, in process, and resting in it."""
    total = 0.0
    entry = b.places[place]
    for lag in range(entry.first_lag, entry.first_lag + entry.lags):
        total += b.lag_state[lane, lag].total
    return total
