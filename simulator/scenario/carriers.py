"""Carriers and their levels: what serves what, and whether all that is said of energy fits together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from simulator.scenario.energy import Converter, EnergyFlow, Generator
from simulator.scenario.models import Company, World
from simulator.scenario.numbers import Number
from simulator.scenario.references import needed, unknown
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem, advice

Unit = Generator | Converter


def carrier_of(name: str) -> str:
    """The carrier of a level: `heat` of `heat.steam`."""
    return name.partition(".")[0]


def temperature(world: World, name: str) -> float | None:
    """Temperature of a level, °C; None for a carrier without levels."""
    carrier, _, level = name.partition(".")
    return world.energy[carrier].levels[level].value if level else None


def serves(world: World, source: str, need: str) -> bool:
    """Whether one level can serve another: of the same carrier, and at least as hot."""
    if carrier_of(source) != carrier_of(need):
        return False
    hot, cold = temperature(world, source), temperature(world, need)
    return source == need or (hot is not None and cold is not None and hot >= cold)


def sold(world: World, name: str) -> bool:
    """Whether the grid sells a carrier, or level: what has a price or an emission factor."""
    carrier = world.energy.get(name)
    return carrier is not None and (carrier.price is not None or carrier.emission_factor is not None)


def followed(unit: Unit) -> str:
    """The carrier that a unit's capacity refers to."""
    return unit.follows or next(iter(unit.gives))


