"""A variant may set what is no number: it holds in that variant, and in no other, whichever comes first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from simulator.study.run import Run
from tests.engine.builders import chosen, held_back, shipped, simulate, stock, throughput

BODY = """
materials: {ore: {}, metal: {}, slag: {waste: true}, van: {}, old: {waste: true}}
companies:
  smelter:
    inventories: {ore: {initial: 10 kt}, metal: {capacity: 200 t}}
    processes:
      melt: {inputs: [ore], rate: 10 t/day, outputs: {metal: 0.4, slag: 0.6}}
  town:
    uses: {vans: {material: van, demand: 5 t/day, lifetime: {fixed: 30 year}, end_of_life: old}}
boundary:
  market: {supplies: {van: {rate: 8 t/day}}, demands: {metal: {rate: 2 t/day}, slag: {}},
           accepts: {old: {fate: landfill}}}
flows:
  metal: {from: smelter, to: market, material: metal}
  slag: {from: smelter, to: market, material: slag}
  buy: {from: market, to: town, material: van}
  dump: {from: town, to: market, material: old}
variants:
"""
SETS = {
    "usual": "{}",
    "outages": "{companies.smelter.processes.melt.outages: {mtbf: 5 day, mttr: 5 day}}",
    "per": "{companies.smelter.processes.melt.per: slag}",
    "order": "{companies.smelter.processes.melt.makes_to: metal, "
    "companies.smelter.inventories.metal: {order_up_to: 6 t}}",
    "scrap": "{companies.smelter.processes.melt.scrap: [slag]}",
    "any": "{companies.town.uses.vans.demand: any}",
    "reused": "{boundary.market.supplies.van.origin: reused}",
    "level": "{companies.smelter.inventories.metal: {order_up_to: 6 t}}",
    "slow": "{companies.smelter.processes.melt.duration: 3 day}",
}


@pytest.mark.parametrize("turn", [False, True], ids=["set_later", "set_first"])
@pytest.mark.parametrize("name", sorted(set(SETS) - {"usual"}))
def test_what_a_variant_sets_holds_in_it_alone(tmp_path: Path, name: str, turn: bool) -> None:
    names = list(permutations(("usual", name)))[turn]
    result = simulate(tmp_path, BODY + "\n".join(f"  {n}: {{set: {SETS[n]}}}" for n in names))
    usual, changed = (observed(result, variant) for variant in ("usual", name))
    alone = observed(simulate(tmp_path, BODY + f"  only: {{set: {SETS[name]}}}"), "only")
    assert changed == alone
    assert usual != changed
    assert usual == observed(simulate(tmp_path, BODY + "  only: {}"), "only")


def observed(result: Run, variant: str) -> tuple[object, ...]:
    """What tells the variants apart."""
    return (
        throughput(result, "melt", variant=variant),
        held_back(result, "melt", "outage", variant=variant),
        shipped(result, "slag", variant=variant, origin="pre_consumer"),
        stock(result, "town", "vans", "use", variant=variant),
        tuple(sorted(set(chosen(result.tables.flows, flow="buy", variant=variant)["origin"].astype(str)))),
        shipped(result, "slag", variant=variant),
    )
