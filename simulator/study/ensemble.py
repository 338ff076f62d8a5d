"""Many lanes, one result: replications done by workers, and what they show together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.accounts import Account
from simulator.accounting.ensembles import EnsembleTables, ensemble, lanes
from simulator.accounting.frames import Text, build
from simulator.errors import UserError
from simulator.scenario.numbers import Number, Span
from simulator.study.executors import Workers
from simulator.study.replication import Block, Failure, Study, blocks_of, drawn_in
from simulator.study.workoff import work_off

if TYPE_CHECKING:
    import pandas as pd

LANES_PER_BLOCK = 64
"""Lanes that are handed to a worker at a time."""
Progress = Callable[[float], None]


@dataclass(frozen=True, repr=False)
class Ensemble:
    """What came out of the replications of a scenario."""

    study: Study
    tables: EnsembleTables
    draws: pd.DataFrame
    """Every number drawn in every replication, with the columns of `ENSEMBLE_COLUMNS`."""
    accounts: Sequence[Account]
    failures: tuple[Failure, ...]
    events: int
    residual: float

    def lanes(self) -> Iterator[pd.DataFrame]:
        """Table `lanes`, a piece at a time."""
        return lanes(self.accounts, tuple(self.study.scenario.variants))

    @cached_property
    def count(self) -> int:
        """Lanes that were simulated."""
        return sum(len(one.lanes) for one in self.accounts)


def replicate(
    study: Study,
    workers: Workers,
    keep: Callable[[Block], None],
    *,
    done: Iterable[tuple[int, int]] = (),
    lanes_per_block: int = LANES_PER_BLOCK,
    progress: Progress | None = None,
) -> None:
    """Have all replications simulated and accounted for but those done already; each block goes to `keep`.

    Raises as `work_off` does.
    """
    finished = {replication for first, last in done for replication in range(first, last + 1)}
    left = blocks_of(study, lanes_per_block, finished)

    def kept(block: Block) -> None:
        keep(block)
        finished.update(range(block.first, block.last + 1))
        if progress is not None:
            progress(len(finished) / study.replications)

    work_off(study, left, workers, kept)


@dataclass(frozen=True)
class Accounts(Sequence[Account]):
    """Accounts of blocks, which need not be in memory together."""

    blocks: Sequence[Block]

    def __len__(self) -> int:
        return len(self.blocks)

    @overload
    def __getitem__(self, place: int) -> Account: ...
    @overload
    def __getitem__(self, place: slice) -> Accounts: ...
    def __getitem__(self, place: int | slice) -> Account | Accounts:
        return Accounts(self.blocks[place]) if isinstance(place, slice) else self.blocks[place].account


def assembled(study: Study, blocks: Sequence[Block]) -> Ensemble:
    """What all blocks of a study show together. Raises UserError where no lane of it could be simulated."""
    accounts = Accounts(blocks)
    failures = tuple(sorted(chain.from_iterable(block.failures for block in blocks), key=_order))
    if not any(one.lanes for one in accounts):
        raise UserError(f"no replication could be simulated; the first: {failures[0].message}")
    return Ensemble(
        study=study,
        tables=ensemble(accounts, tuple(study.scenario.variants)),
        draws=drawn(study),
        accounts=accounts,
        failures=failures,
        events=sum(block.events for block in blocks),
        residual=max(block.residual for block in blocks),
    )


def _order(failure: Failure) -> tuple[int, str]:
    return failure.replication, failure.variant


def drawn(study: Study) -> pd.DataFrame:
    """Table `draws`: a number that variants or dated changes scale is told as it is where it is drawn first."""
    found: dict[str, tuple[Number | Span, NDArray[np.float64]]] = {}
    for one in drawn_in(study):
        for column, draw in enumerate(one.draws):
            found.setdefault(draw.path, (draw.what, one.values[:, column]))
    paths = sorted(found)
    units = sorted({getattr(found[path][0], "unit", "day") for path in paths})
    count, each = study.replications, np.arange(len(paths))
    unit = np.array([units.index(getattr(found[path][0], "unit", "day")) for path in paths], dtype=np.intp)
    values = np.stack([found[path][1] for path in paths], axis=1) if paths else np.zeros((count, 0))
    return build(
        "draws",
        {
            "replication": np.repeat(np.arange(1, count + 1, dtype=np.int64), len(paths)),
            "path": Text(np.tile(each, count), paths),
            "unit": Text(np.tile(unit, count), units),
            "value": values.ravel(),
        },
    )
