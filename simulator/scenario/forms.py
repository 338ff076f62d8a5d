"""Values that may be written in more than one way: dates, coefficients, slots, splits, emissions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from simulator.scenario.context import Context, Tables
from simulator.scenario.numbers import NUMBER_KEYS, In, Number, parse_number, split_quantity
from simulator.scenario.wrong import Keys, Wrong, shown

ID = re.compile(r"[a-z][a-z0-9_]*")
REST, TOTAL = "rest", "total"
COST: Final = "cost"
"""In place of a rank: by what a tonne costs on its cheapest way."""
MOST_RANKS = 1_000_000
LAST_YEAR = 9000
"""Leaves the calendar, which ends with the year 9999, room for what lasts beyond the run."""
SLOT = "feed"
"""Name of the only slot of a process whose inputs are a list."""

_FRACTION = In("1", low=0, high=1, series=False)
_PER_INPUT = In("t CO2e/t", "t CO2/t", "t/t", low=0)
_PER_SUBSTANCE = In("t/t", "t CO2e/t", "t CO2/t", low=0, series=False)
_DEMAND = In("t/day", low=0, pieces=True)
_LEVEL = In("t", "day", low=0, pieces=True)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Transfer coefficients of one output or release: one for all substances no one names, one each, one for every
    substance, or the rest."""

    rest: bool = False
    default: Number | None = None
    by_substance: Mapping[str, Number] | None = None
    total: Number | None = None
    """For every substance, named elsewhere or not: the output's part of the mass, of the composition of the feed."""


@dataclass(frozen=True, slots=True)
class Emission:
    """Direct emissions of a process, t CO2e: per tonne of input, or per tonne of each substance released to the air."""

    per_input: Number | None
    by_substance: Mapping[str, Number]


class Parsed:
    """Marks a field that a function of (raw value, tables) reads; `schema` describes it to editors."""

    def __init__(self, parse: Callable[[Any, Tables], Any], schema: Mapping[str, Any]) -> None:
        self.parse = parse
        self.schema = schema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)

    def _validate(self, raw: Any, info: ValidationInfo) -> Any:
        context = cast(Context | None, info.context)
        return self.parse(raw, context.tables if context else {})


def parse_date(raw: Any, _tables: Tables) -> datetime:
    """An ISO date, with or without a time of day, without a time zone. Raises Wrong."""
    if isinstance(raw, datetime):
        return raw
    try:
        found = datetime.fromisoformat(raw.isoformat() if isinstance(raw, date) else raw)
    except (TypeError, ValueError) as error:
        raise Wrong(f"`{shown(raw)}` is not a date; write it like 2025-01-31 or 2025-01-31T06:00") from error
    if found.tzinfo is not None or found.microsecond:
        raise Wrong("a date has no time zone and no fraction of a second; write it like 2025-01-31T06:00")
    if found.year > LAST_YEAR:
        raise Wrong(f"must be in the year {LAST_YEAR} at the latest; it is {found.date()}")
    return found


def parse_coefficients(raw: Any, tables: Tables) -> Coefficients:
    """`rest`, one fraction, one per substance, or one of the total mass. Raises Wrong."""
    if raw == REST:
        return Coefficients(rest=True)
    if not is_split(raw):
        return Coefficients(default=_fraction(raw, tables))
    if TOTAL in raw:
        return Coefficients(total=_total(raw, tables))
    return Coefficients(by_substance=_each(raw, _FRACTION, tables))


def _total(raw: Mapping[str, Any], tables: Tables) -> Number:
    others = ", ".join(key for key in raw if key != TOTAL)
    if others:
        raise Wrong(f"`total` is every substance's coefficient: it stands alone, without {others}", (TOTAL,))
    return cast(Number, under(TOTAL, parse_number, raw[TOTAL], _FRACTION, tables))


def _fraction(raw: Any, tables: Tables) -> Number:
    if isinstance(raw, str) and raw.isalpha():
        raise Wrong(f"`{raw}` is neither a fraction nor `rest`")
    return parse_number(raw, _FRACTION, tables)


