"""Who sends how much to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.study.run import Run
from tests.engine.builders import amounts, shipped, simulate, stock, value

ONE_SENDER = """
materials: {a: {}}
companies:
  s: {inventories: {a: {initial: 100 t}}}
boundary:
  x: {demands: {a: {%s}}}
  y: {demands: {a: {%s}}}
flows:
  fx: {from: s, to: x, material: a%s}
  fy: {from: s, to: y, material: a%s}
"""


def split(folder: Path, x: str = "", y: str = "", fx: str = "", fy: str = "", days: int = 1) -> list[list[float]]:
    """What two demands get of 100 t, day by day."""
    result = simulate(folder, ONE_SENDER % (x, y, fx, fy))
    return [amounts(result, flow, days) for flow in ("fx", "fy")]


def test_better_ranks_go_first(tmp_path: Path) -> None:
    demand = "rate: 70 t/day"
    assert split(tmp_path, demand, demand, ", rank: 2", ", rank: 1") == [[30.0], [70.0]]


def test_equals_share_scarcity_in_proportion_to_their_requests(tmp_path: Path) -> None:
    assert split(tmp_path, "rate: 90 t/day", "rate: 60 t/day") == [[60.0], [40.0]]


def test_a_request_without_limit_counts_as_the_offer(tmp_path: Path) -> None:
    assert split(tmp_path, "", "rate: 25 t/day") == [[80.0], [20.0]]


def test_a_capacity_bounds_what_a_flow_asks_for(tmp_path: Path) -> None:
    found = split(tmp_path, "rate: 90 t/day", "rate: 90 t/day", ", capacity: 20 t/day", days=2)
    assert found == [
        [pytest.approx(100 * 20 / 110), pytest.approx(0)],
        [pytest.approx(100 * 90 / 110), pytest.approx(0)],
    ]


def test_what_one_receiver_refuses_goes_to_the_others(tmp_path: Path) -> None:
    """s grants x 37.5 and y 62.5, t grants x 60; x accepts 60 of 97.5, and what it refuses of s goes to y."""
    body = """
    materials: {a: {}}
    companies:
      s: {inventories: {a: {initial: 100 t}}}
      t: {inventories: {a: {initial: 100 t}}}
    boundary:
      x: {demands: {a: {rate: 60 t/day}}}
      y: {demands: {a: {rate: 100 t/day}}}
    flows:
      sx: {from: s, to: x, material: a}
      sy: {from: s, to: y, material: a}
      tx: {from: t, to: x, material: a}
    """
    result = simulate(tmp_path, body)
    accepted = 60 * 37.5 / 97.5
    assert [amounts(result, flow, 1)[0] for flow in ("sx", "tx", "sy")] == [
        pytest.approx(accepted),
        pytest.approx(60 - accepted),
        pytest.approx(100 - accepted),
    ]


def test_a_request_beyond_the_offer_counts_in_full(tmp_path: Path) -> None:
    assert split(tmp_path, "rate: 10 t/day", "rate: 500 t/day", days=2) == [
        [pytest.approx(100 * 10 / 510), 0.0],
        [pytest.approx(100 * 500 / 510), 0.0],
    ]


def test_a_share_is_a_part_of_the_cumulative_offer(tmp_path: Path) -> None:
    """What better ranks have taken counts as offered; what the share leaves goes to worse ranks."""
    body = """
    materials: {a: {waste: true}}
    companies:
      s: {inventories: {a: {initial: 100 t}}}
    boundary:
      x: {demands: {a: {}}}
      y: {demands: {a: {}}}
      tip: {accepts: {a: {fate: landfill}}}
    flows:
      fx: {from: s, to: x, material: a, rank: 1, share: 0.3}
      fy: {from: s, to: y, material: a, rank: 2, share: 0.5, capacity: 10 t/day}
      rest: {from: s, to: tip, material: a}
    """
    result = simulate(tmp_path, body)
    assert [amounts(result, flow, 2) for flow in ("fx", "fy", "rest")] == [[30, 0], [10, 0], [60, 0]]


def test_a_share_in_lots_saves_up_its_part_and_no_more(tmp_path: Path) -> None:
    """Half of 10 t a day in lots of 25 t: one lot every fifth day."""
    body = """
    materials: {ore: {}, a: {waste: true}}
    companies:
      s: {inventories: {ore: {initial: 10 kt}}, processes: {p: {inputs: [ore], rate: 10 t/day, outputs: {a: 1}}}}
    boundary:
      x: {demands: {a: {}}}
      tip: {accepts: {a: {fate: landfill}}}
    flows:
      fx: {from: s, to: x, material: a, rank: 1, share: 0.5, lot_size: 25 t}
      rest: {from: s, to: tip, material: a}
    """
    result = simulate(tmp_path, body)
    assert shipped(result, "fx") == pytest.approx(500, abs=25)
    assert shipped(result, "fx") + shipped(result, "rest") == pytest.approx(1000, abs=25)


def test_capacities_accrue_between_reviews_of_the_receiver(tmp_path: Path) -> None:
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {inventories: {a: {initial: 1000 t}}}
      r: {review_period: 7 day, inventories: {a: {order_up_to: 1 kt}}, processes: {p: {inputs: [a],
            rate: 100 t/day, outputs: {b: 1}}}}
    boundary:
      m: {demands: {b: {}}}
    flows:
      move: {from: s, to: r, material: a, capacity: 10 t/day}
      sell: {from: r, to: m, material: b}
    """
    result = simulate(tmp_path, body)
    assert amounts(result, "move", 15) == [70, *[0] * 6, 70, *[0] * 6, 70]


