"""Tables of the inventories that give out what came first."""

from __future__ import annotations

from collections import defaultdict

from simulator.engine.index import Index, ProcessKey
from simulator.engine.structure.draft import Row
from simulator.scenario.models import World

MOST_LOTS = 366
"""A year of daily deliveries. What comes while so many lots are held joins the youngest."""


def rings(world: World, index: Index) -> tuple[dict[int, int], list[Row]]:
    """Number of the ring of every place that has one, and their rows."""
    found = [n for n, place in enumerate(index.places) if place.kind == "inventory" and _fifo(world, *_key(index, n))]
    rows: list[Row] = [(r * MOST_LOTS, MOST_LOTS, int(_apart(world, *_key(index, n)))) for r, n in enumerate(found)]
    return {n: r for r, n in enumerate(found)}, rows


def contested(world: World, index: Index) -> frozenset[ProcessKey]:
    """Processes that draw on such an inventory beside another process.

    Who draws second gets younger lots than it planned with.
    """
    drawing: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for draw in index.draws:
        if draw.process is not None and _fifo(world, *_key(index, draw.place)):
            drawing[draw.place].add((draw.company, draw.process))
    found = {key for keys in drawing.values() if len(keys) > 1 for key in keys}
    return frozenset(key for key in index.processes if (key.company, key.process) in found)


def _key(index: Index, n: int) -> tuple[str, str]:
    return index.places[n].node, index.places[n].name


def _apart(world: World, company: str, material: str) -> bool:
    """Whether what several flows deliver at one instant are lots apart."""
    return world.companies[company].inventories[material].fifo == "deliveries"


def _fifo(world: World, company: str, material: str) -> bool:
    held = world.companies[company].inventories.get(material)
    return held is not None and held.fifo is not False
