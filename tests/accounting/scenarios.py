"""Scenarios for tests of the accounting."""

LOOP = """
schema: 1
name: crates
time: {start: 2025-01-01, end: 2027-01-01, step: 1 day, report: month}
substances: [PP, dirt]
materials:
  virgin:      {composition: {PP: 1}}
  regranulate: {composition: {PP: 1}}
  crate:       {composition: {PP: 1}}
  old_crate:   {composition: {PP: 0.98, dirt: 0.02}, waste: true}
  residue:     {composition: {PP: 0.83, dirt: 0.17}, waste: true}
companies:
  moulder:
    inventories: {regranulate: {order_up_to: 10 day}, virgin: {order_up_to: 10 day, initial: 220 t},
                  crate: {order_up_to: 10 day, initial: 165 t}}
    processes:
      mould: {inputs: [regranulate, virgin], rate: 20 t/day, outputs: {crate: 1}, energy: {electricity: 1.4 MWh/t}}
  brewery:
    uses:
      crates: {material: crate, demand: 15 t/day, lifetime: {weibull: {shape: 3, scale: 8 year}}, initial: 39000 t,
               soiling: {dirt: 0.02}, report_ages: true, end_of_life: old_crate}
  recycler:
    processes:
      sort: {inputs: [old_crate], rate: 12 t/day, outputs: {regranulate: {PP: 0.9, dirt: 0}, residue: rest}}
energy:
  electricity: {emission_factor: 363 g CO2e/kWh}
transport:
  truck: {emission_factor: 112 g CO2e/(t km)}
boundary:
  market: {supplies: {virgin: {emission_factor: 1.6 t CO2e/t, price: 1300 EUR/t}}}
  burner: {accepts: {old_crate: {fate: incineration, emission_factor: 2.4 t CO2e/t},
                     residue:   {fate: incineration, emission_factor: 2.0 t CO2e/t}}}
flows:
  buy_virgin:  {from: market, to: moulder, material: virgin}
  crates:      {from: moulder, to: brewery, material: crate, transport: truck, distance: 60 km}
  take_back:   {from: brewery, to: recycler, material: old_crate, rank: 1, transport: truck, distance: 40 km,
                partnership: deposit}
  regranulate: {from: recycler, to: moulder, material: regranulate, rank: 1, transport: truck, distance: 25 km}
  burn_crates: {from: brewery, to: burner, material: old_crate}
  burn_rest:   {from: recycler, to: burner, material: residue}
partnerships:
  deposit: {partners: {brewery: 0.5, recycler: 0.5}, start: 2026-01-01}
variants:
  linear:   {partnerships: []}
  circular: {partnerships: [deposit]}
"""
"""A loop of crates that closes in 2026 in the second variant."""

WORKS = """
schema: 1
name: works
time: {start: 2025-01-01, end: 2027-01-01, step: 1 day, report: month}
substances: [Cu, organics]
tables:
  mix: {file: mix.csv, index: date, value: factor, unit: t CO2e/MWh}
  wear: {file: wear.csv, index: date, value: use, unit: MWh/t}
materials:
  ore: {composition: {Cu: 0.3}}
  scrap: {composition: {Cu: 0.9, organics: 0.1}, waste: true}
  copper: {composition: {Cu: 1}}
  slag: {waste: true}
  grit: {}
  cable: {composition: {Cu: 1}}
companies:
  smelter:
    loads: {electricity: 2 MWh/day}
    processes:
      melt:
        inputs: [scrap, ore]
        rate: 100 t/day
        outputs: {copper: {Cu: 0.98}, slag: rest}
        releases: {air: {organics: 1}}
        energy: {electricity: {table: wear}, natural_gas: 2 MWh/t, wood: 1 MWh/t}
        emissions: {CO2: {organics: 2.9 t/t}, CO2e: 0.1 t/t, CO2_biogenic: 0.05 t/t}
  drawer:
    processes:
      draw: {inputs: [copper], rate: 100 t/day, outputs: {cable: {Cu: 0.9}, scrap: rest}, scrap: [scrap],
             energy: {electricity: 0.5 MWh/t}}
  town:
    uses:
      cables: {material: cable, demand: 10 t/day, lifetime: {fixed: 20 year}, initial: 1000 t, report_ages: true,
               end_of_life: scrap}
energy:
  electricity: {emission_factor: {table: mix}}
  natural_gas: {fuel: true, emission_factor: 0.2 t CO2e/MWh}
  wood: {fuel: true, biogenic: true, emission_factor: 0.35 t CO2/MWh}
transport:
  truck: {emission_factor: 100 g CO2e/(t km)}
boundary:
  mine: {supplies: {ore: {emission_factor: 0.5 t CO2e/t}}}
  dealer: {supplies: {scrap: {origin: post_consumer}}, demands: {scrap: {}}}
  mill: {demands: {copper: {}}}
  paver: {demands: {grit: {}}}
  dump: {accepts: {slag: {fate: landfill, emission_factor: 0.01 t CO2e/t}, cable: {fate: landfill}}}
flows:
  buy_ore: {from: mine, to: smelter, material: ore, transport: truck, distance: 1000 km}
  buy_scrap: {from: dealer, to: smelter, material: scrap, transport: truck, distance: 100 km, transport_payer: receiver}
  home_scrap: {from: drawer, to: smelter, material: scrap, rank: 1}
  town_scrap: {from: town, to: smelter, material: scrap, rank: 2}
  export: {from: town, to: dealer, material: scrap}
  copper: {from: smelter, to: drawer, material: copper, rank: 1, transport: truck, distance: 10 km}
  sell: {from: smelter, to: mill, material: copper, transport: truck, distance: 50 km, transport_payer: receiver}
  cable: {from: drawer, to: town, material: cable}
  bad_cable: {from: drawer, to: dump, material: cable}
  grit: {from: smelter, to: paver, material: slag, as: grit, rank: 1}
  dump: {from: smelter, to: dump, material: slag}
"""
"""Every source of emissions, every fate of waste."""

FILES = {
    "mix.csv": "date,factor\n2025-01-01,0.4\n2027-01-01,0.2\n",
    "wear.csv": "date,use\n2025-01-01,1\n2027-01-01,2\n",
}
"""What `WORKS` reads."""