def is_split(raw: Any) -> bool:
    """A mapping of numbers by name, as against a number written as a mapping."""
    return isinstance(raw, Mapping) and not any(key in NUMBER_KEYS for key in raw)


def _each(raw: Mapping[str, Any], accepted: In, tables: Tables) -> dict[str, Number]:
    if not raw:
        raise Wrong("names no substance")
    return {key: under(key, parse_number, item, accepted, tables) for key, item in raw.items()}


def under(key: str, parse: Callable[..., Any], *arguments: Any) -> Any:
    """What a parser makes of the part at a key; what is wrong there is said to be there."""
    try:
        return parse(*arguments)
    except Wrong as wrong:
        raise wrong.under(key) from wrong


def parse_emission(raw: Any, tables: Tables) -> Emission:
    """A number per tonne of input, or numbers by substance. Raises Wrong."""
    if is_split(raw):
        return Emission(None, _each(raw, _PER_SUBSTANCE, tables))
    return Emission(parse_number(raw, _PER_INPUT, tables), {})


def parse_demand(raw: Any, tables: Tables) -> Number | Literal["any"]:
    """A rate, or `any`. Raises Wrong."""
    if raw == "any":
        return "any"
    _no_other_word(raw, "`12 t/day` or `any`")
    return parse_number(raw, _DEMAND, tables)


def parse_level(raw: Any, tables: Tables) -> Number | Literal["needed"]:
    """A mass, a span of time to cover, or `needed`. Raises Wrong."""
    if raw == "needed":
        return "needed"
    _no_other_word(raw, "`12 t`, `12 day` or `needed`")
    return parse_number(raw, _LEVEL, tables)


def _no_other_word(raw: Any, examples: str) -> None:
    """Words alone are one that is known here, or a mistake. Raises Wrong."""
    if isinstance(raw, str) and not any(map(str.isdigit, raw)):
        raise Wrong(f"`{shown(raw)}` is not known here; write it like {examples}")


def parse_factor(raw: Any, tables: Tables) -> float:
    """What `scale` multiplies by: a plain number or per cent. Raises Wrong."""
    number = parse_number(raw, In("1", low=0), tables)
    if number.table or number.distribution or number.noise:
        raise Wrong("a factor is one plain number")
    return number.value


def parse_rank(raw: Any, _tables: Tables) -> int | Literal["cost"]:
    """A whole number from 1, or `cost`. Raises Wrong."""
    if raw == COST:
        return COST
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= MOST_RANKS:
        raise Wrong(f"must be a whole number from 1, which is served first, or `{COST}`; it is {shown(raw)}")
    return raw


def one_or_many(raw: Any) -> Any:
    """One id, or a list of them, as a list."""
    return [raw] if isinstance(raw, str) else raw


def slots(raw: Any) -> Any:
    """A list of materials as one slot of share 1."""
    if not isinstance(raw, list | str):
        return raw
    listed = one_or_many(raw)
    for place, item in enumerate(listed):
        keys: Keys = (place,) if isinstance(raw, list) else ()
        if not isinstance(item, str) or not ID.fullmatch(item):
            raise Wrong(f"`{shown(item)}` is not the id of a material", keys)
    if not listed:
        raise Wrong("names no material")
    return {SLOT: {"share": 1, "any_of": listed}}


def split(raw: Any) -> Any:
    """One material as a split of share 1."""
    return {raw: 1} if isinstance(raw, str) else raw


def table_only(raw: Any) -> Any:
    """Refuses what is not a time series."""
    if not isinstance(raw, Mapping) or "table" not in raw:
        raise Wrong("is a table: write it like {table: vintages}, with a row for each interval")
    if "noise" in raw:
        raise Wrong("holds for the whole run: what entered is not redrawn through time", ("noise",))
    return raw


def parse_coordinate(raw: Any, _tables: Tables) -> tuple[float, float]:
    """Latitude and longitude in degrees. Raises Wrong."""
    if not isinstance(raw, list) or len(raw) != 2:
        raise Wrong("write it as [latitude, longitude] in degrees")
    latitude, longitude = (split_quantity(item, "51.6")[0] for item in raw)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Wrong("a latitude lies between -90 and 90, a longitude between -180 and 180")
    return latitude, longitude
