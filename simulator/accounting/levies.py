"""What emissions and waste cost beyond what anyone charges for them: carbon prices in layers, and levies on waste.

A tonne is priced at most once: each company's direct emissions of a category have one carbon price or none. Biogenic
CO2 costs nothing. What others emit for a company, its electricity above all, is in their prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from simulator.accounting.factors import Line
from simulator.accounting.quantities import TIME
from simulator.accounting.sources import FOSSIL, emissions
from simulator.accounting.taps import Taps
from simulator.scenario.economics import price_of_emissions
from simulator.scenario.models import World
from simulator.scenario.trade import PAYS, RECEIVES, accepted

CARBON_PRICE, LEVY = "carbon_price", "waste_levy"
"""Categories of the table `money`."""
FREE = "free allocation"
"""Source of what allowances given for nothing are worth; no id, so that nothing else is called so."""
OUTSIDE = "outside"
"""Whom nothing else is known of: carriers, staff, the state."""


def carbon_prices(world: World, taps: Taps) -> Iterator[Line]:
    """Direct emissions times their price, and the allowances given for nothing times it; keys as in `money`."""
    for line in emissions(world, taps) if world.carbon_prices else ():
        node, scope, category, source, *_ = line.key
        name = price_of_emissions(world.carbon_prices, node, category) if scope == "1" else None
        if name is not None and line.column == FOSSIL:
            numbers = (*line.numbers, world.carbon_prices[name].price)
            yield replace(line, key=(node, CARBON_PRICE, source, name, OUTSIDE), numbers=numbers, sign=PAYS * line.sign)
    yield from _free_allocations(world)


def _free_allocations(world: World) -> Iterator[Line]:
    for name, price in world.carbon_prices.items():
        for company, allowances in price.free_allocation.items():
            if world.companies[company].active:
                key = (company, CARBON_PRICE, FREE, name, OUTSIDE)
                yield Line(key, (TIME, ()), (allowances, price.price), sign=RECEIVES)


def waste_levies(world: World, _: Taps) -> Iterator[Line]:
    """Mass handed to a boundary node times the levy on its fate there, at who hands it over."""
    levies = {fate: name for name, levy in world.waste_levies.items() for fate in levy.fates}
    for flow_name, flow in world.flows.items() if levies else ():
        accept = accepted(world, flow)
        if flow.sender in world.companies and accept is not None and accept.fate in levies:
            levy = levies[accept.fate]
            price = world.waste_levies[levy].price
            yield Line((flow.sender, LEVY, flow_name, levy, OUTSIDE), ("flow", (flow_name,)), (price,), sign=PAYS)
