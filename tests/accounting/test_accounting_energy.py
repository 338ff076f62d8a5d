"""Energy: what it costs and emits at whom, and its indicators, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import simulator
from tests.accounting.ledgers import read
from tests.accounting.small import figure

HEAD = """
schema: 1
name: energy
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: REPORT}
"""
NETWORK = """
materials: {}
energy:
  heat: {levels: {steam: 180 degC, warm: 90 degC}}
  gas: {fuel: true, emission_factor: 0.2 t CO2/MWh, price: 30 EUR/MWh}
  power: {emission_factor: 0.4 t CO2e/MWh, price: 100 EUR/MWh, renewable: 0.5}
companies:
  works:
    generators: {waste_heat: {gives: heat.steam, capacity: 2 MW, renewable: 0}}
  utility:
    loads: {power: 0.5 MW}
    generators: {pv: {gives: power, capacity: 0.8 MW, profile: 0.25}}
    converters: {boiler: {from: gas, gives: heat.warm, efficiency: 0.8}}
    energy_storage: {tank: {carrier: heat.steam, capacity: 30 MWh, power: 9 MW, efficiency: 0.5}}
  town:
    loads: {heat.warm: 2.5 MW}
boundary:
  far: {}
flows:
  main: {from: works, to: utility, energy: heat.warm, capacity: 1 MW, loss: 0.2, price: 20 EUR/MWh,
         emission_factor: 0.05 t CO2e/MWh, renewable: 0.5}
  spare: {from: works, to: utility, energy: heat.steam, rank: 6}
  net: {from: utility, to: town, energy: heat.warm, loss: 0.1, price: 80 EUR/MWh, emission_factor: 0.1 t CO2e/MWh,
        renewable: 0.25}
  import: {from: far, to: town, energy: heat.warm, capacity: 0.5 MW, price: 60 EUR/MWh, emission_factor: 0.3 t CO2e/MWh}
