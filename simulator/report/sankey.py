"""Sankey diagrams, one per variant: who sends what to whom, and what comes back, drawn as loops beneath the nodes.

All variants share one scale, one order of nodes and one threshold, so that their pictures can be laid side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.report import style
from simulator.report.geometry import layout
from simulator.report.labels import Label, place
from simulator.report.layers import Pair, Skeleton, restricted, skeleton
from simulator.report.links import OTHERS, Link, Network, Node, fate, networks, node_titles
from simulator.report.measures import value_scale
from simulator.report.shapes import TURN, Layout, Loop, Point, Rect, Ribbon, Size
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Align: TypeAlias = Literal["left", "center", "right"]
TITLE_STYLES: Mapping[str, tuple[str, Align]] = {
    "supply": ("normal", "right"),
    "company": ("bold", "center"),
    "sink": ("normal", "left"),
}
"""Weight and alignment of a node's title, by its side."""
BODY = 3.4
"""Inches of flow in the fullest column."""
EDGE = 0.25
"""Empty margin around the picture, inches."""
HEAD = 0.85
WIDTH = 9.0
"""Least width of a diagram, inches: titles and legend need it."""
NODE_SIZE, LINK_SIZE, NOTE_SIZE = 8.5, 7.5, 8.5
"""Points."""
RIBBON_STRENGTH, LOOP_STRENGTH = 0.55, 0.8
"""Opacities: what returns stands out."""
MOVE_TO, LINE_TO, CURVE, CLOSE = 1, 2, 4, 79
"""Codes of `matplotlib.path.Path`."""
ROW = 0.2
"""Height of a row of the legend, inches."""


@dataclass(frozen=True)
class Picture:
    """A Sankey diagram ready to draw: geometry, texts and colours."""

    layout: Layout
    network: Network
    titles: Mapping[Node, str]
    labels: Mapping[Link, Label]
    """Of the links that have room for one."""
    colours: Mapping[str, str]
    unit: style.Unit


def figures(run: Run) -> dict[str, Figure]:
    """A figure for every variant, by its name."""
    return {variant: figure(run, variant, picture) for variant, picture in pictures(run).items()}


def pictures(run: Run) -> dict[str, Picture]:
    """Geometry for every variant: the skeleton is that of all variants together."""
    found = networks(run)
    weights = _weights(run, found.values())
    whole = skeleton({node for pair in weights for node in pair}, weights)
    parts = {v: restricted(whole, {link.pair for link in network.links}) for v, network in found.items()}
    scale = value_scale([(parts[v], found[v]) for v in found], BODY)
    unit = style.mass_unit(max((link.value for n in found.values() for link in n.links), default=0.0))
    return {v: _picture(run, network, parts[v], scale, unit) for v, network in found.items()}


def _picture(run: Run, network: Network, part: Skeleton, scale: float, unit: style.Unit) -> Picture:
    titles = {node: _title(run, node, network, unit) for node in network.nodes}
    places = layout(part, network, scale, {node: _title_size(node, title) for node, title in titles.items()}, WIDTH)
    texts = {link: _texts(run, link, unit) for link in network.links}
    labels = place(places, texts, lambda text: text_size(text, LINK_SIZE))
    return Picture(places, network, titles, labels, _colours(run), unit)


def _title_size(node: Node, title: str) -> Size:
    return text_size(title, NODE_SIZE, bold=node.side == "company")


def _texts(run: Run, link: Link, unit: style.Unit) -> tuple[str, str, str]:
    """A link's label, in two lines, or at least its amount: the legend names the material."""
    number = style.amount(link.value / unit.divisor)
    name = _material(run, link.material)
    return f"{name} {number}", f"{style.wrapped(name, 14)} {number}", number


def _colours(run: Run) -> dict[str, str]:
    return {**style.material_colours(run.scenario), OTHERS: style.GREY}


def _material(run: Run, name: str) -> str:
    material = run.scenario.world.materials.get(name)
    return (material.title if material else None) or style.words(name) or "others"


def _title(run: Run, node: Node, network: Network, unit: style.Unit) -> str:
    """A node's title, with its fate, or with what its stocks gain or lose where that is 1 % of what passes."""
    title = style.wrapped(node_titles(run)[node.name], 22)
    extra = fate(run, node) if node.side == "sink" else _gain(node, network, unit)
    return f"{title}\n({extra})" if extra else title


def _gain(node: Node, network: Network, unit: style.Unit) -> str:
    gain = network.gains.get(node, 0.0)
    through = sum(link.value for link in network.links if node in link.pair)
    if abs(gain) < 0.01 * through:
        return ""
    return f"stock {'+' if gain > 0 else '−'}{style.amount(abs(gain) / unit.divisor)}"


