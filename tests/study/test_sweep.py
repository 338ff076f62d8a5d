"""Sweeps: a point is the run with its value set, and a straight law gives a straight line."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.scenario import load
from simulator.scenario.ranges import loaded, parsed, points
from simulator.study import executors
from simulator.study.ensemble import replicate
from simulator.study.executors import Workers
from simulator.study.outcomes import OUTCOMES
from simulator.study.replication import Block, Workshop
from simulator.study.run import run
from simulator.study.sweep import Sweep, Swept, slim, swept
from tests.engine.builders import plain
from tests.study.test_replications import FAILING, uncertain

RATE, FEE, COST = (
    "companies.works.processes.melt.rate",
    "boundary.dump.accepts.dross.fee",
    "companies.works.processes.melt.cost",
)
DROSS = OUTCOMES["not_recycled"].key
"""What is tipped; scrap that is molten is waste, too, but recycled."""
KEY = ["variant", "node", "indicator", "item", "unit"]


def done(folder: Path, *texts: str, replications: int = 0, size: int = 64, workers: Workers | None = None) -> Swept:
    ranges = parsed(folder / "scenario.yaml", texts, points)
    sweep = Sweep(loaded(folder / "scenario.yaml", ranges, "choice"), ranges, replications)
    blocks = list[Block]()
    study = pickle.loads(pickle.dumps(sweep.study()))
    replicate(study, workers or executors.threads(2), blocks.append, lanes_per_block=size)
    return swept(sweep, blocks)


def test_a_point_is_the_run_with_its_value_set_bit_for_bit(tmp_path: Path) -> None:
    """With outages and other numbers uncertain: these stay at their values."""
    uncertain(tmp_path)
    table = done(tmp_path, f"{RATE}=7.1,9,11").table()
    for rate in (7.1, 11):
        alone = plain(run(load(tmp_path / "scenario.yaml", sets=[f"{RATE}={rate} t/day"])).tables.indicators)
        whole = alone[alone["period"] == "total"].set_index(KEY)["value"]
        ours = table[table[f"{RATE} (t/day)"] == rate].set_index(KEY)["value"]
        shared = ours.index.intersection(whole.index)
        assert len(shared) > 50
        assert (ours[shared] == whole[shared]).all()
        assert set(ours.index) - set(whole.index) <= {
            (variant, *OUTCOMES["not_recycled"].key) for variant in ("usual", "careful")
        } | {key for key in ours.index if ours[key] == 0}


def test_a_linear_number_gives_a_straight_line(tmp_path: Path) -> None:
    uncertain(tmp_path)
    found = done(tmp_path, f"{FEE}=0:120:5")
    cash = found.of("usual", OUTCOMES["cash_flow"].key)
    waste = found.of("usual", DROSS)
    np.testing.assert_allclose(np.diff(cash), -30 * waste[0], rtol=1e-9)
    assert np.ptp(waste) == 0.0


def test_every_combination_is_a_point_of_every_variant(tmp_path: Path) -> None:
    uncertain(tmp_path)
    found = done(tmp_path, f"{FEE}=0,100", f"{COST}=10:30:3")
    cash = found.of("usual", OUTCOMES["cash_flow"].key)
    assert cash.shape == (2, 3)
    waste = found.of("usual", DROSS)[0, 0]
    np.testing.assert_allclose(cash[0] - cash[1], 100 * waste, rtol=1e-9)
    np.testing.assert_allclose(np.diff(cash[0], 2), 0, atol=1e-6)
    table = found.table()
    assert list(table.columns[:3]) == ["variant", f"{FEE} (EUR/t)", f"{COST} (EUR/t)"]
    assert table.groupby("variant", sort=False).ngroups == 2
    assert len(table[(table["indicator"] == "cash_flow") & (table["node"] == "works")]) == 12
    assert found.lanes == found.sweep.lanes == 12


def test_points_share_the_draws_of_their_replications(tmp_path: Path) -> None:
    """So that every replication is a straight line of the fee, and all statistics are its."""
    uncertain(tmp_path)
    found = done(tmp_path, f"{FEE}=20:80:3", replications=6)
    assert found.lanes == 3 * 6 * 2
    for name in ("sd", "p05"):
        assert (found.of("usual", DROSS, name) == found.of("usual", DROSS, name)[0]).all()
    mean = found.of("usual", OUTCOMES["cash_flow"].key)
    np.testing.assert_allclose(np.diff(mean), -30 * found.of("usual", DROSS)[0], rtol=1e-9)
    assert (found.of("usual", OUTCOMES["cash_flow"].key, "n") == 6).all()


def test_replications_of_a_point_are_those_of_the_run_with_its_value_set(tmp_path: Path) -> None:
    uncertain(tmp_path)
    found = done(tmp_path, f"{FEE}=30,70", replications=3)
    scenario = load(tmp_path / "scenario.yaml", sets=[f"{FEE}=70 EUR/t"])
    table = plain(run(scenario, replications=3, workers=executors.threads(1)).tables.indicators)
    own = (table["node"] == "network") & (table["indicator"] == "cash_flow") & (table["item"] == "total")
    row = table[own & (table["period"] == "total") & (table["variant"] == "usual")].iloc[0]
    for name in ("value", "sd", "p95"):
        assert found.of("usual", OUTCOMES["cash_flow"].key, name)[1] == row[name]


def test_a_sweep_in_blocks_of_any_size_is_the_same(tmp_path: Path) -> None:
    uncertain(tmp_path)
    one, other = (done(tmp_path, f"{RATE}=6:12:3", replications=2, size=size).table() for size in (2, 64))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.slow
def test_a_sweep_by_processes_is_the_same(tmp_path: Path) -> None:
    uncertain(tmp_path)
    asked = (tmp_path, f"{RATE}=6:12:3")
    one, other = (done(*asked, size=2, workers=who).table() for who in (None, executors.processes(2)))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_blocks_without_what_is_not_asked_show_the_same(tmp_path: Path) -> None:
    """Of nodes only cash flows are kept."""
    uncertain(tmp_path)
    ranges = parsed(tmp_path / "scenario.yaml", [f"{RATE}=6:12:3"], points)
    sweep = Sweep(loaded(tmp_path / "scenario.yaml", ranges, "choice"), ranges)
    blocks = [Workshop(sweep.study()).block(first, first) for first in (1, 2, 3)]
    slimmer = [slim(block) for block in blocks]
    pd.testing.assert_frame_equal(swept(sweep, slimmer).table(), swept(sweep, blocks).table(), check_exact=True)
    assert slimmer[0].account.figures.values.size < 0.5 * blocks[0].account.figures.values.size


def test_waste_not_recycled_is_what_met_another_fate(tmp_path: Path) -> None:
    """In the works all dross is tipped, and all scrap recycled."""
    uncertain(tmp_path)
    table = done(tmp_path, f"{RATE}=6,12").table()
    waste = table[(table["indicator"] == "waste") & (table["variant"] == "usual")]
    by_item = waste.pivot(index=f"{RATE} (t/day)", columns="item", values="value")
    np.testing.assert_allclose(by_item["not_recycled"], by_item["landfill"], rtol=1e-9)
    assert (by_item["not_recycled"] > 0).all()
    assert (by_item["recycling"] > 0).all()


def test_a_point_that_fails_is_named_and_has_no_rows(tmp_path: Path) -> None:
    path = "companies.town.uses.fridge.lifetime.fixed"
    uncertain(tmp_path, FAILING, "2025-01-20")
    found = done(tmp_path, f"{path}=0.4 day,3 day,4 day")
    assert [one.replication for one in found.failures] == [1]
    assert set(found.table()[f"{path} (day)"]) == {3.0, 4.0}
