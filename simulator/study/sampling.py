"""Uniform numbers for replications: one stream for each key, so that nothing that is added disturbs another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from simulator.engine.draws import hashed

Floats = NDArray[np.float64]
_LEAST, _MOST = 2.0**-54, 1.0 - 2.0**-53
"""Ends of what lies within (0, 1)."""


def uniforms(seed: int, keys: Iterable[str], replications: int, latin: bool = False) -> dict[str, Floats]:
    """Numbers within (0, 1) by key, each of shape (replications,); index 0 is replication 1.

    Those of a key depend on the seed, the key and the replication alone: more keys, or more replications, change none.
    With `latin`, a Latin hypercube (McKay, Beckman and Conover 1979, Technometrics 21): of as many equal parts of
    (0, 1) as there are replications each holds one number of each key. They then depend on how many there are.
    """
    sample = _stratified if latin else _plain
    return {key: within(sample(_stream(seed, key), replications)) for key in keys}


def within(numbers: Floats) -> Floats:
    """Numbers in [0, 1] with 0 and 1 moved just inside: quantiles there may be infinite."""
    return np.clip(numbers, _LEAST, _MOST)


def _stream(seed: int, key: str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, hashed(key)])))


def _plain(stream: np.random.Generator, replications: int) -> Floats:
    return stream.random(replications)


def _stratified(stream: np.random.Generator, replications: int) -> Floats:
    strata = stream.permutation(replications)
    return (strata + stream.random(replications)) / replications
