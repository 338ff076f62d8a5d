"""Variants and their epochs: which changes are in force when, and the worlds they make.

Value = file, then the partnerships in force, variant, command line, then interventions by date; a later one wins. Two
`set` of one path within one level are a fault; interventions that begin at one instant are one level. Within a level
`scale` follows `set`. One that comes again counts by the date on which it began last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from pydantic import ValidationError

from simulator.scenario.context import Context
from simulator.scenario.dates import after
from simulator.scenario.models import Intervention, Model, Partnership, Time, Variant
from simulator.scenario.overrides import Change, Draft, applied, changes
from simulator.scenario.repetition import Horizon, begins, over, repeating
from simulator.scenario.tree import Raw, look, put

M = TypeVar("M", bound=Model)
BASE = "base"
_FRAME = ("time", "calendar", "partnerships", "interventions")
"""What decides when changes are in force, so that variants and the command line change it before anything else."""


_SECTION: Mapping[type[Model], str] = {Partnership: "partnerships", Intervention: "interventions"}


_CONDITIONAL = ("processes", "uses", "generators", "converters", "energy_storage")
"""Parts of a company that may exist in a partnership only."""


@dataclass(frozen=True)
class Choice:
    """What a variant names; None where it names nothing."""

    partnerships: tuple[str, ...] | None
    interventions: tuple[str, ...] | None
    others: frozenset[str]
    """Interventions that other variants name."""


@dataclass(frozen=True)
class Frame:
    """When everything is in force in one variant."""

    start: datetime
    end: datetime
    partnerships: Mapping[str, Partnership]
    """Those agreed on in the variant."""
    interventions: Mapping[str, Intervention]
    """Those that happen in the variant."""
    begins: Mapping[str, tuple[datetime, ...]]
    """When each of these begins, ascending."""
    uniform: bool

    def cuts(self) -> tuple[datetime, ...]:
        """First instants of the epochs."""
        inside = {instant for instant in self._instants() if self.start < instant < self.end}
        return tuple(sorted({self.start} | inside))

    def agreed(self, instant: datetime) -> tuple[str, ...]:
        """Partnerships in force, in order of name."""
        items = sorted(self.partnerships.items())
        return tuple(name for name, item in items if item.start is None or item.start <= instant)

    def happening(self, instant: datetime) -> tuple[tuple[str, ...], ...]:
        """Interventions in force, those that began together side by side, in order of date."""
        dated = sorted(self._in_force(instant))
        return tuple(tuple(name for _, name in group) for _, group in groupby(dated, key=itemgetter(0)))

    def _in_force(self, instant: datetime) -> Iterator[tuple[datetime, str]]:
        """When what is in force began last, and its name."""
        for name, times in self.begins.items():
            begun = bisect_right(times, instant)
            if begun and not over(self.interventions[name], times[begun - 1], instant, self.uniform):
                yield times[begun - 1], name

    def _instants(self) -> Iterator[datetime]:
        yield from (item.start for item in self.partnerships.values() if item.start is not None)
        for name, times in self.begins.items():
            yield from times
            span = self.interventions[name].for_
            yield from (after(time, span, self.uniform) for time in times if span is not None)


def variants_of(data: Raw) -> dict[str, Mapping[str, Any]]:
    """Raw variants by name in the order of the file; one named `base` where there are none."""
    found = data.get("variants")
    listed = found.items() if isinstance(found, Mapping) else ()
    return {name: raw for name, raw in listed if isinstance(raw, Mapping)} or {BASE: {}}


def choices(data: Raw, context: Context) -> dict[str, Choice]:
    """What each variant chooses; nothing for one that is faulty, which validation reports."""
    found: dict[str, Variant] = {}
    for name, raw in variants_of(data).items():
        with suppress(ValidationError):
            found[name] = _read(Variant, raw, context)
    count = Counter(item for variant in found.values() for item in set(variant.interventions or ()))
    return {name: _choice(variant, count) for name, variant in found.items()}


def _choice(variant: Variant, count: Mapping[str, int]) -> Choice:
    own = set(variant.interventions or ())
    others = frozenset(name for name, times in count.items() if times > (name in own))
    return Choice(variant.partnerships, variant.interventions, others)


def frame_of(draft: Draft, choice: Choice, context: Context) -> Frame | None:
    """When everything is in force; None where what decides it is faulty, which validation reports."""
    try:
        time = _read(Time, draft.data.get("time"), context)
        partnerships = _chosen(draft.data, Partnership, choice.partnerships, frozenset(), context)
        interventions = _chosen(draft.data, Intervention, choice.interventions, choice.others, context)
    except ValidationError:
        return None
    run = Horizon(time.start, time.end, draft.data.get("calendar") == "uniform")
    if any(problem for item in interventions.values() for problem in repeating(item, run, ())):
        return None
    found = {name: begins(item, run) for name, item in interventions.items()}
    return Frame(run.start, run.end, partnerships, interventions, found, run.uniform)


def _chosen(
    data: Raw, kind: type[M], wanted: Sequence[str] | None, without: frozenset[str], context: Context
) -> dict[str, M]:
    """Validated parts by name: those wanted, or all but some. Unknown names are found by the checks."""
    section = data.get(_SECTION[kind])
    if not isinstance(section, Mapping):
        return {}
    names = [name for name in section if name not in without] if wanted is None else wanted
    return {name: _read(kind, section[name], context) for name in names if name in section}


def _read(kind: type[M], raw: Any, context: Context) -> M:
    return kind.model_validate(raw, context=context)


def split_frame(level: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Changes of what decides when changes are in force, and all others."""
    inside = tuple(change for change in level if change.keys[0] in _FRAME)
    return inside, tuple(change for change in level if change.keys[0] not in _FRAME)


