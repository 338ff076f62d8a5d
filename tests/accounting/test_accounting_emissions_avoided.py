"""What flows spare elsewhere: reported apart, at who gives, and never taken off anything."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from simulator.scenario.catalogue import entry
from tests.accounting.small import HEAD, YARD, figure, ran

with (Path(__file__).parent / "kalundborg.csv").open(encoding="utf-8", newline="") as _file:
    SAVED = list(csv.DictReader(_file))
FIKSEL, ERKMAN = "Fiksel", "Erkman"


def kalundborg(source: str) -> dict[str, float]:
    """Published savings of one source, kt a year, by fuel, and of CO2."""
    rows = [row for row in SAVED if row["row"] == "saving" and source in row["source"]]
    return {row["flow"].removeprefix("saved: "): float(row["amount"]) / 1000 for row in rows}


def burning(fuel: str) -> float:
    """t CO2 per t of fuel."""
    return next(float(row["amount"]) for row in SAVED if row["flow"] == f"burning: {fuel}")


def symbiosis(oil: float, coal: float) -> str:
    """A year of steam and of gas that a neighbour would else make of oil and of coal, in tonnes of these fuels."""
    use = "rate: 1000 t/day, outputs: {}, releases: {water: 1}"
    return f"""
schema: 1
name: kalundborg
time: {{start: 1999-01-01, end: 2000-01-01, step: 1 day, report: month}}
materials: {{steam: {{title: "Steam, in tonnes of the oil it replaces"}}, gas: {{title: "Gas, in tonnes of coal"}}}}
companies:
  asnaes:
    inventories: {{steam: {{initial: {oil} kt}}}}
    processes: {{raise: {{inputs: [gas], {use}}}}}
  statoil:
    inventories: {{gas: {{initial: {coal} kt}}}}
    processes: {{heat: {{inputs: [steam], {use}}}}}
flows:
  steam: {{from: asnaes, to: statoil, material: steam, avoids: {burning("oil")} t CO2e/t}}
  gas: {{from: statoil, to: asnaes, material: gas, avoids: {burning("coal")} t CO2e/t}}
"""


@pytest.mark.parametrize(("source", "computed", "published"), [(ERKMAN, 176, 175), (FIKSEL, 131, 130)])
def test_kalundborg_spares_what_was_published(tmp_path: Path, source: str, computed: float, published: float) -> None:
    """Erkman: 45 kt of oil, 15 kt of coal, 175 kt of CO2; Fiksel: 19 kt, 30 kt, 130 kt."""
    saved = kalundborg(source)
    assert saved["CO2"] == published
    run = ran(tmp_path, symbiosis(saved["oil"], saved["coal"]))
    spared = figure(run, "avoided_emissions", "network") / 1000
    assert spared == pytest.approx(saved["oil"] * burning("oil") + saved["coal"] * burning("coal"))
    assert spared == pytest.approx(computed, abs=0.6)
    assert spared == pytest.approx(published, rel=0.01)
    assert figure(run, "avoided_emissions", "asnaes", "steam") == pytest.approx(saved["oil"] * 3100)
    assert figure(run, "avoided_emissions", "statoil") == pytest.approx(saved["coal"] * 2400)
    assert figure(run, "emissions", "network") == 0


def test_the_rounded_fuels_are_near_what_the_library_says() -> None:
    assert burning("coal") == pytest.approx(entry("uk.coal.2025.per_tonne").value / 1000, rel=0.01)
    assert burning("oil") == pytest.approx(entry("uk.gas_oil.2025.per_tonne").value / 1000, rel=0.05)


SELL = "flows: {sell: {from: yard, to: shop, material: goods%s}}\n"


def test_a_demand_may_say_what_it_would_else_take(tmp_path: Path) -> None:
    text = HEAD + YARD.replace("rate: 20 t/day", "rate: 20 t/day, avoids: 2 t CO2e/t") + SELL % ""
    assert figure(ran(tmp_path, text), "avoided_emissions", "yard") == pytest.approx(40)


def test_the_flow_knows_better_than_the_demand(tmp_path: Path) -> None:
    text = HEAD + YARD.replace("rate: 20 t/day", "rate: 20 t/day, avoids: 2 t CO2e/t") + SELL % ", avoids: 3 t CO2e/t"
    assert figure(ran(tmp_path, text), "avoided_emissions", "yard", "sell") == pytest.approx(60)


def test_an_accept_may_say_it_and_its_treatment_stays_whole(tmp_path: Path) -> None:
    """Never netted: the emissions of the treatment stand as they are."""
    accepts = "accepts: {goods: {fate: energy_recovery, emission_factor: 1 t CO2e/t, avoids: 5 t CO2e/t}}"
    text = HEAD + YARD.replace("demands: {goods: {rate: 20 t/day}}", accepts) + SELL % ""
    run = ran(tmp_path, text)
    assert figure(run, "avoided_emissions", "network") == pytest.approx(100)
    assert figure(run, "emissions", "network") == pytest.approx(20)


def test_what_is_spared_may_change_in_time(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("date,spared\n2025-01-01,1\n2025-01-02,9\n", encoding="utf-8")
    table = "tables: {c: {file: c.csv, index: date, value: spared, unit: t CO2e/t, outside: hold}}\n"
    text = HEAD + YARD + table + SELL % ", avoids: {table: c}"
    assert figure(ran(tmp_path, text), "avoided_emissions", "yard") == pytest.approx(20)
