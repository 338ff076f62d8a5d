"""Gains against the first variant, and what follows from them: laws, worked examples, undefined cases."""

from __future__ import annotations

import json
import random
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.accounting import Tables, tabulate
from simulator.engine.ledger import Lane, Row
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from simulator.study.run import simulate
from tests.accounting import ledgers
from tests.accounting.ledgers import Pen, empty

ROOT = Path(__file__).parents[2]
DEAL = """
schema: 1
name: deal
time: {start: 2025-01-01, end: 2036-01-01, step: 1 day, report: year}
calendar: uniform
materials: {ore: {}, metal: {}, scrap: {waste: true}}
companies:
  maker:
    processes: {press: {inputs: [scrap, ore], rate: 1 t/day, outputs: {metal: 1}, jobs: 3 FTE/(t/day)}}
  dealer: {inventories: {scrap: {}}}
boundary:
  mine: {supplies: {ore: {emission_factor: 2 t CO2e/t}, scrap: {rate: 0.5 t/day}}}
  buyer: {demands: {metal: {price: 100 EUR/t}}}
flows:
  buy: {from: mine, to: maker, material: ore, price: 40 EUR/t}
  collect: {from: mine, to: dealer, material: scrap}
  reuse: {from: dealer, to: maker, material: scrap, price: 25 EUR/t, partnership: deal}
  sell: {from: maker, to: buyer, material: metal}
partnerships:
  deal: {partners: {maker: 1}, capex: 1 kEUR}
economics: {discount_rate: 5 %, lifetime: 10 year}
variants:
  linear: {partnerships: []}
  circular: {partnerships: [deal]}
"""


def oracle(indicator: str) -> tuple[Any, Any, float]:
    rows = json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in rows if entry["indicator"] == indicator)
    return entry["inputs"], entry["expected"], entry["tolerance"]


def years(count: int) -> tuple[Row, ...]:
    starts = [datetime(2025 + n, 1, 1) for n in range(count + 1)]
    return tuple(Row(str(a.year), a, b, 0) for a, b in pairwise(starts))


def totals(made: Tables, indicator: str, variant: str = "circular", period: str = "total") -> dict[Any, float]:
    table = made.indicators
    table = table[(table["indicator"] == indicator) & (table["period"] == period) & (table["variant"] == variant)]
    return dict(zip(zip(table["node"], table["item"], strict=True), table["value"], strict=True))


def scenario(folder: Path, *changes: tuple[str, str]) -> Scenario:
    body = DEAL
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return ledgers.read(folder, body)


BOTH = [Lane("linear", 0), Lane("circular", 0)]


def test_npv_and_payback_of_a_ledger_are_those_of_the_worked_example(tmp_path: Path) -> None:
    """Capex at the start of the first year, and ten years in which 1.5 t more are sold at 100 EUR/t."""
    inputs, expected, tolerance = oracle("econ.npv_payback")
    world = scenario(tmp_path, ("discount_rate: 5 %", f"discount_rate: {inputs['rate']}"))
    ledger = empty(world, BOTH, years(11))
    for year, sum_ in enumerate(inputs["cashflows"][1:], start=1):
        Pen(ledger).ship("sell", sum_ / 100, row=year, lane=1)
    made = tabulate(world, [ledger])
    assert [totals(made, "gain", period=str(2025 + n))["maker", "total"] for n in range(11)] == inputs["cashflows"]
    assert totals(made, "npv")["maker", "total"] == pytest.approx(expected["NPV"], rel=tolerance)
    payback = totals(made, "payback")
    assert payback["maker", "simple"] == pytest.approx(expected["simple_payback_years"], rel=tolerance)
    assert payback["network", "discounted"] == pytest.approx(expected["discounted_payback_years"], rel=tolerance)


def test_the_levelised_cost_of_a_ledger_is_that_of_the_worked_example(tmp_path: Path) -> None:
    """Four years are 1,461 days, four times 365.25: of these the annuity is the worked example's."""
    inputs, expected, tolerance = oracle("econ.levelised_cost")
    opex = f"capex: {inputs['capex']} EUR, opex: {inputs['opex_per_year']} EUR/year"
    world = scenario(tmp_path, ("capex: 1 kEUR", opex))
    row = Row("2025", datetime(2025, 1, 1), datetime(2029, 1, 1), 0)
    ledger = empty(world, BOTH, [row])
    Pen(ledger).ship("sell", 4 * inputs["output_t_per_year"], lane=1)
    made = tabulate(world, [ledger])
    assert totals(made, "annuity")["maker", "deal"] / 4 == pytest.approx(expected["annuity"], rel=tolerance)
    cost = totals(made, "levelised_cost")
    assert cost["maker", "total"] == pytest.approx(expected["levelised_cost_per_t"], rel=tolerance)
    assert cost["maker", "capex"] + cost["maker", "opex"] == pytest.approx(cost["maker", "total"])


