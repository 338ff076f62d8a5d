"""Orders by rank; insertion keeps the order of names among equals."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.state import Batch


@helper
def order_flows(b: Batch, lane: int) -> None:
    """Sort the flows of a lane."""
    for i in range(len(b.flows)):
        j = i
        while j > 0 and (b.numbers[lane, b.flows[b.flow_order[lane, j - 1]].rank] > b.numbers[lane, b.flows[i].rank]):
            b.flow_order[lane, j] = b.flow_order[lane, j - 1]
            j -= 1
        b.flow_order[lane, j] = i


@helper
def order_consumers(b: Batch, lane: int) -> None:
    """Sort the processes and uses of a lane."""
    for i in range(len(b.consumers)):
        j = i
        rank = b.numbers[lane, b.consumers[i].rank]
        while j > 0 and b.numbers[lane, b.consumers[b.consumer_order[lane, j - 1]].rank] > rank:
            b.consumer_order[lane, j] = b.consumer_order[lane, j - 1]
            j -= 1
        b.consumer_order[lane, j] = i
