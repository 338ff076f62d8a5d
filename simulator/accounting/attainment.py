"""Progress towards targets in words: a line for each milestone within the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator import units
from simulator.accounting.targets import Progress
from simulator.scenario.targets import Milestone

MINUS = "−"


def lines(found: Sequence[Progress]) -> tuple[str, ...]:
    """`network.emissions 2030: −40 % of linear 2025 (34,200 t CO2e); linear +3.0 %, circular −43.1 % (met)`.

    One for every target and milestone reached; of many draws the mean, and the share of them in which it is met. Where
    the run ends before the first milestone, its last full year is held against the path.
    """
    return tuple(line for progress in found for line in _lines(progress))


def _lines(progress: Progress) -> Iterator[str]:
    reached = [one for one in progress.target.milestones if one.year in progress.goal]
    for milestone in reached:
        asked = f"{milestone.text.replace('-', MINUS)}{_base(progress, milestone)}"
        yield f"{progress.path} {milestone.year}: {asked}; {_variants(progress, milestone, milestone.year)}"
    if not reached:
        yield _on_the_way(progress)


def _on_the_way(progress: Progress) -> str:
    year = max(progress.goal)
    coming = next((one for one in progress.target.milestones if one.year > year), progress.target.milestones[-1])
    way = f"on the way to {coming.text.replace('-', MINUS)} in {coming.year}"
    asked = f"{shown(progress, coming, progress.goal[year])}{_base(progress, coming)}"
    return f"{progress.path} {year}, {way}: {asked}; {_variants(progress, coming, year)}"


def _base(progress: Progress, milestone: Milestone) -> str:
    """Of what a change is meant, of the first variant in the base year or of what the file says, and if of nothing."""
    year, value = progress.base
    if milestone.amount is not None:
        return ""
    whose = "" if progress.target.base_value is not None else f"{next(iter(progress.values), '')} "
    nothing = "" if value else "; base is 0: no per cent of it"
    return f" of {whose}{year} ({_amount(value, progress.figure.unit)}){nothing}"


def _variants(progress: Progress, milestone: Milestone, year: int) -> str:
    reached = ((name, values[year]) for name, values in progress.values.items() if year in values)
    said = (f"{name} {shown(progress, milestone, value)}{_met(progress, name, year)}" for name, value in reached)
    return ", ".join(said) or "no variant has the figure"


def _met(progress: Progress, variant: str, year: int) -> str:
    share = progress.met[variant].get(year, 0.0)
    if share in {0.0, 1.0}:
        return " (met)" if share else ""
    return f" (met in {100 * share:.3g} % of draws)"


def shown(progress: Progress, milestone: Milestone, value: float) -> str:
    """A value as the milestone is written: its change against the base, or in the unit of the amount."""
    base = progress.base[1]
    if milestone.amount is None and base:
        change = f"{100 * (value / base - 1):+.1f}"
        return f"{change if float(change) else '0.0'} %".replace("-", MINUS)
    unit = milestone.amount.unit if milestone.amount is not None else progress.figure.unit
    return _amount(value, "1" if progress.figure.unit == "1" else unit)


def _amount(value: float, unit: str) -> str:
    """A value in internal units, written in this one."""
    unit = "%" if unit == "1" else unit
    return f"{float(f'{value / units.measure(unit)[0]:.4g}'):,.10g} {unit}".replace("-", MINUS)
