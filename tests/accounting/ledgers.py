"""Ledgers without an engine: an index from a scenario, masses by name or drawn at random so that they balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from simulator.accounting import terms
from simulator.engine.axes import energy_axes
from simulator.engine.index import (
    Draw,
    EndOfLife,
    FlowKey,
    Index,
    Label,
    Limit,
    Output,
    Place,
    ProcessKey,
    UseKey,
    tap_key,
)
from simulator.engine.ledger import Ages, Floats, Lane, Ledger, Row
from simulator.scenario import buses, load
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario
from simulator.scenario.trade import wants

_STOCKS = ("on_hand", "in_transit", "in_process", "in_use")
_MASSES = ("shipped", "drawn", "made", "retired", "soiled", "throughput", "basis", "unmet_use", "unmet_demand")
_SUMS = (*_MASSES, "learned", "days", "outage", "restarts", "starting", "weighted", "taps", "used", "given")
_LABELS = 5
"""So many labels are present in a random ledger."""
ORIGINS = ("post_consumer", "pre_consumer", "primary", "reused")


def read(folder: Path, text: str) -> Scenario:
    """Load a scenario from text."""
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def index_of(scenario: Scenario) -> Index:
    """All axes in order of name."""
    world = scenario.world
    places = tuple(sorted(set(_places(world)), key=lambda place: (place.node, place.kind, place.name)))
    number = {(place.node, place.kind, place.name): i for i, place in enumerate(places)}
    flows = tuple(_flow(world, number, name) for name in sorted(world.flows))
    return Index(
        labels=tuple(Label(name, origin) for origin in ORIGINS for name in sorted((*world.substances, "other"))),
        places=places,
        processes=tuple(
            ProcessKey(c, p, tuple(world.companies[c].processes[p].inputs))
            for c in sorted(world.companies)
            for p in sorted(world.companies[c].processes)
        ),
        uses=tuple(UseKey(c, u) for c in sorted(world.companies) for u in sorted(world.companies[c].uses)),
        draws=tuple(_draws(world, number)),
        outputs=tuple(_outputs(world, number)),
        ends=tuple(
            EndOfLife(c, u, m, number[c, "inventory", m])
            for c in sorted(world.companies)
            for u in sorted(world.companies[c].uses)
            for m in sorted(world.companies[c].uses[u].end_of_life)
        ),
        flows=flows,
        terms=terms(scenario),
        **energy_axes(world, buses.merged(w for variant in scenario.variants.values() for w in variant.worlds)),
    )


def _places(world: World) -> Iterator[Place]:
    for node, boundary in world.boundary.items():
        yield from (Place(node, name, "supply") for name in boundary.supplies)
        yield from (Place(node, name, "demand") for name in boundary.demands)
        yield from (Place(node, name, "accept") for name in boundary.accepts)
    for node, company in world.companies.items():
        yield from (Place(node, name, "inventory") for name in company.inventories)
        for process in company.processes.values():
            yield from (Place(node, name, "inventory") for slot in process.inputs.values() for name in slot.any_of)
            yield from (Place(node, name, "inventory") for name in process.outputs)
        for use in company.uses.values():
            yield from (Place(node, name, "inventory") for name in (use.material, *use.end_of_life))
    for flow in world.flows.values():
        ends = ((flow.sender, flow.material), (flow.receiver, flow.as_ or flow.material))
        yield from (Place(node, name, "inventory") for node, name in ends if node in world.companies)


def _flow(world: World, number: dict[tuple[str, str, str], int], name: str) -> FlowKey:
    flow = world.flows[name]
    received = flow.as_ or flow.material
    source = "inventory" if flow.sender in world.companies else "supply"
    target = "inventory" if flow.receiver in world.companies else "accept"
    if target == "accept" and received not in world.boundary[flow.receiver].accepts:
        target = "demand"
        demands = world.boundary[flow.receiver].demands
        received = next(key for key, demand in demands.items() if received in wants(key, demand))
    return FlowKey(
        name, number[flow.sender, source, flow.material], number[flow.receiver, target, received], flow.material
    )


def _draws(world: World, number: dict[tuple[str, str, str], int]) -> Iterator[Draw]:
    for c in sorted(world.companies):
        for p, process in sorted(world.companies[c].processes.items()):
            for slot, wanted in sorted(process.inputs.items()):
                yield from (Draw(c, p, None, slot, m, number[c, "inventory", m]) for m in wanted.any_of)
        for u, use in sorted(world.companies[c].uses.items()):
            yield Draw(c, None, u, "", use.material, number[c, "inventory", use.material])


def _outputs(world: World, number: dict[tuple[str, str, str], int]) -> Iterator[Output]:
    for c in sorted(world.companies):
        for p, process in sorted(world.companies[c].processes.items()):
            yield from (Output(c, p, m, None, number[c, "inventory", m]) for m in sorted(process.outputs))
            yield from (Output(c, p, None, medium, -1) for medium in sorted(process.releases))


def months(count: int, start: datetime = datetime(2025, 1, 1), epoch: int = 0) -> tuple[Row, ...]:
    """Whole months, one row each."""
    starts = [start.replace(year=start.year + n // 12, month=n % 12 + 1) for n in range(count + 1)]
    return tuple(Row(a.strftime("%Y-%m"), a, b, epoch) for a, b in pairwise(starts))


def row(period: str, epoch: int = 0) -> Row:
    """A row whose end does not matter."""
    start = datetime.fromisoformat((period + "-01-01")[:10])
    return Row(period, start, start + timedelta(days=30), epoch)


def empty(scenario: Scenario, lanes: Sequence[Lane], *rows: Sequence[Row]) -> Ledger:
    """A ledger of zeros: one set of rows for all lanes, or one for each."""
    index = index_of(scenario)
    of_lanes = tuple(map(tuple, rows * len(lanes) if len(rows) == 1 else rows))
    size = (len(lanes), max(map(len, of_lanes)))
    stock = (size[0], size[1] + 1)
    labels, limits = len(index.labels), Limit.INPUT + max((len(p.slots) for p in index.processes), default=0)
    return Ledger(
        index=index,
        lanes=tuple(lanes),
        worlds=tuple(tuple(epoch.world for epoch in scenario.variants[lane.variant].epochs) for lane in lanes),
        rows=of_lanes,
        shipped=np.zeros((*size, len(index.flows), labels)),
        drawn=np.zeros((*size, len(index.draws), labels)),
        made=np.zeros((*size, len(index.outputs), labels)),
        retired=np.zeros((*size, len(index.ends), labels)),
        soiled=np.zeros((*size, len(index.uses), labels)),
        on_hand=np.zeros((*stock, len(index.places), labels)),
        in_transit=np.zeros((*stock, len(index.places), labels)),
        in_process=np.zeros((*stock, len(index.places), labels)),
        in_use=np.zeros((*stock, len(index.uses), labels)),
        throughput=np.zeros((*size, len(index.processes), limits)),
        days=np.zeros((*size, len(index.processes), limits)),
        basis=np.zeros((*size, len(index.processes))),
        learned=np.zeros((*size, len(index.learners))),
        outage=np.zeros((*size, len(index.processes))),
        restarts=np.zeros((*size, len(index.processes))),
        starting=np.zeros((*size, len(index.processes))),
        unmet_use=np.zeros((*size, len(index.uses))),
        unmet_demand=np.zeros((*size, len(index.places))),
        weighted=np.zeros((*size, len(index.terms))),
        taps=np.zeros((*size, len(index.taps()))),
        used=np.zeros((*size, len(index.users))),
        given=np.zeros((*size, len(index.suppliers))),
        peaks=np.zeros((*size, len(index.buses))),
        lost=np.zeros((*size, len(index.stores))),
        stored=np.zeros((*stock, len(index.stores))),
    )


@dataclass(frozen=True)
class Pen:
    """Writes into a ledger by name; masses are of one label, `substance` and `origin`."""

    ledger: Ledger
    substance: str = "other"
    origin: str = "primary"

    def label(self) -> int:
        return self.ledger.index.labels.index(Label(self.substance, self.origin))

    def of(self, origin: str, substance: str | None = None) -> Pen:
        return replace(self, origin=origin, substance=substance or self.substance)

    def ship(self, flow: str, mass: float, row: int = 0, lane: int = 0) -> None:
        number = [key.flow for key in self.ledger.index.flows].index(flow)
        self.ledger.shipped[lane, row, number, self.label()] += mass

    def draw(self, owner: str, material: str, mass: float, row: int = 0, lane: int = 0) -> None:
        """`owner` is `company.process` or `company.use`; a process's basis and throughput follow."""
        index = self.ledger.index
        names = [(f"{d.company}.{d.process or d.use}", d.material) for d in index.draws]
        self.ledger.drawn[lane, row, names.index((owner, material)), self.label()] += mass
        processes = [f"{p.company}.{p.process}" for p in index.processes]
        if owner in processes:
            self.ledger.basis[lane, row, processes.index(owner)] += mass
            self.ledger.throughput[lane, row, processes.index(owner), 0] += mass

    def make(self, owner: str, material: str, mass: float, row: int = 0, lane: int = 0) -> None:
        """`material` is an output, or the medium of a release."""
        names = [(f"{o.company}.{o.process}", o.material or o.medium) for o in self.ledger.index.outputs]
        self.ledger.made[lane, row, names.index((owner, material)), self.label()] += mass

    def retire(self, owner: str, material: str, mass: float, row: int = 0, lane: int = 0) -> None:
        names = [(f"{e.company}.{e.use}", e.material) for e in self.ledger.index.ends]
        self.ledger.retired[lane, row, names.index((owner, material)), self.label()] += mass

    def tap(self, *key: str, energy: float, row: int = 0, lane: int = 0) -> None:
        """`key`: company, carrier, kind and name of the user, kind and name of the supplier; MWh."""
        index = self.ledger.index
        names = [tap_key(index, index.users[u], index.suppliers[s]) for u, s in index.taps()]
        self.ledger.taps[lane, row, names.index(key)] += energy

    def buy(self, owner: str, carrier: str, energy: float, row: int = 0, lane: int = 0) -> None:
        """What a process, `company.process`, gets from the grid, MWh."""
        company, process = owner.split(".")
        self.tap(company, carrier, "process", process, "grid", "", energy=energy, row=row, lane=lane)

    def hold(self, node: str, material: str, mass: float, row: int = 0, lane: int = 0) -> None:
        number = [(p.node, p.name) for p in self.ledger.index.places].index((node, material))
        self.ledger.on_hand[lane, row, number, self.label()] += mass


