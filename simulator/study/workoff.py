"""Blocks of a study worked off by any executor: in whatever order they are done, each is kept as soon as it is.

A worker that dies takes its blocks with it: they are done again, by others, and come out the same. An interruption
lets those under way finish and begins no more.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from functools import partial
from typing import TypeVar

from simulator.errors import UserError
from simulator.study.executors import LOSSES, Workers
from simulator.study.replication import Block, Study, packed, worked

T = TypeVar("T")
Span = tuple[int, int]
"""First and last replication of a block."""
Keep = Callable[[Block], None]
AHEAD = 2
"""Tasks that are handed out for each worker: one to do, one to go on with."""
_log = logging.getLogger(__name__)


def work_off(study: Study, blocks: Sequence[Span], workers: Workers, keep: Keep) -> None:
    """Have all blocks done, each handed to `keep` in the order in which they are.

    Raises UserError where workers die again and again, BalanceError where mass or energy was made or lost.
    """
    hand_out(worked, packed(study), blocks, workers, keep)


def hand_out(
    work: Callable[[bytes, int, int], T],
    package: bytes,
    blocks: Sequence[Span],
    workers: Workers,
    keep: Callable[[T], None],
) -> None:
    """The same for work of any kind on what is packed in a `package`."""
    left = dict.fromkeys(blocks)
    for loss in range(LOSSES + 1):
        try:
            with workers.open() as executor:
                _drain(executor, partial(work, package), left, workers.count * AHEAD, keep)
        except BrokenExecutor:
            if loss == LOSSES:
                break
            _log.info("a worker was lost; what it was doing is done again")
        else:
            return
    raise UserError("workers were lost again and again: is there enough memory? ask for fewer --workers")


def _drain(
    executor: Executor,
    work: Callable[[int, int], T],
    left: dict[Span, None],
    ahead: int,
    keep: Callable[[T], None],
) -> None:
    """Take blocks off `left` as they are done."""
    waiting, under_way = deque(left), dict[Future[T], Span]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < ahead:
                span = waiting.popleft()
                under_way[executor.submit(work, *span)] = span
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                keep(future.result())
                del left[under_way.pop(future)]
    except (KeyboardInterrupt, SystemExit):
        _finish(under_way, keep)
        raise


def _finish(under_way: dict[Future[T], Span], keep: Callable[[T], None]) -> None:
    """Keep what is being done when the user interrupts; a second interruption ends that, too."""
    begun = [future for future in under_way if not future.cancel()]
    if begun:
        _log.info("stopping as soon as what is under way is done; once more to stop at once")
    for future in wait(begun).done:
        if future.exception() is None:
            keep(future.result())
