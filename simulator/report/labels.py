"""Where the labels go: upon their own band where it is high enough, else beside it with a leader line, else nowhere.

A label upon another flow's band would be read as that flow's: it never stands there. Wide bands choose first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from simulator.report.links import Link
from simulator.report.room import Floats, Room, centre_line, thickness
from simulator.report.shapes import LINE, Layout, Loop, Point, Rect, Ribbon, Size

ALONG = (0.5, 0.38, 0.62, 0.26, 0.74, 0.44, 0.56, 0.32, 0.68, 0.2, 0.8)
"""Where along a loop's lowest part its label may be centred."""
BLANK = 0.05
"""Of a text's height, what no letter reaches, inches."""
DISTANCES = tuple(0.06 + 0.04 * i for i in range(12))
"""Of a label from its band, inches."""
EVERY = 0.1
"""Distance between the places along a band that are tried, inches."""
ALIGN = (0.5, 0.15, 0.85)
"""Parts of a label's width that lie left of its leader."""
MARGIN = 0.02
"""Around a label beside its band, inches."""

LEADER = 0.04
"""Width that a leader keeps free, inches."""

Texts: TypeAlias = Mapping[Link, Sequence[str]]
Measure: TypeAlias = Callable[[str], Size]


@dataclass(frozen=True, slots=True)
class Label:
    """A text and the room it has."""

    text: str
    rect: Rect
    leader: tuple[Point, Point] | None = None
    """From the text to the middle of its band; none where it stands upon it."""


def place(layout: Layout, texts: Texts, measure: Measure) -> dict[Link, Label]:
    """Labels for the links that have room, of each link's texts the first that fits.

    Loops have theirs underneath. A text that is but a number stands upon its band or nowhere.
    """
    if not layout.boxes:
        return {}
    room = Room(layout)
    ribbons = sorted(layout.ribbons, key=lambda ribbon: (-ribbon.width, ribbon.link.pair, ribbon.link.material))
    found: dict[Link, Label] = {}
    items: list[Loop | Ribbon] = [*layout.loops, *ribbons]
    for item in items:
        label = next(_spots(item, room, texts[item.link], measure), None)
        if label:
            found[item.link] = label
            room.take(label.rect)
    return found


def _spots(item: Loop | Ribbon, room: Room, texts: Sequence[str], measure: Measure) -> Iterator[Label]:
    """Labels of an item that have room, the best one first."""
    named = [text for text in texts if any(map(str.isalpha, text))]
    for text in named:
        size = measure(text)
        yield from _beneath(item, room, text, size) if isinstance(item, Loop) else _upon(item, room, text, size)
    if isinstance(item, Ribbon):
        yield from (label for text in named for label in _beside(item, room, text, measure(text)))
        yield from (label for text in texts for label in _upon(item, room, text, measure(text)))


def _beneath(loop: Loop, room: Room, text: str, size: Size) -> Iterator[Label]:
    """Under the lowest part of a loop, which has a free line there."""
    right, left = loop.corners[2], loop.corners[3]
    top = right[1] + loop.width / 2 + (LINE - size[1]) / 2
    lefts = left[0] + np.array(ALONG) * (right[0] - left[0]) - size[0] / 2
    free = room.covered(lefts, np.full_like(lefts, top), *size) == 0
    yield from (Label(text, Rect(float(x), top, *size)) for x in lefts[free][:1])


def _upon(ribbon: Ribbon, room: Room, text: str, size: Size) -> Iterator[Label]:
    """Where all letters lie upon this ribbon and upon nothing else, best at an end of a gap, where it is level."""
    width, inked = size[0], size[1] - BLANK
    if ribbon.width < inked:
        return
    left = np.array(list(_lefts(ribbon, width)))
    heights = centre_line(ribbon, left[:, None] + width * np.linspace(0, 1, 9))
    middle = (heights.max(axis=1) + heights.min(axis=1)) / 2
    strayed = np.abs(heights - middle[:, None]).max(axis=1) + inked / 2 > ribbon.width / 2
    rects = left, middle - inked / 2, width, inked
    free = np.flatnonzero(~strayed & (room.covered(*rects) == room.points(*rects)))
    yield from (Label(text, Rect(float(left[i]), float(middle[i]) - size[1] / 2, *size)) for i in free[:1])


def _lefts(ribbon: Ribbon, width: float) -> Iterator[float]:
    """Left edges of a text: at the ends of a ribbon's gaps, then anywhere."""
    for (x0, _), (x1, _) in ribbon.steps:
        if x1 - x0 > width + 0.1:
            yield from (x0 + 0.06, x1 - 0.06 - width)
    first, last = ribbon.steps[0][0][0] + MARGIN, ribbon.steps[-1][1][0] - width - MARGIN
    yield from (first + EVERY * i for i in range(int((last - first) / EVERY) + 1))


def _beside(ribbon: Ribbon, room: Room, text: str, size: Size) -> Iterator[Label]:
    """The nearest free spot above or beneath a ribbon from which an upright leader meets nothing else, if any."""
    x, y, away, align, side = _trials(ribbon)
    edge = y + side * thickness(ribbon) / 2
    left, top = x - align * size[0], np.where(side > 0, edge + away, edge - away - size[1])
    covered = room.covered(left - MARGIN, top - MARGIN, size[0] + 2 * MARGIN, size[1] + 2 * MARGIN)
    crossed = room.covered(x - LEADER / 2, np.minimum(edge, edge + side * away), LEADER, away)
    free = np.flatnonzero((covered == 0) & (crossed == 0))
    if free.size:
        i = free[np.argmin(away[free])]
        rect = Rect(float(left[i]), float(top[i]), *size)
        end = rect.top if side[i] > 0 else rect.bottom
        yield Label(text, rect, ((float(x[i]), end), (float(x[i]), float(y[i]))))


def _trials(ribbon: Ribbon) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Points of a ribbon's middle line, distances, alignments and sides to be tried, every combination."""
    first, last = ribbon.steps[0][0][0], ribbon.steps[-1][1][0]
    x = np.linspace(first, last, 2 + int((last - first) / EVERY))[1:]
    grid = np.meshgrid(np.arange(len(x)), DISTANCES, ALIGN, (-1.0, 1.0), indexing="ij")
    at, away, align, side = (part.ravel() for part in grid)
    index = at.astype(np.int64)
    return x[index], centre_line(ribbon, x)[index], away, align, side