"""
"""240 hours. Of 2.5 MW the town gets 0.5 from far away and 2 from the utility, which sends 2.222: 0.8 that arrive as
heat of the works, 1 that arrives as steam, and 0.422 of its boiler. Of its own 0.5 MW of power 0.2 are of the sun.
"""
BOILER = 240 * (2 / 0.9 - 1.8)
"""MWh."""


def made(
    folder: Path, body: str = NETWORK, files: Mapping[str, str] | None = None, report: str = "month"
) -> simulator.Run:
    for name, content in (files or {}).items():
        (folder / name).write_text(content, encoding="utf-8")
    return simulator.run(read(folder, HEAD.replace("REPORT", report) + body))


def paid(run: simulator.Run) -> dict[tuple[str, str, str], float]:
    """By node, category and source, over the run, EUR."""
    table = run.tables.money
    sums = table.groupby([table[name].astype(str) for name in ("node", "category", "source")])["money_eur"].sum()
    return {key: value for key, value in sums.items() if value}  # type: ignore[misc]


def emitted(run: simulator.Run, column: str = "emissions_t_co2e") -> dict[tuple[str, str, str], float]:
    """By node, category and source, over the run."""
    table = run.tables.emissions
    sums = table.groupby([table[name].astype(str) for name in ("node", "category", "source")])[column].sum()
    return {key: value for key, value in sums.items() if value}  # type: ignore[misc]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> simulator.Run:
    return made(tmp_path_factory.mktemp("network"))


def test_the_receiver_pays_for_what_arrives_and_the_grid_for_nothing_else(network: simulator.Run) -> None:
    assert paid(network) == pytest.approx({
        ("works", "sale", "main"): 192 * 20,
        ("utility", "purchase", "main"): -192 * 20,
        ("utility", "sale", "net"): 480 * 80,
        ("town", "purchase", "net"): -480 * 80,
        ("town", "purchase", "import"): -120 * 60,
        ("utility", "energy", "boiler"): -BOILER / 0.8 * 30,
        ("utility", "energy", "load"): -72 * 100,
    })  # fmt: skip


def test_money_between_companies_cancels_in_the_network(network: simulator.Run) -> None:
    outside = -120 * 60 - BOILER / 0.8 * 30 - 72 * 100
    assert figure(network, "cash_flow", "network") == pytest.approx(outside)
    assert sum(figure(network, "cash_flow", node) for node in ("works", "utility", "town")) == pytest.approx(outside)


def test_energy_of_a_partner_is_scope_2_by_the_flows_factor_and_the_networks_total_leaves_it_out(
    network: simulator.Run,
) -> None:
    assert emitted(network) == pytest.approx({
        ("town", "partner_energy", "net"): 48,
        ("town", "purchased_energy", "import"): 36,
        ("utility", "partner_energy", "main"): 9.6,
        ("utility", "fuel", "boiler"): BOILER / 0.8 * 0.2,
        ("utility", "purchased_energy", "load"): 28.8,
    })  # fmt: skip
    assert figure(network, "emissions", "town", "scope_2") == pytest.approx(84)
    assert figure(network, "emissions", "network", "scope_1") == pytest.approx(BOILER / 0.8 * 0.2)
    assert figure(network, "emissions", "network", "scope_2") == pytest.approx(36 + 28.8)


@pytest.mark.parametrize(
    ("indicator", "node", "item", "expected"),
    [
        ("energy", "town", "heat.warm", 600),
        ("energy", "utility", "total", 120),
        ("energy", "network", "total", 720),
        ("purchased_energy", "utility", "heat.warm", 192),
        ("purchased_energy", "utility", "power", 72),
        ("purchased_energy", "town", "total", 600),
        ("purchased_energy", "network", "heat.warm", 120),
        ("purchased_energy", "network", "total", 120 + 72 + BOILER / 0.8),
        ("self_sufficiency", "utility", "power", 0.4),
        ("self_sufficiency", "town", "heat.warm", 0),
        ("self_sufficiency", "network", "heat.warm", 0.8),
        ("self_sufficiency", "network", "total", 528 / 720),
        ("renewable_share", "utility", "power", 0.4 + 0.6 * 0.5),
        ("renewable_share", "town", "heat.warm", 480 * 0.25 / 600),
        ("renewable_share", "network", "total", (84 + 120) / 720),
        ("peak_power", "utility", "power", 0.3),
        ("peak_power", "utility", "gas", BOILER / 240 / 0.8),
        ("unserved_energy", "network", "total", 0),
        ("curtailed_energy", "network", "total", 0),
        ("shipped_energy", "works", "main", 192),
        ("shipped_energy", "utility", "net", 480),
        ("shipped_energy", "far", "import", 120),
    ],
)
def test_indicators_of_energy_by_hand(
    network: simulator.Run, indicator: str, node: str, item: str, expected: float
) -> None:
    assert figure(network, indicator, node, item) == pytest.approx(expected)


STORE = """
materials: {}
tables: {night: {file: night.csv, index: time, value: part, unit: "1", outside: hold}}
energy: {heat: {levels: {warm: 90 degC}}}
companies:
  works:
    loads: {heat.warm: 1 MW}
    generators: {g: {gives: heat.warm, capacity: 4 MW, profile: {table: night}}}
    energy_storage: {tank: {carrier: heat.warm, capacity: 6 MWh, power: 2 MW, efficiency: 0.8}}
