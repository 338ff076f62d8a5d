"""Dotted paths: which keys lie along them."""

from __future__ import annotations

import pytest

from simulator.scenario import load
from simulator.scenario.forms import Coefficients
from simulator.scenario.numbers import Number
from simulator.scenario.tree import keys_of
from simulator.scenario.wrong import Keys
from tests.conftest import Writer


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("companies.u.loads.heat.warm", ("companies", "u", "loads", "heat.warm")),
        ("companies.u.loads.power", ("companies", "u", "loads", "power")),
        ("companies.u.processes.p.energy.heat.warm", ("companies", "u", "processes", "p", "energy", "heat.warm")),
        ("companies.u.generators.g.gives.heat.warm", ("companies", "u", "generators", "g", "gives", "heat.warm")),
        ("companies.u.converters.c.gives.heat.warm", ("companies", "u", "converters", "c", "gives", "heat.warm")),
        ("companies.u.processes.energy.outputs.ash", ("companies", "u", "processes", "energy", "outputs", "ash")),
        ("companies.u.uses.loads.lifetime.fixed", ("companies", "u", "uses", "loads", "lifetime", "fixed")),
        ("companies.gives.processes.p.rate", ("companies", "gives", "processes", "p", "rate")),
        ("companies.energy.inventories.ore.initial", ("companies", "energy", "inventories", "ore", "initial")),
        ("boundary.loads.accepts.ash.fee", ("boundary", "loads", "accepts", "ash", "fee")),
    ],
)
def test_a_carrier_with_its_level_is_one_key_where_carriers_stand_and_nowhere_else(path: str, keys: Keys) -> None:
    assert keys_of(path) == keys


SMELTER = """\
schema: 1
name: smelter
time: {start: 2025-01-06, end: 2025-01-10, step: 1 day}
materials: {iron: {}, casting: {}, dross: {}}
companies:
  u:
    inventories: {iron: {initial: 5000 t}}
    processes:
      energy: {inputs: [iron], rate: 48 t/day, outputs: {casting: 0.9, dross: rest}}
boundary:
  buyer: {demands: {casting: {}}, accepts: {dross: {fate: landfill}}}
flows:
  castings: {from: u, to: buyer, material: casting}
  tip: {from: u, to: buyer, material: dross}
"""


def test_a_process_may_be_called_energy_and_its_outputs_still_be_changed(write: Writer) -> None:
    world = load(write(SMELTER), sets=["companies.u.processes.energy.outputs.casting=0.8"]).world
    assert world.companies["u"].processes["energy"].outputs["casting"] == Coefficients(default=Number(0.8, "1"))
