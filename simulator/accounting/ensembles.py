"""What replications show: statistics of every figure, of what a variant changes draw by draw, and bands through time.

indicators    mean, standard deviation and percentiles over replications
lanes         the figures of every lane: of the network by year, of nodes over the whole run
differences   a variant less the first in the same replications, with the 95 % interval of the mean
bands         the network's course by period: percentiles over replications
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.accounts import Account
from simulator.accounting.frames import DUST, Text, build
from simulator.accounting.gathering import LARGEST, Axes, axes, gathered
from simulator.accounting.grid import Integers, Key
from simulator.accounting.statistics import PERCENTILES, percentiles, statistics
from simulator.engine.ledger import Floats
from simulator.scenario.figures import KINDS, NETWORK, TOTAL

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
BANDS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_KEY = ("node", "indicator", "item", "unit")
_MORE, _LESS = frozenset(("gain", "npv", "target_met")), frozenset(("abatement_cost", "levelised_cost", "payback"))
"""Figures that are no sums of a year, and of which more, or less, is better."""
Statistics = Mapping[str, Floats]
"""By name, each of shape (years, keys)."""
_Measure = Callable[[Floats], Statistics]


@dataclass(frozen=True)
class EnsembleTables:
    """Tables over replications, with the columns of `ALL_COLUMNS`."""

    indicators: pd.DataFrame
    differences: pd.DataFrame
    bands: pd.DataFrame


def ensemble(accounts: Sequence[Account], variants: Sequence[str]) -> EnsembleTables:
    """Statistics of all accounts; the first of `variants` is the one that others are compared with."""
    figures, course = axes(accounts, variants), axes(accounts, variants, "course")
    names = ("value", "sd", *PERCENTILES)
    return EnsembleTables(
        indicators=_table("indicators", figures, _over(accounts, figures, statistics), names),
        differences=_differences(accounts, figures),
        bands=_table("bands", course, _over(accounts, course, _band), ("mean", *BANDS)),
    )


def _over(accounts: Sequence[Account], of: Axes, measure: _Measure) -> dict[str, Statistics]:
    """Statistics of every variant, some keys at a time."""
    found: dict[str, Statistics] = {}
    for variant in of.variants:
        parts = [measure(gathered(accounts, of, variant, keys)) for keys in of.chunks()]
        found[variant] = _joined(parts)
    return found


def _joined(parts: Sequence[Statistics]) -> Statistics:
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]} if parts else {}


def _band(values: Floats) -> Statistics:
    whole = statistics(values)
    return {"mean": whole["value"], "n": whole["n"], **percentiles(values, BANDS)}


def _differences(accounts: Sequence[Account], of: Axes) -> pd.DataFrame:
    """Of the network by year, of nodes over the whole run; without what differs in no draw."""
    first, *others = of.variants or ("",)
    found: dict[str, list[Statistics]] = {variant: [] for variant in others}
    for keys in of.chunks() if others else ():
        reference = gathered(accounts, of, first, keys)
        for variant in others:
            found[variant].append(paired(gathered(accounts, of, variant, keys), reference, better(keys)))
    told = {variant: _told(of, _joined(parts)) for variant, parts in found.items()}
    return _table("differences", of, told, ("mean", "sd", "low", "high", *PERCENTILES, "better"))


def paired(values: Floats, reference: Floats, rises: Floats) -> Statistics:
    """Statistics of the differences of two variants over the replications in which both are defined.

    `values` and `reference` have the shape (replications, years, keys), `rises` (keys,): 1 where more is better, −1
    where less is, 0 where that depends. `low` and `high` bound the mean with 95 % confidence, by Student's t: the
    replications have to be drawn independently. A difference that is rounding is 0.
    """
    rest = values - reference
    sizes = np.maximum(np.abs(values), np.abs(reference))
    rest = np.where(np.abs(rest) <= DUST * sizes, 0.0, rest)
    whole = dict(statistics(rest))
    n, mean = whole["n"], whole.pop("value")
    half = _student(n) * whole["sd"] / np.sqrt(np.maximum(n, 1))
    improved = (np.sign(rest) == rises) & np.isfinite(rest)
    share = np.where(rises == 0, np.nan, improved.sum(axis=0) / np.maximum(n, 1))
    return {"mean": mean, **whole, "low": mean - half, "high": mean + half, "better": share}


def _student(n: Floats) -> Floats:
    """Quantile of Student's t for the two-sided interval of a mean of n values; not a number below two."""
    from scipy.special import stdtrit

    return np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 0.5 + CONFIDENCE / 2), np.nan)


