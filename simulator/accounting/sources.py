"""What emits, what uses energy, what is carried how far: every source once, read from a world.

To add a source of emissions, add a function to `EMISSIONS`. Each emission stands at one node only, so that the
network's total is the plain sum and counts each tonne once: direct emissions where they arise, the footprint of what
is bought across the boundary at the buyer, transport at who pays for it, treatment of waste at who hands it over.
Scopes after the GHG Protocol Corporate Standard (2004) and Scope 3 Standard (2011).
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.accounting.factors import Line, Lines, Quantity
from simulator.scenario.forms import Emission
from simulator.scenario.models import Carrier, Flow, World
from simulator.scenario.numbers import Number
from simulator.scenario.trade import arrives_as

FOSSIL, BIOGENIC = 0, 1
"""Columns of the emissions table."""
LOAD = "load"
"""User of energy that is no process."""


def emissions(world: World) -> Iterator[Line]:
    """All sources; keys: node, scope, category, source, item; t CO2e, biogenic t CO2 in its own column."""
    for source in EMISSIONS:
        yield from source(world)


def energy(world: World) -> Iterator[Line]:
    """Use by processes and loads; keys: node, user, carrier, supplier; MWh."""
    for node, user, carrier, quantity, numbers in uses_of_energy(world):
        yield Line((node, user, carrier, "grid"), quantity, numbers)


def transport_work(world: World) -> Iterator[Line]:
    """Mass times distance; keys: node that pays, mode (`unspecified` where none is named), flow; t km."""
    for name, flow in world.flows.items():
        if flow.distance is not None:
            key = (_payer(world, flow), flow.transport or "unspecified", name)
            yield Line(key, ("flow", (name,)), (flow.distance,))


def uses_of_energy(world: World) -> Iterator[tuple[str, str, str, Quantity, tuple[Number, ...]]]:
    """What uses energy: node, user, carrier, quantity, and the numbers that make MWh of it."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            for carrier, coefficient in process.energy.items():
                yield node, name, carrier, ("basis", (node, name)), (coefficient,)
        for carrier in company.loads:
            yield node, LOAD, carrier, ("load", (node, carrier)), ()


def _energy_carriers(world: World) -> Iterator[Line]:
    """Fuels burnt on site (scope 1), and the generation of what is bought (scope 2)."""
    for node, user, name, quantity, numbers in uses_of_energy(world):
        carrier = world.energy.get(name)
        if carrier is not None and carrier.emission_factor is not None:
            scope, category = ("1", "fuel") if carrier.fuel else ("2", "purchased_energy")
            factors = (*numbers, carrier.emission_factor)
            yield Line((node, scope, category, user, name), quantity, factors, _column(carrier))


def _column(carrier: Carrier) -> int:
    return BIOGENIC if carrier.biogenic else FOSSIL


def _process_emissions(world: World) -> Iterator[Line]:
    """Direct emissions of processes that no fuel causes, per tonne of basis or of substance released to the air."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            for gas, emission in process.emissions.items():
                column = BIOGENIC if gas == "CO2_biogenic" else FOSSIL
                for quantity, number in _per_tonne(node, name, emission):
                    yield Line((node, "1", "process", name, gas), quantity, (number,), column)


def _per_tonne(node: str, process: str, emission: Emission) -> Iterator[tuple[Quantity, Number]]:
    if emission.per_input is not None:
        yield ("basis", (node, process)), emission.per_input
    for substance, number in emission.by_substance.items():
        yield ("air", (node, process, substance)), number


def _upstream(world: World) -> Iterator[Line]:
    """Making what is bought from a boundary node, cradle to gate, at the buyer."""
    for name, flow in world.flows.items():
        node = world.boundary.get(flow.sender)
        supply = node.supplies.get(flow.material) if node else None
        if supply is not None and supply.emission_factor is not None:
            key = (flow.receiver, "3", "upstream", name, flow.material)
            yield Line(key, ("flow", (name,)), (supply.emission_factor,))


def _transport(world: World) -> Iterator[Line]:
    """Mass times distance times the mode's factor, at who pays."""
    for name, flow in world.flows.items():
        mode = world.transport.get(flow.transport) if flow.transport else None
        if mode is not None and mode.emission_factor is not None and flow.distance is not None:
            key = (_payer(world, flow), "3", "transport", name, flow.transport or "")
            yield Line(key, ("flow", (name,)), (flow.distance, mode.emission_factor))


def _payer(world: World, flow: Flow) -> str:
    """Who pays for the transport; a boundary node's part is told at the company at the other end."""
    ends = (flow.sender, flow.receiver) if flow.transport_payer == "sender" else (flow.receiver, flow.sender)
    return next((end for end in ends if end in world.companies), ends[0])


def _waste_treatment(world: World) -> Iterator[Line]:
    """Treating what is handed to a boundary node, at who hands it over."""
    for name, flow in world.flows.items():
        node = world.boundary.get(flow.receiver)
        accept = node.accepts.get(arrives_as(flow)) if node else None
        if accept is not None and accept.emission_factor is not None:
            key = (flow.sender, "3", "waste_treatment", name, arrives_as(flow))
            yield Line(key, ("flow", (name,)), (accept.emission_factor,))


EMISSIONS: tuple[Lines, ...] = (_energy_carriers, _process_emissions, _upstream, _transport, _waste_treatment)
"""Every source of emissions."""
