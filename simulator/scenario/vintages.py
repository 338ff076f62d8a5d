"""Factors in t CO2e that were weighed with another GWP set than the scenario's: said, because it cannot be mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from simulator.scenario.catalogue import entry
from simulator.scenario.gases import WEIGHED, gas_of
from simulator.scenario.models import World
from simulator.scenario.numbers import Number

UNKNOWN = ""
"""Vintage of a factor that the user gave in t CO2e."""
_NAMED = 3
"""So many factors are named in a warning."""


def mixed_vintages(worlds: Iterable[World]) -> Iterator[str]:
    """A warning for each GWP set that some world mixes with its own; those of unknown vintage where it is not AR5."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for world in worlds:
        for path, number in _weighed(world):
            vintage = entry(number.factor).gwp if number.factor else UNKNOWN
            if vintage != world.gwp and (vintage != UNKNOWN or world.gwp != "ar5"):
                found[world.gwp, vintage].append(path)
    for (gwp, vintage), paths in found.items():
        by = f"by {vintage.upper()}" if vintage else "by a GWP set that nobody stated"
        yield f"gwp: {gwp}, but {_some(list(dict.fromkeys(paths)))} in t CO2e {by}, which no switch can touch"


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more} {'are' if len(paths) > 1 else 'is'}"


def _weighed(world: World) -> Iterator[tuple[str, Number]]:
    """Every factor in t CO2e, with its path."""
    for path, number in _factors(world):
        if number is not None and gas_of(number) == WEIGHED and number.value != 0:
            yield path, number


def _factors(world: World) -> Iterator[tuple[str, Number | None]]:
    for name, carrier in world.energy.items():
        if carrier.emission_factor is not None:
            yield f"energy.{name}.emission_factor", carrier.emission_factor.by_gas.get(WEIGHED)
        yield f"energy.{name}.residual_mix", carrier.residual_mix
    for name, mode in world.transport.items():
        yield f"transport.{name}.emission_factor", mode.emission_factor
    for name, node in world.boundary.items():
        for section, parts in (("supplies", node.supplies), ("accepts", node.accepts)):
            for material, part in parts.items():
                yield f"boundary.{name}.{section}.{material}.emission_factor", part.emission_factor
    for company, inside in world.companies.items():
        for name, process in inside.processes.items():
            if WEIGHED in process.emissions:
                path = f"companies.{company}.processes.{name}.emissions.{WEIGHED}"
                yield path, process.emissions[WEIGHED].per_input
