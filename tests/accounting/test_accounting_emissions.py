"""Emissions and energy: every source once, at one node, with the factors that held when it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.accounting import Tables, tabulate, terms
from simulator.engine.index import Term
from simulator.engine.ledger import Lane, Ledger
from simulator.errors import UserError
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import Pen, drawn_at_random, empty, months, read, row
from tests.accounting.scenarios import FILES, LOOP, WORKS

BASE = (Lane("base", 0),)


def sources(made: Tables) -> Mapping[tuple[str, ...], tuple[float, float]]:
    table = made.emissions
    keys = zip(*(table[name] for name in ("node", "scope", "category", "source", "item", "gas")), strict=True)
    values = zip(table["emissions_t_co2e"], table["biogenic_t_co2"], strict=True)
    return dict(zip(keys, values, strict=True))


def month(works: Scenario) -> Ledger:
    """A month in which the smelter melts 60 t of scrap and 40 t of ore."""
    ledger = empty(works, BASE, [row("2025-01")])
    pen = Pen(ledger, "Cu")
    pen.ship("buy_ore", 40)
    pen.ship("buy_scrap", 60)
    pen.ship("sell", 20)
    pen.ship("dump", 12)
    pen.draw("smelter.melt", "ore", 40)
    pen.draw("smelter.melt", "scrap", 60)
    pen.of("primary", "organics").make("smelter.melt", "air", 6)
    pen.draw("drawer.draw", "copper", 50)
    pen.buy("smelter.melt", "natural_gas", 200)
    pen.buy("smelter.melt", "wood", 100)
    weighted = {"melt": 44.0, "load": 24.8, "draw": 10.0}
    for user, energy in {"melt": 110.0, "load": 62.0, "draw": 25.0}.items():
        node, kind = "drawer" if user == "draw" else "smelter", "load" if user == "load" else "process"
        pen.tap(node, "electricity", kind, user, "grid", "", energy=energy)
    for number, term in enumerate(ledger.index.terms):
        ledger.weighted[0, 0, number] = weighted[term.key[3]]
    return ledger


def test_every_source_has_its_scope_node_and_figure(works: Scenario) -> None:
    assert sources(tabulate(works, [month(works)])) == {
        ("smelter", "1", "fuel", "melt", "natural_gas", "CO2e"): (pytest.approx(100 * 2 * 0.2), 0),
        ("smelter", "1", "fuel", "melt", "wood", "CO2_biogenic"): (0, pytest.approx(100 * 0.35)),
        ("smelter", "1", "process", "melt", "CO2", "CO2"): (pytest.approx(6 * 2.9), 0),
        ("smelter", "1", "process", "melt", "CO2e", "CO2e"): (pytest.approx(100 * 0.1), 0),
        ("smelter", "1", "process", "melt", "CO2_biogenic", "CO2_biogenic"): (0, pytest.approx(100 * 0.05)),
        ("smelter", "2", "purchased_energy", "melt", "electricity", "CO2e"): (pytest.approx(44.0), 0),
        ("smelter", "2", "purchased_energy", "load", "electricity", "CO2e"): (pytest.approx(24.8), 0),
        ("drawer", "2", "purchased_energy", "draw", "electricity", "CO2e"): (pytest.approx(10), 0),
        ("smelter", "3", "upstream", "buy_ore", "ore", "CO2e"): (pytest.approx(40 * 0.5), 0),
        ("smelter", "3", "transport", "buy_ore", "truck", "CO2e"): (pytest.approx(40 * 1000 * 1e-4), 0),
        ("smelter", "3", "transport", "buy_scrap", "truck", "CO2e"): (pytest.approx(60 * 100 * 1e-4), 0),
        ("smelter", "3", "transport", "sell", "truck", "CO2e"): (pytest.approx(20 * 50 * 1e-4), 0),
        ("smelter", "3", "waste_treatment", "dump", "slag", "CO2e"): (pytest.approx(12 * 0.01), 0),
    }


def test_energy_is_what_processes_and_loads_use(works: Scenario) -> None:
    table = tabulate(works, [month(works)]).energy
    cells = table[["node", "user", "carrier", "energy_mwh"]].values.tolist()
    used = {(node, user, carrier): mwh for node, user, carrier, mwh in cells}
    assert used == {
        ("smelter", "melt", "electricity"): pytest.approx(110),
        ("smelter", "melt", "natural_gas"): pytest.approx(200),
        ("smelter", "melt", "wood"): pytest.approx(100),
        ("smelter", "load", "electricity"): 62,
        ("drawer", "draw", "electricity"): pytest.approx(25),
    }
    assert set(table["supplier"]) == {"grid"}


def test_the_networks_emissions_are_the_sum_over_its_sources(works: Scenario) -> None:
    made = tabulate(works, [month(works)])
    totals = made.indicators.query("period == 'total' and indicator == 'emissions'")
    network = totals.query("node == 'network'").set_index("item")["value"]
    assert network["total"] == pytest.approx(made.emissions["emissions_t_co2e"].sum())
    assert network[["scope_1", "scope_2", "scope_3"]].sum() == pytest.approx(network["total"])
    nodes = totals.query("node != 'network' and item == 'total'")
    assert nodes["value"].sum() == pytest.approx(network["total"])
    biogenic = made.indicators.query("period == 'total' and node == 'network' and indicator == 'biogenic_co2'")
    assert biogenic["value"].tolist() == [pytest.approx(40)]


def test_terms_are_the_products_with_time_series(works: Scenario) -> None:
    grid = ("grid", "")
    assert terms(works) == (
        Term("tap", ("drawer", "electricity", "process", "draw", *grid), ("mix",)),
        Term("tap", ("smelter", "electricity", "load", "load", *grid), ("mix",)),
        Term("tap", ("smelter", "electricity", "process", "melt", *grid), ("mix",)),
    )


def test_a_scenario_without_series_needs_no_terms(loop: Scenario) -> None:
    assert terms(loop) == ()


def test_a_series_times_a_scale_counts_scaled(tmp_path: Path) -> None:
    """`scale` on a table stands in the number's factor; the kernels sum the bare series."""
    scaled = "{emission_factor: {table: mix}}"
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = WORKS + "variants: {base: {scale: {energy.electricity.emission_factor: 0.5}}}\n"
    assert scaled in text
    scenario = read(tmp_path, text)
    found = sources(tabulate(scenario, [month(scenario)]))
    assert found["smelter", "2", "purchased_energy", "melt", "electricity", "CO2e"][0] == pytest.approx(22)


