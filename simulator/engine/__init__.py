"""How time passes: a scenario becomes a plan, lanes of it run in batches, a ledger comes out.

plans(scenario, terms)          what lanes with one clock share, as plain arrays
run_batch(plan, lanes, seed)    simulate some lanes together
bytes_per_lane(plan)            what the records of one lane take
compile_kernels(programs)       fetch machine code, or make it; a run does so by itself
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.engine.ages import Recorder
from simulator.engine.batch import allocate, bytes_per_lane, ledger, unrest
from simulator.engine.casting import cast
from simulator.engine.clock import Progress, Trace, simulate
from simulator.engine.ledger import Lane, Ledger
from simulator.engine.machine import compile_kernels
from simulator.engine.plan import Plan, plans
from simulator.errors import RunError
from simulator.scenario.scenario import Variant

__all__ = ["Lane", "Ledger", "Outcome", "Plan", "bytes_per_lane", "compile_kernels", "plans", "run_batch"]


@dataclass(frozen=True)
class Outcome:
    """One batch, simulated."""

    ledger: Ledger
    """Of the lanes that came to rest."""
    events: int
    failed: Mapping[Lane, RunError]
    """Of the others what is wrong."""

    def whole(self) -> Outcome:
        """The same. Raises RunError where a lane failed."""
        for error in self.failed.values():
            raise error
        return self


def run_batch(
    plan: Plan,
    lanes: Sequence[Lane],
    seed: int,
    *,
    progress: Progress | None = None,
    trace: Trace | None = None,
    drawn: Mapping[Lane, Variant] | None = None,
) -> Outcome:
    """Simulate lanes that share a plan, in one calendar; those `drawn` have their variant with numbers of their own."""
    compile_kernels(plan.programs)
    chosen = cast(plan, lanes, drawn)
    batch = allocate(chosen, seed)
    ages = Recorder(chosen, batch) if chosen.aging.uses else None
    events = simulate(plan, batch, progress, trace, ages)
    failed = unrest(plan, batch)
    found = ledger(chosen, batch, ages.done() if ages else None)
    if failed:
        found = found.of([n for n in range(len(lanes)) if n not in failed])
    return Outcome(found, events, {chosen.lanes[n]: error for n, error in failed.items()})
