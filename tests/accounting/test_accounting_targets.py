"""Targets and progress: the path, the gap, whether it is met; which indicators there are; what is said and drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import load, run
from simulator.accounting import tabulate
from simulator.accounting.attainment import lines
from simulator.accounting.indicators import INDICATORS, Yearly
from simulator.accounting.targets import held_against, progress
from simulator.engine.ledger import Lane
from simulator.report import targets as plot
from simulator.report.write import figures
from simulator.scenario.figures import KINDS, PAYMENTS
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run
from tests.accounting.ledgers import drawn_at_random, months, read
from tests.accounting.scenarios import FILES, WORKS

FIRST_LOOP = Path(__file__).parents[2] / "scenarios" / "first_loop.yaml"
NOT_YEARLY = {"gain"}
"""Indicators that are no figure of one variant and year, so that no target can be held against them."""
TARGETS = """
targets:
  network.emissions: {2030: -40 %, 2045: -100 %}
  network.recycling_rate: {2030: 60 %}
  recycler.throughput.sort: {2028: 3 kt}
  network.waste.incineration: {base: 2019, base_value: 12 kt, 2045: -100 %}
"""
YEARS = ("2025", "2026", "2027", "2028", "total")


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Scenario]:
    """`loop(targets, …)` loads the first loop with these targets."""

    def loader(targets: str = TARGETS, end: str = "2035-01-01", **given: Any) -> Scenario:
        path = tmp_path_factory.mktemp("targets") / "loop.yaml"
        text = FIRST_LOOP.read_text(encoding="utf-8").replace("end: 2035-01-01", f"end: {end}")
        path.write_text(text + targets, encoding="utf-8")
        return load(path, **given)

    return loader


@pytest.fixture(scope="module")
def done(loop: Callable[..., Scenario]) -> Run:
    return run(loop())


EMISSIONS = ("network", "emissions", "total", "t CO2e")


def held(
    scenario: Scenario, first: list[float], second: list[float], key: tuple[str, str, str, str] = EMISSIONS
) -> dict[tuple[str, ...], list[list[float]]]:
    """Rows of targets by key where two variants emit this in four years, or have so much of another figure."""
    values = np.array([first, second])[..., None]
    whole = Yearly(YEARS, (key,), np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1))
    found = held_against(scenario, [Lane("linear", 0), Lane("circular", 0)], whole)
    assert list(found.keys) == sorted(found.keys)
    return {key: found.values[..., i].tolist() for i, key in enumerate(found.keys) if key[1].startswith("target")}


def same(found: list[list[float]], expected: list[list[float]]) -> None:
    np.testing.assert_allclose(found, expected, equal_nan=True)


NAN = float("nan")


def test_the_path_is_straight_from_the_first_variants_base_year_to_each_milestone(
    loop: Callable[..., Scenario],
) -> None:
    scenario = loop("\ntargets: {network.emissions: {2027: -40 %, 2029: -60 %}}", end="2029-01-01")
    rows = held(scenario, [100, 100, 60, 60], [90, 70, 60, 49])
    item = "emissions.total"
    same(rows["network", "target", item, "t CO2e"], [[100, 80, 60, 50, NAN]] * 2)
    same(rows["network", "target_gap", item, "t CO2e"], [[0, 20, 0, 10, NAN], [-10, -10, 0, -1, NAN]])
    same(rows["network", "target_met", item, "1"], [[1, 0, 1, 0, NAN], [1, 1, 1, 1, NAN]])


def test_a_rising_target_is_met_from_above(loop: Callable[..., Scenario]) -> None:
    """Of what more or less may be wanted of, the milestone says which."""
    scenario = loop("\ntargets: {recycler.throughput.sort: {2027: +40 %}}", end="2029-01-01")
    key = ("recycler", "throughput", "sort", "t")
    rows = held(scenario, [100, 110, 150, 140], [100, 120, 130, 150], key)
    same(rows["recycler", "target_met", "throughput.sort", "1"], [[1, 0, 1, 1, NAN], [1, 1, 0, 1, NAN]])


def test_where_less_is_better_an_amount_above_the_base_is_a_limit(loop: Callable[..., Scenario]) -> None:
    """Also from a base of 0, of which no sign says which way is better."""
    scenario = loop("\ntargets: {network.emissions: {2026: 50 t CO2e}}", end="2029-01-01")
    for base in (0, 40):
        rows = held(scenario, [base, 40, 60, 50], [base, 10, 50, 70])
        met = [of_variant[1:] for of_variant in rows["network", "target_met", "emissions.total", "1"]]
        same(met, [[1, 0, 1, NAN], [1, 1, 0, NAN]])


def test_where_more_is_better_an_amount_below_the_base_is_a_floor(loop: Callable[..., Scenario]) -> None:
    scenario = loop("\ntargets: {network.recycling_rate: {2026: 50 %}}", end="2029-01-01")
    rows = held(scenario, [0.6, 0.4, 0.5, 0.7], [0.6] * 4, ("network", "recycling_rate", "total", "1"))
    same(rows["network", "target_met", "recycling_rate.total", "1"], [[1, 0, 1, 1, NAN], [1, 1, 1, 1, NAN]])


@pytest.mark.parametrize(
    ("indicator", "item", "rises"),
    [
        ("waste", "total", False),
        ("waste", "landfill", False),
        ("waste", "recycling", None),
        ("emissions", "scope_2_market", False),
        ("purchased_energy", "total", False),
        ("purchased_energy", "heat.warm", None),
        ("unserved_energy", "heat.warm", False),
        ("recycled_content", "metal.recycled", True),
        ("recycled_content", "primary", False),
        ("recycling_rate", "total", True),
        ("renewable_share", "total", True),
        ("self_sufficiency", "heat.warm", True),
        ("jobs", "melt", True),
        ("cash_flow", "total", True),
        ("throughput", "melt", None),
    ],
)
def test_which_way_is_better_is_said_where_it_is_clear(indicator: str, item: str, rises: bool | None) -> None:
    assert KINDS[indicator].rises(item) is rises


def test_a_base_before_the_run_and_its_value_may_be_given(loop: Callable[..., Scenario]) -> None:
    scenario = loop("\ntargets: {network.emissions: {base: 2023, base_value: 0.2 kt CO2e, 2027: -100 %}}", "2029-01-01")
    rows = held(scenario, [100] * 4, [50] * 4)
    same(rows["network", "target", "emissions.total", "t CO2e"], [[100, 50, 0, 0, NAN]] * 2)


def test_a_later_base_year_has_no_path_before_it(loop: Callable[..., Scenario]) -> None:
    scenario = loop("\ntargets: {network.emissions: {base: 2026, 2028: -50 %}}", end="2029-01-01")
    rows = held(scenario, [500, 100, 90, 80], [50] * 4)
    same(rows["network", "target", "emissions.total", "t CO2e"], [[NAN, 100, 75, 50, NAN]] * 2)


def test_parts_of_years_are_not_compared(loop: Callable[..., Scenario]) -> None:
    scenario = loop("\ntargets: {network.emissions: {2027: -40 %}}", end="2028-07-01")
    rows = held(scenario, [100, 100, 60, 60], [90, 70, 60, 49])
    same(rows["network", "target", "emissions.total", "t CO2e"], [[100, 80, 60, NAN, NAN]] * 2)


def test_where_there_is_nothing_to_gain_nothing_is_met(loop: Callable[..., Scenario]) -> None:
    """A base and a goal of 0 say nothing of who stays at 0; who rises above is off the path."""
    scenario = loop("\ntargets: {network.emissions: {2027: -40 %}}", end="2029-01-01")
    rows = held(scenario, [0, 0, 0, 0], [0, 5, 0, 0])
    same(rows["network", "target_met", "emissions.total", "1"], [[NAN] * 5, [NAN, 0, NAN, NAN, NAN]])


def test_the_base_is_that_of_the_variant_the_others_are_compared_with(loop: Callable[..., Scenario]) -> None:
    scenario = loop("\ntargets: {network.emissions: {2027: -50 %}}", "2029-01-01", variants=["circular", "linear"])
    rows = held(scenario, [100] * 4, [80] * 4)
    same(rows["network", "target", "emissions.total", "t CO2e"], [[80, 60, 40, 40, NAN]] * 2)


def test_an_undefined_base_gives_no_rows(loop: Callable[..., Scenario]) -> None:
    scenario = loop("\ntargets: {network.emissions: {2027: -50 %}}", "2029-01-01")
    assert held(scenario, [NAN, 100, 100, 100], [80] * 4) == {}


def test_without_targets_nothing_is_added(loop: Callable[..., Scenario]) -> None:
    assert held(loop("", "2029-01-01"), [100] * 4, [80] * 4) == {}


def test_a_run_has_the_rows_of_amounts_and_of_ratios(done: Run) -> None:
    """The gap is the value less the path, also of a company, and where a figure is always zero."""
    table = done.tables.indicators
    rows = {
        tuple(map(str, key)): float(value)
        for *key, value in table[["variant", "period", "node", "indicator", "item", "value"]].itertuples(index=False)
    }
    for node, indicator, item in (
        ("network", "emissions", "total"),
        ("network", "recycling_rate", "total"),
        ("recycler", "throughput", "sort"),
    ):
        at = ("circular", "2030", node)
        path, gap = rows[*at, "target", f"{indicator}.{item}"], rows[*at, "target_gap", f"{indicator}.{item}"]
        assert path + gap == pytest.approx(rows[*at, indicator, item])
        assert rows["linear", "2030", node, "target_met", f"{indicator}.{item}"] == 0
    assert not ((table["period"] == "total") & table["indicator"].astype(str).str.startswith("target")).any()


def test_a_line_says_each_milestone_as_far_as_the_run_reaches(done: Run) -> None:
    """A change is one of the first variant in the base year, or of the base that the file gives; an amount is none."""
    said = lines(progress(done.scenario, done.tables.indicators))
    assert said == (
        "network.emissions 2030: −40 % of linear 2025 (34,170 t CO2e); linear +0.1 %, circular −64.5 % (met)",
        "network.recycling_rate 2030: 60 %; linear 0 %, circular 69.24 % (met)",
        "recycler.throughput.sort 2028: 3 kt; linear 0 kt, circular 4.392 kt (met)",
        "network.waste.incineration 2034, on the way to −100 % in 2045: −57.7 % of 2019 (12,000 t); "
        "linear −53.5 %, circular −85.7 % (met)",
    )


def test_of_many_draws_a_line_says_in_how_many_it_is_met(done: Run) -> None:
    first = progress(done.scenario, done.tables.indicators)[0]
    for share, told in ((0.0, ""), (0.625, " (met in 62.5 % of draws)"), (1.0, " (met)")):
        of_draws = replace(first, met={"linear": {2030: share}, "circular": {}})
        assert f"linear +0.1 %{told}, circular −64.5 %" in lines([of_draws])[0]


def test_no_change_has_no_sign(done: Run) -> None:
    first = progress(done.scenario, done.tables.indicators)[0]
    same_as_base = {"linear": dict.fromkeys(first.goal, first.base[1] * 0.9999)}
    assert lines([replace(first, values=same_as_base)])[0] == (
        "network.emissions 2030: −40 % of linear 2025 (34,170 t CO2e); linear 0.0 %"
    )


def test_a_line_calls_nothing_met_where_base_and_goal_are_0(done: Run) -> None:
    first = progress(done.scenario, done.tables.indicators)[0]
    years = dict.fromkeys(first.goal, 0.0)
    nothing = replace(first, base=(2025, 0.0), goal=years, values={"linear": years}, met={"linear": {}})
    assert lines([nothing])[0] == (
        "network.emissions 2030: −40 % of linear 2025 (0 t CO2e); base is 0: no per cent of it; linear 0 t CO2e"
    )


def test_every_indicator_may_be_a_target() -> None:
    """A new indicator belongs into `scenario.figures.KINDS` with its unit, or into NOT_YEARLY above."""
    names = {indicator.__name__ for indicator in INDICATORS}
    assert names - NOT_YEARLY <= set(KINDS)
    assert set(KINDS) <= names


def test_units_and_items_are_those_of_the_indicators(done: Run) -> None:
    table, world = done.tables.indicators, done.scenario.world
    rows = table[table["indicator"].isin(list(KINDS))][["node", "indicator", "item", "unit"]].drop_duplicates()
    for node, name, item, unit in rows.astype(str).itertuples(index=False):
        assert KINDS[name].unit == unit, name
        assert item in KINDS[name].items(world, node), (name, item)


RICH = {
    "  town:\n": """\
  town:
    loads: {heat.warm: 1 MW}
    energy_storage: {tank: {carrier: heat.warm, capacity: 9 MWh, power: 1 MW, efficiency: 0.9}}
    generators: {sun: {gives: heat.hot, capacity: 1 MW}}
