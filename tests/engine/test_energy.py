"""Dispatch of energy: who supplies whom, in which order, and what is lost, stored, left over, missing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.study.run import Run
from tests.engine.builders import chosen, rows_of, simulate

CARRIERS = """
materials: {}
energy:
  heat: {levels: {steam: 180 degC, warm: 90 degC, cool: 40 degC}}
  gas: {fuel: true, emission_factor: 0.2 t CO2/MWh}
  biogas: {fuel: true, biogenic: true}
  power: {emission_factor: 0.4 t CO2e/MWh}
  own_power: {}
"""
"""Heat on three levels; gas and power are sold by the grid, biogas and own power by nobody."""


def day(folder: Path, body: str, files: Mapping[str, str] | None = None, carriers: str = CARRIERS, **head: str) -> Run:
    """One day by the hour, unless said otherwise."""
    usual = {"end": "2025-01-02", "step": "1 h"}
    return simulate(folder, carriers + body, files, **{**usual, **head})


def mwh(result: Run, **where: object) -> float:
    """Energy that users got, or lacked, MWh: by columns of the table `energy`."""
    return float(chosen(result.tables.energy, **where)["energy_mwh"].sum())


def by_period(result: Run, **where: object) -> Any:
    """The same by reporting period, to compare with a list."""
    table = chosen(result.tables.energy, **where)
    sums = table.groupby(table["period"].astype(str), sort=True)["energy_mwh"].sum()
    return pytest.approx([float(energy) for energy in sums])


def got(result: Run, node: str, carrier: str, use: str = "load") -> Any:
    """What a kind of user got, MWh, by the source, or the supplier where it has none; to compare with a mapping."""
    found: dict[str, float] = {}
    for row in rows_of(chosen(result.tables.energy, node=node, carrier=carrier, use=use)):
        name = str(row.source) or str(row.supplier)
        found[name] = found.get(name, 0.0) + float(row.energy_mwh)
    return pytest.approx(found)


def held(result: Run, node: str, store: str) -> float:
    """What a storage holds at the end, MWh."""
    table = chosen(result.tables.indicators, indicator="stored_energy", node=node, item=store, period="2025")
    return float(table["value"].sum())


ORDER = """
companies:
  town:
    loads: {heat.warm: 10 MW}
    generators: {own: {gives: heat.warm, capacity: 1 MW}}
    energy_storage: {tank: {carrier: heat.warm, capacity: 24 MWh, power: 3 MW, efficiency: 0.5, initial: 24 MWh}}
    converters: {boiler: {from: gas, gives: heat.warm, efficiency: 0.5, capacity: 4 MW, rank: 6},
                 first: {from: gas, gives: heat.warm, efficiency: 0.8, capacity: 0.5 MW, rank: 1}}
  works: {generators: {waste_heat: {gives: heat.warm, capacity: 2 MW}}}
flows:
  main: {from: works, to: town, energy: heat.warm, capacity: 1 MW, loss: 0.1}
"""


def test_own_surplus_serves_before_partners_then_storage_then_converters_by_rank(tmp_path: Path) -> None:
    """Of 10 MW: 1 own, 0.9 of the partner, 3 stored for eight hours, 0.5 and 4 of converters; the rest is unserved."""
    result = day(tmp_path, ORDER)
    assert got(result, "town", "heat.warm") == {
        "own": 24,
        "main": 21.6,
        "tank": 24,
        "first": 12,
        "boiler": 96,
        "unserved": 62.4,
    }
    assert mwh(result, node="town", use="converter", user="first") == pytest.approx(15)
    assert mwh(result, node="works", use="curtailed") == pytest.approx(24)
    assert held(result, "town", "tank") == pytest.approx(0)


def test_a_converter_runs_only_for_what_is_still_lacking(tmp_path: Path) -> None:
    """Without the second boiler 5.1 MW less; with a load of 2 MW, 0.1 MW is left for the first converter."""
    small = ORDER.replace("10 MW", "2 MW").replace("initial: 24 MWh", "initial: 0 MWh")
    assert got(day(tmp_path, small), "town", "heat.warm") == {"own": 24, "main": 21.6, "first": 2.4}


def test_the_grid_comes_last_and_without_limit(tmp_path: Path) -> None:
    result = day(tmp_path, """
