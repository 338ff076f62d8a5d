"""`rank: cost`: what a tonne costs on its cheapest way to a boundary, a use or a demand, and who comes first by it.

A way ends where a tonne is taken over at a price, fee or for a use; else what its receiver has to do with it belongs to
it: processing, and by the yields of every substance the ways of what comes out. What a tonne of each substance costs
from each store on is the fixed point of the cheapest choice at every store (Bellman's equation), approached from above;
which choice is the cheapest depends on the mix that the store holds.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from simulator.engine.compiler import helper
from simulator.engine.contracts import in_force
from simulator.engine.handle import Handle, batch_of
from simulator.engine.layout import Port
from simulator.engine.ranks import order_flows
from simulator.engine.state import Batch

FAR = 1e12
"""EUR/t of what has no way out."""
SWEEPS = 20_000
"""After so many a cycle costs less than nothing."""
FREE = 1_000
"""After so many a store keeps its way until another is cheaper for what it holds: where goods come back in another mix,
its best choice can undo itself for ever."""
SAME = 1e-9
"""Part by which costs may differ and still be the same."""
HOP = SAME / 10
"""What a flow costs beside its toll, EUR/t: of equal ways the shortest, so that none goes in a circle for nothing."""
STEP = 1e-6
"""Between the ranks of one sender's ways: far less than what sets materials that are ordered as needed apart within a
rank (`pulls.LATER`)."""
NOW, NEXT, MIX = (cast(int, np.int64(layer)) for layer in range(3))
"""Layers of `onward`: costs found so far, those of the next sweep, and the mix of what is held, by substance."""
SUPPLY = Port.SUPPLY


@helper
def rank(handle: Handle, _phase: int, _now: int) -> None:
    """What the clock calls between the halves of an instant, for all lanes of a batch."""
    b = batch_of(handle)
    for lane in range(len(b.lane_state)):
        if b.tick[0].reviews > 0:
            rank_by_cost(b, lane)
            order_flows(b, lane)


@helper
def rank_by_cost(b: Batch, lane: int) -> None:
    """Rank the flows that say so: the ways of one sender, or from supplies to one buyer, cheapest first."""
    find_ways(b, lane)
    for f in range(len(b.ways)):
        b.by_way[f].cost = cost_of(b, lane, f)
    for f in range(len(b.ways)):
        usual = b.numbers[lane, b.ways[f].usual]
        if usual > 0.0:
            b.numbers[lane, b.flows[f].rank] = usual + STEP * count_cheaper(b, lane, f)


@helper
def find_ways(b: Batch, lane: int) -> None:
    """Costs of every substance from every store on, EUR/t."""
    if b.lane_state[lane].endless > 0:
        return
    note_mixes(b, lane)
    falling = 0
    for sweep in range(SWEEPS):
        for f in range(len(b.ways)):
            try_flow(b, lane, f)
        for e in range(len(b.exits)):
            try_exit(b, lane, e)
        if sweep >= FREE:
            keep_what_is_no_dearer(b)
        falling = take_over(b)
        if falling == 0:
            return
    b.lane_state[lane].endless = falling


@helper
def note_mixes(b: Batch, lane: int) -> None:
    """The mix of what every place holds, or supplies, now; of an empty store as its material is declared."""
    for n in range(b.onward.shape[1]):
        total = 0.0
        for k in range(b.mass.shape[2]):
            total += b.mass[lane, n, k]
        for s in range(b.onward.shape[2]):
            mix = b.numbers[lane, b.mixes[n].first + s]
            if total > 0.0:
                mix = 0.0
                for k in range(s, b.mass.shape[2], b.onward.shape[2]):
                    mix += b.mass[lane, n, k] / total
            b.onward[MIX, n, s] = mix
            b.onward[NOW, n, s] = FAR if n < b.where[0].ports else 0.0
            b.onward[NEXT, n, s] = FAR
        b.by_place[n].least = FAR


@helper
def try_flow(b: Batch, lane: int, f: int) -> None:
    """A way out of a store: over a flow, and on with its receiver where no price is agreed."""
    flow = b.flows[f]
    closed = b.numbers[lane, flow.active] == 0.0 or (flow.contract >= 0 and not in_force(b, lane, f))
    if closed or b.numbers[lane, flow.capacity] == 0.0 or b.places[flow.source].port == SUPPLY:
        return
    own = toll(b, lane, f)
    on = b.numbers[lane, b.ways[f].onward]
    for s in range(b.onward.shape[2]):
        b.basket[s] = own + HOP + on * b.onward[NOW, flow.target, s]
    choose(b, flow.source)


@helper
def toll(b: Batch, lane: int, f: int) -> float:
    """What a tonne costs on the flow itself: price or fee, and transport, EUR."""
    way = b.ways[f]
    return b.numbers[lane, way.paid] + b.numbers[lane, way.distance] * b.numbers[lane, way.haulage]


@helper
def try_exit(b: Batch, lane: int, e: int) -> None:
    """A way out of a store: into a use, where it ends, or through a process and on with what comes out."""
    way = b.exits[e]
    if b.numbers[lane, b.consumers[way.consumer].active] == 0.0 or b.numbers[lane, way.open] == 0.0:
        return
    for s in range(b.onward.shape[2]):
        b.basket[s] = 0.0
    if way.consumer < len(b.processes):
        process = b.processes[way.consumer]
        own = bill(b, lane, e)
        for s in range(b.onward.shape[2]):
            b.basket[s] = own if process.per < 0 else own * b.numbers[lane, b.outputs[process.per].coefficients + s]
        for o in range(process.first_output, process.first_output + process.outputs):
            if b.outputs[o].place >= 0:
                for s in range(b.onward.shape[2]):
                    part = b.numbers[lane, b.outputs[o].coefficients + s]
                    b.basket[s] += part * b.onward[NOW, b.outputs[o].place, s]
    choose(b, way.place)


@helper
def bill(b: Batch, lane: int, e: int) -> float:
    """What a process costs per tonne: operation, as far as it has learnt, and energy bought, EUR."""
    way = b.exits[e]
    cost = b.numbers[lane, way.cost]
    if way.learner >= 0:
        cost *= b.learn_state[lane, way.learner].left
    for i in range(way.first_bill, way.first_bill + way.bills):
        cost += max(0.0, b.numbers[lane, b.bills[i].need]) * b.numbers[lane, b.bills[i].price]
    return cost


@helper
def choose(b: Batch, n: int) -> None:
    """Keep a way out of a store, laid out in the basket, if for what the store holds it is the cheapest so far."""
    cost = 0.0
    for s in range(b.onward.shape[2]):
        cost += b.onward[MIX, n, s] * b.basket[s]
    if cost < b.by_place[n].least:
        b.by_place[n].least = cost
        for s in range(b.onward.shape[2]):
            b.onward[NEXT, n, s] = min(b.basket[s], FAR)


@helper
def keep_what_is_no_dearer(b: Batch) -> None:
    """Let the next sweep change the costs of a store only where, for what it holds, they fall."""
    for n in range(b.where[0].ports):
        cost = 0.0
        for s in range(b.onward.shape[2]):
            cost += b.onward[MIX, n, s] * b.onward[NOW, n, s]
        if b.by_place[n].least >= cost - SAME * max(1.0, abs(cost)):
            for s in range(b.onward.shape[2]):
                b.onward[NEXT, n, s] = b.onward[NOW, n, s]


@helper
def take_over(b: Batch) -> int:
    """Let the costs of the next sweep hold; return 0 if they are the same, else 1 + a store where they are not."""
    moved = 0
    for n in range(b.where[0].ports):
        for s in range(b.onward.shape[2]):
            cost = b.onward[NEXT, n, s]
            if abs(cost - b.onward[NOW, n, s]) > SAME * max(1.0, abs(cost)):
                moved = n + 1
            b.onward[NOW, n, s] = cost
            b.onward[NEXT, n, s] = FAR
        b.by_place[n].least = FAR
    return moved


@helper
def cost_of(b: Batch, lane: int, f: int) -> float:
    """What a tonne of what its sender holds costs on the cheapest way that begins with a flow, EUR."""
    flow = b.flows[f]
    cost = toll(b, lane, f)
    on = b.numbers[lane, b.ways[f].onward]
    for s in range(b.onward.shape[2]):
        cost += on * b.onward[MIX, flow.source, s] * b.onward[NOW, flow.target, s]
    return cost


@helper
def count_cheaper(b: Batch, lane: int, f: int) -> int:
    """How many ways come before a flow: of its sender, or, from supplies, to its buyer."""
    count = 0
    cost = b.by_way[f].cost
    for r in range(b.ways[f].first_rival, b.ways[f].first_rival + b.ways[f].rivals):
        g = b.rivals[r].flow
        if b.numbers[lane, b.ways[g].usual] > 0.0 and b.by_way[g].cost < cost - SAME * max(1.0, abs(cost)):
            count += 1
    return count