"""


def test_what_is_stored_lost_curtailed_and_unserved(tmp_path: Path) -> None:
    """Ten nights of six hours: 3 MW left over, 2 of them stored for 3.75 hours; the next night begins with nothing."""
    hours = "".join(f"2025-01-{day:02d}T{hour:02d}:00,{int(hour < 6)}\n" for day in range(1, 11) for hour in range(24))
    run = made(tmp_path, STORE, {"night.csv": "time,part\n" + hours})
    assert figure(run, "storage_loss", "works", "tank") == pytest.approx(10 * 1.5)
    assert figure(run, "curtailed_energy", "works", "heat.warm") == pytest.approx(10 * (18 - 7.5))
    assert figure(run, "unserved_energy", "works", "heat.warm") == pytest.approx(10 * (18 - 6))
    assert figure(run, "energy", "works", "heat.warm") == pytest.approx(10 * 12)
    assert figure(run, "self_sufficiency", "works", "heat.warm") == pytest.approx(1)
    assert figure(run, "stored_energy", "works", "tank", "2025") == 0
    full = made(tmp_path, STORE.replace("loads: {heat.warm: 1 MW}", "loads: {heat.warm: 0 MW}"))
    assert figure(full, "stored_energy", "works", "tank", "2025") == pytest.approx(6)


TARIFF = """
materials: {ore: {}, metal: {}}
tables:
  spot: {file: spot.csv, index: time, value: price, unit: EUR/MWh}
  mix: {file: mix.csv, index: time, value: factor, unit: t CO2e/MWh}
energy: {power: {price: {table: spot}, emission_factor: {table: mix}}}
companies:
  works:
    review_period: 1 day
    inventories: {ore: {initial: 1 kt}}
    processes: {melt: {inputs: [ore], rate: 24 t/day, outputs: {metal: 1}, energy: {power: 2 MWh/t}}}
  town: {loads: {power: 1 MW}}
boundary: {mill: {demands: {metal: {}}}}
flows: {sell: {from: works, to: mill, material: metal}}
"""
HOURLY = [(day, hour) for day in range(1, 12) for hour in range(24)]


def course(name: str, base: float) -> str:
    """A number that differs in every hour."""
    rows = (f"2025-01-{day:02d}T{hour:02d}:00,{worth(day, hour, base)!r}\n" for day, hour in HOURLY)
    return f"time,{name}\n" + "".join(rows)


def worth(day: int, hour: int, base: float) -> float:
    return base * (1 + hour * hour / 100 - day / 50)


SERIES = {"spot.csv": course("price", 80.0), "mix.csv": course("factor", 0.4)}


def test_an_hourly_tariff_costs_the_same_whatever_the_report_also_for_a_daily_review(tmp_path: Path) -> None:
    """2 MW of a process that reviews daily and 1 MW of load, in each of 240 hours at its own price and factor."""
    monthly, hourly = (made(tmp_path, TARIFF, SERIES, report) for report in ("month", "1 h"))
    price, factor = (sum(worth(day, hour, base) for day, hour in HOURLY[:240]) for base in (80.0, 0.4))
    for node, power in (("works", 2), ("town", 1)):
        for run in (monthly, hourly):
            assert figure(run, "cash_flow", node, "energy") == pytest.approx(-power * price, rel=1e-9)
            assert figure(run, "emissions", node, "scope_2") == pytest.approx(power * factor, rel=1e-9)


FUELS = """
materials: {}
energy:
  biogas: {fuel: true, biogenic: true, emission_factor: {CO2: 0.2 t CO2/MWh, CH4: 10 g/MWh}}
  heat: {levels: {warm: 90 degC}}
companies:
  farm: {generators: {digester: {gives: biogas, capacity: 1 MW}}}
  plant:
    loads: {biogas: 0.25 MW}
    generators: {engine: {from: biogas, gives: heat.warm, efficiency: 0.4, capacity: 0.2 MW}}
