"""A tonne is priced at most once: checks of carbon prices and waste levies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.scenario.economics import CarbonPrice, overlaps, price_of_emissions
from simulator.scenario.models import World
from simulator.scenario.references import listed, unknown
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem

CATEGORIES = ("fuel", "process")
"""Direct emissions that may be priced apart."""


def check_levies(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """Unknown companies, and tonnes that would be priced twice."""
    for name, price in world.carbon_prices.items():
        yield from _companies(world, name, price, ("carbon_prices", name))
    for first, second, company in overlaps(world.carbon_prices):
        yield Problem(("carbon_prices", second, *(("companies",) if company else ())), _twice(first, company))
    yield from _fates(world)


def _companies(world: World, name: str, price: CarbonPrice, keys: Keys) -> Iterator[Problem]:
    if price.companies == ():
        yield Problem((*keys, "companies"), "names no company: leave it out, and it covers all that no other names")
    yield from listed("company", price.companies or (), world.companies, (*keys, "companies"))
    yield from unknown("company", price.free_allocation, world.companies, (*keys, "free_allocation"))
    for company in price.free_allocation:
        if company in world.companies and not _pays(world, company, name):
            message = f"{company} does not pay this price: what it covers there is covered by another, or by none"
            yield Problem((*keys, "free_allocation", company), message)


def _pays(world: World, company: str, name: str) -> bool:
    return name in {price_of_emissions(world.carbon_prices, company, category) for category in CATEGORIES}


def _twice(other: str, company: str) -> str:
    if company:
        return f"{company} pays {other} for the same tonnes: a tonne is priced once, leave it out of one of them"
    return f"would price the same tonnes as {other}: name the `companies` of one, the other then takes the rest"


def _fates(world: World) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for name, levy in sorted(world.waste_levies.items()):
        for fate in levy.fates:
            if fate in taken:
                message = f"{fate} is levied by {taken[fate]} already: a tonne is priced once, add up their prices"
                yield Problem(("waste_levies", name, "fates"), message)
            taken[fate] = name