def test_a_levelised_cost_counts_purchases_and_no_sales(tmp_path: Path) -> None:
    world = scenario(tmp_path)
    ledger = empty(world, BOTH, years(2))
    for year in range(2):
        Pen(ledger).ship("sell", 10, row=year)
        Pen(ledger).ship("buy", 12, row=year)
    cost = totals(tabulate(world, [ledger]), "levelised_cost", "linear")
    assert cost == pytest.approx({("maker", "purchase"): 48.0, ("maker", "total"): 48.0})


def test_an_abatement_cost_is_the_annuity_less_what_is_saved_per_tonne(tmp_path: Path) -> None:
    """100 t of scrap at 25 EUR in the place of ore at 40 EUR with 2 t CO2e; the carbon price is left out."""
    world = scenario(
        tmp_path, ("economics:", "carbon_prices: {tax: {price: 9 EUR/t CO2e, covers: scope_1}}\neconomics:")
    )
    ledger = empty(world, BOTH, years(4))
    for year in range(4):
        Pen(ledger).ship("buy", 100, row=year)
        Pen(ledger).ship("reuse", 100, row=year, lane=1)
    made = tabulate(world, [ledger])
    cost, annuity = totals(made, "abatement_cost"), totals(made, "annuity")["network", "total"]
    assert cost["network", "total"] == pytest.approx((annuity - 4 * 100 * 40) / (4 * 100 * 2))
    assert totals(made, "gain")["network", "total"] == pytest.approx(4 * 100 * 40 - 1000)


def test_an_abatement_cost_is_left_out_where_nothing_is_saved(tmp_path: Path) -> None:
    world = scenario(tmp_path)
    ledger = empty(world, BOTH, years(4))
    assert totals(tabulate(world, [ledger]), "abatement_cost") == {}
    Pen(ledger).ship("buy", 1, lane=1)
    assert totals(tabulate(world, [ledger]), "abatement_cost") == {}


def test_without_a_discount_rate_what_needs_one_is_left_out(tmp_path: Path) -> None:
    made = simulate(scenario(tmp_path, ("economics: {discount_rate: 5 %, lifetime: 10 year}", ""))).tables
    found = set(made.indicators["indicator"])
    assert "gain" in found
    assert not found & {"npv", "levelised_cost", "abatement_cost", "annuity"}
    assert {item for _, item in totals(made, "payback")} == {"simple"}


def test_the_first_variant_gains_nothing_against_itself_and_has_no_such_rows(tmp_path: Path) -> None:
    made = simulate(scenario(tmp_path)).tables
    assert totals(made, "gain", "linear") == totals(made, "npv", "linear") == {}


def test_a_partnership_that_changes_nothing_gains_nothing(tmp_path: Path) -> None:
    made = simulate(scenario(tmp_path, (", partnership: deal", ""), (", capex: 1 kEUR", ""))).tables
    assert set(totals(made, "gain").values()) == {0.0}
    assert totals(made, "payback") == {}


def test_lanes_are_compared_with_the_first_variant_of_their_replication(tmp_path: Path) -> None:
    """In whatever ledger and order they come."""
    world = scenario(tmp_path, (", capex: 1 kEUR", ""))
    sold = {Lane("linear", 0): 1.0, Lane("linear", 1): 5.0, Lane("circular", 1): 8.0, Lane("circular", 0): 2.0}
    made = []
    for order in (sorted(sold, key=str), list(sold)):
        parts = [empty(world, [lane], years(1)) for lane in order]
        for lane, ledger in zip(order, parts, strict=True):
            Pen(ledger).ship("sell", sold[lane])
        table = tabulate(world, parts).indicators
        made.append(table[(table["indicator"] == "gain") & (table["node"] == "maker") & (table["item"] == "total")])
    for table in made:
        assert table["value"].tolist() == pytest.approx([200.0, 200.0])
        assert table["p05"].tolist() == pytest.approx([100 * np.percentile([1.0, 3.0], 5)] * 2)