def settled(ledger: Ledger) -> Ledger:
    """Close the balance: on_hand and in_use are what the movements leave of the opening stocks."""
    index, change = ledger.index, np.zeros_like(ledger.on_hand[:, 1:])
    moves: tuple[tuple[Floats, Sequence[int], float], ...] = (
        (ledger.shipped, [flow.target for flow in index.flows], 1.0),
        (ledger.shipped, [flow.source for flow in index.flows], -1.0),
        (ledger.drawn, [draw.place for draw in index.draws], -1.0),
        (ledger.made, [output.place for output in index.outputs], 1.0),
        (ledger.retired, [end.place for end in index.ends], 1.0),
    )
    for masses, where, sign in moves:
        for thing, place in enumerate(where):
            if place >= 0:
                change[:, :, place] += sign * masses[:, :, thing]
    change[:, :, [i for i, place in enumerate(index.places) if place.kind != "inventory"]] = 0
    ledger.on_hand[:, 1:] = ledger.on_hand[:, :1] + change.cumsum(axis=1)
    service = ledger.soiled.copy()
    for number, use in enumerate(index.uses):
        for column, draw in enumerate(index.draws):
            if (draw.company, draw.use) == (use.company, use.use):
                service[:, :, number] += ledger.drawn[:, :, column]
        for column, end in enumerate(index.ends):
            if (end.company, end.use) == (use.company, use.use):
                service[:, :, number] -= ledger.retired[:, :, column]
    ledger.in_use[:, 1:] = ledger.in_use[:, :1] + service.cumsum(axis=1)
    return ledger


