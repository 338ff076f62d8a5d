"""Who supplies the network with a carrier: the energy table as layers over time, every MWh once.

Counted where energy enters the network or is made in it: what the grid and boundary nodes give, and what companies'
own processes and units give. What is handed on, from company to company or from one level to a colder one, and what is
put into storage was counted before, or is when it comes out again. Losses are part of what is supplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.accounting.mixes import FINAL
from simulator.report import style
from simulator.report.series import Array, periods
from simulator.scenario.buses import CURTAILED, GRID, LEVEL, STORAGE, UNSERVED
from simulator.scenario.carriers import carrier_of
from simulator.scenario.models import Company
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run

if TYPE_CHECKING:
    import pandas as pd

MAX_SUPPLIERS = 8
"""Further ones, the smallest, are drawn as one."""
OTHERS = "others"
TITLES: Mapping[str, str] = {
    GRID: "Grid",
    OTHERS: "Other suppliers",
    UNSERVED: "Not served",
    CURTAILED: "Offered, not taken",
}
"""Of what is no node."""


class Layer(NamedTuple):
    """Who gives: a node and its process or unit; a boundary node, `grid`, `unserved`, `curtailed` or `others` alone."""

    node: str
    unit: str = ""


class Tap(NamedTuple):
    """A row of the energy table without lane and period."""

    node: str
    use: str
    user: str
    carrier: str
    supplier: str
    source: str


@dataclass(frozen=True)
class Supply:
    """One carrier, all its levels together, in every variant; MWh in each period, shape (periods,)."""

    carrier: str
    layers: Mapping[str, Mapping[Layer, Array]]
    """Variant → who gives → MWh, from the bottom of a stack to its top; the same layers in all variants."""
    final: Mapping[str, Array]
    """What processes and loads need, served or not."""

    @property
    def stacked(self) -> Array:
        """The height of all layers together: shape (variants, periods)."""
        return np.array([np.sum(list(by.values()), axis=0) for by in self.layers.values()])

    @property
    def total(self) -> float:
        return float(self.stacked.sum())


def supplies(run: Run, most: int = 4) -> list[Supply]:
    """The carriers of which most is supplied, largest first."""
    rows = _rows(run)
    carriers = sorted({carrier_of(tap.carrier) for tap in rows})
    found = [_supply(run, name, {t: x for t, x in rows.items() if carrier_of(t.carrier) == name}) for name in carriers]
    return sorted((one for one in found if one.total > 0), key=lambda one: (-one.total, one.carrier))[:most]


def _rows(run: Run) -> dict[Tap, Array]:
    """MWh of every tap: shape (variants, periods)."""
    table: pd.DataFrame = run.tables.energy
    if table.empty:
        return {}
    keys = [*Tap._fields, "variant", "period"]
    sums = table.groupby(keys, observed=True, sort=False)["energy_mwh"].sum()
    spans, variants = periods(run), {name: i for i, name in enumerate(run.scenario.variants)}
    result: dict[Tap, Array] = {}
    for (*keyed, variant, period), mwh in zip(sums.index.tolist(), sums.to_numpy(), strict=True):
        tap = Tap(*keyed)
        if tap not in result:
            result[tap] = np.zeros((len(variants), spans.count))
        result[tap][variants[variant], spans.position[period]] += mwh
    return dict(sorted(result.items()))


def _supply(run: Run, carrier: str, rows: Mapping[Tap, Array]) -> Supply:
    nothing = np.zeros((len(run.scenario.variants), periods(run).count))
    layers: dict[Layer, Array] = {}
    final, handed = nothing, _handed_down(rows)
    for tap, mwh in rows.items():
        layer = None if (tap.node, tap.carrier, tap.source) in handed else _layer(run.scenario, tap)
        if layer:
            layers[layer] = layers.get(layer, nothing) + mwh
        final = final + mwh if tap.use in FINAL else final
    by = _by_variant(run, _ordered(run.scenario, layers))
    return Supply(carrier, by, dict(zip(run.scenario.variants, final, strict=True)))


def _handed_down(rows: Iterable[Tap]) -> set[tuple[str, str, str]]:
    """Node, level and the hotter level from which it gets energy, which was counted there."""
    return {(tap.node, tap.user, tap.carrier) for tap in rows if tap.use == LEVEL}


def _layer(scenario: Scenario, tap: Tap) -> Layer | None:
    """Where energy comes from; None where it was counted before, or will be when it comes out of a storage."""
    if tap.use == STORAGE or tap.supplier in scenario.world.companies.keys() - {tap.node}:
        return None
    if tap.use == CURTAILED:
        return Layer(CURTAILED)
    if tap.supplier in (GRID, UNSERVED) or tap.supplier in scenario.world.boundary:
        return Layer(tap.supplier)
    return Layer(tap.node, tap.source)


def _ordered(scenario: Scenario, layers: Mapping[Layer, Array]) -> dict[Layer, Array]:
    """The companies' own from the largest to the smallest, boundary nodes, grid; last what failed to meet."""
    ranked = sorted((layer for layer, mwh in layers.items() if mwh.any()), key=lambda x: (-layers[x].sum(), x))
    suppliers = [layer for layer in ranked if layer.node not in (UNSERVED, CURTAILED)]
    few = len(suppliers) <= MAX_SUPPLIERS + 1
    shown, rest = (suppliers, []) if few else (suppliers[:MAX_SUPPLIERS], suppliers[MAX_SUPPLIERS:])
    found = {layer: layers[layer] for layer in sorted(shown, key=lambda x: _place(scenario, x))}
    if rest:
        found[Layer(OTHERS)] = np.sum([layers[layer] for layer in rest], axis=0)
    return {**found, **{Layer(x): layers[Layer(x)] for x in (UNSERVED, CURTAILED) if Layer(x) in ranked}}


def _place(scenario: Scenario, layer: Layer) -> int:
    return 2 if layer.node == GRID else 1 if layer.node in scenario.world.boundary else 0


def _by_variant(run: Run, layers: Mapping[Layer, Array]) -> dict[str, dict[Layer, Array]]:
    lanes = enumerate(run.scenario.variants)
    return {variant: {layer: mwh[i] for layer, mwh in layers.items()} for i, variant in lanes}


def title(scenario: Scenario, layer: Layer) -> str:
    """`BMK: biomass boiler`, by the titles of the scenario where it gives them."""
    if layer.node in TITLES:
        return TITLES[layer.node]
    name = style.node_titles(scenario)[layer.node]
    return f"{name}: {_unit_title(scenario, layer)}" if layer.unit else name


def _unit_title(scenario: Scenario, layer: Layer) -> str:
    company = scenario.world.companies[layer.node]
    kinds = (company.converters, company.generators, company.energy_storage, company.processes)
    unit = next((kind[layer.unit] for kind in kinds if layer.unit in kind), None)
    return (unit.title if unit else None) or style.words(layer.unit)


def givers(scenario: Scenario) -> list[Layer]:
    """All that may supply energy in any run of a scenario, by name: units, processes that give off, boundary nodes."""
    units = {Layer(name, unit) for name, company in scenario.world.companies.items() for unit in _giving(company)}
    senders = {flow.sender for flow in scenario.world.energy_flows.values()}
    return sorted({*units, *(Layer(name) for name in senders & set(scenario.world.boundary))})


def _giving(company: Company) -> Iterator[str]:
    yield from (*company.converters, *company.generators, *company.energy_storage)
    for name, process in company.processes.items():
        if any(number.value < 0 or number.table for number in process.energy.values()):
            yield name