def test_each_row_is_valued_in_its_own_world(tmp_path: Path) -> None:
    """A period cut by a dated change is summed from rows with the factors of before and after."""
    change = "interventions: {clean: {at: 2025-01-16, set: {energy.electricity.emission_factor: 0.1 t CO2e/MWh}}}\n"
    scenario = read(tmp_path, LOOP + change)
    ledger = empty(scenario, [Lane("linear", 0)], [row("2025-01", 0), row("2025-01", 1)])
    for number, mass in enumerate((100.0, 200.0)):
        Pen(ledger).buy("moulder.mould", "electricity", 1.4 * mass, row=number)
    found = sources(tabulate(scenario, [ledger]))
    expected = 1.4 * (100 * 0.363 + 200 * 0.1)
    assert list(found) == [("moulder", "2", "purchased_energy", "mould", "electricity", "CO2e")]
    assert next(iter(found.values())) == pytest.approx((expected, 0))


def test_factors_of_flows_may_be_series_too(tmp_path: Path) -> None:
    """Supply, treatment, mode: each with its own term; the constant distance is multiplied afterwards."""
    (tmp_path / "f.csv").write_text("date,factor\n2025-01-01,1\n2027-01-01,2\n", encoding="utf-8")
    text = LOOP.replace("1.6 t CO2e/t", "{table: ore}").replace("112 g CO2e/(t km)", "{table: haul}")
    table = "{{file: f.csv, index: date, value: factor, unit: {}}}"
    ore, haul = table.format("t CO2e/t"), table.format("kg CO2e/(t km)")
    scenario = read(tmp_path, text + f"tables: {{ore: {ore}, haul: {haul}}}\n")
    flows = [("buy_virgin", "ore"), ("crates", "haul"), ("regranulate", "haul"), ("take_back", "haul")]
    assert terms(scenario) == tuple(Term("flow", (flow,), (series,)) for flow, series in flows)
    ledger = empty(scenario, [Lane("linear", 0)], [row("2025-01")])
    for number, weighted in enumerate((7.0, 0.5, 0.0, 0.0)):
        ledger.weighted[0, 0, number] = weighted
    assert sources(tabulate(scenario, [ledger])) == {
        ("moulder", "3", "upstream", "buy_virgin", "virgin", "CO2e"): (7, 0),
        ("moulder", "3", "transport", "crates", "truck", "CO2e"): (pytest.approx(0.5 * 60), 0),
    }


def test_a_missing_term_is_not_passed_over(works: Scenario) -> None:
    """Better a defect that is seen than emissions that are not counted."""
    ledger = month(works)
    poor = replace(ledger, index=replace(ledger.index, terms=()), weighted=ledger.weighted[..., :0])
    with pytest.raises(KeyError):
        tabulate(works, [poor])


def test_transport_work_is_mass_times_distance(works: Scenario) -> None:
    made = tabulate(works, [month(works)]).indicators
    work = made.query("period == 'total' and indicator == 'transport_work'").set_index(["node", "item"])["value"]
    assert work.to_dict() == {
        ("network", "total"): pytest.approx(47_000),
        ("network", "truck"): pytest.approx(47_000),
        ("smelter", "total"): pytest.approx(47_000),
        ("smelter", "truck"): pytest.approx(47_000),
    }


def test_factors_are_the_same_for_all_replications_of_a_variant(works: Scenario) -> None:
    """A lane's figures do not depend on the lanes beside it."""
    lanes = (Lane("base", 0), Lane("base", 1))
    both = tabulate(works, [drawn_at_random(works, lanes, months(3))]).emissions
    alone = tabulate(works, [drawn_at_random(works, lanes[1:], months(3))]).emissions
    assert both.query("replication == 1")["emissions_t_co2e"].tolist() == alone["emissions_t_co2e"].tolist()


def test_what_a_tonne_released_emits_is_no_time_series(tmp_path: Path) -> None:
    """The kernels do not weigh releases: the loader refuses the file."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"melt\.emissions\.CO2\.organics.*cannot be a time series"):
        read(tmp_path, WORKS.replace("{organics: 2.9 t/t}", "{organics: {table: mix}}"))
