"""Draws the pictures of the pages: `python docs/make_pictures.py` runs their scenarios and writes docs/images/*.png.

The same scenarios give the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import simulator
from simulator.report import age_plots, style
from simulator.report.over_time import date_axis, days, legend, new_figure
from simulator.report.series import Array, Periods, periods
from simulator.report.write import save_png
from simulator.study.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

IMAGES = Path(__file__).with_name("images")
SCENARIOS = Path(__file__).parents[1] / "scenarios"


def tramp_element(run: Run) -> Figure:
    """Copper in the steel that a loop makes, and beneath it the primary iron that it takes, by variant."""
    figure = new_figure(run, "Tramp copper and primary iron", (7.4, 5.6))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    steel = run.tables.flows[run.tables.flows["flow"] == "steel"]
    copper, whole = yearly(run, steel[steel["substance"] == "Cu"]), yearly(run, steel)
    _lines(above, run, {name: 100 * copper[name] / whole[name] for name in copper})
    above.set_ylabel("Copper in steel (% by mass)")
    iron = yearly(run, run.tables.flows[run.tables.flows["flow"] == "primary_iron"])
    _lines(below, run, {name: tonnes / 1e3 for name, tonnes in iron.items()})
    below.set_ylabel("Primary iron (kt/year)")
    date_axis(below, periods(run), most=11)
    above.tick_params(labelbottom=False)
    legend(figure, above.get_lines())
    return figure


def yearly(run: Run, table: pd.DataFrame) -> Mapping[str, Array]:
    """Mass by variant in every period, t."""
    spans = periods(run)
    sums = table.groupby(["variant", "period"], observed=True)["mass_t"].sum()
    found = {name: np.zeros(spans.count) for name in run.scenario.variants}
    for (variant, period), mass in sums.items():
        found[variant][spans.position[period]] = mass
    return found


def _lines(ax: Axes, run: Run, values: Mapping[str, Array]) -> None:
    """A line per variant through the middles of the periods, the first one widest."""
    titles, colours = style.variant_titles(run.scenario), style.variant_colours(run.scenario)
    for (name, line), width in zip(values.items(), style.nested(len(values)), strict=True):
        ax.plot(_middles(periods(run)), line, color=colours[name], linewidth=width, label=titles[name])
    ax.set_ylim(0, 1.08 * max(float(line.max()) for line in values.values()))


def _middles(spans: Periods) -> Array:
    edges = days(spans.edges)
    return (edges[:-1] + edges[1:]) / 2


def copper_by_age(run: Run) -> Figure:
    """Copper in use by age, in all sectors together and in each."""
    (figure,) = age_plots.figures(run, "Cu").values()
    return figure


def copper_scrap(run: Run) -> Figure | None:
    """Copper that retires, by sector."""
    return age_plots.retirements(run, "Cu")


@dataclass(frozen=True)
class Source:
    """The scenario of some pictures, and what draws each."""

    file: str
    pictures: Mapping[str, Callable[[Run], Figure | None]]
    variants: tuple[str, ...] | None = None
    """Those that are drawn; all where none are named."""


SOURCES = (
    Source("steel_loop.yaml", {"steel_loop": tramp_element}),
    Source("copper_cycle.yaml", {"copper_by_age": copper_by_age, "copper_scrap": copper_scrap}, ("published",)),
)


def pictures(folder: Path = SCENARIOS) -> Iterator[tuple[str, Figure]]:
    """Name and figure of every picture."""
    for source in SOURCES:
        run = simulator.run(simulator.load(folder / source.file, variants=source.variants))
        drawn = ((name, draw(run)) for name, draw in source.pictures.items())
        yield from ((name, figure) for name, figure in drawn if figure is not None)


if __name__ == "__main__":
    with style.styled():
        for picture, drawn in pictures():
            save_png(drawn, IMAGES / f"{picture}.png")
