"""Cash flow by company and variant, and beneath it what each company gains against the first variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from simulator.report import style
from simulator.report.over_time import new_figure
from simulator.report.series import YEAR, totals
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Amounts: TypeAlias = Mapping[str, Mapping[str, float]]
"""Variant → company → EUR."""
RECEIVED, PAID = "#0072B2", "#D55E00"
"""Of more and of less money; the sign is in the numbers too."""
NETWORK = ""
"""In place of a company: the sum of all."""
MOST = 6
"""Variants side by side; further ones stand beneath."""
BAR, PANEL, GAP = 0.2, 2.1, 0.15
"""Height of a bar with its distance, width of a panel, and the distance to the next, inches."""
ABOVE, LINE, HEAD, BELOW = 0.35, 0.2, 0.55, 0.6
"""Room for the title, for one more line of it, for a panel's title, and for its axis, inches."""
NUMBER = 0.42
"""Width of a number at a bar's end, inches."""
SIZE = 8.0
"""Points."""
WHOLE = 0.99
"""Years from which a mean per year is one."""
SMALLEST = 5e-4
"""What is less, in the unit of the axis, is 0."""


class Row(NamedTuple):
    """Panels side by side."""

    amounts: Amounts
    variants: Sequence[str]
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

    @property
    def high(self) -> float:
        """Of a panel, inches."""
        return BAR * (len(self.names) + 0.4)


def figure(run: Run) -> Figure | None:
    """A column of panels per variant; None where no money flows."""
    flows = cash_flows(run)
    if not any(flows.values()):
        return None
    chart = _chart(run, flows)
    rows = _rows(flows)
    width = chart.left + max(len(row.variants) for row in rows) * (PANEL + GAP) + 0.1
    each = HEAD + chart.high + BELOW
    result = new_figure(run, "Cash flow of companies", (max(width, 6.5), 1.0))
    result.set_figheight(ABOVE + LINE * result.get_suptitle().count("\n") + len(rows) * each)
    result.set_layout_engine("none")  # all sizes are known
    for i, row in enumerate(reversed(rows)):
        _draw_row(result, run, chart, row, i * each + BELOW)
    return result


def cash_flows(run: Run) -> dict[str, dict[str, float]]:
    """EUR per year of every company that ever pays or receives, and of all together: the mean of the run.

    Of runs of less than a year it is the whole, as what is invested within them says nothing about a year.
    """
    years = _years(run) if _years(run) >= WHOLE else 1.0
    sums = totals(run, run.tables.money, "node", "money_eur")
    names = sorted({name for of in sums.values() for name in of})
    found = {variant: {name: of.get(name, 0.0) / years for name in names} for variant, of in sums.items()}
    return {variant: {**of, NETWORK: sum(of.values())} if of else {} for variant, of in found.items()}


def _years(run: Run) -> float:
    time = run.scenario.world.time
    return (time.end - time.start) / timedelta(days=YEAR)


def against_first(flows: Amounts) -> dict[str, dict[str, float]]:
    """What every company has more than in the first variant, in all the others."""
    first, *others = flows
    return {variant: {name: x - flows[first][name] for name, x in flows[variant].items()} for variant in others}


def _rows(flows: Amounts) -> list[Row]:
    """Cash flows, and beneath them gains, of at most `MOST` variants."""
    variants = list(flows)
    chunks = [variants[i : i + MOST] for i in range(0, len(variants), MOST)]
    kinds = [(flows, False), (against_first(flows), True)] if len(variants) > 1 else [(flows, False)]
    return [Row(amounts, chunk, gain) for chunk in chunks for amounts, gain in kinds]


def _chart(run: Run, flows: Amounts) -> Chart:
    """The company that earns most on top."""
    mean = {name: sum(of[name] for of in flows.values()) for name in next(iter(flows.values())) if name != NETWORK}
    names = [*sorted(mean, key=lambda name: (-mean[name], name)), NETWORK]
    titles = [style.node_titles(run.scenario).get(name, "All together") for name in names]
    largest = max(abs(x) for of in flows.values() for x in of.values())
    unit = money_unit(largest, "/year" if _years(run) >= WHOLE else " in the whole run")
    return Chart(names, titles, unit, max(style.text_size(title, 9)[0] for title in titles) + 0.2)


def money_unit(largest: float, per: str) -> style.Unit:
    return style.Unit(1e6, f"MEUR{per}") if largest >= 1e6 else style.Unit(1e3, f"kEUR{per}")


def _draw_row(result: Figure, run: Run, chart: Chart, row: Row, bottom: float) -> None:
    """Panels of the variants on one axis; where the first has no gain, what is compared is said."""
    width, height = result.get_size_inches()
    limits = _limits([x / chart.unit.divisor for of in row.amounts.values() for x in of.values()])
    titles = style.variant_titles(run.scenario)
    for i, variant in enumerate(row.variants):
        left = chart.left + i * (PANEL + GAP)
        ax = result.add_axes((left / width, bottom / height, PANEL / width, chart.high / height))
        ax.set_yticks(range(len(chart.names)), chart.titles if i == 0 else [""] * len(chart.names))
        ax.set_ylim(len(chart.names) - 0.3, -0.7)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        if variant not in row.amounts:
            _say(ax, f"Gain of each\ncompany against\n“{style.wrapped(titles[variant], 22)}”")
            continue
        draw(ax, [row.amounts[variant][name] / chart.unit.divisor for name in chart.names], limits, gain=row.gain)
        ax.set_title(style.wrapped(titles[variant], 30), fontsize=9)
        ax.set_xlabel(f"{'Gain' if row.gain else 'Cash flow'} ({chart.unit.name})")


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


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the most, and zero, with room for the numbers."""
    low, high = min(0.0, *values), max(0.0, *values)
    sides = NUMBER * (1 + (low < 0))
    room = (high - low or 1.0) / (PANEL - sides) * NUMBER
    return low - room * (low < 0), high + room


def _say(ax: Axes, text: str) -> None:
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="#555555")
