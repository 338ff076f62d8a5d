"""Production at one instant: what every process runs, and what uses take into service.

1. Each consumer plans what it could do alone: rate, inputs, orders, room.
2. Where plans together exceed a stock, a room or an order, better ranks go first and equals share in proportion.
3. Inputs are taken, outputs join when all have taken theirs: material passes one process per review.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.compiler import helper
from simulator.engine.layout import FIRST, LIMITS_BEFORE_INPUTS
from simulator.engine.orders import room, want
from simulator.engine.outages import uptime
from simulator.engine.state import Batch
from simulator.engine.transport import add_taken, empty_basket, enter_lag, join, load_lag, take
from simulator.engine.use import put_into_use

RATE, ORDER, ROOM, OUTAGE, MINIMUM = (np.int64(limit) for limit in range(LIMITS_BEFORE_INPUTS))
UNBOUNDED = float("inf")
CLOSE = 1.0 + 1e-12
TRIES = 50


@helper
def produce(b: Batch, lane: int, today: float) -> None:
    """The production phase of one lane."""
    if plan(b, lane, today) == 0:
        return
    share_stocks(b, lane)
    share_ceilings(b, lane)
    for p in range(len(b.processes)):
        if b.by_consumer[p].due > 0:
            run(b, lane, p)
    for u in range(len(b.uses)):
        if b.by_consumer[len(b.processes) + u].due > 0:
            put_into_use(b, lane, u)
    join(b, lane)


@helper
def plan(b: Batch, lane: int, today: float) -> int:
    """Let every consumer whose company reviews now plan as if it were alone; return how many there are."""
    due = 0
    processes = len(b.processes)
    for c in range(len(b.consumers)):
        consumer = b.consumers[c]
        mine = b.by_consumer[c]
        mine.due = b.group[consumer.group].due if b.numbers[lane, consumer.active] > 0.0 else 0
        if mine.due == 0:
            continue
        due += 1
        for d in range(consumer.first_draw, consumer.last_draw):
            b.by_draw[d].available = b.place_state[lane, b.draws[d].place].on_hand
        if c < processes:
            plan_process(b, lane, c, today)
        else:
            plan_use(b, lane, c, c - processes)
    return due


@helper
def plan_use(b: Batch, lane: int, c: int, u: int) -> None:
    """A use takes its demand, or whatever there is."""
    use = b.uses[u]
    demand = b.numbers[lane, use.demand] * b.group[b.consumers[c].group].dt
    b.by_consumer[c].budget = demand
    fit_inputs(b, lane, c, UNBOUNDED if use.greedy > 0 else demand)


@helper
def plan_process(b: Batch, lane: int, p: int, today: float) -> None:
    """Rate × time in order, then inputs, then what its order asks and the room for its outputs."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    dt = b.group[b.consumers[p].group].dt
    mine.uptime = uptime(b, lane, p, process.outage, today, dt)
    mine.budget = b.numbers[lane, process.rate] * dt * mine.uptime
    if b.numbers[lane, process.batch] > 0.0:
        b.consumer_state[lane, p].credit += mine.budget
        mine.budget = b.consumer_state[lane, p].credit
    mine.cause = OUTAGE if mine.uptime == 0.0 else RATE
    fit_inputs(b, lane, p, mine.budget if process.per < 0 else UNBOUNDED)
    fit_outputs(b, lane, p)


@helper
def fit_inputs(b: Batch, lane: int, c: int, x: float) -> None:
    """Reduce a throughput to what the slots can draw, and draw it: first choices first."""
    consumer = b.consumers[c]
    mine = b.by_consumer[c]
    for s in range(consumer.first_slot, consumer.first_slot + consumer.slots):
        slot = b.slots[s]
        share = b.numbers[lane, slot.share]
        if share <= 0.0:
            continue
        available = 0.0
        for d in range(slot.first_draw, slot.first_draw + slot.draws):
            available += b.by_draw[d].available
        if available < x * share:
            x = available / share
            mine.cause = LIMITS_BEFORE_INPUTS + s - consumer.first_slot
    draw(b, lane, c, x)


