"""What is only rounding beside the other figures stands as 0 in the table of indicators."""

from __future__ import annotations

import numpy as np

from simulator.accounting.indicators import Yearly
from simulator.accounting.statistics import summarise
from simulator.engine.ledger import Lane

KEYS = (("town", "gain", "energy", "EUR"), ("town", "gain", "total", "EUR"), ("town", "payback", "simple", "year"))


def test_rounding_beside_the_largest_figure_of_an_indicator_is_zero_and_its_key_left_out() -> None:
    """1e-7 EUR beside a million; 1e-7 years are no rounding, nor is what is not defined a zero."""
    values = np.array([[[1e-7, 1e6, np.nan], [-1e-7, 1e6, 1e-7]]])
    lanes = [Lane("base", 0)]
    table = summarise(lanes, Yearly(("2025", "total"), KEYS, values), ("base",))
    assert set(table["item"]) == {"total", "simple"}
    assert table.loc[table["item"] == "simple", "value"].tolist() == [1e-7]
