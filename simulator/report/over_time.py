"""Waste and emissions over time: stacked, one panel per variant side by side on shared axes."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.report import style
from simulator.report.dates import date_ticks
from simulator.report.grain import Grain, amounts, grain
from simulator.report.series import Array, ByVariant, Periods, as_written, counted_once, periods
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run
from simulator.units import SECONDS_PER_DAY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Key = TypeVar("Key", bound=Hashable)
MAX_BARS = 36
"""More periods than this are drawn as steps without gaps: bars would be a fence."""
BAR, STACK, BESIDE_STACK = (0.07, 0.93), (0.07, 0.67), (0.71, 0.93)
"""Where a bar begins and ends within its period: alone, with another beside it, and that other."""
MAX_PANELS_IN_ROW = 4
LEGEND_SIZE, BESIDE = 8.5, 0.6
"""Points; and room for a swatch and the distance to the next column, inches."""


def waste(run: Run) -> Figure | None:
    """Waste by final fate, tonnes per period drawn; None where nothing is waste."""
    drawn = grain(run)
    by = amounts(run, run.tables.waste, "fate", "mass_t", drawn)
    if not _peak(by):
        return None
    unit = style.mass_unit(_peak(by))
    figure, axes = panels(run, _headed(run, "Waste by final fate", drawn), f"Waste ({unit.name}/{drawn.per})")
    colours = fate_colours(by)
    for variant, ax in axes.items():
        draw_stack(ax, drawn.spans, by[variant], colours, unit)
        if not _peak({variant: by[variant]}):
            say_none(ax, "No waste")
    legend(figure, swatches({style.heading(fate): colour for fate, colour in colours.items()}))
    return figure


def emissions(run: Run) -> Figure:
    """Greenhouse gases by scope, biogenic CO2 apart beside them, tonnes per period drawn."""
    drawn, table = grain(run), counted_once(run.tables.emissions)
    by = amounts(run, table, "scope", "emissions_t_co2e", drawn)
    biogenic = {v: sum_all(x) for v, x in amounts(run, table, "scope", "biogenic_t_co2", drawn).items()}
    highest = max(_peak(by), *(_top(x) for x in biogenic.values()))
    unit = style.mass_unit(highest, " CO₂e")
    head = _headed(run, "Greenhouse gas emissions by scope", drawn)
    figure, axes = panels(run, head, f"Emissions ({unit.name}/{drawn.per})")
    colours = {scope: colour for scope, colour in style.SCOPES.items() if any(scope in x for x in by.values())}
    for variant, ax in axes.items():
        draw_stack(ax, drawn.spans, by[variant], colours, unit, part=STACK if _apart(biogenic, drawn) else BAR)
        _draw_biogenic(ax, drawn.spans, biogenic[variant] / unit.divisor)
        if not (_peak({variant: by[variant]}) or biogenic[variant].any()):
            say_none(ax, "No emissions")
    _from_zero(axes, highest)
    handles = swatches({style.SCOPE_TITLES[scope]: colour for scope, colour in colours.items()})
    legend(figure, [*handles, *_biogenic_handle(biogenic, drawn)])
    return figure


def _apart(biogenic: Mapping[str, Array], drawn: Grain) -> bool:
    """Whether stacks leave room for a bar beside them."""
    return drawn.spans.count <= MAX_BARS and any(x.any() for x in biogenic.values())


def _draw_biogenic(ax: Axes, spans: Periods, heights: Array) -> None:
    """Bars beside the stacks; where periods are too many for that a line of steps."""
    if heights.any() and spans.count > MAX_BARS:
        draw_steps(ax, spans, heights, style.BIOGENIC)
    else:
        look = look_of(style.BIOGENIC)
        _draw_layer(ax, days(spans.edges), np.zeros(spans.count), heights, part=BESIDE_STACK, look=look)


def _headed(run: Run, title: str, drawn: Grain) -> str:
    return f"{title}{', part-years scaled to whole ones' if drawn.partial else ''}{as_written(run)}"


def fate_colours(by: ByVariant | Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Colours of the fates that occur, in the order of `style.FATES`; an unknown fate is grey and comes last."""
    found = {fate for amounts in by.values() for fate in amounts}
    known = {fate: colour for fate, colour in style.FATES.items() if fate in found}
    return {**known, **dict.fromkeys(sorted(found - set(known)), style.GREY)}


def sum_all(parts: Mapping[str, Array]) -> Array:
    return np.sum(list(parts.values()), axis=0) if parts else np.zeros(0)


def _top(values: Array) -> float:
    return float(np.abs(values).max(initial=0.0))


def _peak(by: ByVariant) -> float:
    """Height of the highest stack."""
    return max((_top(sum_all(parts)) for parts in by.values()), default=0.0)


def say_none(ax: Axes, text: str) -> None:
    """An empty plot says that it is empty, not broken."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="#777777")


def _from_zero(axes: Mapping[str, Axes], peak: float) -> None:
    """Nothing drawn is no reason for an axis around zero with made-up numbers."""
    if not peak:
        next(iter(axes.values())).set(ylim=(0, 1), yticks=[0])


def panels(run: Run, title: str, label: str, titles: Mapping[str, str] | None = None) -> tuple[Figure, dict[str, Axes]]:
    """A figure with one panel per variant on shared axes, or with those that `titles` names."""
    variants = titles or style.variant_titles(run.scenario)
    rows = ceil(len(variants) / MAX_PANELS_IN_ROW)
    columns = ceil(len(variants) / rows)
    figure = new_figure(run, title, (max(3.1 * columns, 4.6), 1.2 + 2.7 * rows))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    flat = list(grid.flat)
    for ax in flat[len(variants) :]:
        ax.remove()
    axes = dict(zip(variants, flat, strict=False))
    for name, ax in axes.items():
        ax.set_title(style.wrapped(variants[name], 34))
        date_axis(ax, periods(run), most=6 if columns > 1 else 11)
    for row in grid:
        row[0].set_ylabel(label)
    return figure, axes


def new_figure(run: Run, title: str, size: tuple[float, float]) -> Figure:
    """An empty figure headed by what it shows and the scenario's title; no global state is touched."""
    return titled_figure(run.scenario, title, size)


