"""What substances are made of, as far as burning them goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from simulator.scenario.kinds import Model, Part, Substance
from simulator.scenario.wrong import Wrong, shown

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Chemistry(Model):
    """What is known of a substance besides its name."""

    carbon: Part | None = None
    """Carbon, as a fraction of the mass as it flows: water that is in it counts. 0 says that it has none."""
    fossil: Part | None = None
    """Fraction of that carbon that is fossil: 1 of plastics, 0 of wood."""


def listed(raw: Any) -> Any:
    """A list of names as a mapping to nothing known. Raises Wrong."""
    if isinstance(raw, Mapping):
        return raw
    if not isinstance(raw, list):
        raise Wrong(f"`{shown(raw)}` is not a list: write it like [a, b]")
    for place, name in enumerate(raw):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            message = "is not a substance: use letters, digits and _, a letter first"
            raise Wrong(f"`{shown(name)}` {message}", (place,))
        if name in raw[:place]:
            raise Wrong(f"{name} is listed twice", (place,))
    return {name: {} for name in raw}


Substances = Annotated[
    Mapping[Substance, Chemistry],
    BeforeValidator(listed, json_schema_input_type=list[Substance] | Mapping[Substance, Chemistry]),
]
