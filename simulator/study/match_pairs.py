"""Waste × input: which pairs fit, how far apart they are, and what each would save."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from simulator.scenario.models import Flow, World
from simulator.scenario.scenario import Series
from simulator.study.match_fit import fit, fractions_of, largest_share, mean_of, replacement
from simulator.study.match_seen import Seen
from simulator.study.match_sides import LEAST, Need, Waste, needs, wastes

EARTH = 6371.0
"""Mean radius, km."""
DETOUR = 1.3
"""Kilometres of road for one as the crow flies: an assumption, usual in Europe for trips within a region."""


@dataclass(frozen=True)
class Terms:
    """What a pair is held to."""

    least_fit: float = 0.5
    """Which part of what is useful in the feed the waste has to have as well."""
    distance: float = 50.0
    """km, where no flow and no locations tell."""
    skip: tuple[str, ...] = ()
    """Companies, boundary nodes, processes and materials that are left out."""


@dataclass(frozen=True)
class Way:
    """How a waste would get there."""

    distance: float
    """km."""
    source: str
    """Where that comes from."""
    assumed: bool
    """Whether nothing told it."""
    transport: str | None
    """Mode; None where the scenario has none."""
    freight: float
    """EUR/t."""


@dataclass(frozen=True)
class Place:
    """In whose place a waste would come."""

    material: str
    """The waste itself, where the input names it."""
    fit: float
    """1 where the input names it."""
    replacement: float
    """Tonnes that one tonne of the waste replaces."""
    wanted: float
    """t/year that it could come instead of, or in addition to."""


@dataclass(frozen=True)
class Candidate:
    """A waste that could go to an input."""

    waste: Waste
    need: Need
    place: Place
    share: float
    """Largest part of the input that it may be; 1 where it keeps all limits undiluted."""
    amount: float
    """t/year possible."""
    way: Way
    net: float
    """What both ends together save, EUR/year."""
    known: str
    """Flow of the file that does the same and is closed in this variant; empty where there is none."""

    @property
    def price(self) -> float:
        """What the receiver pays for a tonne so that both save the same, the giver bearing the transport, EUR."""
        return (self.place.replacement * self.need.paid - self.waste.paid + self.way.freight) / 2


def candidates(of: Seen, terms: Terms) -> tuple[Candidate, ...]:
    """All pairs that fit, the greatest net value first, of equals the larger."""
    skip = set(terms.skip)
    given = [waste for waste in wastes(of) if not skip.intersection((waste.company, waste.material))]
    taken = [need for need in needs(of) if not skip.intersection((need.node, need.process))]
    found = [one for waste in given for need in taken if (one := _pair(of, terms, waste, need)) is not None]
    return tuple(sorted(found, key=_order))


def _order(one: Candidate) -> tuple[object, ...]:
    names = one.waste.company, one.waste.material, one.need.node, one.need.process, one.need.slot
    return (-one.net, -one.amount, *names)


def _pair(of: Seen, terms: Terms, waste: Waste, need: Need) -> Candidate | None:
    place = _place(terms, waste, need)
    if place is None or waste.company == need.node or _flows_already(of.world, waste, need):
        return None
    share = largest_share(waste.composition, need.mix or {}, need.limits or {})
    amount = min(waste.amount, place.wanted, share * (need.throughput + need.unmet) if share < 1 else place.wanted)
    if amount < LEAST:
        return None
    way = _way(of, terms, waste, need)
    saved = waste.paid + place.replacement * need.paid - way.freight
    return Candidate(waste, need, place, share, amount, way, amount * saved, _known(of.world, waste, need))


def _place(terms: Terms, waste: Waste, need: Need) -> Place | None:
    """Under its own name where the input has it, else in the place of what most is wanted of; None if nothing fits."""
    if waste.material in need.accepts:
        return Place(waste.material, 1.0, _replaced(waste, need), need.wanted)
    asked = (_instead(waste, need, name) for name in need.feeds or {} if name not in terms.skip)
    able = [place for place in asked if place.fit >= terms.least_fit and place.wanted >= LEAST]
    return max(able, key=lambda place: (place.wanted, place.fit), default=None)


def _instead(waste: Waste, need: Need, material: str) -> Place:
    feed, useful = (need.feeds or {})[material], need.useful or {}
    part, amount = fit(waste.composition, feed, useful), replacement(waste.composition, feed, useful)
    return Place(material, part, amount, need.virgin.get(material, 0.0) + need.unmet)


def _replaced(waste: Waste, need: Need) -> float:
    """Of the primary material that comes in all; 1 where none does."""
    sums: defaultdict[str, float] = defaultdict(float)
    for material, mass in need.virgin.items():
        for substance, part in (need.feeds or {})[material].items():
            sums[substance] += mass * part
    return replacement(waste.composition, fractions_of(sums), need.useful or {}) if sums else 1.0


def _same(flow: Flow, waste: Waste, need: Need) -> bool:
    return (flow.sender, flow.receiver, flow.material) == (waste.company, need.node, waste.material)


def _flows_already(world: World, waste: Waste, need: Need) -> bool:
    return any(flow.active and _same(flow, waste, need) for flow in world.flows.values())


def _known(world: World, waste: Waste, need: Need) -> str:
    return min((name for name, flow in world.flows.items() if _same(flow, waste, need)), default="")


def _way(of: Seen, terms: Terms, waste: Waste, need: Need) -> Way:
    ends = {waste.company, need.node}
    distance, source = _distance(of, ends) or (terms.distance, "assumed, since no flow and no locations tell it")
    mode = _mode(of, waste)
    cost = mean_of(of.world.transport[mode].cost, of.scenario.series) if mode else None
    return Way(distance, source, source.startswith("assumed"), mode, distance * (cost or 0.0))


def _distance(of: Seen, ends: set[str]) -> tuple[float, str] | None:
    """As a flow between both has it, else from where they are."""
    flows = {name: flow for name, flow in of.world.flows.items() if {flow.sender, flow.receiver} == ends}
    found = [(length, name) for name, flow in flows.items() if (length := mean_of(flow.distance, of.scenario.series))]
    if found:
        return min(found)[0], f"as flows.{min(found)[1]}"
    places = {name: node.location for nodes in (of.world.boundary, of.world.companies) for name, node in nodes.items()}
    one, other = (places[name] for name in sorted(ends))
    crow = great_circle(one, other) if one and other else None
    return None if crow is None else (DETOUR * crow, f"great circle of both locations × {DETOUR}")


def great_circle(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Shortest way over a sphere between two places in degrees of latitude and longitude; km, by the haversine."""
    (north, east), (north2, east2) = (tuple(map(radians, place)) for place in (one, other))
    chord = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def _mode(of: Seen, waste: Waste) -> str | None:
    """What carries the waste today, else what most flows use, of equals the cheapest."""
    flows = of.world.flows
    today = sorted(mode for name in waste.flows if (mode := flows[name].transport))
    used = Counter(flow.transport for flow in flows.values() if flow.transport)
    names = sorted(of.world.transport, key=lambda name: (-used[name], _cost(of.world, of.scenario.series, name), name))
    return next(iter([*today, *names]), None)


def _cost(world: World, series: Mapping[str, Series], mode: str) -> float:
    return mean_of(world.transport[mode].cost, series) or 0.0
