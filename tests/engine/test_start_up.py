"""Restarts after outages: time, energy and money, each once."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.study.run import Run
from tests.engine.builders import amounts, chosen, held_back, read, same, simulate, text, throughput, value

START_UP = "start_up: {duration: 12 hour, energy: {natural_gas: 60 MWh}, cost: 5000 EUR}"
WORKS = f"""
materials: {{a: {{}}, b: {{}}}}
companies:
  s:
    inventories: {{a: {{initial: 1000 kt}}}}
    processes:
      p: {{inputs: [a], rate: 10 t/day, outputs: {{b: 1}}, energy: {{electricity: 2 MWh/t}}, cost: 3 EUR/t,
          outages: {{mtbf: 10 day, mttr: 2 day}}, {START_UP}}}
energy:
  natural_gas: {{fuel: true, emission_factor: 0.2 t CO2e/MWh, price: 30 EUR/MWh}}
  electricity: {{emission_factor: 0.4 t CO2e/MWh}}
boundary: {{m: {{demands: {{b: {{}}}}}}}}
flows: {{sell: {{from: s, to: m, material: b}}}}
"""
DAYS = 29220
"""From 2000 to 2080."""


def long_run(folder: Path) -> Run:
    return simulate(folder, WORKS, start="2000-01-01", end="2080-01-01", report="20 year")


def energy(result: Run, carrier: str, **where: object) -> float:
    return float(chosen(result.tables.energy, carrier=carrier, use="process", **where)["energy_mwh"].sum())


def money(result: Run, category: str) -> float:
    return float(chosen(result.tables.money, node="s", category=category)["money_eur"].sum())


def test_availability_tends_to_mtbf_over_mtbf_plus_mttr_plus_start_up(tmp_path: Path) -> None:
    """And a cycle lasts as long as the three together, so that there are so many restarts."""
    result = long_run(tmp_path)
    assert throughput(result, "p") / (DAYS * 10) == pytest.approx(10 / 12.5, abs=0.02)
    assert value(result, "restarts", node="s") == pytest.approx(DAYS / 12.5, rel=0.05)


def test_every_restart_takes_its_time_energy_and_money_once(tmp_path: Path) -> None:
    result = long_run(tmp_path)
    restarts = value(result, "restarts", node="s", item="p")
    assert restarts == round(restarts) > 2000
    assert value(result, "start_up_days", node="s") == pytest.approx(0.5 * restarts, abs=0.5)
    assert value(result, "outage_days", node="s") == pytest.approx(DAYS - throughput(result, "p") / 10)
    assert value(result, "outage_days", node="s") == pytest.approx(held_back(result, "p", "outage"))
    assert energy(result, "natural_gas") == pytest.approx(60 * restarts)
    assert energy(result, "electricity") == pytest.approx(2 * throughput(result, "p"))
    assert money(result, "start_up") == pytest.approx(-5000 * restarts)
    assert money(result, "processing") == pytest.approx(-3 * throughput(result, "p"))
    assert money(result, "energy") == pytest.approx(-30 * 60 * restarts)
    burnt = chosen(result.tables.emissions, node="s", scope="1")["emissions_t_co2e"].sum()
    assert burnt == pytest.approx(0.2 * 60 * restarts)


def test_nothing_depends_on_how_often_one_looks_or_reports(tmp_path: Path) -> None:
    """Outages and start-ups straddle reviews of an hour as well as of a week."""
    daily = simulate(tmp_path, WORKS, end="2026-01-01", report="year")
    for step in ("1 hour", "7 day"):
        other = simulate(tmp_path, WORKS, step=step, end="2026-01-01", report="year")
        for indicator in ("restarts", "start_up_days", "outage_days", "throughput"):
            assert value(other, indicator, node="s") == pytest.approx(value(daily, indicator, node="s"), abs=1e-6)
        assert energy(other, "natural_gas") == pytest.approx(energy(daily, "natural_gas"))
    monthly = simulate(tmp_path, WORKS, end="2026-01-01", report="month")
    assert value(monthly, "restarts", node="s") == value(daily, "restarts", node="s")


def test_a_start_up_that_takes_no_time_leaves_the_outages_as_they_are(tmp_path: Path) -> None:
    """Drawn times do not change, only what a restart takes: the same tonnes, and so many restarts more to pay."""
    quick = simulate(tmp_path, WORKS.replace("duration: 12 hour, ", ""))
    without = simulate(tmp_path, WORKS.replace(f", {START_UP}", ""))
    same(quick.tables, without.tables, "flows", "stocks", "processes")
    assert value(quick, "restarts", node="s") == value(without, "restarts", node="s") > 0
    assert energy(quick, "natural_gas") == pytest.approx(60 * value(quick, "restarts", node="s"))
    assert money(without, "start_up") == 0


def test_an_outage_that_the_run_does_not_see_the_end_of_is_not_restarted(tmp_path: Path) -> None:
    """Down for years: it never comes to a restart, and the gas is never burnt."""
    result = simulate(tmp_path, WORKS.replace("mtbf: 10 day, mttr: 2 day", "mtbf: 2 day, mttr: 400 year"))
    assert value(result, "outage_days", node="s") > 50
    assert value(result, "restarts", node="s") == 0
    assert energy(result, "natural_gas") == money(result, "start_up") == 0


def test_a_start_up_without_end_takes_the_rest_of_the_run(tmp_path: Path) -> None:
    """It began in the run: it is one restart, and its energy one restart's; the process never runs again."""
    result = simulate(tmp_path, WORKS.replace("duration: 12 hour", "duration: 400 year"))
    assert value(result, "restarts", node="s") == 1
    assert energy(result, "natural_gas") == pytest.approx(60)
    assert amounts(result, "sell", 100)[-50:] == [0.0] * 50


