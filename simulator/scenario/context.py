"""What the validations of one load share: units of the tables, and every part validated before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Context:
    """Validates each raw part once: variants and epochs share, by identity, what no override has touched."""

    def __init__(self, table_units: Mapping[str, str] | None = None) -> None:
        self.table_units = dict(table_units or {})
        self._known: dict[tuple[object, int], tuple[Any, Any, ValueError | None]] = {}

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
