"""Studies of many lanes from the command line: from what was asked to all lanes done, each kept as soon as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from simulator.cli import files, terminal
from simulator.cli.replications import PLAIN, Many, keeping, workers_of
from simulator.errors import ScenarioError, UserError

if TYPE_CHECKING:
    from simulator.results.target import Target
    from simulator.scenario.ranges import Form, Range
    from simulator.scenario.scenario import Scenario
    from simulator.study.replication import Block, Study

MANY = 100_000
"""More lanes than these have to be asked for with --force."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all studies are asked."""

    file: Path | None
    varied: tuple[str, ...]
    sets: tuple[str, ...]
    seed: int | None
    out: Path | None
    force: bool
    no_plots: bool
    quiet: bool
    many: Many


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that was loaded for a study."""

    scenario: Scenario
    ranges: tuple[Range, ...]
    warnings: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Varying:
    """How what is varied is written, and what it becomes."""

    form: Form
    kind: str
    """Of the distribution."""
    least: Callable[[Sequence[Range]], int]
    """Lanes that it takes at least: to load very many values takes long."""


def asked(given: dict[str, Any]) -> Asked:
    """What the options of a command ask for; those that all studies have are taken out of `given`.

    Raises UserError where they exclude each other.
    """
    drawn = {"replications": 0, "sampling": PLAIN}
    many = Many(**{**drawn, **_taken(given, Many)})
    return Asked(**_taken(given, Asked), many=many.exclusive())


def _taken(given: dict[str, Any], kind: type[Asked] | type[Many]) -> dict[str, Any]:
    """What is given of the fields of a class, and no longer in `given`."""
    return {field.name: given.pop(field.name) for field in fields(kind) if field.name in given}


def loaded(asked: Asked, program: str, varying: Varying, names: Sequence[str] | None) -> Loaded:
    """The scenario with what is varied, its network checked; says what it warns of."""
    from simulator import network
    from simulator.scenario import ranges

    start = perf_counter()
    file = files.scenario(asked.file, program)
    try:
        found = ranges.parsed(file, asked.varied, varying.form)
        check_size(varying.least(found), force=asked.force)
        scenario = ranges.loaded(file, found, varying.kind, sets=asked.sets, variants=names, seed=asked.seed)
        faults, warnings = network.check(scenario)
        if faults:
            raise ScenarioError(faults)
    except ScenarioError as error:
        raise terminal.seen_from_here(error, file.parent) from error
    together = (*scenario.warnings, *warnings)
    if not asked.quiet:
        terminal.warn(terminal.placed(together, scenario))
    return Loaded(scenario, found, together, perf_counter() - start)


def check_size(count: int, *, force: bool) -> None:
    """Raise UserError where lanes are so many that it may be a slip."""
    if count > MANY and not force:
        raise UserError(f"at least {count:,} lanes are asked for, more than {MANY:,}: ask for fewer, or use --force")


def simulated(
    study: Study, target: Target, asked: Asked, advance: Callable[[float], None]
) -> tuple[Sequence[Block], dict[str, float]]:
    """Have every lane simulated; each block is on disk as soon as it is done. The blocks, and seconds by stage."""
    from simulator.results import forms, provenance, shelf
    from simulator.study.ensemble import replicate
    from simulator.study.run import timed
    from simulator.study.sweep import slim

    timings: dict[str, float] = {}
    with timed(timings, "compile"):
        _compile(study.scenario)
    kept = shelf.shelf(target.partial, provenance.identity(study), forms.BLOCKS)

    def keep(block: Block) -> None:
        kept.put(slim(block))

    with timed(timings, "simulate"), keeping(target):
        workers = workers_of(asked.many.workers, asked.many.cluster)
        replicate(study, workers, keep, done=kept.spans(), lanes_per_block=asked.many.batch, progress=advance)
    return kept.parts(), timings


def _compile(scenario: Scenario) -> None:
    """Have the kernels of a scenario compiled before lanes are counted. Raises ScenarioError where it cannot run."""
    from simulator import accounting, engine
    from simulator.study.run import located

    try:
        with located(scenario):
            plans = engine.plans(scenario, accounting.terms(scenario))
    except ScenarioError as error:
        raise terminal.seen_from_here(error, Path(scenario.path).parent) from error
    engine.compile_kernels(dict.fromkeys(program for plan in plans for program in plan.programs))
