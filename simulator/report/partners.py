"""Pictures of what partnerships contribute: their values, who gains by them, which help each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.accounting.outcomes import CASH_FLOW, CONTENT, EMISSIONS, NOT_RECYCLED, WASTE
from simulator.report import style
from simulator.report.money import money_unit
from simulator.report.over_time import titled_figure
from simulator.report.write import save
from simulator.scenario.figures import NETWORK
from simulator.study.estimates import Floats
from simulator.study.partners import Findings

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

HELPS, HARMS = style.OKABE_ITO[0], style.OKABE_ITO[1]
"""Colours of what is better and of what is worse."""
LABEL, ROW, CELL = 30, 0.42, 0.5
"""Most letters of a line of a title; inches of a row of bars, and of a cell of a heat map."""
ASIDE = 0.16
"""Part of a row by which the marks stand below its middle, where the interval is."""
LITTLE = 0.005
"""Part of the largest value of a heat map below which a cell is left without its number."""


@dataclass(frozen=True)
class Subject:
    """An outcome of the network as it is drawn."""

    name: str
    title: str
    rises: int
    """1 where more is better, −1 where less is."""
    unit: Callable[[float], style.Unit]


SUBJECTS = (
    Subject(CASH_FLOW, "Gain of all", 1, lambda largest: money_unit(largest, "")),
    Subject(NOT_RECYCLED, "Waste not recycled", -1, style.mass_unit),
    Subject(WASTE, "Waste", -1, style.mass_unit),
    Subject(EMISSIONS, "Emissions", -1, lambda largest: style.mass_unit(largest, " CO₂e")),
    Subject(CONTENT, "Recycled content", 1, lambda _: style.Unit(0.01, "% points")),
)


def write(found: Findings, folder: Path) -> None:
    """All pictures as PNG and SVG in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with style.styled():
        for name, figure in figures(found):
            save(figure, folder / name)


def figures(found: Findings) -> Iterator[tuple[str, Figure]]:
    """Name and figure of every picture."""
    yield "contributions", contributions(found)
    yield "gains", gains(found)
    for subject in SUBJECTS[:4]:
        table = found.pairs["interaction"].mean[..., _place(found, subject.name)]
        if table.any():
            yield f"interactions_{subject.name}", interactions(found, subject)


def contributions(found: Findings) -> Figure:
    """A panel per outcome of the network, a row per partnership, the greatest gain first."""
    order, subjects = _ranked(found), [one for one in SUBJECTS if _place(found, one.name) >= 0]
    figure = titled_figure(
        found.scenario, _title(found, "What each partnership changes"), (13.0, 1.9 + ROW * len(order))
    )
    panels = figure.subplots(1, len(subjects), sharey=True, squeeze=False)[0]
    for ax, subject in zip(panels, subjects, strict=True):
        _draw_bars(ax, found, subject, order)
    panels[0].set_yticks(range(len(order)), [_titled(found, one) for one in order])
    panels[0].set_ylim(len(order) - 0.4, -0.6)
    figure.legend(handles=_handles(found), loc="outside lower left", ncols=5)
    return figure


def _draw_bars(ax: Axes, found: Findings, subject: Subject, order: Sequence[int]) -> None:
    column, rows = _place(found, subject.name), np.arange(len(order))
    value, low, high = (one[order, column] for one in (found.shapley.mean, found.shapley.low, found.shapley.high))
    alone, last = found.alone.mean[order, column], found.left_out.mean[order, column]
    unit = subject.unit(float(np.nanmax(np.abs([value, alone, last, low, high]), initial=0.0)))
    colours = [HELPS if one * subject.rises > 0 else HARMS for one in value]
    ax.barh(rows, value / unit.divisor, height=0.6, color=colours)
    if np.isfinite(low).any():
        bounds = np.stack([value - low, high - value]) / unit.divisor
        ax.errorbar(value / unit.divisor, rows, xerr=bounds, fmt="none", ecolor=style.INK, elinewidth=1.2, capsize=2.5)
    ax.plot(alone / unit.divisor, rows + ASIDE, "o", color="white", markeredgecolor=style.INK, markersize=4)
    ax.plot(last / unit.divisor, rows + ASIDE, "D", color=style.INK, markeredgecolor="white", markersize=4)
    ax.axvline(0, color="#666666", linewidth=0.8)
    ax.set_title(subject.title)
    ax.set_xlabel(f"Change ({unit.name})")
    ax.use_sticky_edges = False  # what stands at 0 is to be seen whole
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=4)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.tick_params(axis="y", length=0)


def _handles(found: Findings) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dot: dict[str, Any] = {"linestyle": "none", "markeredgecolor": style.INK, "markersize": 4}
    handles: list[Artist] = [
        Patch(color=HELPS, label="Shapley value: better"),
        Patch(color=HARMS, label="Worse"),
        Line2D([], [], marker="o", color="white", label="Where there is no other", **dot),
        Line2D([], [], marker="D", color=style.INK, label="Where there are all others", **dot),
    ]
    if np.isfinite(found.shapley.low).any():
        handles.append(Line2D([], [], color=style.INK, linewidth=1.2, label="95 % interval of the mean"))
    return handles


