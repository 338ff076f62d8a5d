"""How time passes: SimPy owns the calendar; at every instant one kernel call does the work for all lanes.

    reviews   one process per group of companies with the same review period
    reports   one process that wakes at the end of every row of the ledger, and at every dated change
    arrivals  one event per instant at which something under way may be due

Each of them only notes what is due; when all that is due at an instant has been noted, the kernels act once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from simulator.engine.handle import handle, listing
from simulator.engine.instant import advance, begin, finish
from simulator.engine.plan import Plan
from simulator.engine.state import Batch

LAST = 2
"""Priority behind SimPy's own: the kernels act when everything due at the instant has been noted."""
Trace = Callable[[int, str, int], None]
"""Called with the instant in seconds, `review`, `report` or `arrival`, and the number of the group or queue."""
Progress = Callable[[float], None]
"""Called with the part of the horizon that is done."""


class Agenda:
    """What is due at this instant, and the event that carries it out."""

    def __init__(self, env: simpy.Environment, batch: Batch, trace: Trace | None) -> None:
        self.env = env
        self.batch = batch
        self.entries = listing(batch)
        self.handle = handle(batch, self.entries)
        self.trace = trace
        self.tick = -1
        self.planned = False
        self.reviews = False
        self.expected: set[int] = set()
        self.events = 0

    def note(self, what: str, number: int) -> None:
        """Make sure that the kernels act at this instant."""
        self.events += 1
        if self.trace is not None:
            self.trace(int(self.env.now), what, number)
        if not self.planned:
            self.planned = True
            event = self.env.event()
            event._ok, event._value = True, None
            event.callbacks.append(self.act)
            self.env.schedule(event, priority=LAST)

    def expect(self, due: int, lag: int) -> None:
        """Act again when something that may start now arrives."""
        if self.trace is None and due in self.expected:
            return
        self.expected.add(due)
        arrival = self.env.timeout(due - self.env.now)
        arrival.callbacks.append(lambda _: self.arrive(due, lag))

    def arrive(self, due: int, lag: int) -> None:
        self.expected.discard(due)
        self.note("arrival", lag)

    def act(self, _: simpy.Event) -> None:
        """Let the kernels do all that is due, then begin afresh."""
        self.events += 1
        self.tick += self.reviews
        self.batch.tick[0] = self.tick
        advance(self.handle, self.env.now, self.reviews)
        self.batch.group["due"] = 0
        self.planned = self.reviews = False


def review(agenda: Agenda, plan: Plan, group: int) -> Generator[simpy.Event, Any, None]:
    """Companies of one group look at their stocks, review after review."""
    state = agenda.batch.group[group]
    lags = [lag for lag in range(len(plan.tables["lags"])) if plan.tables["lags"][lag].group == group]
    reviews = plan.reviews[group]
    for n, (wait, span) in enumerate(zip(reviews.waits, reviews.spans, strict=True)):
        if wait:
            yield agenda.env.timeout(wait)
        state["due"], state["review"], state["dt"] = 1, n, span
        agenda.reviews = True
        agenda.note("review", group)
        for lag in lags:
            if plan.lag_due[lag, n] < plan.line.end:
                agenda.expect(int(plan.lag_due[lag, n]), lag)


def report(agenda: Agenda, plan: Plan, progress: Progress | None) -> Generator[simpy.Event, Any, None]:
    """Wake where a row of the ledger ends: at the end of a reporting period, or at a dated change."""
    ends = sorted({end for course in plan.courses.values() for end in course.ends})
    for end in ends[:-1]:
        yield agenda.env.timeout(end - agenda.env.now)
        agenda.note("report", 0)
        if progress is not None:
            progress(end / plan.line.end)


def simulate(plan: Plan, batch: Batch, progress: Progress | None = None, trace: Trace | None = None) -> int:
    """Run a batch from start to end; return the number of calendar events."""
    env = simpy.Environment()
    agenda = Agenda(env, batch, trace)
    env.process(report(agenda, plan, progress))
    for group in range(len(plan.reviews)):
        env.process(review(agenda, plan, group))
    begin(agenda.handle)
    env.run(until=plan.line.end)
    finish(agenda.handle, plan.line.end)
    return agenda.events
