"""How models of others compare with ours, as text: a table for the terminal, a table for the docs."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.study.cases import Verdict

FIGURES = ("points", "largest deviation", "tolerance", "")
"""Columns beside case, source and quantity."""
NOT_JUDGED = "not judged"
"""Stands for the tolerance of a figure that only stands beside a published one."""


def row(verdict: Verdict) -> tuple[str, ...]:
    """Quantity, points, largest deviation, tolerance, and a word where it does not hold."""
    unit = "" if verdict.relative else f" {verdict.unit}"
    tolerance = NOT_JUDGED if verdict.tolerance is None else f"{verdict.tolerance:.1e}{unit}"
    deviation = f"{verdict.deviation:.1e}{unit}"
    return _quantity(verdict), f"{verdict.points:,}", deviation, tolerance, "" if verdict.holds else "DEVIATES"


def _quantity(verdict: Verdict) -> str:
    if verdict.figures is None:
        return verdict.quantity
    published, here = (f"{figure:.4g} {verdict.unit}" for figure in verdict.figures)
    return f"{verdict.quantity}: {published} published, {here} here"


def conclusion(found: Sequence[Verdict]) -> str:
    """One line on all of them."""
    judged = [verdict for verdict in found if verdict.tolerance is not None]
    failed = [verdict for verdict in judged if not verdict.holds]
    if failed:
        return f"{len(failed)} of {len(judged)} quantities deviate by more than they may"
    counts = (
        _counted(len({verdict.case for verdict in judged}), "case", "cases"),
        _counted(len(judged), "quantity", "quantities"),
        _counted(sum(verdict.points for verdict in judged), "point", "points"),
    )
    beside = _counted(len(found) - len(judged), "figure stands", "figures stand") + " beside published ones, not judged"
    held = [f"{', '.join(counts)}: all within their tolerance"] * bool(judged)
    return "; ".join(held + [beside] * (len(judged) < len(found)))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def markdown(found: Sequence[Verdict]) -> str:
    """The table as Markdown."""
    head = ("case", "source", "quantity", *FIGURES[:-1])
    lines = [head, ("---",) * len(head), *((verdict.case, verdict.source, *row(verdict)[:-1]) for verdict in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
