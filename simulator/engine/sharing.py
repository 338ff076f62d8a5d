"""Who goes first where plans together exceed a stock, a room or an order."""

from __future__ import annotations

from simulator.engine.claims import rest
from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import CLOSE, FIRST, NO, ORDER, ROOM, UNBOUNDED, YES
from simulator.engine.orders import room, want
from simulator.engine.planning import fit_batch, fit_ceiling, fit_inputs, fit_outputs, output_of
from simulator.engine.state import Batch


@helper
def share_stocks(b: Batch, lane: int) -> None:
    """Where planned draws together exceed a stock, share it by rank, and among equals in proportion to the plans."""
    for d in range(len(b.draws)):
        b.by_place[b.draws[d].place].planned = 0.0
    contested = False
    for c in range(len(b.consumers)):
        if b.by_consumer[c].due > 0:
            for d in range(b.consumers[c].first_draw, b.consumers[c].last_draw):
                n = b.draws[d].place
                place = b.by_place[n]
                place.planned += b.by_draw[d].amount
                contested = contested or place.planned > b.place_state[lane, n].on_hand * CLOSE
    if contested:
        ration(b, lane)


@helper
def ration(b: Batch, lane: int) -> None:
    """Give out every stock by rank and choice, then let each consumer do what it was given allows."""
    for d in range(len(b.draws)):
        b.by_draw[d].available = 0.0
        b.by_place[b.draws[d].place].offer = b.place_state[lane, b.draws[d].place].on_hand
    start = FIRST
    while start < len(b.consumers):
        end = same_rank(b, lane, start)
        choice = FIRST
        while give_choice(b, lane, start, end, choice) > 0:
            choice += 1
        start = end
    for c in range(len(b.consumers)):
        if b.by_consumer[c].due > 0:
            fit_inputs(b, lane, c, b.by_consumer[c].x)
            if c < len(b.processes):
                fit_outputs(b, lane, c)


@helper
def same_rank(b: Batch, lane: int, start: int) -> int:
    """End of the run of consumers that share the rank of the one at `start` in the order of ranks."""
    rank = b.numbers[lane, b.consumers[b.consumer_order[lane, start]].rank]
    end = start + 1
    while end < len(b.consumers) and b.numbers[lane, b.consumers[b.consumer_order[lane, end]].rank] == rank:
        end += 1
    return end


@helper
def give_choice(b: Batch, lane: int, start: int, end: int, choice: int) -> int:
    """Give equals their n-th choice in proportion to what they still lack; return how many slots had one."""
    for d in range(len(b.draws)):
        b.by_draw[d].asked = 0.0
        b.by_place[b.draws[d].place].weight = 0.0
    slots = 0
    for i in range(start, end):
        slots += ask_choice(b, lane, b.consumer_order[lane, i], choice)
    for d in range(len(b.draws)):
        draw = b.by_draw[d]
        if draw.asked > 0.0:
            place = b.by_place[b.draws[d].place]
            draw.available = draw.asked * min(1.0, place.offer / place.weight)
    for d in range(len(b.draws)):
        place = b.by_place[b.draws[d].place]
        place.offer = rest(place.offer, place.weight)
        place.weight = 0.0
    return slots


@helper
def ask_choice(b: Batch, lane: int, c: int, choice: int) -> int:
    """Put down what each slot of a consumer still lacks as a request on its n-th choice."""
    consumer = b.consumers[c]
    mine = b.by_consumer[c]
    asked = 0
    if mine.due == 0:
        return 0
    for s in range(consumer.first_slot, consumer.first_slot + consumer.slots):
        slot = b.slots[s]
        waits = slot.limits == 0 and choice >= b.by_part[consumer.part].stage
        if choice < slot.draws and not waits:
            asked += 1
            d = slot.first_draw + choice
            lacking = b.numbers[lane, slot.share] * mine.x
            if present(b.mix_limits) and slot.limits > 0:
                lacking = planned_up_to(b, slot.first_draw, d)
            for earlier in range(slot.first_draw, d):
                lacking -= b.by_draw[earlier].available
            b.by_draw[d].asked = max(0.0, lacking)
            b.by_place[b.draws[d].place].weight += b.by_draw[d].asked
    return asked


