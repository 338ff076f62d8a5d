"""What money is reckoned with: prices on emissions and on waste, and how payments of different years compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from simulator.scenario.forms import one_or_many
from simulator.scenario.kinds import Fate, Id, Ids, Model, Price
from simulator.scenario.numbers import In, Number

Covers = Literal["scope_1", "fuel", "process"]
Fates = Annotated[
    tuple[Fate, ...],
    Field(strict=False, min_length=1),
    BeforeValidator(one_or_many, json_schema_input_type=str | list[str]),
]


class CarbonPrice(Model):
    """A price on direct emissions without biogenic CO2: an emissions trading system, or a tax."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    price: Annotated[Number, In("EUR/t CO2e", "EUR/(t CO2e)", "EUR/t CO2", "EUR/(t CO2)", low=0)]
    """What one tonne costs."""
    covers: Covers
    """Emissions it is paid for: `scope_1`, or of these only those of `fuel` or of `process`."""
    companies: Ids | None = None
    """Companies that pay it; where absent, all whose emissions no price with `companies` covers."""
    free_allocation: Mapping[Id, Annotated[Number, In("t CO2e/day", "t CO2/day", low=0)]] = {}
    """Allowances that companies get for nothing, as long as they are active; what they do not need they sell."""


class WasteLevy(Model):
    """A levy or tax on waste, paid by who hands it to a boundary node, besides the fee."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    price: Price
    """What one tonne costs."""
    fates: Fates
    """Fates of waste it is paid for."""


class Economics(Model):
    """How payments of different years are compared; one for all variants."""

    discount_rate: Annotated[Number, In("1", low=0, high=1, series=False)]
    """What a payment a year later is worth less; real where prices are those of one year, else nominal."""
    lifetime: Annotated[Number, In("day", above=0, series=False)]
    """Over which capex is spread, as an annuity."""


def covers(price: CarbonPrice, category: str) -> bool:
    """Whether it is paid for direct emissions of a category: `fuel`, `process`, ...."""
    return price.covers in ("scope_1", category)


def price_of_emissions(prices: Mapping[str, CarbonPrice], company: str, category: str) -> str | None:
    """The one price of a company's direct emissions of a category: one that names it, else one that names nobody."""
    found = {name: price for name, price in prices.items() if covers(price, category)}
    named = (name for name, price in found.items() if price.companies is not None and company in price.companies)
    return next(named, None) or next((name for name, price in found.items() if price.companies is None), None)


def overlaps(prices: Mapping[str, CarbonPrice]) -> Iterator[tuple[str, str, str]]:
    """Pairs of prices that would price the same tonnes, and the company, empty where it is any."""
    for first, second in combinations(sorted(prices), 2):
        one, other = prices[first], prices[second]
        if one.covers != other.covers and "scope_1" not in (one.covers, other.covers):
            continue
        if one.companies is None and other.companies is None:
            yield first, second, ""
        for company in sorted(set(one.companies or ()).intersection(other.companies or ())):
            yield first, second, company
