"""What a process could run, and a use take, if it were alone: rate, inputs, orders, room."""

from __future__ import annotations

import numpy as np

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import CLOSE, INPUT, MINIMUM, ORDER, OUTAGE, RATE, ROOM, UNBOUNDED
from simulator.engine.lots import kept_of_oldest
from simulator.engine.mixing import fill, hold_mix
from simulator.engine.orders import room, want
from simulator.engine.outages import uptime
from simulator.engine.state import Batch
from simulator.engine.wanted import wanted_inflow

TRIES = 100
"""Most steps of the search for a throughput; half of them halve the interval."""


@helper
def allow_process(b: Batch, lane: int, p: int, today: float) -> None:
    """What a process may run in the review that begins now: rate × time in order, and what it saved for a batch."""
    mine = b.by_consumer[p]
    mine.uptime = uptime(b, lane, p, today)
    mine.budget = b.numbers[lane, b.processes[p].rate] * b.group[b.consumers[p].group].dt * mine.uptime
    if b.numbers[lane, b.processes[p].batch] > 0.0:
        b.consumer_state[lane, p].credit += mine.budget
        mine.budget = b.consumer_state[lane, p].credit


@helper
def allow_use(b: Batch, lane: int, c: int) -> None:
    """What a use may take in the review that begins now: its demand, what its stock lacks, or whatever there is."""
    u = c - len(b.processes)
    mine = b.by_consumer[c]
    mine.budget = b.numbers[lane, b.uses[u].demand] * b.group[b.consumers[c].group].dt
    if present(b.wants) and b.uses[u].want >= 0:
        mine.budget = wanted_inflow(b, lane, u)
    elif b.uses[u].greedy > 0:
        mine.budget = UNBOUNDED


@helper
def plan(b: Batch, lane: int) -> int:
    """Let every consumer whose company reviews now plan as if it were alone; return how many there are."""
    due = 0
    for c in range(len(b.consumers)):
        consumer = b.consumers[c]
        mine = b.by_consumer[c]
        part = b.by_part[consumer.part]
        mine.due = mine.open if part.quiet == 0 else 0
        if mine.due == 0:
            continue
        due += 1
        look_at_stocks(b, lane, c, part.stage)
        if c < len(b.processes):
            plan_process(b, lane, c)
        else:
            fit_inputs(b, lane, c, mine.budget)
    return due


@helper
def look_at_stocks(b: Batch, lane: int, c: int, stage: float) -> None:
    """Note what each choice of a consumer's slots could give; later ones wait for their stage, or only dilute."""
    consumer = b.consumers[c]
    for s in range(consumer.first_slot, consumer.first_slot + consumer.slots):
        slot = b.slots[s]
        for d in range(slot.first_draw, slot.first_draw + slot.draws):
            held = b.place_state[lane, b.draws[d].place].on_hand
            b.by_draw[d].available = held if d - slot.first_draw < stage or slot.limits > 0 else 0.0


@helper
def plan_process(b: Batch, lane: int, p: int) -> None:
    """Rate × time in order, then inputs, then what its order asks and the room for its outputs."""
    mine = b.by_consumer[p]
    mine.cause = OUTAGE if mine.uptime == 0.0 else RATE
    allowed = max(0.0, mine.budget) if mine.uptime > 0.0 else 0.0
    fit_inputs(b, lane, p, allowed if b.processes[p].per < 0 or allowed == 0.0 else UNBOUNDED)
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
        if present(b.mix_limits) and slot.limits > 0:
            available = fill(b, lane, s, min(available, x * share), b.by_part[consumer.part].stage)
        if available < x * share:
            x = available / share
            mine.cause = INPUT + s - consumer.first_slot
    draw(b, lane, c, x)


@helper
def draw(b: Batch, lane: int, c: int, x: float) -> None:
    """Set the throughput of a consumer and what it draws for it."""
    consumer = b.consumers[c]
    b.by_consumer[c].x = x
    for s in range(consumer.first_slot, consumer.first_slot + consumer.slots):
        fill(b, lane, s, b.numbers[lane, b.slots[s].share] * x, b.by_part[consumer.part].stage)


