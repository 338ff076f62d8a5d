"""Fewer rows for many lanes: long runs are recorded by year, since no sum depends on how often a ledger is closed."""

from __future__ import annotations

from dataclasses import replace

from simulator.scenario.models import World
from simulator.scenario.numbers import Span
from simulator.scenario.scenario import Epoch, Scenario, Variant
from simulator.units import DAYS_PER_YEAR

LONG = 3
"""Years from which on a year is fine enough to see the course of a run."""
YEAR = Span(months=12)
YEARLY = "time.report=year"
"""The same as an override, for a file that is to be read: no sum over a run depends on it, and a year is quickest."""


def coarse(scenario: Scenario) -> Scenario:
    """The same, recorded by year where it lasts long and reports more often: less memory, less to account for."""
    world = scenario.world
    if world.days < 0.999 * LONG * DAYS_PER_YEAR or world.time.report.days() >= YEAR.days():
        return scenario
    known: dict[int, World] = {}
    variants = {name: _variant(variant, known) for name, variant in scenario.variants.items()}
    return replace(scenario, world=_world(world, known), variants=variants)


def _variant(variant: Variant, known: dict[int, World]) -> Variant:
    return replace(variant, epochs=tuple(Epoch(one.start, _world(one.world, known)) for one in variant.epochs))


def _world(world: World, known: dict[int, World]) -> World:
    """Epochs that share a world share its copy."""
    if id(world) not in known:
        time = world.time.model_copy(update={"report": YEAR})
        known[id(world)] = world.model_copy(update={"time": time})
    return known[id(world)]