flows: {pipe: {from: farm, to: plant, energy: biogas}}
carbon_prices: {ets: {price: 50 EUR/t CO2e, covers: fuel}}
"""


def test_a_fuel_is_scope_1_wherever_it_is_burnt_whoever_gave_it_and_biogenic_co2_apart(tmp_path: Path) -> None:
    """0.25 MW of load and 0.5 MW of the engine over 240 hours; nothing at the farm, whose surplus nobody burns."""
    run = made(tmp_path, FUELS)
    methane = 240 * 0.75 * 1e-5 * 28
    assert figure(run, "emissions", "plant", "scope_1") == pytest.approx(methane)
    assert figure(run, "emissions", "network", "total") == pytest.approx(methane)
    assert figure(run, "biogenic_co2", "plant") == pytest.approx(240 * 0.75 * 0.2)
    assert figure(run, "emissions", "farm") == 0
    assert figure(run, "cash_flow", "plant", "carbon_price") == pytest.approx(-methane * 50)


RELEASE = """
substances: [C]
materials: {coal: {composition: {C: 0.5}}, ash: {}}
tables: {eua: {file: eua.csv, index: time, value: price, unit: EUR/t CO2e, outside: hold}}
energy: {gas: {fuel: true, emission_factor: 0.5 t CO2/MWh}}
companies:
  works:
    inventories: {coal: {initial: 20 t}}
    processes:
      burn: {inputs: [coal], rate: 48 t/day, outputs: {ash: {other: 1}}, releases: {air: {C: 1}},
             emissions: {CO2: {C: 2 t/t}}, energy: {gas: 1 MWh/t}}
boundary: {heap: {accepts: {ash: {fate: landfill}}}}
flows: {tip: {from: works, to: heap, material: ash}}
carbon_prices: {ets: {price: {table: eua}, covers: scope_1}}
"""


def test_emissions_per_substance_and_of_fuel_cost_the_price_of_the_hour(tmp_path: Path) -> None:
    """20 t of coal in ten hours give 20 t CO2 of their carbon and 10 t of gas; 40 EUR for six hours, then 90."""
    eua = "time,price\n2025-01-01T00:00,40\n2025-01-01T06:00,90\n"
    for report in ("month", "1 h"):
        run = made(tmp_path, RELEASE, {"eua.csv": eua}, report)
        assert figure(run, "emissions", "works", "scope_1") == pytest.approx(30)
        assert paid(run) == pytest.approx({
            ("works", "carbon_price", "burn"): -30 * (0.6 * 40 + 0.4 * 90),
        })  # fmt: skip


GRID_ONLY = """
materials: {a: {}}
tables: {eua: {file: eua.csv, index: time, value: price, unit: EUR/t CO2e, outside: hold}}
energy: {gas: {fuel: true, emission_factor: 0.5 t CO2/MWh}}
companies:
  works:
    review_period: 1 day
    inventories: {a: {initial: 24 t}}
    loads: {gas: 0.5 MW}
    processes: {burn: {inputs: [a], rate: 12 t/day, outputs: {a2: 1}, energy: {gas: 2 MWh/t}}}
boundary: {heap: {accepts: {a2: {fate: landfill}}}}
flows: {tip: {from: works, to: heap, material: a2}}
carbon_prices: {ets: {price: {table: eua}, covers: scope_1}}
""".replace("{a: {}}", "{a: {}, a2: {}}")


def test_fuel_that_the_grid_alone_supplies_has_a_peak_and_pays_the_carbon_price_of_every_hour(tmp_path: Path) -> None:
    """Two days of 1 MW of the process and 0.5 MW of the load, then the load alone; 40 EUR for six hours, then 90."""
    eua = "time,price\n2025-01-01T00:00,40\n2025-01-01T06:00,90\n"
    for report in ("month", "1 h"):
        run = made(tmp_path, GRID_ONLY, {"eua.csv": eua}, report)
        assert figure(run, "peak_power", "works", "gas") == pytest.approx(1.5)
        assert figure(run, "cash_flow", "works", "carbon_price") == pytest.approx(
            -0.5 * (1.5 * (6 * 40 + 42 * 90) + 0.5 * 192 * 90)
        )


def test_a_flow_whose_price_is_a_table_costs_the_same_whatever_the_report(tmp_path: Path) -> None:
    body = NETWORK.replace("price: 80 EUR/MWh", "price: {table: spot}").replace(
        "materials: {}", "materials: {}\ntables: {spot: {file: spot.csv, index: time, value: price, unit: EUR/MWh}}"
    )
    price = sum(worth(day, hour, 80.0) for day, hour in HOURLY[:240])
    for report in ("month", "1 h"):
        money = paid(made(tmp_path, body, SERIES, report))
        assert money["town", "purchase", "net"] == pytest.approx(-2 * price, rel=1e-9)
        assert money["utility", "sale", "net"] == pytest.approx(2 * price, rel=1e-9)


def test_energy_sold_to_a_boundary_node_is_paid_as_it_arrives(tmp_path: Path) -> None:
    run = made(
        tmp_path,
        """
