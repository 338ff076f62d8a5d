"""From a path to a `Scenario`: read, override, validate every variant at every dated change, check; or all faults."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import NoReturn

from simulator.errors import Fault, ScenarioError, UserError
from simulator.scenario.checks import check_study, check_world
from simulator.scenario.context import Context
from simulator.scenario.figures import baseless, check_paths
from simulator.scenario.models import Intervention, World
from simulator.scenario.openings import check_opening, lost_openings
from simulator.scenario.overrides import Change, Draft, applied, changes, unreachable
from simulator.scenario.reader import Folder, parse_value, read
from simulator.scenario.repetition import Horizon, begins
from simulator.scenario.resolved import document
from simulator.scenario.sampling import finer_than_steps
from simulator.scenario.scenario import Epoch, Scenario, Series, Variant
from simulator.scenario.tables import check_series, read_tables
from simulator.scenario.thousands import doubtful
from simulator.scenario.tree import Document, Mark, Places, Raw, dotted, keys_of
from simulator.scenario.validate import context_for, validated
from simulator.scenario.variants import Choice, Frame, Masks, choices, frame_of, settled, split_frame, variants_of
from simulator.scenario.vintages import mixed_vintages
from simulator.scenario.wrong import Keys, Problem, advice

NEWEST = 1
"""Newest version of the file's vocabulary that is understood."""
_SET = "--set"


@dataclass
class _Loading:
    """What one load shares, and the faults it has met."""

    context: Context
    choices: Mapping[str, Choice]
    faults: list[Fault]
    masks: Masks = field(default_factory=Masks)
    series: Mapping[str, Series] = field(default_factory=dict)
    worlds: list[World] = field(default_factory=list)
    """All that fit the schema, sound or not."""


@dataclass(frozen=True)
class _Resolved:
    """One variant with its faults; no variant where there are any."""

    variant: Variant | None
    faults: tuple[Fault, ...]


def load(
    path: str | Path,
    sets: Sequence[str] = (),
    variants: Sequence[str] | None = None,
    seed: int | None = None,
    more: Mapping[str, Raw] | None = None,
) -> Scenario:
    """Read a scenario file, checked and resolved into its variants.

    `sets` are overrides `path=value` as on the command line, `variants` the names of those to resolve, the one others
    are compared with first (all in the order of the file where None), `seed` replaces the file's, `more` are variants
    beside the file's, as they would be written there. Raises ScenarioError with every fault, UserError where there is
    no such file or variant.
    """
    with _uncollected():
        return _load(Path(path), sets, variants, seed, more or {})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Loading makes many small objects and no garbage: collecting in between would take most of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(
    path: Path, sets: Sequence[str], variants: Sequence[str] | None, seed: int | None, more: Mapping[str, Raw]
) -> Scenario:
    draft, ordered, folder = drafted(path, sets, seed, more)
    return _resolve(draft, ordered, folder, path, variants)


def drafted(
    path: Path, sets: Sequence[str], seed: int | None = None, more: Mapping[str, Raw] | None = None
) -> tuple[Draft, tuple[Change, ...], Folder]:
    """The file as a raw tree with the changes of the command line on it, these changes, and its folder."""
    written, folder = read(path)
    if more:
        written = replace(written, data={**written.data, "variants": {**variants_of(written.data), **more}})
    _check_version(written)
    ordered, places = _command_line(written, sets)
    if seed is not None:
        written = replace(written, data={**written.data, "seed": seed})
    return applied(Draft(written.data, places), ordered), ordered, folder


def _resolve(
    draft: Draft, ordered: Sequence[Change], folder: Folder, path: Path, wanted: Sequence[str] | None
) -> Scenario:
    tables = read_tables(draft, folder)
    context = context_for(draft.data, tables.columns)
    loading = _Loading(context, choices(draft.data, context), [*draft.faults, *tables.faults], series=tables.series)
    world, faults = _world(draft, loading)
    loading.faults += [*faults, *unreachable(draft), *_once(draft, world)]
    names = _selected(draft, wanted)
    resolved = {name: _variant(draft, ordered, name, loading) for name in names}
    loading.faults += _apart(resolved, loading.faults)
    loading.faults += _targets(draft, ordered, names, loading)
    if loading.faults or world is None:
        raise ScenarioError(_tidy(loading.faults))
    found = {name: item.variant for name, item in resolved.items() if item.variant is not None}
    title = world.title or world.name
    warnings, places = tuple(_thousands(draft)), _places(draft.places)
    scenario = Scenario(world.name, title, str(path), world, found, loading.series, folder.files, warnings, places)
    told = (scenario.fault(*warning) for warning in _warnings(world, found.values(), loading.series))
    return replace(scenario, warnings=(*warnings, *map(str, told)))


