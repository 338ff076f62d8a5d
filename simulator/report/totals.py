"""Totals per variant: waste by fate and emissions by scope over the whole run, with the difference to the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.report import style
from simulator.report.over_time import fate_colours, new_figure, swatches
from simulator.report.series import as_written, counted_once, totals
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Amounts: TypeAlias = Mapping[str, Mapping[str, float]]
BAR = 0.55
"""Height of a bar and what is between it and the next, inches."""
ABOVE, BELOW, LINE = 0.85, 1.25, 0.2
"""Room for the titles and dates, for the axis and four lines of legend, and for one more line of the title, inches."""
THICK, THIN, BENEATH = 0.56, 0.14, 0.37
"""Of a row: a stacked bar, the bar of biogenic CO2, and how far it stands beneath the other's middle."""
APART = "Biogenic CO₂ (apart)"
ROOM = 1.75
"""Length of the axis, in lengths of the longest bar: numbers stand at their ends."""
DIGITS = (3, 4, 5)
"""Of a total; the first that suffices."""
HALO: Mapping[str, Any] = {"boxstyle": "square,pad=0.1", "facecolor": "white", "linewidth": 0}


def figure(run: Run) -> Figure:
    """Two panels of stacked bars, one bar per variant; biogenic CO2 is a mark of its own."""
    bars = 0.1 + BAR * len(run.scenario.variants)
    result = new_figure(run, f"Totals over the whole run{as_written(run)}", (10.5, bars))
    above = ABOVE + LINE * result.get_suptitle().count("\n")
    height = above + bars + BELOW
    result.set_figheight(height)
    result.set_layout_engine("none")  # all sizes are known
    result.text(0.01, 1 - (above - 0.4) / height, style.span(run.scenario), size=9.5, va="center")
    edges = {"left": 0.19, "right": 0.99, "wspace": 0.06}
    left, right = result.subplots(1, 2, gridspec_kw={**edges, "bottom": BELOW / height, "top": 1 - above / height})
    draw_waste(left, run)
    draw_emissions(right, run)
    right.tick_params(labelleft=False)
    return result


def draw_waste(ax: Axes, run: Run) -> None:
    amounts = totals(run, run.tables.waste, "fate", "mass_t")
    unit = style.mass_unit(_longest(amounts))
    colours = fate_colours(amounts)
    draw_bars(ax, run, amounts, colours, unit)
    ax.set_title("Waste by final fate" if colours else "No waste")
    ax.set_xlabel(f"Waste ({unit.name})")
    _legend(ax, {style.heading(fate): colour for fate, colour in colours.items()}, len(amounts), columns=3)


def draw_emissions(ax: Axes, run: Run) -> None:
    table = counted_once(run.tables.emissions)
    amounts = totals(run, table, "scope", "emissions_t_co2e")
    biogenic = {v: sum(x.values()) for v, x in totals(run, table, "scope", "biogenic_t_co2").items()}
    unit = style.mass_unit(max(_longest(amounts), *biogenic.values()), " CO₂e")
    draw_bars(ax, run, amounts, style.SCOPES, unit)
    if any(biogenic.values()):
        apart = [biogenic[variant] / unit.divisor for variant in amounts]
        ax.barh([row + BENEATH for row in range(len(apart))], apart, THIN, color=style.BIOGENIC, label=APART)
        ax.set_xlim(right=max(ROOM * _longest(amounts) / unit.divisor, 1.1 * max(apart)))
    used = {style.SCOPE_TITLES[s]: c for s, c in style.SCOPES.items() if any(s in x for x in amounts.values())}
    empty = not (used or any(biogenic.values()))
    ax.set_title("No emissions" if empty else "Greenhouse gas emissions by scope")
    ax.set_xlabel(f"Emissions ({unit.name})")
    _legend(ax, used, len(amounts), columns=1)


def draw_bars(ax: Axes, run: Run, amounts: Amounts, colours: Mapping[str, str], unit: style.Unit) -> None:
    """One stacked bar per variant, first on top, with its total and the difference to the first at its end."""
    titles = style.variant_titles(run.scenario)
    for row, parts in enumerate(amounts.values()):
        _draw_bar(ax, row, parts, colours, unit)
    ends = [sum(x for x in parts.values() if x > 0) / unit.divisor for parts in amounts.values()]
    for row, (end, note) in enumerate(zip(ends, notes(amounts, unit), strict=True)):
        ax.annotate(note, (end, row), (5, 0), textcoords="offset points", va="center", bbox=HALO)
    ax.set_yticks(range(len(amounts)), [style.wrapped(titles[variant], 26) for variant in amounts])
    ax.set_ylim(len(amounts) - 0.4, -0.5)
    longest = _longest(amounts) / unit.divisor
    ax.set_xlim(right=ROOM * longest or 1)
    ax.locator_params(axis="x", nbins=6)
    if not longest:
        ax.set_xlim(0, 1)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.tick_params(axis="y", length=0)


def _draw_bar(ax: Axes, row: int, parts: Mapping[str, float], colours: Mapping[str, str], unit: style.Unit) -> None:
    up = down = 0.0
    for key, colour in colours.items():
        value = parts.get(key, 0.0) / unit.divisor
        ax.barh(row, value, THICK, up if value > 0 else down, color=colour, linewidth=0)
        up, down = up + max(value, 0.0), down + min(value, 0.0)


def notes(amounts: Amounts, unit: style.Unit) -> list[str]:
    """`312 kt (−18.4 %)`: every variant's total, and the difference to the first, which follows from what is shown."""
    sums = [sum(parts.values()) / unit.divisor for parts in amounts.values()]
    digits = next((digits for digits in DIGITS if _suffice(digits, sums)), DIGITS[-1])
    texts = [f"{style.amount(total, digits)} {unit.name}" for total in sums]
    return [texts[0], *(f"{t} ({difference(total, sums[0])})" for t, total in zip(texts[1:], sums[1:], strict=True))]


def _suffice(digits: int, totals: list[float]) -> bool:
    """Whether the totals so rounded give the differences to the first, to a tenth of a point."""
    rounded = [float(f"{total:.{digits}g}") for total in totals]
    return not totals[0] or all(
        abs(shown / rounded[0] - total / totals[0]) < 1e-3 * max(1.0, abs(total / totals[0]))
        for shown, total in zip(rounded, totals, strict=True)
    )


def difference(value: float, reference: float) -> str:
    """Change against a reference in percent with a true minus sign; a dash where there is nothing to compare with."""
    if reference == 0:
        return "±0 %" if value == 0 else "–"
    percent = 100 * (value - reference) / abs(reference)
    text = f"{percent:+.1f}" if abs(percent) < 99.95 else f"{percent:+,.0f}"
    return "±0 %" if float(text.replace(",", "")) == 0 else f"{text.replace('-', '−')} %"


def _longest(amounts: Amounts) -> float:
    return max(sum(x for x in parts.values() if x > 0) for parts in amounts.values())


def _legend(ax: Axes, colours: Mapping[str, str], bars: int, columns: int) -> None:
    """Beneath the title of the axis, whose height goes with the number of bars."""
    marks, _ = ax.get_legend_handles_labels()
    handles = [*swatches(colours), *marks]
    below = (-0.02, -0.42 / (0.1 + BAR * bars))
    if handles:
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=below, ncols=columns, columnspacing=1.5)
