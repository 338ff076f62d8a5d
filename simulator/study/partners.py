"""What every partnership of a variant contributes, and who gains by it: every coalition of them is simulated."""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.outcomes import Outcome
from simulator.errors import ScenarioError, UserError
from simulator.scenario.coalitions import coalitions
from simulator.scenario.scenario import Scenario, Variant
from simulator.study.coalitions import Inquiry, Part, blocks_of, name_of, worked
from simulator.study.coarse import YEARLY
from simulator.study.counterfactual import Case, case, choose, late
from simulator.study.estimates import Estimate, Floats, over_both, over_replications
from simulator.study.executors import Workers, threads
from simulator.study.replication import Failure
from simulator.study.run import Progress, located
from simulator.study.shapley import (
    Game,
    Orders,
    alone,
    ends,
    every,
    interactions,
    left_out,
    marginals,
    met,
    orders,
    pairs_alone,
    pairs_at_last,
    shapley,
)
from simulator.study.workoff import hand_out
from simulator.units import DAYS_PER_YEAR

LARGEST = 62
"""Partnerships that a number of 64 bits can tell apart."""
LANES_PER_BLOCK = 32
ROUNDING = 1e-9
"""Part of the largest worth of a coalition up to which an effect is rounding."""


@dataclass(frozen=True)
class Question:
    """What is asked of a variant."""

    variant: str | None = None
    """The one with most partnerships where None."""
    most: int = 12
    """So many partnerships have all their coalitions simulated."""
    permutations: int = 200
    """Of more, so many orders of joining are sampled."""
    replications: int = 0
    latin: bool = False


@dataclass(frozen=True)
class Findings:
    """What came out of all coalitions."""

    inquiry: Inquiry
    other_variants: tuple[str, ...]
    """With partnerships, too; none where the user named one."""
    late: tuple[str, ...]
    """Sentences on partnerships that start when the run is over: nothing is asked of them."""
    orders: Orders | None
    """Sampled orders of joining; None where every coalition was simulated."""
    outcomes: tuple[Outcome, ...]
    worth: Floats
    """Shape (coalitions, 1 + replications, outcomes)."""
    failures: tuple[Failure, ...]
    events: int
    residual: float
    timings: Mapping[str, float]

    @property
    def scenario(self) -> Scenario:
        return self.inquiry.scenario

    @property
    def variant(self) -> Variant:
        return next(iter(self.scenario.variants.values()))

    @property
    def partnerships(self) -> tuple[str, ...]:
        """The players."""
        return self.inquiry.partnerships

    @property
    def years(self) -> float:
        """How long the run lasts, in years of 365.25 days."""
        return self.scenario.world.days / DAYS_PER_YEAR

    @cached_property
    def complete(self) -> tuple[int, ...]:
        """Replications over which means are taken: those in which no lane failed; of none drawn, the numbers as they
        are."""
        if not self.inquiry.replications:
            return (0,)
        bad = {one.replication for one in self.failures}
        return tuple(number for number in range(1, self.inquiry.each) if number not in bad)

    @cached_property
    def game(self) -> Game:
        """What coalitions are worth, by replication and outcome: shape (coalitions, outcomes, replications)."""
        worth = np.moveaxis(self.worth[:, list(self.complete)], 1, 2)
        return Game(len(self.partnerships), self.inquiry.coalitions, np.ascontiguousarray(worth))

    @cached_property
    def alone(self) -> Estimate:
        """Effect of each partnership where there is no other, shape (partnerships, outcomes)."""
        return self._told(alone(self.game))

    @cached_property
    def left_out(self) -> Estimate:
        """Effect of each where there are all others, likewise."""
        return self._told(left_out(self.game))

    @cached_property
    def shapley(self) -> Estimate:
        """Its Shapley value, likewise; where orders were sampled, the interval is also of their choice."""
        if self.orders is None:
            return self._told(shapley(self.game))
        return self._rounded(over_both(marginals(self.game, self.orders)))

    @cached_property
    def pairs(self) -> Mapping[str, Estimate]:
        """By how much two help each other, where there is no other, where there are all others, and on average.

        Each of shape (partnerships, partnerships, outcomes). The average is the Shapley interaction index; where
        orders were sampled, the mean of the other two stands for it.
        """
        first, last = pairs_alone(self.game), pairs_at_last(self.game)
        mean = interactions(self.game) if self.orders is None else (first + last) / 2
        return {"alone": self._told(first), "left_out": self._told(last), "interaction": self._told(mean)}

    @cached_property
    def dropouts(self) -> Mapping[str, tuple[tuple[str, ...], Estimate]]:
        """By company: its partnerships, and what changes when all of them end, shape (outcomes,)."""
        game = self.game
        found = {}
        for company in companies(self.scenario, self.partnerships):
            own = theirs(self.scenario, self.partnerships, company)
            rest = game.of([game.grand & ~mask(self.partnerships, own), game.grand])
            found[company] = (own, self._told(rest[0] - rest[1]))
        return found

    @property
    def whole(self) -> Estimate:
        """What all partnerships together change, shape (outcomes,)."""
        return self._told(self.game.whole)

    def _told(self, effects: Floats) -> Estimate:
        return self._rounded(over_replications(effects))

    def _rounded(self, found: Estimate) -> Estimate:
        """The same, 0 where it is rounding beside what coalitions are worth."""
        size = ROUNDING * np.abs(self.game.worth).max(axis=(0, 2))
        none = (np.abs(found.mean) <= size) & ~(np.abs(found.high - found.low) > size)
        bounds = (np.where(none & np.isfinite(one), 0.0, one) for one in (found.low, found.high))
        return Estimate(np.where(none, 0.0, found.mean), *bounds)


