"""Which survival curves a plan needs, each with a number: one of every lifetime, and one of every initial stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.engine.curves import at_ends, initial_losses, left_of, vintage_losses
from simulator.engine.parameters import tonnes
from simulator.engine.structure.draft import cohort_of
from simulator.errors import RunError
from simulator.scenario.entered import Vintages, vintages
from simulator.scenario.lifetimes import Lifetime
from simulator.scenario.models import World
from simulator.scenario.scenario import Series

Floats = NDArray[np.float64]
CurveKey = tuple[Lifetime, str, float, Vintages | None]
"""Lifetime, entry convention, interval in days, and vintages at the start."""
STAYS = 1e-6
"""Part of what enters that has to stay for a wanted stock to be kept."""


@dataclass
class CurveBook:
    """Numbers the survival curves that are met, by lifetime, entry convention, interval, and vintages at the start."""

    series: Mapping[str, Series]
    rows: dict[CurveKey, int] = field(default_factory=dict)

    def fork(self) -> CurveBook:
        """A book with the same curves, to which others may be added."""
        return CurveBook(self.series, dict(self.rows))

    def of(self, world: World, company: str, use: str) -> float:
        """Row of the curve of what enters a use."""
        entry = world.companies[company].uses[use]
        key = (entry.lifetime, entry.entry, cohort_of(world, company, use).days(), None)
        if entry.stock is not None and at_ends(*key[:3], 1)[0] < STAYS:
            raise RunError(
                f"companies.{company}.uses.{use}",
                f"of what enters, nothing is in service at the end of its interval of "
                f"{key[2]:g} days, so that no stock can be kept: give a shorter `cohort`, or a longer lifetime",
            )
        return float(self.rows.setdefault(key, len(self.rows)))

    def opening(self, world: World, company: str, use: str) -> tuple[int, float | None]:
        """Row of the curve of what is in use at the start, and how much that is, t, where its vintages tell."""
        entry = world.companies[company].uses[use]
        if entry.ages is None:
            return int(self.of(world, company, use)), None
        ages = tonnes(entry.ages, world, entry.material) or entry.ages
        found = vintages(ages, self.series[str(ages.table)], world.time.start)
        key = (entry.lifetime, entry.entry, cohort_of(world, company, use).days(), found)
        return self.rows.setdefault(key, len(self.rows)), float(left_of(entry.lifetime, entry.entry, found).sum())

    def tables(self, intervals: int, first: int = 0) -> tuple[Floats, Floats]:
        """Survival at the ends of intervals, and losses of an initial stock, each (curves, intervals + 1).

        Of the curves from row `first` on.
        """
        keys = list(self.rows)[first:]
        survival = [at_ends(*key[:3], intervals + 1) for key in keys]
        losses = [_losses(*key, intervals + 1) for key in keys]
        empty = np.zeros((0, intervals + 1))
        return np.stack(survival) if keys else empty, np.stack(losses) if keys else empty


def _losses(lifetime: Lifetime, entry: str, interval: float, found: Vintages | None, count: int) -> Floats:
    if found is None:
        return initial_losses(lifetime, entry, interval, count)
    return vintage_losses(lifetime, entry, found, interval, count)
