"""Rows h, i: how soon work begins."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

import pytest

from tests.benchmarks.measure import ROOT, Row, best, children, python, timed

pytestmark = pytest.mark.benchmark
COMPILE = "from simulator.engine import compile_kernels; compile_kernels()"


def test_the_first_compilation_takes_at_most_15_seconds(tmp_path: Path, rows: list[Row]) -> None:
    """In a fresh cache folder; CPU seconds count, the wall's are told."""
    cpu, wall = [], []
    for n in range(2):
        work = python("-c", COMPILE, env={**os.environ, "KREISLAUF_CACHE": str(tmp_path / str(n))})
        start = perf_counter()
        cpu.append(timed(work, children))
        wall.append(perf_counter() - start)
    work_done = f"first compilation of the kernels ({min(wall):.1f} s by the wall)"
    rows.append(Row("h", work_done, min(cpu), "s", at_most=15))
    assert rows[-1].ok


def test_starting_with_compiled_kernels_takes_at_most_a_second(rows: list[Row]) -> None:
    python("-c", COMPILE)()
    seconds = best({"start": python("-c", COMPILE), "empty": python("-c", "pass")}, clock=children)
    work = "kernels at hand, once cached, above an empty Python"
    rows.append(Row("h", work, seconds["start"] - seconds["empty"], "s", at_most=1))
    assert rows[-1].ok


def test_help_answers_at_once(rows: list[Row]) -> None:
    seconds = best({"help": python("run_scenario.py", "--help")}, clock=children)["help"]
    rows.append(Row("i", "run_scenario.py --help", seconds, "s", at_most=0.2))
    assert rows[-1].ok


def test_validating_the_flagship_takes_less_than_a_second(rows: list[Row]) -> None:
    work = python("run_scenario.py", "validate", str(ROOT / "scenarios" / "luenen.yaml"))
    seconds = best({"validate": work}, clock=children)["validate"]
    rows.append(Row("i", "run_scenario.py validate scenarios/luenen.yaml", seconds, "s", at_most=1))
    assert rows[-1].ok
