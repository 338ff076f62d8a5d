"""A run in about a dozen lines: pure functions from its indicators to text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import floor, isfinite, log10, nan

from simulator.accounting import attainment
from simulator.accounting.bottlenecks import Bottleneck
from simulator.accounting.targets import progress
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.study.ensemble import Ensemble
from simulator.study.run import Run

Figures = Mapping[tuple[str, str, str], float]
"""Totals of the network by (variant, indicator, item)."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the summary: an indicator's total over the whole run and network."""

    label: str
    indicator: str
    item: str
    unit: str
    always: bool = True
    """Also where it is 0 in every variant."""


MOST, LEAST = "most", "least"
"""Items of `gain` that stand for the company that gains most, and for the one that gains least."""
METRICS = (
    Metric("waste", "waste", TOTAL, "t"),
    Metric("  recycled", "recycling_rate", TOTAL, "1"),
    Metric("emissions", "emissions", TOTAL, "t CO2e"),
    Metric("  scope 1", "emissions", "scope_1", "t CO2e"),
    Metric("  scope 2", "emissions", "scope_2", "t CO2e"),
    Metric("  scope 3", "emissions", "scope_3", "t CO2e"),
    Metric("recycled content", "recycled_content", "recycled", "1"),
    Metric("energy", "energy", TOTAL, "MWh"),
    Metric("products", "products", TOTAL, "t", always=False),
    Metric("  unmet demand", "unmet_demand", TOTAL, "t", always=False),
    Metric("cash flow", "cash_flow", TOTAL, "EUR", always=False),
    Metric("gain", "gain", TOTAL, "EUR", always=False),
    Metric("  most, one company", "gain", MOST, "EUR", always=False),
    Metric("  least, one company", "gain", LEAST, "EUR", always=False),
)
"""Lines of the summary, in order."""

LADDERS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "t": (("t", 1.0), ("kt", 1e3), ("Mt", 1e6)),
    "t CO2e": (("t CO2e", 1.0), ("kt CO2e", 1e3), ("Mt CO2e", 1e6)),
    "MWh": (("MWh", 1.0), ("GWh", 1e3), ("TWh", 1e6)),
    "EUR": (("EUR", 1.0), ("kEUR", 1e3), ("MEUR", 1e6)),
    "1": (("%", 0.01),),
}
"""Units a value may be shown in, smallest first, and what one of them is in the unit of the table."""

HYPOTHETICAL = "*"
NOBODY = "nobody"
SENTENCES = 3
"""So many bottlenecks are named."""


@dataclass(frozen=True, slots=True)
class Cell:
    value: str
    change: str = ""
    """Against the first variant: in per cent, of shares in points, of money in the unit of the row."""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a run."""

    heading: str
    columns: tuple[str, ...]
    """Variants, the first being the one others are compared with."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def summary(run: Run, width: int = 80) -> Summary:
    """Put a run into words, in lines of at most `width` characters as far as the table is concerned."""
    names = tuple(run.scenario.variants)
    gains = gains_of_companies(run)
    figures = {**totals(run), **_extremes(gains)}
    full = [row for metric in METRICS if (row := metric_row(metric, names, figures))]
    shown = fitting(names, full, width)
    rows = tuple(Row(row.label, row.cells[:shown]) for row in full)
    columns = tuple(_heading(run, name) for name in names[:shown])
    return Summary(_title(run), columns, rows, tuple(_notes(run, figures, _of(names[:shown], gains), names[shown:])))


def totals(run: Run) -> Figures:
    """The network's indicators over the whole run."""
    table = run.tables.indicators
    chosen = table[(table["period"] == TOTAL) & (table["node"] == NETWORK)]
    keys = zip(chosen["variant"], chosen["indicator"], chosen["item"], strict=True)
    return {
        (str(variant), str(name), str(item)): float(value)
        for (variant, name, item), value in zip(keys, chosen["value"], strict=True)
    }


def gains_of_companies(run: Run) -> Mapping[str, Mapping[str, float]]:
    """By variant what every company gains against the first; without variants in which nobody's cash flow changes."""
    table = run.tables.indicators
    chosen = table[(table["period"] == TOTAL) & (table["indicator"] == "gain") & (table["item"] == TOTAL)]
    found: dict[str, dict[str, float]] = {}
    for variant, node, value in zip(chosen["variant"], chosen["node"], chosen["value"], strict=True):
        if node != NETWORK:
            found.setdefault(str(variant), {})[str(node)] = float(value)
    return {variant: gains for variant, gains in found.items() if any(gains.values())}


def _of(names: Sequence[str], gains: Mapping[str, Mapping[str, float]]) -> Mapping[str, Mapping[str, float]]:
    return {name: gains[name] for name in names if name in gains}


def _extremes(gains: Mapping[str, Mapping[str, float]]) -> dict[tuple[str, str, str], float]:
    ends = ((MOST, max), (LEAST, min))
    return {(variant, "gain", item): end(of.values()) for variant, of in gains.items() for item, end in ends}


