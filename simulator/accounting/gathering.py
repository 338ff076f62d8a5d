"""Figures of many accounts side by side: by variant and some keys at a time, so that memory stays bounded.

No figure depends on how lanes were batched: replications are put in order, and what is absent from an account because
it is zero in all its lanes is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.accounting.accounts import Account
from simulator.accounting.grid import Key
from simulator.accounting.indicators import Yearly
from simulator.accounting.statistics import telling
from simulator.engine.ledger import Floats

Part = Literal["figures", "course"]
LARGEST = 1e7
"""Bytes of figures that are gathered at a time."""


@dataclass(frozen=True)
class Axes:
    """What the figures of all accounts have in common."""

    part: Part
    variants: tuple[str, ...]
    replications: tuple[int, ...]
    """Ascending."""
    years: tuple[str, ...]
    """Or periods; `total`, where there is one, stands last."""
    keys: tuple[Key, ...]
    """Those that say something."""

    def chunks(self) -> Iterator[tuple[Key, ...]]:
        """Keys, so many at a time that their figures of one variant are no larger than `LARGEST`."""
        size = max(1, int(LARGEST / (8 * max(1, len(self.replications) * len(self.years)))))
        for first in range(0, len(self.keys), size):
            yield self.keys[first : first + size]


def axes(accounts: Sequence[Account], variants: Sequence[str], part: Part = "figures") -> Axes:
    """The axes of all accounts, without keys that are zero in every lane, but for those that say something by it."""
    years: set[str] = set()
    keys: set[Key] = set()
    for one in accounts:
        whole: Yearly = getattr(one, part)
        years.update(whole.years)
        alive = (np.nan_to_num(whole.values) != 0).any(axis=(0, 1))
        keys.update(key for key, lives in zip(whole.keys, alive, strict=True) if lives or telling(key))
    lanes = {lane for one in accounts for lane in one.lanes}
    present = {lane.variant for lane in lanes}
    return Axes(
        part=part,
        variants=tuple(name for name in variants if name in present),
        replications=tuple(sorted({lane.replication for lane in lanes})),
        years=tuple(sorted(years)),
        keys=tuple(sorted(keys)),
    )


def gathered(accounts: Sequence[Account], of: Axes, variant: str, keys: Sequence[Key]) -> Floats:
    """Figures of one variant, shape (replications, years, keys); not a number where undefined, or where a lane failed.

    A key that no account of the variant has is undefined throughout.
    """
    values = np.full((len(of.replications), len(of.years), len(keys)), np.nan)
    number = {replication: n for n, replication in enumerate(of.replications)}
    missing = set(keys)
    for one in accounts:
        rows = [n for n, lane in enumerate(one.lanes) if lane.variant == variant and lane.replication in number]
        if rows:
            whole: Yearly = getattr(one, of.part)
            at = [number[one.lanes[n].replication] for n in rows]
            at_years = [of.years.index(year) for year in whole.years]
            values[np.ix_(at, at_years)] = _figures(whole, rows, keys)
            missing.difference_update(set(whole.keys))
    values[..., [key in missing for key in keys]] = np.nan
    return values


def _figures(whole: Yearly, rows: Sequence[int], keys: Sequence[Key]) -> Floats:
    """Some keys of some lanes, shape (rows, years, keys)."""
    place = {key: n for n, key in enumerate(whole.keys)}
    here = [n for n, key in enumerate(keys) if key in place]
    absent = [n for n, key in enumerate(keys) if key not in place and key[1] not in whole.ratios]
    own = np.asarray(whole.values[rows])
    figures = np.full((*own.shape[:2], len(keys)), np.nan)
    figures[..., here] = own[..., [place[keys[n]] for n in here]]
    figures[..., absent] = np.where(np.isfinite(own).any(axis=-1), 0.0, np.nan)[..., None]
    return figures
