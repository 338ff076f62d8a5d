"""The table of the processes that learn by doing."""

from __future__ import annotations

from typing import cast

from simulator.engine.index import ProcessKey
from simulator.engine.structure.consumers import process_reader
from simulator.engine.structure.draft import Draft, Row
from simulator.scenario.learning import Learning
from simulator.scenario.models import World
from simulator.scenario.numbers import Number


def learners(draft: Draft) -> list[Row]:
    """One row for each."""
    return [_learner(draft, key) for key in draft.index.learners]


def _learner(draft: Draft, key: ProcessKey) -> Row:
    recipe, add = process_reader(key), draft.parameters.add
    number = [(other.company, other.process) for other in draft.index.processes].index((key.company, key.process))

    def learning(world: World) -> Learning:
        return cast(Learning, recipe(world).learning)  # the same in all worlds of a plan

    return (
        number,
        add(lambda world: learning(world).exponent),
        add(lambda world: learning(world).experience),
        add(lambda world: _least(recipe(world).cost, learning(world).floor)),
        _pool(draft, key),
    )


def _least(cost: Number | None, floor: Number | None) -> float:
    """Part of the cost that always remains."""
    return floor.value / cost.value if cost and floor else 0.0


def _pool(draft: Draft, key: ProcessKey) -> int:
    """Processes with the number of the first that shares their experience learn together."""
    names = [_shared(draft, other) for other in draft.index.learners]
    return names.index(_shared(draft, key))


def _shared(draft: Draft, key: ProcessKey) -> tuple[str, ...]:
    learning = process_reader(key)(draft.world).learning
    return (learning.shared,) if learning and learning.shared else (key.company, key.process)
