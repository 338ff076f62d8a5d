"""Cash flow by company and variant, and with it what each company gains against the first variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from simulator.report import style
from simulator.report.over_time import new_figure
from simulator.report.series import WHOLE, as_written, totals
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Amounts: TypeAlias = Mapping[str, Mapping[str, float]]
"""Variant → company → EUR."""
RECEIVED, PAID = "#0072B2", "#D55E00"
"""Of more and of less money; the sign is in the numbers too."""
ALL, REST = "", "and others"
"""In place of a company: the sum of all, and of those that have no row of their own."""
MOST, MOST_NAMES = 3, 12
"""Variants side by side, of more each has a row; and companies with a row of their own: so a slide can be read."""
BAR, GAP = 0.18, 0.15
"""Height of a bar with its distance, and the distance from one panel to the next, inches."""
WIDTH = 10.0
"""Of the figure, inches: at 160 dpi 1600 pixels."""
ABOVE, LINE, HEAD, BELOW = 0.35, 0.2, 0.45, 0.5
"""Room for the title, for one more line of it, for a panel's title, and for its axis, inches."""
NUMBER = 0.42
"""Width of a number at a bar's end, inches."""
SIZE = 8.0
"""Points."""
SMALLEST = 5e-4
"""What is less, in the unit of the axis, is 0."""


class Panel(NamedTuple):
    """Cash flow or gain of all companies in one variant."""

    variant: str
    gain: bool


@dataclass(frozen=True)
class Chart:
    """What all panels of a figure share."""

    names: Sequence[str]
    """Companies from top to bottom, then all together."""
    titles: Sequence[str]
    unit: style.Unit
    left: float
    """Room for the companies' names, inches."""
    amounts: Mapping[bool, Amounts]
    """Cash flows and gains."""

    @property
    def high(self) -> float:
        """Of a panel, inches."""
        return BAR * (len(self.names) + 0.4)


def figure(run: Run) -> Figure | None:
    """Cash flows and gains side by side, a row per variant; up to three variants side by side, gains beneath.

    None where no money flows.
    """
    flows = cash_flows(run)
    if not any(flows.values()):
        return None
    chart = _chart(run, flows)
    rows = layout(list(flows))
    each = HEAD + chart.high + BELOW
    result = new_figure(run, f"Cash flow of companies{as_written(run)}", (WIDTH, 1.0))
    result.set_figheight(ABOVE + LINE * result.get_suptitle().count("\n") + len(rows) * each)
    result.set_layout_engine("none")  # all sizes are known
    result.texts[0].set_y(1 - 0.1 / result.get_figheight())
    for i, row in enumerate(reversed(rows)):
        _draw_row(result, run, chart, row, i * each + BELOW)
    return result


def layout(variants: Sequence[str]) -> list[list[Panel | None]]:
    """Panels in rows, none where the first variant would be compared with itself."""
    if len(variants) == 1:
        return [[Panel(variants[0], gain=False)]]
    gains = [None, *(Panel(variant, gain=True) for variant in variants[1:])]
    flows = [Panel(variant, gain=False) for variant in variants]
    if len(variants) <= MOST:
        return [[*flows], gains]
    return [[flow, gain] for flow, gain in zip(flows, gains, strict=True)]


def cash_flows(run: Run) -> dict[str, dict[str, float]]:
    """EUR per year of every company that ever pays or receives, and of all together: the mean of the run.

    Of runs of less than a year it is the whole, as what is invested within them says nothing about a year.
    """
    years = run.years if run.years >= WHOLE else 1.0
    sums = totals(run, run.tables.money, "node", "money_eur")
    names = sorted({name for of in sums.values() for name in of})
    found = {variant: {name: of.get(name, 0.0) / years for name in names} for variant, of in sums.items()}
    return {variant: {**of, ALL: sum(of.values())} if of else {} for variant, of in found.items()}


def against_first(flows: Amounts) -> dict[str, dict[str, float]]:
    """What every company has more than in the first variant, in all the others."""
    first, *others = flows
    return {variant: {name: x - flows[first][name] for name, x in flows[variant].items()} for variant in others}


def _chart(run: Run, flows: Amounts) -> Chart:
    """The company that earns most on top."""
    shown = bundled(flows)
    mean = {name: sum(of[name] for of in shown.values()) for name in next(iter(shown.values()))}
    names = sorted(mean, key=lambda name: (name == ALL, name == REST, -mean[name], name))
    known = style.node_titles(run.scenario) | {ALL: "All together", REST: "Others together"}
    titles = [known[name] for name in names]
    unit = money_unit(max(map(abs, _values(shown))), "/year" if run.years >= WHOLE else " in the whole run")
    left = max(style.text_size(title, 9)[0] for title in titles) + 0.2
    return Chart(names, titles, unit, left, {False: shown, True: against_first(shown)})


