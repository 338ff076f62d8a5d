"""Whose waste could be whose feed: candidates found in one run of a variant, then each tried as a lane of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from simulator.errors import ScenarioError, UserError
from simulator.scenario import load
from simulator.scenario.scenario import Variant
from simulator.scenario.wrong import advice
from simulator.study.bargain import carried
from simulator.study.counterfactual import Case, Comparison, Effect, by_year, choose
from simulator.study.match_file import Proposal, named, written
from simulator.study.match_pairs import Candidate, Terms, candidates
from simulator.study.match_seen import seen
from simulator.study.match_trial import problem
from simulator.study.run import Progress, run


@dataclass(frozen=True)
class Match:
    """What could be matched in a variant."""

    variant: Variant
    terms: Terms
    proposals: tuple[Proposal, ...]
    """The best, in order."""
    worth: int
    """How many fit and save something or cost nothing."""
    dear: int
    """How many fit and cost more than they save."""
    refused: tuple[str, ...]
    """Of better ones than the last, what the scenario would have to say first."""
    text: str
    """Scenario file with the proposals; to be written beside the one that was asked about."""


@dataclass(frozen=True)
class Trial:
    """What a proposal does in the simulation."""

    proposal: Proposal
    carried: float = 0.0
    """t/year that flowed."""
    years: float = 1.0
    effect: Effect = field(default_factory=lambda: Effect({}, {}))
    """Against the variant without it, over the run."""
    failed: str = ""
    """Why it cannot be run; then nothing else holds."""


def find(of: Case, variant: str | None = None, terms: Terms | None = None, top: int = 10) -> Match:
    """Simulate a variant, by default the first, and match its waste with its inputs.

    Raises UserError where there is no such variant, or nothing of a name that is to be skipped; otherwise as any run.
    """
    _require(of, terms or Terms())
    chosen = choose(of, "", (), variant or next(iter(of.scenario.variants))).variant
    held = terms or Terms()
    made = run(load(of.path, by_year(of).sets, (chosen.name,)), progress=of.progress)
    found = candidates(seen(made, chosen.name), held)
    worth = [one for one in found if one.net >= 0]
    best, refused = _able(of, worth, top)
    return Match(
        variant=chosen,
        terms=held,
        proposals=best,
        worth=len(worth),
        dear=len(found) - len(worth),
        refused=refused,
        text=written(of.scenario, chosen, best),
    )


def _require(of: Case, terms: Terms) -> None:
    world = of.scenario.world
    processes = {name for company in world.companies.values() for name in company.processes}
    known = {*world.companies, *world.boundary, *world.materials, *processes}
    for name in terms.skip:
        if name not in known:
            near = advice(name, known)
            raise UserError(f"{of}: no company, boundary node, process or material is called {name}{near}")


def kept(of: Case, match: Match, trials: Sequence[Trial]) -> str:
    """The file's text with those proposals only that can be run; empty where none can."""
    able = [trial.proposal for trial in trials if not trial.failed]
    return written(of.scenario, match.variant, able) if able else ""


def _able(of: Case, found: Sequence[Candidate], top: int) -> tuple[tuple[Proposal, ...], tuple[str, ...]]:
    """The best that the scenario can hold, and what is wrong with those before the last of them that it cannot."""
    problems: list[str] = []

    def sound() -> Iterator[Candidate]:
        for one in found:
            wrong = problem(of.scenario, one)
            if not wrong:
                yield one
            else:
                problems.append(f"{one.waste.material} of {one.waste.company} to {one.need.node}: {wrong}")

    best, world = tuple(islice(sound(), top)), of.scenario.world
    return named(best, {*world.edges, *world.partnerships, *world.variants}), tuple(problems)


def tried(of: Case, path: Path, match: Match, progress: Progress | None = None) -> tuple[Trial, ...]:
    """Run the file that holds the proposals, each as a lane beside the variant.

    Where one of them cannot run, as goods that go round without end cannot, each runs alone, and what is wrong with it
    is in its trial. Raises BalanceError as any run.
    """
    with suppress(ScenarioError):
        return _tried(of, path, match.variant, match.proposals, progress)
    return tuple(_alone(of, path, match.variant, one) for one in match.proposals)


def _alone(of: Case, path: Path, variant: Variant, one: Proposal) -> Trial:
    try:
        return _tried(of, path, variant, [one], None)[0]
    except ScenarioError as error:
        return Trial(one, failed=error.faults[0].message)


def _tried(
    of: Case, path: Path, variant: Variant, proposals: Sequence[Proposal], progress: Progress | None
) -> tuple[Trial, ...]:
    if not proposals:
        return ()
    made = run(load(path, by_year(of).sets, (variant.name, *(one.name for one in proposals))), progress=progress)
    lanes = [Comparison(made, one.name, {(): variant.name}) for one in proposals]
    return tuple(
        Trial(one, carried(lane, one.name)[0] / made.years, made.years, lane.effect(()))
        for one, lane in zip(proposals, lanes, strict=True)
    )
