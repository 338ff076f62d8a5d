"""Where the nodes of a map stand, in inches, y downwards: by their location, or in a list beside the map.

The projection is equirectangular, true at the mean latitude: within some hundred kilometres distances are right to a
few per cent (Snyder 1987, Map Projections, USGS Professional Paper 1395, p. 90).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from statistics import fmean, median
from typing import NamedTuple, TypeAlias

from simulator.report.shapes import Point

KM_PER_DEGREE = 111.195
"""On a sphere of radius 6,371 km."""
FAR = 6.0
"""Nodes that are so many times further from the middle than half of all are drawn at the frame's edge."""
SPREAD = (6.4, 4.4)
"""Width and height that the near nodes take at most, inches."""
MOST = 8.0
"""Inches per km at most, and what lies closer together than this many km is not spread further: `LEAST`."""
LEAST = 0.2
INSET = 0.85
"""Distance of the near nodes from the frame, inches."""
EDGE = 0.2
"""Distance of the far ones from it, and of the listed ones outside."""
ROW = 0.36
"""Height of a line in the lists, inches."""

Location: TypeAlias = tuple[float, float]
"""Latitude and longitude, degrees."""


class Trip(NamedTuple):
    """What goes from one node to another: mass, or energy."""

    source: str
    target: str
    energy: bool


Trips: TypeAlias = Mapping[Trip, float]
"""t/year, or MWh/year."""


@dataclass(frozen=True)
class Ground:
    """A map without its flows."""

    width: float
    height: float
    """Of the frame, inches."""
    scale: float
    """Inches per km."""
    spots: Mapping[str, Point]
    """Every node that is drawn."""
    far: Mapping[str, float]
    """Nodes at the frame's edge, and how far they are from the middle, km."""
    left: Sequence[str]
    """Nodes without a location that give more than they take, from top to bottom."""
    right: Sequence[str]
    """The other ones."""


def ground(located: Mapping[str, Location], trips: Trips) -> Ground:
    """Places of all located nodes, and of those without a location that send or receive anything."""
    points = projected(located)
    distance = _from_middle(points)
    near = {name: points[name] for name, km in distance.items() if km <= FAR * max(median(distance.values()), LEAST)}
    low, high = _corners(near.values())
    size = [max(b - a, LEAST) for a, b in zip(low, high, strict=True)]
    scale = min(MOST, *(most / length for most, length in zip(SPREAD, size, strict=True)))
    listed = _listed(located, trips)
    sides = [[name for name in listed if _gives(name, trips) is gives] for gives in (True, False)]
    width = max((high[0] - low[0]) * scale, SPREAD[0] / 2) + 2 * INSET
    height = max((high[1] - low[1]) * scale + 2 * INSET, ROW * max(map(len, sides)))
    middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
    spots = {
        n: (width / 2 + (x - middle[0]) * scale, height / 2 + (y - middle[1]) * scale) for n, (x, y) in near.items()
    }
    far = {name: km for name, km in distance.items() if name not in near}
    spots |= {name: _at_edge(points[name], middle, width, height) for name in far}
    left, right = (_by_height(side, spots, trips) for side in sides)
    spots |= _column(left, -EDGE, height) | _column(right, width + EDGE, height)
    return Ground(width, height, scale, spots, far, left, right)


def projected(located: Mapping[str, Location]) -> dict[str, Point]:
    """Kilometres to the east and to the south of the equator's zero, shrunk as at the mean latitude."""
    shrunk = cos(radians(fmean(latitude for latitude, _ in located.values())))
    return {name: (lon * shrunk * KM_PER_DEGREE, -lat * KM_PER_DEGREE) for name, (lat, lon) in located.items()}


def _from_middle(points: Mapping[str, Point]) -> dict[str, float]:
    """Distance from the point with as many nodes to the west as to the east, and to the north as to the south, km."""
    x, y = (median(point[i] for point in points.values()) for i in (0, 1))
    return {name: hypot(point[0] - x, point[1] - y) for name, point in points.items()}


def _corners(points: Iterable[Point]) -> tuple[Point, Point]:
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys)), (max(xs), max(ys))


def _listed(located: Mapping[str, Location], trips: Trips) -> list[str]:
    return sorted({name for trip in trips for name in (trip.source, trip.target)} - set(located))


def _gives(name: str, trips: Trips) -> bool:
    """Whether a node has more arrows out than in; amounts of mass and energy cannot be added."""
    return sum(trip.source == name for trip in trips) > sum(trip.target == name for trip in trips)


def _at_edge(point: Point, middle: Point, width: float, height: float) -> Point:
    """Where the line from the middle to a far node leaves the frame, a little within."""
    dx, dy = point[0] - middle[0], point[1] - middle[1]
    reach = min((width / 2 - EDGE) / max(abs(dx), 1e-9), (height / 2 - EDGE) / max(abs(dy), 1e-9))
    return width / 2 + dx * reach, height / 2 + dy * reach


def _by_height(names: Iterable[str], spots: Mapping[str, Point], trips: Trips) -> list[str]:
    """By the mean height of the nodes that they deal with, so that few lines cross."""

    def height(name: str) -> float:
        others = [t.target if t.source == name else t.source for t in trips if name in (t.source, t.target)]
        return fmean([spots[other][1] for other in others if other in spots] or [0.0])

    return sorted(names, key=lambda name: (height(name), name))


def _column(names: Sequence[str], x: float, height: float) -> dict[str, Point]:
    return {name: (x, height * (i + 0.5) / len(names)) for i, name in enumerate(names)}
