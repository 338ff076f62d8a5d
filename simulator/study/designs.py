"""Replications that are chosen, not drawn: some numbers as a design says, all else as in another replication."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.drawing import Draw, values_of
from simulator.study.sampling import uniforms, within

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Of which world every replication of a study is."""

    uniforms: Mapping[str, tuple[float, ...]]
    """By key of a draw, a number in [0, 1] for each replication; of a split all parts, or none."""
    rest: tuple[int, ...]
    """For each replication that from which it has the draws of all other keys, and its outages; 0: these numbers stay
    as they are written. Replications that name the same one differ only in what the design says."""

    def digest(self) -> str:
        """sha256 of the design."""
        text = json.dumps([sorted(self.uniforms.items()), self.rest])
        return sha256(text.encode()).hexdigest()

    def numbers(self, seed: int, keys: Iterable[str], latin: bool = False) -> dict[str, Floats]:
        """Uniforms in (0, 1) by key, each of shape (replications,); not a number where numbers stay as written."""
        rest = np.array(self.rest, dtype=np.intp)
        drawn = uniforms(seed, [key for key in keys if key not in self.uniforms], int(rest.max(initial=0)), latin)
        own = {key: within(np.array(found)) for key, found in self.uniforms.items()}
        return own | {key: np.append(found, np.nan)[rest - 1] for key, found in drawn.items()}

    def values(self, draws: Sequence[Draw], numbers: Mapping[str, Floats]) -> Floats:
        """As `values_of`; not a number where a number stays as it is written, alone or in its split."""
        found = values_of(draws, {key: np.where(np.isnan(given), 0.5, given) for key, given in numbers.items()})
        if not draws:
            return np.empty((len(self.rest), 0))
        written = np.stack([np.isnan(numbers[draw.key]) for draw in draws], axis=1)
        splits: defaultdict[str, list[int]] = defaultdict(list)
        for place, draw in enumerate(draws):
            if draw.split:
                splits[draw.split].append(place)
        for places in splits.values():
            written[:, places] = written[:, places].any(axis=1, keepdims=True)
        return np.where(written, np.nan, found)
