"""Drawing: random streams keyed by seed, replication and path, so that nothing that is added disturbs another."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

BLOCK = 256
"""Cycles of an outage schedule drawn at a time."""


def stream(seed: int, replication: int, path: str) -> np.random.Generator:
    """The random stream of one path: the same whatever else the scenario holds, and in every variant."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, hashed(path), replication])))


def hashed(path: str) -> int:
    """A path, or another name of a stream, as a number: the same on every machine and in every session."""
    return int.from_bytes(blake2b(path.encode(), digest_size=8).digest(), "little")


def outages(
    generator: np.random.Generator, mtbf: float, mttr: float, start_up: float, end: float
) -> NDArray[np.float64]:
    """Outages of one process: alternating exponential times in and out of order, days.

    Shape (n, 3): start, repair, and end, when it has been started up again, `start_up` days later. The next time in
    order begins then. They cover [0, end) and one more. Uniforms and the inverse distribution function, block by block.
    """
    blocks: list[NDArray[np.float64]] = []
    now = 0.0
    while now < end:
        lengths = -np.log1p(-generator.random((BLOCK, 2))) * (mtbf, mttr) + (0.0, start_up)
        edges = now + np.cumsum(lengths.ravel())
        blocks.append(edges.reshape(BLOCK, 2))
        now = edges[-1]
    times = np.concatenate(blocks)
    times = times[: int(np.searchsorted(times[:, 0], end)) + 1]
    return np.column_stack([times[:, 0], times[:, 1] - start_up, times[:, 1]])
