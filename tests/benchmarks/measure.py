"""CPU times on a machine that others use too: interleaved repetitions, minima, no garbage collection."""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STABLE = 0.98
"""A minimum that falls by less than this factor has settled."""
Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """One line of the table: a ratio, or seconds, and the limit it is held to."""

    row: str
    work: str
    measured: float
    unit: str = "×"
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ok(self) -> bool:
        high = self.at_most is None or self.measured <= self.at_most
        return high and (self.at_least is None or self.measured >= self.at_least)

    def cells(self) -> tuple[str, str, str, str, str]:
        """Row, work, measured, must be, ok, as they are printed."""
        return self.row, self.work, f"{self.measured:.3g} {self.unit}", self._limit(), self._verdict()

    def _limit(self) -> str:
        limits = [f"≤ {self.at_most:g} {self.unit}" if self.at_most is not None else "",
                  f"≥ {self.at_least:g} {self.unit}" if self.at_least is not None else ""]  # fmt: skip
        return " ".join(filter(None, limits))

    def _verdict(self) -> str:
        if self.at_most is None and self.at_least is None:
            return "–"
        return "yes" if self.ok else "NO"


HEAD = ("row", "work", "measured", "must be", "ok")


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as lines of aligned text."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEAD))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection inside; all of it before."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(work: Work, clock: Clock = time.process_time) -> float:
    """Seconds of one repetition; CPU seconds of all threads unless another clock is given."""
    with uncollected():
        start = clock()
        work()
        return clock() - start


def best(
    works: Mapping[str, Work], *, least: int = 5, most: int = 15, clock: Clock = time.process_time
) -> dict[str, float]:
    """Least seconds of each, taken in turns until two rounds on end have not lowered any, or `most` rounds are over."""
    minima = {name: timed(work, clock) for name, work in works.items()}
    quiet = 0
    for done in range(1, most):
        if done >= least and quiet >= 2:
            break
        times = {name: timed(work, clock) for name, work in works.items()}
        quiet = 0 if any(times[name] < STABLE * minima[name] for name in works) else quiet + 1
        minima = {name: min(minima[name], times[name]) for name in works}
    return minima


def children() -> float:
    """CPU seconds that all ended child processes have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def python(*argv: str, env: Mapping[str, str] | None = None) -> Work:
    """Python with these arguments, in the repository, as a child process that must succeed."""
    command = [sys.executable, *argv]
    return lambda: subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
