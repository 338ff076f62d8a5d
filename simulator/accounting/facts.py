"""What is known about one ledger, as grids: tables and indicators are both made of them, and cannot disagree."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.accounting import money, physical, sources
from simulator.accounting.factors import recorded, value
from simulator.accounting.grid import Calendar, Grid, calendar
from simulator.accounting.waste import waste
from simulator.engine.ledger import Ledger
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Facts:
    """Grids of one ledger over its lanes and periods, or years. In brackets what the keys are."""

    processes: Grid
    """Days, and throughput in t (node, process, limited_by, item)."""
    emissions: Grid
    """t CO2e, and biogenic t CO2 (node, scope, category, source, item)."""
    energy: Grid
    """MWh (node, user, carrier, supplier)."""
    waste: Grid
    """t (node, material, fate)."""
    money: Grid
    """EUR (node, category, source, item, partner)."""
    products: Grid
    """t (node or `network`, material, origin)."""
    shipped: Grid
    """t (sender, flow)."""
    transport_work: Grid
    """t km (node, mode, flow)."""
    unmet: Grid
    """t (node, use or demand)."""
    outages: Grid
    """Days (node, process)."""
    in_use: Grid
    """t at the end (node, use): a stock, not to be summed over time."""


def facts(scenario: Scenario, ledger: Ledger, dates: Calendar) -> Facts:
    """Account for one ledger, by period."""
    known = recorded(scenario, ledger)
    return Facts(
        processes=physical.processes(ledger, dates),
        emissions=value(known, dates, sources.emissions, columns=2),
        energy=value(known, dates, sources.energy),
        waste=waste(scenario, ledger, dates),
        money=value(known, dates, money.payments),
        products=physical.products(ledger, dates, scenario.world),
        shipped=physical.shipped(ledger, dates),
        transport_work=value(known, dates, sources.transport_work),
        unmet=physical.unmet(ledger, dates),
        outages=physical.outages(ledger, dates),
        in_use=physical.in_use(ledger, dates),
    )


def dates_of(ledger: Ledger) -> Calendar:
    """The calendar of a ledger's lanes."""
    return calendar(ledger.rows, ledger.shipped.shape[1])


def in_years(known: Facts, dates: Calendar) -> Facts:
    """The same by year, the last being the whole run; a year has the periods that start in it."""
    sums = {name: _sum(grid, dates) for name, grid in vars(known).items() if name != "in_use"}
    levels = Grid(known.in_use.keys, tuple(map(dates.at_years, known.in_use.values)))
    return replace(known, in_use=levels, **sums)


def _sum(grid: Grid, dates: Calendar) -> Grid:
    return Grid(grid.keys, tuple(map(dates.in_years, grid.values)))