@helper
def draw(b: Batch, lane: int, c: int, x: float) -> None:
    """Set the throughput of a consumer and what it draws for it."""
    consumer = b.consumers[c]
    b.by_consumer[c].x = x
    for s in range(consumer.first_slot, consumer.first_slot + consumer.slots):
        slot = b.slots[s]
        lacking = b.numbers[lane, slot.share] * x
        for d in range(slot.first_draw, slot.first_draw + slot.draws):
            b.by_draw[d].amount = min(lacking, b.by_draw[d].available)
            lacking -= b.by_draw[d].amount


@helper
def fit_outputs(b: Batch, lane: int, p: int) -> None:
    """Reduce a planned throughput to the output its rate refers to, its order, the rooms, its batch and minimum."""
    process = b.processes[p]
    if process.per >= 0:
        fit_ceiling(b, lane, p, process.per, b.by_consumer[p].budget, RATE)
    if process.pull >= 0 and b.numbers[lane, process.pulled] > 0.0:
        fit_ceiling(b, lane, p, process.pull, want(b, lane, b.outputs[process.pull].place), ORDER)
    for o in range(process.first_output, process.first_output + process.outputs):
        if b.outputs[o].place >= 0:
            fit_ceiling(b, lane, p, o, room(b, lane, b.outputs[o].place), ROOM)
    fit_batch(b, lane, p)


@helper
def fit_ceiling(b: Batch, lane: int, p: int, o: int, ceiling: float, cause: int) -> None:
    """Reduce a planned throughput until output `o` does not exceed `ceiling` t.

    The yield depends on the mix and the mix on the throughput: with one choice per slot the first step is exact.
    """
    if ceiling == UNBOUNDED:
        return
    mine = b.by_consumer[p]
    for _ in range(TRIES):
        out = output_of(b, lane, p, o)
        if out <= ceiling * CLOSE:
            return
        mine.cause = cause
        draw(b, lane, p, mine.x * (ceiling / out))
    draw(b, lane, p, 0.0)


@helper
def output_of(b: Batch, lane: int, p: int, o: int) -> float:
    """Tonnes of output `o` that the planned draws of a process would give."""
    substances = b.where[0].substances
    coefficients = b.outputs[o].coefficients
    total = 0.0
    for d in range(b.consumers[p].first_draw, b.consumers[p].last_draw):
        amount = b.by_draw[d].amount
        if amount <= 0.0:
            continue
        place = b.draws[d].place
        kept = 0.0
        for first in range(0, b.mass.shape[2], substances):
            for s in range(substances):
                kept += b.mass[lane, place, first + s] * b.numbers[lane, coefficients + s]
        total += amount * (kept / b.place_state[lane, place].on_hand)
    return total