def test_jobs_are_those_of_the_mean_daily_throughput(tmp_path: Path) -> None:
    world = scenario(tmp_path)
    ledger = empty(world, BOTH, years(1))
    Pen(ledger).draw("maker.press", "ore", 365.25 * 0.5)  # a year of a uniform calendar
    assert totals(tabulate(world, [ledger]), "jobs", "linear") == pytest.approx({
        ("maker", "press"): 1.5,
        ("maker", "total"): 1.5,
        ("network", "total"): 1.5,
    })  # fmt: skip


def test_a_discount_rate_is_the_same_for_all_variants(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be changed by a variant"):
        scenario(tmp_path, ("{partnerships: [deal]}", "{set: {economics.discount_rate: 3 %}}"))


@pytest.fixture(scope="module")
def luenen() -> tuple[Scenario, Tables]:
    """The flagship with a price drawn for every flow between its companies."""
    path, draw = ROOT / "scenarios" / "luenen.yaml", random.Random(3)
    world = load(path).world
    flows = [name for name, flow in sorted(world.flows.items()) if {flow.sender, flow.receiver} <= set(world.companies)]
    sets = [f"flows.{name}.price={draw.randint(-90, 900)} EUR/t" for name in flows]
    made = load(path, [*sets, "time.end=2027-01-01", "economics={discount_rate: 0.06, lifetime: 12 year}"])
    return made, simulate(made).tables


def test_money_in_is_money_out_across_every_flow_between_companies(luenen: tuple[Scenario, Tables]) -> None:
    made, found = luenen
    companies, money = set(made.world.companies), found.money
    between = money[money["partner"].isin(companies)]
    sums = between.groupby(["variant", "period", "source"], observed=True)["money_eur"].agg(["sum", "count", "max"])
    assert len(sums) > 100
    assert (sums["count"] == 2).all()
    assert (sums["sum"].abs() <= 1e-9 * sums["max"]).all()


def test_the_networks_cash_flow_is_what_crosses_its_boundary(luenen: tuple[Scenario, Tables]) -> None:
    made, found = luenen
    outside = found.money[~found.money["partner"].isin(set(made.world.companies))]
    for variant in made.variants:
        crossed = outside.loc[outside["variant"] == variant, "money_eur"].sum()
        assert totals(found, "cash_flow", variant)["network", "total"] == pytest.approx(crossed, rel=1e-9)


@pytest.mark.parametrize("indicator", ["gain", "npv", "jobs", "annuity"])
def test_what_companies_gain_adds_up_to_the_networks(luenen: tuple[Scenario, Tables], indicator: str) -> None:
    made, found = luenen
    for variant in list(made.variants)[1:]:
        values = {node: value for (node, item), value in totals(found, indicator, variant).items() if item == "total"}
        network = values.pop("network", 0.0)
        assert sum(values.values()) == pytest.approx(
            network, rel=1e-9, abs=1e-9 * max(map(abs, values.values()), default=0)
        )


def test_gains_by_category_add_up_to_the_gain(luenen: tuple[Scenario, Tables]) -> None:
    made, found = luenen
    for variant in list(made.variants)[1:]:
        gains = totals(found, "gain", variant)
        for node in made.world.companies:
            parts = [value for (name, item), value in gains.items() if name == node and item != "total"]
            assert sum(parts) == pytest.approx(gains.get((node, "total"), 0.0), rel=1e-9, abs=1e-3)


def test_jobs_may_follow_a_table(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("date,jobs\n2025-01-01,3\n2030-01-01,1\n", encoding="utf-8")
    table = "tables: {jobs: {file: jobs.csv, index: date, value: jobs, unit: FTE/(t/day), outside: hold}}\nmaterials:"
    made = simulate(scenario(tmp_path, ("jobs: 3 FTE/(t/day)", "jobs: {table: jobs}"), ("materials:", table))).tables
    jobs = [totals(made, "jobs", "linear", str(year))["maker", "press"] for year in (2026, 2031)]
    assert jobs == pytest.approx([3.0, 1.0], rel=1e-3)  # a year of 365.25 days has 365 or 366 daily steps


def test_whoever_is_never_behind_is_paid_back_at_once(tmp_path: Path) -> None:
    """A row of 0, for a missing one says that nothing was paid back."""
    world = scenario(tmp_path, ("economics: {discount_rate: 5 %, lifetime: 10 year}", ""))
    ledger = empty(world, BOTH, years(2))
    Pen(ledger).ship("sell", 30, lane=1)
    assert totals(tabulate(world, [ledger]), "payback") == {("maker", "simple"): 0.0, ("network", "simple"): 0.0}