def better(keys: Sequence[Key]) -> Floats:
    """1 where more of a figure is better, −1 where less is, 0 where that depends on what is wanted."""
    return np.array([_rises(indicator, item) for _, indicator, item, _ in keys])


def _rises(indicator: str, item: str) -> float:
    if indicator in KINDS:
        rises = KINDS[indicator].rises(item)
        return 0.0 if rises is None else 1.0 if rises else -1.0
    return float(indicator in _MORE) - float(indicator in _LESS)


def _told(of: Axes, found: Statistics) -> Statistics:
    """Without what differs in no draw, and nodes' single years."""
    if not found:
        return found
    moved = (found["mean"] != 0) | (found["sd"] != 0)
    return {**found, "n": np.where(moved & _wanted(of), found["n"], 0.0)}


def _wanted(of: Axes) -> NDArray[np.bool_]:
    """Years and keys of which single lanes are told: of the network every year, of nodes the whole run."""
    total = np.array([year == TOTAL for year in of.years])
    network = np.array([key[0] == NETWORK for key in of.keys], dtype=bool)
    return np.asarray(total[:, None] | network)


def lanes(accounts: Sequence[Account], variants: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Table `lanes`, a piece at a time: the same pieces, in order, however lanes were batched."""
    of = axes(accounts, variants)
    wanted = _wanted(of)
    size = max(1, int(LARGEST / (8 * max(1, wanted.size))))
    for variant in of.variants:
        for first in range(0, len(of.replications), size):
            some = replace(of, replications=of.replications[first : first + size])
            yield _of_lanes(some, variant, gathered(accounts, some, variant, of.keys), wanted)


def _of_lanes(of: Axes, variant: str, values: Floats, wanted: NDArray[np.bool_]) -> pd.DataFrame:
    replication, year, key = np.nonzero(np.isfinite(values) & wanted)
    text = _text(of, np.full(len(key), of.variants.index(variant)), year, key)
    numbers = np.array(of.replications, dtype=np.int64)[replication]
    return build("lanes", {**text, "replication": numbers, "value": values[replication, year, key]})


def _table(table: str, of: Axes, found: Mapping[str, Statistics], names: Sequence[str]) -> pd.DataFrame:
    """A row per variant, year and key that any replication defines."""
    told = [variant for variant in of.variants if found.get(variant)]
    shape = (0, len(of.years), len(of.keys))
    counts = np.stack([found[variant]["n"] for variant in told]) if told else np.zeros(shape)
    variant, year, key = np.nonzero(counts > 0)
    places = np.array([of.variants.index(name) for name in told], dtype=np.intp)
    numbers = {
        name: np.stack([found[variant][name] for variant in told])[variant, year, key] if told else np.zeros(0)
        for name in names
    }
    text = _text(of, places[variant], year, key)
    return build(table, {**text, **numbers, "n": counts[variant, year, key].astype(np.int64)})


def _text(of: Axes, variant: Integers, year: Integers, key: Integers) -> dict[str, Text]:
    text = {"variant": Text(variant, of.variants), "period": Text(year, of.years)}
    for field, name in enumerate(_KEY):
        categories = sorted({one[field] for one in of.keys})
        code = {category: n for n, category in enumerate(categories)}
        text[name] = Text(np.array([code[one[field]] for one in of.keys], dtype=np.intp)[key], categories)
    return text
