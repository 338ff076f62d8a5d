"""Which substances can be where: from supplies and initial stocks along flows, processes and uses, to a fixpoint."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from simulator.scenario.entered import starts_filled
from simulator.scenario.models import Coefficients, Company, Material, Process, Use, World
from simulator.scenario.references import OTHER
from simulator.scenario.trade import arrives_as

Place = tuple[str, str]
"""Company and material."""


@dataclass(frozen=True)
class Contents:
    """Which substances can be where in a world, found once for all that ask."""

    world: World

    @cached_property
    def entering(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Substances that can enter each process, by company and process.

        Nothing is switched off here: what a flow has brought stays when the flow ends. A process that nothing reaches
        is held to the declared composition of its inputs.
        """
        return {
            (name, key): _inside(self.world, self._places, name, process)
            for name, company in self.world.companies.items()
            for key, process in company.processes.items()
        }

    @cached_property
    def arriving(self) -> Mapping[str, frozenset[str]]:
        """Substances that can be in what each flow carries."""
        return {
            name: frozenset(self._places.get((flow.sender, flow.material), ()))
            if flow.sender in self.world.companies
            else declared(self.world.materials[flow.material])
            for name, flow in self.world.flows.items()
            if flow.material in self.world.materials
        }

    @cached_property
    def _places(self) -> dict[Place, set[str]]:
        return _Spread(self.world).followed()


def released(process: Process, medium: Literal["air", "water", "soil"], entering: frozenset[str]) -> frozenset[str]:
    """Substances of those that enter which a process can release to a medium."""
    part, named = process.releases.get(medium), named_substances(process)
    return frozenset(name for name in entering if part is not None and _passes(part, name, named))


def named_substances(process: Process) -> frozenset[str]:
    """Substances that a mapping among the outputs and releases names."""
    parts = (*process.outputs.values(), *process.releases.values())
    return frozenset(substance for part in parts for substance in part.by_substance or ())


def declared(material: Material) -> frozenset[str]:
    """Substances of the declared composition, with `other` where it leaves something open."""
    present = {name for name, part in material.composition.items() if part.bounds()[1] > 0}
    least = sum(part.bounds()[0] for part in material.composition.values())
    return frozenset(present | ({OTHER} if least < 1 - 1e-9 else set()))


def _inside(world: World, contents: dict[Place, set[str]], company: str, process: Process) -> frozenset[str]:
    materials = _materials(process)
    found = {substance for material in materials for substance in contents.get((company, material), ())}
    if found:
        return frozenset(found)
    known = (world.materials[material] for material in materials if material in world.materials)
    return frozenset(substance for material in known for substance in declared(material))


def _materials(process: Process) -> list[str]:
    return [material for slot in process.inputs.values() for material in slot.any_of]


class _Spread:
    """Substances by company and material, growing until nothing new arrives."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: defaultdict[Place, set[str]] = defaultdict(set)
        self._changed: deque[Place] = deque()
        self._onward: defaultdict[Place, list[Place]] = defaultdict(list)
        self._makers: defaultdict[Place, list[tuple[str, Process]]] = defaultdict(list)
        self._uses: defaultdict[Place, list[tuple[str, Use]]] = defaultdict(list)

    def followed(self) -> dict[Place, set[str]]:
        """Follow everything that starts somewhere to wherever it can go."""
        for name, company in self.world.companies.items():
            self._company(name, company)
        self._flows()
        while self._changed:
            self._follow(self._changed.popleft())
        return dict(self.found)

    def _add(self, place: Place, substances: set[str] | frozenset[str]) -> None:
        if not substances <= self.found[place]:
            self.found[place] |= substances
            self._changed.append(place)

    def _company(self, name: str, company: Company) -> None:
        for process in company.processes.values():
            for material in _materials(process):
                self._makers[name, material].append((name, process))
        for use in company.uses.values():
            self._uses[name, use.material].append((name, use))
            if starts_filled(use):
                self._retire(name, use, self._declared(use.material))
        for material, inventory in company.inventories.items():
            if inventory.initial is not None and inventory.initial.bounds()[1] > 0:
                self._add((name, material), self._declared(material))

    def _flows(self) -> None:
        for flow in self.world.flows.values():
            target = (flow.receiver, arrives_as(flow))
            if flow.sender in self.world.boundary:
                self._add(target, self._declared(flow.material))
            else:
                self._onward[flow.sender, flow.material].append(target)

    def _declared(self, material: str) -> frozenset[str]:
        known = self.world.materials.get(material)
        return declared(known) if known is not None else frozenset()

    def _follow(self, place: Place) -> None:
        for target in self._onward[place]:
            self._add(target, self.found[place])
        for company, process in self._makers[place]:
            for material, substances in _yields(process, self.found[place]):
                self._add((company, material), substances)
        for company, use in self._uses[place]:
            self._retire(company, use, self.found[place])

    def _retire(self, company: str, use: Use, substances: set[str] | frozenset[str]) -> None:
        soiled = {name for name, part in use.soiling.items() if part.table is not None or part.bounds()[1] > 0}
        for material in use.end_of_life:
            self._add((company, material), substances | soiled)


def _yields(process: Process, substances: set[str]) -> Iterator[tuple[str, set[str]]]:
    """Substances that each output can receive of those that come in."""
    named = named_substances(process)
    for material, part in process.outputs.items():
        yield material, {substance for substance in substances if _passes(part, substance, named)}


def _passes(part: Coefficients, substance: str, named: frozenset[str]) -> bool:
    if part.rest:
        return True
    if part.by_substance is None and part.total is None:
        return substance not in named
    number = part.total or (part.by_substance or {}).get(substance)
    return number is not None and (number.table is not None or number.bounds()[1] > 0)
