"""The table of what was measured, printed at the end whether or not output is captured."""

from __future__ import annotations

import os

import pytest

from tests.benchmarks.measure import Row, table

ROWS = pytest.StashKey[list[Row]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = []


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> list[Row]:
    """Rows so far; a benchmark adds its own before it asserts its limit."""
    return request.config.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    measured = config.stash.get(ROWS, [])
    if measured:
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        terminalreporter.section(f"speed (load of the machine {load} on {os.cpu_count()} processors)")
        for line in table(sorted(measured, key=lambda row: row.row)):
            terminalreporter.write_line(line)
