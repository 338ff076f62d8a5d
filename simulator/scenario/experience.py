"""Processes that learn by doing: they have a cost that can fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.scenario.models import Process, World
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem


def check_learning(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is wrong with the costs of processes that learn."""
    for name, company in world.companies.items():
        for key, process in company.processes.items():
            if process.learning is not None:
                yield from _process(process, ("companies", name, "processes", key))


def _process(process: Process, keys: Keys) -> Iterator[Problem]:
    cost, learning = process.cost, process.learning
    if cost is None or learning is None:
        yield Problem((*keys, "learning"), "needs a `cost` beside it, which holds at the experience it names")
    elif cost.table is not None:
        yield Problem((*keys, "cost"), "is a time series, and is to fall by `learning`: leave one of the two out")
    elif cost.noise is not None:
        message = "redraws through time what is to fall by `learning`: leave one of the two out"
        yield Problem((*keys, "cost", "noise"), message)
    elif cost.value <= 0.0:
        yield Problem((*keys, "cost"), f"must be above 0 to fall by `learning`; it is {cost.value:g} EUR/t")
    elif learning.floor is not None and learning.floor.value > cost.value:
        message = f"must be at most the cost, {cost.value:g} EUR/t; it is {learning.floor.value:g} EUR/t"
        yield Problem((*keys, "learning", "floor"), message)
