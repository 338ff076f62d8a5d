"""Sensitivity: indices are those of closed forms, and what varies as one is one factor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import permutations
from math import pi
from pathlib import Path

import numpy as np
import pytest

from simulator.cli.sensitivity import METHODS as OFFERED
from simulator.cli.sensitivity import OUTCOMES as TOLD
from simulator.errors import UserError
from simulator.scenario import load
from simulator.scenario.drawing import Draw
from simulator.scenario.numbers import Number
from simulator.scenario.scenario import Scenario
from simulator.study import executors
from simulator.study.ensemble import replicate
from simulator.study.outcomes import OUTCOMES
from simulator.study.replication import Block
from simulator.study.sensitivity import METHODS, Floats, Problem, Sensitivity, factors, found_by, inquiry, together
from tests.engine.builders import read, text
from tests.study.test_replications import WORKS, uncertain

pytest.importorskip("SALib")

PRESS = """
materials: {old: {waste: true}, good: {}, dust: {waste: true}}
companies:
  works:
    inventories: {old: {initial: 10000 t}}
    processes:
      press: {inputs: [old], rate: RATE, cost: COST, outputs: {good: 0.75, dust: 0.25}}
boundary:
  yard: {supplies: {old: {}}}
  mill: {demands: {good: {price: PRICE}}}
  dump: {accepts: {dust: {fee: FEE, fate: landfill}}}
flows:
  buy: {from: yard, to: works, material: old}
  sell: {from: works, to: mill, material: good}
  away: {from: works, to: dump, material: dust}
"""
RATES, PRICES, FEES, COSTS = (10.0, 30.0), (100.0, 220.0), (0.0, 400.0), (20.0, 60.0)
DAYS = 10


def press(folder: Path, **numbers: str) -> Scenario:
    """Every day's goods are sold, its dust is tipped, its input costs: cash flow in closed form."""
    usual = {"RATE": "20 t/day", "COST": "40 EUR/t", "PRICE": "160 EUR/t", "FEE": "200 EUR/t"}
    body = PRESS
    for name, number in {**usual, **numbers}.items():
        body = body.replace(name, number)
    return read(folder, text(body, end=f"2025-01-{DAYS + 1:02}"))


def even(ends: tuple[float, float], unit: str) -> str:
    return f'{{uniform: ["{ends[0]} {unit}", "{ends[1]} {unit}"]}}'


def asked(scenario: Scenario, method: str, samples: int, size: int = 64, outcome: str = "cash_flow") -> Sensitivity:
    question = inquiry(scenario, method, samples, [outcome])
    sample, blocks = question.sample(), list[Block]()
    replicate(question.study(sample), executors.threads(2), blocks.append, lanes_per_block=size)
    return found_by(question, sample, blocks)


def measures(found: Sensitivity, outcome: str = "cash_flow") -> dict[str, dict[str, float]]:
    """By the last key of the factor's path."""
    names = [factor.name.rpartition(".")[2] for factor in found.inquiry.factors]
    of = found.measures[OUTCOMES[outcome].title]
    return {name: dict(zip(names, values.tolist(), strict=True)) for name, values in of.items()}


def closed_form() -> tuple[dict[str, float], dict[str, float]]:
    """S1 and ST of the cash flow Y = r Z, where Z = a p − b f − c.

    r is the rate, p the price, f the fee, all uniform and independent; a and b are the days times the yields, c the
    days times the cost of 40 EUR/t. With m for means, V for variances:

        V(Z) = a² V(p) + b² V(f),    V(Y) = m(r)² V(Z) + m(Z)² V(r) + V(r) V(Z)

        S1(r) = m(Z)² V(r) ÷ V(Y)              ST(r) = (m(Z)² V(r) + V(r) V(Z)) ÷ V(Y)
        S1(p) = m(r)² a² V(p) ÷ V(Y)           ST(p) = (m(r)² + V(r)) a² V(p) ÷ V(Y)

    and f as p. A product of independent factors has no other interactions than r with each of them.
    """
    a, b, c = 0.75 * DAYS, 0.25 * DAYS, 40.0 * DAYS
    (r, var_r), (p, var_p), (f, var_f) = ((sum(e) / 2, (e[1] - e[0]) ** 2 / 12) for e in (RATES, PRICES, FEES))
    parts = {"price": a**2 * var_p, "fee": b**2 * var_f}
    mean_z, var_z = a * p - b * f - c, sum(parts.values())
    whole = r**2 * var_z + mean_z**2 * var_r + var_r * var_z
    first = {name: r**2 * part / whole for name, part in parts.items()}
    total = {name: (r**2 + var_r) * part / whole for name, part in parts.items()}
    return first | {"rate": mean_z**2 * var_r / whole}, total | {"rate": (mean_z**2 + var_z) * var_r / whole}


