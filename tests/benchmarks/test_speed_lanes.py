"""Row g, and what a drawn lane costs beside its simulation."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time

import pytest

from simulator import accounting, engine
from simulator.accounting.accounts import account
from simulator.engine import Lane
from simulator.scenario import load
from simulator.study import executors
from simulator.study.coarse import coarse
from simulator.study.ensemble import replicate
from simulator.study.replication import Block, Study, Workshop
from tests.benchmarks.measure import Row, best
from tests.benchmarks.works import FLAGSHIP
from tests.engine.builders import read, text
from tests.study.test_replications import WORKS

pytestmark = pytest.mark.benchmark
LANES = 10_000


def test_two_processes_are_faster_than_one(rows: list[Row], tmp_path: Path) -> None:
    """By the wall's clock; two processors must be free for this one."""
    engine.compile_kernels()
    study = Study(read(tmp_path, text(WORKS, end="2025-07-01", report="month")), LANES // 2)
    seconds = {count: _spent(study, count) for count in (1, 2)}
    work = f"{LANES:,} lanes of half a year, 1 worker process ÷ 2, wall time with their start"
    rows.append(Row("g", work, seconds[1] / seconds[2], at_least=1.7))
    assert rows[-1].ok


def _spent(study: Study, count: int) -> float:
    done: list[Block] = []
    start = perf_counter()
    replicate(study, executors.processes(count), done.append, lanes_per_block=200)
    return perf_counter() - start


def test_accounting_for_drawn_lanes_takes_less_than_simulating_them(rows: list[Row]) -> None:
    engine.compile_kernels()
    scenario = coarse(load(FLAGSHIP))
    workshop = Workshop(Study(scenario, 2))
    (plan,) = workshop.plans
    lanes = [Lane(name, 1) for name in plan.courses]
    drawn = {lane: workshop.variant(lane.variant, 1) for lane in lanes}
    ledger = engine.run_batch(plan, lanes, 1, drawn=drawn).ledger
    seconds = best({
        "simulate": lambda: engine.run_batch(plan, lanes, 1, drawn=drawn),
        "account": lambda: (accounting.check(ledger), account(scenario, [ledger])),
    }, clock=process_time)  # fmt: skip
    ratio = seconds["account"] / seconds["simulate"]
    rows.append(Row("–", "flagship, six drawn lanes, balance and indicators ÷ simulation", ratio, at_most=1.0))
    assert rows[-1].ok
