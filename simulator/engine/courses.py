"""How a variant goes on: its epochs, and the rows of its ledger."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from simulator.engine.calendar import Period, Timeline, periods
from simulator.engine.ledger import Row
from simulator.engine.reading import Opening
from simulator.engine.structure.contracts import cuts
from simulator.scenario.models import World
from simulator.scenario.scenario import Variant


@dataclass(frozen=True)
class Course:
    """How a variant goes on: its epochs, and the rows of its ledger."""

    starts: tuple[int, ...]
    """Start of each epoch, s."""
    numbers: tuple[int, ...]
    """Row of each epoch in the plan's numbers."""
    rows: tuple[Row, ...]
    ends: tuple[int, ...]
    """End of each row, s."""
    opening: Opening
    worlds: tuple[World, ...]
    """The world of each epoch."""


def course_of(variant: Variant, line: Timeline, opening: Opening, row_of: Mapping[int, int]) -> Course:
    """The course of a variant; `row_of` says which row of the numbers a world has, by its identity."""
    starts = starts_of(variant, line)
    worlds = tuple(epoch.world for epoch in variant.epochs)
    rows = tuple(_rows(periods(line, worlds[0].time.report), starts, line, cuts(worlds[0], line)))
    ends = tuple(line.at(row.end) for row in rows)
    return Course(starts, tuple(row_of[id(world)] for world in worlds), rows, ends, opening, worlds)


def starts_of(variant: Variant, line: Timeline) -> tuple[int, ...]:
    """Start of each epoch of a variant, s."""
    return tuple(max(0, line.at(epoch.start)) for epoch in variant.epochs)


def _rows(spans: Sequence[Period], starts: Sequence[int], line: Timeline, further: Sequence[int]) -> Iterable[Row]:
    """Reporting periods, cut where a dated change, or one of `further` instants, falls inside one."""
    instants = sorted({*starts, *further})
    for span in spans:
        inside = instants[bisect_right(instants, span.start) : bisect_left(instants, span.end)]
        for start, end in pairwise([span.start, *inside, span.end]):
            yield Row(span.label, line.date(start), line.date(end), bisect_right(starts, start) - 1)
