"""Numbers that are read as meant by most, and meant otherwise by some: `150.000 t/year` of a German table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator import units
from simulator.scenario.wrong import Keys

_GROUPED = re.compile(r"([+-]?[1-9]\d{0,2})\.(\d\d0)\s*([A-Za-z€%].*)")
"""Up to three digits, a point, three more of which the last is 0, as in round figures, and a unit.

Nobody needs that 0 behind a decimal point, while 1.057 MWh/t is what a source may say.
"""
_NOT_READ = ("meta",)


def doubtful(part: Any, keys: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Path of each quantity whose point may separate thousands, and what is to be said of it."""
    if isinstance(part, str):
        message = _message(part)
        if message is not None:
            yield keys, message
    inner = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        if (*keys, key) != _NOT_READ:
            yield from doubtful(value, (*keys, key))


def _message(text: str) -> str | None:
    found = _GROUPED.fullmatch(text.strip())
    if found is None or not _is_unit(found[3]):
        return None
    whole, rest = found[1], found[2]
    written, plain = f"{whole}.{rest}", f"{float(f'{whole}.{rest}'):g}"
    sure = f"{whole}.0" if rest == "000" else f"{written}0"
    return f"{written} is read as {plain}; write {whole}{rest} if thousands were meant, {sure} if not"


def _is_unit(text: str) -> bool:
    try:
        units.measure(text)
    except units.UnitError:
        return False
    return True
