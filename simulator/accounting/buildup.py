"""Substances that build up in a loop, in words.

Measured is the mass fraction of a substance in what a flow carries in a calendar year, for flows whose two ends are in
one strongly connected part of the graph of places: what leaves can come back. It builds up where the fraction in the
last full year is more than half above that of the first, and still rises from the year before. Only the flow with the
highest fraction of each such part is named. What is most of a material is no impurity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accounting.tables import Tables
from simulator.engine.ledger import Floats
from simulator.network.parts import open_flows
from simulator.network.places import places
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario
from simulator.scenario.targets import full_years
from simulator.scenario.trade import arrives_as

YEARS = 3
"""Full years without which nothing is said."""
RISE = 1.5
"""Times the first year's fraction above which a substance has built up."""
STILL = 1.01
"""Times the fraction of the year before above which it still rises."""
LITTLE, MOST = 1e-5, 0.5
"""Fractions between which it is an impurity that matters."""
REMEDY = "limit it where it is taken in (`limits` of a slot), dilute it, or give it an outlet"


@dataclass(frozen=True, slots=True)
class _Rise:
    """Mass fractions of a substance in a flow, in the first and the last full year in which it carried anything."""

    flow: str
    substance: str
    year: int
    """The first year in which the flow carried anything, by number."""
    first: float
    last: float


@dataclass(frozen=True)
class _Masses:
    """Masses of the full years, t, shape (variants, flows, substances, years), and what the axes are."""

    variants: Sequence[str]
    flows: Sequence[str]
    substances: Sequence[str]
    values: Floats


def find_buildup(tables: Tables, scenario: Scenario) -> tuple[str, ...]:
    """A sentence for every substance that builds up in a loop, with the flow that holds most of it and the variants."""
    time, declared = scenario.world.time, scenario.world.substances
    years = [str(year) for year in full_years(time.start, time.end)]
    if len(years) < YEARS or not declared:
        return ()
    masses = _masses(tables, years)
    found: dict[tuple[str, str], list[tuple[str, _Rise]]] = defaultdict(list)
    for n, variant in enumerate(masses.variants):
        for rise in _worst(masses, n, _parts(scenario.variants[variant].worlds[-1]), frozenset(declared)):
            found[rise.flow, rise.substance].append((variant, rise))
    return tuple(_sentence(rises, years) for _, rises in sorted(found.items()))


def _sentence(rises: Sequence[tuple[str, _Rise]], years: Sequence[str]) -> str:
    rise = max((rise for _, rise in rises), key=lambda rise: rise.last)
    variants = ", ".join(name for name, _ in rises)
    span = f"from {_percent(rise.first)} of its mass in {years[rise.year]} to {_percent(rise.last)} in {years[-1]}"
    return f"flows.{rise.flow}: {rise.substance} builds up in its loop, {span}, and still rises ({variants}): {REMEDY}"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2g} %"


def _parts(world: World) -> Mapping[str, int]:
    """The strongly connected part of the graph of places that a flow is inside of, for flows inside one."""
    import networkx as nx

    part = {place: n for n, group in enumerate(nx.strongly_connected_components(places(world))) for place in group}
    ends = {name: ((flow.sender, flow.material), (flow.receiver, arrives_as(flow))) for name, flow in open_flows(world)}
    return {name: part[start] for name, (start, end) in ends.items() if start in part and part[start] == part.get(end)}


def _masses(tables: Tables, years: Sequence[str]) -> _Masses:
    table = tables.flows
    axes = [table[name].cat for name in ("variant", "flow", "substance")]
    number = {year: n for n, year in enumerate(years)}
    of_period = np.array([number.get(str(period)[:4], -1) for period in table["period"].cat.categories], dtype=np.intp)
    year = of_period[table["period"].cat.codes.to_numpy()]
    shape = (*(len(axis.categories) for axis in axes), len(years))
    cells = np.ravel_multi_index((*(axis.codes.to_numpy()[year >= 0] for axis in axes), year[year >= 0]), shape)
    mass = np.zeros(shape)
    np.add.at(mass.reshape(-1), cells, table["mass_t"].to_numpy()[year >= 0])
    variants, flows, substances = ([str(name) for name in axis.categories] for axis in axes)
    return _Masses(variants, flows, substances, mass)


def _worst(masses: _Masses, variant: int, parts: Mapping[str, int], declared: frozenset[str]) -> list[_Rise]:
    """Of every part and substance that builds up there, the flow with the highest fraction at the end."""
    worst: dict[tuple[int, str], _Rise] = {}
    for n, flow in enumerate(masses.flows):
        if flow in parts:
            for rise in _rises(flow, masses.substances, masses.values[variant, n]):
                key = parts[flow], rise.substance
                if rise.substance in declared and (key not in worst or rise.last > worst[key].last):
                    worst[key] = rise
    return list(worst.values())


def _rises(flow: str, substances: Sequence[str], masses: Floats) -> list[_Rise]:
    """Substances that build up in one flow, from masses of shape (substances, years)."""
    whole = masses.sum(axis=0)
    carried = np.flatnonzero(whole > 0)
    if len(carried) < YEARS or carried[-1] != len(whole) - 1:
        return []
    first, before, last = (masses[:, carried[n]] / whole[carried[n]] for n in (0, -2, -1))
    rising = (last > RISE * first) & (last > STILL * before) & (last > LITTLE) & (last < MOST)
    found = zip(substances, first.tolist(), last.tolist(), rising.tolist(), strict=True)
    return [_Rise(flow, name, int(carried[0]), low, high) for name, low, high, rises in found if rises]