def _check_version(written: Document) -> None:
    version = written.data.get("schema")
    if isinstance(version, int) and not isinstance(version, bool) and version > NEWEST:
        file, line = written.marks[("schema",)]
        message = f"version {version} is newer than this program understands ({NEWEST}): update kreislauf"
        raise ScenarioError([Fault(file, line, "schema", message)])


def _command_line(written: Document, sets: Sequence[str]) -> tuple[tuple[Change, ...], Places]:
    """The changes of the command line, and the places of the file with theirs."""
    marks: dict[Keys, Mark] = dict(written.marks)
    found: list[Change] = []
    faults: list[Fault] = []
    for number, text in enumerate(sets):
        path, sign, value = text.partition("=")
        origin: Keys = (_SET, number)
        try:
            raw, own = parse_value(value, _SET, number + 1, origin) if path and sign else _not_a_set(text, number + 1)
        except ScenarioError as error:
            faults += [replace(fault, path=path if sign else "") for fault in error.faults]
            continue
        marks |= own
        found.append(Change(keys_of(path), False, raw, origin, "command line"))
    if faults:
        raise ScenarioError(faults)
    return tuple(found), Places(marks)


def _not_a_set(text: str, line: int) -> NoReturn:
    raise ScenarioError([Fault(_SET, line, "", f"`{text}` is not of the form path=value")])


def _world(draft: Draft, loading: _Loading, first: bool = True) -> tuple[World | None, tuple[Fault, ...]]:
    """The validated and checked world of a raw tree, or its faults; `first`: it holds when the run starts."""
    found = validated(draft.data, loading.context)
    if isinstance(found, World):
        loading.worlds.append(found)
        problems: Iterable[Problem] = [*check_world(found, loading.series), *check_series(found, loading.series)]
        problems = [*problems, *check_opening(found, loading.series)] if first else problems
    else:
        problems = found
    faults = tuple(draft.places.fault(problem.keys, problem.message) for problem in problems)
    return (found if isinstance(found, World) and not faults else None), faults


def _once(draft: Draft, world: World | None) -> Iterator[Fault]:
    """Faults of what is the same in every variant."""
    for problem in check_study(world) if world else ():
        yield draft.places.fault(problem.keys, problem.message)


def _targets(draft: Draft, ordered: Sequence[Change], names: Sequence[str], loading: _Loading) -> Iterator[Fault]:
    """Targets that lead nowhere: not in the file as written, and not in any of its variants, also one not selected."""
    if any(check_paths(loading.worlds)):
        for name in variants_of(draft.data):
            if name not in names:
                _variant(draft, ordered, name, loading)
    for problem in check_paths(loading.worlds):
        yield draft.places.fault(problem.keys, problem.message)


