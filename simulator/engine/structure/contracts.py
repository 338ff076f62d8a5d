"""Periods of contracts, and the tables of those that bound what flows."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.engine.calendar import Timeline
from simulator.engine.layout import NEVER, UNBOUNDED
from simulator.engine.parameters import tonnes
from simulator.engine.structure.draft import Draft, Row
from simulator.scenario.contracts import Contract
from simulator.scenario.models import World
from simulator.scenario.numbers import Number


@dataclass(frozen=True, slots=True)
class Term:
    """One period of a contract, in seconds since the start of the run."""

    start: int
    end: int
    """Where the next begins, or the contract or the run ends."""
    whole: int
    """Its length if nothing cut it short; of a contract without periods that of the contract."""


def terms_of(line: Timeline, contract: Contract) -> tuple[Term, ...]:
    """The periods that have a part in the run; the first may have begun before it."""
    first = line.at(contract.start) if contract.start else 0
    end = min(line.at(contract.end), line.end) if contract.end else line.end
    terms, n, start = [], 0, first
    while start < end:
        n += 1
        following = line.after(first, contract.period, n) if contract.period else end
        terms.append(Term(start, min(following, end), following - start))
        start = following
    return tuple(term for term in terms if term.end > 0)


def cuts(world: World, line: Timeline) -> tuple[int, ...]:
    """Instants within the run at which a period of some contract begins or ends: rows of the ledger end there."""
    terms = (terms_of(line, flow.agreed) for flow in world.flows.values() if flow.agreed)
    instants = {instant for found in terms for term in found for instant in (term.start, term.end)}
    return tuple(sorted(instant for instant in instants if 0 < instant < line.end))


def contracts(draft: Draft, line: Timeline) -> tuple[dict[str, int], list[Row], list[tuple[int, ...]]]:
    """Number of the contract of every flow that has one, their rows, and when their periods begin and they end."""
    numbers: dict[str, int] = {}
    rows: list[Row] = []
    turns: list[tuple[int, ...]] = []
    for key in draft.index.flows:
        contract = draft.world.flows[key.flow].contract
        if contract is None:
            continue
        terms = terms_of(line, contract)
        starts = tuple(term.start for term in terms)
        ends = terms[-1].end < line.end if terms else True
        numbers[key.flow] = len(rows)
        rows.append((_maximum(draft, key.flow), len(starts) + 1 if ends else NEVER))
        turns.append((*starts, *([terms[-1].end] if ends and terms else []), NEVER))
    return numbers, rows, turns


def _maximum(draft: Draft, name: str) -> int:
    def read(world: World) -> Number | None:
        flow = world.flows[name]
        return tonnes(flow.contract.maximum, world, flow.material) if flow.contract else None

    return draft.parameters.add(read, UNBOUNDED)
