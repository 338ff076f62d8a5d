"""Makes every number of a scenario uncertain, by overrides as on the command line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from simulator.scenario.amounts import Number, Span
from simulator.scenario.kinds import Model
from simulator.scenario.models import World
from simulator.scenario.numbers import SMALLEST
from simulator.scenario.splits import split_at
from simulator.scenario.varying import INSIDE

CONCENTRATION = 40
SPREAD = 0.02
DECIDING = ("levels",)
"""Numbers that decide who is joined to whom, so that they may not vary."""


def numbers(part: object, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Number | Span]]:
    """Every number, and every length of time, of a part, with the keys that lead to it."""
    if isinstance(part, Number | Span):
        yield keys, part
    elif isinstance(part, Model):
        for name, field in type(part).model_fields.items():
            if name not in part.undrawn:
                yield from numbers(getattr(part, name), (*keys, field.alias or name))
    elif type(part) in INSIDE:
        for key, _, inner in INSIDE[type(part)](part):
            yield from numbers(inner, (*keys, *key))


def written(number: Number | Span, value: float) -> str:
    """A value as text in the unit of a number."""
    if isinstance(number, Span):
        return f"{round(value * 86400)} s"
    if number.pieces:
        return f"{value!r} {'pieces/day' if number.unit == 't/day' else 'pieces'}"
    return repr(value) if number.unit == "1" else f"{value!r} {number.unit}{' Hs' if number.gross else ''}"


def distributions(world: World) -> dict[str, str]:
    """For each number that may vary, by path, how it is written with a distribution; splits are dirichlet."""
    found = ((keys, number, _uncertain(world, keys, number)) for keys, number in numbers(world))
    return {".".join(keys): text for keys, _, text in found if text}


def _uncertain(world: World, keys: tuple[str, ...], number: Number | Span) -> str:
    size = number.days() if isinstance(number, Span) else number.value
    split = split_at(world, keys)
    if split is not None:
        mixed = any("total" in keys for keys in split.parts) and keys[-1] != "total"
        whole = any(part.table for part in split.parts.values()) or split.besides or keys not in split.parts
        alone = len(split.parts) < 2 and not split.left
        return "" if alone or whole or mixed else f"{{value: {size!r}, dirichlet: {CONCENTRATION}}}"
    if isinstance(number, Span):
        held = keys[-1] not in ("lead_time", "residence", "duration") or not size
        return "" if held else f"{{value: {size!r} day, uniform: [{size * 0.9!r} day, {size * 1.1!r} day]}}"
    if number.table or size == 0 or any(key in DECIDING for key in keys) or (keys[-2:-1] == ("gives",) and size == 1):
        return ""
    ends = sorted((size * (1 - SPREAD), size))
    return f"{{value: {written(number, size)}, uniform: [{', '.join(written(number, end) for end in ends)}]}}"


def plain(part: object) -> object:
    """A part as nested data without what says how its numbers vary, or where they come from."""
    if isinstance(part, Number):
        return ("number", part.value, part.unit, part.table, part.times, part.pieces)
    if isinstance(part, Span):
        return ("span", part.days())
    if isinstance(part, Model):
        return {name: plain(getattr(part, name)) for name in type(part).model_fields}
    if isinstance(part, Mapping):
        return {name: plain(inner) for name, inner in part.items()}
    if is_dataclass(part):
        return {field.name: plain(getattr(part, field.name)) for field in fields(part)}
    return part


def differences(one: object, other: object, path: str = "") -> Iterator[str]:
    """Where two such trees differ by more than rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys(), key=str):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{place}]")
    elif isinstance(one, float) and isinstance(other, float):
        alike = math.isclose(one, other, rel_tol=1e-11, abs_tol=SMALLEST) or (math.isnan(one) and math.isnan(other))
        yield from () if alike else [f"{path}: {one!r} {other!r}"]
    elif one != other:
        yield f"{path}: {one!r} {other!r}"
