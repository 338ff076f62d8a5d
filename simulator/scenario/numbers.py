"""Numbers as users write them: text in, a frozen `Number` in internal units out.

A field of a model declares the units it accepts, ``Annotated[Number, In("t/day")]``; everything a number may be (bare,
quantity, time series, entry of the factor library, distribution beside its value) is understood here and nowhere else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from simulator import units
from simulator.scenario.amounts import Noise, Number, Span
from simulator.scenario.catalogue import entry
from simulator.scenario.context import Column, Context, Tables
from simulator.scenario.distributions import KINDS, Distribution, parse_distribution, stretched
from simulator.scenario.notyet import NotYet
from simulator.scenario.parameters import Parameters
from simulator.scenario.redrawn import WIDEST, parse_noise, require_series
from simulator.scenario.wrong import Wrong, advice, shown

__all__ = ["NUMBER_KEYS", "Clock", "Distribution", "In", "Noise", "NotYet", "Number", "Span", "parse_number", "scaled"]

NUMBER_KEYS = ("value", "table", "factor", *KINDS, "draw", "noise", "times", "source", "kind")
"""Keys of a number written as a mapping."""

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\d.,_])\s*(.*?)\s*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PIECES = {"t": "piece", "t/day": "piece/day"}
_BARE = ("1", "t/t")
_SEPARATED = re.compile(r"\s*[+-]?\d+[.,_' ]\d.*")
GROSS, NET = " Hs", " Hi"
"""Ends of a unit per MWh of gross (superior) and of net (inferior) calorific value; net where nothing is said."""
SMALLEST, LARGEST = 1e-30, 1e30
"""Sizes of numbers but 0: what is reckoned with them still fits a float."""
LONGEST = 500
"""Years that a span of the calendar may have."""


class In:
    """Marks a number with the internal units it is accepted in, the first being the usual one, and its bounds."""

    def __init__(
        self,
        *units: str,
        low: float = -math.inf,
        above: float = -math.inf,
        high: float = math.inf,
        pieces: bool = False,
        series: bool = True,
        below: str = "",
        no_series: str = "holds for the whole run: it cannot be a time series",
        calorific: bool = False,
    ) -> None:
        """`below` is said instead of the bound where a number is too low, `no_series` where it is a time series and may
        not be; `calorific`: a MWh may be `Hi` or `Hs`.
        """
        self.units = units
        self.calorific = calorific
        self.low = low
        self.above = above
        self.high = high
        self.pieces = pieces
        self.series = series
        self.below = below
        self.no_series = no_series

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        kinds = ["number", "string", "object"] if self.bare() else ["string", "object", "number"]
        return {"type": kinds, "description": f"in {' or '.join(self.units)}", "examples": [self.example()]}

    def _validate(self, raw: Any, info: ValidationInfo) -> Number:
        context = cast(Context | None, info.context)
        return parse_number(raw, self, context.tables if context else {})

    def bare(self) -> bool:
        """Whether a number without a unit is obvious."""
        return self.units[0] in _BARE

    def example(self) -> str:
        """How such a number is written."""
        return "0.5" if self.bare() else f"12 {self.units[0]}"

    def check(self, number: Number, written: str = "") -> None:
        """Raise Wrong where the number, or what varies it, leaves its bounds; `written` by the user."""
        if number.table is not None:
            return
        if number.noise is not None:
            self.check(replace(number, noise=None), written)
        reach = _reaching(number, written)
        for value in (number.value, *number.bounds()):
            if value < self.low or value <= self.above:
                raise Wrong(self.below or self._outside(value, number, reach))
            if value > self.high:
                raise Wrong(self._outside(value, number, reach))

    def check_column(self, number: Number, column: Column) -> None:
        """Raise Wrong where a row of the number's time series leaves the bounds."""
        for extreme, row in ((column.low, column.lowest), (column.high, column.highest)):
            value = extreme * number.times
            for reached in number.noise.around(value, value) if number.noise else (value,):
                if reached < self.low or reached <= self.above or reached > self.high:
                    what = f"table {number.table}{', with its noise,' if number.noise else ''} says in {row}"
                    raise Wrong(self._outside(reached, number, what))

    def _outside(self, value: float, number: Number, reach: str) -> str:
        unit = "" if number.unit in _BARE else f" {number.unit}"
        bound = "; give it `low` or `high`" if number.distribution and number.distribution.endless else ""
        bound = "; write a smaller `cv`" if number.noise else bound
        return f"must be {self._limits()}{unit}; {reach} {value:g}{unit}{bound}"

    def _limits(self) -> str:
        if math.isfinite(self.high) and math.isfinite(self.above):
            return f"more than {self.above:g}, at most {self.high:g}"
        if math.isfinite(self.high):
            return f"between {self.low:g} and {self.high:g}"
        return f"above {self.above:g}" if math.isfinite(self.above) else f"at least {self.low:g}"


