"""A process that needs its energy runs as far as power reaches it; any other runs, and energy goes unserved."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario import load
from simulator.study.run import Run, run

WORKS = """
schema: 1
name: works
time: {start: 2025-01-01, end: 2025-01-05, step: 1 day, report: 1 day}
materials: {a: {}, b: {}}
energy:
  heat: {levels: {warm: 90 degC}}
  gas: {price: 30 EUR/MWh}
companies:
  works:
    inventories: {a: {initial: 1000 t}}
    processes:
      p: {inputs: [a], rate: 24 t/day, outputs: {b: 1}, energy: {heat.warm: 1 MWh/t}, needs_energy: true}
    loads: {heat.warm: 1 MW}
  sun:
    generators: {roof: {gives: heat.warm, capacity: 0.75 MW}}
boundary: {market: {demands: {b: {}}}}
flows:
  sell: {from: works, to: market, material: b}
  pipe: {from: sun, to: works, energy: heat.warm, capacity: 0.6 MW, loss: 0.1}
"""
BOILER = """
    loads: {heat.warm: 1 MW}
    converters: {boiler: {from: gas, gives: heat.warm, efficiency: 0.9, capacity: 0.2 MW}}
"""
TANK = """
    loads: {heat.warm: 1 MW}
    energy_storage: {tank: {carrier: heat.warm, capacity: 8 MWh, power: 2 MW, efficiency: 1, initial: 8 MWh}}
