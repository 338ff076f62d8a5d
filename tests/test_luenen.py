"""The flagship: what it must show, and that its page says what it does."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import networkx as nx
import pandas as pd
import pytest

import simulator
from simulator.study.run import Run

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "luenen.yaml"
VARIANTS = ("linear", "today", "circular", "coal_exit", "waste_heat", "rebuild")


@pytest.fixture(scope="module")
def luenen() -> Run:
    return simulator.run(simulator.load(SCENARIO))


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_luenen", ROOT / "docs" / "make_luenen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def alone(page: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every partnership with and without."""
    found = page.alone(SCENARIO, tmp_path_factory.mktemp("alone"))
    assert isinstance(found, Run)
    return found


def yearly(run: Run, variant: str, indicator: str) -> pd.DataFrame:
    """Values of an indicator by year and item, summed over nodes that are companies."""
    rows = run.tables.indicators
    rows = rows[(rows["variant"] == variant) & (rows["indicator"] == indicator) & (rows["period"] != "total")]
    return rows.pivot_table(index="period", columns="item", values="value", aggfunc="sum", observed=True)


def shipped(run: Run, variant: str, flow: str) -> pd.Series[float]:
    """Tonnes of a flow by year; zeros where it never moves."""
    table = yearly(run, variant, "shipped")
    return table[flow] if flow in table else 0.0 * table.iloc[:, 0]


def test_the_page_says_what_the_scenario_does(luenen: Run, alone: Run, page: ModuleType) -> None:
    """Golden figures: they change only with a reason, which belongs in the changelog."""
    written = page.PAGE.read_text(encoding="utf-8")
    made = page.with_effects(page.filled(written, luenen.tables), alone)
    assert made == written, "run python docs/make_luenen.py and say why in the changelog"


def test_every_balance_closes(luenen: Run) -> None:
    assert luenen.residual <= 1e-9


def test_cathodes_with_outages_come_out_in_the_published_range(luenen: Run) -> None:
    """200 to 220 kt a year (Salzgitter AG, STIL 3/2020): not an input."""
    cathodes = shipped(luenen, "today", "cathode_to_market") + shipped(luenen, "today", "cathode_to_semis")
    assert 200_000 <= cathodes.mean() <= 220_000
    assert cathodes.max() <= 220_000


def test_at_least_three_independent_figures_are_within_the_published_range(luenen: Run, page: ModuleType) -> None:
    today = page.Outcome(luenen.tables)
    leaving = today.tonnes(*page.FROM_USE, substance="Cu")
    assert 9.3 <= float(page.FIGURES["old appliances collected"](today)) <= 10.75
    assert 2.0 <= leaving / page.YEARS / page.PEOPLE * 1000 <= 6.9
    assert 0.48 <= today.to_smelter() / leaving <= 0.67
    assert today.emissions() / today.tonnes(*page.CATHODES) <= 1.64


def test_seven_percent_of_old_appliances_are_lost(luenen: Run, page: ModuleType) -> None:
    """Remondis Lippewerk."""
    today = page.Outcome(luenen.tables)
    assert 0.065 <= today.tonnes("burn_residue") / today.throughput("dismantle") <= 0.075


def test_the_wood_is_worth_what_the_biomass_plant_was_designed_for(luenen: Run, page: ModuleType) -> None:
    """520 GWh of 135 kt; the model's wood has its own water and dry matter."""
    assert page.Outcome(luenen.tables).heating_value() == pytest.approx(520 / 135, rel=0.03)


def test_the_biomass_plant_is_as_good_as_published(luenen: Run, page: ModuleType) -> None:
    """150 to 156 GWh a year; 29 to 30 % of the fuel, within a point."""
    today = page.Outcome(luenen.tables)
    power = today.sent("bmk_power") / page.YEARS
    assert 150_000 <= power <= 156_000
    assert 0.28 <= power * page.YEARS / (today.heating_value() * today.throughput("burn")) <= 0.31


def test_waste_heat_replaces_heat_from_coal(luenen: Run, page: ModuleType) -> None:
    """In 2030 both sources together carry what engines leave open; coal and gas give next to nothing."""
    today, after = (page.Outcome(luenen.tables, name) for name in ("today", "waste_heat"))
    coal = [variant.received("heat_from_coal", year="2030") for variant in (today, after)]
    assert coal[0] > 100_000
    assert coal[1] < 0.1 * coal[0]
    assert 60_000 <= after.sent("heat_from_bmk", year="2030") <= 90_000


