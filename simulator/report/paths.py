"""Dotted paths of numbers as people read them."""

from __future__ import annotations

from simulator.report import style

_TOP = frozenset(("companies", "boundary", "flows", "materials", "transport", "energy", "partnerships"))
_INNER = frozenset(("processes", "uses", "inventories"))


def readable(path: str) -> str:
    """Without the names of sections: `smelter: smelt, energy electricity` of its path."""
    first, *rest = path.split(".")
    keys = [key for key in rest if key not in _INNER] if first in _TOP and rest else [first, *rest]
    name, *inner = [style.words(key) for key in keys]
    return f"{name}: {', '.join(inner)}" if inner else name
