"""Numbers as users write them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.context import Column
from simulator.scenario.dates import after
from simulator.scenario.distributions import KINDS
from simulator.scenario.numbers import Clock, In, Number, Span, parse_number, parse_span, scaled
from simulator.scenario.wrong import Wrong

RATE = In("t/day", low=0, pieces=True)
ANY = In("t/day")
PART = In("1", low=0, high=1)


def rate(raw: Any) -> Number:
    return parse_number(raw, ANY, {"ore": Column("kt/year")})


def test_a_quantity_is_converted() -> None:
    number = parse_number("365.25 kt/year", RATE, {})
    assert number.value == pytest.approx(1000)
    assert number.unit == "t/day"


def test_a_bare_number_stands_where_the_unit_is_obvious() -> None:
    assert parse_number(0.5, PART, {}).value == 0.5
    assert parse_number("40 %", PART, {}).value == 0.4


def test_zero_needs_no_unit() -> None:
    assert rate(0).value == 0


def test_pieces_are_kept_as_pieces() -> None:
    number = parse_number("300 pieces/day", RATE, {})
    assert (number.value, number.pieces) == (300, True)


def test_a_table_gives_the_number_in_the_unit_of_the_field() -> None:
    number = rate({"table": "ore", "times": 2})
    assert math.isnan(number.value)
    assert (number.table, number.unit, number.times) == ("ore", "t/day", 2)


@pytest.mark.parametrize(
    ("raw", "mean", "bounds"),
    [
        ({"triangular": ["1 t/day", "2 t/day", "6 t/day"]}, 3, (1, 6)),
        ({"value": "2 t/day", "triangular": [1, 2, 6]}, 3, (1, 6)),
        ({"uniform": ["1 t/day", "3 t/day"]}, 2, (1, 3)),
        ({"normal": {"mean": "5 t/day", "sd": "1 t/day"}}, 5, (0, 10)),
        ({"value": "5 t/day", "normal": {"cv": 0.2}}, 5, (0, 10)),
        ({"lognormal": {"median": "2 t/day", "gsd": 1}}, 2, (2, 2)),
        ({"value": "4 t/day", "beta": {"alpha": 1, "beta": 3, "low": 0, "high": 8}}, 2, (0, 8)),
        ({"choice": ["1 t/day", "2 t/day"]}, 1.5, (1, 2)),
        ({"choice": {"values": ["1 t/day", "2 t/day"], "weights": [1, 3]}}, 1.75, (1, 2)),
        ({"empirical": ["1 t/day", "5 t/day"]}, 3, (1, 5)),
        ({"value": "3 t/day", "dirichlet": 50}, 3, (3, 3)),
    ],
)
def test_distributions_have_their_mean_and_bounds(raw: Any, mean: float, bounds: tuple[float, float]) -> None:
    distribution = rate(raw).distribution
    assert distribution is not None
    assert distribution.kind in KINDS
    assert distribution.mean == pytest.approx(mean)
    assert distribution.bounds() == pytest.approx(bounds)


def test_a_lognormal_has_the_mean_and_deviation_that_were_written() -> None:
    """Not those of its logarithm: for median m and gsd g the mean is m·exp(ln²g ÷ 2)."""
    distribution = rate({"lognormal": {"mean": "10 t/day", "sd": "4 t/day"}}).distribution
    assert distribution is not None
    variance = math.log(distribution["gsd"]) ** 2
    mean = distribution["median"] * math.exp(variance / 2)
    assert mean == pytest.approx(10)
    assert mean * math.sqrt(math.expm1(variance)) == pytest.approx(4)


def test_value_stands_before_the_mean() -> None:
    assert rate({"value": "2 t/day", "triangular": [1, 2, 6]}).value == 2
    assert rate({"triangular": ["1 t/day", "2 t/day", "6 t/day"]}).value == 3


def test_parameters_of_a_distribution_are_in_the_unit_of_the_value_beside_it() -> None:
    distribution = rate({"value": "365.25 t/year", "uniform": [0, 730.5]}).distribution
    assert distribution is not None
    assert distribution.bounds() == pytest.approx((0, 2))


def test_source_kind_and_noise_are_kept() -> None:
    raw = {"value": "2 t/day", "source": "a report", "kind": "published", "noise": {"cv": 0.1, "every": "1 week"}}
    number = rate(raw)
    assert (number.source, number.kind) == ("a report", "published")
    assert number.noise is not None
    assert (number.noise.cv, number.noise.every) == (0.1, Span(seconds=7 * 86400))


@pytest.mark.parametrize(
    "raw",
    [
        True,
        None,
        [],
        "",
        "12:30",
        "1_000 t/day",
        "nan t/day",
        ".inf",
        "1e999 t/day",
        float("nan"),
        "t/day",
        "1 2 t/day",
    ],
)
def test_what_is_not_a_number_is_refused(raw: Any) -> None:
    with pytest.raises(Wrong):
        rate(raw)


SIZES = st.just(0.0) | st.floats(1e-9, 1e12)
"""Numbers as they are written, and times one another."""


@given(SIZES | SIZES.map(lambda size: -size), st.sampled_from(["t/day", "kt/year", "kg/h"]), SIZES)
def test_scaling_the_text_scales_the_number(value: float, unit: str, by: float) -> None:
    text = f"{value!r} {unit}"
    assert rate(scaled(text, by)).value == pytest.approx(rate(text).value * by, rel=1e-12, abs=1e-300)


def test_scaling_reaches_the_distribution() -> None:
    number = rate(scaled({"value": "2 t/day", "triangular": [1, 2, 6]}, 10))
    assert number.value == 20
    assert number.distribution is not None
    assert number.distribution.bounds() == (10, 60)
    assert number.distribution.mean == 30


def test_scaling_twice_multiplies() -> None:
    assert scaled(scaled({"table": "ore"}, 0.5), 0.5) == {"table": "ore", "times": 0.25}


@pytest.mark.parametrize(
    ("raw", "span"),
    [
        ("1 day", Span(seconds=86400)),
        ("8 h", Span(seconds=28800)),
        ("month", Span(months=1)),
        ("2 years", Span(months=24)),
        ("1.5 year", Span(months=18)),
        ("90 min", Span(seconds=5400)),
        ("1 week", Span(seconds=604800)),
    ],
)
def test_spans_are_whole_months_or_whole_seconds(raw: str, span: Span) -> None:
    assert parse_span(raw) == span


def test_a_span_may_be_uncertain() -> None:
    span = Clock(zero=True).parse({"value": "1 day", "lognormal": {"median": "1 day", "gsd": 1.5}})
    assert span.seconds == 86400
    assert span.distribution is not None
    assert span.distribution.kind == "lognormal"


def test_a_month_later_is_the_same_day_or_the_last() -> None:
    from datetime import datetime

    assert after(datetime(2024, 1, 31), Span(months=1)) == datetime(2024, 2, 29)
    assert after(datetime(2024, 12, 15), Span(months=1)) == datetime(2025, 1, 15)


def test_in_a_uniform_calendar_dates_are_dates_and_months_are_of_one_length() -> None:
    from datetime import datetime

    from simulator.scenario.dates import date_at, days_between, position

    start, week = datetime(2025, 1, 1), Span(seconds=7 * 86400)
    assert after(start, Span(months=12), uniform=True) == datetime(2026, 1, 1)
    assert days_between(start, datetime(2029, 1, 1), uniform=True) == 4 * 365.25
    assert days_between(datetime(2025, 2, 1), datetime(2025, 3, 1), uniform=True) == 365.25 / 12
    assert days_between(start, after(start, week, uniform=True), uniform=True) == pytest.approx(7)
    for date in (datetime(2024, 2, 29, 18), datetime(2025, 12, 31, 23, 59), datetime(1969, 7, 20)):
        assert abs(date_at(position(date, uniform=True), uniform=True) - date).total_seconds() < 1e-3
