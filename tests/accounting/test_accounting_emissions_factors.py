"""Gases and their weights, net and gross calorific value, the two methods of scope 2, freight."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.accounting.facts import Facts, dates_of, facts
from simulator.accounting.grid import grid
from simulator.accounting.indicators import emissions
from simulator.engine.ledger import Lane
from simulator.errors import ScenarioError
from simulator.scenario.catalogue import entry
from simulator.scenario.gases import potential
from tests.accounting.ledgers import empty, read, row
from tests.accounting.scenarios import LOOP
from tests.accounting.small import HEAD, YARD, figure, figure_of, oracle, ran

WORKS = HEAD + "materials: {ore: {}}\ncompanies: {works: {loads: {gas: 100 MWh/day}}}\n"
"""1,000 MWh in the ten days of the run."""


def burning(carrier: str, more: str = "") -> str:
    return f"{WORKS}energy: {{gas: {{fuel: true, {carrier}}}}}\n{more}"


def test_freight_leg_from_the_indicators(tmp_path: Path) -> None:
    """Oracle ghg.freight_leg: 20 t over 350 km, by lorry and by rail, with factors of the library."""
    given, expected, tolerance = oracle("ghg.freight_leg")
    for mode in ("truck", "rail"):
        transport = f"transport: {{{mode}: {{emission_factor: {{factor: uk.freight.{mode}.2025}}}}}}\n"
        leg = f"transport: {mode}, distance: {given['km']} km"
        flow = f"flows: {{leg: {{from: yard, to: shop, material: goods, {leg}}}}}\n"
        run = ran(tmp_path, HEAD + YARD + transport + flow)
        assert entry(f"uk.freight.{mode}.2025").value == given[mode]
        assert figure(run, "transport_work", "network") == pytest.approx(given["t"] * given["km"])
        emitted = figure(run, "emissions", "yard", "scope_3") * 1000
        assert emitted == pytest.approx(expected[f"{mode}_kg"], rel=tolerance)


def test_gas_split_of_a_fuel_adds_up_to_its_weighed_factor(tmp_path: Path) -> None:
    """Oracle ghg.defra_gas_split: each gas is printed in CO2e by AR5, so a tonne of it is that ÷ its potential."""
    given, expected, tolerance = oracle("ghg.defra_gas_split")
    methane, nitrous = given["CH4"] / potential("ar5", "CH4"), given["N2O"] / potential("ar5", "N2O")
    factors = f"{{CO2: {given['CO2']} kg CO2/kWh Hs, CH4: {methane} kg/kWh Hs, N2O: {nitrous} kg/kWh Hs}}"
    run = ran(tmp_path, burning(f"emission_factor: {factors}, hs_per_hi: 1.1"))
    per_gross = figure(run, "emissions", "works", "scope_1") / (1000 * 1.1)
    assert per_gross == pytest.approx(expected["kgCO2e_per_kWh_gross"], abs=tolerance)
    assert set(run.tables.emissions["gas"]) == {"CO2", "CH4", "N2O"}


def test_a_mwh_gross_is_not_a_mwh_net() -> None:
    """Oracle ghg.gross_net_cv: taking one for the other is 11 % wrong."""
    given, expected, tolerance = oracle("ghg.gross_net_cv")
    assert entry("uk.natural_gas.2025").value == given["net"]
    assert entry("uk.natural_gas.2025.hs").value == given["gross"]
    assert given["net"] / given["gross"] == pytest.approx(expected["ratio"], rel=tolerance)


@pytest.mark.parametrize("factor", ["{factor: de.natural_gas}", "{factor: de.natural_gas.hs}", "0.182 t CO2/(MWh Hs)"])
def test_gross_and_net_factors_of_one_gas_give_the_same(tmp_path: Path, factor: str) -> None:
    """0.2016 per MWh Hi is 0.1820 per MWh Hs: converted with the ratio of the gas, and not 11 % apart."""
    run = ran(tmp_path, burning(f"emission_factor: {factor}, hs_per_hi: 1.1079"))
    assert figure(run, "emissions", "works", "scope_1") == pytest.approx(201.6, rel=3e-4)


def test_a_price_per_gross_calorific_value_is_converted_too(tmp_path: Path) -> None:
    run = ran(tmp_path, burning("price: 30 EUR/MWh Hs, hs_per_hi: 1.1"))
    assert figure(run, "cash_flow", "works", "energy") == pytest.approx(-1000 * 33)


def test_a_gross_series_is_converted_too(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("date,price\n2025-01-01,20\n2025-01-06,40\n", encoding="utf-8")
    table = "tables: {p: {file: p.csv, index: date, value: price, unit: EUR/MWh Hs, outside: hold}}\n"
    run = ran(tmp_path, burning("price: {table: p}, hs_per_hi: 1.1", table))
    assert figure(run, "cash_flow", "works", "energy") == pytest.approx(-1000 * 30 * 1.1)


def test_a_gross_factor_without_the_ratio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"energy\.gas\.hs_per_hi: is missing: .*1\.1079 of natural gas"):
        read(tmp_path, burning("emission_factor: 0.182 t CO2/MWh Hs"))


def test_only_a_carrier_has_a_calorific_value(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="wrong kind of unit"):
        read(tmp_path, WORKS.replace("100 MWh/day", "100 MWh Hs/day") + "energy: {gas: {price: 1 EUR/MWh}}\n")


def test_german_grid_agrees_with_its_own_emissions(tmp_path: Path) -> None:
    """Oracle ghg.uba_consistency: emissions ÷ consumption of a year are the factor published for it."""
    given, expected, tolerance = oracle("ghg.uba_consistency")
    published = entry("de.grid.2022.co2")
    assert published.value * 1000 == expected["factor_g_per_kWh"]
    load = WORKS.replace("100 MWh/day", f"{given['consumption_TWh'] / 10} TWh/day")
    run = ran(tmp_path, f"{load}energy: {{gas: {{emission_factor: {{factor: {published.id}}}}}}}\n")
    emitted = figure(run, "emissions", "works", "scope_2") / 1e6
    assert emitted == pytest.approx(given["CO2_Mt"], abs=tolerance / 1000 * given["consumption_TWh"])


FACTOR_BY_GAS = "emission_factor: {CO2: 0.2 t CO2/MWh, CH4: 1 kg/MWh, N2O: 10 g/MWh}"
OIL = f"energy: {{gas: {{fuel: true, {FACTOR_BY_GAS}}}, oil: {{fuel: true, emission_factor: 0.1 t CO2e/MWh}}}}\n"


def test_the_switch_weighs_gases_and_leaves_what_is_weighed(tmp_path: Path) -> None:
    """A factor in t CO2e has its potentials inside: no switch can touch it."""
    variants = "variants: {ar5: {}, ar6: {set: {gwp: ar6}}}\n"
    run = ran(tmp_path, WORKS.replace("gas: 100 MWh/day", "gas: 100 MWh/day, oil: 100 MWh/day") + OIL + variants)
    table = run.tables.emissions.groupby(["variant", "gas"], observed=True)["emissions_t_co2e"].sum().unstack(0)
    assert table.loc["CO2e"].to_dict() == {"ar5": pytest.approx(100), "ar6": pytest.approx(100)}
    assert table.loc["CO2"].to_dict() == {"ar5": pytest.approx(200), "ar6": pytest.approx(200)}
    assert table.loc["CH4"].to_dict() == {"ar5": pytest.approx(28), "ar6": pytest.approx(29.8)}
    assert table.loc["N2O"].to_dict() == {"ar5": pytest.approx(2.65), "ar6": pytest.approx(2.73)}
    (warning,) = (text for text in run.warnings if ": gwp: " in text)
    assert ": gwp: ar6, but energy.oil.emission_factor is in t CO2e by a GWP set that nobody stated" in warning


def test_ar5_is_the_default_and_what_inventories_and_the_library_use(tmp_path: Path) -> None:
    """Nothing is warned of where all is of one vintage."""
    run = ran(tmp_path, burning("emission_factor: {factor: uk.natural_gas.2025}"))
    assert run.scenario.world.gwp == "ar5"
    assert not [text for text in run.warnings if ": gwp: " in text]


@pytest.mark.parametrize(("gwp", "factor", "by"), [("ar6", "uk.natural_gas.2025", "AR5")])
def test_a_library_factor_of_another_vintage_is_told(tmp_path: Path, gwp: str, factor: str, by: str) -> None:
    text = burning(f"emission_factor: {{factor: {factor}}}") + f"gwp: {gwp}\n"
    (warning,) = read(tmp_path, text).warnings
    assert f"in t CO2e by {by}" in warning


@pytest.mark.parametrize(
    ("gas", "ar5", "ar6"),
    [("CO2", 1, 1), ("CO2e", 1, 1), ("CO2_biogenic", 1, 1), ("CH4", 28, 29.8), ("CH4_biogenic", 28, 27.0),
     ("N2O", 265, 273), ("SF6", 23500, 25200), ("NF3", 16100, 17400), ("HFC_134a", 1300, 1530)],
)  # fmt: skip
def test_global_warming_potentials(gas: str, ar5: float, ar6: float) -> None:
    """IPCC AR5 WG1 Table 8.A.1; AR6 WG1 Tables 7.15 and 7.SM.7."""
    assert (potential("ar5", gas), potential("ar6", gas)) == (ar5, ar6)


def test_gases_of_a_biogenic_fuel(tmp_path: Path) -> None:
    """Its CO2 is apart, its methane is none the less a greenhouse gas, and weighs less by AR6."""
    factors = "biogenic: true, emission_factor: {CO2: 0.35 t CO2/MWh, CH4: 1 kg/MWh}"
    run = ran(tmp_path, burning(factors, "gwp: ar6\n"))
    assert figure(run, "biogenic_co2", "works") == pytest.approx(350)
    assert figure(run, "emissions", "works", "scope_1") == pytest.approx(27.0)


@pytest.mark.parametrize(
    ("carrier", "said"),
    [
        ("biogenic: true, emission_factor: 0.03 t CO2e/MWh", "hides what is biogenic"),
        ("emission_factor: {CH4: 0.03 t CO2e/MWh}", "stands under CO2e"),
        ("emission_factor: {methane: 1 g/MWh}", "unknown gas"),
        ("emission_factor: 0.2 t/MWh", "expected t CO2e/MWh or t CO2/MWh"),
        ("emission_factor: 0.2 t CO2/MWh, residual_mix: 0.5 t CO2e/MWh", "a fuel burnt on site has none"),
    ],
)
def test_what_a_carrier_cannot_mean_is_refused(tmp_path: Path, carrier: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, burning(carrier))


@pytest.mark.parametrize(
    ("emission", "said"),
    [("CH4: 0.1 t CO2e/t", "weighed already: write it under CO2e"), ("N2O: 0.1 t CO2/t", "write it in t of N2O")],
)
def test_what_a_process_cannot_emit_is_refused(tmp_path: Path, emission: str, said: str) -> None:
    text = LOOP.replace("energy: {electricity: 1.4 MWh/t}", f"emissions: {{{emission}}}")
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, text)


def test_gases_of_a_process_are_weighed(tmp_path: Path) -> None:
    process = "make: {inputs: [ore], rate: 10 t/day, outputs: {goods: 1}, emissions: {N2O: 1 kg/t, SF6: 1 g/t}}"
    text = f"""{HEAD}
