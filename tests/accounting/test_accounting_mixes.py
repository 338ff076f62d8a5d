"""Energy that is passed on has the mix of what it was made of."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from tests.accounting.ledgers import read
from tests.accounting.small import figure

CHAIN = """
schema: 1
name: chain
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: REPORT}
materials: {}
energy:
  heat: {levels: {hot: 120 degC, warm: 80 degC}}
  power: {emission_factor: 0.4 t CO2e/MWh, price: 100 EUR/MWh, renewable: 0.5}
companies:
  wood_plant: {generators: {boiler: {gives: heat.warm, capacity: 1 MW, renewable: 1}}}
  utility: {converters: {rod: {from: power, gives: heat.warm, efficiency: 0.9, capacity: 1 MW}}}
  dealer: {}
  town: {loads: {heat.warm: 4 MW}}
boundary:
  coal: {}
flows:
  wood: {from: wood_plant, to: utility, energy: heat.warm, rank: 1}
  coal: {from: coal, to: utility, energy: heat.warm, rank: 2, capacity: 2 MW}
  first: {from: utility, to: dealer, energy: heat.warm}
  second: {from: dealer, to: town, energy: heat.warm}
"""
"""A quarter of the town's heat is of wood, half of coal, a quarter of an electric boiler, over up to four hops."""


def made(folder: Path, text: str = CHAIN, report: str = "month") -> simulator.Run:
    return simulator.run(read(folder, text.replace("REPORT", report)))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> simulator.Run:
    return made(tmp_path_factory.mktemp("chain"))


def test_heat_over_several_hops_is_as_renewable_as_what_it_was_made_of(chain: simulator.Run) -> None:
    """1 of wood, 1 of a boiler whose power is half renewable, 2 of coal."""
    for node in ("town", "network"):
        assert figure(chain, "renewable_share", node, "heat.warm") == pytest.approx((1 + 0.5) / 4)


def test_what_the_network_bought_outside_and_passes_on_is_not_its_own(chain: simulator.Run) -> None:
    assert figure(chain, "self_sufficiency", "network", "heat.warm") == pytest.approx(0.5)
    assert figure(chain, "self_sufficiency", "town", "heat.warm") == 0


def test_a_flow_that_says_how_renewable_it_is_is_believed(tmp_path: Path) -> None:
    run = made(
        tmp_path,
        CHAIN.replace("dealer, to: town, energy: heat.warm", "dealer, to: town, energy: heat.warm, renewable: 1"),
    )
    assert figure(run, "renewable_share", "town", "heat.warm") == pytest.approx(1)
    assert figure(run, "self_sufficiency", "network", "heat.warm") == pytest.approx(0.5)


def test_the_report_changes_no_share(chain: simulator.Run, tmp_path: Path) -> None:
    by_hour = made(tmp_path, report="1 h")
    for name in ("renewable_share", "self_sufficiency"):
        assert figure(by_hour, name, "network") == pytest.approx(figure(chain, name, "network"), rel=1e-12)


def test_stored_heat_and_heat_of_a_hotter_level_keep_what_they_are(tmp_path: Path) -> None:
    """A boiler of hot heat, half renewable, runs by night, what is left over is stored, and warms by day."""
    text = """
schema: 1
name: stored
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: month}
tables: {night: {file: night.csv, index: date, value: on, unit: "1"}}
materials: {}
energy: {heat: {levels: {hot: 120 degC, warm: 80 degC}}}
companies:
  works:
    loads: {heat.warm: 1 MW}
    generators: {boiler: {gives: heat.hot, capacity: 4 MW, renewable: 0.5, profile: {table: night}}}
    energy_storage: {tank: {carrier: heat.hot, capacity: 99 MWh, power: 9 MW, efficiency: 0.8}}
"""
    rows = [f"2025-01-{day:02d}T{hour:02d}:00,{int(hour < 8)}" for day in range(1, 11) for hour in range(24)]
    (tmp_path / "night.csv").write_text("\n".join(["date,on", *rows]) + "\n", encoding="utf-8")
    run = made(tmp_path, text)
    assert figure(run, "unserved_energy", "network") == pytest.approx(0)
    assert figure(run, "renewable_share", "works", "heat.warm") == pytest.approx(0.5)
    assert figure(run, "self_sufficiency", "network", "heat.warm") == pytest.approx(1)