companies:
  town: {loads: {power: 5 MW}, generators: {pv: {gives: power, capacity: 1 MW}},
         converters: {engine: {from: gas, gives: power, efficiency: 0.4, capacity: 2 MW}}}
""")  # fmt: skip
    assert got(result, "town", "power") == {"pv": 24, "engine": 48, "grid": 48}
    assert got(result, "town", "gas", "converter") == {"grid": 120}


def test_a_generator_gives_only_what_its_fuel_allows_where_the_grid_does_not_sell_it(tmp_path: Path) -> None:
    """An engine for 4 MW of gas: 1 of its own digester, 1.8 over a pipe, 0.5 of the tank; none for the load."""
    result = day(tmp_path, """
companies:
  farm: {generators: {digester: {gives: biogas, capacity: 2 MW}}}
  plant:
    loads: {biogas: 3 MW}
    generators: {digester: {gives: biogas, capacity: 1 MW},
                 an_engine: {from: biogas, gives: {own_power: 0.4, heat.warm: 0.5}, follows: own_power,
                             capacity: 1.6 MW}}
    energy_storage: {tank: {carrier: biogas, capacity: 12 MWh, power: 0.5 MW, efficiency: 1, initial: 12 MWh}}
flows: {pipe: {from: farm, to: plant, energy: biogas, loss: 0.1}}
""")  # fmt: skip
    burnt = 24 * 2.8 + 12
    assert mwh(result, node="plant", use="generator", user="an_engine") == pytest.approx(burnt)
    assert mwh(result, node="plant", carrier="own_power", use="curtailed") == pytest.approx(0.4 * burnt)
    assert mwh(result, node="plant", carrier="heat.warm", use="curtailed") == pytest.approx(0.5 * burnt)
    assert got(result, "plant", "biogas") == {"unserved": 72}


def test_a_generator_takes_no_more_fuel_than_its_profile_says(tmp_path: Path) -> None:
    """Half of 1.6 MW at 0.4 takes 2 MW of the 3 MW there are; the load gets the rest."""
    result = day(tmp_path, """
companies:
  plant:
    loads: {biogas: 3 MW}
    generators: {digester: {gives: biogas, capacity: 3 MW},
                 an_engine: {from: biogas, gives: own_power, efficiency: 0.4, capacity: 1.6 MW, profile: 0.5}}
""")  # fmt: skip
    assert mwh(result, node="plant", use="generator", user="an_engine") == pytest.approx(48)
    assert mwh(result, node="plant", carrier="own_power", use="curtailed") == pytest.approx(19.2)
    assert got(result, "plant", "biogas") == {"digester": 24, "unserved": 48}


def test_generators_that_make_fuel_come_before_those_that_burn_it_whatever_their_names(tmp_path: Path) -> None:
    result = day(tmp_path, """
companies:
  plant:
    generators: {z_digester: {from: gas, gives: biogas, efficiency: 0.5, capacity: 1 MW},
                 an_engine: {from: biogas, gives: own_power, efficiency: 0.4, capacity: 2 MW}}
""")  # fmt: skip
    assert mwh(result, carrier="own_power", use="curtailed") == pytest.approx(9.6)


@pytest.mark.parametrize(("cold", "hours"), [(1, 96), (2, 144)])
def test_what_comes_beside_serves_colder_needs_before_hot_heat_steps_down(
    tmp_path: Path, cold: int, hours: int
) -> None:
    """Beside 2 MW of steam comes 1 MW of warm heat; for 1 MW more a third more gas gives steam that steps down."""
    result = day(tmp_path, f"""
companies:
  town:
    loads: {{heat.steam: 2 MW, heat.warm: {cold} MW}}
    converters: {{chp: {{from: gas, gives: {{heat.steam: 0.5, heat.warm: 0.25}}, follows: heat.steam}}}}
""")  # fmt: skip
    assert mwh(result, node="town", use="converter") == pytest.approx(hours)


def test_a_better_rank_comes_first_and_equal_ranks_share_in_proportion(tmp_path: Path) -> None:
    """Of 6 MW the first rank gets its 2; those that follow want 9 and 2 MW of the 4 that are left."""
    result = day(tmp_path, """
companies:
  works: {generators: {g: {gives: heat.warm, capacity: 6 MW}}}
  a: {loads: {heat.warm: 9 MW}}
  b: {loads: {heat.warm: 2 MW}}
  z: {loads: {heat.warm: 2 MW}}
