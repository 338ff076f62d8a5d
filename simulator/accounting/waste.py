"""Waste, counted once: the node where it arose, and the fate it met at last.

Fates are physical masses: what reaches a boundary `accepts` (its fate); waste sold to a boundary demand, renamed to a
material that is no waste, or made into one (`recycling`); waste that becomes `reused`, or is taken into use again
(`reuse`); waste that a process releases (`released`). What lies in a store has met no fate yet.

Where it arose is traced backwards, see `tracing`.

`old_scrap` traces single substances in the same way, back to the uses that they left: what is post-consumer and came
from a boundary node, or fell off in a process, is set apart from it.

Mixing and the yields of processes are averaged over all the time in which one world's numbers held (not over a
reporting period), so that neither `time.report` nor a dated change that changes nothing alters a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np

from simulator.accounting.grid import Calendar, Grid, Integers, Key, concatenate, grid
from simulator.accounting.tracing import Masses, Tracing
from simulator.engine.index import Index
from simulator.engine.ledger import Floats, Ledger
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario

_FROM_USE = frozenset({"post_consumer", "reused"})
"""Origins of what left a use, and of what becomes of it where it is used again."""
LEFT_USE = "left_use"
"""Stands for all fates, and none yet."""


def waste(scenario: Scenario, ledger: Ledger, calendar: Calendar) -> Grid:
    """Waste by where it arose and final fate; keys: node, material, fate; t."""
    return _by_structure(scenario, ledger, calendar, _of_lanes)


def old_scrap(scenario: Scenario, ledger: Ledger, calendar: Calendar) -> Grid:
    """What left uses of the network as waste, soiling included, and the fates it met; keys: substance, fate; t."""
    return _by_structure(scenario, ledger, calendar, _of_uses)


def _by_structure(
    scenario: Scenario,
    ledger: Ledger,
    calendar: Calendar,
    of_lanes: Callable[[Scenario, Ledger, Sequence[int]], Grid],
) -> Grid:
    """Work on lanes of one structure together."""
    alike: dict[Hashable, list[int]] = {}
    for number, lane in enumerate(ledger.lanes):
        alike.setdefault(_structure(scenario.variants[lane.variant].epochs[0].world), []).append(number)
    grids = [(lanes, of_lanes(scenario, ledger, lanes)) for lanes in alike.values()]
    keys = sorted({key for _, part in grids for key in part.keys})
    place = {key: i for i, key in enumerate(keys)}
    rows = np.zeros((len(ledger.lanes), ledger.shipped.shape[1], len(keys)))
    for lanes, part in grids:
        columns = np.array([place[key] for key in part.keys], dtype=np.intp)
        rows[np.array(lanes)[:, None, None], np.arange(rows.shape[1])[:, None], columns] = part.values[0]
    return grid(keys, calendar.sum(rows))


def _structure(world: World) -> Hashable:
    """What decides the shape of the mixing: lanes of variants that agree in it are worked on at once."""
    fates = ((name, key, a.fate) for name, node in world.boundary.items() for key, a in node.accepts.items())
    processes = (
        (key, process.fate, process.reused)
        for company in world.companies.values()
        for key, process in company.processes.items()
    )
    return tuple(name for name, material in world.materials.items() if material.waste), tuple(fates), tuple(processes)


def _of_lanes(scenario: Scenario, ledger: Ledger, lanes: Sequence[int]) -> Grid:
    """All that arose, per row, shape (lanes, R, keys)."""
    tracing = Tracing(ledger.index, scenario.variants[ledger.lanes[lanes[0]].variant].epochs[0].world)
    arrays = (ledger.shipped, ledger.drawn, ledger.made, ledger.retired)
    every = list(lanes) == list(range(len(ledger.lanes)))
    rows = Masses(*((array if every else array[list(lanes)]).sum(axis=-1) for array in arrays))
    group = _groups(scenario, ledger, lanes)
    sums = Masses(*(_sum(array, group) for array in (rows.shipped, rows.drawn, rows.made, rows.retired)))
    return tracing.fates(rows, sums, group)


def _of_uses(scenario: Scenario, ledger: Ledger, lanes: Sequence[int]) -> Grid:
    """What left uses, by substance, per row, shape (lanes, R, keys)."""
    world = scenario.variants[ledger.lanes[lanes[0]].variant].epochs[0].world
    tracing = Tracing(ledger.index, world, uses_apart=True)
    group = _groups(scenario, ledger, lanes)
    arrays = (ledger.shipped, ledger.drawn, ledger.made, ledger.retired)
    labelled = [_of_groups(array, lanes, group) for array in arrays]
    parts: list[tuple[list[Key], Floats]] = [([], np.zeros((*group.shape, 0)))]
    for substance, labels in _labels_from_use(ledger.index).items():
        sums = Masses(*(array[..., labels].sum(axis=-1) for array in labelled))
        if sums.retired.any():
            left = _rows(ledger.retired, lanes, tracing.wasted, labels).sum(axis=-1, keepdims=True)
            parts.append(([(substance, LEFT_USE)], left))
            for array, (sinks, weights) in zip(arrays, tracing.weights(sums), strict=False):
                met = _rows(array, lanes, [sink.column for sink in sinks], labels) * _at_rows(weights, group)
                parts.append(([(substance, sink.fate) for sink in sinks], met))
    return concatenate(parts)


def _of_groups(array: Floats, lanes: Sequence[int], group: Integers) -> Floats:
    """Sum rows to groups, shape (lanes, groups, things, K)."""
    total = np.zeros((len(lanes), int(group.max(initial=0)) + 1, *array.shape[2:]))
    for i, lane in enumerate(lanes):
        for number in range(total.shape[1]):
            total[i, number] = array[lane, group[i] == number].sum(axis=0)
    return total


def _rows(array: Floats, lanes: Sequence[int], columns: Sequence[int], labels: Sequence[int]) -> Floats:
    """Some things and labels of every row, summed over the labels, shape (lanes, R, things)."""
    where = np.ix_(lanes, range(array.shape[1]), columns)
    return sum((array[..., label][where] for label in labels), np.zeros(1))


def _at_rows(of_groups: Floats, group: Integers) -> Floats:
    """Numbers of each row's group, shape (lanes, R, things)."""
    return of_groups[np.arange(len(group))[:, None], group]


