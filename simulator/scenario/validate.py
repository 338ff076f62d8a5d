"""Raw tree to a validated world, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from simulator.scenario.context import Context
from simulator.scenario.faults import problems
from simulator.scenario.models import World
from simulator.scenario.tree import Raw, look
from simulator.scenario.wrong import Problem


def validated(data: Raw, context: Context) -> World | tuple[Problem, ...]:
    """The world of a raw tree; every problem where it does not fit the schema."""
    try:
        return World.model_validate(data, context=context)
    except ValidationError as error:
        return tuple(problems(error))


def context_for(data: Raw) -> Context:
    """A context that knows the units of the tree's tables."""
    tables = look(data, ("tables",))
    units: dict[str, str] = {}
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        unit: Any = look(table, ("unit",))
        if isinstance(unit, str):
            units[name] = unit
    return Context(units)
