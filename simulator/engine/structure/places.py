"""Tables of inventories and ports, and of what makes their nominal use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from simulator.engine.index import Draw, Output, Place, UseKey
from simulator.engine.layout import ONE, UNBOUNDED, UNLIMITED, ZERO, Policy, Port
from simulator.engine.parameters import tonnes
from simulator.engine.structure.consumers import demanded, process_active, process_reader, use_active
from simulator.engine.structure.draft import IN_TRANSIT, Draft, Row, node_active, ranges, residence_of, span_of
from simulator.scenario.models import Accept, Demand, Inventory, Process, Supply, World
from simulator.scenario.numbers import Number
from simulator.scenario.recipes import nominal_yield

PORTS = {"inventory": Port.NONE, "supply": Port.SUPPLY, "demand": Port.SINK, "accept": Port.SINK}


def places(draft: Draft, ring_of: Mapping[int, int]) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of places, of the terms of their nominal use, and of the flows at ports; `ring_of`: their rings of lots."""
    lags = ranges(draft.lags, lambda lag: lag.place)
    rows: list[Row] = []
    nominal: list[Row] = []
    edges: list[Row] = []
    for n, place in enumerate(draft.index.places):
        stored = place.kind == "inventory"
        terms = list(dict.fromkeys(_nominal(draft, n))) if stored else []
        ends = [] if stored else _edges(draft, n)
        make = _inventory if stored else _port
        rests = int(residence_of(draft.world, place) is not None)
        edge = (len(edges), len(ends), rests, ring_of.get(n, -1))
        rows.append((*make(draft, n, (len(nominal), len(terms))), *lags.get(n, (0, 0)), *edge))
        nominal += terms
        edges += ends
    return rows, nominal, edges


def _edges(draft: Draft, n: int) -> list[Row]:
    """The flows at a port."""
    return [(f,) for f, key in enumerate(draft.index.flows) if n in {key.source, key.target}]


def inventory_reader(place: Place) -> Callable[[World], Inventory]:
    absent = Inventory()
    return lambda world: world.companies[place.node].inventories.get(place.name, absent)


def port_of(world: World, place: Place) -> Supply | Demand | Accept:
    """What a boundary node supplies, demands or accepts at a port."""
    node = world.boundary[place.node]
    ports: dict[str, Mapping[str, Supply | Demand | Accept]]
    ports = {"supply": node.supplies, "demand": node.demands, "accept": node.accepts}
    return ports[place.kind][place.name]


def _inventory(draft: Draft, n: int, nominal: tuple[int, int]) -> Row:
    place = draft.index.places[n]
    held, add = inventory_reader(place), draft.parameters.add
    by_default = _is_input(draft, n)

    def mass(name: str) -> Callable[[World], Number | None]:
        return lambda world: tonnes(getattr(held(world), name), world, place.name)

    return (
        draft.group(place.node),
        Port.NONE,
        add(mass("capacity"), UNBOUNDED),
        add(lambda world: float(_policy(held(world), by_default))),
        add(lambda world: _level(draft, world, n)),
        add(lambda world: _cover(draft, world, n)),
        add(lambda world: float(_covers(held(world), by_default))),
        add(lambda world: _largest_lot(draft, world, n) if _for_lots(held(world), by_default) else 0.0),
        add(mass("reorder_at"), UNBOUNDED),
        add(mass("order_quantity")),
        add(mass("safety_stock")),
        add(mass("intake"), UNBOUNDED),
        *nominal,
        UNLIMITED,
        ZERO,
        ZERO,
        0,
    )


def _port(draft: Draft, n: int, nominal: tuple[int, int]) -> Row:
    place = draft.index.places[n]

    def rate(world: World) -> Number | float | None:
        if not node_active(world, place.node):
            return 0.0
        port = port_of(world, place)
        return tonnes(port.rate, world, _material_of(port, place))

    def backlog(world: World) -> float:
        port = port_of(world, place)
        return float(isinstance(port, Demand) and port.backlog)

    def carries(world: World) -> float:
        port = port_of(world, place)
        return float(isinstance(port, Demand) or port.carry)

    add = draft.parameters.add
    none = (UNLIMITED, ZERO, ZERO, ZERO, ZERO, ZERO, UNLIMITED, ZERO, ZERO, UNLIMITED)
    row = (draft.group(place.node), PORTS[place.kind], *none, *nominal)
    return *row, add(rate, UNBOUNDED), add(backlog), add(carries), int(place.kind == "demand")


def _material_of(port: Supply | Demand | Accept, place: Place) -> str:
    """The material whose pieces a port counts."""
    return port.any_of[0] if isinstance(port, Demand) and port.any_of else place.name


def _is_input(draft: Draft, n: int) -> bool:
    """Consumed at a known rate by its company, so that it orders even without a policy."""
    drawn = [draw for draw in draft.index.draws if draw.place == n]
    return bool(drawn) and not any(_takes_any(draft.world, draw) for draw in drawn)


def _takes_any(world: World, draw: Draw) -> bool:
    return draw.use is not None and world.companies[draw.company].uses[draw.use].demand == "any"


def _is_made(draft: Draft, n: int) -> bool:
    return any(output.place == n for output in draft.index.outputs)


def _orders_by_default(held: Inventory, by_default: bool) -> bool:
    return by_default and held.order_up_to is None and held.order_quantity is None


