"""What no single key can tell: the checks of a whole world. The network as a graph is checked elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from simulator.scenario.balances import check_balances
from simulator.scenario.carriers import check_energy
from simulator.scenario.contents import Contents
from simulator.scenario.contracting import check_contracts
from simulator.scenario.drawing import check_draws
from simulator.scenario.emitting import check_emissions
from simulator.scenario.experience import check_learning
from simulator.scenario.figures import check_targets
from simulator.scenario.levies import check_levies
from simulator.scenario.models import World
from simulator.scenario.needed import check_needed
from simulator.scenario.noise import check_noise
from simulator.scenario.outages import check_outages
from simulator.scenario.policies import check_policies
from simulator.scenario.references import check_references, check_study
from simulator.scenario.repetition import check_interventions
from simulator.scenario.scenario import Series
from simulator.scenario.trade import check_flows
from simulator.scenario.uses import check_uses
from simulator.scenario.wrong import Problem

__all__ = ["check_study", "check_world"]

Check = Callable[[World, Mapping[str, Series]], Iterator[Problem]]


def check_world(world: World, series: Mapping[str, Series]) -> tuple[Problem, ...]:
    """Everything wrong with a world that fits the schema; `series` are the tables by name."""
    return tuple(chain.from_iterable(check(world, series) for check in _CHECKS))


def _time(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    time = world.time
    if time.end <= time.start:
        yield Problem(("time", "end"), f"must be after the start, {time.start.date()}")
    elif world.days < time.step.days():
        yield Problem(("time", "step"), "is longer than the run")


def _substances(world: World, series: Mapping[str, Series]) -> Iterator[Problem]:
    """The checks that ask which substances can be where."""
    contents = Contents(world)
    yield from check_balances(contents, series)
    yield from check_emissions(contents)


_CHECKS: tuple[Check, ...] = (
    _time,
    check_references,
    check_interventions,
    check_targets,
    check_flows,
    check_policies,
    check_needed,
    check_outages,
    check_uses,
    check_contracts,
    check_learning,
    _substances,
    check_draws,
    check_noise,
    check_energy,
    check_levies,
)
