"""The vocabulary for editors: JSON Schema from the models and the text under their fields."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent
from typing import Any

from simulator.scenario.models import Model, World


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, with the descriptions of all keys."""
    schema = World.model_json_schema(by_alias=True)
    for model in _models(Model):
        part = schema if model is World else schema["$defs"].get(model.__name__, {})
        _describe(part, model)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Scenario"}


def _models(model: type[Model]) -> Iterator[type[Model]]:
    for inner in model.__subclasses__():
        yield inner
        yield from _models(inner)


def _describe(part: dict[str, Any], model: type[Model]) -> None:
    texts = descriptions(model)
    for name, field in model.model_fields.items():
        key = field.alias or name
        if name in texts and key in part.get("properties", {}):
            part["properties"][key]["description"] = texts[name]


def descriptions(model: type[Model]) -> dict[str, str]:
    """The text under each field of a model, read from its source only when asked for: loading a scenario needs none."""
    body = ast.parse(dedent(inspect.getsource(model))).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(statements)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }
