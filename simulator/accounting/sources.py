"""What emits, what uses energy, what is carried how far: every source once, read from a world.

To add a source of emissions, add a function to `EMISSIONS`. Each emission stands at one node only, so that the
network's total is the plain sum and counts each tonne once: direct emissions where they arise, the footprint of what
is bought across the boundary at the buyer, transport at who pays for it, treatment of waste at who hands it over.
Only energy of a partner stands at both ends, as scope 1 there and scope 2 here, and the network leaves the latter out.
Scopes after the GHG Protocol Corporate Standard (2004), Scope 2 Guidance (2015) and Scope 3 Standard (2011).
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.accounting.burning import burnt
from simulator.accounting.energy import arriving
from simulator.accounting.factors import Line, Lines
from simulator.accounting.grid import Key
from simulator.accounting.quantities import Quantity
from simulator.accounting.taps import BURNERS, Tap, Taps
from simulator.scenario.amounts import Number
from simulator.scenario.buses import GRID, UNSERVED
from simulator.scenario.carriers import carrier_of
from simulator.scenario.figures import UNSPECIFIED
from simulator.scenario.forms import Emission
from simulator.scenario.gases import BIOGENIC_CO2, GROWN, gas_of, potential
from simulator.scenario.models import Accept, Carrier, Flow, World
from simulator.scenario.trade import accepted, arrives_as, wants

FOSSIL, BIOGENIC, MARKET = 0, 1, 2
"""Columns of the emissions table; `MARKET` has purchased energy once more, by the market-based method."""
PARTNER_ENERGY = "partner_energy"
"""Category of energy that another company of the network gives: its emissions are scope 1 there already."""


def emissions(world: World, taps: Taps) -> Iterator[Line]:
    """All sources; keys: node, scope, category, source, item, gas; t CO2e, biogenic t CO2 in a column of its own.

    What is given by gas is weighed with the GWP set of the world; the gas `CO2e` was weighed by its source.
    """
    for source in EMISSIONS:
        yield from source(world, taps)


def avoided(world: World, _: Taps) -> Iterator[Line]:
    """What flows spare elsewhere; keys: node that gives, flow; t CO2e, in no total."""
    for name, flow in world.flows.items():
        number = _avoids(world, flow)
        if number is not None:
            yield Line((flow.sender, name), ("flow", (name,)), (number,))


def _avoids(world: World, flow: Flow) -> Number | None:
    """The flow's own figure, else that of the demand or accept at its end."""
    node, material = world.boundary.get(flow.receiver), arrives_as(flow)
    if flow.avoids is not None or node is None:
        return flow.avoids
    if material in node.accepts:
        return node.accepts[material].avoids
    return next((demand.avoids for name, demand in node.demands.items() if material in wants(name, demand)), None)


def transport_work(world: World, _: Taps) -> Iterator[Line]:
    """Mass times distance; keys: node that pays, mode (`unspecified` where none is named), flow; t km."""
    for name, flow in world.flows.items():
        if flow.distance is not None:
            key = (_payer(world, flow), flow.transport or UNSPECIFIED, name)
            yield Line(key, ("flow", (name,)), (flow.distance,))


def _energy_carriers(world: World, taps: Taps) -> Iterator[Line]:
    """Fuels burnt on site (scope 1), and the generation of what is bought from the grid (scope 2)."""
    for tap in taps:
        carrier = world.energy[carrier_of(tap.carrier)]
        if UNSERVED in (tap.user[0], tap.supplier[0]) or not _causes(carrier, tap):
            continue
        scope, category = ("1", "fuel") if carrier.fuel else ("2", "purchased_energy")
        for gas, factor, column in _factors(carrier):
            key = (tap.node, scope, category, tap.user[1] or tap.user[0], tap.carrier)
            yield _weighed(world, key, tap.quantity, (factor,), gas, column=column)


def _causes(carrier: Carrier, tap: Tap) -> bool:
    """Whether a carrier's own factor applies: a fuel wherever it is burnt, whoever gave it; else what the grid gave."""
    return tap.user[0] in BURNERS if carrier.fuel else tap.supplier[0] == GRID


def _partners(world: World, taps: Taps) -> Iterator[Line]:
    """Generation of what comes over flows of energy (scope 2), by either method: the flow is the contract."""
    for name, quantity, numbers in arriving(world, taps):
        flow = world.energy_flows[name]
        if flow.emission_factor is not None and flow.receiver in world.companies:
            category = PARTNER_ENERGY if flow.sender in world.companies else "purchased_energy"
            gas = gas_of(flow.emission_factor)
            for column in (None, MARKET) if gas != BIOGENIC_CO2 else (None,):
                key = (flow.receiver, "2", category, name, flow.energy)
                yield _weighed(world, key, quantity, (*numbers, flow.emission_factor), gas, column=column)


