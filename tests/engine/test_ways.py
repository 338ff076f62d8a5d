"""`rank: cost`: the cheapest way comes first, whatever it leads through."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import UserError
from simulator.study.run import run
from tests.engine.builders import amounts, read, same, shipped, simulate, text, value

SORTED = """
substances: [Fe]
materials: {waste: {composition: {Fe: 0.5}, waste: true}, iron: {}, rest: {waste: true}}
companies:
  town: {}
  sorter:
    processes:
      sort: {inputs: [waste], rate: 100 t/day, cost: 30 EUR/t, outputs: {iron: {Fe: 1, other: 0}, rest: rest}}
transport: {truck: {cost: 0.5 EUR/(t km)}}
boundary:
  source: {supplies: {waste: {rate: 10 t/day}}}
  dump: {accepts: {waste: {fate: landfill, fee: 60 EUR/t}, rest: {fate: landfill, fee: 50 EUR/t}}}
  works: {demands: {iron: {rate: 100 t/day, price: 40 EUR/t}}}
flows:
  arise: {from: source, to: town, material: waste}
  to_sorter: {from: town, to: sorter, material: waste, rank: cost, transport: truck, distance: %s km}
  to_dump: {from: town, to: dump, material: waste, rank: cost, transport: truck, distance: 10 km}
  sell: {from: sorter, to: works, material: iron}
  dump_rest: {from: sorter, to: dump, material: rest}
"""


@pytest.mark.parametrize(("distance", "sorted_"), [("59", True), ("61", False)])
def test_a_way_costs_transport_processing_and_by_the_yields_what_comes_after(
    tmp_path: Path, distance: str, sorted_: bool
) -> None:
    """Dumping: 60 + 5 EUR/t. Sorting: distance ÷ 2 + 30 + ½ × 50 − ½ × 40 EUR/t, which is as much at 60 km."""
    result = simulate(tmp_path, SORTED % distance, end="2025-01-11")
    assert (shipped(result, "to_sorter") > 0.0) == sorted_
    assert (shipped(result, "to_dump") > 0.0) != sorted_


def test_equally_cheap_ways_share(tmp_path: Path) -> None:
    result = simulate(tmp_path, SORTED % "60", end="2025-01-11")
    assert min(shipped(result, "to_sorter"), shipped(result, "to_dump")) > 0.0


def test_what_the_cheapest_way_has_no_room_for_takes_the_next(tmp_path: Path) -> None:
    body = (SORTED % "9").replace("distance: 9 km", "distance: 9 km, capacity: 4 t/day")
    result = simulate(tmp_path, body, end="2025-01-11")
    assert amounts(result, "to_sorter", 5)[2:] == [4.0] * 3
    assert amounts(result, "to_dump", 5)[2:] == [6.0] * 3


def test_the_way_changes_when_a_price_does(tmp_path: Path) -> None:
    """From the day the fee of the dump rises above what sorting costs, waste goes to the sorter."""
    series = {"fee.csv": "date,fee\n2025-01-01,60\n2025-01-06,70\n"}
    body = (SORTED % "64").replace(
        "waste: {fate: landfill, fee: 60 EUR/t}", "waste: {fate: landfill, fee: {table: fees}}"
    )
    tables = "tables: {fees: {file: fee.csv, index: date, value: fee, unit: EUR/t, outside: hold}}\n"
    result = simulate(tmp_path, tables + body, series, end="2025-01-11")
    assert amounts(result, "to_dump", 10) == [0.0] + [10.0] * 4 + [0.0] * 5
    assert amounts(result, "to_sorter", 10) == [0.0] * 5 + [10.0] * 5


def test_a_price_that_partners_agreed_on_ends_the_way(tmp_path: Path) -> None:
    """Whoever hands over for a price does not bear what the receiver does: 50 EUR/t to the sorter, 65 to the dump."""
    agreed = (SORTED % "61").replace("to: sorter, material: waste,", "to: sorter, material: waste, price: -19 EUR/t,")
    assert shipped(simulate(tmp_path, agreed, end="2025-01-11"), "to_dump") == 0.0


def test_substances_take_the_ways_that_processes_send_them(tmp_path: Path) -> None:
    """The same sorter is the cheaper way for iron alone, and the dearer one for what holds no iron."""
    for iron, sorted_ in (("0.9", True), ("0.1", False)):
        body = (SORTED % "60").replace("composition: {Fe: 0.5}", f"composition: {{Fe: {iron}}}")
        assert (shipped(simulate(tmp_path, body, end="2025-01-11"), "to_sorter") > 0.0) == sorted_


def test_buyers_take_the_cheapest_supply_first(tmp_path: Path) -> None:
    """Price and the transport that the buyer pays; what its supplier pays is in the price."""
    body = """
    materials: {ore: {}, metal: {}}
    companies:
      smelter: {inventories: {ore: {order_up_to: 5 t}},
                processes: {melt: {inputs: [ore], rate: 5 t/day, outputs: {metal: 1}}}}
    transport: {truck: {cost: 1 EUR/(t km)}}
    boundary:
      near: {supplies: {ore: {rate: 3 t/day, price: 12 EUR/t}}}
      far: {supplies: {ore: {price: 10 EUR/t}}}
      works: {demands: {metal: {rate: 5 t/day}}}
    flows:
      from_near: {from: near, to: smelter, material: ore, rank: cost}
      from_far: {from: far, to: smelter, material: ore, rank: cost, transport: truck, distance: 3 km,
                 transport_payer: PAYER}
      sell: {from: smelter, to: works, material: metal}
    """
    dear = simulate(tmp_path, body.replace("PAYER", "receiver"), end="2025-01-11")
    assert amounts(dear, "from_near", 3) == [3.0, 3.0, 3.0]
    assert amounts(dear, "from_far", 3) == [2.0, 2.0, 2.0]
    free = simulate(tmp_path, body.replace("PAYER", "sender"), end="2025-01-11")
    assert shipped(free, "from_near") == 0.0


LOOP = """
materials: {melt: {waste: true}, dross: {waste: true}, metal: {}}
companies:
  town: {}
  remelter:
    processes:
      remelt: {inputs: [melt], rate: 100 t/day, cost: 30 EUR/t, outputs: {metal: 0.5, dross: 0.5}}
  mill: {processes: {mill: {inputs: [dross], rate: 100 t/day, cost: 10 EUR/t, outputs: {melt: 1}}}}