def test_the_lippewerks_products_are_those_published(luenen: Run, page: ModuleType) -> None:
    """EU Circular Economy Platform, kt a year; compost follows from the bio-waste."""
    today = page.Outcome(luenen.tables)
    published = {"sell_binder": 262.2, "sell_biodiesel": 65.3, "sell_pellets": 16.0, "sell_compost": 43.2}
    for flow, amount in published.items():
        assert today.tonnes(flow) / 1000 / page.YEARS == pytest.approx(amount, rel=0.01), flow


def test_the_stock_of_copper_is_that_of_a_european_town(luenen: Run, page: ModuleType) -> None:
    """160 to 200 kg a head (Ciacci et al. 2017): not inflated to look circular."""
    assert 160 <= page.Outcome(luenen.tables).in_use() / page.PEOPLE * 1000 <= 200


def test_two_directed_cycles_of_companies_carry_copper_in_the_last_year(luenen: Run) -> None:
    flows = luenen.tables.flows
    last = flows[(flows["variant"] == "today") & flows["period"].str.startswith("2034") & (flows["substance"] == "Cu")]
    companies = set(luenen.scenario.world.companies)
    graph: nx.DiGraph[str] = nx.DiGraph()
    carried = last.groupby(["source", "target"], observed=True)["mass_t"].sum().reset_index()
    for source, target, mass in carried.itertuples(index=False):
        if {source, target} <= companies and mass > 1.0:
            graph.add_edge(source, target)
    cycles = [set(cycle) for cycle in nx.simple_cycles(graph)]
    assert len(cycles) >= 2
    assert any("semis_maker" in cycle and "aurubis" in cycle for cycle in cycles)


def test_the_tank_house_at_80_percent_makes_less_only_in_its_year(luenen: Run) -> None:
    made = [
        shipped(luenen, name, "cathode_to_market") + shipped(luenen, name, "cathode_to_semis")
        for name in ("today", "rebuild")
    ]
    assert made[0].loc[:"2028"].tolist() == pytest.approx(made[1].loc[:"2028"].tolist(), rel=1e-12)
    assert made[1]["2030"] < 0.9 * made[0]["2030"]


def test_when_coal_ends_quarries_make_up_for_its_gypsum(luenen: Run) -> None:
    """The binders go on; what is dug rises to the whole need, and so do emissions and the cost to the Lippewerk."""
    today, after = (shipped(luenen, name, "buy_natural_gypsum")["2034"] for name in ("today", "coal_exit"))
    assert shipped(luenen, "coal_exit", "buy_fgd_gypsum")["2034"] == 0
    assert after > 270_000 > today
    assert shipped(luenen, "coal_exit", "sell_binder")["2034"] == pytest.approx(262_200, rel=0.01)
    scope_3 = [yearly(luenen, name, "emissions")["scope_3"]["2034"] for name in ("today", "coal_exit")]
    assert scope_3[1] > scope_3[0]


def test_when_coal_ends_the_lippewerk_and_the_stadtwerke_lose_and_nobody_gains(luenen: Run) -> None:
    rows = luenen.tables.indicators
    rows = rows[(rows["indicator"] == "cash_flow") & (rows["item"] == "total") & (rows["period"] == "2034")]
    cash = rows.pivot_table(index="node", columns="variant", values="value", observed=True)
    change = (cash["coal_exit"] - cash["today"]).drop("network")
    assert set(change[change.abs() > 1].index) == {"remondis", "stadtwerke"}
    assert change["remondis"] < change["stadtwerke"] < 0


def test_when_coal_ends_only_pre_consumer_content_is_lost(luenen: Run) -> None:
    """Gypsum of the power stations counts as pre-consumer, that of quarries as primary."""
    today, after = (
        yearly(luenen, name, "recycled_content")["gypsum_binder.pre_consumer"] for name in ("today", "coal_exit")
    )
    assert today["2034"] > 0
    assert after["2034"] == 0
    rows = luenen.tables.indicators
    rows = rows[(rows["indicator"] == "recycled_content") & (rows["node"] == "network") & (rows["period"] == "2034")]
    share = rows.pivot_table(index="item", columns="variant", values="value", observed=True)
    assert share["coal_exit"]["post_consumer"] == pytest.approx(share["today"]["post_consumer"], rel=1e-3)
    assert share["coal_exit"]["recycled"] < 0.7 * share["today"]["recycled"]


