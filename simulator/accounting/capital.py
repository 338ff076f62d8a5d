"""What partnerships' capex costs a year, the jobs of processes, what contracts lack: quantities beside the payments."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.accounting.economics import annuity
from simulator.accounting.factors import Line
from simulator.accounting.quantities import TIME
from simulator.accounting.taps import Taps
from simulator.scenario.models import World
from simulator.scenario.numbers import Number
from simulator.units import DAYS_PER_YEAR


def annuities(world: World, _: Taps) -> Iterator[Line]:
    """Capex of partnerships, spread over the days they are in force; keys: partner, partnership; EUR.

    Each year in force costs capex × share × capital recovery factor, also where the capex was paid before the run:
    whoever outlives the lifetime replaces what it bought.
    """
    if world.economics is None:
        return
    years = world.economics.lifetime.value / DAYS_PER_YEAR
    daily = Number(annuity(1.0, world.economics.discount_rate.value, years) / DAYS_PER_YEAR, "1/day")
    for name, partnership in world.partnerships.items():
        if partnership.capex is None:
            continue
        for partner, share in partnership.partners.items():
            if partner in world.companies:
                yield Line((partner, name), ("days", (name,)), (share, partnership.capex, daily))


def labour(world: World, _: Taps) -> Iterator[Line]:
    """Jobs per daily throughput, times the throughput; keys: node, process; FTE day."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            if process.jobs is not None:
                yield Line((node, name), ("basis", (node, name)), (process.jobs,))


def contract_shortfalls(world: World, _: Taps) -> Iterator[Line]:
    """What contracts lack of their minimum; keys: sender, flow; t."""
    for name, flow in world.flows.items():
        if flow.agreed is not None:
            yield Line((flow.sender, name), ("shortfall", (name,)))


def days(_world: World, _taps: Taps) -> Iterator[Line]:
    """The time that passed, days; one empty key."""
    yield Line((), (TIME, ()), ())