boundary:
  source: {supplies: {melt: {rate: 10 t/day}}}
  dump: {accepts: {melt: {fate: landfill, fee: FEE EUR/t}}}
  works: {demands: {metal: {rate: 100 t/day}}}
flows:
  arise: {from: source, to: town, material: melt}
  to_remelter: {from: town, to: remelter, material: melt, rank: cost}
  to_dump: {from: town, to: dump, material: melt, rank: cost}
  dross: {from: remelter, to: mill, material: dross}
  again: {from: mill, to: remelter, material: melt}
  sell: {from: remelter, to: works, material: metal}
"""


@pytest.mark.parametrize(("fee", "remelted"), [("69", False), ("71", True)])
def test_a_loop_costs_what_all_its_rounds_cost(tmp_path: Path, fee: str, remelted: bool) -> None:
    """Half comes back each time at 40 EUR/t: 30 + ½ × (10 + 30) + ¼ × 40 + … = 30 + ½ × 80 = 70 EUR/t."""
    result = simulate(tmp_path, LOOP.replace("FEE", fee), end="2025-01-11")
    assert (shipped(result, "to_remelter") > 0.0) == remelted


def test_a_cycle_that_costs_less_than_nothing_is_an_error(tmp_path: Path) -> None:
    body = LOOP.replace("FEE", "50").replace("cost: 10 EUR/t", "cost: -31 EUR/t").replace(
        "{metal: 0.5, dross: 0.5}", "{metal: 0, dross: 1}")  # fmt: skip
    body += "  give_up: {from: mill, to: dump, material: melt}\n"
    with pytest.raises(UserError, match=r"rank: cost: ways from .* get the cheaper the longer"):
        run(read(tmp_path, text(body, end="2025-01-11")))


def test_energy_is_part_of_what_processing_costs(tmp_path: Path) -> None:
    """With 0.1 MWh/t at 110 EUR/MWh sorting is dearer by 11 EUR/t."""
    powered = (SORTED % "58").replace("cost: 30 EUR/t,", "cost: 30 EUR/t, energy: {electricity: 0.1 MWh/t},")
    result = simulate(tmp_path, powered + "energy: {electricity: {price: 110 EUR/MWh}}\n", end="2025-01-11")
    assert shipped(result, "to_sorter") == 0.0


def test_the_cheapest_way_is_the_one_that_is_driven(tmp_path: Path) -> None:
    """Two short legs that cost 8 EUR/t together come before one leg that costs 9; tonne-kilometres are theirs."""
    body = """
    materials: {blade: {waste: true}}
    companies: {site: {}, depot: {}}
    transport: {truck: {cost: 1 EUR/(t km)}}
    boundary:
      farm: {supplies: {blade: {rate: 2 t/day}}}
      dump: {accepts: {blade: {fate: landfill}}}
    flows:
      arise: {from: farm, to: site, material: blade}
      direct: {from: site, to: dump, material: blade, rank: cost, transport: truck, distance: 9 km}
      first: {from: site, to: depot, material: blade, rank: cost, transport: truck, distance: 4 km}
      second: {from: depot, to: dump, material: blade, rank: cost, transport: truck, distance: 4 km}
    """
    result = simulate(tmp_path, body, end="2025-01-11")
    assert shipped(result, "direct") == 0.0
    assert value(result, "transport_work", item="truck") == pytest.approx(4 * (18 + 16))


def test_the_order_of_the_file_changes_nothing(tmp_path: Path) -> None:
    head, flows = (SORTED % "60").split("flows:\n")
    turned = head + "flows:\n" + "\n".join(reversed(flows.strip("\n").split("\n"))) + "\n"
    one, other = (simulate(tmp_path, body, end="2025-01-31") for body in (SORTED % "60", turned))
    same(one.tables, other.tables)


def test_every_lane_ranks_by_its_own_costs(tmp_path: Path) -> None:
    """Variants with other fees take other ways, as each does alone."""
    body = (SORTED % "60") + (
        "variants: {base: {}, dear: {set: {boundary.dump.accepts.waste.fee: 80 EUR/t}}, "
        "cheap: {set: {boundary.dump.accepts.waste.fee: 10 EUR/t}}}\n"
    )
    written = text(body, end="2025-01-31")
    together = run(read(tmp_path, written))
    assert shipped(together, "to_dump", variant="dear") == shipped(together, "to_sorter", variant="cheap") == 0.0
    alone = run(read(tmp_path, written, variants=["cheap"]))
    assert shipped(alone, "to_dump") == shipped(together, "to_dump", variant="cheap") > 0.0


@pytest.mark.parametrize("settle", ["once", "until_quiet"])
def test_costs_rank_in_rounds_too(tmp_path: Path, settle: str) -> None:
    written = text(SORTED % "10", step="1 year", report="year", end="2028-01-01")
    result = run(read(tmp_path, written.replace("settle: once", f"settle: {settle}")))
    assert shipped(result, "to_dump") == 0.0
    assert shipped(result, "to_sorter") > 0.0


def test_two_that_send_to_each_other_for_nothing_settle(tmp_path: Path) -> None:
    """Of ways that cost the same the shortest counts: else costs of what neither holds would be swapped for ever."""
    body = """
    substances: [x, y]
    materials: {a: {}, b: {}, c: {}}
    companies:
      here:
        processes:
          p: {inputs: {feed: {share: 0.5, any_of: [a]}, more: {share: 0.5, any_of: [c]}}, rate: 1 t/day,
              outputs: {b: {x: 0.5, other: 0.5}, c: {total: 0.5}, a: rest}}
      there: {uses: {u: {material: a, demand: 1 t/day, lifetime: {fixed: 9 day}, end_of_life: a}}}
    boundary:
      market: {supplies: {a: {rate: 1 t/day}}, demands: {a: {}, b: {}, c: {}}}
    flows:
      buy: {from: market, to: there, material: a}
      away: {from: here, to: there, material: a}
      back: {from: there, to: here, material: a}
      sell_a: {from: here, to: market, material: a}
      sell_b: {from: here, to: market, material: b}
      sell_c: {from: here, to: market, material: c, price: 3 EUR/t}
      sell_more: {from: there, to: market, material: a, rank: cost}
    """
    assert shipped(simulate(tmp_path, body), "sell_more") >= 0


def test_a_choice_that_undoes_itself_comes_to_rest(tmp_path: Path) -> None:
    """Refining once and selling what comes back beats selling, which beats refining for ever: no choice is best."""
    body = """
    substances: [x, y]
    materials: {metal: {composition: {x: 0.65, y: 0.35}}, pure: {}}
    companies:
      works: {processes: {refine: {inputs: [metal], rate: 1 t/day,
                                   outputs: {pure: {x: 1, other: 1}, metal: {y: 0.5}}, releases: {air: rest}}}}
    boundary:
      market: {supplies: {metal: {rate: 2 t/day}}, demands: {metal: {}, pure: {}}}
    flows:
      buy: {from: market, to: works, material: metal}
      sell: {from: works, to: market, material: metal, price: 1 EUR/t, rank: cost}
      sell_pure: {from: works, to: market, material: pure, price: 1.5 EUR/t}
    """
    result = simulate(tmp_path, body, end="2025-01-11")
    assert min(shipped(result, "sell"), shipped(result, "sell_pure")) > 0
