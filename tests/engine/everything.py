"""A small scenario that uses every feature of the engine, and hashes of the tables it gives, once and in rounds.

``python -m tests.engine.everything FOLDER`` simulates it and prints them as JSON.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from tests.engine.builders import TOLERANCE, read, text

FILES = {
    "course.csv": "date,rate\n2025-01-01,8\n2025-01-12,12\n2025-01-20,5\n",
    "pool.csv": "date,stock\n2025-01-01,30\n2025-01-15,45\n2025-02-03,20\n",
    "vintages.csv": "date,entered\n2024-10-01,0.3\n2024-11-01,0.5\n2024-12-01,0.4\n",
    "mix.csv": "date,factor\n2025-01-01,0.4\n2025-02-01,0.2\n",
}
BODY = """
substances: [Cu, Fe, organics, dirt]
tables:
  course: {file: course.csv, index: date, value: rate, unit: t/day, outside: hold}
  pool: {file: pool.csv, index: date, value: stock, unit: t, outside: hold}
  vintages: {file: vintages.csv, index: date, value: entered, unit: t/day}
  mix: {file: mix.csv, index: date, value: factor, unit: t CO2e/MWh, between: linear, outside: hold}
materials:
  ore: {composition: {Cu: 0.3, Fe: 0.2}}
  scrap: {composition: {Cu: 0.8, organics: 0.1}, waste: true}
  anode: {composition: {Cu: 1}}
  slag: {waste: true}
  grit: {}
  dust: {}
  cable: {composition: {Cu: 0.95}, piece: 20 kg}
  offcut: {waste: true}
  old: {waste: true}
  parts: {waste: true}
companies:
  smelter:
    loads: {electricity: 3 MWh/day}
    inventories:
      ore: {initial: 60 t, reorder_at: 40 t, order_up_to: 90 t, capacity: 95 t}
      scrap: {initial: 5 t, order_up_to: 6 day, residence: 10 hour}
      anode: {order_up_to: 60 t, capacity: 70 t, safety_stock: 2 t}
    processes:
      melt:
        inputs: {feed: {share: 1, any_of: [scrap, ore], limits: {organics: 0.06, Cu: 0.7}}}
        rate: {table: course, noise: {cv: 0.2, every: 2 day}}
        batch: 2 t
        minimum: 1 t/day
        duration: 36 hour
        outputs: {anode: {Cu: 0.98}, slag: rest}
        releases: {air: {organics: 1}}
        energy: {electricity: 0.5 MWh/t, gas: 1 MWh/t}
        emissions: {CO2: {organics: 2.9 t/t}}
        outages: {mtbf: 6 day, mttr: 1 day}
        start_up: {duration: 9 hour, energy: {gas: 2 MWh, heat: 1 MWh}, cost: 50 EUR}
      backup: {inputs: [ore], cost: 20 EUR/t, learning: {rate: 20 %, experience: 9 t, floor: 5 EUR/t, shared: ore},
            rate: 3 t/day, outputs: {slag: {Fe: 1, other: 1}, scrap: rest}, rank: 6}
  drawer:
    review_period: 8 hour
    inventories: {anode: {initial: 9 t, residence: 4 hour, fifo: true}, cable: {order_up_to: 12 t, residence: 1 day},
                  grit: {order_up_to: needed}, dust: {order_up_to: needed}}
    processes:
      draw: {inputs: {metal: {share: 0.9, any_of: [anode]}, filler: {share: 0.1, any_of: [grit, dust]}}, rate: 6 t/day,
            per: cable,
             outputs: {cable: 0.9, offcut: 0.1}, scrap: [offcut], makes_to: cable, energy: {electricity: 0.4 MWh/t}}
  trader:
    review_period: 7 day
    inventories: {scrap: {reorder_at: 10 t, order_quantity: 6 t, intake: 90 t/day, fifo: deliveries},
                  grit: {capacity: 3 t}}
    processes: {sort: {inputs: [scrap], rate: 4 t/day, outputs: {parts: {total: 0.2}, grit: 0.8}}}
  town:
    inventories: {cable: {initial: 4 t, fifo: true}, old: {fifo: true}}
    processes:
      shred: {inputs: [parts], rate: 1 t/day, minimum: 0.9 t/day, outputs: {old: 1}}
      mend: {inputs: [parts], rate: 0.1 t/day, outputs: {cable: 0.9, old: 0.1}, reused: [cable]}
    uses:
      cables: {material: cable, demand: {value: 200 pieces/day, noise: {cv: 0.3, every: 1 day}},
              lifetime: {weibull: {shape: 2, scale: 40 day}}, cohort: 5 day,
               initial: 150 t, soiling: {dirt: 0.02}, report_ages: true, end_of_life: {old: 0.8, parts: 0.2}}
      wires: {material: cable, demand: 0.5 t/day, lifetime: {lognormal: {mean: 30 day, sd: 9 day}}, entry: middle,
            rank: 3,
              initial: 10 t, end_of_life: old}
      rods: {material: cable, demand: 0.5 t/day, lifetime: {normal: {mean: 20 day, sd: 4 day}}, entry: start,
            cohort: 2 day,
             end_of_life: old}
      pool: {material: cable, stock: {table: pool}, lifetime: {gamma: {shape: 3, scale: 12 day}}, cohort: 4 day,
             ages: {table: vintages}, report_ages: true, end_of_life: {old: 0.9, parts: 0.1}}
      hoard: {material: cable, stock: 100 pieces, excess: keep, lifetime: {folded_normal: {mean: 9 day, sd: 6 day}},
              entry: middle, initial: 3 t, rank: 4, end_of_life: old}
      poles: {material: cable, demand: 0.1 t/day, lifetime: {survival: [[4 day, 1], [9 day, 0.5], [30 day, 0]]},
              initial: 5 t, ages: {table: vintages}, end_of_life: old}
      tags: {material: cable, demand: 0.1 t/day, lifetime: {fixed: 10 day}, entry: end, cohort: 1 day, end_of_life: old}