@cache
def text_size(text: str, points: float, *, bold: bool = False) -> Size:
    """Width and height of a text in inches, from the font's own measures."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=points, weight="bold" if bold else "normal")
    lines = text.split("\n")
    width = max(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines)
    return width / 72 + 0.03, len(lines) * points * 1.2 / 72 + 0.02


def _weights(run: Run, found: Iterable[Network]) -> dict[Pair, float]:
    """Weight of every pair, summed over the variants; waste counts half, as it is what one expects to see come back."""
    materials = run.scenario.world.materials
    weights: dict[Pair, float] = {}
    for network in found:
        for link in network.links:
            material = materials.get(link.material)
            factor = 0.5 if material and material.waste else 1.0
            weights[link.pair] = weights.get(link.pair, 0.0) + factor * link.value
    return dict(sorted(weights.items()))


def figure(run: Run, variant: str, picture: Picture) -> Figure:
    """The picture on a page of its own size, with title, legend and what was left out."""
    from matplotlib.figure import Figure

    width = picture.layout.width + 2 * EDGE
    rows = _legend_rows(run, picture, width - 2 * EDGE)
    height = HEAD + picture.layout.height + 0.3 + ROW * (len(rows) + 1) + EDGE
    result = Figure(figsize=(width, height))
    ax = result.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(-EDGE, width - EDGE)
    ax.set_ylim(height - HEAD, -HEAD)
    draw(ax, picture)
    _draw_head(ax, run, variant, picture)
    _draw_legend(ax, rows, picture, picture.layout.height + 0.35)
    return result


def draw(ax: Axes, picture: Picture) -> None:
    """Ribbons, loops upon them, boxes, labels; the axes count inches, downwards."""
    for ribbon in picture.layout.ribbons:
        _draw_ribbon(ax, ribbon, picture.colours[ribbon.link.material])
    for loop in picture.layout.loops[::-1]:
        _draw_loop(ax, loop, picture.colours[loop.link.material])
    for node, box in picture.layout.boxes.items():
        _draw_box(ax, node, box)
    for node, rect in picture.layout.labels.items():
        weight, align = TITLE_STYLES[node.side]
        _draw_text(ax, picture.titles[node], rect, NODE_SIZE, weight=weight, align=align)
    for label in picture.labels.values():
        _draw_text(ax, label.text, label.rect, LINK_SIZE)


def _draw_ribbon(ax: Axes, ribbon: Ribbon, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points, codes = _outline(ribbon)
    path = Path(points, codes)
    ax.add_patch(PathPatch(path, facecolor=colour, edgecolor=colour, alpha=RIBBON_STRENGTH, linewidth=0.5))


def _outline(ribbon: Ribbon) -> tuple[list[Point], list[int]]:
    """Upper edge from left to right, lower edge back; Bézier curves across gaps, straight lines through columns."""
    half = ribbon.width / 2
    upper = [((x0, y0 - half), (x1, y1 - half)) for (x0, y0), (x1, y1) in ribbon.steps]
    lower = [((x1, y1 + half), (x0, y0 + half)) for (x0, y0), (x1, y1) in ribbon.steps[::-1]]
    points, codes = list[Point](), list[int]()
    for start, end in (*upper, *lower):
        bend = (start[0] + end[0]) / 2
        points += [start, (bend, start[1]), (bend, end[1]), end]
        codes += [LINE_TO, CURVE, CURVE, CURVE]
    return [*points, points[0]], [MOVE_TO, *codes[1:], CLOSE]


def _draw_loop(ax: Axes, loop: Loop, colour: str) -> None:
    from matplotlib.patches import Polygon

    points = loop_outline(loop)
    ax.add_patch(Polygon(points, closed=True, facecolor=style.INK, edgecolor=style.INK, linewidth=2.2))
    pale = _paler(colour, LOOP_STRENGTH)
    ax.add_patch(Polygon(points, closed=True, facecolor=pale, edgecolor=pale, linewidth=0.8))
    (right, low), (left, _) = loop.corners[2], loop.corners[3]
    size = max(0.05, min(0.1, loop.width / 3))
    for part in (0.2, 0.8):
        x = left + part * (right - left)
        tip = [(x - size, low), (x + size, low - size), (x + size, low + size)]
        ax.add_patch(Polygon(tip, closed=True, facecolor=style.INK, edgecolor="white", linewidth=0.6))


def _paler(colour: str, strength: float) -> tuple[float, ...]:
    """The colour at this opacity on white, yet covering what lies beneath."""
    from matplotlib.colors import to_rgb

    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def loop_outline(loop: Loop, steps: int = 8) -> list[Point]:
    """Outline of constant width around a loop's middle line, its four corners rounded."""
    inner = [_side(loop, loop.width / 2, steps), _side(loop, -loop.width / 2, steps)]
    return [*inner[0], *inner[1][::-1]]


