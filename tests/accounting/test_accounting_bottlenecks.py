"""Bottlenecks in words."""

from __future__ import annotations

from dataclasses import replace

from simulator.accounting import find_bottlenecks, tabulate
from simulator.engine.index import Limit
from simulator.engine.ledger import Lane, Ledger
from simulator.scenario.companies import Inventory
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import empty, months

DRAW, MELT = 0, 1


def ledger(works: Scenario) -> Ledger:
    return empty(works, [Lane("base", 0), Lane("base", 1)], months(2))


def sentences(works: Scenario, made: Ledger) -> tuple[str, ...]:
    return tuple(map(str, find_bottlenecks(tabulate(works, [made]), works)["base"]))


def test_the_worst_comes_first_with_its_main_reason_over_replications(works: Scenario) -> None:
    made = ledger(works)
    made.throughput[:, :, :, Limit.RATE] = 100
    made.days[:, :, DRAW, Limit.RATE] = 31
    made.days[:, 1, DRAW, Limit.OUTAGE] = 7
    made.days[:, :, MELT, Limit.RATE] = 10
    made.days[0, :, MELT, Limit.INPUT] = 20
    made.days[1, :, MELT, Limit.INPUT] = 10
    made.days[:, :, MELT, Limit.ROOM] = 1
    assert sentences(works, made) == (
        "smelter melt: waited for scrap or ore on 30 of 52 days",
        "drawer draw: out of order on 7 of 69 days",
    )


def test_what_is_ordered_as_needed_runs_out_without_being_short(works: Scenario) -> None:
    """Fed with what its orders take and no more, it is not said to have waited."""
    smelter = works.world.companies["smelter"]
    stores = {**smelter.inventories, "ore": Inventory(order_up_to="needed")}
    companies = {**works.world.companies, "smelter": smelter.model_copy(update={"inventories": stores})}
    fed = replace(works, world=works.world.model_copy(update={"companies": companies}))
    made = ledger(fed)
    made.throughput[:, :, :, Limit.RATE] = 100
    made.days[:, :, MELT, Limit.INPUT] = 15
    assert sentences(fed, made) == ("smelter melt: had no more scrap or ore, ordered as needed, on 30 of 30 days",)


def test_a_full_store_and_a_minimum_are_named(works: Scenario) -> None:
    made = ledger(works)
    made.throughput[:, :, :, Limit.RATE] = 100
    made.days[:, :, MELT, Limit.ROOM] = 5
    made.days[:, :, DRAW, Limit.MINIMUM] = 4
    assert sentences(works, made) == (
        "smelter melt: blocked by a full store of copper or slag on 10 of 10 days",
        "drawer draw: stood still below its minimum on 8 of 8 days",
    )


def test_what_did_not_run_is_no_bottleneck(works: Scenario) -> None:
    made = ledger(works)
    made.days[:, :, MELT, Limit.INPUT] = 30
    assert sentences(works, made) == ()


def test_its_own_rate_and_its_order_hold_no_process_back(works: Scenario) -> None:
    made = ledger(works)
    made.throughput[:, :, :, Limit.RATE] = 100
    made.days[:, :, :, Limit.RATE] = 15
    made.days[:, :, :, Limit.ORDER] = 16
    assert sentences(works, made) == ()


def test_a_variant_without_any_has_no_sentence(loop: Scenario) -> None:
    made = tabulate(loop, [empty(loop, [Lane("linear", 0)], months(1))])
    assert find_bottlenecks(made, loop) == {"linear": (), "circular": ()}
