"""Progress towards targets: the path from the base year over all milestones, and how far each variant is off it.

The path is a straight line between two milestones, and level after the last. Only full calendar years are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.grid import Key, grid
from simulator.accounting.indicators import Yearly
from simulator.engine.ledger import Floats, Lane
from simulator.scenario.figures import KINDS, Figure, base_year, figure, years_of
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario
from simulator.scenario.targets import Target

if TYPE_CHECKING:
    import pandas as pd

TARGET, GAP, MET = TARGET_INDICATORS = ("target", "target_gap", "target_met")
"""The path; value − path; 1 where the value is on the path or better, else 0, undefined where nothing is asked."""
CLOSE = 1e-9
"""Part of the base value by which a value may miss the path and still be on it."""


def held_against(scenario: Scenario, lanes: Sequence[Lane], whole: Yearly) -> Yearly:
    """The figures of all lanes with the rows of every target added: at its node, items `indicator.item`."""
    parts = [
        part for path, target in scenario.world.targets.items() for part in _rows(scenario, lanes, whole, path, target)
    ]
    if not parts:
        return whole
    values = np.concatenate([whole.values, *(rows[..., None] for _, rows in parts)], axis=-1)
    together = grid([*whole.keys, *(key for key, _ in parts)], values)
    return Yearly(whole.years, together.keys, together.values[0], whole.ratios.union(TARGET_INDICATORS))


def _rows(
    scenario: Scenario, lanes: Sequence[Lane], whole: Yearly, path: str, target: Target
) -> Iterator[tuple[Key, Floats]]:
    """Keys and figures, shape (lanes, years), of one target; none where there is nothing to start from."""
    found, world = figure(path), scenario.world
    target = target.in_unit(found.unit)
    values = _values(whole, found)
    base = _base(world, target, whole.years, values[first_lanes(scenario, lanes)])
    if base is None:
        return
    year, start = base
    goal = np.stack([_path(world, target, (year, level), whole.years) for level in start.tolist()])
    gap, level = values - goal, start[:, None]
    rises = np.array([[_rises(found, target, value)] for value in start.tolist()])
    reached = np.where(rises, gap >= -CLOSE * np.abs(level), gap <= CLOSE * np.abs(level))
    met = np.where(reached & says_nothing(level, goal), np.nan, reached.astype(np.float64))
    item = f"{found.indicator}.{found.item}"
    yield (found.node, TARGET, item, found.unit), np.where(np.isnan(gap), np.nan, goal)
    yield (found.node, GAP, item, found.unit), gap
    yield (found.node, MET, item, "1"), np.where(np.isnan(gap), np.nan, met)


def _values(whole: Yearly, found: Figure) -> Floats:
    """The figure of every lane and year; what never occurs is 0 where it is an amount, undefined where a ratio."""
    key = (found.node, found.indicator, found.item, found.unit)
    if key in whole.keys:
        return whole.values[..., whole.keys.index(key)]
    return np.full(whole.values.shape[:2], np.nan if found.unit == "1" else 0.0)


def first_lanes(scenario: Scenario, lanes: Sequence[Lane]) -> list[int]:
    """Of every lane the number of the first variant's with the same replication, its own where there is none."""
    baseline = next(iter(scenario.variants))
    place = {lane.replication: n for n, lane in enumerate(lanes) if lane.variant == baseline}
    return [place.get(lane.replication, n) for n, lane in enumerate(lanes)]


def _base(world: World, target: Target, years: Sequence[str], first: Floats) -> tuple[int, Floats] | None:
    """Base year, and value of every lane: what the file says, else that of the first variant's, whose are `first`."""
    year = base_year(world, target)
    if year is None:
        return None
    if target.base_value is not None:
        return year, np.full(len(first), target.base_value.value)
    if year not in years_of(world) or str(year) not in years:
        return None
    value = first[:, years.index(str(year))]
    return (year, value) if np.isfinite(value).any() else None


def _path(world: World, target: Target, base: tuple[int, float], years: Sequence[str]) -> Floats:
    """What the target asks of each year, shape (years,); not a number before the base year and in parts of a year."""
    full = {str(year) for year in years_of(world)}
    numbers = np.array([float(year) if year in full else np.nan for year in years])
    anchors = [base, *((milestone.year, milestone.level(base[1])) for milestone in target.milestones)]
    at, levels = zip(*anchors, strict=True)
    return np.asarray(np.interp(numbers, at, levels, left=np.nan))


def _rises(found: Figure, target: Target, base: float) -> bool:
    """Whether more is better: as is clear of the figure, else where the last milestone lies above the base value."""
    clear = KINDS[found.indicator].rises(found.item)
    return clear if clear is not None else target.milestones[-1].level(base) > base


def says_nothing(base: Floats | float, goal: Floats | float) -> NDArray[np.bool_]:
    """Whether a goal asks for nothing: it is 0, and so is the base. Who stays at 0 has then met no target."""
    return np.asarray((np.asarray(base) == 0) & (np.asarray(goal) == 0))


@dataclass(frozen=True)
class Progress:
    """How the variants of a run stand against one target."""

    path: str
    """As written: node.indicator, perhaps .item."""
    figure: Figure
    target: Target
    base: tuple[int, float]
    """Base year and value."""
    goal: Mapping[int, float]
    """What the target asks, by full year of the run from the base year on."""
    values: Mapping[str, Mapping[int, float]]
    """What is reached, by variant and year, the mean over replications; without years in which it is undefined."""
    met: Mapping[str, Mapping[int, float]]
    """Whether it is met, 0 or 1, likewise; over replications, the share of them in which it is."""

    @property
    def rises(self) -> bool:
        """Whether more is better."""
        return _rises(self.figure, self.target, self.base[1])


def progress(scenario: Scenario, indicators: pd.DataFrame) -> tuple[Progress, ...]:
    """Progress towards every target of which the table `indicators` has rows, in the order of the file."""
    table = indicators[indicators["indicator"].isin(TARGET_INDICATORS)]
    rows = zip(*(table[name] for name in ("node", "item", "indicator", "variant", "period", "value")), strict=True)
    by_figure: dict[tuple[str, str], dict[tuple[str, str, int], float]] = {}
    for node, item, indicator, variant, period, value in rows:
        by_figure.setdefault((node, item), {})[indicator, variant, int(period)] = float(value)
    found = ((path, figure(path)) for path in scenario.world.targets)
    of_targets = ((path, one, by_figure.get((one.node, f"{one.indicator}.{one.item}"))) for path, one in found)
    return tuple(_progress(scenario, path, one, rows) for path, one, rows in of_targets if rows)


def _progress(scenario: Scenario, path: str, found: Figure, rows: Mapping[tuple[str, str, int], float]) -> Progress:
    target = scenario.world.targets[path].in_unit(found.unit)
    goal = {year: value for (indicator, _, year), value in sorted(rows.items()) if indicator == TARGET}
    gaps = {name: _of(rows, GAP, name) for name in scenario.variants}
    values = {name: {year: goal[year] + gap for year, gap in own.items()} for name, own in gaps.items()}
    met = {name: _of(rows, MET, name) for name in scenario.variants}
    year = base_year(scenario.world, target) or min(goal)
    base = target.base_value.value if target.base_value is not None else goal[year]
    return Progress(path, found, target, (year, base), goal, values, met)


def _of(rows: Mapping[tuple[str, str, int], float], indicator: str, variant: str) -> dict[int, float]:
    """One indicator of one variant, by year."""
    return {year: value for (name, of, year), value in sorted(rows.items()) if (name, of) == (indicator, variant)}
