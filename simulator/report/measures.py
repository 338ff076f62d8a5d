"""Sizes in a Sankey diagram that follow from the flows and titles alone, before anything has a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from simulator.report.layers import Cell, Dummy, Pair, Skeleton
from simulator.report.links import Link, Network, Node
from simulator.report.shapes import BOX, CLEAR, THINNEST, Rect, Size


def value_scale(skeletons: Iterable[tuple[Skeleton, Network]], body: float) -> float:
    """Inches per t/year with which the fullest column of any variant is `body` high, its loops included."""
    return body / (max((_most(Measures(*pair, 1.0, {})) for pair in skeletons), default=0.0) or 1.0)


def _most(measures: Measures) -> float:
    fullest = max((sum(map(measures.flow, column)) for column in measures.skeleton.columns), default=0.0)
    return fullest + sum(link.value for link in measures.returning())


@dataclass(frozen=True)
class Measures:
    """Sizes that follow from the flows alone."""

    skeleton: Skeleton
    network: Network
    scale: float
    """Inches per t/year."""
    sizes: Mapping[Node, Size]
    """Of the nodes' titles, inches."""
    clear: float = CLEAR
    """Free distance between columns, inches."""

    @cached_property
    def column(self) -> dict[Cell, int]:
        return {cell: i for i, cells in enumerate(self.skeleton.columns) for cell in cells}

    @cached_property
    def pairs(self) -> dict[Pair, list[Link]]:
        found: dict[Pair, list[Link]] = {}
        for link in self.network.links:
            found.setdefault(link.pair, []).append(link)
        return found

    @cached_property
    def through(self) -> dict[Cell, float]:
        """The larger of what enters and what leaves a cell, t/year."""
        sent, received = dict[Cell, float](), dict[Cell, float]()
        for link in self.network.links:
            sent[link.source] = sent.get(link.source, 0.0) + link.value
            received[link.target] = received.get(link.target, 0.0) + link.value
        return {cell: max(sent.get(cell, 0.0), received.get(cell, 0.0)) for cell in {**sent, **received}}

    def flow(self, cell: Cell) -> float:
        if isinstance(cell, Dummy):
            return sum(link.value for link in self.pairs[cell.pair])
        return self.through[cell]

    def thick(self, link: Link) -> float:
        return link.value * self.scale

    def above(self, cell: Cell) -> float:
        """Room for the title above a company's box, or for what of a boundary node's title is higher than its box."""
        if isinstance(cell, Dummy):
            return 0.0
        height = self.sizes[cell][1]
        return height + 0.02 if cell.side == "company" else max(0.0, (height - self.high(cell)) / 2)

    def below(self, cell: Cell) -> float:
        return self.above(cell) if isinstance(cell, Node) and cell.side != "company" else 0.0

    @cached_property
    def _heights(self) -> dict[Cell, float]:
        thinnest = {cell: THINNEST if isinstance(cell, Node) else 0.0 for cell in self.column}
        return {cell: max(self.flow(cell) * self.scale, least) for cell, least in thinnest.items()}

    @cached_property
    def _centres(self) -> dict[Cell, float]:
        return {cell: self.above(cell) + self.high(cell) / 2 for cell in self.column}

    @cached_property
    def _extents(self) -> dict[Cell, float]:
        return {cell: self.above(cell) + self.high(cell) + self.below(cell) for cell in self.column}

    def high(self, cell: Cell) -> float:
        return self._heights[cell]

    def extent(self, cell: Cell) -> float:
        return self._extents[cell]

    def centre(self, cell: Cell) -> float:
        """Distance of a box's middle from the upper edge of its extent."""
        return self._centres[cell]

    def box(self, cell: Cell, left: float, top: float) -> Rect:
        return Rect(left, top + self.above(cell), BOX, self.high(cell))

    def returning(self) -> list[Link]:
        return [link for link in self.network.links if link.pair in self.skeleton.returns]