def test_a_weekly_buyer_sees_a_weeks_supply(tmp_path: Path) -> None:
    body = """
    materials: {a: {}, b: {}}
    companies:
      r: {review_period: 7 day, inventories: {a: {order_up_to: 1 kt}}, processes: {p: {inputs: [a],
            rate: 100 t/day, outputs: {b: 1}}}}
    boundary:
      m: {supplies: {a: {rate: 10 t/day}}, demands: {b: {}}}
    flows:
      buy: {from: m, to: r, material: a}
      sell: {from: r, to: m, material: b}
    """
    assert amounts(simulate(tmp_path, body), "buy", 9) == [70, *[0] * 6, 70, 0]


LATE = """
materials: {ore: {}, a: {}}
companies:
  s:
    inventories: {ore: {initial: 100 t}}
    processes: {p: {inputs: [ore], rate: 100 t/day, duration: 5 day, outputs: {a: 1}}}
boundary:
  x: {demands: {a: {%s}}}
flows:
  fx: {from: s, to: x, material: a%s}
"""
"""100 t become available on the sixth day."""


def test_an_unused_capacity_is_carried_for_one_review(tmp_path: Path) -> None:
    result = simulate(tmp_path, LATE % ("", ", capacity: 10 t/day"))
    assert amounts(result, "fx", 9) == [0, 0, 0, 0, 0, 20, 10, 10, 10]


def test_unmet_demand_is_lost_and_counted(tmp_path: Path) -> None:
    result = simulate(tmp_path, LATE % ("rate: 10 t/day", ""))
    assert amounts(result, "fx", 8) == [0, 0, 0, 0, 0, 10, 10, 10]
    assert value(result, "unmet_demand") == pytest.approx(10 * 100 - 100)


def test_a_backlog_is_served_later_and_not_counted_as_lost(tmp_path: Path) -> None:
    result = simulate(tmp_path, LATE % ("rate: 10 t/day, backlog: true", ""))
    assert amounts(result, "fx", 8) == [0, 0, 0, 0, 0, 60, 10, 10]


