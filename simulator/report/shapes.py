"""What a Sankey diagram consists of: rectangles, ribbons and loops, in inches, y downwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from simulator.report.links import Link, Node

BOX = 0.15
"""Width of a node."""
CLEAR = 1.5
"""Free distance between columns: room for a ribbon's label."""
ASIDE = 0.06
"""Distance of a boundary node's title from its box."""
PAD = 0.21
"""Least vertical distance between neighbours in a column."""
THINNEST = 0.03
"""Least height of a node, so that it can be seen."""
TURN = 0.05
"""Inner radius of a loop's bends, and the distance between loops."""
STRAIGHT = 2.0
"""How much more a ribbon pulls where it passes a column: long ribbons become straight."""
LINE = 0.24
"""Height of a loop's label."""

Point: TypeAlias = tuple[float, float]
Size: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> Point:
        return self.left + self.width / 2, self.top + self.height / 2

    def overlaps(self, other: Rect, margin: float = 0.0) -> bool:
        """Whether less than `margin` lies between the two."""
        return (
            self.left < other.right + margin
            and other.left < self.right + margin
            and self.top < other.bottom + margin
            and other.top < self.bottom + margin
        )


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A link from left to right: middles of its left and right ends in every gap between columns it crosses."""

    link: Link
    width: float
    steps: tuple[tuple[Point, Point], ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A link that returns: out to the right, down, back beneath everything, up, in from the left."""

    link: Link
    width: float
    corners: tuple[Point, Point, Point, Point, Point, Point]
    """Middle line from port to port; the four inner corners are rounded by `width / 2 + TURN`."""


@dataclass(frozen=True)
class Layout:
    """All there is to draw, without text."""

    boxes: Mapping[Node, Rect]
    ribbons: tuple[Ribbon, ...]
    loops: tuple[Loop, ...]
    labels: Mapping[Node, Rect]
    """Where each node's title stands: above a company, beside a boundary node."""
    width: float
    height: float
