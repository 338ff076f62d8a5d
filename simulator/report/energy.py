"""Energy over time by supplier: one figure per carrier, one panel per variant side by side on shared axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from simulator.report import style
from simulator.report.over_time import draw_stack, draw_steps, legend, panels, swatches
from simulator.report.series import YEAR, Array, Periods, as_written, periods
from simulator.report.supply import OTHERS, Layer, Supply, givers, supplies, title
from simulator.scenario.buses import CURTAILED, GRID, UNSERVED
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

FIXED: Mapping[str, str] = {GRID: "#B3B3B3", OTHERS: "#6E6E6E", UNSERVED: "#B2182B", CURTAILED: "#8A8A8A"}
"""Colours of what is no node."""
HATCHED = frozenset({UNSERVED, CURTAILED})
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#332288",
    "#F0E442", "#882255", "#999933", "#53462D", "#9D8CF2", "#BBCC33",
)  # fmt: skip
"""Of suppliers: of the colours of Okabe and Ito and of Tol those that differ most, and two further ones."""
FINAL = "Final use (above it: exports, conversion, losses)"


def figures(run: Run) -> dict[str, Figure]:
    """A figure for each of the largest carriers, by its name; none where no energy is used."""
    return {supply.carrier: figure(run, supply) for supply in supplies(run)}


def figure(run: Run, supply: Supply) -> Figure:
    """Who supplies a carrier as stacked layers, and final use as a line upon them."""
    spans = periods(run)
    factor, per = scale(run, spans)
    unit = style.energy_unit(float((supply.stacked * factor).max()), "W" if not per else "Wh")
    carrier = run.scenario.world.energy[supply.carrier].title or style.heading(supply.carrier)
    alike = {next(iter(supply.layers)): "All variants alike"} if _alike(supply) else None
    result, axes = panels(run, f"{carrier} by supplier{as_written(run)}", f"{carrier} ({unit.name}{per})", alike)
    colours = layer_colours(run.scenario, supply)
    hatched = {layer for layer in colours if layer.node in HATCHED}
    for variant, ax in axes.items():
        parts = {layer: mwh * factor for layer, mwh in supply.layers[variant].items()}
        draw_stack(ax, spans, parts, colours, unit, hatched=hatched)
        draw_steps(ax, spans, supply.final[variant] * factor / unit.divisor, style.INK)
    legend(result, [_handle(), *_swatches(run, colours)])
    return result


def scale(run: Run, spans: Periods) -> tuple[Array, str]:
    """What makes of MWh in each period what is drawn, and the period it is per: none for mean power in MW.

    Power where a period is at most a day, energy per month (30.44 days, so that February is no dip) where it is a
    month, else energy per year.
    """
    report = run.scenario.world.time.report
    if report.days() <= 1:
        return 1 / (spans.years * YEAR * 24), ""
    return (1 / (12 * spans.years), "/month") if report.months == 1 else (1 / spans.years, "/year")


def _alike(supply: Supply) -> bool:
    """Whether several variants have the same supply and the same use, to a thousandth of the highest stack."""
    series = [np.array([*parts.values(), supply.final[variant]]) for variant, parts in supply.layers.items()]
    close = 1e-3 * float(supply.stacked.max())
    return len(series) > 1 and all(np.allclose(one, series[0], rtol=0, atol=close) for one in series)


def layer_colours(scenario: Scenario, supply: Supply) -> dict[Layer, str]:
    """From the bottom of the stack to its top.

    A supplier's colour follows from the names of all that may supply in the scenario, not from how much it gives in
    this run. Of names that ask for the same colour the first has it, the others the next that is free.
    """
    named = supplier_colours(scenario)
    layers = next(iter(supply.layers.values()))
    return {layer: FIXED.get(layer.node) or named.get(layer, style.GREY) for layer in layers}


def supplier_colours(scenario: Scenario) -> dict[Layer, str]:
    """By name of the node and its unit; two share a colour only where there are more than `PALETTE` has."""
    found: dict[Layer, str] = {}
    for layer in givers(scenario):
        start = crc32("/".join(layer).encode()) % len(PALETTE)
        turned = (*PALETTE[start:], *PALETTE[:start])
        free = [colour for colour in turned if colour not in found.values()]
        found[layer] = (free or turned)[0]
    return found


def _handle() -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=style.INK, linewidth=1.6, label=FINAL)


def _swatches(run: Run, colours: Mapping[Layer, str]) -> list[Artist]:
    titles = {title(run.scenario, layer): (layer, colour) for layer, colour in colours.items()}
    hatched = {text for text, (layer, _) in titles.items() if layer.node in HATCHED}
    return swatches({text: colour for text, (_, colour) in titles.items()}, hatched)
