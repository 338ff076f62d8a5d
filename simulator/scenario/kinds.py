"""What all models share: the base class, and the kinds of values that fields have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from simulator.scenario.context import Context
from simulator.scenario.forms import (
    COST,
    MOST_RANKS,
    Coefficients,
    Emission,
    Parsed,
    one_or_many,
    parse_coefficients,
    parse_coordinate,
    parse_date,
    parse_demand,
    parse_emission,
    parse_factor,
    parse_level,
    parse_rank,
    split,
    table_only,
)
from simulator.scenario.numbers import In, Number
from simulator.scenario.varying import Holder

_NUMBER: dict[str, Any] = {"type": ["string", "number", "object"]}

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Substance = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Path = str
Ids = Annotated[tuple[Id, ...], Field(strict=False)]
OneOrMany = Annotated[
    tuple[Id, ...], Field(strict=False), BeforeValidator(one_or_many, json_schema_input_type=str | list[str])
]
Fraction = Annotated[Number, In("1", low=0, high=1)]
Part = Annotated[Number, In("1", low=0, high=1, series=False)]
Stock = Annotated[Number, In("t", low=0, pieces=True, series=False)]
Lot = Annotated[Number, In("t", above=0, pieces=True, series=False)]
Mass = Annotated[Number, In("t", low=0, pieces=True)]
Rate = Annotated[Number, In("t/day", low=0, pieces=True)]
Price = Annotated[Number, In("EUR/t")]
Avoided = Annotated[Number, In("t CO2e/t", "t CO2/t", low=0)]
Rank = Annotated[int, Field(ge=1, le=MOST_RANKS)]
FlowRank = Annotated[int | Literal["cost"], Parsed(parse_rank, {"type": ["integer", "string"], "examples": [1, COST]})]
Date = Annotated[datetime, Parsed(parse_date, {"type": "string", "examples": ["2025-01-31", "2025-01-31T06:00"]})]
Factor = Annotated[float, Parsed(parse_factor, _NUMBER)]
Location = Annotated[tuple[float, float], Parsed(parse_coordinate, {"type": "array", "items": {"type": "number"}})]
Shares = Annotated[Coefficients, Parsed(parse_coefficients, _NUMBER)]
Emitted = Annotated[Emission, Parsed(parse_emission, _NUMBER)]
Split = Annotated[Mapping[Id, Fraction], BeforeValidator(split, json_schema_input_type=str | Mapping[str, Fraction])]
Ages = Annotated[Number, In("t", "t/day", low=0, pieces=True), BeforeValidator(table_only)]
DemandRate = Annotated[Number | Literal["any"], Parsed(parse_demand, _NUMBER)]
OrderLevel = Annotated[
    Number | Literal["needed"], Parsed(parse_level, {**_NUMBER, "examples": ["12 t", "12 day", "needed"]})
]
Fate = Literal[
    "landfill", "incineration", "energy_recovery", "recycling", "reuse", "backfilling", "composting", "export"
]
Origin = Literal["primary", "pre_consumer", "post_consumer", "reused"]


def _once(raw: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """A mapping that no override has touched is validated once, not entry by entry for each world."""
    context = cast(Context | None, info.context)
    return handler(raw) if context is None else context.once("mapping", raw, handler)


T = TypeVar("T")
Named = Annotated[Mapping[Id, T], WrapValidator(_once)]
"""Parts by id."""


class Model(Holder, BaseModel):
    """What all parts of a scenario share: frozen, and every unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False)

    @model_validator(mode="wrap")
    @classmethod
    def _once(cls, raw: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Parts that no override has touched are validated once for all variants and epochs."""
        context = cast(Context | None, info.context)
        return handler(raw) if context is None else context.once(cls, raw, handler)
