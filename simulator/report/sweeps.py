"""Pictures of a sweep: response curves of one number, heat maps of two; of more, the table alone tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.report import style
from simulator.report.bands import SHADE, unit_of
from simulator.report.over_time import legend, titled_figure
from simulator.report.paths import readable
from simulator.report.series import Array
from simulator.report.write import save
from simulator.scenario.ranges import Range
from simulator.study.outcomes import Outcome
from simulator.study.sweep import Swept

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST = 0.05
"""Length of an axis of amounts, as part of the largest: what changes less looks level."""
MARKED = 25
"""Up to so many points are marked on a curve."""
WRITTEN = 80
"""Up to so many cells of a heat map have their number written in."""
TICKS = 8
"""Values named on an axis of a heat map."""
WIDE, NARROW = 48, 32
"""Characters of a line below a curve, and beside a heat map."""
GLUE = "\N{NO-BREAK SPACE}"
"""Keeps a unit beside the last word of a name."""
ABSOLUTE, CHANGE = "cividis", {False: "RdBu_r", True: "RdBu"}
"""Colour maps: of amounts; of what is more or less than in the first variant, by whether more is better."""


def write(swept: Swept, folder: Path) -> list[Path]:
    """All pictures as PNG and SVG in a folder, which is made if need be. Raises OSError where it cannot be written."""
    drawn = FIGURES.get(len(swept.sweep.ranges))
    if drawn is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    with style.styled():
        return [path for name, figure in drawn(swept) for path in save(figure, folder / name)]


def curves(swept: Swept) -> Iterator[tuple[str, Figure]]:
    """A panel per outcome, a line per variant; a band where draws scatter."""
    (varied,) = swept.sweep.ranges
    rows = ceil(len(swept.outcomes) / 2)
    what = f"Response to {readable(varied.path)}, over the whole run"
    figure = titled_figure(swept.sweep.scenario, what, (8.6, 1.3 + 2.6 * rows))
    panels = figure.subplots(rows, 2, sharex=True, squeeze=False)
    for ax, outcome in zip(panels.flat, swept.outcomes, strict=False):
        _draw_curves(ax, swept, varied, outcome)
    for ax in list(panels.flat)[len(swept.outcomes) :]:
        ax.remove()
    legend(figure, list(_handles(swept)))
    yield "response", figure


def _draw_curves(ax: Axes, swept: Swept, varied: Range, outcome: Outcome) -> None:
    ends = [_finite(swept.of(variant, outcome.key, name)) for variant in swept.figures for name in ("p05", "p95")]
    unit = unit_of(outcome, max(float(np.abs(end).max(initial=0.0)) for end in ends))
    colours = style.variant_colours(swept.sweep.scenario)
    marker = "o" if len(varied.values) <= MARKED else ""
    for variant, width in zip(swept.figures, style.nested(len(swept.figures)), strict=True):
        low, middle, high = (swept.of(variant, outcome.key, name) / unit.divisor for name in ("p05", "value", "p95"))
        ax.fill_between(varied.values, low, high, color=colours[variant], alpha=SHADE, linewidth=0)
        ax.plot(varied.values, middle, color=colours[variant], linewidth=width, marker=marker, markersize=2 + width)
    _calm(ax)
    ax.set_title(outcome.title)
    ax.set_ylabel(f"{outcome.label} ({unit.name})")
    ax.set_xlabel(_axis_label(varied, WIDE))
    ax.tick_params(labelbottom=True)
    ax.ticklabel_format(axis="both", style="plain", useOffset=False)


def _calm(ax: Axes) -> None:
    """Let what hardly changes look so."""
    low, high = ax.get_ylim()
    least = LEAST * max(abs(low), abs(high))
    if high - low < least:
        middle = (low + high) / 2
        ax.set_ylim(middle - least / 2, middle + least / 2)


def _finite(values: Array) -> Array:
    return values[np.isfinite(values)]


def _axis_label(varied: Range, width: int) -> str:
    """The number and its unit, in lines of at most `width` characters, but for a unit that is longer."""
    unit = f" ({varied.unit})".replace(" ", GLUE) if varied.unit else ""
    return style.wrapped(f"{readable(varied.path)}{unit}", width).replace(GLUE, " ")


def _handles(swept: Swept) -> Iterator[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    titles, colours = (of(swept.sweep.scenario) for of in (style.variant_titles, style.variant_colours))
    for variant in swept.figures:
        yield Line2D([], [], color=colours[variant], linewidth=1.8, label=titles[variant])
    if swept.sweep.replications:
        text = f"5th to 95th percentile of {swept.sweep.replications} draws, around their mean"
        yield Patch(color=style.INK, alpha=SHADE, linewidth=0, label=text)


def heat_maps(swept: Swept) -> Iterator[tuple[str, Figure]]:
    """A figure per outcome: a map per variant, and below what it changes against the first."""
    for outcome in swept.outcomes:
        yield f"heat_{outcome.name}", _heat_map(swept, outcome)


def _heat_map(swept: Swept, outcome: Outcome) -> Figure:
    titles = style.variant_titles(swept.sweep.scenario)
    first, *others = swept.figures
    maps = {variant: swept.of(variant, outcome.key) for variant in swept.figures}
    rows, columns = (2, len(maps)) if len(others) > 1 else (1, 1 + 2 * len(others))
    size = (max(6.4, 0.9 + 3.2 * columns), 1.0 + 2.9 * rows)
    figure = titled_figure(
        swept.sweep.scenario, f"{outcome.title} over the whole run{style.mean_of_draws(swept.sweep.replications)}", size
    )
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    flat = [ax for row in panels for ax in row]
    _draw_row(figure, dict(zip(maps, flat, strict=False)), swept, outcome, maps=maps, colours=ABSOLUTE)
    for ax, variant in zip(flat, maps, strict=False):
        ax.set_title(style.wrapped(titles[variant], 34))
    if rows == 2:
        panels[1][0].remove()
    if others:
        below = dict(zip(others, flat[-len(others) :], strict=True))
        changes = {variant: maps[variant] - maps[first] for variant in others}
        _draw_row(figure, below, swept, outcome, maps=changes, colours=CHANGE[outcome.rises])
        for ax in below.values():
            ax.set_title(style.wrapped(f"Change against {titles[first]}", 34))
    return figure


def _draw_row(
    figure: Figure,
    panels: Mapping[str, Axes],
    swept: Swept,
    outcome: Outcome,
    *,
    maps: Mapping[str, Array],
    colours: str,
) -> None:
    """Maps side by side on one scale of colour; that of changes has nothing at its middle."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    found = _finite(np.stack(list(maps.values())))
    peak = float(np.abs(found).max(initial=0.0))
    unit = unit_of(outcome, peak)
    amounts = colours == ABSOLUTE
    low, high = (found.min(initial=peak), found.max(initial=-peak)) if amounts else (-peak, peak)
    ends = (low / unit.divisor, (high if low < high else low + unit.divisor) / unit.divisor)
    look: dict[str, Any] = {"cmap": colours, "norm": Normalize(*ends)}
    for variant, values in maps.items():
        ax = panels[variant]
        ax.pcolormesh(values.T / unit.divisor, edgecolors="white", linewidth=0.4, **look)
        _name_values(ax, swept.sweep.ranges, left=ax is next(iter(panels.values())))
        _write_in(ax, values / unit.divisor, ends, amounts=amounts)
    label = f"{outcome.label} ({unit.name})" if amounts else f"Change ({unit.name}), blue where better"
    figure.colorbar(ScalarMappable(**look), ax=list(panels.values()), label=label, aspect=25)


