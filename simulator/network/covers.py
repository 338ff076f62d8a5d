"""Orders for days of use where none is known: no first choice, as declared, makes any of what is counted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.network.finding import Finding
from simulator.network.parts import Place, active, feed, limited, nominal_use, open_flows, takers
from simulator.scenario.models import Company, Demand, Inventory, Process, World
from simulator.scenario.needed import leading
from simulator.scenario.numbers import Number
from simulator.scenario.recipes import nominal_yield
from simulator.scenario.trade import arrives_as


def uncovered(worlds: Sequence[World]) -> Iterator[Finding]:
    """What is ordered for days of use has a use that the declared compositions tell.

    A rate `per` output asks for input by the output's nominal yield, and where nothing says how much of an output is
    wanted, its cover is days of what is made nominally. Where that yield is 0, nothing is ever ordered, though what
    arrives may well contain what the output is made of.
    """
    for world in worlds:
        delivered = {(flow.receiver, arrives_as(flow)) for _, flow in open_flows(world)}
        for name, company in active(world.companies).items():
            for key, process in active(company.processes).items():
                path = f"companies.{name}"
                yield from _inputs(world, delivered, name, process, f"{path}.processes.{key}.per")
                yield from _needs(world, name, process, f"{path}.inventories")
                yield from _outputs(world, name, process, f"{path}.inventories")


def unordered(worlds: Sequence[World]) -> Iterator[Finding]:
    """Of what flows could bring a company to work up or to use, some is ordered: a level of 0 t orders nothing."""
    idle = [set(_idle(world)) for world in worlds]
    for name, material in sorted(set.intersection(*idle)) if idle else ():
        path = f"companies.{name}.inventories.{material}.order_up_to"
        what = "nothing is ordered up to a level of nothing, so that no flow brings any"
        yield Finding(path, f"{what}: write a small level, or leave it out to order what is used")


def _idle(world: World) -> Iterator[Place]:
    """Places of inputs to which flows could bring something, and whose level is 0 t."""
    for _, flow in open_flows(world):
        company, material = active(world.companies).get(flow.receiver), arrives_as(flow)
        if company and material in _drawn(company) and _nothing(company.inventories.get(material, Inventory()).level):
            yield flow.receiver, material


def _nothing(level: Number | None) -> bool:
    return level is not None and level.unit == "t" and level.value == 0 and level.table is None


def _drawn(company: Company) -> set[str]:
    inputs = {item for process in active(company.processes).values() for item in feed(process)}
    return inputs | {use.material for use in active(company.uses).values()}


def _inputs(world: World, delivered: set[Place], name: str, process: Process, path: str) -> Iterator[Finding]:
    """Nothing is ordered for a process of which no use of its inputs is known."""
    if process.per is None or nominal_yield(world, process, process.per) > 0:
        return
    company = world.companies[name]
    ordered = [item for item in feed(process) if (name, item) in delivered and _by_cover(company, item)]
    if ordered:
        level = f"give {' and '.join(f'companies.{name}.inventories.{item}' for item in ordered)} an order_up_to in t"
        what = f"{_nothing_of(process, process.per)}, so that no {' or '.join(ordered)} is ordered for it"
        yield Finding(path, f"{what}: {_declare(world, process)}, or {level}")


def _needs(world: World, name: str, process: Process, path: str) -> Iterator[Finding]:
    """What is ordered as needed is never needed where none of what is asked for is made of it."""
    company = world.companies[name]
    lead = leading(world, company, process)
    needed = [item for item in feed(process) if company.inventories.get(item, Inventory()).needed]
    if needed and lead is not None and nominal_yield(world, process, lead) <= 0:
        what = f"{_nothing_of(process, lead)}, so that none is ever needed: {_declare(world, process)}"
        yield Finding(f"{path}.{needed[0]}.order_up_to", f"{what}, or say it in t")


def _outputs(world: World, name: str, process: Process, path: str) -> Iterator[Finding]:
    """A process is held back for ever by an output of which no use and no make is known."""
    company = world.companies[name]
    for output in process.outputs:
        level = company.inventories.get(output, Inventory()).level
        if level is not None and level.unit == "day" and not _known(world, (name, output)):
            what = f"{_nothing_of(process, output)}, and nothing says how much is wanted, so that none is made"
            yield Finding(f"{path}.{output}.order_up_to", f"{what}: {_declare(world, process)}, or say it in t")


def _by_cover(company: Company, material: str) -> bool:
    """Whether an input is ordered for days of its nominal use, as it is without a policy."""
    held = company.inventories.get(material, Inventory())
    if held.order_up_to is not None:
        return held.level is None or held.level.unit == "day"
    uses = active(company.uses).values()
    return held.order_quantity is None and not any(use.material == material and use.demand == "any" for use in uses)


def _known(world: World, place: Place) -> bool:
    """Whether something that is declared says how much of an output is used, wanted, or made."""
    node, material = place
    company = world.companies[node]
    makers = [process for process in active(company.processes).values() if material in process.outputs]
    made = any(nominal_yield(world, process, material) > 0 for process in makers)
    return made or nominal_use(world, company, material) != 0 or _wanted(world, place)


def _wanted(world: World, place: Place) -> bool:
    """Whether something at the other end of a flow says how much it wants."""
    for _, flow in open_flows(world):
        if (flow.sender, flow.material) == place:
            company = world.companies.get(flow.receiver)
            material = arrives_as(flow)
            if company and (nominal_use(world, company, material) != 0 or limited(company, material)):
                return True
            if not company and any(isinstance(end, Demand) and end.rate for end in takers(world, flow)):
                return True
    return False


def _nothing_of(process: Process, output: str) -> str:
    return f"no {output} comes of {' and '.join(_firsts(process))} as declared"


def _declare(world: World, process: Process) -> str:
    """The remedy at its root: composition of what has none, else of all first choices."""
    firsts = _firsts(process)
    unknown = [name for name in firsts if not world.materials[name].composition] or firsts
    return f"declare the composition of {' and '.join(f'materials.{name}' for name in unknown)}"


def _firsts(process: Process) -> list[str]:
    return [slot.any_of[0] for slot in process.inputs.values()]
