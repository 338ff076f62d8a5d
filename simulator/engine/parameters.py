"""The numbers of a lane: one vector, filled anew from every world by the same readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.engine.layout import CONSTANTS
from simulator.scenario.models import World
from simulator.scenario.numbers import Number

Floats = NDArray[np.float64]
Read = Callable[[World], Number | float | None]
ReadBlock = Callable[[World], Floats]


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the vector: how to read it, and what stands for it where it is absent."""

    read: Read
    default: float


class Parameters:
    """Collects what a lane's vector holds, then fills it for any world."""

    def __init__(self, worlds: Sequence[World]) -> None:
        self.worlds = worlds
        self._entries: list[Entry | ReadBlock] = []
        self._size = len(CONSTANTS)
        self._absent: list[Read] = []
        self._series: list[tuple[Read, frozenset[tuple[str, ...]]]] = []
        self.varying: list[tuple[int, int, tuple[str, ...]]] = []
        """Numbers that a time series gives in some world: index, index of its factor, names of what gives it."""

    def add(self, read: Read, default: float = 0.0) -> int:
        """A number; where no world of the scenario gives it, the constant that stands for it."""
        found = [read(world) for world in self.worlds]
        if default in CONSTANTS and all(value is None for value in found):
            self._absent.append(read)
            return CONSTANTS.index(default)
        index = self._append(Entry(read, default))
        series = frozenset(value.series for value in found if isinstance(value, Number) and value.series)
        self._series.append((read, series))
        for names in sorted(series):
            factor = self._append(Entry(lambda world, names=names: _factor(read(world), names), 0.0))  # type: ignore[misc]
            self.varying.append((index, factor, names))
        return index

    def covers(self, world: World) -> bool:
        """Whether a further world gives no number that all worlds here leave out, and follows no other time series."""
        if any(read(world) is not None for read in self._absent):
            return False
        return all(_follows(read(world), series) for read, series in self._series)

    def block(self, read: ReadBlock, size: int) -> int:
        """Several numbers in a row; the index of the first."""
        index = self._size
        self._entries.append(read)
        self._size += size
        return index

    def _append(self, entry: Entry) -> int:
        self._entries.append(entry)
        self._size += 1
        return self._size - 1

    def fill(self, world: World) -> Floats:
        """The vector of one world, shape (N,)."""
        return np.concatenate([CONSTANTS, *(_values(entry, world) for entry in self._entries)])

    def fill_all(self, worlds: Iterable[World]) -> Floats:
        """Vectors of many worlds, shape (worlds, N)."""
        return np.stack([self.fill(world) for world in worlds])


def _follows(value: Number | float | None, series: frozenset[tuple[str, ...]]) -> bool:
    """Whether a number is plain, or follows one of some products of time series."""
    return not isinstance(value, Number) or not value.series or value.series in series


def _values(entry: Entry | ReadBlock, world: World) -> Floats:
    if not isinstance(entry, Entry):
        return entry(world)
    return np.array([amount(entry.read(world), entry.default)])


def amount(value: Number | float | None, default: float = 0.0) -> float:
    """A plain number; what a time series gives stands at 0 until the series is followed."""
    if value is None:
        return default
    if isinstance(value, Number):
        return 0.0 if value.table else value.value
    return value


def _factor(value: Number | float | None, names: tuple[str, ...]) -> float:
    """What the series are multiplied by in this world; nan where they do not hold."""
    return value.steady if isinstance(value, Number) and value.series == names else float("nan")


def tonnes(number: Number | None, world: World, material: str) -> Number | None:
    """A number in tonnes, or tonnes a day, where it was given in pieces."""
    if number is None or not number.pieces:
        return number
    piece = world.materials[material].piece
    if piece is None:
        raise AssertionError("pieces of a material without a piece are refused when the file is loaded")
    return Number(number.value * piece.value, number.unit, number.table, number.times * piece.value, noise=number.noise)
