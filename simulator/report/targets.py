"""The path of every target against the progress of each variant, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.accounting.indicators import RECYCLED
from simulator.accounting.targets import Progress, progress
from simulator.report import style
from simulator.report.over_time import legend, new_figure
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PATH = style.INK
"""Colour of what is asked; progress has the colours of the variants."""
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""A mark for each variant, so that lines are told apart without colours."""
COLUMNS = 2
NEAR = 0.6
"""Part of the highest point: an axis of which nothing is lower does not begin at zero."""


def figure(run: Run) -> Figure | None:
    """One panel per target; None where there is no target with something to start from."""
    found = progress(run.scenario, run.tables.indicators)
    if not found:
        return None
    columns = min(COLUMNS, len(found))
    rows = -(-len(found) // columns)
    draws = style.mean_of_draws(run.ensemble.study.replications if run.ensemble else 0)
    result = new_figure(run, f"Targets and progress{draws}", (max(4.6 * columns, 6.4), 1.2 + 3.0 * rows))
    flat = list(result.subplots(rows, columns, squeeze=False).flat)
    for ax in flat[len(found) :]:
        ax.remove()
    for one, ax in zip(found, flat, strict=False):
        draw(ax, run, one)
    legend(result, _handles(run))
    return result


def draw(ax: Axes, run: Run, one: Progress) -> None:
    """The path as a dashed line through its milestones, the yearly values of every variant as lines with marks."""
    unit = _unit(one)
    colours = style.variant_colours(run.scenario)
    last, widths = max(one.goal), style.nested(len(one.values))
    ax.plot(*_points(_path(one, last), unit), "--", color=PATH, linewidth=1.6, zorder=3)
    reached = {
        milestone.year: one.goal[milestone.year] for milestone in one.target.milestones if milestone.year in one.goal
    }
    ax.plot(*_points(reached, unit), "D", color=PATH, markersize=6, zorder=4)
    for number, (name, values) in enumerate(one.values.items()):
        mark = MARKS[number % len(MARKS)]
        [line] = ax.plot(*_points(values, unit), marker=mark, color=colours[name], linewidth=widths[number])
        line.set_markersize(2.5 + widths[number])
    ax.set_ylim(*limits(ax.dataLim.y0, ax.dataLim.y1))
    ax.set_title(style.wrapped(_title(run, one), 52))
    ax.set_ylabel(f"{style.heading(one.figure.indicator)} ({_label(one, unit)})")
    ax.set_xlabel("Year")
    ax.locator_params(axis="x", integer=True, nbins=7)
    ax.set_xlim(min(_path(one, last)) - 0.4, last + 0.4)


def limits(low: float, high: float) -> tuple[float, float]:
    """Of an axis from the lowest to the highest point, with room for marks; from zero where that is not far away."""
    if low > NEAR * high > 0:
        return low - 0.35 * (high - low or high), high + 0.08 * (high - low or high)
    room = 0.08 * (max(high, 0.0) - min(low, 0.0) or 1.0)
    return (low if low < 0 else 0.0) - room / 2, max(high, 0.0) + room


def _path(one: Progress, last: int) -> dict[int, float]:
    """Base, milestones before the run's end, and every year of it that is compared."""
    start = {one.base[0]: one.base[1]} if one.base[0] <= last else {}
    between = {stone.year: stone.level(one.base[1]) for stone in one.target.milestones if stone.year <= last}
    return dict(sorted((start | between | dict(one.goal)).items()))


def _points(values: Mapping[int, float], unit: style.Unit) -> tuple[list[int], list[float]]:
    return list(values), [value / unit.divisor for value in values.values()]


def _unit(one: Progress) -> style.Unit:
    """A unit in which the largest number reads well."""
    largest = max((abs(x) for values in (one.goal, *one.values.values()) for x in values.values()), default=0.0)
    unit = one.figure.unit
    if unit == "1":
        return style.Unit(0.01, "%")
    if unit in ("t", "t CO2e", "t CO2"):
        return style.mass_unit(largest, unit[1:].replace("CO2", "CO₂"))
    return style.Unit(1.0, unit)


def _label(one: Progress, unit: style.Unit) -> str:
    """Amounts are those of one year; shares and levels are not per year."""
    level = one.figure.unit in ("1", "FTE") or one.figure.indicator == "stock_in_use"
    return unit.name if level else f"{unit.name}/year"


def _title(run: Run, one: Progress) -> str:
    """What and where: `Emissions, scope 1 · Aurubis`."""
    item = "" if one.figure.item in (TOTAL, RECYCLED) else f", {style.words(one.figure.item)}"
    where = NETWORK if one.figure.node == NETWORK else style.node_titles(run.scenario)[one.figure.node]
    return f"{style.heading(one.figure.indicator)}{item} · {where}"


def _handles(run: Run) -> list[Artist]:
    from matplotlib.lines import Line2D

    titles, colours = style.variant_titles(run.scenario), style.variant_colours(run.scenario)
    path = Line2D([], [], linestyle="--", marker="D", markersize=6, color=PATH, label="Target path and milestones")
    marks = [MARKS[number % len(MARKS)] for number in range(len(titles))]
    variants = [
        Line2D([], [], marker=mark, markersize=4, color=colours[name], label=titles[name])
        for mark, name in zip(marks, titles, strict=True)
    ]
    return [path, *variants]
