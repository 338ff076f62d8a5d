"""What a study varies: `PATH=LO:HI:N`, `PATH=A,B,C` or `PATH=LO:HI`, read with the units of the file.

Each becomes a distribution that overrides the number, so that whoever reads scenarios finds what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from simulator.errors import Fault, ScenarioError
from simulator.scenario.amounts import Number, Span
from simulator.scenario.distributions import KINDS
from simulator.scenario.drawing import draws_of
from simulator.scenario.forms import Coefficients, Emission
from simulator.scenario.gases import Gases
from simulator.scenario.loader import load
from simulator.scenario.numbers import split_quantity
from simulator.scenario.paths import is_mapping, is_model, kind_at, known_keys
from simulator.scenario.reader import read
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import Raw, dotted, keys_of, look
from simulator.scenario.variants import variants_of
from simulator.scenario.wrong import Wrong, shown

OPTION = "--vary"
_BESIDE = re.compile(r"--set:(\d+)")
_NUMBERS = (Number, Span, Coefficients, Emission, Gases)
MOST = 1_000_000
"""Points of a range."""
_DIGITS = 12
"""Significant digits of the points of a range: 0.3, not 0.30000000000000004."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number that is varied."""

    path: str
    unit: str
    """Of the values, as the user or the file writes it; empty where they are plain."""
    values: tuple[float, ...]
    """Points, or both ends of a range, ascending."""

    def written(self, value: float) -> str:
        """A value as it would be set: `15 t/day`."""
        return f"{repr(value).removesuffix('.0')} {self.unit}".strip()

    @property
    def label(self) -> str:
        """The path, and its unit in brackets where there is one."""
        return f"{self.path} ({self.unit})" if self.unit else self.path

    def override(self, kind: str) -> str:
        """What `--set` would be given so that the number is distributed over the values."""
        values = [self.written(value) if self.unit else value for value in self.values]
        return f"{self.path}={{{kind}: {json.dumps(values)}}}"


Form: TypeAlias = Callable[[str], tuple[tuple[float, ...], str]]
"""Reads values and their unit, empty where none is written. Raises Wrong."""


def points(text: str) -> tuple[tuple[float, ...], str]:
    """Values of `LO:HI:N`, as many as N, evenly spaced, or of `A,B,C`; ascending."""
    if ":" not in text:
        values, unit = _amounts(text.split(","), text)
        if len(values) < 2:
            raise Wrong("needs at least two values: write it like 10:40:7, or like 10,20,40")
        return _apart(tuple(sorted(values)), text), unit
    *ends, count = text.split(":")
    if len(ends) != 2:
        raise Wrong(f"`{text}` is not of the form LO:HI:N, like 10:40:7")
    (low, high), unit = _amounts(ends, text)
    return _spaced(low, high, _count(count)), unit


def ends(text: str) -> tuple[tuple[float, ...], str]:
    """Both ends of `LO:HI`."""
    parts = text.split(":")
    if len(parts) != 2:
        raise Wrong(f"`{text}` is not of the form LO:HI, like 10:40")
    values, unit = _amounts(parts, text)
    if values[0] >= values[1]:
        raise Wrong(f"`{text}` does not rise: write the smaller end first")
    return values, unit


def _count(text: str) -> int:
    digits = text.strip().lstrip("0")
    if not digits.isdecimal() or digits == "1":
        raise Wrong(f"`{text.strip()}` is no number of points: write a whole number from 2 on after the second colon")
    if len(digits) > len(str(MOST)) or int(digits) > MOST:
        raise Wrong(f"`{shown(digits)}` points are too many, the most are {MOST:,}: write fewer after the second colon")
    return int(digits)


def _spaced(low: float, high: float, count: int) -> tuple[float, ...]:
    if low >= high:
        raise Wrong(f"does not rise from {low:g} to {high:g}: write the smaller end first")
    inner = (low + (high - low) * n / (count - 1) for n in range(1, count - 1))
    return _apart((low, *(float(f"{value:.{_DIGITS}g}") for value in inner), high), f"{low:g}:{high:g}:{count}")


def _apart(values: tuple[float, ...], text: str) -> tuple[float, ...]:
    if len(set(values)) < len(values):
        raise Wrong(f"`{text}` names a value twice")
    return values


def _amounts(parts: Sequence[str], text: str) -> tuple[tuple[float, ...], str]:
    """Amounts that share a unit, and the unit."""
    found = [split_quantity(_number(part), "40 t/day") for part in parts]
    units = {unit for _, unit in found if unit}
    if len(units) > 1:
        raise Wrong(f"`{text}` has more than one unit: write all values in the same")
    return tuple(size for size, _ in found), next(iter(units), "")


def _number(text: str) -> float | str:
    with suppress(ValueError):
        return float(text)
    return text.strip()


