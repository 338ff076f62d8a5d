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
from simulator.report import age_plots, sensitivities, style, sweeps
from simulator.report.over_time import date_axis, days, legend, new_figure
from simulator.report.series import Array, Periods, periods
from simulator.report.write import save_png
from simulator.scenario.ranges import loaded, parsed, points
from simulator.study.ensemble import replicate
from simulator.study.executors import threads
from simulator.study.replication import Block
from simulator.study.run import Run
from simulator.study.sensitivity import found_by, inquiry
from simulator.study.sweep import Sweep, swept

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


def crates() -> Iterator[tuple[str, Figure]]:
    """What the crates of the first loop answer to: a sweep of one number, one of two, and which numbers matter."""
    rate = "companies.recycler.processes.sort.rate"
    for name, texts in (("sweep_rate", [f"{rate}=4:20:9"]), ("sweep_two", [f"{rate}=4:16:4", f"{DEMAND}=12,15,18"])):
        ranges = parsed(CRATES, texts, points)
        sweep, blocks = Sweep(loaded(CRATES, ranges, "choice"), ranges), list[Block]()
        replicate(sweep.study(), threads(), blocks.append)
        yield name, list(sweeps.FIGURES[len(ranges)](swept(sweep, blocks)))[-1][1]
    sets = [f"{path}={how}" for path, how in UNCERTAIN.items()]
    for method, samples, picture in (("morris", 20, "morris"), ("sobol", 256, "tornado_cash_flow")):
        asked = inquiry(simulator.load(CRATES, sets=sets, variants=["circular"]), method, samples)
        sample, found = asked.sample(), list[Block]()
        replicate(asked.study(sample), threads(), found.append)
        drawn = dict(sensitivities.figures(found_by(asked, sample, found)))
        yield f"sensitivity_{method}", drawn[picture]


CRATES = SCENARIOS / "first_loop.yaml"
DEMAND = "companies.brewery.uses.crates.demand"
UNCERTAIN = {
    "companies.recycler.processes.sort.rate": "{value: 12 t/day, triangular: [8, 12, 14]}",
    "companies.recycler.processes.sort.outputs.regranulate.PP": "{value: 0.9, beta: {alpha: 18, beta: 2}}",
    "boundary.market.supplies.virgin.price": "{value: 1300 EUR/t, lognormal: {median: 1300 EUR/t, gsd: 1.2}}",
    "boundary.market.supplies.virgin.emission_factor": "{value: 1.6 t CO2e/t, uniform: [1.3, 2.1]}",
    "boundary.burner.accepts.old_crate.fee": "{value: 150 EUR/t, uniform: [90, 220]}",
}
"""As docs/howto_sensitivity.md has it."""


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
    yield from crates()


if __name__ == "__main__":
    with style.styled():
        for picture, drawn in pictures():
            save_png(drawn, IMAGES / f"{picture}.png")
