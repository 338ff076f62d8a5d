"""Energy: who got how much of what from whom, as the engine recorded it, and what follows from it for every node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.accounting.factors import Line, Quantity
from simulator.accounting.grid import Calendar, Grid, Key, grid
from simulator.accounting.mixes import FINAL
from simulator.engine.ledger import Ledger
from simulator.scenario.amounts import Number
from simulator.scenario.carriers import carrier_of
from simulator.scenario.dispatch import (
    CONVERTER,
    CURTAILED,
    FLOW,
    GENERATOR,
    GRID,
    LEVEL,
    LOAD,
    PROCESS,
    STORAGE,
    UNSERVED,
    Joint,
    buses,
)
from simulator.scenario.models import Generator, World

BURNERS = frozenset({PROCESS, LOAD, CONVERTER, GENERATOR})
"""Kinds of user that burn a fuel; the others pass it on, keep it or let it go."""
NO_HOP: Key = ("", "", "")
NETWORK = "network"
ONE, NONE = Number(1.0, "1"), Number(0.0, "1")


class Tap(NamedTuple):
    """What one user of a company gets from one supplier."""

    node: str
    carrier: str
    """With its level where it has levels."""
    user: Joint
    """Kind and name."""
    supplier: Joint

    @property
    def quantity(self) -> Quantity:
        return "tap", (self.node, self.carrier, *self.user, *self.supplier)


def taps(world: World) -> Iterator[Tap]:
    """Everything that anyone gets from anyone, also what nobody served and nobody took."""
    for (node, carrier), joints in sorted(buses(world).items()):
        for user in sorted(joints.users):
            for supplier in sorted(joints.sources):
                if _occurs(user, supplier):
                    yield Tap(node, carrier, user, supplier)


def _occurs(user: Joint, supplier: Joint) -> bool:
    """Only who needs energy can go unserved, and nobody buys what nobody takes."""
    return (user[0] in BURNERS or supplier[0] != UNSERVED) and (user[0], supplier[0]) != (CURTAILED, GRID)


def energy(world: World) -> Iterator[Line]:
    """Keys: node, use (kind of user), user, carrier, supplier, source; MWh."""
    for tap in taps(world):
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


def renewable(world: World) -> Iterator[Line]:
    """For `mixes.final`: MWh in all, and renewable by what the supplier says; what says nothing is traced."""
    for tap in taps(world):
        share = _renewable_share(world, tap)
        hop = _hop(world, tap) if share is None else NO_HOP
        yield from _passed(tap, hop, share or NONE)


def inside(world: World) -> Iterator[Line]:
    """For `mixes.final`: MWh in all, and those that a company of the network made; what is passed on is traced."""
    for tap in taps(world):
        hop = NO_HOP if tap.supplier[0] == CONVERTER else _hop(world, tap)
        outside = supplier_of(world, tap)[0] not in world.companies
        yield from _passed(tap, hop, NONE if hop != NO_HOP or outside else ONE)


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


def own(world: World) -> Iterator[Line]:
    """Final use that nobody else serves; keys: node, carrier; MWh."""
    for tap in taps(world):
        if tap.user[0] in FINAL and tap.supplier[0] not in (GRID, UNSERVED, FLOW):
            yield Line((tap.node, tap.carrier), tap.quantity)


def purchased(world: World) -> Iterator[Line]:
    """What the grid and partners give; keys: node, and `network` for what comes from outside, and carrier; MWh."""
    for tap in taps(world):
        supplier, _ = supplier_of(world, tap)
        if supplier not in (tap.node, UNSERVED):
            yield Line((tap.node, tap.carrier), tap.quantity)
            if supplier not in world.companies:
                yield Line((NETWORK, tap.carrier), tap.quantity)


def sent(world: World) -> Iterator[Line]:
    """What arrives over every flow of energy; keys: sender, flow; MWh."""
    for name, quantity, numbers in arriving(world):
        yield Line((world.energy_flows[name].sender, name), quantity, numbers)


def arriving(world: World) -> Iterator[tuple[str, Quantity, tuple[Number, ...]]]:
    """Flow, quantity, and the numbers that make of it the MWh that arrive."""
    for tap in taps(world):
        if tap.supplier[0] == FLOW:
            yield tap.supplier[1], tap.quantity, ()
        if tap.user[0] == FLOW and world.energy_flows[tap.user[1]].receiver in world.boundary:
            loss = world.energy_flows[tap.user[1]].loss
            yield tap.user[1], tap.quantity, (Number(1.0 - (loss.value if loss else 0.0), "1"),)


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
