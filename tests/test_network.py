"""The check of the network: each rule breaks on its own, with file, line, path, remedy; a sound network is silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest

from simulator import network
from simulator.network.parts import nominal_make, nominal_use
from simulator.scenario import load
from simulator.scenario.recipes import nominal_yield
from simulator.scenario.scenario import Scenario

ROOT = Path(__file__).parent.parent
SOUND = """\
schema: 1
name: sound
time: {start: 2025-01-01, end: 2026-01-01, step: 1 day}
materials:
  scrap: {waste: true}
  metal: {piece: 500 kg}
  slag: {waste: true}
companies:
  smelter:
    inventories: {scrap: {order_up_to: 50 t}}
    processes:
      melt: {inputs: [scrap], rate: 10 t/day, outputs: {metal: 0.9, slag: rest}}
  town:
    uses:
      parts: {material: metal, demand: 5 t/day, lifetime: {fixed: 1 year}, end_of_life: scrap}
boundary:
  market: {supplies: {scrap: {price: 1 EUR/t, origin: pre_consumer}}, demands: {metal: {rate: 8 t/day, price: 9 EUR/t}}}
  dump: {accepts: {slag: {fate: landfill}}}
flows:
  buy: {from: market, to: smelter, material: scrap}
  sell: {from: smelter, to: market, material: metal}
  parts: {from: smelter, to: town, material: metal}
  back: {from: town, to: smelter, material: scrap, rank: 1}
  slag: {from: smelter, to: dump, material: slag}
partnerships:
  deposit: {set: {companies.town.active: true}}
variants:
  without: {partnerships: []}
  with: {}
