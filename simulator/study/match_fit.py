"""Whether one material could stand in for another in a process: what of both the recipe turns into products.

The useful mass of a substance in a tonne of material is its fraction times the part of it that the process turns into
outputs which are not waste; where the process gives energy off, what it releases to the air is of use, too, as its
fuel. `fit` compares two materials substance by substance, `replacement` their sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from simulator.scenario.models import Coefficients, Process, World
from simulator.scenario.numbers import Number
from simulator.scenario.recipes import fraction
from simulator.scenario.references import OTHER
from simulator.scenario.scenario import Series

Fractions = Mapping[str, float]
"""By substance."""


def useful_parts(world: World, process: Process) -> Fractions:
    """By substance, the part that a process turns into something useful.

    A coefficient that a table gives counts as 0.
    """
    parts = [part for name, part in process.outputs.items() if not world.materials[name].waste]
    burnt = process.releases.get("air") if any(number.value < 0 for number in process.energy.values()) else None
    return {name: _useful(process, name, parts, burnt) for name in sorted({*world.substances, OTHER})}


def _useful(process: Process, substance: str, parts: Iterable[Coefficients], burnt: Coefficients | None) -> float:
    """What nobody declared is nobody's fuel."""
    fuel = [burnt] if burnt is not None and substance != OTHER else []
    found = sum(fraction(process, part, substance) for part in [*parts, *fuel])
    return found if isfinite(found) else 0.0


def fit(waste: Fractions, feed: Fractions, useful: Fractions) -> float:
    """Which part of what is useful in a tonne of feed is in a tonne of waste as well, substance by substance; 0 to 1.

    `other` is never common to both, since nobody knows what it is.
    """
    yields = {name: part * useful.get(name, 0.0) for name, part in feed.items()}
    common = sum(min(yields[name], part * useful.get(name, 0.0)) for name, part in waste.items() if _both(name, yields))
    total = sum(yields.values())
    return common / total if total > 0 else 0.0


def _both(substance: str, yields: Fractions) -> bool:
    return substance != OTHER and substance in yields


def replacement(waste: Fractions, feed: Fractions, useful: Fractions) -> float:
    """Tonnes of feed that a tonne of waste replaces: at most one, since an input takes tonne for tonne."""
    made = [sum(part * useful.get(name, 0.0) for name, part in sorted(of.items())) for of in (waste, feed)]
    return min(1.0, made[0] / made[1]) if made[1] > 0 else 1.0


def largest_share(waste: Fractions, mix: Fractions, limits: Fractions) -> float:
    """Largest part of a mix with `mix`, what is there anyway, that keeps all limits; 1 where undiluted it does."""
    return min((_diluted(waste.get(name, 0.0), mix, name, limit) for name, limit in limits.items()), default=1.0)


def _diluted(part: float, mix: Fractions, substance: str, limit: float) -> float:
    if part <= limit:
        return 1.0
    cleaner = mix.get(substance, 0.0) if mix else part
    return max(0.0, (limit - cleaner) / (part - cleaner)) if cleaner < part else 0.0


def mean_of(number: Number | None, series: Mapping[str, Series]) -> float | None:
    """A number's value, or the plain mean of its time series' rows; None where there is no number."""
    if number is None or number.table is None:
        return None if number is None else number.value
    rows: Sequence[float] = series[number.table].numbers
    return number.times * sum(rows) / len(rows)


def fractions_of(masses: Mapping[str, float]) -> dict[str, float]:
    """Mass fractions of some masses by substance; nothing where they are nothing."""
    total = sum(masses.values())
    return {name: mass / total for name, mass in sorted(masses.items())} if total > 0 else {}
