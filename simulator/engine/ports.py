"""What boundary nodes may supply, demand and accept: it accrues with time, and some of it is carried on."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import UNBOUNDED
from simulator.engine.state import Batch


@helper
def accrue_ports(b: Batch, lane: int, today: float) -> None:
    """Let boundary ports accrue to the end of the longest review that begins now, and note what they may carry on."""
    for n in range(b.where[0].ports, len(b.places)):
        port = b.places[n]
        place = b.by_place[n]
        place.horizon = 0.0
        if b.numbers[lane, port.rate] == UNBOUNDED:
            b.place_state[lane, n].budget = UNBOUNDED
            continue
        if b.group[port.group].due > 0:
            place.horizon = b.group[port.group].dt
        place.carry = 0.0
        for e in range(port.first_edge, port.first_edge + port.edges):
            note_edge(b, lane, n, b.edges[e].flow)
        if place.horizon > 0.0:
            accrue(b, lane, n, today, today + place.horizon)


@helper
def note_edge(b: Batch, lane: int, n: int, f: int) -> None:
    """A port carries on up to one lot; a supply or an accept, not a demand, up to one review of the receiver."""
    flow = b.flows[f]
    if b.numbers[lane, flow.active] <= 0.0:
        return
    place = b.by_place[n]
    group = b.group[flow.group]
    place.carry = max(place.carry, b.numbers[lane, flow.whole])
    if b.places[n].counts == 0:
        place.carry = max(place.carry, b.numbers[lane, b.places[n].rate] * group.dt)
    if group.due > 0:
        place.horizon = max(place.horizon, group.dt)


@helper
def trim_ports(b: Batch, lane: int) -> None:
    for n in range(b.where[0].ports, len(b.places)):
        if b.by_place[n].horizon > 0.0:
            trim(b, lane, n, b.where[0].unmet_demand)


@helper
def accrue(b: Batch, lane: int, place: int, today: float, until: float) -> None:
    """Let a port's supply or demand grow to day `until`.

    Time that no one settled is an unused accrual: what is carried of it is cut by `trim`.
    """
    rate = b.numbers[lane, b.places[place].rate]
    state = b.place_state[lane, place]
    if rate == UNBOUNDED:
        state.budget = UNBOUNDED
        return
    if state.budget == UNBOUNDED:
        state.budget = 0.0
        state.accrued = today
    if until > state.accrued:
        state.budget += rate * (until - state.accrued)
        state.accrued = until


@helper
def trim(b: Batch, lane: int, place: int, unmet: int) -> None:
    """Keep of an unused accrual what is carried to the next, and count what a demand loses.

    A supply or an accept keeps up to one review or one lot, unless it says `carry: false`; a demand less than one lot,
    or all with `backlog`.
    """
    entry = b.places[place]
    state = b.place_state[lane, place]
    if state.budget == UNBOUNDED or b.numbers[lane, entry.backlog] > 0.0:
        return
    kept = min(state.budget, b.by_place[place].carry * b.numbers[lane, entry.carries])
    b.counted[lane, unmet + place] += (state.budget - kept) * entry.counts
    state.budget = kept
