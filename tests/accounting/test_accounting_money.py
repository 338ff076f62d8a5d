"""Money: every payment once, at the companies that receive or pay it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from simulator.accounting import Tables, tabulate
from simulator.scenario.scenario import Scenario
from simulator.study.run import simulate
from tests.accounting import ledgers
from tests.accounting.ledgers import Pen, empty, row
from tests.accounting.test_accounting_emissions import BASE

MARKET = """
schema: 1
name: market
time: {start: 2025-01-01, end: 2025-03-01, step: 1 day, report: month}
tables:
  spot: {file: spot.csv, index: date, value: price, unit: EUR/MWh, outside: hold}
materials: {ore: {}, metal: {}, slag: {waste: true}, ash: {waste: true}, part: {}}
companies:
  smelter:
    loads: {electricity: 1 MWh/day}
    processes:
      melt: {inputs: [ore], rate: 10 t/day, outputs: {metal: 0.6, slag: 0.3, ash: rest}, cost: 40 EUR/t,
             energy: {electricity: 2 MWh/t, gas: 1 MWh/t}}
  maker:
    processes:
      press: {inputs: [metal], rate: 9 t/day, outputs: {part: 1}, per: part, cost: 7 EUR/t}
energy: {electricity: {price: {table: spot}}, gas: {price: 30 EUR/MWh}}
transport: {truck: {cost: 0.1 EUR/(t km)}}
boundary:
  mine: {supplies: {ore: {price: 100 EUR/t}}}
  buyer: {demands: {part: {price: 900 EUR/t}}}
  paver: {accepts: {slag: {fate: backfilling, fee: 12 EUR/t}, ash: {fate: landfill, fee: 80 EUR/t}}}
flows:
  buy: {from: mine, to: smelter, material: ore, transport: truck, distance: 200 km}
  metal: {from: smelter, to: maker, material: metal, price: 500 EUR/t, transport: truck, distance: 30 km,
          transport_payer: receiver}
  parts: {from: maker, to: buyer, material: part, transport: truck, distance: 50 km}
  slag: {from: smelter, to: paver, material: slag}
  ash: {from: smelter, to: paver, material: ash, price: 5 EUR/t}
"""
SPOT = "date,price\n2025-01-01,50\n2025-02-01,70\n"


def read(folder: Path, body: str = MARKET) -> Scenario:
    folder.mkdir(exist_ok=True)
    (folder / "spot.csv").write_text(SPOT, encoding="utf-8")
    return ledgers.read(folder, body)


@pytest.fixture
def market(tmp_path: Path) -> Scenario:
    return read(tmp_path)


def paid(made: Tables) -> Mapping[tuple[str, ...], float]:
    keys = zip(*(made.money[name] for name in ("node", "category", "source", "item", "partner")), strict=True)
    return dict(zip(keys, made.money["money_eur"], strict=True))


def test_every_payment_has_its_node_category_and_sum(market: Scenario) -> None:
    """A month in which 100 t of ore become 60 t of metal and 50 t of parts."""
    ledger = empty(market, BASE, [row("2025-01")])
    pen = Pen(ledger, "other")
    for flow, mass in (("buy", 110), ("metal", 55), ("parts", 48), ("slag", 30), ("ash", 10)):
        pen.ship(flow, mass)
    pen.draw("smelter.melt", "ore", 100)
    pen.draw("maker.press", "metal", 50)
    for number, term in enumerate(ledger.index.terms):
        ledger.weighted[0, 0, number] = 31 * 50 if "load" in term.key else 100 * 2 * 50
    pen.tap("smelter", "electricity", "load", "load", "grid", "", energy=31)
    pen.buy("smelter.melt", "gas", 100)
    assert paid(tabulate(market, [ledger])) == pytest.approx({
        ("smelter", "purchase", "buy", "ore", "mine"): -110 * 100,
        ("smelter", "sale", "metal", "metal", "maker"): 55 * 500,
        ("maker", "purchase", "metal", "metal", "smelter"): -55 * 500,
        ("maker", "transport", "metal", "truck", "outside"): -55 * 30 * 0.1,
        ("maker", "sale", "parts", "part", "buyer"): 48 * 900,
        ("maker", "transport", "parts", "truck", "outside"): -48 * 50 * 0.1,
        ("smelter", "gate_fee", "slag", "slag", "paver"): -30 * 12,
        ("smelter", "sale", "ash", "ash", "paver"): 10 * 5,
        ("smelter", "energy", "melt", "gas", "grid"): -100 * 30,
        ("smelter", "energy", "melt", "electricity", "grid"): -100 * 2 * 50,
        ("smelter", "energy", "load", "electricity", "grid"): -31 * 50,
        ("smelter", "processing", "melt", "", "outside"): -100 * 40,
        ("maker", "processing", "press", "", "outside"): -50 * 7,
    })  # fmt: skip


def test_a_negative_price_is_a_fee_that_the_sender_pays(tmp_path: Path) -> None:
    scenario = read(tmp_path, MARKET.replace("price: 500 EUR/t", "price: -20 EUR/t"))
    money = paid(simulate(scenario).tables)
    assert money["smelter", "gate_fee", "metal", "metal", "maker"] < 0
    assert money["maker", "gate_fee", "metal", "metal", "smelter"] > 0


def test_a_demand_that_several_materials_satisfy_pays_its_price(tmp_path: Path) -> None:
    any_of = read(tmp_path / "any", MARKET.replace("{part: {price", "{goods: {any_of: [part], price"))
    sales = [paid(simulate(scenario).tables)["maker", "sale", "parts", "part", "buyer"] for scenario in
             (any_of, read(tmp_path / "one"))]  # fmt: skip
    assert sales[0] == sales[1] > 0


SHARED = """
partnerships:
  deal: {partners: {smelter: 0.5, maker: 0.3}, start: 2025-01-16, capex: 10 kEUR, opex: 100 EUR/day}
  sunk: {partners: {maker: 1}, start: 2020-01-01, capex: 1 MEUR, opex: 1 EUR/day}
  always: {partners: {maker: 1}, capex: 500 EUR}
