"""Contracts of flows: a maximum per period, a minimum that is paid for, a start and an end; computed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.study.run import Run
from tests.engine.builders import amounts, by_period, chosen, read, rows_of, shipped, simulate, text, value

TRADE = """
materials: {{a: {{piece: 100 kg}}, old: {{waste: true}}}}
companies:
  s: {{inventories: {{a: {{initial: 10 kt}}}}}}
  r: {{uses: {{u: {{material: a, demand: {demand}, lifetime: {{fixed: 50 year}}, end_of_life: old}}}}}}
boundary:
  market: {{demands: {{a: {{rate: 1 t/day}}}}, accepts: {{old: {{fate: landfill}}}}}}
flows:
  deal: {{from: s, to: r, material: a{extra}{contract}}}
  rest: {{from: s, to: market, material: a}}
  tip: {{from: r, to: market, material: old}}
partnerships:
  pact: {{start: 2025-01-11}}
"""


def trade(contract: str, extra: str = ", price: 100 EUR/t", demand: str = "10 t/day") -> str:
    """One company sells to another under a contract, the rest to a market that takes little."""
    return TRADE.format(contract=f", contract: {{{contract}}}" if contract else "", extra=extra, demand=demand)


def paid(result: Run, node: str) -> dict[str, float]:
    """EUR of take-or-pay by period."""
    found = chosen(result.tables.money, node=node, category="take_or_pay")
    return {str(row.period): float(row.money_eur) for row in rows_of(found)}


def test_a_maximum_binds_each_period_not_each_review(tmp_path: Path) -> None:
    """25 t in every ten days: 10, 10, 5 t, then nothing until the next ten days begin."""
    result = simulate(tmp_path, trade("maximum: 25 t, period: 10 day"))
    assert amounts(result, "deal", 23) == [*[10, 10, 5, *[0] * 7] * 2, 10, 10, 5]


def test_a_maximum_takes_whole_lots(tmp_path: Path) -> None:
    """Two lots of 10 t of the 25 t; the default order asks for a review's use and one lot."""
    result = simulate(tmp_path, trade("maximum: 25 t, period: 10 day", extra=", lot_size: 10 t"))
    assert list(by_period(result, "deal").values()) == pytest.approx([20] * 10)
    assert shipped(result, "deal") == 20 * 10


def test_periods_count_from_the_start_of_the_contract(tmp_path: Path) -> None:
    """The third month of a contract that began on 20 November ends on 19 February."""
    contract = "maximum: 30 t, period: month, start: 2024-11-20"
    found = by_period(simulate(tmp_path, trade(contract)), "deal")
    assert list(found) == [f"2025-{month:02}-{day}" for month, day in
                           [(1, "01"), (1, "02"), (1, "03"), (1, "20"), (1, "21"), (1, "22"), (2, "20"), (2, "21"),
                            (2, "22"), (3, "20"), (3, "21"), (3, "22")]]  # fmt: skip


def test_outside_its_contract_a_flow_is_closed(tmp_path: Path) -> None:
    result = simulate(tmp_path, trade("start: 2025-01-03, end: 2025-01-06"))
    assert amounts(result, "deal", 8) == [0, 0, 10, 10, 10, 0, 0, 0]


def test_a_closed_flow_in_lots_keeps_nothing_back(tmp_path: Path) -> None:
    """Not before its contract begins, though it has the better rank: the market gets its tonne."""
    body = trade("start: 2025-01-03", extra=", rank: 1, lot_size: 10 kt")
    assert amounts(simulate(tmp_path, body), "rest", 4) == [1, 1, 0, 0]


def test_what_a_period_lacks_is_paid_for_at_its_end(tmp_path: Path) -> None:
    """80 t in ten days of which 50 flow: 30 t at 7 EUR, from the receiver to the sender."""
    result = simulate(tmp_path, trade("minimum: 80 t, period: 10 day, take_or_pay: 7 EUR/t", demand="5 t/day"))
    ends = [f"2025-{month:02}-{day}" for month, day in
            [(1, 10), (1, 20), (1, 30), (2, "09"), (2, 19), (3, "01"), (3, 11), (3, 21), (3, 31), (4, 10)]]  # fmt: skip
    assert paid(result, "r") == pytest.approx(dict.fromkeys(ends, -210.0))
    assert paid(result, "s") == pytest.approx(dict.fromkeys(ends, 210.0))
    assert value(result, "contract_shortfall", item="total") == pytest.approx(300)
    assert value(result, "contract_shortfall", node="s", item="deal") == pytest.approx(300)
    assert value(result, "cash_flow", item="take_or_pay") == pytest.approx(0, abs=1e-9)


def test_a_minimum_that_is_kept_costs_nothing(tmp_path: Path) -> None:
    result = simulate(tmp_path, trade("minimum: 50 t, period: 10 day, take_or_pay: 7 EUR/t", demand="5 t/day"))
    assert paid(result, "r") == {}
    assert value(result, "contract_shortfall") == 0


def test_who_pays_the_fee_pays_for_what_was_not_delivered(tmp_path: Path) -> None:
    """A gate fee goes from the sender to the receiver, and so does the price of what did not come."""
    body = trade("minimum: 80 t, period: 50 day, take_or_pay: 7 EUR/t", ", price: -40 EUR/t", demand="1 t/day")
    result = simulate(tmp_path, body)
    assert list(paid(result, "s").values()) == pytest.approx([-210.0, -210.0])


