"""Pictures of a sensitivity analysis: tornadoes, and for Morris how far effects depend on other factors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.report import style
from simulator.report.bands import DASHES, unit_of
from simulator.report.over_time import legend, swatches, titled_figure
from simulator.report.paths import readable
from simulator.report.write import save
from simulator.study.outcomes import Outcome
from simulator.study.sensitivity import Sensitivity

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]
MOST = 20
"""Bars of a tornado."""
NAMED, NEAR = 6, 0.02
"""Points of a scatter that are numbered, and the part of the largest effect below which none is."""
BESIDE = ((4, 3), (4, -9), (-10, 3), (-10, -9))
"""Places of a number beside its point, typographic points, the best first."""
PANEL = (250, 160)
"""Size of a panel of a scatter, about, typographic points."""
PALE, STRONG = "#9CC5E3", style.OKABE_ITO[0]
ROW, AROUND, WIDTH = 0.3, 1.9, 8.6
"""Height of a bar, of everything else, and width of the figure, inches."""


def write(found: Sensitivity, folder: Path) -> list[Path]:
    """All pictures as PNG and SVG in a folder, which is made if need be. Raises OSError where it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    with style.styled():
        return [path for name, figure in figures(found) for path in save(figure, folder / name)]


def figures(found: Sensitivity) -> Iterator[tuple[str, Figure]]:
    """Name and figure of every picture."""
    for one in found.outcomes:
        yield f"tornado_{one.name}", _tornado(found, one)
    if "sigma" in found.measures[found.outcomes[0].title]:
        yield "morris", _scatter(found)


def _tornado(found: Sensitivity, one: Outcome) -> Figure:
    order = found.ranked(one)[:MOST]
    names = [style.wrapped(readable(found.inquiry.factors[n].name), 46) for n in order]
    lines = sum(name.count("\n") + 1 for name in names)
    figure = titled_figure(found.inquiry.scenario, _title(found, one), (WIDTH, AROUND + ROW * lines))
    ax = figure.subplots()
    handles = BARS[found.inquiry.method.main](ax, found, one, order)
    ax.set_yticks(range(len(order)), names)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.tick_params(axis="y", length=0)
    legend(figure, handles)
    return figure


def _asked(found: Sensitivity) -> str:
    """The variant asked about, or both where it is about their difference."""
    titles = list(style.variant_titles(found.inquiry.scenario).values())
    return titles[-1] if len(titles) == 1 else f"{titles[-1]} against {titles[0]}"


def _title(found: Sensitivity, one: Outcome) -> str:
    titles = list(style.variant_titles(found.inquiry.scenario).values())
    against = f"Change in {one.title.lower()}, {titles[-1]} against {titles[0]}"
    head = f"{one.title}, {titles[-1]}" if len(titles) == 1 else against
    hidden = len(found.inquiry.factors) - MOST
    return f"{head}: what matters most" + (f" ({hidden} less important factors not shown)" if hidden > 0 else "")


def _bars_of_effects(ax: Axes, found: Sensitivity, one: Outcome, order: list[int]) -> list[Artist]:
    """Bars of mu*, with its interval."""
    measures = found.measures[one.title]
    unit = unit_of(one, float(measures["mu_star"].max()))
    sizes, errors = (measures[name][order] / unit.divisor for name in ("mu_star", "mu_star_conf"))
    ax.barh(range(len(order)), sizes, 0.62, color=STRONG)
    ax.set_xlabel(f"Effect of the whole range on {one.label.lower()} ({unit.name})")
    return [*swatches({"Mean absolute effect (mu*)": STRONG}), _intervals(ax, sizes, errors)]


def _bars_of_variance(ax: Axes, found: Sensitivity, one: Outcome, order: list[int]) -> list[Artist]:
    """Bars of ST with S1 in them, and the intervals of both."""
    measures = found.measures[one.title]
    total, first, errors, inner = (measures[name][order] for name in ("st", "s1", "st_conf", "s1_conf"))
    ax.barh(range(len(order)), total, 0.62, color=PALE)
    ax.barh(range(len(order)), np.maximum(first, 0.0), 0.3, color=STRONG)
    _intervals(ax, first, inner, 0.11)
    ax.set_xlabel(f"Part of the variance of {one.label.lower()}")
    return [*swatches({"With all others (ST)": PALE, "Alone (S1)": STRONG}), _intervals(ax, total, errors, -0.22)]


