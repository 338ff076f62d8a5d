"""Arrows of a map as pure geometry: bent to the right of their way, so that there and back are two."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.report.places import Trip
from simulator.report.shapes import Point

Points: TypeAlias = NDArray[np.float64]
"""Shape (n, 2)."""

BEND = {False: 0.13, True: 0.24}
"""Height of the bow of mass and of energy, as part of the distance: both can be seen where both flow."""
HIGHEST = {False: 0.3, True: 0.5}
"""The same at most, inches."""
DOT = 0.075
"""Radius of a node, inches."""
STEPS = 24
HEAD_LENGTH, HEAD_WIDTH = 0.09, 0.045
"""Of the thinnest arrow; the width is what it stands out on each side, inches."""


@dataclass(frozen=True)
class Arrow:
    """A flow between two places, inches, y downwards."""

    trip: Trip
    value: float
    width: float
    line: Points
    """Middle line from end to end: shape (STEPS + 1, 2)."""

    @property
    def outline(self) -> Points:
        """Shaft and head: a closed polygon without its last point."""
        half = self.width / 2
        length = min(HEAD_LENGTH + half, 0.6 * hypot(*(self.line[-1] - self.line[0])))
        shaft, tip = _cut(self.line, length), self.line[-1]
        across = _across(shaft)
        out = across[-1] * (half + HEAD_WIDTH)
        head = np.array([shaft[-1] - out, tip, shaft[-1] + out])
        return np.concatenate([shaft - across * half, head, (shaft + across * half)[::-1]])


def arrow(trip: Trip, value: float, width: float, ends: tuple[Point, Point], side: float = 1.0) -> Arrow:
    """A quadratic Bézier curve between two nodes, on the right of the way, on the left where `side` is −1."""
    start, end = (np.array(point) for point in ends)
    way = end - start
    height = min(BEND[trip.energy], HIGHEST[trip.energy] / max(hypot(*way), 1e-9))
    control = (start + end) / 2 + 2 * side * height * np.array([-way[1], way[0]])  # to the right, as y grows downwards
    start, end = start + _towards(start, control, DOT), end + _towards(end, control, DOT)
    t = np.linspace(0, 1, STEPS + 1)[:, None]
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    return Arrow(trip, value, width, line)


def _towards(point: Points, other: Points, length: float) -> Points:
    way = other - point
    return np.asarray(way * (length / max(hypot(*way), 1e-9)))


def _cut(line: Points, length: float) -> Points:
    """The line without its last part of this length."""
    left = np.append(np.cumsum(np.hypot(*np.diff(line[::-1], axis=0).T))[::-1], 0.0)
    kept = line[left > length]
    last = np.array([np.interp(length, left[::-1], line[::-1, i]) for i in (0, 1)])
    return np.vstack([kept, last])


def _across(line: Points) -> Points:
    """Unit vectors to the right of a line at its points."""
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)[:, None]
    return np.column_stack([-along[:, 1], along[:, 0]])
