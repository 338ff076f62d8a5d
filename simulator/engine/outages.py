"""Outages: drawn before the run, looked up while it runs."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.state import Batch


@helper
def uptime(b: Batch, lane: int, p: int, today: float) -> float:
    """Part of the review that begins today in which a process is in order, 1."""
    schedule = b.processes[p].outage
    if schedule < 0:
        return 1.0
    dt = b.group[b.consumers[p].group].dt
    state = b.consumer_state[lane, p]
    last = b.outage_first[lane, schedule + 1]
    while state.outage < last and b.outage_times[state.outage, 1] <= today:
        state.outage += 1
    down = 0.0
    n = state.outage
    while n < last and b.outage_times[n, 0] < today + dt:
        down += min(b.outage_times[n, 1], today + dt) - max(b.outage_times[n, 0], today)
        n += 1
    return max(0.0, 1.0 - down / dt)
