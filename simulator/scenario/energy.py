"""Energy carriers, and what companies make, convert and keep of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from simulator.scenario.amounts import Number
from simulator.scenario.distributions import stretched
from simulator.scenario.forms import Parsed, split
from simulator.scenario.gases import Gases, is_gross, parse_gases
from simulator.scenario.kinds import Fraction, Id, Model, OneOrMany, Rank
from simulator.scenario.numbers import GROSS, In
from simulator.scenario.wrong import Wrong

CarrierId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
"""A carrier, or one of its levels: `electricity`, `heat.steam`."""
Power = Annotated[Number, In("MWh/day", low=0)]
Energy = Annotated[Number, In("MWh", low=0, series=False)]
Efficiency = Annotated[Number, In("1", above=0)]
_CONSTANT = "must be one number, no time series; of a unit that gives one carrier write the series as its `efficiency`"
Given = Annotated[Number, In("1", above=0, series=False, no_series=_CONSTANT)]


def _gives(raw: Any) -> Any:
    if raw == {}:
        raise Wrong("gives nothing: name a carrier")
    return split(raw)


Gives = Annotated[
    Mapping[CarrierId, Given],
    BeforeValidator(_gives, json_schema_input_type=str | Mapping[str, Given]),
]
Celsius = Annotated[Number, In("degC", low=-273.15)]
_FACTOR: dict[str, Any] = {
    "type": ["string", "object", "number"],
    "description": "in t CO2e/MWh or t CO2/MWh",
    "examples": ["12 t CO2e/MWh"],
}


class Carrier(Model):
    """An energy carrier, bought from the implicit node `grid`."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    emission_factor: Annotated[Gases, Parsed(parse_gases, _FACTOR)] | None = None
    """Emissions of using one MWh: direct where it is a fuel (scope 1), else those of its generation (scope 2). One
    number, or numbers by gas: `{CO2: 0.2 t CO2/MWh, CH4: 5 g/MWh}`, in t of the gas. Of a fuel per MWh of net
    calorific value (Hi); per gross (Hs) where the unit says so, `0.182 t CO2/MWh Hs`."""
    residual_mix: Annotated[Number, In("t CO2e/MWh", "t CO2/MWh")] | None = None
    """Factor of the residual mix, for the market-based method of scope 2; the `emission_factor` where absent."""
    price: Annotated[Number, In("EUR/MWh", calorific=True)] | None = None
    """What the grid takes for one MWh; per gross calorific value where the unit says so, `30 EUR/MWh Hs`."""
    hs_per_hi: Annotated[Number, In("1", low=1, high=1.3, series=False)] | None = None
    """Gross ÷ net calorific value, as 1.1079 of natural gas: needed where a factor or a price is per MWh Hs."""
    renewable: Fraction | None = None
    """Renewable share."""
    fuel: bool = False
    """Burnt on site: emissions are scope 1."""
    biogenic: bool = False
    """Its CO2 is biogenic and reported apart."""
    levels: Mapping[Id, Annotated[Number, In("degC", low=-273.15, series=False)]] = {}
    """Temperature of each level, of heat: what is named `heat.steam` elsewhere. Hotter heat serves colder needs."""

    @model_validator(mode="after")
    def _net(self) -> Self:
        """Converts what is per MWh of gross calorific value, so that everybody else sees it per net."""
        given = self.emission_factor
        factors = given.by_gas if given else {}
        if not any(map(is_gross, (*factors.values(), *filter(None, (self.price,))))):
            return self
        if self.hs_per_hi is None:
            raise Wrong("is missing: how much is a MWh Hi in MWh Hs? 1.1079 of natural gas", ("hs_per_hi",))
        ratio = self.hs_per_hi.value
        net = given and replace(given, by_gas={gas: _per_net(number, ratio) for gas, number in factors.items()})
        price = _per_net(self.price, ratio) if self.price else None
        return self.model_copy(update={"emission_factor": net, "price": price})


def _per_net(number: Number, ratio: float) -> Number:
    """A number per MWh of net calorific value: 1 MWh Hi is `ratio` MWh Hs."""
    if not is_gross(number):
        return number
    bounds = number.distribution
    net = replace(number, unit=number.unit.removesuffix(GROSS), gross=True)
    return replace(_multiplied(net, ratio), distribution=bounds and stretched(bounds, ratio))


def _multiplied(number: Number, ratio: float) -> Number:
    """The number, or what gives it over time, times a ratio; its distribution as before."""
    if number.table is not None:
        return replace(number, times=number.times * ratio)
    return replace(number, value=number.value * ratio)


