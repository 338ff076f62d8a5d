"""Targets and progress: the path, the gap, whether it is met; which indicators there are; what is said and drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import load, run
from simulator.accounting.attainment import lines
from simulator.accounting.indicators import INDICATORS, Yearly
from simulator.accounting.targets import held_against, progress
from simulator.engine.ledger import Lane
from simulator.report import targets as plot
from simulator.report.write import figures
from simulator.scenario.figures import KINDS
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run

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


def held(scenario: Scenario, first: list[float], second: list[float]) -> dict[tuple[str, ...], list[list[float]]]:
    """Rows of targets by key where two variants emit this in four years."""
    key = ("network", "emissions", "total", "t CO2e")
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
    scenario = loop("\ntargets: {network.emissions: {2027: +40 %}}", end="2029-01-01")
    rows = held(scenario, [100, 110, 150, 140], [100, 120, 130, 150])
    same(rows["network", "target_met", "emissions.total", "1"], [[1, 0, 1, 1, NAN], [1, 1, 0, 1, NAN]])


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
    said = lines(progress(done.scenario, done.tables.indicators))
    assert said == (
        "network.emissions 2030: −40 %; linear +0.1 %, circular −64.5 % (met)",
        "network.recycling_rate 2030: 60 %; linear 0 %, circular 69.24 % (met)",
        "recycler.throughput.sort 2028: 3 kt; linear 0 kt, circular 4.392 kt (met)",
        "network.waste.incineration 2034, on the way to −100 % in 2045: −57.7 %; "
        "linear −53.5 %, circular −85.7 % (met)",
    )


def test_no_change_has_no_sign(done: Run) -> None:
    first = progress(done.scenario, done.tables.indicators)[0]
    same_as_base = {"linear": dict.fromkeys(first.goal, first.base[1] * 0.9999)}
    assert lines([replace(first, values=same_as_base)])[0] == "network.emissions 2030: −40 %; linear 0.0 %"


def test_every_indicator_may_be_a_target() -> None:
    """A new indicator belongs into `scenario.figures.KINDS` with its unit, or into NOT_YEARLY above."""
    names = {indicator.__name__ for indicator in INDICATORS}
    assert names - NOT_YEARLY <= set(KINDS)
    assert set(KINDS) <= names


def test_units_and_items_are_those_of_the_indicators(done: Run) -> None:
    table, world = done.tables.indicators, done.scenario.world
    rows = table[table["indicator"].isin(list(KINDS))][["node", "indicator", "item", "unit"]].drop_duplicates()
    for node, name, item, unit in rows.astype(str).itertuples(index=False):
        kind = KINDS[name]
        assert kind.unit == unit, name
        assert kind.items is None or item in kind.items(world, node), (name, item)


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