""",
    "factor: {table: mix}}": "factor: {table: mix}, price: 90 EUR/MWh}\n  heat: {levels: {hot: 99 degC, warm: 9 degC}}",
    "g CO2e/(t km)": "g CO2e/(t km), cost: 0.1 EUR/(t km)",
    "rate: 100 t/day\n": "rate: 100 t/day\n        cost: 9 EUR/t\n        jobs: 1 FTE/(t/day)\n"
    "        outages: {mtbf: 9 day, mttr: 1 day}\n        start_up: {cost: 5 kEUR}\n",
    "demands: {copper: {}}": "demands: {copper: {price: 8 kEUR/t, avoids: 1 t CO2e/t}}",
    "cable: {fate: landfill}": "cable: {fate: landfill, fee: 80 EUR/t}",
    "flows:\n": "flows:\n  walk: {from: drawer, to: town, material: cable, distance: 1 km, price: 9 kEUR/t,\n"
    "         contract: {minimum: 1000 Mt, period: month, take_or_pay: 1 EUR/t}}\n"
    "  wire: {from: smelter, to: town, energy: electricity, price: 80 EUR/MWh}\n",
}
PRICED = """
carbon_prices: {tax: {price: 50 EUR/t CO2e, covers: scope_1, free_allocation: {smelter: 1 kt CO2e/year}}}
waste_levies: {tip: {price: 20 EUR/t, fates: landfill}}
economics: {discount_rate: 5 %, lifetime: 15 year}
partnerships: {deal: {partners: {smelter: 0.5, mill: 0.5}, capex: 1 kEUR, opex: 1 kEUR/year}}
"""


def test_every_item_of_a_rich_network_and_every_category_of_payments_may_be_a_target(tmp_path: Path) -> None:
    """Levels of heat, storage, partners, waste, carbon prices and levies, uses and demands, unnamed transport."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    text = WORKS
    for old, new in RICH.items():
        text = text.replace(old, new, 1)
    works = read(tmp_path, text + PRICED)
    ledger = drawn_at_random(works, [Lane("base", 0)], months(12))
    ledger.restarts[:] = 1
    made = tabulate(works, [ledger])
    rows = made.indicators[["node", "indicator", "item"]].drop_duplicates().astype(str)
    for node, name, item in rows.itertuples(index=False):
        assert name not in KINDS or item in KINDS[name].items(works.world, node), (node, name, item)
    assert set(made.money["category"]) == set(PAYMENTS)