def with_ratio(carrier: Carrier, before: Carrier) -> Carrier:
    """A carrier whose `hs_per_hi` has changed, with what was written per MWh of gross calorific value changed too."""
    if carrier.hs_per_hi is None or before.hs_per_hi is None or carrier.hs_per_hi.value == before.hs_per_hi.value:
        return carrier
    ratio = carrier.hs_per_hi.value / before.hs_per_hi.value
    factors, price = carrier.emission_factor, carrier.price
    if factors is not None:
        by_gas = {gas: _multiplied(one, ratio) if one.gross else one for gas, one in factors.by_gas.items()}
        factors = replace(factors, by_gas=by_gas)
    if price is not None and price.gross:
        price = _multiplied(price, ratio)
    return carrier.model_copy(update={"emission_factor": factors, "price": price})


class Generator(Model):
    """Gives energy whenever it can, wanted or not: sun, wind, or fuel burnt by a profile."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    gives: Gives
    """Carrier it gives; or, of what burns fuel, MWh of each carrier per MWh of fuel."""
    capacity: Power
    """Most it gives, of the carrier it `follows`."""
    profile: Fraction | None = None
    """Part of the capacity that it gives, through time; all of it where absent."""
    from_: CarrierId | None = Field(default=None, alias="from")
    """Fuel that it uses; sun and wind need none."""
    efficiency: Efficiency | None = None
    """Energy given per energy used, where it gives one carrier."""
    follows: CarrierId | None = None
    """Of several carriers given the one that capacity and profile refer to."""
    renewable: Fraction | None = None
    """Renewable share of what it gives; where absent that of its fuel, and 1 without fuel."""
    partnership: OneOrMany = ()
    """Exists only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""


class Cop(Model):
    """What a heat pump gives per electricity used: a part of the Carnot factor T ÷ (T − T_source)."""

    source: Celsius
    """Temperature of what it cools: air, ground, waste water."""
    quality: Annotated[Number, In("1", above=0, high=1)]
    """Part of the Carnot factor that it reaches."""


class Converter(Model):
    """Turns one carrier into others as far as they are needed: boiler, combined heat and power, heat pump."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    from_: CarrierId = Field(alias="from")
    """Carrier that it uses."""
    gives: Gives
    """Carrier it gives; or MWh of each carrier per MWh used."""
    efficiency: Efficiency | None = None
    """Energy given per energy used, where it gives one carrier."""
    cop: Cop | None = None
    """Instead of an efficiency, of a heat pump: it gives one level of heat."""
    follows: CarrierId | None = None
    """Of several carriers given the one whose need it follows."""
    capacity: Power | None = None
    """Most it gives, of the carrier it follows; unlimited where absent."""
    rank: Rank = 5
    """Which of several runs first."""
    partnership: OneOrMany = ()
    """Exists only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""


class Storage(Model):
    """Keeps energy that is left over until it is needed."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    carrier: CarrierId
    """What it keeps."""
    capacity: Annotated[Number, In("MWh", low=0)]
    """Most that it holds."""
    power: Power
    """Most that it takes in, and gives out, per time."""
    efficiency: Annotated[Number, In("1", above=0, high=1)]
    """Part of what it takes in that it gives out again."""
    initial: Energy | None = None
    """What it holds at the start of the run, if it is there by then; nothing where absent."""
    partnership: OneOrMany = ()
    """Exists only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""


class EnergyFlow(Model):
    """An edge: one energy carrier from one node to another."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    sender: Id = Field(alias="from")
    """Company or boundary node that gives."""
    receiver: Id = Field(alias="to")
    """Company or boundary node that takes."""
    energy: CarrierId
    """What moves: a carrier, with its level where it has levels."""
    rank: Rank | None = None
    """1 first; 5 where absent."""
    capacity: Power | None = None
    """Most that the sender gives; unlimited where absent."""
    loss: Annotated[Number, In("1", low=0, high=0.999)] | None = None
    """Part that is lost on the way; nothing where absent."""
    price: Annotated[Number, In("EUR/MWh")] | None = None
    """The receiver pays it for what arrives; negative means a fee."""
    emission_factor: Annotated[Number, In("t CO2e/MWh", "t CO2/MWh")] | None = None
    """Emissions of generating what arrives, scope 2 of the receiver."""
    renewable: Fraction | None = None
    """Renewable share of what arrives; where absent that of what its sender, a company, passes on."""
    distance: Annotated[Number, In("km", low=0)] | None = None
    """Length of the way."""
    partnership: OneOrMany = ()
    """Open only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""