def parsed(file: str | Path, texts: Sequence[str], form: Form) -> tuple[Range, ...]:
    """What is varied, with the units of a file. Raises ScenarioError with every fault, named after the option."""
    written, _ = read(Path(file))
    ranges, faults = [], []
    for line, text in enumerate(texts, 1):
        try:
            ranges.append(_range(text, form, written.data))
        except Wrong as wrong:
            faults.append(Fault(OPTION, line, text.partition("=")[0], wrong.message))
    if faults:
        raise ScenarioError(faults)
    return tuple(ranges)


def loaded(
    file: str | Path,
    ranges: Sequence[Range],
    kind: str,
    *,
    sets: Sequence[str] = (),
    variants: Sequence[str] | None = None,
    seed: int | None = None,
) -> Scenario:
    """The scenario with what is varied distributed as `kind`. Raises as `load` does, and where a number cannot vary."""
    _check_once(ranges)
    overrides = [*sets, *(one.override(kind) for one in ranges)]
    try:
        scenario = load(file, overrides, variants, seed)
    except ScenarioError as error:
        raise ScenarioError([_as_varied(fault, len(sets), kind) for fault in error.faults]) from error
    _all_drawn(scenario, ranges)
    return scenario


def _check_once(ranges: Sequence[Range]) -> None:
    """Raise ScenarioError where a number is varied by two options."""
    lines: dict[str, int] = {}
    for line, one in enumerate(ranges, 1):
        if (earlier := lines.setdefault(one.path, line)) != line:
            message = f"is varied twice, also in {OPTION}:{earlier}: name all its values in one of them"
            raise ScenarioError([Fault(OPTION, line, one.path, message)])


def variants_in(file: str | Path) -> tuple[str, ...]:
    """Names of the variants of a file, in its order. Raises ScenarioError where it cannot be read."""
    return tuple(variants_of(read(Path(file))[0].data))


def _range(text: str, form: Form, data: Raw) -> Range:
    path, sign, values = text.partition("=")
    if not (path and sign):
        raise Wrong(f"`{text}` is not of the form PATH=VALUES, like flows.take_back.distance=10 km:90 km:5")
    keys = keys_of(path)
    _check_number(data, keys)
    found, unit = form(values)
    return Range(dotted(keys), unit or _unit(look(data, keys), data), found)


def _check_number(data: Raw, keys: tuple[str | int, ...]) -> None:
    """Raise Wrong where the path leads to something else than a number; one that leads nowhere is found later."""
    kind, raw = kind_at(keys), look(data, keys)
    if is_model(kind) or is_mapping(kind):
        inside = known_keys(kind) or tuple(raw if isinstance(raw, Mapping) else ())
        numbers = [name for name in inside if kind_at((*keys, name)) in _NUMBERS]
        raise Wrong(f"is no number: vary one in it{': ' if numbers else ''}{', '.join(numbers)}")
    if kind is not None and kind not in _NUMBERS:
        raise Wrong("is no number that can vary from lane to lane: write a variant for each of its values")
    if isinstance(raw, Mapping) and not {"value", "table", "factor", *KINDS}.intersection(raw):
        raise Wrong(f"holds several numbers: vary one of {', '.join(map(str, raw))}")


def _unit(raw: Any, data: Raw) -> str:
    """Unit of a number as the file writes it; empty where it writes none, as beside an entry of the library."""
    if isinstance(raw, Mapping):
        return next((unit for part in _parts(raw, data) if (unit := _unit(part, data))), "")
    if isinstance(raw, list):
        return next((unit for part in raw if (unit := _unit(part, data))), "")
    with suppress(Wrong):
        return split_quantity(raw, "")[1]
    return ""


def _parts(raw: Mapping[str, Any], data: Raw) -> list[Any]:
    """What of a number written as a mapping may say its unit."""
    if "table" in raw:
        return [f"1 {look(data, ('tables', raw['table'], 'unit')) or ''}"]
    return [raw[key] for key in ("value", *KINDS, "mean", "median", "low", "values") if key in raw]


def _as_varied(fault: Fault, sets: int, kind: str) -> Fault:
    """A fault of an override that is ours, told as one of the option."""
    if fault.file != "--set" or fault.line <= sets:
        return fault
    message = fault.message.replace("its distribution reaches", "its values reach")
    message = _BESIDE.sub(lambda found: _renumbered(int(found[1]), sets), message)
    path = fault.path.partition(f".{kind}")[0]
    return replace(fault, file=OPTION, line=fault.line - sets, path=path, message=message)


def _renumbered(line: int, sets: int) -> str:
    return f"{OPTION}:{line - sets}" if line > sets else f"--set:{line}"


def _all_drawn(scenario: Scenario, ranges: Sequence[Range]) -> None:
    """Raise ScenarioError where a number would stay the same in all lanes."""
    worlds = (world for variant in scenario.variants.values() for world in variant.worlds)
    drawn = {draw.path for world in worlds for draw in draws_of(world)}
    message = "does not vary from lane to lane: write a variant for each of its values"
    faults = [Fault(OPTION, line, one.path, message) for line, one in enumerate(ranges, 1) if one.path not in drawn]
    if faults:
        raise ScenarioError(faults)
