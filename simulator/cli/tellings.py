"""What studies of many lanes say in the terminal: pure functions from results to text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from simulator.cli.summary import means_of_draws, number, scale
from simulator.report.paths import readable
from simulator.study.outcomes import Outcome
from simulator.study.sensitivity import Sensitivity
from simulator.study.sweep import Swept

WORDS = 30
"""Characters of words that stay in one line."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A heading, a table and some lines under it."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    words: int = 2
    """Columns on the left that hold words."""

    def width(self, column: int) -> int:
        """What a column needs at least: words are broken only where they are long, numbers never."""
        longest = max((len(row[column]) for row in self.rows), default=0)
        return min(longest, WORDS) if column < self.words else longest


def of_sweep(swept: Swept) -> Telling:
    """Ends and optimum of each outcome, by variant."""
    ranges = swept.sweep.ranges
    one = ranges[0] if len(ranges) == 1 else None
    ends = (one.written(one.values[0]), one.written(one.values[-1])) if one else ("all lowest", "all highest")
    varied = "; ".join(f"{r.path} from {r.written(r.values[0])} to {r.written(r.values[-1])}" for r in ranges)
    count = swept.sweep.replications
    drawn = f", means of up to {count} draws" if swept.failures and count > 1 else means_of_draws({count})
    return Telling(
        heading=f"{swept.sweep.scenario.title}: {varied}",
        columns=("", "variant", *ends, "best", "at"),
        rows=tuple(_rows(swept)),
        notes=(f"{swept.lanes:,} lanes{drawn}; balance closes to {swept.residual:.1g}",),
    )


def _rows(swept: Swept) -> Iterator[tuple[str, ...]]:
    for outcome in swept.outcomes:
        values = {variant: swept.of(variant, outcome.key).ravel() for variant in swept.figures}
        unit, size = scale(outcome.unit, [float(value) for some in values.values() for value in some])
        for n, (variant, some) in enumerate(values.items()):
            label = f"{outcome.label.lower()} ({unit})" if n == 0 else ""
            place = best(outcome, some)
            shown = [number(float(some[at]) / size) for at in (0, -1, place)]
            yield label, variant, *shown, _at(swept, place, some)


def best(outcome: Outcome, values: Sequence[float] | np.ndarray) -> int:
    """Place of the best value, the first of equals; those that are no number are none."""
    rank = [(-value if outcome.rises else value) if isfinite(value) else np.inf for value in values]
    return int(np.argmin(rank))


def _at(swept: Swept, place: int, values: np.ndarray) -> str:
    """Where the best is reached; nowhere in particular where all are alike."""
    if np.ptp(values[np.isfinite(values)]) <= 1e-9 * np.abs(values[place]):
        return "anywhere"
    point = swept.sweep.combinations()[place]
    return ", ".join(one.written(value) for one, value in zip(swept.sweep.ranges, point, strict=True))


MOST = 12
"""Factors that are told."""


def of_sensitivity(found: Sensitivity) -> Telling:
    """The factors that matter most to any outcome, with their measures."""
    asked, outcomes = found.inquiry, found.outcomes
    variants = list(asked.scenario.variants)
    against = f" less {variants[0]}" if len(variants) > 1 else ""
    cells = {one.title: CELLS[asked.method.main](found, one) for one in outcomes}
    order = _by_importance(found)
    hidden = f"; {len(order) - MOST} less important factors in the table" if len(order) > MOST else ""
    return Telling(
        heading=f"{asked.scenario.title}: what {variants[-1]}{against} depends on",
        columns=("factor", *(f"{one.label.lower()} {cells[one.title][0]}".strip() for one in outcomes)),
        rows=tuple(_row(readable(asked.factors[n].name), n, cells.values()) for n in order[:MOST]),
        notes=(
            f"{NOTES[asked.method.main]}{hidden}",
            f"{asked.lanes:,} lanes (--samples {asked.samples}); "
            f"balance closes to {found.residual:.1g}; seed {asked.scenario.world.seed}",
        ),
        words=1,
    )


def _row(name: str, factor: int, cells: Iterable[tuple[str, list[str]]]) -> tuple[str, ...]:
    return name, *(texts[factor] for _, texts in cells)


def _by_importance(found: Sensitivity) -> list[int]:
    """Factors by their largest part in the ranking measure of any outcome."""
    main = [np.nan_to_num(found.measures[one.title][found.inquiry.method.main]) for one in found.outcomes]
    parts = np.stack([values / max(float(values.max()), 1e-300) for values in main])
    return [int(n) for n in np.argsort(-parts.max(axis=0), kind="stable")]


def _effects(found: Sensitivity, one: Outcome) -> tuple[str, list[str]]:
    measures = found.measures[one.title]
    unit, size = scale(one.unit, measures["mu_star"].tolist())
    pairs = zip(measures["mu_star"].tolist(), measures["sigma"].tolist(), strict=True)
    return f"({unit})", [f"{number(mu / size, 3)} ({number(sigma / size, 2)})" for mu, sigma in pairs]


def _parts(found: Sensitivity, one: Outcome) -> tuple[str, list[str]]:
    measures = found.measures[one.title]
    pairs = zip(measures["s1"].tolist(), measures["st"].tolist(), strict=True)
    return "", [f"{first:.2f} {total:.2f}".replace("-0.00", "0.00") for first, total in pairs]


CELLS = {"mu_star": _effects, "st": _parts}
"""Cells by the measure that factors are ranked by: unit, and text by factor."""
NOTES = {
    "mu_star": "mu* and in brackets sigma: how far an outcome goes over the factor's range, and how that varies",
    "st": "S1 and ST: parts of the variance that are the factor's alone, and with all others",
}
