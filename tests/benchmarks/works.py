"""Works that the benchmarks compare."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import simpy

from simulator import accounting, engine
from simulator.engine import Lane, Plan
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from tests.benchmarks.measure import ROOT, Work
from tests.benchmarks.networks import rings

FLAGSHIP = ROOT / "scenarios" / "luenen.yaml"
SEED = 1


@dataclass(frozen=True)
class Subject:
    """A scenario and the variant of it that is run."""

    scenario: Scenario
    variant: str

    def plan(self) -> Plan:
        """All that a run does between reading the file and simulating, compiling apart."""
        plans = engine.plans(self.scenario, accounting.terms(self.scenario))
        return next(plan for plan in plans if self.variant in plan.courses)

    def lanes(self, count: int) -> list[Lane]:
        return [Lane(self.variant, 0)] * count


def flagship() -> Subject:
    return Subject(load(FLAGSHIP), "today")


def generated(folder: Path) -> Subject:
    """25 companies with a process each, 45 flows."""
    path = folder / "rings.yaml"
    path.write_text(rings(), encoding="utf-8")
    return Subject(load(path), "base")


def simulation(plan: Plan, lanes: Sequence[Lane]) -> Work:
    """The simulate stage of some lanes in one batch."""
    return lambda: engine.run_batch(plan, lanes, SEED)


def threaded(plan: Plan, batches: Sequence[Sequence[Lane]], pool: Executor) -> Work:
    """The simulate stage of batches, over the threads of a pool."""
    return lambda: list(pool.map(lambda lanes: engine.run_batch(plan, lanes, SEED), batches))


def steps(plan: Plan) -> int:
    """Processes and flows."""
    return len(plan.index.processes) + len(plan.index.flows)


def bare(processes: int, reviews: int) -> Work:
    """Bare SimPy: as many processes, each with one timeout per review, and no work."""

    def ticking(env: simpy.Environment) -> object:
        while True:
            yield env.timeout(1)

    def run() -> None:
        env = simpy.Environment()
        for _ in range(processes):
            env.process(ticking(env))  # type: ignore[arg-type]
        env.run(until=reviews)

    return run
