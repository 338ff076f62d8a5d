"""Keys that are known and refused: what they stand for is planned, and not built."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from simulator.scenario.wrong import Wrong


class NotYet:
    """Marks a key that is known but not supported yet, with the issue it is planned with."""

    def __init__(self, issue: Literal["Exploration"]) -> None:
        self.issue = issue

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.refuse)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"not": {}, "description": self.message()}

    def message(self) -> str:
        """What the user reads."""
        return f"not yet supported: planned with the issue {self.issue}"

    def refuse(self, _raw: Any) -> None:
        """Raise Wrong, whatever the value."""
        raise Wrong(self.message())
