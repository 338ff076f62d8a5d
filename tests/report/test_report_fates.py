"""What pictures say in words of where things end, and of what they leave out."""

from __future__ import annotations

import pytest

from simulator.report.links import Node, fate, networks
from simulator.report.stock_plots import figure
from simulator.study.run import Run
from tests.engine.builders import simulate

BODY = """
materials: {wreck: {waste: true}, scrap: {}, metal: {}, spare: {}}
companies:
  yard:
    inventories: {spare: {initial: 5 t}}
    processes: {shred: {inputs: [wreck], rate: 2 t/day, outputs: {scrap: 1}}}
boundary:
  world: {supplies: {wreck: {rate: 3 t/day, origin: post_consumer}},
          demands: {metal: {any_of: [scrap]}, spare: {rate: 0 t/day}},
          accepts: {wreck: {fate: landfill}}}
flows:
  get:  {from: world, to: yard, material: wreck}
  sell: {from: yard, to: world, material: scrap}
  tip:  {from: yard, to: world, material: wreck}
  keep: {from: yard, to: world, material: spare}
variants:
  sold: {}
  tipped: {set: {companies.yard.processes.shred.rate: 0 t/day}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(tmp_path_factory.mktemp("fates"), BODY, end="2025-03-01", step="1 day", report="month")


def test_a_fate_stands_at_a_node_only_where_nothing_is_sold_to_it(run: Run) -> None:
    found = networks(run)
    assert fate(run, Node("world", "sink"), found["sold"]) == ""
    assert fate(run, Node("world", "sink"), found["tipped"]) == "landfill"
    assert fate(run, Node("world", "supply"), found["tipped"]) == ""


def test_one_stock_that_stays_is_told_in_the_singular(run: Run) -> None:
    labels = [text.get_text() for legend in figure(run).legends for text in legend.get_texts()]
    assert "Not shown: 1 that does not change (Yard: Spare, 5.00 t)" in labels