def check_energy(world: World, series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is wrong with carriers, units, storages and flows of energy."""
    for name, company in world.companies.items():
        yield from _company(world, company, ("companies", name), series)
    nodes = {**world.boundary, **world.companies}
    for name, flow in world.energy_flows.items():
        yield from _flow(world, flow, nodes, ("flows", name))
    yield from _never_sold(world)
    yield from _cycles(world)
    yield from _unsupplied(world)


def _never_sold(world: World) -> Iterator[Problem]:
    """Of a carrier with levels nobody would pay the price, and nobody but who burns a fuel would count the factor."""
    for name, carrier in world.energy.items():
        given = {"price": carrier.price, "emission_factor": None if carrier.fuel else carrier.emission_factor}
        for key in (key for key, value in given.items() if carrier.levels and value is not None):
            remedy = "give it by a flow from a boundary node, or by a converter"
            yield Problem(("energy", name, key), f"the grid does not sell a carrier with levels: {remedy}")


def known(world: World, names: Collection[str], keys: Keys, place: bool = True) -> Iterator[Problem]:
    """A problem for each name that is no carrier, or that lacks its level."""
    for name in names:
        message = _unknown(world, name)
        if message:
            yield Problem((*keys, name) if place else keys, message)


def _unknown(world: World, name: str) -> str:
    carrier, _, level = name.partition(".")
    if carrier not in world.energy:
        return f"unknown energy carrier {carrier}{advice(carrier, world.energy)}"
    levels = world.energy[carrier].levels
    if not level and levels:
        return f"{carrier} has levels: write {' or '.join(f'{carrier}.{item}' for item in levels)}"
    if level and level not in levels:
        return f"{carrier} has no level {level}{advice(level, levels) or f': declare it in energy.{carrier}.levels'}"
    return ""


def _company(world: World, company: Company, keys: Keys, series: Mapping[str, Series]) -> Iterator[Problem]:
    yield from known(world, company.loads, (*keys, "loads"))
    for name, process in company.processes.items():
        yield from known(world, process.energy, (*keys, "processes", name, "energy"))
        if process.start_up is not None:
            yield from known(world, process.start_up.energy, (*keys, "processes", name, "start_up", "energy"))
    for name, generator in company.generators.items():
        yield from _unit(world, generator, (*keys, "generators", name), series)
    for name, converter in company.converters.items():
        yield from _unit(world, converter, (*keys, "converters", name), series)
        yield from _converter(world, converter, (*keys, "converters", name), series)
    for name, storage in company.energy_storage.items():
        yield from known(world, [storage.carrier], (*keys, "energy_storage", name, "carrier"), place=False)
        yield from needed(world, storage.partnership, (*keys, "energy_storage", name))


def _unit(world: World, unit: Unit, keys: Keys, series: Mapping[str, Series]) -> Iterator[Problem]:
    yield from known(world, unit.gives, (*keys, "gives"), place=len(unit.gives) > 1)
    yield from known(world, [unit.from_] if unit.from_ else [], (*keys, "from"), place=False)
    yield from needed(world, unit.partnership, keys)
    if len(unit.gives) > 1:
        yield from _several(unit, keys)
    elif unit.follows is not None and unit.follows not in unit.gives:
        yield Problem((*keys, "follows"), f"it does not give {unit.follows}{advice(unit.follows, unit.gives)}")
    yield from _fuel(unit, keys)
    yield from _gain(unit, keys, series)


def _several(unit: Unit, keys: Keys) -> Iterator[Problem]:
    if unit.follows not in unit.gives:
        yield Problem(keys, f"gives several carriers: say which it `follows`, {' or '.join(unit.gives)}")
    if unit.efficiency is not None:
        yield Problem((*keys, "efficiency"), "stands with each carrier in `gives`, where there are several")
    if unit.from_ is None:
        yield Problem(keys, "gives several carriers: say what it burns, `from`")


def _fuel(unit: Unit, keys: Keys) -> Iterator[Problem]:
    """What uses a carrier says how much of it; what uses none has nothing to say."""
    given = unit.efficiency is not None or getattr(unit, "cop", None) is not None
    written = any(number.value != 1 for number in unit.gives.values())
    if unit.from_ is not None and len(unit.gives) == 1 and not (given or written):
        yield Problem(keys, "needs an `efficiency`: energy given per energy used")
    if unit.from_ is not None and unit.from_ in unit.gives:
        yield Problem((*keys, "from"), f"it gives {unit.from_} itself")
    if unit.from_ is None and (unit.efficiency is not None or (written and len(unit.gives) == 1)):
        yield Problem((*keys, "efficiency" if unit.efficiency else "gives"), "of what? say what it uses, `from`")
    if unit.from_ is not None and given and written and len(unit.gives) == 1:
        yield Problem((*keys, "gives"), "says how much it gives, and so does the efficiency or cop: leave one out")


def _gain(unit: Unit, keys: Keys, series: Mapping[str, Series]) -> Iterator[Problem]:
    """Nothing gives more than goes in, whatever a series or a distribution says; heat pumps alone seem to."""
    if unit.efficiency is not None and _highest(unit.efficiency, series) > 1:
        pump = "; of a heat pump write `cop: {source: 10 degC, quality: 0.45}`"
        more = ": more than goes in" if isinstance(unit, Generator) else pump
        yield Problem((*keys, "efficiency"), f"is more than 1{more}")
    total = sum(_highest(number, series) for number in unit.gives.values())
    if unit.from_ is not None and total > 1:
        yield Problem((*keys, "gives"), f"gives {total:g} MWh per MWh used: more than goes in")


def _converter(world: World, unit: Converter, keys: Keys, series: Mapping[str, Series]) -> Iterator[Problem]:
    if unit.efficiency is not None and unit.cop is not None:
        yield Problem((*keys, "cop"), "only one of efficiency, cop can say what it gives")
    if unit.cop is not None and not any(_unknown(world, name) for name in unit.gives):
        yield from _heat_pump(world, unit, (*keys, "cop"), series)


def _heat_pump(world: World, unit: Converter, keys: Keys, series: Mapping[str, Series]) -> Iterator[Problem]:
    hot = temperature(world, next(iter(unit.gives)))
    if len(unit.gives) > 1 or hot is None or unit.cop is None:
        yield Problem(keys, "a heat pump gives one level of heat: declare its temperature in the carrier's `levels`")
    elif _highest(unit.cop.source, series) >= hot:
        message = f"must stay below the {hot:g} degC that it gives; heat that is hot enough needs no pump"
        yield Problem((*keys, "source"), message)


def _highest(number: Number, series: Mapping[str, Series]) -> float:
    if number.table is not None:
        return series[number.table].high * number.times if number.table in series else -273.15
    return max(number.value, *number.bounds())


def _flow(world: World, flow: EnergyFlow, nodes: Collection[str], keys: Keys) -> Iterator[Problem]:
    yield from known(world, [flow.energy], (*keys, "energy"), place=False)
    yield from unknown("node", [flow.sender], nodes, (*keys, "from"), place=False)
    yield from unknown("node", [flow.receiver], nodes, (*keys, "to"), place=False)
    yield from needed(world, flow.partnership, keys)
    if flow.sender == flow.receiver:
        yield Problem(keys, f"goes from {flow.sender} to itself")
    elif flow.sender in world.boundary and flow.receiver in world.boundary:
        yield Problem(keys, "joins two boundary nodes: what happens outside is not followed")


def _cycles(world: World) -> Iterator[Problem]:
    """No carrier is made, over any number of steps, from itself: what is dispatched first could not be told."""
    for kind, units, made in (
        ("converter", list(converters(world)), _made_of(world)),
        ("generator", list(generators(world)), _generated_of(world)),
    ):
        circular = [carrier for carrier in sorted(made) if carrier in _upstream(made, carrier)]
        for carrier in circular[:1]:
            paths = [keys for keys, unit in units if carrier in map(carrier_of, unit.gives)]
            yield Problem(paths[0], f"{carrier} would be made from itself: leave one {kind} of the circle out")


def converters(world: World) -> Iterator[tuple[Keys, Converter]]:
    """All converters, with their paths."""
    for name, company in world.companies.items():
        for unit, converter in company.converters.items():
            yield ("companies", name, "converters", unit), converter


def generators(world: World) -> Iterator[tuple[Keys, Generator]]:
    """All generators, with their paths: what makes a carrier before what burns it, else by company and name."""
    made = _generated_of(world)
    found = [
        (("companies", name, "generators", unit), generator)
        for name, company in world.companies.items()
        for unit, generator in company.generators.items()
    ]
    yield from sorted(found, key=lambda item: (_steps(made, item[1]), item[0]))


def _steps(made: Mapping[str, set[str]], unit: Generator) -> int:
    return 0 if unit.from_ is None else 1 + len(_upstream(made, carrier_of(unit.from_)))


def _generated_of(world: World) -> dict[str, set[str]]:
    """For every carrier that generators give, what they burn for it."""
    made: dict[str, set[str]] = {}
    for company in world.companies.values():
        for unit in company.generators.values():
            for name in unit.gives if unit.from_ is not None else ():
                made.setdefault(carrier_of(name), set()).add(carrier_of(str(unit.from_)))
    return made


def dispatch_order(world: World) -> tuple[str, ...]:
    """Carriers in the order in which they are served: what is made before what it is made from."""
    made = _made_of(world)
    return tuple(sorted(world.energy, key=lambda name: (-len(_upstream(made, name)), name)))


def _made_of(world: World) -> dict[str, set[str]]:
    """For every carrier that converters follow, what they use and what else they give."""
    made: dict[str, set[str]] = {}
    for _, unit in converters(world):
        leading = carrier_of(followed(unit))
        others = {carrier_of(name) for name in (unit.from_, *unit.gives)}
        made.setdefault(leading, set()).update(others - {leading})
    return made


def _upstream(made: Mapping[str, set[str]], carrier: str) -> set[str]:
    found: set[str] = set()
    todo = list(made.get(carrier, ()))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(made.get(name, ()))
    return found


def _unsupplied(world: World) -> Iterator[Problem]:
    """Whatever a company uses, someone can supply."""
    for name, company in world.companies.items():
        sources = set(_sources(world, name, company))
        for keys, carrier in _needs(company, ("companies", name)):
            served = any(serves(world, source, carrier) for source in sources if not _unknown(world, source))
            if not (_unknown(world, carrier) or sold(world, carrier) or served):
                yield Problem(keys, f"nobody supplies {carrier} here: {_remedy(world, carrier)}")


def _remedy(world: World, name: str) -> str:
    grid = f"give energy.{name} a price or an emission_factor, so that the grid sells it, or "
    return f"{'' if world.energy[carrier_of(name)].levels else grid}add a flow, a converter or a generator"


def _needs(company: Company, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """What a company uses, with the paths that say so."""
    yield from (((*keys, "loads", carrier), carrier) for carrier in company.loads)
    for name, process in company.processes.items():
        for carrier, number in process.energy.items():
            if number.table is not None or number.value > 0:
                yield (*keys, "processes", name, "energy", carrier), carrier
        for carrier in process.start_up.energy if process.start_up else ():
            yield (*keys, "processes", name, "start_up", "energy", carrier), carrier
    for name, generator in company.generators.items():
        if generator.from_ is not None:
            yield (*keys, "generators", name, "from"), generator.from_
    for name, converter in company.converters.items():
        yield (*keys, "converters", name, "from"), converter.from_


def _sources(world: World, name: str, company: Company) -> Iterator[str]:
    """Carriers and levels that a company gets from anyone but the grid, and those it has at the start."""
    for process in company.processes.values():
        yield from (carrier for carrier, number in process.energy.items() if number.table or number.value < 0)
    for generator in company.generators.values():
        yield from generator.gives
    for converter in company.converters.values():
        yield from converter.gives
    for storage in company.energy_storage.values():
        yield from [storage.carrier] if storage.initial and storage.initial.value > 0 else []
    yield from (flow.energy for flow in world.energy_flows.values() if flow.receiver == name)
