"""Coalitions of the partnerships of a variant as lanes: what is asked for, and a block of it done by any worker.

All coalitions are one inquiry that is sent to workers as it is. Each opens it once (`Bench`), and resolves the
coalitions of a block when it does it. Plans are made from a few of them, and all others are cast on these: see
`Plan.covers`.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from simulator.accounting.factors import UnrecordedError
from simulator.accounting.outcomes import Outcome, outcomes
from simulator.scenario.coalitions import Coalitions, Memory
from simulator.scenario.drawing import Draw, Memo, draws_of, replaced, values_of
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario, Variant
from simulator.study.replication import Failure, Shift
from simulator.study.sampling import uniforms

if TYPE_CHECKING:
    from simulator.engine import Lane, Plan
    from simulator.engine.ledger import Floats


@dataclass(frozen=True)
class Inquiry:
    """Coalitions of the partnerships of a variant, with the numbers as they are and in some replications."""

    scenario: Scenario
    """With that variant only."""
    source: Coalitions
    partnerships: tuple[str, ...]
    """Bit i of a coalition is that of the i-th of them."""
    coalitions: tuple[int, ...]
    replications: int = 0
    latin: bool = False

    @property
    def each(self) -> int:
        """Lanes of a coalition: replication 0 has the numbers as they are."""
        return self.replications + 1

    @property
    def lanes(self) -> int:
        """How many there are; those of a coalition stand together."""
        return len(self.coalitions) * self.each

    def names(self, coalition: int) -> tuple[str, ...]:
        """Its partnerships, in the order in which the variant has them."""
        own = {name for bit, name in enumerate(self.partnerships) if coalition >> bit & 1}
        return tuple(name for name in self.partnerships_of_variant if name in own)

    @property
    def partnerships_of_variant(self) -> tuple[str, ...]:
        (variant,) = self.scenario.variants.values()
        return variant.partnerships


@dataclass(frozen=True)
class Part:
    """What came out of some lanes of an inquiry."""

    first: int
    last: int
    figures: Mapping[Outcome, Floats]
    """Each of shape (last − first + 1,); not a number where a lane failed, absent where all are 0 or undefined."""
    failures: tuple[Failure, ...]
    events: int
    residual: float


def worked(package: bytes, first: int, last: int) -> Part:
    """Work on some lanes of a packed inquiry; the bench stays open for the next."""
    return _opened_once(package).part(first, last)


_OPENING = Lock()


def _opened_once(package: bytes) -> Bench:
    with _OPENING:
        return _opened(package)


@lru_cache(maxsize=1)
def _opened(package: bytes) -> Bench:
    return Bench(pickle.loads(package))  # noqa: S301  our own


class Bench:
    """An inquiry that was opened: the plans on which its coalitions are cast."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry, self.memory = inquiry, inquiry.source.memory()
        self.spanning = {name_of(one): self.resolved(one, self.memory) for one in _spanning(inquiry)}
        self.plans = self.planned(self.spanning)
        self.uniforms: dict[str, Floats] = {}

    def resolved(self, coalition: int, memory: Memory) -> Variant:
        """The variant with the partnerships of a coalition only. Raises ScenarioError where they exclude each other."""
        return self.inquiry.source.resolved(name_of(coalition), self.inquiry.names(coalition), memory)

    def planned(self, variants: Mapping[str, Variant]) -> tuple[Plan, ...]:
        from simulator import accounting, engine

        scenario = replace(self.inquiry.scenario, variants=variants)
        return engine.plans(scenario, accounting.terms(scenario))

    def plan_of(self, variant: Variant, covered: dict[tuple[int, int], bool]) -> Plan:
        """The plan on which a variant is cast; `covered`: which plan, by number, covers which world, by identity."""
        for number, plan in enumerate(self.plans):
            for world in variant.worlds:
                key = number, id(world)
                covered[key] = covered[key] if key in covered else plan.covers(world)
            if all(covered[number, id(world)] for world in variant.worlds):
                return plan
        return self.own_plan(variant)

    def own_plan(self, variant: Variant) -> Plan:
        """A plan of its own for a variant that shows what the plans there are have no place for."""
        own = self.planned({**self.spanning, variant.name: variant})
        return next(plan for plan in own if variant.name in plan.courses)

    def part(self, first: int, last: int) -> Part:
        """Simulate and account for lanes `first` to `last`, both included."""
        return _Work(self, range(first, last + 1)).done()

    def uniforms_of(self, draws: Sequence[Draw]) -> Mapping[str, Floats]:
        """Uniform numbers for all replications of what is drawn; those of a key depend on nothing else."""
        missing = {draw.key for draw in draws} - self.uniforms.keys()
        if missing:
            inquiry = self.inquiry
            seed = inquiry.scenario.world.seed
            self.uniforms.update(uniforms(seed, sorted(missing), inquiry.replications, inquiry.latin))
        return self.uniforms


