"""What processes run, and what holds them back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.builders import amounts, chosen, held_back, shipped, simulate, stock, throughput, value

FIRST_DAY = "2025-01-01"


def plant(process: str, inventories: str = "a: {initial: 10 kt}", demand: str = "{}") -> str:
    """One process that makes `b` of `a`, sold as demanded."""
    return f"""
    materials: {{a: {{}}, b: {{}}, c: {{}}}}
    companies:
      s: {{inventories: {{{inventories}}}, processes: {{p: {{inputs: [a], {process}}}}}}}
    boundary:
      m: {{demands: {{b: {demand}, c: {{}}}}}}
    flows:
      sell: {{from: s, to: m, material: b}}
      sell_c: {{from: s, to: m, material: c}}
    """.replace(
        "      sell_c: {from: s, to: m, material: c}\n",
        "" if "c: " not in process else "      sell_c: {from: s, to: m, material: c}\n",
    )


COMPETING = """
materials: {a: {}, b: {}}
companies:
  s:
    inventories: {a: {initial: 15 t}}
    processes:
      p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}, rank: %s}
      q: {inputs: [a], rate: 20 t/day, outputs: {b: 1}, rank: %s}
boundary:
  m: {demands: {b: {}}}
flows:
  sell: {from: s, to: m, material: b}
"""


@pytest.mark.parametrize(("ranks", "expected"), [((1, 2), (10, 5)), ((2, 1), (0, 15)), ((5, 5), (5, 10))])
def test_processes_on_one_stock_go_by_rank_and_share_in_proportion(
    tmp_path: Path, ranks: tuple[int, int], expected: tuple[float, float]
) -> None:
    """Alone, the second could run 15 t of the 15 t there are: equals share 10 : 15."""
    result = simulate(tmp_path, COMPETING % ranks)
    found = (throughput(result, "p", period=FIRST_DAY), throughput(result, "q", period=FIRST_DAY))
    assert found == pytest.approx(expected if ranks != (5, 5) else (6, 9))


def test_a_slot_takes_its_materials_in_order_of_preference(tmp_path: Path) -> None:
    body = """
    materials: {secondary: {}, primary: {}, polymer: {}, cable: {}}
    companies:
      s:
        inventories: {secondary: {initial: 3 t}, primary: {initial: 100 t}, polymer: {initial: 100 t}}
        processes:
          blend: {inputs: {metal: {share: 0.6, any_of: [secondary, primary]}, polymer: {share: 0.4, any_of: [polymer]}},
                  rate: 10 t/day, outputs: {cable: 1}}
    boundary:
      m: {demands: {cable: {}}}
    flows:
      sell: {from: s, to: m, material: cable}
    """
    result = simulate(tmp_path, body)
    assert [stock(result, "s", item, period=FIRST_DAY) for item in ("secondary", "primary", "polymer")] == [0, 97, 96]
    assert stock(result, "s", "primary", period="2025-01-02") == pytest.approx(91)


def test_the_scarcest_slot_limits_and_is_named(tmp_path: Path) -> None:
    body = """
    materials: {x: {}, y: {}, z: {}}
    companies:
      s:
        inventories: {x: {initial: 100 t}, y: {initial: 8 t}}
        processes:
          mix: {inputs: {left: {share: 0.5, any_of: [x]}, right: {share: 0.5, any_of: [y]}}, rate: 10 t/day,
                outputs: {z: 1}}
    boundary:
      m: {demands: {z: {}}}
    flows:
      sell: {from: s, to: m, material: z}
    """
    result = simulate(tmp_path, body)
    assert amounts(result, "sell", 3) == [10, 6, 0]
    assert held_back(result, "mix", "input", item="right") == 99
    assert held_back(result, "mix", "rate") == 1


def test_only_whole_batches_start_and_the_rate_holds_over_time(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("rate: 10 t/day, batch: 25 t, outputs: {b: 1}"))
    assert amounts(result, "sell", 10) == [0, 0, 25, 0, 25, 0, 0, 25, 0, 25]
    assert shipped(result, "sell") == 1000


def test_a_rate_of_the_output_and_a_batch_of_input_go_together(tmp_path: Path) -> None:
    """A batch of 20 t gives 10 t of b, a day's rate."""
    result = simulate(tmp_path, plant("rate: 10 t/day, per: b, batch: 20 t, outputs: {b: 0.5, c: 0.5}"))
    assert amounts(result, "sell", 6) == [10] * 6


def test_below_its_minimum_a_process_stands_still(tmp_path: Path) -> None:
    """5 t come a day, at least 6 t are needed: it runs every second day."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {processes: {p: {inputs: [a], rate: 10 t/day, minimum: 6 t/day, outputs: {b: 1}}}}
    boundary:
      m: {supplies: {a: {rate: 5 t/day}}, demands: {b: {}}}
    flows:
      buy: {from: m, to: s, material: a}
      sell: {from: s, to: m, material: b}
    """
    result = simulate(tmp_path, body)
    assert amounts(result, "sell", 7) == [0, 0, 10, 0, 10, 0, 10]
    assert held_back(result, "p", "minimum") == 50