def _selected(draft: Draft, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the variants to resolve: those wanted, in that order, else all in the order of the file."""
    known = variants_of(draft.data)
    names = tuple(known if wanted is None else wanted)
    if not names:
        raise UserError(f"no variant is named; known: {', '.join(known)}")
    for place, name in enumerate(names):
        if name not in known:
            raise UserError(f"unknown variant {name}{advice(name, known)}")
        if name in names[:place]:
            raise UserError(f"variant {name} is named twice")
    return names


def _variant(draft: Draft, ordered: Sequence[Change], name: str, loading: _Loading) -> _Resolved:
    raw = variants_of(draft.data)[name]
    own_frame, own = split_frame(changes(raw, ("variants", name), "variant"))
    ordered_frame, ordered_rest = split_frame(ordered)
    base = Draft(draft.data, draft.places)
    base = applied(applied(base, own_frame), ordered_frame)
    choice = loading.choices.get(name)
    frame = frame_of(base, choice, loading.context) if choice else None
    if frame is None or base.faults:
        return _Resolved(None, base.faults + _world(base, loading)[1])
    return _epochs(base, frame, (own, ordered_rest), name, loading)


def _epochs(base: Draft, frame: Frame, later: Sequence[Sequence[Change]], name: str, loading: _Loading) -> _Resolved:
    """Epochs in which the same changes are in force share one world."""
    epochs: list[Epoch] = []
    faults: list[Fault] = []
    worlds: dict[object, World | None] = {}
    for instant in frame.cuts():
        in_force = frame.agreed(instant), frame.happening(instant)
        if in_force not in worlds:
            worlds[in_force], found = _settled(base, frame, instant, later, loading)
            faults += found
        world = worlds[in_force]
        epochs += [Epoch(instant, world)] if world else []
    if faults:
        return _Resolved(None, tuple(dict.fromkeys(faults)))
    return _Resolved(_named(base, frame, later, name, tuple(epochs)), ())


def _settled(
    base: Draft, frame: Frame, instant: datetime, later: Sequence[Sequence[Change]], loading: _Loading
) -> tuple[World | None, tuple[Fault, ...]]:
    """The world as it holds from an instant on, or its faults."""
    draft = settled(base, frame, instant, later)
    masked = loading.masks.masked(draft.data, frame.agreed(instant))
    world, faults = _world(Draft(masked, draft.places), loading, instant == frame.start)
    return world, (*draft.faults, *faults)


def _named(
    base: Draft, frame: Frame, later: Sequence[Sequence[Change]], name: str, epochs: tuple[Epoch, ...]
) -> Variant:
    model = epochs[0].world.variants.get(name)
    return Variant(
        name,
        (model.title if model else None) or name,
        bool(model and model.hypothetical),
        tuple(frame.partnerships),
        tuple(frame.interventions),
        epochs,
        document(base, frame, later, name),
    )


def _apart(resolved: Mapping[str, _Resolved], before: Sequence[Fault]) -> Iterator[Fault]:
    """Faults that the file as written does not have; one that only some variants have names them."""
    where: defaultdict[Fault, list[str]] = defaultdict(list)
    for name, item in resolved.items():
        for fault in item.faults:
            where[fault].append(name)
    for fault, names in where.items():
        if fault not in before:
            some = len(names) < len(resolved)
            yield replace(fault, message=f"{fault.message} (in variant {', '.join(names)})") if some else fault


def _tidy(faults: Iterable[Fault]) -> Iterator[Fault]:
    return iter(dict.fromkeys(faults))


def _thousands(draft: Draft) -> Iterator[str]:
    """A warning for each quantity that looks as if its point separated thousands."""
    for keys, message in doubtful(draft.data):
        yield str(draft.places.fault(keys, message))


def _warnings(world: World, variants: Collection[Variant], series: Mapping[str, Series]) -> Iterator[tuple[str, str]]:
    """What the run never sees, or cannot mend, in some variant: dotted path, and what is said of it."""
    said = [_unseen(world, variants), baseless(world), lost_openings(variants), mixed_vintages(_worlds(variants))]
    for text in chain(*said, finer_than_steps(_worlds(variants), series)):
        path, _, message = text.partition(": ")
        yield path, message


def _unseen(world: World, variants: Collection[Variant]) -> Iterator[str]:
    """Dated changes of some variant that begin outside the run."""
    happening = {name for variant in variants for name in variant.interventions}
    for name, intervention in world.interventions.items():
        if name in happening and _misses(world, intervention):
            yield f"interventions.{name}: begins outside the run: change its `at`, or leave it out"
    agreed = {name for variant in variants for name in variant.partnerships}
    for name, partnership in world.partnerships.items():
        if name in agreed and partnership.start is not None and partnership.start >= world.time.end:
            yield f"partnerships.{name}: starts after the run: change its `start`, or leave it out"


def _worlds(variants: Iterable[Variant]) -> Iterator[World]:
    return (world for variant in variants for world in variant.worlds)


def _misses(world: World, intervention: Intervention) -> bool:
    """Whether a change begins after the run, or before it and is over by then, or was in force all along."""
    if intervention.for_ is None and intervention.at < world.time.start:
        return True
    return not begins(intervention, Horizon(world.time.start, world.time.end, world.uniform))


def _places(places: Places) -> dict[str, Mark]:
    return {dotted(keys): mark for keys, mark in places.marks.items() if keys and keys[0] != _SET}
