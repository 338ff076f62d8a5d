"""A sweep: every combination of the values of some numbers, each a lane of every variant.

The lanes of a point differ from those of another in nothing but the numbers varied: outages, and with replications all
draws, are those of the same replications at every point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.accounts import Account
from simulator.accounting.gathering import Axes, axes, gathered
from simulator.accounting.grid import Key
from simulator.accounting.indicators import Yearly
from simulator.accounting.statistics import PERCENTILES, statistics
from simulator.errors import UserError
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.scenario.ranges import Range
from simulator.scenario.scenario import Scenario
from simulator.study.coarse import coarse
from simulator.study.designs import Design
from simulator.study.outcomes import OUTCOMES, Outcome, outcome
from simulator.study.replication import Block, Failure, Study

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
STATISTICS = ("value", "sd", *PERCENTILES, "n")
"""Columns of numbers: the mean over replications, and how they scatter."""


@dataclass(frozen=True)
class Sweep:
    """What is swept: a scenario whose varied numbers are distributed over their values."""

    scenario: Scenario
    ranges: tuple[Range, ...]
    replications: int = 0
    """Of every point; 0: one lane, with all other numbers as they are written."""
    latin: bool = False

    @property
    def points(self) -> int:
        """Combinations of values."""
        return prod(len(one.values) for one in self.ranges)

    @property
    def lanes(self) -> int:
        """Simulated worlds."""
        return self.points * self.repeats * len(self.scenario.variants)

    @property
    def repeats(self) -> int:
        """Lanes of a variant at every point."""
        return max(1, self.replications)

    def combinations(self) -> list[tuple[float, ...]]:
        """Values at every point, the last number varying fastest."""
        return list(product(*(one.values for one in self.ranges)))

    def study(self) -> Study:
        """Its lanes: all replications of the first point, then those of the next."""
        rest = tuple(range(1, self.replications + 1)) or (0,)
        places = product(*(range(len(one.values)) for one in self.ranges))
        rows = np.repeat(np.array(list(places), dtype=float), len(rest), axis=0)
        counts = np.array([len(one.values) for one in self.ranges])
        levels = (rows + 0.5) / counts
        uniforms = {one.path: tuple(levels[:, n].tolist()) for n, one in enumerate(self.ranges)}
        return Study(coarse(self.scenario), len(rows), self.latin, Design(uniforms, rest * self.points))


@dataclass(frozen=True, repr=False)
class Swept:
    """What came out of a sweep: totals of the network, and the cash flow of companies, over the whole run."""

    sweep: Sweep
    keys: tuple[Key, ...]
    """Node, indicator, item, unit."""
    figures: Mapping[str, Mapping[str, Floats]]
    """By variant, statistics over replications: `STATISTICS`, each of shape (points, keys)."""
    failures: tuple[Failure, ...]
    lanes: int
    events: int
    residual: float

    def of(self, variant: str, key: Key, statistic: str = "value") -> Floats:
        """One figure at every point, in an array with an axis for each number varied."""
        shape = tuple(len(one.values) for one in self.sweep.ranges)
        return self.figures[variant][statistic][:, self.keys.index(key)].reshape(shape)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Those of which there is anything."""
        return tuple(one for one in OUTCOMES.values() if one.key in self.keys and self._occurs(one.key))

    def _occurs(self, key: Key) -> bool:
        return any(np.nan_to_num(self.of(variant, key)).any() for variant in self.figures)

    def table(self) -> pd.DataFrame:
        """Tidy: variant, a column for each number varied, node, indicator, item, unit, and statistics."""
        import pandas as pd

        pieces = [self._piece(variant) for variant in self.figures]
        return pd.concat(pieces, ignore_index=True)

    def _piece(self, variant: str) -> pd.DataFrame:
        import pandas as pd

        told = self.figures[variant]
        point, key = np.nonzero(told["n"] > 0)
        values = np.array(self.sweep.combinations())
        varied = {one.label: values[point, n] for n, one in enumerate(self.sweep.ranges)}
        words = {name: [self.keys[n][place] for n in key] for place, name in enumerate(KEY)}
        numbers = {name: told[name][point, key] for name in STATISTICS}
        numbers["n"] = numbers["n"].astype(np.int64)
        return pd.DataFrame({"variant": variant, **varied, **words, **numbers})


KEY = ("node", "indicator", "item", "unit")
REST = OUTCOMES["not_recycled"]
"""An outcome that is no indicator."""


def swept(sweep: Sweep, blocks: Iterable[Block]) -> Swept:
    """What all blocks of a sweep show. Raises UserError where no lane of it could be simulated."""
    ordered = sorted(blocks, key=lambda block: block.first)
    failures = tuple(failure for block in ordered for failure in block.failures)
    accounts = [block.account for block in ordered]
    if not any(one.lanes for one in accounts):
        raise UserError(f"no lane could be simulated; the first: {failures[0].message}")
    numbers = tuple(range(1, sweep.points * sweep.repeats + 1))
    of = replace(axes(accounts, tuple(sweep.scenario.variants)), replications=numbers)
    keys = tuple(key for key in of.keys if _told(key, sweep.scenario))
    totals = {variant: _with_rest(whole_run(accounts, of, variant, keys), keys) for variant in of.variants}
    return Swept(
        sweep=sweep,
        keys=(*keys, REST.key),
        figures={variant: _over(sweep, figures) for variant, figures in totals.items()},
        failures=failures,
        lanes=sum(len(one.lanes) for one in accounts),
        events=sum(block.events for block in ordered),
        residual=max(block.residual for block in ordered),
    )


def slim(block: Block) -> Block:
    """A block with what is asked of it alone: the whole run of the network, and cash flows."""
    account = block.account
    if not account.lanes:
        return block
    figures, total = account.figures, account.figures.years.index(TOTAL)
    places = [n for n, key in enumerate(figures.keys) if _asked(key)]
    keys = tuple(figures.keys[n] for n in places)
    kept = Yearly((TOTAL,), keys, figures.values[:, total : total + 1, places], figures.ratios)
    nothing = Yearly((), (), np.zeros((len(account.lanes), 0, 0)))
    return replace(block, account=Account(account.lanes, kept, nothing))


def _asked(key: Key) -> bool:
    return key[0] == NETWORK or key[1:3] == ("cash_flow", TOTAL)


def _told(key: Key, scenario: Scenario) -> bool:
    return key[0] == NETWORK or (key[0] in scenario.world.companies and _asked(key))


def whole_run(accounts: Sequence[Account], of: Axes, variant: str, keys: Sequence[Key]) -> Floats:
    """Figures of a variant over the whole run, of the lanes of `of`, shape (lanes, keys)."""
    return gathered(accounts, of, variant, keys)[:, of.years.index(TOTAL)]


def _with_rest(figures: Floats, keys: Sequence[Key]) -> Floats:
    """The same, and behind them the waste that is not recycled."""
    return np.column_stack([figures, outcome(REST, keys, figures)])


def _over(sweep: Sweep, figures: Floats) -> dict[str, Floats]:
    """Statistics over the replications of every point."""
    by_point = figures.reshape(sweep.points, sweep.repeats, -1)
    return statistics(by_point.swapaxes(0, 1))
