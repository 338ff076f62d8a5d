"""What a contract lets flow at one instant: between its start and its end, up to its maximum of each period."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.state import Batch


@helper
def in_force(b: Batch, lane: int, f: int) -> bool:
    """Whether the contract of a flow has begun and not ended; a period that begins has used nothing of its maximum."""
    n = b.flows[f].contract
    state = b.flow_state[lane, f]
    while b.turns[n, state.turn] <= b.lane_state[lane].now:
        state.turn += 1
        state.carried = 0.0
    return 0 < state.turn < b.contracts[n].closes


@helper
def left_of_period(b: Batch, lane: int, f: int) -> float:
    """What a flow may still carry in this period, t."""
    maximum = b.numbers[lane, b.contracts[b.flows[f].contract].maximum]
    return max(0.0, maximum - b.flow_state[lane, f].carried - b.by_flow[f].sent)
