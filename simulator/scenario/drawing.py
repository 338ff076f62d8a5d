"""Which numbers of a world are drawn, where they stand, and the world in which they have the values drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from simulator.scenario.amounts import Noise, Number, Span
from simulator.scenario.distributions import Distribution
from simulator.scenario.energy import Carrier, with_ratio
from simulator.scenario.models import Model, World
from simulator.scenario.quantiles import log_part
from simulator.scenario.splits import Split, check_splits, mean, split_at
from simulator.scenario.tree import dotted
from simulator.scenario.varying import Path, Varying
from simulator.scenario.wrong import Keys, Problem
from simulator.units import SECONDS_PER_DAY

if TYPE_CHECKING:
    from simulator.scenario.quantiles import Floats
    from simulator.scenario.scenario import Series

Value: TypeAlias = float | Noise
"""What is put into a number: what it was drawn to be, or its noise with the name of its random numbers."""
Memo: TypeAlias = dict[tuple[int, tuple[str, ...], tuple[Value, ...]], tuple[object, object]]
"""Copies made already, by the part they were made of and the values put into it; both are kept alive."""
_Tree: TypeAlias = dict[str, Any]
"""By attribute or key: another such tree, or the place of a value."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One number, or length of time, that is drawn."""

    path: str
    """Dotted, as users write it; of what a split leaves open, the path at which it would stand."""
    key: str
    """Names the stream of its uniforms: the name it shares with others, else its path."""
    what: Number | Span
    steps: Path
    """Attributes and keys that lead to it from the world; none for what a split leaves open."""
    split: str = ""
    """Path of the first of the parts of the split that it is drawn with; empty where it is drawn alone."""
    whole: float = nan
    """What the drawn parts of that split sum to."""


def draws_of(world: World) -> tuple[Draw, ...]:
    """Everything that is drawn in a world, in order of path, switched off or not."""
    alone = (_draw(found.keys, found.steps, found.what) for found in world.varying if not _splits(found))
    divided: dict[Keys, Varying] = {found.keys: found for found in world.varying if _splits(found)}
    splits = {_first(split): split for split in _split_draws(world, divided)}
    parts = (_parts(split, divided) for split in splits.values())
    return tuple(sorted([*alone, *(draw for some in parts for draw in some)], key=lambda draw: draw.path))


