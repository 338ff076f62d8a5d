"""What `--replications` and its companions ask for, and how it is done from the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from simulator.cli import terminal
from simulator.errors import UserError

if TYPE_CHECKING:
    from simulator.results.target import Target
    from simulator.study.executors import Workers
    from simulator.study.replication import Failure
    from simulator.study.run import Run

PLAIN, LATIN = "plain", "latin"
SAMPLINGS = (PLAIN, LATIN)
MOST = 5
"""Failed lanes that are named."""


@dataclass(frozen=True, slots=True)
class Many:
    """What was asked of a run about many lanes."""

    replications: int
    sampling: str
    batch: int
    """Lanes that a worker does at a time."""
    workers: int | None
    cluster: str | None
    resume: bool
    fine: bool = False
    """Whether bands are as fine as reports, also in long runs."""

    def check(self) -> Many:
        """The same. Raises UserError where options need others, or exclude each other."""
        if not self.replications:
            for option, given in (("--workers", self.workers), ("--cluster", self.cluster), ("--resume", self.resume)):
                if given:
                    raise UserError(f"{option} is for many lanes: say how many with --replications")
        return self.exclusive()

    def exclusive(self) -> Many:
        """The same. Raises UserError where options exclude each other."""
        require_one(self.workers, self.cluster)
        return self


def require_one(workers: int | None, cluster: str | None) -> None:
    """Raise UserError where both processes and a cluster are asked for."""
    if workers and cluster:
        raise UserError("--workers and --cluster exclude each other: the cluster has workers of its own")


def replicated(run: Run, target: Target, many: Many, progress: Callable[[float], None]) -> Run:
    """The run with its replications; each block is on disk as soon as it is done, and those that are there are used."""
    from simulator.results import forms, provenance, shelf
    from simulator.study.coarse import coarse
    from simulator.study.ensemble import assembled, replicate
    from simulator.study.replication import Study
    from simulator.study.run import joined

    scenario = run.scenario if many.fine else coarse(run.scenario)
    study = Study(scenario, many.replications, many.sampling == LATIN)
    blocks = shelf.shelf(target.partial, provenance.identity(study), forms.BLOCKS)
    start = perf_counter()
    with keeping(target):
        workers = workers_of(many.workers, many.cluster)
        replicate(study, workers, blocks.put, done=blocks.spans(), lanes_per_block=many.batch, progress=progress)
    simulated = perf_counter()
    made = joined(run, assembled(study, blocks.parts()))
    spent = {"replicate": simulated - start, "assemble": perf_counter() - simulated}
    return replace(made, timings={**made.timings, **spent}, warnings=(*made.warnings, *_warnings(made)))


@contextmanager
def keeping(target: Target) -> Iterator[None]:
    """Say how to go on, where what is done outlives an interruption."""
    from simulator.results.shelf import holds_blocks

    try:
        yield
    except (KeyboardInterrupt, SystemExit, UserError):
        if holds_blocks(target.partial):
            terminal.hint(
                f"what is done is kept in {terminal.shown(target.partial)}: the same line with --resume goes on"
            )
        raise


def workers_of(workers: int | None, cluster: str | None) -> Workers:
    """Those of a cluster, so many processes, or else threads."""
    from simulator.study import executors

    if cluster:
        return executors.cluster(cluster)
    return executors.processes(workers) if workers else executors.threads()


def _warnings(run: Run) -> list[str]:
    """Lanes that failed, and draws that make no difference."""
    ensemble = run.ensemble
    if ensemble is None:
        return []
    failed = failed_lanes(ensemble.failures, "replication")
    nothing = ensemble.draws.empty and not _has_outages(run) and not _has_noise(run)
    alike = "nothing in the scenario is drawn, so all replications are alike: write a distribution beside a number"
    return [*failed, *([alike] if nothing else [])]


def failed_lanes(failures: Sequence[Failure], what: str = "lane") -> list[str]:
    """A warning for each lane that failed, as long as they are few; `what` has the number of the replication."""
    told = [f"{what} {one.replication} of {one.variant} failed and is left out: {one.message}" for one in failures]
    if len(told) > MOST:
        return [*told[:MOST], f"{len(told) - MOST} more lanes failed; run.json names them all"]
    return told


def _has_outages(run: Run) -> bool:
    companies = run.scenario.world.companies.values()
    return any(process.outages for company in companies for process in company.processes.values())


def _has_noise(run: Run) -> bool:
    from simulator.scenario.noise import noisy

    return noisy(run.scenario) is not run.scenario
