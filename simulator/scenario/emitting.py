"""Emissions that are given twice, in a unit that hides what they are, or by a factor that means something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.scenario.boundary import Accept
from simulator.scenario.catalogue import COLLECTION_ONLY
from simulator.scenario.contents import Contents, released
from simulator.scenario.gases import BIOGENIC_CO2, CARBON_DIOXIDE, WEIGHED, Gas
from simulator.scenario.models import Carrier, Process
from simulator.scenario.numbers import Number
from simulator.scenario.references import OTHER
from simulator.scenario.trade import arrives_as
from simulator.scenario.wrong import Keys, Problem

_HELD: tuple[Gas, ...] = (CARBON_DIOXIDE, "CH4", "CH4_biogenic", "N2O")
"""Gases that a published factor in t CO2e has in it."""
BURNING = ("incineration", "energy_recovery")
"""Fates in which carbon becomes CO2."""
_CARBON_GASES: tuple[Gas, ...] = (CARBON_DIOXIDE, BIOGENIC_CO2, WEIGHED)


def check_emissions(contents: Contents) -> Iterator[Problem]:
    """What is wrong with the emissions of carriers, processes and the treatment of waste."""
    world = contents.world
    for name, known in world.substances.items():
        if (known.carbon is None) != (known.fossil is None) and not _is_zero(known.carbon):
            missing = "carbon" if known.carbon is None else "fossil"
            yield Problem(("substances", name), f"`{missing}` is missing: carbon needs its fossil part beside it")
    for name, carrier in world.energy.items():
        yield from _carrier(carrier, ("energy", name))
    for company, node in world.companies.items():
        for name, process in node.processes.items():
            yield from _process(process, ("companies", company, "processes", name))
    for name, boundary in world.boundary.items():
        for material, accept in boundary.accepts.items():
            yield from _accept(accept, ("boundary", name, "accepts", material))
    yield from _unknown_carbon(contents)


def _is_zero(number: Number | None) -> bool:
    return number is not None and number.value == 0


def _carrier(carrier: Carrier, keys: Keys) -> Iterator[Problem]:
    factors = carrier.emission_factor.by_gas if carrier.emission_factor else {}
    if carrier.biogenic and WEIGHED in factors and not {CARBON_DIOXIDE, BIOGENIC_CO2}.intersection(factors):
        message = "in t CO2e hides what is biogenic: write its CO2 in t CO2/MWh, and the other gases by name beside it"
        yield Problem((*keys, "emission_factor"), message)
    yield from _twice(carrier, (*keys, "emission_factor"))
    if carrier.residual_mix is not None and carrier.fuel:
        yield Problem((*keys, "residual_mix"), "a fuel burnt on site has none: it is for purchased energy")
    elif carrier.residual_mix is not None and not factors:
        yield Problem((*keys, "residual_mix"), "needs an `emission_factor` beside it, for the location-based method")


def _twice(carrier: Carrier, keys: Keys) -> Iterator[Problem]:
    """A factor in t CO2e holds the usual gases; biogenic CO2 alone is no part of it."""
    factors = carrier.emission_factor.by_gas if carrier.emission_factor else {}
    held = [gas for gas in factors if gas in _HELD and not (gas == CARBON_DIOXIDE and carrier.biogenic)]
    if WEIGHED in factors and held:
        message = f"{WEIGHED} has {', '.join(held)} in it already: leave {WEIGHED} out, or the gases that it holds"
        yield Problem(keys, message)


def _process(process: Process, keys: Keys) -> Iterator[Problem]:
    for gas, emission in process.emissions.items():
        for number in filter(None, (emission.per_input, *emission.by_substance.values())):
            if gas != WEIGHED and number.unit.startswith("t CO2e"):
                yield Problem((*keys, "emissions", gas), f"in t CO2e it is weighed already: write it under {WEIGHED}")
            elif gas not in _CARBON_GASES and number.unit != "t/t":
                yield Problem((*keys, "emissions", gas), f"write it in t of {gas}, like `0.001 t/t`")
    if process.oxidation is None:
        return
    if "air" not in process.releases:
        yield Problem((*keys, "oxidation"), "needs `releases: {air: …}` beside it: what it burns leaves to the air")
    if any(process.emissions[gas].by_substance for gas in _CARBON_GASES if gas in process.emissions):
        message = "counts the carbon of what is released twice, `emissions` has it by substance: give one of the two"
        yield Problem((*keys, "oxidation"), message)


def _accept(accept: Accept, keys: Keys) -> Iterator[Problem]:
    given = [key for key in ("emission_factor", "oxidation", "decay") if getattr(accept, key) is not None]
    if len(given) > 1:
        yield Problem((*keys, given[-1]), f"counts the same emissions twice: give only one of {', '.join(given)}")
    if accept.oxidation is not None and accept.fate not in BURNING:
        yield Problem((*keys, "oxidation"), f"is of what is burnt; the fate is {accept.fate}")
    if accept.decay is not None and accept.fate != "landfill":
        yield Problem((*keys, "decay"), f"is of a landfill; the fate is {accept.fate}")
    factor = accept.emission_factor.factor if accept.emission_factor else None
    if factor is not None and factor.endswith(COLLECTION_ONLY):
        message = "is transport and sorting only, without the treatment, so that no two fates can be compared by it: "
        remedy = "give `oxidation` where it is burnt, `decay` where it is tipped, or a factor of the treatment"
        yield Problem((*keys, "emission_factor"), f"{factor} {message}{remedy}")


def _unknown_carbon(contents: Contents) -> Iterator[Problem]:
    """Substances that can be burnt and of which nobody said how much carbon they have."""
    substances = contents.world.substances
    for keys, burnt in _burning(contents):
        for name in sorted(burnt - {OTHER}):
            if name in substances and substances[name].carbon is None:
                remedy = f"write `substances: {{{name}: {{carbon: …, fossil: …}}}}`, or `carbon: 0` where it has none"
                yield Problem((*keys, "oxidation"), f"the carbon of {name} is not known: {remedy}")


def _burning(contents: Contents) -> Iterator[tuple[Keys, frozenset[str]]]:
    """What is burnt where, by substance."""
    yield from _burners(contents)
    for company, node in contents.world.companies.items():
        for name, process in node.processes.items():
            if process.oxidation is not None:
                burnt = released(process, "air", contents.entering[company, name])
                yield ("companies", company, "processes", name), burnt


def _burners(contents: Contents) -> Iterable[tuple[Keys, frozenset[str]]]:
    """Accepts that burn, and what reaches them."""
    world = contents.world
    found: dict[Keys, frozenset[str]] = {}
    burners = {
        (name, material)
        for name, node in world.boundary.items()
        for material, accept in node.accepts.items()
        if accept.oxidation is not None
    }
    carried = contents.arriving if burners else {}
    for name, substances in carried.items():
        target = (world.flows[name].receiver, arrives_as(world.flows[name]))
        if target in burners:
            keys = ("boundary", target[0], "accepts", target[1])
            found[keys] = found.get(keys, frozenset()) | substances
    return found.items()
