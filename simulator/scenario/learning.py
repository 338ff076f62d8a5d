"""Learning by doing: a process becomes cheaper with all that it has ever processed."""

from __future__ import annotations

import math
from typing import Annotated

from simulator.scenario.kinds import Id, Model
from simulator.scenario.numbers import In, Number


class Learning(Model):
    """The one-factor learning curve: cost × (experience so far ÷ `experience`)^log2(1 − `rate`), after T. P. Wright,
    Factors Affecting the Cost of Airplanes, Journal of the Aeronautical Sciences 3 (1936)."""

    rate: Annotated[Number, In("1", low=0, high=0.99, series=False)]
    """Learning rate: the part by which the cost falls with each doubling of what was ever processed."""
    experience: Annotated[Number, In("t", above=0, series=False)]
    """What was processed before the run begins, for which `cost` holds: in tonnes of what the cost is per."""
    floor: Annotated[Number, In("EUR/t", low=0, series=False)] | None = None
    """Cost per tonne below which it does not fall."""
    shared: Id | None = None
    """Name of an experience that all processes have in common which write the same one: each learns from all."""

    @property
    def exponent(self) -> float:
        """By how many powers of the experience the cost falls, −log2(1 − rate)."""
        return -math.log2(1.0 - self.rate.value)