flows:
  to_a: {from: works, to: a, energy: heat.warm}
  to_b: {from: works, to: b, energy: heat.warm}
  to_z: {from: works, to: z, energy: heat.warm, rank: 1}
""")  # fmt: skip
    assert [mwh(result, node=node, source=f"to_{node}") / 24 for node in "abz"] == pytest.approx([36 / 11, 8 / 11, 2])


def test_two_senders_of_equal_rank_share_one_need_in_proportion(tmp_path: Path) -> None:
    """2 and 4 MW offered to a need of 3 MW: they grant 2 and 3."""
    result = day(tmp_path, """
companies:
  small: {generators: {g: {gives: heat.warm, capacity: 2 MW}}}
  large: {generators: {g: {gives: heat.warm, capacity: 4 MW}}}
  town: {loads: {heat.warm: 3 MW}}
flows:
  from_small: {from: small, to: town, energy: heat.warm}
  from_large: {from: large, to: town, energy: heat.warm}
""")  # fmt: skip
    assert got(result, "town", "heat.warm") == {"from_small": 24 * 1.2, "from_large": 24 * 1.8}
    assert mwh(result, use="curtailed") == pytest.approx(72)


CHAIN = """
companies:
  works: {generators: {g: {gives: heat.steam, capacity: 10 MW}}}
  utility: {loads: {heat.warm: 1 MW}}
  town: {loads: {heat.warm: 8 MW}}
flows:
  to_net: {from: works, to: utility, energy: heat.warm, capacity: 5 MW, loss: 0.2}
  to_town: {from: utility, to: town, energy: heat.warm, capacity: 2.5 MW, loss: 0.1}
"""


def test_capacity_binds_at_the_sender_and_loss_comes_before_the_receiver(tmp_path: Path) -> None:
    """5 MW leave the works, 4 arrive; 1 is used, 2.5 leave for the town, 2.25 arrive; 0.5 MW nobody sends."""
    result = day(tmp_path, CHAIN)
    assert mwh(result, node="works", use="flow", user="to_net") == pytest.approx(24 * (1 + 2.5) / 0.8)
    assert got(result, "utility", "heat.warm") == {"to_net": 24}
    assert got(result, "utility", "heat.warm", "flow") == {"to_net": 24 * 2.5}
    assert got(result, "town", "heat.warm") == {"to_town": 24 * 2.25, "unserved": 24 * 5.75}
    assert mwh(result, node="works", use="curtailed") == pytest.approx(24 * (10 - 3.5 / 0.8))


def test_the_wire_before_a_bottleneck_bounds_all_behind_it(tmp_path: Path) -> None:
    """2 MW leave the works, 1.6 arrive: 1 for the utility, whose own way is shorter, and 0.6 for the town."""
    result = day(tmp_path, CHAIN.replace("capacity: 5 MW", "capacity: 2 MW"))
    assert got(result, "utility", "heat.warm") == {"to_net": 24}
    assert mwh(result, node="town", source="to_town") == pytest.approx(24 * 0.6 * 0.9)


@pytest.mark.parametrize(("count", "reached"), [(3, 24.0), (4, 0.0)])
def test_energy_takes_at_most_three_flows_one_after_the_other(tmp_path: Path, count: int, reached: float) -> None:
    companies = "".join(f"  c{n}: {{}}\n" for n in range(1, count))
    flows = "".join(f"  f{n}: {{from: c{n}, to: c{n + 1}, energy: heat.warm}}\n" for n in range(count))
    result = day(
        tmp_path,
        f"""
companies:
  c0: {{generators: {{g: {{gives: heat.warm, capacity: 1 MW}}}}}}
{companies}  c{count}: {{loads: {{heat.warm: 1 MW}}}}
flows:
{flows}""",
    )
    assert mwh(result, node=f"c{count}", source=f"f{count - 1}") == pytest.approx(reached)


def test_hotter_heat_serves_colder_needs_and_never_the_other_way_round(tmp_path: Path) -> None:
    """The need for steam is served first; what steam is left serves warm and cool; warm heat serves no steam."""
    result = day(tmp_path, """
companies:
  works:
    loads: {heat.steam: 3 MW, heat.warm: 2 MW, heat.cool: 4 MW}
    generators: {hot: {gives: heat.steam, capacity: 4 MW}, mild: {gives: heat.warm, capacity: 4.5 MW}}
