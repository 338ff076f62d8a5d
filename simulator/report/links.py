"""What a Sankey diagram shows: mean flows between companies and boundary nodes, small ones bundled or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from simulator.report import style
from simulator.report.series import mean_of, sums
from simulator.scenario.boundary import BoundaryNode
from simulator.scenario.trade import arrives_as
from simulator.study.run import Run

MAX_LINKS = 50
SMALLEST = 5e-4
"""Links below this part of the largest are bundled or dropped."""
OTHERS = ""
"""Material of a bundle of small flows between two nodes."""

Side: TypeAlias = Literal["supply", "company", "sink"]


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A company, or one side of a boundary node: what it supplies stands left, what it takes stands right."""

    name: str
    side: Side


@dataclass(frozen=True, slots=True)
class Link:
    """Mass of one material between two nodes."""

    source: Node
    target: Node
    material: str
    value: float
    """t/year, mean of the whole run; of a run of less than a year t in all."""

    @property
    def pair(self) -> tuple[Node, Node]:
        return self.source, self.target


@dataclass(frozen=True)
class Network:
    """The links of one variant, in order of name."""

    links: tuple[Link, ...]
    dropped: int = 0
    """Flows that are too small to show."""
    dropped_value: float = 0.0
    """Their sum, t/year."""
    gains: Mapping[Node, float] = field(default_factory=dict)
    """What the stocks of a company gain, t/year: all it receives less all it sends, small flows included."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(sorted({node for link in self.links for node in link.pair}))


def networks(run: Run) -> dict[str, Network]:
    """One network per variant; one threshold for all, so that what is left out is the same."""
    links = {variant: _links(run, variant) for variant in run.scenario.variants}
    smallest = SMALLEST * max((link.value for found in links.values() for link in found), default=0.0)
    return {variant: reduced(found, smallest) for variant, found in links.items()}


def _links(run: Run, variant: str) -> list[Link]:
    """Every pair of nodes and material with mass, flows of one material between two nodes summed."""
    table = run.tables.flows
    divisor, _ = mean_of(run)
    companies = run.scenario.world.companies
    found = sums(table[table["variant"] == variant], ["source", "target", "material"], "mass_t")
    links = (
        Link(_node(source, companies, "supply"), _node(target, companies, "sink"), material, mass / divisor)
        for (source, target, material), mass in found
        if mass > 0
    )
    return sorted(links, key=_by_name)


def _node(name: str, companies: Iterable[str], side: Side) -> Node:
    return Node(name, "company" if name in companies else side)


def _by_name(link: Link) -> tuple[Node, Node, bool, str]:
    return link.source, link.target, link.material == OTHERS, link.material


def reduced(links: list[Link], smallest: float, most: int = MAX_LINKS) -> Network:
    """The largest links, at most `most` of at least `smallest` t/year; the rest bundled by pair, or dropped where
    even the bundle is too small."""
    ranked = sorted(links, key=lambda link: (-link.value, _by_name(link)))
    shown = [link for link in ranked[:most] if link.value >= smallest]
    bundles, dropped = _bundles(ranked[len(shown) :], smallest)
    kept = sorted([*shown, *bundles], key=_by_name)
    return Network(tuple(kept), len(dropped), sum(link.value for link in dropped), _gains(links))


def _gains(links: list[Link]) -> dict[Node, float]:
    gains: dict[Node, float] = {}
    for link in links:
        gains[link.source] = gains.get(link.source, 0.0) - link.value
        gains[link.target] = gains.get(link.target, 0.0) + link.value
    return {node: gain for node, gain in gains.items() if node.side == "company"}


def _bundles(small: list[Link], smallest: float) -> tuple[list[Link], list[Link]]:
    pairs: dict[tuple[Node, Node], list[Link]] = {}
    for link in small:
        pairs.setdefault(link.pair, []).append(link)
    bundles, dropped = [], []
    for members in pairs.values():
        value = sum(link.value for link in members)
        if value >= smallest:
            material = members[0].material if len(members) == 1 else OTHERS
            bundles.append(replace(members[0], material=material, value=value))
        else:
            dropped += members
    return bundles, dropped


def fate(run: Run, node: Node, network: Network) -> str:
    """The fate of what a boundary node accepts, where it is one, not in its name already, and nothing is sold to it."""
    boundary = run.scenario.world.boundary.get(node.name)
    if boundary is None or node.side != "sink" or _brought(run, node, network) & _asked(boundary):
        return ""
    fates = {accept.fate for accept in boundary.accepts.values()}
    text = style.words(fates.pop()) if len(fates) == 1 else ""
    return text if text not in style.node_titles(run.scenario)[node.name].lower() else ""


def _brought(run: Run, node: Node, network: Network) -> set[str]:
    """Materials that a network brings to a node, by the node's names for them; of a bundle all that flows may bring."""
    brought = {link.material for link in network.links if link.target == node}
    flows = [flow for flow in run.scenario.world.flows.values() if flow.receiver == node.name]
    return {arrives_as(flow) for flow in flows if flow.material in brought or OTHERS in brought}


def _asked(boundary: BoundaryNode) -> set[str]:
    return {name for key, demand in boundary.demands.items() for name in demand.any_of or [key]}
