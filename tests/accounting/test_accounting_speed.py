"""Accounting is no slower than simulating: one lane of ten years by day takes the engine about 40 ms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from simulator.accounting import check, tables
from simulator.engine.ledger import Lane, Ledger
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import drawn_at_random, months

FLAGSHIP = Path(__file__).parents[2] / "scenarios" / "luenen.yaml"


@pytest.fixture(scope="module")
def flagship() -> tuple[Scenario, Ledger]:
    """Ten years by month of every variant."""
    scenario = load(FLAGSHIP)
    return scenario, drawn_at_random(scenario, [Lane(name, 0) for name in scenario.variants], months(120))


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of CPU."""

    def once() -> float:
        start = process_time()
        work()
        return process_time() - start

    return min(once() for _ in range(times))


@pytest.mark.benchmark
def test_all_tables_of_the_flagship_take_less_than_the_simulation(flagship: tuple[Scenario, Ledger]) -> None:
    scenario, ledger = flagship
    lanes = len(ledger.lanes)
    seconds = best_of(5, lambda: tables(scenario, [ledger]))
    print(f"tables: {1000 * seconds / lanes:.0f} ms per lane")
    assert seconds < 0.075 * lanes


@pytest.mark.benchmark
def test_the_balance_takes_little(flagship: tuple[Scenario, Ledger]) -> None:
    _, ledger = flagship
    seconds = best_of(5, lambda: check(ledger))
    print(f"balance: {1000 * seconds / len(ledger.lanes):.0f} ms per lane")
    assert seconds < 0.02 * len(ledger.lanes)
