"""What the builders of the tables share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.engine.calendar import cohort_span
from simulator.engine.index import Index, Place, UseKey
from simulator.engine.layout import Phase
from simulator.engine.parameters import Parameters
from simulator.engine.structure.parts import Parts
from simulator.scenario.models import World
from simulator.scenario.numbers import Span

T = TypeVar("T")
Row = tuple[int, ...]
RESTING, IN_TRANSIT, IN_PROCESS = 0, 1, 2
PHASES = 3


@dataclass(frozen=True, slots=True)
class Lag:
    """A queue of what is under way: for a flow (`transit`), for an output of a process (`process`), or what rests."""

    place: int
    section: int
    number: int
    """Of the flow or of the output; of what rests its `Phase`, those behind other queues after them."""
    span: Span
    group: int
    behind: Lag | None = None
    """The queue from which it gets what rests in it."""
    after: int = Phase.BEGUN
    """The phase of an instant behind which it arrives."""


@dataclass
class Draft:
    """What the tables are built from, and what they number on the way."""

    world: World
    """Structure: the same in all worlds."""
    index: Index
    parameters: Parameters
    groups: Mapping[Span, int]
    """Review periods in force, each a group of companies."""
    lags: tuple[Lag, ...]
    """By place, so that those towards one place stand together."""
    parts: Parts
    rhythms: dict[tuple[int, Span], int] = field(default_factory=dict)
    """Cohort intervals, by group and length."""
    schedules: list[tuple[str, str]] = field(default_factory=list)
    """Company and process of every schedule of outages."""
    series: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Rows of the series: products of tables."""
    wants: dict[UseKey, tuple[int, int]] = field(default_factory=dict)
    """Numbers that the kernels set of uses driven by their stock: what they replace, t/day, and what they lack, t."""

    curves: dict[UseKey, int] = field(default_factory=dict)
    """Numbers that are rows of survival curves, of every use."""

    def curve_of(self, key: UseKey) -> int:
        """The number that says which survival curve a use has."""
        return self.curves.setdefault(key, self.parameters.add(lambda _: 0.0))

    def wants_of(self, key: UseKey) -> tuple[int, int]:
        """The two numbers that the kernels set of a use."""
        if key not in self.wants:
            self.wants[key] = (self.parameters.add(lambda _: 0.0), self.parameters.add(lambda _: 0.0))
        return self.wants[key]

    def group(self, node: str) -> int:
        return self.groups[period_of(self.world, node)]

    def row_of(self, *tables: str) -> int:
        """The row of the series that is the product of these tables."""
        return self.series.setdefault(tuple(sorted(tables)), len(self.series))

    def lag_of(self, section: int, number: int) -> int:
        """The queue of a flow or an output, −1 where it takes no time."""
        found = (n for n, lag in enumerate(self.lags) if (lag.section, lag.number) == (section, number))
        return next(found, -1)


def ranges(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[Hashable, tuple[int, int]]:
    """First position and number of the items that share a key; they stand together."""
    found: dict[Hashable, tuple[int, int]] = {}
    for n, item in enumerate(items):
        first, count = found.get(key(item), (n, 0))
        found[key(item)] = (first, count + 1)
    return found


def period_of(world: World, node: str) -> Span:
    """How often a node reviews: boundary nodes, and companies without a period, every step."""
    period = world.companies[node].review_period if node in world.companies else None
    return period or world.time.step


def cohort_of(world: World, company: str, use: str) -> Span:
    """Length of a use's cohort intervals."""
    return cohort_span(period_of(world, company), world.companies[company].uses[use].cohort)


def groups_of(world: World) -> dict[Span, int]:
    """Review periods in force, numbered from the shortest; boundary nodes review every step."""
    periods = {world.time.step} | {period_of(world, company) for company in world.companies}
    return {period: n for n, period in enumerate(sorted(periods, key=lambda span: (span.days(), span.months)))}


def lags_of(world: World, index: Index, groups: Mapping[Span, int]) -> tuple[Lag, ...]:
    """Everything that is under way for a time: flows with a lead time to a company, outputs with a duration; and what
    rests.

    At a place the queues of what rests come first: they make room before others pass on to them."""
    lags = []
    for n, key in enumerate(index.flows):
        lead, target = world.flows[key.flow].lead_time, index.places[key.target]
        if lead is not None and _takes(lead) and target.kind == "inventory":
            lags.append(Lag(key.target, IN_TRANSIT, n, lead, groups[period_of(world, target.node)]))
    for n, output in enumerate(index.outputs):
        duration = world.companies[output.company].processes[output.process].duration
        if duration is not None and _takes(duration) and output.place >= 0:
            lags.append(Lag(output.place, IN_PROCESS, n, duration, groups[period_of(world, output.company)]))
    for n, place in enumerate(index.places):
        span = residence_of(world, place)
        if span is not None:
            before = [lag for lag in lags if lag.place == n]
            lags += _resting(n, span, groups[period_of(world, place.node)], before, world.in_rounds)
    return tuple(sorted(lags, key=lambda lag: (lag.place, lag.section, lag.number)))


def _takes(span: Span) -> bool:
    """Whether it takes any time, in any replication."""
    return span.days() > 0 or span.distribution is not None


def span_of(world: World, index: Index, lag: Lag) -> Span:
    """How long what enters a queue takes in a world."""
    if lag.section == IN_TRANSIT:
        span = world.flows[index.flows[lag.number].flow].lead_time
    elif lag.section == IN_PROCESS:
        output = index.outputs[lag.number]
        span = world.companies[output.company].processes[output.process].duration
    else:
        span = residence_of(world, index.places[lag.place])
    return span or Span()


def residence_of(world: World, place: Place) -> Span | None:
    """How long what joins a place rests there; None where it does not."""
    held = world.companies[place.node].inventories.get(place.name) if place.kind == "inventory" else None
    return held.residence if held and held.residence and _takes(held.residence) else None


def _resting(place: int, span: Span, group: int, before: Sequence[Lag], rounds: bool) -> Iterator[Lag]:
    """The queues in which what joins a place rests: one for each phase, one behind each other queue.

    In rounds a phase comes several times, so that what has rested is there from the first.
    """
    for phase in range(PHASES):
        yield Lag(place, RESTING, phase, span, group, after=Phase.BEGUN if rounds else phase)
    for n, lag in enumerate(before, PHASES):
        yield Lag(place, RESTING, n, span, lag.group, lag)


def node_active(world: World, node: str) -> bool:
    return world.companies[node].active if node in world.companies else world.boundary[node].active
