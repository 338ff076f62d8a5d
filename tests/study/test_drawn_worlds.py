"""A scenario of all features with every number drawn: each replication conserves mass and energy, and none fails."""

from __future__ import annotations

from pathlib import Path

import yaml

from simulator.scenario import load
from simulator.scenario.reader import read as read_raw
from simulator.scenario.tree import keys_of, put
from simulator.study.replication import Study, Workshop
from tests.engine import everything
from tests.engine.builders import TOLERANCE, read, text
from tests.scenario.uncertain import distributions


def uncertain(folder: Path) -> Path:
    """The scenario of all features, written with a distribution beside every number that may vary."""
    world = read(folder, text(everything.BODY, end="2025-02-20", report="month"), everything.FILES).world
    data = read_raw(folder / "scenario.yaml")[0].data
    for path, written in distributions(world).items():
        data = put(data, keys_of(path), yaml.safe_load(written))
    target = folder / "uncertain.yaml"
    target.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return target


def test_with_every_number_drawn_all_balances_close(tmp_path: Path) -> None:
    scenario = load(uncertain(tmp_path))
    workshop = Workshop(Study(scenario, 8))
    assert min(len(drawn.draws) for drawn in workshop.drawn.values()) > 100
    block = workshop.block(1, 8)
    assert block.failures == ()
    assert block.residual <= TOLERANCE
