"""How fine pictures over time are: no finer than companies review, years of long runs, all amounts kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from simulator.report.grain import amounts, grain, longest_review
from simulator.report.series import totals
from simulator.scenario.numbers import Span
from simulator.study.run import Run
from tests.report.synthetic import synthetic

HOUR, DAY, MONTH, YEAR = Span(seconds=3600), Span(seconds=86400), Span(months=1), Span(months=12)


def timed(report: Span, end: datetime, start: datetime = datetime(2025, 1, 1), step: Span = DAY) -> Run:
    run = synthetic(1, 2029)
    time = run.scenario.world.time.model_copy(update={"start": start, "end": end, "report": report, "step": step})
    world = run.scenario.world.model_copy(update={"time": time})
    return replace(run, scenario=replace(run.scenario, world=world))


@pytest.mark.parametrize(
    ("report", "end", "per", "count"),
    [
        (MONTH, datetime(2035, 1, 1), "year", 10),
        (MONTH, datetime(2027, 1, 1), "month", 24),
        (HOUR, datetime(2025, 1, 8), "day", 7),
        (DAY, datetime(2025, 3, 1), "day", 59),
        (YEAR, datetime(2027, 1, 1), "year", 2),
        (Span(months=24), datetime(2035, 1, 1), "year", 5),
        (Span(seconds=864000), datetime(2026, 1, 1), "day", 37),
    ],
)
def test_periods_are_put_together_as_far_as_needed(report: Span, end: datetime, per: str, count: int) -> None:
    found = grain(timed(report, end))
    assert (found.per, found.spans.count) == (per, count)


def test_years_of_long_runs_are_calendar_years_and_part_years_are_said() -> None:
    found = grain(timed(MONTH, datetime(2029, 1, 1), datetime(2025, 7, 1)))
    assert [str(edge)[:10] for edge in found.spans.edges[:3]] == ["2025-07-01", "2026-01-01", "2027-01-01"]
    assert found.partial
    assert not grain(timed(MONTH, datetime(2029, 1, 1))).partial


def test_what_reviews_less_than_three_times_in_a_run_does_not_coarsen_it() -> None:
    run = timed(HOUR, datetime(2025, 1, 8))
    companies = dict(run.scenario.world.companies)
    name = next(iter(companies))
    for review, longest in ((Span(months=1), 1.0), (Span(seconds=2 * 86400), 2.0)):
        companies[name] = companies[name].model_copy(update={"review_period": review})
        world = run.scenario.world.model_copy(update={"companies": companies})
        assert longest_review(replace(run, scenario=replace(run.scenario, world=world))) == longest


@pytest.mark.parametrize("end", [2027, 2029])
def test_the_area_of_what_is_drawn_is_the_mass(end: int) -> None:
    run = synthetic(2, end)
    drawn = grain(run)
    by = amounts(run, run.tables.waste, "fate", "mass_t", drawn)
    sums = totals(run, run.tables.waste, "fate", "mass_t")
    for variant, parts in by.items():
        for fate, heights in parts.items():
            assert float(np.sum(heights * drawn.spans.years)) / drawn.years == pytest.approx(sums[variant][fate])