class _Work:
    """Some lanes of an inquiry while they are worked on."""

    def __init__(self, bench: Bench, lanes: range) -> None:
        from simulator.engine import Lane

        self.bench, self.range = bench, lanes
        inquiry = bench.inquiry
        memory = bench.memory.fork()
        pairs = [divmod(number, inquiry.each) for number in lanes]
        chosen = dict.fromkeys(inquiry.coalitions[place] for place, _ in pairs)
        self.variants = {name_of(one): bench.resolved(one, memory) for one in chosen}
        self.lanes = [Lane(name_of(inquiry.coalitions[place]), replication) for place, replication in pairs]
        self.drawn: dict[int, tuple[tuple[Draw, ...], Floats]] = {}
        self.memos: dict[int, Memo] = {}

    def done(self) -> Part:
        shift = Shift(replace(self.bench.inquiry.scenario, variants=self.variants), self._variant)
        place = {lane: n for n, lane in enumerate(self.lanes)}
        figures: dict[Outcome, Floats] = {}
        told = np.zeros(len(self.lanes), dtype=bool)
        for lanes, of_lanes in self._outcomes(shift):
            at = [place[lane] for lane in lanes]
            told[at] = True
            for outcome, values in of_lanes.items():
                figures.setdefault(outcome, np.full(len(place), outcome.absent))[at] = values
        for values in figures.values():
            values[~told] = np.nan
        failures = tuple(sorted(shift.failures, key=lambda one: (one.replication, one.variant)))
        return Part(self.range[0], self.range[-1], figures, failures, shift.events, shift.residual)

    def _outcomes(self, shift: Shift) -> Iterator[tuple[tuple[Lane, ...], Mapping[Outcome, Floats]]]:
        """Lanes of a batch, and their outcomes; those whose products with time series the plan lacks once more."""
        for plan, lanes in self._by_plan():
            for ledger in shift.ledgers(plan, lanes):
                try:
                    yield ledger.lanes, outcomes(shift.scenario, ledger)
                except UnrecordedError:
                    yield from self._again(shift, ledger.lanes)

    def _again(
        self, shift: Shift, lanes: Sequence[Lane]
    ) -> Iterator[tuple[tuple[Lane, ...], Mapping[Outcome, Floats]]]:
        for name in dict.fromkeys(lane.variant for lane in lanes):
            plan = self.bench.own_plan(self.variants[name])
            for ledger in shift.ledgers(plan, [lane for lane in lanes if lane.variant == name]):
                yield ledger.lanes, outcomes(shift.scenario, ledger)

    def _by_plan(self) -> Iterator[tuple[Plan, list[Lane]]]:
        covered: dict[tuple[int, int], bool] = {}
        plans = {name: self.bench.plan_of(variant, covered) for name, variant in self.variants.items()}
        for key in dict.fromkeys(id(plan) for plan in plans.values()):
            plan = next(plan for plan in plans.values() if id(plan) == key)
            yield plan, [lane for lane in self.lanes if id(plans[lane.variant]) == key]

    def _variant(self, name: str, replication: int) -> Variant:
        variant = self.variants[name]
        if not replication:
            return variant
        worlds = {id(world): self._world(world, replication) for world in variant.worlds}
        return replace(variant, epochs=tuple(replace(one, world=worlds[id(one.world)]) for one in variant.epochs))

    def _world(self, world: World, replication: int) -> World:
        if id(world) not in self.drawn:
            draws = draws_of(world)
            self.drawn[id(world)] = draws, values_of(draws, self.bench.uniforms_of(draws))
        draws, values = self.drawn[id(world)]
        memo = self.memos.setdefault(replication, {})
        return replaced(world, draws, values[replication - 1], memo) if draws else world


def name_of(coalition: int) -> str:
    """What the lanes of a coalition are called."""
    return f"coalition_{coalition}"


def _spanning(inquiry: Inquiry) -> list[int]:
    """Coalitions that together show nearly always all that any does: none, all, each alone, all but each."""
    bits = [1 << bit for bit in range(len(inquiry.partnerships))]
    grand = sum(bits)
    return list(dict.fromkeys([grand, 0, *bits, *(grand ^ bit for bit in bits)]))


def blocks_of(inquiry: Inquiry, lanes: int) -> list[tuple[int, int]]:
    """First and last lanes of blocks of at most so many."""
    return [(first, min(first + lanes, inquiry.lanes) - 1) for first in range(0, inquiry.lanes, lanes)]
