"""The loaded scenario: what `load` returns and everything above reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import Fault
from simulator.scenario.amounts import Noise
from simulator.scenario.models import World

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Epoch:
    """A span of one variant in which no number changes except by a time series."""

    start: datetime
    """First instant; the epoch ends where the next begins, the last with the run."""
    world: World
    """Every override applied; flows, processes and uses whose partnerships are not in force have `active` False."""


@dataclass(frozen=True)
class Variant:
    """One named what-if, resolved."""

    name: str
    title: str
    hypothetical: bool
    partnerships: tuple[str, ...]
    interventions: tuple[str, ...]
    epochs: tuple[Epoch, ...]
    """At least one; the first starts with the run."""
    document: Mapping[str, object]
    """The scenario as run, plain data that loads again to the same numbers: written to `scenario.resolved.yaml`."""

    @property
    def worlds(self) -> tuple[World, ...]:
        """The worlds of its epochs, each once though several may share it, in the order in which they hold last."""
        found: dict[int, World] = {}
        for epoch in self.epochs:
            found.pop(id(epoch.world), None)
            found[id(epoch.world)] = epoch.world
        return tuple(found.values())


@dataclass(frozen=True)
class Series:
    """A time series from a CSV file, in internal units; checking a file needs no arrays, so they are made on demand."""

    seconds: Sequence[int]
    """Instants of the rows since 1970, ascending."""
    numbers: Sequence[float]
    """As many, at least one."""
    between: str
    outside: str

    @cached_property
    def times(self) -> NDArray[np.datetime64]:
        """Instants of the rows, to the second, shape (n,)."""
        import numpy as np

        return np.asarray(self.seconds, dtype=np.int64).astype("datetime64[s]")

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Shape (n,)."""
        import numpy as np

        return np.asarray(self.numbers, dtype=np.float64)

    @cached_property
    def low(self) -> float:
        """Smallest value."""
        return min(self.numbers)

    @cached_property
    def high(self) -> float:
        """Largest value."""
        return max(self.numbers)


@dataclass(frozen=True)
class Scenario:
    """A scenario file, checked and resolved into its variants, in the order of the file."""

    name: str
    title: str
    path: str
    world: World
    """The file as written, with all partnerships on: for the network, titles, units."""
    variants: Mapping[str, Variant]
    series: Mapping[str, Series]
    """By table name."""
    files: Mapping[str, str]
    """sha256 of every input file, by path relative to the scenario's folder."""
    warnings: tuple[str, ...] = ()
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """File and line of every dotted path the user wrote (`flows.take_back.to`), for faults found after loading."""
    noises: Mapping[str, Noise] = field(default_factory=dict)
    """By name: what redraws numbers through time. None in a loaded scenario, whose numbers stand still; see `noise`."""

    def fault(self, path: str, message: str) -> Fault:
        """A fault with the file and line of its path, or of the nearest part above it that the user wrote."""
        above = path
        while above and above not in self.places:
            above = above.rpartition(".")[0]
        file, line = self.places.get(above, (Path(self.path).name, 1))
        return Fault(file, line, path, message)
