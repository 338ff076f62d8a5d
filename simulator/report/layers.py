"""Layered drawing of a network with loops: which arcs return, which column a node stands in, in which order.

After Sugiyama et al. (1981): break the cycles, assign layers, order each layer. Cycles are broken by the heuristic of
Eades, Lin and Smyth (1993), weighted, within each strongly connected component, followed by moves of single nodes.
Boundary supplies stand in the first column, boundary sinks in the last. Pure functions; ties are settled by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from simulator.report.links import Node

Pair: TypeAlias = tuple[Node, Node]
Weights: TypeAlias = Mapping[Pair, float]


@dataclass(frozen=True, slots=True, order=True)
class Dummy:
    """Where the ribbons of a pair pass a column they skip."""

    pair: Pair
    column: int


Cell: TypeAlias = Node | Dummy


@dataclass(frozen=True)
class Skeleton:
    """Where everything stands, without sizes."""

    columns: tuple[tuple[Cell, ...], ...]
    """From left to right, each from top to bottom."""
    returns: frozenset[Pair]
    """Pairs drawn as loops, from right to left beneath all nodes."""
    chains: Mapping[Pair, tuple[Cell, ...]]
    """For every other pair: its source, the dummies it passes, its target."""


def skeleton(nodes: Iterable[Node], weights: Weights) -> Skeleton:
    """Columns, order and returning pairs of a network whose pairs have these weights."""
    ordered = sorted(nodes)
    back = returning(ordered, weights)
    layer = layers(ordered, {pair: w for pair, w in weights.items() if pair not in back})
    forward = sorted(pair for pair in weights if pair not in back)
    chains = {pair: _chain(pair, layer) for pair in forward}
    columns = _columns(layer, chains)
    return Skeleton(ordered_columns(columns, chains, weights), frozenset(back), chains)


def restricted(whole: Skeleton, pairs: Iterable[Pair]) -> Skeleton:
    """The same places for some of the pairs: variants drawn from one skeleton can be compared."""
    kept = set(pairs)
    nodes = {node for pair in kept for node in pair}
    columns = tuple(
        tuple(cell for cell in column if (cell in nodes if isinstance(cell, Node) else cell.pair in kept))
        for column in whole.columns
    )
    chains = {pair: chain for pair, chain in whole.chains.items() if pair in kept}
    return Skeleton(columns, frozenset(whole.returns & kept), chains)


def returning(nodes: Sequence[Node], weights: Weights) -> set[Pair]:
    """Pairs whose removal leaves no cycle: little weight, not always the least (the problem is NP-hard)."""
    import networkx as nx

    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_edges_from(sorted(weights))
    back: set[Pair] = {pair for pair in weights if pair[0] == pair[1]}
    for component in nx.strongly_connected_components(graph):
        inner = {pair: w for pair, w in weights.items() if pair[0] in component and pair[1] in component}
        order = improved(sequence([node for node in nodes if node in component], inner), inner)
        back |= _backward(order, inner)
    return back


def sequence(nodes: Sequence[Node], weights: Weights) -> list[Node]:
    """Eades, Lin and Smyth: sinks to the end, sources to the front, else what sends most more than it receives."""
    rest, front, end = list(nodes), list[Node](), list[Node]()
    while rest:
        surplus = {node: _surplus(node, rest, weights) for node in rest}
        sinks = [node for node in rest if surplus[node][0] == 0]
        sources = [node for node in rest if surplus[node][1] == 0]
        chosen = (sinks or sources or [min(rest, key=lambda n: (surplus[n][1] - surplus[n][0], n))])[0]
        rest.remove(chosen)
        (end if sinks else front).append(chosen)
    return front + end[::-1]


def _surplus(node: Node, among: Sequence[Node], weights: Weights) -> tuple[float, float]:
    """What a node sends to the others and receives from them."""
    sent = sum(w for (s, t), w in weights.items() if s == node and t in among and t != node)
    received = sum(w for (s, t), w in weights.items() if t == node and s in among and s != node)
    return sent, received


def improved(order: Sequence[Node], weights: Weights) -> list[Node]:
    """Single nodes moved to where the least weight returns, until no move helps."""
    best = list(order)
    cost = _cost(best, weights)
    moved = True
    while moved:
        moved = False
        for node in order:
            others = [n for n in best if n != node]
            trials = [[*others[:i], node, *others[i:]] for i in range(len(best))]
            trial = min(trials, key=lambda t: _cost(t, weights))
            if _cost(trial, weights) < cost * (1 - 1e-9):
                best, cost, moved = trial, _cost(trial, weights), True
    return best


def _backward(order: Sequence[Node], weights: Weights) -> set[Pair]:
    position = {node: i for i, node in enumerate(order)}
    return {(s, t) for s, t in weights if position[s] >= position[t]}


def _cost(order: Sequence[Node], weights: Weights) -> float:
    return sum(weights[pair] for pair in sorted(_backward(order, weights)))


def layers(nodes: Sequence[Node], forward: Weights) -> dict[Node, int]:
    """Column of each node: supplies first, companies along the longest path but close to their partners, sinks last."""
    layer = {node: 0 if node.side == "supply" else 1 for node in nodes}
    for _ in nodes:
        for source, target in sorted(forward):
            layer[target] = max(layer[target], layer[source] + 1)
    last = max((layer[n] for n in nodes if n.side != "sink"), default=0) + 1
    layer.update({node: last for node in nodes if node.side == "sink"})
    for node in [node for _ in nodes for node in nodes if node.side == "company"]:
        layer[node] = _nearest(node, layer, forward)
    return _compact(layer)


def _nearest(node: Node, layer: Mapping[Node, int], forward: Weights) -> int:
    """The feasible column in which the node's links to other companies are shortest; boundary links count little."""
    lowest = max((layer[s] + 1 for s, t in forward if t == node), default=1)
    highest = min((layer[t] - 1 for s, t in forward if s == node), default=lowest)
    ends = sorted((layer[s] if t == node else layer[t], s, t) for s, t in forward if node in {s, t})
    weight = [1.0 if s.side == t.side == "company" else 0.01 for _, s, t in ends]

    def length(column: int) -> float:
        return sum(w * abs(column - end) for w, (end, _, _) in zip(weight, ends, strict=True))

    return min(range(lowest, highest + 1), key=lambda column: (length(column), column), default=layer[node])


