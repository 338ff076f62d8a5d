"""Who wins and who loses: figures that compare a lane with the first variant's of the same replication, and years.

    gain            cash flow less that of the first variant, by category: over companies they add up to the network's
    npv, payback    of the gain
    abatement_cost  of the network: what a tonne of emissions saved costs, the carbon price apart
    levelised_cost  of a company: what it pays per tonne of product it sends out, capital as an annuity

They need the indicators of all lanes of a run, and are added to them before these are summarised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.economics import (
    abatement_cost,
    discounted_payback,
    levelised_cost,
    net_present_value,
    payback,
    quotient,
)
from simulator.accounting.frames import DUST
from simulator.accounting.grid import Integers, Key, grid
from simulator.accounting.indicators import Yearly
from simulator.accounting.levies import CARBON_PRICE
from simulator.accounting.targets import first_lanes
from simulator.engine.ledger import Floats, Lane
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.scenario.scenario import Scenario

CAPEX, SALE = "capex", "sale"
UNDEFINED = frozenset(("abatement_cost", "levelised_cost", "payback"))
"""What may have no value."""
Figures = tuple[Key, Floats]
"""A key of `Yearly`, and its values by lane and year, the last being the whole run."""


@dataclass(frozen=True)
class Study:
    """The indicators of all lanes, and what is needed to compare them."""

    figures: dict[tuple[str, str, str], Floats]
    """By indicator, node, item: shape (lanes, years), 0 where a lane has no such figure."""
    first: Integers
    """Per lane: that of the first variant with the same replication."""
    comparable: NDArray[np.bool_]
    """Per lane and year: whether it is there in both, and the lane is not the first variant's itself."""
    rate: float | None
    """Discount rate per year; none where nothing is said of it."""

    def of(self, indicator: str, node: str, item: str) -> Floats:
        """One figure of every lane and year; 0 where there is none."""
        return self.figures.get((indicator, node, item), np.zeros(self.comparable.shape))

    def change(self, indicator: str, node: str, item: str) -> Floats:
        """The same less the first variant's, 0 where they differ by rounding; not a number where none is to compare."""
        figure = self.of(indicator, node, item)
        other = figure[self.first]
        differs = np.abs(figure - other) > DUST * np.maximum(np.abs(figure), np.abs(other))
        return np.where(self.comparable, np.where(differs, figure - other, 0.0), np.nan)

    def items(self, indicator: str) -> list[tuple[str, str]]:
        """Nodes and items that an indicator has."""
        return [(node, item) for name, node, item in self.figures if name == indicator]


def appraised(scenario: Scenario, lanes: Sequence[Lane], whole: Yearly) -> Yearly:
    """The same figures with those of `APPRAISALS` beside them."""
    study = _study(scenario, lanes, whole)
    added = [figures for appraisal in APPRAISALS for figures in appraisal(study)]
    keys, values = [key for key, _ in added], [array for _, array in added]
    if not added:
        return whole
    together = grid([*whole.keys, *keys], np.concatenate([whole.values, np.stack(values, axis=-1)], axis=-1))
    return Yearly(whole.years, together.keys, together.values[0], whole.ratios | UNDEFINED)


def _study(scenario: Scenario, lanes: Sequence[Lane], whole: Yearly) -> Study:
    baseline = next(iter(scenario.variants))
    first = np.array(first_lanes(scenario, lanes), dtype=np.intp)
    other = np.array([lane.variant != baseline for lane in lanes]) & (first != np.arange(len(lanes)))
    there: NDArray[np.bool_] = np.asarray(np.isfinite(whole.values).any(axis=-1))
    comparable: NDArray[np.bool_] = np.asarray(there & there[first] & other[:, None])
    comparable[:, -1] &= (there == there[first]).all(axis=1)
    values = np.nan_to_num(whole.values)
    figures = {(name, node, item): values[..., i] for i, (node, name, item, _) in enumerate(whole.keys)}
    economics = scenario.world.economics
    return Study(figures, first, comparable, economics.discount_rate.value if economics else None)


def _gain(study: Study) -> Iterator[Figures]:
    if study.comparable.any():
        for node, item in study.items("cash_flow"):
            yield (node, "gain", item, "EUR"), study.change("cash_flow", node, item)


def _npv(study: Study) -> Iterator[Figures]:
    if study.rate is not None:
        for node, gains in _yearly_gains(study):
            yield (node, "npv", TOTAL, "EUR"), _in_total(study, net_present_value(gains, study.rate))


def _payback(study: Study) -> Iterator[Figures]:
    for node, gains in _yearly_gains(study):
        yield (node, "payback", "simple", "year"), _in_total(study, payback(gains))
        if study.rate is not None:
            value = discounted_payback(gains, study.rate)
            yield (node, "payback", "discounted", "year"), _in_total(study, value)


def _yearly_gains(study: Study) -> Iterator[tuple[str, Floats]]:
    """Nodes and their gains by year, shape (lanes, years); 0 in a year that neither lane has."""
    for node, item in study.items("cash_flow") if study.comparable.any() else ():
        if item == TOTAL:
            yield node, np.nan_to_num(study.change("cash_flow", node, TOTAL)[:, :-1])


def _in_total(study: Study, value: Floats) -> Floats:
    """A figure of the whole run only, where lanes can be compared."""
    figures = np.full(study.comparable.shape, np.nan)
    figures[:, -1] = np.where(study.comparable[:, -1], value, np.nan)
    return figures


def _abatement_cost(study: Study) -> Iterator[Figures]:
    """Without what carbon prices cost: it is these that it is compared with."""
    if study.rate is not None and study.comparable.any():
        gain, capex, carbon = (study.change("cash_flow", NETWORK, item) for item in (TOTAL, CAPEX, CARBON_PRICE))
        cost = study.change("annuity", NETWORK, TOTAL) - (gain - capex - carbon)
        saving = -study.change("emissions", NETWORK, TOTAL)
        yield (NETWORK, "abatement_cost", TOTAL, "EUR/t CO2e"), abatement_cost(cost, saving)


def _levelised_cost(study: Study) -> Iterator[Figures]:
    """By what is paid for; capex stands for its annuity."""
    for node, item in study.items("cash_flow") if study.rate is not None else ():
        if node != NETWORK and item != SALE:
            cost, output = _cost(study, node, item), study.of("products", node, TOTAL)
            values = quotient(cost, output)
            values[:, -1] = levelised_cost(cost[:, :-1], output[:, :-1], study.rate or 0.0)
            yield (node, "levelised_cost", item, "EUR/t"), values


def _cost(study: Study, node: str, item: str) -> Floats:
    """What a company pays of a category or in total; gate fees that it receives count against it, sales do not."""
    if item == CAPEX:
        return study.of("annuity", node, TOTAL)
    paid = -study.of("cash_flow", node, item)
    if item == TOTAL:
        apart = study.of("cash_flow", node, SALE) + study.of("cash_flow", node, CAPEX)
        return paid + apart + study.of("annuity", node, TOTAL)
    return paid


APPRAISALS: tuple[Callable[[Study], Iterator[Figures]], ...] = (
    _abatement_cost,
    _gain,
    _levelised_cost,
    _npv,
    _payback,
)
"""All figures that compare lanes or years."""
