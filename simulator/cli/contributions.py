"""What every partnership contributes, as text: a ranked table, who helps whom, and what goes with a company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import isfinite

from simulator.accounting.outcomes import CASH_FLOW, CONTENT, EMISSIONS, NOT_RECYCLED, WASTE, Outcome
from simulator.cli.prices import ALL, aligned, alike, span
from simulator.cli.summary import NOBODY, scale
from simulator.scenario.figures import NETWORK
from simulator.study.estimates import Estimate
from simulator.study.partners import Findings

_Figure = tuple[float, float]
"""A mean, and half of its interval."""
COLUMNS = ((CASH_FLOW, "gain"), (NOT_RECYCLED, "not recycled"), (WASTE, "waste"), (EMISSIONS, "emissions"),
           (CONTENT, "recycled content"))  # fmt: skip
"""Outcomes of the network in the order of the table, and what they are called in it."""
MOST, LITTLE = 3, 0.005
"""Pairs that are named, and the part of the largest below which none is."""


def answer(found: Findings) -> tuple[str, ...]:
    """The lines to print."""
    return tuple(_answer(found))


def _answer(found: Findings) -> Iterator[str]:
    yield from _head(found)
    yield ""
    yield from aligned(_contributions(found))
    yield ""
    yield from _meetings(found)
    yield ""
    yield from aligned(_dropouts(found))
    yield ""
    yield from found.late
    yield from _failed(found)


def _head(found: Findings) -> Iterator[str]:
    count, coalitions = len(found.partnerships), len(found.inquiry.coalitions)
    years = span(found.years)
    yield f"what each of the {count} partnerships of {found.variant.name} changes in {years}, not discounted"
    if found.orders is None:
        yield f"on average over all orders of joining (Shapley value); all {coalitions:,} coalitions were simulated"
    else:
        orders = 2 * len(found.orders)
        yield f"on average over {orders} sampled orders of joining (Shapley value); {coalitions:,} coalitions, ± 95 %"
    if found.inquiry.replications:
        drawn = len(found.complete)
        several = f"means of {drawn} replications, ± half of their 95 % intervals"
        yield several if drawn > 1 else "of one replication; two or more have intervals"
    if found.other_variants:
        more = f"--variant asks for {', '.join(found.other_variants)}"
        yield f"{found.variant.name} is the variant with most partnerships; {more}"


def _shown(found: Findings) -> list[tuple[int, str, str]]:
    """Columns of the network's outcomes: number of the outcome, name of the outcome, heading."""
    place = {one.name: n for n, one in enumerate(found.outcomes) if one.node == NETWORK}
    return [(place[name], name, title) for name, title in COLUMNS if name in place]


def _contributions(found: Findings) -> list[tuple[str, ...]]:
    """A row per partnership, the greatest gain first; then all together."""
    shown, whole = _shown(found), found.whole
    gain = shown[0][0]
    ranked = sorted(range(len(found.partnerships)), key=lambda one: -found.shapley.mean[one, gain])

    def column(title: str, n: int, of: Estimate, last: _Figure | None = None) -> list[str]:
        return _column(title, found.outcomes[n], [_figure(of, one, n) for one in ranked], last)

    columns = [
        ["partnership", "", *(found.partnerships[one] for one in ranked), ALL],
        column("gain", gain, found.shapley, _figure(whole, gain)),
        column("alone", gain, found.alone),
        column("comes last", gain, found.left_out),
        _ends(found, ranked, "gains most", 1),
        _ends(found, ranked, "loses most", -1),
        *(column(title, n, found.shapley, _figure(whole, n)) for n, _, title in shown[1:]),
    ]
    return list(zip(*columns, strict=True))


def _column(title: str, outcome: Outcome, of: Sequence[_Figure], last: _Figure | None = None) -> list[str]:
    """Heading, unit, and a figure for each row; below them that of all together."""
    unit, cells = _cells(outcome.unit, [*of, *([last] if last else [])])
    return [title, unit, *cells, *([] if last else [""])]


