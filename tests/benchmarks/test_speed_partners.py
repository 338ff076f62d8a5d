"""Coalitions of partnerships against one variant: what a thousand lanes cost that are none of the file's."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from simulator.study.executors import threads
from simulator.study.partners import Question, ask, worked_off
from simulator.study.run import simulate
from tests.benchmarks.measure import Row, timed
from tests.benchmarks.works import FLAGSHIP

pytestmark = pytest.mark.benchmark

COALITIONS = 1024
VARIANT = "waste_heat"
"""Of the flagship, with 12 partnerships, four of which start later, so that a lane has three epochs."""


def ratio(coalitions: int) -> float:
    """Seconds of some coalitions by two threads, opening included, ÷ those of the variant, simulated and tabulated."""
    asked = ask(FLAGSHIP, Question(VARIANT))
    inquiry = replace(asked.inquiry, coalitions=tuple(range(coalitions)))
    simulate(inquiry.scenario)
    runs = [simulate(inquiry.scenario).timings for _ in range(5)]
    one = min(found["simulate"] + found["account"] for found in runs)
    return timed(lambda: worked_off(inquiry, threads(2)), time.perf_counter) / one


def test_a_thousand_coalitions_take_at_most_350_times_the_time_of_one(rows: list[Row]) -> None:
    work = f"flagship, {COALITIONS:,} coalitions by two threads ÷ one variant, simulate and account"
    rows.append(Row("–", work, ratio(COALITIONS), at_most=350))
    assert rows[-1].ok
