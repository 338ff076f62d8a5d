"""How often an interval of 95 % holds what is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.accounting.ensembles import paired
from simulator.accounting.gathering import axes, gathered
from simulator.study import executors
from simulator.study.ensemble import replicate
from simulator.study.replication import Block, Study
from tests.engine.builders import read, text

TRIALS, DRAWS = 1000, 10
TRUTH = 10 * 10.0 * (100.0 - 50.0)
"""Ten days of 10 t, sold at 100 EUR/t and made for 50 EUR/t, in the mean: price, cost and rate are independent."""
BODY = """
materials: {scrap: {}, metal: {}}
companies:
  works:
    inventories: {scrap: {initial: 1 kt}}
    processes: {melt: {inputs: [scrap], rate: {uniform: [5 t/day, 15 t/day]}, outputs: {metal: 1},
                       cost: {triangular: [20 EUR/t, 40 EUR/t, 90 EUR/t]}}}
boundary:
  mill: {demands: {metal: {price: {normal: {mean: 100 EUR/t, sd: 20 EUR/t}}}}}
flows:
  sell: {from: works, to: mill, material: metal}
"""


@pytest.mark.slow
def test_intervals_cover_the_truth_in_93_to_97_of_100_trials(tmp_path: Path) -> None:
    """A thousand trials of ten draws each: all of one study, since no draw depends on another."""
    scenario = read(tmp_path, text(BODY, end="2025-01-11", report="year"))
    blocks: list[Block] = []
    replicate(Study(scenario, TRIALS * DRAWS), executors.threads(), blocks.append, lanes_per_block=500)
    accounts = [block.account for block in blocks]
    of = axes(accounts, ("base",))
    key = ("network", "cash_flow", "total", "EUR")
    money = gathered(accounts, of, "base", [key])[:, of.years.index("total"), 0]
    trials = money.reshape(TRIALS, DRAWS).T[:, None, :]
    found = paired(trials, np.zeros_like(trials), np.ones(TRIALS))
    assert found["mean"].mean() == pytest.approx(TRUTH, rel=0.02)
    covered = (found["low"] <= TRUTH) & (found["high"] >= TRUTH)
    assert 0.93 <= covered.mean() <= 0.97


def test_an_interval_of_one_draw_is_none() -> None:
    found = paired(np.ones((1, 1, 1)), np.zeros((1, 1, 1)), np.ones(1))
    assert np.isnan(found["low"]).all()
    assert np.isnan(found["high"]).all()


def test_draws_in_which_one_side_is_undefined_are_left_out() -> None:
    values = np.array([1.0, 2.0, np.nan, 4.0])[:, None, None]
    reference = np.array([0.0, 1.0, 1.0, np.nan])[:, None, None]
    found = paired(values, reference, -np.ones(1))
    assert (found["n"].item(), found["mean"].item(), found["better"].item()) == (2, 1.0, 0.0)


def test_a_difference_that_is_rounding_is_none() -> None:
    found = paired(np.full((3, 1, 1), 1.0 + 1e-15), np.ones((3, 1, 1)), np.ones(1))
    assert (found["mean"].item(), found["better"].item()) == (0.0, 0.0)