def _factors(carrier: Carrier) -> Iterator[tuple[str, Number, int]]:
    """Gas, factor and column: as it is, and of purchased energy once more by the market-based method."""
    given = carrier.emission_factor.by_gas if carrier.emission_factor else {}
    located = [(GROWN.get(gas, gas) if carrier.biogenic else gas, factor) for gas, factor in given.items()]
    for gas, factor in located:
        yield gas, factor, _column(gas)
    if carrier.fuel:
        return
    residual = carrier.residual_mix
    for gas, factor in located if residual is None else [(gas_of(residual), residual)]:
        if gas != BIOGENIC_CO2:
            yield gas, factor, MARKET


def _column(gas: str) -> int:
    return BIOGENIC if gas == BIOGENIC_CO2 else FOSSIL


def _weighed(
    world: World, key: Key, quantity: Quantity, numbers: tuple[Number, ...], gas: str, *, column: int | None = None
) -> Line:
    """A line of the emissions table, the gas weighed with the world's GWP set."""
    weight = potential(world.gwp, gas)
    weights = () if weight == 1 else (Number(weight, "t CO2e/t"),)
    return Line((*key, gas), quantity, (*numbers, *weights), _column(gas) if column is None else column)


def _process_emissions(world: World, _: Taps) -> Iterator[Line]:
    """Direct emissions of processes that no fuel causes, per tonne of basis or of substance released to the air."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            for gas, emission in process.emissions.items():
                for quantity, number in _per_tonne(node, name, emission):
                    yield _weighed(world, (node, "1", "process", name, gas), quantity, (number,), gas)


def _per_tonne(node: str, process: str, emission: Emission) -> Iterator[tuple[Quantity, Number]]:
    if emission.per_input is not None:
        yield ("basis", (node, process)), emission.per_input
    for substance, number in emission.by_substance.items():
        yield ("air", (node, process, substance)), number


def _burning(world: World, _: Taps) -> Iterator[Line]:
    """CO2 of the carbon in what a process burns, substance by substance."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            for substance, known in world.substances.items() if process.oxidation is not None else ():
                for gas, numbers in burnt(known, process.oxidation):
                    key = (node, "1", "process", name, substance)
                    yield _weighed(world, key, ("air", (node, name, substance)), numbers, gas)


def _upstream(world: World, _: Taps) -> Iterator[Line]:
    """Making what is bought from a boundary node, cradle to gate, at the buyer."""
    for name, flow in world.flows.items():
        node = world.boundary.get(flow.sender)
        supply = node.supplies.get(flow.material) if node else None
        if supply is not None and supply.emission_factor is not None:
            key = (flow.receiver, "3", "upstream", name, flow.material)
            yield _weighed(world, key, ("flow", (name,)), (supply.emission_factor,), gas_of(supply.emission_factor))


def _transport(world: World, _: Taps) -> Iterator[Line]:
    """Mass times distance times the mode's factor, at who pays."""
    for name, flow in world.flows.items():
        mode = world.transport.get(flow.transport) if flow.transport else None
        if mode is not None and mode.emission_factor is not None and flow.distance is not None:
            key = (_payer(world, flow), "3", "transport", name, flow.transport or "")
            numbers = (flow.distance, mode.emission_factor)
            yield _weighed(world, key, ("flow", (name,)), numbers, gas_of(mode.emission_factor))


def _payer(world: World, flow: Flow) -> str:
    """Who pays for the transport; a boundary node's part is told at the company at the other end."""
    ends = (flow.sender, flow.receiver) if flow.transport_payer == "sender" else (flow.receiver, flow.sender)
    return next((end for end in ends if end in world.companies), ends[0])


def _waste_treatment(world: World, _: Taps) -> Iterator[Line]:
    """Treating what is handed to a boundary node, at who hands it over."""
    for name, flow in world.flows.items():
        accept = accepted(world, flow)
        if accept is not None:
            key = (flow.sender, "3", "waste_treatment", name, arrives_as(flow))
            for quantity, numbers, gas in _treated(world, name, accept):
                yield _weighed(world, key, quantity, numbers, gas)


def _treated(world: World, flow: str, accept: Accept) -> Iterator[tuple[Quantity, tuple[Number, ...], str]]:
    """Quantity, numbers and gas of treating what a flow brings, by factor or by the carbon that flowed."""
    if accept.emission_factor is not None:
        yield ("flow", (flow,)), (accept.emission_factor,), gas_of(accept.emission_factor)
    for substance, known in world.substances.items() if accept.oxidation is not None else ():
        for gas, numbers in burnt(known, accept.oxidation):
            yield ("carried", (flow, substance)), numbers, gas


EMISSIONS: tuple[Lines, ...] = (
    _energy_carriers,
    _partners,
    _process_emissions,
    _burning,
    _upstream,
    _transport,
    _waste_treatment,
)
"""Every source of emissions but landfills, whose methane comes later than the waste (`landfill.py`)."""
