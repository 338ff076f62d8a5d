"""One run: scenario in, tables out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.accounting.tables import Tables
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """What came out of a scenario."""

    scenario: Scenario
    tables: Tables
    seed: int
    lanes: int
    events: int
    """Events of the calendar that were processed."""
    residual: float
    """Largest relative residual of any balance, 1."""
    timings: Mapping[str, float]
    """Seconds by stage: load, compile, simulate, account (the caller adds write and plot)."""
    warnings: tuple[str, ...]
    bottlenecks: Mapping[str, tuple[str, ...]]
    """Up to three sentences per variant, worst first: which process waited for what, on how many days."""
