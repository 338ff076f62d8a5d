"""How laws are tried on random networks: how many, and how one is run and read.

A normal run tries a few networks per law, always the same ones. ``KREISLAUF_EXAMPLES=1000`` tries so many of each law,
others every time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from simulator import accounting, engine, network
from simulator.engine import Lane, Ledger
from simulator.errors import ScenarioError, UserError
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from tests.engine.builders import TOLERANCE
from tests.engine.networks import PACES, Network, Pace, networks

Law = TypeVar("Law", bound=Callable[..., None])
VARIABLE = "KREISLAUF_EXAMPLES"


def tried(examples: int, paces: st.SearchStrategy[Pace] = PACES, **given_too: st.SearchStrategy[Any]) -> Callable[[Law], Law]:
    """Decorate a law: it gets a random `network`, so many of them unless the environment says how many."""
    wanted = int(os.environ.get(VARIABLE, "0"))
    chosen = settings(
        max_examples=wanted or examples,
        derandomize=not wanted,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    return lambda law: chosen(given(network=networks(paces), **given_too)(law))


def opened(tried_network: Network) -> Scenario:
    """The scenario, loaded and checked; one that is refused, which says why, is not tried."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(json.dumps(tried_network.tree), encoding="utf-8")
        try:
            scenario = load(path)
            faults, _ = network.check(scenario)
            if faults:
                raise ScenarioError(faults)
        except ScenarioError as error:
            assert all(fault.message and fault.line for fault in error.faults)
            event(f"refused: {error.faults[0].message}")
            assume(False)
            raise
    return scenario


def recorded(scenario: Scenario) -> Ledger:
    """What the engine recorded of a scenario whose variants share a clock; its balances close.

    A network in which goods go round at one instant without an end is not tried: the run says so.
    """
    (plan,) = engine.plans(scenario, ())
    try:
        found = engine.run_batch(plan, [Lane(name, 0) for name in plan.courses], scenario.world.seed).ledger
    except UserError as error:
        assert "without coming to rest" in str(error)
        event("restless")
        assume(False)
        raise
    accounting.require(accounting.check(found))
    assert accounting.check(found).relative <= TOLERANCE
    return found
