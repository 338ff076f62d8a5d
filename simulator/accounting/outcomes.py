"""What partnerships are judged by: a few sums over the whole run, of every lane, without the tables of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from simulator.accounting.facts import VALUED, dates_of, facts
from simulator.accounting.grid import Key
from simulator.accounting.indicators import (
    RECYCLED,
    RECYCLED_FATES,
    cash_flow,
    emissions,
    recycled_content,
    waste,
    yearly,
)
from simulator.accounting.statistics import without_dust
from simulator.engine.ledger import Floats, Ledger
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.scenario.scenario import Scenario

CASH_FLOW, EMISSIONS, NOT_RECYCLED, CONTENT, WASTE = (
    "cash_flow", "emissions", "not_recycled", "recycled_content", "waste",
)  # fmt: skip


@dataclass(frozen=True, order=True, slots=True)
class Outcome:
    """One figure of a lane over the whole run."""

    name: str
    node: str
    """`network`, or of the cash flow also a company."""
    unit: str

    @property
    def absent(self) -> float:
        """What it is where nothing tells it: a sum is 0, a ratio not a number."""
        return nan if self.unit == "1" else 0.0


_Figures = Mapping[Key, Floats]
"""By node, indicator, item and unit, each of shape (L,)."""
_NETWORK: Mapping[tuple[str, str], Callable[[_Figures], Floats | None]] = {
    (NOT_RECYCLED, "t"): lambda figures: _of(figures, "waste", TOTAL, "t") - _recycled(figures),
    (WASTE, "t"): lambda figures: _of(figures, "waste", TOTAL, "t"),
    (EMISSIONS, "t CO2e"): lambda figures: _of(figures, "emissions", TOTAL, "t CO2e"),
    (CONTENT, "1"): lambda figures: figures.get((NETWORK, "recycled_content", RECYCLED, "1")),
}
"""Outcomes of the network, but for the cash flow, with their units; None where there is none."""
_NEEDED = frozenset({"emissions", "money"})
_INDICATORS = (cash_flow, emissions, recycled_content, waste)


def outcomes(scenario: Scenario, ledger: Ledger) -> Mapping[Outcome, Floats]:
    """The outcomes of the lanes of a ledger, each of shape (L,): the figures of the table `indicators`, bit for bit.

    `recycled_content` is not a number where nothing is taken into use, and absent where nothing ever is.
    """
    dates = dates_of(ledger)
    known = facts(scenario, ledger, dates, {*VALUED.keys() - _NEEDED, "old_scrap"})
    whole = without_dust(yearly(known, dates, _INDICATORS))
    figures = {key: whole.values[:, -1, column] for column, key in enumerate(whole.keys)}
    of_network = {Outcome(name, NETWORK, unit): of(figures) for (name, unit), of in _NETWORK.items()}
    found = {outcome: values for outcome, values in of_network.items() if values is not None}
    money = {Outcome(CASH_FLOW, key[0], key[3]): values for key, values in figures.items() if _is_sum_of_money(key)}
    return found | money


def _is_sum_of_money(key: Key) -> bool:
    return key[1:3] == ("cash_flow", TOTAL)


def _of(figures: _Figures, indicator: str, item: str, unit: str) -> Floats:
    """A sum of the network, 0 where nothing was ever added to it."""
    nothing = np.zeros(len(next(iter(figures.values()))))
    return figures.get((NETWORK, indicator, item, unit), nothing)


def _recycled(figures: _Figures) -> Floats:
    return sum((_of(figures, "waste", fate, "t") for fate in sorted(RECYCLED_FATES)), np.zeros(1))
