"""Tables of flows, queues, time series and weighted quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil

from simulator.engine.axes import ORIGINS, substances
from simulator.engine.calendar import Reviews, Timeline, slots_needed
from simulator.engine.index import FlowKey, Term
from simulator.engine.layout import KEEPS, REUSED, UNBOUNDED
from simulator.engine.parameters import tonnes
from simulator.engine.structure.consumers import Counters
from simulator.engine.structure.draft import IN_TRANSIT, Draft, Lag, Row, node_active, ranges
from simulator.engine.structure.pulls import turn
from simulator.network.parts import rank
from simulator.scenario.models import Flow, World
from simulator.scenario.numbers import Number
from simulator.scenario.reuse import reused_flows
from simulator.units import SECONDS_PER_DAY


def flows(draft: Draft, terms: Counters, contract_of: Mapping[str, int]) -> list[Row]:
    """`contract_of`: number of the contract of each flow that has one."""
    again = reused_flows(draft.world)
    return [
        (*_flow(draft, n, key, terms, key.flow in again), contract_of.get(key.flow, -1))
        for n, key in enumerate(draft.index.flows)
    ]


def _flow(draft: Draft, n: int, key: FlowKey, terms: Counters, again: bool) -> Row:
    def edge(world: World) -> Flow:
        return world.flows[key.flow]

    def mass(name: str) -> Callable[[World], Number | None]:
        return lambda world: tonnes(getattr(edge(world), name), world, key.material)

    add, target = draft.parameters.add, draft.index.places[key.target]
    return (
        key.source,
        key.target,
        draft.group(target.node),
        draft.parts.place(key.source),
        add(lambda world: rank(world, edge(world)) + turn(world, target)),
        add(lambda world: _active(edge(world), world)),
        add(lambda world: edge(world).share, 1.0),
        add(mass("capacity"), UNBOUNDED),
        add(mass("lot_size")),
        add(lambda world: _whole(draft, world, key)),
        add(lambda world: _safety(draft, world, key)),
        draft.lag_of(IN_TRANSIT, n),
        ORIGINS.index("pre_consumer") if _is_scrap(draft, key) else REUSED if again else KEEPS,
        *terms("flow", (key.flow,)),
    )


def _active(flow: Flow, world: World) -> float:
    return float(flow.active and node_active(world, flow.sender) and node_active(world, flow.receiver))


def _whole(draft: Draft, world: World, key: FlowKey) -> Number | None:
    """What a flow is shipped in multiples of: a fixed order of the receiver, else its lot."""
    target = draft.index.places[key.target]
    if target.kind == "inventory":
        held = world.companies[target.node].inventories.get(target.name)
        if held is not None and held.order_quantity is not None:
            return tonnes(held.order_quantity, world, target.name)
    return tonnes(world.flows[key.flow].lot_size, world, key.material)


def _safety(draft: Draft, world: World, key: FlowKey) -> Number | None:
    """What a flow leaves in its sender's store: its own safety stock, else the inventory's."""
    source, own = draft.index.places[key.source], world.flows[key.flow].safety_stock
    if own is not None or source.kind != "inventory":
        return tonnes(own, world, key.material)
    held = world.companies[source.node].inventories.get(source.name)
    return tonnes(held.safety_stock, world, source.name) if held else None


def _is_scrap(draft: Draft, key: FlowKey) -> bool:
    """Whether it carries what is scrap of a process out of its company."""
    source, target = draft.index.places[key.source], draft.index.places[key.target]
    company = draft.world.companies.get(source.node)
    if company is None or source.node == target.node:
        return False
    return any(source.name in process.scrap for process in company.processes.values())


def lags(draft: Draft, line: Timeline, groups: list[Reviews]) -> tuple[list[Row], list[tuple[int, ...]]]:
    """Rows of the queues, and when what starts at each review arrives."""
    rows: list[Row] = []
    dues: list[tuple[int, ...]] = []
    first = 0
    following = {lag.behind: n for n, lag in enumerate(draft.lags) if lag.behind}
    for lag in draft.lags:
        times = groups[lag.group].times
        if lag.behind:
            times = tuple(line.after(time, lag.behind.span) for time in times)
        due = tuple(line.after(time, lag.span) for time in times)
        latest = [max(time, after) for time, after in zip(due, _latest(times, lag), strict=True)]
        slots = slots_needed(times, [time + (lag.after > 0) for time in latest])
        rows.append((lag.place, first, slots, lag.group, lag.section, lag.after, following.get(lag, -1)))
        dues.append(due)
        first += slots
    return rows, dues


def _latest(times: Sequence[int], lag: Lag) -> list[int]:
    """When what starts at some instants arrives at the latest in any replication."""
    longest = max(lag.span.distribution.bounds()[1], 0.0) if lag.span.distribution else 0.0
    return [time + ceil(longest * SECONDS_PER_DAY) for time in times]


def varying(draft: Draft) -> list[Row]:
    """Numbers that follow a time series."""
    return [(number, factor, draft.row_of(*names)) for number, factor, names in draft.parameters.varying]


def weighted(draft: Draft, first: int) -> tuple[list[Row], Counters]:
    """Rows of the quantities that are weighed with series, counted from `first`, and where those of one stand."""
    terms = draft.index.terms
    found = ranges(terms, lambda term: (term.quantity, term.key[:2] if term.quantity == "air" else term.key))
    rows = list(_term_rows(draft, terms, first))
    return rows, lambda quantity, key: found.get((quantity, key), (0, 0))


def _term_rows(draft: Draft, terms: tuple[Term, ...], first: int) -> Iterator[Row]:
    for n, term in enumerate(terms):
        yield first + n, draft.row_of(*term.tables), _substance(draft, term)


def _substance(draft: Draft, term: Term) -> int:
    """Of what is released, which substance is weighed; −1 for everything else."""
    return substances(draft.world).index(term.key[2]) if term.quantity == "air" else -1