def settled(draft: Draft, frame: Frame, instant: datetime, later: Sequence[Sequence[Change]]) -> Draft:
    """The draft as it holds from an instant on: partnerships, `later` levels, interventions."""
    levels = [partnership_changes(draft.data, frame, instant), *later]
    levels += [_interventions(draft.data, group) for group in frame.happening(instant)]
    for level in levels:
        draft = applied(draft, level)
    return draft


def partnership_changes(data: Raw, frame: Frame, instant: datetime) -> tuple[Change, ...]:
    """What the partnerships in force at an instant change."""
    return tuple(
        change
        for name in frame.agreed(instant)
        for change in changes(
            data["partnerships"][name],
            ("partnerships", name),
            "partnership" if frame.partnerships[name].start is None else "dated",
        )
    )


def _interventions(data: Raw, names: Sequence[str]) -> tuple[Change, ...]:
    return tuple(
        change for name in names for change in changes(data["interventions"][name], ("interventions", name), "dated")
    )


class Masks:
    """Switches off what needs a partnership that is not in force; the same raw part gives the same masked part."""

    def __init__(self) -> None:
        self._off: dict[int, tuple[Raw, Raw]] = {}

    def fork(self) -> Masks:
        """One that knows the same parts."""
        other = Masks()
        other._off = dict(self._off)
        return other

    def masked(self, data: Raw, agreed: Sequence[str]) -> Raw:
        """The tree with flows, processes and uses `active: false` whose partnerships are not all in force."""
        for keys in _conditional(data, tuple(agreed)):
            data = put(data, keys, self._switched_off(look(data, keys)))
        return data

    def _switched_off(self, raw: Raw) -> Raw:
        if id(raw) not in self._off:
            self._off[id(raw)] = (raw, {**raw, "active": False})
        return self._off[id(raw)][1]


def _conditional(data: Raw, agreed: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Paths of the parts whose partnerships are not all in force."""
    yield from _closed(data, ("flows",), agreed)
    companies = data.get("companies")
    for company in companies if isinstance(companies, Mapping) else ():
        for section in _CONDITIONAL:
            yield from _closed(data, ("companies", company, section), agreed)


def _closed(data: Raw, keys: tuple[str, ...], agreed: Sequence[str]) -> Iterator[tuple[str, ...]]:
    section = look(data, keys)
    for name, raw in section.items() if isinstance(section, Mapping) else ():
        needed = raw.get("partnership") if isinstance(raw, Mapping) else None
        named = [needed] if isinstance(needed, str) else needed
        if isinstance(named, list) and any(partner not in agreed for partner in named):
            yield (*keys, name)
