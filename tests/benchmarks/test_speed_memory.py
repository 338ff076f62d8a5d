"""Row j: how much memory a thousand lanes take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.measure import ROOT, Row

pytestmark = pytest.mark.benchmark
REPLICATIONS = 167
"""Of the flagship's six variants: a thousand lanes."""


def test_a_thousand_lanes_take_less_than_500_megabytes(rows: list[Row], tmp_path: Path) -> None:
    """Drawn, simulated, balanced, accounted for, and written with all their tables; by two threads."""
    module = [sys.executable, "-m", "tests.benchmarks.thousand_lanes", "scenarios/luenen.yaml", str(REPLICATIONS)]
    done = subprocess.run([*module, str(tmp_path / "out")], cwd=ROOT, check=True, capture_output=True, text=True)
    memory = float(done.stdout.splitlines()[-1])
    rows.append(Row("j", "flagship, a thousand lanes with all their tables, most memory", memory, "MB", at_most=500))
    assert rows[-1].ok
