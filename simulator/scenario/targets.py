"""Targets as users write them: milestones by year, relative to a base year or absolute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from simulator import units
from simulator.scenario.context import Tables
from simulator.scenario.numbers import split_quantity
from simulator.scenario.wrong import Wrong, advice, shown

_YEAR = re.compile(r"[1-9]\d{3}")
_OWN = ("base", "base_value")
_EXAMPLE = "-40 % or 20 kt CO2e"


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity whose unit is checked against the indicator it is held against."""

    value: float
    """In internal units."""
    unit: str
    """As written."""
    dimension: units.Dimension


@dataclass(frozen=True, slots=True)
class Milestone:
    """What is to be reached in a year: a change, or an amount."""

    year: int
    text: str
    """As written."""
    change: float | None = None
    """Part of the base value that is to be gained; −0.4 where it is to fall by 40 %."""
    amount: Amount | None = None

    def level(self, base: float) -> float:
        """The value to be reached, where the base value is so much."""
        return self.amount.value if self.amount is not None else base * (1 + (self.change or 0.0))


@dataclass(frozen=True, slots=True)
class Target:
    """Milestones by ascending year, and what they start from."""

    milestones: tuple[Milestone, ...]
    base: int | None = None
    """Base year; the first full calendar year of the run where absent."""
    base_value: Amount | None = None
    """Value in the base year; the first variant's where absent."""

    def in_unit(self, unit: str) -> Target:
        """The same with amounts in the unit of a figure: of power MW, of time years, and not MWh/day and days."""
        size = units.measure(unit)[0]
        stones = tuple(replace(stone, amount=_sized(stone.amount, size)) for stone in self.milestones)
        return replace(self, milestones=stones, base_value=_sized(self.base_value, size))


def _sized(amount: Amount | None, size: float) -> Amount | None:
    return replace(amount, value=amount.value / size) if amount is not None else None


def parse_target(raw: Any, _tables: Tables) -> Target:
    """Milestones and base from a mapping. Raises Wrong."""
    if not isinstance(raw, Mapping):
        raise Wrong(f"`{shown(raw)}` is not a mapping of years to values, like {{2030: -40 %}}")
    for key in raw:
        if key not in _OWN and not _YEAR.fullmatch(str(key)):
            raise Wrong(f"is neither a year nor {' nor '.join(_OWN)}{_meant(key)}", (key,))
    milestones = tuple(_milestone(key, raw[key]) for key in sorted(raw) if key not in _OWN)
    if not milestones:
        raise Wrong("names no year: write what is to be reached when, like {2030: -40 %}")
    base = _base(raw["base"]) if "base" in raw else None
    value = _amount("base_value", raw["base_value"]) if "base_value" in raw else None
    return Target(milestones, base, value)


def _meant(key: object) -> str:
    text = advice(key, _OWN)
    return text if "did you mean" in text else ""


def _milestone(key: str, raw: Any) -> Milestone:
    amount = _amount(key, raw)
    if isinstance(raw, str) and raw.strip()[:1] in "+-" and amount.unit in ("%", "percent"):
        return Milestone(int(key), raw.strip(), change=amount.value)
    return Milestone(int(key), str(raw).strip(), amount=amount)


def _amount(key: str, raw: Any) -> Amount:
    try:
        size, text = split_quantity(raw, _EXAMPLE)
        factor, dimension = units.measure(text)
    except (Wrong, units.UnitError) as error:
        raise Wrong(str(error), (key,)) from error
    return Amount(size * factor, text, dimension)


def _base(raw: Any) -> int:
    if not _YEAR.fullmatch(str(raw)):
        raise Wrong(f"`{shown(raw)}` is not a year", ("base",))
    return int(raw)


def full_years(start: datetime, end: datetime) -> range:
    """Calendar years that lie in a run as a whole."""
    first = start.year if start == datetime(start.year, 1, 1) else start.year + 1
    return range(first, max(first, end.year))
