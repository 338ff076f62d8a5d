"""A variant with any of its partnerships: coalitions are resolved one by one, as they are needed.

A thousand of them in one `load` would be a thousand variants side by side. Here the file is read once, what no
coalition changes is validated once, and coalitions share the worlds in which the same partnerships are in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from simulator.errors import Fault, ScenarioError
from simulator.scenario.checks import check_world
from simulator.scenario.context import Context, Tables
from simulator.scenario.loader import drafted
from simulator.scenario.models import World
from simulator.scenario.openings import check_opening
from simulator.scenario.overrides import Change, Draft, applied, changes
from simulator.scenario.scenario import Epoch, Series, Variant
from simulator.scenario.tables import check_series, read_tables
from simulator.scenario.validate import context_for, validated
from simulator.scenario.variants import Choice, Frame, Masks, frame_of, settled, split_frame, variants_of
from simulator.scenario.wrong import Problem

_Force = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""Partnerships and interventions in force."""


@dataclass
class Memory:
    """What resolving some coalitions has made, so that others need not make it again."""

    context: Context
    masks: Masks = field(default_factory=Masks)
    worlds: dict[_Force, World] = field(default_factory=dict)

    def fork(self) -> Memory:
        """One that knows the same; what it meets by itself goes with it."""
        return Memory(self.context.fork(), self.masks.fork(), dict(self.worlds))


@dataclass(frozen=True)
class Coalitions:
    """A variant of a file as it was written, to be resolved with any of its partnerships: plain data."""

    variant: str
    interventions: tuple[str, ...]
    base: Draft
    """The file with what the command line, and the variant, change of what decides when partnerships are in force."""
    later: tuple[tuple[Change, ...], ...]
    """What is laid on the partnerships."""
    columns: Tables
    series: Mapping[str, Series]

    def memory(self) -> Memory:
        """An empty one."""
        return Memory(context_for(self.base.data, self.columns))

    def resolved(self, name: str, partnerships: Sequence[str], memory: Memory) -> Variant:
        """The variant with these partnerships only; its `document` is empty.

        Raises ScenarioError where they cannot hold together.
        """
        choice = Choice(tuple(partnerships), self.interventions, frozenset())
        frame = frame_of(self.base, choice, memory.context)
        if frame is None:
            raise AssertionError("the variant itself has been resolved with the same frame")
        cuts = frame.cuts()
        epochs = tuple(Epoch(instant, self._world(frame, instant, memory)) for instant in cuts)
        self._require(check_opening(epochs[0].world, self.series), self.base, partnerships)
        return Variant(name, name, True, tuple(frame.partnerships), self.interventions, epochs, {})

    def _world(self, frame: Frame, instant: datetime, memory: Memory) -> World:
        force = frame.agreed(instant), frame.happening(instant)
        if force not in memory.worlds:
            memory.worlds[force] = self._made(frame, instant, memory)
        return memory.worlds[force]

    def _made(self, frame: Frame, instant: datetime, memory: Memory) -> World:
        agreed = frame.agreed(instant)
        draft = settled(self.base, frame, instant, self.later)
        if draft.faults:
            raise ScenarioError(draft.faults)
        found = validated(memory.masks.masked(draft.data, agreed), memory.context)
        if isinstance(found, World):
            self._require([*check_world(found, self.series), *check_series(found, self.series)], draft, agreed)
            return found
        raise ScenarioError(self._faults(found, draft, agreed))

    def _require(self, problems: Iterable[Problem], draft: Draft, agreed: Collection[str]) -> None:
        """Raise ScenarioError where there are problems."""
        faults = self._faults(problems, draft, agreed)
        if faults:
            raise ScenarioError(faults)

    @staticmethod
    def _faults(problems: Iterable[Problem], draft: Draft, agreed: Collection[str]) -> list[Fault]:
        """The problems, each with the partnerships that it comes with."""
        where = f"with {', '.join(agreed)}" if agreed else "without any partnership"
        return [draft.places.fault(problem.keys, f"{problem.message} ({where})") for problem in problems]


def coalitions(path: Path, sets: Sequence[str], variant: Variant) -> Coalitions:
    """Coalitions of a variant of a file that loads. Raises as `load`."""
    draft, ordered, folder = drafted(path, sets)
    tables = read_tables(draft, folder)
    own_frame, own = split_frame(changes(variants_of(draft.data)[variant.name], ("variants", variant.name), "variant"))
    ordered_frame, ordered_rest = split_frame(ordered)
    base = applied(applied(Draft(draft.data, draft.places), own_frame), ordered_frame)
    return Coalitions(variant.name, variant.interventions, base, (own, ordered_rest), tables.columns, tables.series)