@helper
def planned_up_to(b: Batch, first: int, last: int) -> float:
    """What a slot with limits planned to draw of some choices: a later one is its diluent even where no tonne lacks."""
    total = 0.0
    for d in range(first, last + 1):
        total += b.by_draw[d].amount
    return total


@helper
def share_ceilings(b: Batch, lane: int) -> None:
    """Where several processes together would overfill a store or an order, better ranks go first, equals share."""
    for i in range(len(b.shared)):
        shared = b.shared[i]
        space = room(b, lane, shared.place)
        asked = want(b, lane, shared.place) if b.numbers[lane, shared.pulled] > 0.0 else UNBOUNDED
        if min(space, asked) < UNBOUNDED:
            rank = 0.0
            while rank < UNBOUNDED:
                rank = next_rank(b, lane, i, rank)
                made = fit_equals(b, lane, i, rank, space, asked)
                space = max(0.0, space - made)
                asked = max(0.0, asked - made)


@helper
def next_rank(b: Batch, lane: int, i: int, rank: float) -> float:
    """The best rank among the makers of a shared store that is worse than `rank`, unlimited if there is none."""
    best = UNBOUNDED
    for m in range(b.shared[i].first_maker, b.shared[i].first_maker + b.shared[i].makers):
        p = b.makers[m].process
        own = b.numbers[lane, b.consumers[p].rank]
        if b.by_consumer[p].due > 0 and rank < own < best:
            best = own
    return best


@helper
def fit_equals(b: Batch, lane: int, i: int, rank: float, space: float, asked: float) -> float:
    """Let the makers of one rank share what better ranks left of a store and its order; return what they make, t.

    An order holds back only the makers that follow it; what the others make anyway comes first.
    """
    follow = planned_together(b, lane, i, rank, YES)
    others = planned_together(b, lane, i, rank, NO) - follow
    fit_makers(b, lane, i, rank, max(0.0, asked - others), follow, ORDER)
    fit_makers(b, lane, i, rank, space, planned_together(b, lane, i, rank, NO), ROOM)
    return planned_together(b, lane, i, rank, NO)


@helper
def fit_makers(b: Batch, lane: int, i: int, rank: float, ceiling: float, planned: float, cause: int) -> None:
    """Scale the makers of one rank, of an order only those that follow it, where they plan more than a ceiling."""
    if planned <= ceiling * CLOSE:
        return
    shared = b.shared[i]
    for m in range(shared.first_maker, shared.first_maker + shared.makers):
        p = b.makers[m].process
        o = b.makers[m].output
        follows = cause == ROOM or b.processes[p].pull == o
        if follows and b.numbers[lane, b.consumers[p].rank] == rank:
            fit_ceiling(b, lane, p, o, planned_by(b, lane, m) * (ceiling / planned), cause)
            fit_batch(b, lane, p)


@helper
def planned_together(b: Batch, lane: int, i: int, rank: float, followers: bool) -> float:
    """Tonnes that the makers of one rank plan to put into a shared store; `followers`: those that follow its order."""
    shared = b.shared[i]
    total = 0.0
    for m in range(shared.first_maker, shared.first_maker + shared.makers):
        p = b.makers[m].process
        counts = not followers or b.processes[p].pull == b.makers[m].output
        if counts and b.numbers[lane, b.consumers[p].rank] == rank:
            total += planned_by(b, lane, m)
    return total


@helper
def planned_by(b: Batch, lane: int, m: int) -> float:
    """Tonnes that one maker of a shared store plans to put into it."""
    p = b.makers[m].process
    return output_of(b, lane, p, b.makers[m].output) if b.by_consumer[p].due > 0 else 0.0
