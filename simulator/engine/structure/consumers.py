"""Tables of processes and uses, and of what they draw and give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.engine.axes import substances
from simulator.engine.index import Draw, Limit, Output, ProcessKey, UseKey
from simulator.engine.layout import KEEPS, ONE, POST_CONSUMER, REUSED, UNBOUNDED
from simulator.engine.parameters import tonnes
from simulator.engine.recipes import coefficients
from simulator.engine.structure.draft import IN_PROCESS, Draft, Row, cohort_of, node_active, ranges
from simulator.engine.structure.rings import contested
from simulator.scenario.models import Inventory, Process, Use, World
from simulator.scenario.numbers import Number
from simulator.scenario.reuse import reused_ends

Counters = Callable[[str, tuple[str, ...]], tuple[int, int]]
"""First row and number of the terms of a quantity."""


def process_reader(key: ProcessKey | Draw | Output) -> Callable[[World], Process]:
    company, process = key.company, key.process
    return lambda world: world.companies[company].processes[str(process)]


def use_reader(key: UseKey) -> Callable[[World], Use]:
    return lambda world: world.companies[key.company].uses[key.use]


def process_active(key: ProcessKey | Draw | Output) -> Callable[[World], float]:
    recipe = process_reader(key)
    return lambda world: float(node_active(world, key.company) and recipe(world).active)


def use_active(key: UseKey) -> Callable[[World], float]:
    use = use_reader(key)
    return lambda world: float(node_active(world, key.company) and use(world).active)


def consumers(draft: Draft) -> list[Row]:
    """Processes, then uses, each with its slots."""
    limited = Counter((draw.company, draw.process) for draw, _ in _limited(draft))
    slots = np.cumsum([0, *(len(key.slots) for key in draft.index.processes)]).tolist()
    drawn = ranges(draft.index.draws, lambda draw: (draw.company, draw.process, draw.use))
    rows: list[Row] = [
        (
            *(*_process_consumer(draft, key), first, len(key.slots)),
            *_span(drawn[key.company, key.process, None]),
            limited[key.company, key.process],
        )
        for key, first in zip(draft.index.processes, slots, strict=False)
    ]
    return rows + [
        (*_use_consumer(draft, key), slots[-1] + n, 1, *_span(drawn[key.company, None, key.use]), 0)
        for n, key in enumerate(draft.index.uses)
    ]


def _span(position: tuple[int, int]) -> tuple[int, int]:
    first, count = position
    return first, first + count


def _process_consumer(draft: Draft, key: ProcessKey) -> Row:
    add, recipe = draft.parameters.add, process_reader(key)
    rank, active = add(lambda world: float(recipe(world).rank)), add(process_active(key))
    return draft.group(key.company), rank, active, draft.parts.process(key)


def _use_consumer(draft: Draft, key: UseKey) -> Row:
    add, use = draft.parameters.add, use_reader(key)
    rank, active = add(lambda world: float(use(world).rank)), add(use_active(key))
    return draft.group(key.company), rank, active, draft.parts.use(key)


def slots(draft: Draft) -> list[Row]:
    """The slots of all consumers, in their order; a use has one."""
    limited = ranges(_limited(draft), lambda limit: slot_of(limit[0]))
    return [
        (_share(draft, draft.index.draws[first]), first, count, *limited.get(slot, (0, 0)))
        for slot, (first, count) in ranges(draft.index.draws, slot_of).items()
    ]


def slot_of(draw: Draw) -> tuple[str, str | None, str | None, str]:
    """What the draws of one slot have in common."""
    return draw.company, draw.process, draw.use, draw.slot


def _limited(draft: Draft) -> list[tuple[Draw, str]]:
    """The first draw of every slot with each substance that it limits in some world, in the order of the slots."""
    firsts = [draft.index.draws[first] for first, _ in ranges(draft.index.draws, slot_of).values()]
    return [
        (draw, substance)
        for draw in firsts
        if draw.process is not None
        for substance in sorted({name for world in draft.parameters.worlds for name in _limits(world, draw)})
    ]


def _limits(world: World, draw: Draw) -> Mapping[str, Number]:
    return process_reader(draw)(world).inputs[draw.slot].limits


def mix_limits(draft: Draft) -> list[Row]:
    """What the slots limit, by slot; a world that leaves a limit out has none."""
    names = substances(draft.world)
    return [(names.index(substance), _limit(draft, draw, substance)) for draw, substance in _limited(draft)]


def _limit(draft: Draft, draw: Draw, substance: str) -> int:
    return draft.parameters.add(lambda world: _limits(world, draw).get(substance), UNBOUNDED)


def _share(draft: Draft, draw: Draw) -> int:
    if draw.process is None:
        return ONE
    recipe = process_reader(draw)
    return draft.parameters.add(lambda world: recipe(world).inputs[draw.slot].share)


def draws(draft: Draft) -> list[Row]:
    return [(draw.place,) for draw in draft.index.draws]


def processes(draft: Draft, limits: int, terms: Counters, needs: Sequence[tuple[int, int]]) -> list[Row]:
    """`limits`: first counter of days and tonnes by limit; `needs`: where the needs for energy of each stand."""
    outputs = ranges(draft.index.outputs, lambda output: (output.company, output.process))
    rows = []
    queued = contested(draft.world, draft.index)
    for key, of_process in zip(draft.index.processes, needs, strict=True):
        row = _process(draft, key, outputs[key.company, key.process], limits, terms)
        rows.append((*row, *of_process, int(key in queued)))
        limits += 2 * (Limit.INPUT + len(key.slots))
    return rows


def _process(draft: Draft, key: ProcessKey, outputs: tuple[int, int], limits: int, terms: Counters) -> Row:
    recipe, add = process_reader(key), draft.parameters.add
    material = sorted(recipe(draft.world).inputs.items())[0][1].any_of[0]
    numbered = dict(enumerate(draft.index.outputs[outputs[0] : sum(outputs)], outputs[0]))
    pull, pulled = _pull(draft, key, numbered)
    per = recipe(draft.world).per
    return (
        add(lambda world: tonnes(recipe(world).rate, world, per or material)),
        add(lambda world: tonnes(recipe(world).minimum, world, material)),
        add(lambda world: tonnes(recipe(world).batch, world, material)),
        pull,
        pulled,
        next((n for n, output in numbered.items() if per and output.material == per), -1),
        *outputs,
        _schedule(draft, key),
        limits,
        *terms("basis", (key.company, key.process)),
    )


def _schedule(draft: Draft, key: ProcessKey) -> int:
    if process_reader(key)(draft.world).outages is None:
        return -1
    draft.schedules.append((key.company, key.process))
    return len(draft.schedules) - 1


def _pull(draft: Draft, key: ProcessKey, outputs: dict[int, Output]) -> tuple[int, int]:
    """The output whose order policy holds the process back, and whether it has one."""
    recipe = process_reader(key)
    followed = recipe(draft.world).makes_to
    for n, output in outputs.items():
        material = output.material
        if material is None:
            continue
        if followed == material or (followed is None and _sole(draft, output) and _ordered(draft, output)):
            return n, draft.parameters.add(lambda world, output=output: float(_orders(world, output)))  # type: ignore[misc]
    return -1, 0


def _sole(draft: Draft, output: Output) -> bool:
    return sum(other.place == output.place for other in draft.index.outputs) == 1


def _ordered(draft: Draft, output: Output) -> bool:
    return any(_orders(world, output) for world in draft.parameters.worlds)


def _orders(world: World, output: Output) -> bool:
    """Whether an output has an order policy in this world."""
    inventory = world.companies[output.company].inventories.get(str(output.material), Inventory())
    return inventory.order_up_to is not None or inventory.order_quantity is not None


def outputs(draft: Draft, terms: Counters) -> list[Row]:
    """Outputs and releases, with their transfer coefficients."""
    size = len(draft.index.labels)
    origins = size // len(substances(draft.world))
    found = ranges(draft.index.outputs, lambda output: (output.company, output.process))
    rows: list[Row] = []
    for first, count in found.values():
        recipe = process_reader(draft.index.outputs[first])
        block = draft.parameters.block(_flat_coefficients(recipe, origins), count * size)
        for n in range(count):
            output = draft.index.outputs[first + n]
            air = terms("air", (output.company, output.process)) if output.medium == "air" else (0, 0)
            origin = REUSED if output.material in recipe(draft.world).reused else KEEPS
            rows.append((output.place, draft.lag_of(IN_PROCESS, first + n), block + n * size, origin, *air))
    return rows


def _flat_coefficients(recipe: Callable[[World], Process], origins: int) -> Callable[[World], NDArray[np.float64]]:
    """Coefficients by output and label: those of a substance hold for every origin."""
    return lambda world: np.tile(coefficients(world, recipe(world)), origins).ravel()


def uses(draft: Draft) -> list[Row]:
    """Uses, with what retires from them."""
    found = ranges(draft.index.ends, lambda end: (end.company, end.use))
    want = {key: n for n, key in enumerate(_stocked(draft))}
    return [(*_use(draft, key, found[key.company, key.use]), want.get(key, -1)) for key in draft.index.uses]


def _use(draft: Draft, key: UseKey, ends: tuple[int, int]) -> Row:
    use, add, names = use_reader(key), draft.parameters.add, substances(draft.world)
    rhythm = (draft.group(key.company), cohort_of(draft.world, key.company, key.use))

    def soiling(world: World) -> NDArray[np.float64]:
        given = use(world).soiling
        return np.array([given[name].value if name in given else 0.0 for name in names])

    return (
        add(lambda world: demanded(use(world), world)),
        draft.curve_of(key),
        draft.rhythms.setdefault(rhythm, len(draft.rhythms)),
        draft.parameters.block(soiling, len(names)),
        *ends,
        int(use(draft.world).demand == "any"),
    )


def wants(draft: Draft) -> list[Row]:
    """Of uses driven by their stock: what is wanted, whether excess retires, and what the kernels note of it."""
    return [_want(draft, key) for key in _stocked(draft)]


def _stocked(draft: Draft) -> list[UseKey]:
    return [key for key in draft.index.uses if use_reader(key)(draft.world).stock is not None]


def _want(draft: Draft, key: UseKey) -> Row:
    use, add = use_reader(key), draft.parameters.add
    wanted = add(lambda world: tonnes(use(world).stock, world, use(world).material))
    return wanted, add(lambda world: float(use(world).excess == "retire")), *draft.wants_of(key)


def demanded(use: Use, world: World) -> Number | None:
    """What a use demands, t/day; None where it takes whatever arrives, or what the stock it wants lacks."""
    return tonnes(use.demand, world, use.material) if isinstance(use.demand, Number) else None


def ends(draft: Draft) -> list[Row]:
    """Shares and origins of what a use becomes."""
    again = reused_ends(draft.world)
    return [
        (
            end.place,
            _end_share(draft, end.company, end.use, end.material),
            REUSED if (end.company, end.use, end.material) in again else POST_CONSUMER,
        )
        for end in draft.index.ends
    ]


def _end_share(draft: Draft, company: str, use: str, material: str) -> int:
    return draft.parameters.add(lambda world: world.companies[company].uses[use].end_of_life[material])


def shared(draft: Draft) -> tuple[list[Row], list[Row]]:
    """Stores that several processes fill, and those that fill them."""
    process = {(key.company, key.process): n for n, key in enumerate(draft.index.processes)}
    makers: dict[int, list[tuple[int, Output]]] = {}
    for n, output in enumerate(draft.index.outputs):
        if output.place >= 0:
            makers.setdefault(output.place, []).append((n, output))
    stores: list[Row] = []
    rows: list[Row] = []
    for place, found in sorted(makers.items()):
        if len(found) > 1:
            stores.append((place, _any_pulled(draft, [output for _, output in found]), len(rows), len(found)))
            rows += [(process[output.company, output.process], n) for n, output in found]
    return stores, rows


def _any_pulled(draft: Draft, outputs: list[Output]) -> int:
    """Whether the orders of a store hold any of its makers back: those that say `makes_to`."""
    material = outputs[0].material
    named = any(process_reader(output)(draft.world).makes_to == material for output in outputs)
    return draft.parameters.add(lambda world: float(named and _orders(world, outputs[0])))
