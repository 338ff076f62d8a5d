"""Carbon prices in layers and levies on waste: every tonne priced once, the worked example read from the indicators."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.accounting import Tables, tabulate
from simulator.errors import ScenarioError
from simulator.scenario.scenario import Scenario
from simulator.study.run import simulate
from tests.accounting import ledgers
from tests.accounting.ledgers import Pen, empty, months, row
from tests.accounting.test_accounting_emissions import BASE

WORKS = """
schema: 1
name: works
time: {start: 2025-01-01, end: 2026-01-01, step: 1 day, report: month}
tables:
  eua: {file: eua.csv, index: date, value: price, unit: EUR/t CO2e, outside: hold}
substances: [C]
materials: {ore: {composition: {C: 0.1}}, metal: {}, slag: {waste: true}}
companies:
  smelter:
    loads: {electricity: 1 MWh/day}
    processes:
      melt: {inputs: [ore], rate: 10 t/day, outputs: {metal: 0.5, slag: rest}, energy: {gas: 1 MWh/t, wood: 1 MWh/t},
             emissions: {CO2e: 0.1 t CO2e/t, CO2_biogenic: 0.5 t CO2/t}}
  maker:
    processes: {press: {inputs: [metal], rate: 5 t/day, outputs: {part: 1}, energy: {gas: 1 MWh/t}}}
energy:
  electricity: {emission_factor: 0.4 t CO2e/MWh, price: 90 EUR/MWh}
  gas: {fuel: true, emission_factor: 0.2 t CO2e/MWh, price: 30 EUR/MWh}
  wood: {fuel: true, biogenic: true, emission_factor: 0.35 t CO2/MWh, price: 20 EUR/MWh}
boundary:
  mine: {supplies: {ore: {emission_factor: 1 t CO2e/t}}}
  buyer: {demands: {part: {}}}
  dump: {accepts: {slag: {fate: landfill, fee: 10 EUR/t, emission_factor: 0.1 t CO2e/t}}}
flows:
  buy: {from: mine, to: smelter, material: ore}
  metal: {from: smelter, to: maker, material: metal}
  parts: {from: maker, to: buyer, material: part}
  slag: {from: smelter, to: dump, material: slag}
""".replace("slag: {waste: true}}", "slag: {waste: true}, part: {}}")
LAYERS = """
carbon_prices:
  eu_ets: {price: 65 EUR/t CO2e, covers: scope_1, companies: [smelter], free_allocation: {smelter: 360 t CO2e/year}}
  nehs: {price: 45 EUR/t CO2e, covers: fuel}
waste_levies:
  landfill_tax: {price: 126.15 EUR/t, fates: landfill}
