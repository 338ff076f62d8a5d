"""The raw scenario: plain nested data as read, where each part was written, and changes to it by copying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.errors import Fault
from simulator.scenario.wrong import Keys

Raw = dict[str, Any]
Mark = tuple[str, int]
"""File relative to the scenario's folder, and line counted from 1."""


@dataclass(frozen=True)
class Document:
    """Plain data and the marks of its parts by path."""

    data: Raw
    marks: Mapping[Keys, Mark]


@dataclass(frozen=True)
class Places:
    """Where parts were written; parts put in place by an override were written where the override is."""

    marks: Mapping[Keys, Mark]
    moved: Mapping[Keys, Keys] = field(default_factory=dict)
    """Path of an overridden part → path of the value in the file."""

    def of(self, keys: Keys) -> Mark:
        """Mark of the part, or of the innermost written part around it."""
        origin = self._origin(keys)
        return next(self.marks[part] for part in _outwards(origin) if part in self.marks)

    def put(self, keys: Keys, origin: Keys) -> Places:
        """The same after the part at `keys` was replaced by what is written at `origin`."""
        kept = {path: found for path, found in self.moved.items() if path[: len(keys)] != keys}
        return replace(self, moved=kept | {keys: origin})

    def fault(self, keys: Keys, message: str) -> Fault:
        """A fault at this part."""
        file, line = self.of(keys)
        return Fault(file, line, dotted(keys), message)

    def _origin(self, keys: Keys) -> Keys:
        for part in _outwards(keys) if self.moved else ():
            if part in self.moved:
                return (*self.moved[part], *keys[len(part) :])
        return keys


_BY_CARRIER = (
    ("companies", None, "loads"),
    ("companies", None, "processes", None, "energy"),
    ("companies", None, "generators", None, "gives"),
    ("companies", None, "converters", None, "gives"),
)
"""Paths, None standing for an id, of parts whose keys are carriers, and may hold a dot themselves: `heat.district`."""


def keys_of(path: str) -> Keys:
    """The keys along a dotted path; a carrier with its level is one key."""
    keys = tuple(path.strip().split("."))
    depth = next((len(around) for around in _BY_CARRIER if _lies_in(keys, around)), None)
    return keys if depth is None else (*keys[:depth], ".".join(keys[depth : depth + 2]), *keys[depth + 2 :])


def _lies_in(keys: Sequence[str], around: Sequence[str | None]) -> bool:
    """Whether the path leads into a part."""
    return len(keys) > len(around) and all(name in (None, key) for key, name in zip(keys, around, strict=False))


def dotted(keys: Keys) -> str:
    """The path as users write it."""
    return ".".join(map(str, keys))


def _outwards(keys: Keys) -> Iterator[Keys]:
    return (keys[:length] for length in range(len(keys), -1, -1))


def merged(base: Document, over: Document) -> Document:
    """`over` laid on `base`: mappings deeply, anything else replaced."""
    marks = dict(base.marks)
    data = _merge(base.data, over.data, (), marks)
    return Document(data, marks | dict(over.marks))


def _merge(base: Raw, over: Raw, keys: Keys, marks: dict[Keys, Mark]) -> Raw:
    result = dict(base)
    for key, value in over.items():
        if isinstance(base.get(key), dict) and isinstance(value, dict):
            result[key] = _merge(base[key], value, (*keys, key), marks)
        else:
            result[key] = value
    return result


def look(data: Any, keys: Keys) -> Any:
    """The part at the path; None where there is none."""
    for key in keys:
        if not isinstance(data, Mapping) or key not in data:
            return None
        data = data[key]
    return data


def put(data: Raw, keys: Keys, value: Any) -> Raw:
    """A copy with the part at `keys` replaced, mappings on the way made where missing, all else shared."""
    first, *rest = keys
    inner = data.get(str(first))
    changed = put(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value
    return {**data, str(first): changed}
