"""Energy over routes: what some buses offer goes to those that lack it, band by band of equal rank."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import UNBOUNDED
from simulator.engine.state import Batch

ROUNDS = 20
"""After so many rounds of fair sharing what little is left goes route by route."""
LITTLE = 1e-12
"""Part of a band's first round below which another moves nothing that matters."""


@helper
def clear(b: Batch, c: int) -> None:
    """No bus of a carrier offers anything yet."""
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        empty(b, n)
    for n in range(carrier.first_outside, carrier.first_outside + carrier.outside):
        empty(b, n)


@helper
def empty(b: Batch, n: int) -> None:
    b.by_bus[n].offer = 0.0
    b.by_bus[n].carried = 0.0
    b.by_bus[n].reached = 0.0


@helper
def put_needs_aside(b: Batch, c: int) -> None:
    """Let no bus of a carrier need anything for a while."""
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].aside = b.by_bus[n].need
        b.by_bus[n].need = 0.0


@helper
def return_needs(b: Batch, c: int) -> None:
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].need = b.by_bus[n].aside


@helper
def carry(b: Batch, lane: int, c: int) -> None:
    """Serve the needs of a carrier's buses from their offers; `carried` is what left a bus, `reached` what came."""
    carrier = b.carriers[c]
    for band in range(carrier.first_band, carrier.first_band + carrier.bands):
        first = b.bands[band].first
        last = first + b.bands[band].routes
        if last - first > 1:
            share(b, lane, first, last)
        for r in range(first, last):
            move(b, lane, r, possible(b, lane, r))


@helper
def share(b: Batch, lane: int, first: int, last: int) -> None:
    """Routes of equal rank: senders grant in proportion to what is wanted, receivers accept in proportion to grants."""
    start = 0.0
    for n in range(ROUNDS):
        claim(b, lane, first, last)
        grant(b, lane, first, last)
        moved = 0.0
        for r in range(first, last):
            if b.by_route[r].granted > 0.0:
                receiver = b.by_bus[b.routes[r].receiver]
                accepted = b.by_route[r].granted * part_of(receiver.wanted, receiver.coming)
                amount = min(accepted, possible(b, lane, r))
                move(b, lane, r, amount)
                moved += amount
        if n == 0:
            start = moved
        if moved <= start * LITTLE:
            return


@helper
def claim(b: Batch, lane: int, first: int, last: int) -> None:
    """Add up what the routes of a band want of each sender and wire.

    The parts that follow must not change while amounts move, so each sum keeps what there is to share beside it.
    """
    for r in range(first, last):
        route = b.routes[r]
        b.by_bus[route.sender].claims = 0.0
        b.by_bus[route.receiver].coming = 0.0
        b.by_bus[route.sender].shared = b.by_bus[route.sender].offer
        b.by_bus[route.receiver].wanted = b.by_bus[route.receiver].need
        for g in range(route.first_leg, route.first_leg + route.legs):
            b.by_wire[b.legs[g].wire].claims = 0.0
            b.by_wire[b.legs[g].wire].shared = b.by_wire[b.legs[g].wire].left
    for r in range(first, last):
        route = b.routes[r]
        want = claim_of(b, lane, r)
        b.by_route[r].want = want
        b.by_bus[route.sender].claims += want
        for g in range(route.first_leg, route.first_leg + route.legs):
            wire = b.legs[g].wire
            b.by_wire[wire].claims += want
            want *= 1.0 - b.numbers[lane, b.wires[wire].loss]


@helper
def claim_of(b: Batch, lane: int, r: int) -> float:
    """What a route could carry of what its receiver needs, as it leaves; where neither has an end, what is offered."""
    offer = b.by_bus[b.routes[r].sender].offer
    if offer <= 0.0:
        return 0.0
    most = passing(b, lane, r, UNBOUNDED)
    return offer if most == UNBOUNDED else most


@helper
def grant(b: Batch, lane: int, first: int, last: int) -> None:
    """Cut every claim so that no sender or wire is asked for more than it has; add up what comes to each receiver."""
    for r in range(first, last):
        route = b.routes[r]
        part = part_of(b.by_bus[route.sender].shared, b.by_bus[route.sender].claims)
        kept = 1.0
        for g in range(route.first_leg, route.first_leg + route.legs):
            wire = b.legs[g].wire
            part = min(part, part_of(b.by_wire[wire].shared, b.by_wire[wire].claims))
            kept *= 1.0 - b.numbers[lane, b.wires[wire].loss]
        b.by_route[r].granted = b.by_route[r].want * part
        b.by_bus[route.receiver].coming += b.by_route[r].granted * kept


@helper
def part_of(available: float, claimed: float) -> float:
    return 1.0 if claimed <= available else available / claimed


@helper
def possible(b: Batch, lane: int, r: int) -> float:
    """What could go over a route now, as it leaves the sender: the offer, the need, the wires' capacities."""
    offer = b.by_bus[b.routes[r].sender].offer
    return passing(b, lane, r, offer) if offer > 0.0 else 0.0


@helper
def passing(b: Batch, lane: int, r: int, most: float) -> float:
    """As much of an amount that leaves the sender as passes the wires of a route and is needed at its end."""
    route = b.routes[r]
    kept = 1.0
    for g in range(route.first_leg, route.first_leg + route.legs):
        wire = b.legs[g].wire
        most = min(most, b.by_wire[wire].left / kept)
        kept *= 1.0 - b.numbers[lane, b.wires[wire].loss]
    return max(0.0, min(most, b.by_bus[route.receiver].need / kept))


@helper
def move(b: Batch, lane: int, r: int, amount: float) -> None:
    """Let an amount leave the sender over a route, less the losses on the way."""
    if amount <= 0.0:
        return
    route = b.routes[r]
    sender = b.by_bus[route.sender]
    sender.offer = max(0.0, sender.offer - amount)
    sender.carried += amount
    for g in range(route.first_leg, route.first_leg + route.legs):
        w = b.legs[g].wire
        wire = b.wires[w]
        b.by_wire[w].left = max(0.0, b.by_wire[w].left - amount)
        if wire.user >= 0:
            b.by_user[wire.user].amount += amount
        amount *= 1.0 - b.numbers[lane, wire.loss]
        if wire.supplier >= 0:
            b.by_supplier[wire.supplier].amount += amount
    receiver = b.by_bus[route.receiver]
    receiver.reached += amount
    receiver.need -= amount
    if receiver.need <= amount * LITTLE:  # rounding is no need that the grid would have to serve
        receiver.need = 0.0


@helper
def reserve(b: Batch, lane: int, r: int, amount: float) -> float:
    """Claim an amount that leaves the sender of a route, and the wires it goes over; return what arrives of it."""
    route = b.routes[r]
    b.by_bus[route.sender].offer = max(0.0, b.by_bus[route.sender].offer - amount)
    for g in range(route.first_leg, route.first_leg + route.legs):
        wire = b.legs[g].wire
        b.by_wire[wire].left = max(0.0, b.by_wire[wire].left - amount)
        amount *= 1.0 - b.numbers[lane, b.wires[wire].loss]
    b.by_bus[route.receiver].need = max(0.0, b.by_bus[route.receiver].need - amount)
    return amount
