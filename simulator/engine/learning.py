"""Learning by doing: what experience has left of a cost."""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.state import Batch


@helper
def recall(b: Batch, lane: int) -> None:
    """What is left of each cost that falls, by the experience with which this instant begins."""
    for i in range(len(b.learners)):
        learner = b.learners[i]
        doublings = b.learn_state[lane, i].done / b.numbers[lane, learner.experience]
        left = (1.0 + doublings) ** -b.numbers[lane, learner.exponent]
        b.learn_state[lane, i].left = max(left, b.numbers[lane, learner.least])


@helper
def learn(b: Batch, lane: int) -> None:
    """Count what was processed at this instant, weighed with what is left of its cost; all who share it gain by it."""
    for i in range(len(b.learners)):
        mine = b.by_consumer[b.learners[i].process]
        if mine.open > 0:
            b.counted[lane, b.where[0].learned + i] += mine.basis * b.learn_state[lane, i].left
            for j in range(len(b.learners)):
                if b.learners[j].pool == b.learners[i].pool:
                    b.learn_state[lane, j].done += mine.basis