def _labels_from_use(index: Index) -> Mapping[str, list[int]]:
    """Labels of what left a use, by substance."""
    found: dict[str, list[int]] = {}
    for column, label in enumerate(index.labels):
        if label.origin in _FROM_USE:
            found.setdefault(label.substance, []).append(column)
    return found


def _groups(scenario: Scenario, ledger: Ledger, lanes: Sequence[int]) -> Integers:
    """Which of its variant's distinct worlds held in each row, shape (lanes, R)."""
    variants = {ledger.lanes[lane].variant for lane in lanes}
    distinct = {name: _distinct([epoch.world for epoch in scenario.variants[name].epochs]) for name in variants}
    group = np.zeros((len(lanes), ledger.shipped.shape[1]), dtype=np.intp)
    for i, lane in enumerate(lanes):
        of_epoch = distinct[ledger.lanes[lane].variant]
        group[i, : len(ledger.rows[lane])] = [of_epoch[row.epoch] for row in ledger.rows[lane]]
    return group


def _distinct(worlds: Sequence[World]) -> list[int]:
    """For each world the number of the first that equals it."""
    first: dict[int, int] = {}
    for number, world in enumerate(worlds):
        if id(world) not in first:
            first[id(world)] = next((known for known in set(first.values()) if worlds[known] == world), number)
    return [first[id(world)] for world in worlds]


def _sum(rows: Floats, group: Integers) -> Floats:
    """Sum rows to groups, shape (lanes, groups, things)."""
    total = np.zeros((len(rows), int(group.max(initial=0)) + 1, rows.shape[2]))
    for number in range(total.shape[1]):
        total[:, number] = np.where((group == number)[..., None], rows, 0.0).sum(axis=1)
    return total