@helper
def fit_batch(b: Batch, lane: int, p: int) -> None:
    """Whole batches only; below its minimum a process stands still."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    batch = b.numbers[lane, process.batch]
    if batch > 0.0:
        draw(b, lane, p, batch * int(mine.x / batch * CLOSE))
    minimum = b.numbers[lane, process.minimum] * b.group[b.consumers[p].group].dt
    if 0.0 < mine.x < minimum / CLOSE:
        mine.cause = MINIMUM
        draw(b, lane, p, 0.0)


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
        place.offer = max(0.0, place.offer - place.weight)
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
        if choice < slot.draws:
            asked += 1
            lacking = b.numbers[lane, slot.share] * mine.x
            for d in range(slot.first_draw, slot.first_draw + choice):
                lacking -= b.by_draw[d].available
            d = slot.first_draw + choice
            b.by_draw[d].asked = max(0.0, lacking)
            b.by_place[b.draws[d].place].weight += b.by_draw[d].asked
    return asked


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
    """Let the makers of one rank share what better ranks left of a store and its order; return what they make, t."""
    shared = b.shared[i]
    planned = 0.0
    for m in range(shared.first_maker, shared.first_maker + shared.makers):
        if b.numbers[lane, b.consumers[b.makers[m].process].rank] == rank:
            planned += planned_by(b, lane, m)
    made = 0.0
    for m in range(shared.first_maker, shared.first_maker + shared.makers):
        p = b.makers[m].process
        o = b.makers[m].output
        if b.numbers[lane, b.consumers[p].rank] != rank:
            continue
        ceiling = asked if b.processes[p].pull == o and asked < space else space
        if planned > ceiling * CLOSE:
            cause = ORDER if ceiling < space else ROOM
            fit_ceiling(b, lane, p, o, planned_by(b, lane, m) * (ceiling / planned), cause)
            fit_batch(b, lane, p)
        made += planned_by(b, lane, m)
    return made


@helper
def planned_by(b: Batch, lane: int, m: int) -> float:
    """Tonnes that one maker of a shared store plans to put into it."""
    p = b.makers[m].process
    return output_of(b, lane, p, b.makers[m].output) if b.by_consumer[p].due > 0 else 0.0


@helper
def run(b: Batch, lane: int, p: int) -> None:
    """Take the inputs of a process and give out its outputs, now or after its duration."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    count_limit(b, lane, p)
    if mine.x <= 0.0:
        carry_rate(b, lane, p, 0.0)
        return
    empty_basket(b)
    for d in range(b.consumers[p].first_draw, b.consumers[p].last_draw):
        if b.by_draw[d].amount > 0.0:
            take_input(b, lane, d)
    basis = mine.x
    for o in range(process.first_output, process.first_output + process.outputs):
        made = give_output(b, lane, o)
        if o == process.per:
            basis = made
    carry_rate(b, lane, p, basis)
    b.counted[lane, b.where[0].basis + p] += basis
    for t in range(process.first_term, process.first_term + process.terms):
        term = b.terms[t]
        b.counted[lane, term.counter] += basis * b.series[term.series, b.tick[0]]


@helper
def take_input(b: Batch, lane: int, d: int) -> None:
    """Put what a draw takes from its store into the basket."""
    take(b, lane, b.draws[d].place, b.by_draw[d].amount)
    for k in range(b.mass.shape[2]):
        b.basket[k] += b.taken[k]
        b.moved[lane, b.where[0].drawn + d, k] += b.taken[k]


@helper
def give_output(b: Batch, lane: int, o: int) -> float:
    """Give one output its coefficients' part of the basket; return its mass, t."""
    output = b.outputs[o]
    substances = b.where[0].substances
    row = b.where[0].made + o
    made = 0.0
    for first in range(0, b.mass.shape[2], substances):
        for s in range(substances):
            m = b.basket[first + s] * b.numbers[lane, output.coefficients + s]
            b.taken[first + s] = m
            b.moved[lane, row, first + s] += m
            made += m
    if output.lag >= 0:
        load_lag(b, lane, output.lag, enter_lag(b, lane, output.lag))
    elif output.place >= 0:
        add_taken(b, output.place)
    return made


@helper
def count_limit(b: Batch, lane: int, p: int) -> None:
    """Record for how long, and at what throughput, each limit held."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    dt = b.group[b.consumers[p].group].dt
    slots = b.consumers[p].slots
    down = dt * (1.0 - mine.uptime)
    b.counted[lane, b.where[0].outage + p] += down
    if mine.cause == RATE:
        b.counted[lane, process.limits + OUTAGE] += down
        dt -= down
    b.counted[lane, process.limits + mine.cause] += dt
    b.counted[lane, process.limits + LIMITS_BEFORE_INPUTS + slots + mine.cause] += mine.x


@helper
def carry_rate(b: Batch, lane: int, p: int, basis: float) -> None:
    """A process in batches saves up its unused rate, up to one batch or one review; `basis` is what it used."""
    process = b.processes[p]
    batch = b.numbers[lane, process.batch]
    if batch > 0.0:
        review = b.numbers[lane, process.rate] * b.group[b.consumers[p].group].dt
        b.consumer_state[lane, p].credit = min(b.by_consumer[p].budget - basis, max(batch, review))
