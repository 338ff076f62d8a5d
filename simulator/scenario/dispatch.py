"""Where energy meets: the buses of a world, one for each company and carrier or level, and what is joined to them.

A bus is *plain* where the grid alone supplies it at constant numbers: what is used there was bought, and nothing has to
be dispatched. At all others the engine decides at every instant who supplies whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from simulator.scenario.amounts import Number
from simulator.scenario.carriers import carrier_of, serves, sold
from simulator.scenario.models import Carrier, Company, World

LOAD, PROCESS, GENERATOR, CONVERTER, STORAGE, FLOW, LEVEL = (
    "load", "process", "generator", "converter", "storage", "flow", "level",
)  # fmt: skip
GRID, UNSERVED, CURTAILED = "grid", "unserved", "curtailed"

Bus = tuple[str, str]
"""Company, and carrier or level: `("aurubis", "heat.steam")`."""
Joint = tuple[str, str]
"""Kind and name of what is joined to a bus: `("process", "smelter")`, `("flow", "heat_to_town")`, `("grid", "")`."""


@dataclass
class Joints:
    """What uses a bus, and what supplies it."""

    users: set[Joint] = field(default_factory=lambda: {(CURTAILED, "")})
    sources: set[Joint] = field(default_factory=lambda: {(UNSERVED, "")})


def buses(world: World) -> dict[Bus, Joints]:
    """Every bus that is dispatched, with what is joined to it."""
    found = _joined(world)
    dispatched = {bus for bus, joints in found.items() if _is_dispatched(world, bus, joints)}
    for bus in sorted(dispatched):
        for other in sorted(dispatched - {bus}):
            if other[0] == bus[0] and serves(world, bus[1], other[1]):
                found[bus].users.add((LEVEL, other[1]))
                found[other].sources.add((LEVEL, bus[1]))
    return {bus: found[bus] for bus in dispatched}


def merged(worlds: Iterable[World]) -> dict[Bus, Joints]:
    """The buses of several worlds: dispatched in one of them, and all that is joined to them in any."""
    found: defaultdict[Bus, Joints] = defaultdict(Joints)
    everything = [(buses(world), _joined(world)) for world in worlds]
    dispatched = {bus for of_world, _ in everything for bus in of_world}
    for of_world, joined in everything:
        for bus in dispatched & joined.keys():
            joints = of_world.get(bus, joined[bus])
            found[bus].users |= joints.users
            found[bus].sources |= joints.sources
    return dict(found)


def _is_dispatched(world: World, bus: Bus, joints: Joints) -> bool:
    """Whether anything but the grid supplies it, anything is dispatched from it, or its numbers vary in time."""
    others = {kind for kind, _ in joints.sources} - {GRID, UNSERVED}
    steered = {kind for kind, _ in joints.users} & {CONVERTER, GENERATOR, STORAGE, FLOW}
    carrier = world.energy[carrier_of(bus[1])]
    return bool(others or steered or carrier.levels or varies(carrier))


def varies(carrier: Carrier) -> bool:
    """Whether price or emissions of a carrier follow a time series."""
    factors = carrier.emission_factor.by_gas.values() if carrier.emission_factor else ()
    numbers = (carrier.price, carrier.residual_mix, carrier.renewable, *factors)
    return any(isinstance(number, Number) and number.table is not None for number in numbers)


def _joined(world: World) -> dict[Bus, Joints]:
    found: defaultdict[Bus, Joints] = defaultdict(Joints)
    for name, company in world.companies.items():
        for carrier, joint, gives in _of_company(company):
            joints = found[name, carrier]
            (joints.sources if gives else joints.users).add(joint)
    for name, flow in world.energy_flows.items():
        if flow.sender in world.companies:
            found[flow.sender, flow.energy].users.add((FLOW, name))
        if flow.receiver in world.companies:
            found[flow.receiver, flow.energy].sources.add((FLOW, name))
    for bus, joints in found.items():
        joints.sources.update([(GRID, "")] if sold(world, bus[1]) else [])
    return found


def _of_company(company: Company) -> Iterator[tuple[str, Joint, bool]]:
    """Carrier, what is joined, and whether it gives."""
    for carrier in company.loads:
        yield carrier, (LOAD, LOAD), False
    for name, process in company.processes.items():
        for carrier, number in process.energy.items():
            yield from ((carrier, (PROCESS, name), gives) for gives in _directions(number))
    for name, generator in company.generators.items():
        yield from _of_unit((GENERATOR, name), generator.from_, generator.gives)
    for name, converter in company.converters.items():
        yield from _of_unit((CONVERTER, name), converter.from_, converter.gives)
    for name, storage in company.energy_storage.items():
        yield from ((storage.carrier, (STORAGE, name), gives) for gives in (False, True))


def _directions(number: Number) -> tuple[bool, ...]:
    """Whether a coefficient of a process gives, uses, or, where a series says it, may do both."""
    return (False, True) if number.table is not None else (number.value < 0,)


def _of_unit(joint: Joint, used: str | None, gives: Mapping[str, Number]) -> Iterator[tuple[str, Joint, bool]]:
    yield from ((carrier, joint, True) for carrier in gives)
    if used is not None:
        yield used, joint, False
