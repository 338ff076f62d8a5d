"""What of a world makes rows in the tables of a plan, besides its structure: a plan has the rows of all its worlds."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.engine.axes import origins
from simulator.scenario.buses import buses
from simulator.scenario.forms import COST
from simulator.scenario.models import Company, World
from simulator.scenario.needed import needed_stores

Shown = tuple[object, ...]


def shown(world: World) -> frozenset[Shown]:
    """What makes rows of a plan's tables wherever any world has it."""
    return frozenset(_shown(world))


def _shown(world: World) -> Iterator[Shown]:
    yield from (("needed", *store) for store in needed_stores(world))
    yield from [("cheapest",)] if any(flow.rank == COST for flow in world.flows.values()) else []
    yield from (("origin", name) for name in origins([world]))
    for bus, joints in buses(world).items():
        yield from (("user", bus, joint) for joint in joints.users)
        yield from (("source", bus, joint) for joint in joints.sources)
    for name, company in world.companies.items():
        yield from ((name, *rest) for rest in _of_company(company))


def _of_company(company: Company) -> Iterator[Shown]:
    for name, process in company.processes.items():
        yield from (("energy", name, key) for key in process.energy)
        yield from (("limit", name, slot, key) for slot, taken in process.inputs.items() for key in taken.limits)
    for name, held in company.inventories.items():
        if held.order_up_to is not None or held.order_quantity is not None:
            yield "ordered", name
    yield from (("ages", name) for name, use in company.uses.items() if use.report_ages)
