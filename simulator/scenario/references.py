"""Names that lead nowhere, and names taken twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from simulator.scenario.chemistry import Chemistry
from simulator.scenario.models import BoundaryNode, Company, Process, Use, World
from simulator.scenario.numbers import NUMBER_KEYS
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem, advice

OTHER = "other"
"""What a declared composition leaves open."""
RESERVED_NODES = ("grid", "environment", "network")
RESERVED_SUBSTANCES = (OTHER, "rest", "total", *NUMBER_KEYS)


def check_references(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """Ids of materials, substances, carriers, partnerships, interventions and partners that are not declared."""
    yield from _nodes(world)
    yield from _substances(world)
    for name, company in world.companies.items():
        yield from _company(world, company, ("companies", name))
    for name, node in world.boundary.items():
        yield from _boundary(world, node, ("boundary", name))


def check_study(world: World) -> Iterator[Problem]:
    """Names in partnerships and variants, which no override changes."""
    yield from _partnerships(world)
    yield from _variants(world)


def unknown(
    what: str, names: Iterable[str], known: Collection[str], keys: Keys, place: bool = True
) -> Iterator[Problem]:
    """A problem for each name that is not known, at the name where `place`, else at `keys`."""
    for name in names:
        if name not in known:
            yield Problem((*keys, name) if place else keys, f"unknown {what} {name}{advice(name, known)}")


def listed(what: str, names: tuple[str, ...], known: Collection[str], keys: Keys) -> Iterator[Problem]:
    """A problem for each unknown and each repeated name of a list."""
    for place, name in enumerate(names):
        if name not in known:
            yield Problem((*keys, place), f"unknown {what} {name}{advice(name, known)}")
        elif name in names[:place]:
            yield Problem((*keys, place), f"{name} is listed twice")


def _nodes(world: World) -> Iterator[Problem]:
    for section, nodes in (("companies", world.companies), ("boundary", world.boundary)):
        for name in nodes:
            if name in RESERVED_NODES:
                yield Problem((section, name), f"{name} is reserved: choose another id")
    for name in world.boundary:
        if name in world.companies:
            yield Problem(("boundary", name), f"{name} is a company already: choose another id")


def _substances(world: World) -> Iterator[Problem]:
    bare = all(known == Chemistry() for known in world.substances.values())
    for place, name in enumerate(world.substances):
        if name in RESERVED_SUBSTANCES:
            yield Problem(("substances", place if bare else name), f"{name} is reserved: choose another name")
    for name, material in world.materials.items():
        yield from unknown("substance", material.composition, world.substances, ("materials", name, "composition"))


def _company(world: World, company: Company, keys: Keys) -> Iterator[Problem]:
    yield from unknown("material", company.inventories, world.materials, (*keys, "inventories"))
    for name, process in company.processes.items():
        yield from _process(world, process, (*keys, "processes", name))
    for name, use in company.uses.items():
        yield from _use(world, use, (*keys, "uses", name))


def _process(world: World, process: Process, keys: Keys) -> Iterator[Problem]:
    for name, slot in process.inputs.items():
        yield from _inputs(world, slot.any_of, (*keys, "inputs"))
        yield from unknown("substance", slot.limits, (*world.substances, OTHER), (*keys, "inputs", name, "limits"))
    yield from unknown("material", process.outputs, world.materials, (*keys, "outputs"))
    yield from _coefficient_names(world, process, keys)
    yield from _own_outputs(process, keys)
    yield from needed(world, process.partnership, keys)


def _inputs(world: World, names: tuple[str, ...], keys: Keys) -> Iterator[Problem]:
    """A list of inputs has no slot name of its own in the file, so the problem is placed at `inputs`."""
    yield from unknown("material", names, world.materials, keys, place=False)
    if len(set(names)) < len(names):
        yield Problem(keys, "lists a material twice")


def _coefficient_names(world: World, process: Process, keys: Keys) -> Iterator[Problem]:
    substances = (*world.substances, OTHER)
    for section, parts in (("outputs", process.outputs), ("releases", process.releases)):
        for name, coefficients in parts.items():
            yield from unknown("substance", coefficients.by_substance or (), substances, (*keys, section, name))
    for name, emission in process.emissions.items():
        yield from unknown("substance", emission.by_substance, substances, (*keys, "emissions", name))


def _own_outputs(process: Process, keys: Keys) -> Iterator[Problem]:
    for key, name in (("per", process.per), ("makes_to", process.makes_to)):
        if name is not None and name not in process.outputs:
            yield Problem((*keys, key), f"{name} is not an output of this process{advice(name, process.outputs)}")
    for key, names in (("scrap", process.scrap), ("reused", process.reused)):
        for place, name in enumerate(names):
            if name not in process.outputs:
                message = f"{name} is not an output of this process{advice(name, process.outputs)}"
                yield Problem((*keys, key, place), message)


def needed(world: World, names: tuple[str, ...], keys: Keys) -> Iterator[Problem]:
    """Partnerships without which something does not exist, and that nobody declares."""
    yield from unknown("partnership", names, world.partnerships, (*keys, "partnership"), place=False)


def _use(world: World, use: Use, keys: Keys) -> Iterator[Problem]:
    yield from unknown("material", [use.material], world.materials, (*keys, "material"), place=False)
    yield from unknown("material", use.end_of_life, world.materials, (*keys, "end_of_life"))
    yield from unknown("substance", use.soiling, world.substances, (*keys, "soiling"))
    yield from needed(world, use.partnership, keys)


def _boundary(world: World, node: BoundaryNode, keys: Keys) -> Iterator[Problem]:
    yield from unknown("material", node.supplies, world.materials, (*keys, "supplies"))
    yield from unknown("material", node.accepts, world.materials, (*keys, "accepts"))
    for name, demand in node.demands.items():
        if demand.any_of:
            yield from listed("material", demand.any_of, world.materials, (*keys, "demands", name, "any_of"))
        else:
            yield from unknown("material", [name], world.materials, (*keys, "demands"))


def _partnerships(world: World) -> Iterator[Problem]:
    nodes = {**world.companies, **world.boundary}
    for name, partnership in world.partnerships.items():
        keys = ("partnerships", name, "partners")
        yield from unknown("node", partnership.partners, nodes, keys)
        if (partnership.capex or partnership.opex) and not partnership.partners:
            yield Problem(keys, "is missing: who bears the capex and opex? Write the share of each, like {smelter: 1}")


def _variants(world: World) -> Iterator[Problem]:
    for name, variant in world.variants.items():
        keys = ("variants", name)
        known = world.partnerships
        yield from listed("partnership", variant.partnerships or (), known, (*keys, "partnerships"))
        happening = variant.interventions or ()
        yield from listed("intervention", happening, world.interventions, (*keys, "interventions"))
