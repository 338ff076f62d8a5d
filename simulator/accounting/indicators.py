"""Indicators: numbers per variant and year, for each node and the network, from the facts of every lane.

To add one, write a function from `Facts` to a `Measure` and add it to `INDICATORS`, one of energy to those of
`energy_indicators.py`, of cycles to those of `cycles.py`, of scrap to those of `scrap.py`; what compares lanes or years
is in `appraisal.py`. Its unit and items are told to targets in `KINDS` of `scenario/figures.py`; tests hold that none
is forgotten. Items: `total`;
`scope_1`, `scope_2`, `scope_3`; a fate; a carrier; a mode; a substance; an origin, `recycled` (all that is not
primary), and `material.origin` for one material of a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from simulator.accounting.cycles import CYCLE_INDICATORS
from simulator.accounting.energy_indicators import ENERGY_INDICATORS
from simulator.accounting.facts import Facts, in_years
from simulator.accounting.frames import DUST
from simulator.accounting.grid import Calendar, Grid, Key, grid, joined, spread
from simulator.accounting.levies import CARBON_PRICE, FREE
from simulator.accounting.measure import Measure, both
from simulator.accounting.scrap import SCRAP_INDICATORS
from simulator.accounting.sources import BIOGENIC, MARKET, PARTNER_ENERGY
from simulator.engine.ledger import Floats
from simulator.scenario.figures import NETWORK, TOTAL

RECYCLED = "recycled"
TOTAL_MARKET = "total_market"
RECYCLED_FATES = frozenset({"recycling", "reuse", "composting"})
"""Fates that count in the recycling rate: neither energy recovery, nor backfilling, nor export (2008/98/EC, Art. 3)."""


def waste(facts: Facts) -> Measure:
    """Waste that met its fate, by the node where it arose, t."""
    return Measure("waste", "t", spread(facts.waste, lambda key: both(key[0], key[2], TOTAL), [(NETWORK, TOTAL)]))


def recycling_rate(facts: Facts) -> Measure:
    """Part of the waste of a node whose fate was recycling, reuse or composting."""
    everything = spread(facts.waste, lambda key: both(key[0], TOTAL))
    recycled = spread(facts.waste, lambda key: both(key[0], TOTAL) if key[2] in RECYCLED_FATES else (), everything.keys)
    return Measure("recycling_rate", "1", recycled, per=everything)


def emissions(facts: Facts) -> Measure:
    """Greenhouse gases by scope without biogenic CO2, with scope 2 by location and, in two items, by market, t CO2e."""
    always = [(NETWORK, item) for item in ("scope_1", "scope_2", "scope_3", TOTAL)]
    located = spread(facts.emissions, lambda key: _counted(key, f"scope_{key[1]}", TOTAL), always)
    rest = spread(facts.emissions, lambda key: _counted(key, TOTAL_MARKET) if key[1] != "2" else ())
    bought = spread(facts.emissions, lambda key: _counted(key, "scope_2_market", TOTAL_MARKET), value=MARKET)
    return Measure("emissions", "t CO2e", joined(located, joined(rest, bought)))


def _counted(key: Key, *items: str) -> list[Key]:
    """The node, and the network unless a partner's scope 1 has the tonne already."""
    return [(key[0], item) for item in items] if key[2] == PARTNER_ENERGY else both(key[0], *items)


def committed_emissions(facts: Facts) -> Measure:
    """Methane that what was tipped in a year gives off after the end of the run, in no other figure, t CO2e."""
    return Measure("committed_emissions", "t CO2e", spread(facts.committed, lambda key: both(key[0], TOTAL)))


def avoided_emissions(facts: Facts) -> Measure:
    """What flows spare elsewhere, by flow, at who gives; never taken off any other figure, t CO2e."""
    spared = spread(facts.avoided, lambda key: [key, *both(key[0], TOTAL)])
    return Measure("avoided_emissions", "t CO2e", spared)


