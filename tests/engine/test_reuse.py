"""Products that are used again: repaired, remanufactured, or handed on, each with its own lifetime."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.engine.axes import ORIGINS
from simulator.engine.layout import POST_CONSUMER, REUSED
from tests.engine.builders import amounts, by_period, chosen, shipped, simulate, stock, value

NEW_LIFE, SECOND_LIFE = 30, 20
"""Days."""
REPAIR = f"""
substances: [steel, glass]
materials:
  van: {{composition: {{steel: 0.9, glass: 0.1}}}}
  glass: {{composition: {{glass: 1}}}}
  repaired: {{}}
  old: {{waste: true}}
  dead: {{waste: true}}
  steel: {{}}
companies:
  town:
    inventories: {{van: {{initial: 100 t, order_up_to: 100 t}}}}
    uses:
      new: {{material: van, demand: 10 t/day, lifetime: {{fixed: {NEW_LIFE} day}}, entry: end, cohort: 1 day,
            end_of_life: {{old: 0.6, dead: 0.4}}}}
      again: {{material: repaired, demand: any, lifetime: {{fixed: {SECOND_LIFE} day}}, entry: end, cohort: 1 day,
              end_of_life: dead}}
  garage:
    inventories: {{glass: {{initial: 100 t}}}}
    processes:
      repair: {{inputs: {{core: {{share: 0.9, any_of: [old]}}, part: {{share: 0.1, any_of: [glass]}}}}, rate: 100 t/day,
               outputs: {{repaired: 1}}, reused: [repaired]}}
  mill:
    processes:
      melt: {{inputs: [dead], rate: 100 t/day, outputs: {{steel: {{steel: 1}}, dross: rest}}}}
boundary:
  shop: {{supplies: {{van: {{}}, glass: {{}}}}, demands: {{steel: {{}}}}, accepts: {{dross: {{fate: landfill}}}}}}
flows:
  buy: {{from: shop, to: town, material: van}}
  broken: {{from: town, to: garage, material: old}}
  parts: {{from: shop, to: garage, material: glass}}
  fixed: {{from: garage, to: town, material: repaired}}
  scrap: {{from: town, to: mill, material: dead}}
  melted: {{from: mill, to: shop, material: steel}}
  tip: {{from: mill, to: shop, material: dross}}
""".replace("  steel: {}\n", "  steel: {}\n  dross: {waste: true}\n")


def test_the_numbers_of_origins_are_those_of_their_names() -> None:
    assert (ORIGINS[POST_CONSUMER], ORIGINS[REUSED]) == ("post_consumer", "reused")


def test_repair_before_recycling_goes_round_as_computed_by_hand(tmp_path: Path) -> None:
    """10 t/day live 30 days; of what retires 6 t are repaired with a ninth of new parts, live 20 days more, and are
    then recycled with the 4 t that were beyond repair.

    A vehicle leaves on the 31st day, is repaired on the 32nd, back in use on the 33rd and scrapped on the 53rd.
    """
    result = simulate(tmp_path, REPAIR)
    assert amounts(result, "broken", 40) == [0] * 30 + [6] * 10
    again = 6 / 0.9
    assert amounts(result, "fixed", 60) == pytest.approx([0] * 31 + [again] * 29)
    assert amounts(result, "scrap", 80) == pytest.approx([0] * 30 + [4] * 22 + [4 + again] * 28)
    assert stock(result, "town", "new", "use") == pytest.approx(10 * NEW_LIFE)
    assert stock(result, "town", "again", "use") == pytest.approx(again * SECOND_LIFE)


def test_what_is_repaired_is_reused_and_its_new_parts_are_primary(tmp_path: Path) -> None:
    result = simulate(tmp_path, REPAIR)
    total = shipped(result, "fixed")
    assert shipped(result, "fixed", origin="reused") == pytest.approx(0.9 * total)
    assert shipped(result, "fixed", origin="primary") == pytest.approx(0.1 * total)
    assert shipped(result, "fixed", origin="primary", substance="glass") == pytest.approx(0.1 * total)
    in_use = chosen(result.tables.stocks, place="use", item="again")
    assert set(in_use[in_use["mass_t"] > 0]["origin"]) == {"reused", "primary"}


def test_what_was_used_again_leaves_as_post_consumer(tmp_path: Path) -> None:
    result = simulate(tmp_path, REPAIR)
    assert set(chosen(result.tables.flows, flow="scrap")["origin"]) == {"post_consumer"}
    assert set(chosen(result.tables.flows, flow="melted")["origin"]) == {"post_consumer"}


def test_waste_that_is_repaired_has_the_fate_reuse(tmp_path: Path) -> None:
    """What the repair shop took in counts as reused, what the mill makes steel of as recycled."""
    result = simulate(tmp_path, REPAIR)
    cores = shipped(result, "broken", period="2025-04-10")
    assert value(result, "waste", item="reuse") == pytest.approx(shipped(result, "broken") - cores)
    assert value(result, "waste", item="recycling") == pytest.approx(shipped(result, "melted"), rel=0.05)


HANDED_ON = """
materials: {van: {}, tired: {waste: true}, old: {waste: true}}
companies:
  town:
    inventories: {van: {initial: 10 t}}
    uses: {first: {material: van, demand: 10 t/day, lifetime: {fixed: 10 day}, entry: end, cohort: 1 day,
          end_of_life: %s}}
  dealer: {}
  village:
    uses: {second: {material: van, demand: any, lifetime: {fixed: 5 day}, entry: end, cohort: 1 day, end_of_life: old}}
