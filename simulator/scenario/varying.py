"""What in a scenario varies, and the ways that lead to it: found once for a part, as worlds share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar, TypeAlias, cast

from pydantic import BaseModel

from simulator.scenario.amounts import Number, Span
from simulator.scenario.forms import Coefficients, Emission
from simulator.scenario.gases import Gases

Path: TypeAlias = tuple[str, ...]
Inner: TypeAlias = tuple[Path, Path, object]
"""Keys as users write them, attributes and keys as the models have them, and the part to which both lead."""


@dataclass(frozen=True, slots=True)
class Varying:
    """A number with a distribution or noise, or a length of time with a distribution."""

    keys: Path
    """Keys that lead to it, as users write them."""
    steps: Path
    """Attributes and keys that lead to it, as the models have them."""
    what: Number | Span


class Holder:
    """What every model of a scenario can say of itself: which of its numbers have a distribution."""

    undrawn: ClassVar[frozenset[str]] = frozenset()
    """Fields whose numbers are not drawn once for a replication, or are of other worlds."""

    @cached_property
    def varying(self) -> tuple[Varying, ...]:
        """All in it, at any depth, that has a distribution, whether switched off or not."""
        return tuple(found for found in self.uncertain if found.what.distribution is not None)

    @cached_property
    def noisy(self) -> tuple[Varying, ...]:
        """All numbers in it, at any depth, that have noise, whether switched off or not."""
        return tuple(found for found in self.uncertain if isinstance(found.what, Number) and found.what.noise)

    @cached_property
    def uncertain(self) -> tuple[Varying, ...]:
        """All in it, at any depth, that has a distribution or noise."""
        held, kind = vars(self), cast(type[BaseModel], type(self))
        ways = ((key, name) for key, name in _fields(kind) if name not in self.undrawn)
        return tuple(found for key, name in ways for found in _at((key,), (name,), held[name]))


@cache
def _fields(kind: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Keys and attributes of a model."""
    return tuple((field.alias or name, name) for name, field in kind.model_fields.items())


def _at(keys: Path, steps: Path, part: object) -> Iterator[Varying]:
    """What has a distribution or noise in a part, and in all that is in it."""
    if isinstance(part, Number | Span):
        if part.distribution is not None or (isinstance(part, Number) and part.noise is not None):
            yield Varying(keys, steps, part)
    elif isinstance(part, Holder):
        for found in part.uncertain:
            yield Varying((*keys, *found.keys), (*steps, *found.steps), found.what)
    elif type(part) in INSIDE:
        for key, step, inner in INSIDE[type(part)](part):
            yield from _at((*keys, *key), (*steps, *step), inner)


def _of_mapping(part: Mapping[str, object]) -> Iterator[Inner]:
    for name, inner in part.items():
        yield (name,), (name,), inner


def _of_coefficients(part: Coefficients) -> Iterator[Inner]:
    yield (), ("default",), part.default
    yield ("total",), ("total",), part.total
    for name, number in (part.by_substance or {}).items():
        yield (name,), ("by_substance", name), number


def _of_emission(part: Emission) -> Iterator[Inner]:
    yield (), ("per_input",), part.per_input
    for name, number in part.by_substance.items():
        yield (name,), ("by_substance", name), number


def _of_gases(part: Gases) -> Iterator[Inner]:
    for gas, number in part.by_gas.items():
        yield () if part.single else (gas,), ("by_gas", gas), number


INSIDE: Mapping[type, Callable[[Any], Iterator[Inner]]] = {
    dict: _of_mapping,
    Coefficients: _of_coefficients,
    Emission: _of_emission,
    Gases: _of_gases,
}
"""Parts that hold others, and how these are reached."""
