"""Outages: drawn before the run, looked up while it runs."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.state import Batch


@helper
def uptime(b: Batch, lane: int, p: int, today: float) -> float:
    """Part of the review that begins today in which a process is in order, 1.

    Notes how many outages are repaired in it, and how long the process is being started up again.
    """
    mine = b.by_consumer[p]
    mine.restarts = 0.0
    schedule = b.processes[p].outage
    if schedule < 0:
        return 1.0
    dt = b.group[b.consumers[p].group].dt
    state = b.consumer_state[lane, p]
    last = b.outage_first[lane, schedule + 1]
    while state.outage < last and b.outage_times[state.outage].end < today:
        state.outage += 1
    down = 0.0
    starting = 0.0
    n = state.outage
    while n < last and b.outage_times[n].start < today + dt:
        outage = b.outage_times[n]
        end = min(outage.end, today + dt)
        down += end - max(outage.start, today)
        starting += max(0.0, end - max(outage.repair, today))
        if today <= outage.repair < today + dt:
            mine.restarts += 1.0
        n += 1
    b.counted[lane, b.where[0].restarts + p] += mine.restarts
    b.counted[lane, b.where[0].starting + p] += starting
    return max(0.0, 1.0 - down / dt)
