"""Uses that report ages: what is in service by age over time, and what retires, by use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.report import style
from simulator.report.grain import amounts, grain
from simulator.report.over_time import date_axis, days, draw_stack, legend, new_figure, panels, say_none, swatches
from simulator.report.series import Array, as_written, periods
from simulator.report.stock_plots import use_title
from simulator.study.run import Run

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_USES = 5
"""So many have a panel each; the others are summed."""
COLUMNS = 3
WIDTHS = (1, 2, 5, 10, 20, 50)
"""Years that an age class may cover."""
REST = 0.05
"""Part of all stock that the oldest class, which has no end, may hold."""
T = TypeVar("T", str, int, tuple[str, str])
Bounds = tuple[float, ...]


@dataclass(frozen=True)
class AgeStock:
    """One use, or several, by age."""

    title: str
    levels: Mapping[str, Array]
    """Variant → tonnes by age class, youngest first, at the start and at every period's end: (classes, periods + 1)."""

    @property
    def largest(self) -> float:
        return max((float(x.sum(axis=0).max()) for x in self.levels.values()), default=0.0)


@dataclass(frozen=True)
class _Cohorts:
    """Masses of the table `ages`, t."""

    uses: tuple[tuple[str, str], ...]
    """Node and name."""
    years: Array
    """Of entry, (cohorts,)."""
    mass: NDArray[np.float64]
    """(uses, variants, periods + 1, cohorts)."""


def figures(run: Run, substance: str = "") -> dict[str, Figure]:
    """By variant what is in service by age: a panel per use, each with its own scale, which all variants share.

    Of one substance where it is named, else of all mass. Empty where no use reports ages.
    """
    found, bounds = stocks_by_age(run, substance)
    heading = f"{substance or 'Products'} in use by age"
    titles = (
        style.variant_titles(run.scenario) if len(run.scenario.variants) > 1 else dict.fromkeys(run.scenario.variants)
    )
    return {
        variant: _figure(run, f"{heading}: {title}" if title else heading, variant, found, bounds)
        for variant, title in titles.items()
        if found
    }


def _figure(run: Run, heading: str, variant: str, found: Sequence[AgeStock], bounds: Bounds) -> Figure:
    columns = min(COLUMNS, len(found))
    rows = ceil(len(found) / columns)
    result = new_figure(run, f"{heading}{as_written(run)}", (max(3.7 * columns, 5.0), 1.2 + 2.3 * rows))
    axes = list(result.subplots(rows, columns, squeeze=False, sharex=True).flat)
    for stock, ax in zip(found, axes, strict=False):
        _draw(ax, run, stock, variant)
    for ax in axes[len(found) :]:
        ax.remove()
    legend(result, swatches(dict(zip(class_titles(bounds), style.AGES, strict=False))))
    return result


def _draw(ax: Axes, run: Run, stock: AgeStock, variant: str) -> None:
    """The oldest at the bottom, as sediment lies."""
    spans, unit = periods(run), style.mass_unit(stock.largest)
    layers = stock.levels[variant][::-1] / unit.divisor
    colours = style.AGES[: len(layers)][::-1]
    ax.stackplot(days(spans.edges), layers, colors=colours, edgecolor="white", linewidth=0.3)
    ax.set_title(style.wrapped(stock.title, 36))
    ax.set_ylabel(f"In use ({unit.name})")
    ax.set_ylim(0, 1.05 * stock.largest / unit.divisor)
    date_axis(ax, spans, most=6)


def stocks_by_age(run: Run, substance: str = "") -> tuple[tuple[AgeStock, ...], Bounds]:
    """All uses that report ages together, where they are several, then each, largest first; and where classes begin."""
    cohorts = _cohorts(run, _of(run.tables.ages, substance))
    if not cohorts.mass.any():
        return (), ()
    lower, upper = _ages(run, cohorts.years)
    bounds = _bounds(cohorts.mass.sum(axis=(0, 1)), upper)
    share = _shares(lower, upper, bounds)
    by_class = np.einsum("uvtc,tck->uvkt", cohorts.mass, share)
    return tuple(_panels(run, cohorts.uses, by_class)), bounds


def _of(table: pd.DataFrame, substance: str) -> pd.DataFrame:
    return table[table["substance"] == substance] if substance else table


def _cohorts(run: Run, table: pd.DataFrame) -> _Cohorts:
    spans, names = periods(run), list(run.scenario.variants)
    uses, use = _coded(list(zip(table["node"].astype(str), table["item"].astype(str), strict=True)))
    years, cohort = _coded(table["cohort"].astype(int).tolist())
    variant, period = _places(table["variant"], names.index), _places(table["period"], spans.position.__getitem__) + 1
    mass = np.zeros((len(uses), len(names), spans.count + 1, len(years)))
    np.add.at(mass, (use, variant, period, cohort), table["mass_t"].to_numpy())
    return _Cohorts(tuple(uses), np.array(years, dtype=np.float64), mass)


def _coded(values: list[T]) -> tuple[list[T], NDArray[np.intp]]:
    """The values that occur, sorted, and which of them each is."""
    found = sorted(set(values))
    number = {value: n for n, value in enumerate(found)}
    return found, np.array([number[value] for value in values], dtype=np.intp)


