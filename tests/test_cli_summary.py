"""A run in a dozen lines."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from simulator.accounting.bottlenecks import Bottleneck
from simulator.cli import terminal
from simulator.cli.summary import bottlenecks, number, per_cent, points, scale, summary
from tests.results import synthetic


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.23456, "1.235"),
        (812.34567, "812.3"),
        (12345.6, "12,346"),
        (0.0123456, "0.01235"),
        (nan, "-"),
        (-2, "-2.000"),
    ],
)
def test_numbers_have_four_digits_and_no_powers_of_ten(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(0.4, "t", "t"), (999, "t", "t"), (1000, "t", "kt"), (5e6, "t", "Mt"), (5e9, "t", "Mt"), (2e4, "MWh", "GWh")],
)
def test_the_largest_value_chooses_the_unit_for_all(value: float, unit: str, expected: str) -> None:
    assert scale(unit, [0.0, nan, -value])[0] == expected


def test_differences_are_in_per_cent_and_of_shares_in_points() -> None:
    assert per_cent(50, 100) == "-50.0"
    assert points(40, 30) == "+10.0"
    assert per_cent(100.001, 100) == "0.0"
    assert per_cent(1500, 100) == "+1,400"


def test_there_is_no_difference_to_nothing() -> None:
    assert per_cent(1, 0) == ""
    assert per_cent(nan, 1) == ""


def test_a_summary_compares_every_variant_with_the_first() -> None:
    said = summary(synthetic.run("linear", "circular"))
    waste = next(row for row in said.rows if row.label == "waste (kt)")
    assert [(cell.value, cell.change) for cell in waste.cells] == [("812.3", ""), ("406.2", "-50.0")]
    assert said.columns == ("linear*", "circular")
    assert said.notes[0] == "± against linear in %, shares in points; * hypothetical"


def test_a_summary_takes_the_networks_totals_only() -> None:
    rows = summary(synthetic.run()).rows
    assert [(row.label, row.cells[0].value) for row in rows] == [
        ("waste (kt)", "812.3"),
        ("  recycled (%)", "50.00"),
        ("emissions (Mt CO2e)", "1.235"),
        ("  scope 1 (kt CO2e)", "234.6"),
        ("  scope 2 (kt CO2e)", "500.0"),
        ("  scope 3 (kt CO2e)", "500.0"),
        ("recycled content (%)", "43.21"),
        ("energy (GWh)", "98.77"),
    ]


def test_a_figure_that_no_variant_has_is_left_out() -> None:
    run = synthetic.run()
    indicators = run.tables.indicators[run.tables.indicators["indicator"] != "energy"]
    said = summary(replace(run, tables=replace(run.tables, indicators=indicators)))
    assert not [row for row in said.rows if row.label.startswith("energy")]


def held(process: str, reason: str = "waited for ore", days: float = 0, of: float = 100) -> Bottleneck:
    return Bottleneck("mill", process, reason, days, of)


def test_each_process_is_named_once_as_a_bottleneck_the_worst_of_every_variant_first() -> None:
    a = (held("x", days=90), held("y", days=80))
    b = (held("x", "out of order", 70), held("z", days=60), held("u", days=50))
    assert bottlenecks({"a": a, "b": b}) == (f"{a[0]} (a)", f"{a[1]} (a)", f"{b[1]} (b)")
    assert bottlenecks({"base": a[:1]}) == ("mill x: waited for ore on 90 of 100 days",)


def test_a_bottleneck_that_other_variants_share_is_no_matter_of_one() -> None:
    """The days are those of the variant named; a process that waited for something else elsewhere is not counted."""
    most, less, never = ((held("x", days=days),) for days in (90, 80, 0))
    assert bottlenecks({"a": most, "b": less}) == (f"{most[0]} (a, also in b)",)
    assert bottlenecks({"a": most, "b": never}) == (f"{most[0]} (a)",)
    assert bottlenecks({"a": most, "b": (held("x", "out of order", 70),)}) == (f"{most[0]} (a)",)
    assert bottlenecks({"a": most, "b": less, "c": less}) == (f"{most[0]} (a, also in 2 more)",)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_table_fits_its_terminal(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal.summarise(synthetic.run("linear", "today", "circular", "rebuild", "all_of_it"), tmp_path)
    lines = capsys.readouterr().out.splitlines()
    table = lines[1 : 1 + next(place for place, line in enumerate(lines) if line.startswith("±"))]
    assert max(map(len, table[:-1])) <= width
    assert "…" not in "".join(table)


def test_variants_that_do_not_fit_are_counted() -> None:
    said = summary(synthetic.run("linear", "today", "circular", "rebuild"), width=50)
    assert said.columns == ("linear*", "today")
    where = "in indicators.csv, and here in a wider window or with --variants"
    assert f"2 more variants {where}: circular, rebuild" in said.notes


def test_a_summary_of_four_variants_has_about_a_dozen_lines_and_no_colour_in_a_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.summarise(synthetic.run("linear", "today", "circular", "rebuild"), tmp_path)
    out = capsys.readouterr().out
    assert len(out.splitlines()) <= 17
    assert "\x1b" not in out
    assert out.splitlines()[-1] == f"tables and plots: {tmp_path}"


def test_only_what_lasted_a_hundredth_of_the_days_is_a_bottleneck() -> None:
    found = (held("x", days=10, of=1000), held("y", days=9, of=1000))
    assert bottlenecks({"base": found}) == (str(found[0]),)
