"""Designs: each replication is the world that was chosen for it, and the others do not matter."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from simulator.accounting.accounts import Account
from simulator.engine import Lane
from simulator.results import forms, provenance, shelf
from simulator.scenario import load
from simulator.study import executors
from simulator.study.designs import Design
from simulator.study.ensemble import replicate
from simulator.study.replication import Block, Study, Workshop, drawn_in
from tests.engine.builders import read, text
from tests.study.test_replications import FAILING, figures, uncertain

RATE, FEE = "companies.works.processes.melt.rate", "boundary.dump.accepts.dross.fee"


def designed(folder: Path, rest: tuple[int, ...] = (0, 0, 0), latin: bool = False) -> Study:
    return Study(uncertain(folder), len(rest), latin, Design({RATE: (0.0, 0.5, 1.0)[: len(rest)]}, rest))


def test_what_is_not_in_the_design_stays_at_its_value_and_not_at_a_quantile(tmp_path: Path) -> None:
    """The rate's value, 10, is not the median of its distribution, 9.46."""
    study = Study(uncertain(tmp_path), 2, design=Design({FEE: (0.25, 0.75)}, (0, 0)))
    workshop = Workshop(study)
    for replication, fee in ((1, 40.0), (2, 60.0)):
        (world,) = workshop.variant("usual", replication).worlds
        assert world.companies["works"].processes["melt"].rate.value == 10.0
        drawn = world.boundary["dump"].accepts["dross"].fee
        assert drawn is not None
        assert drawn.value == pytest.approx(fee)
        assert world.materials is study.scenario.variants["usual"].epochs[0].world.materials


def test_a_lane_of_a_design_is_that_of_a_scenario_in_which_the_value_is_written(tmp_path: Path) -> None:
    """To the last bit, outages included: all lanes have those of the central run."""
    uncertain(tmp_path)
    path = tmp_path / "scenario.yaml"
    chosen = load(path, sets=[f'{RATE}={{choice: ["6 t/day", "9.7 t/day", "12 t/day"]}}'])
    study = Study(chosen, 3, design=Design({RATE: (0.1, 0.5, 0.9)}, (0, 0, 0)))
    account = Workshop(study).block(1, 3).account
    for replication, rate in ((1, 6.0), (2, 9.7)):
        alone = Workshop(Study(load(path, sets=[f"{RATE}={rate} t/day"]), 1, design=Design({}, (0,)))).block(1, 1)
        assert of(account, replication) == of(alone.account, 1)


def of(account: Account, replication: int) -> dict[tuple[object, ...], float]:
    """Figures of one replication."""
    found = ((cast(Lane, lane), rest, value) for (lane, *rest), value in figures(account).items())
    return {(lane.variant, *rest): value for lane, rest, value in found if lane.replication == replication}


def test_replications_that_share_their_rest_have_the_draws_and_outages_of_that_replication(tmp_path: Path) -> None:
    """A design that names nothing, and the rest of replications 2 and 1, gives these, the other way round."""
    scenario = uncertain(tmp_path)
    plain = Workshop(Study(scenario, 2)).block(1, 2).account
    swapped = Workshop(Study(scenario, 2, design=Design({}, (2, 1)))).block(1, 2).account
    assert of(swapped, 1) == of(plain, 2) != of(plain, 1) == of(swapped, 2)


def test_blocks_of_any_size_give_the_same_and_a_study_can_be_sent(tmp_path: Path) -> None:
    study = designed(tmp_path, (0, 2, 1))
    whole = figures(Workshop(study).block(1, 3).account)
    sent = Workshop(pickle.loads(pickle.dumps(study)))
    parts = [figures(sent.block(first, last).account) for first, last in ((3, 3), (1, 2))]
    assert parts[0] | parts[1] == whole


def test_part_of_a_split_alone_leaves_the_split_as_it_is_written(tmp_path: Path) -> None:
    """Its parts sum to 1 only together."""
    path = "companies.works.processes.melt.outputs.metal.Cu"
    (usual, *_) = drawn_in(Study(uncertain(tmp_path), 2, design=Design({path: (0.1, 0.9)}, (0, 0))))
    split = [n for n, draw in enumerate(usual.draws) if draw.split]
    assert len(split) == 2
    assert np.isnan(usual.values[:, split]).all()


def test_only_the_same_design_can_be_gone_on_with(tmp_path: Path) -> None:
    study = designed(tmp_path)
    other = replace(study, design=Design({RATE: (0.0, 0.5, 0.9)}, (0, 0, 0)))
    assert provenance.identity(study) != provenance.identity(other)
    kept = shelf.shelf(tmp_path, provenance.identity(study), forms.BLOCKS)
    kept.put(Workshop(study).block(1, 2))
    done: list[Block] = []
    replicate(study, executors.threads(1), done.append, done=[(1, 2)])
    assert [(block.first, block.last) for block in done] == [(3, 3)]


def test_a_lane_that_fails_is_named(tmp_path: Path) -> None:
    path = "companies.town.uses.fridge.lifetime.fixed"
    study = Study(read(tmp_path, text(FAILING, end="2025-01-20")), 2, design=Design({path: (0.1, 0.9)}, (0, 0)))
    assert [one.replication for one in Workshop(study).block(1, 2).failures] == [1]
