"""Outcomes by which many lanes are judged: a few figures of the network over the whole run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.grid import Key
from simulator.accounting.indicators import RECYCLED_FATES
from simulator.scenario.figures import NETWORK, TOTAL

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sum of figures of the network."""

    title: str
    label: str
    """The same in a word or two."""
    indicator: str
    unit: str
    less: tuple[str, ...] = ()
    """Items of the indicator that are taken off its total."""
    item: str = TOTAL
    """What the figure is called in tables."""
    rises: bool = False
    """Whether more of it is better."""

    @property
    def name(self) -> str:
        """What it is called on the command line, and in the names of files."""
        return self.indicator if self.item == TOTAL else self.item

    @property
    def key(self) -> Key:
        """As tables have it: node, indicator, item, unit."""
        return NETWORK, self.indicator, self.item, self.unit


_RECYCLED = tuple(sorted(RECYCLED_FATES))
_ALL = (
    Outcome("Waste", "Waste", "waste", "t"),
    Outcome("Waste not recycled", "Waste not recycled", "waste", "t", _RECYCLED, "not_recycled"),
    Outcome("Greenhouse gas emissions", "Emissions", "emissions", "t CO2e"),
    Outcome("Cash flow of the network", "Cash flow", "cash_flow", "EUR", rises=True),
)
OUTCOMES: Mapping[str, Outcome] = {one.name: one for one in _ALL}
"""All outcomes, by name."""


def outcome(one: Outcome, keys: Sequence[Key], figures: Floats) -> Floats:
    """An outcome from figures of shape (…, keys), shape (…); what is in no lane is 0."""
    return _sum(one, (TOTAL,), keys, figures) - _sum(one, one.less, keys, figures)


def _sum(one: Outcome, items: Sequence[str], keys: Sequence[Key], figures: Floats) -> Floats:
    places = [n for n, key in enumerate(keys) if key[:2] == (NETWORK, one.indicator) and key[2] in items]
    return np.asarray(figures[..., places].sum(axis=-1))
