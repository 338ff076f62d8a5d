"""What the tests of pictures share: the house style, and the made-up run of energy, money and places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.report import style
from simulator.study.run import Run
from tests.report.energetic import energetic


@pytest.fixture(autouse=True)
def styled() -> Iterator[None]:
    with style.styled():
        yield


@pytest.fixture(scope="session")
def run() -> Run:
    return energetic()
