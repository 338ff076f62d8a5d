"""What is known about one ledger, as grids: tables and indicators are both made of them, and cannot disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from simulator.accounting import capital, energy, money, physical, sources
from simulator.accounting.factors import recorded, value
from simulator.accounting.grid import Calendar, Grid, calendar, joined
from simulator.accounting.landfill import landfills
from simulator.accounting.waste import waste
from simulator.engine.ledger import Floats, Ledger
from simulator.scenario.scenario import Scenario

ByYear = Callable[[Calendar, Floats], Floats]


@dataclass(frozen=True)
class Facts:
    """Grids of one ledger over its lanes and periods, or years. In brackets what the keys are."""

    processes: Grid
    """Days, and throughput in t (node, process, limited_by, item)."""
    emissions: Grid
    """t CO2e, biogenic t CO2, and t CO2e of purchased energy by the market-based method (node, scope, category, source,
    item, gas)."""
    committed: Grid
    """t CO2e that what was tipped gives off after the run (node, flow)."""
    avoided: Grid
    """t CO2e spared elsewhere (node, flow)."""
    energy: Grid
    """MWh (node, use, user, carrier, supplier, source)."""
    own_energy: Grid
    """MWh of final use from own sources (node, carrier)."""
    inside: Grid
    """MWh, and those made in the network (user and hop: see `mixes.final`)."""
    purchased: Grid
    """MWh from others (node or `network`, carrier)."""
    renewable: Grid
    """MWh, and those that are renewable (user and hop: see `mixes.final`)."""
    sent: Grid
    """MWh that arrive (sender, flow of energy)."""
    storage_loss: Grid
    """MWh (node, storage)."""
    peaks: Grid
    """MW (node, carrier): a maximum, not to be summed over time."""
    stored: Grid
    """MWh at the end (node, storage): a stock."""
    waste: Grid
    """t (node, material, fate)."""
    money: Grid
    """EUR (node, category, source, item, partner)."""
    annuities: Grid
    """EUR of capex spread over its lifetime (node, partnership)."""
    labour: Grid
    """FTE day (node, process)."""
    days: Grid
    """Days that passed, one empty key."""
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
    methane, committed = landfills(scenario, ledger, dates)
    return Facts(
        processes=physical.processes(ledger, dates),
        emissions=joined(value(known, dates, sources.emissions, columns=3), methane),
        committed=committed,
        avoided=value(known, dates, sources.avoided),
        energy=value(known, dates, energy.energy),
        own_energy=value(known, dates, energy.own),
        inside=value(known, dates, energy.inside, columns=2),
        purchased=value(known, dates, energy.purchased),
        renewable=value(known, dates, energy.renewable, columns=2),
        sent=value(known, dates, energy.sent),
        storage_loss=energy.lost(ledger, dates),
        peaks=energy.peaks(ledger, dates),
        stored=energy.stored(ledger, dates),
        waste=waste(scenario, ledger, dates),
        money=value(known, dates, money.payments),
        annuities=value(known, dates, capital.annuities),
        labour=value(known, dates, capital.labour),
        days=value(known, dates, capital.days),
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
    return replace(
        known,
        **{name: _yearly(grid, _BY_YEAR.get(name, Calendar.in_years), dates) for name, grid in vars(known).items()},
    )


def _yearly(grid: Grid, by_year: ByYear, dates: Calendar) -> Grid:
    return Grid(grid.keys, tuple(by_year(dates, values) for values in grid.values))


_BY_YEAR: dict[str, ByYear] = {
    "in_use": Calendar.at_years,
    "stored": Calendar.at_years,
    "peaks": Calendar.highest,
}
"""What is no sum over time."""
