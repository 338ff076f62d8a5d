"""Orders for days of use where no use is known: what would silently never be ordered is said, with a remedy that works.

The crusher makes fines of ore, half copper. What fines hold is declared nowhere, so that nominally, though not in
fact, the smelter makes no metal of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import network
from simulator.scenario import load
from simulator.study.run import run

WORKS = """\
schema: 1
name: works
time: {start: 2025-01-01, end: 2025-02-01, step: 1 day, report: month}
substances: [Cu]
materials: {ore: {composition: {Cu: 0.5}}, fines: {}, metal: {}, slag: {waste: true}}
companies:
  crusher:
    inventories: {fines: {capacity: 100 t}}
    processes: {crush: {inputs: [ore], rate: 30 t/day, outputs: {fines: 1}}}
  smelter:
    inventories: {}
    processes: {melt: {inputs: [fines], rate: 10 t/day, per: metal, outputs: {metal: {Cu: 0.98}, slag: rest}}}
boundary:
  market: {supplies: {ore: {}}, demands: {metal: {price: 900 EUR/t}}}
  dump: {accepts: {slag: {fate: landfill}}}
flows:
  buy: {from: market, to: crusher, material: ore}
  fines: {from: crusher, to: smelter, material: fines}
  sell: {from: smelter, to: market, material: metal}
  tip: {from: smelter, to: dump, material: slag}
"""
DECLARED = ("fines: {}", "fines: {composition: {Cu: 0.5}}")
PER_INPUT = (", per: metal", "")
DAYS = ("inventories: {}", "inventories: {metal: {order_up_to: 10 day}}")
NEVER_ORDERED = (
    "s.yaml:12: companies.smelter.processes.melt.per: no metal comes of fines as declared, so that no fines is ordered "
    "for it: declare the composition of materials.fines, or give companies.smelter.inventories.fines an order_up_to "
    "in t"
)
NEVER_MADE = (
    "s.yaml:11: companies.smelter.inventories.metal.order_up_to: no metal comes of fines as declared, and nothing says "
    "how much is wanted, so that none is made: declare the composition of materials.fines, or say it in t"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.yaml"


def checked(path: Path, *changes: tuple[str, str]) -> tuple[list[str], float]:
    """The warnings on the works so changed, and the metal that a run of it sells, t."""
    text = WORKS
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    scenario = load(path)
    faults, warnings = network.check(scenario)
    assert not faults
    table = run(scenario).tables.indicators
    sold = table[(table["indicator"] == "products") & (table["period"] == "total") & (table["node"] == "network")]
    return [warning.rpartition("/")[2] for warning in warnings], float(sold["value"].sum())


def test_a_rate_per_output_orders_nothing_where_the_declared_input_yields_none(path: Path) -> None:
    assert checked(path) == ([NEVER_ORDERED], 0)


@pytest.mark.parametrize("level", ["order_up_to: 5 day", "order_up_to: 5 day, capacity: 900 t"])
def test_cover_in_days_is_cover_of_nothing(path: Path, level: str) -> None:
    assert checked(path, ("inventories: {}", f"inventories: {{fines: {{{level}}}}}")) == ([NEVER_ORDERED], 0)


def test_an_output_whose_cover_nothing_tells_is_never_made(path: Path) -> None:
    assert checked(path, PER_INPUT, DAYS) == ([NEVER_MADE], 0)


@pytest.mark.parametrize(
    "changes",
    [
        [DECLARED],
        [DECLARED, PER_INPUT, DAYS],
        [PER_INPUT],
        [("inventories: {}", "inventories: {fines: {order_up_to: 50 t}}")],
        [("inventories: {}", "inventories: {fines: {reorder_at: 30 t, order_quantity: 60 t}}")],
        [PER_INPUT, ("inventories: {}", "inventories: {metal: {order_up_to: 50 t}}")],
        [PER_INPUT, DAYS, ("metal: {price", "metal: {rate: 3 t/day, price")],
    ],
)
def test_each_remedy_silences_the_warning_and_metal_is_made(path: Path, changes: list[tuple[str, str]]) -> None:
    warnings, sold = checked(path, *changes)
    assert warnings == []
    assert sold > 50


def test_a_process_that_is_switched_off_orders_nothing_rightly(path: Path) -> None:
    """The variant without it lacks a way out for fines, but no order."""
    off = "variants: {on: {}, off: {set: {companies.smelter.processes.melt.active: false}}}\n"
    warnings, _ = checked(
        path,
        (
            "  tip: {from: smelter, to: dump, material: slag}\n",
            "  tip: {from: smelter, to: dump, material: slag}\n" + off,
        ),
    )
    assert [warning for warning in warnings if "ordered" in warning] == [f"{NEVER_ORDERED} (in on)"]


def test_every_material_that_is_not_ordered_is_named(path: Path) -> None:
    """Of two slots, one is declared: the other is what the user has to describe."""
    slots = "inputs: {feed: {share: 0.9, any_of: [fines]}, flux: {share: 0.1, any_of: [flux]}}"
    (warning,), _ = checked(
        path,
        ("inputs: [fines]", slots),
        ("fines: {}", "fines: {}, flux: {composition: {}}"),
        ("supplies: {ore: {}}", "supplies: {ore: {}, flux: {}}"),
        ("  sell:", "  flux: {from: market, to: smelter, material: flux}\n  sell:"),
    )
    assert "no metal comes of fines and flux as declared, so that no fines or flux is ordered" in warning
    assert "materials.fines and materials.flux" in warning


def test_a_level_of_nothing_orders_nothing(path: Path) -> None:
    level = ("inventories: {}", "inventories: {fines: {order_up_to: 0 t}}")
    warning = (
        "s.yaml:11: companies.smelter.inventories.fines.order_up_to: nothing is ordered up to a level of nothing, so "
        "that no flow brings any: write a small level, or leave it out to order what is used"
    )
    assert checked(path, level, DECLARED) == ([warning], 0)


@pytest.mark.parametrize("level", ["order_up_to: 0 day", "order_up_to: 1 t"])
def test_a_level_of_no_days_and_a_small_one_order_something(path: Path, level: str) -> None:
    warnings, sold = checked(path, ("inventories: {}", f"inventories: {{fines: {{{level}}}}}"), DECLARED)
    assert not warnings
    assert sold > 0