materials: {{ore: {{}}, goods: {{}}}}
companies: {{works: {{inventories: {{ore: {{initial: 100 t}}}}, processes: {{{process}}}}}}}
boundary: {{shop: {{demands: {{goods: {{}}}}}}}}
flows: {{sell: {{from: works, to: shop, material: goods}}}}
"""
    run = ran(tmp_path, text)
    assert figure(run, "emissions", "works", "scope_1") == pytest.approx(100 * (0.001 * 265 + 1e-6 * 23500))


def powered(carrier: str) -> str:
    return f"{WORKS}energy: {{gas: {{{carrier}}}}}\n"


def test_scope_2_by_location_and_by_market(tmp_path: Path) -> None:
    """Grid mean times MWh; residual mix times MWh where there is one. The market's figures are never in `total`."""
    run = ran(tmp_path, powered("emission_factor: 0.4 t CO2e/MWh, residual_mix: 0.7 t CO2e/MWh"))
    for node in ("works", "network"):
        assert figure(run, "emissions", node, "scope_2") == pytest.approx(400)
        assert figure(run, "emissions", node, "total") == pytest.approx(400)
        assert figure(run, "emissions", node, "scope_2_market") == pytest.approx(700)
        assert figure(run, "emissions", node, "total_market") == pytest.approx(700)
    assert run.tables.emissions["emissions_t_co2e"].sum() == pytest.approx(400)


