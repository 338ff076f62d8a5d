"""Splits: numbers that together say how one thing is divided, and so must sum to what their means sum to in every draw.

The parts of a split that have a `dirichlet` distribution are drawn together: gamma variables of shape concentration ×
mean share, divided by their sum (Devroye, Non-Uniform Random Variate Generation, 1986, XI.4). What a split leaves open,
or gives to a `rest`, is a part too. Fixed numbers stay; the drawn parts share what these leave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from simulator.scenario.models import Coefficients, World
from simulator.scenario.numbers import Number
from simulator.scenario.references import OTHER
from simulator.scenario.tree import dotted
from simulator.scenario.wrong import Keys, Problem

LEAST = 1e-12
"""What is left open but for rounding is no part."""
_LONELY = (
    "is part of nothing that is divided: dirichlet is for coefficients, compositions, shares of inputs and of flows, "
    "partners and end_of_life; write another distribution"
)


@dataclass(frozen=True, slots=True)
class Split:
    """One split: its parts by the path at which they stand, and what is left of the whole."""

    parts: Mapping[Keys, Number]
    open: Keys = ()
    """Path that stands for what the parts leave; none where they must sum to 1."""
    besides: tuple[Keys, ...] = ()
    """Coefficients of single substances beside drawn totals: they would no longer sum to 1."""

    @property
    def drawn(self) -> dict[Keys, Number]:
        """The parts that have a dirichlet distribution."""
        return {keys: part for keys, part in self.parts.items() if part.distribution and part.distribution.splits}

    @property
    def left(self) -> float:
        """Mean of what the parts leave, 0 where nothing takes it."""
        left = 1.0 - sum(map(mean, self.parts.values()))
        return left if self.open and left > LEAST else 0.0


def mean(part: Number) -> float:
    """Mean of a part, also where a value was drawn and put in its place."""
    return part.distribution.mean if part.distribution and part.distribution.splits else part.value


def split_at(world: World, keys: Keys) -> Split | None:
    """The split that the number at a path is a part of; None where it is none of any."""
    for around, find in _SPLITS:
        if len(keys) >= len(around) and all(name in (None, key) for name, key in zip(around, keys, strict=False)):
            return find(world, keys)
    return None


def check_splits(world: World, found: Collection[Keys]) -> Iterator[Problem]:
    """What is wrong with the numbers at some paths, all that have a dirichlet distribution."""
    for keys in found:
        split = split_at(world, keys)
        message = _LONELY if split is None else _mixed(split, keys) if keys in split.parts else ""
        yield from [Problem(keys, message)] if message else []


def _mixed(split: Split, keys: Keys) -> str:
    """What is wrong with a split, seen from one of its drawn parts; empty where nothing is, or another part says it."""
    first, *others = sorted(split.drawn)
    return _whole(split) if keys == first else _beside(split, keys, [first, *others[: others.index(keys)]])


def _whole(split: Split) -> str:
    """What is wrong with a split as a whole."""
    drawn = split.drawn
    noisy = next((keys for keys, part in split.parts.items() if part.noise), None)
    if noisy is not None:
        return f"is drawn as part of a whole, and {dotted(noisy)} changes through time: leave `noise` out there"
    varying = (keys for keys, part in split.parts.items() if keys not in drawn and (part.table or part.distribution))
    other = next(varying, None)
    if other is not None:
        return f"is drawn beside {dotted(other)}, which varies too: write dirichlet there, or one number"
    if split.besides:
        named = dotted(split.besides[0])
        return f"is drawn for every substance, and {named} for some only: write `rest` there, or no dirichlet here"
    if len(drawn) == 1 and split.left == 0:
        return "is the only part of its split that is drawn, so it never varies: write dirichlet at another part too"
    return ""


def _beside(split: Split, keys: Keys, earlier: Collection[Keys]) -> str:
    """What is wrong with a drawn part beside those that come before it."""
    own = split.drawn[keys]
    for other in earlier:
        part = split.drawn[other]
        if _concentration(part) != _concentration(own):
            others = f"that of {dotted(other)} in the same split is {_concentration(part):g}"
            return f"has a concentration of {_concentration(own):g}, and {others}: write one for all"
        if own.draw is not None and part.draw == own.draw:
            return f"shares its draw with {dotted(other)} of the same split, which is drawn with it: leave `draw` out"
    return ""


def _concentration(part: Number) -> float:
    return float(part.distribution["concentration"]) if part.distribution else 0.0


def _composition(world: World, keys: Keys) -> Split:
    around = keys[:3]
    parts = world.materials[str(keys[1])].composition
    return Split({(*around, name): part for name, part in parts.items()}, (*around, OTHER))


def _end_of_life(world: World, keys: Keys) -> Split:
    parts = world.companies[str(keys[1])].uses[str(keys[3])].end_of_life
    return Split({(*keys[:5], name): part for name, part in parts.items()})


def _slots(world: World, keys: Keys) -> Split:
    slots = world.companies[str(keys[1])].processes[str(keys[3])].inputs
    return Split({(*keys[:5], name, "share"): slot.share for name, slot in slots.items()})


def _partners(world: World, keys: Keys) -> Split:
    parts = world.partnerships[str(keys[1])].partners
    return Split({(*keys[:3], name): part for name, part in parts.items()}, (*keys[:3], "nobody"))


def _flows(world: World, keys: Keys) -> Split:
    """Shares of the flows that are open and carry one material from one sender; a closed one stays as written."""
    own = world.flows[str(keys[1])]
    parts: dict[Keys, Number] = {
        ("flows", name, "share"): flow.share
        for name, flow in world.flows.items()
        if flow.active and flow.share and (flow.sender, flow.material) == (own.sender, own.material)
    }
    return Split(parts, ("flows", f"{own.sender}.{own.material}", "unshared"))


def _coefficients(world: World, keys: Keys) -> Split:
    """Coefficients of one substance, of those that nobody names, or of all, over outputs and releases of a process."""
    process = world.companies[str(keys[1])].processes[str(keys[3])]
    sections: tuple[tuple[str, Mapping[str, Coefficients]], ...] = (
        ("outputs", process.outputs), ("releases", {str(name): part for name, part in process.releases.items()}),
    )  # fmt: skip
    entries = {(*keys[:4], section, name): part for section, parts in sections for name, part in parts.items()}
    totals: dict[Keys, Number] = {(*path, "total"): part.total for path, part in entries.items() if part.total}
    rest = next(((*path, *keys[6:]) for path, part in entries.items() if part.rest), ())
    if keys[6:] == ("total",) and keys in totals:
        named = {(*path, name) for path, part in entries.items() for name in part.by_substance or ()}
        plain = {path for path, part in entries.items() if part.default}
        return Split(totals, rest, tuple(sorted(named | plain)))
    find = _of_substance if keys[6:] else _of_others
    return Split(totals | {p: n for path, part in entries.items() for p, n in find(path, part, keys[6:])}, rest)


def _of_substance(path: Keys, part: Coefficients, tail: Keys) -> Iterator[tuple[Keys, Number]]:
    if part.by_substance is not None and tail[0] in part.by_substance:
        yield (*path, *tail), part.by_substance[str(tail[0])]


def _of_others(path: Keys, part: Coefficients, _tail: Keys) -> Iterator[tuple[Keys, Number]]:
    if part.default is not None:
        yield path, part.default


_SPLITS: tuple[tuple[tuple[str | None, ...], Callable[[World, Keys], Split]], ...] = (
    (("companies", None, "processes", None, "outputs", None), _coefficients),
    (("companies", None, "processes", None, "releases", None), _coefficients),
    (("companies", None, "processes", None, "inputs", None, "share"), _slots),
    (("companies", None, "uses", None, "end_of_life", None), _end_of_life),
    (("materials", None, "composition", None), _composition),
    (("partnerships", None, "partners", None), _partners),
    (("flows", None, "share"), _flows),
)
"""Paths of numbers that are parts of splits, None standing for an id, and what finds the whole split."""
