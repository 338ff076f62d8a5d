"""The table of the parts of a network that settle in rounds."""

from __future__ import annotations

from simulator.engine.structure.consumers import slot_of
from simulator.engine.structure.draft import Draft, Row, ranges


def rounds(draft: Draft) -> list[Row]:
    """The most choices of any slot, by part; no rows where all settles once."""
    if not draft.world.in_rounds:
        return []
    most = [0] * len(draft.parts)
    for first, count in ranges(draft.index.draws, slot_of).values():
        part = draft.parts.place(draft.index.draws[first].place)
        most[part] = max(most[part], count)
    return [(choices,) for choices in most]