def metric_row(metric: Metric, names: Sequence[str], figures: Figures) -> Row | None:
    """One line, in one unit for all variants; none where no variant has the figure."""
    values = [figures.get((name, metric.indicator, metric.item), nan) for name in names]
    if not any(isfinite(value) and (value or metric.always) for value in values):
        return None
    unit, size = scale(metric.unit, values)
    first, *others = [value / size for value in values]
    change = CHANGES.get(metric.unit, per_cent)
    compared = (Cell(number(value), change(value, first)) for value in others)
    return Row(f"{metric.label} ({unit})", (Cell(number(first)), *compared))


def scale(unit: str, values: Sequence[float]) -> tuple[str, float]:
    """The unit in which the largest of some values reads well, and its size in `unit`."""
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    ladder = LADDERS.get(unit, ((unit, 1.0),))
    return next((step for step in reversed(ladder) if largest >= step[1]), ladder[0])


def number(value: float, digits: int = 4) -> str:
    """A number with so many significant digits, never as a power of ten: 0.01234, 1.234, 12,346."""
    return f"{value + 0.0:,.{_decimals(value, digits)}f}" if isfinite(value) else "-"  # + 0.0: no "-0"


def _decimals(value: float, digits: int = 4) -> int:
    return max(0, digits - 1 - floor(log10(abs(value)))) if value else 0


def per_cent(value: float, first: float) -> str:
    """How far a value that is never negative is from the first variant's; empty without anything to compare with."""
    return _signed(100 * (value - first) / first) if first else ""


def points(value: float, first: float) -> str:
    """The same of shares in per cent."""
    return _signed(value - first)


def in_unit(value: float, first: float) -> str:
    """The same of what may be negative or nothing, of which no part can be taken; as precise as the larger is shown."""
    if not isfinite(value - first):
        return ""
    text = f"{value - first:+,.{_decimals(max(abs(value), abs(first)))}f}"
    return text if text.strip("+-0.,") else "0"


CHANGES: Mapping[str, Callable[[float, float], str]] = {"1": points, "EUR": in_unit}
"""How a figure is compared with the first variant's, by the unit of the table; else in per cent."""


def _signed(change: float) -> str:
    if not isfinite(change):
        return ""
    text = f"{change:+.1f}" if abs(change) < 100 else f"{change:+,.0f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text


def fitting(names: Sequence[str], rows: Sequence[Row], width: int) -> int:
    """How many variants fit side by side, at least one."""
    left = width - max((len(row.label) for row in rows), default=0)
    for shown, name in enumerate(names):
        left -= 3 + max([len(name), *(len(row.cells[shown].value) for row in rows)])
        left -= max((len(row.cells[shown].change) for row in rows), default=0)
        if left < 0:
            return max(1, shown)
    return len(names)


def _heading(run: Run, name: str) -> str:
    return f"{name}{HYPOTHETICAL}" if run.scenario.variants[name].hypothetical else name


def _title(run: Run) -> str:
    time = run.scenario.world.time
    return f"{run.scenario.title}, {time.start:%Y-%m-%d} to {time.end:%Y-%m-%d}"


def _notes(
    run: Run, figures: Figures, gains: Mapping[str, Mapping[str, float]], hidden: Sequence[str]
) -> Iterator[str]:
    """The lines under the table."""
    legend = "; ".join(_legend(run, figures))
    if legend:
        yield legend
    if hidden:
        variants = f"{len(hidden)} more {'variant' if len(hidden) == 1 else 'variants'}"
        yield f"{variants} in indicators.csv, and here in a wider window or with --variants: {', '.join(hidden)}"
    if run.ensemble and run.ensemble.study.replications > 1:
        yield from _spread(run)
    yield from (_certainty(run.ensemble, name) for name in list(run.scenario.variants)[1:] if run.ensemble)
    if gains:
        yield f"who gains most, who loses most: {'; '.join(f'{name} {_ends(of)}' for name, of in gains.items())}"
    yield from (f"target: {line}" for line in attainment.lines(progress(run.scenario, run.tables.indicators)))
    bottleneck = "bottleneck as written" if run.ensemble else "bottleneck"
    yield from (f"{bottleneck}: {sentence}" for sentence in bottlenecks(run.bottlenecks))
    yield f"balance: closes to {run.residual:.1g}; seed {run.seed}, {_times(run)}"


def _certainty(ensemble: Ensemble, variant: str) -> str:
    """What a variant changes in the mean of all draws, with its interval."""
    table = ensemble.tables.differences
    own = (table["variant"] == variant) & (table["node"] == NETWORK) & (table["period"] == TOTAL)
    rows = {
        str(name): row for name, *row in table[own & (table["item"] == TOTAL)][["indicator", *_INTERVAL]].to_numpy()
    }
    several = ensemble.study.replications > 1
    told = [_change(label, unit, rows[name]) for label, name, unit in _CERTAIN if name in rows]
    how = "by its mean and 95 % interval" if several else "in its only draw (two or more have an interval)"
    return f"{variant} changes, {how}: {'; '.join(told) or 'nothing'}"


