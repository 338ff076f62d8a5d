"""What is there at the start of a run: it holds then and never again, whatever changes later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from simulator.scenario.entered import check_vintages, starts_filled
from simulator.scenario.models import Company, Storage, Use, World
from simulator.scenario.scenario import Series, Variant
from simulator.scenario.wrong import Keys, Problem


def check_opening(world: World, series: Mapping[str, Series]) -> Iterator[Problem]:
    """Storages of a first world that would hold more than they can, vintages that do not reach up to the start."""
    yield from check_vintages(world, series)
    for name, company in world.companies.items():
        for key, storage in company.energy_storage.items():
            yield from _overfull(storage, ("companies", name, "energy_storage", key, "initial"))


def _overfull(storage: Storage, keys: Keys) -> Iterator[Problem]:
    most, initial = storage.capacity, storage.initial
    if initial is not None and most.table is None and initial.value > most.value:
        yield Problem(keys, f"{initial.value:g} MWh is more than the capacity of {most.value:g} MWh")


def lost_openings(variants: Iterable[Variant]) -> Iterator[str]:
    """A warning for everything that is to hold something at the start and comes later, as a partnership does."""
    late = {path: None for variant in variants for path in _late(variant)}
    for path in late:
        yield f"{path}.initial: is not there at the start of the run, so that it starts empty: leave it out"


def _late(variant: Variant) -> Iterator[str]:
    first = dict(_filled(variant.epochs[0].world))
    for epoch in variant.epochs[1:]:
        yield from (path for path, there in _filled(epoch.world) if there and not first[path])


def _filled(world: World) -> Iterator[tuple[str, bool]]:
    """Paths of storages and uses that say what they hold at the start, and whether they are switched on."""
    for name, company in world.companies.items():
        for path, part in _parts(company):
            if starts_filled(part) if isinstance(part, Use) else part.initial is not None and part.initial.value > 0:
                yield f"companies.{name}.{path}", company.active and part.active


def _parts(company: Company) -> Iterator[tuple[str, Storage | Use]]:
    yield from ((f"energy_storage.{key}", storage) for key, storage in company.energy_storage.items())
    yield from ((f"uses.{key}", use) for key, use in company.uses.items())
