"""Every kind of distribution is drawn as it is written: quantiles, means and variances against scipy, bounds kept."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.scenario.distributions import KINDS, Distribution, stretched
from simulator.scenario.numbers import Clock, In, parse_number
from simulator.scenario.quantiles import log_part
from simulator.scenario.truncation import location_of, truncated_mean
from simulator.scenario.wrong import Wrong
from simulator.study.sampling import Floats

ROWS: dict[str, Any] = {
    row["id"]: row for row in json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))
}
EVEN = (np.arange(200_000) + 0.5) / 200_000
PROBES = np.array([2.0**-54, 1e-9, 1e-3, 0.02, 0.31, 0.5, 0.77, 0.999, 1 - 1e-9, 1 - 2.0**-53])
WEIGHTED = stats.rv_discrete(values=([1, 2, 7], [0.2, 0.5, 0.3]))
CASES: tuple[tuple[dict[str, Any], Any], ...] = (
    ({"triangular": [2, 5, 11]}, stats.triang(3 / 9, 2, 9)),
    ({"triangular": [2, 2, 11]}, stats.triang(0, 2, 9)),
    ({"triangular": [2, 11, 11]}, stats.triang(1, 2, 9)),
    ({"uniform": [-3, 4]}, stats.uniform(-3, 7)),
    ({"normal": {"mean": 5, "sd": 2}}, stats.norm(5, 2)),
    ({"lognormal": {"median": 100, "gsd": 1.2}}, stats.lognorm(math.log(1.2), 0, 100)),
    ({"lognormal": {"mean": 10, "sd": 4}}, stats.lognorm(math.sqrt(math.log(1.16)), 0, 10 / math.sqrt(1.16))),
    ({"beta": {"alpha": 2, "beta": 5}}, stats.beta(2, 5)),
    ({"beta": {"alpha": 0.5, "beta": 0.7, "low": -1, "high": 3}}, stats.beta(0.5, 0.7, -1, 4)),
    ({"choice": {"values": [7, 1, 2], "weights": [3, 2, 5]}}, WEIGHTED),
    ({"choice": [3, 1]}, stats.rv_discrete(values=([1, 3], [0.5, 0.5]))),
    ({"empirical": [5, 1, 1, 9]}, stats.rv_discrete(values=([1, 5, 9], [0.5, 0.25, 0.25]))),
)
TRUNCATED = (
    (0.8, 0.1, 0.0, 1.0),
    (0.8, 0.15, -math.inf, 1.0),
    (0.97, 0.1, 0.0, 1.0),
    (0.03, 0.1, 0.0, math.inf),
    (0.5, 3.0, 0.0, 1.0),
    (40.0, 0.01, 0.0, 100.0),
    (-7.0, 2.0, -8.0, 5.0),
)


def distribution(raw: dict[str, Any], **value: float) -> Distribution:
    found = parse_number({**value, **raw}, In("1"), {}).distribution
    assert found is not None
    return found


@pytest.mark.parametrize(("raw", "scipy"), CASES, ids=lambda case: str(case) if isinstance(case, dict) else "")
def test_quantiles_mean_and_variance_are_those_of_scipy(raw: dict[str, Any], scipy: Any) -> None:
    own = distribution(raw)
    inside = (scipy.cdf(own.bounds()[0]) < PROBES) & (scipy.cdf(own.bounds()[1]) >= PROBES)
    assert np.allclose(own.quantile(PROBES[inside]), scipy.ppf(PROBES[inside]), rtol=1e-9, atol=1e-12)
    values = own.quantile(EVEN)
    assert np.isclose(own.mean, scipy.mean(), rtol=1e-12)
    assert np.isclose(values.mean(), scipy.mean(), rtol=1e-3)
    assert np.isclose(values.var(), scipy.var(), rtol=1e-3)


@pytest.mark.parametrize("raw", [raw for raw, _ in CASES] + [{"normal": {"mean": 0.8, "sd": 0.1, "high": 1}}], ids=str)
def test_no_draw_leaves_the_bounds_and_none_falls_as_its_uniform_rises(raw: dict[str, Any]) -> None:
    own = distribution(raw)
    values = own.quantile(PROBES)
    low, high = own.bounds()
    assert low <= values.min()
    assert values.max() <= high
    assert (np.diff(values) >= 0).all()


def test_every_kind_is_tried() -> None:
    assert {kind for raw, _ in CASES for kind in raw} | {"dirichlet"} == set(KINDS)


@pytest.mark.parametrize(("mean", "sd", "low", "high"), TRUNCATED)
def test_the_mean_of_a_truncated_normal_is_the_mean_of_what_is_drawn(
    mean: float, sd: float, low: float, high: float
) -> None:
    ends = {key: end for key, end in (("low", low), ("high", high)) if math.isfinite(end)}
    own = distribution({"normal": {"mean": mean, "sd": sd, **ends}})
    location = own["location"]
    scipy = stats.truncnorm((low - location) / sd, (high - location) / sd, location, sd)
    assert own.mean == mean
    assert np.isclose(scipy.mean(), mean, rtol=1e-9)
    assert np.allclose(own.quantile(EVEN[::999]), scipy.ppf(EVEN[::999]), rtol=1e-9)
    assert np.isclose(own.quantile(EVEN).mean(), mean, rtol=1e-4)


def test_cutting_alone_would_shift_the_mean() -> None:
    """0.80 with a standard deviation of 0.15, cut at 1, has a mean of 0.773; the parent must lie higher."""
    assert round(truncated_mean(0.8, 0.15, -math.inf, 1.0), 3) == 0.773
    location = location_of(0.8, 0.15, -math.inf, 1.0)
    assert location is not None
    assert location > 0.8
    assert np.isclose(truncated_mean(location, 0.15, -math.inf, 1.0), 0.8, rtol=1e-14)


def test_a_bound_that_nothing_reaches_changes_nothing() -> None:
    free, bound = (
        distribution({"normal": {"mean": 5, "sd": 0.1}}),
        distribution({"normal": {"mean": 5, "sd": 0.1, "low": 0}}),
    )
    assert np.allclose(free.quantile(EVEN[1::99]), bound.quantile(EVEN[1::99]), rtol=1e-14)
    assert bound.bounds() == (0, 5.5)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"mean": 1, "sd": 0.1, "high": 1}, "must lie below its `high`: move the mean, or the bound"),
        ({"mean": -1, "sd": 0.1, "low": 0, "high": 1}, "must lie above its `low` and below its `high`"),
        ({"mean": 0.9, "sd": 100, "low": 0, "high": 1}, "its `sd` is too large for a mean so near to a bound"),
    ],
)
def test_a_truncated_normal_that_cannot_be_is_refused(raw: dict[str, float], said: str) -> None:
    with pytest.raises(Wrong, match=said):
        distribution({"normal": raw})


@pytest.mark.parametrize("raw", [raw for raw, _ in CASES] + [{"normal": {"mean": 0.8, "sd": 0.1, "high": 1}}], ids=str)
def test_a_stretched_distribution_draws_stretched_values(raw: dict[str, Any]) -> None:
    own = distribution(raw)
    wide = stretched(own, 2.5)
    assert np.allclose(wide.quantile(PROBES), 2.5 * own.quantile(PROBES), rtol=1e-12)
    assert np.allclose(wide.bounds(), 2.5 * np.array(own.bounds()), rtol=1e-12)


@pytest.mark.parametrize("shape", [0.05, 0.7, 3.0, 1e4])
def test_a_part_of_a_split_is_a_gamma_variable(shape: float) -> None:
    own = distribution({"dirichlet": 2 * shape}, value=0.5)
    probes = PROBES[3:]
    assert np.allclose(own.quantile(probes), stats.gamma(shape).ppf(probes), rtol=1e-9)


def test_a_part_too_small_for_a_float_keeps_its_size() -> None:
    """Where the quantile still is a float, its logarithm is the limit's; beyond, the limit goes on."""
    probes = np.array([0.5, 0.6, 0.9])
    assert np.allclose(log_part(1e-2, probes), np.log(stats.gamma(1e-2).ppf(probes)), rtol=1e-9)
    tiny = log_part(1e-3, np.array([1e-9, 0.1, 0.3]))
    assert (np.isfinite(tiny) & (tiny < -1000)).all()
    assert (np.diff(tiny) > 0).all()


