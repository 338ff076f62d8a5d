"""Inventories that are ordered as `needed`: whether anything says how much that is, and who must be asked first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from simulator.scenario.models import Company, Inventory, Process, World
from simulator.scenario.scenario import Series
from simulator.scenario.trade import arrives_as
from simulator.scenario.wrong import Keys, Problem

Maker = tuple[str, str]
"""Company and process."""
Store = tuple[str, str]
"""Company and material."""


def check_needed(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is ordered as needed is taken by processes alone, and something says how much each of them is to make."""
    stores = needed_stores(world)
    for name, material in sorted(stores):
        company, keys = world.companies[name], ("companies", name, "inventories", material, "order_up_to")
        yield from _taken(company, material, keys)
        for key, process in sorted(_takers(company, material).items()):
            yield from _asked(world, (name, key), process, keys)
    try:
        tuple(TopologicalSorter(behind(world, stores, _leads(world, stores))).static_order())
    except CycleError as error:
        yield _circle(world, stores, error.args[1])


def needed_stores(world: World) -> set[Store]:
    """Inventories that are ordered as needed."""
    inventories = ((name, company.inventories) for name, company in world.companies.items())
    return {(name, material) for name, held in inventories for material, one in held.items() if one.needed}


def leading(world: World, company: Company, process: Process) -> str | None:
    """The output that says how much a process is to make: what it `makes_to`, orders from it alone, or is its product.

    None where it has several products, or none, and no one of them is chosen.
    """
    if process.makes_to is not None:
        return process.makes_to
    ordered = [material for material in sorted(process.outputs) if _ordered(company, material)]
    sole = [material for material in ordered if _makers(company, material) == 1]
    products = [material for material in sorted(process.outputs) if not world.materials[material].waste]
    return sole[0] if sole else products[0] if len(products) == 1 else None


def behind(world: World, stores: Collection[Store], leads: Mapping[Maker, str]) -> dict[Maker, list[Maker]]:
    """By process that takes from such stores, the others that ask for what it makes, and must be asked before it."""
    return {
        maker: [
            (node, process)
            for node, material in sorted(_ends(world, (maker[0], lead)) & set(stores))
            for process in sorted(_takers(world.companies[node], material))
        ]
        for maker, lead in sorted(leads.items())
    }


def _leads(world: World, stores: Collection[Store]) -> dict[Maker, str]:
    found = {
        (name, key): leading(world, world.companies[name], process)
        for name, material in stores
        for key, process in _takers(world.companies[name], material).items()
    }
    return {maker: lead for maker, lead in found.items() if lead is not None}


def _ends(world: World, store: Store) -> set[Store]:
    """A store, and where its flows lead."""
    flows = (flow for flow in world.flows.values() if (flow.sender, flow.material) == store)
    return {store, *((flow.receiver, arrives_as(flow)) for flow in flows if flow.receiver in world.companies)}


def _takers(company: Company, material: str) -> dict[str, Process]:
    slots = ((key, process, slot) for key, process in company.processes.items() for slot in process.inputs.values())
    return {key: process for key, process, slot in slots if material in slot.any_of}


def _ordered(company: Company, material: str) -> bool:
    held = company.inventories.get(material, Inventory())
    return held.order_up_to is not None or held.order_quantity is not None


def _makers(company: Company, material: str) -> int:
    return sum(material in process.outputs for process in company.processes.values())


def _taken(company: Company, material: str, keys: Keys) -> Iterator[Problem]:
    uses = sorted(key for key, use in company.uses.items() if use.material == material)
    if uses:
        message = f"use {uses[0]} takes it too, and `needed` is what processes lack: write it in tonnes or days"
        yield Problem(keys, message)
    elif not _takers(company, material):
        yield Problem(keys, "no process here takes it, so that none is needed: write it in tonnes or days")


def _asked(world: World, maker: Maker, process: Process, keys: Keys) -> Iterator[Problem]:
    company, lead = world.companies[maker[0]], leading(world, world.companies[maker[0]], process)
    if lead is None:
        remedy = "name an output by `makes_to`, or give one of them an `order_up_to`"
        yield Problem(keys, f"nothing says how much process {maker[1]} is to make: {remedy}")
    elif not (_ordered(company, lead) or _takers(company, lead) or _wanted(world, (maker[0], lead))):
        store = f"companies.{maker[0]}.inventories.{lead}"
        remedy = f"give {store} an `order_up_to`, or add a flow to who demands it"
        yield Problem(keys, f"nobody asks process {maker[1]} for {lead}: {remedy}")


def _wanted(world: World, store: Store) -> bool:
    """Whether a use, or a flow to a company or a demand, asks for what is in a store; an `accepts` does not."""
    company, material = world.companies[store[0]], store[1]
    if any(use.material == material for use in company.uses.values()):
        return True
    flows = (flow for flow in world.flows.values() if (flow.sender, flow.material) == store)
    accepts = {name: node.accepts for name, node in world.boundary.items()}
    return any(arrives_as(flow) not in accepts.get(flow.receiver, {}) for flow in flows)


def _circle(world: World, stores: Collection[Store], makers: list[Maker]) -> Problem:
    name, key = min(makers)
    inputs = world.companies[name].processes[key].inputs.values()
    material = min(item for slot in inputs for item in slot.any_of if (name, item) in stores)
    way = ", ".join(sorted({f"{process} of {node}" for node, process in makers}))
    message = f"what processes need goes round in a circle, {way}: order one of their inputs in tonnes or days"
    return Problem(("companies", name, "inventories", material, "order_up_to"), message)
