"""Which outputs pile up because nobody takes, or holds back, as much as is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from simulator.network.finding import Finding
from simulator.network.parts import Place, active, nominal_make, nominal_use, open_flows, rated, takers, tonnes
from simulator.scenario.models import Company, Flow, Inventory, World
from simulator.scenario.trade import arrives_as


def piling_up(worlds: Sequence[World]) -> Iterator[Finding]:
    """What is made without end is taken as fast, at some time, or held back by an order policy or a capacity."""
    found = [dict(_piles(world)) for world in worlds]
    for place, (made, taken) in found[0].items():
        if all(place in others for others in found):
            store = ".".join(("companies", place[0], "inventories", place[1]))
            rates = f"made at up to {made:.6g} t/day, taken at up to {taken:.6g} t/day"
            yield Finding(store, f"piles up: {rates}; give {store} an order_up_to or a capacity")


def _piles(world: World) -> Iterator[tuple[Place, tuple[float, float]]]:
    """Places where more arises than goes, with both in t/day."""
    for name, company in active(world.companies).items():
        for material in sorted(_pushed(company)):
            made, taken = nominal_make(world, company, material), _taken(world, (name, material))
            if taken < made * (1 - 1e-9):
                yield (name, material), (made, taken)


def _pushed(company: Company) -> set[str]:
    """Outputs of processes that nothing holds back."""
    free = [process for process in active(company.processes).values() if not any(_held(company, process.outputs))]
    held = [process for process in active(company.processes).values() if any(_held(company, process.outputs))]
    some = {material for process in free for material in process.outputs}
    return some.difference(*(process.outputs for process in held))


def _held(company: Company, outputs: Iterable[str]) -> Iterator[bool]:
    for material in outputs:
        store = company.inventories.get(material, Inventory())
        yield any((store.capacity, store.order_up_to, store.order_quantity))


def _taken(world: World, place: Place) -> float:
    """Most that goes from a place, t/day; infinite where something takes all that comes."""
    node, material = place
    flows = [flow for _, flow in open_flows(world) if (flow.sender, flow.material) == place]
    ends = {(flow.receiver, arrives_as(flow)): flow for flow in flows}
    own = nominal_use(world, world.companies[node], material)
    return own + sum(_takes(world, flow) for flow in ends.values()) if flows else math.inf


def _takes(world: World, flow: Flow) -> float:
    """Most that the end of a flow takes, t/day."""
    if flow.receiver in world.boundary:
        rates = [taker.rate for taker in takers(world, flow)]
        return sum(tonnes(world, arrives_as(flow), rate) if rate else math.inf for rate in rates)
    company, material = world.companies[flow.receiver], arrives_as(flow)
    greedy = any(use.material == material and not rated(company, material) for use in active(company.uses).values())
    return math.inf if greedy else nominal_use(world, company, material) or math.inf