def bundled(flows: Amounts) -> dict[str, dict[str, float]]:
    """The companies with the largest amounts in any variant, the others as one where they are many."""
    size = {name: max(abs(of[name]) for of in flows.values()) for name in next(iter(flows.values())) if name != ALL}
    ranked = sorted(size, key=lambda name: (-size[name], name))
    kept, rest = (ranked, []) if len(ranked) <= MOST_NAMES + 1 else (ranked[:MOST_NAMES], ranked[MOST_NAMES:])
    return {
        variant: {name: of[name] for name in (*kept, ALL)} | ({REST: sum(of[name] for name in rest)} if rest else {})
        for variant, of in flows.items()
    }


def _values(amounts: Amounts) -> list[float]:
    return [x for of in amounts.values() for x in of.values()]


def money_unit(largest: float, per: str) -> style.Unit:
    return style.Unit(1e6, f"MEUR{per}") if largest >= 1e6 else style.Unit(1e3, f"kEUR{per}")


def _draw_row(result: Figure, run: Run, chart: Chart, row: Sequence[Panel | None], bottom: float) -> None:
    """Panels side by side; where the first has no gain, what is compared is said."""
    width, height = result.get_size_inches()
    wide = (width - chart.left - 0.1) / max(2, len(row)) - GAP
    titles = style.variant_titles(run.scenario)
    for i, panel in enumerate(row):
        left = chart.left + i * (wide + GAP)
        ax = result.add_axes((left / width, bottom / height, wide / width, chart.high / height))
        ax.set_yticks(range(len(chart.names)), chart.titles if i == 0 else [""] * len(chart.names))
        ax.set_ylim(len(chart.names) - 0.3, -0.7)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        if panel:
            _draw_panel(ax, chart, panel, titles[panel.variant], wide)
        else:
            _say(ax, f"Gain of each\ncompany against\n“{style.wrapped(next(iter(titles.values())), 22)}”")


def _draw_panel(ax: Axes, chart: Chart, panel: Panel, title: str, wide: float) -> None:
    amounts, divisor = chart.amounts[panel.gain], chart.unit.divisor
    values = [amounts[panel.variant].get(name, 0.0) / divisor for name in chart.names]
    draw(ax, values, _limits([x / divisor for x in _values(amounts)], wide), gain=panel.gain)
    ax.set_title(style.wrapped(title, int(wide * 14)), fontsize=9)
    ax.set_xlabel(f"{'Gain' if panel.gain else 'Cash flow'} ({chart.unit.name})")


def draw(ax: Axes, values: Sequence[float], limits: tuple[float, float], *, gain: bool) -> None:
    """Bars to both sides of a zero line, each with its number; the last, of all together, set apart."""
    colours = [RECEIVED if x > 0 else PAID for x in values]
    ax.barh(range(len(values)), values, 0.72, color=colours, linewidth=0)
    for row, x in enumerate(values):
        text, side, away = number(x, gain=gain), "right" if x < 0 else "left", -2 if x < 0 else 2
        ax.annotate(text, (x, row), (away, 0), textcoords="offset points", ha=side, va="center", fontsize=SIZE)
    ax.axvline(0, color="#444444", linewidth=0.9)
    ax.axhline(len(values) - 1.5, color="#444444", linewidth=0.7)
    ax.set_xlim(limits)
    ax.locator_params(axis="x", nbins=4)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")


def number(value: float, *, gain: bool) -> str:
    """Three digits or decimals with a true minus sign, and a plus where it is a gain: 45.2, −0.024, +1.39."""
    size = abs(value)
    if size < SMALLEST:
        return "0"
    decimals = next((n for n, most in enumerate((99.95, 9.995, 0.9995)) if size >= most), 3)
    return f"{'−' if value < 0 else '+' if gain else ''}{size:,.{decimals}f}"


def _limits(values: Sequence[float], wide: float) -> tuple[float, float]:
    """From the least to the most, and zero, with room for the numbers in a panel so wide, inches."""
    low, high = min(0.0, *values), max(0.0, *values)
    sides = NUMBER * (1 + (low < 0))
    room = (high - low or 1.0) / (wide - sides) * NUMBER
    return low - room * (low < 0), high + room


def _say(ax: Axes, text: str) -> None:
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="#555555")
