"""Maps of the network, one per variant: who sends how much mass and energy where.

All variants share places, scales and the nodes' names, so that their maps can be laid side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np

from simulator.report import style
from simulator.report.arrows import DOT, Arrow, arrow
from simulator.report.names import Name, aside, free_spot, name_spots
from simulator.report.places import EDGE, Ground, Trip, Trips, ground
from simulator.report.series import as_written, mean_of, sums
from simulator.report.shapes import Point, Rect
from simulator.scenario.buses import FLOW, GRID, UNSERVED
from simulator.scenario.models import BoundaryNode, Company
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THICKEST, THINNEST = 0.22, 0.012
"""Of an arrow, inches."""
WORTH = 0.03
"""Width from which on an arrow without room upon it has its amount beside it, inches."""
SMALLEST = 2e-4
"""Part of the largest below which nothing is drawn."""
COLOURS: Mapping[tuple[bool, bool], str] = {
    (False, True): "#0072B2",
    (False, False): "#A9CBE3",
    (True, True): "#D55E00",
    (True, False): "#F2BE96",
}
"""By whether it is energy, and whether both ends are companies: what partners exchange stands out."""
KINDS: Mapping[tuple[bool, bool], str] = {
    (False, True): "Materials between companies",
    (False, False): "Materials from and to outside",
    (True, True): "Energy between companies",
    (True, False): "Energy from and to outside",
}
NAME_SIZE, AMOUNT_SIZE, NOTE_SIZE = 9.0, 7.5, 9.0
"""Points."""
MARGIN, HEAD, FOOT = 0.25, 0.8, 1.0
"""Around all, above and beneath the map, inches."""
MASS, ENERGY = False, True
DARK: Mapping[bool, str] = {MASS: "#00436A", ENERGY: "#8A3D00"}
"""Colours of the amounts."""
RINGS = "Rings: no flow in this variant."
NOTE = "Beside the map: who has no location in the scenario, outside with all that it gives and takes."


@dataclass(frozen=True)
class Key:
    """What all maps of a run share."""

    ground: Ground
    names: Mapping[str, Name]
    titles: Mapping[str, str]
    """Of the nodes, in lines."""
    units: Mapping[bool, style.Unit]
    """Of mass and of energy."""
    per: str
    """What all amounts are per: `/year`, or nothing in short runs."""
    largest: Mapping[bool, float]
    """t/year and MWh/year of the widest arrow."""
    companies: frozenset[str]

    def width(self, trip: Trip, value: float) -> float:
        """Of an arrow, inches."""
        return max(THINNEST, THICKEST * value / self.largest[trip.energy])

    def inner(self, trip: Trip) -> bool:
        """Whether both ends are companies."""
        return {trip.source, trip.target} <= self.companies


def figures(run: Run) -> dict[str, Figure]:
    """A map for every variant, by its name; none where fewer than two nodes have a location."""
    found = {variant: trips_of(run, variant) for variant in run.scenario.variants}
    busy = {name for trips in found.values() for trip in trips for name in (trip.source, trip.target)}
    located = {name: where for name, where in located_nodes(run).items() if name in busy}
    if len(located) < 2:
        return {}
    key = key_of(run, located, found)
    return {variant: figure(run, variant, trips, key) for variant, trips in found.items()}


def located_nodes(run: Run) -> dict[str, tuple[float, float]]:
    nodes: dict[str, Company | BoundaryNode] = {**run.scenario.world.companies, **run.scenario.world.boundary}
    return {name: node.location for name, node in nodes.items() if node.location}


def trips_of(run: Run, variant: str) -> dict[Trip, float]:
    """Mean mass and energy per year between nodes, of short runs all there is; environment and grid have no place."""
    divisor, _ = mean_of(run)
    found = {**_masses(run, variant), **_energies(run, variant)}
    return {trip: value / divisor for trip, value in sorted(found.items())}


def _masses(run: Run, variant: str) -> dict[Trip, float]:
    table = run.tables.flows
    found = sums(table[table["variant"] == variant], ["source", "target"], "mass_t")
    return {Trip(s, t, MASS): mass for (s, t), mass in found if mass > 0 and "environment" not in (s, t) and s != t}


def _energies(run: Run, variant: str) -> dict[Trip, float]:
    """What arrives from others, and what is sent to boundary nodes."""
    table, world = run.tables.energy, run.scenario.world
    found: dict[Trip, float] = {}
    for (node, use, user, supplier), mwh in sums(
        table[table["variant"] == variant], ["node", "use", "user", "supplier"], "energy_mwh"
    ):
        flow = world.energy_flows.get(user) if use == FLOW else None
        ends = [(node, flow.receiver)] if flow and flow.receiver in world.boundary else []
        ends += [(supplier, node)] if supplier not in (node, GRID, UNSERVED) else []
        for source, target in ends:
            trip = Trip(source, target, ENERGY)
            found[trip] = found.get(trip, 0.0) + mwh
    return {trip: mwh for trip, mwh in found.items() if mwh > 0}


def key_of(run: Run, located: Mapping[str, tuple[float, float]], found: Mapping[str, Trips]) -> Key:
    every: dict[Trip, float] = {}
    for trips in found.values():
        for trip, value in trips.items():
            every[trip] = max(value, every.get(trip, 0.0))
    place = ground(located, every)
    largest = {
        energy: max((x for t, x in every.items() if t.energy is energy), default=1.0) for energy in (MASS, ENERGY)
    }
    units = {MASS: style.mass_unit(largest[MASS]), ENERGY: style.energy_unit(largest[ENERGY])}
    _, per = mean_of(run)
    companies = frozenset(run.scenario.world.companies)
    titles = {name: _title(run, name, place) for name in place.spots}
    key = Key(place, {}, titles, units, per, largest, companies)
    lines = [one.line for one in arrows(key, every)]
    points = np.concatenate(lines) if lines else np.zeros((0, 2))
    order = sorted(set(place.spots) - {*place.left, *place.right}, key=lambda name: (name not in companies, name))
    sizes = {name: style.text_size(titles[name], NAME_SIZE, bold=name in companies) for name in order}
    names = name_spots(place.spots, sizes, points, (place.width, place.height))
    return replace(key, names=names)


def _amount(key: Key, trip: Trip, value: float) -> str:
    unit = key.units[trip.energy]
    return f"{style.amount(value / unit.divisor)} {unit.name}"


def _title(run: Run, name: str, place: Ground) -> str:
    title = style.node_titles(run.scenario)[name]
    if name in place.left or name in place.right:
        return style.wrapped(title, 30)
    far = f" ({style.amount(place.far[name], 2)} km)" if name in place.far else ""
    return style.wrapped(title + far, 20)


def arrows(key: Key, trips: Trips) -> list[Arrow]:
    """From the back to the front: from and to outside, then between companies, wide ones first."""
    spots, smallest = key.ground.spots, {kind: SMALLEST * most for kind, most in key.largest.items()}
    shown = [(trip, value) for trip, value in trips.items() if value >= smallest[trip.energy] or key.inner(trip)]
    ranked = sorted(shown, key=lambda one: (key.inner(one[0]), -key.width(*one), one[0]))
    return [
        arrow(t, value, key.width(t, value), (spots[t.source], spots[t.target]), _bow(key, t)) for t, value in ranked
    ]


def _bow(key: Key, trip: Trip) -> float:
    """Between two nodes of one list the bow is on the side of the map."""
    place, ends = key.ground, {trip.source, trip.target}
    down = place.spots[trip.target][1] > place.spots[trip.source][1]
    if ends <= set(place.left):
        return -1.0 if down else 1.0
    return (1.0 if down else -1.0) if ends <= set(place.right) else 1.0


def figure(run: Run, variant: str, trips: Trips, key: Key) -> Figure:
    """The map on a page of its own size, with title, scales and legend."""
    from matplotlib.figure import Figure

    place = key.ground
    left, right = (_room(key, names) for names in (place.left, place.right))
    size = (left + place.width + right + 2 * MARGIN, HEAD + place.height + FOOT)
    result = Figure(figsize=size)
    ax = result.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(-left - MARGIN, size[0] - left - MARGIN)
    ax.set_ylim(place.height + FOOT, -HEAD)
    title = f"{style.variant_title(run.scenario.variants[variant])} · {style.scenario_title(run.scenario)}"
    ax.text(-left, 0.2 - HEAD, style.wrapped(title, int(size[0] * 9.5)), size=12, weight="bold", va="top")
    ax.text(-left, 0.5 - HEAD, _subtitle(run), size=NOTE_SIZE, va="top")
    draw(ax, key, trips)
    idle = bool(place.spots.keys() - {name for trip in trips for name in (trip.source, trip.target)})
    _draw_legend(ax, key, arrows(key, trips), left=-left, top=place.height + 0.25, idle=idle)
    return result


def _room(key: Key, names: Sequence[str]) -> float:
    """Width of a list beside the map, inches."""
    widest = max((style.text_size(key.titles[name] + 15 * "0", NAME_SIZE)[0] for name in names), default=0.0)
    return widest + EDGE + DOT if names else 0.0


def _subtitle(run: Run) -> str:
    _, per = mean_of(run)
    what, when = ("Mean flows", ", per year") if per else ("Flows", "")
    shown = f"{style.span(run.scenario)}{when}{as_written(run)}"
    return f"{what} of materials and energy, {shown}; without grid and environment"


def draw(ax: Axes, key: Key, trips: Trips) -> None:
    """Frame, arrows, nodes, names, amounts; the axes count inches, downwards."""
    from matplotlib.patches import Rectangle

    place = key.ground
    ax.add_artist(Rectangle((0, 0), place.width, place.height, facecolor="#F6F6F3", edgecolor="#CCCCCC", linewidth=0.8))
    shown = arrows(key, trips)
    for one in shown:
        _draw_arrow(ax, one, COLOURS[one.trip.energy, key.inner(one.trip)])
    active = {name for trip in trips for name in (trip.source, trip.target)}
    for name, spot in sorted(place.spots.items(), key=lambda one: one[0] in active):
        _draw_node(ax, spot, company=name in key.companies, active=name in active)
    for name, where in key.names.items():
        _draw_name(ax, key, name, where, active=name in active)
    for name in (*place.left, *place.right):
        _draw_listed(ax, key, name, trips)
    _draw_amounts(ax, key, shown)
    _draw_scale(ax, place)


def _draw_arrow(ax: Axes, one: Arrow, colour: str) -> None:
    from matplotlib.patches import Polygon

    ax.add_artist(Polygon(one.outline, closed=True, facecolor=colour, edgecolor="white", linewidth=0.4))


def _draw_node(ax: Axes, spot: Point, *, company: bool, active: bool) -> None:
    """Companies are dark, boundary nodes grey; who neither sends nor receives is a ring."""
    from matplotlib.patches import Circle

    colour = style.INK if company else "#8C8C8C"
    ax.add_artist(
        Circle(
            spot, DOT if active else 0.7 * DOT, facecolor=colour if active else "white", edgecolor=colour, linewidth=1.2
        )
    )


def _draw_name(ax: Axes, key: Key, name: str, where: Name, *, active: bool) -> None:
    if where.leader:
        (x0, y0), (x1, y1) = where.leader
        ax.plot([x0, x1], [y0, y1], color="#777777", linewidth=0.6)
    weight = "bold" if name in key.companies else "normal"
    colour = style.INK if active else "#777777"
    _text(ax, key.titles[name], where.rect.middle, NAME_SIZE, weight=weight, colour=colour)


def _text(ax: Axes, text: str, at: Point, size: float, *, weight: str = "normal", colour: str = style.INK) -> None:
    halo = {"boxstyle": "square,pad=0.06", "facecolor": "white", "alpha": 0.7, "linewidth": 0}
    ax.text(*at, text, size=size, ha="center", va="center", weight=weight, linespacing=1.05, color=colour, bbox=halo)


def _draw_listed(ax: Axes, key: Key, name: str, trips: Trips) -> None:
    """A node without location, its name outside of its circle, with what it gives or takes in all."""
    x, y = key.ground.spots[name]
    away, align = (-DOT - 0.06, "right") if name in key.ground.left else (DOT + 0.06, "left")
    text = " · ".join([key.titles[name], *_deals(key, name, trips)])
    weight = "bold" if name in key.companies else "normal"
    ax.text(x + away, y, text, size=NAME_SIZE, ha=align, va="center", weight=weight, linespacing=1.05)


def _deals(key: Key, name: str, trips: Trips) -> list[str]:
    """Mass and energy that a boundary node gives and takes in all; nothing of companies, which hand it on."""
    if name in key.companies:
        return []
    totals = {kind: sum(x for t, x in trips.items() if t.energy is kind and name in t[:2]) for kind in (MASS, ENERGY)}
    units = key.units
    return [f"{style.amount(x / units[kind].divisor)} {units[kind].name}" for kind, x in totals.items() if x]


def _draw_amounts(ax: Axes, key: Key, shown: Sequence[Arrow]) -> None:
    """Of what goes between nodes on the map, the thickest first: upon the arrow where there is room, else near it."""
    place = key.ground
    taken = [name.rect for name in key.names.values()]
    taken += [Rect(x - DOT, y - DOT, 2 * DOT, 2 * DOT) for x, y in place.spots.values()]
    inside = place.spots.keys() - {*place.left, *place.right}
    for one in sorted(shown, key=lambda one: (-one.width, one.trip)):
        if not (key.inner(one.trip) or {one.trip.source, one.trip.target} <= inside):
            continue
        text = _amount(key, one.trip, one.value)
        size = style.text_size(text, AMOUNT_SIZE)
        rect = free_spot(one.line, size, taken)
        name = Name(rect, None) if rect else aside(one, size, taken, (place.width, place.height))
        if name and (rect or one.width > WORTH):
            taken.append(name.rect)
            _draw_amount(ax, text, name, DARK[one.trip.energy])


def _draw_amount(ax: Axes, text: str, where: Name, colour: str) -> None:
    if where.leader:
        (x0, y0), (x1, y1) = where.leader
        ax.plot([x0, x1], [y0, y1], color=colour, linewidth=0.6)
    _text(ax, text, where.rect.middle, AMOUNT_SIZE, colour=colour)


def _draw_scale(ax: Axes, place: Ground) -> None:
    """A bar of 1, 2 or 5 times a power of ten km, in the lower left corner."""
    lengths = [n * 10.0**k for k in range(-2, 5) for n in (1, 2, 5)]
    km = max(length for length in lengths if length * place.scale <= 1.4)
    x, y = 0.2, place.height - 0.2
    ax.plot([x, x + km * place.scale], [y, y], color=style.INK, linewidth=2, solid_capstyle="butt")
    ax.text(x, y - 0.06, f"{km:g} km, north is up", size=AMOUNT_SIZE, va="bottom")


def _draw_legend(ax: Axes, key: Key, shown: Sequence[Arrow], *, left: float, top: float, idle: bool) -> None:
    """What the colours mean, how wide which amount is, and who has no place."""
    x = left
    for kind in {kind: None for kind in KINDS if any((a.trip.energy, key.inner(a.trip)) == kind for a in shown)}:
        _draw_sample(ax, x, top, 0.08, COLOURS[kind])
        ax.text(x + 0.45, top, KINDS[kind], size=NOTE_SIZE, va="center")
        x += 0.75 + style.text_size(KINDS[kind], NOTE_SIZE)[0]
    x = left
    for energy in sorted({a.trip.energy for a in shown}):
        value = _round(key.largest[energy] / key.units[energy].divisor / 2) * key.units[energy].divisor
        width = key.width(Trip("", "", energy), value)
        text = f"{value / key.units[energy].divisor:g} {key.units[energy].name}{key.per}"
        _draw_sample(ax, x, top + 0.3, width, COLOURS[energy, True])
        ax.text(x + 0.45, top + 0.3, text, size=NOTE_SIZE, va="center")
        x += 0.75 + style.text_size(text, NOTE_SIZE)[0]
    notes = [NOTE] * bool(key.ground.left or key.ground.right) + [RINGS] * idle
    if notes:
        ax.text(left, top + 0.55, "  ".join(notes), size=NOTE_SIZE, va="center", color="#555555")


def _draw_sample(ax: Axes, x: float, y: float, width: float, colour: str) -> None:
    from matplotlib.patches import Rectangle

    ax.add_artist(Rectangle((x, y - width / 2), 0.35, width, facecolor=colour, linewidth=0))


def _round(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not more."""
    power = 10.0 ** floor(log10(value))
    return max(n for n in (1, 2, 5) if n * power <= value) * power
