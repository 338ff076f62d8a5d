"""What of a Sankey diagram is covered, as a raster: where a text has free room, and which band lies where."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
from numpy.typing import NDArray

from simulator.report.shapes import Layout, Loop, Rect, Ribbon

STEP = 0.025
"""Inches between the points of the raster."""
AROUND = 0.3
"""Margin of the raster beyond the layout, inches."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Room:
    """A raster over a layout: by how many things each point is covered, which is decided by its middle.

    Loops count as half a step wider on each side, so that thin ones are not lost between points. What lies beside the
    layout counts as covered; above and beneath it there is a little room.
    """

    def __init__(self, layout: Layout) -> None:
        shape = ceil((layout.height + 2 * AROUND) / STEP), ceil((layout.width + 2 * AROUND) / STEP)
        self.taken = np.zeros(shape, np.int32)
        for ribbon in layout.ribbons:
            self.taken += _band(ribbon, shape)
        for rect in (*layout.boxes.values(), *layout.labels.values()):
            self._cover(rect)
        for rect in (part for loop in layout.loops for part in lines_of(loop)):
            self._cover(Rect(rect.left - STEP / 2, rect.top - STEP / 2, rect.width + STEP, rect.height + STEP))
        inside = _index(np.array([0.0, layout.width]), shape[1])
        self.taken[:, : inside[0]] += 1
        self.taken[:, inside[1] :] += 1
        self.sums = _sums(self.taken)

    def take(self, rect: Rect) -> None:
        """Cover a rectangle."""
        self._cover(rect)
        self.sums = _sums(self.taken)

    def _cover(self, rect: Rect) -> None:
        x0, x1, y0, y1 = self._edges(*(np.array(x) for x in (rect.left, rect.top, rect.width, rect.height)))
        self.taken[y0:y1, x0:x1] += 1

    def covered(self, left: Floats, top: Floats, width: Floats | float, height: Floats | float) -> Ints:
        """How often the points in each of these rectangles are covered, all together; arrays of one shape, inches."""
        x0, x1, y0, y1 = self._edges(left, top, width, height)
        return np.asarray(self.sums[y1, x1] - self.sums[y0, x1] - self.sums[y1, x0] + self.sums[y0, x0])

    def points(self, left: Floats, top: Floats, width: Floats | float, height: Floats | float) -> Ints:
        """How many points each of these rectangles has."""
        x0, x1, y0, y1 = self._edges(left, top, width, height)
        return np.asarray((x1 - x0) * (y1 - y0))

    def _edges(self, left: Floats, top: Floats, width: Floats | float, height: Floats | float) -> tuple[Ints, ...]:
        """First and last column, first and last row."""
        rows, columns = self.taken.shape
        x0, x1 = (_index(edge, columns) for edge in (left, left + width))
        return x0, x1, *(_index(edge, rows) for edge in (top, top + height))


def _index(edge: Floats, count: int) -> Ints:
    return np.clip(np.ceil((edge + AROUND) / STEP - 0.5).astype(np.int64), 0, count)


def _sums(taken: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sums of all points above and to the left (Crow 1984): that of any rectangle follows from four of them."""
    table = np.zeros((taken.shape[0] + 1, taken.shape[1] + 1), np.int32)
    np.cumsum(taken, axis=0, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    return table


def _band(ribbon: Ribbon, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The points within a ribbon, at least one in each column that it passes."""
    y, x = (np.asarray(np.arange(count) * STEP + STEP / 2 - AROUND, np.float64) for count in shape)
    between = (x >= ribbon.steps[0][0][0]) & (x <= ribbon.steps[-1][1][0])
    away = np.abs(y[:, None] - centre_line(ribbon, x))
    return np.asarray((away <= thickness(ribbon) / 2) & between)


def thickness(ribbon: Ribbon) -> float:
    """Height of a ribbon in the raster, in which none gets lost, inches."""
    return max(ribbon.width, 1.5 * STEP)


def centre_line(ribbon: Ribbon, x: Floats) -> Floats:
    """Height of a ribbon's middle at these distances from the left, beyond its ends as at them."""
    t = np.linspace(0, 1, 33)
    across, rise = 1.5 * t * (1 - t) ** 2 + 1.5 * t**2 * (1 - t) + t**3, 3 * t**2 - 2 * t**3
    xs = np.concatenate([x0 + (x1 - x0) * across for (x0, _), (x1, _) in ribbon.steps])
    ys = np.concatenate([y0 + (y1 - y0) * rise for (_, y0), (_, y1) in ribbon.steps])
    return np.asarray(np.interp(x, xs, ys))


def lines_of(loop: Loop) -> Iterable[Rect]:
    """The two upright parts of a loop and the one beneath."""
    half = loop.width / 2
    out, right, low_right, low_left, left, back = loop.corners
    yield Rect(right[0] - half, out[1] - half, loop.width, low_right[1] - out[1] + loop.width)
    yield Rect(left[0] - half, back[1] - half, loop.width, low_left[1] - back[1] + loop.width)
    yield Rect(low_left[0], low_left[1] - half, low_right[0] - low_left[0], loop.width)
