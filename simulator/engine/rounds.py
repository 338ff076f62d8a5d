"""Production and settlement of one instant: once, or in rounds until nothing moves any more.

In rounds, ranks are staged: flows of rank n, and the n-th choice of a slot, act only when nothing of lower rank can
move; after any movement it begins again at the lowest. Otherwise virgin material would fill a demand before recyclate
has gone round. What a review allows (rates, capacities, supplies, demands, orders) is a budget of the instant. Each
connected part of the network comes to rest by itself, so that one company changes nothing where it has no links.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.compiler import helper
from simulator.engine.handle import present
from simulator.engine.layout import FIRST, NO, UNBOUNDED, YES
from simulator.engine.production import close_production, open_production, produce
from simulator.engine.settlement import close_settlement, open_settlement, settle
from simulator.engine.state import Batch
from simulator.engine.transport import PRODUCED, arrive

QUIET = 1e-12
"""A round that moves less than this part of the instant's largest moves nothing."""
MOST = 100_000
"""Rounds after which a part of the network counts as restless."""


@helper
def produce_and_settle(b: Batch, lane: int, today: float) -> None:
    """The production and settlement phases of one lane."""
    open_parts(b, lane)
    open_production(b, lane, today)
    open_settlement(b, lane, today)
    rounds = FIRST
    moving = YES
    while moving:
        produce(b, lane)
        if b.where[0].resting > 0:
            arrive(b, lane, b.lane_state[lane].now, PRODUCED)
        settle(b, lane)
        rounds += 1
        moving = NO
        if present(b.rounds):
            moving = next_round(b, lane, rounds)
    close_production(b, lane)
    close_settlement(b, lane)


@helper
def open_parts(b: Batch, lane: int) -> None:
    """Begin at the lowest rank; where there is one round, all ranks act in it."""
    for n in range(len(b.by_part)):
        part = b.by_part[n]
        part.stage = UNBOUNDED
        if present(b.rounds):
            part.stage = next_stage(b, lane, n, 0.0)
        part.moved = 0.0
        part.largest = 0.0
        part.quiet = 0


@helper
def next_round(b: Batch, lane: int, rounds: int) -> bool:
    """Prepare the next round; return whether any part of the network still moves."""
    moving = NO
    for n in range(len(b.by_part)):
        part = b.by_part[n]
        if part.quiet > 0:
            continue
        if rounds == MOST or not part.moved < UNBOUNDED:
            b.lane_state[lane].restless = n + 1
            part.quiet = 1
            continue
        part.largest = max(part.largest, part.moved)
        reached = 0.0 if part.moved > part.largest * QUIET else part.stage
        part.stage = next_stage(b, lane, n, reached)
        part.moved = 0.0
        if part.stage == UNBOUNDED:
            part.quiet = 1
        else:
            moving = YES
    return moving


@helper
def next_stage(b: Batch, lane: int, n: int, stage: float) -> float:
    """The lowest rank of a flow, or number of a choice, above a stage in one part; unlimited if there is none."""
    lowest = UNBOUNDED
    for f in range(len(b.flows)):
        rank = b.numbers[lane, b.flows[f].rank]
        if b.flows[f].part == n and stage < rank < lowest:
            lowest = rank
    choice = np.floor(stage) + 1.0
    if choice < lowest and choice <= b.rounds[n].choices:
        return choice
    return lowest
