"""The ledger's masses as grids: flows, stocks, processes, and what products are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.accounting.grid import Calendar, Grid, Integers, Key, concatenate, grid, used
from simulator.engine.index import Index, Limit
from simulator.engine.ledger import Floats, Ledger
from simulator.scenario.figures import NETWORK
from simulator.scenario.models import World

ENVIRONMENT = "environment"
Columns = tuple[list[Key], Floats]


def flows(ledger: Ledger, calendar: Calendar) -> Grid:
    """Mass over every flow, releases and soiling; keys: flow, source, target, material, substance, origin; t."""
    index = ledger.index
    parts = (
        (ledger.shipped, [_flow(index, number) for number in range(len(index.flows))]),
        (ledger.made, [_release(index, number) for number in range(len(index.outputs))]),
        (ledger.soiled, [_soiling(index, number) for number in range(len(index.uses))]),
    )
    return concatenate([_labelled(index, calendar.sum(array), names) for array, names in parts])


def _flow(index: Index, number: int) -> Key:
    flow = index.flows[number]
    return flow.flow, index.places[flow.source].node, index.places[flow.target].node, flow.material


def _release(index: Index, number: int) -> Key | None:
    output = index.outputs[number]
    name = f"{output.company}.{output.process}.{output.medium}"
    return (name, output.company, ENVIRONMENT, "release") if output.medium else None


def _soiling(index: Index, number: int) -> Key:
    use = index.uses[number]
    return f"{use.company}.{use.use}.soiling", ENVIRONMENT, use.company, "soiling"


def _labelled(index: Index, masses: Floats, names: Sequence[Key | None]) -> Columns:
    """Columns of masses (L, P, things, K) that are named and not zero throughout, keys ending in substance, origin."""
    flat = masses.reshape(*masses.shape[:2], -1)
    labels = [(label.substance, label.origin) for label in index.labels]
    pairs = [(column, names[column // len(labels)], labels[column % len(labels)]) for column in used(flat)]
    named = [(column, (*name, *label)) for column, name, label in pairs if name is not None]
    return [key for _, key in named], flat[..., [column for column, _ in named]]


def stocks(ledger: Ledger, calendar: Calendar, world: World) -> Grid:
    """Stocks at the end of every period, t; keys: node, place, item, material, substance, origin.

    Period 0 is the opening stock, so that there is one period more than in the calendar.
    """
    index = ledger.index
    held = {
        "inventory": ledger.on_hand,
        "transit": ledger.in_transit,
        "process": ledger.in_process,
    }
    ends = _ends(calendar)
    parts = [
        _labelled(index, _at(array, ends), [(place.node, kind, place.name, place.name) for place in index.places])
        for kind, array in held.items()
    ]
    in_use: list[Key | None] = [
        (use.company, "use", use.use, world.companies[use.company].uses[use.use].material) for use in index.uses
    ]
    return concatenate([*parts, _labelled(index, _at(ledger.in_use, ends), in_use)])


def _ends(calendar: Calendar) -> Integers:
    """Where to read stocks, −1 for nowhere, shape (L, 1 + P)."""
    last = calendar.last_rows
    opening = np.zeros((len(last), 1), dtype=np.intp)
    return np.concatenate([opening, np.where(last >= 0, last + 1, -1)], axis=1)


def _at(stock: Floats, ends: Integers) -> Floats:
    if stock.shape[:2] == ends.shape and bool((ends == np.arange(ends.shape[1])).all()):
        return stock
    found = stock[np.arange(len(stock))[:, None], ends]
    found[ends < 0] = 0.0
    return found


def processes(ledger: Ledger, calendar: Calendar) -> Grid:
    """Days (first) and throughput (second) by what held a process back; keys: node, process, limited_by, item."""
    columns = [
        (number, limit, (process.company, process.process, *_limit(process.slots, limit)))
        for number, process in enumerate(ledger.index.processes)
        for limit in range(min(ledger.days.shape[-1], Limit.INPUT + len(process.slots)))
    ]
    where = ([number for number, _, _ in columns], [limit for _, limit, _ in columns])
    picked = [calendar.sum(array[:, :, where[0], where[1]]) for array in (ledger.days, ledger.throughput)]
    return grid([key for _, _, key in columns], *picked)


def _limit(slots: Sequence[str], limit: int) -> Key:
    return ("input", slots[limit - Limit.INPUT]) if limit >= Limit.INPUT else (Limit(limit).name.lower(), "")


def products(ledger: Ledger, calendar: Calendar, world: World) -> Grid:
    """What counts for recycled content; keys: node, material, origin; t.

    Of a company: its outgoing materials that are no waste. Of the network: what uses take in, and the materials that
    are no waste and meet a boundary demand.
    """
    index = ledger.index
    sent = _by_origin(index, calendar.sum(ledger.shipped))
    used_up = _by_origin(index, calendar.sum(ledger.drawn))
    company: list[str | None] = [_maker(index, world, number) for number in range(len(index.flows))]
    final: list[str | None] = [_final(index, world, number) for number in range(len(index.flows))]
    taken: list[str | None] = [NETWORK if draw.use is not None else None for draw in index.draws]
    parts = (
        (sent, company, [flow.material for flow in index.flows]),
        (sent, final, [flow.material for flow in index.flows]),
        (used_up, taken, [draw.material for draw in index.draws]),
    )
    return concatenate([_of_origin(index, *part) for part in parts])


def _maker(index: Index, world: World, number: int) -> str | None:
    flow = index.flows[number]
    source = index.places[flow.source]
    return source.node if source.kind == "inventory" and not world.materials[flow.material].waste else None


def _final(index: Index, world: World, number: int) -> str | None:
    flow = index.flows[number]
    demanded = index.places[flow.target].kind == "demand"
    return NETWORK if demanded and not world.materials[flow.material].waste else None


def _origins(index: Index) -> list[str]:
    return sorted({label.origin for label in index.labels})


def _by_origin(index: Index, masses: Floats) -> Floats:
    """Sum labels to origins: (L, P, things, K) to (L, P, things, origins)."""
    parts = [
        masses[..., [column for column, label in enumerate(index.labels) if label.origin == origin]].sum(axis=-1)
        for origin in _origins(index)
    ]
    return np.stack(parts, axis=-1)


def _of_origin(index: Index, masses: Floats, nodes: Sequence[str | None], materials: Sequence[str]) -> Columns:
    chosen = [(number, node) for number, node in enumerate(nodes) if node is not None]
    origins = _origins(index)
    keys: list[Key] = [(node, materials[number], origin) for number, node in chosen for origin in origins]
    picked = masses[:, :, [number for number, _ in chosen]]
    return keys, picked.reshape(*picked.shape[:2], -1)


def shipped(ledger: Ledger, calendar: Calendar) -> Grid:
    """Mass sent; keys: sender, flow; t."""
    index = ledger.index
    keys = [(index.places[flow.source].node, flow.flow) for flow in index.flows]
    return grid(keys, calendar.sum(ledger.shipped.sum(axis=-1)))


def unmet(ledger: Ledger, calendar: Calendar) -> Grid:
    """Demand not met; keys: node, use or demand; t."""
    index = ledger.index
    demands = [i for i, place in enumerate(index.places) if place.kind == "demand"]
    keys = [(use.company, use.use) for use in index.uses]
    keys += [(index.places[i].node, index.places[i].name) for i in demands]
    return grid(keys, calendar.sum(np.concatenate([ledger.unmet_use, ledger.unmet_demand[..., demands]], axis=-1)))


def outages(ledger: Ledger, calendar: Calendar) -> Grid:
    """Time out of order; keys: node, process; days."""
    return grid([(key.company, key.process) for key in ledger.index.processes], calendar.sum(ledger.outage))


def restarts(ledger: Ledger, calendar: Calendar) -> Grid:
    """Outages repaired, after which a process is started up; keys: node, process."""
    return grid([(key.company, key.process) for key in ledger.index.processes], calendar.sum(ledger.restarts))


def starting(ledger: Ledger, calendar: Calendar) -> Grid:
    """Time being started up again; keys: node, process; days."""
    return grid([(key.company, key.process) for key in ledger.index.processes], calendar.sum(ledger.starting))


def in_use(ledger: Ledger, calendar: Calendar) -> Grid:
    """In service at the end of every period, without the opening; keys: node, use; t."""
    closing = _at(ledger.in_use.sum(axis=-1), _ends(calendar))[:, 1:]
    return grid([(use.company, use.use) for use in ledger.index.uses], closing)


def in_service(ledger: Ledger, calendar: Calendar) -> Grid:
    """In service at the end of every period in all uses together; keys: substance; t."""
    closing = _at(ledger.in_use.sum(axis=2), _ends(calendar))[:, 1:]
    return grid([(label.substance,) for label in ledger.index.labels], closing)


def intake(ledger: Ledger, calendar: Calendar) -> Grid:
    """What uses take into service; keys: node, use, substance, origin; t."""
    draws = ledger.index.draws
    taken = calendar.sum(ledger.drawn[:, :, [n for n, draw in enumerate(draws) if draw.use is not None]])
    keys = [
        (draw.company, draw.use, label.substance, label.origin)
        for draw in draws
        if draw.use is not None
        for label in ledger.index.labels
    ]
    return grid(keys, taken.reshape(*taken.shape[:2], -1))
