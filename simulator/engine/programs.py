"""Which machine code a batch needs: what few scenarios use is compiled for them alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Program = Literal["usual", "whole", "rank"]
"""`usual`: all that happens at an instant but what is `RARE`; `whole`: that too; `rank`: what comes between the halves
of an instant where flows are ranked by cost."""
RARE = ("mix_limits", "rings", "contracts", "pulls", "learners")
"""Tables that few scenarios have rows in: limits of mixes, lots of fifo, contracts, orders as needed, learning."""


def programs(tables: Mapping[str, NDArray[Any]], rounds: bool) -> tuple[Program, ...]:
    """What a plan with these tables needs; what acts at an instant stands first.

    The kernels ask `whole(b)` before they touch what is rare, rounds and uses driven by their stock included.
    """
    rare = rounds or any(len(tables[name]) for name in RARE) or bool(np.any(tables["uses"]["wanted"] >= 0))
    acting: Program = "whole" if rare else "usual"
    return (acting, "rank") if len(tables["ways"]) else (acting,)
