"""Flows: both ends exist, the outside sells or takes what flows, transport has its distance."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from simulator.scenario.models import Accept, BoundaryNode, Demand, Flow, World
from simulator.scenario.numbers import Number
from simulator.scenario.references import unknown
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem, advice

RECEIVES, PAYS = 1, -1


def check_flows(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is wrong with the flows, and with what boundary nodes take."""
    nodes = {**world.boundary, **world.companies}
    for name, flow in world.flows.items():
        yield from _flow(world, flow, nodes, ("flows", name))
    for name, node in world.boundary.items():
        yield from _ambiguous(node, ("boundary", name))


def arrives_as(flow: Flow) -> str:
    """The receiver's name for what a flow carries."""
    return flow.as_ or flow.material


def accepted(world: World, flow: Flow) -> Accept | None:
    """How a boundary node takes as waste what a flow carries; None where it goes elsewhere, or meets a demand."""
    node = world.boundary.get(flow.receiver)
    return node.accepts.get(arrives_as(flow)) if node else None


class Price(NamedTuple):
    """What one tonne over a flow costs, and which sign it has for the sender."""

    number: Number
    sign: int
    """`RECEIVES` where a positive number goes to the sender, `PAYS` where it goes to the receiver."""


def price_of(world: World, flow: Flow) -> Price | None:
    """The flow's own price, else what its boundary node asks or offers; None where nothing is paid."""
    if flow.price is not None:
        return Price(flow.price, RECEIVES)
    if flow.sender in world.boundary:
        asked = world.boundary[flow.sender].supplies[flow.material].price
        return Price(asked, RECEIVES) if asked is not None else None
    return _offer(world, flow) if flow.receiver in world.boundary else None


def _offer(world: World, flow: Flow) -> Price | None:
    """The fee of what accepts a flow, or the price that the demand it satisfies pays."""
    node, material = world.boundary[flow.receiver], arrives_as(flow)
    if material in node.accepts:
        fee = node.accepts[material].fee
        return Price(fee, PAYS) if fee is not None else None
    offers = (demand.price for name, demand in sorted(node.demands.items()) if material in wants(name, demand))
    offer = next(offers, None)
    return Price(offer, RECEIVES) if offer is not None else None


def wants(name: str, demand: Demand) -> tuple[str, ...]:
    """Materials that satisfy a demand: the one it is named after, unless it lists them."""
    return demand.any_of or (name,)


def _flow(world: World, flow: Flow, nodes: Collection[str], keys: Keys) -> Iterator[Problem]:
    yield from unknown("material", [flow.material], world.materials, (*keys, "material"), place=False)
    if flow.as_ is not None:
        yield from unknown("material", [flow.as_], world.materials, (*keys, "as"), place=False)
    yield from unknown("partnership", flow.partnership, world.partnerships, (*keys, "partnership"), place=False)
    yield from _transport(world, flow, keys)
    yield from _ends(world, flow, nodes, keys)


def _transport(world: World, flow: Flow, keys: Keys) -> Iterator[Problem]:
    if flow.transport is None:
        return
    yield from unknown("mode of transport", [flow.transport], world.transport, (*keys, "transport"), place=False)
    if flow.distance is None:
        yield Problem((*keys, "transport"), "needs a `distance` beside it")


def _ends(world: World, flow: Flow, nodes: Collection[str], keys: Keys) -> Iterator[Problem]:
    ends = {"from": flow.sender, "to": flow.receiver}
    missing = [
        problem for key, name in ends.items() for problem in unknown("node", [name], nodes, (*keys, key), place=False)
    ]
    yield from missing
    if not missing and flow.sender == flow.receiver:
        yield Problem(keys, f"goes from {flow.sender} to itself")
    elif not missing and flow.material in world.materials:
        yield from _outside(world, flow, keys)


def _outside(world: World, flow: Flow, keys: Keys) -> Iterator[Problem]:
    """The outside sells what comes in, and takes what goes out."""
    if flow.sender in world.boundary and flow.sender not in world.companies:
        supplies = world.boundary[flow.sender].supplies
        if flow.material not in supplies:
            message = f"{flow.sender} does not supply {flow.material}{advice(flow.material, supplies)}"
            yield Problem((*keys, "material"), message)
    inside = flow.receiver in world.companies
    if flow.receiver in world.boundary and not inside and arrives_as(flow) in world.materials:
        taken = _taken(world.boundary[flow.receiver])
        if arrives_as(flow) not in taken:
            message = f"{flow.receiver} neither demands nor accepts {arrives_as(flow)}"
            yield Problem((*keys, "material" if flow.as_ is None else "as"), message + advice(arrives_as(flow), taken))


def _taken(node: BoundaryNode) -> list[str]:
    """Materials a boundary node takes, once for each demand or accept."""
    demanded = [name for key, demand in node.demands.items() for name in wants(key, demand)]
    return [*demanded, *node.accepts]


def _ambiguous(node: BoundaryNode, keys: Keys) -> Iterator[Problem]:
    taken = _taken(node)
    for name in dict.fromkeys(taken):
        if taken.count(name) > 1:
            yield Problem(keys, f"takes {name} in more than one of its demands and accepts")