def test_a_duration_releases_later_and_what_is_in_process_counts_as_stock(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("rate: 10 t/day, duration: 2 day, outputs: {b: 1}"))
    assert amounts(result, "sell", 4) == [0, 0, 10, 10]
    assert stock(result, "s", "b", "process", period="2025-01-02") == 20


def test_an_order_level_counts_what_is_in_process_towards_it(tmp_path: Path) -> None:
    result = simulate(
        tmp_path,
        plant(
            "rate: 50 t/day, duration: 2 day, outputs: {b: 1}",
            "a: {initial: 10 kt}, b: {order_up_to: 60 t}",
            "{rate: 4 t/day}",
        ),
    )
    assert [throughput(result, "p", period=f"2025-01-0{day}") for day in range(1, 6)] == [50, 10, 0, 4, 4]


def test_makes_to_names_the_process_that_an_order_holds_back(tmp_path: Path) -> None:
    """Of two producers the one that makes to order fills what the other leaves of 5 t a day."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      s:
        inventories: {a: {initial: 10 kt}, b: {initial: 50 t%s}}
        processes:
          base: {inputs: [a], rate: 3 t/day, outputs: {b: 1}}
          swing: {inputs: [a], rate: 10 t/day, outputs: {b: 1}%s}
    boundary:
      m: {demands: {b: {rate: 5 t/day}}}
    flows:
      sell: {from: s, to: m, material: b}
    """
    result = simulate(tmp_path, body % (", order_up_to: 50 t", ", makes_to: b"))
    assert throughput(result, "base") == pytest.approx(300)
    assert stock(result, "s", "b") == pytest.approx(50, abs=8)
    result = simulate(tmp_path, body % ("", ""))
    assert throughput(result, "swing") == pytest.approx(1000)


def test_a_coproduct_without_policy_holds_nothing_back(tmp_path: Path) -> None:
    result = simulate(
        tmp_path,
        plant("rate: 10 t/day, outputs: {b: 0.5, c: 0.5}", "a: {initial: 10 kt}, b: {order_up_to: 1 kt}").replace(
            "from: s, to: m, material: c", "from: s, to: m, material: c, capacity: 1 t/day"
        ),
    )
    assert throughput(result, "p") == pytest.approx(1000)


def test_producers_that_share_a_store_share_its_room(tmp_path: Path) -> None:
    body = """
    materials: {a: {}, b: {}}
    companies:
      s:
        inventories: {a: {initial: 10 kt}, b: {capacity: 12 t}}
        processes:
          p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}, rank: %s}
          q: {inputs: [a], rate: 20 t/day, outputs: {b: 1}}
    boundary:
      m: {demands: {b: {rate: 1 t/day}}}
    flows:
      sell: {from: s, to: m, material: b}
    """
    result = simulate(tmp_path, body % 5)
    # Alone they could run 10 and 12 t.
    assert throughput(result, "p", period=FIRST_DAY) == pytest.approx(12 * 10 / 22)
    assert throughput(result, "q", period=FIRST_DAY) == pytest.approx(12 * 12 / 22)
    result = simulate(tmp_path, body % 1)
    assert throughput(result, "p", period=FIRST_DAY) == pytest.approx(10)
    assert throughput(result, "q", period=FIRST_DAY) == pytest.approx(2)


def test_coefficients_send_each_substance_its_way(tmp_path: Path) -> None:
    body = """
    substances: [Cu, Fe, organics]
    materials: {scrap: {composition: {Cu: 0.6, Fe: 0.2, organics: 0.1}}, anode: {}, slag: {}, dust: {}}
    companies:
      s:
        inventories: {scrap: {initial: 1000 t}}
        processes:
          melt: {inputs: [scrap], rate: 10 t/day, outputs: {anode: {Cu: 0.98}, slag: {Fe: 0.9, Cu: 0.01}, dust: rest},
                 releases: {air: {organics: 1}}}
    boundary:
      m: {demands: {anode: {}, slag: {}, dust: {}}}
    flows:
      anode: {from: s, to: m, material: anode}
      slag: {from: s, to: m, material: slag}
      dust: {from: s, to: m, material: dust}
    """
    result = simulate(tmp_path, body)
    assert shipped(result, "anode") == pytest.approx(1000 * 0.6 * 0.98)
    assert shipped(result, "slag", substance="Cu") == pytest.approx(1000 * 0.6 * 0.01)
    assert shipped(result, "dust", substance="other") == pytest.approx(100)
    assert shipped(result, "s.melt.air") == pytest.approx(100)


OUTAGES = """
materials: {a: {}, b: {}}
companies:
  s:
    inventories: {a: {initial: 1000 kt}}
    processes: {p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}, outages: {mtbf: 10 day, mttr: 2 day}}}
boundary:
  m: {demands: {b: {}}}
flows:
  sell: {from: s, to: m, material: b}
"""
NEIGHBOUR = """
  another:
    inventories: {a: {initial: 1000 kt}}
    processes: {p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}, outages: {mtbf: 10 day, mttr: 2 day}}}
boundary:
"""


