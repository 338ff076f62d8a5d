"""Material flows between companies, and what recycling partnerships change in them.

    import simulator

    scenario = simulator.load("scenarios/first_loop.yaml")
    run = simulator.run(scenario)
    run.tables.indicators          # pandas

The map of the house. Data flows one way, and each floor imports only floors above it in this list:

    errors       what can go wrong
    units        text to number at the border, floats inside
    scenario/    WHAT THE USER WROTE: frozen, validated, in internal units
    network/     scenario → graph: reachability, dead ends, loops
    engine/      HOW TIME PASSES: SimPy's calendar, compiled kernels, the ledger they fill
    accounting/  WHAT IT MEANS: pure functions from the ledger to tables
    study/       runs: many lanes, one result
    results/     what is left on disk: tables, provenance, data package
    report/      pictures
    cli/         what people type: commands, and results as text

The names below are the public interface; each is imported when it is first asked for, so that `--help` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.accounting.tables import Tables as Tables
    from simulator.errors import BalanceError as BalanceError
    from simulator.errors import Fault as Fault
    from simulator.errors import KreislaufError as KreislaufError
    from simulator.errors import ScenarioError as ScenarioError
    from simulator.errors import UserError as UserError
    from simulator.scenario import json_schema as json_schema
    from simulator.scenario import load as load
    from simulator.scenario.numbers import Number as Number
    from simulator.scenario.scenario import Scenario as Scenario
    from simulator.study.run import Run as Run
    from simulator.study.run import run as run

__version__ = "0.1.0.dev0"

_HOME = {
    "load": "simulator.scenario",
    "run": "simulator.study.run",
    "json_schema": "simulator.scenario",
    "Scenario": "simulator.scenario.scenario",
    "Number": "simulator.scenario.numbers",
    "Run": "simulator.study.run",
    "Tables": "simulator.accounting.tables",
    "KreislaufError": "simulator.errors",
    "UserError": "simulator.errors",
    "ScenarioError": "simulator.errors",
    "Fault": "simulator.errors",
    "BalanceError": "simulator.errors",
}
"""Public names, and the modules they live in."""

__all__ = ["__version__", *_HOME]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