def _side(loop: Loop, offset: float, steps: int) -> list[Point]:
    """The middle line shifted to its right (as seen when walking along it) by `offset`."""
    a, right, low_right, low_left, left, b = loop.corners
    radius = loop.width / 2 + TURN
    turns = (
        (right[0] - radius, right[1] + radius, -pi / 2),
        (low_right[0] - radius, low_right[1] - radius, 0.0),
        (low_left[0] + radius, low_left[1] - radius, pi / 2),
        (left[0] + radius, left[1] + radius, pi),
    )
    points = [(a[0], a[1] + offset)]
    for x, y, start in turns:
        angles = [start + pi / 2 * i / steps for i in range(steps + 1)]
        points += [(x + (radius - offset) * cos(t), y + (radius - offset) * sin(t)) for t in angles]
    return [*points, (b[0], b[1] + offset)]


def _draw_box(ax: Axes, node: Node, box: Rect) -> None:
    from matplotlib.patches import Rectangle

    colour = style.INK if node.side == "company" else "#8C8C8C"
    ax.add_patch(Rectangle((box.left, box.top), box.width, box.height, facecolor=colour, linewidth=0))


def _draw_text(
    ax: Axes, text: str, rect: Rect, size: float, *, weight: str = "normal", align: Align = "center"
) -> None:
    halo = {"boxstyle": "square,pad=0.05", "facecolor": "white", "alpha": 0.6, "linewidth": 0}
    x = {"left": rect.left, "center": rect.middle[0], "right": rect.right}[align]
    ax.text(x, rect.middle[1], text, size=size, ha=align, va="center", weight=weight, linespacing=1.1, bbox=halo)


def _draw_head(ax: Axes, run: Run, variant: str, picture: Picture) -> None:
    scenario = run.scenario
    time = scenario.world.time
    title = f"{style.variant_title(scenario.variants[variant])} · {style.scenario_title(scenario)}"
    ax.text(0, -HEAD + 0.2, title, size=12, weight="bold", va="top")
    span = f"{time.start:%Y-%m-%d} to {time.end:%Y-%m-%d}"
    ax.text(0, -HEAD + 0.47, f"Mean flows of materials, {span}, in {picture.unit.name}/year", size=9, va="top")


def _legend_rows(run: Run, picture: Picture, width: float) -> list[list[tuple[float, str, str]]]:
    """Materials in rows that fit the width: distance from the left, colour, text."""
    shown = sorted({link.material for link in picture.network.links}, key=lambda name: (name == OTHERS, name))
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for name in shown:
        text = _material(run, name)
        wide = 0.22 + text_size(text, NOTE_SIZE)[0] + 0.2
        if rows[-1] and x + wide > width:
            rows, x = [*rows, []], 0.0
        rows[-1].append((x, picture.colours[name], text))
        x += wide
    return rows


def _draw_legend(ax: Axes, rows: Sequence[Sequence[tuple[float, str, str]]], picture: Picture, top: float) -> None:
    from matplotlib.patches import Rectangle

    for i, row in enumerate(rows):
        y = top + ROW * i
        for x, colour, text in row:
            ax.add_patch(Rectangle((x, y - 0.05), 0.16, 0.1, facecolor=colour, alpha=LOOP_STRENGTH, linewidth=0))
            ax.text(x + 0.22, y, text, size=NOTE_SIZE, va="center")
    ax.text(0, top + ROW * len(rows), _note(picture), size=NOTE_SIZE, va="center", color="#555555")


def _note(picture: Picture) -> str:
    """What the picture does not say by itself: how loops are drawn, what is bundled and left out."""
    notes = ["Outlined, beneath: what returns." if picture.layout.loops else "Nothing returns."]
    if not picture.network.links:
        return "Nothing flows."
    if any(link.material == OTHERS for link in picture.network.links):
        notes.append("“Others”: several small flows between two nodes.")
    if picture.network.dropped:
        amount = style.amount(picture.network.dropped_value / picture.unit.divisor)
        count = picture.network.dropped
        many = f"{count} flows, together" if count > 1 else "1 flow of"
        notes.append(f"Not shown: {many} {amount} {picture.unit.name}/year.")
    return "  ".join(notes)