def test_sobol_indices_of_a_scenario_agree_with_the_closed_form(tmp_path: Path) -> None:
    numbers = {"RATE": even(RATES, "t/day"), "PRICE": even(PRICES, "EUR/t"), "FEE": even(FEES, "EUR/t")}
    made = asked(press(tmp_path, **numbers), "sobol", 512)
    fee, price, rate = made.inquiry.sample().T
    cash = DAYS * (10 + 20 * rate) * (0.75 * (100 + 120 * price) - 0.25 * 400 * fee - 40)
    np.testing.assert_allclose(made.values[OUTCOMES["cash_flow"].title], cash, rtol=1e-9, atol=1e-6)
    found = measures(made)
    first, total = closed_form()
    for name in first:
        assert found["s1"][name] == pytest.approx(first[name], abs=0.02), name
        assert found["st"][name] == pytest.approx(total[name], abs=0.02), name
    assert total["rate"] - first["rate"] > 0.03


def test_morris_of_a_linear_scenario_gives_the_ranges_and_no_sigma(tmp_path: Path) -> None:
    """At a rate of 20 t/day 150 t are sold, 50 t tipped, 200 t worked on."""
    scenario = press(tmp_path, PRICE=even(PRICES, "EUR/t"), FEE=even(FEES, "EUR/t"), COST=even(COSTS, "EUR/t"))
    found = measures(asked(scenario, "morris", 4))
    effects = {"price": 150 * 120.0, "fee": -50 * 400.0, "cost": -200 * 40.0}
    for name, effect in effects.items():
        assert found["mu"][name] == pytest.approx(effect, rel=1e-9)
        assert found["mu_star"][name] == pytest.approx(abs(effect), rel=1e-9)
        assert found["sigma"][name] == pytest.approx(0.0, abs=1e-9 * abs(effect))
        assert found["mu_star_conf"][name] == pytest.approx(0.0, abs=1e-9 * abs(effect))


def test_measures_are_the_same_in_any_batch(tmp_path: Path) -> None:
    scenario = press(tmp_path, PRICE=even(PRICES, "EUR/t"), RATE=even(RATES, "t/day"))
    one, other = (asked(scenario, "sobol", 16, size).table() for size in (5, 64))
    assert one.equals(other)


def ishigami(x: Floats) -> Floats:
    """Oracle 062: on [−π, π]³; its indices in closed form by Ishigami and Homma (1990)."""
    a, b, c = (2 * pi * x - pi).T
    return np.asarray(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))


def linear(x: Floats) -> Floats:
    """Oracle 063, Morris (1991), Technometrics 33:161-174: elementary effects of a linear model are its slopes."""
    return np.asarray(3 * x[:, 0] - 2 * x[:, 1])


def measured(method: str, model: Callable[[Floats], Floats], samples: int) -> dict[str, list[float]]:
    names = ["x1", "x2", "x3"]
    problem: Problem = {"num_vars": 3, "names": names, "bounds": [[0.0, 1.0]] * 3, "groups": list(names)}
    x = METHODS[method].sample(problem, samples, 1)
    return {name: found.tolist() for name, found in METHODS[method].analyse(problem, x, model(x), 1).items()}


def test_sobol_indices_of_the_ishigami_function() -> None:
    found = measured("sobol", ishigami, 4096)
    assert found["s1"] == pytest.approx([0.31390519114781146, 0.4424111447900409, 0.0], abs=0.02)
    assert found["st"] == pytest.approx([0.5575888552099592, 0.4424111447900409, 0.2436836640621477], abs=0.02)


def test_elementary_effects_of_a_linear_function() -> None:
    found = measured("morris", linear, 10)
    assert found["mu_star"] == pytest.approx([3, 2, 0], abs=1e-9)
    assert found["mu"] == pytest.approx([3, -2, 0], abs=1e-9)
    assert found["sigma"] == pytest.approx([0, 0, 0], abs=1e-9)


def test_parts_of_a_split_are_one_factor_and_so_are_numbers_that_share_a_draw(tmp_path: Path) -> None:
    shared = press(
        tmp_path,
        PRICE='{uniform: ["100 EUR/t", "200 EUR/t"], draw: market}',
        FEE='{uniform: ["0 EUR/t", "9 EUR/t"], draw: market}',
    )
    (market,) = factors(shared)
    assert (market.name, market.keys, len(market.paths), market.tailed) == ("market", ("market",), 2, False)
    found = {factor.name: factor for factor in factors(uncertain(tmp_path))}
    split = found["companies.works.processes.melt.outputs.*.Cu"]
    assert [path.rpartition("outputs.")[2] for path in split.paths] == ["dross.Cu", "metal.Cu"]
    assert len(split.keys) == 2
    assert split.tailed
    assert found["flows.buy.lead_time"].tailed
    assert not found["companies.works.processes.melt.rate"].tailed


def test_a_draw_that_joins_splits_gives_the_factor_its_name(tmp_path: Path) -> None:
    drawn = "Cu: {value: 0.9, dirichlet: 30"
    body = WORKS.replace(drawn, f"{drawn}, draw: grade").replace("{Cu: 0.9}", f"{{{drawn}, draw: grade}}}}")
    joined = next(factor for factor in factors(uncertain(tmp_path, body)) if len(factor.paths) == 4)
    assert joined.name == "grade"


