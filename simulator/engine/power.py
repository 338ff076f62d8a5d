"""Processes that must not run short of energy: what power could reach them, and what they plan cut to it.

Capability is taken as the review begins: what generators, storages, converters, boundary nodes and the grid can give,
what other processes gave off since their last review, as far as flows can carry it.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.energy import efficiency_of
from simulator.engine.layout import ENERGY, UNBOUNDED
from simulator.engine.planning import draw, fit_batch, output_of
from simulator.engine.routes import LITTLE, possible, reserve
from simulator.engine.state import Batch


@helper
def measure_power(b: Batch, lane: int) -> None:
    """Set what every bus could give (`offer`) and every wire carry (`left`), MWh/day."""
    if b.where[0].urgent == 0:
        return
    for n in range(len(b.by_bus)):
        b.by_bus[n].offer = 0.0 if n < len(b.buses) else UNBOUNDED
    for w in range(len(b.wires)):
        wire = b.wires[w]
        b.by_wire[w].left = b.numbers[lane, wire.capacity] if b.numbers[lane, wire.active] > 0.0 else 0.0
    for n in range(b.where[0].loading):
        if b.power[lane, n] < 0.0:
            b.by_bus[b.needs[n].bus].offer -= b.power[lane, n]
    span = longest_review(b)
    for s in range(len(b.stores)):
        store = b.stores[s]
        most = min(b.numbers[lane, store.power], b.stored[lane, s] / span)
        b.by_bus[store.bus].offer += most * b.numbers[lane, store.active]
    for u in range(b.where[0].generators, len(b.units)):
        add_unit(b, lane, u)
    for c in range(len(b.carriers) - 1, -1, -1):
        for u in range(b.carriers[c].first_unit, b.carriers[c].first_unit + b.carriers[c].units):
            add_unit(b, lane, u)


@helper
def longest_review(b: Batch) -> float:
    """Days that what storages hold must last: to the next review of whoever reviews now."""
    span = b.tick_span[b.tick[0].number]
    for g in range(len(b.group)):
        if b.group[g].due > 0:
            span = max(span, b.group[g].dt)
    return span


@helper
def add_unit(b: Batch, lane: int, u: int) -> None:
    """What a unit could give: its capacity, or what there is to burn where the grid does not sell it.

    What a converter gives beside the carrier it follows does not count: nobody can call for it.
    """
    unit = b.units[u]
    if b.numbers[lane, unit.active] <= 0.0:
        return
    power = b.numbers[lane, unit.capacity] * b.numbers[lane, unit.profile]
    if unit.input >= 0:
        efficiency = efficiency_of(b, lane, u)
        power = claim_power(b, lane, unit.input, power / efficiency) * efficiency
    b.by_bus[unit.bus].offer += power
    if u >= b.where[0].generators:
        for e in range(unit.first_extra, unit.first_extra + unit.extras):
            b.by_bus[b.extras[e].bus].offer += power * b.numbers[lane, b.extras[e].ratio]


@helper
def cut_to_power(b: Batch, lane: int) -> None:
    """Let processes that need energy run as far as it reaches them, better ranks first."""
    if b.where[0].urgent == 0:
        return
    for i in range(len(b.consumers)):
        c = b.consumer_order[lane, i]
        if c < len(b.processes) and b.by_consumer[c].due > 0 and b.by_consumer[c].x > 0.0:
            cut_process(b, lane, c)


@helper
def cut_process(b: Batch, lane: int, p: int) -> None:
    process = b.processes[p]
    basis = b.by_consumer[p].x if process.per < 0 else output_of(b, lane, p, process.per)
    pace = basis / b.group[b.consumers[p].group].dt
    part = 1.0
    for n in range(process.first_need, process.first_need + process.needs):
        wanted = b.numbers[lane, b.needs[n].number] * pace
        if b.needs[n].urgent > 0 and wanted > 0.0:
            part = min(part, claim_power(b, lane, b.needs[n].bus, wanted) / wanted)
    if part < 1.0:
        b.by_consumer[p].cause = ENERGY
        draw(b, lane, p, b.by_consumer[p].x * part)
        fit_batch(b, lane, p)


@helper
def claim_power(b: Batch, lane: int, bus: int, wanted: float) -> float:
    """Take what a process or unit wants from who could give it, route by route; return what it gets."""
    if b.numbers[lane, b.buses[bus].sells] > 0.0:
        return wanted
    b.by_bus[bus].need = wanted
    got = 0.0
    for r in range(len(b.routes)):
        if b.routes[r].receiver == bus:
            amount = possible(b, lane, r)
            if amount == UNBOUNDED:
                return UNBOUNDED
            got += reserve(b, lane, r, amount)
    return wanted if got >= wanted * (1.0 - LITTLE) else got
