"""Whether a scenario may hold some candidates: its recipes have to know every substance that comes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator import network
from simulator.scenario.checks import check_world
from simulator.scenario.models import Company, Flow, World
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import dotted
from simulator.study.match_file import Proposal, blends, flow_of, named
from simulator.study.match_pairs import Candidate


def problem(scenario: Scenario, candidate: Candidate) -> str:
    """The first thing that is wrong with a scenario that holds a candidate; empty where nothing is."""
    return next(_problems(scenario, joined(scenario.world, named([candidate]))), "")


def _problems(scenario: Scenario, world: World) -> Iterator[str]:
    for found in check_world(world, scenario.series):
        yield f"{dotted(found.keys)} {found.message}"
    faults, _ = network.check(replace(scenario, world=world, variants={}))
    yield from (f"{fault.path} {fault.message}" for fault in faults)


def joined(world: World, chosen: Sequence[Proposal]) -> World:
    """The world with the flows of some candidates open, and the inputs that blend them."""
    flows = {one.name: _open(world, one) for one in chosen}
    companies = dict(world.companies)
    for node, changed in blends(chosen).items():
        companies[node] = _blended(companies[node], changed["processes"])
    made = world.model_copy(update={"edges": {**world.edges, **flows}, "companies": companies})
    made.__dict__.pop("flows", None)  # what the world before found out about its own flows is copied with it
    return made


def _open(world: World, one: Proposal) -> Flow:
    raw = flow_of(world, one)
    return Flow.model_validate({key: value for key, value in raw.items() if key != "partnership"})


def _blended(company: Company, changed: Mapping[str, Any]) -> Company:
    processes = dict(company.processes)
    for name, parts in changed.items():
        slots = dict(processes[name].inputs)
        for key, slot in parts["inputs"].items():
            slots[key] = slots[key].model_copy(update={"any_of": tuple(slot["any_of"])})
        processes[name] = processes[name].model_copy(update={"inputs": slots})
    return company.model_copy(update={"processes": processes})
