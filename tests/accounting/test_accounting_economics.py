"""Investment appraisal: the worked examples, the undefined cases, and laws that hold for any payments."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accounting import economics

ROWS = json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))
SUMS = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=20)
RATES = st.floats(0.0, 0.3)


def oracle(indicator: str) -> tuple[Any, Any, float]:
    row = next(row for row in ROWS if row["indicator"] == indicator)
    return row["inputs"], row["expected"], row["tolerance"]


def test_the_capital_recovery_factor_is_the_published_one() -> None:
    given_, expected, tolerance = oracle("econ.capital_recovery_factor")
    factor = economics.capital_recovery_factor(given_["rate"], given_["years"])
    assert factor == pytest.approx(expected["CRF"], abs=tolerance)


def test_net_present_value_payback_and_rate_of_return_are_those_of_the_worked_example() -> None:
    given_, expected, tolerance = oracle("econ.npv_payback")
    sums, rate = given_["cashflows"], given_["rate"]
    value = economics.net_present_value(sums, rate)
    assert value == pytest.approx(expected["NPV"], rel=tolerance)
    assert value / (1 + rate) == pytest.approx(expected["NPV_excel_convention"], rel=tolerance)
    assert economics.payback(sums) == pytest.approx(expected["simple_payback_years"], rel=tolerance)
    discounted = economics.discounted_payback(sums, rate)
    assert discounted == pytest.approx(expected["discounted_payback_years"], rel=tolerance)
    below, above = (economics.net_present_value(sums, expected["IRR"] * (1 + part)) for part in (-tolerance, tolerance))
    assert below > 0 > above


def test_the_levelised_cost_is_the_same_by_annuity_and_by_discounting() -> None:
    given_, expected, tolerance = oracle("econ.levelised_cost")
    rate, years, output = given_["rate"], given_["years"], given_["output_t_per_year"]
    annuity = economics.annuity(given_["capex"], rate, years)
    assert annuity == pytest.approx(expected["annuity"], rel=tolerance)
    cost = (annuity + given_["opex_per_year"]) / output
    assert cost == pytest.approx(expected["levelised_cost_per_t"], rel=tolerance)
    spent = [given_["capex"], *[given_["opex_per_year"]] * years]
    ratio = economics.levelised_cost(spent, [0.0, *[output] * years], rate)
    assert ratio == pytest.approx(expected["check_discounted_ratio"], rel=tolerance)


def test_without_interest_capital_is_spread_evenly() -> None:
    assert economics.capital_recovery_factor(0.0, 8) == 0.125
    assert economics.capital_recovery_factor(1e-12, 8) == pytest.approx(0.125)
    assert isnan(economics.capital_recovery_factor(0.05, 0))


@pytest.mark.parametrize(
    ("sums", "years"),
    [
        ([-100, 50, 50], 2.0),
        ([-100, 200, 0], 0.5),
        ([0, 0, -100, 50, 100], 1.5),  # counted from the outlay, not from the start of the run
        ([-100, 150, -100, 100], 2.5),  # a second outlay has to be paid back too
        ([10, 20], 0.0),
    ],
)
def test_payback_is_when_the_sums_so_far_are_negative_no_longer(sums: list[float], years: float) -> None:
    assert economics.payback(sums) == pytest.approx(years)


@pytest.mark.parametrize("sums", [[-100, 50], [0, 0, 0], [100, -200]])
def test_payback_is_undefined_where_nothing_is_paid_back_or_nothing_was_paid(sums: list[float]) -> None:
    assert isnan(economics.payback(sums))


def test_paybacks_of_many_rows_are_those_of_each() -> None:
    rows = np.array([[-100.0, 50, 60], [0, -10, 5], [0, 0, 0], [0, -10, 20]])
    alone = [float(economics.payback(row)) for row in rows]
    assert economics.payback(rows) == pytest.approx(alone, nan_ok=True)


@given(SUMS, SUMS, RATES)
def test_present_values_add_up(one: list[float], other: list[float], rate: float) -> None:
    length = min(len(one), len(other))
    a, b = np.array(one[:length]), np.array(other[:length])
    together = economics.net_present_value(a + b, rate)
    parts = economics.net_present_value(a, rate) + economics.net_present_value(b, rate)
    assert together == pytest.approx(parts, abs=1e-6)


@given(st.floats(0.001, 0.3), st.integers(1, 60))
def test_an_annuity_is_worth_its_capital(rate: float, years: int) -> None:
    sums = [0.0, *[economics.annuity(1000.0, rate, years)] * years]
    assert economics.net_present_value(sums, rate) == pytest.approx(1000.0)


def test_an_abatement_cost_is_undefined_where_nothing_is_saved() -> None:
    costs = economics.abatement_cost([100.0, 100.0, 100.0, -100.0], [50.0, 0.0, -50.0, 50.0])
    assert costs == pytest.approx([2.0, np.nan, np.nan, -2.0], nan_ok=True)


def test_a_levelised_cost_is_undefined_without_output() -> None:
    assert isnan(economics.levelised_cost([10.0, 10.0], [0.0, 0.0], 0.05))