def test_variants_change_what_a_restart_takes_and_share_the_draws(tmp_path: Path) -> None:
    path = "companies.s.processes.p.start_up"
    body = (
        WORKS
        + f"""
variants:
  base: {{}}
  dear: {{set: {{{path}.cost: 7 kEUR, {path}.energy.natural_gas: 10 MWh}}}}
  slow: {{set: {{{path}.duration: 2 day}}}}
interventions:
  burner: {{at: 2025-02-20, scale: {{{path}.energy.natural_gas: 0.5}}}}
"""
    )
    result = simulate(tmp_path, body)
    count = {name: value(result, "restarts", node="s", variant=name) for name in ("base", "dear", "slow")}
    assert count["base"] == count["dear"] >= count["slow"] > 0
    assert chosen(result.tables.money, variant="dear", category="start_up")["money_eur"].sum() == -7000 * count["dear"]
    gas = {name: energy(result, "natural_gas", variant=name) for name in ("base", "dear")}
    assert gas["dear"] == pytest.approx(gas["base"] / 6)
    assert 0 < gas["base"] < 60 * count["base"]
    assert value(result, "start_up_days", node="s", variant="slow") > 0


def test_heat_that_it_gives_off_and_takes_to_start_up_meet_at_one_bus(tmp_path: Path) -> None:
    """Reviews with a restart take what the rest does not give off; energy is conserved (checked in every run)."""
    body = WORKS.replace("energy: {electricity: 2 MWh/t}", "energy: {natural_gas: -1 MWh/t}")
    result = simulate(tmp_path, body)
    given = -float(chosen(result.tables.energy, carrier="natural_gas", use="curtailed")["energy_mwh"].sum())
    net = energy(result, "natural_gas") + given
    assert net == pytest.approx(60 * value(result, "restarts", node="s") - throughput(result, "p"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("outages: {mtbf: 10 day, mttr: 2 day}, ", "", "there are none: add `outages`"),
        (START_UP, "start_up: {}", "says nothing: give it a `duration`"),
        ("natural_gas: 60 MWh", "coal: 60 MWh", "unknown energy carrier coal"),
        ("duration: 12 hour", "duration: 12 t", "wrong kind of unit"),
        ("natural_gas: 60 MWh", "natural_gas: -60 MWh", "-60"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WORKS
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, text(WORKS.replace(old, new)))


def test_a_carrier_that_only_a_start_up_needs_must_come_from_somewhere(tmp_path: Path) -> None:
    body = WORKS.replace(
        "natural_gas: {fuel: true, emission_factor: 0.2 t CO2e/MWh, price: 30 EUR/MWh}", "natural_gas: {}"
    )
    with pytest.raises(ScenarioError, match="natural_gas: nobody supplies natural_gas"):
        read(tmp_path, text(body))


def test_how_long_a_start_up_takes_holds_for_the_whole_run(tmp_path: Path) -> None:
    change = "\ninterventions: {late: {at: 2025-02-01, set: {companies.s.processes.p.start_up.duration: 1 day}}}\n"
    with pytest.raises(ScenarioError, match="cannot change at a date"):
        read(tmp_path, text(WORKS + change))
