"""What one variant did, as far as a match asks: sums over the run, read from its tables once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.accounting.tables import OPENING
from simulator.scenario.figures import TOTAL
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run

if TYPE_CHECKING:
    import pandas as pd

PRIMARY = "primary"


@dataclass(frozen=True)
class Seen:
    """Sums over the run of one variant."""

    scenario: Scenario
    world: World
    """As it holds at the end."""
    years: float
    masses: Mapping[str, Mapping[str, float]]
    """t by flow, then substance."""
    primary: Mapping[str, float]
    """t of primary origin by flow."""
    money: Mapping[tuple[str, str], float]
    """EUR received by flow and node, below 0 where paid."""
    grown: Mapping[tuple[str, str], Mapping[str, float]]
    """t by which an inventory grew by company and material, then substance."""
    throughput: Mapping[tuple[str, str], float]
    """t of input by company and process."""
    days: Mapping[tuple[str, str, str], float]
    """Days on which an input held its process back, by company, process and slot."""
    meanwhile: Mapping[tuple[str, str, str], float]
    """t of input processed on them."""
    unmet: Mapping[tuple[str, str], float]
    """t by node, and use or demand."""

    def mass(self, flow: str) -> float:
        """What a flow carried, t."""
        return sum(self.masses.get(flow, {}).values())


def seen(run: Run, variant: str) -> Seen:
    """Read the tables of a run, one lane of which is that variant."""
    tables = run.tables
    flows, processes = _of(tables.flows, variant), _of(tables.processes, variant)
    held = processes[processes["limited_by"] == "input"]
    lacks = _of(tables.indicators, variant)
    lacks = lacks[(lacks["indicator"] == "unmet_demand") & (lacks["period"] == TOTAL)]
    slot = ["node", "process", "item"]
    return Seen(
        scenario=run.scenario,
        world=run.scenario.variants[variant].worlds[-1],
        years=run.years,
        masses=_nested(_sums(flows, ["flow", "substance"], "mass_t")),
        primary={flow: mass for (flow,), mass in _sums(flows[flows["origin"] == PRIMARY], ["flow"], "mass_t")},
        money=dict(_sums(_of(tables.money, variant), ["source", "node"], "money_eur")),
        grown=_grown(_of(tables.stocks, variant)),
        throughput=dict(_sums(processes, ["node", "process"], "throughput_t")),
        days=dict(_sums(held, slot, "days")),
        meanwhile=dict(_sums(held, slot, "throughput_t")),
        unmet=dict(_sums(lacks, ["node", "item"], "value")),
    )


def _of(table: pd.DataFrame, variant: str) -> pd.DataFrame:
    return table[table["variant"] == variant]


def _sums(table: pd.DataFrame, keys: Sequence[str], column: str) -> Iterator[tuple[Any, float]]:
    """Sums of a column by its keys, which are tuples of text."""
    found = table.groupby(list(keys), observed=True)[column].sum()
    for key, value in found.items():
        yield key if isinstance(key, tuple) else (key,), float(value)


def _nested(sums: Iterator[tuple[Any, float]]) -> dict[Any, dict[str, float]]:
    """The last part of the keys within what is before it."""
    found: defaultdict[Hashable, dict[str, float]] = defaultdict(dict)
    for (*first, last), value in sums:
        found[first[0] if len(first) == 1 else tuple(first)][last] = value
    return dict(found)


def _grown(stocks: pd.DataFrame) -> dict[tuple[str, str], dict[str, float]]:
    """What inventories hold at the end less what they held at the start."""
    held = stocks[stocks["place"] == "inventory"]
    keys = ["node", "item", "substance"]
    periods = sorted(set(stocks["period"]) - {OPENING})
    last = periods[-1] if periods else OPENING
    change = dict(_sums(held[held["period"] == last], keys, "mass_t"))
    for key, mass in _sums(held[held["period"] == OPENING], keys, "mass_t"):
        change[key] = change.get(key, 0.0) - mass
    return _nested(iter(sorted(change.items())))
