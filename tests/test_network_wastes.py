"""Warnings of what is treated as waste and not said to be waste, and of waste whose origin nobody says."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import network, run
from simulator.scenario import load
from simulator.scenario.scenario import Scenario

PARK = """\
schema: 1
name: park
time: {start: 2025-01-01, end: 2025-03-01, step: 1 day}
materials: {wood: {waste: true}, chips: {}, dust: {waste: true}, shelf: {}}
companies:
  sorter: {processes: {shred: {inputs: [wood], rate: 10 t/day, outputs: {chips: 0.9, dust: rest}}}}
  home:
    uses: {shelves: {material: shelf, demand: 1 t/day, lifetime: {fixed: 1 month}, end_of_life: shelf}}
boundary:
  town: {supplies: {wood: {rate: 10 t/day, origin: post_consumer}, shelf: {}}}
  market: {demands: {chips: {}}}
  tip: {accepts: {dust: {fate: landfill}, shelf: {fate: incineration}}}
flows:
  in: {from: town, to: sorter, material: wood}
  out: {from: sorter, to: market, material: chips}
  tipped: {from: sorter, to: tip, material: dust}
  bought: {from: town, to: home, material: shelf}
  burnt: {from: home, to: tip, material: shelf}
"""


def changed(folder: Path, *changes: tuple[str, str]) -> Scenario:
    """The park with texts replaced."""
    text = PARK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def warnings(scenario: Scenario) -> list[str]:
    faults, found = network.check(scenario)
    assert faults == []
    return [warning[warning.index("s.yaml:") :] for warning in found]


def wasted(scenario: Scenario) -> float:
    table = run(scenario).tables.indicators
    rows = table[(table["node"] == "network") & (table["period"] == "total") & (table["indicator"] == "waste")]
    return float(rows[rows["item"] == "total"]["value"].item())


UNMARKED = ("dust: {waste: true}", "dust: {}")


def test_what_is_tipped_and_not_marked_as_waste(tmp_path: Path) -> None:
    """It counts twice: as what waste was recycled to, and on the tip."""
    assert warnings(changed(tmp_path, UNMARKED)) == [
        "s.yaml:12: boundary.tip.accepts.dust: dust is waste only from here on; before, it counts as a product, and "
        "what a process makes of waste as recycled, too: write `waste: true` at materials.dust"
    ]


@pytest.mark.slow
def test_only_a_material_marked_as_waste_counts_once(tmp_path: Path) -> None:
    once, twice = (wasted(changed(tmp_path, *changes)) for changes in ((), (UNMARKED,)))
    assert twice == pytest.approx(once + 59, abs=1.5)


def test_what_is_waste_or_comes_of_a_use_counts_once(tmp_path: Path) -> None:
    assert warnings(changed(tmp_path)) == []


def test_waste_that_the_tip_calls_by_another_name_counts_once(tmp_path: Path) -> None:
    renamed = ("material: dust}", "material: dust, as: rubbish}"), ("accepts: {dust:", "accepts: {rubbish:")
    assert warnings(changed(tmp_path, *renamed, ("shelf: {}}\nc", "shelf: {}, rubbish: {}}\nc"))) == []


def test_waste_that_is_bought_says_where_it_comes_from(tmp_path: Path) -> None:
    assert warnings(changed(tmp_path, (", origin: post_consumer", ""))) == [
        "s.yaml:10: boundary.town.supplies.wood: wood is waste, but counts as primary in what is made of it, since no "
        "origin is given: write `origin: post_consumer` where it was in use, `pre_consumer` where it is scrap, or "
        "`primary`"
    ]


@pytest.mark.parametrize("origin", ["primary", "pre_consumer"])
def test_any_origin_will_do(tmp_path: Path, origin: str) -> None:
    assert warnings(changed(tmp_path, ("origin: post_consumer", f"origin: {origin}"))) == []
