"""Tracing waste backwards: where the content of every store arose, and the ways on which it leaves stores for good.

Each store of waste is taken as well mixed: all that leaves it came from its inflows in proportion. With A the shares by
node of each store, M the part of each store's inflow that came from other stores (shipped, or through a process in
proportion to its inputs), B the part that arose (left a use, came of non-waste in a process, was bought): A = M A + B,
one small linear system per lane. Each row of A sums to 1, so totals are exact however the mixing errs. A store without
inflow is attributed to its own node, and so is what only ever circulates between stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.grid import Grid, Integers, Key, grid
from simulator.engine.index import Index, Output
from simulator.engine.ledger import Floats
from simulator.scenario.models import World
from simulator.scenario.reuse import reused_flows

RECYCLING, REUSE, RELEASED = "recycling", "reuse", "released"
"""Fates of what meets none at a boundary node."""
USES = "(uses)"
"""Stands for all uses as the node where waste arose; no id has brackets."""
Flags = NDArray[np.bool_]
_TINY = 1e-13
"""Shares below this are rounding of the linear solver."""


@dataclass(frozen=True)
class Masses:
    """Masses of lanes of one structure, t, shape (lanes, rows or groups, things)."""

    shipped: Floats
    drawn: Floats
    made: Floats
    retired: Floats


@dataclass(frozen=True, slots=True)
class Sink:
    """One way for waste to meet its fate."""

    column: int
    """Into flows, or into draws."""
    material: str
    fate: str
    store: int
    """Store of waste it leaves, −1 where it is waste only at its end, and so arose at `node`."""
    node: str
    process: int = -1
    """Whose yield counts, −1 for all of it."""


class Tracing:
    """Which stores hold waste, what enters them, how waste leaves for good; the same for lanes of one structure.

    `uses_apart`: what left a use arose at `USES`, whatever its node.
    """

    def __init__(self, index: Index, world: World, *, uses_apart: bool = False) -> None:
        self.index = index
        self.world = world
        places = [i for i, place in enumerate(index.places) if place.kind == "inventory" and self.is_waste(place.name)]
        self.store = {place: i for i, place in enumerate(places)}
        self.nodes = sorted({place.node for place in index.places} | {use.company for use in index.uses})
        self.node = {name: i for i, name in enumerate(self.nodes)}
        self.users = {end.company: len(self.nodes) if uses_apart else self.node[end.company] for end in index.ends}
        self.nodes += [USES] * uses_apart
        self.owners = np.array([self.node[index.places[place].node] for place in places], dtype=np.intp)
        self.process = {(key.company, key.process): i for i, key in enumerate(index.processes)}
        self.draws = [self._draws_of(i) for i in range(len(index.processes))]

    @property
    def wasted(self) -> list[int]:
        """Ends of life that are waste."""
        return [column for column, end in enumerate(self.index.ends) if end.place in self.store]

    def is_waste(self, material: str) -> bool:
        return material in self.world.materials and self.world.materials[material].waste

    def _draws_of(self, process: int) -> list[int]:
        key = self.index.processes[process]
        owner = (key.company, key.process)
        return [i for i, draw in enumerate(self.index.draws) if (draw.company, draw.process) == owner]

    def fates(self, rows: Masses, sums: Masses, group: Integers) -> Grid:
        """Masses by node, material and fate, per row."""
        shares = self._shares(sums)
        present = np.flatnonzero(shares.any(axis=(0, 1, 2)))
        nodes, shares = [self.nodes[i] for i in present], shares[..., present]
        lane = np.arange(len(group))[:, None]
        keys: list[Key] = []
        columns: list[Floats] = []
        for sinks, mass in self._sinks(rows, sums, group):
            traced = [i for i, sink in enumerate(sinks) if sink.store >= 0]
            direct = [i for i, sink in enumerate(sinks) if sink.store < 0]
            keys += [(node, sinks[i].material, sinks[i].fate) for i in traced for node in nodes]
            split = shares[lane, group][:, :, [sinks[i].store for i in traced]] * mass[:, :, traced, None]
            columns.append(split.reshape(*split.shape[:2], -1))
            keys += [(sinks[i].node, sinks[i].material, sinks[i].fate) for i in direct]
            columns.append(mass[:, :, direct])
        return grid(keys, np.concatenate(columns, axis=-1))

    def weights(self, sums: Masses) -> Iterator[tuple[list[Sink], Floats]]:
        """Ways out of stores, flows then draws, and what part of it left uses, shape (lanes, groups, sinks)."""
        shares = self._shares(sums)[..., self.nodes.index(USES)]
        ones = Masses(*(np.ones_like(array) for array in (sums.shipped, sums.drawn, sums.made, sums.retired)))
        group = np.tile(np.arange(shares.shape[1]), (len(shares), 1))
        for sinks, part in self._sinks(ones, sums, group):
            traced = [i for i, sink in enumerate(sinks) if sink.store >= 0]
            from_use = shares[:, :, [sinks[i].store for i in traced]]
            yield [sinks[i] for i in traced], part[:, :, traced] * from_use

    def _sinks(self, rows: Masses, sums: Masses, group: Integers) -> Iterator[tuple[list[Sink], Floats]]:
        flows = list(self._flow_sinks())
        yield flows, rows.shipped[:, :, [sink.column for sink in flows]]
        draws = list(self._draw_sinks())
        kinds = {RECYCLING: self._products(again=False), REUSE: self._products(again=True)}
        made = {fate: self._yields(sums, outputs) for fate, outputs in kinds.items()}
        released = self._yields(sums, self._releases)
        ones = np.ones(group.shape)
        lane = np.arange(len(group))[:, None]
        yields = [made.get(sink.fate, released) for sink in draws]
        factors = [of[lane, group, s.process] if s.process >= 0 else ones for of, s in zip(yields, draws, strict=True)]
        factor = np.stack(factors, axis=-1) if factors else np.zeros((*group.shape, 0))
        yield draws, rows.drawn[:, :, [sink.column for sink in draws]] * factor

    def _flow_sinks(self) -> Iterator[Sink]:
        again = reused_flows(self.world)
        for column, flow in enumerate(self.index.flows):
            source, target = self.index.places[flow.source], self.index.places[flow.target]
            store, wasted = self.store.get(flow.source, -1), self.is_waste(flow.material)
            if target.kind == "accept":
                fate = self.world.boundary[target.node].accepts[target.name].fate
                yield Sink(column, target.name, fate, store, source.node)
            elif wasted and (target.kind == "demand" or not self.is_waste(target.name)):
                yield Sink(column, flow.material, REUSE if flow.flow in again else RECYCLING, store, source.node)

    def _draw_sinks(self) -> Iterator[Sink]:
        for column, draw in enumerate(self.index.draws):
            if draw.place in self.store and draw.process is None:
                yield Sink(column, draw.material, REUSE, self.store[draw.place], draw.company)
            elif draw.place in self.store and draw.process is not None:
                recipe = self.world.companies[draw.company].processes[draw.process]
                for ends in (RECYCLING, recipe.fate or RELEASED, *[REUSE] * bool(recipe.reused)):
                    process = self.process[draw.company, draw.process]
                    yield Sink(column, draw.material, ends, self.store[draw.place], draw.company, process)

    def _products(self, again: bool) -> list[int]:
        """Outputs that are no waste: those that are used again, or the others."""
        outputs = enumerate(self.index.outputs)
        made = [i for i, output in outputs if output.place >= 0 and output.place not in self.store]
        return [i for i in made if self._is_reused(self.index.outputs[i]) == again]

    def _is_reused(self, output: Output) -> bool:
        return output.material in self.world.companies[output.company].processes[output.process].reused

    @property
    def _releases(self) -> list[int]:
        return [i for i, output in enumerate(self.index.outputs) if output.place < 0]

    def _yields(self, sums: Masses, outputs: Sequence[int]) -> Floats:
        """Part of each process's input that these outputs received, shape (lanes, groups, processes)."""
        got = np.zeros((*sums.made.shape[:2], len(self.draws)))
        for number in outputs:
            output = self.index.outputs[number]
            got[:, :, self.process[output.company, output.process]] += sums.made[:, :, number]
        return _ratio(got, self._inputs(sums))

    def _inputs(self, sums: Masses) -> Floats:
        """Input of each process, shape (lanes, groups, processes)."""
        inputs = [sums.drawn[:, :, columns].sum(axis=-1) for columns in self.draws]
        return np.stack(inputs, axis=-1) if inputs else np.zeros((*sums.drawn.shape[:2], 0))

    def _shares(self, sums: Masses) -> Floats:
        """Where the content of every store arose, shape (lanes, groups, stores, nodes); each store sums to 1."""
        stores = len(self.store)
        mixed = np.zeros((*sums.shipped.shape[:2], stores, stores))
        arisen = np.zeros((*sums.shipped.shape[:2], stores, len(self.nodes)))
        self._add_flows(sums, mixed, arisen)
        self._add_outputs(sums, mixed, arisen)
        for column, end in enumerate(self.index.ends):
            if end.place in self.store:
                arisen[:, :, self.store[end.place], self.users[end.company]] += sums.retired[:, :, column]
        return _solve(mixed, arisen, self.owners)

    def _add_flows(self, sums: Masses, mixed: Floats, arisen: Floats) -> None:
        for column, flow in enumerate(self.index.flows):
            if flow.target in self.store:
                into, mass = self.store[flow.target], sums.shipped[:, :, column]
                if flow.source in self.store:
                    mixed[:, :, into, self.store[flow.source]] += mass
                else:
                    arisen[:, :, into, self.node[self.index.places[flow.source].node]] += mass

    def _add_outputs(self, sums: Masses, mixed: Floats, arisen: Floats) -> None:
        inputs = self._inputs(sums)
        for column, output in enumerate(self.index.outputs):
            if output.place in self.store:
                process = self.process[output.company, output.process]
                into, part = self.store[output.place], _ratio(sums.made[:, :, column], inputs[:, :, process])
                for draw in self.draws[process]:
                    mass, place = part * sums.drawn[:, :, draw], self.index.draws[draw].place
                    if place in self.store:
                        mixed[:, :, into, self.store[place]] += mass
                    else:
                        arisen[:, :, into, self.node[output.company]] += mass


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _solve(mixed: Floats, arisen: Floats, owners: Integers) -> Floats:
    """Shares by node: A = M A + B after each store's inflow is normalised; without source, its own node."""
    inflow = mixed.sum(axis=-1) + arisen.sum(axis=-1)
    sourced = _reached(mixed > 0, arisen.sum(axis=-1) > 0)[..., None]
    own = np.zeros(arisen.shape[2:])
    own[np.arange(len(owners)), owners] = 1.0
    matrix = np.where(sourced, _ratio(mixed, np.broadcast_to(inflow[..., None], mixed.shape)), 0.0)
    right = np.where(sourced, _ratio(arisen, np.broadcast_to(inflow[..., None], arisen.shape)), own)
    concerned = right.any(axis=(0, 1, 2))  # so that a node without waste changes no bit of the others' figures
    solved = np.linalg.solve(np.eye(len(owners)) - matrix, right[..., concerned])
    solved = np.where(solved > _TINY, solved, 0.0)
    shares = np.zeros_like(right)
    shares[..., concerned] = solved / solved.sum(axis=-1, keepdims=True)
    return shares


def _reached(linked: Flags, first: Flags) -> Flags:
    """Stores whose content comes, over any number of steps, from where waste arose."""
    reached = first
    for _ in range(first.shape[-1]):
        reached = reached | (linked & reached[..., None, :]).any(axis=-1)
    return reached
