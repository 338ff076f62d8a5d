"""A unit whose fuel only converters could make never runs: it is said, with a remedy that works.

The town's engine would burn gas that a digester, a converter, makes of the power that the grid sells.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import network
from simulator.scenario import load
from simulator.study.run import run

TOWN = """\
schema: 1
name: town
time: {start: 2025-01-01, end: 2025-01-02, step: 1 h, report: month}
materials: {}
energy:
  power: {price: 90 EUR/MWh}
  gas: {}
  heat: {levels: {warm: 90 degC}}
companies:
  works:
    converters: {digester: {from: power, gives: gas, efficiency: 0.5}}
  town:
    loads: {heat.warm: 2 MW}
    converters: {engine: {from: gas, gives: heat.warm, efficiency: 0.8}}
flows:
  pipe: {from: works, to: town, energy: gas}
"""
NEVER = (
    "never runs: only converters give gas here, and they do not run for another's fuel; give energy.gas a price or an "
    "emission_factor, so that the grid sells it, or make what gives it a generator"
)
AS_GENERATOR = (
    "converters: {digester: {from: power, gives: gas, efficiency: 0.5}}",
    "generators: {digester: {from: power, gives: gas, efficiency: 0.5, capacity: 4 MW}}",
)
BURNS = (
    "converters: {engine: {from: gas, gives: heat.warm, efficiency: 0.8}}",
    "generators: {engine: {from: gas, gives: heat.warm, efficiency: 0.8, capacity: 2 MW}}",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.yaml"


def checked(path: Path, *changes: tuple[str, str]) -> tuple[list[str], float]:
    """The warnings on the town so changed, and the part of its heat that a run of it serves."""
    text = TOWN
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    scenario = load(path)
    faults, warnings = network.check(scenario)
    assert not faults
    table = run(scenario).tables.indicators
    lacking = (table["indicator"] == "unserved_energy") & (table["node"] == "town") & (table["item"] == "heat.warm")
    unserved = table[lacking & (table["period"] == "total") & (table["variant"] == table["variant"].iloc[0])]
    return [warning.rpartition("/")[2] for warning in warnings], 1 - float(unserved["value"].sum()) / 48


def test_a_converter_does_not_run_for_anothers_fuel(path: Path) -> None:
    assert checked(path) == ([f"s.yaml:14: companies.town.converters.engine.from: {NEVER}"], 0)


def test_nor_for_that_of_a_generator(path: Path) -> None:
    assert checked(path, BURNS) == ([f"s.yaml:14: companies.town.generators.engine.from: {NEVER}"], 0)


def test_a_second_step_is_as_dead_as_the_first(path: Path) -> None:
    """The boiler burns what the engine would make; the remedy at the first step is the remedy of both."""
    boiler = (
        "engine: {from: gas, gives: steam, efficiency: 0.8}, boiler: {from: steam, gives: heat.warm, efficiency: 1}"
    )
    warnings, served = checked(
        path,
        ("engine: {from: gas, gives: heat.warm, efficiency: 0.8}", boiler),
        ("  gas: {}", "  gas: {}\n  steam: {}"),
    )
    assert [warning.split(": ")[1] for warning in warnings] == [
        f"companies.town.converters.{unit}.from" for unit in ("boiler", "engine")
    ]
    assert served == 0


@pytest.mark.parametrize(
    "changes",
    [
        [("gas: {}", "gas: {price: 50 EUR/MWh}")],
        [("gas: {}", "gas: {emission_factor: 0.2 t CO2/MWh}")],
        [AS_GENERATOR],
        [AS_GENERATOR, BURNS],
    ],
)
def test_each_remedy_silences_the_warning_and_the_engine_runs(path: Path, changes: list[tuple[str, str]]) -> None:
    warnings, served = checked(path, *changes)
    assert warnings == []
    assert served == pytest.approx(1)


@pytest.mark.parametrize(
    "change",
    [
        ("flows:\n", "boundary: {hub: {}}\nflows:\n  in: {from: hub, to: town, energy: gas, capacity: 1 MW}\n"),
        ("  town:\n", "  town:\n    energy_storage: {s: {carrier: gas, capacity: 9 MWh, power: 1 MW, efficiency: 1, "
         "initial: 9 MWh}}\n"),
        ("  works:\n", "  works:\n    generators: {wind: {gives: gas, capacity: 1 MW}}\n"),
    ],
)  # fmt: skip
def test_a_little_from_someone_else_is_fuel(path: Path, change: tuple[str, str]) -> None:
    warnings, served = checked(path, change)
    assert warnings == []
    assert 0 < served < 1


def test_what_a_converter_gives_beside_what_it_follows_is_fuel(path: Path) -> None:
    """The digester runs for the works' load of cold, and its gas is there for all."""
    warnings, served = checked(
        path,
        ("  gas: {}", "  gas: {}\n  cold: {}"),
        (
            "converters: {digester: {from: power, gives: gas, efficiency: 0.5}}",
            "loads: {cold: 1 MW}\n    "
            "converters: {digester: {from: power, gives: {cold: 0.4, gas: 0.5}, follows: cold}}",
        ),
    )
    assert warnings == []
    assert 0 < served < 1


def test_fuel_that_comes_over_a_closed_partnership_only_is_no_mistake(path: Path) -> None:
    """In the variant without the deal nobody gives the engine anything, as meant."""
    deal = "partnerships: {deal: {}}\nvariants: {with: {}, without: {partnerships: []}}\n"
    linked = ("energy: gas}\n", f"energy: gas, partnership: deal}}\n{deal}")
    assert checked(path, AS_GENERATOR, linked)[0] == []
    assert checked(path, linked)[0] == [f"s.yaml:14: companies.town.converters.engine.from: {NEVER} (in with)"]