energy:
  electricity: {emission_factor: {table: mix, noise: {cv: 0.1, every: 1 day}}}
  gas: {fuel: true, emission_factor: 0.2 t CO2e/MWh}
  heat: {emission_factor: {value: 0.3 t CO2e/MWh, noise: {cv: 0.1, every: 1 month}}}
transport:
  truck: {emission_factor: 100 g CO2e/(t km), cost: {value: 0.1 EUR/(t km), noise: {cv: 0.2, every: 1 week}}}
boundary:
  mine: {supplies: {ore: {emission_factor: 0.5 t CO2e/t}}}
  dealer: {supplies: {scrap: {origin: post_consumer, rate: 3 t/day}, grit: {rate: 0.1 t/day, carry: false}, dust: {}},
         demands: {parts: {rate: 0.2 t/day, backlog: true}, grit: {rate: 2 t/day}}}
  dump: {accepts: {slag: {fate: landfill, emission_factor: 0.01 t CO2e/t}, old: {fate: incineration},
        parts: {fate: landfill, fee: {value: 7 EUR/t, noise: {cv: 0.4, every: 1 week}}},
                   scrap: {fate: landfill}}}
flows:
  buy_ore: {from: mine, to: smelter, material: ore, lot_size: 20 t, lead_time: 2 day, transport: truck,
        distance: 500 km}
  buy_scrap: {from: dealer, to: smelter, material: scrap, capacity: 2 t/day,
        contract: {minimum: 10 t, maximum: 11 t, period: 6 day, take_or_pay: 3 EUR/t, end: 2025-02-15}}
  buy_more: {from: dealer, to: trader, material: scrap}
  buy_grit: {from: dealer, to: drawer, material: grit}
  buy_dust: {from: dealer, to: drawer, material: dust, lead_time: 10 hour}
  own_grit: {from: trader, to: drawer, material: grit, rank: 2}
  sell_grit: {from: trader, to: dealer, material: grit, rank: 4, share: 0.5}
  slag_to_grit: {from: smelter, to: drawer, material: slag, as: grit, rank: 1, share: 0.3, lot_size: 100 kg,
        partnership: reuse}
  anode: {from: smelter, to: drawer, material: anode, lot_size: 3 t, lead_time: 5 hour, safety_stock: 1 t}
  offcut: {from: drawer, to: smelter, material: offcut, as: scrap, rank: 1, lead_time: 1 day}
  cable: {from: drawer, to: town, material: cable}
  back: {from: town, to: smelter, material: old, as: scrap, rank: 2, lot_size: 2 t, partnership: reuse}
  back_too: {from: town, to: trader, material: old, as: scrap, rank: 2, transport: truck, distance: 9 km}
  parts_town: {from: town, to: dealer, material: parts, rank: cost, price: 3 EUR/t}
  parts: {from: trader, to: dealer, material: parts, lot_size: 500 kg}
  dump_parts: {from: town, to: dump, material: parts, rank: cost}
  dump_more_parts: {from: trader, to: dump, material: parts}
  dump_old: {from: town, to: dump, material: old, rank: cost}
  dump_slag: {from: smelter, to: dump, material: slag}
  dump_scrap: {from: smelter, to: dump, material: scrap, safety_stock: 40 t}
partnerships:
  reuse: {start: 2025-01-09, scale: {companies.drawer.processes.draw.rate: 1.2},
        set: {boundary.dealer.supplies.scrap.rate: 4 t/day}}
interventions:
  strike: {at: 2025-01-17T12:00, for: 3 day, scale: {companies.smelter.processes.melt.rate: 0.5}}
  thaw: {at: 2025-01-25, set: {companies.town.uses.cables.lifetime: {fixed: 9 day}}}
variants:
  linear: {partnerships: []}
  circular: {}
"""


ENDS = {"once": "2025-02-20", "until_quiet": "2025-01-19"}
"""Last day by how it is settled; rounds take long where kernels run as Python."""


def digests(folder: Path) -> dict[str, str]:
    """Hash of every table of two runs, settled once and in rounds, exact to the last bit; their balances close.

    And of all figures of a replication, in which some numbers are redrawn through time.
    """
    tables = {f"{settle} {name}": digest for settle in ENDS for name, digest in hashed(folder, settle).items()}
    return {**tables, "replication": replicated(folder)}


def replicated(folder: Path) -> str:
    from simulator.study.replication import Study, Workshop

    scenario = read(folder, text(BODY, end=ENDS["until_quiet"], report="month"), FILES)
    found = Workshop(Study(scenario, 1)).block(1, 1)
    assert found.residual <= TOLERANCE
    return sha256(found.account.figures.values.tobytes()).hexdigest()


def hashed(folder: Path, settle: str) -> dict[str, str]:
    from simulator.study.run import run

    written = text(BODY, end=ENDS[settle], report="month").replace("settle: once", f"settle: {settle}")
    result = run(read(folder, written, FILES))
    tables = {name: table.to_csv(index=False, float_format="%.17g") for name, table in result.tables.items()}
    assert result.residual <= TOLERANCE
    return {name: f"{len(content)} {sha256(content.encode()).hexdigest()}" for name, content in tables.items()}


if __name__ == "__main__":
    print(json.dumps(digests(Path(sys.argv[1]))))
