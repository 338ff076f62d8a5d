"""Accounting for a run against simulating it."""

from __future__ import annotations

import pytest

from simulator import accounting, engine
from simulator.engine import Lane
from tests.benchmarks import works
from tests.benchmarks.measure import Row, best
from tests.benchmarks.works import SEED

pytestmark = pytest.mark.benchmark


def test_tables_and_balance_of_the_flagship_take_less_than_its_simulation(rows: list[Row]) -> None:
    engine.compile_kernels()
    subject = works.flagship()
    plan = subject.plan()
    lanes = [Lane(name, 0) for name in plan.courses]
    ledger = engine.run_batch(plan, lanes, SEED).ledger
    seconds = best({
        "simulate": works.simulation(plan, lanes),
        "tables": lambda: accounting.tabulate(subject.scenario, [ledger]),
        "balance": lambda: accounting.check(ledger),
    })  # fmt: skip
    found = [
        Row(
            "–",
            f"flagship, {work} of all variants ÷ simulation",
            seconds[work] / seconds["simulate"],
            at_most=most,
        )
        for work, most in (("tables", 1.0), ("balance", 0.25))
    ]
    rows.extend(found)
    assert all(row.ok for row in found)
