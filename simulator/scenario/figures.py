"""Indicators that a target may name, and the check of targets. A test compares the table with the indicators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from simulator import units
from simulator.scenario.kinds import Fate, Origin
from simulator.scenario.models import World
from simulator.scenario.references import OTHER
from simulator.scenario.scenario import Series
from simulator.scenario.targets import Amount, Milestone, Target, full_years
from simulator.scenario.wrong import Keys, Problem, advice

NETWORK, TOTAL = "network", "total"
PAYMENTS = (
    "capex",
    "carbon_price",
    "energy",
    "gate_fee",
    "opex",
    "processing",
    "purchase",
    "sale",
    "start_up",
    "take_or_pay",
    "transport",
    "waste_levy",
)
"""Categories of payments."""
UNSPECIFIED = "unspecified"
"""Mode of transport of a flow that names none."""
Items = Callable[[World, str], Collection[str]]
"""Items that an indicator has in a world at a node, with `total` where it has one; none where it has no figure."""


def _only(*items: str) -> Items:
    return lambda _world, _node: (TOTAL, *items)


def _with_total(items: Items) -> Items:
    return lambda world, node: (TOTAL, *items(world, node))


def _network_total(items: Items) -> Items:
    """Of the network the total alone, of a node no total."""
    return lambda world, node: (TOTAL,) if node == NETWORK else items(world, node)


def _carriers(world: World, _node: str) -> Collection[str]:
    levels = (f"{name}.{level}" for name, carrier in world.energy.items() for level in carrier.levels)
    return (*(name for name, carrier in world.energy.items() if not carrier.levels), *levels)


def _bought(world: World, node: str) -> Collection[str]:
    return _carriers(world, node) if node in world.companies else ()


def _modes(world: World, _node: str) -> Collection[str]:
    return (*world.transport, UNSPECIFIED)


def _flows(world: World, node: str) -> Collection[str]:
    return tuple(name for name, flow in world.flows.items() if flow.sender == node)


def _agreed(world: World, node: str) -> Collection[str]:
    return tuple(name for name in _flows(world, node) if world.flows[name].agreed is not None)


def _energy_flows(world: World, node: str) -> Collection[str]:
    return tuple(name for name, flow in world.energy_flows.items() if flow.sender == node)


def _processes(world: World, node: str) -> Collection[str]:
    return tuple(world.companies[node].processes) if node in world.companies else ()


def _uses(world: World, node: str) -> Collection[str]:
    return tuple(world.companies[node].uses) if node in world.companies else ()


def _storages(world: World, node: str) -> Collection[str]:
    return tuple(world.companies[node].energy_storage) if node in world.companies else ()


def _wants(world: World, node: str) -> Collection[str]:
    """Uses of a company, demands of a boundary node."""
    return tuple(world.boundary[node].demands) if node in world.boundary else _uses(world, node)


def _partnerships(world: World, node: str) -> Collection[str]:
    """Those that a node is a partner of."""
    return tuple(name for name, one in world.partnerships.items() if node == NETWORK or node in one.partners)


def _carbon_prices(world: World, _node: str) -> Collection[str]:
    return tuple(world.carbon_prices)


def _origins(world: World, _node: str) -> Collection[str]:
    items = (*get_args(Origin), "recycled")
    return (*items, *(f"{material}.{item}" for material in world.materials for item in items))


def _of_the_network(world: World, node: str) -> Collection[str]:
    """Substances, and the total, of the network alone."""
    return (TOTAL, *world.substances, OTHER) if node == NETWORK else ()


def _materials(world: World, _node: str) -> Collection[str]:
    return tuple(world.materials)


@dataclass(frozen=True)
class Kind:
    """What a target has to know of an indicator."""

    unit: str
    items: Items
    item: str = TOTAL
    """The item where a target names none; it has to where its node has no such item."""
    less: Collection[str] = ()
    """Items of which less is better, whatever a target asks; `EVERY`, or the last part of their names."""
    more: Collection[str] = ()
    """Likewise those of which more is."""

    def rises(self, item: str) -> bool | None:
        """Whether more of an item is better; None where that depends on what is wanted."""
        names = {EVERY, item.rpartition(".")[2]}
        return False if names.intersection(self.less) else True if names.intersection(self.more) else None


EVERY = "every item"
_ALL = (EVERY,)
_SHARE = Kind("1", _with_total(_carriers), more=_ALL)
KINDS: Mapping[str, Kind] = {
    "annuity": Kind("EUR", _with_total(_partnerships)),
    "avoided_emissions": Kind("t CO2e", _with_total(_flows), more=_ALL),
    "biogenic_co2": Kind("t CO2", _only()),
    "carbon_cost": Kind("EUR", _with_total(_carbon_prices), less=_ALL),
    "carbon_opportunity_cost": Kind("EUR", _with_total(_carbon_prices), less=_ALL),
    "cash_flow": Kind("EUR", _only(*PAYMENTS), more=_ALL),
    "committed_emissions": Kind("t CO2e", _only(), less=_ALL),
    "contract_shortfall": Kind("t", _network_total(_agreed), less=_ALL),
    "curtailed_energy": Kind("MWh", _with_total(_carriers), less=_ALL),
    "emissions": Kind("t CO2e", _only("scope_1", "scope_2", "scope_3", "scope_2_market", "total_market"), less=_ALL),
    "energy": Kind("MWh", _with_total(_carriers), less=(TOTAL,)),
    "jobs": Kind("FTE", _with_total(_processes), more=_ALL),
    "mean_uses": Kind("1", _of_the_network, more=_ALL),
    "outage_days": Kind("day", _processes, less=_ALL),
    "peak_power": Kind("MW", _bought, less=_ALL),
    "purchased_energy": Kind("MWh", _with_total(_carriers), less=(TOTAL,)),
    "products": Kind("t", _with_total(_materials)),
    "recycled_content": Kind("1", _origins, "recycled", less=("primary",), more=("recycled", "post_consumer")),
    "recycling_rate": Kind("1", _only(), more=_ALL),
    "renewable_share": _SHARE,
    "residence_time": Kind("year", _network_total(_uses), more=_ALL),
    "restarts": Kind("1", _processes, less=_ALL),
    "self_sufficiency": _SHARE,
    "service_time": Kind("year", _of_the_network, more=_ALL),
    "storage_loss": Kind("MWh", _storages, less=_ALL),
    "stored_energy": Kind("MWh", _storages),
    "shipped": Kind("t", _flows),
    "shipped_energy": Kind("MWh", _energy_flows),
    "start_up_days": Kind("day", _processes, less=_ALL),
    "stock_in_use": Kind("t", _network_total(_uses)),
    "throughput": Kind("t", _processes),
    "transport_work": Kind("t km", _with_total(_modes)),
    "unserved_energy": Kind("MWh", _with_total(_carriers), less=_ALL),
    "unmet_demand": Kind("t", _network_total(_wants), less=_ALL),
    "waste": Kind("t", _only(*get_args(Fate), "released"), less=(TOTAL, "landfill", "released")),
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
    return Figure(node, name, item or kind.item, kind.unit)


def _parts(path: str) -> tuple[str, str, str]:
    node, _, rest = path.partition(".")
    name, _, item = rest.partition(".")
    return node, name, item


def check_targets(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """Milestones that do not fit, and figures that two targets name."""
    known: dict[Figure, str] = {}
    for path, target in world.targets.items():
        if _leads_nowhere(world, path) is not None:
            continue
        found = figure(path)
        if found in known:
            yield Problem(("targets", path), f"is the same figure as {known[found]}: write one of them")
        known[found] = path
        yield from _units(target, found, ("targets", path))
        yield from _years(world, target, ("targets", path))


def check_paths(worlds: Sequence[World]) -> Iterator[Problem]:
    """Targets that lead nowhere in every world; what some variant moves or renames need not be there in all."""
    for path in dict.fromkeys(path for world in worlds for path in world.targets):
        found = [_leads_nowhere(world, path) for world in worlds]
        if found[0] is not None and None not in found:
            yield Problem(("targets", path), found[0])


def _leads_nowhere(world: World, path: str) -> str | None:
    node, name, item = _parts(path)
    nodes = (NETWORK, *world.companies, *world.boundary)
    if node not in nodes:
        return f"unknown node {node}{advice(node, nodes)}"
    if not name:
        return "names no indicator: write node.indicator or node.indicator.item, like network.emissions.scope_1"
    if name not in KINDS:
        return f"unknown indicator {name}{advice(name, KINDS)}"
    return _no_item(world, name, node, item)


def _no_item(world: World, name: str, node: str, item: str) -> str | None:
    kind = KINDS[name]
    items = kind.items(world, node)
    if not items:
        having = [other for other in (*world.companies, *world.boundary) if kind.items(world, other)]
        return f"{node} has no {name}{': name a node that has' if having else ''}{advice('', having)}"
    if not item and kind.item not in items:
        return f"names no item: write it behind the indicator{advice('', items)}"
    return f"unknown item {item}{advice(item, items)}" if item and item not in items else None


def _units(target: Target, found: Figure, keys: Keys) -> Iterator[Problem]:
    for milestone in target.milestones:
        if milestone.amount is not None:
            yield from _unit(milestone.amount, found, (*keys, str(milestone.year)), milestone)
    if target.base_value is not None:
        yield from _unit(target.base_value, found, (*keys, "base_value"), None)
        yield from _of_nothing(target, target.base_value, found, keys)


def _of_nothing(target: Target, base: Amount, found: Figure, keys: Keys) -> Iterator[Problem]:
    for milestone in target.milestones:
        if base.value == 0 and milestone.change is not None:
            message = f"`{milestone.text}` of a `base_value` of 0 asks for nothing: {_amount_of(found)}"
            yield Problem((*keys, str(milestone.year)), message)


def _amount_of(found: Figure) -> str:
    """How an amount is written, as against a change."""
    return f"write it like `20 {found.unit}`" if found.unit != "1" else "write a share, like `60 %`"


def _unit(amount: Amount, found: Figure, keys: Keys, milestone: Milestone | None) -> Iterator[Problem]:
    if amount.dimension == units.measure(found.unit)[1]:
        return
    if milestone is not None and amount.unit == "%":
        sign = f"write +{milestone.text} for a rise or -{milestone.text} for a fall against the base year"
        yield Problem(keys, f"`{milestone.text}` has no sign: {sign}, or an amount like `20 {found.unit}`")
    else:
        wrong = f"`{amount.unit}` is no unit of {found.indicator}" if amount.unit else "needs a unit"
        yield Problem(keys, f"{wrong}: {_amount_of(found)}")


def _years(world: World, target: Target, keys: Keys) -> Iterator[Problem]:
    base, first = base_year(world, target), target.milestones[0].year
    if base is not None and first <= base:
        remedy = "write an earlier `base` with its `base_value`" if target.base is None else "write a later one"
        yield Problem((*keys, str(first)), f"is not later than the base year, {base}: {remedy}")
    if target.base is not None and target.base_value is None and target.base < world.time.start.year:
        yield Problem((*keys, "base"), "lies before the run: write `base_value`, what it was in that year, beside it")


def years_of(world: World) -> range:
    """Calendar years that lie in the run as a whole."""
    return full_years(world.time.start, world.time.end)


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
