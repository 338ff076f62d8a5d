"""The graph of places: where mass can be, what carries it on, where it comes from, what it can reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from simulator.network.parts import Place, active, feed, open_flows
from simulator.scenario.models import Company, World
from simulator.scenario.trade import arrives_as

if TYPE_CHECKING:
    import networkx as nx

Node = TypeVar("Node", str, Place)

EXIT: Place = ("environment", "")
"""Everything outside the system boundary, as one place."""


def places(world: World) -> nx.DiGraph[Place]:
    """The graph of what carries mass from one place to the next."""
    import networkx as nx

    found: nx.DiGraph[Place] = nx.DiGraph()
    found.add_edges_from(ways(world))
    return found


def ways(world: World, closed: bool = False) -> Iterator[tuple[Place, Place]]:
    """From where to where mass is carried by flows, processes, uses; with `closed`, also by those switched off."""
    for _, flow in open_flows(world, closed):
        inside = flow.receiver in world.companies
        if flow.sender in world.companies:
            yield (flow.sender, flow.material), (flow.receiver, arrives_as(flow)) if inside else EXIT
    for name, company in active(world.companies, closed).items():
        yield from _ways(name, company, closed)


def leading_out(world: World) -> set[Place]:
    """Places from which some way leads out of the system, and the outside itself."""
    before: dict[Place, list[Place]] = defaultdict(list)
    for start, end in ways(world):
        before[end].append(start)
    found, todo = {EXIT}, [EXIT]
    while todo:
        new = set(before[todo.pop()]) - found
        found |= new
        todo += new
    return found


def _ways(name: str, company: Company, closed: bool) -> Iterator[tuple[Place, Place]]:
    for process in active(company.processes, closed).values():
        ends = [(name, material) for material in process.outputs] + [EXIT] * bool(process.releases)
        yield from (((name, material), end) for material in feed(process) for end in ends)
    for use in active(company.uses, closed).values():
        yield from (((name, use.material), (name, material)) for material in use.end_of_life)


def fed(world: World, closed: bool = False) -> dict[Place, str]:
    """Every place where mass arises or arrives, and the dotted path of what brings it there first."""
    found: dict[Place, str] = {}
    for name, company in active(world.companies, closed).items():
        for place, path in _arising(name, company, closed):
            found.setdefault(place, path)
    for name, flow in open_flows(world, closed):
        if flow.receiver in world.companies:
            found.setdefault((flow.receiver, arrives_as(flow)), f"flows.{name}.to")
    return found


def _arising(name: str, company: Company, closed: bool) -> Iterator[tuple[Place, str]]:
    path = f"companies.{name}"
    for key, process in active(company.processes, closed).items():
        yield from (((name, material), f"{path}.processes.{key}.outputs.{material}") for material in process.outputs)
    for key, use in active(company.uses, closed).items():
        yield from (((name, material), f"{path}.uses.{key}.end_of_life.{material}") for material in use.end_of_life)
    yield from (((name, material), f"{path}.inventories.{material}") for material in stocked(company))


def stocked(company: Company) -> list[str]:
    """Materials of which there is something at the start."""
    return [material for material, held in company.inventories.items() if held.initial and held.initial.value != 0]


class Step(NamedTuple):
    """Something that brings mass to places once, for each of its needs, one of several places holds some."""

    needs: tuple[frozenset[Place], ...]
    gives: tuple[Place, ...]


def reached(worlds: Iterable[World]) -> set[Place]:
    """Places, those of demands included, to which some supply or initial stock finds a way in one of the worlds."""
    steps = [step for world in worlds for step in _steps(world)]
    waiting: dict[Place, list[Step]] = defaultdict(list)
    for step in steps:
        for place in frozenset[Place]().union(*step.needs):
            waiting[place].append(step)
    return _spread([place for step in steps if not step.needs for place in step.gives], waiting)


def _spread(todo: list[Place], waiting: dict[Place, list[Step]]) -> set[Place]:
    found: set[Place] = set()
    while todo:
        place = todo.pop()
        if place not in found:
            found.add(place)
            steps = (step for step in waiting[place] if all(need & found for need in step.needs))
            todo.extend(given for step in steps for given in step.gives)
    return found


def _steps(world: World) -> Iterator[Step]:
    for _, flow in open_flows(world):
        outside = flow.sender in world.boundary
        needs = () if outside else (frozenset({(flow.sender, flow.material)}),)
        yield Step(needs, ((flow.receiver, arrives_as(flow)),))
    for name, company in active(world.companies).items():
        yield from _inner_steps(name, company)


def _inner_steps(name: str, company: Company) -> Iterator[Step]:
    yield Step((), _at(name, stocked(company)))
    for process in active(company.processes).values():
        needs = tuple(frozenset(_at(name, slot.any_of)) for slot in process.inputs.values())
        yield Step(needs, _at(name, process.outputs))
    for use in active(company.uses).values():
        draws = frozenset({(name, use.material)})
        yield Step(() if use.initial or use.ages else (draws,), _at(name, use.end_of_life))


def _at(name: str, materials: Iterable[str]) -> tuple[Place, ...]:
    return tuple((name, material) for material in materials)


def covered(world: World) -> set[Place]:
    """Places that anything touches, switched on or not."""
    drawn = {
        (name, material)
        for name, company in world.companies.items()
        for material in (*(use.material for use in company.uses.values()), *_inputs(company))
    }
    return drawn.union(chain.from_iterable(ways(world, closed=True)), fed(world, closed=True))


def _inputs(company: Company) -> list[str]:
    return [material for process in company.processes.values() for material in feed(process)]


def rotated(loop: list[Node]) -> tuple[Node, ...]:
    """A loop from its least member on, so that one loop has one spelling."""
    first = loop.index(min(loop))
    return tuple(loop[first:] + loop[:first])