def parse_number(raw: Any, accepted: In, tables: Tables) -> Number:
    """A number in one of the accepted units; `tables` are the time series by name. Raises Wrong."""
    number = _mapping(raw, accepted, tables) if isinstance(raw, Mapping) else _quantity(raw, accepted)
    try:
        accepted.check(number, _written(raw, number))
    except Wrong as wrong:
        raise Wrong(f"{wrong.message}{_per_cent(raw, accepted)}", wrong.keys) from wrong
    return number


def _reaching(number: Number, written: str) -> str:
    """What leaves the bounds of a number: itself, or what varies it."""
    if number.noise is not None:
        return "its noise reaches"
    if number.distribution is not None:
        return "its distribution reaches"
    return f"it is {written}, that is" if written else "it is"


def _written(raw: Any, number: Number) -> str:
    """A quantity as the user wrote it, where that is in another unit than the internal one."""
    text = raw.get("value") if isinstance(raw, Mapping) else raw
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    return shown(text) if match and match[2] not in ("", number.unit) else ""


def _per_cent(raw: Any, accepted: In) -> str:
    """A remedy where a share was written as per cent without saying so."""
    meant = accepted.high == 1 and isinstance(raw, int | float) and 1 < raw <= 100
    return f"; if per cent are meant, write {raw / 100:g} or {raw:g} %" if meant else ""


def scaled(raw: Any, factor: float) -> Any:
    """The raw number multiplied: it stays what a user could have written. Raises Wrong where it is no number."""
    if isinstance(raw, Mapping):
        return {**raw, "times": _times(raw) * factor}
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw * factor
    match = _QUANTITY.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise Wrong(f"`{raw}` is not a number that could be scaled")
    return f"{float(match[1]) * factor!r} {match[2]}".rstrip()


def _quantity(raw: Any, accepted: In) -> Number:
    size, text = split_quantity(raw, accepted.example())
    if text == "" and not (accepted.bare() or size == 0):
        raise Wrong(f"needs a unit; write it like `{size:g} {accepted.units[0]}`")
    unit, factor, pieces = _fitting(text, accepted) if text else (accepted.units[0], 1.0, False)
    return Number(size * factor, unit, pieces=pieces)


