"""Row j: how much memory a thousand lanes take."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.measure import ROOT, Row

pytestmark = pytest.mark.benchmark


def test_a_thousand_lanes_take_less_than_500_megabytes(rows: list[Row]) -> None:
    """Simulated, balanced and accounted for; indicators of the whole run are kept, ledgers go with their batch."""
    module = [sys.executable, "-m", "tests.benchmarks.thousand_lanes", "scenarios/luenen.yaml", "1000"]
    done = subprocess.run(module, cwd=ROOT, check=True, capture_output=True, text=True)
    rows.append(
        Row("j", "flagship, a thousand lanes with their indicators, most memory", float(done.stdout), "MB", at_most=500)
    )
    assert rows[-1].ok