""")  # fmt: skip
    assert got(result, "works", "heat.steam") == {"hot": 72}
    assert got(result, "works", "heat.warm") == {"mild": 48}
    assert got(result, "works", "heat.cool") == {"heat.warm": 60, "heat.steam": 24, "unserved": 12}
    none = day(tmp_path, """
companies:
  works: {loads: {heat.steam: 1 MW}, generators: {a: {gives: heat.steam, capacity: 0.1 MW},
                                                  b: {gives: heat.warm, capacity: 5 MW}}}
""")  # fmt: skip
    assert got(none, "works", "heat.steam") == {"a": 2.4, "unserved": 21.6}


def test_a_storage_keeps_within_capacity_power_and_what_efficiency_leaves(tmp_path: Path) -> None:
    """By night 2 MW for six hours at most 3 MWh: 1.6 kept an hour, full after the second; by day 0.5 MW comes out."""
    profile = "time,part\n" + "".join(f"2025-01-01T{n:02d}:00,{int(n < 6)}\n" for n in range(24))
    result = day(tmp_path, """
tables: {night: {file: night.csv, index: time, value: part, unit: "1", outside: hold}}
companies:
  works:
    loads: {heat.warm: {value: 0.5 MW}}
    generators: {g: {gives: heat.warm, capacity: 4.5 MW, profile: {table: night}}}
    energy_storage: {tank: {carrier: heat.warm, capacity: 3 MWh, power: 2 MW, efficiency: 0.8}}
""", {"night.csv": profile}, report="1 h")  # fmt: skip
    stored = chosen(result.tables.energy, use="storage")
    assert sorted(stored["energy_mwh"]) == pytest.approx([1.75, 2])
    assert by_period(result, use="load", source="tank") == [0.5] * 6
    assert mwh(result, use="storage") * 0.8 == pytest.approx(3)
    assert mwh(result, supplier="unserved") == pytest.approx(12 * 0.5)
    assert held(result, "works", "tank") == pytest.approx(0)


def test_a_storage_takes_what_is_left_of_partners_too(tmp_path: Path) -> None:
    """5 MW, of which 2 are needed, 3 MW go into a tank at the end of a flow that loses a fifth."""
    result = day(tmp_path, """
companies:
  works: {generators: {g: {gives: heat.warm, capacity: 5 MW}}, loads: {heat.warm: 2 MW}}
  utility: {energy_storage: {tank: {carrier: heat.warm, capacity: 1 GWh, power: 99 MW, efficiency: 0.5}}}
flows: {to_net: {from: works, to: utility, energy: heat.warm, loss: 0.2}}
""")  # fmt: skip
    assert held(result, "utility", "tank") == pytest.approx(3 * 24 * 0.8 * 0.5)
    assert mwh(result, use="curtailed") == pytest.approx(0)


def test_two_storages_at_one_place_share_by_what_each_can(tmp_path: Path) -> None:
    result = day(tmp_path, """
companies:
  works:
    generators: {g: {gives: heat.warm, capacity: 3 MW}}
    energy_storage: {a: {carrier: heat.warm, capacity: 1 GWh, power: 1 MW, efficiency: 1},
                     b: {carrier: heat.warm, capacity: 1 GWh, power: 5 MW, efficiency: 1}}
""")  # fmt: skip
    assert [held(result, "works", name) for name in "ab"] == pytest.approx([12, 60])


def test_chp_follows_heat_and_its_power_is_used_before_the_grids(tmp_path: Path) -> None:
    """5 MW of heat need 10 MW of gas and give 4 MW of power, of which 3 are used and 1 is left."""
    result = day(tmp_path, """
companies:
  utility:
    loads: {heat.warm: 5 MW, power: 3 MW}
    converters: {chp: {from: gas, gives: {power: 0.4, heat.warm: 0.5}, follows: heat.warm}}
""")  # fmt: skip
    assert got(result, "utility", "heat.warm") == {"chp": 120}
    assert got(result, "utility", "power") == {"chp": 72}
    assert got(result, "utility", "gas", "converter") == {"grid": 240}
    assert got(result, "utility", "power", "curtailed") == {"chp": 24}


def test_a_heat_pump_runs_on_the_power_of_the_chp_before_that_of_the_grid(tmp_path: Path) -> None:
    """COP 4: 12 MW of heat, 4 of them by the CHP with 1 MW of power; the pump gives 8 with 2 MW."""
    quality = 4 * (90 - 10) / (90 + 273.15)
    result = day(
        tmp_path,
        f"""
