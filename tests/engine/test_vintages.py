"""Initial stocks by vintage: what was there or what entered before the start, and when it retires."""

from __future__ import annotations

from datetime import date
from math import exp
from pathlib import Path

import pytest

from simulator.study.run import Run
from tests.engine.builders import by_period, simulate, stock
from tests.engine.test_curves import INFLOW

ENTRIES = ["start", "middle", "end", "spread"]


def town(use: str, unit: str = "t", demand: str = "0 t/day") -> str:
    return f"""
tables:
  before: {{file: before.csv, index: date, value: amount, unit: {unit}}}
materials: {{van: {{piece: 2 t}}, old: {{waste: true}}}}
companies:
  town:
    inventories: {{van: {{order_up_to: 1000 kt, initial: 1000 kt}}}}
    uses: {{vans: {{material: van, demand: {demand}, end_of_life: old, {use}}}}}
boundary:
  shop: {{supplies: {{van: {{}}}}, accepts: {{old: {{fate: landfill}}}}}}
flows:
  buy: {{from: shop, to: town, material: van}}
  dump: {{from: town, to: shop, material: old}}
"""


def run(folder: Path, body: str, rows: str, end: str = "2035-01-01", start: str = "2025-01-01") -> Run:
    files = {"before.csv": f"date,amount\n{rows}"}
    return simulate(folder, body, files, start=start, end=end, step="1 year", report="year")


def gone(result: Run, first: int, years: int) -> list[float]:
    found = by_period(result, "dump")
    return [found.get(str(first + n), 0.0) for n in range(years)]


def test_each_vintage_retires_at_its_age(tmp_path: Path) -> None:
    """Of 2020, 2022 and 2023 there are 5, 3 and 2 t; they live 8 years from the end of their year."""
    use = "ages: {table: before}, lifetime: {fixed: 8 year}, entry: end"
    result = run(tmp_path, town(use), "2020,5\n2021,0\n2022,3\n2023,2\n2024,0\n")
    assert stock(result, "town", "vans", "use", period="opening") == pytest.approx(10)
    assert gone(result, 2025, 10) == pytest.approx([0, 0, 0, 5, 0, 3, 2, 0, 0, 0])


def test_spread_over_its_year_a_vintage_retires_over_two(tmp_path: Path) -> None:
    """A lifetime of 7½ years: half of what entered in 2020 goes in 2027, half in 2028."""
    use = "ages: {table: before}, lifetime: {fixed: 7.5 year}"
    result = run(tmp_path, town(use), "2020,6\n2021,0\n2024,4\n")
    assert gone(result, 2025, 10) == pytest.approx([0, 0, 3, 3, 0, 0, 2, 2, 0, 0])


def test_a_vintage_retires_as_what_is_left_of_it_would(tmp_path: Path) -> None:
    """Given that it reached five years, a tonne reaches ten with SF(10) ÷ SF(5)."""
    use = "ages: {table: before}, lifetime: {weibull: {shape: 2, scale: 9 year}}, entry: start"
    result = run(tmp_path, town(use), "2020,6\n2021,0\n2024,0\n", end="2030-01-01")
    left = 6 * exp(-((10 / 9) ** 2)) / exp(-((5 / 9) ** 2))
    assert stock(result, "town", "vans", "use") == pytest.approx(left)


def test_an_initial_stock_is_divided_as_the_table_says(tmp_path: Path) -> None:
    use = "initial: 100 t, ages: {table: before}, lifetime: {fixed: 8 year}, entry: end"
    result = run(tmp_path, town(use), "2020,5\n2021,0\n2022,3\n2023,2\n2024,0\n")
    assert gone(result, 2025, 10) == pytest.approx([0, 0, 0, 50, 0, 30, 20, 0, 0, 0])


def test_vintages_may_be_counted_in_pieces(tmp_path: Path) -> None:
    use = "ages: {table: before}, lifetime: {fixed: 8 year}, entry: end"
    result = run(tmp_path, town(use, "pieces"), "2020,5\n2021,0\n2024,0\n")
    assert gone(result, 2025, 4) == pytest.approx([0, 0, 0, 10])


def test_a_last_row_lasts_as_long_as_the_one_before_it(tmp_path: Path) -> None:
    """A table of years that ends with the year before the start reaches up to it."""
    use = "ages: {table: before}, lifetime: {fixed: 3 year}, entry: end"
    assert gone(run(tmp_path, town(use), "2023,4\n2024,6\n"), 2025, 4) == pytest.approx([0, 4, 6, 0])


def test_what_outlived_its_lifetime_retires_at_once(tmp_path: Path) -> None:
    use = "ages: {table: before}, lifetime: {fixed: 3 year}, entry: end"
    assert gone(run(tmp_path, town(use), "2010,7\n2011,0\n2024,0\n"), 2025, 2) == pytest.approx([7, 0])


YEARS = range(1950, 2009)


def sold(use: str) -> str:
    """What enters is `course.csv`, t/day."""
    course = "  course: {file: course.csv, index: date, value: amount, unit: t/day, outside: hold}\n"
    return town(use, "t/year", "{table: course}").replace("materials:", f"{course}materials:")


def yearly(divided_by: dict[int, int]) -> str:
    rows = (f"{year},{float(INFLOW[year - 1950]) / divided_by.get(year, 1)!r}\n" for year in YEARS)
    return "date,amount\n" + "".join(rows)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_run_that_begins_later_goes_on_as_one_that_began_with_nothing(tmp_path: Path, entry: str) -> None:
    """What entered from 1950 to 1979, as a table, leaves what a run from 1950 has in 1980, and retires as there."""
    days = {year: (date(year + 1, 1, 1) - date(year, 1, 1)).days for year in YEARS}
    files = {"before.csv": yearly({}), "course.csv": yearly(days)}
    life = f"lifetime: {{weibull: {{shape: 2.5, scale: 18 year}}}}, entry: {entry}"
    head = {"end": "2009-01-01", "step": "1 year", "report": "year"}
    long = simulate(tmp_path, sold(life).replace("before.csv", "course.csv"), files, start="1950-01-01", **head)
    late = simulate(tmp_path, sold(f"{life}, ages: {{table: before}}"), files, start="1980-01-01", **head)
    held = [stock(run, "town", "vans", "use", period=name) for run, name in ((late, "opening"), (long, "1979"))]
    assert held[0] == pytest.approx(held[1], rel=1e-9)
    assert gone(late, 1980, 29) == pytest.approx(gone(long, 1980, 29), rel=1e-9)
