"""Indicators that a target may name, and the check of targets. A test compares the table with the indicators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from simulator import units
from simulator.scenario.kinds import Fate, Origin
from simulator.scenario.models import World
from simulator.scenario.scenario import Series
from simulator.scenario.targets import Amount, Milestone, Target, full_years
from simulator.scenario.wrong import Keys, Problem, advice

NETWORK, TOTAL = "network", "total"
Items = Callable[[World, str], Collection[str]]
"""Items that an indicator has in a world at a node."""


def _only(*items: str) -> Items:
    return lambda _world, _node: (TOTAL, *items)


def _carriers(world: World, _node: str) -> Collection[str]:
    levels = (f"{name}.{level}" for name, carrier in world.energy.items() for level in carrier.levels)
    return (TOTAL, *world.energy, *levels)


def _modes(world: World, _node: str) -> Collection[str]:
    return (TOTAL, *world.transport)


def _flows(world: World, _node: str) -> Collection[str]:
    return tuple(world.flows)


def _energy_flows(world: World, _node: str) -> Collection[str]:
    return tuple(world.energy_flows)


def _processes(world: World, node: str) -> Collection[str]:
    return tuple(world.companies[node].processes) if node in world.companies else ()


def _origins(world: World, _node: str) -> Collection[str]:
    items = (*get_args(Origin), "recycled")
    return (*items, *(f"{material}.{item}" for material in world.materials for item in items))


def _materials(world: World, _node: str) -> Collection[str]:
    return (TOTAL, *world.materials)


@dataclass(frozen=True)
class Kind:
    """What a target has to know of an indicator."""

    unit: str
    items: Items | None = None
    """None where items are not known before the run."""
    item: str | None = TOTAL
    """The item where a target names none; None where it has to."""


KINDS: Mapping[str, Kind] = {
    "annuity": Kind("EUR"),
    "avoided_emissions": Kind("t CO2e"),
    "biogenic_co2": Kind("t CO2", _only()),
    "carbon_cost": Kind("EUR"),
    "carbon_opportunity_cost": Kind("EUR"),
    "cash_flow": Kind("EUR"),
    "committed_emissions": Kind("t CO2e"),
    "curtailed_energy": Kind("MWh", _carriers),
    "emissions": Kind("t CO2e", _only("scope_1", "scope_2", "scope_3", "scope_2_market", "total_market")),
    "energy": Kind("MWh", _carriers),
    "jobs": Kind("FTE"),
    "outage_days": Kind("day", _processes, None),
    "peak_power": Kind("MW", _carriers, None),
    "purchased_energy": Kind("MWh", _carriers),
    "products": Kind("t", _materials),
    "recycled_content": Kind("1", _origins, "recycled"),
    "recycling_rate": Kind("1", _only()),
    "renewable_share": Kind("1", _carriers),
    "self_sufficiency": Kind("1", _carriers),
    "storage_loss": Kind("MWh", None, None),
    "stored_energy": Kind("MWh", None, None),
    "shipped": Kind("t", _flows, None),
    "shipped_energy": Kind("MWh", _energy_flows, None),
    "stock_in_use": Kind("t"),
    "throughput": Kind("t", _processes, None),
    "transport_work": Kind("t km", _modes),
    "unserved_energy": Kind("MWh", _carriers),
    "unmet_demand": Kind("t"),
    "waste": Kind("t", _only(*get_args(Fate), "released")),
}
"""All indicators that add up, or divide sums, over one calendar year."""


@dataclass(frozen=True)
class Figure:
    """One figure of each year: the rows of `indicators.csv` that a target is held against."""

    node: str
    indicator: str
    item: str
    unit: str


def figure(path: str) -> Figure:
    """The figure that the path of a target, as checked, leads to."""
    node, name, item = _parts(path)
    kind = KINDS[name]
    return Figure(node, name, item or kind.item or "", kind.unit)


def _parts(path: str) -> tuple[str, str, str]:
    node, _, rest = path.partition(".")
    name, _, item = rest.partition(".")
    return node, name, item


def check_targets(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """Targets that lead nowhere, and milestones that do not fit."""
    known: dict[Figure, str] = {}
    for path, target in world.targets.items():
        problem = _leads_nowhere(world, path)
        if problem is not None:
            yield Problem(("targets", path), problem)
            continue
        found = figure(path)
        if found in known:
            yield Problem(("targets", path), f"is the same figure as {known[found]}: write one of them")
        known[found] = path
        yield from _units(target, found, ("targets", path))
        yield from _years(world, target, ("targets", path))


def _leads_nowhere(world: World, path: str) -> str | None:
    node, name, item = _parts(path)
    nodes = (NETWORK, *world.companies, *world.boundary)
    if node not in nodes:
        return f"unknown node {node}{advice(node, nodes)}"
    if not name:
        return "names no indicator: write node.indicator or node.indicator.item, like network.emissions.scope_1"
    if name not in KINDS:
        return f"unknown indicator {name}{advice(name, KINDS)}"
    return _no_item(world, KINDS[name], node, item)


def _no_item(world: World, kind: Kind, node: str, item: str) -> str | None:
    items = kind.items(world, node) if kind.items else None
    if not item and kind.item is None:
        return f"names no item: write it behind the indicator{advice('', items or ())}"
    if item and items is not None and item not in items:
        return f"unknown item {item}{advice(item, items)}"
    return None


def _units(target: Target, found: Figure, keys: Keys) -> Iterator[Problem]:
    for milestone in target.milestones:
        if milestone.amount is not None:
            yield from _unit(milestone.amount, found, (*keys, str(milestone.year)), milestone)
    if target.base_value is not None:
        yield from _unit(target.base_value, found, (*keys, "base_value"), None)


def _unit(amount: Amount, found: Figure, keys: Keys, milestone: Milestone | None) -> Iterator[Problem]:
    if amount.dimension == units.measure(found.unit)[1]:
        return
    if milestone is not None and amount.unit == "%":
        sign = f"write +{milestone.text} for a rise or -{milestone.text} for a fall against the base year"
        yield Problem(keys, f"`{milestone.text}` has no sign: {sign}, or an amount like `20 {found.unit}`")
    else:
        remedy = f"write it like `20 {found.unit}`" if found.unit != "1" else "write a share, like `60 %`"
        wrong = f"`{amount.unit}` is no unit of {found.indicator}" if amount.unit else "needs a unit"
        yield Problem(keys, f"{wrong}: {remedy}")


def _years(world: World, target: Target, keys: Keys) -> Iterator[Problem]:
    base, first = base_year(world, target), target.milestones[0].year
    if base is not None and first <= base:
        remedy = "write an earlier `base` with its `base_value`" if target.base is None else "write a later one"
        yield Problem((*keys, str(first)), f"is not later than the base year, {base}: {remedy}")
    if target.base is not None and target.base_value is None and target.base < world.time.start.year:
        yield Problem((*keys, "base"), "lies before the run: write `base_value`, what it was in that year, beside it")


def years_of(world: World) -> range:
    """Calendar years that lie in the run as a whole."""
    return full_years(world.time.start, world.time.end, world.calendar == "uniform")


def base_year(world: World, target: Target) -> int | None:
    """The year in which the path of a target starts; None where the run has no full calendar year."""
    return target.base if target.base is not None else next(iter(years_of(world)), None)


def baseless(world: World) -> Iterator[str]:
    """A warning for every target whose base year is no full year of the run and whose base value is not given."""
    for path, target in world.targets.items():
        base = base_year(world, target)
        if base is None or (target.base_value is None and base not in years_of(world)):
            year = (
                "the run has no full calendar year" if base is None else f"{base} is no full calendar year of the run"
            )
            yield f"targets.{path}: {year} to start from; write `base` and `base_value`, or nothing is said of it"
