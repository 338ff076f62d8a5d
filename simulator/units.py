"""Text to number at the border: our own small table of units.

Inside the simulator every number is in t, MWh, km, m3, day, EUR, t CO2e and their quotients. These are the base units,
so one unit text has exactly one factor. `CO2e` and `CO2` are tags with a dimension of their own: `t CO2e` is not `t`.
So are `Hs` and `Hi`: a MWh of gross calorific value is not one of net.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache

SECONDS_PER_DAY = 86400
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25

Dimension = tuple[tuple[str, int], ...]
Measure = tuple[float, Dimension]
"""Size in base units, and exponents by base dimension, in order of name."""

_BASE: Mapping[str, str] = {
    "t": "mass",
    "MWh": "energy",
    "day": "time",
    "km": "length",
    "m3": "volume",
    "EUR": "money",
    "FTE": "employment",
    "piece": "pieces",
    "CO2e": "carbon dioxide equivalent",
    "CO2": "carbon dioxide",
    "degC": "temperature",
    "Hs": "gross calorific value",
    "Hi": "net calorific value",
}
_DERIVED: Mapping[str, tuple[float, str]] = {
    "kg": (1e-3, "t"),
    "g": (1e-6, "t"),
    "kt": (1e3, "t"),
    "Mt": (1e6, "t"),
    "Mg": (1, "t"),
    "tonne": (1, "t"),
    "Wh": (1e-6, "MWh"),
    "kWh": (1e-3, "MWh"),
    "GWh": (1e3, "MWh"),
    "TWh": (1e6, "MWh"),
    "kJ": (1 / 3.6e6, "MWh"),
    "MJ": (1 / 3600, "MWh"),
    "GJ": (1 / 3.6, "MWh"),
    "TJ": (1 / 3.6e-3, "MWh"),
    "PJ": (1 / 3.6e-6, "MWh"),
    "kW": (24e-3, "MWh/day"),
    "MW": (24, "MWh/day"),
    "GW": (24e3, "MWh/day"),
    "d": (1, "day"),
    "hour": (1 / 24, "day"),
    "h": (1 / 24, "day"),
    "minute": (1 / 1440, "day"),
    "min": (1 / 1440, "day"),
    "second": (1 / SECONDS_PER_DAY, "day"),
    "s": (1 / SECONDS_PER_DAY, "day"),
    "week": (7, "day"),
    "month": (DAYS_PER_MONTH, "day"),
    "year": (DAYS_PER_YEAR, "day"),
    "yr": (DAYS_PER_YEAR, "day"),
    "a": (DAYS_PER_YEAR, "day"),
    "m": (1e-3, "km"),
    "tkm": (1, "t km"),
    "l": (1e-3, "m3"),
    "ct": (1e-2, "EUR"),
    "kEUR": (1e3, "EUR"),
    "MEUR": (1e6, "EUR"),
    "bnEUR": (1e9, "EUR"),
    "percent": (1e-2, "1"),
}
_REFUSED = {
    "per": "/",
    "ton": "t",
    "tons": "t",
    "kton": "kt",
    "Mton": "Mt",
    "Gg": "kt",
    "Tg": "Mt",
    "TEUR": "kEUR",
    "Euro": "EUR",
    "lb": "kg",
    "mi": "km",
}
_PREFIXES = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_ASTRAY = 1001
"""Times by which a suggested unit must not miss what may as well be meant: a thousand, and what rounding adds."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\^[1-9](?![0-9])|1(?![0-9])|[()/*]")
_LONGEST = 60


class UnitError(ValueError):
    """A unit that is not known, or not one that fits; the message says what to write instead."""


def factor(text: str, unit: str) -> float:
    """What a number in the unit `text` is multiplied by to be in the internal `unit`.

    Raises UnitError where `text` is unknown or of another dimension.
    """
    size, dimension = measure(text)
    size_of_unit, dimension_of_unit = measure(unit)
    if dimension != dimension_of_unit:
        raise UnitError(f"`{text}` is not a unit of the same kind as {unit}")
    return size / size_of_unit


