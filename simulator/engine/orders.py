"""How much a place wants, has room for, and may accept from the boundary."""

from __future__ import annotations

import numpy as np

from simulator.engine.claims import rest
from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import CLOSE, UNBOUNDED, ZERO, Policy, Port
from simulator.engine.state import Batch
from simulator.engine.transport import coming

ANYTHING, QUANTITY, NEEDED, NONE = Policy.ANYTHING, Policy.QUANTITY, Policy.NEEDED, Port.NONE
SLACK = CLOSE - 1.0
"""Part of an order by which a stock may lie above its reorder point and still be at it."""


@helper
def room(b: Batch, lane: int, place: int) -> float:
    """Capacity − on hand − in process − in transit, t; none where only rounding is left, unlimited if undeclared."""
    held = b.place_state[lane, place].on_hand + coming(b, lane, place)
    return rest(b.numbers[lane, b.places[place].capacity], held)


@helper
def add_up_nominal_use(b: Batch, lane: int) -> None:
    """Note what the consumers of every inventory use by the numbers that hold now, t/day: Σ rate × share."""
    for place in range(b.where[0].ports):
        entry = b.places[place]
        total = 0.0
        missing = 0.0
        replaced = 0.0
        for n in range(entry.first_nominal, entry.first_nominal + entry.nominals):
            term = b.nominals[n]
            use = (
                b.numbers[lane, term.active]
                * b.numbers[lane, term.rate]
                * b.numbers[lane, term.share]
                * b.numbers[lane, term.per]
            )
            total += use
            if term.missing != ZERO:
                replaced += use
            missing += b.numbers[lane, term.active] * b.numbers[lane, term.missing]
        b.place_state[lane, place].nominal = total
        b.place_state[lane, place].missing = missing
        b.place_state[lane, place].replaced = replaced


@helper
def want(b: Batch, lane: int, place: int) -> float:
    """What the order policy of an inventory asks for now, t, before its room is looked at."""
    entry = b.places[place]
    policy = b.numbers[lane, entry.policy]
    if policy == ANYTHING:
        return UNBOUNDED
    if present(b.pulls) and policy == NEEDED:
        return in_lots(b.by_place[place].lacking, b.numbers[lane, entry.lots])
    reorder = b.numbers[lane, entry.reorder]
    if reorder < UNBOUNDED and b.by_place[place].order >= 0.0:
        return b.by_place[place].order
    position = b.place_state[lane, place].on_hand + coming(b, lane, place) - b.by_place[place].leaving
    level = b.numbers[lane, entry.level]
    use = b.place_state[lane, place].nominal
    missing = b.place_state[lane, place].missing
    if use > 0.0 or missing > 0.0:
        cover = use * (b.numbers[lane, entry.cover] + b.group[entry.group].dt)
        if present(b.rounds):
            cover = use * b.numbers[lane, entry.cover] + left_of_review(b, lane, place)
        level += (cover + missing) * b.numbers[lane, entry.covers]
        level += b.numbers[lane, entry.lots]
    quantity = b.numbers[lane, entry.quantity]
    if above(position, min(reorder, level), quantity if policy == QUANTITY else level):
        return 0.0
    asked = quantity if policy == QUANTITY else max(0.0, level - position)
    if present(b.rounds):
        b.by_place[place].order = asked
    return asked


@helper
def left_of_review(b: Batch, lane: int, place: int) -> float:
    """What of the nominal use until the next look at a store has not been drawn at this instant, t.

    What comes in a round is used in the next, so that nothing is kept for what retires by then: it will be missing.
    """
    use = b.place_state[lane, place].nominal - b.place_state[lane, place].replaced
    return max(0.0, use * b.group[b.places[place].group].dt - b.by_place[place].drawn)


@helper
def above(position: float, reorder: float, order: float) -> bool:
    """Whether a position lies above its reorder point by more than rounding leaves of `order` t after many sales."""
    return position - reorder > (reorder + order) * SLACK


@helper
def in_lots(amount: float, lot: float) -> float:
    """An amount rounded up to whole lots, if there are any."""
    return lot * np.ceil(amount / (lot * CLOSE)) if lot > 0.0 else amount


@helper
def fill_order(b: Batch, place: int, amount: float) -> None:
    """Of an order that was placed at this instant, `amount` t more has come or is under way."""
    if b.by_place[place].order > 0.0:
        b.by_place[place].order = max(0.0, b.by_place[place].order - amount)


@helper
def request(b: Batch, lane: int, place: int) -> float:
    """What a place may be sent now, t."""
    if b.places[place].port != NONE:
        return b.place_state[lane, place].budget
    return min(want(b, lane, place), room(b, lane, place), gate(b, lane, place))


@helper
def gate(b: Batch, lane: int, place: int) -> float:
    """What flows may still bring to an inventory at this review."""
    intake = b.numbers[lane, b.places[place].intake]
    if intake == UNBOUNDED:
        return UNBOUNDED
    return rest(intake * b.group[b.places[place].group].dt, b.by_place[place].came)