def check_draws(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is wrong with numbers that are drawn: splits that would not sum to 1, and who is joined to whom."""
    yield from check_splits(world, [found.keys for found in world.varying if _splits(found)])
    for found in world.varying:
        message = _joining(found)
        yield from [Problem(found.keys, message)] if message else []


def _joining(found: Varying) -> str:
    """What is wrong with a number that would join other parts in some replications than in others."""
    if found.keys[0] == "energy" and "levels" in found.keys:
        return "decides which heat serves which need, so it is the same in every replication: write one number"
    low, high = _distribution(found.what).bounds()
    if found.keys[0] == "companies" and found.keys[4:5] == ("energy",) and low < 0 < high:
        return f"reaches from {low:g} to {high:g} MWh/t: it uses energy, or gives it off, in every replication alike"
    return ""


def values_of(draws: Sequence[Draw], uniforms: Mapping[str, Floats]) -> Floats:
    """Values drawn, in internal units (lengths of time in days), shape (replications, draws).

    `uniforms` hold for every key of the draws as many numbers in (0, 1) as there are replications. The parts of a split
    sum to what their means sum to, but for rounding, in each replication; all of them have to be among the draws.
    """
    import numpy as np

    if not draws:
        return np.empty((len(next(iter(uniforms.values()), ())), 0))
    columns = [_column(draw, np.asarray(uniforms[draw.key], dtype=np.float64)) for draw in draws]
    values = np.stack(columns, axis=1)
    for places in _together(draws).values():
        values[:, places] = draws[places[0]].whole * _shares(values[:, places])
    return values


def replaced(world: World, draws: Sequence[Draw], values: Sequence[float] | Floats, memo: Memo | None = None) -> World:
    """The world with drawn values put in place, one for each draw; what holds none is shared with it by identity.

    Numbers keep their `distribution`, so that what is asked of it, bounds for one, is the same in every replication; a
    length of time is rounded to the second. Worlds that share parts share the copies too, where they share a `memo`.
    """
    return planted(world, draws, [float(value) for value in values], memo)


def planted(world: World, draws: Sequence[Draw], row: Sequence[Value], memo: Memo | None = None) -> World:
    """The world with anything put into its numbers, one for each draw; see `replaced`."""
    tree: _Tree = {}
    for place, draw in enumerate(draws):
        if draw.steps:
            _plant(tree, draw.steps, place)
    return cast(World, _Planting(draws, row, memo).put(world, tree))


def _splits(found: Varying) -> bool:
    return _distribution(found.what).splits


def _draw(keys: Keys, steps: Path, what: Number | Span, split: str = "", whole: float = nan) -> Draw:
    path = dotted(keys)
    return Draw(path, what.draw or path, what, steps, split, whole)


def _split_draws(world: World, divided: Iterable[Keys]) -> Iterator[Split]:
    """The splits of which a part is drawn; that of a closed flow is none, so that its share stays."""
    for keys, split in ((keys, split_at(world, keys)) for keys in divided):
        if split is not None and keys in split.drawn:
            yield split


def _first(split: Split) -> str:
    return min(map(dotted, split.drawn))


def _parts(split: Split, divided: Mapping[Keys, Varying]) -> Iterator[Draw]:
    """The draws of one split, and that of what it leaves open."""
    drawn, left, name = split.drawn, split.left, _first(split)
    whole = left + sum(map(mean, drawn.values()))
    for keys, part in drawn.items():
        yield _draw(keys, divided[keys].steps, part, name, whole)
    if left:
        parameters = _distribution(next(iter(drawn.values()))).parameters
        varies = Distribution("dirichlet", parameters, left)
        yield _draw(split.open, (), Number(left, "1", distribution=varies), name, whole)


def _column(draw: Draw, uniforms: Floats) -> Floats:
    """Values of one draw; of a part of a split the logarithm of its gamma part."""
    distribution = _distribution(draw.what)
    if draw.split:
        return log_part(distribution["concentration"] * distribution.mean, uniforms)
    return distribution.quantile(uniforms)


def _distribution(what: Number | Span) -> Distribution:
    """The distribution of what is known to have one."""
    return cast(Distribution, what.distribution)


def _together(draws: Sequence[Draw]) -> Mapping[str, list[int]]:
    """Places of the draws of each split."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, draw in enumerate(draws):
        if draw.split:
            found[draw.split].append(place)
    return found


def _shares(logs: Floats) -> Floats:
    """Shares from the logarithms of gamma parts, shape (replications, parts); each row sums to 1, but for rounding."""
    import numpy as np

    highest = logs.max(axis=1, keepdims=True)
    sizes = np.exp(logs - np.where(np.isfinite(highest), highest, 0.0))
    total = sizes.sum(axis=1, keepdims=True)
    return sizes / np.where(total > 0, total, 1.0)


def _plant(tree: _Tree, steps: Path, place: int) -> None:
    for step in steps[:-1]:
        tree = tree.setdefault(step, {})
    tree[steps[-1]] = place


@dataclass(frozen=True, slots=True)
class _Planting:
    """Puts one row of values into the parts of a world."""

    draws: Sequence[Draw]
    row: Sequence[Value]
    memo: Memo | None

    def put(self, part: Any, tree: _Tree | int) -> object:
        """A copy of a part with the values of a tree in it."""
        if isinstance(tree, int):
            return _valued(part, self.row[tree])
        if self.memo is None or not isinstance(part, Model):
            return self._copy(part, tree)
        places = tuple(_leaves(tree))
        key = id(part), tuple(self.draws[n].path for n in places), tuple(self.row[n] for n in places)
        if key not in self.memo:
            self.memo[key] = part, self._copy(part, tree)
        return self.memo[key][1]

    def _copy(self, part: Any, tree: _Tree) -> object:
        if isinstance(part, Model):
            return _copied(part, {step: self.put(getattr(part, step), inner) for step, inner in tree.items()})
        if isinstance(part, Mapping):
            return {**part, **{step: self.put(part[step], inner) for step, inner in tree.items()}}
        return replace(part, **{step: self.put(getattr(part, step), inner) for step, inner in tree.items()})


def _leaves(tree: _Tree | int) -> Iterator[int]:
    if isinstance(tree, int):
        yield tree
    else:
        for inner in tree.values():
            yield from _leaves(inner)


def _valued(part: Number | Span, value: Value) -> Number | Span:
    if isinstance(value, Noise):
        return replace(cast(Number, part), noise=value)
    if isinstance(part, Span):
        return Span(0, round(value * SECONDS_PER_DAY), part.distribution, part.draw)
    return replace(part, value=value)


def _copied(part: Model, changes: Mapping[str, object]) -> Model:
    """A copy with some fields changed, without what the original has found out about itself and kept."""
    copied = copy(part)
    held = vars(copied)
    held.update(changes)
    for name in held.keys() - type(part).model_fields.keys():
        del held[name]
    return _FOLLOWED[type(part)](copied, part) if type(part) in _FOLLOWED else copied


def _carrier(copied: Any, before: Any) -> Model:
    return with_ratio(copied, before)


_FOLLOWED: Mapping[type[Model], Callable[[Any, Any], Model]] = {Carrier: _carrier}
"""Models that reckon some of their numbers from others when they are read, and what does it again."""