@cache
def measure(text: str) -> Measure:
    """Size of one `text` in base units, and its dimension with the exponents. Raises UnitError.

    >>> measure("kt/day")
    (1000.0, (('mass', 1), ('time', -1)))
    """
    plain = text.replace("%", " percent ").replace("€", "EUR").strip() or "1"
    unknown = [word for word in _WORD.findall(plain) if _known(word) is None]
    tokens = _TOKEN.findall(plain)
    if unknown or len(text) > _LONGEST or "".join(tokens) != "".join(plain.split()):
        raise UnitError(f"unknown unit `{text}`{_advice(text, unknown)}")
    try:
        found, rest = _product(tokens)
    except IndexError:
        found, rest = (1.0, ()), tokens
    if rest:
        raise UnitError(f"unknown unit `{text}`")
    return found


def _product(tokens: list[str]) -> tuple[Measure, list[str]]:
    """Measure of a product or quotient, from left to right, and the tokens after it."""
    found, rest = _power(tokens)
    while rest and rest[0] != ")":
        sign = -1 if rest[0] == "/" else 1
        other, rest = _power(rest[1:] if rest[0] in "/*" else rest)
        found = _times(found, other, sign)
    return found, rest


def _power(tokens: list[str]) -> tuple[Measure, list[str]]:
    """Measure of a name, of 1, or of what stands in brackets, with its exponent; IndexError where there is none."""
    found, rest = _brackets(tokens[1:]) if tokens[0] == "(" else (_single(tokens[0]), tokens[1:])
    if rest and rest[0].startswith("^"):
        return _times((1.0, ()), found, int(rest[0][1:])), rest[1:]
    return found, rest


def _brackets(tokens: list[str]) -> tuple[Measure, list[str]]:
    found, rest = _product(tokens)
    return found, rest[1:] if rest[0] == ")" else rest


def _single(word: str) -> Measure:
    name = _known(word)
    if word == "1":
        return 1.0, ()
    if name is None:
        raise IndexError(word)
    if name in _BASE:
        return 1.0, ((_BASE[name], 1),)
    size, unit = _DERIVED[name]
    inner, dimension = measure(unit)
    return size * inner, dimension


def _times(one: Measure, other: Measure, power: int) -> Measure:
    powers = dict(one[1])
    for name, exponent in other[1]:
        powers[name] = powers.get(name, 0) + power * exponent
    dimension = tuple(sorted((name, exponent) for name, exponent in powers.items() if exponent))
    return one[0] * other[0] ** power, dimension


def names() -> tuple[str, ...]:
    """Every word that may stand in a unit, except plurals."""
    return (*_BASE, *_DERIVED)


def _known(word: str) -> str | None:
    """The name of a unit, its plural taken off."""
    if word in _BASE or word in _DERIVED:
        return word
    single = word.removesuffix("s")
    return single if len(single) > 2 and (single in _BASE or single in _DERIVED) else None


def _advice(text: str, unknown: list[str]) -> str:
    better = text
    for word in unknown:
        nearest = _nearest(word)
        if nearest is None:
            return ""
        better = better.replace(word, nearest)
    return f", did you mean {better}?" if better != text else ""


def _nearest(word: str) -> str | None:
    if word in _REFUSED:
        return _REFUSED[word]
    first = next(iter(_alike(word)), None)
    return None if first is None or _astray(word, first) else first


def _alike(word: str) -> list[str]:
    """Units that are written nearly so, first those that differ in capitals only."""
    same = [name for name in names() if name.lower() == word.lower()]
    return [*same, *difflib.get_close_matches(word, names(), cutoff=0.6)]


def _astray(word: str, name: str) -> bool:
    """Whether all else that `word` may mean is far larger or smaller than the unit `name`, so that it is a bad guess.

    `mt` may be a megatonne or a metric ton; a guess that is followed unread would be a million times wrong.
    """
    size, dimension = measure(name)
    small = difflib.get_close_matches(word.lower(), [other.lower() for other in names()], n=10, cutoff=0.6)
    others = {other for other in names() if other.lower() in small} - {name}
    meant = [*map(measure, others), *_prefixed(word)]
    sizes = [other for other, of in meant if of == dimension]
    return bool(sizes) and not any(size / _ASTRAY < other < size * _ASTRAY for other in sizes)


def _prefixed(word: str) -> list[Measure]:
    """What `word` measures as a known unit with a prefix of the SI, such as `Gt`."""
    unit = word[1:]
    if word[:1] not in _PREFIXES or unit not in names():
        return []
    size, dimension = measure(unit)
    return [(_PREFIXES[word[0]] * size, dimension)]