def test_lognormal_oracle_059() -> None:
    row, own = ROWS["059"], distribution({"lognormal": {"median": 100, "gsd": 1.2}})
    low, high = own.quantile(np.array([0.025, 0.975]))
    assert own.mean == pytest.approx(row["expected"]["mean"], rel=row["tolerance"])
    assert (low, high) == pytest.approx((row["expected"]["p2_5"], row["expected"]["p97_5"]), rel=row["tolerance"])
    assert own["gsd"] ** 2 == pytest.approx(row["expected"]["factor95_ecoinvent"], rel=row["tolerance"])


def test_triangular_and_uniform_oracle_060() -> None:
    row = ROWS["060"]
    a, c, b = (row["inputs"][key] for key in "acb")
    triangular, uniform = distribution({"triangular": [a, c, b]}), distribution({"uniform": [a, b]})
    assert (triangular.mean, uniform.mean) == (row["expected"]["tri_mean"], row["expected"]["uni_mean"])
    assert variance(triangular) == pytest.approx(row["expected"]["tri_var"], rel=1e-4)
    assert variance(uniform) == pytest.approx(row["expected"]["uni_var"], rel=1e-4)


def variance(own: Distribution) -> float:
    values: Floats = own.quantile(EVEN)
    return float(values.var())


def test_pedigree_oracle_057() -> None:
    """A geometric standard deviation from pedigree scores is a `gsd`; databases often print its square."""
    row = ROWS["057"]
    variances = [math.log(factor) ** 2 for factor in (row["inputs"]["basic_GSD2"], *row["inputs"]["factors"])]
    own = distribution({"lognormal": {"median": 1, "gsd": row["expected"]["GSD"]}})
    assert math.exp(math.sqrt(sum(variances))) == pytest.approx(row["expected"]["GSD2"], rel=1e-9)
    assert np.log(own.quantile(EVEN)).std() == pytest.approx(row["expected"]["sigma_ln"], rel=1e-4)


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [
        ({"uniform": ["4 day", "6 day"]}, "day", 5),
        ({"uniform": [0, "6 day"]}, "day", 3),
        ({"value": "5 day", "uniform": [4, 6]}, "day", 5),
        ({"triangular": ["1 t", "2 t", "3000 kg"]}, "t", 2),
    ],
)
def test_parameters_say_which_unit_a_number_without_value_is_in(raw: dict[str, Any], unit: str, value: float) -> None:
    found = parse_number(raw, In("t", "day", pieces=True), {})
    assert (found.unit, found.value) == (unit, value)


