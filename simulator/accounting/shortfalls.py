"""By how much flows stayed below the minimum of their contracts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.accounting.quantities import Quantities
from simulator.engine.calendar import Timeline, timeline
from simulator.engine.ledger import Floats, Ledger, Row
from simulator.engine.parameters import tonnes
from simulator.engine.structure.contracts import terms_of
from simulator.network.parts import open_flows
from simulator.scenario.models import Flow, World
from simulator.scenario.scenario import Scenario

ROUNDING = 1e-9
"""Part of a minimum that nobody owes."""


def shortfalls(scenario: Scenario, ledger: Ledger) -> Quantities:
    """What each contract lacks of its minimum, t, in the row in which its period ends, shape (L, R, flows).

    Each row owes its part of the minimum by time, as long as the flow is open; a period lacks what its rows owe less
    what they carried. Rows end where periods do.
    """
    flows = {flow.flow: n for n, flow in enumerate(ledger.index.flows)}
    worlds = [world for variant in scenario.variants.values() for world in variant.worlds]
    names = sorted({name for world in worlds for name, flow in world.flows.items() if _minimum(world, flow)})
    lacking = np.zeros((*ledger.shipped.shape[:2], len(names)))
    for lane, rows in enumerate(ledger.rows if names else ()):
        held = [ledger.worlds[lane][row.epoch] for row in rows]
        for column, name in enumerate(names):
            carried = ledger.shipped[lane, : len(rows), flows[name]].sum(axis=-1)
            lacking[lane, : len(rows), column] = _lacking(held, rows, name, carried)
    return [("shortfall", (name,)) for name in names], lacking


def _minimum(world: World, flow: Flow) -> float:
    """t per period, 0 where there is none."""
    number = tonnes(flow.agreed.minimum, world, flow.material) if flow.agreed else None
    return number.value if number else 0.0


def _lacking(worlds: Sequence[World], rows: Sequence[Row], name: str, carried: Floats) -> Floats:
    """What one flow lacks, by row."""
    line = timeline(worlds[0])
    lacking = np.zeros(len(rows))
    contract = worlds[0].flows[name].agreed
    for term in terms_of(line, contract) if contract else ():
        inside = [n for n, row in enumerate(rows) if term.start <= line.at(row.start) < term.end]
        owed = sum(_owed(worlds[n], name, _seconds(line, rows[n])) for n in inside) / term.whole
        missing = owed - float(carried[inside].sum())
        if missing > owed * ROUNDING:
            lacking[inside[-1]] = missing
    return lacking


def _owed(world: World, name: str, seconds: int) -> float:
    """Minimum × time, as long as the flow is open."""
    return _minimum(world, world.flows[name]) * seconds if name in dict(open_flows(world)) else 0.0


def _seconds(line: Timeline, row: Row) -> int:
    return line.at(row.end) - line.at(row.start)
