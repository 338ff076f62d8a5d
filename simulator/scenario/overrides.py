"""Changes by dotted path: which paths exist, who may change what, and how a change is laid on the raw tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from simulator.errors import Fault
from simulator.scenario.forms import Coefficients, Emission
from simulator.scenario.gases import Gases
from simulator.scenario.models import Lifetime, Survivors, World
from simulator.scenario.numbers import NUMBER_KEYS, Number, scaled
from simulator.scenario.paths import is_mapping, is_model, kind_at, known_keys
from simulator.scenario.tree import Places, Raw, dotted, keys_of, look, put
from simulator.scenario.wrong import Keys, Wrong, advice

Scope = Literal["dated", "partnership", "variant", "command line"]

_NUMBERS = (Number, Coefficients, Emission, Gases, float)
_CLOSED: Mapping[Scope, frozenset[str]] = {
    "command line": frozenset(("schema", "extends", "variants")),
    "variant": frozenset(
        ("schema", "extends", "variants", "name", "seed", "substances", "tables", "economics", "targets")
    ),
    "partnership": frozenset(known_keys(World))
    - {"companies", "boundary", "flows", "materials", "energy", "transport", "carbon_prices", "waste_levies"},
}
_NOT_DATED = (
    "composition", "initial", "ages", "outages", "learning", "duration", "piece", "density", "location", "partners",
)  # fmt: skip
_WHOLE_RUN = "cannot change at a date: it holds for the whole run"


@dataclass(frozen=True)
class Change:
    """One line of a `set` or `scale`."""

    keys: Keys
    """Path of the part that changes."""
    scale: bool
    value: Any
    origin: Keys
    """Path of the value in the file."""
    scope: Scope
    """Who makes it: that decides what it may change."""


@dataclass(frozen=True)
class Draft:
    """A raw tree on the way to a world, and where its parts were written."""

    data: Raw
    places: Places
    faults: tuple[Fault, ...] = ()

    def with_fault(self, change: Change, message: str) -> Draft:
        """The same with a fault at the line of a change."""
        file, line = self.places.of(change.origin)
        return Draft(self.data, self.places, (*self.faults, Fault(file, line, dotted(change.keys), message)))


def changes(part: Mapping[str, Any], origin: Keys, scope: Scope) -> tuple[Change, ...]:
    """What the `set` and `scale` of a raw partnership, intervention or variant change: sets first, then factors."""
    return (*_listed(part, "set", origin, scope), *_listed(part, "scale", origin, scope))


def _listed(part: Mapping[str, Any], word: str, origin: Keys, scope: Scope) -> Iterator[Change]:
    lines = part.get(word, {})
    for path, value in lines.items() if isinstance(lines, Mapping) else ():
        yield Change(keys_of(path), word == "scale", value, (*origin, word, path), scope)


def applied(draft: Draft, level: Iterable[Change]) -> Draft:
    """The draft with one level of changes on it; two `set` of one path are a fault."""
    ordered = sorted(level, key=lambda change: change.scale)
    done: dict[Keys, Change] = {}
    for change in ordered:
        rival = None if change.scale else _rival(change, done)
        if rival is not None:
            draft = draft.with_fault(change, _twice(rival, draft.places))
        else:
            draft = _apply(draft, change)
            done |= {} if change.scale else {change.keys: change}
    return draft


def unreachable(draft: Draft) -> Iterator[Fault]:
    """A fault for every change in the file, in force somewhere or not, that has no path or may not be made."""
    for section in ("partnerships", "interventions", "variants"):
        parts = draft.data.get(section, {})
        for name, part in parts.items() if isinstance(parts, Mapping) else ():
            if isinstance(part, Mapping):
                listed = changes(part, (section, name), _scope(section, part))
                yield from chain.from_iterable(_checked(draft, change).faults for change in listed)


def _scope(section: str, part: Mapping[str, Any]) -> Scope:
    if section == "partnerships":
        return "dated" if "start" in part else "partnership"
    return "dated" if section == "interventions" else "variant"


def _checked(draft: Draft, change: Change) -> Draft:
    fresh = Draft(draft.data, draft.places)
    try:
        check(draft.data, change)
    except Wrong as wrong:
        return fresh.with_fault(change, wrong.message)
    return fresh


def _rival(change: Change, done: Mapping[Keys, Change]) -> Change | None:
    """An earlier `set` of the same part, of one around it, or of one within."""
    for keys, other in done.items():
        shorter = min(len(keys), len(change.keys))
        if keys[:shorter] == change.keys[:shorter]:
            return other
    return None


def _twice(rival: Change, places: Places) -> str:
    file, line = places.of(rival.origin)
    return f"is set twice by changes in force together, also in {file}:{line}"


def _apply(draft: Draft, change: Change) -> Draft:
    try:
        check(draft.data, change)
        value = _scaled(draft.data, change) if change.scale else change.value
    except Wrong as wrong:
        return draft.with_fault(change, wrong.message)
    return Draft(put(draft.data, change.keys, value), draft.places.put(change.keys, change.origin), draft.faults)


def _scaled(data: Raw, change: Change) -> Any:
    raw = look(data, change.keys)
    if raw is None:
        raise Wrong("there is nothing to scale: the number is not given")
    if kind_at(change.keys) not in _NUMBERS:
        raise Wrong("is not a number that can be scaled")
    if isinstance(raw, Mapping) and not any(key in NUMBER_KEYS for key in raw):
        raise Wrong("holds several numbers: scale one of them")
    return scaled(raw, _plain_factor(change.value))


def _plain_factor(raw: Any) -> float:
    """Faults of the factor itself are found where the partnership, intervention or variant is validated."""
    if isinstance(raw, str) and raw.endswith("%"):
        with suppress(ValueError):
            return float(raw[:-1]) / 100
    return float(raw) if isinstance(raw, int | float) else 1.0


def check(data: Raw, change: Change) -> None:
    """Raise Wrong where the path does not exist, or whoever makes the change may not make it."""
    _check_path(data, change.keys)
    _check_scope(data, change)


def _check_path(data: Raw, keys: Keys) -> None:
    for depth, key in enumerate(keys):
        kind, raw = kind_at(keys[:depth]), look(data, keys[:depth])
        if is_model(kind) and key not in known_keys(kind):
            raise Wrong(f"no such path: unknown key {key}{advice(key, known_keys(kind))}")
        if is_mapping(kind) and is_model(kind_at(keys[: depth + 1])):
            _check_declared(data, keys[: depth + 1], raw)
        if not (is_model(kind) or is_mapping(kind) or kind in (Coefficients, Emission, Gases)):
            raise Wrong(f"no such path: {dotted(keys[:depth])} is one value, change it as a whole")
        if raw is not None and not isinstance(raw, Mapping):
            raise Wrong(f"no such path: {dotted(keys[:depth])} is written as one value, change it as a whole")


def _check_declared(data: Raw, keys: Keys, raw: Any) -> None:
    declared = list(raw) if isinstance(raw, Mapping) else []
    known = declared + (list(data.get("materials", ())) if keys[-2] == "inventories" else [])
    if keys[-1] not in known:
        raise Wrong(f"no such path: there is no {keys[-1]} in {dotted(keys[:-1])}{advice(keys[-1], known)}")


def _check_scope(data: Raw, change: Change) -> None:
    scope: Scope = "partnership" if change.scope == "dated" else change.scope
    if change.keys[0] in _CLOSED[scope]:
        raise Wrong(f"cannot be changed by a {scope}" if change.scope != "dated" else _WHOLE_RUN)
    if change.keys[0] in ("partnerships", "interventions") and change.keys[2:3] in (("set",), ("scale",)):
        raise Wrong("the changes of another cannot be changed")
    if change.scope == "dated":
        _check_datable(data, change.keys)


def _check_datable(data: Raw, keys: Keys) -> None:
    kind = kind_at(keys)
    number = kind in _NUMBERS or kind in (Lifetime, Survivors) or keys[-1] == "active"
    if not number or any(key in _NOT_DATED for key in keys):
        raise Wrong(_WHOLE_RUN)
    for depth in range(1, len(keys)):
        inner = kind_at(keys[:depth])
        if is_mapping(inner) and keys[depth - 1] != "inventories" and look(data, keys[: depth + 1]) is None:
            raise Wrong(f"cannot begin at a date: {keys[depth]} is not in the file")