def _name_values(ax: Axes, ranges: Sequence[Range], *, left: bool) -> None:
    for axis, varied in zip((ax.xaxis, ax.yaxis), ranges, strict=True):
        places = np.unique(np.linspace(0, len(varied.values) - 1, min(TICKS, len(varied.values))).round().astype(int))
        axis.set_ticks(places + 0.5, [f"{varied.values[n]:.4g}".replace("-", "−") for n in places])
    ax.grid(visible=False)
    ax.set_xlabel(_axis_label(ranges[0], NARROW))
    ax.tick_params(labelbottom=True, labelleft=True)
    if left:
        ax.set_ylabel(_axis_label(ranges[1], NARROW))


def _write_in(ax: Axes, values: Array, ends: tuple[float, float], *, amounts: bool) -> None:
    """Numbers in the cells, in ink that is read on their colour."""
    if values.size > WRITTEN:
        return
    for (x, y), value in np.ndenumerate(values):
        if np.isfinite(value):
            part = (value - ends[0]) / (ends[1] - ends[0])
            dark = part < 0.5 if amounts else abs(part - 0.5) > 0.35
            ink: dict[str, Any] = {"color": "white" if dark else style.INK, "fontsize": 7}
            text = style.amount(float(value)).replace("-", "−")
            ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", **ink)


FIGURES: Mapping[int, Callable[[Swept], Iterator[tuple[str, Figure]]]] = {1: curves, 2: heat_maps}
"""What is drawn, by how many numbers are varied."""
