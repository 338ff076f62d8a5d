"""What lanes must have in common to share a plan: all that is no number."""

from __future__ import annotations

from simulator.engine.axes import index_of
from simulator.scenario.carriers import Unit
from simulator.scenario.models import Carrier, Company, Converter, World


def structure_of(world: World) -> object:
    """What is no number and must be equal for lanes to share a plan."""
    time, companies = world.time, sorted(world.companies.items())
    return (
        index_of(world, (), ()),
        (time.start, time.end, time.step, time.report, world.calendar, world.in_rounds),
        [(name, company.review_period) for name, company in companies],
        [
            (name, material, held.residence, held.fifo)
            for name, company in companies
            for material, held in sorted(company.inventories.items())
            if held.residence or held.fifo
        ],
        [
            (name, use, entry.cohort, entry.demand == "any", entry.stock is None)
            for name, company in companies
            for use, entry in sorted(company.uses.items())
        ],
        [
            (
                name,
                process,
                recipe.needs_energy,
                recipe.duration,
                recipe.per,
                recipe.makes_to,
                sorted(recipe.scrap),
                sorted(recipe.reused),
                recipe.outages is None,
                recipe.learning and recipe.learning.shared,
            )
            for name, company in companies
            for process, recipe in sorted(company.processes.items())
        ],
        [(name, flow.lead_time) for name, flow in sorted(world.flows.items())],
        [
            (name, flow.contract is None, flow.agreed.period, flow.agreed.start, flow.agreed.end)
            for name, flow in sorted(world.flows.items())
            if flow.agreed
        ],
        [
            (name, demand, entry.rate is None)
            for name, node in sorted(world.boundary.items())
            for demand, entry in sorted(node.demands.items())
        ],
        _energy(world),
    )


def _energy(world: World) -> object:
    """What of the energy is no number: levels, ranks of flows and converters, what units use and give."""
    flows, companies = sorted(world.energy_flows.items()), sorted(world.companies.items())
    return (
        [(name, _levels(carrier)) for name, carrier in sorted(world.energy.items())],
        [(name, flow.sender, flow.receiver, flow.energy, flow.rank) for name, flow in flows],
        [(name, _units(company)) for name, company in companies],
        [(name, _storages(company)) for name, company in companies],
    )


def _levels(carrier: Carrier) -> object:
    return sorted((name, number.value) for name, number in carrier.levels.items())


def _storages(company: Company) -> object:
    return sorted((name, storage.carrier) for name, storage in company.energy_storage.items())


def _units(company: Company) -> object:
    generators = [(key, _unit(unit), 0) for key, unit in sorted(company.generators.items())]
    return generators, [(key, _unit(unit), unit.rank) for key, unit in sorted(company.converters.items())]


def _unit(unit: Unit) -> object:
    pump = isinstance(unit, Converter) and unit.cop is not None
    return unit.from_ or "", sorted(unit.gives), unit.follows or "", pump
