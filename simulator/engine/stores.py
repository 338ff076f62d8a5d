"""Storages of energy: what they offer, what they take in."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.state import Batch


@helper
def offer_stores(b: Batch, lane: int, c: int, span: float) -> None:
    """Let the buses of a carrier offer what their storages could still give."""
    carrier = b.carriers[c]
    for s in range(carrier.first_store, carrier.first_store + carrier.stores):
        b.by_bus[b.stores[s].bus].offer += at_hand(b, lane, s, span)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].offered = b.by_bus[n].offer


@helper
def take_from_stores(b: Batch, lane: int, c: int, span: float) -> None:
    """Take what was carried from the storages, in proportion to what each could give where they share a bus."""
    carrier = b.carriers[c]
    for s in range(carrier.first_store, carrier.first_store + carrier.stores):
        store = b.stores[s]
        bus = b.by_bus[store.bus]
        if bus.carried > 0.0:
            energy = min(bus.carried * (at_hand(b, lane, s, span) / bus.offered), b.stored[lane, s])
            b.by_supplier[store.supplier].amount += energy
            b.stored[lane, s] -= energy


@helper
def at_hand(b: Batch, lane: int, s: int, span: float) -> float:
    """What a storage could still give."""
    store = b.stores[s]
    most = b.numbers[lane, store.power] * b.numbers[lane, store.active] * span - b.by_supplier[store.supplier].amount
    return max(0.0, min(b.stored[lane, s], most))


@helper
def room(b: Batch, lane: int, s: int, span: float) -> float:
    """What a storage could take in."""
    store = b.stores[s]
    free = (b.numbers[lane, store.capacity] - b.stored[lane, s]) / b.numbers[lane, store.efficiency]
    return max(0.0, min(free, b.numbers[lane, store.power] * span)) * b.numbers[lane, store.active]


@helper
def fill(b: Batch, lane: int, s: int, energy: float) -> None:
    """Store energy, less what storing loses."""
    store = b.stores[s]
    kept = energy * b.numbers[lane, store.efficiency]
    b.by_user[store.user].amount += energy
    b.stored[lane, s] += kept
    b.counted[lane, b.where[0].lost + s] += energy - kept
