"""What does not forbid a run, but is hardly meant: rules on the worlds of one variant, and on the file as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from simulator.network.covers import uncovered, unordered
from simulator.network.faults import dead_ends
from simulator.network.finding import Finding
from simulator.network.fuels import unfuelled
from simulator.network.partners import idle_partnerships, unpaid
from simulator.network.parts import (
    Place,
    active,
    has_price,
    nominal_make,
    nominal_use,
    open_flows,
    rank,
    review_days,
    settle_days,
    tonnes,
)
from simulator.network.piles import piling_up
from simulator.network.places import covered, reached
from simulator.network.wastes import unlabelled, unmarked
from simulator.scenario.models import Company, Flow, World
from simulator.scenario.numbers import Number
from simulator.scenario.trade import wants
from simulator.units import DAYS_PER_MONTH


def unreached(worlds: Sequence[World]) -> Iterator[Finding]:
    """Every demand and use can be served, at some time, by some supply or initial stock."""
    found = reached(worlds)
    for world in worlds:
        for path, alternatives in _wanted(world):
            if not alternatives & found:
                yield Finding(path, "cannot be reached from any supply or initial stock")


def stranded(worlds: Sequence[World]) -> Iterator[Finding]:
    """What a company gets has a way out in the end; what has none in any variant is a fault of the file."""
    yield from dead_ends(worlds[-1])


def _wanted(world: World) -> Iterator[tuple[str, set[Place]]]:
    """Every demand and use, and the places of which one has to be reached."""
    for node, boundary in active(world.boundary).items():
        for name, demand in boundary.demands.items():
            yield f"boundary.{node}.demands.{name}", {(node, material) for material in wants(name, demand)}
    for node, company in active(world.companies).items():
        for name, use in active(company.uses).items():
            wanted = use.stock if use.stock is not None else use.demand
            if not isinstance(wanted, Number) or wanted.value != 0:
                yield f"companies.{node}.uses.{name}", {(node, use.material)}


def small_stores(worlds: Sequence[World]) -> Iterator[Finding]:
    """A store holds the throughput of two reviews and its residence; a smaller one stops what feeds or drains it."""
    for world in worlds:
        for name, company in active(world.companies).items():
            for material, capacity in _capacities(world, company):
                rests = company.inventories[material].residence
                days = 2 * review_days(world, company) + (rests.days() if rests else 0.0)
                need = days * _throughput(world, company, material)
                if capacity < need:
                    path = f"companies.{name}.inventories.{material}.capacity"
                    resting = " and what rests meanwhile" if rests else ""
                    yield Finding(
                        path, f"holds {capacity:.6g} t, less than two reviews' throughput{resting} of {need:.6g} t"
                    )


def _capacities(world: World, company: Company) -> Iterator[tuple[str, float]]:
    for material, held in company.inventories.items():
        if held.capacity:
            yield material, tonnes(world, material, held.capacity)


def _throughput(world: World, company: Company, material: str) -> float:
    return max(nominal_use(world, company, material), nominal_make(world, company, material))


def missing_prices(worlds: Sequence[World]) -> Iterator[Finding]:
    """Where one flow of a material has a price, the others have one too, or the boundary says it."""
    for world in worlds:
        flows = sorted(open_flows(world), key=lambda named: named[0], reverse=True)
        priced = {flow.material: f"flows.{name} of {flow.material}" for name, flow in flows if flow.price is not None}
        for name, flow in open_flows(world):
            if flow.material in priced and not has_price(world, flow):
                yield Finding(f"flows.{name}", f"has no price, but {priced[flow.material]} has one")


def overtaken(worlds: Sequence[World]) -> Iterator[Finding]:
    """A flow that settles more often takes what a better-ranked one from the same store was to have."""
    for world in worlds:
        rivals: defaultdict[Place, list[tuple[str, Flow]]] = defaultdict(list)
        for name, flow in open_flows(world):
            rivals[flow.sender, flow.material].append((name, flow))
        for (name, flow), (better, other) in (pair for flows in rivals.values() for pair in product(flows, flows)):
            if _overtakes(world, flow, other):
                remedy = "give it a safety_stock, or the other's receiver a shorter review_period"
                yield Finding(f"flows.{name}", f"settles more often than the better-ranked flows.{better}: {remedy}")


def _overtakes(world: World, flow: Flow, other: Flow) -> bool:
    """Whether a flow from a company's store comes before a better-ranked one because its receiver looks more often."""
    keeps = flow.safety_stock is not None or flow.sender in world.boundary
    sooner = settle_days(world, flow) < settle_days(world, other)
    return sooner and not keeps and rank(world, flow) > rank(world, other)


def idle_distance(worlds: Sequence[World]) -> Iterator[Finding]:
    """A way has a mode of transport, or nothing is booked for it."""
    for world in worlds:
        for name, flow in open_flows(world):
            if flow.distance is not None and flow.transport is None:
                yield Finding(f"flows.{name}.distance", "counts for nothing without `transport`: name a mode beside it")


def restless(worlds: Sequence[World]) -> Iterator[Finding]:
    """Rounds at short steps cost time and hide delays that are real."""
    for world in worlds[:1]:
        if world.in_rounds and world.time.step.days() < DAYS_PER_MONTH:
            cost = "production and settlement repeat at every instant, ten to some hundred times as much work"
            yield Finding("settle", f"{cost}; at steps below a month goods hardly pass several companies: write `once`")


WARNINGS: tuple[Callable[[Sequence[World]], Iterator[Finding]], ...] = (
    unreached,
    stranded,
    small_stores,
    missing_prices,
    overtaken,
    piling_up,
    idle_distance,
    restless,
    uncovered,
    unordered,
    unfuelled,
    unpaid,
    unmarked,
    unlabelled,
)
"""Rules on the worlds of one variant."""


def unused(world: World) -> Iterator[Finding]:
    """Every declared material and inventory is touched by something, in some variant."""
    touched = covered(world)
    materials = {material for _, material in touched} | _traded(world)
    for material in world.materials:
        if material not in materials:
            yield Finding(f"materials.{material}", "declared, but nothing uses it")
    for name, company in world.companies.items():
        for material in company.inventories:
            if (name, material) not in touched:
                yield Finding(f"companies.{name}.inventories.{material}", "declared, but nothing fills or draws on it")


def _traded(world: World) -> set[str]:
    nodes = world.boundary.values()
    wanted = {material for node in nodes for name, demand in node.demands.items() for material in wants(name, demand)}
    return wanted.union(*(node.supplies for node in nodes), *(node.accepts for node in nodes))


OF_THE_FILE: tuple[Callable[[World], Iterator[Finding]], ...] = (unused, idle_partnerships)
"""Rules on the file as a whole."""
