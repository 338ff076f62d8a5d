"""What restarts take: said of a process that has outages, and not of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.scenario.models import Process, World
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem


def check_outages(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """A start-up says something, and comes after an outage."""
    for name, company in world.companies.items():
        for key, process in company.processes.items():
            yield from _start_up(process, ("companies", name, "processes", key, "start_up"))


def _start_up(process: Process, keys: Keys) -> Iterator[Problem]:
    found = process.start_up
    if found is None:
        return
    if process.outages is None:
        yield Problem(
            keys, "is what a restart after an outage takes, and there are none: add `outages`, or leave it out"
        )
    if found.duration is None and not found.energy and found.cost is None:
        yield Problem(keys, "says nothing: give it a `duration`, its `energy` or its `cost`, or leave it out")
