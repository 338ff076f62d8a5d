"""The factors by which noise multiplies numbers through time: which holds when, and each replication's own.

A plan knows where the factors of every noise stand among a lane's, and which of them holds at each instant; a batch
draws them. The random numbers of a noise are a stream of its own, keyed by seed, name and replication, with the
interval as index into it: nothing that is added, and no longer run, changes a factor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.engine.calendar import Timeline
from simulator.engine.draws import stream
from simulator.engine.ledger import Lane
from simulator.engine.structure.draft import Row
from simulator.scenario.amounts import Noise
from simulator.scenario.quantiles import QUANTILES
from simulator.scenario.scenario import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Noises:
    """Every noise of a plan, and where its factors stand."""

    each: tuple[Noise, ...]
    intervals: tuple[int, ...]
    """How many factors each has."""
    at: Ints
    """Which of a lane's factors holds at every instant at which anyone reviews, shape (noises, ticks)."""

    @property
    def count(self) -> int:
        """Factors of a lane."""
        return sum(self.intervals)


def noises(each: Iterable[Noise], line: Timeline, ticks: Sequence[int]) -> Noises:
    """Lay the factors of some noises out, one after the other."""
    listed = tuple(each)
    starts = [tuple(line.every(noise.every)) for noise in listed]
    firsts = np.cumsum([0, *map(len, starts)])
    rows = [first + np.searchsorted(own, ticks, side="right") - 1 for first, own in zip(firsts, starts, strict=False)]
    at = np.array(rows, dtype=np.int64).reshape(len(listed), len(ticks))
    return Noises(listed, tuple(map(len, starts)), at)


def tables(products: Iterable[Sequence[str]], names: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """For each product of series which noises it has, `NOISY` and `NOISE`; no rows where there is no noise at all."""
    number = {name: n for n, name in enumerate(names)}
    noisy: list[Row] = []
    found: list[Row] = []
    for product in products if names else ():
        own = [(number[name],) for name in product if name in number]
        noisy.append((len(found), len(own)))
        found += own
    return noisy, found


def steady(products: Iterable[Sequence[str]], names: Collection[str]) -> list[tuple[str, ...]]:
    """What of each product of series is the same in all lanes."""
    return [tuple(name for name in product if name not in names) for product in products]


def drawn(of: Noises, seed: int, lanes: Sequence[Lane]) -> Floats:
    """The factors of some lanes, shape (lanes, factors); variants of one replication share theirs."""
    rows: dict[int, Floats] = {}
    for lane in lanes:
        if lane.chance not in rows:
            own = [factors(noise, seed, lane.chance, count) for noise, count in zip(of.each, of.intervals, strict=True)]
            rows[lane.chance] = np.concatenate([np.empty(0), *own])
    return np.stack([rows[lane.chance] for lane in lanes])


def factors(noise: Noise, seed: int, replication: int, count: int) -> Floats:
    """The first factors of a noise: independent, lognormal, of mean 1; replication 0 stands still."""
    if replication == 0:
        return np.ones(count)
    sigma = noise.sigma
    median = {"median": np.exp(-(sigma**2) / 2), "gsd": np.exp(sigma)}
    uniforms = stream(seed, replication, noise.stream).random(count)
    return np.clip(QUANTILES["lognormal"](median, 1.0, np.maximum(uniforms, _LEAST)), *noise.factors)


_LEAST = 2.0**-54
"""In place of 0, which has no quantile."""


def series(named: Mapping[str, Noise], seed: int, replication: int, line: Timeline) -> dict[str, Series]:
    """The factors of a replication as time series, by name of the noise."""
    return {name: _series(noise, seed, replication, line) for name, noise in named.items()}


def _series(noise: Noise, seed: int, replication: int, line: Timeline) -> Series:
    seconds = line.dates(tuple(line.every(noise.every))).astype(np.int64).tolist()
    return Series(seconds, factors(noise, seed, replication, len(seconds)).tolist(), "hold", "hold")
