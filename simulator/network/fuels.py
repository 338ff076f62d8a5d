"""What burns a fuel that only converters could make: it never runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.network.finding import Finding
from simulator.network.parts import active
from simulator.scenario.carriers import Unit, carrier_of, followed, serves, sold
from simulator.scenario.models import Company, World

Bus = tuple[str, str]
"""A node, and a carrier or level."""
Way = tuple[Bus, Bus | None]
"""Where energy arises or arrives, and where some is needed for that."""


def unfuelled(worlds: Sequence[World]) -> Iterator[Finding]:
    """Converters run for needs, not for another unit's fuel; so what the grid does not sell comes from someone else.

    Fuel that comes from nobody at all in a variant, such as that of a closed partnership, is no mistake.
    """
    burning = [(world, path, bus) for world in worlds for path, bus in _burners(world)]
    given = {bus for world in worlds for bus in _reached(world, converted=False)} if burning else set()
    lacking = [(world, path, bus) for world, path, bus in burning if not _has(world, given, bus)]
    for world, path, bus in lacking:
        if _has(world, _reached(world, converted=True), bus):
            yield Finding(path, _message(world, bus[1]))


def _message(world: World, fuel: str) -> str:
    remedy = "make what gives it a generator"
    if not world.energy[carrier_of(fuel)].levels:
        remedy = f"give energy.{fuel} a price or an emission_factor, so that the grid sells it, or {remedy}"
    return f"never runs: only converters give {fuel} here, and they do not run for another's fuel; {remedy}"


def _burners(world: World) -> Iterator[tuple[str, Bus]]:
    """Units whose fuel the grid does not sell, by path, and where they need it."""
    for name, company in active(world.companies).items():
        for path, unit in _units(company):
            if unit.from_ is not None and not sold(world, unit.from_):
                yield f"companies.{name}.{path}.from", (name, unit.from_)


def _units(company: Company) -> Iterator[tuple[str, Unit]]:
    yield from ((f"generators.{key}", unit) for key, unit in active(company.generators).items())
    yield from ((f"converters.{key}", unit) for key, unit in active(company.converters).items())


def _reached(world: World, converted: bool) -> set[Bus]:
    """Where there may be energy to spare; with `converted`, also what converters would give if they ran."""
    ways, found = list(_ways(world, converted)), set[Bus]()
    while new := {bus for bus, need in ways if bus not in found and (need is None or _has(world, found, need))}:
        found |= new
    return found


def _has(world: World, found: set[Bus], bus: Bus) -> bool:
    """Whether a company has a carrier, or a level at least as hot."""
    node, need = bus
    carrier = carrier_of(need)
    levels = [f"{carrier}.{level}" for level in world.energy[carrier].levels] or [carrier]
    return any((node, level) in found and serves(world, level, need) for level in levels)


def _ways(world: World, converted: bool) -> Iterator[Way]:
    for name, company in active(world.companies).items():
        yield from (((name, carrier), None) for carrier in _given_off(company))
        yield from _of_units(world, name, company, converted)
    for flow in active(world.energy_flows).values():
        outside = flow.sender in world.boundary
        yield (flow.receiver, flow.energy), None if outside else (flow.sender, flow.energy)


def _given_off(company: Company) -> Iterator[str]:
    """By processes, and from what storages hold at the start."""
    for process in active(company.processes).values():
        yield from (carrier for carrier, number in process.energy.items() if number.table or number.value < 0)
    for storage in active(company.energy_storage).values():
        yield from [storage.carrier] if storage.initial and storage.initial.value > 0 else []


def _of_units(world: World, name: str, company: Company, converted: bool) -> Iterator[Way]:
    """What a converter gives beside the carrier that it follows is there for all."""
    for path, unit in _units(company):
        bought = unit.from_ is None or sold(world, unit.from_)
        leading = {followed(unit)} if path.startswith("converters") and not converted else set()
        need = None if bought else (name, str(unit.from_))
        yield from (((name, carrier), need) for carrier in unit.gives if carrier not in leading)