materials: {}
energy: {power: {}}
companies: {town: {generators: {pv: {gives: power, capacity: 2 MW}}}}
boundary: {market: {}}
flows: {feed_in: {from: town, to: market, energy: power, capacity: 1 MW, loss: 0.1, price: 70 EUR/MWh}}
""",
    )
    assert paid(run) == pytest.approx({("town", "sale", "feed_in"): 240 * 0.9 * 70})
    assert figure(run, "curtailed_energy", "town", "power") == pytest.approx(240)


FEED_IN = """
materials: {}
tables:
  lost: {file: lost.csv, index: time, value: part, unit: "1", outside: hold}
  spot: {file: spot.csv, index: time, value: price, unit: EUR/MWh}
energy: {power: {}}
companies: {town: {generators: {pv: {gives: power, capacity: 1 MW}}}}
boundary: {market: {}}
flows: {feed_in: {from: town, to: market, energy: power, loss: {table: lost}, price: {table: spot}}}
"""


@pytest.mark.parametrize("report", ["month", "1 h"])
def test_a_loss_that_is_a_table_is_taken_off_what_a_boundary_node_gets_and_pays(tmp_path: Path, report: str) -> None:
    lost = {"lost.csv": "time,part\n2025-01-01,0.1\n2025-01-06,0.4\n"}
    run = made(tmp_path, FEED_IN, SERIES | lost, report)
    price = [worth(day, hour, 80.0) for day, hour in HOURLY[:240]]
    assert figure(run, "shipped_energy", "town", "feed_in") == pytest.approx(120 * 0.9 + 120 * 0.6)
    assert paid(run)["town", "sale", "feed_in"] == pytest.approx(0.9 * sum(price[:120]) + 0.6 * sum(price[120:]))


PASSED_ON = """
materials: {}
energy:
  heat: {levels: {steam: 180 degC, warm: 90 degC}}
  wood: {fuel: true, biogenic: true, price: 20 EUR/MWh}
companies:
  a: {converters: {boiler: {from: wood, gives: heat.steam, efficiency: 0.8, capacity: 1 MW}}}
  b: {loads: {heat.warm: 4 MW}}
boundary: {far: {}}
flows:
  x: {from: far, to: a, energy: heat.steam, capacity: 3 MW, renewable: 0.2}
  y: {from: a, to: b, energy: heat.warm}
"""


def test_energy_that_is_passed_on_has_the_mix_of_what_it_was_made_of(tmp_path: Path) -> None:
    """3 MW from outside, a fifth renewable, and 1 MW of wood, both as steam that a partner cools and passes on."""
    run = made(tmp_path, PASSED_ON)
    assert figure(run, "renewable_share", "b", "heat.warm") == pytest.approx((3 * 0.2 + 1) / 4)
    assert figure(run, "self_sufficiency", "b", "heat.warm") == 0
    assert figure(run, "self_sufficiency", "network", "heat.warm") == pytest.approx(1 / 4)
    assert figure(run, "purchased_energy", "network", "heat.steam") == pytest.approx(3 * 240)
