"""Settlement: who sends how much to whom.

Offers and requests are computed before anything moves. Rank by rank, senders grant in proportion to what receivers ask,
receivers accept in proportion to what they are granted, until nothing moves; then lots are floored, and what flooring
leaves is given out lot by lot. Fair, not maximal.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.claims import asked, claim, part_above, rest, spare
from simulator.engine.compiler import helper
from simulator.engine.contracts import in_force, left_of_period
from simulator.engine.following import level
from simulator.engine.handle import present
from simulator.engine.layout import CLOSE, FIRST, NO, NOBODY, UNBOUNDED, YES, Port
from simulator.engine.lots import note_delivery
from simulator.engine.needed import find_needs, renew_needs
from simulator.engine.orders import fill_order, request
from simulator.engine.ports import accrue_ports, trim_ports
from simulator.engine.state import Batch
from simulator.engine.transport import SETTLED, add_taken, join, load_lag, relabel, take

NONE, SUPPLY = Port.NONE, Port.SUPPLY
WHOLE = 1e-9
"""Part of a lot by which rounding may fall short of it."""


@helper
def open_settlement(b: Batch, lane: int, today: float) -> None:
    """Let ports and capacities accrue to the end of the reviews that begin now."""
    accrue_ports(b, lane, today)
    for n in range(len(b.places)):
        b.by_place[n].sent = 0.0
        b.by_place[n].came = 0.0
        b.by_place[n].order = -1.0
        b.by_place[n].drawn = 0.0
    for f in range(len(b.flows)):
        b.by_flow[f].sent = 0.0
        capacity = b.numbers[lane, b.flows[f].capacity]
        if is_open(b, lane, f) and capacity < UNBOUNDED:
            b.flow_state[lane, f].budget += capacity * b.group[b.flows[f].group].dt


@helper
def close_settlement(b: Batch, lane: int) -> None:
    """Carry on what capacities, shares and ports have accrued and not used."""
    for f in range(len(b.flows)):
        if is_open(b, lane, f):
            close_flow(b, lane, f)
    trim_ports(b, lane)


@helper
def is_open(b: Batch, lane: int, f: int) -> bool:
    """Whether a flow settles at this instant."""
    flow = b.flows[f]
    due = b.group[flow.group].due > 0 and b.numbers[lane, flow.active] > 0.0
    if present(b.contracts) and flow.contract >= 0:
        return due and in_force(b, lane, f)
    return due


@helper
def settle(b: Batch, lane: int) -> None:
    """One round of settlement of one lane."""
    if present(b.pulls):
        find_needs(b, lane, not present(b.rounds))
    flows = open_flows(b, lane)
    start = FIRST
    while start < flows:
        end = start + 1
        rank = rank_of(b, lane, start)
        while end < flows and rank_of(b, lane, end) == rank:
            end += 1
        settle_rank(b, lane, start, end)
        if present(b.pulls):
            renew_needs(b, lane, start, end)
        start = end
    for i in range(flows):
        if b.by_flow[b.due_flows[i]].amount > 0.0:
            ship(b, lane, b.due_flows[i])
    join(b, lane, SETTLED)


@helper
def rank_of(b: Batch, lane: int, i: int) -> float:
    return b.numbers[lane, b.flows[b.due_flows[i]].rank]


@helper
def open_flows(b: Batch, lane: int) -> int:
    """List the flows that can move something, by rank and name, with offers, requests and caps; return their number."""
    count = 0
    b.tick[0].settlement += 1
    for i in range(len(b.flows)):
        f = b.flow_order[lane, i]
        flow = b.flows[f]
        part = b.by_part[flow.part]
        if part.quiet > 0 or b.numbers[lane, flow.rank] > part.stage or not is_open(b, lane, f):
            continue
        open_place(b, lane, flow.source)
        open_place(b, lane, flow.target)
        b.by_flow[f].amount = 0.0
        b.by_flow[f].cap = cap(b, lane, f)
        if not is_idle(b, lane, f):
            b.due_flows[count] = f
            count += 1
    return count


@helper
def is_idle(b: Batch, lane: int, f: int) -> bool:
    """Whether a flow can neither move anything now nor, being in lots, keep anything back from worse ranks."""
    flow = b.flows[f]
    if b.by_place[flow.source].offer <= 0.0:
        return YES
    wanted = min(b.by_flow[f].cap, b.by_place[flow.target].request)
    return wanted <= 0.0 and b.numbers[lane, flow.lot] <= 0.0


@helper
def open_place(b: Batch, lane: int, n: int) -> None:
    """Set what a place offers and asks for, once an instant."""
    place = b.by_place[n]
    if place.opened == b.tick[0].settlement:
        return
    place.opened = b.tick[0].settlement
    place.weight = 0.0
    place.granted = 0.0
    if b.places[n].port == SUPPLY:
        place.offer = b.place_state[lane, n].budget
        place.request = 0.0
    else:
        place.offer = b.place_state[lane, n].on_hand
        place.request = request(b, lane, n)


@helper
def cap(b: Batch, lane: int, f: int) -> float:
    """The most a flow may carry now: what its capacity has accrued, and its share of the sender's offer."""
    flow = b.flows[f]
    state = b.flow_state[lane, f]
    most = UNBOUNDED
    if b.numbers[lane, flow.capacity] < UNBOUNDED:
        most = rest(state.budget, b.by_flow[f].sent)
    share = b.numbers[lane, flow.share]
    if share < 1.0:
        most = min(most, entitle(b, lane, f, share))
    if present(b.contracts) and flow.contract >= 0:
        most = min(most, left_of_period(b, lane, f))
    return most