companies:
  utility:
    loads: {{heat.warm: 12 MW}}
    converters: {{chp: {{from: gas, gives: {{power: 0.2, heat.warm: 0.8}}, follows: heat.warm, capacity: 4 MW,
                       rank: 1}},
                 pump: {{from: power, gives: heat.warm, cop: {{source: 10 degC, quality: {quality!r}}}}}}}
""",
    )
    assert got(result, "utility", "heat.warm") == {"chp": 96, "pump": 192}
    assert got(result, "utility", "power", "converter") == {"chp": 24, "grid": 24}


def test_the_cop_of_a_heat_pump_follows_a_table_of_the_temperature_of_its_source(tmp_path: Path) -> None:
    """Quality × T ÷ (T − T_source): at 0 °C 0.5 × 363.15 ÷ 90, at 40 °C 0.5 × 363.15 ÷ 50."""
    air = "time,temperature\n2025-01-01T00:00,0\n2025-01-01T12:00,40\n"
    result = day(tmp_path, """
tables: {air: {file: air.csv, index: time, value: temperature, unit: degC, outside: hold}}
companies:
  town:
    loads: {heat.warm: 1 MW}
    converters: {pump: {from: power, gives: heat.warm, cop: {source: {table: air}, quality: 0.5}}}
""", {"air.csv": air}, report="12 h")  # fmt: skip
    cold, mild = 12 / (0.5 * 363.15 / 90), 12 / (0.5 * 363.15 / 50)
    assert by_period(result, use="converter", user="pump") == [cold, mild]


def test_a_generator_gives_its_capacity_by_an_hourly_profile(tmp_path: Path) -> None:
    sun = "time,part\n" + "".join(f"2025-01-01T{n:02d}:00,{n / 24}\n" for n in range(24))
    result = day(tmp_path, """
tables: {sun: {file: sun.csv, index: time, value: part, unit: "1", outside: hold}}
companies: {town: {generators: {pv: {gives: own_power, capacity: 2 MW, profile: {table: sun}}}}}
""", {"sun.csv": sun}, report="1 h")  # fmt: skip
    assert by_period(result, use="curtailed", source="pv") == [n / 12 for n in range(1, 24)]


def test_a_generator_that_burns_uses_its_fuel_whether_its_energy_is_wanted_or_not(tmp_path: Path) -> None:
    result = day(tmp_path, """
companies:
  plant:
    generators: {engine: {from: gas, gives: {own_power: 0.4, heat.warm: 0.5}, follows: own_power, capacity: 2 MW}}
""")  # fmt: skip
    assert got(result, "plant", "gas", "generator") == {"grid": 24 * 5}
    assert got(result, "plant", "heat.warm", "curtailed") == {"engine": 24 * 2.5}


DIGESTER = """
materials: {waste: {}, compost: {}}
energy: {biogas: {fuel: true, biogenic: true}, own_power: {}, heat: {levels: {warm: 90 degC}},
         gas: {fuel: true, emission_factor: 0.2 t CO2/MWh}}
companies:
  farm:
    inventories: {waste: {initial: 1 kt}}
    loads: {heat.warm: 1 MW}
    processes: {digest: {inputs: [waste], rate: 24 t/day, outputs: {compost: 1}, energy: {biogas: -0.5 MWh/t}}}
    converters: {chp: {from: biogas, gives: {own_power: 0.4, heat.warm: 0.5}, follows: heat.warm, rank: 1},
                 boiler: {from: gas, gives: heat.warm, efficiency: 0.9}}