def gains(found: Findings) -> Figure:
    """Who gains and who loses by each partnership: partnerships × companies."""
    order, titles = _ranked(found), style.node_titles(found.scenario)
    columns = [n for n, one in enumerate(found.outcomes) if one.name == CASH_FLOW and one.node != NETWORK]
    columns = _telling(found, columns)
    names = [style.wrapped(titles[found.outcomes[n].node], 18) for n in columns]
    values = found.shapley.mean[np.ix_(order, columns)]
    size = (4.6 + CELL * 1.35 * max(len(columns), 4), 2.6 + CELL * len(order))
    figure = titled_figure(found.scenario, _title(found, "Who gains and who loses"), size)
    unit = money_unit(float(np.abs(values).max(initial=0.0)), "")
    ax = figure.subplots()
    _draw_map(figure, values / unit.divisor, f"Change of the cash flow ({unit.name})")
    ax.set_xticks(range(len(columns)), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(order)), [_titled(found, one) for one in order])
    return figure


def _telling(found: Findings, columns: Sequence[int]) -> list[int]:
    """Those in which anything is more than next to nothing."""
    sizes = np.abs(found.shapley.mean[:, columns]).max(axis=0)
    return [column for column, size in zip(columns, sizes, strict=True) if size and size >= LITTLE * sizes.max()]


def interactions(found: Findings, subject: Subject) -> Figure:
    """By how much two partnerships help each other: a cell for each two."""
    order = _ranked(found)
    whole = found.pairs["interaction"].mean[..., _place(found, subject.name)][np.ix_(order, order)]
    below = np.tril(np.ones_like(whole, dtype=bool), -1)
    unit = subject.unit(float(np.abs(whole).max(initial=0.0)))
    side = max(3.6, 2.0 + CELL * len(order))
    title = _title(found, f"{subject.title}: which help each other")
    figure = titled_figure(found.scenario, title, (side + 3.4, side + 0.4))
    ax = figure.subplots()
    label = f"Beyond what each changes by itself ({unit.name})"
    _draw_map(figure, np.where(below, whole, np.nan)[1:, :-1] / unit.divisor, label, subject.rises)
    numbers = [f"{n}  {style.wrapped(_titled(found, one), LABEL)}" for n, one in enumerate(order, 1)]
    ax.set_yticks(range(len(order) - 1), numbers[1:])
    ax.set_xticks(range(len(order) - 1), [str(n) for n in range(1, len(order))])
    ax.set_xlabel(f"1 is {_titled(found, order[0])}, the others are the numbers at the left".replace("\n", " "))
    return figure


def _draw_map(figure: Figure, values: Floats, label: str, rises: int = 1) -> None:
    """Cells coloured around 0, with their values where they are not next to nothing."""
    (ax,) = figure.axes
    largest = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    image = ax.imshow(values, cmap=_colours(rises), vmin=-largest, vmax=largest, aspect="auto")
    for row, column in np.argwhere(np.nan_to_num(np.abs(values)) >= LITTLE * largest):
        value = float(values[row, column])
        ink = "white" if abs(value) > 0.6 * largest else style.INK
        ax.text(column, row, _cell(value), ha="center", va="center", fontsize=7, color=ink)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for edges, line in zip(values.shape, (ax.axhline, ax.axvline), strict=True):
        for edge in range(1, edges):
            line(edge - 0.5, color="white", linewidth=1.5)
    figure.colorbar(image, ax=ax, label=label, shrink=0.8, aspect=30)


def _cell(value: float) -> str:
    decimals = 0 if abs(value) >= 99.5 else 1 if abs(value) >= 0.95 else 2
    return f"{value:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def _colours(rises: int) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    ends = (HARMS, "#F7F7F7", HELPS)[::rises]
    return LinearSegmentedColormap.from_list("help", ends)


def _place(found: Findings, name: str) -> int:
    """Number of an outcome of the network, −1 where there is none."""
    places: Mapping[str, int] = {one.name: n for n, one in enumerate(found.outcomes) if one.node == NETWORK}
    return places.get(name, -1)


def _ranked(found: Findings) -> list[int]:
    """Partnerships, the greatest gain first."""
    gain = found.shapley.mean[:, _place(found, CASH_FLOW)]
    return sorted(range(len(gain)), key=lambda one: -gain[one])


def _titled(found: Findings, partnership: int) -> str:
    name = found.partnerships[partnership]
    return style.wrapped(found.scenario.world.partnerships[name].title or style.heading(name), LABEL)


def _title(found: Findings, text: str) -> str:
    draws = style.mean_of_draws(len(found.complete)) if found.inquiry.replications else ""
    return f"{text} · {style.variant_title(found.variant)}, {style.span(found.scenario)}{draws}"
