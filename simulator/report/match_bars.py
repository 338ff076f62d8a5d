"""Candidates of a match side by side: what each was thought to save, and what all gain by it in the simulation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.report import style
from simulator.report.write import save
from simulator.scenario.scenario import Scenario
from simulator.study.match import Match, Trial
from simulator.study.match_pairs import Candidate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOUND, GAINED = "#BBBBBB", "#0072B2"
"""Of the net value that a pair is ranked by, and of the gain in the simulation."""
WIDTH, ROW, AROUND = 10.0, 0.5, 1.5
"""Of the figure; of a candidate; and what is above and below them, inches."""
THICK, THIN = 0.62, 0.3
"""Of a row: the bar of the net value, and the bar of the gain upon it."""
SIZES = ((1e6, "MEUR"), (1e3, "kEUR"), (1.0, "EUR"))
NAMES = 58
"""Characters of a line beside the bars."""
ROOM = 1.3
"""Length of the axis, in lengths of the longest bar: quantities stand at their ends."""


def write(scenario: Scenario, found: Match, trials: Sequence[Trial], file: Path) -> tuple[Path, ...]:
    """The figure as PNG and SVG beside a file. Raises OSError where the folder cannot be written."""
    with style.styled():
        return tuple(save(figure(scenario, found, trials), file.with_suffix("")))


def figure(scenario: Scenario, found: Match, trials: Sequence[Trial]) -> Figure:
    """A bar per candidate, the best on top, with the tonnes a year that flowed."""
    from matplotlib.figure import Figure

    result = Figure(figsize=(WIDTH, AROUND + ROW * len(trials)), layout="constrained")
    head = f"Whose waste could be whose feed, in {found.variant.name} · {style.scenario_title(scenario)}"
    result.suptitle(style.wrapped(head, 100), x=0.01, ha="left", fontsize=11, fontweight="bold")
    ax = result.subplots()
    _draw(ax, trials)
    ax.set_yticks(range(len(trials)), [_name(scenario, trial.proposal.candidate) for trial in trials])
    ax.set_ylim(len(trials) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.tick_params(axis="y", length=0)
    result.legend(loc="outside lower left", ncols=2)
    return result


def _draw(ax: Axes, trials: Sequence[Trial]) -> None:
    """Two bars upon one another for each, and what flowed at their end."""
    nets = [trial.proposal.candidate.net for trial in trials]
    gains = [trial.effect.gain / trial.years for trial in trials]
    longest = max(map(abs, [*nets, *gains]))
    size, unit = next((step for step in SIZES if longest >= 1.5 * step[0]), SIZES[-1])
    rows = range(len(trials))
    ax.barh(rows, [net / size for net in nets], THICK, color=FOUND, label="Net value, by which they are ranked")
    ax.barh(rows, [gain / size for gain in gains], THIN, color=GAINED, label="Gain of all companies, simulated")
    for row, (trial, *ends) in enumerate(zip(trials, nets, gains, strict=True)):
        text = f"{style.amount(trial.carried)} t/year"
        ax.annotate(text, (max(0.0, *ends) / size, row), (5, 0), textcoords="offset points", va="center")
    ax.set_xlim(right=ROOM * longest / size or 1.0)
    ax.set_xlabel(f"{unit} a year, hypothetical")


def _name(scenario: Scenario, one: Candidate) -> str:
    """In two lines: who gives to whom, and what in the place of what."""
    titles = style.node_titles(scenario)
    what, instead = (style.material_title(scenario, name) for name in (one.waste.material, one.place.material))
    what = what if one.waste.material == one.place.material else f"{what} for {instead}"
    lines = f"{titles[one.waste.company]} → {titles[one.need.node]}", what
    return "\n".join(line if len(line) <= NAMES else f"{line[: NAMES - 1]}…" for line in lines)
