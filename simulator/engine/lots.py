"""First in, first out: a ring of lots per inventory that says so, the oldest first.

What the place holds is in `mass` as everywhere. As long as there is but one lot, that is the lot, and the ring's own
copy of it means nothing; so the rounding of the copies ends whenever a store is down to its last lot.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import ALL, CLOSE
from simulator.engine.state import Batch


@helper
def youngest(b: Batch, lane: int, place: int) -> int:
    """The row of the lot that joins a place now: one an instant, and one for all that a full ring cannot hold.

    What flows deliver may be lots of their own, see `note_delivery`.
    """
    r = b.places[place].ring
    ring = b.rings[r]
    state = b.ring_state[lane, r]
    now = b.lane_state[lane].now
    row = ring.first + (state.head + state.count - 1) % ring.slots
    if state.count == 1:
        on_hand = b.place_state[lane, place].on_hand
        if on_hand <= 0.0:
            b.lots[lane, row].since = now
        b.lots[lane, row].total = on_hand
        for k in range(b.mass.shape[2]):
            b.lot_mass[lane, row, k] = b.mass[lane, place, k]
    if b.lots[lane, row].since == now or state.count == ring.slots:
        return row
    row = ring.first + (state.head + state.count) % ring.slots
    state.count += 1
    empty_lot(b, lane, row)
    return row


@helper
def note_delivery(b: Batch, lane: int, place: int) -> None:
    """Keep what was taken for a place as a lot of its own, behind those it has, until the settlement is over.

    What rests first is one lot, and so is what comes where rounds are without number.
    """
    r = b.places[place].ring
    ring = b.rings[r]
    if ring.apart == 0 or b.places[place].rests > 0 or present(b.rounds):
        return
    state = b.ring_state[lane, r]
    if state.new == 0:
        state.next = (state.head + state.count) % ring.slots
        if state.count == ring.slots:
            state.new = -1
    if state.new < 0:
        return
    if state.count + state.new < ring.slots:
        empty_lot(b, lane, ring.first + (state.next + state.new) % ring.slots)
        state.new += 1
    row = ring.first + (state.next + state.new - 1) % ring.slots
    for k in range(len(b.taken)):
        b.lot_mass[lane, row, k] += b.taken[k]
        b.lots[lane, row].total += b.taken[k]


@helper
def empty_lot(b: Batch, lane: int, row: int) -> None:
    b.lots[lane, row].since = b.lane_state[lane].now
    b.lots[lane, row].total = 0.0
    for k in range(b.lot_mass.shape[2]):
        b.lot_mass[lane, row, k] = 0.0


@helper
def join_deliveries(b: Batch, lane: int, place: int) -> bool:
    """Put the lots that were delivered in this settlement behind the others; whether there were any.

    Where all else has left in the meantime, what is left of the ring is one empty lot: it is dropped.
    """
    r = b.places[place].ring
    ring = b.rings[r]
    state = b.ring_state[lane, r]
    new = state.new
    state.new = 0
    if new <= 0:
        return False
    state.head = (state.next - state.count) % ring.slots
    on_hand = b.place_state[lane, place].on_hand
    if on_hand <= 0.0:
        state.head = state.next
        state.count = 0
    elif state.count == 1:
        row = ring.first + state.head
        b.lots[lane, row].total = on_hand
        for k in range(b.mass.shape[2]):
            b.lot_mass[lane, row, k] = b.mass[lane, place, k]
    state.count += new
    return True


@helper
def take_oldest(b: Batch, lane: int, place: int, amount: float) -> None:
    """Take `amount` t of the oldest lots of a place into `taken`: all of a lot before any of the next."""
    state = b.place_state[lane, place]
    ring = b.ring_state[lane, b.places[place].ring]
    for k in range(len(b.taken)):
        b.taken[k] = 0.0
    if amount >= state.on_hand * ALL:
        ring.count = 1
    left = take_lots(b, lane, b.places[place].ring, amount)
    on_hand = 0.0
    for k in range(len(b.taken)):
        b.taken[k] = min(b.taken[k], b.mass[lane, place, k])
        b.mass[lane, place, k] -= b.taken[k]
        on_hand += b.mass[lane, place, k]
    if left > 0.0 and ring.count == 1:
        part = left / on_hand if left < on_hand * ALL else 1.0
        for k in range(len(b.taken)):
            m = b.mass[lane, place, k] * part
            b.taken[k] += m
            b.mass[lane, place, k] -= m
        on_hand = on_hand - left if part < 1.0 else 0.0
    state.on_hand = on_hand


@helper
def take_lots(b: Batch, lane: int, r: int, amount: float) -> float:
    """Take `amount` t from all lots but the last one into `taken`; return what they lack."""
    ring = b.rings[r]
    state = b.ring_state[lane, r]
    while state.count > 1 and amount > 0.0:
        row = ring.first + state.head
        lot = b.lots[lane, row]
        part = 1.0 if lot.total <= amount * CLOSE else amount / lot.total
        for k in range(len(b.taken)):
            m = b.lot_mass[lane, row, k] * part
            b.taken[k] += m
            b.lot_mass[lane, row, k] -= m
        if part < 1.0:
            lot.total -= amount
            return 0.0
        amount = max(0.0, amount - lot.total)
        state.head = (state.head + 1) % ring.slots
        state.count -= 1
    return amount


@helper
def kept_of_oldest(b: Batch, lane: int, place: int, amount: float, first: int) -> float:
    """Tonnes that coefficients from `first` on keep of `amount` t of the oldest lots.

    As a function of the amount it grows along straight pieces, one per lot.
    """
    r = b.places[place].ring
    ring = b.rings[r]
    state = b.ring_state[lane, r]
    kept = 0.0
    if state.count == 1:
        for k in range(b.mass.shape[2]):
            kept += b.mass[lane, place, k] * b.numbers[lane, first + k]
        on_hand = b.place_state[lane, place].on_hand
        return amount * (kept / on_hand) if on_hand > 0.0 else 0.0
    for i in range(state.count):
        row = ring.first + (state.head + i) % ring.slots
        total = b.lots[lane, row].total
        part = min(amount, total)
        if part > 0.0:
            of_lot = 0.0
            for k in range(b.mass.shape[2]):
                of_lot += b.lot_mass[lane, row, k] * b.numbers[lane, first + k]
            kept += of_lot * (part / total)
            amount -= part
    return kept