def test_receivers_accept_in_proportion_to_what_they_are_granted(tmp_path: Path) -> None:
    body = """
    materials: {a: {}}
    companies:
      s: {inventories: {a: {initial: 100 t}}}
      t: {inventories: {a: {initial: 50 t}}}
    boundary:
      x: {demands: {a: {rate: 60 t/day}}}
    flows:
      fs: {from: s, to: x, material: a}
      ft: {from: t, to: x, material: a}
    """
    result = simulate(tmp_path, body)
    # Each sender grants at most the request: 60 and 50 of 60.
    assert amounts(result, "fs", 1) + amounts(result, "ft", 1) == [
        pytest.approx(60 * 60 / 110),
        pytest.approx(60 * 50 / 110),
    ]


RANKED = """
materials: {a: {}, b: {}}
companies:
  q: {inventories: {a: {initial: 20 t}}, processes: {p: {inputs: [a], rate: 20 t/day, outputs: {b: 1}}}}
  r: {inventories: {a: {initial: 20 t}}, processes: {p: {inputs: [a], rate: 20 t/day, outputs: {b: 1}}}}
boundary:
  m: {supplies: {a: {}}, demands: {b: {}}}
flows:
  buy_q: {from: m, to: q, material: a, rank: 2}
  buy_r: {from: m, to: r, material: a, rank: 1}
  sell_q: {from: q, to: m, material: b, rank: 2}
  sell_r: {from: r, to: m, material: b, rank: 1}
"""


@pytest.mark.parametrize("flow", ["buy_q", "buy_r", "sell_q", "sell_r"])
def test_what_is_unlimited_is_not_used_up_by_better_ranks(tmp_path: Path, flow: str) -> None:
    assert amounts(simulate(tmp_path, RANKED), flow, 3) == [20, 20, 20]


def test_lots_larger_than_equal_shares_go_to_one_sender_after_the_other(tmp_path: Path) -> None:
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {inventories: {a: {initial: 100 t}}}
      t: {inventories: {a: {initial: 100 t}}}
      r: {inventories: {a: {order_up_to: 100 t}}, processes: {p: {inputs: [a], rate: 20 t/day, outputs: {b: 1}}}}
    boundary:
      m: {demands: {b: {}}}
    flows:
      fs: {from: s, to: r, material: a, lot_size: 60 t}
      ft: {from: t, to: r, material: a, lot_size: 60 t}
      sell: {from: r, to: m, material: b}
    """
    result = simulate(tmp_path, body)
    assert [amounts(result, flow, 3) for flow in ("fs", "ft")] == [[60, 0, 0], [0, 60, 0]]


def test_lots_left_by_flooring_go_to_the_largest_remainder(tmp_path: Path) -> None:
    """100 t: 44.4 and 55.6 are floored to 30 and 30; the rest of 40 holds one lot more, for the larger remainder."""
    lot = ", lot_size: 30 t"
    assert split(tmp_path, "rate: 80 t/day", "rate: 150 t/day", lot, lot) == [[30.0], [60.0]]


def test_equal_remainders_go_by_name(tmp_path: Path) -> None:
    lot = ", lot_size: 30 t"
    assert split(tmp_path, "rate: 100 t/day", "rate: 100 t/day", lot, lot) == [[60.0], [30.0]]


def test_a_flow_in_lots_keeps_back_up_to_one_lot_from_worse_ranks(tmp_path: Path) -> None:
    """10 t a day: lots gather, and nothing is dumped; where only 5 t a day are asked for, the other half is."""
    body = """
    materials: {ore: {}, a: {waste: true}}
    companies:
      s: {inventories: {ore: {initial: 10 kt}}, processes: {p: {inputs: [ore], rate: 10 t/day, outputs: {a: 1}}}}
    boundary:
      x: {demands: {a: {rate: %s t/day}}}
      tip: {accepts: {a: {fate: landfill}}}
    flows:
      fx: {from: s, to: x, material: a, rank: 1, lot_size: 25 t}
      rest: {from: s, to: tip, material: a}
    """
    result = simulate(tmp_path, body % 20)
    assert amounts(result, "fx", 10) == [0, 0, 25, 0, 25, 0, 0, 25, 0, 25]
    assert shipped(result, "rest") == 0
    result = simulate(tmp_path, body % 5)
    assert shipped(result, "fx") == pytest.approx(500, abs=25)
    assert shipped(result, "rest") == pytest.approx(500, abs=50)


@pytest.mark.parametrize(("own", "left"), [("", 40), (", safety_stock: 10 t", 10), (", safety_stock: 70 t", 70)])
def test_a_safety_stock_is_never_offered_and_a_flow_may_carry_its_own(tmp_path: Path, own: str, left: float) -> None:
    body = f"""
    materials: {{a: {{}}}}
    companies:
      s: {{inventories: {{a: {{initial: 100 t, safety_stock: 40 t}}}}}}
    boundary:
      x: {{demands: {{a: {{}}}}}}
    flows:
      fx: {{from: s, to: x, material: a{own}}}
    """
    assert stock(simulate(tmp_path, body), "s", "a") == pytest.approx(left)


TWO_SAFETIES = """
materials: {a: {}}
companies:
  s: {inventories: {a: {initial: 100 t}}}
