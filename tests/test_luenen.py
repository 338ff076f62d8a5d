"""The flagship: what it must show, and that its page says what it does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import networkx as nx
import pandas as pd
import pytest

import simulator
from simulator.study.run import Run

ROOT = Path(__file__).parents[1]
VARIANTS = ("linear", "today", "circular", "rebuild")


@pytest.fixture(scope="module")
def luenen() -> Run:
    return simulator.run(simulator.load(ROOT / "scenarios" / "luenen.yaml"))


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_luenen", ROOT / "docs" / "make_luenen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def yearly(run: Run, variant: str, indicator: str) -> pd.DataFrame:
    """Values of an indicator by year and item, summed over nodes that are companies."""
    rows = run.tables.indicators
    rows = rows[(rows["variant"] == variant) & (rows["indicator"] == indicator) & (rows["period"] != "total")]
    return rows.pivot_table(index="period", columns="item", values="value", aggfunc="sum", observed=True)


def test_the_page_says_what_the_scenario_does(luenen: Run, page: ModuleType) -> None:
    """Golden figures: they change only with a reason, which belongs in the changelog."""
    written = page.PAGE.read_text(encoding="utf-8")
    assert page.filled(written, luenen.tables) == written, "run python docs/make_luenen.py and say why in the changelog"


def test_every_balance_closes(luenen: Run) -> None:
    assert luenen.residual <= 1e-9


def test_cathodes_with_outages_come_out_in_the_published_range(luenen: Run) -> None:
    """200 to 220 kt a year (Salzgitter AG, STIL 3/2020): not an input."""
    shipped = yearly(luenen, "today", "shipped")
    cathodes = shipped["cathode_to_market"] + shipped["cathode_to_semis"]
    assert 200_000 <= cathodes.mean() <= 220_000
    assert cathodes.max() <= 220_000


def test_at_least_three_independent_figures_are_within_the_published_range(luenen: Run, page: ModuleType) -> None:
    today = page.Today(luenen.tables)
    leaving = today.tonnes(*page.FROM_USE, substance="Cu")
    assert 9.3 <= float(page.FIGURES["old appliances collected"](today)) <= 10.75
    assert 2.0 <= leaving / page.YEARS / page.PEOPLE * 1000 <= 6.9
    assert 0.48 <= today.to_smelter() / leaving <= 0.67
    assert today.emissions() / today.tonnes(*page.CATHODES) <= 1.64


def test_the_stock_of_copper_is_that_of_a_european_town(luenen: Run, page: ModuleType) -> None:
    """160 to 200 kg a head (Ciacci et al. 2017): not inflated to look circular."""
    assert 160 <= page.Today(luenen.tables).in_use() / page.PEOPLE * 1000 <= 200


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
    today, rebuild = (yearly(luenen, name, "shipped") for name in ("today", "rebuild"))
    made = [shipped["cathode_to_market"] + shipped["cathode_to_semis"] for shipped in (today, rebuild)]
    assert made[0].loc[:"2028"].tolist() == pytest.approx(made[1].loc[:"2028"].tolist(), rel=1e-12)
    assert made[1]["2030"] < 0.9 * made[0]["2030"]


def test_hypothetical_variants_say_so(luenen: Run) -> None:
    for name in VARIANTS:
        variant = luenen.scenario.variants[name]
        assert variant.hypothetical == (name != "today")
        assert ("hypothetical" in variant.title) == variant.hypothetical


def test_partnerships_change_what_they_are_for(luenen: Run) -> None:
    """Slag leaves the landfill, local scrap stays, primary copper is replaced."""
    linear, circular = (yearly(luenen, name, "shipped").sum() for name in ("linear", "circular"))
    assert linear["slag_to_landfill"] > 900_000
    assert circular["slag_to_landfill"] == 0
    assert circular["slag_to_grit"] > 400_000
    assert circular["buy_primary"] < 0.1 * linear["buy_primary"]