boundary: {field: {demands: {compost: {}}}}
flows: {spread: {from: farm, to: field, material: compost}}
"""


def test_a_chp_burns_no_more_biogas_than_a_process_gives(tmp_path: Path) -> None:
    """24 t a day give 0.5 MW of gas, that is 0.25 MW of heat and 0.2 MW of power; the boiler gives the rest."""
    result = day(tmp_path, DIGESTER, carriers="")
    assert got(result, "farm", "heat.warm") == {"chp": 6, "boiler": 18}
    assert got(result, "farm", "biogas", "converter") == {"digest": 12}
    assert got(result, "farm", "own_power", "curtailed") == {"chp": 4.8}


def test_own_needs_for_a_fuel_come_before_the_converters_that_use_it(tmp_path: Path) -> None:
    """Of 0.5 MW 0.3 are burnt as they are; 0.2 make 0.1 MW of heat."""
    body = DIGESTER.replace("loads: {heat.warm: 1 MW}", "loads: {heat.warm: 1 MW, biogas: 0.3 MW}")
    result = day(tmp_path, body, carriers="")
    assert got(result, "farm", "biogas") == {"digest": 7.2}
    assert got(result, "farm", "heat.warm") == {"chp": 2.4, "boiler": 21.6}


def test_what_a_converter_gives_at_a_second_level_comes_before_other_converters(tmp_path: Path) -> None:
    """1 MW of steam brings 1 MW of warm heat with it; the boiler gives what is still lacking."""
    result = day(tmp_path, """
companies:
  works:
    loads: {heat.steam: 1 MW, heat.warm: 1.5 MW}
    converters: {boiler: {from: gas, gives: heat.warm, efficiency: 0.8, rank: 2},
                 turbine: {from: gas, gives: {heat.steam: 0.4, heat.warm: 0.4}, follows: heat.steam, capacity: 1 MW,
                           rank: 1}}
""")  # fmt: skip
    assert got(result, "works", "heat.warm") == {"turbine": 24, "boiler": 12}


def test_little_that_is_served_of_much_is_exact(tmp_path: Path) -> None:
    """`day` looks at the balance: 1 W for a need of a million million megawatts."""
    result = day(tmp_path, """
companies:
  works: {loads: {heat.warm: 1e12 MW}, generators: {g: {gives: heat.warm, capacity: 1e-6 MW}}}
""")  # fmt: skip
    assert mwh(result, supplier="unserved") == pytest.approx(24e12)


OUTSIDE = """
companies:
  plant: {loads: {heat.warm: 1 MW}, generators: {g: {gives: own_power, capacity: 0.5 MW}}}
boundary: {far: {}}
flows: {buy: {from: far, to: plant, energy: heat.warm, capacity: 0.6 MW, loss: 0.1},
        sell: {from: plant, to: far, energy: own_power, capacity: 0.4 MW, loss: 0.1}}
"""


def test_a_boundary_node_sells_and_buys_over_flows(tmp_path: Path) -> None:
    """0.6 MW leave it, 0.54 arrive; it takes all 0.4 MW that its flow carries."""
    result = day(tmp_path, OUTSIDE)
    assert got(result, "plant", "heat.warm") == {"buy": 24 * 0.54, "unserved": 24 * 0.46}
    assert got(result, "plant", "own_power", "flow") == {"g": 24 * 0.4}
    assert got(result, "plant", "own_power", "curtailed") == {"g": 24 * 0.1}
    assert set(chosen(result.tables.energy, source="buy")["supplier"]) == {"far"}


def test_a_boundary_node_ranks_behind_companies(tmp_path: Path) -> None:
    result = day(tmp_path, """
companies:
  plant: {loads: {heat.warm: 1 MW}}
  works: {generators: {g: {gives: heat.warm, capacity: 0.4 MW}}}
boundary: {far: {}}
flows: {a_far: {from: far, to: plant, energy: heat.warm}, near: {from: works, to: plant, energy: heat.warm}}
""")  # fmt: skip
    assert got(result, "plant", "heat.warm") == {"a_far": 24 * 0.6, "near": 24 * 0.4}


def test_nothing_goes_through_a_company_from_outside_to_outside(tmp_path: Path) -> None:
    result = day(tmp_path, """
companies: {plant: {loads: {heat.warm: 1 MW}}}
boundary: {west: {}, east: {}}
flows: {inn: {from: west, to: plant, energy: heat.warm}, out: {from: plant, to: east, energy: heat.warm}}
""")  # fmt: skip
    assert got(result, "plant", "heat.warm") == {"inn": 24}
    assert mwh(result, use="flow") == 0


PROCESS = """
materials: {ore: {}, metal: {}}
energy: {power: {emission_factor: {table: mix}, price: 1 EUR/MWh}}
tables: {mix: {file: mix.csv, index: time, value: factor, unit: t CO2e/MWh, outside: hold}}
companies:
  works:
    review_period: 1 day
    inventories: {ore: {initial: 30 t}}
    processes: {melt: {inputs: [ore], rate: 24 t/day, outputs: {metal: 1}, energy: {power: 2 MWh/t}}}