def test_availability_tends_to_mtbf_over_mtbf_plus_mttr(tmp_path: Path) -> None:
    """Over some 2400 cycles its standard error is below 1 %."""
    result = simulate(tmp_path, OUTAGES, start="2000-01-01", end="2080-01-01", report="20 year")
    assert throughput(result, "p") / (29220 * 10) == pytest.approx(10 / 12, abs=0.02)
    assert held_back(result, "p", "outage") == pytest.approx(29220 - throughput(result, "p") / 10)
    assert value(result, "outage_days", node="s") == pytest.approx(held_back(result, "p", "outage"))


def test_outages_are_the_same_when_a_company_is_added_and_others_with_another_seed(tmp_path: Path) -> None:
    alone = amounts(simulate(tmp_path, OUTAGES), "sell", 100)
    more = OUTAGES.replace("\nboundary:\n", NEIGHBOUR, 1) + "  more: {from: another, to: m, material: b}\n"
    result = simulate(tmp_path, more)
    assert amounts(result, "sell", 100) == alone
    assert amounts(result, "more", 100) != alone
    assert min(alone) < 10


def test_variants_share_the_draws(tmp_path: Path) -> None:
    body = OUTAGES + "variants:\n  one: {}\n  two: {set: {companies.s.processes.p.rate: 20 t/day}}\n"
    result = simulate(tmp_path, body)
    assert amounts(result, "sell", 100, variant="two") == pytest.approx(
        [2 * x for x in amounts(result, "sell", 100, variant="one")]
    )


SCRAP = """
materials: {ore: {}, old: {waste: true}, rod: {}, chips: {}}
companies:
  mill:
    inventories: {ore: {initial: 1000 t}, old: {initial: 0 t}}
    processes:
      turn: {inputs: {new: {share: 0.5, any_of: [ore]}, used: {share: 0.5, any_of: [old]}}, rate: 10 t/day,
             outputs: {rod: 0.7, chips: 0.3}, scrap: [chips]}
      press: {inputs: [chips], rate: 1 t/day, outputs: {rod: 1}}
  foundry:
    processes: {melt: {inputs: [chips], rate: 10 t/day, outputs: {rod: 1}}}
boundary:
  dealer: {supplies: {old: {origin: post_consumer, rate: 5 t/day}}, demands: {rod: {}}}
flows:
  old: {from: dealer, to: mill, material: old}
  sell: {from: mill, to: dealer, material: rod}
  sell_melted: {from: foundry, to: dealer, material: rod}
  chips: {from: mill, to: foundry, material: chips%s}
"""


@pytest.mark.parametrize("lead", ["", ", lead_time: 2 day"])
def test_scrap_becomes_pre_consumer_when_it_leaves_and_keeps_its_label_at_home(tmp_path: Path, lead: str) -> None:
    result = simulate(tmp_path, SCRAP % lead)
    assert set(chosen(result.tables.flows, flow="chips")["origin"]) == {"pre_consumer"}
    assert set(chosen(result.tables.flows, flow="sell")["origin"]) == {"primary", "post_consumer"}
    assert set(chosen(result.tables.flows, flow="sell_melted")["origin"]) == {"pre_consumer"}
    assert shipped(result, "sell_melted") > 100


def test_labels_persist_through_processes_and_mixtures(tmp_path: Path) -> None:
    result = simulate(tmp_path, SCRAP % "")
    sold = amounts(result, "sell", 90, "2025-01-11", origin="post_consumer")
    assert sold == pytest.approx([x / 2 for x in amounts(result, "sell", 90, "2025-01-11")], rel=1e-6)


def test_of_a_stock_that_a_better_rank_takes_rounding_runs_nothing(tmp_path: Path) -> None:
    """0.1 t and 0.2 t make 0.30000000000000004 t; who wants 0.3 t of it leaves nothing for others."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      c:
        inventories: {a: {initial: 0.30000000000000004 t}}
        processes:
          first: {inputs: [a], rate: 0.3 t/day, outputs: {b: 1}, rank: 1}
          second: {inputs: [a], rate: 9 t/day, outputs: {b: 1}}
    boundary:
      mine: {supplies: {a: {rate: 0.2 t/day}}}
      works: {demands: {b: {}}}
    flows:
      buy: {from: mine, to: c, material: a, capacity: 0.2 t/day}
      sell: {from: c, to: works, material: b}
    """
    result = simulate(tmp_path, body, end="2025-01-02")
    assert throughput(result, "first") == pytest.approx(0.3)
    assert throughput(result, "second") == 0.0


def test_room_that_only_rounding_leaves_is_none(tmp_path: Path) -> None:
    """0.7 + 0.1 + 0.1 t is a hair less than 0.9 t: the store is full all the same."""
    body = plant(
        "rate: 0.1 t/day, outputs: {b: 1}",
        "a: {initial: 10 kt}, b: {initial: 0.7 t, capacity: 0.9 t}",
        "{rate: 0 t/day}",
    )
    result = simulate(tmp_path, body)
    assert throughput(result, "p", period="2025-01-02") > 0.0
    assert throughput(result, "p", period="2025-01-03") == 0.0
