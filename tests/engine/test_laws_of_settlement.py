"""Settlement on random networks, watched from within: see `settled.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.settled import Market, Way, fair

ROOT = Path(__file__).parents[2]
UNLIMITED = float("inf")


def test_every_rank_of_any_network_settles_fairly_and_leaves_nothing() -> None:
    """Python runs the kernels, in a process of its own; what fails is shown there, with the smallest network."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("NUMBA_")}
    environment = {**kept, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.engine.settled"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]


def test_the_plain_reckoning_shares_as_the_rules_say() -> None:
    """s grants x 37.5 and y 62.5, t grants x 60; x accepts 60 of 97.5, and what it refuses of s goes to y."""
    x, y, s, t = range(4)
    ways = [
        Way(flow, source, target, UNLIMITED, 0.0, 0.0) for flow, (source, target) in enumerate([(s, x), (s, y), (t, x)])
    ]
    market = Market(ways, {s: 100.0, t: 100.0}, {x: 60.0, y: 100.0})
    accepted = 60 * 37.5 / 97.5
    assert fair(market) == pytest.approx([accepted, 100 - accepted, 60 - accepted], rel=1e-12)


def test_the_plain_reckoning_keeps_safety_stocks() -> None:
    ways = [Way(flow, 0, 1 + flow, UNLIMITED, safety, 0.0) for flow, safety in enumerate([0.0, 60.0, 90.0])]
    market = Market(ways, {0: 100.0}, {1: 100.0, 2: 100.0, 3: 100.0})
    assert fair(market) == pytest.approx([70, 20, 10])
