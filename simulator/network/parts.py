"""What the parts of a world say, as the network's rules need it: who is open, who takes what, how much a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

from simulator.scenario.forms import COST
from simulator.scenario.models import Accept, Company, Demand, Flow, Process, World
from simulator.scenario.numbers import Number
from simulator.scenario.recipes import nominal_input, nominal_yield
from simulator.scenario.trade import arrives_as, wants

Place = tuple[str, str]
"""A company (or boundary node) and a material it holds."""


class Switchable(Protocol):
    """A part of a scenario that can be switched off."""

    @property
    def active(self) -> bool: ...


Part = TypeVar("Part", bound=Switchable)


def active(parts: Mapping[str, Part], closed: bool = False) -> dict[str, Part]:
    """The parts that are switched on; with `closed`, all of them."""
    return {name: part for name, part in parts.items() if part.active or closed}


def open_flows(world: World, closed: bool = False) -> Iterator[tuple[str, Flow]]:
    """Flows that are open, with their ids."""
    shut = {name for nodes in (world.companies, world.boundary) for name, node in nodes.items() if not node.active}
    for name, flow in world.flows.items():
        if closed or (flow.active and flow.sender not in shut and flow.receiver not in shut):
            yield name, flow


def feed(process: Process) -> list[str]:
    """Every material a process may take in."""
    return [material for slot in process.inputs.values() for material in slot.any_of]


def takers(world: World, flow: Flow) -> list[Demand | Accept]:
    """Demands and accepts of the boundary node at the end of a flow that take what it brings."""
    node, material = world.boundary[flow.receiver], arrives_as(flow)
    demands = [demand for name, demand in node.demands.items() if material in wants(name, demand)]
    return [*demands, *(accept for name, accept in node.accepts.items() if name == material)]


def has_price(world: World, flow: Flow) -> bool:
    """Whether the flow, or the boundary node at one of its ends, says what a tonne costs."""
    sender = world.boundary.get(flow.sender)
    supply = sender.supplies.get(flow.material) if sender else None
    ends = takers(world, flow) if flow.receiver in world.boundary else []
    prices = [flow.price, supply and supply.price, *(end.fee if isinstance(end, Accept) else end.price for end in ends)]
    return any(price is not None for price in prices)


def rated(company: Company, material: str) -> list[Number]:
    """Demands of the uses that take a material and say how much; the others take whatever arrives."""
    demands = [use.demand for use in active(company.uses).values() if use.material == material]
    return [demand for demand in demands if isinstance(demand, Number)]


def limited(company: Company, material: str) -> bool:
    """Whether a use of a material says how much it takes: by a demand, or by the stock it wants."""
    uses = [use for use in active(company.uses).values() if use.material == material]
    return any(use.stock is not None or isinstance(use.demand, Number) for use in uses)


# Amounts. A number that a time series gives is `nan`, which no comparison finds too small.


def tonnes(world: World, material: str, number: Number) -> float:
    """A mass in t, or a rate in t/day, also where it counts pieces of the material."""
    declared = world.materials.get(material)
    return number.value * declared.piece.value if number.pieces and declared and declared.piece else number.value


def review_days(world: World, company: Company) -> float:
    """Days between two reviews of a company."""
    return (company.review_period or world.time.step).days()


def nominal_use(world: World, company: Company, material: str) -> float:
    """Tonnes a day: rate × share over the processes that may draw on a material, and the demand of its uses."""
    shares = [
        nominal_input(world, process) * slot.share.value
        for process in active(company.processes).values()
        for slot in process.inputs.values()
        if material in slot.any_of
    ]
    return sum(shares) + sum(tonnes(world, material, demand) for demand in rated(company, material))


def nominal_make(world: World, company: Company, material: str) -> float:
    """Tonnes a day made, with every process fed its first choices at their declared composition."""
    makers = [process for process in active(company.processes).values() if material in process.outputs]
    return sum(nominal_input(world, process) * nominal_yield(world, process, material) for process in makers)


LAST_RANK, USUAL_RANK = 9, 5


def rank(world: World, flow: Flow) -> int:
    """When a flow is served, 1 first: boundary supplies, and acceptance of what no one wants, last."""
    if isinstance(flow.rank, int):
        return flow.rank
    if flow.rank == COST:
        return LAST_RANK if flow.sender in world.boundary else USUAL_RANK
    accepted = flow.receiver in world.boundary and arrives_as(flow) in world.boundary[flow.receiver].accepts
    return LAST_RANK if flow.sender in world.boundary or accepted else USUAL_RANK


def settle_days(world: World, flow: Flow) -> float:
    """Days between two settlements of a flow: reviews of its receiver."""
    company = world.companies.get(flow.receiver)
    return review_days(world, company) if company else world.time.step.days()
