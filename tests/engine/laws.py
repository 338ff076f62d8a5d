"""How laws are tried on random networks: how many, and how one is run and read.

A normal run tries a few networks per law, always the same ones. ``KREISLAUF_EXAMPLES=1000`` tries so many of each law,
others every time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from simulator import accounting, engine, network
from simulator.engine import Lane, Ledger, Plan
from simulator.errors import Fault, ScenarioError, UserError
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from tests.engine.networks import PACES, Network, Pace, networks

Law = Callable[..., None]
VARIABLE = "KREISLAUF_EXAMPLES"


def tried(
    examples: int, paces: st.SearchStrategy[Pace] = PACES, **more: st.SearchStrategy[Any]
) -> Callable[[Law], Law]:
    """Decorate a law: it gets a random `network`, so many of them unless the environment says how many."""
    wanted = int(os.environ.get(VARIABLE) or 0)
    chosen = settings(
        max_examples=wanted or examples,
        derandomize=not wanted,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    return lambda law: chosen(given(network=networks(paces), **more)(law))


def opened(tried_network: Network) -> Scenario:
    """The scenario, loaded and checked; one that is refused, which says why, is not tried."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(json.dumps(tried_network.tree), encoding="utf-8")
        scenario, faults = loaded(path)
    if scenario is None or faults:
        event(f"refused: {faults[0].message}")
        assert all(fault.message and fault.line for fault in faults)
    assume(scenario is not None and not faults)
    assert scenario is not None
    return scenario


def loaded(path: Path) -> tuple[Scenario | None, Sequence[Fault]]:
    """The scenario, or why it was refused."""
    try:
        scenario = load(path)
    except ScenarioError as error:
        return None, error.faults
    return scenario, network.check(scenario)[0]


def recorded(scenario: Scenario) -> Ledger:
    """What the engine recorded of a scenario whose variants share a clock; its balances close.

    A network in which goods go round at one instant without an end is not tried: the run says so.
    """
    (plan,) = engine.plans(scenario, ())
    found, fault = simulated(plan, scenario.world.seed)
    if found is None:
        event("restless")
        assert "without coming to rest" in fault
    assume(found is not None)
    assert found is not None
    accounting.require(accounting.check(found))
    assert all(np.isfinite(part).all() for part in vars(found).values() if _are_figures(part))
    return found


def _are_figures(part: object) -> bool:
    return isinstance(part, np.ndarray) and part.dtype.kind == "f"


def simulated(plan: Plan, seed: int) -> tuple[Ledger | None, str]:
    """What a plan gives, or why it was given up."""
    try:
        return engine.run_batch(plan, [Lane(name, 0) for name in plan.courses], seed).whole().ledger, ""
    except UserError as error:
        return None, str(error)
