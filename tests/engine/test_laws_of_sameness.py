"""What must not matter in any network does not, to the last bit: order, neighbours, reports, changes to what is."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from simulator.engine import Ledger
from tests.engine.builders import shuffled
from tests.engine.laws import opened, recorded, tried
from tests.engine.networks import Network, Raw

STOCKS = ("on_hand", "in_transit", "in_process", "in_use")
MOVEMENTS = ("shipped", "drawn", "made", "retired", "soiled")
COUNTS = ("basis", "throughput", "days", "unmet_use", "unmet_demand")
POWERS = st.sampled_from([-30, -3, 4, 30])
SEEDS = st.integers(0, 9)
TINY = np.finfo(np.float64).tiny
"""Below it numbers have fewer digits than others."""


def same(one: Ledger, other: Ledger, lane: int = 0, factor: float = 1.0) -> None:
    """Lane 0 of one record is a lane of another, times a factor: exactly, as far as floats keep all their digits."""
    finest = 0.0 if factor == 1.0 else TINY
    for name in (*STOCKS, *MOVEMENTS, "basis", "throughput", "unmet_use", "unmet_demand"):
        found = (getattr(one, name)[0] * factor, getattr(other, name)[lane])
        np.testing.assert_allclose(*found, rtol=0.0, atol=finest, err_msg=name)
    np.testing.assert_array_equal(one.days[0], other.days[lane])


def same_in_the_end(one: Ledger, other: Ledger) -> None:
    """Where rows are cut otherwise: the same stocks at the end to the last bit, and the same sums."""
    for name in STOCKS:
        np.testing.assert_array_equal(last(one, name), last(other, name), err_msg=name)
    for name in (*MOVEMENTS, *COUNTS):
        sums = [getattr(ledger, name)[0].sum(axis=0) for ledger in (one, other)]
        np.testing.assert_allclose(sums[0], sums[1], rtol=1e-9, atol=1e-12 * sums[0].max(initial=0.0), err_msg=name)


def last(ledger: Ledger, name: str) -> Any:
    """Stocks at the end of the run."""
    return getattr(ledger, name)[0, len(ledger.rows[0])]


@tried(15, seed=SEEDS)
def test_the_order_of_the_file_changes_no_number(network: Network, seed: int) -> None:
    usual = recorded(opened(network))
    same(usual, recorded(opened(Network(shuffled(network.tree, Random(seed))))))


@tried(15)
def test_a_change_to_what_is_already_changes_nothing(network: Network) -> None:
    """Dated changes that multiply a number by 1, or set it to what it is, and so cut rows."""
    boundary: Raw = network.tree["boundary"]
    fees = {name: accept | {"fee": "3 EUR/t"} for name, accept in boundary["tip"]["accepts"].items()}
    paid = network.with_(boundary={**boundary, "tip": {"accepts": fees}})
    changes = {
        "noop": {"at": "2025-01-02T13:00", "for": "30 hour", "scale": {"boundary.tip.accepts.a.fee": 1}},
        "same": {"at": "2025-01-04", "set": {"boundary.tip.accepts.b.fee": "3 EUR/t"}},
    }
    interventions: Raw = {**network.tree["interventions"], **changes}
    same_in_the_end(recorded(opened(paid)), recorded(opened(paid.with_(interventions=interventions))))


@tried(15)
def test_another_reporting_period_changes_nothing(network: Network) -> None:
    usual = recorded(opened(network))
    time: Raw = {**network.tree["time"], "report": "1 year" if network.tree["time"]["step"] != "1 year" else "1 month"}
    same_in_the_end(usual, recorded(opened(network.with_(time=time))))


@tried(15)
def test_a_lane_is_the_same_among_others(network: Network) -> None:
    """Beside lanes in which processes run half as fast, or flows are closed."""
    usual = recorded(opened(network))
    variants: Raw = {"closed": {"set": {f"flows.{min(network.flows)}.active": False}}, "base": {}}
    among = recorded(opened(network.with_(variants=variants)))
    same(usual, among, lane=1)


@tried(15, power=POWERS)
def test_masses_are_the_same_in_any_measure(network: Network, power: int) -> None:
    """Every mass times a power of two, milligrams or gigatonnes: every result times it."""
    factor = 2.0**power
    scaled = Network(times(network.tree, factor))
    same(recorded(opened(network)), recorded(opened(scaled)), factor=factor)


def times(tree: Any, factor: float) -> Any:
    """All quantities of mass in a tree times a factor."""
    if isinstance(tree, dict):
        return {key: times(entry, factor) for key, entry in tree.items()}
    if isinstance(tree, list):
        return [times(entry, factor) for entry in tree]
    number, _, unit = str(tree).partition(" ")
    return f"{float(number) * factor!r} {unit}" if unit in {"t", "t/day"} else tree