def test_a_number_whose_distribution_counts_pieces_counts_pieces() -> None:
    found = parse_number({"uniform": ["4 pieces", "6 pieces"]}, In("t", pieces=True), {})
    assert (found.pieces, found.value) == (True, 5)


@pytest.mark.parametrize(
    "raw",
    [
        {"value": "5 t", "uniform": ["4 day", "6 day"]},
        {"uniform": ["4 t", "6 pieces"]},
        {"value": "3 pieces", "normal": {"sd": "1 t"}},
    ],
)
def test_units_of_two_kinds_in_one_distribution_are_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(Wrong, match="write both alike"):
        parse_number(raw, In("t", "day", pieces=True), {})


def test_a_normal_that_reaches_too_far_is_told_how_to_end() -> None:
    fraction, raw = In("1", low=0, high=1), {"normal": {"mean": 0.8, "sd": 0.1}}
    with pytest.raises(Wrong, match=r"between 0 and 1; its distribution reaches 0\.3|give it `low` or `high`"):
        parse_number(raw, fraction, {})
    assert parse_number({"normal": {**raw["normal"], "low": 0, "high": 1}}, fraction, {}).value == 0.8


def test_a_factor_multiplies_also_the_ends_that_nobody_wrote() -> None:
    assert distribution({"beta": {"alpha": 1, "beta": 1}, "times": 0.5}).bounds() == (0, 0.5)


def test_a_factor_multiplies_a_length_of_time_and_its_distribution() -> None:
    span = Clock(zero=True).parse({"value": "1 day", "uniform": ["12 h", "36 h"], "times": 2})
    assert span.distribution is not None
    assert (span.days(), span.distribution.bounds()) == (2, (1, 3))


def test_a_number_times_nothing_does_not_vary() -> None:
    found = parse_number({"uniform": [1, 2], "times": 0}, In("1"), {})
    assert (found.value, found.distribution) == (0, None)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"lognormal": {"median": 4, "gsd": 30}}, "is 30, and 10 at most"),
        ({"lognormal": {"median": 4, "gsd": 1e30}}, "is 1e+30, and 10 at most"),
        ({"lognormal": {"mean": 4, "cv": 1e30}}, "geometric standard deviation is"),
        ({"lognormal": {"mean": 4, "cv": 1e200}}, "is too large for a number, the largest is 1e+30"),
        ({"normal": {"mean": 4, "cv": 1e308}}, "is too large for a number"),
        ({"normal": {"mean": 0.4, "sd": 1e20, "low": 0.3, "high": 0.5}}, "write uniform"),
        ({"normal": {"mean": 0.4, "sd": 1e20, "low": 0.399, "high": 0.6}}, "write uniform"),
        ({"normal": {"mean": 0.4, "sd": 1e20, "low": 0.3}}, "too large for a mean so near to a bound"),
        ({"beta": {"alpha": 1e308, "beta": 1e308}}, "is too large for a number"),
        ({"choice": {"values": [1, 2], "weights": [1e308, 1e308]}}, "is too large for a number"),
    ],
    ids=str,
)
def test_what_has_no_mean_or_no_quantiles_in_floats_is_refused(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(Wrong, match=re.escape(said)):
        distribution(raw)


@pytest.mark.parametrize("sd", [1e2, 10, 1])
def test_a_truncated_normal_far_wider_than_its_bounds_keeps_its_mean(sd: float) -> None:
    own = distribution({"normal": {"mean": 0.49, "sd": sd, "low": 0, "high": 1}})
    values = own.quantile((np.arange(10_000) + 0.5) / 10_000)
    assert abs(values.mean() - 0.49) < 1e-6
    assert len(np.unique(values)) == 10_000
