"""The parameters of a distribution as users write them: all in one unit, that of the value beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.scenario.amounts import Number
from simulator.scenario.wrong import Wrong


class Parameters:
    """Reads amounts into the internal unit of a number, and remembers in which of those accepted they were written."""

    def __init__(self, read: Callable[[Any], Number], central: Number | None, text: str) -> None:
        """`read` makes a number of a quantity, `central` is the value beside, in the unit `text` as written."""
        self._read = read
        self._text = text
        self._unit = (central.unit, central.pieces) if central else None
        self._beside = "the value beside it" if central else "another of its numbers"

    def amount(self, raw: Any) -> float:
        """One amount; a bare one has the unit of the value beside it. Raises Wrong, also where units differ in kind."""
        bare = isinstance(raw, int | float) and not isinstance(raw, bool)
        number = self._read(f"{raw!r} {self._text}" if bare and self._text else raw)
        found = (number.unit, number.pieces)
        if not (bare and raw == 0):
            self._unit = self._unit or found
            if found != self._unit:
                raise Wrong(f"is in {_named(*found)}, {self._beside} in {_named(*self._unit)}: write both alike")
        return number.value

    def unit(self) -> tuple[str, bool] | None:
        """Internal unit, and whether pieces are counted; None where nothing says it."""
        return self._unit


def _named(unit: str, pieces: bool) -> str:
    return "pieces" if pieces else unit if unit != "1" else "plain numbers"
