"""Noise: numbers that are redrawn through time around their value, in replications and nowhere else.

A loaded scenario knows which of its numbers have noise and lets them stand still. `noisy` makes of it the scenario that
replications simulate, in which each noise has the name of its random numbers; from then on a noise is a time series
of factors like any other, only that each replication has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from simulator.scenario.amounts import Noise, Number
from simulator.scenario.drawing import Draw, Memo, planted
from simulator.scenario.models import World
from simulator.scenario.sampling import shortest, written
from simulator.scenario.scenario import Scenario, Series
from simulator.scenario.tree import dotted
from simulator.scenario.varying import Varying
from simulator.scenario.wrong import Problem


def check_noise(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """Noise that changes more often than anyone looks: what lies between would be lost, and spread too far."""
    step = shortest(world) if world.noisy else None
    for found in world.noisy:
        every = _noise(found).every
        if step is not None and every.days() < step.days():
            looked = f"nobody looks more often than every {written(step)}"
            remedy = f"write `every: {written(step)}` or longer, or a shorter `time.step`"
            yield Problem((*found.keys, "noise", "every"), f"is {written(every)}, and {looked}: {remedy}")


def noisy(scenario: Scenario) -> Scenario:
    """The scenario with all noise at work; itself where there is none. What holds none is shared by identity."""
    worlds = {id(world): world for variant in scenario.variants.values() for world in variant.worlds}
    places = {key: _places(world) for key, world in worlds.items()}
    if not any(places.values()):
        return scenario
    memo: Memo = {}
    named = {key: [_named(place) for place in places[key]] for key in worlds}
    changed = {key: planted(world, places[key], named[key], memo) for key, world in worlds.items()}
    variants = {
        name: replace(one, epochs=tuple(replace(epoch, world=changed[id(epoch.world)]) for epoch in one.epochs))
        for name, one in scenario.variants.items()
    }
    noises = {noise.name: noise for some in named.values() for noise in some}
    return replace(scenario, variants=variants, noises=dict(sorted(noises.items())))


def _places(world: World) -> Sequence[Draw]:
    """Numbers of a world that are redrawn; without variation there is nothing to redraw."""
    return [_place(found) for found in world.noisy if _noise(found).cv > 0]


def _place(found: Varying) -> Draw:
    path = dotted(found.keys)
    return Draw(path, f"{found.what.draw or path}.noise", found.what, found.steps)


def _named(place: Draw) -> Noise:
    return replace(_noise(place), stream=place.key)


def _noise(found: Varying | Draw) -> Noise:
    """The noise of what is known to have one."""
    return cast(Noise, cast(Number, found.what).noise)
