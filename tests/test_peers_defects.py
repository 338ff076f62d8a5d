"""Defects that were found in the peers, and traps of our own stack: none of them can happen here.

Each is a test of this file, or one elsewhere that `ELSEWHERE` points to.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import trapezoid

from simulator import accounting, engine
from simulator.engine.curves import survival
from simulator.errors import BalanceError, ScenarioError
from simulator.scenario.lifetimes import Lifetime
from simulator.study.run import Run, run
from tests.engine.builders import amounts, by_period, read, shipped, simulate, stock, text, throughput, value

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "celavi: a route is chosen by cost and driven by hop count":
        "tests/engine/test_ways.py::test_the_cheapest_way_is_the_one_that_is_driven",
    "celavi: the order of CSV rows changes results": "tests/malformed/table_out_of_order.yaml",
    "cyclus: greedy settlement never shares shortage":
        "tests/engine/test_settlement.py::test_equals_share_scarcity_in_proportion_to_their_requests",
    "cyclus: whatever a full output holds back, coefficients are met by substance":
        "tests/engine/test_laws_of_mass.py::coefficients_are_met_by_substance",
    "calliope: a misspelt parameter is accepted": "tests/malformed/unknown_key.yaml",
    "calliope: an existing output folder fails after the solve":
        "tests/test_cli.py::test_an_existing_folder_is_refused_before_anything_is_simulated",
    "calliope: the order of applied overrides varies": "tests/malformed/override_twice.yaml",
    "calliope: and of dated ones":
        "tests/scenario/test_scenario_load.py::test_interventions_come_last_by_date",
    "everywhere: a split whose parts are drawn one by one": "tests/malformed/coefficients_at_the_bounds.yaml",
    "pyyaml: the last duplicate key wins": "tests/malformed/duplicate_key.yaml",
    "pyyaml: `1e3` is text, `no` is False, `12:30` is 750":
        "tests/scenario/test_scenario_reader.py::test_plain_values_are_read_as_meant",
    "pint: `3 kt/a` is knots per year": "tests/scenario/test_units.py::test_another_kind_of_unit_is_refused",
    "pint: `ton` is the US short ton": "tests/scenario/test_units.py::test_a_near_miss_is_suggested",
    "numba, pandas: slow to import": "tests/test_architecture.py::test_help_imports_nothing_heavy",
}  # fmt: skip
"""Defect, and the test or malformed file that keeps it out."""


@pytest.mark.parametrize("defect", ELSEWHERE)
def test_what_is_held_elsewhere_is_there(defect: str) -> None:
    path, _, name = ELSEWHERE[defect].partition("::")
    assert (ROOT / path).is_file()
    if name:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


BLADES = """
substances: [glass_fiber, epoxy]
materials: {blade: {composition: {glass_fiber: 8/12, epoxy: 4/12}}, ground: {waste: true}, dust: {waste: true}}
companies:
  grinder:
    inventories: {blade: {initial: 12000 t}}
    processes: {grind: {inputs: [blade], rate: 1000 t/day, outputs: {ground: 0.7, dust: 0.3}}}
boundary:
  next_use: {demands: {ground: {}}}
  landfill: {accepts: {dust: {fate: landfill}}}
flows:
  use: {from: grinder, to: next_use, material: ground}
  tip: {from: grinder, to: landfill, material: dust}
""".replace("8/12", "0.6666666666666666").replace("4/12", "0.3333333333333333")


def test_celavi_a_split_followed_by_a_sink_makes_no_mass(tmp_path: Path) -> None:
    """Of 12,000 t, 70 % go to the next use and 30 % to the landfill: 13,200 t arrived where the sink was not listed."""
    result = simulate(tmp_path, BLADES)
    assert shipped(result, "use") == pytest.approx(8400)
    assert shipped(result, "tip") == pytest.approx(3600)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dust: 0.3}}}", "dust: 0.3, blade: 0.1}}}", "sum to 1.1: they must sum to 1"),
        ("to: landfill", "to: tip_5", "tip_5"),
        ("  landfill: {accepts: {dust: {fate: landfill}}}\n", "", "landfill"),
    ],
)
def test_celavi_a_sink_that_is_not_listed_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in BLADES
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, text(BLADES.replace(old, new)))


def test_celavi_what_passes_a_node_counts_in_full(tmp_path: Path) -> None:
    """What comes and goes in one period is no less a transfer: CELAVI's impacts saw 6,684 of 11,952 t."""
    body = """
    materials: {blade: {}}
    companies:
      plant: {inventories: {blade: {initial: 11952 t}}}
      yard: {}
    transport: {truck: {emission_factor: 100 g CO2e/(t km)}}
    boundary: {park: {demands: {blade: {}}}}
    flows:
      to_yard: {from: plant, to: yard, material: blade, transport: truck, distance: 10 km}
      to_park: {from: yard, to: park, material: blade, transport: truck, distance: 10 km}
    """
    result = simulate(tmp_path, body, report="year")
    assert stock(result, "yard", "blade") == 0
    assert shipped(result, "to_yard") == shipped(result, "to_park") == pytest.approx(11952)
    assert value(result, "transport_work", item="total") == pytest.approx(2 * 11952 * 10)
    assert value(result, "emissions", item="scope_3") == pytest.approx(2 * 11952 * 10 * 100e-6)


