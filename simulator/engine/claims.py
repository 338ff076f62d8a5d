"""What a flow claims of its sender, and what part of it that grants where it keeps more from some than from others."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import UNBOUNDED
from simulator.engine.state import Batch

NOTHING = 1e-12
"""Part of what was offered that no longer counts as moving."""


@helper
def claim(b: Batch, lane: int, f: int, loose: bool) -> float:
    """What a flow asks its sender for; nothing where that has nothing to spare for it."""
    held = loose and b.numbers[lane, b.flows[f].whole] > 0.0
    return 0.0 if held or spare(b, lane, f) == 0.0 else asked(b, lane, f)


@helper
def part_above(b: Batch, lane: int, start: int, end: int, f: int, loose: bool) -> float:
    """The part of its claim that a flow gets where its sender keeps unequal safety stocks from the flows of a rank.

    What lies above each safety stock is shared by all flows from which so much or more is kept.
    """
    part = 1.0
    for i in range(start, end):
        level = b.due_flows[i]
        above = spare(b, lane, level)
        if b.flows[level].source == b.flows[f].source and above >= spare(b, lane, f):
            claims = 0.0
            for j in range(start, end):
                rival = b.due_flows[j]
                if b.flows[rival].source == b.flows[f].source and spare(b, lane, rival) <= above:
                    claims += claim(b, lane, rival, loose)
            if claims > above:
                part = min(part, above / claims)
    return part


@helper
def spare(b: Batch, lane: int, f: int) -> float:
    """What the sender of a flow holds above the safety stock it keeps from it."""
    flow = b.flows[f]
    return rest(b.by_place[flow.source].offer, b.numbers[lane, flow.safety])


@helper
def asked(b: Batch, lane: int, f: int) -> float:
    """What a flow could carry if its sender had enough."""
    most = min(b.by_flow[f].cap, b.by_place[b.flows[f].target].request)
    return most if most < UNBOUNDED else spare(b, lane, f)


@helper
def rest(held: float, amount: float) -> float:
    """What is left, exactly nothing where only rounding is; of what is unlimited as much as before."""
    if held == UNBOUNDED:
        return held
    left = held - amount
    return left if left > held * NOTHING else 0.0
