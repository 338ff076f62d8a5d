"""Indicators: by year and in total, per node and for the network, over replications."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.accounting import Tables, tabulate
from simulator.accounting.indicators import INDICATORS
from simulator.engine.ledger import Lane
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import Pen, drawn_at_random, empty, months, read, row
from tests.accounting.scenarios import FILES, WORKS

LINEAR = [Lane("linear", 0)]


def figures(made: Tables, indicator: str, period: str = "total") -> Mapping[tuple[str, str], float]:
    table = made.indicators
    chosen = table[(table["indicator"] == indicator) & (table["period"] == period)]
    return {(node, item): value for node, item, value in chosen[["node", "item", "value"]].values}


PRICED = """
carbon_prices: {tax: {price: 50 EUR/t CO2e, covers: scope_1}}
economics: {discount_rate: 5 %, lifetime: 15 year}
partnerships: {deal: {partners: {smelter: 1}, capex: 1 kEUR}}
"""
"""What `WORKS` leaves out."""
DECAY = "{doc: 0.4, docf: 0.5, mcf: 1, f: 0.5, ox: 0, recovery: 0, k: 0.1 1/year, delay: 0}"
TIPPED = {
    "cable: {fate: landfill}": f"cable: {{fate: landfill, decay: {DECAY}}}",
    "as: grit": "as: grit, avoids: 1 t CO2e/t, minimum: 1000 Mt/year",
}


def test_every_indicator_of_the_table_is_written(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = WORKS.replace("rate: 100 t/day", "rate: 100 t/day\n        jobs: 1 FTE/(t/day)", 1)
    for old, new in TIPPED.items():
        text = text.replace(old, new)
    works = read(tmp_path, text + PRICED)
    ledger = drawn_at_random(works, [Lane("base", 0)], months(3))
    made = tabulate(works, [ledger])
    names = {indicator.__name__ for indicator in INDICATORS}
    unused = {
        "outage_days",
        "restarts",
        "start_up_days",
        "unmet_demand",
        "peak_power",
        "shipped_energy",
        "storage_loss",
    }
    unused |= {"stored_energy"}
    assert set(made.indicators["indicator"]) - {"levelised_cost"} | unused == names


def test_an_amount_that_is_no_number_is_a_defect_and_does_not_vanish(loop: Scenario) -> None:
    """Only ratios may be undefined; an amount that is would be left out of the table as if there were none."""
    ledger = empty(loop, LINEAR, [row("2025-01")])
    Pen(ledger, "PP").ship("crates", float("nan"))
    with pytest.raises(AssertionError, match=r"emissions: .*crates.* not finite"):
        tabulate(loop, [ledger])


def test_recycled_content_is_all_that_is_not_primary(loop: Scenario) -> None:
    """Of what a company sends out; of the network, of what goes into use."""
    ledger = empty(loop, LINEAR, [row("2025-01"), row("2026-01")])
    for origin, mass in {"primary": 6.0, "post_consumer": 3.0, "reused": 1.0}.items():
        Pen(ledger, "PP", origin).ship("crates", mass)
        Pen(ledger, "PP", origin).draw("brewery.crates", "crate", mass / 2)
    Pen(ledger, "PP", "primary").ship("crates", 10, row=1)
    found = figures(tabulate(loop, [ledger]), "recycled_content", "2025")
    whole = {"primary": 0.6, "post_consumer": 0.3, "reused": 0.1, "pre_consumer": 0.0, "recycled": 0.4}
    expected = {(node, item): value for node in ("moulder", "network") for item, value in whole.items()}
    expected |= {(node, f"crate.{item}"): value for (node, item), value in expected.items()}
    assert found == pytest.approx({key: value for key, value in expected.items() if key in found})
    assert {key for key in expected if expected[key] > 0} <= set(found)
    assert figures(tabulate(loop, [ledger]), "recycled_content")["moulder", "recycled"] == pytest.approx(0.2)


def test_waste_sent_out_is_no_product(works: Scenario) -> None:
    ledger = empty(works, [Lane("base", 0)], [row("2025-01")])
    Pen(ledger, "Cu", "post_consumer").ship("export", 5)
    assert figures(tabulate(works, [ledger]), "recycled_content") == {}


def test_what_meets_a_boundary_demand_counts_for_the_network(works: Scenario) -> None:
    ledger = empty(works, [Lane("base", 0)], [row("2025-01")])
    Pen(ledger, "Cu", "post_consumer").ship("sell", 5)
    Pen(ledger, "Cu", "primary").ship("sell", 15)
    assert figures(tabulate(works, [ledger]), "recycled_content")["network", "recycled"] == pytest.approx(0.25)


def test_a_year_has_the_periods_that_start_in_it(loop: Scenario) -> None:
    ledger = empty(loop, LINEAR, [row("2025-12-22"), row("2025-12-29"), row("2026-01-05")])
    for number, mass in enumerate((1.0, 2.0, 4.0)):
        Pen(ledger, "PP").ship("crates", mass, row=number)
    made = tabulate(loop, [ledger])
    values = {period: figures(made, "shipped", period)["moulder", "crates"] for period in ("2025", "2026", "total")}
    assert values == {"2025": 3, "2026": 4, "total": 7}


def test_a_stock_is_that_of_the_years_end(loop: Scenario) -> None:
    ledger = empty(loop, LINEAR, months(24))
    ledger.in_use[0, :, 0, 0] = np.arange(25)
    made = tabulate(loop, [ledger])
    values = {period: figures(made, "stock_in_use", period) for period in ("2025", "2026", "total")}
    assert [value["brewery", "crates"] for value in values.values()] == [12, 24, 24]
    assert values["2026"]["network", "total"] == 24


def test_counts_of_physics_are_told(works: Scenario) -> None:
    ledger = empty(works, [Lane("base", 0)], [row("2025-01")])
    ledger.outage[0, 0, 1], ledger.restarts[0, 0, 1], ledger.starting[0, 0, 1] = 4, 2, 1
    ledger.throughput[0, 0, 1, :2] = [30, 12]
    ledger.unmet_use[0, 0, 0] = 2
    ledger.unmet_demand[0, 0, [p.kind == "demand" and p.node == "mill" for p in ledger.index.places]] = 5
    made = tabulate(works, [ledger])
    assert figures(made, "outage_days") == {("smelter", "melt"): 4}
    assert figures(made, "restarts") == {("smelter", "melt"): 2}
    assert figures(made, "start_up_days") == {("smelter", "melt"): 1}
    assert figures(made, "throughput") == {("smelter", "melt"): 42}
    assert figures(made, "unmet_demand") == {("town", "cables"): 2, ("mill", "copper"): 5, ("network", "total"): 7}


def replicated(works: Scenario, masses: list[float]) -> pd.Series[float]:
    lanes = [Lane("base", number) for number in range(len(masses))]
    ledger = empty(works, lanes, [row("2025-01")])
    for lane, mass in enumerate(masses):
        Pen(ledger, "Cu").ship("sell", mass, lane=lane)
    table = tabulate(works, [ledger]).indicators
    return table[(table["indicator"] == "shipped") & (table["item"] == "sell") & (table["period"] == "total")].iloc[0]


def test_replications_become_mean_spread_and_percentiles(works: Scenario) -> None:
    masses = [4.0, 1.0, 3.0, 2.0, 10.0]
    found = replicated(works, masses)
    assert found["value"] == pytest.approx(np.mean(masses))
    assert found["sd"] == pytest.approx(np.std(masses, ddof=1))
    assert [found[name] for name in ("p05", "p50", "p95")] == pytest.approx(np.percentile(masses, [5, 50, 95]))
    assert found["n"] == 5


def test_one_replication_has_no_spread_and_is_its_own_percentiles(works: Scenario) -> None:
    found = replicated(works, [4.5])
    assert found[["value", "sd", "p05", "p50", "p95", "n"]].tolist() == [4.5, 0, 4.5, 4.5, 4.5, 1]


def test_a_ratio_counts_only_where_it_is_defined(works: Scenario) -> None:
    """A replication that sent nothing out has no recycled content, not one of zero."""
    ledger = empty(works, [Lane("base", 0), Lane("base", 1)], [row("2025-01")])
    Pen(ledger, "Cu", "post_consumer").ship("sell", 5, lane=1)
    table = tabulate(works, [ledger]).indicators
    found = table[(table["indicator"] == "recycled_content") & (table["item"] == "recycled")]
    assert set(found["value"]) == {1.0}
    assert set(found["n"]) == {1}


def test_ratios_of_the_network_are_not_means_of_nodes(works: Scenario) -> None:
    ledger = empty(works, [Lane("base", 0)], [row("2025-01")])
    Pen(ledger, "Cu", "post_consumer").ship("export", 90)
    Pen(ledger, "Cu").ship("dump", 10)
    assert figures(tabulate(works, [ledger]), "recycling_rate") == {
        ("town", "total"): 1,
        ("smelter", "total"): 0,
        ("network", "total"): pytest.approx(0.9),
    }
