"""How much a place wants, has room for, and may accept from the boundary."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import UNBOUNDED, Policy, Port
from simulator.engine.state import Batch
from simulator.engine.transport import coming

ANYTHING, QUANTITY, NONE = Policy.ANYTHING, Policy.QUANTITY, Port.NONE


@helper
def room(b: Batch, lane: int, place: int) -> float:
    """Capacity − on hand − in process − in transit, t; never negative, unlimited where no capacity is declared."""
    capacity = b.numbers[lane, b.places[place].capacity]
    if capacity == UNBOUNDED:
        return UNBOUNDED
    return max(0.0, capacity - b.place_state[lane, place].on_hand - coming(b, lane, place))


@helper
def add_up_nominal_use(b: Batch, lane: int) -> None:
    """Note what the consumers of every inventory use by the numbers that hold now, t/day: Σ rate × share."""
    for place in range(b.where[0].ports):
        entry = b.places[place]
        total = 0.0
        missing = 0.0
        for n in range(entry.first_nominal, entry.first_nominal + entry.nominals):
            term = b.nominals[n]
            total += (
                b.numbers[lane, term.active]
                * b.numbers[lane, term.rate]
                * b.numbers[lane, term.share]
                * b.numbers[lane, term.per]
            )
            missing += b.numbers[lane, term.active] * b.numbers[lane, term.missing]
        b.place_state[lane, place].nominal = total
        b.place_state[lane, place].missing = missing


@helper
def want(b: Batch, lane: int, place: int) -> float:
    """What the order policy of an inventory asks for now, t, before its room is looked at."""
    entry = b.places[place]
    policy = b.numbers[lane, entry.policy]
    if policy == ANYTHING:
        return UNBOUNDED
    position = b.place_state[lane, place].on_hand + coming(b, lane, place)
    level = b.numbers[lane, entry.level]
    use = b.place_state[lane, place].nominal
    missing = b.place_state[lane, place].missing
    if use > 0.0 or missing > 0.0:
        cover = use * (b.numbers[lane, entry.cover] + b.group[entry.group].dt)
        level += (cover + missing) * b.numbers[lane, entry.covers]
        level += b.numbers[lane, entry.lots]
    if position > min(b.numbers[lane, entry.reorder], level):
        return 0.0
    if policy == QUANTITY:
        return b.numbers[lane, entry.quantity]
    return max(0.0, level - position)


@helper
def request(b: Batch, lane: int, place: int) -> float:
    """What a place may be sent now, t."""
    if b.places[place].port != NONE:
        return b.place_state[lane, place].budget
    return min(want(b, lane, place), room(b, lane, place))


@helper
def accrue(b: Batch, lane: int, place: int, today: float, until: float) -> None:
    """Let a port's supply or demand grow to day `until`.

    Time that no one settled is an unused accrual: what is carried of it is cut by `trim`.
    """
    rate = b.numbers[lane, b.places[place].rate]
    state = b.place_state[lane, place]
    if rate == UNBOUNDED:
        state.budget = UNBOUNDED
        return
    if state.budget == UNBOUNDED:
        state.budget = 0.0
        state.accrued = today
    if until > state.accrued:
        state.budget += rate * (until - state.accrued)
        state.accrued = until


@helper
def trim(b: Batch, lane: int, place: int, unmet: int) -> None:
    """Keep of an unused accrual what is carried to the next, and count what a demand loses.

    A supply or an accept keeps up to one review or one lot, a demand less than one lot, or all with `backlog`.
    """
    entry = b.places[place]
    state = b.place_state[lane, place]
    if state.budget == UNBOUNDED or b.numbers[lane, entry.backlog] > 0.0:
        return
    kept = min(state.budget, b.by_place[place].carry)
    b.counted[lane, unmet + place] += (state.budget - kept) * entry.counts
    state.budget = kept
