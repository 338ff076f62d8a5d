"""What studies of many lanes say in the terminal: pure functions from results to text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from simulator.study.outcomes import Outcome
from simulator.study.sweep import Swept
from simulator.summary import number, scale


@dataclass(frozen=True, slots=True)
class Telling:
    """A heading, a table and some lines under it."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    words: int = 2
    """Columns on the left that hold words."""


def of_sweep(swept: Swept) -> Telling:
    """Ends and optimum of each outcome, by variant."""
    ranges = swept.sweep.ranges
    one = ranges[0] if len(ranges) == 1 else None
    ends = (one.written(one.values[0]), one.written(one.values[-1])) if one else ("all lowest", "all highest")
    varied = "; ".join(f"{r.path} from {r.written(r.values[0])} to {r.written(r.values[-1])}" for r in ranges)
    repeated = f", means of {swept.sweep.replications} draws" if swept.sweep.replications else ""
    return Telling(
        heading=f"{swept.sweep.scenario.title}: {varied}",
        columns=("", "variant", *ends, "best", "at"),
        rows=tuple(_rows(swept)),
        notes=(f"{swept.lanes:,} lanes{repeated}; balance closes to {swept.residual:.1g}",),
    )


def _rows(swept: Swept) -> Iterator[tuple[str, ...]]:
    for outcome in swept.outcomes:
        values = {variant: swept.of(variant, outcome.key).ravel() for variant in swept.figures}
        unit, size = scale(outcome.unit, [float(value) for some in values.values() for value in some])
        for n, (variant, some) in enumerate(values.items()):
            label = f"{outcome.title.lower()} ({unit})" if n == 0 else ""
            place = best(outcome, some)
            shown = [number(float(some[at]) / size) for at in (0, -1, place)]
            yield label, variant, *shown, _at(swept, place, some)


def best(outcome: Outcome, values: Sequence[float] | np.ndarray) -> int:
    """Place of the best value, the first of equals; those that are no number are none."""
    rank = [(-value if outcome.rises else value) if isfinite(value) else np.inf for value in values]
    return int(np.argmin(rank))


def _at(swept: Swept, place: int, values: np.ndarray) -> str:
    """Where the best is reached; nowhere in particular where all are alike."""
    if np.ptp(values[np.isfinite(values)]) <= 1e-9 * np.abs(values[place]):
        return "anywhere"
    point = swept.sweep.combinations()[place]
    return ", ".join(one.written(value) for one, value in zip(swept.sweep.ranges, point, strict=True))
