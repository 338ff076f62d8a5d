"""Candidates as a scenario that extends the one they were found in: flows, partnerships, variants.

A waste comes under the receiver's name for what it replaces, and so into the same store. Where it has to be diluted to
keep a limit it comes under its own name, as a further choice of the input: the process then blends, within the limit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.scenario.dump import dump
from simulator.scenario.models import Flow, World
from simulator.scenario.scenario import Scenario, Variant
from simulator.study.counterfactual import unused
from simulator.study.match_pairs import Candidate

FIRST, USUAL, LAST = 1, 5, 9
"""Ranks of flows: the best, the default, and that of supplies and last resorts."""
BY = "kreislauf match"


@dataclass(frozen=True)
class Proposal:
    """A candidate and the name that its flow, partnership and variant share."""

    name: str
    candidate: Candidate


def named(found: Sequence[Candidate], taken: Collection[str] = ()) -> tuple[Proposal, ...]:
    """The same, numbered in their order, with names that the scenario has not."""
    return tuple(Proposal(unused(_name(number, one), taken), one) for number, one in enumerate(found, 1))


def _name(number: int, one: Candidate) -> str:
    return f"match_{number:02}_{one.waste.company}_{one.need.node}"


def written(scenario: Scenario, variant: Variant, chosen: Sequence[Proposal]) -> str:
    """The file's text."""
    head = (
        f"# Written by `{BY}`: whose waste could be whose feed, in {variant.name} of {Path(scenario.path).name}.\n"
        "# Every number here is an assumption: each candidate is a variant, to be looked at, changed, and run.\n"
    )
    return head + dump(overlay(scenario, variant, chosen))


def overlay(scenario: Scenario, variant: Variant, chosen: Sequence[Proposal]) -> dict[str, Any]:
    """What is laid over the scenario file, plain data."""
    companies = blends(chosen)
    return {
        "schema": 1,
        "extends": Path(scenario.path).name,
        "name": f"{scenario.name}_match",
        "title": f"{scenario.title}: whose waste could be whose feed",
        **({"companies": companies} if companies else {}),
        "flows": {one.name: flow_of(scenario.world, one) for one in chosen},
        "partnerships": {one.name: _partnership(scenario.world, one) for one in chosen},
        "variants": {**_pinned(scenario), **{one.name: _variant(scenario, variant, one) for one in chosen}},
    }


def flow_of(world: World, one: Proposal) -> dict[str, Any]:
    found, way = one.candidate, one.candidate.way
    renamed = _renamed(found)
    return {
        "from": found.waste.company,
        "to": found.need.node,
        "material": found.waste.material,
        **({"as": renamed} if renamed else {}),
        "rank": _rank(world, found),
        **({"price": _number(found.price, "EUR/t", "both ends save the same")} if found.need.process else {}),
        **({"transport": way.transport, "distance": _number(way.distance, "km", way.source)} if way.transport else {}),
        "partnership": one.name,
    }


def _number(value: float, unit: str, source: str) -> dict[str, str]:
    return {"value": f"{round(value, 2) + 0.0:.2f} {unit}", "source": f"{BY}: {source}", "kind": "assumption"}


def _renamed(found: Candidate) -> str:
    """The receiver's name; empty where the waste keeps its own."""
    place = found.place.material
    return place if place != found.waste.material and found.share >= 1 else ""


def _rank(world: World, found: Candidate) -> int:
    """Just before the flows it takes from, and those it takes the place of."""
    ends = [_place(world.flows[name], LAST) for name in found.waste.flows]
    fed = (world.flows[name] for name in found.need.flows)
    return max(FIRST, min([*ends, *(_place(flow, LAST) for flow in fed if flow.sender in world.boundary), LAST]) - 1)


def _place(flow: Flow, default: int) -> int:
    return flow.rank if isinstance(flow.rank, int) else default if flow.rank is None else USUAL


def _partnership(world: World, one: Proposal) -> dict[str, Any]:
    found = one.candidate
    return {"title": _title(world, found), "partners": {found.waste.company: 0.5, found.need.node: 0.5}}


def _title(world: World, found: Candidate) -> str:
    """Which waste of whom goes to whom, and in the place of what."""
    titles = {name: node.title for nodes in (world.boundary, world.companies) for name, node in nodes.items()}
    giver, receiver = (titles[name] or name for name in (found.waste.company, found.need.node))
    what, instead = (world.materials[name].title or name for name in (found.waste.material, found.place.material))
    purpose = "" if found.place.material == found.waste.material else f" in the place of {instead}"
    return f"{what} of {giver} to {receiver}{purpose}"


def _pinned(scenario: Scenario) -> dict[str, Any]:
    """The variants of the file with what they leave open said in full: what is added here would join it."""
    return {
        name: {"partnerships": list(variant.partnerships), "interventions": list(variant.interventions)}
        for name, variant in scenario.variants.items()
    }


def _variant(scenario: Scenario, variant: Variant, one: Proposal) -> dict[str, Any]:
    written = scenario.world.variants.get(variant.name)
    more = {key: dict(value) for key in ("set", "scale") if written and (value := getattr(written, key))}
    return {
        "title": _title(scenario.world, one.candidate),
        "hypothetical": True,
        "partnerships": [*variant.partnerships, one.name],
        "interventions": list(variant.interventions),
        **more,
    }


def blends(chosen: Sequence[Proposal]) -> dict[str, Any]:
    """Inputs with those candidates as first choices that have to be diluted."""
    found: dict[str, Any] = {}
    for one in chosen:
        need, waste = one.candidate.need, one.candidate.waste
        if waste.material in need.accepts or _renamed(one.candidate):
            continue
        processes = found.setdefault(need.node, {"processes": {}})["processes"]
        slots = processes.setdefault(need.process, {"inputs": {}})["inputs"]
        choices = slots.setdefault(need.slot, {"any_of": list(need.accepts)})["any_of"]
        if waste.material not in choices:
            choices.insert(len(choices) - len(need.accepts), waste.material)
    return found