class Store(Protocol):
    """Where parts are kept as they are done."""

    def put(self, part: Part, /) -> None: ...
    def parts(self) -> Sequence[Part]: ...


@dataclass(frozen=True)
class Asked:
    """A question about a file that was read: what is to be simulated."""

    inquiry: Inquiry
    sets: tuple[str, ...]
    """What the file is changed by."""
    other_variants: tuple[str, ...]
    late: tuple[str, ...]
    orders: Orders | None
    seconds: float
    """That reading it took."""


def ask(path: str | Path, question: Question, sets: Sequence[str] = ()) -> Asked:
    """Read a file, and find out which coalitions a question needs.

    Raises UserError where there are no two partnerships, or no such variant, ScenarioError as `load` and `run`.
    """
    start = time.perf_counter()
    sets = (*sets, *(() if any(text.startswith("time.report") for text in sets) else (YEARLY,)))
    of = case(path, sets)
    chosen, others = _chosen(of, question.variant)
    inquiry, sampled = _inquiry(of, chosen, question)
    return Asked(inquiry, sets, others, tuple(late(chosen).values()), sampled, time.perf_counter() - start)


def simulate(
    asked: Asked, workers: Workers | None = None, progress: Progress | None = None, store: Store | None = None
) -> Findings:
    """Simulate all coalitions that a question needs, by default by threads; what is in the store is not done again.

    `progress` is called with the part that is done, 0 to 1. Raises UserError where a coalition cannot be simulated,
    otherwise as `run`.
    """
    start = time.perf_counter()
    with located(asked.inquiry.scenario):
        parts = worked_off(asked.inquiry, workers or threads(), progress, store)
    failures = tuple(failure for part in parts for failure in part.failures)
    _require_central(asked.inquiry, failures)
    outcomes, worth = _worth(asked.inquiry, parts)
    return Findings(
        inquiry=asked.inquiry,
        other_variants=asked.other_variants,
        late=asked.late,
        orders=asked.orders,
        outcomes=outcomes,
        worth=worth,
        failures=failures,
        events=sum(part.events for part in parts),
        residual=max(part.residual for part in parts),
        timings={"load": asked.seconds, "simulate": time.perf_counter() - start},
    )


def _chosen(of: Case, wanted: str | None) -> tuple[Variant, tuple[str, ...]]:
    """The variant, and others with partnerships where the user named none. Raises UserError."""
    most = max(of.scenario.variants.values(), key=lambda one: len(one.partnerships))
    chosen = choose(of, "no partnership is in force", (), wanted or most.name).variant
    able = [name for name, one in of.scenario.variants.items() if one.partnerships and name != chosen.name]
    players = [name for name in chosen.partnerships if name not in late(chosen)]
    if not players:
        remedy = f"ask for --variant {able[0]}" if able else "name some under its `partnerships`"
        raise UserError(f"{of}: variant {chosen.name} has no partnerships; {remedy}")
    if len(players) == 1:
        raise UserError(
            f"{of}: variant {chosen.name} has one partnership only, {players[0]}: there is nobody to share with; "
            f"ask what it pays with `price {players[0]}`, or for another --variant"
        )
    if len(players) > LARGEST:
        raise UserError(
            f"{of}: variant {chosen.name} has {len(players)} partnerships, more than {LARGEST}: "
            "ask for a --variant with fewer"
        )
    return chosen, () if wanted else tuple(able)


