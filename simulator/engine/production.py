"""Production: what every process runs, and what uses take into service.

1. Each consumer plans what it could do alone: rate, inputs, orders, room (`planning`).
2. Where plans together exceed a stock, a room or an order, better ranks go first and equals share (`sharing`).
3. What must not run short of energy is cut to what reaches it (`power`).
4. Inputs are taken, outputs join when all have taken theirs: material passes one process per review.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.following import level
from simulator.engine.handle import present
from simulator.engine.layout import INPUT, NO, ORDER, OUTAGE, RATE, ROOM, UNBOUNDED
from simulator.engine.learning import learn
from simulator.engine.needed import find_needs
from simulator.engine.orders import fill_order
from simulator.engine.planning import allow_process, allow_use, fit_batch, fit_ceiling, output_of, plan
from simulator.engine.power import cut_to_power, measure_power
from simulator.engine.sharing import share_ceilings, share_stocks
from simulator.engine.state import Batch
from simulator.engine.transport import PRODUCED, add_taken, empty_basket, join, load_lag, relabel, take, tonnes_taken
from simulator.engine.use import put_into_use


@helper
def open_production(b: Batch, lane: int, today: float) -> None:
    """Note what every consumer whose company reviews now may run or take at this instant."""
    measure_power(b, lane)
    release_power(b, lane)
    for c in range(len(b.consumers)):
        mine = b.by_consumer[c]
        mine.open = b.group[b.consumers[c].group].due if b.numbers[lane, b.consumers[c].active] > 0.0 else 0
        if mine.open > 0:
            mine.done = 0.0
            mine.basis = 0.0
            if c < len(b.processes):
                allow_process(b, lane, c, today)
            else:
                allow_use(b, lane, c)


@helper
def produce(b: Batch, lane: int) -> None:
    """One round of production of one lane."""
    if present(b.pulls):
        find_needs(b, lane, NO)
    if plan(b, lane) == 0:
        return
    share_stocks(b, lane)
    share_ceilings(b, lane)
    cut_to_power(b, lane)
    if present(b.rings) and b.where[0].queued > 0:
        note_outputs(b, lane)
    for p in range(len(b.processes)):
        if b.by_consumer[p].due > 0 and b.by_consumer[p].x > 0.0:
            run(b, lane, p)
    for u in range(len(b.uses)):
        if b.by_consumer[len(b.processes) + u].due > 0:
            put_into_use(b, lane, u)
    join(b, lane, PRODUCED)


@helper
def close_production(b: Batch, lane: int) -> None:
    """Record what the instant came to: how processes ran and what held them back, what uses lack."""
    for p in range(len(b.processes)):
        if b.by_consumer[p].open > 0:
            close_process(b, lane, p)
    for u in range(len(b.uses)):
        mine = b.by_consumer[len(b.processes) + u]
        if mine.open > 0 and b.uses[u].greedy == 0 and b.uses[u].want < 0:
            b.counted[lane, b.where[0].unmet_use + u] += max(0.0, mine.budget)
    if present(b.learners):
        learn(b, lane)


@helper
def run(b: Batch, lane: int, p: int) -> None:
    """Take the inputs of a process and give out its outputs, now or after its duration."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    if present(b.rings) and process.queued > 0:
        keep_outputs(b, lane, p)
    empty_basket(b)
    for d in range(b.consumers[p].first_draw, b.consumers[p].last_draw):
        if b.by_draw[d].amount > 0.0:
            take_input(b, lane, d)
    basis = mine.x
    for o in range(process.first_output, process.first_output + process.outputs):
        give_output(b, lane, o)
        if o == process.per:
            basis = tonnes_taken(b)
    mine.budget -= basis
    mine.basis += basis
    mine.done += mine.x
    b.by_part[b.consumers[p].part].moved += mine.x


@helper
def close_process(b: Batch, lane: int, p: int) -> None:
    process = b.processes[p]
    mine = b.by_consumer[p]
    count_limit(b, lane, p)
    carry_rate(b, lane, p)
    if mine.done > 0.0 or mine.restarts > 0.0:
        hold_power(b, lane, p)
        b.counted[lane, b.where[0].basis + p] += mine.basis
        for t in range(process.first_term, process.first_term + process.terms):
            term = b.terms[t]
            b.counted[lane, term.counter] += mine.basis * level(b, lane, term.series)


