"""Tables of energy: what is needed, given, converted, kept, and the routes from who has it to who lacks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np

from simulator.engine.index import StoreKey, tap_key
from simulator.engine.layout import ONE, UNBOUNDED, UNLIMITED, ZERO
from simulator.engine.structure.consumers import Counters
from simulator.engine.structure.draft import Draft, Row, node_active, ranges
from simulator.scenario.buses import CONVERTER, CURTAILED, FLOW, GENERATOR, GRID, LEVEL, LOAD, PROCESS, UNSERVED
from simulator.scenario.carriers import Unit, carrier_of, dispatch_order, followed, generators, sold, temperature
from simulator.scenario.models import Converter, Storage, World
from simulator.scenario.numbers import Number

LONGEST = 3
"""Flows that energy takes one after the other at most."""
USUAL_RANK, OUTSIDE_RANK = 5, 9
JointName = tuple[str, str, str, str]
"""Company, carrier, kind, name."""


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge between two buses."""

    sender: int
    receiver: int
    rank: int
    """0 of a step down in temperature."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way over wires, from a bus that has energy to one that may lack it."""

    key: tuple[object, ...]
    """Routes with smaller keys come first, those with equal keys share."""
    sender: int
    receiver: int
    wires: tuple[int, ...]


class Buses:
    """The buses and joints of a draft by name, and those outside."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.world, self.index = draft, draft.world, draft.index
        self.add = draft.parameters.add
        self.bus = {(key.company, key.carrier): n for n, key in enumerate(self.index.buses)}
        self.user = {self._name(joint.bus, joint.kind, joint.name): n for n, joint in enumerate(self.index.users)}
        self.supplier = {
            self._name(joint.bus, joint.kind, joint.name): n for n, joint in enumerate(self.index.suppliers)
        }
        self.order = dispatch_order(self.world)
        self.outside = sorted(set(self._outside()), key=lambda bus: (self.order.index(carrier_of(bus[1])), bus))
        self.bus |= {bus: len(self.index.buses) + n for n, bus in enumerate(self.outside)}

    def _name(self, bus: int, kind: str, name: str) -> JointName:
        key = self.index.buses[bus]
        return key.company, key.carrier, kind, name

    def _outside(self) -> Iterator[tuple[str, str]]:
        for flow in self.world.energy_flows.values():
            yield from ((node, flow.energy) for node in (flow.sender, flow.receiver) if node in self.world.boundary)

    def of_carrier(self, carrier: str) -> tuple[list[int], list[int]]:
        """Buses of companies and of boundary nodes, all levels of one carrier."""
        inside = [n for n, key in enumerate(self.index.buses) if carrier_of(key.carrier) == carrier]
        first = len(self.index.buses)
        return inside, [first + n for n, bus in enumerate(self.outside) if carrier_of(bus[1]) == carrier]


def tables(draft: Draft, terms: Counters) -> tuple[dict[str, list[Row]], list[tuple[int, int]]]:
    """All tables of energy by name; and first row and number of the needs of every process."""
    network = Buses(draft)
    needs = _needs_by_process(network)
    units, extras, of_carrier = _units(network)
    wires, edges = _wires(network)
    routes, legs, bands, of_routes = _routes(network, edges)
    stores = [_store(network, key) for key in draft.index.stores]
    rows = {
        "buses": _buses(network),
        "needs": [*chain.from_iterable(needs), *_loads(network)],
        "units": units,
        "extras": extras,
        "wires": wires,
        "routes": routes,
        "legs": legs,
        "bands": bands,
        "stores": stores,
        "carriers": [_carrier(network, name, of_carrier, of_routes, stores) for name in network.order],
        "taps": _taps(network, terms),
    }
    return rows, _spans([len(of_process) for of_process in needs])


def _spans(counts: Sequence[int]) -> list[tuple[int, int]]:
    return [(sum(counts[:n]), count) for n, count in enumerate(counts)]


def _buses(network: Buses) -> list[Row]:
    users, suppliers = (
        ranges(joints, lambda joint: joint.bus) for joints in (network.index.users, network.index.suppliers)
    )
    taps = np.cumsum([0, *(users[n][1] * suppliers[n][1] for n in range(len(network.index.buses)))]).tolist()
    return [
        (*users[n], *suppliers[n], taps[n], *_bus(network, key.company, key.carrier))
        for n, key in enumerate(network.index.buses)
    ]


def _bus(network: Buses, company: str, carrier: str) -> Row:
    return (
        network.add(lambda world: float(sold(world, carrier))),
        network.supplier.get((company, carrier, GRID, ""), -1),
        network.supplier[company, carrier, UNSERVED, ""],
        network.user[company, carrier, CURTAILED, ""],
    )


def _taps(network: Buses, terms: Counters) -> list[Row]:
    index = network.index
    return [terms("tap", tap_key(index, index.users[u], index.suppliers[s])) for u, s in index.taps()]


def _needs_by_process(network: Buses) -> list[list[Row]]:
    """What each process uses and gives at the buses of its company."""
    carriers: dict[str, list[str]] = {}
    for bus in network.index.buses:
        carriers.setdefault(bus.company, []).append(bus.carrier)
    found: list[list[Row]] = []
    for key in network.index.processes:
        joints = [(key.company, carrier, PROCESS, key.process) for carrier in sorted(carriers.get(key.company, []))]
        known = [joint for joint in joints if joint in network.user or joint in network.supplier]
        urgent = network.world.companies[key.company].processes[key.process].needs_energy
        rows = (_need(network, joint, _of_process(joint), urgent) for joint in known)
        found.append([(*row, network.add(_of_restart(joint))) for row, joint in zip(rows, known, strict=True)])
    return found


def _of_process(joint: JointName) -> Callable[[World], Number | None]:
    company, carrier, _, name = joint
    return lambda world: world.companies[company].processes[name].energy.get(carrier)


def _of_restart(joint: JointName) -> Callable[[World], Number | None]:
    company, carrier, _, name = joint

    def energy(world: World) -> Number | None:
        start_up = world.companies[company].processes[name].start_up
        return start_up.energy.get(carrier) if start_up else None

    return energy


def _loads(network: Buses) -> list[Row]:
    joints = [(bus.company, bus.carrier, LOAD, LOAD) for bus in network.index.buses]
    return [(*_need(network, joint, _of_load(joint)), ZERO) for joint in joints if joint in network.user]


def _of_load(joint: JointName) -> Callable[[World], Number | None]:
    company, carrier, _, _ = joint
    return lambda world: world.companies[company].loads.get(carrier) if world.companies[company].active else None


def _need(network: Buses, joint: JointName, number: Callable[[World], Number | None], urgent: bool = False) -> Row:
    bus = network.bus[joint[0], joint[1]]
    return bus, network.add(number), network.user.get(joint, -1), network.supplier.get(joint, -1), int(urgent)


def _units(network: Buses) -> tuple[list[Row], list[Row], dict[str, tuple[int, int]]]:
    """Converters by the carrier they follow and rank, then generators; what all give beside; where converters stand."""
    extras: list[Row] = []
    rows: list[Row] = []
    of_carrier: dict[str, tuple[int, int]] = {}
    for carrier in network.order:
        first = len(rows)
        for company, name, converter in _converters(network.world, carrier):
            rows.append(_unit(network, (company, CONVERTER, name), converter, extras))
        of_carrier[carrier] = (first, len(rows) - first)
    for keys, generator in generators(network.world):
        rows.append(_unit(network, (str(keys[1]), GENERATOR, str(keys[3])), generator, extras))
    return rows, extras, of_carrier


def _converters(world: World, carrier: str) -> list[tuple[str, str, Converter]]:
    found = [
        (company, name, converter)
        for company, entry in world.companies.items()
        for name, converter in entry.converters.items()
        if carrier_of(followed(converter)) == carrier
    ]
    return sorted(found, key=lambda item: (item[2].rank, item[:2]))


def _unit(network: Buses, path: tuple[str, str, str], unit: Unit, extras: list[Row]) -> Row:
    company, kind, name = path
    read, add = _reader(*path), network.add
    leading, source = followed(unit), str(unit.from_)
    others = [carrier for carrier in sorted(unit.gives) if carrier != leading]
    first = len(extras)
    for carrier in others:
        joint = network.supplier[company, carrier, kind, name]
        extras.append((network.bus[company, carrier], joint, add(_ratio(read, carrier, leading))))
    pump = isinstance(unit, Converter) and unit.cop is not None
    return (
        network.bus[company, leading],
        network.supplier[company, leading, kind, name],
        network.bus.get((company, source), -1),
        network.order.index(carrier_of(source)) if unit.from_ is not None else -1,
        network.user.get((company, source, kind, name), -1),
        add(lambda world: _efficiency(read(world), leading), 1.0),
        add(lambda world: temperature(world, leading)) if pump else -1,
        add(lambda world: _cold(read(world))) if pump else ZERO,
        add(lambda world: read(world).capacity, UNBOUNDED),
        add(lambda world: getattr(read(world), "profile", None), 1.0),
        add(lambda world: float(read(world).active and node_active(world, company))),
        first,
        len(others),
    )


def _reader(company: str, kind: str, name: str) -> Callable[[World], Unit]:
    if kind == GENERATOR:
        return lambda world: world.companies[company].generators[name]
    return lambda world: world.companies[company].converters[name]


def _ratio(read: Callable[[World], Unit], carrier: str, leading: str) -> Callable[[World], float]:
    """What a unit gives of one carrier, per MWh of the one it follows."""
    return lambda world: read(world).gives[carrier].value / read(world).gives[leading].value


def _efficiency(unit: Unit, carrier: str) -> Number | None:
    """MWh given per MWh used; of a heat pump the part of the Carnot factor."""
    if isinstance(unit, Converter) and unit.cop is not None:
        return unit.cop.quality
    return unit.efficiency or (unit.gives[carrier] if unit.from_ is not None else None)


def _cold(unit: Unit) -> Number | None:
    return unit.cop.source if isinstance(unit, Converter) and unit.cop is not None else None


def _wires(network: Buses) -> tuple[list[Row], list[Wire]]:
    """Flows of energy by name, then steps from each level to colder ones of the same company."""
    rows: list[Row] = []
    wires: list[Wire] = []
    for name, flow in sorted(network.world.energy_flows.items()):
        ends = network.bus[flow.sender, flow.energy], network.bus[flow.receiver, flow.energy]
        outer = max(ends) >= len(network.index.buses)
        wires.append(Wire(*ends, flow.rank or (OUTSIDE_RANK if outer else USUAL_RANK)))
        rows.append(_flow(network, name))
    for n, joint in enumerate(network.index.users):
        if joint.kind == LEVEL:
            key = network.index.buses[joint.bus]
            wires.append(Wire(joint.bus, network.bus[key.company, joint.name], 0))
            supplier = network.supplier[key.company, joint.name, LEVEL, key.carrier]
            rows.append((n, supplier, UNLIMITED, ZERO, ONE))
    return rows, wires


def _flow(network: Buses, name: str) -> Row:
    flow, add = network.world.energy_flows[name], network.add
    return (
        network.user.get((flow.sender, flow.energy, FLOW, name), -1),
        network.supplier.get((flow.receiver, flow.energy, FLOW, name), -1),
        add(lambda world: world.energy_flows[name].capacity, UNBOUNDED),
        add(lambda world: world.energy_flows[name].loss),
        add(lambda world: _open(world, name)),
    )


def _open(world: World, name: str) -> float:
    flow = world.energy_flows[name]
    return float(flow.active and node_active(world, flow.sender) and node_active(world, flow.receiver))


def _routes(
    network: Buses, wires: Sequence[Wire]
) -> tuple[list[Row], list[Row], list[Row], dict[str, tuple[int, int]]]:
    """Routes, their legs, bands of equal rank, and the bands of every carrier."""
    routes: list[Row] = []
    legs: list[Row] = []
    bands: list[Row] = []
    of_carrier: dict[str, tuple[int, int]] = {}
    for carrier in network.order:
        first_band = len(bands)
        found = sorted(_ways(network, carrier, wires), key=lambda route: (route.key, route.sender, route.wires))
        for _, group in groupby(found, key=lambda route: route.key):
            first = len(routes)
            for route in group:
                routes.append((route.sender, route.receiver, len(legs), len(route.wires)))
                legs += [(wire,) for wire in route.wires]
            bands.append((first, len(routes) - first))
        of_carrier[carrier] = (first_band, len(bands) - first_band)
    return routes, legs, bands, of_carrier


def _ways(network: Buses, carrier: str, wires: Sequence[Wire]) -> Iterator[Route]:
    """Every way without a loop over at most `LONGEST` flows; outside begins or ends one, and lies on none."""
    inside, outside = network.of_carrier(carrier)
    leaving: dict[int, list[int]] = {}
    for n, wire in enumerate(wires):
        leaving.setdefault(wire.sender, []).append(n)
    for start in (*inside, *outside):
        todo: list[tuple[int, ...]] = [()]
        while todo:
            way = todo.pop()
            end = wires[way[-1]].receiver if way else start
            if not (start in outside and (not way or end in outside)):
                yield Route(_key(network, [wires[n] for n in way]), start, end, way)
            if not way or end not in outside:
                todo += [(*way, n) for n in leaving.get(end, ()) if _extends(wires, start, way, n)]


def _extends(wires: Sequence[Wire], start: int, way: tuple[int, ...], n: int) -> bool:
    """Whether a way may go on over a wire: no bus twice, no two steps down in a row, not too many flows."""
    visited = {start, *(wires[m].receiver for m in way)}
    steps_twice = bool(way) and wires[n].rank == wires[way[-1]].rank == 0
    flows = sum(wires[m].rank > 0 for m in (*way, n))
    return wires[n].receiver not in visited and not steps_twice and flows <= LONGEST


def _key(network: Buses, way: Sequence[Wire]) -> tuple[object, ...]:
    """Own use first, exact before hotter, hot needs before cold; then by ranks of the flows, the receiver's first."""
    ranks = tuple(wire.rank for wire in reversed(way) if wire.rank)
    if ranks:
        return 2, ranks, len(way)
    if not way:
        return (0,)
    hot, cold = (_heat(network, bus) for bus in (way[0].sender, way[0].receiver))
    return 1, -cold, hot


def _heat(network: Buses, bus: int) -> float:
    return temperature(network.world, network.index.buses[bus].carrier) or 0.0


def _store(network: Buses, key: StoreKey) -> Row:
    def read(world: World) -> Storage:
        return world.companies[key.company].energy_storage[key.storage]

    carrier, add = read(network.world).carrier, network.add
    joint = (key.company, carrier, "storage", key.storage)
    return (
        network.bus[key.company, carrier],
        network.user[joint],
        network.supplier[joint],
        add(lambda world: read(world).capacity),
        add(lambda world: read(world).power),
        add(lambda world: read(world).efficiency, 1.0),
        add(lambda world: float(read(world).active and node_active(world, key.company))),
    )


def _carrier(
    network: Buses,
    name: str,
    units: Mapping[str, tuple[int, int]],
    bands: Mapping[str, tuple[int, int]],
    stores: Sequence[Row],
) -> Row:
    inside, outside = network.of_carrier(name)
    kept = [n for n, store in enumerate(stores) if store[0] in inside]
    return (*_span(inside), *_span(outside), *bands[name], *units[name], *_span(kept))


def _span(found: Sequence[int]) -> tuple[int, int]:
    return (found[0] if found else 0), len(found)
