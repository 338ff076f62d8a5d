"""Raw tree to a validated world, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from simulator.scenario.context import Column, Context, Tables
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


def context_for(data: Raw, columns: Tables) -> Context:
    """A context that knows the tree's tables: `columns` those that can be read, of the others only the units."""
    tables = look(data, ("tables",))
    units: dict[str, Column] = {}
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        unit: Any = look(table, ("unit",))
        if isinstance(unit, str):
            units[name] = Column(unit)
    return Context(units | dict(columns))
