"""Moving mass: taking from a place, putting into one, and what is under way between the two."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import POST_CONSUMER, REUSED
from simulator.engine.state import Batch

ALL = 1.0 - 1e-12


@helper
def take(b: Batch, lane: int, place: int, amount: float) -> None:
    """Take `amount` t of the mix at `place` into `taken`.

    A store is well mixed, so taking leaves its composition as it was. This is the one place where rounding is
    tolerated: all but a trillionth counts as all, so that no dust remains and nothing becomes negative; what is on
    hand is summed anew when something joins.
    """
    state = b.place_state[lane, place]
    part = 1.0
    left = 0.0
    if amount < state.on_hand * ALL:
        part = amount / state.on_hand
        left = state.on_hand - amount
    for k in range(b.mass.shape[2]):
        b.taken[k] = b.mass[lane, place, k] * part
        b.mass[lane, place, k] -= b.taken[k]
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
def join(b: Batch, lane: int) -> None:
    """Let everything that was added in this phase join its place, and sum anew what is on hand."""
    last = len(b.touched) - 1
    for i in range(b.touched[last]):
        place = b.touched[i]
        total = 0.0
        for k in range(b.added.shape[1]):
            m = b.mass[lane, place, k] + b.added[place, k]
            b.mass[lane, place, k] = m
            b.added[place, k] = 0.0
            total += m
        b.place_state[lane, place].on_hand = total
        b.by_place[place].touched = 0
    b.touched[last] = 0


@helper
def enter_lag(b: Batch, lane: int, lag: int) -> int:
    """Open the next entry of a queue for what starts now; return its row in `lag_mass`."""
    queue = b.lags[lag]
    state = b.lag_state[lane, lag]
    row = queue.first + (state.head + state.count) % queue.slots
    state.count += 1
    b.lag_slot[lane, row].due = b.lag_due[lag, b.group[queue.group].review]
    b.lag_slot[lane, row].total = 0.0
    return row


@helper
def load_lag(b: Batch, lane: int, lag: int, total: float) -> None:
    """Put what was taken, `total` t, into a queue."""
    row = enter_lag(b, lane, lag)
    for k in range(len(b.taken)):
        b.lag_mass[lane, row, k] = b.taken[k]
    b.lag_slot[lane, row].total = total
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
def arrive(b: Batch, lane: int, now: int) -> None:
    """Let everything due by `now` arrive: goods that were shipped, products that are finished."""
    for lag in range(len(b.lags)):
        queue = b.lags[lag]
        state = b.lag_state[lane, lag]
        place = queue.place  # read once: the compiler cannot know that writing masses leaves it as it is
        while state.count > 0 and b.lag_slot[lane, queue.first + state.head].due <= now:
            row = queue.first + state.head
            for k in range(b.mass.shape[2]):
                b.mass[lane, place, k] += b.lag_mass[lane, row, k]
            b.place_state[lane, place].on_hand += b.lag_slot[lane, row].total
            state.head = (state.head + 1) % queue.slots
            state.count -= 1
            state.total = state.total - b.lag_slot[lane, row].total if state.count > 0 else 0.0


@helper
def coming(b: Batch, lane: int, place: int) -> float:
    """Tonnes under way towards a place: in transit and in process."""
    total = 0.0
    entry = b.places[place]
    for lag in range(entry.first_lag, entry.first_lag + entry.lags):
        total += b.lag_state[lane, lag].total
    return total
