"""Who gets energy from whom: every pair of what uses a bus and what supplies it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simulator.accounting.quantities import Quantity
from simulator.scenario.buses import (
    CONVERTER,
    CURTAILED,
    GENERATOR,
    GRID,
    LOAD,
    PROCESS,
    UNSERVED,
    Joint,
    buses,
)
from simulator.scenario.models import World

BURNERS = frozenset({PROCESS, LOAD, CONVERTER, GENERATOR})
"""Kinds of user that burn a fuel; the others pass it on, keep it or let it go."""


class Tap(NamedTuple):
    """What one user of a company gets from one supplier."""

    node: str
    carrier: str
    """With its level where it has levels."""
    user: Joint
    """Kind and name."""
    supplier: Joint

    @property
    def quantity(self) -> Quantity:
        return "tap", (self.node, self.carrier, *self.user, *self.supplier)


Taps = tuple[Tap, ...]


def taps_of(world: World) -> Taps:
    """Everything that anyone gets from anyone, also what nobody served and nobody took."""
    return tuple(_taps(world))


def _taps(world: World) -> Iterator[Tap]:
    for (node, carrier), joints in sorted(buses(world).items()):
        for user in sorted(joints.users):
            for supplier in sorted(joints.sources):
                if _occurs(user, supplier):
                    yield Tap(node, carrier, user, supplier)


def _occurs(user: Joint, supplier: Joint) -> bool:
    """Only who needs energy can go unserved, and nobody buys what nobody takes."""
    return (user[0] in BURNERS or supplier[0] != UNSERVED) and (user[0], supplier[0]) != (CURTAILED, GRID)
