"""What variants change, draw by draw: the mean with its interval, and how far single draws scatter around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.report import style
from simulator.report.bands import SUBJECTS, unit_of
from simulator.report.over_time import legend, new_figure
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.study.outcomes import Outcome
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, AROUND, WIDTH = 0.5, 1.9, 10.5
"""Height of a variant, of everything else, and width of the figure, inches."""
THIN, THICK = 1.2, 4.0
"""Widths of the lines of single draws and of the mean, points."""


@dataclass(frozen=True)
class Difference:
    """A figure of the network over the whole run, less the first variant's."""

    mean: float
    low: float
    high: float
    p05: float
    p95: float
    better: float


def figure(run: Run) -> Figure | None:
    """A panel per subject, a row per variant; None without replications, or without variants to compare."""
    titles = dict(list(style.variant_titles(run.scenario).items())[1:])
    if run.ensemble is None or not titles:
        return None
    first = next(iter(style.variant_titles(run.scenario).values()))
    count = run.ensemble.study.replications
    title = f"Change against {first} over the whole run, {count} draws"
    result = new_figure(run, title, (WIDTH, AROUND + ROW * len(titles)))
    for ax, subject in zip(result.subplots(1, len(SUBJECTS), sharey=True), SUBJECTS, strict=True):
        _draw_panel(ax, run, subject, list(titles))
    ax = result.axes[0]
    ax.set_yticks(range(len(titles)), [style.wrapped(text, 24) for text in titles.values()])
    ax.set_ylim(len(titles) - 0.4, -0.6)
    legend(result, _handles())
    return result


def _draw_panel(ax: Axes, run: Run, subject: Outcome, variants: list[str]) -> None:
    found = differences(run, subject)
    ends = [abs(end) for one in found.values() for end in (one.p05, one.p95, one.low, one.high) if np.isfinite(end)]
    unit, colours = unit_of(subject, max(ends, default=0.0)), style.variant_colours(run.scenario)
    for row, variant in enumerate(variants):
        one = found.get(variant)
        if one is not None:
            _draw_row(ax, row, one, unit, colours[variant])
    ax.axvline(0, color="#666666", linewidth=0.8)
    ax.set_title(subject.title)
    ax.set_xlabel(f"Change ({unit.name})")
    ax.margins(x=0.2)
    ax.locator_params(axis="x", nbins=5)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.tick_params(axis="y", length=0)


def _draw_row(ax: Axes, row: int, one: Difference, unit: style.Unit, colour: str) -> None:
    ax.plot([one.p05 / unit.divisor, one.p95 / unit.divisor], [row, row], color=colour, linewidth=THIN)
    ax.plot([one.low / unit.divisor, one.high / unit.divisor], [row, row], color=colour, linewidth=THICK)
    ax.plot([one.mean / unit.divisor], [row], "o", color=colour, markersize=5, markeredgecolor="white")
    if np.isfinite(one.better):
        text = f"better in {100 * one.better:.3g} %"
        ax.annotate(text, (one.mean / unit.divisor, row), (0, 7), textcoords="offset points", ha="center", size=8)


def differences(run: Run, subject: Outcome) -> dict[str, Difference]:
    """By variant, of those that differ in any draw."""
    if run.ensemble is None:
        return {}
    table = run.ensemble.tables.differences
    own = (table["node"] == NETWORK) & (table["indicator"] == subject.indicator) & (table["item"] == TOTAL)
    chosen = table[own & (table["period"] == TOTAL)]
    names = ("mean", "low", "high", "p05", "p95", "better")
    rows = zip(*(chosen[name] for name in ("variant", *names)), strict=True)
    return {str(variant): Difference(*map(float, numbers)) for variant, *numbers in rows}


def _handles() -> list[Artist]:
    from matplotlib.lines import Line2D

    return [
        Line2D(
            [], [], color=style.INK, marker="o", linewidth=THICK, markeredgecolor="white", label="Mean, 95 % interval"
        ),
        Line2D([], [], color=style.INK, linewidth=THIN, label="5th to 95th percentile of the draws"),
    ]
