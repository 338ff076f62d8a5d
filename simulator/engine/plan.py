"""Scenario + lanes → index and parameter arrays: what the kernels run on, as plain data.

Variants that differ in periods, horizon, lead times or durations, or in what is no number, cannot share a plan: each
such group has one of its own. Everything else that differs between lanes is numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.engine import layout
from simulator.engine.axes import index_of, origins
from simulator.engine.calendar import Reviews, Timeline, beats, reviews, timeline
from simulator.engine.courses import Course, course_of
from simulator.engine.curvebook import CurveBook
from simulator.engine.index import Index, Limit, Term
from simulator.engine.noise import Noises, noises, steady
from simulator.engine.noise import tables as noise_tables
from simulator.engine.parameters import Parameters
from simulator.engine.programs import Program, programs
from simulator.engine.reading import numbers_of, opening
from simulator.engine.state import RHYTHM
from simulator.engine.structure import consumers, energy, flows, places, ways
from simulator.engine.structure.ages import Aging, aging, asking
from simulator.engine.structure.alike import structure_of
from simulator.engine.structure.contracts import contracts
from simulator.engine.structure.draft import Draft, groups_of, lags_of
from simulator.engine.structure.learners import learners
from simulator.engine.structure.parts import Parts, parts_of
from simulator.engine.structure.pulls import pulls
from simulator.engine.structure.rings import rings
from simulator.engine.structure.rounds import rounds
from simulator.engine.structure.shown import Shown, shown
from simulator.engine.timeseries import sample
from simulator.scenario.buses import Bus, Joints, merged
from simulator.scenario.models import World
from simulator.scenario.scenario import Scenario, Variant
from simulator.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T", int, float)


@dataclass(frozen=True)
class Sections:
    """Sizes and first rows of what is recorded."""

    moved: Mapping[str, int]
    counted: Mapping[str, int]
    movements: int
    counters: int


@dataclass(frozen=True)
class Plan:
    """Everything that lanes with one clock share."""

    index: Index
    line: Timeline
    reviews: tuple[Reviews, ...]
    tables: Mapping[str, NDArray[np.void]]
    """The tables of `layout`, by name."""
    sections: Sections
    numbers: Floats
    """(rows, N): the numbers of every epoch of every variant."""
    courses: Mapping[str, Course]
    """By variant."""
    ticks: Ints
    """Instants at which anyone reviews, s."""
    between: Ints
    """Instants at which something may arrive and no one reviews, s."""
    span: Floats
    """Days each review acts for, (groups, reviews)."""
    tick_span: Floats
    """Days for which energy is dispatched at every tick, 0 where it is not: at each step, and where a company reviews
    that uses or gives energy."""
    lag_due: Ints
    """When what starts at a review arrives, s, (queues, reviews)."""
    turns: Ints
    """When periods of contracts begin and contracts end, s, (contracts, turns)."""
    rhythm: NDArray[np.void]
    series: Floats
    noises: Noises
    survival: Floats
    initial_loss: Floats
    substances: int
    aging: Aging
    parts: Parts
    draft: Draft
    """How the numbers of further worlds are read."""
    book: CurveBook
    """The survival curves there are, and their rows."""

    @property
    def programs(self) -> tuple[Program, ...]:
        """The machine code that it needs."""
        return programs(self.tables)

    @cached_property
    def structure(self) -> object:
        """What is no number, the same in all its worlds."""
        return structure_of(self.draft.parameters.worlds[0])

    @cached_property
    def shown(self) -> frozenset[Shown]:
        """What any of its worlds shows."""
        return frozenset().union(*map(shown, self.draft.parameters.worlds))

    def covers(self, world: World) -> bool:
        """Whether lanes with a world that it was not made from can be cast on it.

        A plan has a place for what its own worlds together show, and what none of them gives is constant in it. So a
        further world has to be of the same structure, and to show nothing new.
        """
        if any(world is own for own in self.draft.parameters.worlds):
            return True
        alike = structure_of(world) == self.structure and shown(world) <= self.shown
        return alike and self.draft.parameters.covers(world)


def plans(scenario: Scenario, terms: Iterable[Term] = ()) -> tuple[Plan, ...]:
    """One plan for every group of variants that can share a clock, in the order of the file.

    `terms` are the quantities to be weighed with time series as they happen.
    """
    groups: list[tuple[object, list[Variant]]] = []
    for variant in scenario.variants.values():
        key = structure_of(variant.epochs[0].world)
        alike = next((variants for other, variants in groups if other == key), None)
        if alike is None:
            groups.append((key, [variant]))
        else:
            alike.append(variant)
    joints = merged(world for variant in scenario.variants.values() for world in variant.worlds)
    return tuple(_plan(scenario, variants, tuple(terms), joints) for _, variants in groups)


def _plan(
    scenario: Scenario, variants: Sequence[Variant], terms: tuple[Term, ...], joints: Mapping[Bus, Joints]
) -> Plan:
    """1. axes and groups  2. tables, which also tell how to read the numbers  3. numbers, curves, series, courses."""
    world = variants[0].epochs[0].world
    every_world = [world for variant in scenario.variants.values() for world in variant.worlds]
    worlds = [world for variant in variants for world in variant.worlds]
    index, groups, line = index_of(world, origins(every_world), terms, joints), groups_of(world), timeline(world)
    looks = tuple(reviews(line, period) for period in groups)
    parts = parts_of(world, index)
    draft = Draft(world, index, Parameters(worlds), groups, lags_of(world, index, groups), parts)
    sections, book = sections_of(index), CurveBook(scenario.series)
    tables, dues, turns = _tables(draft, sections, line, list(looks), list(scenario.noises))
    numbers, row_of = numbers_of(draft, worlds, book), {id(world): row for row, world in enumerate(worlds)}
    openings = {variant.name: opening(draft, variant.epochs[0].world, book) for variant in variants}
    rhythm = _rhythms(draft, looks)
    survival, losses = book.tables(int(rhythm["interval"].max(initial=0)) + 1)
    ticks = sorted({time for group in looks for time in group.times})
    lag_due = _padded(dues, layout.NEVER)
    return Plan(
        index=index,
        line=line,
        reviews=looks,
        tables=tables,
        sections=sections,
        numbers=numbers,
        courses={one.name: course_of(one, line, openings[one.name], row_of) for one in variants},
        ticks=np.array(ticks, dtype=np.int64),
        between=np.setdiff1d(lag_due[lag_due < line.end], ticks),
        span=_padded([group.spans for group in looks], 0.0),
        tick_span=_dispatch_spans(draft, looks, ticks, line.end),
        lag_due=lag_due,
        turns=_padded(turns, layout.NEVER),
        rhythm=rhythm,
        series=sample(scenario.series, steady(draft.series, scenario.noises), line, ticks),
        noises=noises(scenario.noises.values(), line, ticks),
        survival=survival,
        initial_loss=losses,
        substances=len({label.substance for label in index.labels}),
        aging=aging(draft, asking(index, every_world), book, (start.curve for start in openings.values())),
        parts=parts,
        draft=draft,
        book=book,
    )


def _dispatch_spans(draft: Draft, looks: Sequence[Reviews], ticks: Sequence[int], end: int) -> Floats:
    """From each instant at which energy is dispatched to the next, days; a company that has no part in it sets none."""
    groups = {draft.groups[draft.world.time.step], *(draft.group(bus.company) for bus in draft.index.buses)}
    instants = np.array(sorted({time for group in groups for time in looks[group].times}), dtype=np.int64)
    spans = np.zeros(len(ticks))
    spans[np.searchsorted(ticks, instants)] = np.diff([*instants, end]) / SECONDS_PER_DAY
    return spans


def sections_of(index: Index) -> Sections:
    """Where each quantity stands among the movements and the counters of a lane."""
    moved = {"shipped": index.flows, "drawn": index.draws, "made": index.outputs, "retired": index.ends,
             "soiled": index.uses}  # fmt: skip
    limits = sum(2 * (Limit.INPUT + len(key.slots)) for key in index.processes)
    counted = {"basis": len(index.processes), "learned": len(index.learners), "outage": len(index.processes),
               "restarts": len(index.processes), "starting": len(index.processes), "limits": limits,
               "unmet_use": len(index.uses), "unmet_demand": len(index.places),
               "weighted": len(index.terms), "taps": len(index.taps()), "used": len(index.users),
               "given": len(index.suppliers), "peaks": len(index.buses), "lost": len(index.stores)}  # fmt: skip
    sizes = {name: len(items) for name, items in moved.items()}
    return Sections(_firsts(sizes), _firsts(counted), sum(sizes.values()), sum(counted.values()))


def _firsts(sizes: Mapping[str, int]) -> dict[str, int]:
    starts = np.cumsum([0, *sizes.values()]).tolist()
    return dict(zip(sizes, starts, strict=False))


def _tables(
    draft: Draft, sections: Sections, line: Timeline, looks: list[Reviews], noise: Sequence[str]
) -> tuple[dict[str, NDArray[np.void]], list[tuple[int, ...]], list[tuple[int, ...]]]:
    """The tables, when what enters each queue arrives, and when the periods of each contract turn."""
    contract_of, contract, turns = contracts(draft, line)
    terms, of_terms = flows.weighted(draft, sections.counted["weighted"])
    ring_of, ring = rings(draft.world, draft.index)
    place, nominal, edges = places.places(draft, ring_of)
    lag, dues = flows.lags(draft, line, looks)
    of_energy, needs = energy.tables(draft, of_terms)
    rows = {
        "consumers": consumers.consumers(draft),
        "processes": consumers.processes(draft, sections.counted["limits"], of_terms, needs),
        "slots": consumers.slots(draft),
        "mix_limits": consumers.mix_limits(draft),
        "draws": consumers.draws(draft),
        "outputs": consumers.outputs(draft, of_terms),
        "uses": consumers.uses(draft),
        "wants": consumers.wants(draft),
        "ends": consumers.ends(draft),
        "places": place,
        "nominals": nominal,
        "flows": flows.flows(draft, of_terms, contract_of),
        "lags": lag,
        "rings": ring,
        "contracts": contract,
        "rounds": rounds(draft),
        "edges": edges,
        "terms": terms,
        "learners": learners(draft),
        **ways.tables(draft),
        **of_energy,
    }
    rows["pulls"] = pulls(draft, layout.records("processes", rows["processes"])["pull"].tolist())
    rows["shared"], rows["makers"] = consumers.shared(draft)
    rows["varyings"] = flows.varying(draft)
    rows["noisy"], rows["noises"] = noise_tables(draft.series, noise)
    return {name: layout.records(name, rows[name]) for name in layout.TABLES}, dues, turns


def _rhythms(draft: Draft, looks: Sequence[Reviews]) -> NDArray[np.void]:
    longest = max(len(group.times) for group in looks)
    table = np.zeros((len(draft.rhythms), longest), RHYTHM)
    periods = list(draft.groups)
    for (group, cohort), n in draft.rhythms.items():
        beat = beats(looks[group], periods[group], cohort)
        table["interval"][n, : len(beat.intervals)] = beat.intervals
        table["opens"][n, : len(beat.intervals)] = np.diff(beat.intervals, prepend=-1) > 0
        table["spread"][n, : len(beat.spreads)] = beat.spreads
    return table


def _padded(rows: Sequence[Sequence[T]], fill: T) -> NDArray[Any]:
    """Rows of unequal length as one array."""
    width = max((len(row) for row in rows), default=0)
    table = np.full((len(rows), width), fill, dtype=type(fill))
    for n, row in enumerate(rows):
        table[n, : len(row)] = row
    return table
