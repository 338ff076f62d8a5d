"""Money in the summary: whether a variant pays, for whom, and whether it merely makes less."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

import pandas as pd
import pytest

from simulator.cli import terminal
from simulator.cli.summary import in_unit, summary
from simulator.study.run import Run
from tests.results import synthetic

GAINS = {"mill": -2.5e6, "dealer": 8e6, "town": 0.0, "network": 5.5e6}


def priced(gains: dict[str, float] | None = None, unmet: float = 0.0) -> Run:
    """The made-up run with cash flows, products, unmet demand and gains of its second variant."""
    run = synthetic.run("linear", "circular")
    rows = [
        (name, "network", *row)
        for name, cash in (("linear", -4e6), ("circular", 1.5e6))
        for row in (
            ("cash_flow", "total", "EUR", cash),
            ("products", "total", "t", 2e4),
            ("unmet_demand", "total", "t", unmet),
        )
    ]
    rows += [
        ("circular", node, "gain", "total", "EUR", gain) for node, gain in (GAINS if gains is None else gains).items()
    ]
    columns = list(run.tables.indicators.columns)
    added = pd.DataFrame(
        [(name, "total", node, indicator, item, unit, value, 0.0, value, value, value, 1)
         for name, node, indicator, item, unit, value in rows], columns=columns,
    )  # fmt: skip
    indicators = pd.concat([run.tables.indicators.astype(dict.fromkeys(columns[:6], object)), added])
    return replace(run, tables=replace(run.tables, indicators=indicators))


def labels(run: Run) -> dict[str, list[tuple[str, str]]]:
    return {row.label: [(cell.value, cell.change) for cell in row.cells] for row in summary(run).rows}


def test_the_network_and_the_companies_that_gain_most_and_least_are_told() -> None:
    said = labels(priced())
    assert said["products (kt)"] == [("20.00", ""), ("20.00", "0.0")]
    assert said["cash flow (MEUR)"] == [("-4.000", ""), ("1.500", "+5.500")]
    assert [said[name][1][0] for name in said if name.strip().startswith(("gain", "most", "least"))] == [
        "5.500",
        "8.000",
        "-2.500",
    ]
    assert "who gains most, who loses most: circular dealer, mill" in summary(priced()).notes


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ({"mill": 0.0, "dealer": 8.0, "town": 0.0}, "dealer, nobody"),
        ({"mill": 3.0, "dealer": 8.0}, "dealer, nobody"),
        ({"mill": -3.0, "dealer": 0.0}, "nobody, mill"),
    ],
)
def test_who_neither_gains_nor_loses_is_not_named(gains: dict[str, float], said: str) -> None:
    assert f"who gains most, who loses most: circular {said}" in summary(priced(gains)).notes


def test_money_is_compared_in_its_unit_since_it_may_be_nothing_or_a_loss() -> None:
    """Against a loss of 67.46 a gain of 222.0 would be +429 %, and against nothing no percentage at all."""
    assert in_unit(222.0, -67.46) == "+289.5"
    assert in_unit(-5, -10) == "+5.00"
    assert in_unit(-15, -10) == "-5.00"
    assert in_unit(1.5, 0) == "+1.500"
    assert in_unit(1500.2, 1500.4) == "0"
    assert in_unit(nan, 1) == in_unit(1, nan) == ""


def test_the_legend_says_how_money_is_compared_where_there_is_any() -> None:
    assert summary(priced()).notes[0].startswith("± against linear in %, shares in points, money in its unit;")
    assert "money" not in summary(synthetic.run("linear", "circular")).notes[0]


def test_demand_that_is_met_and_money_that_nobody_pays_take_no_line() -> None:
    quiet = labels(priced(dict.fromkeys(GAINS, 0.0)))
    assert not [name for name in quiet if "gain" in name or "unmet" in name or "most" in name]
    assert "  unmet demand (t)" in labels(priced(unmet=12.0))


@pytest.mark.parametrize("width", [60, 80])
def test_the_table_keeps_within_its_width(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal.summarise(priced(unmet=3.0), tmp_path)
    lines = capsys.readouterr().out.splitlines()
    table = lines[1 : next(place for place, line in enumerate(lines) if line.startswith("±"))]
    assert max(map(len, table)) <= width
