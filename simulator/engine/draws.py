"""Drawing: random streams keyed by seed, replication and path, so that nothing that is added disturbs another."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.amounts import Number

Spans = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From uniform numbers to lengths of time, days."""
BLOCK = 256
"""Cycles of an outage schedule drawn at a time."""


def stream(seed: int, replication: int, path: str) -> np.random.Generator:
    """The random stream of one path: the same whatever else the scenario holds, and in every variant."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, hashed(path), replication])))


def hashed(path: str) -> int:
    """A path, or another name of a stream, as a number: the same on every machine and in every session."""
    return int.from_bytes(blake2b(path.encode(), digest_size=8).digest(), "little")


def lasting(number: Number) -> Spans:
    """How single times are distributed of which a number is the mean: as it says, else exponentially, days."""
    found = number.distribution
    if found is None:
        return lambda uniforms: -np.log1p(-uniforms) * number.value
    return lambda uniforms: np.maximum(found.quantile(uniforms), 0.0)


def mean_of(number: Number) -> float:
    """Mean of the single times that a number stands for, days."""
    return number.distribution.mean if number.distribution else number.value


def outages(
    generator: np.random.Generator, in_order: Spans, out_of_order: Spans, start_up: float, end: float
) -> NDArray[np.float64]:
    """Outages of one process: alternating times in and out of order, days.

    Shape (n, 3): start, repair, and end, when it has been started up again, `start_up` days later. The next time in
    order begins then. They cover [0, end) and one more. Uniforms and the inverse distribution function, block by block.
    """
    blocks: list[NDArray[np.float64]] = []
    now = 0.0
    while now < end:
        uniforms = generator.random((BLOCK, 2))
        lengths = np.column_stack([in_order(uniforms[:, 0]), out_of_order(uniforms[:, 1]) + start_up])
        edges = now + np.cumsum(lengths.ravel())
        blocks.append(edges.reshape(BLOCK, 2))
        now = edges[-1]
    times = np.concatenate(blocks)
    times = times[: int(np.searchsorted(times[:, 0], end)) + 1]
    return np.column_stack([times[:, 0], times[:, 1] - start_up, times[:, 1]])
