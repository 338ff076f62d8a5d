"""Partnerships that leave a part of their costs to nobody, or that change nothing but money."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from simulator.network.finding import Finding
from simulator.scenario.models import Company, Partnership, World

_WHOLE = 1 - 1e-9
"""From here on shares sum to 1."""


def unpaid(worlds: Sequence[World]) -> Iterator[Finding]:
    """What partnerships cost is borne by their partners in full; a boundary node bears what a grant pays."""
    for world in worlds:
        for name, partnership in world.partnerships.items():
            borne = math.fsum(share.value for share in partnership.partners.values())
            costs = " and ".join(_costs(partnership))
            if costs and borne < _WHOLE:
                what = f"{100 * (1 - borne):.3g} % of partnership {name}'s {costs} is borne by nobody in the network"
                remedy = "let the shares sum to 1; what a grant pays can be the share of a node under `boundary`"
                yield Finding(f"partnerships.{name}.partners", f"{what}: {remedy}")


def idle_partnerships(world: World) -> Iterator[Finding]:
    """Every partnership opens something or changes some number."""
    named = set(_named(world))
    for name, partnership in world.partnerships.items():
        if name not in named and not partnership.set and not partnership.scale:
            costs = " and ".join(_costs(partnership))
            what = "no flow, process, use or unit names it, and it sets and scales no number"
            only = f", so that only its {costs} {'count' if ' ' in costs else 'counts'}" if costs else ""
            remedy = f"write `partnership: {name}` at what it opens, or remove it"
            yield Finding(f"partnerships.{name}", f"partnership {name} opens nothing: {what}{only}; {remedy}")


def _costs(partnership: Partnership) -> Iterator[str]:
    """Keys of what it costs; a time series may be anything."""
    for key, cost in (("capex", partnership.capex), ("opex", partnership.opex)):
        if cost is not None and (cost.table or cost.value):
            yield key


def _named(world: World) -> Iterator[str]:
    """Partnerships without which some part does not exist."""
    yield from (name for edge in world.edges.values() for name in edge.partnership)
    for company in world.companies.values():
        yield from (name for names in _needed(company) for name in names)


def _needed(company: Company) -> Iterator[Iterable[str]]:
    yield from (process.partnership for process in company.processes.values())
    yield from (use.partnership for use in company.uses.values())
    yield from (unit.partnership for unit in company.generators.values())
    yield from (unit.partnership for unit in company.converters.values())
    yield from (storage.partnership for storage in company.energy_storage.values())