def split_quantity(raw: Any, example: str) -> tuple[float, str]:
    """Number and unit text of a bare number or a quantity; Wrong shows the example."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _finite(float(raw), raw), ""
    match = _QUANTITY.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        separated = isinstance(raw, str) and _SEPARATED.fullmatch(raw)
        why = ": a decimal point, no comma, no thousands separator" if separated else ""
        raise Wrong(f"`{shown(raw)}` is not a number{why}; write it like `{example}`")
    return _finite(float(match[1]), raw), match[2]


def _finite(value: float, raw: Any) -> float:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise Wrong(f"`{shown(raw)}` is too large for a number, the largest is {LARGEST:g}")
    if 0.0 < abs(value) < SMALLEST:
        raise Wrong(f"`{shown(raw)}` is too small for a number, the smallest is {SMALLEST:g}; write 0 for nothing")
    return value


def _fitting(text: str, accepted: In) -> tuple[str, float, bool]:
    """Internal unit, factor to it, and whether it counts pieces."""
    try:
        size, dimension = units.measure(text)
    except units.UnitError as error:
        remedy = "" if "did you mean" in str(error) else f"; write it like `{accepted.example()}`"
        raise Wrong(f"{error}{remedy}") from error
    for unit in accepted.units:
        if units.measure(unit)[1] == dimension:
            return unit, size, False
        if accepted.calorific and dimension in _calorific(unit):
            return unit + GROSS * (_calorific(unit)[dimension] == GROSS), size, False
        if accepted.pieces and unit in _PIECES and units.measure(_PIECES[unit])[1] == dimension:
            return unit, size, True
    raise Wrong(f"`{text}` is the wrong kind of unit, expected {_expected(accepted)}")


@cache
def _calorific(unit: str) -> Mapping[units.Dimension, str]:
    """Dimensions of a unit per MWh that says which calorific value, in or without brackets, and what it says."""
    written = {f"{unit}{word}": word for word in (GROSS, NET)}
    bracketed = {unit.replace("MWh", f"(MWh{word})"): word for word in (GROSS, NET)}
    return {units.measure(text)[1]: word for text, word in {**written, **bracketed}.items()}


def _expected(accepted: In) -> str:
    usual = " or ".join("a plain number or %" if unit == "1" else unit for unit in accepted.units)
    return f"{usual}, like `{accepted.example()}`"


def _mapping(raw: Mapping[str, Any], accepted: In, tables: Tables) -> Number:
    for key in raw:
        if key not in NUMBER_KEYS:
            raise Wrong(f"unknown key{advice(key, NUMBER_KEYS)}", (key,))
    found = [key for key in ("table", *KINDS) if key in raw]
    if len(found) > 1:
        raise Wrong(f"only one of {', '.join(found)} can give the number")
    if "draw" in raw and found in ([], ["table"]) and "noise" not in raw:
        raise Wrong("names a draw, and there is no distribution to draw from: add one, or leave it out", ("draw",))
    if "noise" in raw:
        require_series(accepted.series, accepted.no_series, "degC" in accepted.units)
    if "table" in raw:
        return _table(raw, accepted, tables)
    if "factor" in raw:
        return _listed(raw, next(iter(found), None), accepted)
    if not found and "value" not in raw:
        raise Wrong("needs a `value`, a `table`, a `factor` or a distribution")
    return _valued(raw, next(iter(found), None), accepted)


def _listed(raw: Mapping[str, Any], kind: str | None, accepted: In) -> Number:
    """A number of the factor library; what it is and where it comes from stand there."""
    found = entry(raw["factor"])
    for key in ("value", "source", "kind"):
        if key in raw:
            raise Wrong(f"comes from the library: leave out the {key}", (key,))
    try:
        number = _valued({**raw, "value": f"{found.value!r} {found.unit}"}, kind, accepted)
    except Wrong as wrong:
        raise Wrong(f"{found.id}: {wrong.message}", ("factor",)) from wrong
    return replace(number, source=found.citation(), kind="published", factor=found.id)


def _table(raw: Mapping[str, Any], accepted: In, tables: Tables) -> Number:
    name = raw["table"]
    if not accepted.series:
        raise Wrong(accepted.no_series, ("table",))
    if "value" in raw or "factor" in raw:
        raise Wrong("only one of table, value, factor can give the number")
    if not isinstance(name, str) or name not in tables:
        raise Wrong(f"unknown table {shown(name)}{advice(name, tables)}", ("table",))
    try:
        unit, _, pieces = _fitting(tables[name].unit, accepted)
    except Wrong as wrong:
        raise Wrong(f"table {name}: {wrong.message}", ("table",)) from wrong
    number = Number(math.nan, unit, name, _times(raw), pieces=pieces, noise=_noise(raw), **_about(raw))
    accepted.check_column(number, tables[name])
    return number


def _valued(raw: Mapping[str, Any], kind: str | None, accepted: In) -> Number:
    central = _part(raw, "value", accepted) if "value" in raw else None
    text = split_quantity(raw["value"], "")[1] if central else ""
    parameters = Parameters(partial(_quantity, accepted=accepted), central, text)
    beside = central.value if central else None
    distribution = parse_distribution(kind, raw[kind], parameters.amount, beside) if kind else None
    unit, pieces = parameters.unit() or (accepted.units[0], False)
    times = _times(raw)
    if distribution is not None and times < 0:
        raise Wrong("must not be below 0 beside a distribution: multiply its parameters instead", ("times",))
    value = cast(Number | Distribution, central or distribution)
    stands = (value.value if isinstance(value, Number) else value.mean) * times
    varies = stretched(distribution, times) if distribution is not None and times > 0 else None
    return Number(stands, unit, None, 1.0, varies, pieces, noise=_noise(raw), **_about(raw))


def _part(raw: Mapping[str, Any], key: str, accepted: In) -> Number:
    try:
        return _quantity(raw[key], accepted)
    except Wrong as wrong:
        raise wrong.under(key) from wrong


def _times(raw: Mapping[str, Any]) -> float:
    times = raw.get("times", 1.0)
    if isinstance(times, bool) or not isinstance(times, int | float):
        raise Wrong(f"`{shown(times)}` is not a plain number", ("times",))
    return _finite(float(times), times)


def _noise(raw: Mapping[str, Any]) -> Noise | None:
    if "noise" not in raw:
        return None
    plain = partial(parse_number, accepted=In("1", low=0, high=WIDEST), tables={})
    return parse_noise(raw["noise"], plain, Clock().parse)


def _about(raw: Mapping[str, Any]) -> dict[str, Any]:
    source, kind = raw.get("source"), raw.get("kind")
    if source is not None and not isinstance(source, str):
        raise Wrong("must be text", ("source",))
    if kind not in (None, "published", "assumption"):
        raise Wrong("must be published or assumption", ("kind",))
    draw = raw.get("draw")
    if draw is not None and not (isinstance(draw, str) and _NAME.fullmatch(draw)):
        raise Wrong(f"`{shown(draw)}` is not a name: use small letters, digits and _, a letter first", ("draw",))
    return {"source": source, "kind": kind, "draw": draw}


def parse_span(raw: Any, zero: bool = False) -> Span:
    """A calendar length: `1 day`, `8 h`, `month`, `2 years`; `zero`: whether none is one. Raises Wrong."""
    text = f"1 {raw}" if isinstance(raw, str) and raw[:1].isalpha() else raw
    size, unit = split_quantity(text, "1 day")
    if unit == "" and size != 0:
        raise Wrong(f"needs a unit; write it like `{size:g} day`")
    if size < 0:
        raise Wrong(f"must be {'at least' if zero else 'more than'} 0; it is {shown(raw)}")
    unit, factor, _ = _fitting(unit or "day", In("day"))
    _check_length(size * factor, raw)
    months = size * factor / units.DAYS_PER_MONTH
    if factor >= units.DAYS_PER_MONTH and size:
        return Span(months=_whole(months, "months", raw))
    return Span(seconds=_whole(size * factor * units.SECONDS_PER_DAY, "seconds", raw))


def _check_length(days: float, raw: Any) -> None:
    if days > LONGEST * units.DAYS_PER_YEAR:
        raise Wrong(f"`{shown(raw)}` is longer than {LONGEST} years")


def _whole(value: float, what: str, raw: Any) -> int:
    if abs(value - round(value)) > 1e-6:
        raise Wrong(f"`{raw}` is not a whole number of {what}")
    return round(value)


class Clock:
    """Marks a length of calendar time; zero only where it says so."""

    def __init__(self, zero: bool = False) -> None:
        self.zero = zero

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": ["string", "object"] if self.zero else "string", "examples": ["1 day", "8 h", "month", "year"]}

    def parse(self, raw: Any) -> Span:
        """A calendar length, with or without a distribution beside it. Raises Wrong."""
        span = _uncertain(raw) if isinstance(raw, Mapping) else parse_span(raw, self.zero)
        if not self.zero and span.distribution:
            raise Wrong("is the same in every replication: write one length of time")
        if not self.zero and span.months == span.seconds == 0:
            raise Wrong("must be longer than 0")
        return span


def _uncertain(raw: Mapping[str, Any]) -> Span:
    number = parse_number(raw, In("day", low=0, series=False), {})
    longest = max(number.value, number.bounds()[1])
    _check_length(longest, f"{longest:g} day")
    span = Span(seconds=round(number.value * units.SECONDS_PER_DAY))
    if "value" in raw:
        span = parse_span(raw["value"] if _times(raw) == 1 else scaled(raw["value"], _times(raw)), zero=True)
    return Span(span.months, span.seconds, number.distribution, number.draw)
