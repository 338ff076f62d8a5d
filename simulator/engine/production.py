"""Production at one instant: what every process runs, and what uses take into service.

1. Each consumer plans what it could do alone: rate, inputs, orders, room (`planning`).
2. Where plans together exceed a stock, a room or an order, better ranks go first and equals share (`sharing`).
3. What must not run short of energy is cut to what reaches it (`power`).
4. Inputs are taken, outputs join when all have taken theirs: material passes one process per review.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import INPUT, OUTAGE, RATE
from simulator.engine.planning import plan
from simulator.engine.power import cut_to_power, measure_power
from simulator.engine.sharing import share_ceilings, share_stocks
from simulator.engine.state import Batch
from simulator.engine.transport import add_taken, empty_basket, join, load_lag, relabel, take, tonnes_taken
from simulator.engine.use import put_into_use


@helper
def produce(b: Batch, lane: int, today: float) -> None:
    """The production phase of one lane."""
    measure_power(b, lane)
    release_power(b, lane)
    if plan(b, lane, today) == 0:
        return
    share_stocks(b, lane)
    share_ceilings(b, lane)
    cut_to_power(b, lane)
    for p in range(len(b.processes)):
        if b.by_consumer[p].due > 0:
            run(b, lane, p)
    for u in range(len(b.uses)):
        if b.by_consumer[len(b.processes) + u].due > 0:
            put_into_use(b, lane, u)
    join(b, lane)


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
        give_output(b, lane, o)
        if o == process.per:
            basis = tonnes_taken(b)
    carry_rate(b, lane, p, basis)
    hold_power(b, lane, p, basis)
    b.counted[lane, b.where[0].basis + p] += basis
    for t in range(process.first_term, process.first_term + process.terms):
        term = b.terms[t]
        b.counted[lane, term.counter] += basis * b.series[term.series, b.tick[0]]


@helper
def release_power(b: Batch, lane: int) -> None:
    """What processes needed since their last review ends; one that stands still or is switched off needs nothing."""
    for p in range(len(b.processes)):
        process = b.processes[p]
        if b.group[b.consumers[p].group].due > 0:
            for n in range(process.first_need, process.first_need + process.needs):
                b.power[lane, n] = 0.0


@helper
def hold_power(b: Batch, lane: int, p: int, basis: float) -> None:
    """Spread the energy of what was run evenly over the span to the next review."""
    process = b.processes[p]
    for n in range(process.first_need, process.first_need + process.needs):
        b.power[lane, n] = b.numbers[lane, b.needs[n].number] * basis / b.group[b.consumers[p].group].dt


@helper
def take_input(b: Batch, lane: int, d: int) -> None:
    """Put what a draw takes from its store into the basket."""
    take(b, lane, b.draws[d].place, b.by_draw[d].amount)
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
            b.counted[lane, term.counter] += b.taken[k] * b.series[term.series, b.tick[0]]


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
    b.counted[lane, process.limits + INPUT + slots + mine.cause] += mine.x


@helper
def carry_rate(b: Batch, lane: int, p: int, basis: float) -> None:
    """A process in batches saves up its unused rate, up to one batch or one review; `basis` is what it used."""
    process = b.processes[p]
    batch = b.numbers[lane, process.batch]
    if batch > 0.0:
        review = b.numbers[lane, process.rate] * b.group[b.consumers[p].group].dt
        b.consumer_state[lane, p].credit = min(b.by_consumer[p].budget - basis, max(batch, review))
