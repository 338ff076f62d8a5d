"""Fuel for converters where the grid does not sell it: from their own bus, from partners, from storages."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.layout import UNBOUNDED
from simulator.engine.routes import carry, clear, possible, put_needs_aside, reserve, return_needs
from simulator.engine.state import Batch
from simulator.engine.stores import offer_stores, take_from_stores


@helper
def fetch_fuel(b: Batch, lane: int, u: int, wanted: float, span: float) -> float:
    """Bring a converter the fuel that it wants, as far as there is any; return what it gets, taken from who had it.

    What others need at a bus is not there for it.
    """
    unit = b.units[u]
    own = b.by_bus[unit.input]
    fuel = max(0.0, min(wanted, own.left - own.need))
    own.left -= fuel
    if fuel < wanted:
        fuel += fetch_surplus(b, lane, u, wanted - fuel)
    if fuel < wanted and b.carriers[unit.fuel].stores > 0:
        fuel += fetch_stored(b, lane, u, wanted - fuel, span)
    return fuel


@helper
def fetch_surplus(b: Batch, lane: int, u: int, wanted: float) -> float:
    """What partners have left over, and boundary nodes offer."""
    c, bus = b.units[u].fuel, b.units[u].input
    carrier = b.carriers[c]
    clear(b, c)
    put_needs_aside(b, c)
    b.by_bus[bus].need = wanted
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        if n != bus:
            b.by_bus[n].offer = max(0.0, b.by_bus[n].left - b.by_bus[n].aside)
    for n in range(carrier.first_outside, carrier.first_outside + carrier.outside):
        b.by_bus[n].offer = UNBOUNDED
    carry(b, lane, c)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].left = max(0.0, b.by_bus[n].left - b.by_bus[n].carried)
    return_needs(b, c)
    return b.by_bus[bus].reached


@helper
def fetch_stored(b: Batch, lane: int, u: int, wanted: float, span: float) -> float:
    """What storages hold."""
    c, bus = b.units[u].fuel, b.units[u].input
    clear(b, c)
    put_needs_aside(b, c)
    b.by_bus[bus].need = wanted
    offer_stores(b, lane, c, span)
    carry(b, lane, c)
    take_from_stores(b, lane, c, span)
    return_needs(b, c)
    return b.by_bus[bus].reached


@helper
def usable(b: Batch, lane: int, c: int, bus: int, most: float) -> float:
    """How much of what a bus could offer would find a need; nothing moves."""
    carrier = b.carriers[c]
    clear(b, c)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].aside = b.by_bus[n].need
    for w in range(len(b.wires)):
        b.by_wire[w].aside = b.by_wire[w].left
    b.by_bus[bus].offer = most
    total = 0.0
    for band in range(carrier.first_band, carrier.first_band + carrier.bands):
        for r in range(b.bands[band].first, b.bands[band].first + b.bands[band].routes):
            if b.routes[r].sender == bus:
                amount = possible(b, lane, r)
                reserve(b, lane, r, amount)
                total += amount
    for w in range(len(b.wires)):
        b.by_wire[w].left = b.by_wire[w].aside
    return_needs(b, c)
    return total
