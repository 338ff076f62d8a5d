"""Small scenarios that are run whole, and the figures read from their table of indicators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

import simulator
from tests.accounting.ledgers import read

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))
"""Worked examples with their sources."""
HEAD = """
schema: 1
name: small
time: {start: 2025-01-01, end: 2025-01-11, step: 1 day, report: month}
"""
YARD = """
materials: {goods: {}}
companies:
  yard: {inventories: {goods: {initial: 20 t}}}
boundary:
  shop: {demands: {goods: {rate: 20 t/day}}}
"""
"""A yard that ships 20 t on the first day and has nothing left."""


def oracle(indicator: str) -> tuple[dict[str, Any], dict[str, float], float]:
    """Inputs, expected figures and tolerance of a worked example."""
    row = next(row for row in ROWS if row["indicator"] == indicator)
    return row["inputs"], row["expected"], row["tolerance"]


def ran(folder: Path, text: str) -> simulator.Run:
    """Run a scenario from text."""
    return simulator.run(read(folder, text))


def figure(run: simulator.Run, indicator: str, node: str, item: str = "total", period: str = "total") -> float:
    """One figure of the first variant; 0 where the table leaves it out."""
    return figure_of(run.tables.indicators, indicator, node, item, period)


def figure_of(
    table: pd.DataFrame, indicator: str, node: str, item: str = "total", period: str = "total", variant: str = ""
) -> float:
    """One figure of a variant, the first where none is named."""
    named = variant or table["variant"].iloc[0]
    wanted = {"variant": named, "period": period, "node": node, "indicator": indicator, "item": item}
    rows = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    return float(rows["value"].sum())
