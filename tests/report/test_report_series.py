"""Numbers behind the plots: periods, rates, totals, units, ticks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.calendar import periods as engine_periods
from simulator.engine.calendar import timeline
from simulator.report import style
from simulator.report.dates import date_ticks
from simulator.report.series import periods, rates, stocks, totals
from simulator.report.stock_plots import selection
from simulator.report.totals import difference, notes
from simulator.scenario.numbers import Span
from simulator.study.run import Run
from tests.report.synthetic import synthetic


def test_periods_end_where_months_and_years_of_the_calendar_end() -> None:
    assert periods(synthetic(1, 2027)).count == 24
    yearly = periods(synthetic(1, 2027, months=12))
    assert [str(edge)[:10] for edge in yearly.edges] == ["2025-01-01", "2026-01-01", "2027-01-01"]
    assert yearly.years == pytest.approx([365 / 365.25] * 2)


def test_labels_find_their_period() -> None:
    found = periods(synthetic(1, 2027)).position
    assert [found[label] for label in ("opening", "2025-01", "2025-12", "2026-02")] == [-1, 0, 11, 13]


def _reporting(start: datetime, report: Span, calendar: str = "real") -> Run:
    """A run to 2029 that reports so."""
    run = synthetic(1, 2029)
    time = run.scenario.world.time.model_copy(update={"start": start, "report": report})
    world = run.scenario.world.model_copy(update={"time": time, "calendar": calendar})
    return replace(run, scenario=replace(run.scenario, world=world))


REPORTS = [
    (datetime(2025, 1, 15), Span(months=3), "real", ["2025-01-15", "2025-04-01", "2025-07-01"], "2025-04"),
    (datetime(2025, 3, 1), Span(months=24), "real", ["2025-03-01", "2027-01-01", "2029-01-01"], "2027"),
    (datetime(2025, 1, 1), Span(months=1), "uniform", ["2025-01-01", "2025-02-01", "2025-03-01"], "2025-02"),
    (datetime(2025, 1, 31), Span(months=1), "real", ["2025-01-31", "2025-02-01", "2025-03-01"], "2025-02"),
    (datetime(2025, 1, 1), Span(seconds=10 * 86400), "real", ["2025-01-01", "2025-01-11", "2025-01-21"], "2025-01-11"),
]


@pytest.mark.parametrize(("start", "report", "calendar", "edges", "second"), REPORTS)
def test_bars_stand_in_the_periods_that_the_engine_reports(
    start: datetime, report: Span, calendar: str, edges: list[str], second: str
) -> None:
    """Whatever the length of a period, the start of the run and the calendar."""
    run = _reporting(start, report, calendar)
    spans = periods(run)
    engine = engine_periods(timeline(run.scenario.world), report)
    assert [str(edge)[:10] for edge in spans.edges[:3]] == edges
    assert spans.position == {"opening": -1, **{period.label: i for i, period in enumerate(engine)}}
    assert spans.position[second] == 1
    assert spans.years.sum() == pytest.approx(run.scenario.world.days / 365.25)


@pytest.mark.parametrize("months", [1, 12])
def test_the_area_under_a_rate_is_the_mass(months: int) -> None:
    run = synthetic(2, 2028, months)
    years = periods(run).years
    by = rates(run, run.tables.waste, "fate", "mass_t")
    sums = totals(run, run.tables.waste, "fate", "mass_t")
    for variant, parts in by.items():
        for fate, rate in parts.items():
            assert float((rate * years).sum()) == pytest.approx(sums[variant][fate])


def test_stocks_begin_with_the_opening_and_come_largest_first() -> None:
    run = synthetic(2, 2027)
    found = stocks(run)
    opening = run.tables.stocks.query("period == 'opening' and variant == 'linear' and item == 'buildings'")[
        "mass_t"
    ].sum()
    assert found[0].item == "buildings"
    assert found[0].levels["linear"][0] == pytest.approx(opening)
    assert len(found[0].levels["linear"]) == 25
    assert [s.largest for s in found] == sorted((s.largest for s in found), reverse=True)


def test_the_selection_of_stocks_loses_none() -> None:
    found = stocks(synthetic(2, 2027))
    whole = sum(stock.levels["linear"] for stock in found)
    assert sum(stock.levels["linear"] for stock in selection(found)) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("largest", "name"), [(0, "t"), (1499, "t"), (1500, "kt"), (-3e4, "kt"), (1.4e6, "kt"), (2e6, "Mt")]
)
def test_units_fit_the_largest_number(largest: float, name: str) -> None:
    assert style.mass_unit(largest).name == name


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (416.6, "417"), (2.3, "2.30"), (0.0151, "0.015"), (12_345, "12,300"), (99.96, "100")]
)
def test_amounts_have_three_digits(value: float, text: str) -> None:
    assert style.amount(value) == text


@pytest.mark.parametrize(
    ("value", "reference", "text"),
    [
        (110, 100, "+10.0 %"),
        (80, 100, "−20.0 %"),
        (100.001, 100, "±0 %"),
        (5, 0, "–"),
        (0, 0, "±0 %"),
        (3000, 1, "+299,900 %"),
    ],
)
def test_differences_are_in_percent_of_the_first(value: float, reference: float, text: str) -> None:
    assert difference(value, reference) == text


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([1_478_000, 1_467_000, 1_465_000], ["1,478 kt", "1,467 kt (−0.7 %)", "1,465 kt (−0.9 %)"]),
        ([412_300, 330_100], ["412 kt", "330 kt (−19.9 %)"]),
        ([55_870, 55_830], ["55.87 kt", "55.83 kt (−0.1 %)"]),
        ([5e4, 5e4], ["50.0 kt", "50.0 kt (±0 %)"]),
        ([0, 5e4, 6e4], ["0 kt", "50.0 kt (–)", "60.0 kt (–)"]),
    ],
)
def test_totals_have_as_many_digits_as_their_differences_need(amounts: list[float], expected: list[str]) -> None:
    unit = style.Unit(1000, "kt")
    assert notes({str(i): {"landfill": x} for i, x in enumerate(amounts)}, unit) == expected


def test_one_fate_one_scope_one_material_one_colour() -> None:
    colours = style.material_colours(synthetic(1, 2026).scenario)
    assert colours["cathode"] == "#B87333"
    assert len(set(style.FATES.values())) == len(style.FATES)
    assert len(set(style.SCOPES.values())) == len(style.SCOPES)


@given(st.integers(-20_000, 40_000), st.integers(1, 40_000), st.integers(2, 12))
def test_ticks_lie_within_the_run_and_are_few(start: int, length: int, most: int) -> None:
    first = np.datetime64(start, "D").astype("datetime64[s]")
    last = first + np.timedelta64(length, "D")
    ticks, labels = date_ticks(first, last, most)
    assert len(ticks) == len(labels) == len(set(labels)) <= most
    assert all(first <= tick <= last for tick in ticks)


@pytest.mark.parametrize(
    ("end", "first"), [("2035-01-01", "2025"), ("2026-01-01", "2025-01"), ("2025-01-06", "1 Jan\n2025")]
)
def test_ticks_say_no_more_than_they_must(end: str, first: str) -> None:
    _, labels = date_ticks(np.datetime64("2025-01-01", "s"), np.datetime64(end, "s"), 12)
    assert labels[0] == first