"""
EUA = "date,price\n2025-01-01,60\n2025-04-11,80\n2025-09-01,55\n"


def read(folder: Path, body: str = WORKS + LAYERS) -> Scenario:
    folder.mkdir(exist_ok=True)
    (folder / "eua.csv").write_text(EUA, encoding="utf-8")
    return ledgers.read(folder, body)


def totals(made: Tables, indicator: str) -> dict[tuple[str, str], float]:
    table = made.indicators
    table = table[(table["indicator"] == indicator) & (table["period"] == "total")]
    return dict(zip(zip(table["node"], table["item"], strict=True), table["value"], strict=True))


def test_the_indicators_of_a_ledger_are_those_of_the_worked_example(tmp_path: Path) -> None:
    """Its landfill tax is in GBP; here the same number is taken as EUR, since no currency is converted."""
    rows = json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))
    oracle = next(entry for entry in rows if entry["indicator"] == "econ.carbon_price_layers")
    inputs, expected = oracle["inputs"], oracle["expected"]
    allocation = f"{inputs['free_allocation_t'] / 30} t CO2e/day"  # a row lasts 30 days
    scenario = read(tmp_path, (WORKS + LAYERS).replace("360 t CO2e/year", allocation))
    ledger = empty(scenario, BASE, [row("2025-01")])
    pen = Pen(ledger, "other")
    pen.draw("smelter.melt", "ore", inputs["scope1_ets_t"] / 0.3)  # 0.2 of gas and 0.1 of the process, a tonne each
    pen.buy("smelter.melt", "gas", inputs["scope1_ets_t"] / 0.3)
    pen.buy("maker.press", "gas", inputs["nehs_fuel_t"] / 0.2)
    pen.ship("slag", inputs["landfill_t"])
    made = tabulate(scenario, [ledger])
    cost, cash = totals(made, "carbon_cost"), totals(made, "cash_flow")
    assert cost["smelter", "eu_ets"] == pytest.approx(expected["ets_cash"], rel=oracle["tolerance"])
    opportunity = totals(made, "carbon_opportunity_cost")["smelter", "eu_ets"]
    assert opportunity == pytest.approx(expected["ets_opportunity"], rel=oracle["tolerance"])
    assert cost["maker", "nehs"] == pytest.approx(expected["nehs"], rel=oracle["tolerance"])
    assert -cash["smelter", "waste_levy"] == pytest.approx(expected["landfill_GBP"], rel=oracle["tolerance"])
    assert cost["network", "total"] == pytest.approx(expected["ets_cash"] + expected["nehs"])
    assert -cash["network", "carbon_price"] == pytest.approx(cost["network", "total"])


def test_only_direct_fossil_emissions_are_priced(tmp_path: Path) -> None:
    """Neither wood nor biogenic releases, nor what electricity, ore and the dump emit elsewhere."""
    made = simulate(read(tmp_path)).tables
    scope_1 = totals(made, "emissions")["network", "scope_1"]
    opportunity = totals(made, "carbon_opportunity_cost")
    emitted = totals(made, "emissions")
    assert opportunity["smelter", "total"] == pytest.approx(65 * emitted["smelter", "scope_1"])
    assert opportunity["maker", "total"] == pytest.approx(45 * emitted["maker", "scope_1"])
    assert scope_1 < totals(made, "emissions")["network", "total"]
    assert totals(made, "biogenic_co2")["network", "total"] > 0


def test_the_layer_without_companies_takes_what_no_other_covers(tmp_path: Path) -> None:
    """The smelter's process is in the trading system, its fuels are in the other."""
    body = (WORKS + LAYERS).replace("covers: scope_1", "covers: process")
    made = simulate(read(tmp_path, body)).tables
    opportunity = totals(made, "carbon_opportunity_cost")
    melted = totals(made, "throughput")["smelter", "melt"]
    assert opportunity["smelter", "eu_ets"] == pytest.approx(65 * 0.1 * melted)
    assert opportunity["smelter", "nehs"] == pytest.approx(45 * 0.2 * melted)


def test_what_is_free_beyond_the_emissions_is_sold(tmp_path: Path) -> None:
    body = (WORKS + LAYERS).replace("360 t CO2e/year", "100 kt CO2e/year")
    made = simulate(read(tmp_path, body)).tables
    emitted = totals(made, "emissions")["smelter", "scope_1"]
    allocated = 365 * 100e3 / 365.25
    assert totals(made, "carbon_cost")["smelter", "eu_ets"] == pytest.approx(65 * (emitted - allocated))


def test_a_company_that_is_switched_off_gets_no_allowances(tmp_path: Path) -> None:
    body = WORKS + LAYERS + "interventions: {closed: {at: 2025-07-01, set: {companies.smelter.active: false}}}\n"
    money = simulate(read(tmp_path, body)).tables.money
    free = money[money["source"] == "free allocation"]
    assert free["money_eur"].sum() == pytest.approx(65 * 360 / 365.25 * 181)


@pytest.mark.parametrize("between", ["hold", "linear"])
def test_a_price_that_varies_costs_the_same_however_it_is_reported(tmp_path: Path, between: str) -> None:
    costs = []
    for report in ("1 day", "month", "year"):
        body = (
            (WORKS + LAYERS)
            .replace("price: 65 EUR/t CO2e", "price: {table: eua}")
            .replace("report: month", f"report: {report}")
        )
        made = simulate(
            read(tmp_path / report.replace(" ", ""), body.replace("outside", f"between: {between}, outside"))
        ).tables
        costs.append(totals(made, "carbon_cost")["smelter", "eu_ets"])
    assert costs == pytest.approx([costs[0]] * 3, rel=1e-12)


def test_an_allocation_that_meets_steady_emissions_costs_nothing_at_any_price(tmp_path: Path) -> None:
    """10 t a day emit 3 t CO2e, from the second day on: on the first there is no ore."""
    body = (
        (WORKS + LAYERS)
        .replace("price: 65 EUR/t CO2e", "price: {table: eua}")
        .replace("360 t CO2e/year", "3 t CO2e/day")
    )
    made = simulate(read(tmp_path, body)).tables
    assert totals(made, "carbon_cost")["smelter", "eu_ets"] == pytest.approx(-3 * 60)