boundary: {mill: {demands: {metal: {}}}}
flows: {sell: {from: works, to: mill, material: metal}}
"""
MIX = {"mix.csv": "time,factor\n2025-01-01T00:00,0.1\n"}


def test_the_energy_of_a_process_is_spread_evenly_over_its_review(tmp_path: Path) -> None:
    """24 t on the first day, 2 MW; the last 6 t on the second, 0.5 MW; nothing on the third."""
    result = day(tmp_path, PROCESS, MIX, carriers="", end="2025-01-04", report="1 h")
    assert by_period(result, use="process") == [2.0] * 24 + [0.5] * 24


def test_a_process_that_is_switched_off_needs_no_more_energy_from_its_next_review(tmp_path: Path) -> None:
    stop = """
interventions: {stop: {at: 2025-01-02, set: {companies.works.processes.melt.active: false}}}
"""
    result = day(tmp_path, PROCESS.replace("30 t", "900 t") + stop, MIX, carriers="", end="2025-01-04", report="1 h")
    assert by_period(result, use="process") == [2.0] * 24


def test_a_tick_comes_every_step_though_no_one_but_a_daily_reviewer_is_there(tmp_path: Path) -> None:
    sun = "time,part\n" + "".join(f"2025-01-01T{n:02d}:00,{n / 24}\n" for n in range(24))
    result = day(tmp_path, """
tables: {sun: {file: sun.csv, index: time, value: part, unit: "1", outside: hold}}
companies: {town: {review_period: 1 day, generators: {pv: {gives: own_power, capacity: 1 MW, profile: {table: sun}}}}}
""", {"sun.csv": sun})  # fmt: skip
    assert mwh(result, use="curtailed") == pytest.approx(11.5)


# Dated changes, variants, switches.

DATED = """
companies:
  works: {generators: {g: {gives: heat.warm, capacity: 2 MW}}}
  town:
    loads: {heat.warm: 1 MW}
    converters: {boiler: {from: gas, gives: heat.warm, efficiency: 1}}
flows: {main: {from: works, to: town, energy: heat.warm}}
"""


def test_a_partnership_opens_its_flow_of_heat_at_its_start_and_in_its_variants(tmp_path: Path) -> None:
    body = (
        DATED.replace("heat.warm}}", "heat.warm, partnership: deal}}")
        + """
partnerships: {deal: {partners: {works: 1}, start: 2025-01-03}}
variants: {apart: {partnerships: []}, joint: {}}
"""
    )
    result = day(tmp_path, body, end="2025-01-05", report="1 day")
    assert by_period(result, variant="joint", source="boiler") == [24, 24]
    assert by_period(result, variant="joint", source="main") == [24, 24]
    assert by_period(result, variant="apart", source="boiler") == [24] * 4


@pytest.mark.parametrize(
    "unit",
    [
        "converters: {boiler: {from: gas, gives: heat.warm, efficiency: 1, partnership: deal}}",
        "generators: {boiler: {gives: heat.warm, capacity: 1 MW, partnership: deal}}",
    ],
)
def test_a_unit_of_a_partnership_gives_nothing_before_its_start(tmp_path: Path, unit: str) -> None:
    result = day(tmp_path, f"""
companies:
  town:
    loads: {{heat.warm: 1 MW}}
    {unit}
partnerships: {{deal: {{partners: {{town: 1}}, start: 2025-01-03}}}}
variants: {{apart: {{partnerships: []}}, joint: {{}}}}
""", end="2025-01-05", report="1 day")  # fmt: skip
    assert by_period(result, variant="joint", source="boiler") == [24, 24]
    assert by_period(result, variant="joint", supplier="unserved") == [24, 24]
    assert by_period(result, variant="apart", supplier="unserved") == [24] * 4


def test_a_storage_that_is_not_there_at_the_start_holds_nothing(tmp_path: Path) -> None:
    """What is written as its `initial` content is that of variants in which it is there from the start."""
    result = day(tmp_path, """