def test_the_plot_has_a_panel_for_each_target_with_the_path_and_every_variant(done: Run) -> None:
    drawn = plot.figure(done)
    assert drawn is not None
    assert len(drawn.axes) == 4
    emissions, rate = drawn.axes[:2]
    assert (emissions.get_xlabel(), emissions.get_ylabel()) == ("Year", "Emissions (kt CO₂e/year)")
    assert rate.get_ylabel() == "Recycling rate (%)"
    path, milestones, linear, circular = emissions.get_lines()
    assert np.array_equal(milestones.get_xdata(), [2030])
    for line in (path, linear, circular):
        assert np.array_equal(line.get_xdata(), range(2025, 2035))
    assert linear.get_color() != circular.get_color()
    assert linear.get_marker() != circular.get_marker()


def test_a_hypothetical_variant_says_so_in_the_legend(done: Run) -> None:
    variants = {**done.scenario.variants}
    variants["circular"] = replace(variants["circular"], hypothetical=True)
    drawn = plot.figure(replace(done, scenario=replace(done.scenario, variants=variants)))
    assert drawn is not None
    (legend,) = drawn.legends
    assert "Deposit from 2026 (hypothetical)" in [text.get_text() for text in legend.get_texts()]


def test_without_targets_there_is_no_plot(loop: Callable[..., Scenario]) -> None:
    done = run(loop("", end="2026-01-01"))
    assert "targets" not in [name for name, _ in figures(done)]
