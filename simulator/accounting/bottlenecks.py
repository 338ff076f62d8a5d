"""What held the processes back, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.accounting.tables import Tables
from simulator.scenario.models import Company, Process
from simulator.scenario.scenario import Scenario

_FREE = frozenset({"rate", "order"})
"""Limits that are no fault: it ran at its rate, or nobody asked for more."""
_MOST = 3


@dataclass(frozen=True, slots=True)
class _Held:
    """Mean over replications of the days for which one limit held one process."""

    node: str
    process: str
    limit: str
    item: str
    days: float
    throughput: float


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What held a process back longest; days are means over replications."""

    node: str
    process: str
    reason: str
    """In words: `waited for old_scrap`."""
    days: float
    of: float
    """Days in all."""

    def __str__(self) -> str:
        return f"{self.node} {self.process}: {self.reason} on {self.days:.0f} of {self.of:.0f} days"


def find_bottlenecks(tables: Tables, scenario: Scenario) -> Mapping[str, tuple[Bottleneck, ...]]:
    """Up to three per variant: processes that ran, those held back longest first, each with its main reason.

    Held back means by an input, a full store, an outage or its minimum; neither by its rate nor by its order.
    """
    held = _held(tables)
    return {name: tuple(_worst(scenario, held.get(name, []))) for name in scenario.variants}


def _held(tables: Tables) -> Mapping[str, list[_Held]]:
    found = tables.processes
    replications = found.groupby("variant", observed=True)["replication"].nunique()
    keys = ["variant", "node", "process", "limited_by", "item"]
    sums = found.groupby(keys, observed=True)[["days", "throughput_t"]].sum()
    held: dict[str, list[_Held]] = {}
    for (variant, node, process, limit, item), days, mass in sums.itertuples(name=None):
        n = int(replications[variant])
        held.setdefault(variant, []).append(_Held(node, process, limit, item, days / n, mass / n))
    return held


def _worst(scenario: Scenario, held: Iterable[_Held]) -> Iterable[Bottleneck]:
    processes: dict[tuple[str, str], list[_Held]] = {}
    for one in held:
        processes.setdefault((one.node, one.process), []).append(one)
    ran = [limits for limits in processes.values() if sum(one.throughput for one in limits) > 0]
    worst = sorted(ran, key=lambda limits: (-_lost(limits), limits[0].node, limits[0].process))
    return [_bottleneck(scenario, limits) for limits in worst[:_MOST] if _lost(limits) >= 1]


def _lost(limits: Iterable[_Held]) -> float:
    return sum(one.days for one in limits if one.limit not in _FREE)


def _bottleneck(scenario: Scenario, limits: list[_Held]) -> Bottleneck:
    main = max((one for one in limits if one.limit not in _FREE), key=lambda one: (one.days, one.limit, one.item))
    reason = _reason(scenario.world.companies[main.node], main)
    return Bottleneck(main.node, main.process, reason, main.days, sum(one.days for one in limits))


def _reason(company: Company, main: _Held) -> str:
    process = company.processes[main.process]
    reasons = {
        "input": _short_of(company, process, main.item),
        "room": f"blocked by a full store of {_full(company, process)}",
        "outage": "out of order",
        "minimum": "stood still below its minimum",
        "energy": "short of energy",
    }
    return reasons[main.limit]


def _full(company: Company, process: Process) -> str:
    """Outputs whose store has an end, which the ledger does not tell apart."""
    stores = company.inventories
    limited = [name for name in process.outputs if name in stores and stores[name].capacity is not None]
    return " or ".join(limited or process.outputs)


def _short_of(company: Company, process: Process, slot: str) -> str:
    """Materials that would have done. What is ordered as `needed` runs out each time: that alone is no shortage."""
    choices = process.inputs[slot].any_of if slot in process.inputs else (slot,)
    names = " or ".join(choices)
    stores = company.inventories
    if any(name in stores and stores[name].needed for name in choices):
        return f"had no more {names}, ordered as needed,"
    return f"waited for {names}"
