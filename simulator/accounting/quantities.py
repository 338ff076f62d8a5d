"""What a ledger has of quantities that can be valued, by kind and name."""

from __future__ import annotations

from typing import Final, Literal

from simulator.engine.index import Term
from simulator.engine.ledger import Floats

Kind = Literal["air", "basis", "began", "carried", "days", "flow", "learned", "restarts", "shortfall", "tap", "time"]
"""`basis` (company, process), the same `learned`, weighed with what experience has left of the cost, and its `restarts`
after outages; `flow` (flow), `tap` (as `tap_key` has it), `air` (company, process, substance), `carried` (flow to an
accept, substance whose carbon is known), or of a partnership the `days` it was in force and whether it `began`
(partnership); the `shortfall` of a contract (flow); the `time` that passed, days, without name.

Factors of `days`, `began`, `learned`, `restarts` and `shortfall` cannot be time series.
"""
TIME: Final = "time"
Quantity = tuple[Kind, tuple[str, ...]]
Quantities = tuple[list[Quantity | Term], Floats]
"""Quantities, some weighed with time series, and their amounts, shape (L, R, quantities)."""
