"""Money in the summary: whether a variant pays, for whom, and whether it merely makes less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from simulator import terminal
from simulator.study.run import Run
from simulator.summary import difference, summary
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
    assert said["cash flow (MEUR)"] == [("-4.000", ""), ("1.500", "+138")]
    assert [said[name][1][0] for name in said if name.strip().startswith(("gain", "most", "least"))] == [
        "5.500",
        "8.000",
        "-2.500",
    ]
    assert "gain, most and least: circular dealer, mill" in summary(priced()).notes


def test_a_cash_flow_that_rises_from_below_zero_is_no_fall() -> None:
    assert difference(-5, -10) == "+50.0"
    assert difference(-15, -10) == "-50.0"


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
