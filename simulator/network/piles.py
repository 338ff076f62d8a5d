"""Which outputs pile up because nobody takes, or holds back, as much as is made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.network.finding import Finding
from simulator.network.parts import Place, active, limited, nominal_make, nominal_use, open_flows, takers, tonnes
from simulator.scenario.models import Company, Flow, Inventory, Process, Use, World
from simulator.scenario.numbers import Number
from simulator.scenario.recipes import nominal_input, nominal_yield
from simulator.scenario.trade import arrives_as


@dataclass(frozen=True)
class _Ways:
    """Open flows of a world by the places at their ends."""

    leaving: Mapping[Place, list[Flow]]
    arriving: Mapping[Place, list[Flow]]


def _ways(world: World) -> _Ways:
    leaving: dict[Place, list[Flow]] = {}
    arriving: dict[Place, list[Flow]] = {}
    for _, flow in open_flows(world):
        leaving.setdefault((flow.sender, flow.material), []).append(flow)
        arriving.setdefault((flow.receiver, arrives_as(flow)), []).append(flow)
    return _Ways(leaving, arriving)


def piling_up(worlds: Sequence[World]) -> Iterator[Finding]:
    """What is made without end is taken as fast, at some time, or held back by an order policy or a capacity."""
    found = dict(_piles(worlds[0]))
    for world in worlds[1:]:
        others = dict(_piles(world)) if found else {}
        found = {place: rates for place, rates in found.items() if place in others}
    for place, (made, taken) in found.items():
        store = ".".join(("companies", place[0], "inventories", place[1]))
        rates = f"made at up to {made:.6g} t/day, taken at up to {taken:.6g} t/day"
        yield Finding(store, f"piles up: {rates}; give {store} an order_up_to or a capacity")


def _piles(world: World) -> Iterator[tuple[Place, tuple[float, float]]]:
    """Places where more arises than goes, with both in t/day."""
    ways = _ways(world)
    for name, company in active(world.companies).items():
        for material in sorted(_pushed(company)):
            made, taken = _made(world, ways, (name, material)), _taken(world, ways, (name, material))
            if taken < made * (1 - 1e-9):
                yield (name, material), (made, taken)


def _pushed(company: Company) -> set[str]:
    """Outputs of processes that nothing holds back."""
    processes = active(company.processes).values()
    held = [
        process for process in processes if any(_held(company, process.outputs)) or _fed_as_needed(company, process)
    ]
    free = [process for process in processes if process not in held]
    some = {material for process in free for material in process.outputs}
    return some.difference(*(process.outputs for process in held))


def _fed_as_needed(company: Company, process: Process) -> bool:
    """Whether a slot gets no more than what is asked of the process."""
    stores = company.inventories
    return any(all(name in stores and stores[name].needed for name in slot.any_of) for slot in process.inputs.values())


def _held(company: Company, outputs: Iterable[str]) -> Iterator[bool]:
    for material in outputs:
        store = company.inventories.get(material, Inventory())
        yield any((store.capacity, store.order_up_to, store.order_quantity))


def _made(world: World, ways: _Ways, place: Place) -> float:
    """Most that processes make at a place in the long run, t/day, as far as their inputs arise."""
    node, material = place
    processes = active(world.companies[node].processes).values()
    makers = [process for process in processes if material in process.outputs]
    return sum(_runs(world, ways, node, process) * nominal_yield(world, process, material) for process in makers)


def _runs(world: World, ways: _Ways, node: str, process: Process) -> float:
    """Most that a process takes in, t/day; `nan` where a series says it."""
    slots = process.inputs.values()
    fed = [
        sum(_arises(world, ways, (node, material)) for material in slot.any_of) / slot.share.value
        for slot in slots
        if slot.share.value > 0
    ]
    return _least(nominal_input(world, process), *fed)


def _arises(world: World, ways: _Ways, place: Place, further: bool = True) -> float:
    """Most that comes to a place, t/day, what it held at the start apart: looked back upon by one flow."""
    node, material = place
    company = world.companies[node]
    retired = sum(_retires(world, use, material) for use in active(company.uses).values())
    flows = ways.arriving.get(place, [])
    own = nominal_make(world, company, material) + retired
    return own + sum(_brings(world, ways, flow, further) for flow in flows)


def _brings(world: World, ways: _Ways, flow: Flow, further: bool) -> float:
    """Most that a flow brings, t/day."""
    if flow.sender in world.boundary:
        rate = world.boundary[flow.sender].supplies[flow.material].rate
        sent = tonnes(world, flow.material, rate) if rate else math.inf
    else:
        sent = _arises(world, ways, (flow.sender, flow.material), False) if further else math.inf
    return _least(sent, tonnes(world, flow.material, flow.capacity) if flow.capacity else math.inf)


def _retires(world: World, use: Use, material: str) -> float:
    """What a use gives back in the long run: as much as it takes, t/day."""
    if material not in use.end_of_life:
        return 0.0
    taken = tonnes(world, use.material, use.demand) if isinstance(use.demand, Number) else math.inf
    return taken * use.end_of_life[material].value


def _least(*values: float) -> float:
    """The smallest; `nan` where one is."""
    return math.nan if any(map(math.isnan, values)) else min(values)


def _taken(world: World, ways: _Ways, place: Place) -> float:
    """Most that goes from a place, t/day; infinite where something takes all that comes."""
    node, material = place
    flows = ways.leaving.get(place, [])
    ends = {(flow.receiver, arrives_as(flow)): flow for flow in flows}
    own = nominal_use(world, world.companies[node], material)
    return own + sum(_takes(world, flow) for flow in ends.values()) if flows else math.inf


def _takes(world: World, flow: Flow) -> float:
    """Most that the end of a flow takes, t/day."""
    if flow.receiver in world.boundary:
        rates = [taker.rate for taker in takers(world, flow)]
        return sum(tonnes(world, arrives_as(flow), rate) if rate else math.inf for rate in rates)
    company, material = world.companies[flow.receiver], arrives_as(flow)
    greedy = any(use.material == material and not limited(company, material) for use in active(company.uses).values())
    return math.inf if greedy else nominal_use(world, company, material) or math.inf
