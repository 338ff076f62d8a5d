"""Does every balance close? Input − output − stock change of every place, of every lane, over the run and every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.engine.index import Index, Joint
from simulator.engine.ledger import Floats, Lane, Ledger
from simulator.errors import BalanceError
from simulator.scenario.buses import STORAGE, UNSERVED

TOLERANCE = 1e-9
"""Largest residual allowed, relative to opening stock + gross inflow of the place."""
_DUST = 1e-6
"""A row's own turnover counts as at least this part of the run's: what is left in an idle store is rounding."""
_RUN = "whole run"


@dataclass(frozen=True, slots=True)
class Balance:
    """The worst balance of a ledger."""

    relative: float
    """Residual ÷ (opening stock + gross inflow) of the place, 1; infinite where a mass is not a number."""
    residual: float
    """Input − output − stock change, in `unit`: positive where something vanished, negative where it appeared."""
    lane: Lane | None
    """None where nothing moved at all."""
    place: str
    """`inventory crate of moulder`, `process recycler.sort`, `use brewery.crates`."""
    substance: str
    """`energy` where it is one of energy."""
    period: str
    """Reporting period, or `whole run`."""
    unit: str = "t"
    """`t` of mass, `MWh` of energy."""


@dataclass(frozen=True, slots=True)
class _Masses:
    """Masses of one lane, t, shape (substances, things, rows); stocks have a row more, the opening."""

    stock: Floats
    in_use: Floats
    shipped: Floats
    made: Floats
    retired: Floats
    drawn: Floats
    soiled: Floats


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Balances of one kind of place of one lane."""

    names: Sequence[str]
    residual: Floats
    """Shape (kinds, places, rows)."""
    opening: Floats
    """Shape (places, rows)."""
    inflow: Floats
    """Shape (places, rows)."""
    kinds: Sequence[str] = ()
    """What is balanced apart: `energy`, where absent the substances."""
    unit: str = "t"
    """Of all three: `t` of mass, `MWh` of energy."""


def check(ledger: Ledger) -> Balance:
    """Worst balance over all lanes, rows, places and substances; origins are summed, as labels may change origin."""
    worst = Balance(0.0, 0.0, None, "", "", _RUN)
    for lane in range(len(ledger.lanes)):
        for sheet in _sheets(ledger, lane):
            worst = max(worst, _worst(ledger, lane, sheet), key=lambda balance: balance.relative)
    return worst


def require(balance: Balance) -> None:
    """Raise `BalanceError`, naming lane, place, substance and residual, unless the balance closes to `TOLERANCE`."""
    if balance.relative <= TOLERANCE:
        return
    named = balance.substance if balance.unit == "MWh" else f"substance {balance.substance}"
    what = "appeared from nothing" if balance.residual < 0 else "vanished"
    lane = f"variant {balance.lane.variant}, replication {balance.lane.replication}" if balance.lane else "no lane"
    raise BalanceError(
        f"the balance does not close: {balance.place}, {named}, {lane}, {balance.period}: "
        f"{abs(balance.residual):.6g} {balance.unit} {what}, {balance.relative:.3g} of opening stock and inflow "
        f"(at most {TOLERANCE:g} is rounding). The results cannot be trusted and are not written; "
        "this is a defect of the simulator, not of the scenario: please report it"
    )


def _worst(ledger: Ledger, lane: int, sheet: _Sheet) -> Balance:
    turnover = sheet.opening[:, 0] + sheet.inflow.sum(axis=-1)
    whole = _largest(sheet.residual.sum(axis=-1, keepdims=True), turnover[:, None])
    floor = np.maximum(sheet.opening + sheet.inflow, _DUST * turnover[:, None])
    row = _largest(sheet.residual, floor)
    relative, residual, place, where, kind = max(whole, row, key=lambda found: found[0])
    period = _RUN if whole[0] >= row[0] else ledger.rows[lane][where].period
    name = (sheet.kinds or _substances(ledger.index))[kind]
    return Balance(relative, residual, ledger.lanes[lane], sheet.names[place], name, period, sheet.unit)


def _largest(residual: Floats, base: Floats) -> tuple[float, float, int, int, int]:
    """Relative and absolute residual, place, row and kind of the worst."""
    size = np.abs(residual).max(axis=0)
    relative = np.divide(size, base, out=np.where(size > 0, np.inf, 0.0), where=base > 0)
    relative = np.where(np.isfinite(size), relative, np.inf)
    place, row = map(int, np.unravel_index(int(relative.argmax()), relative.shape))
    kind = int(np.abs(residual[:, place, row]).argmax())
    return float(relative[place, row]), float(residual[kind, place, row]), place, row, kind


def _sheets(ledger: Ledger, lane: int) -> Iterable[_Sheet]:
    rows = len(ledger.rows[lane])
    masses = _masses(ledger, lane, rows)
    for make in (_inventories, _processes, _uses):
        sheet = make(ledger.index, masses)
        if rows and sheet.names:
            yield sheet
    for of_energy in (_buses, _stores):
        sheet = of_energy(ledger, lane, rows)
        if rows and sheet.names:
            yield sheet


def _masses(ledger: Ledger, lane: int, rows: int) -> _Masses:
    substances = len(_substances(ledger.index))
    stock = ledger.on_hand[lane] + ledger.in_transit[lane] + ledger.in_process[lane]
    flows = (ledger.shipped, ledger.made, ledger.retired, ledger.drawn, ledger.soiled)
    arrays = (stock[: rows + 1], ledger.in_use[lane, : rows + 1], *(array[lane, :rows] for array in flows))
    return _Masses(*(_by_substance(array, substances) for array in arrays))