def test_a_carbon_price_may_rise_at_a_date(tmp_path: Path) -> None:
    body = WORKS + LAYERS + "interventions: {rise: {at: 2025-07-01, scale: {carbon_prices.nehs.price: 2}}}\n"
    rising, steady = (
        simulate(read(tmp_path / name, text)).tables for name, text in (("a", body), ("b", WORKS + LAYERS))
    )
    assert totals(rising, "carbon_cost")["maker", "nehs"] > 1.4 * totals(steady, "carbon_cost")["maker", "nehs"]


def test_free_allowances_follow_a_table_too(tmp_path: Path) -> None:
    """Allowances that fall and a price that varies: the integral of their product."""
    tables_ = "  cap: {file: cap.csv, index: date, value: cap, unit: t CO2e/day, outside: hold}\n  eua:"
    body = (WORKS + LAYERS).replace("  eua:", tables_, 1).replace("price: 65 EUR/t CO2e", "price: {table: eua}")
    (tmp_path / "cap.csv").write_text("date,cap\n2025-01-01,2\n2025-07-01,1\n", encoding="utf-8")
    made = simulate(read(tmp_path, body.replace("360 t CO2e/year", "{table: cap}"))).tables
    money = made.money
    worth = money.loc[money["source"] == "free allocation", "money_eur"].sum()
    assert worth == pytest.approx(2 * (100 * 60 + 81 * 80) + 62 * 80 + 122 * 55)


@pytest.mark.parametrize(
    ("layers", "path", "message"),
    [
        ("{a: {price: 1 EUR/t CO2e, covers: scope_1}, b: {price: 1 EUR/t CO2e, covers: fuel}}", "b",
         "would price the same tonnes as a: name the `companies` of one, the other then takes the rest"),
        ("{a: {price: 1 EUR/t CO2e, covers: fuel, companies: [maker]}, b: {price: 1 EUR/t CO2e, covers: scope_1, "
         "companies: [smelter, maker]}}", "b.companies", "maker pays a for the same tonnes"),
        ("{a: {price: 1 EUR/t CO2e, covers: fuel, companies: [makers]}}", "a.companies.0", "did you mean maker?"),
        ("{a: {price: 1 EUR/t CO2e, covers: fuel, companies: []}}", "a.companies", "names no company"),
        ("{a: {price: 1 EUR/t CO2e, covers: fuel, companies: [maker], free_allocation: {smelter: 1 t CO2e/day}}}",
         "a.free_allocation.smelter", "smelter does not pay this price"),
        ("{a: {price: 1 EUR/t CO2e, covers: fuel, free_allocation: {smelt: 1 t CO2e/day}}}",
         "a.free_allocation.smelt", "unknown company smelt, did you mean smelter?"),
        ("{a: {price: 1 EUR/t, covers: fuel}}", "a.price", "EUR/t CO2e"),
    ],
)  # fmt: skip
def test_layers_that_price_a_tonne_twice_or_nobody_are_refused(
    tmp_path: Path, layers: str, path: str, message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, f"{WORKS}\ncarbon_prices: {layers}\n")
    assert [fault.path for fault in caught.value.faults] == [f"carbon_prices.{path}"]
    assert message in caught.value.faults[0].message


def test_one_price_of_fuels_and_one_of_processes_do_not_meet(tmp_path: Path) -> None:
    layers = "{a: {price: 1 EUR/t CO2e, covers: fuel}, b: {price: 2 EUR/t CO2e, covers: process}}"
    made = simulate(read(tmp_path, f"{WORKS}\ncarbon_prices: {layers}\n")).tables
    cost = totals(made, "carbon_cost")
    assert cost["smelter", "b"] == pytest.approx(cost["smelter", "a"])


def test_a_fate_is_levied_once(tmp_path: Path) -> None:
    levies = "{a: {price: 1 EUR/t, fates: [landfill, incineration]}, b: {price: 1 EUR/t, fates: landfill}}"
    with pytest.raises(ScenarioError, match="landfill is levied by a already"):
        read(tmp_path, f"{WORKS}\nwaste_levies: {levies}\n")


def test_every_month_has_its_days(tmp_path: Path) -> None:
    scenario = read(tmp_path)
    made = tabulate(scenario, [empty(scenario, BASE, months(12))])
    free = made.money[made.money["source"] == "free allocation"]
    assert free["money_eur"].tolist()[:2] == pytest.approx([65 * 360 / 365.25 * 31, 65 * 360 / 365.25 * 28])
