"""Boundary nodes: what the world outside sells, buys and accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from simulator.scenario.kinds import Avoided, Fate, Id, Ids, Location, Model, Origin, Part, Price, Rate
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
    """Origin of the material: `primary`, or recycled before it enters the system. Waste says it, or a warning does."""
    carry: bool = True
    """`false`: what is not bought at one settlement is lost; else up to one review, or one lot, of it is there at the
    next."""


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
    avoids: Avoided | None = None
    """Emissions that one tonne spares, because it would else take something else; reported apart."""


class Decay(Model):
    """Methane from a landfill by first-order decay (IPCC 2006 Guidelines, vol. 5, ch. 3); no key has a default."""

    doc: Part
    """Degradable organic carbon, as a fraction of the mass as it is tipped."""
    docf: Part
    """Fraction of it that decays at all; IPCC default 0.5."""
    mcf: Part
    """Methane correction factor: 1 where no air gets in."""
    f: Part
    """Fraction of methane in the gas, by volume; IPCC default 0.5."""
    ox: Part
    """Fraction of the methane that oxidises in the cover; IPCC 0, or 0.1 under a good cover."""
    recovery: Part
    """Fraction of the methane that is caught and burnt."""
    k: Annotated[Number, In("1/day", above=0, series=False)]
    """Rate of decay, such as 0.06 1/year: ln 2 ÷ half-life."""
    delay: Annotated[Number, In("day", low=0, series=False)]
    """From tipping to the start of decay; IPCC default 6 month."""


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
    oxidation: Part | None = None
    """Instead of a factor, where it is burnt: the part of the carbon of its substances that becomes CO2."""
    decay: Decay | None = None
    """Instead of a factor, where it is tipped: how it becomes methane."""
    avoids: Avoided | None = None
    """Emissions that one tonne spares, because something else would else be used or done; reported apart."""
    carry: bool = True
    """`false`: what is not used of the rate at one settlement is lost; else up to one review, or one lot, of it is
    carried to the next."""


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
