"""Which partnership pays, for whom: one of a variant, or every one, each against the same variant without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import UserError
from simulator.scenario.wrong import advice
from simulator.study.bargain import Bargain, agreed, bargain_in, carried
from simulator.study.counterfactual import (
    Case,
    Comparison,
    Effect,
    by_year,
    case,
    choose,
    compared,
    late,
    require_start,
)
from simulator.study.run import Progress

FLOWS, PARTNERSHIPS = "flows.", "partnerships."
"""What tells a flow from a partnership of the same name."""


@dataclass(frozen=True)
class Outlook:
    """What one partnership changes in a variant."""

    name: str
    title: str
    variant: str
    other_variants: tuple[str, ...]
    """Variants that agree on it, too; none where the user named one."""
    years: float
    effect: Effect
    bargains: tuple[Bargain, ...]
    """Of the flows it opens that carry something, at the prices that the scenario has for the others."""
    empty: tuple[str, ...]
    """Flows it opens that carry nothing."""
    joint: tuple[str, ...]
    """Flows that need another partnership, too, so that they have another world to be compared with."""
    namesake: bool
    """Whether a flow has the same name."""


@dataclass(frozen=True)
class Survey:
    """What every partnership of a variant changes, each against the variant without that one."""

    variant: str
    other_variants: tuple[str, ...]
    years: float
    effects: Mapping[str, Effect]
    """By partnership, the greatest gain of all together first."""
    late: tuple[str, ...]
    """Sentences on partnerships that start when the run is over."""


Answer = Bargain | Outlook | Survey


def ask(
    path: str | Path,
    name: str | None = None,
    variant: str | None = None,
    sets: Sequence[str] = (),
    progress: Progress | None = None,
) -> Answer:
    """What a flow, a partnership, or, without a name, every partnership of a variant pays, and for whom.

    A name that both have is the flow's where that can be priced; `flows.NAME` and `partnerships.NAME` say which.
    `progress` is as of `run`. Raises UserError where the name leads nowhere, otherwise as `bargain`.
    """
    of = case(path, sets, progress)
    if name is None:
        return survey(of, variant)
    kind, bare = _parted(name)
    return bargain_in(of, bare, variant) if _is_flow(of, kind, bare) else outlook(of, bare, variant)


def _parted(name: str) -> tuple[str, str]:
    """Which of both a name is said to be, empty where that is left open, and the name itself."""
    kind = next((kind for kind in (FLOWS, PARTNERSHIPS) if name.startswith(kind)), "")
    return kind, name.removeprefix(kind)


def _is_flow(of: Case, kind: str, name: str) -> bool:
    """Raises UserError where a name is neither a flow's nor a partnership's."""
    flows, partnerships = of.scenario.world.edges, of.scenario.world.partnerships
    if kind:
        return kind == FLOWS
    if name not in flows and name not in partnerships:
        close = advice(name, {*flows, *partnerships}) or "; without a name all partnerships are shown"
        raise UserError(f"{of}: there is no flow or partnership {name}{close}")
    return name not in partnerships or (name in flows and bool(flows[name].partnership))


def outlook(of: Case, name: str, variant: str | None = None) -> Outlook:
    """Simulate a variant with and without a partnership. Raises UserError where it is not in force there."""
    known = of.scenario.world.partnerships
    if name not in known:
        raise UserError(f"{of}: there is no partnership {name}{advice(name, known)}")
    choice = choose(of, f"partnerships.{name} is not in force", (name,), variant)
    require_start(of, choice.variant, (name,))
    return _outlook(compared(of, choice.variant, [(name,)]), name, choice.others)


def _outlook(made: Comparison, name: str, others: tuple[str, ...]) -> Outlook:
    world = made.made.scenario.world
    opened = {key: flow for key, flow in world.edges.items() if name in flow.partnership}
    priced = [key for key, flow in opened.items() if {flow.sender, flow.receiver}.intersection(world.companies)]
    full = [key for key in priced if carried(made, key)[0]]
    return Outlook(
        name=name,
        title=world.partnerships[name].title or name,
        variant=made.variant,
        other_variants=others,
        years=made.made.years,
        effect=made.effect((name,)),
        bargains=tuple(agreed(made, key) for key in full if opened[key].partnership == (name,)),
        empty=tuple(key for key in priced if key not in full),
        joint=tuple(key for key in full if opened[key].partnership != (name,)),
        namesake=name in world.edges,
    )


def survey(of: Case, variant: str | None = None) -> Survey:
    """Simulate a variant, and the same without each of its partnerships, as lanes of one run.

    Without `variant`, the one with most partnerships. Raises UserError where there is none.
    """
    most = max(of.scenario.variants.values(), key=lambda one: len(one.partnerships))
    choice = choose(of, "no partnership is in force", (), variant or most.name)
    names = choice.variant.partnerships
    if not names:
        able = _agreeing(of, choice.variant.name)
        remedy = f"ask for {', '.join(able)}" if able else "name some under its `partnerships`"
        raise UserError(f"{of}: variant {choice.variant.name} has no partnerships; {remedy}")
    made = compared(by_year(of), choice.variant, [(name,) for name in names])
    effects = {name: made.effect((name,)) for name in names}
    return Survey(
        variant=made.variant,
        other_variants=() if variant else tuple(_agreeing(of, made.variant)),
        years=made.made.years,
        effects=dict(sorted(effects.items(), key=lambda item: (-item[1].gain, item[0]))),
        late=tuple(late(choice.variant).values()),
    )


def _agreeing(of: Case, variant: str) -> list[str]:
    """Other variants that have partnerships."""
    return [name for name, one in of.scenario.variants.items() if one.partnerships and name != variant]