def _places(column: pd.Series[str], place: Callable[[str], int]) -> NDArray[np.intp]:
    """Where each text of a column of categories stands."""
    of_category = np.array([place(str(text)) for text in column.cat.categories], dtype=np.intp)
    return np.asarray(of_category[column.cat.codes.to_numpy()])


def _ages(run: Run, years: Array) -> tuple[Array, Array]:
    """Ages between which each cohort lies at the start and at every period's end, years, (periods + 1, cohorts)."""
    edges = periods(run).edges
    begun = edges.astype("datetime64[Y]")
    length = (begun + 1).astype("datetime64[s]") - begun.astype("datetime64[s]")
    now = begun.astype(np.int64) + 1970 + (edges - begun.astype("datetime64[s]")) / length
    upper = np.maximum(now[:, None] - years, 0.0)
    return np.maximum(upper - 1.0, 0.0), upper


def _bounds(mass: Array, upper: Array) -> Bounds:
    """Where age classes begin and the last one ends, years: as fine as leaves little in the last."""
    most = len(style.AGES) - 1
    fitting = (w for w in WIDTHS if mass[upper > most * w].sum() <= REST * mass.sum())
    width = next(fitting, WIDTHS[-1])
    oldest = float(upper[mass > 0].max())
    count = min(most, max(1, ceil(oldest / width)))
    return (*(float(width * n) for n in range(count)), *((most * float(width),) if oldest > most * width else ()), inf)


def _shares(lower: Array, upper: Array, bounds: Bounds) -> Array:
    """Part of each cohort in each class, spread evenly over its year of entry, (periods + 1, cohorts, classes)."""
    inner = np.array(bounds[1:-1])
    over = np.clip((inner - lower[..., None]) / np.maximum(upper - lower, 1e-9)[..., None], 0.0, 1.0)
    ones = np.ones((*lower.shape, 1))
    return np.diff(np.concatenate([0 * ones, over, ones], axis=-1), axis=-1)


def class_titles(bounds: Bounds) -> list[str]:
    """`under 5 years`, `5 to 10`, `50 and older`."""
    if len(bounds) <= 2:
        return ["all ages"]
    inner = [f"{low:.0f} to {high:.0f}" for low, high in pairwise(bounds[1:-1])]
    return [f"under {bounds[1]:.0f} {'year' if bounds[1] == 1 else 'years'}", *inner, f"{bounds[-2]:.0f} and older"]


def _panels(run: Run, uses: Sequence[tuple[str, str]], by_class: Array) -> list[AgeStock]:
    order = sorted(range(len(uses)), key=lambda n: (-by_class[n].sum(axis=1).max(), uses[n]))
    titles = _titles(run, uses)
    chosen = order if len(order) <= MAX_USES + 1 else order[:MAX_USES]
    found = [_stock(run, titles[n], by_class[n]) for n in chosen]
    rest = [n for n in order if n not in chosen]
    if rest:
        found.append(_stock(run, f"All others ({len(rest)})", by_class[rest].sum(axis=0)))
    return [_stock(run, f"All {len(uses)} uses", by_class.sum(axis=0)), *found] if len(uses) > 1 else found


def _stock(run: Run, title: str, by_variant: Array) -> AgeStock:
    return AgeStock(title, dict(zip(run.scenario.variants, by_variant, strict=True)))


def _titles(run: Run, uses: Sequence[tuple[str, str]]) -> list[str]:
    """`Town: Copper in buildings`, without the company where it is the only one."""
    nodes = style.node_titles(run.scenario)
    several = len({node for node, _ in uses}) > 1
    return [
        f"{nodes[node]}: {use_title(run, node, item)}" if several else use_title(run, node, item) for node, item in uses
    ]


def retirements(run: Run, substance: str = "") -> Figure | None:
    """What retires by use, tonnes per period drawn; None where no use reports it."""
    table = _of(run.tables.retirements, substance)
    if table.empty:
        return None
    uses = sorted({(str(node), str(item)) for node, item in zip(table["node"], table["item"], strict=True)})
    titles = {f"{node}.{item}": title for (node, item), title in zip(uses, _titles(run, uses), strict=True)}
    named = table.assign(use=table["node"].astype(str) + "." + table["item"].astype(str))
    drawn = grain(run)
    by = amounts(run, named, "use", "mass_t", drawn)
    peak = max(float(np.sum(list(parts.values()), axis=0).max()) for parts in by.values())
    unit = style.mass_unit(peak)
    heading = f"{substance} that retires, by use" if substance else "What retires, by use"
    figure, axes = panels(run, f"{heading}{as_written(run)}", f"Retired ({unit.name}/{drawn.per})")
    colours = dict(zip(titles, style.PALETTE, strict=False))
    for variant, ax in axes.items():
        draw_stack(ax, drawn.spans, by[variant], colours, unit)
        if not any(x.any() for x in by[variant].values()):
            say_none(ax, "Nothing retires")
    legend(figure, swatches({titles[key]: colour for key, colour in colours.items()}))
    return figure
