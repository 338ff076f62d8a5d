"""What numbers and lengths of time become once they are read: frozen, in internal units."""

from __future__ import annotations

from dataclasses import dataclass

from simulator import units
from simulator.scenario.distributions import Distribution, Noise


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a scenario, in internal units (t, MWh, km, day, EUR, t CO2e and their quotients)."""

    value: float
    """The number a run without replications uses; `nan` where a table gives it."""
    unit: str
    """The internal unit the value is in, one of those the field accepts."""
    table: str | None = None
    """Name of the time series that gives the value over time, already in `unit` once read."""
    times: float = 1.0
    """What `scale` multiplied the table by (a plain value is scaled at once)."""
    distribution: Distribution | None = None
    pieces: bool = False
    """The value counts pieces and still has to be multiplied by the material's `piece`."""
    source: str | None = None
    kind: str | None = None
    """`published` or `assumption`."""
    noise: Noise | None = None
    """Redrawn through time."""
    factor: str | None = None
    """Entry of the factor library that gives the value."""
    draw: str | None = None
    """Name of the draw it shares with all that name the same."""
    gross: bool = False
    """It was written per MWh of gross calorific value, and converted by the carrier's ratio."""

    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value it takes in any replication."""
        return self.distribution.bounds() if self.distribution else (self.value, self.value)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of calendar time: whole months, and whole seconds for everything shorter."""

    months: int = 0
    seconds: int = 0
    distribution: Distribution | None = None
    """How it varies between replications, in days."""
    draw: str | None = None
    """Name of the draw it shares with all that name the same."""

    def days(self) -> float:
        """Length in days, a month counting a twelfth of 365.25."""
        return self.months * units.DAYS_PER_MONTH + self.seconds / units.SECONDS_PER_DAY