boundary:
  x: {demands: {a: {rate: %s t/day}}}
  y: {demands: {a: {rate: 100 t/day}}}
  z: {demands: {a: {rate: 100 t/day}}}
flows:
  fx: {from: s, to: x, material: a}
  fy: {from: s, to: y, material: a, safety_stock: 60 t}
  fz: {from: s, to: z, material: a, safety_stock: %s t}
"""


@pytest.mark.parametrize(
    ("wanted", "kept", "sent"),
    [
        (10, 60, [10, 20, 20]),  # fy and fz share what lies above 60 t: no more than 40 t together
        (100, 60, [60, 20, 20]),  # fx gets what the others must leave
        (100, 100, [60, 40, 0]),  # what gets nothing claims nothing
        (100, 90, [70, 20, 10]),  # fz gets a tenth of its claim, fy a fifth, fx the rest
    ],
)
def test_flows_of_one_rank_together_keep_the_safety_stock(
    tmp_path: Path, wanted: float, kept: float, sent: list[float]
) -> None:
    """100 t; fx may have all of it, fy what lies above 60 t, fz what lies above its own safety stock."""
    result = simulate(tmp_path, TWO_SAFETIES % (wanted, kept))
    assert [amounts(result, flow, 1)[0] for flow in ("fx", "fy", "fz")] == pytest.approx(sent)


@pytest.mark.parametrize(("share", "days"), [(0.5, [50, 50, 50, 50]), (0, [0, 0, 0, 0])])
def test_a_share_of_what_is_unlimited_is_unlimited(tmp_path: Path, share: float, days: list[float]) -> None:
    """In lots too, review after review; a share of nothing is nothing."""
    body = buyer("order_up_to: 50 t", f", lot_size: 10 t, share: {share}", rate="50 t/day")
    assert amounts(simulate(tmp_path, body), "buy", 4) == days


def buyer(policy: str, flow: str = "", rate: str = "10 t/day", company: str = "") -> str:
    """A company that uses 10 t a day of what it orders from a supply without limit."""
    return f"""
    materials: {{a: {{}}, b: {{}}}}
    companies:
      r: {{{company}inventories: {{a: {{{policy}}}}}, processes: {{p: {{inputs: [a], rate: {rate},
            outputs: {{b: 1}}}}}}}}
    boundary:
      m: {{supplies: {{a: {{}}}}, demands: {{b: {{}}}}}}
    flows:
      buy: {{from: m, to: r, material: a{flow}}}
      sell: {{from: r, to: m, material: b}}
    """


ORDERS = {
    "s_S": ("initial: 100 t, reorder_at: 20 t, order_up_to: 100 t", "", [*[0] * 7, 80, *[0] * 7, 80]),
    "R_Q": ("initial: 40 t, reorder_at: 20 t, order_quantity: 50 t", "", [0, 50, 0, 0, 0, 0, 50, 0]),
    "R_Q_in_transit": (
        "initial: 40 t, reorder_at: 20 t, order_quantity: 50 t",
        ", lead_time: 2 day",
        [0, 50, 0, 0, 0, 0, 50],
    ),
    "level": ("order_up_to: 40 t", ", lead_time: 3 day", [40, 0, 0, 10, 10, 10, 10]),
    "cover": ("order_up_to: 10 day", "", [110, 10, 10]),
    "default": ("", "", [10, 10, 10]),
    "default_with_lead_time": ("", ", lead_time: 3 day", [40, 0, 0, 10, 10]),
    "default_with_lots": ("", ", lot_size: 25 t", [25, 0, 25, 0, 25, 0, 0, 25]),
    "capacity": ("order_up_to: 100 t, capacity: 35 t", "", [35, 10, 10]),
}


@pytest.mark.parametrize("case", ORDERS)
def test_orders_follow_their_policy(tmp_path: Path, case: str) -> None:
    policy, flow, expected = ORDERS[case]
    assert amounts(simulate(tmp_path, buyer(policy, flow)), "buy", len(expected)) == expected


@pytest.mark.parametrize("policy", ["order_up_to: 50 kg", "order_quantity: 40 kg"])
def test_a_reorder_point_is_met_in_spite_of_rounding(tmp_path: Path, policy: str) -> None:
    """Of 50 kg, five days of 8 kg leave 10 kg, in tonnes 0.010000000000000002: still at the reorder point."""
    body = buyer(f"initial: 50 kg, reorder_at: 10 kg, {policy}", rate="8 kg/day")
    assert amounts(simulate(tmp_path, body), "buy", 10) == pytest.approx([0, 0, 0, 0, 0.04, 0, 0, 0, 0, 0.04])


def test_cover_in_days_lasts_beyond_the_next_review(tmp_path: Path) -> None:
    """Nominal use × (10 days + one week)."""
    result = simulate(tmp_path, buyer("order_up_to: 10 day", company="review_period: 7 day, "))
    assert amounts(result, "buy", 8) == [170, 0, 0, 0, 0, 0, 0, 70]


def test_a_fixed_order_is_delivered_whole_or_not_at_all(tmp_path: Path) -> None:
    """Two senders with 30 and 45 t cannot serve an order of 50 t; one of 40 t comes from the one that can."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {inventories: {a: {initial: 30 t}}}
      t: {inventories: {a: {initial: 45 t}}}
      r: {inventories: {a: {reorder_at: 5 t, order_quantity: %s t}}, processes: {p: {inputs: [a], rate: 1 t/day,
            outputs: {b: 1}}}}
    boundary:
      m: {demands: {b: {}}}
    flows:
      fs: {from: s, to: r, material: a}
      ft: {from: t, to: r, material: a}
      sell: {from: r, to: m, material: b}
    """
    result = simulate(tmp_path, body % 50)
    assert shipped(result, "fs") + shipped(result, "ft") == 0
    result = simulate(tmp_path, body % 40)
    assert (shipped(result, "fs"), shipped(result, "ft")) == (0, 40)


def test_supplies_and_accepts_come_last_unless_ranked(tmp_path: Path) -> None:
    body = """
    materials: {a: {}, b: {waste: true}}
    companies:
      s: {inventories: {a: {initial: 25 t}}}
      r: {inventories: {a: {order_up_to: 10 t}}, processes: {p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}}}}
    boundary:
      m: {supplies: {a: {}}, demands: {b: {rate: 4 t/day}}, accepts: {}}
      tip: {accepts: {b: {fate: landfill}}}
    flows:
      a_buy: {from: m, to: r, material: a}
      move: {from: s, to: r, material: a}
      a_dump: {from: r, to: tip, material: b}
      sell: {from: r, to: m, material: b}
    """
    result = simulate(tmp_path, body)
    assert amounts(result, "move", 4) == [10, 10, 5, 0]
    assert amounts(result, "a_buy", 4) == [0, 0, 5, 10]
    assert amounts(result, "sell", 4) == [0, 4, 4, 4]
    assert amounts(result, "a_dump", 4) == [0, 6, 6, 6]


def test_as_gives_the_receiver_its_own_name_for_a_material(tmp_path: Path) -> None:
    body = """
    materials: {slag: {waste: true}, grit: {}, mix: {}}
    companies:
      s: {inventories: {slag: {initial: 30 t}}}
      r: {inventories: {grit: {order_up_to: 10 t}}, processes: {p: {inputs: [grit], rate: 10 t/day, outputs: {mix: 1}}}}
    boundary:
      m: {demands: {mix: {}}}
    flows:
      move: {from: s, to: r, material: slag, as: grit}
      sell: {from: r, to: m, material: mix}
    """
    assert amounts(simulate(tmp_path, body), "sell", 5) == [0, 10, 10, 10, 0]


GATE = """
materials: {{a: {{}}, b: {{}}}}
companies: {{depot: {{{review}inventories: {{a: {{{policy}}}}}}}}}
boundary:
  m: {{supplies: {{a: {{rate: {rate}{carry}}}, b: {{rate: 6 t/day}}}}, demands: {{a: {{rate: 1 t/day}}}}}}