def test_the_last_period_owes_its_part(tmp_path: Path) -> None:
    """100 days of periods of 80: 160 t owed in the first, of which 80 flow; 40 t in the last 20 days, of which 20."""
    result = simulate(tmp_path, trade("minimum: 160 t, period: 80 day, take_or_pay: 1 EUR/t", demand="1 t/day"))
    assert paid(result, "s") == pytest.approx({"2025-03-21": 80.0, "2025-04-10": 20.0})


def test_an_end_and_a_partnership_cut_what_is_owed(tmp_path: Path) -> None:
    """Of 100 t in fifty days: from 11 January, when the partnership begins, to the end on 31 January 20 × 2 t."""
    contract = "minimum: 100 t, period: 50 day, take_or_pay: 1 EUR/t, end: 2025-01-31"
    result = simulate(tmp_path, trade(contract, ", partnership: pact", demand="0.5 t/day"))
    assert shipped(result, "deal") == pytest.approx(10)
    assert paid(result, "s") == pytest.approx({"2025-01-30": 30.0})


@pytest.mark.parametrize("report", ["8 hour", "7 day", "month", "year"])
def test_reporting_periods_change_no_sum(tmp_path: Path, report: str) -> None:
    """Periods of 13 days are no multiple of anything: seven of 39 t, and nine days of 27 t, less 1 t a day."""
    contract = "minimum: 39 t, maximum: 60 t, period: 13 day, take_or_pay: 2 EUR/t"
    result = simulate(tmp_path, trade(contract, demand="1 t/day"), report=report)
    assert sum(paid(result, "s").values()) == pytest.approx(2 * (7 * 26 + 18))


def test_a_calendar_year_owes_its_minimum_leap_year_or_not(tmp_path: Path) -> None:
    contract = "minimum: 1 kt, period: year, take_or_pay: 1 EUR/t"
    result = simulate(tmp_path, trade(contract, demand="1 t/day"), end="2029-01-01", report="year")
    assert paid(result, "s") == pytest.approx({"2025": 635, "2026": 635, "2027": 635, "2028": 634})


def test_a_minimum_alone_is_one_by_the_year(tmp_path: Path) -> None:
    """It forces nothing and costs nothing; what is lacking is counted."""
    result = simulate(tmp_path, trade("", ", minimum: 4 kt/year", demand="1 t/day"), end="2027-01-01", report="month")
    shortfall = chosen(result.tables.indicators, indicator="contract_shortfall", node="s", item="deal")
    assert list(shortfall["value"]) == pytest.approx([3635, 3635, 7270])


def test_a_maximum_may_change_at_a_date_and_in_a_variant(tmp_path: Path) -> None:
    dated = """
interventions:
  more: {at: 2025-01-11, set: {flows.deal.contract.maximum: 28 t}}
variants:
  now: {}
  half: {scale: {flows.deal.contract.maximum: 0.5}}
"""
    result = simulate(tmp_path, trade("maximum: 25 t, period: 10 day") + dated, end="2025-01-21")
    assert amounts(result, "deal", 20, variant="now")[10:14] == [10, 10, 8, 0]
    assert amounts(result, "deal", 3, variant="half") == [10, 2.5, 0]


REFUSED = {
    "minimum: 80 t": "flows.deal.contract.minimum: needs a `period` beside it, as `year`",
    "period: year": "flows.deal.contract.period: needs a `minimum` or `maximum` beside it",
    "maximum: 9 t, period: 6 hour": "flows.deal.contract.period: is shorter than the time between two settlements of "
    "the flow, 1 days",
    "minimum: 9 t, maximum: 8 t, period: year": "flows.deal.contract.minimum: is more than `maximum`",
    "maximum: 9 t, period: year, take_or_pay: 1 EUR/t": "flows.deal.contract.take_or_pay: needs a `minimum` beside it: "
    "what is paid for where less flows",
    "start: 2025-02-01, end: 2025-01-01": "flows.deal.contract.end: must be after the start, 2025-02-01",
}


@pytest.mark.parametrize("contract", REFUSED)
def test_a_contract_that_contradicts_itself_is_refused(tmp_path: Path, contract: str) -> None:
    with pytest.raises(ScenarioError, match="deal") as raised:
        read(tmp_path, text(trade(contract)))
    assert str(raised.value).splitlines()[-1].endswith(REFUSED[contract])


@pytest.mark.parametrize(
    ("contract", "extra", "message"),
    [
        (
            "maximum: 9 t, period: year",
            ", lot_size: 12 t",
            "9 t is less than one lot of 12 t, so that nothing would flow",
        ),
        ("minimum: 9 t, period: 2 day", ", capacity: 4 t/day", "9 t is more than the 8 t that `capacity` lets through"),
        ("minimum: 9 t, period: 2 day", ", minimum: 4 t/day", "stands beside a `contract`: say it there, as an amount"),
        ("", ", minimum: 4 t/day, capacity: 3 t/day", "flows.deal.minimum: is more than `capacity`"),
    ],
)
def test_a_contract_that_nobody_could_keep_is_refused(tmp_path: Path, contract: str, extra: str, message: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        read(tmp_path, text(trade(contract, extra)))
    assert message in str(raised.value)
