"""Shapley values and interactions of games whose answers are known."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from simulator.study.estimates import over_both, over_replications
from simulator.study.shapley import (
    Game,
    alone,
    ends,
    every,
    interactions,
    left_out,
    marginals,
    met,
    orders,
    pairs_alone,
    pairs_at_last,
    shapley,
)

GLOVES = Game(3, every(3), np.array([0, 0, 0, 0, 0, 1, 1, 1.0]))
"""Players 0 and 1 have a left glove each, player 2 the right one; only a pair is worth anything."""


def drawn(players: int, seed: int, games: int = 4) -> Game:
    """A game in which nothing is regular, several at once."""
    return Game(players, every(players), np.random.default_rng(seed).normal(size=(1 << players, games)))


def test_three_players_by_hand() -> None:
    """Right glove first: nothing. It gets its price in 4 of 6 orders, each left glove in 1."""
    assert shapley(GLOVES) == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    assert alone(GLOVES) == pytest.approx([0, 0, 0])
    assert left_out(GLOVES) == pytest.approx([0, 0, 1])


def test_interactions_of_three_by_hand() -> None:
    """A left and the right glove: 1 where nobody else is in, 0 behind the other left; the two left ones: 0 and −1."""
    found = interactions(GLOVES)
    assert found[0, 2] == found[1, 2] == pytest.approx(1 / 2)
    assert found[0, 1] == pytest.approx(-1 / 2)
    assert (found == found.T).all()
    assert not found.diagonal().any()
    assert (pairs_alone(GLOVES)[0, 2], pairs_at_last(GLOVES)[0, 2]) == (1, 0)
    assert (pairs_alone(GLOVES)[0, 1], pairs_at_last(GLOVES)[0, 1]) == (0, -1)


@pytest.mark.parametrize("players", [2, 3, 6])
def test_values_sum_to_what_all_add_to_none(players: int) -> None:
    game = drawn(players, players)
    assert shapley(game).sum(axis=0) == pytest.approx(game.whole)


def test_values_are_means_over_all_orders() -> None:
    """The formula by sizes of coalitions against its definition."""
    game = drawn(4, 1)
    every_order = np.array([[order, order] for order in permutations(range(4))])
    assert shapley(game) == pytest.approx(marginals(game, every_order).mean(axis=0))


def test_interactions_are_means_over_orders_in_which_two_come_together() -> None:
    """Grabisch and Roubens: two that join as one, in every order of it and the others."""
    game, found = drawn(4, 2), []
    together = -1
    for order in permutations([together, 2, 3]):
        before = sum(1 << one for one in order[: order.index(together)])
        both, one, other, none = game.of([before | 3, before | 1, before | 2, before])
        found.append(both - one - other + none)
    assert interactions(game)[0, 1] == pytest.approx(np.mean(found, axis=0))


def test_twins_get_the_same() -> None:
    twins = np.array([0.0, 1.0, 1.0, 2.5])
    worth = np.concatenate([twins, 4 * twins])
    game = Game(3, every(3), worth)
    found = shapley(game)
    assert found[0] == found[1]
    assert interactions(game)[0, 2] == interactions(game)[1, 2]


def test_who_changes_nothing_gets_nothing() -> None:
    with_one = drawn(3, 3)
    game = Game(4, every(4), np.concatenate([with_one.worth, with_one.worth]))
    assert not shapley(game)[3].any()
    assert not interactions(game)[3].any()
    assert shapley(game)[:3] == pytest.approx(shapley(with_one))


def test_sampled_orders_sum_to_the_whole_too() -> None:
    game = drawn(5, 4)
    found = marginals(game, orders(5, 10, 7))
    assert found.sum(axis=1) == pytest.approx(np.broadcast_to(game.whole, (5, 4)))


def test_orders_come_with_themselves_backwards_and_follow_from_the_seed() -> None:
    some = orders(6, 20, 3)
    assert some.shape == (10, 2, 6)
    assert (some[:, 0] == some[:, 1, ::-1]).all()
    assert (some == orders(6, 20, 3)).all()
    assert (some[:5] == orders(6, 10, 3)).all()
    assert not (some == orders(6, 20, 4)).all()


def test_exact_values_lie_within_the_intervals_of_sampled_ones() -> None:
    """Five players, 60 games: 300 intervals of 95 %, of which about 285 hold their value."""
    game = drawn(5, 5, 60)
    found = over_both(marginals(game, orders(5, 60, 1))[..., None])
    exact = shapley(game)
    held = ((found.low <= exact) & (exact <= found.high)).mean()
    assert 0.9 <= held <= 0.99


def test_what_orders_and_ends_need_is_known() -> None:
    """A game of the coalitions that are met answers as one of all coalitions."""
    whole, some = drawn(8, 6), orders(8, 4, 1)
    needed = tuple(sorted(met(some) | ends(8)))
    assert len(needed) < 100 < 1 << 8
    game = Game(8, needed, whole.of(needed))
    assert (marginals(game, some) == marginals(whole, some)).all()
    for measure in (alone, left_out, pairs_alone, pairs_at_last):
        assert (measure(game) == measure(whole)).all()


@pytest.mark.parametrize("coalition", [2, 7])
def test_what_was_not_simulated_is_not_taken_for_its_neighbour(coalition: int) -> None:
    game = Game(3, (0, 1, 3, 4), np.array([0.0, 1.0, 2.0, 3.0]))
    assert game.of([4, 0]).tolist() == [3.0, 0.0]
    with pytest.raises(KeyError, match=f"coalition {coalition} of 3 players"):
        game.of([1, coalition])


def test_twenty_players_need_few_coalitions() -> None:
    assert len(ends(20)) == 2 * (1 + 20 + 190)
    assert len(met(orders(20, 2, 1))) <= 2 * 19 + 2


def test_an_interval_over_replications_is_students() -> None:
    found = over_replications(np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 2.0, 2.0, 2.0, 2.0]]))
    assert found.mean == pytest.approx([3.0, 2.0])
    assert found.high - found.mean == pytest.approx([2.7764 * np.sqrt(2.5 / 5), 0.0], rel=1e-4)
    assert np.isnan(over_replications(np.array([[1.0]])).low).all()


def test_an_interval_over_orders_and_replications_is_wider_than_over_either() -> None:
    values = np.random.default_rng(1).normal(size=(20, 1, 1)) + np.random.default_rng(2).normal(size=(1, 1, 20))
    both, one, other = (over_both(some) for some in (values, values[..., :1], values[:1]))
    widths = [float((some.high - some.low).item()) for some in (both, one)]
    assert widths[0] > widths[1] > 0
    assert np.isnan(other.low).all(), "one pair of orders says nothing of how orders scatter"