@helper
def entitle(b: Batch, lane: int, f: int, share: float) -> float:
    """A share of the cumulative offer of the instant; a flow in lots saves up what it could not ship."""
    flow = b.flows[f]
    state = b.flow_state[lane, f]
    offer = spare(b, lane, f)
    if offer == UNBOUNDED:
        return offer if share > 0.0 else 0.0
    lot = b.numbers[lane, flow.lot]
    sent = b.by_flow[f].sent
    if lot == 0.0:
        return max(0.0, share * (offer + b.by_place[flow.source].sent) - sent)
    offered = offer + b.place_state[lane, flow.source].shipped
    state.entitled += share * max(0.0, offered - state.offered)
    state.offered = offered
    return max(0.0, state.entitled - sent)


@helper
def settle_rank(b: Batch, lane: int, start: int, end: int) -> None:
    """Share out one rank, then make lots whole, and keep what they still need from worse ranks."""
    lots = 0
    for i in range(start, end):
        if b.numbers[lane, b.flows[b.due_flows[i]].whole] > 0.0:
            lots += 1
    share_out(b, lane, start, end, NO)
    if lots == 0:
        return
    floor_lots(b, lane, start, end)
    while give_lot(b, lane, start, end):
        pass
    if lots < end - start:
        share_out(b, lane, start, end, YES)
    keep_back(b, lane, start, end)


@helper
def limit(b: Batch, lane: int, f: int) -> float:
    """What one flow could still carry: cap, open request, and offer above its safety stock."""
    return min(asked(b, lane, f), spare(b, lane, f))


@helper
def share_out(b: Batch, lane: int, start: int, end: int, loose: bool) -> None:
    """Grant and accept in proportion until nobody had to refuse; `loose`: only flows that need not be whole.

    Every round satisfies a receiver, or uses up what lies above a safety stock, or is the last: so there are at most
    twice as many rounds as flows and one.
    """
    for _ in range(2 * (end - start) + 1):
        kept = grant(b, lane, start, end, loose)
        if not accept(b, start, end) and not kept:
            return


@helper
def grant(b: Batch, lane: int, start: int, end: int, loose: bool) -> bool:
    """Each sender grants in proportion to min(cap, open request), an unlimited request counting as the offer.

    Return whether one keeps more from some of its flows than from others, which may leave something for these.
    """
    kept = NO
    for i in range(start, end):
        flow = b.flows[b.due_flows[i]]
        b.by_place[flow.source].weight = 0.0
        b.by_place[flow.source].spare = 0.0
        b.by_place[flow.target].granted = 0.0
    for i in range(start, end):
        f = b.due_flows[i]
        source = b.by_place[b.flows[f].source]
        b.by_flow[f].grant = claim(b, lane, f, loose)
        source.weight += b.by_flow[f].grant
        source.spare = max(source.spare, spare(b, lane, f))
    for i in range(start, end):
        f = b.due_flows[i]
        flow = b.flows[f]
        source = b.by_place[flow.source]
        if spare(b, lane, f) < source.spare:
            part = part_above(b, lane, start, end, f, loose)
            kept = kept or (part < 1.0 and b.by_flow[f].grant > 0.0)
            b.by_flow[f].grant *= part
        elif source.weight > source.spare:
            b.by_flow[f].grant *= source.spare / source.weight
        b.by_flow[f].grant = min(b.by_flow[f].grant, spare(b, lane, f))
        b.by_place[flow.target].granted += b.by_flow[f].grant
    return kept


@helper
def accept(b: Batch, start: int, end: int) -> bool:
    """Each receiver accepts in proportion to its grants; return whether any had to refuse."""
    refused = False
    for i in range(start, end):
        f = b.due_flows[i]
        flow = b.flows[f]
        target = b.by_place[flow.target]
        amount = b.by_flow[f].grant
        if target.granted > target.request * CLOSE:
            amount *= target.request / target.granted
            refused = True
        b.by_flow[f].grant = amount
    for i in range(start, end):
        move(b, b.due_flows[i], b.by_flow[b.due_flows[i]].grant)
    return refused