def _by_substance(masses: Floats, substances: int) -> Floats:
    """Sum labels to substances: shape (rows, things, origins × substances) to (substances, things, rows)."""
    rows, things, labels = masses.shape
    by_origin = masses.reshape(rows, things, labels // substances, substances)
    return np.asarray(np.einsum("rtos->str", by_origin))


def _inventories(index: Index, masses: _Masses) -> _Sheet:
    inflow = np.zeros_like(masses.stock[..., 1:])
    _gather(inflow, masses.shipped, [flow.target for flow in index.flows])
    _gather(inflow, masses.made, [output.place for output in index.outputs])
    _gather(inflow, masses.retired, [end.place for end in index.ends])
    outflow = np.zeros_like(inflow)
    _gather(outflow, masses.shipped, [flow.source for flow in index.flows])
    _gather(outflow, masses.drawn, [draw.place for draw in index.draws])
    held = [number for number, place in enumerate(index.places) if place.kind == "inventory"]
    names = [f"inventory {index.places[number].name} of {index.places[number].node}" for number in held]
    return _sheet(names, masses.stock[:, held], inflow[:, held], outflow[:, held])


def _processes(index: Index, masses: _Masses) -> _Sheet:
    number = {(process.company, process.process): i for i, process in enumerate(index.processes)}
    inflow = np.zeros((len(masses.drawn), len(number), masses.drawn.shape[2]))
    _gather(inflow, masses.drawn, [number.get((draw.company, draw.process or ""), -1) for draw in index.draws])
    outflow = np.zeros_like(inflow)
    _gather(outflow, masses.made, [number[output.company, output.process] for output in index.outputs])
    stock = np.zeros((*inflow.shape[:2], inflow.shape[2] + 1))
    return _sheet([f"process {c}.{p}" for c, p in number], stock, inflow, outflow)


def _uses(index: Index, masses: _Masses) -> _Sheet:
    number = {(use.company, use.use): i for i, use in enumerate(index.uses)}
    inflow = masses.soiled.copy()
    _gather(inflow, masses.drawn, [number.get((draw.company, draw.use or ""), -1) for draw in index.draws])
    outflow = np.zeros_like(inflow)
    _gather(outflow, masses.retired, [number[end.company, end.use] for end in index.ends])
    return _sheet([f"use {c}.{u}" for c, u in number], masses.in_use, inflow, outflow)


def _buses(ledger: Ledger, lane: int, rows: int) -> _Sheet:
    """At every bus what was given was used, curtailed energy included; what nobody served was not given."""
    index = ledger.index
    inflow, outflow = np.zeros((1, len(index.buses), rows)), np.zeros((1, len(index.buses), rows))
    given = [joint.bus if joint.kind != UNSERVED else -1 for joint in index.suppliers]
    _gather(inflow, ledger.given[lane, :rows].T[None], given)
    _gather(outflow, ledger.used[lane, :rows].T[None], [joint.bus for joint in index.users])
    stock = np.zeros((1, len(index.buses), rows + 1))
    return _energy_sheet([f"{bus.carrier} of {bus.company}" for bus in index.buses], stock, inflow, outflow)


def _stores(ledger: Ledger, lane: int, rows: int) -> _Sheet:
    """What a storage took in less what storing lost and what it gave is what it holds more."""
    index = ledger.index
    names = [(key.company, key.storage) for key in index.stores]
    inflow = np.zeros((1, len(names), rows))
    outflow = ledger.lost[lane, :rows].T[None].copy()
    _gather(inflow, ledger.used[lane, :rows].T[None], [_number(index, names, joint) for joint in index.users])
    _gather(outflow, ledger.given[lane, :rows].T[None], [_number(index, names, joint) for joint in index.suppliers])
    stock = ledger.stored[lane, : rows + 1].T[None]
    return _energy_sheet([f"storage {company}.{name}" for company, name in names], stock, inflow, outflow)


def _number(index: Index, names: Sequence[tuple[str, str]], joint: Joint) -> int:
    """Which storage is joined, −1 none."""
    return names.index((index.buses[joint.bus].company, joint.name)) if joint.kind == STORAGE else -1


def _energy_sheet(names: Sequence[str], stock: Floats, inflow: Floats, outflow: Floats) -> _Sheet:
    return replace(_sheet(names, stock, inflow, outflow), kinds=("energy",), unit="MWh")


def _gather(into: Floats, amounts: Floats, where: Sequence[int]) -> None:
    """Add amounts (kinds, things, rows) to the places where they belong; −1 is nowhere."""
    for thing, place in enumerate(where):
        if place >= 0:
            into[:, place] += amounts[:, thing]


def _sheet(names: Sequence[str], stock: Floats, inflow: Floats, outflow: Floats) -> _Sheet:
    residual = stock[..., :-1] + inflow - outflow - stock[..., 1:]
    return _Sheet(names, residual, stock[..., :-1].sum(axis=0), inflow.sum(axis=0))


def _substances(index: Index) -> list[str]:
    """Of each origin in this order; labels are origins × substances."""
    first = index.labels[0].origin
    return [label.substance for label in index.labels if label.origin == first]