@helper
def fit_outputs(b: Batch, lane: int, p: int) -> None:
    """Reduce a planned throughput to the output its rate refers to, its order, the rooms, its batch and minimum.

    Where a slot has limits, one output may grow as another is cut: a second look, with a mix that only shrinks.
    """
    fit_ceilings(b, lane, p)
    if present(b.mix_limits) and b.consumers[p].limited > 0:
        hold_mix(b, p)
        fit_ceilings(b, lane, p)


@helper
def fit_ceilings(b: Batch, lane: int, p: int) -> None:
    """Look at every bound of a process but rate and inputs, once."""
    process = b.processes[p]
    if process.per >= 0:
        fit_ceiling(b, lane, p, process.per, max(0.0, b.by_consumer[p].budget), RATE)
    if process.pull >= 0 and b.numbers[lane, process.pulled] > 0.0:
        fit_ceiling(b, lane, p, process.pull, want(b, lane, b.outputs[process.pull].place), ORDER)
    for o in range(process.first_output, process.first_output + process.outputs):
        if b.outputs[o].place >= 0:
            fit_ceiling(b, lane, p, o, room(b, lane, b.outputs[o].place), ROOM)
    fit_batch(b, lane, p)


@helper
def fit_ceiling(b: Batch, lane: int, p: int, o: int, ceiling: float, cause: int) -> None:
    """Reduce a planned throughput to the largest whose output `o` does not exceed `ceiling` t.

    Output grows with throughput along straight pieces, one per choice of a slot and lot of a store. Secants are exact
    within a piece, and at once where there is one choice; bisection in between brings both ends into the same piece.
    """
    mine = b.by_consumer[p]
    high = mine.x
    if ceiling == UNBOUNDED or high == 0.0:
        return
    most = output_of(b, lane, p, o)
    if most <= ceiling * CLOSE:
        return
    mine.cause = cause
    low = 0.0
    least = 0.0
    for n in range(TRIES):
        part = (ceiling - least) / (most - least) if n % 2 == 0 else 0.5
        x = low + (high - low) * part
        draw(b, lane, p, x)
        out = output_of(b, lane, p, o)
        if ceiling <= out * CLOSE and out <= ceiling * CLOSE:
            return
        if out > ceiling:
            high = x
            most = out
        else:
            low = x
            least = out
    draw(b, lane, p, low)


@helper
def output_of(b: Batch, lane: int, p: int, o: int) -> float:
    """Tonnes of output `o` that the planned draws of a process would give."""
    first = b.outputs[o].coefficients
    total = 0.0
    for d in range(b.consumers[p].first_draw, b.consumers[p].last_draw):
        amount = b.by_draw[d].amount
        if amount > 0.0:
            place = b.draws[d].place
            if present(b.rings) and b.places[place].ring >= 0:
                total += kept_of_oldest(b, lane, place, amount, first)
                continue
            on_hand = b.place_state[lane, place].on_hand
            if on_hand > 0.0:  # another process may have taken all but a rounding error of what is planned
                kept = 0.0
                for k in range(b.mass.shape[2]):
                    kept += b.mass[lane, place, k] * b.numbers[lane, first + k]
                total += amount * (kept / on_hand)
    return total


@helper
def fit_batch(b: Batch, lane: int, p: int) -> None:
    """Whole batches only; below its minimum a process stands still."""
    process = b.processes[p]
    mine = b.by_consumer[p]
    batch = b.numbers[lane, process.batch]
    if batch > 0.0:
        draw(b, lane, p, batch * np.floor(mine.x / batch * CLOSE))
    minimum = b.numbers[lane, process.minimum] * b.group[b.consumers[p].group].dt
    if mine.x > 0.0 and mine.done + mine.x < minimum / CLOSE:
        mine.cause = MINIMUM
        draw(b, lane, p, 0.0)
