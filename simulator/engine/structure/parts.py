"""Connected parts of the network: what moves in one does not touch another, so each comes to rest by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from simulator.engine.index import Index, ProcessKey, UseKey
from simulator.scenario.models import World


@dataclass(frozen=True)
class Parts:
    """Which part of the network everything belongs to."""

    places: tuple[int, ...]
    """Part of every place."""
    consumers: Mapping[tuple[str, str | None, str | None], int]
    """A place that a process or a use draws on, by company, process and use."""

    def __len__(self) -> int:
        return max(self.places, default=0) + 1

    def place(self, number: int) -> int:
        """Part of a place."""
        return self.places[number]

    def process(self, key: ProcessKey) -> int:
        """Part of a process."""
        return self.places[self.consumers[key.company, key.process, None]]

    def use(self, key: UseKey) -> int:
        """Part of a use."""
        return self.places[self.consumers[key.company, None, key.use]]


def parts_of(world: World, index: Index) -> Parts:
    """The connected parts; all is one where nothing goes in rounds, so that nobody need know them."""
    consumers = {(draw.company, draw.process, draw.use): draw.place for draw in index.draws}
    if not world.in_rounds:
        return Parts((0,) * len(index.places), consumers)
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(index.places)))
    graph.add_edges_from(_links(world, index))
    found = {place: n for n, part in enumerate(nx.connected_components(graph)) for place in part}
    return Parts(tuple(found[place] for place in range(len(index.places))), consumers)


def _links(world: World, index: Index) -> Iterator[tuple[int, int]]:
    """Places between which mass can move at one instant, or that compete for the same power."""
    yield from ((flow.source, flow.target) for flow in index.flows)
    joined: dict[tuple[str, str | None, str | None], list[int]] = {}
    for draw in index.draws:
        joined.setdefault((draw.company, draw.process, draw.use), []).append(draw.place)
    for output in index.outputs:
        joined[output.company, output.process, None] += [output.place] if output.place >= 0 else []
    for end in index.ends:
        joined[end.company, None, end.use].append(end.place)
    for places in (*joined.values(), _powered(world, index)):
        yield from pairwise(places)


def _powered(world: World, index: Index) -> list[int]:
    """Places of the processes that must not run short of energy, and so share it."""
    processes = {name: company.processes for name, company in world.companies.items()}
    return [draw.place for draw in index.draws if draw.process and processes[draw.company][draw.process].needs_energy]
