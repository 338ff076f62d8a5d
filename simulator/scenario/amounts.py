"""What numbers and lengths of time become once they are read: frozen, in internal units."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator import units
from simulator.scenario.distributions import DEVIATIONS, Distribution


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
        """Smallest and largest value it takes in any replication, at any time."""
        low, high = self.distribution.bounds() if self.distribution else (self.value, self.value)
        return self.noise.around(low, high) if self.noise else (low, high)

    @property
    def series(self) -> tuple[str, ...]:
        """What multiplies it through time: its table, and in replications its noise, by name."""
        noise = (self.noise.name,) if self.noise and self.noise.stream else ()
        return (self.table, *noise) if self.table is not None else noise

    @property
    def steady(self) -> float:
        """What of it does not change through time: times its series it is the number."""
        return self.value if self.table is None else self.times


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


@dataclass(frozen=True, slots=True)
class Noise:
    """Redraws a number through time around its value: a factor for each interval, lognormal with mean 1."""

    cv: float
    """Coefficient of variation: standard deviation ÷ mean."""
    every: Span
    """Length of an interval; the first begins with the run."""
    stream: str = ""
    """Names the random numbers in replications; empty where the number stands still at its value."""

    @property
    def sigma(self) -> float:
        """Standard deviation of the factors' natural logarithm (Aitchison and Brown 1957, The Lognormal, 2.3)."""
        return math.sqrt(math.log1p(self.cv**2))

    @property
    def factors(self) -> tuple[float, float]:
        """Smallest and largest factor: so many standard deviations of the logarithm out, as lognormals end."""
        sigma = self.sigma
        low, high = (math.exp(sigma * z - sigma**2 / 2) for z in (-DEVIATIONS, DEVIATIONS))
        return low, high

    @property
    def name(self) -> str:
        """Name of the series of its factors: no other noise, and no table, has it."""
        return f"{self.stream} {self.cv!r} {self.every.months} {self.every.seconds}"

    def around(self, low: float, high: float) -> tuple[float, float]:
        """Smallest and largest product of a factor and a value between two bounds."""
        reached = [value * factor for value in (low, high) for factor in self.factors]
        return min(reached), max(reached)
