"""A table that is finer than the steps that read it: said once, where it is used, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from simulator.scenario import load
from tests.conftest import Writer

Said = Callable[..., list[str]]
TOWN = """\
schema: 1
name: town
time: {start: 2025-01-01, end: 2025-03-01, step: STEP}
settle: once
materials: {ore: {}}
tables:
  sun: {file: sun.csv, index: date, value: x, unit: "1", between: BETWEEN, outside: hold}
energy: {power: {price: 100 EUR/MWh}}
companies:
  town:
    loads: {power: 1 MW}
    generators: {pv: {gives: power, capacity: 1 MW, profile: {table: sun}}}
"""
PROFILE = "profile: {table: sun}"


def rows(every: timedelta, start: str = "2025-01-01", end: str = "2025-03-02", steady: int = 1) -> str:
    """A row every such time; each value stands for so many of them."""
    when, last, lines = datetime.fromisoformat(start), datetime.fromisoformat(end), ["date,x"]
    while when < last:
        lines.append(f"{when.isoformat()},{(len(lines) - 1) // steady % 2}")
        when += every
    return "\n".join(lines)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def warnings(write: Writer) -> Said:
    """`warnings(rows, step, …)`: what is said of a table with these rows."""

    def said(table: str, step: str = "1 day", between: str = "hold", old: str = "STEP", new: str = "") -> list[str]:
        write(table, "sun.csv")
        text = TOWN.replace(old, new or step).replace("STEP", step).replace("BETWEEN", between)
        told = (warning.partition(": ")[2] for warning in load(write(text)).warnings)
        return [warning for warning in told if warning.startswith("tables.")]

    return said


FINER = (
    "tables.sun: has a value every 1 h, the run a step of 1 day: only the value at the start of each step is used; "
    "write `time.step: 1 h`, or give means over 1 day"
)


@pytest.mark.parametrize("between", ["hold", "linear"])
def test_an_hourly_table_on_daily_steps_is_told(warnings: Said, between: str) -> None:
    assert warnings(rows(HOUR), between=between) == [FINER]


@pytest.mark.parametrize(
    ("every", "step"),
    [(HOUR, "1 h"), (DAY, "1 day"), (DAY, "1 h"), (28 * DAY, "1 month"), (31 * DAY, "1 week"), (366 * DAY, "1 day")],
)
def test_a_table_as_fine_as_the_steps_or_coarser_is_not(warnings: Said, every: timedelta, step: str) -> None:
    assert warnings(rows(every, end="2027-01-01"), step) == []


def test_steps_of_a_month_are_too_coarse_for_a_daily_table(warnings: Said) -> None:
    (said,) = warnings(rows(DAY), "1 month")
    assert "every 1 day, the run a step of 1 month" in said


def test_values_that_change_with_the_steps_lose_nothing(warnings: Said) -> None:
    """An hourly file of daily means is read as meant."""
    assert warnings(rows(HOUR, steady=24)) == []


def test_only_rows_within_the_run_count(warnings: Said) -> None:
    assert warnings(rows(HOUR, "2024-01-01", "2024-03-01")) == []


def test_only_tables_that_are_used_count(warnings: Said) -> None:
    assert warnings(rows(HOUR), old=f", {PROFILE}", new=" ") == []
    assert warnings(rows(HOUR), old=PROFILE, new=f"{PROFILE}, active: false") == []


def test_a_company_that_looks_every_hour_reads_every_row(warnings: Said) -> None:
    """Energy is dispatched whenever anyone reviews."""
    assert warnings(rows(HOUR), old="  town:\n", new="  town:\n    review_period: 1 h\n") == []
