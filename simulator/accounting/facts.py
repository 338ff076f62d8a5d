"""What is known about one ledger, as grids: tables and indicators are both made of them, and cannot disagree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from simulator.accounting import ages, capital, energy, money, physical, sources
from simulator.accounting.factors import Lines, recorded, value
from simulator.accounting.grid import Calendar, Grid, calendar, joined
from simulator.accounting.landfill import landfills
from simulator.accounting.waste import old_scrap, waste
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
    """MWh, and those that the node made itself (user and hop: see `mixes.final`)."""
    inside: Grid
    """MWh, and those made in the network (user and hop: see `mixes.final`)."""
    purchased: Grid
    """MWh from others (node or `network`, carrier)."""
    renewable: Grid
    """MWh, and those that are renewable (user and hop: see `mixes.final`)."""
    delivered: Grid
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
    shortfalls: Grid
    """t (sender, flow)."""
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
    restarts: Grid
    """Number (node, process)."""
    starting: Grid
    """Days (node, process)."""
    in_use: Grid
    """t at the end (node, use): a stock, not to be summed over time."""
    in_service: Grid
    """Likewise (substance)."""
    aged: Grid
    """Mass × age in t year, and t, at the end, of uses that report ages (node, use, substance)."""
    intake: Grid
    """t taken into service (node, use, substance, origin)."""
    demanded: Grid
    """t that boundary demands take, waste excepted (substance, origin)."""
    old_scrap: Grid
    """t of what left uses as waste (substance, fate or `waste.LEFT_USE`)."""


VALUED: Mapping[str, tuple[Lines, int]] = {
    "annuities": (capital.annuities, 1),
    "avoided": (sources.avoided, 1),
    "days": (capital.days, 1),
    "delivered": (energy.delivered, 1),
    "emissions": (sources.emissions, 3),
    "energy": (energy.uses, 1),
    "inside": (energy.inside, 2),
    "labour": (capital.labour, 1),
    "money": (money.payments, 1),
    "own_energy": (energy.own, 2),
    "purchased": (energy.purchased, 1),
    "renewable": (energy.renewable, 2),
    "shortfalls": (capital.contract_shortfalls, 1),
    "transport_work": (sources.transport_work, 1),
}
"""Facts that are quantities times numbers of a world: their lines, and how many columns of numbers they have."""


def facts(scenario: Scenario, ledger: Ledger, dates: Calendar, without: Collection[str] = ()) -> Facts:
    """Account for one ledger, by period; of `VALUED` and old scrap, some may be left out, which takes less time."""
    known = recorded(scenario, ledger)
    valued = {
        name: _nothing(dates, columns) if name in without else value(known, dates, lines, columns)
        for name, (lines, columns) in VALUED.items()
    }
    methane, committed = landfills(scenario, ledger, dates)
    emissions = joined(valued.pop("emissions"), methane)
    found = Facts(
        processes=physical.processes(ledger, dates),
        emissions=emissions,
        committed=committed,
        storage_loss=energy.lost(ledger, dates),
        peaks=energy.peaks(ledger, dates),
        stored=energy.stored(ledger, dates),
        waste=waste(scenario, ledger, dates),
        products=physical.products(ledger, dates, scenario.world),
        shipped=physical.shipped(ledger, dates),
        unmet=physical.unmet(ledger, dates),
        outages=physical.outages(ledger, dates),
        restarts=physical.restarts(ledger, dates),
        starting=physical.starting(ledger, dates),
        in_use=physical.in_use(ledger, dates),
        in_service=physical.in_service(ledger, dates),
        aged=ages.aged(ledger, dates),
        intake=physical.intake(ledger, dates),
        demanded=physical.demanded(ledger, dates, scenario.world),
        old_scrap=_nothing(dates) if "old_scrap" in without else old_scrap(scenario, ledger, dates),
        **valued,
    )
    for name, grid in vars(found).items():
        _check_finite(name, grid)
    return found


def _nothing(dates: Calendar, columns: int = 1) -> Grid:
    return Grid((), (np.zeros((len(dates.of_row), len(dates.periods), 0)),) * columns)


def _check_finite(name: str, grid: Grid) -> None:
    """Amounts are never undefined, as ratios may be: one that is would stand in no table, as if there were none."""
    for values in grid.values:
        if not np.isfinite(values).all():
            column = int(np.argwhere(~np.isfinite(values))[0, -1])
            raise AssertionError(f"{name}: the amount of {', '.join(grid.keys[column])} is not finite")


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
    "in_service": Calendar.at_years,
    "aged": Calendar.at_years,
    "stored": Calendar.at_years,
    "peaks": Calendar.highest,
}
"""What is no sum over time."""
