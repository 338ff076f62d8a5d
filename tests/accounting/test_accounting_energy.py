"""Energy: what it costs and emits at whom, and its indicators, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

import simulator
from tests.accounting.ledgers import read
from tests.accounting.small import figure

HEAD = """
schema: 1
name: energy
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: REPORT}
"""
NETWORK = """
materials: {}
energy:
  heat: {levels: {steam: 180 degC, warm: 90 degC}}
  gas: {fuel: true, emission_factor: 0.2 t CO2/MWh, price: 30 EUR/MWh}
  power: {emission_factor: 0.4 t CO2e/MWh, price: 100 EUR/MWh, renewable: 0.5}
companies:
  works:
    generators: {waste_heat: {gives: heat.steam, capacity: 2 MW, renewable: 0}}
  utility:
    loads: {power: 0.5 MW}
    generators: {pv: {gives: power, capacity: 0.8 MW, profile: 0.25}}
    converters: {boiler: {from: gas, gives: heat.warm, efficiency: 0.8}}
    energy_storage: {tank: {carrier: heat.steam, capacity: 30 MWh, power: 9 MW, efficiency: 0.5}}
  town:
    loads: {heat.warm: 2.5 MW}
boundary:
  far: {}
flows:
  main: {from: works, to: utility, energy: heat.warm, capacity: 1 MW, loss: 0.2, price: 20 EUR/MWh,
         emission_factor: 0.05 t CO2e/MWh, renewable: 0.5}
  spare: {from: works, to: utility, energy: heat.steam, rank: 6}
  net: {from: utility, to: town, energy: heat.warm, loss: 0.1, price: 80 EUR/MWh, emission_factor: 0.1 t CO2e/MWh,
        renewable: 0.25}
  import: {from: far, to: town, energy: heat.warm, capacity: 0.5 MW, price: 60 EUR/MWh, emission_factor: 0.3 t CO2e/MWh}
"""
"""Every hour: 1 MW of steam leaves the works as heat, 0.8 arrive and go on, 0.72 arrive in the town; what steam is left
goes to the utility, is cooled and sent on; 0.5 MW come from far away."""
DAYS = 10
HOURS = 24 * DAYS


def made(folder: Path, body: str = NETWORK, files: Mapping[str, str] | None = None, report: str = "month") -> simulator.Run:
    for name, content in (files or {}).items():
        (folder / name).write_text(content, encoding="utf-8")
    return simulator.run(read(folder, HEAD.replace("REPORT", report) + body))


def paid(run: simulator.Run) -> dict[tuple[str, str, str], float]:
    """By node, category and source, over the run, EUR."""
    table = run.tables.money
    sums = table.groupby([table[name].astype(str) for name in ("node", "category", "source")])["money_eur"].sum()
    return {key: value for key, value in sums.items() if value}  # type: ignore[misc]


def emitted(run: simulator.Run, column: str = "emissions_tco2e") -> dict[tuple[str, str, str], float]:
    """By node, category and source."""
    table = run.tables.emissions
    sums = table.groupby([table[name].astype(str) for name in ("node", "category", "source")])[column].sum()
    return {key: value for key, value in sums.items() if value}  # type: ignore[misc]
