"""What joins an inventory with a residence rests there before it may leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.builders import amounts, plain, simulate, stock

CHAIN = """
materials: {{a: {{}}}}
companies:
  s: {{{review}inventories: {{a: {{residence: {residence}{held}}}}}}}
boundary:
  mine: {{supplies: {{a: {{rate: 10 t/day}}}}}}
  market: {{demands: {{a: {{}}}}}}
flows:
  buy: {{from: mine, to: s, material: a{lead}}}
  sell: {{from: s, to: market, material: a}}
"""


def chain(residence: str, review: str = "", held: str = "", lead: str = "") -> str:
    """A store between a supply of 10 t/day and a market that takes everything."""
    return CHAIN.format(residence=residence, review=review, held=held, lead=lead)


@pytest.mark.parametrize("days", [0, 1, 2, 7])
def test_what_a_flow_delivers_is_offered_a_review_after_it_has_rested(tmp_path: Path, days: int) -> None:
    """Received at t, offered first at t + r + 1: Cyclus's storage, which sends on what stood there as a step began."""
    result = simulate(tmp_path, chain(f"{days} day"))
    assert amounts(result, "sell", 20) == [0] * (days + 1) + [10] * (19 - days)


def test_what_rests_is_on_hand_in_the_results(tmp_path: Path) -> None:
    result = simulate(tmp_path, chain("2 day"))
    assert [stock(result, "s", "a", period=f"2025-01-0{day}") for day in (1, 2, 3, 4, 5)] == [10, 20, 30, 30, 30]


def test_initial_stock_has_rested(tmp_path: Path) -> None:
    result = simulate(tmp_path, chain("3 day", held=", initial: 7 t"))
    assert amounts(result, "sell", 5) == [7, 0, 0, 0, 10]


def test_goods_rest_after_their_lead_time(tmp_path: Path) -> None:
    """They arrive in time for the settlement two days later, and rest three days from then."""
    result = simulate(tmp_path, chain("3 day", lead=", lead_time: 2 day"))
    assert amounts(result, "sell", 8) == [0] * 5 + [10] * 3
    assert stock(result, "s", "a", "transit", period="2025-01-04") == 20
    assert stock(result, "s", "a", period="2025-01-04") == 20


def test_a_residence_may_end_between_reviews(tmp_path: Path) -> None:
    """Six hours after a delivery: as if there were none; 30 hours after it: a day later."""
    assert amounts(simulate(tmp_path, chain("6 hour")), "sell", 4) == [0, 10, 10, 10]
    assert amounts(simulate(tmp_path, chain("30 hour")), "sell", 4) == [0, 0, 10, 10]


def test_a_residence_in_months_is_a_calendar_offset(tmp_path: Path) -> None:
    """What arrives on 2 January may leave on 2 February; what arrives on the last four days of January on the 28th."""
    result = simulate(tmp_path, chain("1 month", lead=", lead_time: 1 day"))
    assert amounts(result, "sell", 34)[31:] == [0, 10, 10]
    assert amounts(result, "sell", 4, first="2025-02-28") == [40, 10, 10, 10]


@pytest.mark.parametrize("review", ["8 hour", "1 day", "36 hour", "5 day"])
def test_unequal_reviews_conserve_mass(tmp_path: Path, review: str) -> None:
    result = simulate(tmp_path, chain("60 hour", review=f"review_period: {review}, ", held=", capacity: 300 t"))
    assert plain(result.tables.stocks).groupby("period")["mass_t"].sum().max() <= 300 * (1 + 1e-9)


STORED = """
materials: {a: {}, b: {}}
companies:
  s:
    inventories: {a: {initial: 10 kt}, b: {%s}}
    processes: {p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}%s}}
boundary:
  m: {demands: {b: {}}}
flows:
  sell: {from: s, to: m, material: b}
"""


def test_an_output_may_leave_so_much_later_than_it_would(tmp_path: Path) -> None:
    """Without residence it leaves at the review that made it."""
    assert amounts(simulate(tmp_path, STORED % ("", "")), "sell", 4) == [10, 10, 10, 10]
    assert amounts(simulate(tmp_path, STORED % ("residence: 2 day", "")), "sell", 4) == [0, 0, 10, 10]


def test_an_output_rests_after_the_duration_of_its_process(tmp_path: Path) -> None:
    result = simulate(tmp_path, STORED % ("residence: 2 day", ", duration: 1 day"))
    assert amounts(result, "sell", 5) == [0, 0, 0, 10, 10]


def test_what_rests_counts_for_room_and_orders(tmp_path: Path) -> None:
    """25 t, of which a day's 10 t may leave only after two days: room for 10, 10, 5 t, then for what has left."""
    full = simulate(tmp_path, STORED % ("residence: 2 day, capacity: 25 t", ""))
    ordered = simulate(tmp_path, STORED % ("residence: 2 day, order_up_to: 25 t", ""))
    assert amounts(full, "sell", 7) == amounts(ordered, "sell", 7) == [0, 0, 10, 10, 5, 10, 10]


def test_a_process_draws_on_what_has_rested(tmp_path: Path) -> None:
    body = """
    materials: {a: {}, b: {}, c: {}}
    companies:
      s:
        inventories: {a: {initial: 10 kt}, b: {residence: 3 day}}
        processes:
          p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}}
          q: {inputs: [b], rate: 10 t/day, outputs: {c: 1}}
    boundary:
      m: {demands: {c: {}}}
    flows:
      sell: {from: s, to: m, material: c}
    """
    assert amounts(simulate(tmp_path, body), "sell", 6) == [0, 0, 0, 0, 10, 10]


def test_what_retires_rests(tmp_path: Path) -> None:
    """Goods in service for a day come back at the next review, in time to be sold; they rest two days before."""
    body = """
    materials: {a: {}, old: {waste: true}}
    companies:
      s:
        inventories: {a: {initial: 10 kt}, old: {residence: %s}}
        uses:
          u: {material: a, demand: 10 t/day, lifetime: {fixed: 1 day}, entry: start, cohort: 1 day, end_of_life: old}
    boundary:
      m: {accepts: {old: {fate: landfill}}}
    flows:
      tip: {from: s, to: m, material: old}
    """
    assert amounts(simulate(tmp_path, body % "0 day"), "tip", 4) == amounts(
        simulate(tmp_path, body % "2 day"), "tip", 4, first="2025-01-03"
    )


def test_the_default_order_of_an_input_covers_its_residence(tmp_path: Path) -> None:
    """Nominal use × (lead time + residence + review): it never starves the process once the first goods are there."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {inventories: {a: {residence: 4 day}}, processes: {p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}}}}
    boundary:
      mine: {supplies: {a: {}}}
      m: {demands: {b: {}}}
    flows:
      buy: {from: mine, to: s, material: a, lead_time: 2 day}
      sell: {from: s, to: m, material: b}
    """
    assert amounts(simulate(tmp_path, body), "sell", 9)[6:] == [10, 10, 10]