boundary:
  tip: {accepts: {old: {fate: landfill}}, supplies: {van: {rate: 0 t/day}}}
flows:
  none: {from: tip, to: town, material: van}
  dump: {from: village, to: tip, material: old}
"""


def test_what_is_handed_on_under_another_name_is_reused_where_it_enters_use(tmp_path: Path) -> None:
    """Over a dealer, who has it as it retired: post-consumer."""
    body = HANDED_ON % "tired" + (
        "  trade_in: {from: town, to: dealer, material: tired}\n"
        "  second_hand: {from: dealer, to: village, material: tired, as: van}\n"
    )
    result = simulate(tmp_path, body)
    assert set(chosen(result.tables.flows, flow="trade_in")["origin"]) == {"post_consumer"}
    assert set(chosen(result.tables.flows, flow="second_hand")["origin"]) == {"reused"}
    assert by_period(result, "dump") == {"2025-01-18": pytest.approx(10)}
    assert value(result, "waste", item="reuse") == pytest.approx(10)


def test_what_goes_straight_back_into_its_use_is_reused_there(tmp_path: Path) -> None:
    """Half of what retires is good for another ten days: 10, 5, 2.5 t and so on."""
    body = HANDED_ON % "{van: 0.5, old: 0.5}" + (
        "  out: {from: town, to: tip, material: old}\n"
        "  on: {from: town, to: village, material: van, capacity: 0 t/day}\n"
    )
    result = simulate(tmp_path, body)
    gone = by_period(result, "out")
    assert list(gone) == ["2025-01-11", "2025-01-21", "2025-01-31", "2025-02-10", "2025-02-20", *list(gone)[5:]]
    assert list(gone.values())[:4] == pytest.approx([5, 2.5, 1.25, 0.625])
    origins = chosen(result.tables.stocks, place="use", item="first")
    origins = origins[origins["mass_t"] > 0]
    assert set(origins[origins["period"].astype(str) == "2025-01-05"]["origin"]) == {"primary"}
    assert set(origins[origins["period"].astype(str) == "2025-01-15"]["origin"]) == {"reused"}


def test_a_stock_that_is_wanted_needs_less_that_is_new_where_old_is_repaired(tmp_path: Path) -> None:
    """Of 10 t a day that retire 6 are repaired into the same pool: with nothing lost, 4 t a day are bought."""
    body = """
    materials: {van: {}, old: {waste: true}, dead: {waste: true}}
    companies:
      town:
        inventories: {van: {order_up_to: 60 t}}
        uses: {vans: {material: van, stock: 200 t, initial: 200 t, lifetime: {fixed: 20 day}, entry: end, cohort: 1 day,
              end_of_life: {old: 0.6, dead: 0.4}}}
      garage:
        processes: {repair: {inputs: [old], rate: 100 t/day, outputs: {van: 1}, reused: [van]}}
    boundary:
      shop: {supplies: {van: {}}, accepts: {dead: {fate: landfill}}}
    flows:
      buy: {from: shop, to: town, material: van}
      broken: {from: town, to: garage, material: old}
      fixed: {from: garage, to: town, material: van, rank: 1}
      tip: {from: town, to: shop, material: dead}
    """
    result = simulate(tmp_path, body)
    assert stock(result, "town", "vans", "use") == pytest.approx(200)
    assert [by_period(result, flow)["2025-04-05"] for flow in ("fixed", "buy")] == pytest.approx([6, 4])