def test_celavi_names_of_nodes_mean_nothing(tmp_path: Path) -> None:
    """Names that contain each other, numbers and kinds of process: each is a node of its own."""
    stocks = {"in_use": 1, "in_use_2": 2, "in_use_2_3": 4, "2_3": 8, "landfilling_in_use": 16}
    names = {name if name[0].isalpha() else f"n{name}": mass for name, mass in stocks.items()}
    companies = {name: {"inventories": {"a": {"initial": f"{mass} t"}}} for name, mass in names.items()}
    parts = {
        "materials": {"a": {}},
        "companies": companies,
        "boundary": {"manufacturing_2": {"demands": {"a": {}}}},
        "flows": {f"f_{name}": {"from": name, "to": "manufacturing_2", "material": "a"} for name in names},
    }
    result = simulate(tmp_path, "\n".join(f"{key}: {json.dumps(part)}" for key, part in parts.items()))
    assert {name: shipped(result, f"f_{name}") for name in names} == names


IN_USE = """
materials: {%s, old: {waste: true}}
companies:
  town:
    inventories: {%s}
    uses: {%s}
boundary: {tip: {accepts: {old: {fate: landfill}}}}
flows: {tip: {from: town, to: tip, material: old}}
"""


def in_use(folder: Path, lifetimes: dict[str, str]) -> Run:
    """One tonne of each of some products, taken into service on the first day."""
    uses = [
        f"{name}: {{material: {name}, demand: any, lifetime: {{{lifetime}}}, cohort: 1 day, entry: end,"
        " end_of_life: old}"
        for name, lifetime in lifetimes.items()
    ]
    materials, stores = (", ".join(f"{name}: {part}" for name in lifetimes) for part in ("{}", "{initial: 1 t}"))
    return simulate(folder, IN_USE % (materials, stores, ", ".join(uses)))


def test_celavi_the_last_year_counts(tmp_path: Path) -> None:
    """The horizon is half-open: all of its last year belongs to it."""
    body = "materials: {a: {}}\ncompanies: {m: {inventories: {a: {initial: 1 kt}}}}\n"
    body += "boundary: {w: {demands: {a: {rate: 10 t/month}}}}\nflows: {sell: {from: m, to: w, material: a}}"
    body += "\ncalendar: uniform"
    for step in ("1 month", "1 year"):
        found = simulate(tmp_path, body, start="2020-01-01", end="2023-01-01", step=step, report="year")
        assert by_period(found, "sell") == pytest.approx({"2020": 120, "2021": 120, "2022": 120})


def test_celavi_every_component_has_its_own_lifetime(tmp_path: Path) -> None:
    """A function made in a loop gave all of them the last one's."""
    result = in_use(tmp_path, {"blade": "fixed: 3 day", "nacelle": "fixed: 5 day", "tower": "fixed: 8 day"})
    assert amounts(result, "tip", 10) == [0, 0, 0, 1, 0, 1, 0, 0, 1, 0]


@pytest.mark.parametrize(("step", "report"), [("1 month", "month"), ("1 year", "year"), ("7 day", "month")])
def test_flodym_a_pulse_leaves_as_what_it_was_on_an_uneven_grid(tmp_path: Path, step: str, report: str) -> None:
    """One tonne, in months of 28 to 31 days and rows that dated changes cut: 8.60 t left flodym's stock."""
    body = IN_USE % (
        "car: {}",
        "car: {initial: 1 t}",
        "car: {material: car, demand: any, lifetime: {weibull: {shape: 3, scale: 400 day}}, end_of_life: old}",
    )
    body += "\ninterventions: {cut: {at: 2025-03-11, set: {boundary.tip.accepts.old.fee: 1 EUR/t}}}\n"
    body = body.replace("{fate: landfill}", "{fate: landfill, fee: 0 EUR/t}")
    result = simulate(tmp_path, body, start="2025-01-01", end="2033-01-01", step=step, report=report)
    assert shipped(result, "tip") == pytest.approx(1, rel=1e-12)


