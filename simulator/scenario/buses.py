"""Where energy meets: the buses of a world, one for each company and carrier or level, and what is joined to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from simulator.scenario.amounts import Number
from simulator.scenario.carriers import serves, sold
from simulator.scenario.models import Company, World

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
    """Every bus, with what is joined to it."""
    found = _joined(world)
    for bus in sorted(found):
        for other in sorted(found.keys() - {bus}):
            if other[0] == bus[0] and serves(world, bus[1], other[1]):
                found[bus].users.add((LEVEL, other[1]))
                found[other].sources.add((LEVEL, bus[1]))
    return found


def merged(worlds: Iterable[World]) -> dict[Bus, Joints]:
    """The buses of several worlds, with all that is joined to them in any."""
    found: defaultdict[Bus, Joints] = defaultdict(Joints)
    for world in worlds:
        for bus, joints in buses(world).items():
            found[bus].users |= joints.users
            found[bus].sources |= joints.sources
    return dict(found)


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
        for carrier in process.start_up.energy if process.start_up else ():
            yield carrier, (PROCESS, name), False
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
