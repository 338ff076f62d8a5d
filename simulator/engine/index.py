"""Names behind the engine's integers: every axis of its arrays, in order of name, never of file.

Only places and things that exist in some variant are listed; one that is switched off in a lane stays empty there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Limit(IntEnum):
    """What held a process back in one review; `INPUT` and beyond name its slots in order."""

    RATE = 0
    ORDER = 1
    ROOM = 2
    OUTAGE = 3
    MINIMUM = 4
    ENERGY = 5
    INPUT = 6


@dataclass(frozen=True, slots=True)
class Label:
    """What the engine tells apart within a mass: a substance and where it came from."""

    substance: str
    origin: str


@dataclass(frozen=True, slots=True)
class Place:
    """An inventory of a company, or one port of a boundary node (`supply`, `demand`, `accept`)."""

    node: str
    name: str
    """Material of an inventory, supply or accept; name of a demand."""
    kind: str
    """`inventory`, `supply`, `demand` or `accept`."""


@dataclass(frozen=True, slots=True)
class ProcessKey:
    company: str
    process: str
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseKey:
    company: str
    use: str


@dataclass(frozen=True, slots=True)
class Draw:
    """One material that a slot of a process, or a use, takes from an inventory."""

    company: str
    process: str | None
    use: str | None
    slot: str
    material: str
    place: int


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a process (into an inventory) or release (`place` −1, into the environment)."""

    company: str
    process: str
    material: str | None
    medium: str | None
    place: int


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """One material that a use retires into an inventory."""

    company: str
    use: str
    material: str
    place: int


@dataclass(frozen=True, slots=True)
class FlowKey:
    flow: str
    source: int
    target: int
    material: str
    """The sender's name for it."""


@dataclass(frozen=True, slots=True)
class BusKey:
    """Where energy of one carrier, or level, meets at a company."""

    company: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Joint:
    """What uses a bus, or supplies it."""

    bus: int
    kind: str
    """`process`, `load`, `generator`, `converter`, `storage`, `flow`, `level`; of users `curtailed`; of sources `grid`
    and `unserved`."""
    name: str


@dataclass(frozen=True, slots=True)
class StoreKey:
    company: str
    storage: str


@dataclass(frozen=True, slots=True)
class Term:
    """A quantity that the kernels weigh with time series as it happens: Σ quantity × Π series.

    `quantity` is `basis` (key: company, process), `flow` (key: flow), `air` (key: company, process,
    substance) or `tap` (key: company, carrier, kind and name of the user, kind and name of the
    supplier). Of `time`, without a key, the kernels know nothing: the accounting integrates it.
    """

    quantity: str
    key: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """All axes, each in order of name."""

    labels: tuple[Label, ...]
    places: tuple[Place, ...]
    processes: tuple[ProcessKey, ...]
    uses: tuple[UseKey, ...]
    draws: tuple[Draw, ...]
    outputs: tuple[Output, ...]
    ends: tuple[EndOfLife, ...]
    flows: tuple[FlowKey, ...]
    terms: tuple[Term, ...]
    learners: tuple[ProcessKey, ...] = ()
    """Processes whose cost falls with experience."""
    buses: tuple[BusKey, ...] = ()
    """By carrier in the order they are served, then from hot to cold."""
    users: tuple[Joint, ...] = ()
    """By bus."""
    suppliers: tuple[Joint, ...] = ()
    """By bus."""
    stores: tuple[StoreKey, ...] = ()

    def taps(self) -> tuple[tuple[int, int], ...]:
        """User and supplier of everything that one may get from the other, by bus, user, supplier."""
        suppliers: dict[int, list[int]] = {}
        for n, supplier in enumerate(self.suppliers):
            suppliers.setdefault(supplier.bus, []).append(n)
        return tuple((n, other) for n, user in enumerate(self.users) for other in suppliers[user.bus])


def tap_key(index: Index, user: Joint, supplier: Joint) -> tuple[str, ...]:
    """Name of what a user gets from a supplier, in terms and in the accounts."""
    bus = index.buses[user.bus]
    return bus.company, bus.carrier, user.kind, user.name, supplier.kind, supplier.name
