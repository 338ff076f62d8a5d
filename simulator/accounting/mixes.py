"""Energy that is passed on has the mix of what it was made of: over flows, storages, levels of heat and converters.

Within a year, or within the run where it has no full year, what leaves a hop is taken as well mixed: the part m of it
that is, say, renewable solves m = d + P m, with d the part of what went in that is so by itself, and P the parts that
came over other hops; what circulates and came from nowhere is of no kind. By year and not by period, so that
`time.report` changes no share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accounting.grid import Grid, Key, grid
from simulator.engine.ledger import Floats
from simulator.scenario.buses import LOAD, PROCESS

FINAL = frozenset({PROCESS, LOAD})
"""Kinds of user for whom energy is provided in the end."""


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
        mixed = whole[..., column] * parts[place[hop]] if hop in place else 0.0
        values[..., i] = direct[..., column] + mixed
    return grid(keys, np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1))


@dataclass(slots=True)
class _Hop:
    """What went into a hop, MWh, each of shape (lanes, years)."""

    own: Floats
    """Of the kind by itself."""
    apart: Floats
    """All that came over no other hop."""
    over: dict[int, Floats]
    """What came over hops, by their number."""


def _parts(keys: Sequence[Key], hops: Sequence[Key], whole: Floats, direct: Floats) -> list[Floats]:
    """Part of what leaves every hop that is of the kind, each of shape (lanes, years); 0 where nothing does."""
    place = {hop: i for i, hop in enumerate(hops)}
    entered = [_Hop(np.zeros(whole.shape[:2]), np.zeros(whole.shape[:2]), {}) for _ in hops]
    for column, (node, use, user, _, *hop) in enumerate(keys):
        into, other = place.get((use, node, user)), place.get(tuple(hop))
        if into is not None:
            _enter(entered[into], other, whole[..., column], direct[..., column])
    return _solved(entered)


def _enter(hop: _Hop, other: int | None, whole: Floats, direct: Floats) -> None:
    hop.own = hop.own + direct
    if other is None:
        hop.apart = hop.apart + whole
    else:
        hop.over[other] = hop.over.get(other, 0.0) + whole


def _solved(hops: Sequence[_Hop]) -> list[Floats]:
    """Solve m = d + P m by elimination; consumes what it is given.

    Without a subtraction, after Grassmann, Taksar and Heyman (1985), Operations Research 33, 1107: nothing cancels
    however much circulates, there is no singular case, and a hop that a lane does not use changes no bit of it.
    """
    for number in reversed(range(len(hops))):
        _divide(hops[number], number)
        for user in hops[:number]:
            if number in user.over:
                _replace(user, hops[number], user.over.pop(number))
    parts: list[Floats] = []
    for hop in hops:
        parts.append(sum((part * parts[other] for other, part in hop.over.items()), hop.own))
    return parts


def _divide(hop: _Hop, number: int) -> None:
    """Amounts to parts of the whole without what came back to itself; what comes of nothing is not of the kind."""
    over = [(other, hop.over[other]) for other in sorted(hop.over) if other != number]
    whole = sum((amount for _, amount in over), hop.apart)
    flows, divisor = whole > 0, np.where(whole > 0, whole, 1.0)
    hop.own, hop.apart = hop.own / divisor, np.where(flows, hop.apart / divisor, 1.0)
    hop.over = {other: amount / divisor for other, amount in over}


def _replace(user: _Hop, hop: _Hop, amount: Floats) -> None:
    """Take what came over a hop as coming from where the hop has it from."""
    user.own = user.own + amount * hop.own
    user.apart = user.apart + amount * hop.apart
    for other, part in hop.over.items():
        user.over[other] = user.over.get(other, 0.0) + amount * part
