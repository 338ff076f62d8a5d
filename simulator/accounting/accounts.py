"""What is kept of many lanes: their indicators by year, and the course of a few figures of the network by period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from simulator.accounting.build import compared
from simulator.accounting.facts import dates_of, facts
from simulator.accounting.indicators import Yearly, by_period, yearly
from simulator.accounting.statistics import stacked, without_dust
from simulator.engine.ledger import Lane, Ledger
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Account:
    """Some lanes, those of the first variant with their replications among them."""

    lanes: tuple[Lane, ...]
    figures: Yearly
    """Every indicator of every node."""
    course: Yearly
    """Figures of the network by reporting period in the place of years."""


def account(scenario: Scenario, ledgers: Iterable[Ledger]) -> Account:
    """Account for lanes; what compares a lane with another needs both of them here."""
    lanes: list[Lane] = []
    years, courses = [], []
    for ledger in ledgers:
        dates = dates_of(ledger)
        known = facts(scenario, ledger, dates)
        lanes.extend(ledger.lanes)
        years.append(yearly(known, dates))
        courses.append(by_period(known, dates))
    if not lanes:
        nothing = Yearly((), (), np.zeros((0, 0, 0)))
        return Account((), nothing, nothing)
    figures = compared(scenario, lanes, years)
    return Account(tuple(lanes), without_dust(figures), without_dust(stacked(courses)))
