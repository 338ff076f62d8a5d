"""Tables of what `rank: cost` reads: what a tonne costs on flows and in processes. Empty where no flow says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from simulator.engine.axes import substances
from simulator.engine.index import FlowKey, Place, ProcessKey
from simulator.engine.layout import ONE, ZERO
from simulator.engine.recipes import composition
from simulator.engine.structure.consumers import process_reader
from simulator.engine.structure.draft import Draft, Row
from simulator.engine.structure.pulls import turn
from simulator.network.parts import rank
from simulator.scenario.carriers import carrier_of
from simulator.scenario.forms import COST
from simulator.scenario.models import Flow, Process, World
from simulator.scenario.numbers import Number
from simulator.scenario.trade import price_of


def tables(draft: Draft) -> dict[str, list[Row]]:
    """All of them by name."""
    if not any(flow.rank == COST for world in draft.parameters.worlds for flow in world.flows.values()):
        return {"ways": [], "rivals": [], "exits": [], "bills": [], "mixes": []}
    exits, bills = _exits(draft)
    rivals, of_flow = _rivals(draft)
    return {
        "ways": [(*_way(draft, key), *of_flow[n]) for n, key in enumerate(draft.index.flows)],
        "rivals": rivals,
        "exits": exits,
        "bills": bills,
        "mixes": [(_mix(draft, place),) for place in draft.index.places],
    }


def _rivals(draft: Draft) -> tuple[list[Row], list[tuple[int, int]]]:
    """Flows of one sender, or from supplies to one buyer, side by side, and where those of each flow stand."""
    among: dict[tuple[bool, int], list[int]] = {}
    places = [_rivalry(draft, key) for key in draft.index.flows]
    for n, place in enumerate(places):
        among.setdefault(place, []).append(n)
    firsts = dict(zip(among, np.cumsum([0, *map(len, among.values())]).tolist(), strict=False))
    return [(n,) for flows in among.values() for n in flows], [(firsts[place], len(among[place])) for place in places]


def _rivalry(draft: Draft, key: FlowKey) -> tuple[bool, int]:
    """Whether it is the buyer that chooses, and the place where it or the sender does."""
    bought = draft.index.places[key.source].kind == "supply"
    return bought, key.target if bought else key.source


def _way(draft: Draft, key: FlowKey) -> Row:
    add, target = draft.parameters.add, draft.index.places[key.target]

    def edge(world: World) -> Flow:
        return world.flows[key.flow]

    return (
        add(lambda world: rank(world, edge(world)) + turn(world, target) if edge(world).rank == COST else 0.0),
        add(lambda world: _paid(world, edge(world))),
        add(lambda world: edge(world).distance),
        add(lambda world: _haulage(world, edge(world))),
        add(lambda world: float(_goes_on(world, edge(world)))),
    )


def _paid(world: World, flow: Flow) -> Number | None:
    """What the sender pays per tonne, EUR; from supplies what the buyer pays."""
    price = price_of(world, flow)
    if price is None:
        return None
    sign = price.sign if flow.sender in world.boundary else -price.sign
    return replace(price.number, value=sign * price.number.value, times=sign * price.number.times)


def _haulage(world: World, flow: Flow) -> Number | None:
    """What transport costs those whose way it is, EUR/(t km): the sender, and where it goes on the receiver too."""
    mode = world.transport.get(flow.transport) if flow.transport else None
    payer = flow.sender if flow.transport_payer == "sender" else flow.receiver
    ours = payer in world.companies and (payer == flow.sender or _goes_on(world, flow))
    return mode.cost if mode and ours else None


def _goes_on(world: World, flow: Flow) -> bool:
    """Whether what the receiver does belongs to the way: not where it takes over at a price."""
    return flow.receiver in world.companies and (flow.sender in world.boundary or flow.price is None)


def _exits(draft: Draft) -> tuple[list[Row], list[Row]]:
    """How what a store holds is used up there, by what draws on it; and the energy that processes buy for it."""
    exits: list[Row] = []
    bills: list[Row] = []
    learners = {(key.company, key.process): n for n, key in enumerate(draft.index.learners)}
    processes = {(key.company, key.process): n for n, key in enumerate(draft.index.processes)}
    uses = {(key.company, key.use): n for n, key in enumerate(draft.index.uses, len(processes))}
    for draw in draft.index.draws:
        if draw.process is None:
            exits.append((draw.place, uses[draw.company, str(draw.use)], ONE, ZERO, -1, len(bills), 0))
            continue
        key = (draw.company, draw.process)
        bought = list(_bills(draft, ProcessKey(*key, ())))
        own = _operation(draft, process_reader(draw))
        exits.append((draw.place, processes[key], *own, learners.get(key, -1), len(bills), len(bought)))
        bills += bought
    return exits, bills


def _operation(draft: Draft, recipe: Callable[[World], Process]) -> Row:
    """Whether a process runs at all, and its cost per tonne."""
    add = draft.parameters.add
    return add(lambda world: recipe(world).rate), add(lambda world: recipe(world).cost)


def _bills(draft: Draft, key: ProcessKey) -> Iterator[Row]:
    recipe, worlds = process_reader(key), draft.parameters.worlds
    for name in sorted({name for world in worlds for name in recipe(world).energy}):
        yield draft.parameters.add(_need(recipe, name)), draft.parameters.add(_price(name))


def _need(recipe: Callable[[World], Process], name: str) -> Callable[[World], Number | None]:
    return lambda world: recipe(world).energy.get(name)


def _price(name: str) -> Callable[[World], Number | None]:
    return lambda world: world.energy[carrier_of(name)].price


def _mix(draft: Draft, place: Place) -> int:
    """The composition that a store's material is declared to have; of a port nobody asks."""
    if place.kind != "inventory":
        return ZERO
    size = len(substances(draft.world))
    return draft.parameters.block(lambda world: composition(world, place.name), size)
