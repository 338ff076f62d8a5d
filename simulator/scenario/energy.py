"""Energy carriers, and what companies make, convert and keep of them."""

from __future__ import annotations

from typing import Annotated

from simulator.scenario.kinds import Fraction, Model
from simulator.scenario.numbers import In, NotYet, Number


class Carrier(Model):
    """An energy carrier, bought from the implicit node `grid`."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    emission_factor: Annotated[Number, In("t CO2e/MWh", "t CO2/MWh")] | None = None
    """Emissions of using one MWh: direct where it is a fuel (scope 1), else those of its generation (scope 2)."""
    residual_mix: Annotated[Number, In("t CO2e/MWh", "t CO2/MWh")] | None = None
    """Factor of the residual mix, for the market-based method."""
    price: Annotated[Number, In("EUR/MWh")] | None = None
    """What the grid takes for one MWh."""
    renewable: Fraction | None = None
    """Renewable share."""
    fuel: bool = False
    """Burnt on site: emissions are scope 1."""
    biogenic: bool = False
    """Its CO2 is biogenic and reported apart."""
    levels: Annotated[None, NotYet("Lünen")] = None
    """Temperature levels of a carrier."""