def test_flodym_a_stock_is_fed_from_its_own_flow(tmp_path: Path) -> None:
    """Two uses in one town: each holds what came to its own material, day by day."""
    body = """
    materials: {car: {}, bus: {}, old: {waste: true}}
    companies:
      town:
        uses:
          cars: {material: car, demand: any, lifetime: {fixed: 99 day}, end_of_life: old}
          buses: {material: bus, demand: any, lifetime: {fixed: 99 day}, end_of_life: old}
    boundary:
      shop: {supplies: {car: {rate: 3 t/day}, bus: {rate: 5 t/day}}, accepts: {old: {fate: landfill}}}
    flows:
      a_bus: {from: shop, to: town, material: bus}
      b_car: {from: shop, to: town, material: car}
      tip: {from: town, to: shop, material: old}
    """
    result = simulate(tmp_path, body, end="2025-01-11")
    assert stock(result, "town", "cars", "use") == pytest.approx(3 * 9)
    assert stock(result, "town", "buses", "use") == pytest.approx(5 * 9)


@pytest.mark.parametrize("measure", [1e-9, 1.0, 1e9])
def test_flodym_a_balance_is_relative(tmp_path: Path, measure: float) -> None:
    """A thousandth that is lost is found among milligrams, and rounding is none among gigatonnes."""
    body = """
    materials: {a: {}}
    companies: {c: {inventories: {a: {initial: %r t}}}}
    boundary: {m: {demands: {a: {rate: %r t/day}}}}
    flows: {f: {from: c, to: m, material: a}}
    """
    scenario = read(tmp_path, text(body % (measure, measure / 7)))
    (plan,) = engine.plans(scenario)
    ledger = engine.run_batch(plan, [engine.Lane("base", 0)], 7).ledger
    assert accounting.check(ledger).relative < 1e-12
    ledger.on_hand[0, 2] *= 0.999
    with pytest.raises(BalanceError, match="inventory a of c"):
        accounting.require(accounting.check(ledger))


def test_odym_a_lognormal_lifetime_has_the_mean_and_deviation_that_were_written() -> None:
    """Mean and standard deviation of the lifetime itself: 25 and 8 years, not of its logarithm, not inverted."""
    lifetime = Lifetime.model_validate({"lognormal": {"mean": "25 year", "sd": "8 year"}})
    ages = np.linspace(0, 200, 200_001) * 365.25
    alive = survival(lifetime).at(ages)
    mean, square = trapezoid(alive, ages), trapezoid(2 * ages * alive, ages)
    assert mean / 365.25 == pytest.approx(25, rel=1e-6)
    assert np.sqrt(square - mean**2) / 365.25 == pytest.approx(8, rel=1e-6)


@pytest.mark.parametrize("cell", ["__import__('os').getcwd()", "=1+1", "2*3", "nan", "1;2", "(1)"])
def test_odym_a_cell_that_is_code_is_no_number(tmp_path: Path, cell: str) -> None:
    """Cells are read, never evaluated."""
    body = """
    tables: {t: {file: t.csv, index: date, value: rate, unit: t/day, outside: hold}}
    materials: {a: {}}
    companies: {c: {inventories: {a: {initial: 1 t}}}}
    boundary: {w: {demands: {a: {rate: {table: t}}}}}
    flows: {f: {from: c, to: w, material: a}}
    """
    with pytest.raises(ScenarioError, match="not a number"):
        read(tmp_path, text(body), {"t.csv": f'date,rate\n2025-01-01,"{cell}"\n'})
    with pytest.raises(ScenarioError):
        read(tmp_path, text(body.replace("{table: t}", f'"{cell}"')), {"t.csv": "date,rate\n2025-01-01,1\n"})


def test_odym_nothing_is_evaluated() -> None:
    for path in (ROOT / "simulator").rglob("*.py"):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        assert not {"eval", "exec"} & {call.id for call in calls if isinstance(call, ast.Name)}, path


SEPARATION = """
substances: [U235, U238]
materials: {feed: {composition: {U235: 0.1, U238: 0.9}}, product: {}, tails: {waste: true}}
companies:
  plant:
    inventories: {feed: {initial: 1000 t}, product: {capacity: 2 t}}
    processes: {split: {inputs: [feed], rate: 100 t/day, outputs: {product: {U235: 0.9, U238: 0.1}, tails: rest}}}
boundary: {market: {demands: {product: {rate: 1 t/day}}}, tip: {accepts: {tails: {fate: landfill}}}}
flows:
  sell: {from: plant, to: market, material: product}
  tip: {from: plant, to: tip, material: tails}
"""


