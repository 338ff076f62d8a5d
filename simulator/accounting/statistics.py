"""Indicators over replications: mean, spread and percentiles of every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.accounting.frames import DUST, Text, build
from simulator.accounting.grid import Key
from simulator.accounting.indicators import RECYCLED, Yearly
from simulator.accounting.targets import TARGET_INDICATORS
from simulator.engine.ledger import Floats, Lane
from simulator.scenario.figures import NETWORK, TOTAL

if TYPE_CHECKING:
    import pandas as pd

PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


def summarise(lanes: Sequence[Lane], whole: Yearly, variants: Sequence[str]) -> pd.DataFrame:
    """Table `indicators`.

    Figures are taken over the replications in which they are defined, n. sd is that of a sample (divisor n − 1), 0
    where n is 1; percentiles interpolate linearly, and equal the value where n is 1. A figure that is zero in every
    year of every lane is left out, except the network's and a node's recycling rate, recycled content and payback.
    Dust is zero, as in the other tables: up to 1e-12 of the largest figure of an indicator in the lane.
    """
    keys, values = _telling_keys(without_dust(whole))
    of_variant = [(name, [i for i, lane in enumerate(lanes) if lane.variant == name]) for name in variants]
    present = [(name, chosen) for name, chosen in of_variant if chosen]
    figures = [statistics(values[chosen]) for _, chosen in present]
    return _frame([name for name, _ in present], whole.years, keys, figures)


def stacked(parts: Sequence[Yearly]) -> Yearly:
    """All lanes of all parts on common axes; not a number where a part has no such year or key."""
    years = sorted({year for part in parts for year in part.years})
    keys = sorted({key for part in parts for key in part.keys})
    number, place = {year: i for i, year in enumerate(years)}, {key: i for i, key in enumerate(keys)}
    blocks = []
    for part in parts:
        block = np.full((len(part.values), len(years), len(keys)), np.nan)
        at_years = np.array([number[year] for year in part.years], dtype=np.intp)
        at_keys = np.array([place[key] for key in part.keys], dtype=np.intp)
        block[:, at_years[:, None], at_keys] = part.values
        blocks.append(block)
    return Yearly(
        tuple(years), tuple(keys), np.concatenate(blocks), frozenset().union(*(part.ratios for part in parts))
    )


def without_dust(whole: Yearly) -> Yearly:
    """The same, figures that are rounding beside the largest of their indicator, unit and lane set to 0."""
    values = whole.values.copy()
    kinds = [(key[1], key[3]) for key in whole.keys]
    columns: dict[tuple[str, str], list[int]] = {}
    for column, kind in enumerate(kinds):
        columns.setdefault(kind, []).append(column)
    for chosen in columns.values():
        figures = values[..., chosen]
        sizes = np.nan_to_num(np.abs(figures))
        dust = sizes <= DUST * sizes.max(axis=(1, 2), keepdims=True, initial=0.0)
        values[..., chosen] = np.where(dust & np.isfinite(figures), 0.0, figures)
    return replace(whole, values=values)


def _telling_keys(whole: Yearly) -> tuple[list[Key], Floats]:
    """Keys and their figures, without those that are zero throughout and say nothing by it."""
    kept = (np.nan_to_num(whole.values) != 0).any(axis=(0, 1)) | np.array([telling(key) for key in whole.keys])
    return [key for key, stays in zip(whole.keys, kept, strict=True) if stays], whole.values[..., kept]


def telling(key: Key) -> bool:
    """Whether it says something even where it is always zero."""
    node, indicator, item, unit = key
    telling = node == NETWORK or indicator in {"payback", *TARGET_INDICATORS}
    return telling or (unit == "1" and item in {TOTAL, RECYCLED})


def statistics(values: Floats) -> dict[str, Floats]:
    """Statistics over axis 0, each of shape (years, keys); n is 0 where no replication defines the figure."""
    defined = np.isfinite(values)
    n = defined.sum(axis=0)
    low = np.fmin.reduce(values, axis=0, initial=np.inf)
    low = np.where(np.isfinite(low), low, 0.0)
    mean = low + np.where(defined, values - low, 0.0).sum(axis=0) / np.maximum(n, 1)  # exact where all are the same
    squares = np.where(defined, (values - mean) ** 2, 0.0).sum(axis=0)
    sd = np.sqrt(squares / np.maximum(n - 1, 1))
    return {"value": mean, "sd": sd, **percentiles(values, PERCENTILES), "n": n.astype(np.float64)}


def percentiles(values: Floats, parts: Mapping[str, float]) -> dict[str, Floats]:
    """Percentiles over axis 0, by name, each of shape (years, keys), among those that are defined."""
    ordered, n = np.sort(values, axis=0), np.isfinite(values).sum(axis=0)
    return {name: _percentile(ordered, n, part) for name, part in parts.items()}


def _percentile(ordered: Floats, n: Floats, part: float) -> Floats:
    """Interpolate linearly at part × (n − 1) among the n smallest of axis 0; behind them stand the undefined ones."""
    position = part * np.maximum(n - 1, 0)
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(n - 1, 0).astype(np.intp))
    low, high = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (below, above))
    return np.asarray(low + (high - low) * (position - below))


def _frame(
    variants: Sequence[str], years: Sequence[str], keys: Sequence[Key], figures: Sequence[dict[str, Floats]]
) -> pd.DataFrame:
    counts = np.stack([figure["n"] for figure in figures]) if figures else np.zeros((0, len(years), len(keys)))
    variant, year, key = np.nonzero(counts > 0)
    text = {"variant": Text(variant, variants), "period": Text(year, years)}
    for field, name in enumerate(("node", "indicator", "item", "unit")):
        categories = sorted({one[field] for one in keys})
        code = {category: i for i, category in enumerate(categories)}
        text[name] = Text(np.array([code[one[field]] for one in keys], dtype=np.intp)[key], categories)
    numbers = {
        name: np.stack([figure[name] for figure in figures])[variant, year, key]
        for name in ("value", "sd", *PERCENTILES)
    }
    return build("indicators", {**text, **numbers, "n": counts[variant, year, key].astype(np.int64)})