def test_hypothetical_variants_say_so(luenen: Run) -> None:
    assert tuple(luenen.scenario.variants) == VARIANTS
    for name in VARIANTS:
        variant = luenen.scenario.variants[name]
        assert variant.hypothetical == (name != "today")
        assert ("hypothetical" in variant.title) == variant.hypothetical


def test_partnerships_change_what_they_are_for(luenen: Run) -> None:
    """Slag leaves the landfill, local scrap stays, primary copper is replaced, old plasterboard is not tipped."""
    linear, circular = (yearly(luenen, name, "shipped").sum() for name in ("linear", "circular"))
    assert linear["slag_to_landfill"] > 900_000
    assert circular["slag_to_landfill"] == 0
    assert circular["slag_to_grit"] > 400_000
    assert circular["buy_primary"] < 0.1 * linear["buy_primary"]
    assert circular["plasterboard_dumped"] < 0.5 * linear["plasterboard_dumped"]


def test_at_least_three_partnerships_move_the_network_by_one_percent(alone: Run, page: ModuleType) -> None:
    """Each against the same variant without it, in emissions or in waste that is not recycled."""
    found = page.effects(alone)
    moving = {name for name, effect in found.items() if min(effect.emissions, effect.not_recycled) < -0.01}
    assert {
        "local_cathodes",
        "bmk_heat",
        "waste_sorting",
        "slag_to_grit",
        "gypsum_recycling",
        "camera_sorting",
    } <= moving


def test_partners_that_move_nothing_are_companies_all_the_same(luenen: Run) -> None:
    """They bear their part of capex and opex, and nothing else."""
    cash = yearly(luenen, "circular", "cash_flow")
    assert {"capex", "opex"} <= set(cash)
    rows = luenen.tables.money
    for name in ("itemis", "compart", "volksbank", "agencies"):
        categories = rows[(rows["node"] == name) & (rows["money_eur"] != 0)]["category"].astype(str)
        assert set(categories) <= {"capex", "opex"}, name
        assert not categories.empty, name


def test_every_company_has_its_place_on_the_map(luenen: Run) -> None:
    """Within ten kilometres of the town hall; the assumed makers, the region's collectors and Compart have none."""
    nowhere = {"semis_maker", "makers", "collectors", "compart"}
    for name, company in luenen.scenario.world.companies.items():
        assert (company.location is None) == (name in nowhere), name
        if company.location is not None:
            latitude, longitude = company.location
            assert abs(latitude - 51.616) < 0.05, name
            assert abs(longitude - 7.528) < 0.1, name


def test_what_is_published_names_its_source() -> None:
    """Every number marked `published` or `assumption` carries a source."""
    text = SCENARIO.read_text(encoding="utf-8")
    marked = re.findall(r"\{[^{}]*kind: (?:published|assumption)[^{}]*\}", text)
    assert len(marked) > 60
    assert all("source:" in part for part in marked)


def test_in_the_cold_week_nobody_freezes_and_the_works_heat_comes_before_gas() -> None:
    """Hour by hour: 28 to 63 MW are needed, and boilers run only when the biomass plant is full."""
    week = simulator.load(SCENARIO.with_name("luenen_winter.yaml"), variants=["today", "waste_heat"])
    run = simulator.run(week)
    shortage = run.tables.indicators.query("indicator == 'unserved_energy' and item == 'heat.district'")
    assert shortage["value"].sum() == 0
    heat = run.tables.energy.query("variant == 'waste_heat' and node == 'stadtwerke' and carrier == 'heat.district'")
    hours = heat.pivot_table(index="period", columns="source", values="energy_mwh", aggfunc="sum", observed=True)
    assert len(hours) == 168
    boiling = hours[hours["boilers"].fillna(0) > 1e-9]
    full = 18 * (1 - 0.06)
    assert boiling["heat_from_bmk"].min() == pytest.approx(full)
    assert 25 < hours.sum(axis=1).min() < hours.sum(axis=1).max() < 65


def test_insulation_saves_a_fifth_from_its_start(luenen: Run) -> None:
    rows = luenen.tables.indicators.query("variant == 'circular' and node == 'bauverein' and indicator == 'energy'")
    gas = rows[rows["item"] == "natural_gas"].set_index("period")["value"]
    assert gas["2027"] == pytest.approx(0.8 * gas["2026"], rel=1e-3)
