"""Who contributes what to a whole: Shapley values and interactions of the players of a cooperative game.

A coalition is an integer, bit i of which says whether player i is in it. What coalitions are worth is an array of any
shape behind its first axis, so that many games are solved at once. Nothing here knows what the players are.

Shapley, L. S. (1953), A value for n-person games. Grabisch, M. and Roubens, M. (1999), An axiomatic approach to the
concept of interaction among players in cooperative games, International Journal of Game Theory 28, 547-565. Castro, J.,
Gómez, D. and Tejada, J. (2009), Polynomial calculation of the Shapley value based on sampling, Computers & Operations
Research 36, 1726-1730.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Orders = NDArray[np.intp]
"""Orders in which players join, in pairs of which one is the other backwards, shape (pairs, 2, players)."""


@dataclass(frozen=True)
class Game:
    """What coalitions of some players are worth."""

    players: int
    coalitions: tuple[int, ...]
    """Those whose worth is known, ascending."""
    worth: Floats
    """Shape (coalitions, …)."""

    def of(self, coalitions: Iterable[int]) -> Floats:
        """What some of them are worth, shape (some, …). Raises KeyError where one of them is not known."""
        wanted, known = np.array(list(coalitions), dtype=np.int64), np.array(self.coalitions, dtype=np.int64)
        places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        missing = wanted[known[places] != wanted]
        if missing.size:
            raise KeyError(f"coalition {missing[0]} of {self.players} players was not simulated")
        found: Floats = self.worth[places]
        return found

    @property
    def grand(self) -> int:
        """The coalition of all."""
        return (1 << self.players) - 1

    @property
    def whole(self) -> Floats:
        """What all together add to none, shape (…)."""
        both = self.of([0, self.grand])
        return np.asarray(both[1] - both[0])


def every(players: int) -> tuple[int, ...]:
    """All coalitions."""
    return tuple(range(1 << players))


def ends(players: int) -> set[int]:
    """None, each alone and each two, and all without these: what effects alone, effects at the end and pairs need."""
    few = [0, *_bits(range(players)), *(sum(_bits(pair)) for pair in combinations(range(players), 2))]
    grand = (1 << players) - 1
    return {*few, *(grand ^ coalition for coalition in few)}


def _bits(players: Iterable[int]) -> list[int]:
    return [1 << player for player in players]


def orders(players: int, count: int, seed: int) -> Orders:
    """At least `count` random orders, each with itself backwards: what comes early in one comes late in the other."""
    stream = np.random.Generator(np.random.Philox(seed))
    forth = np.stack([stream.permutation(players) for _ in range((count + 1) // 2)])
    return np.stack([forth, forth[:, ::-1]], axis=1)


def met(some: Orders) -> set[int]:
    """Coalitions that players meet as they join in these orders."""
    joined = np.cumsum(1 << some.astype(object), axis=-1) if some.size else np.zeros(0, dtype=object)
    return {0, *map(int, joined.ravel())}


def alone(game: Game) -> Floats:
    """What each adds to nobody, shape (players, …)."""
    return np.asarray(game.of(_bits(range(game.players))) - game.of([0]))


def left_out(game: Game) -> Floats:
    """What each adds to all others, shape (players, …)."""
    return np.asarray(game.of([game.grand]) - game.of(game.grand ^ bit for bit in _bits(range(game.players))))


def shapley(game: Game) -> Floats:
    """What each adds to those before it, on average over all orders, shape (players, …); needs every coalition.

    φ_i = Σ over S without i of |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)).
    """
    weights = _weights(game.players, 1)
    return np.stack([_mean(game, weights, (player,)) for player in range(game.players)])


def interactions(game: Game) -> Floats:
    """By how much two help each other, on average over all orders, shape (players, players, …); 0 of one with itself.

    The Shapley interaction index of Grabisch and Roubens: I_ij = Σ over S without i and j of
    |S|! (n − |S| − 2)! / (n − 1)! · (v(S ∪ ij) − v(S ∪ i) − v(S ∪ j) + v(S)). Needs every coalition.
    """
    weights = _weights(game.players, 2)
    return _symmetric(game, lambda pair: _mean(game, weights, pair))


def pairs_alone(game: Game) -> Floats:
    """By how much two help each other where nobody else is in, shape (players, players, …)."""
    return _symmetric(game, lambda pair: _second(game, [0], pair)[0])


def pairs_at_last(game: Game) -> Floats:
    """By how much two help each other where all others are in, shape (players, players, …)."""
    return _symmetric(game, lambda pair: _second(game, [game.grand ^ sum(_bits(pair))], pair)[0])


def marginals(game: Game, some: Orders) -> Floats:
    """What each adds to those before it, on average of each pair of orders, shape (pairs, players, …).

    Their mean estimates the Shapley values without bias; the pairs are independent.
    """
    return np.stack([np.mean([_joining(game, order) for order in pair], axis=0) for pair in some])


def _joining(game: Game, order: Sequence[int]) -> Floats:
    """What each adds to those before it in one order, shape (players, …)."""
    coalitions = [0]
    for player in order:
        coalitions.append(coalitions[-1] | 1 << int(player))
    added = np.empty_like(game.of([0] * game.players))
    added[list(order)] = np.diff(game.of(coalitions), axis=0)
    return added


def _weights(players: int, together: int) -> Floats:
    """Part of all orders in which just those of a coalition of each size come before some that come together."""
    others = players - together
    whole = factorial(others + 1)
    return np.array([factorial(size) * factorial(others - size) / whole for size in range(others + 1)])


def _mean(game: Game, weights: Floats, some: Sequence[int]) -> Floats:
    """Weighted mean of what some players together add, beyond what fewer of them do, to coalitions without them."""
    before = list(_without(game.players, some))
    sizes = [coalition.bit_count() for coalition in before]
    added = _first(game, before, some[0]) if len(some) == 1 else _second(game, before, some)
    return np.asarray(np.tensordot(weights[sizes], added, axes=1))


def _without(players: int, some: Sequence[int]) -> Iterator[int]:
    mask = sum(_bits(some))
    return (coalition for coalition in range(1 << players) if not coalition & mask)


def _first(game: Game, before: Sequence[int], player: int) -> Floats:
    return np.asarray(game.of(coalition | 1 << player for coalition in before) - game.of(before))


def _second(game: Game, before: Sequence[int], pair: Sequence[int]) -> Floats:
    """What two add to each coalition together, less what each adds by itself."""
    one, other = pair
    with_one = [coalition | 1 << one for coalition in before]
    return _first(game, with_one, other) - _first(game, before, other)


def _symmetric(game: Game, of: Callable[[tuple[int, int]], Floats]) -> Floats:
    table = np.zeros((game.players, game.players, *game.worth.shape[1:]))
    for pair in combinations(range(game.players), 2):
        table[pair] = table[pair[::-1]] = of(pair)
    return table
