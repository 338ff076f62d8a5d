"""What forbids a run: rules on the network with all partnerships on, each a generator of findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from simulator.network.finding import Finding
from simulator.network.parts import (
    Place,
    active,
    feed,
    limited,
    nominal_use,
    open_flows,
    review_days,
    takers,
    tonnes,
)
from simulator.network.places import EXIT, fed, leading_out, places, rotated
from simulator.scenario.models import Company, Flow, Inventory, World
from simulator.scenario.trade import arrives_as

if TYPE_CHECKING:
    import networkx as nx


def never_held(world: World) -> Iterator[Finding]:
    """A company sends what it makes, receives, or starts with."""
    held = fed(world)
    for name, flow in open_flows(world):
        if flow.sender in world.companies and (flow.sender, flow.material) not in held:
            why = "no process or use there makes it, no flow brings it, no initial stock"
            yield Finding(f"flows.{name}.material", f"{flow.sender} never holds {flow.material}: {why}")


def dead_ends(world: World) -> Iterator[Finding]:
    """From every place that mass can come to there is a way out of the system.

    Otherwise the place fills without end. Reported are only the last components of the graph of places, not all that
    leads to them.
    """
    sources = fed(world)
    if not sources.keys() <= leading_out(world):
        yield from _last_components(world, sources)


def _last_components(world: World, sources: Mapping[Place, str]) -> Iterator[Finding]:
    """Findings on the components that nothing leads on from; the graph library is slow to import, so only here."""
    import networkx as nx

    found = places(world)
    found.add_nodes_from(sources)
    condensed = nx.condensation(found)
    for component in (condensed.nodes[i]["members"] for i in condensed if not condensed.out_degree(i)):
        if EXIT not in component:
            yield _dead_end(found.subgraph(component), sources)


def _dead_end(component: nx.DiGraph[Place], sources: Mapping[Place, str]) -> Finding:
    import networkx as nx

    if component.number_of_edges():
        loop = rotated(next(nx.simple_cycles(component)))
        way = " → ".join(f"{node}.{material}" for node, material in (*loop, loop[0]))
        path = min(sources[place] for place in component)
        return Finding(path, f"a loop without exit, {way}: add a flow from it to a boundary node")
    ((node, material),) = component
    remedy = "add a flow that takes it away, or a process or use there that draws on it"
    return Finding(sources[node, material], f"{material} has no way out of {node}: {remedy}")


def unlimited(world: World) -> Iterator[Finding]:
    """Between a supply without limit and a taker without limit, something says how much flows."""
    for name, flow in open_flows(world):
        if flow.capacity is None and _gives_unlimited(world, flow) and _takes_unlimited(world, flow):
            remedy = "give the supply or the demand a rate, the flow a capacity, or the inventory an order level"
            yield Finding(f"flows.{name}", f"{flow.sender} gives and {flow.receiver} takes without limit: {remedy}")


def _gives_unlimited(world: World, flow: Flow) -> bool:
    supply = world.boundary[flow.sender].supplies.get(flow.material) if flow.sender in world.boundary else None
    return supply is not None and supply.rate is None


def _takes_unlimited(world: World, flow: Flow) -> bool:
    if flow.receiver in world.boundary:
        return any(taker.rate is None for taker in takers(world, flow))
    return _hoards(world.companies[flow.receiver], arrives_as(flow))


def _hoards(company: Company, material: str) -> bool:
    """Whether a company takes whatever comes: no capacity, no order policy, nothing that says how much is used."""
    held = company.inventories.get(material, Inventory())
    if held.capacity or held.order_up_to or held.order_quantity:
        return False
    if any(material in feed(process) for process in active(company.processes).values()):
        return False
    return not limited(company, material)


def below_one_lot(world: World) -> Iterator[Finding]:
    """An inventory that is filled in lots orders, and has room for, at least one."""
    for name, flow in open_flows(world):
        if flow.lot_size is not None and flow.receiver in world.companies:
            lot, material = tonnes(world, flow.material, flow.lot_size), arrives_as(flow)
            for key, level in _levels(world, world.companies[flow.receiver], material):
                if level < lot:
                    path = f"companies.{flow.receiver}.inventories.{material}.{key}"
                    yield Finding(path, f"{level:.6g} t is below one lot of flows.{name}, {lot:.6g} t")


def _levels(world: World, company: Company, material: str) -> Iterator[tuple[str, float]]:
    """What bounds one delivery to an inventory, in tonnes: its capacity, and its order, by key."""
    held = company.inventories.get(material, Inventory())
    if held.capacity:
        yield "capacity", tonnes(world, material, held.capacity)
    if held.order_quantity:
        yield "order_quantity", tonnes(world, material, held.order_quantity)
    elif held.level and held.level.unit != "day":
        yield "order_up_to", tonnes(world, material, held.level)
    elif held.level and (use := nominal_use(world, company, material)):
        yield "order_up_to", use * (held.level.value + review_days(world, company))


FAULTS: tuple[Callable[[World], Iterator[Finding]], ...] = (
    never_held,
    dead_ends,
    unlimited,
    below_one_lot,
)