def test_cyclus_a_separation_with_a_full_output_keeps_its_efficiency(tmp_path: Path) -> None:
    """It runs less; nothing depleted goes back to its feed: what is left of that is as it was, a tenth U235."""
    result = simulate(tmp_path, SEPARATION, end="2025-01-31")
    run = throughput(result, "split")
    assert 0 < run < 1000
    for substance, fed, kept in (("U235", 0.1, 0.9), ("U238", 0.9, 0.1)):
        held = stock(result, "plant", "product", substance=substance)
        assert shipped(result, "sell", substance=substance) + held == pytest.approx(run * fed * kept)
        assert stock(result, "plant", "feed", substance=substance) == pytest.approx((1000 - run) * fed)


def test_cyclus_two_runs_give_their_rows_in_one_order(tmp_path: Path) -> None:
    """Whatever Python's hashes are."""
    found = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.engine.everything", str(tmp_path / seed)]
        found.append(subprocess.run(command, capture_output=True, check=True, env=environment, cwd=ROOT).stdout)
    assert found[0] == found[1]


SPLIT = """
materials: {a: {}, b: {}, c: {}}
companies:
  c:
    inventories: {a: {initial: 1 t}}
    processes: {p: {inputs: [a], rate: 1 t/day, outputs: {b: %s, c: %s}}}
boundary: {w: {demands: {b: {}, c: {}}}}
flows: {f: {from: c, to: w, material: b}, g: {from: c, to: w, material: c}}
"""


def test_everywhere_parts_of_a_split_are_not_drawn_one_by_one(tmp_path: Path) -> None:
    """Parts that vary each for itself would not sum to 1; one may vary beside a `rest`."""
    drawn = "{value: 0.5, uniform: [0.4, 0.6]}"
    with pytest.raises(ScenarioError, match=r"sum to 0\.8"):
        read(tmp_path, text(SPLIT % (drawn, drawn)))
    result = simulate(tmp_path, SPLIT % (drawn, "rest"))
    assert shipped(result, "f") + shipped(result, "g") == pytest.approx(1, rel=1e-12)


def test_everywhere_a_normal_that_reaches_beyond_one_is_not_cut_off_there(tmp_path: Path) -> None:
    """Cut at 1, a mean of 0.80 would be 0.773, and no one would know: it is refused."""
    with pytest.raises(ScenarioError, match=r"must be between 0 and 1; its distribution reaches 1\.55"):
        read(tmp_path, text(SPLIT % ("{normal: {mean: 0.8, sd: 0.15}}", "rest")))


def test_floats_that_do_not_sum_to_a_capacity_block_nothing(tmp_path: Path) -> None:
    """Ten times 0.1 t is 0.9999999999999999: a store of 1 t is full, a lot of 1 t leaves it, and it fills again."""
    body = """
    materials: {a: {}}
    companies: {c: {inventories: {a: {capacity: 1 t}}}}
    boundary: {m: {supplies: {a: {rate: 0.1 t/day}}, demands: {a: {}}}}
    flows:
      buy: {from: m, to: c, material: a}
      sell: {from: c, to: m, material: a, lot_size: 1 t}
    """
    assert sum([0.1] * 10) < 1
    sold = amounts(simulate(tmp_path, body), "sell", 100)
    assert sum(sold) == pytest.approx(9, abs=1)
    assert np.diff(np.flatnonzero(sold)).tolist() == [10] * (len(np.flatnonzero(sold)) - 1)


def test_lots_that_only_shrink_do_not_circulate_for_ever(tmp_path: Path) -> None:
    """Stores pool: half of what goes round leaves, and after some rounds there is nothing left, not ever less."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      c:
        inventories: {a: {initial: 1 t}}
        processes: {p: {inputs: [a], rate: 9 t/day, outputs: {a: 0.5, b: 0.5}}}
    boundary: {m: {demands: {b: {}}}}
    flows: {sell: {from: c, to: m, material: b}}
    """
    result = simulate(tmp_path, body, step="1 year", report="year", end="2028-01-01")
    assert shipped(result, "sell") > 0.8
    quiet = read(tmp_path, text(body, step="1 year", report="year", end="2028-01-01").replace("once", "until_quiet"))
    assert by_period(run(quiet), "sell") == {"2025": pytest.approx(1, rel=1e-11)}
