"""Where the nodes' names stand on a map: the nearest free spot, upon as few arrows as possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from simulator.report.arrows import DOT, Arrow, Points
from simulator.report.shapes import Point, Rect, Size

CLEARANCE = 0.03
DISTANCES = (0.0, 0.12, 0.26, 0.42, 0.62, 0.85, 1.15)
"""From the node's circle, inches."""
DIRECTIONS = tuple(i * pi / 8 for i in range(16))
COST = 40.0
"""How many points of arrows a name rather covers than stand an inch further away."""
LEADER = 0.2
"""Names further away have a line to their node, inches."""


@dataclass(frozen=True, slots=True)
class Name:
    rect: Rect
    leader: tuple[Point, Point] | None
    """From the node to the nearest point of the name."""


def name_spots(spots: Mapping[str, Point], sizes: Mapping[str, Size], lines: Points, frame: Size) -> dict[str, Name]:
    """A place within the frame for each of the sizes, in their order; nothing covers a node or another name.

    `lines` are points of the arrows, shape (n, 2). Where all is full a name covers what it must.
    """
    taken = [Rect(x - DOT, y - DOT, 2 * DOT, 2 * DOT) for x, y in spots.values()]
    found: dict[str, Name] = {}
    for name, size in sizes.items():
        rect = _best(spots[name], size, lines, frame, taken)
        taken.append(rect)
        found[name] = Name(rect, _leader(spots[name], rect))
    return found


def free_spot(line: Points, size: Size, taken: Sequence[Rect]) -> Rect | None:
    """Where a text of this size fits upon an arrow, as close to its middle as can be."""
    half = len(line) // 2
    for i in (half + step * side for step in range(half - 3) for side in (1, -1)):
        rect = Rect(float(line[i, 0]) - size[0] / 2, float(line[i, 1]) - size[1] / 2, *size)
        if not any(rect.overlaps(other, CLEARANCE) for other in taken):
            return rect
    return None


def aside(one: Arrow, size: Size, taken: Sequence[Rect], frame: Size) -> Name | None:
    """Where a text fits near the middle of an arrow, with a line to it; None where all is full."""
    middle = (float(one.line[len(one.line) // 2, 0]), float(one.line[len(one.line) // 2, 1]))
    free = (
        rect
        for rect, _ in _around(middle, size)
        if _inside(rect, frame) and not any(rect.overlaps(other, CLEARANCE) for other in taken)
    )
    rect = next(free, None)
    return Name(rect, (_nearest(middle, rect), middle)) if rect else None


def _best(spot: Point, size: Size, lines: Points, frame: Size, taken: Sequence[Rect]) -> Rect:
    rects = [(rect, away) for rect, away in _around(spot, size) if _inside(rect, frame)]
    free = [(rect, away) for rect, away in rects if not any(rect.overlaps(other, CLEARANCE) for other in taken)]
    candidates = free or rects or list(_around(spot, size))[:1]
    return min(candidates, key=lambda one: covered(one[0], lines) + COST * one[1])[0]


def _around(spot: Point, size: Size) -> Iterator[tuple[Rect, float]]:
    """Rectangles that touch circles about a node, and their distance."""
    width, height = size
    for away in DISTANCES:
        for angle in DIRECTIONS:
            x, y = cos(angle), sin(angle)
            reach = DOT + CLEARANCE + 0.01 + away
            middle = (spot[0] + x * reach + _side(x) * width / 2, spot[1] + y * reach + _side(y) * height / 2)
            yield Rect(middle[0] - width / 2, middle[1] - height / 2, width, height), away


def _side(part: float) -> float:
    """−1, 0 or 1, and between them where a direction is nearly across."""
    return max(-1.0, min(1.0, 1.6 * part))


def _inside(rect: Rect, frame: Size) -> bool:
    return rect.left >= 0 and rect.top >= 0 and rect.right <= frame[0] and rect.bottom <= frame[1]


def covered(rect: Rect, lines: Points) -> int:
    """Points of arrows beneath a rectangle."""
    x, y = lines[:, 0], lines[:, 1]
    return int(((x > rect.left) & (x < rect.right) & (y > rect.top) & (y < rect.bottom)).sum())


def _nearest(spot: Point, rect: Rect) -> Point:
    """The point of a rectangle next to another."""
    return min(max(spot[0], rect.left), rect.right), min(max(spot[1], rect.top), rect.bottom)


def _leader(spot: Point, rect: Rect) -> tuple[Point, Point] | None:
    end = _nearest(spot, rect)
    length = hypot(end[0] - spot[0], end[1] - spot[1])
    if length < LEADER:
        return None
    part = DOT / length
    return (spot[0] + (end[0] - spot[0]) * part, spot[1] + (end[1] - spot[1]) * part), end
