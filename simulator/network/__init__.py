"""The scenario as a network: its graph, its loops, and what is wrong with it before anything runs.

    parts.py      what the parts of a world say: who is open, who takes what, how much a day
    places.py     the graph of places (a company and a material): what carries mass on, what reaches what
    piles.py      outputs that nobody takes as fast as they are made
    covers.py     orders for days of a use that nobody knows
    fuels.py      what burns a fuel that nobody gives it
    partners.py   partnerships whose costs nobody bears, or that open nothing
    wastes.py     waste that is not said to be waste, or not of what origin
    finding.py    what a rule says
    faults.py     rules that forbid a run, on the network with all partnerships on
    warnings.py   rules that do not, variant by variant

What one entry of the file can tell, such as a flow to a node that does not exist, the scenario's own checks say before.
A rule is a generator of findings; to add one, write it and name it in the table of its module.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from simulator.errors import Fault
from simulator.network.faults import FAULTS
from simulator.network.finding import Finding
from simulator.network.parts import active, open_flows
from simulator.network.places import rotated
from simulator.network.warnings import OF_THE_FILE, WARNINGS
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["LOOPS", "check", "graph", "loops"]

LOOPS = 1000
"""At most so many loops are listed; a dense network has exponentially many."""


def check(scenario: Scenario) -> tuple[list[Fault], list[str]]:
    """Check the network with all partnerships on, and then each variant for itself.

    Returns the faults, which forbid a run, in the order of the file, and the warnings, each with the variants it
    holds in unless it holds in all.
    """
    findings = {finding for rule in FAULTS for finding in rule(scenario.world)}
    of_the_file = (finding for rule in OF_THE_FILE for finding in rule(scenario.world))
    warnings = {finding: list(scenario.variants) for finding in of_the_file} | _by_variant(scenario)
    apart = {finding: names for finding, names in warnings.items() if finding not in findings}
    return sorted(_fault(scenario, finding) for finding in findings), _in_words(scenario, apart)


def _by_variant(scenario: Scenario) -> dict[Finding, list[str]]:
    found: dict[Finding, list[str]] = defaultdict(list)
    for name, variant in scenario.variants.items():
        for finding in {finding for rule in WARNINGS for finding in rule(variant.worlds)}:
            found[finding].append(name)
    return found


def _in_words(scenario: Scenario, warnings: dict[Finding, list[str]]) -> list[str]:
    located = sorted((_fault(scenario, finding), names) for finding, names in warnings.items())
    everywhere = len(scenario.variants)
    return [f"{fault}" if len(names) == everywhere else f"{fault} (in {', '.join(names)})" for fault, names in located]


def _fault(scenario: Scenario, finding: Finding) -> Fault:
    return scenario.fault(finding.path, finding.message)


def graph(world: World) -> nx.DiGraph[str]:
    """Companies and boundary nodes that are switched on, and the open flows between them.

    Nodes carry `kind` (`company` or `boundary`); edges carry `flows`, the ids of the flows that make them, by name.
    """
    import networkx as nx

    found: nx.DiGraph[str] = nx.DiGraph()
    found.add_nodes_from(sorted(active(world.companies)), kind="company")
    found.add_nodes_from(sorted(active(world.boundary)), kind="boundary")
    for ends, flows in sorted(_by_ends(world).items()):
        found.add_edge(*ends, flows=tuple(sorted(flows)))
    return found


def _by_ends(world: World) -> dict[tuple[str, str], list[str]]:
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, flow in open_flows(world):
        ends[flow.sender, flow.receiver].append(name)
    return ends


def loops(world: World) -> list[tuple[str, ...]]:
    """At most `LOOPS` directed cycles of companies, shortest first, each from its first name by alphabet."""
    import networkx as nx

    companies = graph(world).subgraph(active(world.companies))
    return sorted(map(rotated, islice(nx.simple_cycles(companies), LOOPS)), key=lambda loop: (len(loop), loop))
