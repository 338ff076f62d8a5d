"""Numbers that are drawn: found where they stand, split without loss, and put in place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.scenario.drawing import draws_of, replaced, values_of
from simulator.scenario.models import World
from simulator.study.sampling import uniforms
from tests.engine import everything
from tests.engine.builders import read, text

LINES = {
    "rate: 3 t/day, outputs: {slag: {Fe: 1, other: 1}": (
        "rate: {value: 3 t/day, triangular: [2, 3, 5], draw: ore}, outputs: {slag: {Fe: 1, other: 1}"
    ),
    "outputs: {anode: {Cu: 0.98}, slag: rest}": "outputs: {anode: {Cu: {value: 0.98, dirichlet: 50}}, slag: rest}",
    "lead_time: 2 day": "lead_time: {uniform: [1 day, 3 day], draw: ore}",
    "gas: {fuel: true, emission_factor: 0.2 t CO2e/MWh}": (
        "gas: {fuel: true, hs_per_hi: {value: 1.1, uniform: [1.05, 1.15]}, price: {normal: {mean: 30 EUR/MWh Hs, cv: 0.1}},"
        " emission_factor: {value: 0.18 t CO2e/MWh Hs, lognormal: {cv: 0.1}}}"
    ),
    "end_of_life: {old: 0.8, parts: 0.2}": (
        "end_of_life: {old: {value: 0.8, dirichlet: 9}, parts: {value: 0.2, dirichlet: 9}}"
    ),
    "share: 0.5}": "share: {value: 0.5, dirichlet: 3}}",
    "scrap: {composition: {Cu: 0.8, organics: 0.1}": (
        "scrap: {composition: {Cu: {value: 0.8, dirichlet: 30}, organics: {value: 0.1, dirichlet: 30}}"
    ),
}


def written() -> str:
    body = everything.BODY
    for old, new in LINES.items():
        assert body.count(old) == 1, old
        body = body.replace(old, new)
    return text(body, end="2025-02-20", report="month")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    scenario = read(tmp_path_factory.mktemp("drawn"), written(), everything.FILES)
    return scenario.variants["circular"].epochs[0].world


def test_draws_are_found_at_the_paths_that_users_write(world: World) -> None:
    assert [draw.path for draw in draws_of(world)] == [
        "companies.smelter.processes.backup.rate",
        "companies.smelter.processes.melt.outputs.anode.Cu",
        "companies.smelter.processes.melt.outputs.slag.Cu",
        "companies.town.uses.cables.end_of_life.old",
        "companies.town.uses.cables.end_of_life.parts",
        "energy.gas.emission_factor",
        "energy.gas.hs_per_hi",
        "energy.gas.price",
        "flows.buy_ore.lead_time",
        "flows.sell_grit.share",
        "flows.trader.grit.unshared",
        "materials.scrap.composition.Cu",
        "materials.scrap.composition.organics",
        "materials.scrap.composition.other",
    ]


def test_a_world_with_values_put_in_place_is_the_world_read_with_these_values(world: World) -> None:
    draws = draws_of(world)
    drawn = uniforms(1, {draw.key for draw in draws}, 3)
    values = values_of(draws, drawn)
    changed = replaced(world, draws, values[1])
    by_path = dict(zip((draw.path for draw in draws), values[1], strict=True))
    assert (
        changed.companies["smelter"].processes["backup"].rate.value
        == by_path["companies.smelter.processes.backup.rate"]
    )
    assert changed.companies["town"].processes is world.companies["town"].processes
    price, ratio = changed.energy["gas"].price, by_path["energy.gas.hs_per_hi"]
    assert price is not None
    assert np.isclose(price.value, by_path["energy.gas.price"] / 1.1 * ratio, rtol=1e-14)


def read_file(folder: Path, body: str) -> World:
    return read(folder, body, everything.FILES).variants["circular"].epochs[0].world