flows:
  buy: {{from: m, to: depot, material: a{flow}}}
  buy_b: {{from: m, to: depot, material: b, as: a}}
  sell: {{from: depot, to: m, material: a}}
"""


def gate(tmp_path: Path, policy: str, rate: str = "9 t/day", carry: str = "", flow: str = "", review: str = "") -> Run:
    body = GATE.format(policy=policy, rate=rate, carry=carry, flow=flow, review=review)
    return simulate(tmp_path, body)


def test_intake_bounds_all_that_flows_bring(tmp_path: Path) -> None:
    """9 and 6 t a day are on offer; of the 10 t that may come they bring 6 and 4. Nothing of it is saved up."""
    result = gate(tmp_path, "intake: 10 t/day, capacity: 100 t")
    first, second = amounts(result, "buy", 9), amounts(result, "buy_b", 9)
    assert (first[0], second[0]) == pytest.approx((6, 4))
    assert [x + y for x, y in zip(first, second, strict=True)] == pytest.approx([10] * 9)
    rare = gate(tmp_path, "intake: 10 t/day, reorder_at: 15 t, order_up_to: 60 t", flow=", rank: 1")
    bought = [x + y for x, y in zip(amounts(rare, "buy", 40), amounts(rare, "buy_b", 40), strict=True)]
    assert max(bought) == pytest.approx(10)
    assert bought.count(0.0) > 2


def test_intake_counts_by_the_review_of_its_company(tmp_path: Path) -> None:
    result = gate(tmp_path, "intake: 1.5 t/day, capacity: 100 t", review="review_period: 2 day, ")
    assert amounts(result, "buy", 3) == pytest.approx([1.5, 0, 1.5])
    assert amounts(result, "buy_b", 3) == pytest.approx([1.5, 0, 1.5])


@pytest.mark.parametrize(("carry", "most"), [("", 18), (", carry: false", 9)])
def test_what_a_supply_did_not_sell_may_be_lost(tmp_path: Path, carry: str, most: float) -> None:
    """An order of 40 t after idle days finds 9 t, and what one more day brought where that is carried on."""
    result = gate(tmp_path, "initial: 30 t, reorder_at: 5 t, order_up_to: 45 t", carry=carry, flow=", rank: 1")
    bought = amounts(result, "buy", 60)
    assert max(bought) == pytest.approx(most)