def _compact(layer: Mapping[Node, int]) -> dict[Node, int]:
    used = {column: i for i, column in enumerate(sorted(set(layer.values())))}
    return {node: used[column] for node, column in layer.items()}


def _chain(pair: Pair, layer: Mapping[Node, int]) -> tuple[Cell, ...]:
    source, target = pair
    return (source, *(Dummy(pair, column) for column in range(layer[source] + 1, layer[target])), target)


def _columns(layer: Mapping[Node, int], chains: Mapping[Pair, tuple[Cell, ...]]) -> list[list[Cell]]:
    columns: list[list[Cell]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node in sorted(layer):
        columns[layer[node]].append(node)
    for chain in chains.values():
        for cell in chain:
            if isinstance(cell, Dummy):
                columns[cell.column].append(cell)
    return columns


def ordered_columns(
    columns: list[list[Cell]], chains: Mapping[Pair, tuple[Cell, ...]], weights: Weights
) -> tuple[tuple[Cell, ...], ...]:
    """Each column ordered so that little weight crosses: barycentre sweeps to and fro, then swaps of neighbours."""
    arcs = [(a, b, weights[pair]) for pair, chain in chains.items() for a, b in pairwise(chain)]
    best, least = columns, crossing(columns, arcs)
    current = columns
    for sweep in range(12):
        current = _swept(current, arcs, rightwards=sweep % 2 == 0)
        cost = crossing(current, arcs)
        if cost < least:
            best, least = current, cost
    return tuple(map(tuple, _swapped(best, arcs)))


Arcs: TypeAlias = Sequence[tuple[Cell, Cell, float]]


def _swept(columns: list[list[Cell]], arcs: Arcs, *, rightwards: bool) -> list[list[Cell]]:
    """Cells sorted by the weighted mean place of their neighbours in the column before, columns in turn."""
    place = _places(columns)
    result = list(columns)
    for i in range(len(columns)) if rightwards else reversed(range(len(columns))):
        mean = _means(columns[i], arcs, place, 1 if rightwards else 0)
        result[i] = sorted(columns[i], key=lambda cell: (mean[cell], place[cell]))
        place |= _places([result[i]])
    return result


def _means(cells: Sequence[Cell], arcs: Arcs, place: Mapping[Cell, float], end: int) -> dict[Cell, float]:
    sums = {cell: [0.0, 0.0] for cell in cells}
    for arc in arcs:
        cell, other = (arc[1], arc[0]) if end else (arc[0], arc[1])
        if cell in sums:
            sums[cell][0] += arc[2] * place[other]
            sums[cell][1] += arc[2]
    return {cell: total / weight if weight else place[cell] for cell, (total, weight) in sums.items()}


def _places(columns: Sequence[Sequence[Cell]]) -> dict[Cell, float]:
    """Relative height of each cell's middle in its column, 0 to 1."""
    return {cell: (i + 0.5) / len(column) for column in columns for i, cell in enumerate(column)}


def crossing(columns: Sequence[Sequence[Cell]], arcs: Arcs) -> float:
    """Σ of the lesser weight of every two arcs that cross."""
    place = _places(columns)
    column_of = {cell: i for i, column in enumerate(columns) for cell in column}
    if not arcs:
        return 0.0
    gap = np.array([column_of[a] for a, _, _ in arcs])
    left = np.array([place[a] for a, _, _ in arcs])
    right = np.array([place[b] for _, b, _ in arcs])
    weight = np.array([w for _, _, w in arcs])
    crossed = (left[:, None] < left) & (right[:, None] > right) & (gap[:, None] == gap)
    return float(np.minimum(weight[:, None], weight)[crossed].sum())


def _swapped(columns: Sequence[Sequence[Cell]], arcs: Arcs) -> list[list[Cell]]:
    """Neighbours swapped as long as that lessens the crossings, four rounds at most."""
    best = [list(column) for column in columns]
    least = crossing(best, arcs)
    for _ in range(4):
        before = least
        for column in best:
            for i in range(len(column) - 1):
                column[i], column[i + 1] = column[i + 1], column[i]
                cost = crossing(best, arcs)
                if cost < least:
                    least = cost
                else:
                    column[i], column[i + 1] = column[i + 1], column[i]
        if least >= before:
            break
    return best
