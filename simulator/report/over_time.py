"""Waste and emissions over time: stacked, one panel per variant side by side on shared axes."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.report import style
from simulator.report.dates import date_ticks
from simulator.report.series import Array, ByVariant, Periods, counted_once, periods, rates
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Key = TypeVar("Key", bound=Hashable)
MAX_BARS = 60
"""More periods than this are drawn as steps without gaps: bars would be hairlines."""
MAX_PANELS_IN_ROW = 4
LEGEND_SIZE, BESIDE = 8.5, 0.6
"""Points; and room for a swatch and the distance to the next column, inches."""


def waste(run: Run) -> Figure:
    """Waste by final fate, tonnes per year in each reporting period."""
    by = rates(run, run.tables.waste, "fate", "mass_t")
    unit = style.mass_unit(_peak(by))
    figure, axes = panels(run, "Waste by final fate", f"Waste ({unit.name}/year)")
    colours = fate_colours(by)
    for variant, ax in axes.items():
        draw_stack(ax, periods(run), by[variant], colours, unit)
        if not _peak({variant: by[variant]}):
            say_none(ax, "No waste")
    _from_zero(axes, _peak(by))
    legend(figure, swatches({style.heading(fate): colour for fate, colour in colours.items()}))
    return figure


def emissions(run: Run) -> Figure:
    """Greenhouse gases by scope, biogenic CO2 apart as a line, tonnes per year in each reporting period."""
    table = counted_once(run.tables.emissions)
    by = rates(run, table, "scope", "emissions_t_co2e")
    biogenic = {v: sum_all(x) for v, x in rates(run, table, "scope", "biogenic_t_co2").items()}
    highest = max(_peak(by), *(_top(x) for x in biogenic.values()))
    unit = style.mass_unit(highest, " CO₂e")
    figure, axes = panels(run, "Greenhouse gas emissions by scope", f"Emissions ({unit.name}/year)")
    colours = {scope: colour for scope, colour in style.SCOPES.items() if any(scope in x for x in by.values())}
    for variant, ax in axes.items():
        draw_stack(ax, periods(run), by[variant], colours, unit)
        draw_line(ax, periods(run), biogenic[variant], unit)
        if not (_peak({variant: by[variant]}) or biogenic[variant].any()):
            say_none(ax, "No emissions")
    _from_zero(axes, highest)
    handles = swatches({style.SCOPE_TITLES[scope]: colour for scope, colour in colours.items()})
    legend(figure, [*handles, *_biogenic_handle(biogenic)])
    return figure


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


def panels(run: Run, title: str, label: str) -> tuple[Figure, dict[str, Axes]]:
    """A figure with one panel per variant on shared axes."""
    variants = run.scenario.variants
    rows = ceil(len(variants) / MAX_PANELS_IN_ROW)
    columns = ceil(len(variants) / rows)
    figure = new_figure(run, title, (max(3.1 * columns, 4.6), 1.2 + 2.7 * rows))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    flat = list(grid.flat)
    for ax in flat[len(variants) :]:
        ax.remove()
    axes = dict(zip(variants, flat, strict=False))
    for name, ax in axes.items():
        ax.set_title(style.wrapped(style.variant_title(variants[name]), 34))
        date_axis(ax, periods(run), most=6 if columns > 1 else 11)
    for row in grid:
        row[0].set_ylabel(label)
    return figure, axes


def new_figure(run: Run, title: str, size: tuple[float, float]) -> Figure:
    """An empty figure headed by what it shows and the scenario's title; no global state is touched."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    head = style.wrapped(f"{title} · {style.scenario_title(run.scenario)}", int(size[0] * 10.5))
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
    return np.asarray(instants.astype("datetime64[s]").astype(np.float64) / 86400)


def draw_stack(
    ax: Axes,
    spans: Periods,
    parts: Mapping[Key, Array],
    colours: Mapping[Key, str],
    unit: style.Unit,
    *,
    hatched: Collection[Key] = (),
) -> None:
    """Parts upon each other in the order of `colours`; what is negative hangs below zero."""
    up, down = np.zeros(spans.count), np.zeros(spans.count)
    for key, colour in colours.items():
        values = parts.get(key, np.zeros(spans.count)) / unit.divisor
        rise, fall = np.maximum(values, 0), np.minimum(values, 0)
        look = look_of(colour, hatched=key in hatched)
        _draw_layer(ax, spans, up, rise, look)
        _draw_layer(ax, spans, down, fall, look)
        up, down = up + rise, down + fall
    if down.any():
        ax.axhline(0, color="#666666", linewidth=0.8)


def look_of(colour: str, *, hatched: bool = False) -> dict[str, Any]:
    """Arguments of a patch: filled, or hatched where nothing is delivered."""
    if hatched:
        return {"facecolor": "white", "edgecolor": colour, "hatch": "//////", "linewidth": 0}
    return {"color": colour, "linewidth": 0}


def _draw_layer(ax: Axes, spans: Periods, base: Array, part: Array, look: Mapping[str, Any]) -> None:
    edges = days(spans.edges)
    if not part.any():
        return
    if spans.count > MAX_BARS:
        _draw_steps(ax, base + part, edges, baseline=base, fill=True, **look)
    else:
        ax.bar((edges[:-1] + edges[1:]) / 2, part, 0.86 * np.diff(edges), base, **look)


def _draw_steps(ax: Axes, values: Array, edges: Array, **look: Any) -> None:
    """As `Axes.stairs` does, without its slow search for the limits of a path of which they are known."""
    from matplotlib.patches import StepPatch

    patch = StepPatch(values, edges, **look)
    patch.sticky_edges.y.append(0.0)
    ax.add_artist(patch)
    ax.update_datalim([(edges[0], min(0.0, values.min())), (edges[-1], values.max())])
    ax.autoscale_view(scalex=False)


def draw_line(ax: Axes, spans: Periods, values: Array, unit: style.Unit) -> None:
    """Biogenic CO2 as a line of steps upon the stack, where there is any."""
    if values.any():
        draw_steps(ax, spans, values / unit.divisor, style.BIOGENIC)


def draw_steps(ax: Axes, spans: Periods, values: Array, colour: str) -> None:
    """A line of steps with a white edge, so that it is seen upon any colour."""
    for ink, width in (("white", 2.8), (colour, 1.4)):
        _draw_steps(ax, values, days(spans.edges), baseline=None, fill=False, edgecolor=ink, linewidth=width)


def _biogenic_handle(biogenic: Mapping[str, Array]) -> list[Artist]:
    from matplotlib.lines import Line2D

    if not any(x.any() for x in biogenic.values()):
        return []
    label = "Biogenic CO₂ (apart)"
    return [Line2D([], [], color=style.BIOGENIC, linewidth=1.6, label=label)]


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