def _inquiry(of: Case, variant: Variant, question: Question) -> tuple[Inquiry, Orders | None]:
    """What is to be simulated, and which orders were sampled."""
    from simulator import network

    scenario = replace(of.scenario, variants={variant.name: variant})
    faults, _ = network.check(scenario)
    if faults:
        raise ScenarioError(faults)
    players = _players(variant)
    count = len(players)
    sampled = None
    if count > question.most:
        sampled = orders(count, question.permutations, scenario.world.seed)
    needed = set(every(count)) if sampled is None else ends(count) | met(sampled)
    needed |= _dropouts(scenario, players)
    source = coalitions(of.path, of.sets, variant)
    found = Inquiry(scenario, source, players, tuple(sorted(needed)), question.replications, question.latin)
    return found, sampled


def _players(variant: Variant) -> tuple[str, ...]:
    """Its partnerships, those that start last first: coalitions that follow each other then begin alike."""
    world = variant.worlds[-1]
    starts = {name: world.partnerships[name].start or world.time.start for name in variant.partnerships}
    never = late(variant)
    return tuple(sorted((name for name in starts if name not in never), key=lambda name: starts[name], reverse=True))


def companies(scenario: Scenario, partnerships: Sequence[str]) -> list[str]:
    """Partners of some partnerships, by name."""
    return sorted({partner for name in partnerships for partner in scenario.world.partnerships[name].partners})


def theirs(scenario: Scenario, partnerships: Sequence[str], company: str) -> tuple[str, ...]:
    """The partnerships that a company is a partner of."""
    return tuple(name for name in partnerships if company in scenario.world.partnerships[name].partners)


def mask(partnerships: Sequence[str], some: Sequence[str]) -> int:
    """The coalition of some partnerships."""
    return sum(1 << bit for bit, name in enumerate(partnerships) if name in some)


def _dropouts(scenario: Scenario, players: Sequence[str]) -> set[int]:
    """All partnerships but those of each company."""
    grand = (1 << len(players)) - 1
    everyone = companies(scenario, players)
    return {grand & ~mask(players, theirs(scenario, players, company)) for company in everyone}


def worked_off(
    inquiry: Inquiry, workers: Workers, progress: Progress | None = None, store: Store | None = None
) -> list[Part]:
    """All lanes of an inquiry, in order. Raises as `work_off`."""
    parts = list(store.parts()) if store else []
    there = {(part.first, part.last) for part in parts}
    left = [span for span in blocks_of(inquiry, LANES_PER_BLOCK) if span not in there]

    def keep(part: Part) -> None:
        parts.append(part)
        if store is not None:
            store.put(part)
        if progress is not None:
            progress(sum(one.last - one.first + 1 for one in parts) / inquiry.lanes)

    hand_out(worked, pickle.dumps(inquiry), left, workers, keep)
    return sorted(parts, key=lambda part: part.first)


def _worth(inquiry: Inquiry, parts: Sequence[Part]) -> tuple[tuple[Outcome, ...], Floats]:
    """Outcomes that are defined in all coalitions, and the worth of each."""
    outcomes = sorted({outcome for part in parts for outcome in part.figures})
    worth = np.zeros((inquiry.lanes, len(outcomes)))
    for part in parts:
        rows = slice(part.first, part.last + 1)
        for column, outcome in enumerate(outcomes):
            absent = np.full(part.last - part.first + 1, outcome.absent)
            worth[rows, column] = part.figures.get(outcome, absent)
    kept = np.asarray(np.isfinite(worth[~_failed(inquiry, parts)]).all(axis=0))
    shaped = worth.reshape(len(inquiry.coalitions), inquiry.each, -1)[..., kept]
    return tuple(outcome for outcome, stays in zip(outcomes, kept.tolist(), strict=True) if stays), shaped


def _failed(inquiry: Inquiry, parts: Sequence[Part]) -> NDArray[np.bool_]:
    """Lanes that failed, shape (lanes,)."""
    failed = np.zeros(inquiry.lanes, dtype=bool)
    first = {name_of(coalition): place * inquiry.each for place, coalition in enumerate(inquiry.coalitions)}
    for part in parts:
        for failure in part.failures:
            failed[first[failure.variant] + failure.replication] = True
    return failed


def _require_central(inquiry: Inquiry, failures: Sequence[Failure]) -> None:
    """Raise UserError where a coalition fails with the numbers as they are, or some coalition in every replication."""
    named = {name_of(coalition): coalition for coalition in inquiry.coalitions}
    for failure in failures:
        if not failure.replication:
            names = inquiry.names(named[failure.variant])
            raise UserError(f"{failure.message} (with the partnerships {', '.join(names) or 'left out'})")
    bad = {failure.replication for failure in failures}
    if inquiry.replications and len(bad) == inquiry.replications:
        raise UserError(f"in every replication some coalition failed; the first: {failures[0].message}")
