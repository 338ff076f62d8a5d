"""Boundary nodes: what the world outside sells, buys and accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from simulator.scenario.kinds import Fate, Id, Ids, Location, Model, Origin, Price, Rate
from simulator.scenario.numbers import In, Number


class Supply(Model):
    """What a boundary node sells of one material."""

    rate: Rate | None = None
    """Unlimited where absent."""
    price: Price | None = None
    """What one tonne costs; the receiver pays it."""
    emission_factor: Annotated[Number, In("t CO2e/t", "t CO2/t")] | None = None
    """Upstream emissions of one tonne, cradle to gate (scope 3)."""
    origin: Origin = "primary"
    """Origin of the material: `primary`, or recycled before it enters the system."""


class Demand(Model):
    """What a boundary node buys of one material."""

    rate: Rate | None = None
    """Unlimited where absent."""
    any_of: Ids = ()
    """Materials that satisfy it; the one it is named after where absent."""
    price: Price | None = None
    """What it pays for one tonne."""
    backlog: bool = False
    """Unmet demand is carried on, not lost."""


class Accept(Model):
    """What a boundary node takes as waste."""

    rate: Rate | None = None
    """Unlimited where absent."""
    fee: Price | None = None
    """Gate fee the sender pays."""
    fate: Fate
    """Where the waste ends."""
    emission_factor: Annotated[Number, In("t CO2e/t", "t CO2/t")] | None = None
    """Emissions of treating one tonne (scope 3 of the sender)."""


class BoundaryNode(Model):
    """A node outside the system boundary: supplies, demands, or accepts."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    location: Location | None = None
    """Latitude and longitude in degrees."""
    supplies: Mapping[Id, Supply] = {}
    """What it sells, by material."""
    demands: Mapping[Id, Demand] = {}
    """What it buys, by material."""
    accepts: Mapping[Id, Accept] = {}
    """What it takes as waste, by material."""
    active: bool = True
    """`false` switches it off."""