companies:
  town:
    loads: {heat.warm: 1 MW}
    generators: {none: {gives: heat.warm, capacity: 0 MW}}
    energy_storage: {tank: {carrier: heat.warm, capacity: 9 MWh, power: 1 MW, efficiency: 1, initial: 9 MWh,
                            partnership: deal}}
partnerships: {deal: {partners: {town: 1}}}
variants: {apart: {partnerships: []}, joint: {}}
""")  # fmt: skip
    assert mwh(result, variant="joint", source="tank") == pytest.approx(9)
    assert mwh(result, variant="apart", source="tank") == 0


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("companies.town.converters.boiler.active", 24 * 0.5),
        ("companies.works.generators.g.active", 24 * 0.5),
        ("flows.main.active", 24 * 0.5),
        ("companies.works.active", 24 * 0.5),
        ("companies.town.active", 0),
    ],
)
def test_what_is_switched_off_gives_nothing(tmp_path: Path, path: str, missing: float) -> None:
    """Flow and boiler give half a megawatt each; a company that is switched off needs nothing either."""
    body = DATED.replace("2 MW", "0.5 MW").replace("efficiency: 1}", "efficiency: 1, capacity: 0.5 MW}")
    variants = f"variants: {{on: {{}}, off: {{set: {{{path}: false}}}}}}\n"
    result = day(tmp_path, body + variants)
    assert mwh(result, variant="on", supplier="unserved") == 0
    assert mwh(result, variant="off", supplier="unserved") == pytest.approx(missing)


def test_capacities_change_at_dates_and_come_back(tmp_path: Path) -> None:
    """A flow that carries a quarter for half a day; a boiler that is down, `scale: 0`, for six hours."""
    body = DATED.replace("heat.warm}}", "heat.warm, capacity: 0.8 MW}}").replace(
        "efficiency: 1}", "efficiency: 1, capacity: 1 MW}"
    )
    result = day(tmp_path, body + """
interventions:
  narrow: {at: 2025-01-01T06:00, for: 12 h, set: {flows.main.capacity: 0.2 MW}}
  failure: {at: 2025-01-01T12:00, for: 6 h, scale: {companies.town.converters.boiler.capacity: 0}}
""", report="6 h")  # fmt: skip
    assert by_period(result, source="main") == [4.8, 1.2, 1.2, 4.8]
    assert by_period(result, source="boiler") == [1.2, 4.8, 1.2]
    assert by_period(result, supplier="unserved") == [4.8]


FARM = """
companies:
  farm:
    generators: {digester: {gives: biogas, capacity: 2.5 MW}}
  plant:
    loads: {heat.warm: 1.1 MW}
    converters: {boiler: {from: biogas, gives: heat.warm, efficiency: 0.5}}
flows: {pipe: {from: farm, to: plant, energy: biogas, loss: 0.1}}
"""


def test_a_converter_fetches_fuel_that_the_grid_does_not_sell_over_flows(tmp_path: Path) -> None:
    """1.1 MW of heat take 2.2 MW of biogas, of which a tenth is lost on the way; the rest is curtailed."""
    result = day(tmp_path, FARM)
    assert got(result, "plant", "heat.warm", "load") == {"boiler": pytest.approx(24 * 1.1)}
    assert got(result, "plant", "biogas", "converter") == {"pipe": pytest.approx(24 * 2.2)}
    assert got(result, "farm", "biogas", "curtailed") == {"digester": pytest.approx(24 * (2.5 - 2.2 / 0.9))}


def test_it_fetches_no_more_than_there_is_and_then_from_storages(tmp_path: Path) -> None:
    tank = (
        "\n    energy_storage: {tank: {carrier: biogas, capacity: 9 MWh, power: 2 MW, efficiency: 1, initial: 9 MWh}}"
    )
    scarce = FARM.replace("2.5 MW", "1 MW")
    assert got(day(tmp_path, scarce), "plant", "heat.warm", "load") == {
        "boiler": pytest.approx(0.5 * 0.9 * 24),
        "unserved": pytest.approx(24 * 1.1 - 0.5 * 0.9 * 24),
    }
    stored = scarce.replace("  plant:", f"{tank[1:]}\n  plant:")
    served = mwh(day(tmp_path, stored), node="plant", use="load", source="boiler")
    assert served == pytest.approx(0.5 * 0.9 * (24 + 9))