def _intervals(ax: Axes, sizes: np.ndarray, errors: np.ndarray, shift: float = 0.0) -> Artist:
    """Lines from end to end of the 95 % intervals, which end at 0."""
    from matplotlib.lines import Line2D

    for row, (size, error) in enumerate(zip(sizes, errors, strict=True)):
        ends = [max(size - error, 0.0), max(size + error, 0.0)]
        for ink, width in (("white", 2.6), (style.INK, 1.1)):
            ax.plot(ends, [row + shift, row + shift], color=ink, linewidth=width, solid_capstyle="butt")
    return Line2D([], [], color=style.INK, linewidth=1.1, label="95 % interval")


BARS: Mapping[str, Callable[[Axes, Sensitivity, Outcome, list[int]], list[Artist]]] = {
    "mu_star": _bars_of_effects,
    "st": _bars_of_variance,
}
"""What is drawn in a tornado, by the measure that factors are ranked by."""


def _scatter(found: Sensitivity) -> Figure:
    """A panel per outcome: how far a factor moves it, against how much that depends on others and on where it is."""
    rows = ceil(len(found.outcomes) / 2)
    numbers = _numbered(found)
    title = f"{_asked(found)}: effect of each factor, and how far it depends on the others"
    size = (WIDTH, 1.2 + 3.1 * rows + 0.1 * len(numbers))
    figure = titled_figure(found.inquiry.scenario, title, size)
    panels = list(figure.subplots(rows, 2, squeeze=False).flat)
    for ax, one in zip(panels, found.outcomes, strict=False):
        _draw_scatter(ax, found, one, numbers)
    for ax in panels[len(found.outcomes) :]:
        ax.remove()
    legend(figure, list(_names(found, numbers)))
    return figure


def _told(found: Sensitivity, one: Outcome) -> list[int]:
    """Factors whose points are numbered: those that matter most, and stand apart from those that hardly do.

    A group of factors has no sigma, so no point.
    """
    effects, spread = (found.measures[one.title][name] for name in ("mu_star", "sigma"))
    return [n for n in found.ranked(one)[:NAMED] if effects[n] > NEAR * effects.max() and np.isfinite(spread[n])]


def _numbered(found: Sensitivity) -> dict[int, int]:
    """Numbers of the factors told in any panel, in the order in which they are met."""
    told = dict.fromkeys(n for one in found.outcomes for n in _told(found, one))
    return {factor: number for number, factor in enumerate(told, 1)}


def _draw_scatter(ax: Axes, found: Sensitivity, one: Outcome, numbers: Mapping[int, int]) -> None:
    measures = found.measures[one.title]
    unit = unit_of(one, float(measures["mu_star"].max()))
    far, spread = (measures[name] / unit.divisor for name in ("mu_star", "sigma"))
    peak = 1.12 * float(far.max())
    ax.plot([0, peak], [0, peak], color="#999999", linewidth=0.8, linestyle=DASHES)
    ax.plot(far, spread, "o", color=STRONG, markersize=4.5, markeredgecolor="white", clip_on=False)
    ax.set(xlim=(0, peak), ylim=(0, max(1.15 * float(np.nan_to_num(spread).max()), 0.3 * peak)))
    told = _told(found, one)
    in_panel = [(PANEL[0] * far[n] / peak, PANEL[1] * spread[n] / ax.get_ylim()[1]) for n in told]
    for n, beside in zip(told, beside_points(in_panel), strict=True):
        ax.annotate(str(numbers[n]), (far[n], spread[n]), beside, textcoords="offset points", size=8)
    ax.set_title(one.title)
    ax.set_xlabel(f"mu* ({unit.name})")
    ax.set_ylabel(f"sigma ({unit.name})")


def beside_points(points: Sequence[Point]) -> list[Point]:
    """Where numbers stand beside their points, as all of it in typographic points: where neither is in the way."""
    taken, found = list(points), list[Point]()
    for x, y in points:
        free = [(dx, dy) for dx, dy in BESIDE if not any(_meet((x + dx, y + dy), other) for other in taken)]
        found.append((free or BESIDE)[0])
        taken.append((x + found[-1][0], y + found[-1][1]))
    return found


def _meet(number: Point, other: Point) -> bool:
    """Whether a number at its lower left corner comes too near to another one's, or to a point."""
    return -3 < other[0] - number[0] < 7 and abs(other[1] - number[1]) < 8 and other != number


def _names(found: Sensitivity, numbers: Mapping[int, int]) -> Iterator[Artist]:
    """What the numbers stand for."""
    from matplotlib.lines import Line2D

    for factor, number in numbers.items():
        name = f"{number}  {readable(found.inquiry.factors[factor].name)}"
        yield Line2D([], [], color=STRONG, marker="o", markersize=4.5, linestyle="", label=name)
    yield Line2D([], [], color="#999999", linewidth=0.8, linestyle=DASHES, label="sigma = mu*")
