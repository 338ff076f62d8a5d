"""What it means: pure functions from a ledger and its worlds to tables.

    terms(scenario)               products with time series that the kernels must sum as they happen
    check(ledger), require        does every balance close?                            balance.py
    tabulate(scenario, ledgers)   flows, stocks, ages, retirements, processes, emissions, energy, waste, money, …
    find_bottlenecks(tables, …)   what held the processes back                         bottlenecks.py
    find_shortages(tables)        energy that nobody served, or took, in words         shortages.py
    find_buildup(tables, …)       substances that build up in a loop, in words         buildup.py

How a ledger becomes tables (`build.py`): each quantity becomes a `Grid`, numbers by lane, period and key (`grid.py`);
all grids of one ledger are its `Facts` (`facts.py`; its table `VALUED` names those that are quantities × numbers):

    physical.py    flows, stocks, processes, what products are made of: the ledger's masses under their names
    ages.py        what is in service by year of entry, and what retires, of uses that ask for it
    taps.py        who may get energy from whom
    energy.py      who got how much energy from whom
    sources.py     what emits, is carried: the table `EMISSIONS` has a function per source
    burning.py     carbon to CO2, for the sources that burn
    landfill.py    methane in the years after the waste
    money.py       who is paid what: the table `PAYMENTS` has a function per kind of payment
    levies.py      of these, carbon prices in layers and levies on waste
    capital.py     capex as an annuity; jobs
    factors.py     quantities (`quantities.py`) × the numbers of the world that held, constant or time series
    waste.py       the node where waste arose, and its final fate; old scrap, by substance
    tracing.py     of these, the mixing that is traced backwards
    shortfalls.py  what periods of contracts lack of their minimum

Data frames (`frames.py`, columns in `tables.py`) and indicators (`indicators.py`: the table `INDICATORS` has a function
per indicator, those of cycles, scrap and energy in modules of their own; `appraisal.py`: gains against the first
variant, by the pure functions of `economics.py`; `statistics.py`: over replications) are made from the same facts, so
that they cannot disagree.
"""

from __future__ import annotations

from simulator.accounting.balance import TOLERANCE, Balance, check, require
from simulator.accounting.bottlenecks import Bottleneck, find_bottlenecks
from simulator.accounting.build import tabulate
from simulator.accounting.buildup import find_buildup
from simulator.accounting.factors import terms_of
from simulator.accounting.facts import VALUED
from simulator.accounting.shortages import find_shortages
from simulator.accounting.tables import COLUMNS, Tables
from simulator.engine.index import Term
from simulator.scenario.scenario import Scenario

__all__ = [
    "COLUMNS",
    "TOLERANCE",
    "Balance",
    "Bottleneck",
    "Tables",
    "check",
    "find_bottlenecks",
    "find_buildup",
    "find_shortages",
    "require",
    "tabulate",
    "terms",
]


def terms(scenario: Scenario) -> tuple[Term, ...]:
    """What the kernels must sum, in order: one term per quantity and product of time series that values it."""
    return terms_of(scenario, [lines for lines, _ in VALUED.values()])
