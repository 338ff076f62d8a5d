"""Where a dotted path leads in the schema: what overrides may name, and what keys are known there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from simulator.scenario.forms import Coefficients, Emission
from simulator.scenario.gases import Gases
from simulator.scenario.models import Model, World
from simulator.scenario.numbers import Number
from simulator.scenario.wrong import Keys


def kind_at(keys: Keys, root: Any = World) -> Any:
    """The type of the part at the path: a Model, a Mapping, another type; None where the schema has no such path."""
    kind = root
    for key in keys:
        kind = _inside(kind, key)
    return kind


def known_keys(kind: Any) -> tuple[str, ...]:
    """Keys of a model as users write them; none for anything else."""
    return tuple(_fields(kind)) if is_model(kind) else ()


def _inside(kind: Any, key: str | int) -> Any:
    if is_model(kind):
        return _fields(kind).get(str(key))
    if kind in (Coefficients, Emission, Gases):
        return Number
    if is_mapping(kind):
        return bare(get_args(kind)[1])
    return bare(get_args(kind)[0]) if get_origin(kind) is tuple else None


def is_mapping(kind: Any) -> bool:
    """Whether the part is a mapping from ids of the user's own."""
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def is_model(kind: Any) -> bool:
    """Whether the part is a mapping with the keys of the vocabulary: of one model, or of one of several."""
    if isinstance(kind, tuple):
        return True
    return isinstance(kind, type) and issubclass(kind, Model)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    models: tuple[type[Model], ...] = kind if isinstance(kind, tuple) else (kind,)
    fields = [item for model in reversed(models) for item in model.model_fields.items()]
    return {field.alias or name: bare(field.annotation) for name, field in fields}


def bare(kind: Any) -> Any:
    """The type without annotations and without `None`; a tuple where it is one of several models."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        members = [bare(member) for member in get_args(kind) if member is not NoneType]
        return tuple(members) if len(members) > 1 and all(map(is_model, members)) else members[0]
    return kind