def titled_figure(scenario: Scenario, title: str, size: tuple[float, float]) -> Figure:
    """The same of a scenario."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    head = style.wrapped(f"{title} · {style.scenario_title(scenario)}", int(size[0] * 10.5))
    figure.suptitle(head, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def date_axis(ax: Axes, spans: Periods, most: int) -> None:
    """Dates from the start to the end of the run, at most `most` ticks."""
    x = days(spans.edges)
    places, labels = date_ticks(spans.edges[0], spans.edges[-1], most)
    ax.set_xticks(days(places), labels)
    ax.set_xlim(x[0], x[-1])
    ax.tick_params(labelbottom=True)


def days(instants: NDArray[np.datetime64]) -> Array:
    """Days since 1970, which the time axes count."""
    return np.asarray(instants.astype("datetime64[s]").astype(np.float64) / SECONDS_PER_DAY)


def draw_stack(
    ax: Axes,
    spans: Periods,
    parts: Mapping[Key, Array],
    colours: Mapping[Key, str],
    unit: style.Unit,
    *,
    hatched: Collection[Key] = (),
    part: tuple[float, float] = BAR,
) -> None:
    """Parts upon each other in the order of `colours`; what is negative hangs below zero."""
    up, down = np.zeros(spans.count), np.zeros(spans.count)
    for key, colour in colours.items():
        values = parts.get(key, np.zeros(spans.count)) / unit.divisor
        rise, fall = np.maximum(values, 0), np.minimum(values, 0)
        look = look_of(colour, hatched=key in hatched)
        draw_layer = partial(_draw_layer, ax, days(spans.edges), part=part, look=look)
        draw_layer(up, rise)
        draw_layer(down, fall)
        up, down = up + rise, down + fall
    if down.any():
        ax.axhline(0, color="#666666", linewidth=0.8)


def look_of(colour: str, *, hatched: bool = False) -> dict[str, Any]:
    """Arguments of a patch: filled, or hatched where nothing is delivered."""
    if hatched:
        return {"facecolor": "white", "edgecolor": colour, "hatch": "//////", "linewidth": 0}
    return {"color": colour, "linewidth": 0}


def _draw_layer(
    ax: Axes, edges: Array, base: Array, height: Array, *, part: tuple[float, float], look: Mapping[str, Any]
) -> None:
    """Bars in a part of their periods, or steps where periods are many."""
    if not height.any():
        return
    if len(height) > MAX_BARS:
        _draw_steps(ax, base + height, edges, baseline=base, fill=True, **look)
    else:
        wide = np.diff(edges)
        ax.bar(edges[:-1] + part[0] * wide, height, (part[1] - part[0]) * wide, base, align="edge", **look)


def _draw_steps(ax: Axes, values: Array, edges: Array, **look: Any) -> None:
    """As `Axes.stairs` does, without its slow search for the limits of a path of which they are known."""
    from matplotlib.patches import StepPatch

    patch = StepPatch(values, edges, **look)
    patch.sticky_edges.y.append(0.0)
    ax.add_artist(patch)
    ax.update_datalim([(edges[0], min(0.0, values.min())), (edges[-1], values.max())])
    ax.autoscale_view(scalex=False)


def draw_steps(ax: Axes, spans: Periods, values: Array, colour: str) -> None:
    """A line of steps with a thin white edge, so that it is seen upon any colour."""
    for ink, width in (("white", 1.8), (colour, 1.1)):
        _draw_steps(ax, values, days(spans.edges), baseline=None, fill=False, edgecolor=ink, linewidth=width)


def _biogenic_handle(biogenic: Mapping[str, Array], drawn: Grain) -> list[Artist]:
    from matplotlib.lines import Line2D

    if not any(x.any() for x in biogenic.values()):
        return []
    label = "Biogenic CO₂ (apart)"
    line = Line2D([], [], color=style.BIOGENIC, linewidth=1.6, label=label)
    return swatches({label: style.BIOGENIC}) if _apart(biogenic, drawn) else [line]


def swatches(colours: Mapping[str, str], hatched: Collection[str] = ()) -> list[Artist]:
    from matplotlib.patches import Patch

    return [Patch(label=label, **look_of(colour, hatched=label in hatched)) for label, colour in colours.items()]


def legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """Below the panels, outside the data, as many columns as fit."""
    if not handles:
        return
    figure.legend(handles=handles, loc="outside lower left", ncols=_columns(figure, handles))


def _columns(figure: Figure, handles: Sequence[Artist]) -> int:
    """The most columns whose longest texts fit the figure's width, filled one after another as Matplotlib does."""
    wide = [style.text_size(str(handle.get_label()), LEGEND_SIZE)[0] + BESIDE for handle in handles]
    fitting = (n for n in range(len(wide), 0, -1) if sum(map(max, np.array_split(wide, n))) < figure.get_figwidth())
    return next(fitting, 1)
