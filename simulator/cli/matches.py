"""Whose waste could be whose feed: where the file of candidates goes, and what is said of them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.cli.prices import UNITS, aligned, alike
from simulator.cli.summary import NOBODY, scale
from simulator.cli.terminal import Progress, shown
from simulator.errors import UserError
from simulator.study.counterfactual import EMISSIONS, NOT_RECYCLED, Case, case
from simulator.study.match import Match, Trial, find, kept, tried
from simulator.study.match_pairs import Candidate, Terms

ASSUMED, NAMED = "~", "named"
"""Before a distance that nothing tells, and in the place of a fit where the input names the waste."""
PICTURES = (".png", ".svg")
LOOKING = 0.1
"""Part of the work that is over when the candidates are known."""
BESIDE = 3
"""So many candidates are named in the command that runs them."""


def target(scenario: Path, out: Path | None, *, force: bool, plot: bool = False) -> Path:
    """Where the file goes, with its plots: beside the scenario that it extends.

    Raises UserError where one is there already and not to be replaced, is the scenario itself, or in another folder.
    """
    path = out or scenario.with_name(f"{scenario.stem}_match.yaml")
    if path.parent.resolve() != scenario.parent.resolve():
        remedy = f"--out {shlex.quote(str(scenario.with_name(path.name)))}"
        raise UserError(f"{path}: a file can extend only one in its own folder; write it beside {scenario}: {remedy}")
    if path.suffix not in (".yaml", ".yml"):
        raise UserError(f"{path}: is a scenario file, so let its name end in .yaml")
    if path.resolve() == scenario.resolve():
        raise UserError(f"{path}: is the scenario itself; give --out another name")
    made = [path, *(path.with_suffix(end) for end in PICTURES if plot)]
    for one in [] if force else made:
        if os.path.lexists(one):
            raise UserError(f"{one}: is there already; --force replaces it, --out names another")
    return path


def save(path: Path, text: str) -> None:
    """Write the file, or remove it where there is nothing to say. Raises UserError where that cannot be done."""
    try:
        if text:
            path.write_text(text, encoding="utf-8", newline="\n")
        else:
            path.unlink()
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked of a match."""

    variant: str | None
    top: int
    fit: float
    distance: float
    skip: tuple[str, ...]
    out: Path | None
    plot: bool
    force: bool
    sets: tuple[str, ...]


@dataclass(frozen=True)
class Matched:
    """What came of it."""

    wanted: Wanted
    path: Path
    """The file that was written, if anything was found."""
    match: Match
    trials: tuple[Trial, ...]
    failed: tuple[Trial, ...]
    """What was found and cannot be run, and so is not in the file."""
    plots: tuple[Path, ...]


def matched(scenario: Path, wanted: Wanted, progress: Progress) -> Matched:
    """Find candidates, write their file, try each. Raises UserError as `target`, otherwise as any run."""
    path = target(scenario, wanted.out, force=wanted.force, plot=wanted.plot)
    progress.stage("looking")
    of = case(scenario, wanted.sets, _part(progress, 0.0, LOOKING))
    found = find(of, wanted.variant, Terms(wanted.fit, wanted.distance, wanted.skip), wanted.top)
    if found.proposals:
        save(path, found.text)
    progress.stage("trying")
    every = tried(of, path, found, _part(progress, LOOKING, 1.0))
    trials, failed = (tuple(one for one in every if bool(one.failed) is bad) for bad in (False, True))
    if failed:
        save(path, kept(of, found, every))
    return Matched(
        wanted, path, found, trials, failed, _drawn(of, found, trials, path) if wanted.plot and trials else ()
    )


def _drawn(of: Case, found: Match, trials: Sequence[Trial], path: Path) -> tuple[Path, ...]:
    from simulator.report import match_bars

    return match_bars.write(of.scenario, found, trials, path)


def _part(progress: Progress, start: float, end: float) -> Callable[[float], None]:
    """Progress of the whole from that of a part of it."""
    return lambda done: progress.advance(start + (end - start) * done)


def answer(made: Matched, program: str) -> tuple[str, ...]:
    """The lines to print."""
    return tuple(_answer(made, program))


def _answer(made: Matched, program: str) -> Iterator[str]:
    found, trials = made.match, made.trials
    yield f"whose waste could be whose feed in {found.variant.name}: {_counts(found)}"
    yield from (f"left out: {sentence}" for sentence in found.refused)
    yield from (f"left out: {_pair(trial.proposal.candidate)}: {trial.failed}" for trial in made.failed)
    if not found.proposals:
        yield "lower --fit, or write what waste costs (`fee`, transport) and what materials are made of (`composition`)"
    if not trials:
        return
    yield ""
    yield from aligned(list(_candidates(trials)), left=3)
    yield from _legend(found, trials)
    yield ""
    yield f"each run alone, against {found.variant.name}; a year, on average"
    yield from aligned(list(_effects(trials)))
    yield from _idle(trials)
    yield ""
    yield f"written: {shown(made.path)}, with a variant for each"
    yield from (f"drawn: {shown(plot)}" for plot in made.plots)
    yield f"next: {program} {_next(made)}"


