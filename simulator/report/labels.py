"""Where the ribbons' labels go: greedily, largest flow first, and nowhere rather than upon something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from simulator.report.links import Link
from simulator.report.shapes import LINE, Layout, Loop, Point, Rect, Ribbon, Size

MARGIN = 0.02
ALONG = (0.5, 0.38, 0.62, 0.26, 0.74, 0.44, 0.56, 0.32, 0.68, 0.2, 0.8)
"""Where along a gap a label may be centred, after its two ends."""

Texts: TypeAlias = Mapping[Link, Sequence[str]]
Measure: TypeAlias = Callable[[str], Size]


@dataclass(frozen=True, slots=True)
class Label:
    """A text and the room it has."""

    text: str
    rect: Rect


def place(layout: Layout, texts: Texts, measure: Measure) -> dict[Link, Label]:
    """Labels for the links that have room, of each link's texts the first that fits.

    Loops have theirs underneath, ribbons upon themselves. Nothing overlaps: no box, no title, no other label, no loop.
    """
    taken = [*layout.boxes.values(), *layout.labels.values(), *(rect for loop in layout.loops for rect in _lines(loop))]
    ribbons = sorted(layout.ribbons, key=lambda ribbon: (-ribbon.width, ribbon.link.pair, ribbon.link.material))
    found: dict[Link, Label] = {}
    items: list[Loop | Ribbon] = [*layout.loops, *ribbons]
    for item in items:
        label = next(_free(item, texts[item.link], measure, taken), None)
        if label:
            found[item.link] = label
            taken.append(label.rect)
    return found


def _free(item: Loop | Ribbon, texts: Iterable[str], measure: Measure, taken: Sequence[Rect]) -> Iterator[Label]:
    for text in texts:
        size = measure(text)
        for spot in _beneath(item, size) if isinstance(item, Loop) else _upon(item, size):
            if not any(spot.overlaps(other, MARGIN) for other in taken):
                yield Label(text, spot)


def _lines(loop: Loop) -> Iterator[Rect]:
    """The two upright parts of a loop and the one beneath."""
    half = loop.width / 2
    out, right, low_right, low_left, left, back = loop.corners
    yield Rect(right[0] - half, out[1] - half, loop.width, low_right[1] - out[1] + loop.width)
    yield Rect(left[0] - half, back[1] - half, loop.width, low_left[1] - back[1] + loop.width)
    yield Rect(low_left[0], low_left[1] - half, low_right[0] - low_left[0], loop.width)


def _beneath(loop: Loop, size: Size) -> Iterator[Rect]:
    right, left = loop.corners[2], loop.corners[3]
    top = right[1] + loop.width / 2 + (LINE - size[1]) / 2
    for part in ALONG:
        yield Rect(left[0] + part * (right[0] - left[0]) - size[0] / 2, top, *size)


def _upon(ribbon: Ribbon, size: Size) -> Iterator[Rect]:
    """At the ends of the ribbon's gaps, where it is level, then in their midst."""
    width, height = size
    for (x0, y0), (x1, y1) in ribbon.steps:
        if x1 - x0 > width + 0.1:
            yield Rect(x0 + 0.06, y0 - height / 2, width, height)
            yield Rect(x1 - 0.06 - width, y1 - height / 2, width, height)
    for start, end in ribbon.steps:
        for part in ALONG:
            x, y = along(start, end, part)
            yield Rect(x - width / 2, y - height / 2, width, height)


def along(start: Point, end: Point, part: float) -> Point:
    """A point of the curve that a ribbon follows across a gap (a cubic Bézier curve with level ends)."""
    bend = 3 * part**2 - 2 * part**3
    x = start[0] + (end[0] - start[0]) * (1.5 * part * (1 - part) ** 2 + 1.5 * part**2 * (1 - part) + part**3)
    return x, start[1] + (end[1] - start[1]) * bend