@helper
def note_outputs(b: Batch, lane: int) -> None:
    """Note what processes that may find other lots than they planned with are to give."""
    for p in range(len(b.processes)):
        process = b.processes[p]
        if process.queued > 0 and b.by_consumer[p].due > 0:
            for o in range(process.first_output, process.first_output + process.outputs):
                b.by_output[o].planned = output_of(b, lane, p, o)


@helper
def keep_outputs(b: Batch, lane: int, p: int) -> None:
    """Cut a process that finds younger lots than it planned with, so that it gives no more of anything limited."""
    process = b.processes[p]
    for o in range(process.first_output, process.first_output + process.outputs):
        planned = b.by_output[o].planned
        place = b.outputs[o].place
        if o == process.per:
            fit_ceiling(b, lane, p, o, planned, RATE)
        if o == process.pull and b.numbers[lane, process.pulled] > 0.0:
            fit_ceiling(b, lane, p, o, planned, ORDER)
        if place >= 0 and b.numbers[lane, b.places[place].capacity] < UNBOUNDED:
            fit_ceiling(b, lane, p, o, planned, ROOM)
    fit_batch(b, lane, p)


@helper
def release_power(b: Batch, lane: int) -> None:
    """What processes needed since their last review ends; one that stands still or is switched off needs nothing."""
    for p in range(len(b.processes)):
        process = b.processes[p]
        if b.group[b.consumers[p].group].due > 0:
            for n in range(process.first_need, process.first_need + process.needs):
                b.power[lane, n] = 0.0


@helper
def hold_power(b: Batch, lane: int, p: int) -> None:
    """Spread the energy of what was run, and of its restarts, evenly over the span to the next review."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    for n in range(process.first_need, process.first_need + process.needs):
        energy = b.numbers[lane, b.needs[n].number] * mine.basis
        energy += b.numbers[lane, b.needs[n].restart] * mine.restarts
        b.power[lane, n] = energy / b.group[b.consumers[p].group].dt


@helper
def take_input(b: Batch, lane: int, d: int) -> None:
    """Put what a draw takes from its store into the basket."""
    take(b, lane, b.draws[d].place, b.by_draw[d].amount)
    if present(b.rounds):
        b.by_place[b.draws[d].place].drawn += b.by_draw[d].amount
    row = b.where[0].drawn + d
    for k in range(b.mass.shape[2]):
        b.basket[k] += b.taken[k]
        b.moved[lane, row, k] += b.taken[k]


@helper
def give_output(b: Batch, lane: int, o: int) -> None:
    """Give one output its coefficients' part of the basket."""
    output = b.outputs[o]
    row = b.where[0].made + o
    for k in range(len(b.taken)):
        b.taken[k] = b.basket[k] * b.numbers[lane, output.coefficients + k]
    if output.origin >= 0:
        relabel(b, output.origin)
    for k in range(len(b.taken)):
        b.moved[lane, row, k] += b.taken[k]
    weigh_release(b, lane, o)
    if output.place >= 0:
        fill_order(b, output.place, tonnes_taken(b))
    if output.lag >= 0:
        load_lag(b, lane, output.lag, tonnes_taken(b))
    elif output.place >= 0:
        add_taken(b, output.place)


@helper
def weigh_release(b: Batch, lane: int, o: int) -> None:
    """Weigh what was released of some substances with time series."""
    output = b.outputs[o]
    for t in range(output.first_term, output.first_term + output.terms):
        term = b.terms[t]
        for k in range(term.substance, len(b.taken), b.where[0].substances):
            b.counted[lane, term.counter] += b.taken[k] * level(b, lane, term.series)


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
    b.counted[lane, process.limits + INPUT + slots + mine.cause] += mine.done


@helper
def carry_rate(b: Batch, lane: int, p: int) -> None:
    """A process in batches saves up its unused rate, up to one batch or one review."""
    process = b.processes[p]
    batch = b.numbers[lane, process.batch]
    if batch > 0.0:
        review = b.numbers[lane, process.rate] * b.group[b.consumers[p].group].dt
        b.consumer_state[lane, p].credit = min(b.by_consumer[p].budget, max(batch, review))
