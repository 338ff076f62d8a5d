"""Stocks over time: the largest products in use and inventories one by one, the rest summed."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from simulator.report import style
from simulator.report.over_time import date_axis, days, legend, new_figure, say_none
from simulator.report.series import Stock, as_written, periods, stocks, summed
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

MAX_USES = 3
MAX_INVENTORIES = 3
COLUMNS = 3
STILL, ALIKE = 1e-2, 1e-3
"""Parts of the largest level: less change is none, and variants that differ less are alike."""


def figure(run: Run) -> Figure:
    """Small multiples, each with its own scale from zero, one line per variant; what does not change only named."""
    still, changing = sorted_out(stocks(run))
    chosen = selection(changing)
    rows = max(1, ceil(len(chosen) / COLUMNS))
    columns = max(1, min(COLUMNS, len(chosen)))
    result = new_figure(run, f"Stocks{as_written(run)}", (max(3.7 * columns, 5.0), 1.2 + 2.1 * rows))
    axes = list(result.subplots(rows, columns, squeeze=False, sharex=True).flat)
    for stock, ax in zip(chosen, axes, strict=False):
        draw(ax, run, stock)
    for ax in axes[max(1, len(chosen)) :]:
        ax.remove()
    if not chosen:
        axes[0].set_axis_off()
        say_none(axes[0], "No stocks")
    legend(result, [*(_handles(run) if chosen else []), *_note(run, still)])
    return result


def sorted_out(found: tuple[Stock, ...]) -> tuple[tuple[Stock, ...], tuple[Stock, ...]]:
    """Stocks that stay as they are, and those that change; where none changes all count as changing."""
    still = tuple(stock for stock in found if _swing(stock) < STILL * stock.largest)
    changing = tuple(stock for stock in found if stock not in still)
    return (still, changing) if changing else ((), found)


def _swing(stock: Stock) -> float:
    """From the lowest to the highest level in all variants together."""
    return stock.largest - min(float(x.min()) for x in stock.levels.values())


def selection(found: tuple[Stock, ...]) -> tuple[Stock, ...]:
    """The largest uses and inventories, then what is left of each kind as one sum."""
    uses = [stock for stock in found if stock.place == "use"]
    inventories = [stock for stock in found if stock.place == "inventory"]
    moving = [stock for stock in found if stock.place in {"transit", "process"}]
    return (
        *_largest(uses, MAX_USES, "All other products in use"),
        *_largest(inventories, MAX_INVENTORIES, "All other inventories"),
        *_rest(moving, "In transit and in process"),
    )


def _largest(found: list[Stock], most: int, rest: str) -> tuple[Stock, ...]:
    if len(found) <= most + 1:
        return tuple(found)
    return (*found[:most], *_rest(found[most:], rest))


def _rest(found: list[Stock], title: str) -> tuple[Stock, ...]:
    return (summed(found[0].place, f"{title} ({len(found)})", tuple(found)),) if found else ()


def draw(ax: Axes, run: Run, stock: Stock) -> None:
    """One stock: a line per variant, the first one widest so that equal lines stay visible."""
    spans = periods(run)
    unit = style.mass_unit(stock.largest)
    colours = style.variant_colours(run.scenario)
    same = alike(stock)
    lines = {next(iter(colours)): style.INK} if same else colours
    for (variant, colour), width in zip(lines.items(), style.nested(len(lines)), strict=True):
        levels = stock.levels[variant] / unit.divisor
        ax.plot(days(spans.edges), levels, color=colour, linewidth=width, solid_capstyle="butt")
    ax.set_title(style.wrapped(f"{title(run, stock)}{' (all variants alike)' if same else ''}", 36))
    ax.set_ylabel(f"{'In use' if stock.place == 'use' else 'Stock'} ({unit.name})")
    ax.set_ylim(0, 1.08 * stock.largest / unit.divisor)
    date_axis(ax, spans, most=6)


def alike(stock: Stock) -> bool:
    """Whether several variants have the same levels."""
    first, *others = stock.levels.values()
    return bool(others) and all(np.allclose(x, first, rtol=0, atol=ALIKE * stock.largest) for x in others)


def title(run: Run, stock: Stock) -> str:
    """`Town: Copper in buildings`, by the titles of the scenario where it gives them."""
    if not stock.node:
        return stock.item
    return f"{style.node_titles(run.scenario)[stock.node]}: {_item_title(run, stock)}"


def _item_title(run: Run, stock: Stock) -> str:
    if stock.place != "use":
        return style.material_title(run.scenario, stock.item)
    return use_title(run, stock.node, stock.item)


def use_title(run: Run, node: str, item: str) -> str:
    """What a use is called."""
    use = run.scenario.world.companies[node].uses.get(item)
    return (use.title if use else None) or style.heading(item)


def _note(run: Run, still: tuple[Stock, ...]) -> list[Line2D]:
    """How many stocks are not shown as they do not change, and the largest of them, as a line of the legend."""
    from matplotlib.lines import Line2D

    if not still:
        return []
    unit = style.mass_unit(still[0].largest)
    largest = f"{title(run, still[0])}, {style.amount(still[0].largest / unit.divisor)} {unit.name}"
    which = "1 that does not change" if len(still) == 1 else f"{len(still)} that do not change"
    label = f"Not shown: {which} ({'' if len(still) == 1 else 'largest: '}{largest})"
    return [Line2D([], [], linestyle="none", label=label)]


def _handles(run: Run) -> list[Line2D]:
    from matplotlib.lines import Line2D

    titles = style.variant_titles(run.scenario)
    colours = style.variant_colours(run.scenario)
    return [Line2D([], [], color=colours[name], linewidth=2.5, label=title) for name, title in titles.items()]
