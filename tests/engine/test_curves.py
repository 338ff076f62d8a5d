"""Survival curves: closed forms against quadrature and against what flodym and ODYM give."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from simulator.cli.files import CASES
from simulator.engine.curves import at_ends, initial_losses, survival
from simulator.scenario.lifetimes import Lifetime
from simulator.units import DAYS_PER_YEAR

FOLDER = CASES / "inflow_driven_lifetimes"
TABLE = [["3 year", 1], ["10 year", 0.8], ["12 year", 0.3], ["31 year", 0]]
LIFETIMES: Mapping[str, Any] = {
    "weibull": {"shape": 2.5, "scale": "18 year"},
    "normal": {"mean": "15 year", "sd": "4 year"},
    "folded_normal": {"mean": "15 year", "sd": "4 year"},
    "lognormal": {"mean": "15 year", "sd": "6 year"},
    "fixed": "12.5 year",
    "gamma": {"shape": 6.25, "scale": "2.4 year"},
    "survival": TABLE,
}
EXACT: Mapping[str, Callable[[float], float]] = {
    "weibull": stats.weibull_min(2.5, scale=18).sf,
    "normal": stats.norm(15, 4).sf,
    "folded_normal": stats.foldnorm(15 / 4, scale=4).sf,
    "lognormal": stats.lognorm(np.sqrt(np.log1p(0.16)), scale=15 / np.sqrt(1.16)).sf,
    "fixed": lambda age: float(age < 12.5),
    "gamma": stats.gamma(6.25, scale=2.4).sf,
    "survival": lambda age: float(np.interp(age, [3, 10, 12, 31], [1, 0.8, 0.3, 0])),
}
ENTRIES = {"start": "start", "middle": "middle", "end": "end", "uniform_gl6": "spread"}
"""Their names of the conventions, and ours."""
YEARS = 61


def lifetime(name: str, parameters: Any = None) -> Lifetime:
    return Lifetime.model_validate({name: LIFETIMES[name] if parameters is None else parameters})


def columns(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


INFLOW = np.array([float(row["inflow"]) for row in columns("inflow.csv")])


def stocks(name: str, entry: str) -> Any:
    """Stock at every year's end under the inflow."""
    kept = at_ends(lifetime(name), entry, DAYS_PER_YEAR, YEARS)
    return np.convolve(INFLOW, kept)[:YEARS]


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(("entry", "later"), [("start", 1.0), ("middle", 0.5), ("end", 0.0)])
def test_a_cohort_of_one_instant_survives_as_its_distribution_says(name: str, entry: str, later: float) -> None:
    exact = [EXACT[name](k + later) for k in range(YEARS)]
    assert at_ends(lifetime(name), entry, DAYS_PER_YEAR, YEARS) == pytest.approx(exact, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_cohort_that_is_spread_survives_as_the_integral_says(name: str) -> None:
    """The limited expected value in closed form is what quadrature gives, year by year, to 1e-11 of the cohort."""
    kinks = [3.0, 10.0, 12.0, 12.5, 31.0]
    exact = [
        integrate.quad(EXACT[name], k, k + 1, points=[x for x in kinks if k < x < k + 1] or None, epsabs=1e-13)[0]
        for k in range(YEARS)
    ]
    assert at_ends(lifetime(name), "spread", DAYS_PER_YEAR, YEARS) == pytest.approx(exact, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("name", LIFETIMES)
def test_the_integral_over_all_ages_is_the_mean_lifetime(name: str) -> None:
    mean = integrate.quad(EXACT[name], 0, 200, points=[3.0, 10.0, 12.0, 12.5, 31.0], limit=200)[0]
    found = survival(lifetime(name)).integral(np.array([200 * DAYS_PER_YEAR]))[0] / DAYS_PER_YEAR
    assert found == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("name", ["weibull", "normal", "folded_normal", "lognormal", "fixed"])
@pytest.mark.parametrize("convention", ENTRIES)
def test_stocks_and_outflows_are_those_of_flodym(name: str, convention: str) -> None:
    """To 1e-9; the quadrature of a spread entry is itself exact to 1e-8 of a stock and 1e-5 of an outflow."""
    stock = stocks(name, ENTRIES[convention])
    outflow = INFLOW - np.diff(stock, prepend=0.0)
    close, rough = (1e-8, 1e-5) if convention == "uniform_gl6" else (1e-9, 1e-9)
    known = columns("expected.csv") + columns("expected_quadrature.csv")
    rows = [row for row in known if (row["lifetime"], row["convention"]) == (name, convention)]
    assert len(rows) == YEARS
    for row in rows:
        year = int(row["year"]) - 1950
        assert stock[year] == pytest.approx(float(row["stock"]), rel=close, abs=close * stock.max())
        assert outflow[year] == pytest.approx(float(row["outflow"]), rel=rough, abs=rough * outflow.max())


def test_a_fixed_age_is_left_at_that_age_and_not_after_it() -> None:
    assert at_ends(lifetime("fixed", "3 year"), "end", DAYS_PER_YEAR, 5).tolist() == [1, 1, 1, 0, 0]


def test_what_a_normal_lifetime_would_retire_before_it_enters_leaves_at_once() -> None:
    short = {"mean": "1 year", "sd": "1 year"}
    assert at_ends(lifetime("normal", short), "end", DAYS_PER_YEAR, 1)[0] == pytest.approx(stats.norm.cdf(1))
    assert at_ends(lifetime("folded_normal", short), "end", DAYS_PER_YEAR, 1)[0] == 1


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_stationary_stock_retires_all_of_itself(name: str) -> None:
    losses = initial_losses(lifetime(name), "spread", DAYS_PER_YEAR, 400)
    assert losses.sum() == pytest.approx(1, abs=1e-12)
    assert (np.diff(losses) <= 1e-14).all()


@pytest.mark.filterwarnings("error")
def test_a_weibull_as_steep_as_a_step_is_silent() -> None:
    """Powers beyond what a number holds stand for a part of 0."""
    steep = lifetime("weibull", {"shape": 1e6, "scale": "10 year"})
    assert at_ends(steep, "end", DAYS_PER_YEAR, 13)[[0, 9, 11, 12]] == pytest.approx([1, 1, 0, 0])
    assert at_ends(steep, "spread", DAYS_PER_YEAR, 13)[[0, 9, 10, 12]] == pytest.approx([1, 1, 0, 0], abs=1e-5)
