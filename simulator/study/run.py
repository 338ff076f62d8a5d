"""One run: scenario in, tables out."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.accounting.bottlenecks import Bottleneck
from simulator.accounting.tables import Tables
from simulator.errors import RunError, ScenarioError
from simulator.scenario.scenario import Scenario
from simulator.study.batches import batches_of
from simulator.study.coarse import coarse
from simulator.study.ensemble import Ensemble, assembled, replicate
from simulator.study.executors import Workers, threads
from simulator.study.replication import Block, Study
from simulator.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    from simulator.engine import Ledger, Plan

Progress = Callable[[float], None]


@dataclass(frozen=True, repr=False)
class Run:
    """What came out of a scenario."""

    scenario: Scenario
    tables: Tables
    seed: int
    lanes: int
    events: int
    """Events of the calendar that were processed."""
    residual: float
    """Largest relative residual of any balance, 1."""
    timings: Mapping[str, float]
    """Seconds by stage: load, compile (kernels, and the scenario to arrays), simulate, account; the caller adds write
    and plot."""
    warnings: tuple[str, ...]
    bottlenecks: Mapping[str, tuple[Bottleneck, ...]]
    """Up to three per variant, worst first: which process waited for what, on how many days."""
    ensemble: Ensemble | None = None
    """What replications show, where there are any; `tables` are of the numbers as they are, but for `indicators`."""

    @property
    def years(self) -> float:
        """How long the run lasts, in years of 365.25 days."""
        return self.scenario.world.days / DAYS_PER_YEAR

    def __repr__(self) -> str:
        return f"<Run of {self.scenario.name}: {self.lanes} lanes, balance closes to {self.residual:.0e}>"


def run(
    scenario: Scenario,
    *,
    replications: int = 0,
    latin: bool = False,
    fine: bool = False,
    workers: Workers | None = None,
    progress: Progress | None = None,
) -> Run:
    """Check the network of a scenario, then simulate every variant and account for it.

    With `replications`, every variant is simulated as often again, with numbers drawn from their distributions,
    independently or as a Latin hypercube (`latin`), by `workers` (by default threads): see `Run.ensemble`. Bands are by
    year in runs of three years or more, by reporting period in shorter ones and with `fine`. `progress` is called with
    the simulated part of the whole, 0 to 1. Raises ScenarioError where the network cannot work or never comes to rest,
    BalanceError where mass or energy was made or lost: then there is no result.
    """
    from simulator import network

    faults, warnings = network.check(scenario)
    if faults:
        raise ScenarioError(faults)
    done = simulate(scenario, progress=None if replications else progress)
    done = replace(done, warnings=(*done.warnings, *warnings))
    if not replications:
        return done
    blocks: list[Block] = []
    study = Study(scenario if fine else coarse(scenario), replications, latin)
    replicate(study, workers or threads(), blocks.append, progress=progress)
    return joined(done, assembled(study, blocks))


def joined(run: Run, ensemble: Ensemble) -> Run:
    """A run and what its replications show: indicators are theirs."""
    return replace(
        run,
        tables=replace(run.tables, indicators=ensemble.tables.indicators),
        ensemble=ensemble,
        lanes=run.lanes + ensemble.count,
        events=run.events + ensemble.events,
        residual=max(run.residual, ensemble.residual),
    )


def simulate(scenario: Scenario, *, progress: Progress | None = None) -> Run:
    """Simulate and account for a scenario whose network was checked; raises as `run` does."""
    with located(scenario):
        return _accounted(scenario, progress)


@contextmanager
def located(scenario: Scenario) -> Iterator[None]:
    """Raise what cannot be simulated as ScenarioError, with its file and line."""
    try:
        yield
    except RunError as error:
        raise ScenarioError([scenario.fault(error.path, error.message)]) from error


def _accounted(scenario: Scenario, progress: Progress | None) -> Run:
    from simulator import accounting, engine

    timings: dict[str, float] = {"load": 0.0}
    with timed(timings, "compile"):
        plans = engine.plans(scenario, accounting.terms(scenario))
        engine.compile_kernels(dict.fromkeys(program for plan in plans for program in plan.programs))
    taken = _Taken()
    with timed(timings, "account"):
        tables = accounting.tabulate(scenario, taken.ledgers(plans, scenario.world.seed, progress))
        bottlenecks = accounting.find_bottlenecks(tables, scenario)
    timings["simulate"] = taken.seconds
    timings["account"] -= taken.seconds
    return Run(
        scenario=scenario,
        tables=tables,
        seed=scenario.world.seed,
        lanes=len(scenario.variants),
        events=taken.events,
        residual=taken.residual,
        timings=timings,
        warnings=(*scenario.warnings, *accounting.find_shortages(tables), *accounting.find_buildup(tables, scenario)),
        bottlenecks=bottlenecks,
    )


@contextmanager
def timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    """Note the seconds that a stage takes."""
    start = time.perf_counter()
    yield
    timings[stage] = time.perf_counter() - start


@dataclass
class _Taken:
    """What simulating has taken so far, and how well it balances."""

    seconds: float = 0.0
    events: int = 0
    residual: float = 0.0

    def ledgers(self, plans: tuple[Plan, ...], seed: int, progress: Progress | None) -> Iterator[Ledger]:
        """Run all lanes of all plans, batch after batch; only one ledger is held at a time.

        Raises RunError and BalanceError.
        """
        from simulator import accounting
        from simulator.engine import Lane, run_batch

        lanes = ((plan, [Lane(name, 0) for name in plan.courses]) for plan in plans)
        batches = [(plan, batch) for plan, every in lanes for batch in batches_of(plan, every)]
        for n, (plan, batch) in enumerate(batches):
            gc.collect()  # the last batch's calendar holds its arrays in reference cycles
            start = time.perf_counter()
            done = run_batch(plan, batch, seed, progress=_part(progress, n, len(batches))).whole()
            self.seconds += time.perf_counter() - start
            balance = accounting.check(done.ledger)
            accounting.require(balance)
            self.events += done.events
            self.residual = max(self.residual, balance.relative)
            yield done.ledger


def _part(progress: Progress | None, n: int, count: int) -> Progress | None:
    """Progress of the whole from that of batch n."""
    if progress is None:
        return None
    return lambda done: progress((n + done) / count)
