"""The balance closes, or says where it does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simulator.accounting import check, require
from simulator.engine.ledger import Lane, Ledger
from simulator.errors import BalanceError
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import Pen, drawn_at_random, empty, months

LANES = (Lane("linear", 0), Lane("circular", 0))
BASE = (Lane("base", 0), Lane("base", 1))


def label(ledger: Ledger, place: str) -> tuple[int, str]:
    """A label that is present at all, and its substance."""
    number = int(np.flatnonzero(ledger.shipped[1].any(axis=(0, 1)))[0])
    return number, ledger.index.labels[number].substance


def test_an_empty_ledger_balances(loop: Scenario) -> None:
    balance = check(empty(loop, LANES, months(2)))
    require(balance)
    assert balance.relative == 0


@pytest.mark.parametrize("seed", range(5))
def test_what_moves_without_loss_balances(works: Scenario, seed: int) -> None:
    balance = check(drawn_at_random(works, BASE, months(12), seed))
    require(balance)
    assert 0 < balance.relative < 1e-9


BREAKS: dict[str, tuple[Callable[[Ledger, int], None], float]] = {
    "inventory scrap of town": (lambda ledger, k: ledger.on_hand.__setitem__((1, 2, place(ledger, "town"), k), 0), 1),
    "process drawer.draw": (lambda ledger, k: ledger.made.__setitem__((1, 1, 0, k), 0), 1),
    "use town.cables": (lambda ledger, k: ledger.in_use.__setitem__((1, slice(2, None), 0, k), 0), 1),
}


def place(ledger: Ledger, node: str) -> int:
    return [(p.node, p.name, p.kind) for p in ledger.index.places].index((node, "scrap", "inventory"))


@pytest.mark.parametrize("name", BREAKS)
def test_a_loss_is_found_and_named(works: Scenario, name: str) -> None:
    """Lane, place, substance, amount and what it means are in the message."""
    ledger = drawn_at_random(works, BASE, months(4))
    number, substance = label(ledger, name)
    BREAKS[name][0](ledger, number)
    balance = check(ledger)
    assert (balance.lane, balance.place, balance.substance) == (BASE[1], name, substance)
    with pytest.raises(BalanceError, match=f"{name}, substance {substance}, variant base, replication 1, ") as raised:
        require(balance)
    assert f"{abs(balance.residual):.6g} t " in str(raised.value)


def test_mass_out_of_nothing_is_said_to_appear(works: Scenario) -> None:
    ledger = drawn_at_random(works, BASE, months(4))
    number, _ = label(ledger, "")
    ledger.on_hand[0, 2, place(ledger, "town"), number] += 1e6
    with pytest.raises(BalanceError, match="appeared from nothing"):
        require(check(ledger))


def test_a_loss_that_is_made_good_later_is_still_found(works: Scenario) -> None:
    """Every row must close, not only the run."""
    ledger = drawn_at_random(works, BASE, months(6))
    number, _ = label(ledger, "")
    ledger.on_hand[1, 3, place(ledger, "town"), number] += 1
    balance = check(ledger)
    assert balance.relative > 1e-9
    assert balance.period in {"2025-03", "2025-04"}


def test_a_slow_leak_is_found_over_the_whole_run(works: Scenario) -> None:
    ledger = drawn_at_random(works, BASE, months(24))
    number, _ = label(ledger, "")
    ledger.on_hand[1, 1:, place(ledger, "town"), number] += 1e-7 * np.arange(1, 25) * 5e5
    with pytest.raises(BalanceError, match="whole run"):
        require(check(ledger))


def test_what_is_not_a_number_fails(works: Scenario) -> None:
    ledger = drawn_at_random(works, BASE, months(2))
    ledger.shipped[1, 0, 0, 0] = np.nan
    with pytest.raises(BalanceError):
        require(check(ledger))


def test_a_change_of_origin_is_no_loss(works: Scenario) -> None:
    """Labels are set where material becomes waste; substances are kept, origins are not."""
    ledger = drawn_at_random(works, BASE, months(3))
    labels = [(one.substance, one.origin) for one in ledger.index.labels]
    a, b = labels.index(("Cu", "primary")), labels.index(("Cu", "post_consumer"))
    ledger.retired[..., b] += ledger.retired[..., a]
    ledger.retired[..., a] = 0
    require(check(ledger))


def test_rounding_in_an_idle_store_is_tolerated(works: Scenario) -> None:
    """A store that is empty but for dust, and idle, may lose the dust: it is nothing of what went through it."""
    ledger = empty(works, BASE, months(2))
    pen = Pen(ledger, "Cu")
    pen.ship("town_scrap", 100)
    pen.hold("town", "scrap", 100)
    pen.hold("smelter", "scrap", 100, row=1)
    pen.hold("smelter", "scrap", 100, row=2)
    pen.hold("town", "scrap", 1e-14, row=1)
    require(check(ledger))
    pen.hold("town", "scrap", 1e-6, row=1)
    with pytest.raises(BalanceError, match="inventory scrap of town"):
        require(check(ledger))
