"""The lanes of a batch: whose numbers hold in each, and where it starts.

A lane of a variant as the file has it shares all this with the plan. A drawn one brings worlds of its own: their
numbers are read as the plan's were, and what they need of survival curves comes behind the plan's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.courses import Course
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
    """Lanes of a plan; those `drawn` have their variant with numbers of their own, all others as the file has it.

    Raises RunError where the lifetime that was drawn of a use is too short for the stock it is to keep.
    """
    own = drawn or {}
    central = {lane: plan.courses[lane.variant] for lane in lanes}
    if not own:
        courses = tuple(central[lane] for lane in lanes)
        return Cast(plan, tuple(lanes), courses, plan.numbers, plan.survival, plan.initial_loss, plan.aging)
    book = plan.book.fork()
    worlds = {id(world): world for variant in own.values() for world in variant.worlds}
    row_of = {key: row for row, key in enumerate(worlds, len(plan.numbers))}
    numbers = np.concatenate([plan.numbers, numbers_of(plan.draft, list(worlds.values()), book)])
    for lane, variant in own.items():
        central[lane] = _redrawn(plan, central[lane], variant, row_of, book)
    courses = tuple(central[lane] for lane in lanes)
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


def _redrawn(plan: Plan, course: Course, variant: Variant, row_of: Mapping[int, int], book: CurveBook) -> Course:
    """The course of a variant with other numbers: no date is drawn, so that its rows stay."""
    worlds = tuple(epoch.world for epoch in variant.epochs)
    numbers = tuple(row_of[id(world)] for world in worlds)
    return replace(course, numbers=numbers, worlds=worlds, opening=opening(plan.draft, worlds[0], book, drawn=True))