@pytest.mark.parametrize("method", METHODS)
def test_a_scenario_with_a_split_and_outages_has_measures_for_every_factor(tmp_path: Path, method: str) -> None:
    found = asked(uncertain(tmp_path), method, 4)
    table = found.table()
    assert len(table) == len(found.inquiry.factors) == 5
    assert np.isfinite(table[found.inquiry.method.main]).all()
    assert table[found.inquiry.method.main].is_monotonic_decreasing


def test_what_morris_leaves_out_of_tails_is_told_to_it_alone(tmp_path: Path) -> None:
    for method, low in (("morris", 0.005), ("sobol", 0.0)):
        question = inquiry(uncertain(tmp_path), method, 2)
        bounds = dict(zip(question.problem["names"], question.problem["bounds"], strict=True))
        assert bounds["flows.buy.lead_time"] == [low, 1 - low]
        assert bounds["companies.works.processes.melt.rate"] == [0.0, 1.0]


def test_the_difference_to_another_variant_is_that_of_its_outcomes(tmp_path: Path) -> None:
    """Twice the cost, in the second variant, takes off as much as it is at first."""
    numbers = {"COST": even(COSTS, "EUR/t"), "PRICE": even(PRICES, "EUR/t")}
    press(tmp_path, **numbers)
    path = tmp_path / "scenario.yaml"
    double = "variants: {usual: {}, dear: {scale: {companies.works.processes.press.cost: 2}}}\n"
    path.write_text(path.read_text(encoding="utf-8") + double, encoding="utf-8")
    found = measures(asked(load(path), "morris", 4))
    assert found["mu"]["cost"] == pytest.approx(-200 * 40.0)
    assert found["mu_star"]["price"] == pytest.approx(0.0, abs=1e-6)


def test_what_is_linked_by_others_varies_as_one_in_whatever_order_it_is_met() -> None:
    """Two splits of which a part each shares a draw, met in two worlds; and two numbers that share nothing."""
    number = Number(1.0, "1")
    said = (("a.x", "a.x", "a"), ("a.y", "same", "a"), ("b.x", "same", "b"), ("b.y", "b.y", "b"), ("c", "c", ""))
    draws = [Draw(path, key, number, (), split) for path, key, split in (*said, ("d", "d", ""))]
    for order in permutations(draws):
        found = {frozenset(draw.path for draw in group) for group in together([*order, *draws])}
        assert found == {frozenset({"a.x", "a.y", "b.x", "b.y"}), frozenset({"c"}), frozenset({"d"})}


def test_two_splits_of_one_process_are_two_factors(tmp_path: Path) -> None:
    shares = "{old: {composition: {Cu: 0.5, Fe: 0.5}, waste: true}, good: {}, dust: {waste: true}}"
    outputs = "{good: {Cu: {value: 0.9, dirichlet: 30}, Fe: {value: 0.2, dirichlet: 30}}, dust: rest}"
    body = PRESS.replace("{old: {waste: true}, good: {}, dust: {waste: true}}", shares).replace(
        "{good: 0.75, dust: 0.25}", outputs
    )
    for name, number in (("RATE", "20 t/day"), ("COST", "40 EUR/t"), ("PRICE", "1 EUR/t"), ("FEE", "2 EUR/t")):
        body = body.replace(name, number)
    found = factors(read(tmp_path, text(f"substances: [Cu, Fe]\n{body}", end="2025-01-05")))
    assert [factor.name.rpartition("outputs.")[2] for factor in found] == ["*.Cu", "*.Fe"]


def test_the_command_line_offers_all_methods_and_outcomes() -> None:
    assert tuple(METHODS) == OFFERED
    assert tuple(OUTCOMES) == TOLD


def test_samples_that_cannot_be_taken_are_refused_with_what_can(tmp_path: Path) -> None:
    scenario = press(tmp_path, FEE=even(FEES, "EUR/t"))
    with pytest.raises(UserError, match="power of 2, like 64 or 128; it is 100"):
        inquiry(scenario, "sobol", 100)
    with pytest.raises(UserError, match="two trajectories"):
        inquiry(scenario, "morris", 1)


def test_a_scenario_without_draws_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"scenario\.yaml: no number of it is drawn.*--vary PATH=LO:HI"):
        inquiry(press(tmp_path), "morris", None)


def test_an_outcome_that_never_varies_is_left_out_and_none_at_all_is_said(tmp_path: Path) -> None:
    scenario = press(tmp_path, FEE=even(FEES, "EUR/t"))
    with pytest.raises(UserError, match="no outcome varies"):
        asked(scenario, "morris", 2, outcome="waste")


def test_without_salib_the_line_that_installs_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'kreislauf\[analysis\]'"):
        inquiry(press(tmp_path, FEE=even(FEES, "EUR/t")), "morris", None)
