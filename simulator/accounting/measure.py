"""What an indicator is made of."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.accounting.grid import Grid, Key
from simulator.scenario.figures import NETWORK


@dataclass(frozen=True)
class Measure:
    """One indicator of every lane and year."""

    name: str
    unit: str
    amounts: Grid
    """Keys: node, item."""
    per: Grid | None = None
    """For a ratio, the divisors, with the keys of `amounts`: sums over a year are divided, ratios never averaged."""


def both(node: str, *items: str) -> list[Key]:
    """Items of a node and of the network."""
    return [(where, item) for where in (node, NETWORK) for item in items]