def biogenic_co2(facts: Facts) -> Measure:
    """Biogenic CO2, apart, t CO2."""
    totals = spread(facts.emissions, lambda key: both(key[0], TOTAL), [(NETWORK, TOTAL)], value=BIOGENIC)
    return Measure("biogenic_co2", "t CO2", totals)


def recycled_content(facts: Facts) -> Measure:
    """Origins of what a company sends out, waste excepted; of the network: of what uses and demands take in."""
    origins = sorted({key[2] for key in facts.products.keys})
    items = [*origins, RECYCLED]

    def whole(key: Key) -> list[Key]:
        node, material, _ = key
        return [(node, name) for item in items for name in (item, f"{material}.{item}")]

    def part(key: Key) -> list[Key]:
        node, material, origin = key
        found = [origin] if origin == "primary" else [origin, RECYCLED]
        return [(node, name) for item in found for name in (item, f"{material}.{item}")]

    divisors = spread(facts.products, whole)
    return Measure("recycled_content", "1", spread(facts.products, part, divisors.keys), per=divisors)


def stock_in_use(facts: Facts) -> Measure:
    """In service at the end of the year, by use, t."""
    return Measure("stock_in_use", "t", spread(facts.in_use, lambda key: [key, (NETWORK, TOTAL)]))


def transport_work(facts: Facts) -> Measure:
    """Mass times distance, by who pays and mode, t km."""
    return Measure("transport_work", "t km", spread(facts.transport_work, lambda key: both(key[0], key[1], TOTAL)))


def unmet_demand(facts: Facts) -> Measure:
    """Demand of uses and boundary nodes that was not met, t."""
    return Measure("unmet_demand", "t", spread(facts.unmet, lambda key: [key, (NETWORK, TOTAL)], [(NETWORK, TOTAL)]))


def contract_shortfall(facts: Facts) -> Measure:
    """What flows lack of the minimum of their contracts, by flow, at who gives, when a period ends, t."""
    return Measure("contract_shortfall", "t", spread(facts.shortfalls, lambda key: [key, (NETWORK, TOTAL)]))


def throughput(facts: Facts) -> Measure:
    """Input processed, by process, t."""
    return Measure("throughput", "t", spread(facts.processes, lambda key: [(key[0], key[1])], value=1))


def cash_flow(facts: Facts) -> Measure:
    """What a company receives less what it pays, by category; between companies it cancels, EUR."""
    totals = spread(facts.money, lambda key: both(key[0], key[1], TOTAL), [(NETWORK, TOTAL)])
    return Measure("cash_flow", "EUR", totals)


def carbon_cost(facts: Facts) -> Measure:
    """What carbon prices cost, less what free allowances are worth, by price, EUR."""
    return Measure("carbon_cost", "EUR", _negative(spread(facts.money, partial(_carbon, free=True))))


def carbon_opportunity_cost(facts: Facts) -> Measure:
    """Priced emissions times their price, as if no allowance were free, by price, EUR."""
    return Measure("carbon_opportunity_cost", "EUR", _negative(spread(facts.money, partial(_carbon, free=False))))


def _carbon(key: Key, *, free: bool) -> list[Key]:
    """Where a payment counts as a cost of carbon, with or without the free allocation."""
    node, category, source, price, _ = key
    counts = category == CARBON_PRICE and (free or source != FREE)
    return both(node, price, TOTAL) if counts else []


def _negative(grid: Grid) -> Grid:
    return Grid(grid.keys, tuple(0.0 - values for values in grid.values))


def annuity(facts: Facts) -> Measure:
    """Capex of partnerships spread over its lifetime, for the days they are in force, by partnership, EUR."""
    return Measure("annuity", "EUR", spread(facts.annuities, lambda key: both(key[0], key[1], TOTAL)))


def jobs(facts: Facts) -> Measure:
    """Jobs at the mean daily throughput, by process, FTE."""
    work = spread(facts.labour, lambda key: [*both(key[0], TOTAL), (key[0], key[1])])
    time = np.broadcast_to(facts.days.values[0], work.values[0].shape)
    return Measure("jobs", "FTE", work, per=Grid(work.keys, (time,)))


