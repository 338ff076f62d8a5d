"""Sankey diagrams, one per variant: who sends what to whom, and what comes back, drawn as loops beneath the nodes.

All variants share one scale, one order of nodes and one threshold, so that their pictures can be laid side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.report import style
from simulator.report.geometry import layout
from simulator.report.labels import Label, place
from simulator.report.layers import Pair, Skeleton, restricted, skeleton
from simulator.report.links import OTHERS, Link, Network, Node, fate, networks
from simulator.report.measures import value_scale
from simulator.report.series import as_written, mean_of
from simulator.report.shapes import LINE, TURN, Layout, Loop, Point, Rect, Ribbon, Size
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
NODE_SIZE, LINK_SIZE, NOTE_SIZE = 10.0, 9.0, 9.5
"""Points."""
RIBBON_STRENGTH, LOOP_STRENGTH = 0.55, 0.8
"""Opacities: what returns stands out."""
MOVE_TO, LINE_TO, CURVE, CLOSE = 1, 2, 4, 79
"""Codes of `matplotlib.path.Path`."""
ROW = 0.22
"""Height of a row of the legend, inches."""
LISTED = 20
"""Materials of which the legend names the largest flows, besides those that return; labels name the others."""


@dataclass(frozen=True)
class Key:
    """How to read a diagram, the same for all variants."""

    unit: style.Unit
    colours: Mapping[str, str]
    """By material."""


@dataclass(frozen=True)
class Picture:
    """A Sankey diagram ready to draw: geometry, texts and colours."""

    layout: Layout
    network: Network
    titles: Mapping[Node, str]
    labels: Mapping[Link, Label]
    """Of the links that have room for one."""
    key: Key


def figures(run: Run) -> dict[str, Figure]:
    """A figure for every variant, by its name."""
    return {variant: figure(run, variant, picture) for variant, picture in pictures(run).items()}


def pictures(run: Run) -> dict[str, Picture]:
    """Geometry for every variant: the skeleton is that of all variants together."""
    found = networks(run)
    weights = _weights(found.values())
    whole = skeleton({node for pair in weights for node in pair}, weights)
    parts = {v: restricted(whole, {link.pair for link in network.links}) for v, network in found.items()}
    scale = value_scale([(parts[v], found[v]) for v in found], BODY)
    _, per = mean_of(run)
    unit = style.mass_unit(max((link.value for n in found.values() for link in n.links), default=0.0), per)
    colours = _colours(run, found.values())
    return {v: _picture(run, network, parts[v], scale, Key(unit, colours)) for v, network in found.items()}


def _picture(run: Run, network: Network, part: Skeleton, scale: float, key: Key) -> Picture:
    titles = {node: _title(run, node, network, key.unit) for node in network.nodes}
    places = layout(part, network, scale, {node: _title_size(node, title) for node, title in titles.items()}, WIDTH)
    alone = Counter(link.pair for link in network.links)
    texts = {link: _texts(run, link, key.unit, alone=alone[link.pair] == 1) for link in network.links}
    labels = place(places, texts, lambda text: style.text_size(text, LINK_SIZE))
    return Picture(places, network, titles, labels, key)


def _title_size(node: Node, title: str) -> Size:
    return style.text_size(title, NODE_SIZE, bold=node.side == "company")


def _texts(run: Run, link: Link, unit: style.Unit, *, alone: bool) -> list[str]:
    """A link's label, the same in two lines, or, where nobody can mistake it, its amount: the legend says of what."""
    number = style.amount(link.value / unit.divisor)
    label = f"{_material(run, link.material)} {number}"
    return [label, style.wrapped(label, 4 + len(label) // 2), *([number] if alone else [])]


def _colours(run: Run, found: Iterable[Network]) -> dict[str, str]:
    shown = {link.material for network in found for link in network.links}
    return {**style.material_colours(run.scenario, shown), OTHERS: style.GREY}


def _material(run: Run, name: str) -> str:
    return style.material_title(run.scenario, name) if name else "Others"


def _title(run: Run, node: Node, network: Network, unit: style.Unit) -> str:
    """A node's title, with its fate, or with what its stocks gain or lose where that is 1 % of what passes."""
    title = style.wrapped(style.node_titles(run.scenario)[node.name], 22)
    extra = fate(run, node, network) if node.side == "sink" else _gain(node, network, unit)
    return f"{title}\n({extra})" if extra else title


def _gain(node: Node, network: Network, unit: style.Unit) -> str:
    gain = network.gains.get(node, 0.0)
    through = sum(link.value for link in network.links if node in link.pair)
    if abs(gain) < 0.01 * through:
        return ""
    return f"stock {'+' if gain > 0 else '−'}{style.amount(abs(gain) / unit.divisor)}"


def _weights(found: Iterable[Network]) -> dict[Pair, float]:
    """Weight of every pair: its flows, summed over the variants."""
    weights: dict[Pair, float] = {}
    for network in found:
        for link in network.links:
            weights[link.pair] = weights.get(link.pair, 0.0) + link.value
    return dict(sorted(weights.items()))


def figure(run: Run, variant: str, picture: Picture) -> Figure:
    """The picture on a page of its own size, with title, legend and what was left out."""
    from matplotlib.figure import Figure

    width = picture.layout.width + 2 * EDGE
    rows = _legend_rows(run, picture, width - 2 * EDGE)
    title = _head(run, variant, width)
    head = HEAD + LINE * title.count("\n")
    height = head + picture.layout.height + 0.3 + ROW * (len(rows) + 1) + EDGE
    result = Figure(figsize=(width, height))
    ax = result.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(-EDGE, width - EDGE)
    ax.set_ylim(height - head, -head)
    draw(ax, picture)
    ax.text(0, 0.2 - head, title, size=12, weight="bold", va="top")
    ax.text(0, 0.47 - HEAD, _subtitle(run, picture), size=NOTE_SIZE, va="top")
    _draw_legend(ax, rows, picture, picture.layout.height + 0.35)
    return result


def draw(ax: Axes, picture: Picture) -> None:
    """Loops, ribbons upon them, boxes, labels; the axes count inches, downwards."""
    for loop in picture.layout.loops[::-1]:
        _draw_loop(ax, loop, picture.key.colours[loop.link.material])
    if picture.layout.loops:
        for ribbon in picture.layout.ribbons:  # what passes beneath does not shine through
            _draw_ribbon(ax, ribbon, "white", 1.0)
    for ribbon in picture.layout.ribbons:
        _draw_ribbon(ax, ribbon, picture.key.colours[ribbon.link.material], RIBBON_STRENGTH)
    for node, box in picture.layout.boxes.items():
        _draw_box(ax, node, box)
    for node, rect in picture.layout.labels.items():
        weight, align = TITLE_STYLES[node.side]
        _draw_text(ax, picture.titles[node], rect, NODE_SIZE, weight=weight, align=align)
    for label in picture.labels.values():
        _draw_label(ax, label)


def _draw_ribbon(ax: Axes, ribbon: Ribbon, colour: str, alpha: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points, codes = _outline(ribbon)
    path = Path(points, codes)
    ax.add_artist(PathPatch(path, facecolor=colour, edgecolor=colour, alpha=alpha, linewidth=0.5))


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
    ax.add_artist(Polygon(points, closed=True, facecolor=style.INK, edgecolor=style.INK, linewidth=2.2))
    pale = _paler(colour, LOOP_STRENGTH)
    ax.add_artist(Polygon(points, closed=True, facecolor=pale, edgecolor=pale, linewidth=0.8))
    (right, low), (left, _) = loop.corners[2], loop.corners[3]
    size = max(0.05, min(0.1, loop.width / 3))
    for part in (0.2, 0.8):
        x = left + part * (right - left)
        tip = [(x - size, low), (x + size, low - size), (x + size, low + size)]
        ax.add_artist(Polygon(tip, closed=True, facecolor=style.INK, edgecolor="white", linewidth=0.6))


def _paler(colour: str, strength: float) -> tuple[float, ...]:
    """The colour at this opacity on white, yet covering what lies beneath."""
    from matplotlib.colors import to_rgb

    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def loop_outline(loop: Loop, steps: int = 24) -> list[Point]:
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
    ax.add_artist(Rectangle((box.left, box.top), box.width, box.height, facecolor=colour, linewidth=0))


def _draw_label(ax: Axes, label: Label) -> None:
    """Upon its band, or beside it with a line that ends in a dot within it."""
    if label.leader:
        (x0, y0), (x1, y1) = label.leader
        ax.plot([x0, x1], [y0, y1], color=style.INK, linewidth=0.5)
        ax.plot([x1], [y1], "o", color=style.INK, markersize=2.2, markeredgewidth=0)
    _draw_text(ax, label.text, label.rect, LINK_SIZE)


def _draw_text(
    ax: Axes, text: str, rect: Rect, size: float, *, weight: str = "normal", align: Align = "center"
) -> None:
    halo = {"boxstyle": "square,pad=0", "facecolor": "white", "alpha": 0.6, "linewidth": 0}
    x = {"left": rect.left, "center": rect.middle[0], "right": rect.right}[align]
    ax.text(x, rect.middle[1], text, size=size, ha=align, va="center", weight=weight, linespacing=1.1, bbox=halo)


def _head(run: Run, variant: str, width: float) -> str:
    scenario = run.scenario
    title = f"{style.variant_title(scenario.variants[variant])} · {style.scenario_title(scenario)}"
    return style.wrapped(title, int((width - 2 * EDGE) * 9.5))


def _subtitle(run: Run, picture: Picture) -> str:
    unit = picture.key.unit.name
    what = "Mean flows" if "/" in unit else "Flows"
    return f"{what} of materials, {style.span(run.scenario)}, in {unit}{as_written(run)}"


def _legend_rows(run: Run, picture: Picture, width: float) -> list[list[tuple[float, str, str]]]:
    """Materials in rows that fit the width: distance from the left, colour, text."""
    entries = [(picture.key.colours[name], _material(run, name)) for name in listed(picture)]
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for colour, text in entries:
        wide = 0.22 + style.text_size(text, NOTE_SIZE)[0] + 0.2
        if rows[-1] and x + wide > width:
            rows, x = [*rows, []], 0.0
        rows[-1].append((x, colour, text))
        x += wide
    return rows


def listed(picture: Picture) -> list[str]:
    """Materials of the largest flows and of all that return, largest first, bundles last."""
    ranked = sorted({link.material for link in picture.network.links}, key=lambda name: _rank(picture, name))
    kept = {*ranked[:LISTED], *(loop.link.material for loop in picture.layout.loops)} | {OTHERS}
    return [name for name in ranked if name in kept]


def _rank(picture: Picture, material: str) -> tuple[bool, float, str]:
    return material == OTHERS, -max(x.value for x in picture.network.links if x.material == material), material


def _draw_legend(ax: Axes, rows: Sequence[Sequence[tuple[float, str, str]]], picture: Picture, top: float) -> None:
    from matplotlib.patches import Rectangle

    for i, row in enumerate(rows):
        y = top + ROW * i
        for x, colour, text in row:
            ax.add_artist(Rectangle((x, y - 0.05), 0.16, 0.1, facecolor=colour, alpha=LOOP_STRENGTH, linewidth=0))
            ax.text(x + 0.22, y, text, size=NOTE_SIZE, va="center")
    ax.text(0, top + ROW * len(rows), _note(picture), size=NOTE_SIZE, va="center", color="#555555")


def _note(picture: Picture) -> str:
    """What the picture does not say by itself: how loops are drawn, what is bundled and left out."""
    notes = ["Outlined, beneath: what returns." if picture.layout.loops else "Nothing returns."]
    if not picture.network.links:
        return "Nothing flows."
    if any(link.material == OTHERS for link in picture.network.links):
        notes.append("“Others”: several small flows between two nodes.")
    unlisted = {link.material for link in picture.network.links} - set(listed(picture))
    if unlisted:
        notes.append(f"{len(unlisted)} further materials in small flows, with labels where there is room.")
    if picture.network.dropped:
        amount = style.amount(picture.network.dropped_value / picture.key.unit.divisor)
        count = picture.network.dropped
        many = f"{count} flows, together" if count > 1 else "1 flow of"
        notes.append(f"Not shown: {many} {amount} {picture.key.unit.name}.")
    return "  ".join(notes)
