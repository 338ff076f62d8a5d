"""What inventories that are ordered as `needed` lack: echelon base stock, after Clark and Scarf (1960).

A process needs what is asked of its leading output, up to its rate until what is ordered now is there. Less all that
its slot accepts and the company holds or expects, that is what each of these materials may still be sent. So such an
inventory has no stock of its own: the level of the last product is what it and all behind it hold together.
Clark, A. and Scarf, H.: Optimal policies for a multi-echelon inventory problem. Management Science 6 (1960) 475.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.contracts import in_force, left_of_period
from simulator.engine.handle import present
from simulator.engine.layout import UNBOUNDED, Policy, Port
from simulator.engine.orders import request, room, want
from simulator.engine.state import Batch
from simulator.engine.transport import coming

NEEDED, NONE = Policy.NEEDED, Port.NONE
LITTLE = 1e-12
"""Part of what a slot needs that is rounding."""


@helper
def find_needs(b: Batch, lane: int, ahead: bool) -> None:
    """Note what every inventory ordered as needed lacks; `ahead`: when flows have taken what they are about to take.

    Processes that ask others come first, so that what they lack is known when the others are looked at.
    """
    for n in range(b.where[0].ports):
        b.by_place[n].accepted = 0.0
    clear_lacks(b, lane)
    for r in range(len(b.pulls)):
        b.by_draw[b.slots[b.pulls[r].slot].first_draw].asked = need_of(b, lane, r, ahead)
        add_lack(b, r)


@helper
def renew_needs(b: Batch, lane: int, start: int, end: int) -> None:
    """What the flows of one rank are to bring counts for every material that would have done."""
    for i in range(start, end):
        b.by_place[b.flows[b.due_flows[i]].target].accepted += b.by_flow[b.due_flows[i]].amount
    clear_lacks(b, lane)
    for r in range(len(b.pulls)):
        add_lack(b, r)
    for n in range(b.where[0].ports):
        if b.numbers[lane, b.places[n].policy] == NEEDED:
            b.by_place[n].request = min(b.by_place[n].request, want(b, lane, n))


@helper
def clear_lacks(b: Batch, lane: int) -> None:
    for n in range(b.where[0].ports):
        place = b.by_place[n]
        place.free = b.place_state[lane, n].on_hand + coming(b, lane, n) + place.accepted
        place.lacking = 0.0


@helper
def add_lack(b: Batch, r: int) -> None:
    """Set aside what a slot needs of what there is, first choices first; the rest is lacking of each of its choices.

    Within limits every choice counts for itself: what dilutes has to be there whatever else is.
    """
    slot = b.slots[b.pulls[r].slot]
    need = b.by_draw[slot.first_draw].asked
    left = need
    for d in range(slot.first_draw, slot.first_draw + slot.draws):
        place = b.by_place[b.draws[d].place]
        used = min(left, place.free)
        place.free -= used
        if slot.limits == 0:
            left -= used
        elif left - used > need * LITTLE:
            place.lacking += left - used
    if slot.limits == 0 and left > need * LITTLE:
        for d in range(slot.first_draw, slot.first_draw + slot.draws):
            b.by_place[b.draws[d].place].lacking += left


@helper
def need_of(b: Batch, lane: int, r: int, ahead: bool) -> float:
    """Tonnes that a slot has to take for what its process is asked to make, up to the rate of the process."""
    pull = b.pulls[r]
    slot = b.slots[pull.slot]
    mine = b.by_consumer[pull.process]
    made = b.numbers[lane, pull.made]
    if mine.open == 0 or made <= 0.0:
        return 0.0
    cover = 0.0
    for d in range(slot.first_draw, slot.first_draw + slot.draws):
        entry = b.places[b.draws[d].place]
        if b.numbers[lane, entry.policy] == NEEDED:
            cover = max(cover, b.numbers[lane, entry.cover])
    rate = b.numbers[lane, b.processes[pull.process].rate]
    dt = b.group[b.consumers[pull.process].group].dt
    most = max(0.0, mine.budget) if present(b.rounds) else rate * dt
    most = (most + rate * cover) * b.numbers[lane, pull.per]
    order = order_for(b, lane, b.outputs[pull.output].place, 1.0 + cover / dt, ahead)
    return b.numbers[lane, slot.share] * min(most, order / made)


@helper
def order_for(b: Batch, lane: int, place: int, reviews: float, ahead: bool) -> float:
    """Tonnes of an output that are to be made: what is ordered of it, else what its flows ask for in some reviews."""
    state = b.place_state[lane, place]
    asked = asked_by_flows(b, lane, place)
    leaving = 0.0
    if ahead:
        leaving = min(asked, max(0.0, state.on_hand - b.numbers[lane, b.places[place].safety]))
    b.by_place[place].leaving = leaving
    order = want(b, lane, place)
    b.by_place[place].leaving = 0.0
    if order == UNBOUNDED:
        order = max(0.0, asked * reviews + leaving - state.on_hand - coming(b, lane, place))
    return min(order, room(b, lane, place) + leaving)


@helper
def asked_by_flows(b: Batch, lane: int, place: int) -> float:
    """What the ends of a store's flows ask of it until its next review, t; an accept takes, but does not ask.

    Whoever looks more often than the store is taken to ask for as much every time.
    """
    total = 0.0
    dt = b.group[b.places[place].group].dt
    for f in range(len(b.flows)):
        flow = b.flows[f]
        target = b.places[flow.target]
        asks = flow.source == place and (target.port == NONE or target.counts > 0)
        if asks and b.group[flow.group].due > 0 and b.numbers[lane, flow.active] > 0.0:
            most = request(b, lane, flow.target)
            if b.numbers[lane, flow.capacity] < UNBOUNDED:
                most = min(most, max(0.0, b.flow_state[lane, f].budget - b.by_flow[f].sent))
            most *= max(1.0, dt / b.group[flow.group].dt)
            if flow.contract >= 0:
                most = min(most, left_of_period(b, lane, f)) if in_force(b, lane, f) else 0.0
            total += most
    return total
