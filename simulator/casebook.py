"""How models of others compare with ours, as text: a table for the terminal, a table for the docs."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.study.cases import Verdict

FIGURES = ("points", "largest deviation", "tolerance", "")
"""Columns beside case, source and quantity."""


def row(verdict: Verdict) -> tuple[str, ...]:
    """Quantity, points, largest deviation, tolerance, and a word where it does not hold."""
    unit = "" if verdict.relative else f" {verdict.unit}"
    deviation, tolerance = (f"{value:.1e}{unit}" for value in (verdict.deviation, verdict.tolerance))
    return verdict.quantity, f"{verdict.points:,}", deviation, tolerance, "" if verdict.holds else "DEVIATES"


def conclusion(found: Sequence[Verdict]) -> str:
    """One line on all of them."""
    counts = (
        _counted(len({verdict.case for verdict in found}), "case", "cases"),
        _counted(len(found), "quantity", "quantities"),
        _counted(sum(verdict.points for verdict in found), "point", "points"),
    )
    failed = [verdict for verdict in found if not verdict.holds]
    if failed:
        return f"{len(failed)} of {len(found)} quantities deviate by more than they may"
    return f"{', '.join(counts)}: all within their tolerance"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def markdown(found: Sequence[Verdict]) -> str:
    """The table as Markdown."""
    head = ("case", "source", "quantity", *FIGURES[:-1])
    lines = [head, ("---",) * len(head), *((verdict.case, verdict.source, *row(verdict)[:-1]) for verdict in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
