"""Settlement watched rank by rank, on random networks, against plain reckoning in fractions.

``NUMBA_DISABLE_JIT=1 python -m tests.engine.settled``: kernels that run as Python can be watched from within. After
every rank of every settlement: no offer, request, capacity, share or safety stock is exceeded, lots are whole, no flow
could still move anything (in lots: a whole one), and without lots each flow got exactly what fair sharing gives it.
After every instant that was settled until quiet: one more round of everything moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite
from typing import Any

from simulator.engine import rounds, settlement
from simulator.engine.claims import NOTHING
from simulator.engine.layout import UNBOUNDED
from simulator.engine.production import close_production, produce
from tests.engine.laws import opened, recorded, tried
from tests.engine.networks import Network

CLOSE = 1e-9
GONE = 1e-10
"""Part of what there was that counts as nothing left."""
PATIENCE = 300
"""Rounds after which a network counts as restless: Python is slow."""


@dataclass(frozen=True)
class Way:
    """A flow of the rank before it is settled."""

    flow: int
    source: int
    target: int
    cap: float
    safety: float
    whole: float


@dataclass(frozen=True)
class Market:
    """A rank before it is settled: flows, what senders hold, what receivers ask for."""

    ways: Sequence[Way]
    offers: dict[int, float]
    requests: dict[int, float]

    def spare(self, way: Way) -> float:
        """What its sender holds above what it keeps from it."""
        return max(0.0, self.offers[way.source] - way.safety)


def seen(b: Any, lane: int, start: int, end: int) -> Market:
    """What the kernel sees of a rank."""
    ways = []
    for f in (int(b.due_flows[i]) for i in range(start, end)):
        flow, cap = b.flows[f], float(b.by_flow[f].cap)
        safety, whole = (float(b.numbers[lane, number]) for number in (flow.safety, flow.whole))
        ways.append(Way(f, int(flow.source), int(flow.target), cap, safety, whole))
    offers = {way.source: float(b.by_place[way.source].offer) for way in ways}
    return Market(ways, offers, {way.target: float(b.by_place[way.target].request) for way in ways})


def watched_rank(b: Any, lane: int, start: int, end: int) -> None:
    market = seen(b, lane, start, end)
    _settle_rank(b, lane, start, end)
    sent = [float(b.by_flow[way.flow].amount) for way in market.ways]
    within_bounds(market, sent)
    lots_are_whole(market, sent)
    nothing_could_still_move(market, sent)
    if not any(way.whole for way in market.ways):
        for way, amount, exact in zip(market.ways, sent, fair(market), strict=True):
            most = min(way.cap, market.requests[way.target], market.spare(way))
            assert abs(amount - exact) <= CLOSE * most + NOTHING * way.safety, (market, sent, fair(market))


def watched_close(b: Any, lane: int) -> None:
    """One more round, in which all ranks and choices act, moves nothing."""
    if len(b.rounds) > 0 and b.lane_state[lane].restless == 0:
        again = type(b)(*(array.copy() for array in b))
        for part in again.by_part:
            part.quiet, part.stage, part.moved = 0, UNBOUNDED, 0.0
        produce(again, lane)
        settlement.settle(again, lane)
        for part in again.by_part:
            assert part.moved <= GONE * part.largest, (part.moved, part.largest)
    _close_production(b, lane)


_settle_rank, _close_production = settlement.settle_rank, close_production


def within_bounds(market: Market, sent: Sequence[float]) -> None:
    for way, amount in zip(market.ways, sent, strict=True):
        assert 0.0 <= amount <= way.cap * (1 + CLOSE)
        held = [other.source == way.source and other.safety >= way.safety for other in market.ways]
        assert total(sent, held) <= market.spare(way) * (1 + CLOSE), (way, market, sent)
    for target, request in market.requests.items():
        assert total(sent, [way.target == target for way in market.ways]) <= request * (1 + CLOSE)


def total(sent: Sequence[float], chosen: Iterable[bool]) -> float:
    return sum(amount for amount, counts in zip(sent, chosen, strict=True) if counts)


def lots_are_whole(market: Market, sent: Sequence[float]) -> None:
    for way, amount in zip(market.ways, sent, strict=True):
        if way.whole:
            assert abs(amount / way.whole - round(amount / way.whole)) <= 1e-8 * max(1.0, amount / way.whole)


def nothing_could_still_move(market: Market, sent: Sequence[float]) -> None:
    for way, amount in zip(market.ways, sent, strict=True):
        from_here = total(sent, [other.source == way.source for other in market.ways])
        to_there = total(sent, [other.target == way.target for other in market.ways])
        offer, request = market.offers[way.source], market.requests[way.target]
        left = [
            (way.cap - amount if isfinite(way.cap) else inf, way.cap),
            (request - to_there if isfinite(request) else inf, request),
            (offer - from_here - way.safety, offer) if isfinite(offer) else (inf, inf),
        ]
        if way.whole:
            assert min(rest for rest, _ in left) < way.whole * (1 + CLOSE), (way, market, sent)
        else:
            assert any(rest <= GONE * before for rest, before in left if isfinite(before)), (way, market, sent)


def fair(market: Market) -> list[float]:
    """Exactly what every flow gets by the rules, reckoned in fractions.

    Each sender grants in proportion to what its flows ask for: of what lies above each safety stock, what all the flows
    that keep at least so much may have together. Each receiver accepts in proportion to its grants. Again, with what is
    left, until nothing moves.
    """
    exact = Exact(market)
    while exact.round():
        pass
    return [float(amount) for amount in exact.sent]


class Exact:
    """Fair sharing without rounding; None is unlimited."""

    def __init__(self, market: Market) -> None:
        self.ways = market.ways
        self.caps = [finite(way.cap) for way in market.ways]
        self.offers = {place: finite(offer) for place, offer in market.offers.items()}
        self.requests = {place: finite(request) for place, request in market.requests.items()}
        self.sent = [Fraction(0)] * len(market.ways)

    def round(self) -> bool:
        """Grant, accept, move; whether anything moved."""
        asked = [self.asked(n) for n in range(len(self.ways))]
        granted = [ask * self.part(n, asked) for n, ask in enumerate(asked)]
        moved = [grant * self.taken(n, granted) for n, grant in enumerate(granted)]
        for n, amount in enumerate(moved):
            way = self.ways[n]
            self.sent[n] += amount
            self.caps[n] = less(self.caps[n], amount)
            self.offers[way.source] = less(self.offers[way.source], amount)
            self.requests[way.target] = less(self.requests[way.target], amount)
        return any(moved) and max(moved) > Fraction(1, 10**15) * max(self.sent)

    def spare(self, n: int) -> Fraction | None:
        offer = self.offers[self.ways[n].source]
        return None if offer is None else max(Fraction(0), offer - Fraction(self.ways[n].safety))

    def asked(self, n: int) -> Fraction:
        """Capacity and open request, without limit the offer, of a flow that can get anything."""
        spare = self.spare(n)
        bounds = [bound for bound in (self.caps[n], self.requests[self.ways[n].target]) if bound is not None]
        if spare == 0:
            return Fraction(0)
        return min(bounds) if bounds else spare or Fraction(0)

    def part(self, n: int, asked: Sequence[Fraction]) -> Fraction:
        """Of what a flow asks for, what its sender grants."""
        rivals = [k for k, way in enumerate(self.ways) if way.source == self.ways[n].source]
        part = Fraction(1)
        for k in rivals:
            spare = self.spare(k)
            if spare is not None and self.ways[k].safety <= self.ways[n].safety:
                claims = sum(asked[m] for m in rivals if self.ways[m].safety >= self.ways[k].safety)
                part = min(part, spare / claims) if claims else part
        return part

    def taken(self, n: int, granted: Sequence[Fraction]) -> Fraction:
        """Of what a flow is granted, what its receiver accepts."""
        request = self.requests[self.ways[n].target]
        offered = sum(granted[k] for k, way in enumerate(self.ways) if way.target == self.ways[n].target)
        return Fraction(1) if request is None or offered <= request else request / offered


def finite(amount: float) -> Fraction | None:
    return Fraction(amount) if isfinite(amount) else None


def less(held: Fraction | None, amount: Fraction) -> Fraction | None:
    return None if held is None else held - amount


@tried(25)
def ranks_settle_fairly_and_leave_nothing(network: Network) -> None:
    recorded(opened(network))


def watch() -> None:
    """Let the kernels call what watches them."""
    settlement.settle_rank = watched_rank
    vars(rounds).update(close_production=watched_close, MOST=PATIENCE)


if __name__ == "__main__":
    watch()
    ranks_settle_fairly_and_leave_nothing()
