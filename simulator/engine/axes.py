"""The axes of the engine's arrays: names from the scenario, sorted, so that the order of a file changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from simulator.engine.index import (
    BusKey,
    Draw,
    EndOfLife,
    FlowKey,
    Index,
    Joint,
    Label,
    Output,
    Place,
    ProcessKey,
    StoreKey,
    Term,
    UseKey,
)
from simulator.scenario.buses import Bus, Joints
from simulator.scenario.carriers import carrier_of, dispatch_order, temperature
from simulator.scenario.models import Company, Flow, World
from simulator.scenario.references import OTHER
from simulator.scenario.reuse import reuses
from simulator.scenario.trade import arrives_as, wants

ORIGINS = ("primary", "pre_consumer", "post_consumer", "reused")


def index_of(
    world: World, origins: Sequence[str], terms: Iterable[Term], joints: Mapping[Bus, Joints] | None = None
) -> Index:
    """All axes of a scenario; labels are origins × substances, `joints` what is joined to the buses of all worlds."""
    places = tuple(_places(world))
    numbers = {place: n for n, place in enumerate(places)}

    def inventory(company: str, material: str) -> int:
        return numbers[Place(company, material, "inventory")]

    return Index(
        labels=tuple(Label(substance, origin) for origin in origins for substance in substances(world)),
        places=places,
        processes=tuple(
            ProcessKey(name, process, tuple(sorted(recipe.inputs)))
            for name, company in _companies(world)
            for process, recipe in sorted(company.processes.items())
        ),
        uses=tuple(UseKey(name, use) for name, company in _companies(world) for use in sorted(company.uses)),
        draws=tuple(
            Draw(name, process, use, slot, material, inventory(name, material))
            for name, process, use, slot, material in _draws(world)
        ),
        outputs=tuple(
            Output(name, process, material, medium, inventory(name, material) if material else -1)
            for name, process, material, medium in _outputs(world)
        ),
        ends=tuple(
            EndOfLife(name, use, material, inventory(name, material))
            for name, company in _companies(world)
            for use, products in sorted(company.uses.items())
            for material in sorted(products.end_of_life)
        ),
        flows=tuple(
            FlowKey(name, numbers[source_of(world, flow)], numbers[target_of(world, flow)], flow.material)
            for name, flow in sorted(world.flows.items())
        ),
        terms=tuple(sorted(terms, key=lambda term: (term.quantity, term.key, term.tables))),
        learners=tuple(
            ProcessKey(name, process, tuple(sorted(recipe.inputs)))
            for name, company in _companies(world)
            for process, recipe in sorted(company.processes.items())
            if recipe.learning
        ),
        **energy_axes(world, joints),
    )


def energy_axes(world: World, joined: Mapping[Bus, Joints] | None) -> dict[str, Any]:
    """Buses with their users and suppliers, and storages."""
    joints = joined or {}
    order = dispatch_order(world)
    buses = sorted(joints, key=lambda bus: _served(world, order, bus))
    stores = [
        StoreKey(company, name)
        for company, carrier in buses
        for name, store in sorted(world.companies[company].energy_storage.items())
        if store.carrier == carrier
    ]
    return {
        "buses": tuple(BusKey(*bus) for bus in buses),
        "users": tuple(Joint(n, *joint) for n, bus in enumerate(buses) for joint in sorted(joints[bus].users)),
        "suppliers": tuple(Joint(n, *joint) for n, bus in enumerate(buses) for joint in sorted(joints[bus].sources)),
        "stores": tuple(stores),
    }


def _served(world: World, order: Sequence[str], bus: Bus) -> tuple[int, float, Bus]:
    """When a bus is served: what is made before what it is made from, hot before cold."""
    heat = temperature(world, bus[1])
    return order.index(carrier_of(bus[1])), 0.0 if heat is None else -heat, bus


def substances(world: World) -> tuple[str, ...]:
    """Declared substances by name, and what no composition declares."""
    return (*sorted(set(world.substances) - {OTHER}), OTHER)


def origins(worlds: Iterable[World]) -> tuple[str, ...]:
    """Origins that can occur: nothing is reused unless a supply says so, or a use takes what was in use before."""
    return ORIGINS if any(_has_reused(world) for world in worlds) else ORIGINS[:3]


def _has_reused(world: World) -> bool:
    supplies = (supply for node in world.boundary.values() for supply in node.supplies.values())
    return any(supply.origin == "reused" for supply in supplies) or reuses(world)


def source_of(world: World, flow: Flow) -> Place:
    """Where a flow leaves from."""
    return Place(flow.sender, flow.material, "supply" if flow.sender in world.boundary else "inventory")


def target_of(world: World, flow: Flow) -> Place:
    """Where a flow goes to: an inventory, what a boundary node accepts, or the demand the material satisfies."""
    material = arrives_as(flow)
    if flow.receiver not in world.boundary:
        return Place(flow.receiver, material, "inventory")
    node = world.boundary[flow.receiver]
    if material in node.accepts:
        return Place(flow.receiver, material, "accept")
    for name, demand in sorted(node.demands.items()):
        if material in wants(name, demand):
            return Place(flow.receiver, name, "demand")
    raise AssertionError("a flow to a boundary node that does not take it is refused when the file is loaded")


def _companies(world: World) -> list[tuple[str, Company]]:
    return sorted(world.companies.items())


def _places(world: World) -> Iterator[Place]:
    """Inventories by company and material, then ports by node, kind and name."""
    inventories = {Place(name, material, "inventory") for name, material in _held(world)}
    yield from sorted(inventories, key=lambda place: (place.node, place.name))
    for name, node in sorted(world.boundary.items()):
        ports = (("accept", node.accepts), ("demand", node.demands), ("supply", node.supplies))
        for kind, entries in ports:
            for entry in sorted(entries):
                yield Place(name, entry, kind)


def _held(world: World) -> Iterator[tuple[str, str]]:
    """Every material that a company holds: declared, used, made, retired, sent or received."""
    for name, company in world.companies.items():
        yield from ((name, material) for material in company.inventories)
        for process in company.processes.values():
            yield from ((name, material) for slot in process.inputs.values() for material in slot.any_of)
            yield from ((name, material) for material in process.outputs)
        for use in company.uses.values():
            yield from ((name, material) for material in (use.material, *use.end_of_life))
    for flow in world.flows.values():
        ends = ((flow.sender, flow.material), (flow.receiver, arrives_as(flow)))
        yield from ((node, material) for node, material in ends if node in world.companies)


def _draws(world: World) -> Iterator[tuple[str, str | None, str | None, str, str]]:
    """Processes first, then uses; within a slot in order of preference."""
    for name, company in _companies(world):
        for process, recipe in sorted(company.processes.items()):
            for slot, entry in sorted(recipe.inputs.items()):
                yield from ((name, process, None, slot, material) for material in entry.any_of)
    for name, company in _companies(world):
        for use, products in sorted(company.uses.items()):
            yield name, None, use, "demand", products.material


def _outputs(world: World) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Per process its outputs, then its releases."""
    for name, company in _companies(world):
        for process, recipe in sorted(company.processes.items()):
            yield from ((name, process, material, None) for material in sorted(recipe.outputs))
            yield from ((name, process, None, medium) for medium in sorted(recipe.releases))
