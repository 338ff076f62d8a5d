"""Waste that is not said to be waste, or whose origin nobody says: it would be counted twice, or as primary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.network.finding import Finding
from simulator.network.parts import Place, active, open_flows
from simulator.scenario.models import World
from simulator.scenario.trade import arrives_as


def unmarked(worlds: Sequence[World]) -> Iterator[Finding]:
    """What is accepted as waste is waste from where it arises, if it does not come of a use, which counts once.

    Otherwise it counts as a product before, and where a process makes it of waste, that waste counts twice: as
    recycled, since it became what is no waste, and with the fate that it meets in the end.
    """
    for world in worlds:
        for node, material in sorted(_only_at_last(world)):
            what = f"{material} is waste only from here on; before, it counts as a product, and what a process makes"
            remedy = f"write `waste: true` at materials.{material}"
            yield Finding(f"boundary.{node}.accepts.{material}", f"{what} of waste as recycled, too: {remedy}")


def _only_at_last(world: World) -> set[Place]:
    """Who accepts what although its sender does not call it waste, nor gets it from a use."""
    companies = world.companies.values()
    retired = {material for company in companies for use in company.uses.values() for material in use.end_of_life}
    marked = {name for name, material in world.materials.items() if material.waste}
    sent = ((flow.material, (flow.receiver, arrives_as(flow))) for _, flow in open_flows(world))
    accepted = {(name, key) for name, node in active(world.boundary).items() for key in node.accepts}
    return {end for material, end in sent if material not in marked | retired} & accepted


def unlabelled(worlds: Sequence[World]) -> Iterator[Finding]:
    """A supply of waste says whether it was in use before."""
    for world in worlds:
        for node, boundary in active(world.boundary).items():
            for material, supply in boundary.supplies.items():
                if world.materials[material].waste and "origin" not in supply.model_fields_set:
                    what = f"{material} is waste, but counts as primary in what is made of it, since no origin is given"
                    remedy = "write `origin: post_consumer` where it was in use, `pre_consumer` where it is scrap"
                    yield Finding(f"boundary.{node}.supplies.{material}", f"{what}: {remedy}, or `primary`")