def drawn_at_random(scenario: Scenario, lanes: Sequence[Lane], rows: Sequence[Row], seed: int = 0) -> Ledger:
    """A ledger of random masses that balances; each lane by its own seed."""
    ledger = empty(scenario, lanes, rows)
    for lane in range(len(lanes)):
        _fill(ledger, lane, np.random.default_rng([seed, lanes[lane].replication, len(lanes[lane].variant)]))
    return aged(scenario, settled(ledger))


def aged(scenario: Scenario, ledger: Ledger) -> Ledger:
    """With ages of the uses that report them: what is in use entered in three years, a third in each."""
    index, companies = ledger.index, scenario.world.companies
    uses = tuple(n for n, key in enumerate(index.uses) if companies[key.company].uses[key.use].report_ages)
    if not uses:
        return ledger
    substances = len({label.substance for label in index.labels})
    held = ledger.in_use[:, :, list(uses)]
    mass = held.reshape(*held.shape[:-1], -1, substances).sum(axis=-2)
    ages = Ages(uses, (2022, 2023, 2024), np.stack([mass / 3] * 3, axis=3), mass * 2)
    return replace(ledger, ages=ages)


def _fill(ledger: Ledger, lane: int, random: np.random.Generator) -> None:
    index = ledger.index
    present = random.permutation(len(index.labels)) < _LABELS
    for array in (ledger.shipped, ledger.drawn, ledger.retired, ledger.soiled, ledger.on_hand, ledger.in_use):
        array[lane] = random.uniform(1, 100, array[lane].shape) * present
    ledger.on_hand[lane, 0] += 1e5 * present
    ledger.on_hand[lane, :, [place.kind != "inventory" for place in index.places]] = 0
    for process, key in enumerate(index.processes):
        draws = [i for i, d in enumerate(index.draws) if (d.company, d.process) == (key.company, key.process)]
        outputs = [i for i, o in enumerate(index.outputs) if (o.company, o.process) == (key.company, key.process)]
        total = ledger.drawn[lane][:, draws].sum(axis=1)
        parts = random.dirichlet(np.ones(len(outputs)))
        for part, output in zip(parts, outputs, strict=True):
            ledger.made[lane, :, output] = part * total
        ledger.basis[lane, :, process] = total.sum(axis=-1)
        ledger.throughput[lane, :, process, 0] = total.sum(axis=-1)
    ledger.days[lane] = random.uniform(0, 5, ledger.days[lane].shape)
    ledger.taps[lane] = random.uniform(0, 5, ledger.taps[lane].shape)
    ledger.weighted[lane] = random.uniform(0, 5, ledger.weighted[lane].shape)


def merged(ledger: Ledger, every: int, names: Sequence[str]) -> Ledger:
    """The same run reported less often: `every` rows become one, named in turn."""
    rows = ledger.rows[0]
    starts = range(0, len(rows), every)
    wide = tuple(
        Row(name, rows[i].start, rows[min(i + every, len(rows)) - 1].end, rows[i].epoch)
        for name, i in zip(names, starts, strict=True)
    )
    kept = [0, *(min(i + every, len(rows)) for i in starts)]
    changes: dict[str, Any] = {name: getattr(ledger, name)[:, kept] for name in _STOCKS}
    changes |= {name: np.add.reduceat(getattr(ledger, name), list(starts), axis=1) for name in _SUMS}
    if ledger.ages is not None:
        ages = ledger.ages
        changes["ages"] = replace(ages, mass=ages.mass[:, kept], time=ages.time[:, kept])
    return replace(ledger, rows=(wide,) * len(ledger.lanes), **changes)
