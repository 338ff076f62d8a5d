"""What the validations of one load share: what is known of the tables, and every part validated before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of a time series before a number uses it; its extremes are `nan` where it cannot be read."""

    unit: str
    """As the user wrote it."""
    low: float = nan
    """Smallest value, in internal units."""
    high: float = nan
    """Largest value, in internal units."""
    lowest: str = ""
    """Date, file and line of the smallest."""
    highest: str = ""
    """Date, file and line of the largest."""


Tables = Mapping[str, Column]
"""Time series by name."""


class Context:
    """Validates each raw part once: variants and epochs share, by identity, what no override has touched."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = dict(tables or {})
        self._known: dict[tuple[object, int], tuple[Any, Any, ValueError | None]] = {}

    def fork(self) -> Context:
        """One that knows the same parts; what it meets by itself goes with it."""
        other = Context(self.tables)
        other._known = dict(self._known)
        return other

    def once(self, kind: object, raw: Any, make: Callable[[Any], T]) -> T:
        """`make(raw)`, remembered with its failure under the identity of `raw`, which is kept alive."""
        key = (kind, id(raw))
        if key not in self._known:
            self._known[key] = (raw, *_attempt(make, raw))
        _, made, error = self._known[key]
        if error is not None:
            raise error
        result: T = made
        return result


def _attempt(make: Callable[[Any], T], raw: Any) -> tuple[T | None, ValueError | None]:
    try:
        return make(raw), None
    except ValueError as error:
        return None, error
