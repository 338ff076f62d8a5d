"""How time passes: SimPy owns the calendar; at every instant one kernel call does the work for all lanes.

    review    one process per group of companies with the same review period
    report    one process that wakes where a row of the ledger ends: with a period, or at a dated change
    arrive    one process that wakes where something under way may be due and no one reviews

Each of them only notes what is due; when all that is due at an instant has been noted, the kernels act once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import simpy
from simpy.events import EventPriority

from simulator.engine.layout import ADVANCE, BEGIN, CLOSING, FINISH, OPENING
from simulator.engine.machine import bind
from simulator.engine.plan import Plan
from simulator.engine.state import Batch

LAST = EventPriority(2)
"""Priority behind SimPy's own: the kernels act when everything due at the instant has been noted."""
Trace = Callable[[int, str, int], None]
"""Called with the instant in seconds, `review`, `report` or `arrival`, and the number of the group or queue."""
Progress = Callable[[float], None]
"""Called with the part of the horizon that is done."""
Record = Callable[[int], None]
"""Called with the instant in seconds, before the kernels act."""
Waking = Generator[simpy.Event, Any, None]


class Instant(simpy.Event):
    """Happens when all that is due at an instant has been noted; it has succeeded from the start."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok, self._value = True, None


class Agenda:
    """Whether anything is due at this instant, and the event that lets the kernels act on it."""

    def __init__(self, plan: Plan, batch: Batch) -> None:
        self.env = simpy.Environment()
        self.kernels, *between = (bind(batch, program) for program in plan.programs)
        self.rank = between[0] if between else None
        self.planned = False
        self.events = 0

    def close(self) -> None:
        """Let go of the batch: the calendar goes round in references, and would keep the arrays for long."""
        del self.kernels, self.rank

    def note(self) -> None:
        """Make sure that the kernels act at this instant, after all that is due has been noted."""
        self.events += 1
        if not self.planned:
            self.planned = True
            instant = Instant(self.env)
            instant.callbacks = [self.act]
            self.env.schedule(instant, LAST)

    def act(self, _: simpy.Event) -> None:
        self.events += 1
        self.planned = False
        now = int(self.env.now)
        if self.rank is None:
            self.kernels(ADVANCE, now)
        else:
            self.kernels(OPENING, now)
            self.rank(ADVANCE, now)
            self.kernels(CLOSING, now)


def simulate(
    plan: Plan,
    batch: Batch,
    progress: Progress | None = None,
    trace: Trace | None = None,
    record: Record | None = None,
) -> int:
    """Run a batch from start to end; return the number of calendar events.

    `record` looks at the batch wherever a row of the ledger ends.
    """
    agenda = Agenda(plan, batch)
    env, due = agenda.env, batch.group["due"]
    wakings = [
        report(agenda, _ends(plan, batch), plan.line.end, progress=progress, trace=trace, record=record),
        arrive(agenda, plan, trace),
        *(review(agenda, plan, group, due, trace) for group in range(len(plan.reviews))),
    ]
    for waking in wakings:
        env.process(waking)
    agenda.kernels(BEGIN, 0)
    env.run(until=plan.line.end)
    if record is not None:
        record(plan.line.end)
    agenda.kernels(FINISH, plan.line.end)
    for waking in wakings:
        waking.close()
    agenda.close()
    return agenda.events


def review(agenda: Agenda, plan: Plan, group: int, due: Any, trace: Trace | None) -> Waking:
    """Companies of one group look at their stocks, review after review."""
    timeout, note = agenda.env.timeout, agenda.note
    for wait in plan.reviews[group].waits:
        if wait:
            yield timeout(wait)
        due[group] = 1
        note()
        if trace is not None:
            trace(int(agenda.env.now), "review", group)


def _ends(plan: Plan, batch: Batch) -> list[int]:
    """When a row of the ledger ends, of the plan's variants or of lanes that are none of these, but for the last."""
    ends = {end for course in plan.courses.values() for end in course.ends}
    return sorted(ends.union(batch.row_end[batch.row_end < plan.line.end].tolist()) - {plan.line.end})


def report(
    agenda: Agenda,
    ends: Sequence[int],
    last: int,
    *,
    progress: Progress | None,
    trace: Trace | None,
    record: Record | None,
) -> Waking:
    """Let rows of the ledger end; the last ends with the run."""
    for end in ends:
        yield agenda.env.timeout(end - agenda.env.now)
        agenda.note()
        if record is not None:
            record(end)
        if trace is not None:
            trace(end, "report", 0)
        if progress is not None:
            progress(end / last)


def arrive(agenda: Agenda, plan: Plan, trace: Trace | None) -> Waking:
    """Let what is under way arrive between the reviews; at a review the kernels look for arrivals anyway."""
    for instant in plan.between.tolist():
        yield agenda.env.timeout(instant - agenda.env.now)
        agenda.note()
        if trace is not None:
            for lag in np.flatnonzero((plan.lag_due == instant).any(axis=1)).tolist():
                trace(instant, "arrival", lag)
