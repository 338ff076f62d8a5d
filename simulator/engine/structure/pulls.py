"""Tables of the slots whose materials are ordered as needed, those first that others have to know of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from simulator.engine.index import Draw, Place, ProcessKey
from simulator.engine.layout import ONE
from simulator.engine.structure.consumers import process_reader, slot_of
from simulator.engine.structure.draft import Draft, Row, ranges
from simulator.engine.structure.places import inputs_per_tonne
from simulator.scenario.models import Company, World
from simulator.scenario.needed import Maker, Store, behind, leading, needed_stores
from simulator.scenario.recipes import nominal_yield

LATER = 1 / 1024
"""By so much of a rank a material comes behind those that do instead of it."""


def turn(world: World, place: Place) -> float:
    """When a place that is ordered as needed has its turn within a rank: after those that do instead of it.

    Later choices come later, equals by name, so that never two at once are sent what one of them lacks.
    """
    company = world.companies.get(place.node) if place.kind == "inventory" else None
    if company is None or place.name not in company.inventories or not company.inventories[place.name].needed:
        return 0.0
    slots = [slot.any_of for process in company.processes.values() for slot in process.inputs.values()]
    latest = {
        name: max(names.index(name) for names in slots if name in names)
        for name in _instead(company, slots, place.name)
    }
    return LATER * sorted(latest, key=lambda name: (latest[name], name)).index(place.name)


def _instead(company: Company, slots: Sequence[Sequence[str]], material: str) -> set[str]:
    """A material, and the others ordered as needed that slots take instead of it, or instead of those."""
    found: set[str] = set()
    further = {material}
    while further:
        found |= further
        linked = {name for names in slots if found & set(names) for name in names if name in company.inventories}
        further = {name for name in linked if company.inventories[name].needed} - found
    return found


def pulls(draft: Draft, held: Sequence[int]) -> list[Row]:
    """One row for every slot with such a material in some world; `held`: by process the output that holds it back."""
    stores = {store for world in draft.parameters.worlds for store in needed_stores(world)}
    if not stores:
        return []
    found = ranges(draft.index.draws, slot_of)
    slots = [(n, draft.index.draws[first : first + count]) for n, (first, count) in enumerate(found.values())]
    rows = {n: draws[0] for n, draws in slots if any((draw.company, draw.material) in stores for draw in draws)}
    outputs = {(draw.company, str(draw.process)): _output(draft, draw, held) for draw in rows.values() if draw.process}
    number = {(key.company, key.process): n for n, key in enumerate(draft.index.processes)}
    order = _order(draft, stores, {maker: n for maker, n in outputs.items() if n >= 0})
    return [
        (number[maker], n, outputs[maker], *_numbers(draft, draw, outputs[maker]))
        for maker in order
        for n, draw in rows.items()
        if (draw.company, draw.process) == maker
    ]


def _output(draft: Draft, draw: Draw, held: Sequence[int]) -> int:
    """The output that the process of a slot is asked for, −1 none."""
    makers = enumerate(draft.index.processes)
    p, key = next((p, key) for p, key in makers if (key.company, key.process) == (draw.company, draw.process))
    company = draft.world.companies[key.company]
    lead = leading(draft.world, company, company.processes[key.process])
    return held[p] if held[p] >= 0 else _number(draft, key, lead)


def _number(draft: Draft, key: ProcessKey, material: str | None) -> int:
    outputs = enumerate(draft.index.outputs)
    made = (n for n, one in outputs if (one.company, one.process, one.material) == (key.company, key.process, material))
    return next(made, -1) if material is not None else -1


def _order(draft: Draft, stores: set[Store], outputs: Mapping[Maker, int]) -> list[Maker]:
    """Whoever asks before who is asked. A circle, of which no one world has all, is entered anywhere."""
    leads = {maker: str(draft.index.outputs[n].material) for maker, n in outputs.items()}
    graph = behind(draft.world, stores, leads)
    try:
        found = list(TopologicalSorter(graph).static_order())
    except CycleError:
        found = sorted(graph)
    return [maker for maker in found if maker in leads]


def _numbers(draft: Draft, draw: Draw, output: int) -> Row:
    recipe, material, add = process_reader(draw), str(draft.index.outputs[output].material), draft.parameters.add
    made: Callable[[World], float] = lambda world: nominal_yield(world, recipe(world), material)  # noqa: E731
    per = add(lambda world: inputs_per_tonne(world, recipe(world))) if recipe(draft.world).per else ONE
    return add(made), per