"""
LOAD = "\n    loads: {heat.warm: 1 MW}\n"


def simulated(folder: Path, *changes: tuple[str, str]) -> Run:
    text = WORKS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "works.yaml").write_text(text, encoding="utf-8")
    return run(load(folder / "works.yaml"))


def throughput(result: Run) -> list[float]:
    table = result.tables.processes
    return [float(mass) for mass in table.groupby("period", observed=True)["throughput_t"].sum()]


def test_it_runs_as_far_as_flows_bring_power(tmp_path: Path) -> None:
    """0.6 MW leave, a tenth is lost, a tonne takes a MWh; the load, which comes second, gets nothing."""
    result = simulated(tmp_path)
    assert throughput(result) == pytest.approx([0.6 * 24 * 0.9] * 4)
    assert set(result.tables.processes["limited_by"]) == {"energy"}
    energy = result.tables.energy.groupby(["user", "supplier"], observed=True)["energy_mwh"].sum()
    assert energy["load", "unserved"] == pytest.approx(4 * 24)
    assert energy["p", "sun"] == pytest.approx(4 * 0.6 * 24 * 0.9)
    assert "works p: short of energy on 4 of 4 days" in map(str, result.bottlenecks["base"])


def test_converters_and_storages_count(tmp_path: Path) -> None:
    assert throughput(simulated(tmp_path, (LOAD, BOILER))) == pytest.approx([(0.6 * 0.9 + 0.2) * 24] * 4)
    assert throughput(simulated(tmp_path, (LOAD, TANK))) == pytest.approx([0.6 * 24 * 0.9 + 8] + [0.6 * 24 * 0.9] * 3)


@pytest.mark.parametrize("kind", ["converters", "generators"])
def test_what_partners_could_give_to_burn_counts(tmp_path: Path, kind: str) -> None:
    """0.1 MW of wood over a pipe that loses a tenth, burnt at 0.9; a tonne takes a MWh."""
    result = simulated(
        tmp_path,
        (LOAD, f"\n    {kind}: {{boiler: {{from: wood, gives: heat.warm, efficiency: 0.9, capacity: 0.2 MW}}}}\n"),
        ("gas: {price: 30 EUR/MWh}", "wood: {fuel: true, biogenic: true}"),
        ("roof: {gives: heat.warm, capacity: 0.75 MW}", "gasifier: {gives: wood, capacity: 0.1 MW}"),
        ("energy: heat.warm, capacity: 0.6 MW", "energy: wood, capacity: 0.6 MW"),
    )
    assert throughput(result) == pytest.approx([0.1 * 0.9 * 0.9 * 24] * 4)


def test_what_two_would_burn_counts_once(tmp_path: Path) -> None:
    """0.1 MW of wood, though either boiler could burn 0.2."""
    unit = "{from: wood, gives: heat.warm, efficiency: 1, capacity: 0.2 MW}"
    gasifier = "generators: {gasifier: {gives: wood, capacity: 0.1 MW}}"
    result = simulated(
        tmp_path,
        (LOAD, f"\n    converters: {{one: {unit}, two: {unit}}}\n    {gasifier}\n"),
        ("gas: {price: 30 EUR/MWh}", "wood: {fuel: true, biogenic: true}"),
        ("capacity: 0.6 MW", "capacity: 0 MW"),
    )
    assert throughput(result) == pytest.approx([0.1 * 24] * 4)


def test_what_comes_beside_other_heat_cannot_be_called_for(tmp_path: Path) -> None:
    """Heat that a chiller would give, if anyone needed cold."""
    unit = "{from: gas, gives: {cold: 0.4, heat.warm: 0.5}, follows: cold, capacity: 9 MW}"
    result = simulated(
        tmp_path,
        (LOAD, f"\n    converters: {{unit: {unit}}}\n"),
        ("  gas: {price", "  cold: {}\n  gas: {price"),
        ("capacity: 0.6 MW", "capacity: 0 MW"),
    )
    assert throughput(result) == [0] * 4


@pytest.mark.parametrize("capacity", ["", ", capacity: 5 MW"])
def test_a_unit_without_limit_counts_with_what_there_is_to_burn(tmp_path: Path, capacity: str) -> None:
    result = simulated(
        tmp_path,
        (LOAD, f"\n    converters: {{boiler: {{from: wood, gives: heat.warm, efficiency: 0.9{capacity}}}}}\n"),
        ("gas: {price: 30 EUR/MWh}", "wood: {fuel: true, biogenic: true}"),
        ("roof: {gives: heat.warm, capacity: 0.75 MW}", "gasifier: {gives: wood, capacity: 0.1 MW}"),
        ("energy: heat.warm, capacity: 0.6 MW", "energy: wood"),
    )
    assert throughput(result) == pytest.approx([0.1 * 0.9 * 0.9 * 24] * 4)


def test_what_is_stored_lasts_until_the_next_review(tmp_path: Path) -> None:
    """8 MWh for two days: 4 a day beside what the pipe brings, though energy is dispatched by the hour."""
    tank = TANK.replace(LOAD[1:], "    review_period: 2 day\n")
    result = simulated(tmp_path, (LOAD, tank), ("step: 1 day", "step: 1 h"))
    brought = 0.6 * 24 * 0.9
    assert throughput(result) == pytest.approx([2 * brought + 8, 2 * brought])
    assert (result.tables.energy["supplier"] != "unserved").all()


def test_what_a_chp_gives_later_spares_the_grid_of_what_was_bought_first(tmp_path: Path) -> None:
    """1 MW of power is bought first; 2 MW come beside the heat of a load. Nothing is bought in the end."""
    unit = "{from: gas, gives: {power: 0.25, heat.warm: 0.5}, follows: heat.warm}"
    result = simulated(
        tmp_path,
        (LOAD, f"\n    loads: {{heat.warm: 4 MW}}\n    converters: {{chp: {unit}}}\n"),
        ("  gas: {price", "  power: {price: 100 EUR/MWh}\n  gas: {price"),
        ("energy: {heat.warm: 1 MWh/t}", "energy: {power: 1 MWh/t}"),
        ("capacity: 0.6 MW", "capacity: 0 MW"),
    )  # fmt: skip
    energy = (
        result.tables.energy.query("carrier == 'power'").groupby(["use", "supplier"], observed=True)["energy_mwh"].sum()
    )
    assert energy.to_dict() == pytest.approx({("process", "works"): 96, ("curtailed", "works"): 96})


def test_without_need_it_runs_and_energy_goes_unserved(tmp_path: Path) -> None:
    result = simulated(tmp_path, (", needs_energy: true", ""))
    assert throughput(result) == pytest.approx([24] * 4)
    unserved = result.tables.energy.query("supplier == 'unserved'")["energy_mwh"].sum()
    assert unserved == pytest.approx(4 * (24 + 24 - 0.6 * 24 * 0.9))


def test_what_the_grid_sells_never_holds_it_back(tmp_path: Path) -> None:
    result = simulated(tmp_path, ("heat.warm: 1 MWh/t", "gas: 1 MWh/t"))
    assert throughput(result) == pytest.approx([24] * 4)


def test_below_its_minimum_it_stands_still(tmp_path: Path) -> None:
    result = simulated(tmp_path, ("needs_energy: true", "needs_energy: true, minimum: 15 t/day"))
    assert throughput(result) == [0] * 4
    assert set(result.tables.processes["limited_by"]) == {"minimum"}


def test_better_ranks_are_served_first(tmp_path: Path) -> None:
    """Of 12.96 MWh a day the process of rank 1 takes the 10 that it asks for."""
    other = "rank: 1, rate: 10 t/day, outputs: {b: 1}, energy: {heat.warm: 1 MWh/t}, needs_energy: true}"
    result = simulated(tmp_path, ("    processes:\n", f"    processes:\n      first: {{inputs: [a], {other}\n"))
    mass = result.tables.processes.groupby("process", observed=True)["throughput_t"].sum()
    assert mass.to_dict() == pytest.approx({"first": 40, "p": 4 * (12.96 - 10)})
