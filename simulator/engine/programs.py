"""Which machine code a batch needs: what few scenarios use is compiled for them alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from numpy.typing import NDArray

Program = Literal["usual", "whole", "rank"]
"""`usual`: all that happens at an instant but what needs rows of `RARE` tables; `whole`: that too; `rank`: what comes
between the halves of an instant where flows are ranked by cost."""
RARE = ("mix_limits", "rings", "contracts", "pulls", "learners", "wants", "rounds", "noisy")
"""Tables that few scenarios have rows in: limits of mixes, lots of fifo, contracts, orders as needed, learning, uses
driven by their stock, parts of the network that settle in rounds, numbers redrawn through time.

The kernels ask `present(b.rings)` before they touch what needs such rows, and `usual` takes the answer for granted:
so both programs do the same wherever all of these tables are empty, which is where `usual` runs.
"""


def programs(tables: Mapping[str, NDArray[Any]]) -> tuple[Program, ...]:
    """What a plan with these tables needs; what acts at an instant stands first."""
    acting: Program = "whole" if any(len(tables[name]) for name in RARE) else "usual"
    return (acting, "rank") if len(tables["ways"]) else (acting,)