def _figure(of: Estimate, *at: int) -> _Figure:
    return float(of.mean[at]), float(of.high[at] - of.low[at]) / 2


def _cells(unit: str, figures: Sequence[_Figure]) -> tuple[str, list[str]]:
    """The unit in which figures read well, and the figures."""
    step, size = ("% points", 0.01) if unit == "1" else scale(unit, [mean for mean, _ in figures])
    told = alike([mean / size for mean, _ in figures])
    decimals = max((len(text.partition(".")[2]) for text in told), default=0)
    told_half = [f"{half / size:,.{decimals}f}" if isfinite(half) else "0" for _, half in figures]
    bounds = [f" ± {text}" if float(text.replace(",", "")) else "" for text in told_half]
    return step, [f"{text}{bound}" for text, bound in zip(told, bounds, strict=True)]


def _ends(found: Findings, rows: Sequence[int], title: str, sign: int) -> list[str]:
    """Who gains most by each partnership, or with −1 loses most."""
    money = [(n, one.node) for n, one in enumerate(found.outcomes) if one.name == CASH_FLOW and one.node != NETWORK]
    best: list[tuple[str, float]] = []
    for row in rows:
        value, name = max(((sign * float(found.shapley.mean[row, n]), name) for n, name in money), default=(0.0, ""))
        best.append((name, sign * value) if value > 0 else (NOBODY, 0.0))
    unit, size = scale("EUR", [value for _, value in best])
    told = alike([value / size for _, value in best])
    cells = [NOBODY if text == "0" else f"{name} {text}" for (name, _), text in zip(best, told, strict=True)]
    return [title, unit, *cells, ""]


def _meetings(found: Findings) -> Iterator[str]:
    """Which two help each other, and which stand in each other's way, by the gain of all."""
    gain = _shown(found)[0][0]
    table = found.pairs["interaction"].mean[..., gain]
    pairs = sorted(((float(table[pair]), pair) for pair in combinations(range(len(table)), 2)), reverse=True)
    least = LITTLE * max((abs(value) for value, _ in pairs), default=0.0)
    helping = [(value, pair) for value, pair in pairs if value > least][:MOST]
    hindering = [(value, pair) for value, pair in reversed(pairs) if value < -least][:MOST]
    if not helping and not hindering:
        yield "no two partnerships change each other's gain"
        return
    unit, size = scale("EUR", [value for value, _ in (*helping, *hindering)])
    told = alike([value / size for value, _ in (*helping, *hindering)], 3)
    names = [" and ".join(sorted(found.partnerships[one] for one in pair)) for _, pair in (*helping, *hindering)]
    lines = [f"{name} {text} {unit}" for name, text in zip(names, told, strict=True)]
    yield "what two bring together beyond what each brings by itself, in gain of all together"
    yield f"they help each other: {'; '.join(lines[: len(helping)]) or NOBODY}"
    yield f"they stand in each other's way: {'; '.join(lines[len(helping) :]) or NOBODY}"


def _dropouts(found: Findings) -> list[tuple[str, ...]]:
    """A row per company, what is worst for all first."""
    shown = _shown(found)
    order = sorted(found.dropouts, key=lambda name: float(found.dropouts[name][1].mean[shown[0][0]]))
    columns = [["if this company drops out", "", *order], ["partnerships", "", *map(str, _counts(found, order))]]
    for outcome, _, title in shown:
        effects = [_figure(found.dropouts[name][1], outcome) for name in order]
        unit, cells = _cells(found.outcomes[outcome].unit, effects)
        columns.append([title, unit, *cells])
    return list(zip(*columns, strict=True))


def _counts(found: Findings, order: Sequence[str]) -> list[int]:
    return [len(found.dropouts[name][0]) for name in order]


def _failed(found: Findings) -> Iterator[str]:
    bad = sorted({one.replication for one in found.failures})
    if bad:
        some = ", ".join(map(str, bad[:MOST])) + (" …" if len(bad) > MOST else "")
        yield f"left out: replications {some}, in which a lane failed: {found.failures[0].message}"
