"""What the parsers and checks of a scenario say is wrong, before it is placed in a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Keys = tuple[str | int, ...]


class Wrong(ValueError):  # noqa: N818 (reads as a sentence: raise Wrong)
    """A value that cannot be what the user meant; `keys` leads from the value parsed to the part that is wrong."""

    def __init__(self, message: str, keys: Keys = ()) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys

    def under(self, *keys: str | int) -> Wrong:
        """The same, seen from further out."""
        return Wrong(self.message, (*keys, *self.keys))


@dataclass(frozen=True)
class Problem:
    """Something wrong at a path."""

    keys: Keys
    message: str


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that `word` is most likely a misspelling or a part of."""
    text, words = str(word), sorted(known)
    close = difflib.get_close_matches(text, words, n=1, cutoff=0.6)
    parts = [name for name in words if len(text) > 2 and text.lower() in name.lower()]
    return next(iter(close + parts), None)


def advice(word: object, known: Iterable[str]) -> str:
    """End of a message on an unknown word: `did you mean X?`, or what is known, or nothing where that is too much."""
    words = sorted(known)
    close = nearest(word, words)
    if close is not None:
        return f", did you mean {close}?"
    return f"; known: {', '.join(words)}" if 0 < len(words) <= 40 else ""


def shown(raw: object) -> str:
    """A raw value in a message."""
    if isinstance(raw, bool):
        return str(raw).lower()
    text = "{…}" if isinstance(raw, Mapping) else "[…]" if isinstance(raw, list) else str(raw)
    return text if len(text) <= 60 else f"{text[:57]}…"