def test_without_a_residual_mix_the_market_is_the_location(tmp_path: Path) -> None:
    run = ran(tmp_path, powered("emission_factor: 0.4 t CO2e/MWh"))
    assert figure(run, "emissions", "works", "scope_2_market") == pytest.approx(400)


def test_total_by_market_has_the_other_scopes(tmp_path: Path) -> None:
    text = LOOP.replace("363 g CO2e/kWh}", "363 g CO2e/kWh, residual_mix: 600 g CO2e/kWh}")
    table = ran(tmp_path, text).tables.indicators
    found = {
        item: figure_of(table, "emissions", "network", item)
        for item in ("scope_1", "scope_2", "scope_3", "scope_2_market", "total_market")
    }
    assert found["scope_2_market"] / found["scope_2"] == pytest.approx(600 / 363)
    assert found["total_market"] == pytest.approx(found["scope_1"] + found["scope_2_market"] + found["scope_3"])


def test_a_residual_mix_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="needs an `emission_factor` beside it"):
        read(tmp_path, powered("price: 1 EUR/MWh, residual_mix: 0.7 t CO2e/MWh"))


def test_the_network_is_not_the_sum_of_company_scopes(loop_facts: Facts) -> None:
    """One company burns 10 t and gives the other heat for 7 of them; with its own 5 and 7 from outside that is 22.

    The companies' scopes add up to 29, because the heat is scope 1 of one and scope 2 of the other.
    """
    cells = {
        ("giver", "1", "fuel", "boiler", "gas", "CO2"): 10.0,
        ("taker", "2", "partner_energy", "line", "heat", "CO2e"): 7.0,
        ("taker", "1", "process", "line", "CO2", "CO2"): 5.0,
        ("taker", "3", "upstream", "buy", "ore", "CO2e"): 7.0,
    }
    values = np.array([[list(cells.values())]])
    known = replace(loop_facts, emissions=grid(list(cells), values, np.zeros_like(values), np.zeros_like(values)))
    measured = emissions(known).amounts
    found = dict(zip(measured.keys, measured.values[0][0, 0], strict=True))
    assert found["network", "total"] == 22
    assert found["giver", "total"] + found["taker", "total"] == 29


@pytest.fixture
def loop_facts(tmp_path: Path) -> Facts:
    scenario = read(tmp_path, LOOP)
    ledger = empty(scenario, [Lane("linear", 0)], [row("2025-01")])
    return facts(scenario, ledger, dates_of(ledger))