def products(facts: Facts) -> Measure:
    """What a company sends out, waste excepted; of the network: what uses and boundary demands take in; t."""
    return Measure("products", "t", spread(facts.products, lambda key: [(key[0], key[1]), (key[0], TOTAL)]))


def outage_days(facts: Facts) -> Measure:
    """Time out of order, being started up again included, by process, days."""
    return Measure("outage_days", "day", facts.outages)


def restarts(facts: Facts) -> Measure:
    """How often a process was repaired and started up again, by process."""
    return Measure("restarts", "1", facts.restarts)


def start_up_days(facts: Facts) -> Measure:
    """Time being started up after outages, by process, days."""
    return Measure("start_up_days", "day", facts.starting)


def shipped(facts: Facts) -> Measure:
    """Mass sent, by sender and flow, t."""
    return Measure("shipped", "t", facts.shipped)


INDICATORS: tuple[Callable[[Facts], Measure], ...] = (
    annuity,
    avoided_emissions,
    biogenic_co2,
    carbon_cost,
    carbon_opportunity_cost,
    cash_flow,
    committed_emissions,
    contract_shortfall,
    emissions,
    jobs,
    outage_days,
    products,
    recycled_content,
    recycling_rate,
    restarts,
    shipped,
    start_up_days,
    stock_in_use,
    throughput,
    transport_work,
    unmet_demand,
    waste,
    *CYCLE_INDICATORS,
    *ENERGY_INDICATORS,
    *SCRAP_INDICATORS,
)
"""All indicators."""


@dataclass(frozen=True)
class Yearly:
    """Indicators of the lanes of one ledger."""

    years: tuple[str, ...]
    """Ends with `total`."""
    keys: tuple[Key, ...]
    """Node, indicator, item, unit."""
    values: Floats
    """Shape (L, years, keys); not a number where undefined."""
    ratios: frozenset[str] = frozenset()
    """Indicators that are undefined where they are absent; others are 0 there."""


def yearly(known: Facts, dates: Calendar, indicators: Sequence[Callable[[Facts], Measure]] = INDICATORS) -> Yearly:
    """Indicators by year, from facts by period."""
    of_years = in_years(known, dates)
    measures = [indicator(of_years) for indicator in indicators]
    keys = [(node, measure.name, item, measure.unit) for measure in measures for node, item in measure.amounts.keys]
    figures = np.concatenate([_figures(measure) for measure in measures], axis=-1)
    figures[dates.absent] = np.nan
    ordered = grid(keys, figures)
    return Yearly((*dates.years, TOTAL), ordered.keys, ordered.values[0], _ratios(measures))


BANDED: tuple[Callable[[Facts], Measure], ...] = (cash_flow, emissions, waste)
"""Indicators of which the course of the network is kept by period, for bands over replications."""


def by_period(known: Facts, dates: Calendar) -> Yearly:
    """What is kept of the network's course: `BANDED`, with periods for years."""
    measures = [indicator(known) for indicator in BANDED]
    found = [(measure, n) for measure in measures for n, key in enumerate(measure.amounts.keys) if key[0] == NETWORK]
    keys = [(NETWORK, measure.name, measure.amounts.keys[n][1], measure.unit) for measure, n in found]
    figures = np.stack([_figures(measure)[..., n] for measure, n in found], axis=-1)
    figures[dates.last_rows < 0] = np.nan
    ordered = grid(keys, figures)
    return Yearly(dates.periods, ordered.keys, ordered.values[0], _ratios(measures))


def _ratios(measures: Iterable[Measure]) -> frozenset[str]:
    return frozenset(measure.name for measure in measures if measure.per is not None)


def _figures(measure: Measure) -> Floats:
    amounts = measure.amounts.values[0]
    if measure.per is None:
        return amounts
    divisors = measure.per.values[0]
    telling = divisors > DUST * np.abs(amounts)  # what fades out for ever is nothing to divide by
    return np.divide(amounts, divisors, out=np.full_like(amounts, np.nan), where=telling)