variants:
  alone: {partnerships: []}
  together: {}
"""


def test_partners_share_what_a_partnership_costs_from_its_start(tmp_path: Path) -> None:
    """What no partner bears is nobody's here; what began before the run was paid for before it."""
    money = simulate(read(tmp_path, MARKET + SHARED)).tables.money
    costs = money[money["category"].isin(["capex", "opex"])]
    keys = ["variant", "node", "category", "source"]
    assert costs.groupby(keys, observed=True)["money_eur"].sum().to_dict() == pytest.approx({
        ("together", "smelter", "capex", "deal"): -5000,
        ("together", "maker", "capex", "deal"): -3000,
        ("together", "smelter", "opex", "deal"): -50 * (16 + 28),
        ("together", "maker", "opex", "deal"): -30 * (16 + 28),
        ("together", "maker", "opex", "sunk"): -59,
        ("together", "maker", "capex", "always"): -500,
    })  # fmt: skip


def test_between_companies_money_in_is_money_out(market: Scenario) -> None:
    money = simulate(market).tables.money
    metal = money[money["source"] == "metal"]
    trade = metal[metal["category"] != "transport"]
    assert set(trade["node"]) == {"smelter", "maker"}
    assert trade.groupby(["period"], observed=True)["money_eur"].sum().abs().max() < 1e-6


def test_the_networks_cash_flow_is_the_sum_of_its_companies(market: Scenario) -> None:
    made = simulate(market).tables
    total = made.indicators.query("indicator == 'cash_flow' and item == 'total' and period == 'total'")
    cash = total.set_index("node")["value"]
    assert cash["network"] == pytest.approx(cash["smelter"] + cash["maker"])
    assert cash["network"] == pytest.approx(made.money["money_eur"].sum())


def test_a_price_that_varies_costs_the_same_however_it_is_reported(tmp_path: Path) -> None:
    daily = MARKET.replace("report: month", "report: 1 day")
    costs = []
    for name, body in (("month", MARKET), ("day", daily)):
        money = simulate(read(tmp_path / name, body)).tables.money
        costs.append(money[money["item"] == "electricity"]["money_eur"].sum())
    assert costs[0] == pytest.approx(costs[1], rel=1e-12)
    assert costs[0] == pytest.approx(-(31 * 50 + 28 * 70) - 20 * (30 * 50 + 28 * 70))  # no ore yet on the first day
