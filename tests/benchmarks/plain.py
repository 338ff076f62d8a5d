"""The network of `networks.rings` in plain SimPy, the way people write it: a process per company and per lorry.

Companies act every morning: products retire, the process runs, what can be shipped leaves on a lorry that arrives
before the next morning. Compositions are NumPy arrays over origin × substance, which are faster here than dicts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from tests.benchmarks import networks

Floats = NDArray[np.float64]
Waking = Generator[simpy.Event, Any, None]
PRIMARY, PRE_CONSUMER, POST_CONSUMER = range(3)
WIDTH = len(networks.SUBSTANCES)
LABELS = 3 * WIDTH
NIGHT = 0.9
"""Days on the road: a lorry that leaves in the morning is there before the next."""
MIX = np.array([networks.MIX[name] for name in networks.SUBSTANCES])


def coefficients(shares: dict[str, float]) -> Floats:
    """Transfer coefficients of all labels."""
    return np.tile([shares[name] for name in networks.SUBSTANCES], 3)


def mixed(amount: float) -> Floats:
    """Primary mass of the declared composition."""
    mass = np.zeros(LABELS)
    mass[:WIDTH] = amount * MIX
    return mass


def relabelled(mass: Floats, origin: int) -> Floats:
    """The same mass, all of one origin."""
    other = np.zeros(LABELS)
    other[origin * WIDTH : (origin + 1) * WIDTH] = mass.reshape(3, WIDTH).sum(axis=0)
    return other


class Store:
    """A well-mixed stock of one material, with an order level."""

    def __init__(self, level: float = float("inf"), initial: float = 0.0) -> None:
        self.mass = mixed(initial)
        self.total = initial
        self.level = level
        self.coming = 0.0

    def add(self, mass: Floats, total: float) -> None:
        self.mass += mass
        self.total += total

    def take(self, amount: float) -> Floats:
        part = self.mass * (amount / self.total)
        self.mass -= part
        self.total -= amount
        return part

    def wanted(self) -> float:
        return self.level - self.total - self.coming


@dataclass
class Flow:
    """Goods from one store to another (or out of the network), and the record of what moved."""

    source: Store | None
    target: Store | None
    lot: float = 0.0
    share: float = 1.0
    origin: int | None = None
    month: Floats = field(default_factory=lambda: np.zeros(LABELS))
    months: list[Floats] = field(default_factory=list)


@dataclass
class Process:
    """What a company does in the morning: inputs in order of preference, outputs with coefficients."""

    inputs: Sequence[Store]
    rate: float
    outputs: Sequence[tuple[Store, Floats]]
    done: float = 0.0

    def run(self) -> None:
        lacking, basket = self.rate, np.zeros(LABELS)
        for store in self.inputs:
            amount = min(lacking, store.total)
            if amount > 0.0:
                basket += store.take(amount)
                lacking -= amount
        self.done += self.rate - lacking
        for store, shares in self.outputs:
            made = basket * shares
            store.add(made, float(made.sum()))


class Use:
    """Products in service for a fixed time."""

    def __init__(self, product: Store, retired: Store, initial: float) -> None:
        self.product, self.retired = product, retired
        self.cohorts = deque([(mixed(initial / networks.LIFE), initial / networks.LIFE)] * networks.LIFE)

    def run(self) -> None:
        mass, total = self.cohorts.popleft()
        self.retired.add(relabelled(mass, POST_CONSUMER), total)
        total = self.product.total
        self.cohorts.append((self.product.take(total) if total > 0.0 else np.zeros(LABELS), total))


class Network:
    """All companies of some rings, in one SimPy environment."""

    def __init__(self, rings: int = 5) -> None:
        self.env = simpy.Environment()
        self.flows: dict[str, Flow] = {}
        self.recyclate = [Store(level=3 * networks.size(ring)) for ring in range(rings)]
        for ring in range(rings):
            self.build(ring, self.recyclate[(ring + 1) % rings])

    def build(self, ring: int, following: Store) -> None:
        """The five companies of a ring and their nine flows."""
        rate = float(networks.size(ring))
        virgin, part_in, shreds_in, fraction_in = (Store(3 * rate, 3 * rate) for _ in range(4))
        part, offcut, product, shreds, fraction, residue, refined = (Store() for _ in range(7))
        product_in, work = self.user(ring, rate, shreds)
        kept, cleaned = coefficients(networks.PART), coefficients(networks.FRACTION)
        flow, lot = self.flow, float(networks.LOT)
        self.company([Process([self.recyclate[ring], virgin], rate, [(part, kept), (offcut, 1.0 - kept)]).run],
                     [flow(f"part_{ring}", Flow(part, part_in, lot)), flow(f"buy_{ring}", Flow(None, virgin, lot)),
                      flow(f"offcut_{ring}", Flow(offcut, shreds_in, origin=PRE_CONSUMER))])  # fmt: skip
        self.company([Process([part_in], rate, [(product, np.ones(LABELS))]).run],
                     [flow(f"product_{ring}", Flow(product, product_in, share=networks.KEPT)),
                      flow(f"sell_{ring}", Flow(product, None))])  # fmt: skip
        self.company(work, [flow(f"shreds_{ring}", Flow(shreds, shreds_in, lot))])
        self.company([Process([shreds_in], rate, [(fraction, cleaned), (residue, 1.0 - cleaned)]).run],
                     [flow(f"fraction_{ring}", Flow(fraction, fraction_in)),
                      flow(f"residue_{ring}", Flow(residue, None))])  # fmt: skip
        self.company([Process([fraction_in], rate, [(refined, coefficients(networks.RECYCLATE))]).run],
                     [flow(f"recyclate_{ring}", Flow(refined, following, lot))])  # fmt: skip

    def user(self, ring: int, rate: float, shreds: Store) -> tuple[Store, list[Callable[[], None]]]:
        """Where a user's products arrive, and what it does every morning."""
        everything = np.ones(LABELS)
        if not networks.has_use(ring):
            product = Store(3 * rate, 3 * rate)
            return product, [Process([product], rate, [(shreds, everything)]).run]
        product, retired = Store(), Store()
        use = Use(product, retired, networks.in_use(ring))
        return product, [use.run, Process([retired], rate, [(shreds, everything)]).run]

    def flow(self, name: str, flow: Flow) -> Flow:
        self.flows[name] = flow
        return flow

    def company(self, work: Sequence[Callable[[], None]], flows: Sequence[Flow]) -> None:
        self.env.process(self.mornings(work, flows))

    def mornings(self, work: Sequence[Callable[[], None]], flows: Sequence[Flow]) -> Waking:
        """The process of a company."""
        while True:
            for step in work:
                step()
            for flow in flows:
                self.ship(flow)
            yield self.env.timeout(1)

    def ship(self, flow: Flow) -> None:
        """Send what the sender has and the receiver wants, in whole lots."""
        amount = flow.source.total * flow.share if flow.source else float("inf")
        if flow.target:
            amount = min(amount, flow.target.wanted())
        if flow.lot:
            amount = flow.lot * int(amount / flow.lot + 1e-9)
        if amount <= 0.0:
            return
        mass = flow.source.take(min(amount, flow.source.total)) if flow.source else mixed(amount)
        if flow.origin is not None:
            mass = relabelled(mass, flow.origin)
        flow.month += mass
        if flow.target:
            flow.target.coming += amount
            lorries = round(amount / flow.lot) if flow.lot else 1
            for _ in range(lorries):
                self.env.process(self.lorry(flow.target, mass / lorries, amount / lorries))

    def lorry(self, target: Store, mass: Floats, amount: float) -> Waking:
        """The process of a lorry; it carries one lot, or all that a flow without lots ships on a day."""
        yield self.env.timeout(NIGHT)
        target.coming -= amount
        target.add(mass, amount)

    def report(self, ends: Sequence[int]) -> Waking:
        """Close a month on these days: the record begins again at nothing."""
        for end in ends:
            yield self.env.timeout(end - NIGHT / 2 - self.env.now)
            for flow in self.flows.values():
                flow.months.append(flow.month)
                flow.month = np.zeros(LABELS)

    def run(self, ends: Sequence[int]) -> None:
        """Run to the last of these days, with a record for each."""
        self.env.process(self.report(ends))
        self.env.run(until=ends[-1])

    def totals(self) -> dict[str, Floats]:
        """Tonnes over every flow by label, the whole run."""
        return {name: np.sum(flow.months, axis=0) for name, flow in self.flows.items()}