def _next(made: Matched) -> str:
    """How to run the file: the variant, and the best beside it."""
    names = [made.match.variant.name, *(trial.proposal.name for trial in made.trials[:BESIDE])]
    changed = [word for text in made.wanted.sets for word in ("--set", text)]
    return shlex.join([shown(made.path), "--variants", ",".join(names), *changed])


def _counts(found: Match) -> str:
    if not found.worth:
        return f"nothing fits that pays{_dear(found)}"
    pairs = f"{found.worth} {'pair fits' if found.worth == 1 else 'pairs fit'}{_dear(found)}"
    tried = len(found.proposals)
    return pairs if tried == found.worth else f"{pairs}; the best {tried} are tried"


def _dear(found: Match) -> str:
    return f", {found.dear} more cost more than they save" if found.dear else ""


def _candidates(trials: Sequence[Trial]) -> Iterator[tuple[str, ...]]:
    """What was found, before anything ran."""
    all_ = [trial.proposal.candidate for trial in trials]
    unit, size = scale("EUR", [one.net for one in all_])
    nets = alike([one.net / size for one in all_])
    yield ("", "giver → receiver", "waste, and what for", "fit", "possible", "way", "net value")
    yield ("", "", "", "%", "t/year", "km", f"{unit}/year")
    for place, (one, net) in enumerate(zip(all_, nets, strict=True), 1):
        yield (str(place), f"{one.waste.company} → {one.need.node}", _what(one), _fit(one), *_sizes(one), net)


def _pair(one: Candidate) -> str:
    return f"{one.waste.material} of {one.waste.company} to {one.need.node}"


def _what(one: Candidate) -> str:
    instead = one.place.material
    share = f", up to {100 * one.share:.2g} %" if one.share < 1 else ""
    return f"{one.waste.material}{'' if instead == one.waste.material else f' as {instead}'}{share}"


def _fit(one: Candidate) -> str:
    return NAMED if one.waste.material in one.need.accepts else f"{100 * one.place.fit:.0f}"


def _sizes(one: Candidate) -> tuple[str, str]:
    """Quantity and distance."""
    return f"{one.amount:,.0f}", f"{ASSUMED if one.way.assumed else ''}{one.way.distance:.3g}"


def _legend(found: Match, trials: Sequence[Trial]) -> Iterator[str]:
    ways = [trial.proposal.candidate.way for trial in trials]
    yield "net value: what the giver pays today and the receiver pays for what it replaces, less the new transport"
    if any(way.assumed for way in ways):
        yield f"{ASSUMED} no flow and no locations tell the distance: --distance says what is assumed"
    if any(way.transport is None for way in ways):
        yield "the scenario has no mode of transport, so the way costs nothing"
    known = {place: trial.proposal.candidate.known for place, trial in enumerate(trials, 1)}
    if any(known.values()):
        flows = ", ".join(f"{place} {flow}" for place, flow in known.items() if flow)
        yield f"in the file already, closed in {found.variant.name}: {flows}"


def _effects(trials: Sequence[Trial]) -> Iterator[tuple[str, ...]]:
    """What the simulation made of it."""
    columns = [_change(trials, name) for name in (NOT_RECYCLED, EMISSIONS)]
    gains = [trial.effect.gain / trial.years for trial in trials]
    unit, size = scale("EUR", gains)
    yield ("", "flowed", NOT_RECYCLED, EMISSIONS, "gain of all", "gains most", "loses most")
    yield ("", "t/year", *(column[0] for column in columns), *[f"{unit}/year"] * 3)
    most, least = (_ends(trials, sign, size) for sign in (1, -1))
    cells = zip(alike([gain / size for gain in gains]), most, least, *(column[1:] for column in columns), strict=True)
    for place, (trial, (gain, winner, loser, waste, emitted)) in enumerate(zip(trials, cells, strict=True), 1):
        yield (str(place), f"{trial.carried:,.0f}", waste, emitted, gain, winner, loser)


def _idle(trials: Sequence[Trial]) -> Iterator[str]:
    """What may be the matter where nothing flowed."""
    for place, trial in enumerate(trials, 1):
        waste = trial.proposal.candidate.waste
        if not trial.carried and waste.flows:
            kept = f"a `safety_stock` of {' and '.join(waste.flows)} keeps some back"
            yield f"{place} carried nothing: where all is gone before any is ordered, {kept}"


def _change(trials: Sequence[Trial], name: str) -> list[str]:
    """The unit, then a change a year for each."""
    changes = [trial.effect.network[name].amount / trial.years for trial in trials]
    unit, size = scale(UNITS[name], changes)
    return [f"{unit}/year", *alike([change / size for change in changes])]


def _ends(trials: Sequence[Trial], sign: int, size: float) -> list[str]:
    """Who gains most of each, or with −1 loses most, and how much."""
    ends = [_end(trial.effect.gains, sign) for trial in trials]
    sums = alike([gain / trial.years / size for trial, (_, gain) in zip(trials, ends, strict=True)])
    return [f"{name} {text}" if text != "0" else NOBODY for (name, _), text in zip(ends, sums, strict=True)]


def _end(gains: Mapping[str, float], sign: int) -> tuple[str, float]:
    name = max(gains, key=lambda one: sign * gains[one], default="")
    return (name, gains[name]) if name and sign * gains[name] > 0 else ("", 0.0)