def _for_lots(held: Inventory, by_default: bool) -> bool:
    """Whether it orders so much that a lot may come."""
    return held.needed or _orders_by_default(held, by_default)


def _policy(held: Inventory, by_default: bool) -> int:
    if held.needed:
        return Policy.NEEDED
    if held.order_quantity is not None:
        return Policy.QUANTITY
    return Policy.LEVEL if held.order_up_to is not None or by_default else Policy.ANYTHING


def _covers(held: Inventory, by_default: bool) -> bool:
    """Whether it orders cover of its nominal use."""
    level = held.level
    return _orders_by_default(held, by_default) or (level is not None and level.unit == "day")


def _level(draft: Draft, world: World, n: int) -> Number | float | None:
    held = inventory_reader(draft.index.places[n])(world)
    if held.order_quantity is not None:
        return UNBOUNDED
    if held.level is None or held.level.unit == "day":
        return None
    return tonnes(held.level, world, draft.index.places[n].name)


def _cover(draft: Draft, world: World, n: int) -> Number | float | None:
    """Days of nominal use to cover besides the review: as declared, or the longest lead time and the residence."""
    held = inventory_reader(draft.index.places[n])(world)
    if held.level is not None:
        return held.level if held.level.unit == "day" else None
    rest = residence_of(world, draft.index.places[n])
    coming = [lag for lag in draft.lags if (lag.place, lag.section) == (n, IN_TRANSIT)]
    longest = max((span_of(world, draft.index, lag).days() for lag in coming), default=0.0)
    return longest + (rest.days() if rest else 0.0)


def _largest_lot(draft: Draft, world: World, n: int) -> float:
    """The largest lot that delivers to a place, t."""
    flows = (world.flows[key.flow] for key in draft.index.flows if key.target == n)
    lots = (tonnes(flow.lot_size, world, flow.material) for flow in flows)
    return max((lot.value for lot in lots if lot is not None), default=0.0)


def _nominal(draft: Draft, n: int) -> Iterator[Row]:
    """What uses a place nominally: consumers; of an output what its flows reach, else its makers."""
    found = list(_consumed(draft, n))
    if _is_made(draft, n) or not found:
        found += _reached(draft, n)
    yield from found or _made(draft, n)


def _consumed(draft: Draft, n: int) -> Iterator[Row]:
    for draw in draft.index.draws:
        if draw.place == n:
            yield from [_draw_term(draft, draw)] if draw.process else _use_term(draft, draw)


def _draw_term(draft: Draft, draw: Draw) -> Row:
    recipe, add = process_reader(draw), draft.parameters.add
    return (
        add(process_active(draw)),
        add(lambda world: recipe(world).rate),
        add(lambda world: recipe(world).inputs[draw.slot].share),
        add(lambda world: inputs_per_tonne(world, recipe(world))) if recipe(draft.world).per else ONE,
        ZERO,
    )


def inputs_per_tonne(world: World, recipe: Process) -> float:
    """Tonnes of input per tonne that a rate refers to."""
    return _ratio(1.0, nominal_yield(world, recipe, recipe.per)) if recipe.per else 1.0


def _use_term(draft: Draft, draw: Draw) -> Iterator[Row]:
    company, name, add = draw.company, str(draw.use), draft.parameters.add
    key = UseKey(company, name)
    if draft.world.companies[company].uses[name].stock is not None:
        replacing, missing = draft.wants_of(key)
        yield add(use_active(key)), replacing, ONE, ONE, missing
    elif not _takes_any(draft.world, draw):
        rate = add(lambda world: demanded(world.companies[company].uses[name], world))
        yield add(use_active(key)), rate, ONE, ONE, ZERO


def _reached(draft: Draft, n: int) -> Iterator[Row]:
    """Demands and consumers at the other ends of a place's flows, each once."""
    for target in sorted({key.target for key in draft.index.flows if key.source == n}):
        place = draft.index.places[target]
        if place.kind == "inventory":
            yield from _consumed(draft, target)
        elif place.kind == "demand" and port_of(draft.world, place).rate is not None:
            yield _port_term(draft, place)


def _port_term(draft: Draft, place: Place) -> Row:
    add = draft.parameters.add

    def rate(world: World) -> Number | None:
        port = port_of(world, place)
        return tonnes(port.rate, world, _material_of(port, place))

    return add(lambda world: float(node_active(world, place.node))), add(rate), ONE, ONE, ZERO


def _made(draft: Draft, n: int) -> Iterator[Row]:
    for output in draft.index.outputs:
        if output.place == n:
            yield _output_term(draft, output)


def _output_term(draft: Draft, output: Output) -> Row:
    recipe, add, material = process_reader(output), draft.parameters.add, str(output.material)

    def made_per_tonne(world: World) -> float:
        """Tonnes of this output per tonne that the rate refers to."""
        per = recipe(world).per
        made = nominal_yield(world, recipe(world), material)
        return _ratio(made, nominal_yield(world, recipe(world), per)) if per else made

    return add(process_active(output)), add(lambda world: recipe(world).rate), ONE, add(made_per_tonne), ZERO


def _ratio(part: float, whole: float) -> float:
    """A quotient; 0 where an output gets nothing of what is declared."""
    return part / whole if whole > 0.0 else 0.0
