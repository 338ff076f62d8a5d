"""Long runs of many lanes are recorded by year: no figure depends on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.study.coarse import coarse
from simulator.study.replication import Study, Workshop
from tests.study.test_replications import close, uncertain


def test_a_long_run_is_recorded_by_year_and_gives_the_same_figures(tmp_path: Path) -> None:
    scenario = uncertain(tmp_path, end="2028-07-01")
    fine, rough = (Workshop(Study(one, 2)).block(2, 2).account for one in (scenario, coarse(scenario)))
    assert len(fine.course.years) == 42
    assert rough.course.years == ("2025", "2026", "2027", "2028")
    close(fine, rough)


@pytest.mark.parametrize("end", ["2025-03-05", "2027-12-01"])
def test_a_short_run_stays_as_it_is(tmp_path: Path, end: str) -> None:
    scenario = uncertain(tmp_path, end=end)
    assert coarse(scenario) is scenario
