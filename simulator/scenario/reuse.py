"""Products that are used again: where what was in use becomes `reused`.

What retires is post-consumer. Of that, `reused` becomes what retires into an inventory from which a use of its company
takes; what a flow brings to such an inventory, if no process has had it since it retired; and what a process names in
`reused`. There it re-enters use; the label stays until it retires again.
"""

from __future__ import annotations

from simulator.scenario.models import World
from simulator.scenario.trade import arrives_as

Place = tuple[str, str]
"""A company and a material."""


def reuses(world: World) -> bool:
    """Whether anything in a world may be used again."""
    processes = (process for company in world.companies.values() for process in company.processes.values())
    return bool(reused_ends(world) or reused_flows(world)) or any(process.reused for process in processes)


def reused_ends(world: World) -> set[tuple[str, str, str]]:
    """Company, use and material of what retires straight into an inventory from which a use takes."""
    taken = _taken(world)
    return {end for end in _ends(world) if (end[0], end[2]) in taken}


def reused_flows(world: World) -> set[str]:
    """Flows that bring what retired, unprocessed, to an inventory from which a use takes."""
    retired, taken = _retired(world), _taken(world)
    return {
        name
        for name, flow in world.flows.items()
        if (flow.sender, flow.material) in retired and (flow.receiver, arrives_as(flow)) in taken
    }


def _ends(world: World) -> list[tuple[str, str, str]]:
    return [
        (name, key, material)
        for name, company in world.companies.items()
        for key, use in company.uses.items()
        for material in use.end_of_life
    ]


def _taken(world: World) -> set[Place]:
    """Inventories from which uses take."""
    return {(name, use.material) for name, company in world.companies.items() for use in company.uses.values()}


def _retired(world: World) -> set[Place]:
    """Inventories to which what retired comes, straight or over flows."""
    onward: dict[Place, list[Place]] = {}
    for flow in world.flows.values():
        if flow.receiver in world.companies:
            onward.setdefault((flow.sender, flow.material), []).append((flow.receiver, arrives_as(flow)))
    todo = [(company, material) for company, _, material in _ends(world)]
    found = set(todo)
    while todo:
        new = set(onward.get(todo.pop(), [])) - found
        found |= new
        todo += new
    return found