def _spread(run: Run) -> Iterator[str]:
    """How far apart the draws of the first variant lie, which differences do not tell."""
    first, table = next(iter(run.scenario.variants)), run.tables.indicators
    own = (table["variant"] == first) & (table["node"] == NETWORK) & (table["period"] == TOTAL)
    chosen = table[own & (table["item"] == TOTAL)]
    rows = {str(name): ends for name, *ends in chosen[["indicator", "p05", "p95"]].to_numpy()}
    ends = [
        f"{label} {_between(unit, *rows[name])}" for label, name, unit in _CERTAIN if name in rows and any(rows[name])
    ]
    if ends:
        yield f"{first}, 5th to 95th percentile of its draws: {'; '.join(ends)}"


def _between(unit: str, low: float, high: float) -> str:
    """`-305.1 to 287.0 MEUR`."""
    name, size = scale(unit, [low, high])
    return f"{number(low / size)} to {number(high / size)} {name}"


_INTERVAL = ("mean", "low", "high", "better")
_CERTAIN = (("waste", "waste", "t"), ("emissions", "emissions", "t CO2e"), ("cash flow", "cash_flow", "EUR"))


def _change(label: str, unit: str, row: Sequence[float]) -> str:
    """`emissions -191.4 kt CO2e (-195.7 to -187.1, better in 100 % of draws)`."""
    mean, low, high, share = row
    name, size = scale(unit, [mean, low, high])
    change = f"{label} {number(mean / size)} {name}"
    if not isfinite(low):
        return change
    ends = f"{number(low / size)} to {number(high / size)}"
    return f"{change} ({ends}, better in {100 * share:.3g} % of draws)"


def _ends(gains: Mapping[str, float]) -> str:
    """Who gains most, and who loses most."""
    most, least = max(gains, key=gains.__getitem__), min(gains, key=gains.__getitem__)
    return f"{most if gains[most] > 0 else NOBODY}, {least if gains[least] < 0 else NOBODY}"


def _legend(run: Run, figures: Figures) -> Iterator[str]:
    first, *others = run.scenario.variants.values()
    if others:
        money = any(value for (_, name, _), value in figures.items() if name == "cash_flow")
        yield f"± against {first.name} in %, shares in points{', money in its unit' if money else ''}"
    if others and run.ensemble and run.ensemble.failures:
        yield "lanes failed: ± compares means of different draws; differences.csv has those that both have"
    if any(variant.hypothetical for variant in (first, *others)):
        yield f"{HYPOTHETICAL} hypothetical"


def _times(run: Run) -> str:
    lanes = f"{run.lanes} {'lane' if run.lanes == 1 else 'lanes'}"
    spent = run.timings.get("simulate", 0.0) + run.timings.get("replicate", 0.0)
    return f"{lanes} simulated in {number(spent, 2)} s{_draws(run.ensemble)}"


def _draws(ensemble: Ensemble | None) -> str:
    """Over how many draws means are taken, by variant where lanes failed."""
    if ensemble is None:
        return ""
    failed = Counter(one.variant for one in ensemble.failures)
    return means_of_draws({ensemble.study.replications - failed[name] for name in ensemble.study.scenario.variants})


def means_of_draws(counts: Collection[int]) -> str:
    """What figures are, of so many draws each; nothing of none."""
    ends = sorted({min(counts), max(counts)})
    if max(ends) < 2:
        return ", of one draw" if max(ends) else ""
    return f", means of {' to '.join(map(str, ends))} draws"


def lasting(found: Bottleneck) -> bool:
    """Whether a limit held on at least a hundredth of the days."""
    return 100 * round(found.days) >= round(found.of)


def bottlenecks(by_variant: Mapping[str, Sequence[Bottleneck]]) -> tuple[str, ...]:
    """The worst of every variant first, then the second worst; of each process only the first."""
    lasts = {name: [one for one in found if lasting(one)] for name, found in by_variant.items()}
    said: dict[tuple[str, str], str] = {}
    for rank in zip_longest(*lasts.values()):
        for name, one in zip(lasts, rank, strict=True):
            if one:
                said.setdefault((one.node, one.process), f"{one}{_where(name, one, lasts)}")
    return tuple(said.values())[:SENTENCES]


def _where(name: str, told: Bottleneck, by_variant: Mapping[str, Sequence[Bottleneck]]) -> str:
    """The variant whose days are told, and the others in which the same held the process back."""
    also = [other for other, found in by_variant.items() if other != name and any(_same(one, told) for one in found)]
    more = f", also in {also[0] if len(also) == 1 else f'{len(also)} more'}" if also else ""
    return f" ({name}{more})" if len(by_variant) > 1 else ""


def _same(one: Bottleneck, other: Bottleneck) -> bool:
    """Of one process for one reason, however long."""
    return (one.node, one.process, one.reason) == (other.node, other.process, other.reason)
