"""A variant, and the same without some of its partnerships, as lanes of one run: what do these partnerships change?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.accounting.indicators import RECYCLED_FATES
from simulator.errors import UserError
from simulator.scenario import load
from simulator.scenario.amounts import Span
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.scenario.scenario import Scenario, Variant
from simulator.scenario.wrong import advice
from simulator.study.coarse import YEARLY
from simulator.study.run import Progress, Run, run

ROUNDING = 1e-9
"""Part of two sums up to which their difference is rounding."""
EMISSIONS, WASTE, NOT_RECYCLED = "emissions", "waste", "not recycled"
"""What an effect says of the network."""


@dataclass(frozen=True)
class Case:
    """A scenario file that is asked about."""

    path: Path
    sets: tuple[str, ...]
    """Overrides `path=value` as on the command line."""
    scenario: Scenario
    """All its variants."""
    progress: Progress | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class Choice:
    """The variant that is asked about."""

    variant: Variant
    others: tuple[str, ...]
    """Variants that would do as well; none where the user named one."""


@dataclass(frozen=True)
class Change:
    """A sum over the run, without the partnerships and with them."""

    before: float
    after: float

    @property
    def amount(self) -> float:
        """Difference, 0 where it is rounding."""
        return less(self.after, self.before)

    @property
    def part(self) -> float | None:
        """Difference as a part of what it is without; None where that is 0."""
        return self.amount / self.before if self.before else None


@dataclass(frozen=True)
class Effect:
    """What some partnerships change in a variant over the whole run, not discounted."""

    gains: Mapping[str, float]
    """By company, EUR, the greatest first; without companies whose cash flow does not change."""
    network: Mapping[str, Change]
    """`EMISSIONS` in t CO2e, `WASTE` and `NOT_RECYCLED` in t."""

    @property
    def gain(self) -> float:
        """Of all together, EUR."""
        return sum(self.gains.values())


@dataclass(frozen=True)
class Comparison:
    """A variant and its counterfactuals, simulated."""

    made: Run
    variant: str
    lanes: Mapping[tuple[str, ...], str]
    """Lanes by the partnerships that they do without."""

    def effect(self, names: tuple[str, ...]) -> Effect:
        """What the partnerships left out in one lane change."""
        before, after = self._sums[self.lanes[names]], self._sums[self.variant]
        cash = {node: Change(before[key], sum_) for key, sum_ in after.items() if (node := _payer(key))}
        gains = {node: change.amount for node, change in cash.items() if change.amount}
        ordered = dict(sorted(gains.items(), key=lambda item: (-item[1], item[0])))
        return Effect(ordered, {name: Change(of(before), of(after)) for name, of in _NETWORK.items()})

    @cached_property
    def _sums(self) -> Mapping[str, _Sums]:
        """Sums over the run by lane."""
        table = self.made.tables.indicators
        table = table[(table["period"] == TOTAL) & table["indicator"].isin(["cash_flow", "emissions", "waste"])]
        found: dict[str, dict[tuple[str, str, str], float]] = {}
        columns = (table[name] for name in ("variant", "node", "indicator", "item", "value"))
        for variant, node, indicator, item, value in zip(*columns, strict=True):
            found.setdefault(str(variant), {})[str(node), str(indicator), str(item)] = float(value)
        return found


_Sums = Mapping[tuple[str, str, str], float]
"""By node, indicator and item."""


def _payer(key: tuple[str, str, str]) -> str:
    """The company whose cash flow a sum is; empty for other sums."""
    node, indicator, item = key
    return node if (indicator, item) == ("cash_flow", TOTAL) and node != NETWORK else ""


def _waste(sums: _Sums, item: str = TOTAL) -> float:
    return sums.get((NETWORK, "waste", item), 0.0)


_NETWORK: Mapping[str, Callable[[_Sums], float]] = {
    EMISSIONS: lambda sums: sums.get((NETWORK, "emissions", TOTAL), 0.0),
    WASTE: _waste,
    NOT_RECYCLED: lambda sums: _waste(sums) - sum(_waste(sums, fate) for fate in sorted(RECYCLED_FATES)),
}


def less(one: float, other: float) -> float:
    """Difference of two sums, 0 where it is rounding."""
    rest = one - other
    return rest if abs(rest) > ROUNDING * max(abs(one), abs(other)) else 0.0


def case(path: str | Path, sets: Sequence[str] = (), progress: Progress | None = None) -> Case:
    """Read a scenario file. Raises as `load`."""
    return Case(Path(path), tuple(sets), load(path, sets), progress)


def by_year(of: Case) -> Case:
    """The same, its file to be read with reports by the year where it has them by the month and `sets` leaves them."""
    said = any(text.startswith("time") for text in of.sets)
    monthly = of.scenario.world.time.report == Span(months=1)
    return replace(of, sets=(*of.sets, YEARLY)) if monthly and not said else of


def choose(of: Case, subject: str, needed: Collection[str], wanted: str | None) -> Choice:
    """The variant wanted, else of those that agree on all partnerships needed the one that agrees on fewest others.

    Of equals the first of the file. `subject` begins a message: "flows.heat is not open". Raises UserError where there
    is no such variant, or the wanted one lacks a partnership.
    """
    variants = of.scenario.variants
    if wanted is not None and wanted not in variants:
        raise UserError(f"{of}: unknown variant {wanted}{advice(wanted, variants)}")
    able = {name: one for name, one in variants.items() if set(needed).issubset(one.partnerships)}
    if not able or (wanted is not None and wanted not in able):
        raise UserError(f"{of}: {subject} {_nowhere(needed, wanted, able)}")
    if wanted is not None:
        return Choice(able[wanted], ())
    chosen = min(able.values(), key=lambda one: len(one.partnerships))
    return Choice(chosen, tuple(name for name in able if name != chosen.name))


def _nowhere(needed: Collection[str], wanted: str | None, able: Collection[str]) -> str:
    names = " and ".join(needed)
    where = f"in variant {wanted}" if wanted else "in any variant"
    remedy = f"it is in {', '.join(able)}" if able else f"name {names} under `partnerships` of a variant"
    return f"{where}: {names} is not agreed on there; {remedy}"


def require_start(of: Case, variant: Variant, names: Collection[str]) -> None:
    """Raise UserError where one of some partnerships starts only when the run is over."""
    for name, sentence in late(variant).items():
        if name in names:
            raise UserError(
                f"{of}: {sentence}, so it changes nothing in variant {variant.name}; write an earlier `start`, or a "
                "later `time.end`"
            )


def late(variant: Variant) -> dict[str, str]:
    """Sentences on the partnerships of a variant that start at the end of the run or after it, by name."""
    world = variant.worlds[-1]
    starts = {name: world.partnerships[name].start for name in variant.partnerships}
    end = world.time.end
    return {
        name: f"partnerships.{name} starts on {start:%Y-%m-%d}, and the run ends on {end:%Y-%m-%d}"
        for name, start in starts.items()
        if start is not None and start >= end
    }


def compared(of: Case, variant: Variant, left_out: Sequence[tuple[str, ...]]) -> Comparison:
    """Simulate a variant, and the same without each of some groups of its partnerships, as lanes of one run.

    Raises ScenarioError and BalanceError as any run.
    """
    lanes: dict[tuple[str, ...], str] = {}
    for names in left_out:
        lanes[names] = unused(f"without_{'_and_'.join(names)}", {*of.scenario.world.variants, *lanes.values()})
    more = {lane: _written(of.scenario, variant, names) for names, lane in lanes.items()}
    # said in full, too: a variant that names no interventions has only those that no other one names
    more[variant.name] = _written(of.scenario, variant, ())
    scenario = load(of.path, of.sets, (variant.name, *lanes.values()), more=more)
    return Comparison(run(scenario, progress=of.progress), variant.name, lanes)


def unused(name: str, taken: Collection[str]) -> str:
    """The name, with as many underscores behind it as set it apart from those taken."""
    return name if name not in taken else unused(f"{name}_", taken)


def _written(scenario: Scenario, variant: Variant, left_out: Collection[str]) -> dict[str, Any]:
    """The variant as a file would have it, less some partnerships."""
    written = scenario.world.variants.get(variant.name)
    return {
        "partnerships": [name for name in variant.partnerships if name not in left_out],
        "interventions": list(variant.interventions),
        "set": dict(written.set) if written else {},
        "scale": dict(written.scale) if written else {},
    }
