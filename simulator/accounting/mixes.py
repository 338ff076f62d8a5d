"""Energy that is passed on has the mix of what it was made of: over flows, storages, levels of heat and converters.

Within a year, or within the run where it has no full year, what leaves a hop is taken as well mixed: the part m of it
that is, say, renewable solves m = d + P m, with d the part of what went in that is so by itself, and P the parts that
came over other hops. By year and not by period, so that `time.report` changes no share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.accounting.grid import Grid, Key, grid
from simulator.engine.ledger import Floats
from simulator.scenario.dispatch import LOAD, PROCESS

FINAL = frozenset({PROCESS, LOAD})
"""Kinds of user for whom energy is provided in the end."""
_ROUNDS = 200


def final(passed: Grid) -> Grid:
    """What of the final use is of a kind, MWh by node and carrier.

    `passed` has two columns of numbers, by year and, last, their sum: MWh in all, and those that are of the kind by
    themselves. Its keys: node, kind of user, user, carrier, and the hop (kind, node, name) over which it came, empty
    where over none. What goes into a hop has the hop's kind and name as its user.
    """
    whole, direct = (np.asarray(values[:, :-1]) for values in passed.values)
    hops = sorted({key[4:] for key in passed.keys if key[4]})
    parts = _parts(passed.keys, hops, whole, direct)
    place = {hop: i for i, hop in enumerate(hops)}
    columns = [column for column, key in enumerate(passed.keys) if key[1] in FINAL]
    keys = [(passed.keys[column][0], passed.keys[column][3]) for column in columns]
    values = np.zeros((*whole.shape[:2], len(columns)))
    for i, column in enumerate(columns):
        hop = passed.keys[column][4:]
        mixed = whole[..., column] * parts[..., place[hop]] if hop in place else 0.0
        values[..., i] = direct[..., column] + mixed
    return grid(keys, np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1))


def _parts(keys: Sequence[Key], hops: Sequence[Key], whole: Floats, direct: Floats) -> Floats:
    """Part of what leaves every hop that is of the kind, shape (lanes, years, hops); 0 where nothing does."""
    place = {hop: i for i, hop in enumerate(hops)}
    entered = np.zeros((*whole.shape[:2], len(hops)))
    own = np.zeros_like(entered)
    links: list[tuple[int, int, Floats]] = []
    for column, (node, use, user, _, *hop) in enumerate(keys):
        into = place.get((use, node, user))
        if into is not None:
            entered[..., into] += whole[..., column]
            own[..., into] += direct[..., column]
            links += [(into, place[tuple(hop)], whole[..., column])] if tuple(hop) in place else []
    return _settled(own, np.where(entered > 0, entered, 1.0), links)


def _settled(own: Floats, entered: Floats, links: Sequence[tuple[int, int, Floats]]) -> Floats:
    """Repeat m = d + P m until nothing changes: as often as hops follow one another; a circle of them converges."""
    parts = own / entered
    for _ in range(_ROUNDS):
        mixed = own.copy()
        for into, hop, amount in links:
            mixed[..., into] += amount * parts[..., hop]
        mixed /= entered
        if np.array_equal(mixed, parts):
            break
        parts = mixed
    return parts
