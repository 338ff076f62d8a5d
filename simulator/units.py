"""Text to number at the border: our own small registry of units.

Inside the simulator every number is in t, MWh, km, m3, day, EUR, t CO2e and their quotients. These are base units of
the registry, so one unit text has exactly one factor. `CO2e` and `CO2` are tags with a dimension of their own:
`t CO2e` is not `t`.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

MONTHS_PER_YEAR = 12
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25

Dimension = tuple[tuple[str, float], ...]

_DEFINITIONS = (
    "t = [mass] = _ = tonne",
    "kg = 1e-3 * t",
    "g = 1e-6 * t",
    "kt = 1e3 * t",
    "Mt = 1e6 * t",
    "MWh = [energy]",
    "Wh = 1e-6 * MWh",
    "kWh = 1e-3 * MWh",
    "GWh = 1e3 * MWh",
    "TWh = 1e6 * MWh",
    "MJ = MWh / 3600",
    "kJ = MWh / 3.6e6",
    "GJ = MWh / 3.6",
    "TJ = MWh / 3.6e-3",
    "PJ = MWh / 3.6e-6",
    "day = [time] = _ = d",
    "hour = day / 24 = _ = h",
    "minute = day / 1440 = _ = min",
    "second = day / 86400 = _ = s",
    "week = 7 * day",
    f"month = {DAYS_PER_MONTH} * day",
    f"year = {DAYS_PER_YEAR} * day = _ = a = yr",
    "MW = 24 * MWh / day",
    "kW = 1e-3 * MW",
    "GW = 1e3 * MW",
    "km = [length]",
    "m = 1e-3 * km",
    "tkm = t * km",
    "m3 = [volume]",
    "l = 1e-3 * m3",
    "EUR = [money]",
    "ct = 1e-2 * EUR",
    "kEUR = 1e3 * EUR",
    "MEUR = 1e6 * EUR",
    "bnEUR = 1e9 * EUR",
    "percent = 1e-2",
    "FTE = [employment]",
    "piece = [piece]",
    "CO2e = [carbon_dioxide_equivalent]",
    "CO2 = [carbon_dioxide]",
    "degC = [temperature]",
)

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ALLOWED = re.compile(r"[A-Za-z0-9_€%()/*^. -]*")
_ODD = re.compile(r"\*\*|//|\^\s*\d\d|.{60}")
_REFUSED = {"ton": "t", "tons": "t", "kton": "kt", "Mton": "Mt", "lb": "kg", "mi": "km"}


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
def measure(text: str) -> tuple[float, Dimension]:
    """Size of one `text` in base units, and its dimension with the exponents.

    >>> measure("kt/day")
    (1000.0, (('[mass]', 1.0), ('[time]', -1.0)))
    """
    if text.strip() in ("", "1"):
        return 1.0, ()
    unknown = [word for word in _WORD.findall(text) if not _known(word)]
    if unknown or not _ALLOWED.fullmatch(text) or _ODD.search(text):
        raise UnitError(f"unknown unit `{text}`{_advice(text, unknown)}")
    return _parsed(text)


def _parsed(text: str) -> tuple[float, Dimension]:
    registry = _registry()
    try:
        unit = registry.parse_units(text.replace("%", " percent ").replace("€", "EUR"))
        size, _ = registry.get_base_units(unit)
    except Exception as error:  # pint's parser raises whatever its tokenizer meets
        raise UnitError(f"unknown unit `{text}`") from error
    powers = {str(name): float(str(power)) for name, power in unit.dimensionality.items()}
    return float(str(size)), tuple(sorted((name, power) for name, power in powers.items() if power))


@cache
def _registry() -> pint.UnitRegistry[float]:
    import pint

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None, on_redefinition="raise")
    registry.load_definitions(_DEFINITIONS)
    return registry


@cache
def names() -> tuple[str, ...]:
    """Every word that may stand in a unit, except plurals."""
    heads = (definition.split("=") for definition in _DEFINITIONS)
    words = [word.strip() for head in heads for word in (head[0], *head[2:])]
    return (*(word for word in words if word != "_"),)


def _known(word: str) -> bool:
    return word in names() or (len(word) > 3 and word.endswith("s") and word[:-1] in names())


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
    same = [name for name in names() if name.lower() == word.lower()]
    close = difflib.get_close_matches(word, names(), n=1, cutoff=0.6)
    return next(iter(same + close), None)
