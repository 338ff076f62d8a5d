"""What replications show: the range of a figure of the network through time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.report import style
from simulator.report.grain import LENGTHS, grain
from simulator.report.money import money_unit
from simulator.report.over_time import days, legend, panels
from simulator.report.series import YEAR, Array, Periods, periods
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.study.outcomes import OUTCOMES, Outcome
from simulator.study.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADE = 0.25
"""Opacity of a band."""
DASHES = (0, (3, 2))
ROOM = 1.06
"""Length of an axis, as part of what is drawn."""
FAR = 0.5
"""Part of the highest value from which on the lowest one is far from 0."""
LEAST = 0.05
"""Length of an axis without 0, as part of the highest value: what hardly changes looks so."""


SUBJECTS = tuple(OUTCOMES[name] for name in ("waste", "emissions", "cash_flow"))
"""Figures of the network that are drawn."""


@dataclass(frozen=True)
class Band:
    """A figure of one variant through time, per year or per period drawn, each of shape (periods,)."""

    low: Array
    middle: Array
    high: Array


def figures(run: Run) -> dict[str, Figure]:
    """A figure per subject, by its indicator; none without replications, or where nothing of it is there."""
    found = {subject.indicator: _figure(run, subject) for subject in SUBJECTS} if run.ensemble else {}
    return {name: figure for name, figure in found.items() if figure is not None}


def _figure(run: Run, subject: Outcome) -> Figure | None:
    spans, per, bands = _bands(run, subject)
    peak = max((float(np.abs([band.low, band.high]).max(initial=0.0)) for band in bands.values()), default=0.0)
    if not peak:
        return None
    unit = unit_of(subject, peak)
    title = f"{subject.title}: median and 5th to 95th percentile of {_count(run)} draws"
    figure, axes = panels(run, title, f"{subject.label} ({unit.name}/{per})")
    first, colours = next(iter(bands)), style.variant_colours(run.scenario)
    next(iter(axes.values())).set_ylim(*(end / unit.divisor for end in _limits(bands)))
    for variant, ax in axes.items():
        if variant != first:
            _line(ax, spans, bands[first].middle / unit.divisor, colours[first], dashed=True)
        _draw(ax, spans, bands[variant], unit, colours[variant])
    legend(figure, list(_handles(run, first, len(bands) > 1)))
    return figure


def _limits(bands: Mapping[str, Band]) -> tuple[float, float]:
    """Ends of the axis: 0 is on it, unless everything lies so far from it that bands would be lines."""
    low = min(float(band.low.min()) for band in bands.values())
    high = max(float(band.high.max()) for band in bands.values())
    if low > FAR * high > 0:
        around = max((ROOM - 1) * 2 * (high - low), (LEAST * high - (high - low)) / 2)
        return low - around, high + around
    return min(0.0, ROOM * low), max(0.0, ROOM * high)


def _count(run: Run) -> int:
    return run.ensemble.study.replications if run.ensemble else 0


def unit_of(subject: Outcome, peak: float) -> style.Unit:
    """A unit that makes the largest number readable."""
    if subject.unit == "EUR":
        return money_unit(peak, "")
    return style.mass_unit(peak, " CO₂e" if subject.unit == "t CO2e" else "")


def _bands(run: Run, subject: Outcome) -> tuple[Periods, str, Mapping[str, Band]]:
    """Periods, what amounts are per, and the band of every variant: by year where the run is long."""
    drawn = grain(run)
    if drawn.per == "year" and run.ensemble is not None:
        return drawn.spans, "year", _by_variant(run, run.ensemble.tables.indicators, subject, drawn.spans, 1.0)
    spans = periods(run)
    per = "year" if drawn.per not in LENGTHS else drawn.per
    table = run.ensemble.tables.bands if run.ensemble is not None else run.tables.indicators
    return spans, per, _by_variant(run, table, subject, spans, LENGTHS[per] / YEAR)


def _by_variant(run: Run, table: pd.DataFrame, subject: Outcome, spans: Periods, years: float) -> dict[str, Band]:
    """Percentiles as amounts per so many years; a period without a row has none."""
    own = (table["node"] == NETWORK) & (table["indicator"] == subject.indicator) & (table["item"] == TOTAL)
    chosen = table[own & (table["period"] != TOTAL)]
    place = {**_calendar_years(spans), **spans.position}
    bands = {name: Band(*(np.full(spans.count, 0.0) for _ in range(3))) for name in run.scenario.variants}
    columns = (chosen[name] for name in ("variant", "period", "p05", "p50", "p95"))
    for variant, period, low, middle, high in zip(*columns, strict=True):
        n, band = place[str(period)], bands[str(variant)]
        scale = years / spans.years[n]
        band.low[n], band.middle[n], band.high[n] = low * scale, middle * scale, high * scale
    return bands


def _calendar_years(spans: Periods) -> dict[str, int]:
    """Labels of the years in which the middles of periods lie."""
    middles = spans.edges[:-1] + (spans.edges[1:] - spans.edges[:-1]) // 2
    return {str(middle.astype("datetime64[Y]")): n for n, middle in enumerate(middles)}


def _draw(ax: Axes, spans: Periods, band: Band, unit: style.Unit, colour: str) -> None:
    edges = days(spans.edges)
    low, high = (np.append(values, values[-1]) / unit.divisor for values in (band.low, band.high))
    ax.fill_between(edges, low, high, step="post", color=colour, alpha=SHADE, linewidth=0)
    _line(ax, spans, band.middle / unit.divisor, colour)
    if (low < 0).any():
        ax.axhline(0, color="#666666", linewidth=0.8)


def _line(ax: Axes, spans: Periods, values: Array, colour: str, *, dashed: bool = False) -> None:
    look: dict[str, Any] = {"linestyle": DASHES, "linewidth": 1.0} if dashed else {"linewidth": 1.6}
    ax.step(days(spans.edges), np.append(values, values[-1]), where="post", color=colour, **look)


def _handles(run: Run, first: str, several: bool) -> Iterator[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    yield Line2D([], [], color=style.INK, linewidth=1.6, label="Median")
    yield Patch(color=style.INK, alpha=SHADE, linewidth=0, label="5th to 95th percentile")
    if several:
        title = style.variant_titles(run.scenario)[first]
        yield Line2D([], [], color="#666666", linewidth=1.0, linestyle=DASHES, label=f"Median of {title}")
