"""Energy: who got how much of what from whom, as the engine recorded it, and what follows from it for every node."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from simulator.accounting.factors import Line
from simulator.accounting.grid import Calendar, Grid, Key, grid
from simulator.accounting.quantities import Quantity
from simulator.accounting.taps import Tap, Taps
from simulator.engine.ledger import Ledger
from simulator.scenario.amounts import Number
from simulator.scenario.buses import (
    CONVERTER,
    FLOW,
    GENERATOR,
    GRID,
    LEVEL,
    PROCESS,
    STORAGE,
    UNSERVED,
    Joint,
)
from simulator.scenario.carriers import carrier_of
from simulator.scenario.figures import NETWORK
from simulator.scenario.models import Generator, World

NO_HOP: Key = ("", "", "")
ONE, NONE, OFF = Number(1.0, "1"), Number(0.0, "1"), Number(-1.0, "1")


def uses(world: World, taps: Taps) -> Iterator[Line]:
    """Keys: node, use (kind of user), user, carrier, supplier, source; MWh."""
    for tap in taps:
        supplier, source = supplier_of(world, tap)
        yield Line((tap.node, *_user(tap), tap.carrier, supplier, source), tap.quantity)


def _user(tap: Tap) -> Joint:
    kind, name = tap.user
    return kind, name or kind


def supplier_of(world: World, tap: Tap) -> tuple[str, str]:
    """Node that supplies, `grid` or `unserved`; and its unit, process or storage, or the flow over which it comes."""
    kind, name = tap.supplier
    if kind in (GRID, UNSERVED):
        return kind, ""
    return (world.energy_flows[name].sender if kind == FLOW else tap.node), name


def renewable(world: World, taps: Taps) -> Iterator[Line]:
    """For `mixes.final`: MWh in all, and renewable by what the supplier says; what says nothing is traced."""
    for tap in taps:
        share = _renewable_share(world, tap)
        hop = _hop(world, tap) if share is None else NO_HOP
        yield from _passed(tap, hop, share or NONE)


def inside(world: World, taps: Taps) -> Iterator[Line]:
    """For `mixes.final`: MWh in all, and those that a company of the network made; what is passed on is traced."""
    return _made(world, taps, frozenset({FLOW, LEVEL, STORAGE}))


def own(world: World, taps: Taps) -> Iterator[Line]:
    """For `mixes.final`: MWh in all, and those that the node made itself; what it kept or let cool down is traced."""
    return _made(world, taps, frozenset({LEVEL, STORAGE}))


def _made(world: World, taps: Taps, passing: Collection[str]) -> Iterator[Line]:
    """`passing`: kinds of supplier that pass on what they got; what a flow brings from elsewhere was made there."""
    for tap in taps:
        kind = tap.supplier[0]
        hop = _hop(world, tap) if kind in passing else NO_HOP
        made = hop == NO_HOP and kind not in (GRID, UNSERVED, FLOW)
        yield from _passed(tap, hop, ONE if made else NONE)


def _passed(tap: Tap, hop: Key, share: Number) -> Iterator[Line]:
    """Both columns of one tap; its user is a hop itself where it passes on what it gets."""
    use, user = _user(tap)
    key = (tap.node, use, f"{tap.carrier}>{user}" if use == LEVEL else user, tap.carrier, *hop)
    if tap.supplier[0] != UNSERVED:
        yield Line(key, tap.quantity)
        if share is not NONE:
            yield Line(key, tap.quantity, (share,), column=1)


def _hop(world: World, tap: Tap) -> Key:
    """Kind, node and name of what passes energy on; empty where it is made, or comes from outside."""
    kind, name = tap.supplier
    if kind == FLOW:
        sender = world.energy_flows[name].sender
        return (FLOW, sender, name) if sender in world.companies else NO_HOP
    if kind == LEVEL:
        return (LEVEL, tap.node, f"{name}>{tap.carrier}")
    return (kind, tap.node, name) if kind in (STORAGE, CONVERTER) else NO_HOP


def _renewable_share(world: World, tap: Tap) -> Number | None:
    """Renewable share of what a supplier gives; none where it passes on what it got."""
    kind, name = tap.supplier
    company = world.companies[tap.node]
    if kind == GRID:
        return world.energy[tap.carrier].renewable or _of_fuel(world, tap.carrier)
    if kind == FLOW:
        return world.energy_flows[name].renewable
    if kind == PROCESS:
        return company.processes[name].renewable or NONE
    return _of_generator(world, company.generators[name]) if kind == GENERATOR else None


def _of_generator(world: World, unit: Generator) -> Number:
    if unit.renewable is not None:
        return unit.renewable
    return ONE if unit.from_ is None else _of_fuel(world, unit.from_)


def _of_fuel(world: World, name: str) -> Number:
    carrier = world.energy[carrier_of(name)]
    return carrier.renewable or (ONE if carrier.biogenic else NONE)


def purchased(world: World, taps: Taps) -> Iterator[Line]:
    """What the grid and partners give; keys: node, and `network` for what comes from outside, and carrier; MWh."""
    for tap in taps:
        supplier, _ = supplier_of(world, tap)
        if supplier not in (tap.node, UNSERVED):
            yield Line((tap.node, tap.carrier), tap.quantity)
            if supplier not in world.companies:
                yield Line((NETWORK, tap.carrier), tap.quantity)


def delivered(world: World, taps: Taps) -> Iterator[Line]:
    """What arrives over every flow of energy; keys: sender, flow; MWh."""
    for name, quantity, numbers in arriving(world, taps):
        yield Line((world.energy_flows[name].sender, name), quantity, numbers)


def arriving(world: World, taps: Taps) -> Iterator[tuple[str, Quantity, tuple[Number, ...]]]:
    """Flow, quantity, and the numbers that make of it MWh that arrive; of one flow they add up.

    What boundary nodes get is not recorded: it is what is sent there, less the part that is lost, perhaps a series.
    """
    for tap in taps:
        if tap.supplier[0] == FLOW:
            yield tap.supplier[1], tap.quantity, ()
        if tap.user[0] == FLOW and world.energy_flows[tap.user[1]].receiver in world.boundary:
            loss = world.energy_flows[tap.user[1]].loss
            yield tap.user[1], tap.quantity, ()
            if loss is not None:
                yield tap.user[1], tap.quantity, (loss, OFF)


def peaks(ledger: Ledger, dates: Calendar) -> Grid:
    """Largest power bought from the grid in every period; keys: node, carrier; MW."""
    index = ledger.index
    power = ledger.peaks / 24.0
    highest = np.zeros((len(power), len(dates.periods), power.shape[2]))
    for lane, periods in enumerate(dates.of_row):
        for row, period in enumerate(periods):
            if period >= 0:
                highest[lane, period] = np.maximum(highest[lane, period], power[lane, row])
    return grid([(bus.company, bus.carrier) for bus in index.buses], highest)


def stored(ledger: Ledger, dates: Calendar) -> Grid:
    """Energy in storages at the end of every period; keys: node, storage; MWh."""
    last = dates.last_rows
    closing = ledger.stored[np.arange(len(last))[:, None], np.where(last >= 0, last + 1, 0)]
    closing[last < 0] = 0.0
    return grid([(store.company, store.storage) for store in ledger.index.stores], closing)


def lost(ledger: Ledger, dates: Calendar) -> Grid:
    """What storing lost; keys: node, storage; MWh."""
    return grid([(store.company, store.storage) for store in ledger.index.stores], dates.sum(ledger.lost))
