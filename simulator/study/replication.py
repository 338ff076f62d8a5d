"""Replications of a scenario: what is asked for, and a block of it simulated and accounted for by any worker.

A `Study` can be sent to another process or machine. Whoever works on it opens it once (`Workshop`) and then simulates
blocks: some replications of all variants, so that whatever compares two variants stays within a block. A lane depends
on the study and its own name alone, so that blocks may be of any size, done by anyone, in any order.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import isnan
from threading import Lock
from typing import TYPE_CHECKING

from simulator.accounting.accounts import Account, account
from simulator.errors import RunError
from simulator.scenario.checks import check_world
from simulator.scenario.drawing import Draw, Memo, draws_of, replaced, values_of
from simulator.scenario.models import World
from simulator.scenario.noise import noisy
from simulator.scenario.scenario import Scenario, Variant
from simulator.scenario.tree import dotted
from simulator.study.batches import batches_of
from simulator.study.designs import Design
from simulator.study.sampling import uniforms

if TYPE_CHECKING:
    from simulator.engine import Lane, Ledger, Plan
    from simulator.engine.ledger import Floats


@dataclass(frozen=True)
class Study:
    """Replications 1 to `replications` of every variant of a scenario."""

    scenario: Scenario
    replications: int
    latin: bool = False
    """Whether draws are a Latin hypercube, and not independent."""
    design: Design | None = None
    """Of which world each replication is, where that is chosen and not drawn."""

    @property
    def stirred(self) -> bool:
        """Whether noise is at work: not where every world is one as it is written but for what is varied."""
        return self.design is None or any(self.design.rest)


@dataclass(frozen=True)
class Failure:
    """A lane that could not be simulated."""

    variant: str
    replication: int
    message: str


@dataclass(frozen=True)
class Block:
    """What came out of some replications of all variants."""

    first: int
    last: int
    account: Account
    failures: tuple[Failure, ...]
    events: int
    residual: float
    """Largest relative residual of any balance, 1."""


@dataclass(frozen=True)
class Drawn:
    """What is drawn in one world, and the values in every replication."""

    world: World
    draws: tuple[Draw, ...]
    values: Floats
    """Shape (replications, draws); not a number where the number stays as it is written."""


class Workshop:
    """A study that was opened: plans, and what is drawn in every world."""

    def __init__(self, study: Study) -> None:
        from simulator import accounting, engine

        scenario = noisy(study.scenario) if study.stirred else study.scenario
        self.study = replace(study, scenario=scenario)
        self.plans = engine.plans(scenario, accounting.terms(scenario))

    @cached_property
    def drawn(self) -> Mapping[int, Drawn]:
        """By the identity of the world."""
        return {id(one.world): one for one in drawn_in(self.study)}

    def variant(self, name: str, replication: int) -> Variant:
        """A variant with the numbers of one replication."""
        variant = self.study.scenario.variants[name]
        memo: Memo = {}
        worlds = {id(world): self._world(self.drawn[id(world)], replication, memo) for world in variant.worlds}
        return replace(variant, epochs=tuple(replace(one, world=worlds[id(one.world)]) for one in variant.epochs))

    def _world(self, drawn: Drawn, replication: int, memo: Memo) -> World:
        if not drawn.draws:
            return drawn.world
        values = drawn.values[replication - 1]
        chosen = [(draw, value) for draw, value in zip(drawn.draws, values.tolist(), strict=True) if not isnan(value)]
        if not chosen:
            return drawn.world
        draws, row = zip(*chosen, strict=True)
        return replaced(drawn.world, draws, row, memo)

    def block(self, first: int, last: int) -> Block:
        """Simulate and account for replications `first` to `last`, both included."""
        shift = Shift(self.study.scenario, self.variant)
        found = account(self.study.scenario, self._ledgers(shift, range(first, last + 1)))
        failures = tuple(sorted(shift.failures, key=lambda one: (one.replication, one.variant)))
        return Block(first, last, found, failures, shift.events, shift.residual)

    def _ledgers(self, shift: Shift, replications: range) -> Iterator[Ledger]:
        """One after the other: only one is held at a time."""
        from simulator.engine import Lane

        for plan in self.plans:
            streams = {n: self.study.design.rest[n - 1] if self.study.design else None for n in replications}
            lanes = [Lane(name, n, streams[n]) for n in replications for name in plan.courses]
            yield from shift.ledgers(plan, lanes)


def drawn_in(study: Study) -> list[Drawn]:
    """What is drawn in every world of a study, in the order of variants and dates."""
    scenario = study.scenario
    worlds = {id(world): world for variant in scenario.variants.values() for world in variant.worlds}
    draws = {key: draws_of(world) for key, world in worlds.items()}
    names = sorted({draw.key for of_world in draws.values() for draw in of_world})
    if study.design is not None:
        numbers = study.design.numbers(scenario.world.seed, names, study.latin)
        return [Drawn(world, draws[key], study.design.values(draws[key], numbers)) for key, world in worlds.items()]
    numbers = uniforms(scenario.world.seed, names, study.replications, study.latin)
    return [Drawn(world, draws[key], values_of(draws[key], numbers)) for key, world in worlds.items()]


class Shift:
    """Lanes that are worked on together: what fails, and the sums of what does not."""

    def __init__(self, scenario: Scenario, variant: Callable[[str, int], Variant]) -> None:
        self.scenario, self.variant = scenario, variant
        self.failures: list[Failure] = []
        self.events, self.residual = 0, 0.0

    def ledgers(self, plan: Plan, lanes: Sequence[Lane]) -> Iterator[Ledger]:
        """Simulate lanes of a plan, batch after batch."""
        for batch in batches_of(plan, lanes):
            yield from self._batch(plan, batch)

    def _batch(self, plan: Plan, lanes: Sequence[Lane]) -> Iterator[Ledger]:
        """Lanes that fail are noted and left out. Raises BalanceError where mass or energy was made or lost."""
        from simulator import accounting, engine

        drawn = {lane: self.variant(lane.variant, lane.replication) for lane in lanes}
        sound = {lane: variant for lane, variant in drawn.items() if self._is_sound(lane, variant)}
        try:
            done = engine.run_batch(plan, list(sound), self.scenario.world.seed, drawn=sound) if sound else None
        except RunError as error:
            yield from self._one_by_one(plan, list(sound), error)
            return
        if done is not None:
            for lane, fault in done.failed.items():
                self._fail(lane, fault)
            balance = accounting.check(done.ledger)
            accounting.require(balance)
            self.events += done.events
            self.residual = max(self.residual, balance.relative)
            yield done.ledger

    def _one_by_one(self, plan: Plan, lanes: Sequence[Lane], error: RunError) -> Iterator[Ledger]:
        """The same where one of them cannot even begin: find out which."""
        if len(lanes) == 1:
            self._fail(lanes[0], error)
            return
        for lane in lanes:
            yield from self._batch(plan, [lane])

    def _is_sound(self, lane: Lane, variant: Variant) -> bool:
        """Whether drawn numbers go together; each for itself was checked at its bounds when the file was loaded."""
        for world in variant.worlds if lane.replication else ():
            problem = next(iter(check_world(world, self.scenario.series)), None)
            if problem is not None:
                self._fail(lane, RunError(dotted(problem.keys), problem.message))
                return False
        return True

    def _fail(self, lane: Lane, error: RunError) -> None:
        fault = self.scenario.fault(error.path, error.message)
        self.failures.append(Failure(lane.variant, lane.replication, str(fault)))


def blocks_of(study: Study, lanes: int, done: Collection[int] = ()) -> list[tuple[int, int]]:
    """First and last replications of blocks of at most so many lanes, but of one replication at least.

    Replications that are `done` are left out.
    """
    size = max(1, lanes // len(study.scenario.variants))
    blocks: list[tuple[int, int]] = []
    for replication in range(1, study.replications + 1):
        if replication not in done:
            first, last = blocks[-1] if blocks else (0, -1)
            if last == replication - 1 and replication - first < size:
                blocks[-1] = (first, replication)
            else:
                blocks.append((replication, replication))
    return blocks


def packed(study: Study) -> bytes:
    """A study as it is sent to workers."""
    return pickle.dumps(study)


def worked(packed_study: bytes, first: int, last: int) -> Block:
    """Work on one block; the workshop stays open for the next."""
    return opened(packed_study).block(first, last)


_OPENING = Lock()


def opened(packed_study: bytes) -> Workshop:
    """The workshop of a study, opened once in every process."""
    with _OPENING:
        return _opened(packed_study)


@lru_cache(maxsize=1)
def _opened(packed_study: bytes) -> Workshop:
    return Workshop(pickle.loads(packed_study))  # noqa: S301  our own, from `packed`
