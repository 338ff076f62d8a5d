"""Scenarios of the accounting's tests, loaded once."""

from __future__ import annotations

import pytest

from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import read
from tests.accounting.scenarios import FILES, LOOP, WORKS


@pytest.fixture(scope="session")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return read(tmp_path_factory.mktemp("loop"), LOOP)


@pytest.fixture(scope="session")
def works(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("works")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read(folder, WORKS)
