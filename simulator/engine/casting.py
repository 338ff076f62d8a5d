"""The lanes of a batch: whose numbers hold in each, and where it starts.

A lane of a variant as the file has it shares all this with the plan. A drawn one brings worlds of its own: their
numbers are read as the plan's were, and what they need of survival curves comes behind the plan's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.courses import Course, course_of, starts_of
from simulator.engine.curvebook import CurveBook
from simulator.engine.ledger import Lane
from simulator.engine.plan import Plan
from simulator.engine.reading import numbers_of, opening
from simulator.engine.structure.ages import Aging, aging
from simulator.scenario.scenario import Variant

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cast:
    """The lanes of one batch, L of them, and what is theirs."""

    plan: Plan
    lanes: tuple[Lane, ...]
    courses: tuple[Course, ...]
    """By lane."""
    numbers: Floats
    """The numbers of every world, (worlds, N)."""
    survival: Floats
    """Part of a cohort in service at the end of its k-th interval, (curves, k)."""
    initial_loss: Floats
    """Part of the initial stock retired in interval k, (curves, k)."""
    aging: Aging


def cast(plan: Plan, lanes: Sequence[Lane], drawn: Mapping[Lane, Variant] | None = None) -> Cast:
    """Lanes of a plan; those `drawn` have a variant of their own, all others that of the plan.

    Such a variant is one of the plan's with other numbers, or one that the plan covers. Raises RunError where the
    lifetime that was drawn of a use is too short for the stock it is to keep.
    """
    own = drawn or {}
    if not own:
        courses = tuple(plan.courses[lane.variant] for lane in lanes)
        return Cast(plan, tuple(lanes), courses, plan.numbers, plan.survival, plan.initial_loss, plan.aging)
    book = plan.book.fork()
    worlds = {id(world): world for variant in own.values() for world in variant.worlds}
    row_of = {key: row for row, key in enumerate(worlds, len(plan.numbers))}
    numbers = np.concatenate([plan.numbers, numbers_of(plan.draft, list(worlds.values()), book)])
    made = {lane: _course(plan, lane, variant, row_of, book) for lane, variant in own.items()}
    courses = tuple(made[lane] if lane in made else plan.courses[lane.variant] for lane in lanes)
    survival, losses = book.tables(plan.survival.shape[1] - 1, first=len(plan.survival))
    return Cast(
        plan=plan,
        lanes=tuple(lanes),
        courses=courses,
        numbers=numbers,
        survival=np.concatenate([plan.survival, survival]),
        initial_loss=np.concatenate([plan.initial_loss, losses]),
        aging=aging(plan.draft, plan.aging.asked, book, (course.opening.curve for course in courses)),
    )


def _course(plan: Plan, lane: Lane, variant: Variant, row_of: Mapping[int, int], book: CurveBook) -> Course:
    """The course of a variant that is not the plan's: where its epochs begin as the plan's do, so its rows end."""
    worlds = tuple(epoch.world for epoch in variant.epochs)
    start = opening(plan.draft, worlds[0], book, drawn=lane.replication > 0)
    known = plan.courses.get(lane.variant)
    if known is None or starts_of(variant, plan.line) != known.starts:
        return course_of(variant, plan.line, start, row_of)
    numbers = tuple(row_of[id(world)] for world in worlds)
    return replace(known, numbers=numbers, worlds=worlds, opening=start)