@helper
def move(b: Batch, f: int, amount: float) -> None:
    """Book `amount` t more over a flow, or less where it is negative."""
    flow = b.flows[f]
    b.by_flow[f].amount += amount
    b.by_flow[f].cap = rest(b.by_flow[f].cap, amount)
    b.by_place[flow.source].offer = rest(b.by_place[flow.source].offer, amount)
    b.by_place[flow.target].request = rest(b.by_place[flow.target].request, amount)


@helper
def floor_lots(b: Batch, lane: int, start: int, end: int) -> None:
    """Give back what exceeds whole lots."""
    for i in range(start, end):
        f = b.due_flows[i]
        whole = b.numbers[lane, b.flows[f].whole]
        if whole > 0.0:
            amount = b.by_flow[f].amount
            floored = whole * np.floor(amount / whole + WHOLE)
            b.by_flow[f].rest = amount - floored
            move(b, f, min(0.0, floored - amount))


@helper
def give_lot(b: Batch, lane: int, start: int, end: int) -> bool:
    """Give one lot to the flow with the largest remainder that can still move one; return whether there was any."""
    best = NOBODY
    for i in range(start, end):
        f = b.due_flows[i]
        whole = b.numbers[lane, b.flows[f].whole]
        better = best < 0 or b.by_flow[f].rest > b.by_flow[best].rest
        if better and whole > 0.0 and limit(b, lane, f) >= whole * (1.0 - WHOLE):
            best = f
    if best < 0:
        return False
    whole = b.numbers[lane, b.flows[best].whole]
    move(b, best, min(whole, limit(b, lane, best)))
    b.by_flow[best].rest -= whole
    return True


@helper
def keep_back(b: Batch, lane: int, start: int, end: int) -> None:
    """Keep from worse ranks what the sender of a flow in lots still holds, up to one lot."""
    for i in range(start, end):
        flow = b.flows[b.due_flows[i]]
        source = b.by_place[flow.source]
        source.offer -= min(source.offer, b.numbers[lane, flow.lot])


@helper
def ship(b: Batch, lane: int, f: int) -> None:
    """Send what was settled: it leaves now and arrives now or after the lead time."""
    flow = b.flows[f]
    amount = b.by_flow[f].amount
    b.by_flow[f].sent += amount
    b.by_place[flow.source].sent += amount
    b.by_part[flow.part].moved += amount
    send(b, lane, flow.source, amount)
    stored = b.places[flow.target].port == NONE
    if flow.relabel >= 0:
        relabel(b, flow.relabel)
    row = b.where[0].shipped + f
    for k in range(b.mass.shape[2]):
        b.moved[lane, row, k] += b.taken[k]
    if flow.lag >= 0:
        load_lag(b, lane, flow.lag, amount)
    elif stored:
        add_taken(b, flow.target)
        if present(b.rings) and b.places[flow.target].ring >= 0:
            note_delivery(b, lane, flow.target)
    if stored:
        b.by_place[flow.target].came += amount
        fill_order(b, flow.target, amount)
    else:
        use_accrual(b, lane, flow.target, amount)
    for t in range(flow.first_term, flow.first_term + flow.terms):
        term = b.terms[t]
        b.counted[lane, term.counter] += amount * level(b, lane, term.series)


@helper
def send(b: Batch, lane: int, place: int, amount: float) -> None:
    """Take what is sent: from a store, or, at its declared composition, from a boundary supply."""
    b.place_state[lane, place].shipped += amount
    if b.places[place].port != SUPPLY:
        take(b, lane, place, amount)
        return
    use_accrual(b, lane, place, amount)
    for k in range(b.mass.shape[2]):
        b.taken[k] = b.mass[lane, place, k] * amount


@helper
def use_accrual(b: Batch, lane: int, place: int, amount: float) -> None:
    b.place_state[lane, place].budget = rest(b.place_state[lane, place].budget, amount)


@helper
def close_flow(b: Batch, lane: int, f: int) -> None:
    """Carry on at most one review or one lot of what a flow may carry, and one lot of its share."""
    flow = b.flows[f]
    state = b.flow_state[lane, f]
    sent = b.by_flow[f].sent
    state.entitled = min(max(0.0, state.entitled - sent), b.numbers[lane, flow.lot])
    state.carried += sent
    capacity = b.numbers[lane, flow.capacity]
    if capacity < UNBOUNDED:
        carried = max(capacity * b.group[flow.group].dt, b.numbers[lane, flow.whole])
        state.budget = min(rest(state.budget, sent), carried)