"""

Changed = Callable[..., Scenario]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """`changed((old, new), …, flows="…")` loads the sound scenario with texts replaced and lines added."""

    def load_changed(*changes: tuple[str, str], materials: str = "", companies: str = "", flows: str = "") -> Scenario:
        added = {"\ncompanies:": materials, "\nboundary:": companies, "\npartnerships:": flows}
        ends = ((end, f"\n{indent(lines, '  ')}{end[1:]}") for end, lines in added.items())
        text = SOUND
        for old, new in (*changes, *ends):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "s.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return load_changed


def faults(scenario: Scenario) -> list[str]:
    """Faults as the user reads them, without the folder."""
    return [str(fault).rpartition("/")[2] for fault in network.check(scenario)[0]]


def warnings(scenario: Scenario) -> list[str]:
    assert faults(scenario) == []
    return [warning[warning.index("s.yaml:") :] for warning in network.check(scenario)[1]]


def test_a_sound_network_is_silent(changed: Changed) -> None:
    assert network.check(changed()) == ([], [])


@pytest.mark.parametrize("name", ["first_loop.yaml", "luenen.yaml"])
def test_our_own_scenarios_are_silent(name: str) -> None:
    assert network.check(load(ROOT / "scenarios" / name)) == ([], [])


# Faults

NO_SLAG = ("  slag: {from: smelter, to: dump, material: slag}\n", "")
NO_BACK = ("  back: {from: town, to: smelter, material: scrap, rank: 1}\n", "")
NO_BUY = ("  buy: {from: market, to: smelter, material: scrap}\n", "")
NO_SELL = ("  sell: {from: smelter, to: market, material: metal}\n", "")
DUMPS_SCRAP = ("{slag: {fate: landfill}}", "{slag: {fate: landfill}, scrap: {fate: landfill}}")


def test_a_material_its_sender_never_holds(changed: Changed) -> None:
    scenario = changed(flows="more: {from: town, to: dump, material: slag}\n")
    why = "no process or use there makes it, no flow brings it, no initial stock"
    assert faults(scenario) == [f"s.yaml:25: flows.more.material: town never holds slag: {why}"]


def test_a_demand_takes_any_of_its_materials(changed: Changed) -> None:
    scenario = changed(("demands: {metal: {rate", "demands: {goods: {any_of: [metal], rate"), materials="goods: {}\n")
    assert faults(scenario) == []


def test_an_output_without_a_way_out(changed: Changed) -> None:
    path = "companies.smelter.processes.melt.outputs.slag"
    remedy = "add a flow that takes it away, or a process or use there that draws on it"
    assert faults(changed(NO_SLAG)) == [f"s.yaml:12: {path}: slag has no way out of smelter: {remedy}"]


def test_end_of_life_material_without_a_way_out(changed: Changed) -> None:
    (fault,) = faults(changed(NO_BACK))
    assert fault.startswith("s.yaml:15: companies.town.uses.parts.end_of_life.scrap: scrap has no way out of town:")


def test_an_initial_stock_without_a_way_out(changed: Changed) -> None:
    (fault,) = faults(changed(companies="yard: {inventories: {slag: {initial: 5 t}}}\n"))
    assert fault.startswith("s.yaml:16: companies.yard.inventories.slag: slag has no way out of yard:")


def test_a_delivery_that_nobody_uses(changed: Changed) -> None:
    (fault,) = faults(changed(("slag: {from: smelter, to: dump,", "slag: {from: smelter, to: town,")))
    assert fault.startswith("s.yaml:24: flows.slag.to: slag has no way out of town:")


def test_releases_are_a_way_out(changed: Changed) -> None:
    burner = "burner: {processes: {burn: {inputs: [slag], rate: 5 t/day, outputs: {}, releases: {air: 1}}}}\n"
    scenario = changed(("slag: {from: smelter, to: dump,", "slag: {from: smelter, to: burner,"), companies=burner)
    assert faults(scenario) == []


def test_a_loop_without_exit(changed: Changed) -> None:
    there, back = (
        "{from: smelter, to: town, material: slag, as: grit}",
        "{from: town, to: smelter, material: grit, as: slag}",
    )
    scenario = changed(NO_SLAG, materials="grit: {}\n", flows=f"grit: {there}\nused: {back}\n")
    path, way = "companies.smelter.processes.melt.outputs.slag", "smelter.slag → town.grit → smelter.slag"
    remedy = "add a flow from it to a boundary node"
    assert faults(scenario) == [f"s.yaml:13: {path}: a loop without exit, {way}: {remedy}"]


def test_a_use_that_only_feeds_itself_is_a_loop_without_exit(changed: Changed) -> None:
    (fault,) = faults(changed(("end_of_life: scrap", "end_of_life: metal"), NO_BACK))
    path, way = "companies.town.uses.parts.end_of_life.metal", "town.metal → town.metal"
    assert fault.startswith(f"s.yaml:15: {path}: a loop without exit, {way}:")


REMEDY = "give the supply or the demand a rate, the flow a capacity, or the inventory an order level"
THROUGH = "on: {from: market, to: dump, material: scrap}\n"
TRADE = "in: {from: market, to: trader, material: scrap}\nout: {from: trader, to: smelter, material: scrap}\n"


def test_an_unlimited_supply_that_feeds_an_unlimited_accept(changed: Changed) -> None:
    scenario = changed(DUMPS_SCRAP, flows=THROUGH)
    assert faults(scenario) == [f"s.yaml:25: flows.on: market gives and dump takes without limit: {REMEDY}"]


def test_the_rate_of_a_supply_is_a_limit(changed: Changed) -> None:
    assert faults(changed(DUMPS_SCRAP, ("price: 1 EUR/t,", "rate: 1 t/day,"), flows=THROUGH)) == []


def test_the_rate_of_an_accept_is_a_limit(changed: Changed) -> None:
    limited = DUMPS_SCRAP[1].replace("scrap: {", "scrap: {rate: 1 t/day, ")
    assert faults(changed((DUMPS_SCRAP[0], limited), flows=THROUGH)) == []


def test_the_capacity_of_a_flow_is_a_limit(changed: Changed) -> None:
    assert faults(changed(DUMPS_SCRAP, flows=THROUGH.replace("}", ", capacity: 1 t/day}"))) == []


def test_an_unlimited_supply_that_feeds_a_store_without_order_or_capacity(changed: Changed) -> None:
    scenario = changed(companies="trader: {}\n", flows=TRADE)
    assert faults(scenario) == [f"s.yaml:26: flows.in: market gives and trader takes without limit: {REMEDY}"]


@pytest.mark.parametrize("limit", ["capacity: 90 t", "order_up_to: 90 t", "reorder_at: 9 t, order_quantity: 90 t"])
def test_a_store_with_an_order_or_a_capacity_has_a_limit(changed: Changed, limit: str) -> None:
    assert faults(changed(companies=f"trader: {{inventories: {{scrap: {{{limit}}}}}}}\n", flows=TRADE)) == []


def test_an_unlimited_supply_that_feeds_a_use_of_whatever_arrives(changed: Changed) -> None:
    any_metal = [("demand: 5 t/day", "demand: any"), ("pre_consumer}", "pre_consumer}, metal: {}")]
    scenario = changed(*any_metal, flows="in: {from: market, to: town, material: metal}\n")
    assert faults(scenario) == [f"s.yaml:25: flows.in: market gives and town takes without limit: {REMEDY}"]


@pytest.mark.parametrize(
    ("policy", "key", "level"),
    [
        ("order_up_to: 50 t", "order_up_to", 50),
        ("reorder_at: 5 t, order_quantity: 40 t", "order_quantity", 40),
        ("order_up_to: 100 t, capacity: 55 t", "capacity", 55),
        ("order_up_to: 3 day", "order_up_to", 40),
    ],
)
def test_an_order_level_below_one_lot(changed: Changed, policy: str, key: str, level: int) -> None:
    """Cover in days is what is left at the next review: 10 t/day × (3 + 1) days."""
    in_lots = ("to: smelter, material: scrap}", "to: smelter, material: scrap, lot_size: 60 t}")
    scenario = changed(("order_up_to: 50 t", policy), in_lots)
    path = f"companies.smelter.inventories.scrap.{key}"
    assert faults(scenario) == [f"s.yaml:10: {path}: {level} t is below one lot of flows.buy, 60 t"]


def test_an_order_level_of_just_one_lot_is_enough(changed: Changed) -> None:
    in_lots = ("to: smelter, material: scrap}", "to: smelter, material: scrap, lot_size: 50 t}")
    assert faults(changed(in_lots)) == []


def test_several_faults_come_in_the_order_of_the_file(changed: Changed) -> None:
    flows = f"{THROUGH}more: {{from: town, to: dump, material: slag}}\n"
    scenario = changed(DUMPS_SCRAP, NO_SLAG, NO_BACK, flows=flows)
    assert [fault.split(":")[1] for fault in faults(scenario)] == ["12", "15", "23", "24"]


# Warnings

DEPOSIT = ("to: town, material: metal}", "to: town, material: metal, partnership: deposit}")
UNRATED = ("metal: {rate: 8 t/day, ", "metal: {")
SLOW = ("rate: 10 t/day", "rate: 5 t/day")
UNREACHED = "cannot be reached from any supply or initial stock"
USE, DEMAND = "s.yaml:15: companies.town.uses.parts", "s.yaml:17: boundary.market.demands.metal"


def test_waste_without_a_way_out_in_one_variant(changed: Changed) -> None:
    """It would pile up where it arises, and stand in no figure of waste."""
    shared = ("to: dump, material: slag}", "to: dump, material: slag, partnership: deposit}")
    remedy = "add a flow that takes it away, or a process or use there that draws on it"
    path = "companies.smelter.processes.melt.outputs.slag"
    assert warnings(changed(shared)) == [f"s.yaml:12: {path}: slag has no way out of smelter: {remedy} (in without)"]


def test_a_use_that_is_not_reached_in_one_variant(changed: Changed) -> None:
    assert warnings(changed(DEPOSIT, UNRATED)) == [f"{USE}: {UNREACHED} (in without)"]


def test_a_demand_that_is_not_reached_in_any_variant(changed: Changed) -> None:
    assert warnings(changed(NO_SELL, SLOW)) == [f"{DEMAND}: {UNREACHED}"]


def test_what_is_reached_later_is_reached(changed: Changed) -> None:
    always = ("  without: {partnerships: []}\n", "")
    later = ("deposit: {set: {companies.town.active: true}}", "deposit: {start: 2025-07-01}")
    assert warnings(changed(DEPOSIT, later, always)) == []


def test_an_initial_stock_reaches_all_it_leads_to(changed: Changed) -> None:
    assert warnings(changed(NO_BUY)) == [f"{USE}: {UNREACHED}", f"{DEMAND}: {UNREACHED}"]
    assert warnings(changed(NO_BUY, ("{order_up_to: 50 t}", "{order_up_to: 50 t, initial: 20 t}"))) == []


def test_a_process_reaches_nothing_while_one_of_its_inputs_is_missing(changed: Changed) -> None:
    recipe = "inputs: {ore: {share: 0.9, any_of: [scrap]}, flux: {share: 0.1, any_of: [flux]}}"
    scenario = changed(("inputs: [scrap]", recipe), materials="flux: {}\n")
    assert [UNREACHED in warning for warning in warnings(scenario)] == [True, True]


def test_a_store_smaller_than_two_reviews_throughput(changed: Changed) -> None:
    small, enough = (("order_up_to: 50 t", f"order_up_to: 10 t, capacity: {capacity} t") for capacity in (19, 20))
    path = "companies.smelter.inventories.scrap.capacity"
    assert warnings(changed(small)) == [f"s.yaml:10: {path}: holds 19 t, less than two reviews' throughput of 20 t"]
    assert warnings(changed(enough)) == []


def test_a_store_of_an_output_is_measured_by_what_is_made(changed: Changed) -> None:
    """10 t/day of pure iron, nine tenths of which become metal: 18 t in two reviews."""
    (warning,) = warnings(
        changed(
            ("{order_up_to: 50 t}", "{order_up_to: 50 t}, metal: {capacity: 17 t}"),
            ("scrap: {waste: true}", "scrap: {waste: true, composition: {Fe: 1}}"),
            ("materials:\n", "substances: [Fe]\nmaterials:\n"),
        )
    )
    assert warning.endswith("metal.capacity: holds 17 t, less than two reviews' throughput of 18 t")


def test_a_price_that_another_flow_of_the_material_has(changed: Changed) -> None:
    """`sell` needs none of its own: the market says what it pays."""
    use = "{material: metal, demand: 1 t/day, lifetime: {fixed: 1 year}, end_of_life: scrap}"
    there, back = "{from: smelter, to: city, material: metal}", "{from: city, to: smelter, material: scrap}"
    scenario = changed(
        ("to: town, material: metal}", "to: town, material: metal, price: 950 EUR/t}"),
        companies=f"city: {{uses: {{parts: {use}}}}}\n",
        flows=f"city: {there}\ncity_back: {back}\n",
    )
    assert warnings(scenario) == ["s.yaml:26: flows.city: has no price, but flows.parts of metal has one"]


def test_a_worse_ranked_flow_that_settles_more_often(changed: Changed) -> None:
    """The dump takes slag every day, before the road builder looks on Monday."""
    scenario = changed(
        companies="road: {review_period: 7 day, inventories: {slag: {capacity: 500 t}}}\n",
        flows="road: {from: smelter, to: road, material: slag, rank: 1}\non: {from: road, to: dump, material: slag}\n",
    )
    remedy = "give it a safety_stock, or the other's receiver a shorter review_period"
    path = "flows.slag: settles more often than the better-ranked flows.road"
    assert [warning for warning in warnings(scenario) if "settles" in warning] == [f"s.yaml:25: {path}: {remedy}"]


def test_a_material_that_nothing_uses(changed: Changed) -> None:
    assert warnings(changed(materials="gold: {}\n")) == ["s.yaml:8: materials.gold: declared, but nothing uses it"]


def test_an_inventory_that_nothing_touches(changed: Changed) -> None:
    scenario = changed(companies="yard: {inventories: {slag: {capacity: 5 t}}}\n")
    path = "companies.yard.inventories.slag"
    assert warnings(scenario) == [f"s.yaml:16: {path}: declared, but nothing fills or draws on it"]


def test_what_is_used_in_some_variant_is_used(changed: Changed) -> None:
    scenario = changed(DEPOSIT, ("    uses:", "    inventories: {metal: {order_up_to: 20 t}}\n    uses:"))
    assert not any("declared" in warning for warning in warnings(scenario))


# The graph


def test_the_graph_has_companies_boundary_nodes_and_open_flows(changed: Changed) -> None:
    found = network.graph(changed().world)
    kinds = {"smelter": "company", "town": "company", "market": "boundary", "dump": "boundary"}
    assert {node: found.nodes[node]["kind"] for node in found} == kinds
    assert {(sender, receiver): found.edges[sender, receiver]["flows"] for sender, receiver in found.edges} == {
        ("market", "smelter"): ("buy",),
        ("smelter", "dump"): ("slag",),
        ("smelter", "market"): ("sell",),
        ("smelter", "town"): ("parts",),
        ("town", "smelter"): ("back",),
    }


def test_loops_are_of_companies_and_the_boundary_closes_none(changed: Changed) -> None:
    assert network.loops(changed().world) == [("smelter", "town")]


def test_loops_of_a_variant_are_those_of_its_open_flows(changed: Changed) -> None:
    without, with_ = changed(DEPOSIT).variants.values()
    assert network.loops(without.epochs[-1].world) == []
    assert network.loops(with_.epochs[-1].world) == [("smelter", "town")]


def test_the_first_loop_is_a_loop() -> None:
    world = load(ROOT / "scenarios" / "first_loop.yaml").world
    assert network.loops(world) == [("brewery", "recycler", "moulder")]


def test_loops_do_not_explode(changed: Changed) -> None:
    """Twelve companies that all send to each other have more than 10^8 loops; a thousand are listed."""
    names = [f"c{i}" for i in range(12)]
    pairs = [(sender, receiver) for sender in names for receiver in names if sender != receiver]
    scenario = changed(
        companies="".join(f"{name}: {{inventories: {{metal: {{initial: 1 t}}}}}}\n" for name in names),
        flows="".join(f"{a}_{b}: {{from: {a}, to: {b}, material: metal}}\n" for a, b in pairs),
    )
    assert len(network.loops(scenario.world)) == network.LOOPS


PILES = "s.yaml:10: companies.smelter.inventories.metal: piles up: made at up to 18 t/day, taken at up to 13 t/day"
FAST = ("rate: 10 t/day", "rate: 20 t/day")
STORED = "{scrap: {order_up_to: 50 t}}"


def test_what_is_made_faster_than_it_is_taken(changed: Changed) -> None:
    remedy = "give companies.smelter.inventories.metal an order_up_to or a capacity"
    assert warnings(changed(FAST)) == [f"{PILES}; {remedy}"]


@pytest.mark.parametrize("store", ["order_up_to: 30 t", "capacity: 60 t"])
def test_what_is_held_back_does_not_pile_up(changed: Changed, store: str) -> None:
    held = (STORED, f"{{scrap: {{order_up_to: 50 t}}, metal: {{{store}}}}}")
    assert warnings(changed(FAST, held)) == []


def test_what_someone_takes_without_limit_does_not_pile_up(changed: Changed) -> None:
    assert warnings(changed(FAST, UNRATED)) == []


def test_a_distance_without_transport(changed: Changed) -> None:
    far = ("material: slag}", "material: slag, distance: 5 km}")
    said = "s.yaml:24: flows.slag.distance: counts for nothing without `transport`: name a mode beside it"
    assert warnings(changed(far)) == [said]


def test_a_rate_per_output_is_one_of_the_input(changed: Changed) -> None:
    """1 t/day of metal at a yield of 0.02 draws 50 t/day: three days' cover is more than a lot of 20 t."""
    per = ("rate: 10 t/day, outputs: {metal: 0.9,", "rate: 1 t/day, per: metal, outputs: {metal: 0.02,")
    cover, lot = (
        ("order_up_to: 50 t", "order_up_to: 3 day"),
        ("to: smelter, material: scrap}", "to: smelter, material: scrap, lot_size: 20 t}"),
    )
    assert faults(changed(per, cover, lot)) == []


def test_what_a_composition_leaves_open_is_made_into_something(changed: Changed) -> None:
    """Nothing is declared of scrap: all of it is `other`, and 90 % of that becomes metal."""
    world = changed().world
    assert nominal_yield(world, world.companies["smelter"].processes["melt"], "metal") == pytest.approx(0.9)
    assert nominal_make(world, world.companies["smelter"], "slag") == pytest.approx(1)


def test_pieces_count_with_their_mass(changed: Changed) -> None:
    world = changed(("rate: 10 t/day", "rate: 18 pieces/day, per: metal")).world
    assert nominal_make(world, world.companies["smelter"], "metal") == pytest.approx(9)
    assert nominal_use(world, world.companies["smelter"], "scrap") == pytest.approx(10)


def test_what_its_input_does_not_allow_does_not_pile_up(changed: Changed) -> None:
    """At most 6 t/day are bought and 5 t/day come back: that makes 9.9 t/day of metal, and 13 t/day are taken."""
    scarce = ("supplies: {scrap: {price", "supplies: {scrap: {rate: 6 t/day, price")
    assert warnings(changed(FAST, scarce)) == []
