"""How many lanes share a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine import Lane, Plan

LANES_PER_BATCH = 8
"""Lanes that share a calendar: so many fit a processor's cache."""
RECORDS = 5e7
"""Bytes that the records of a batch should take: fewer lanes share a calendar where each records much."""


def batches_of(plan: Plan, lanes: Sequence[Lane]) -> Iterator[list[Lane]]:
    """Lanes in batches that fit the processor's cache and little memory."""
    from simulator.engine import bytes_per_lane

    size = max(1, min(LANES_PER_BATCH, int(RECORDS / max(bytes_per_lane(plan), 1.0))))
    for first in range(0, len(lanes), size):
        yield list(lanes[first : first + size])
