"""Numbers that are drawn: found where they stand, split without loss, and put in place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.amounts import Number, Span
from simulator.scenario.checks import check_world
from simulator.scenario.distributions import Distribution
from simulator.scenario.drawing import Draw, Memo, draws_of, replaced, values_of
from simulator.scenario.models import World
from simulator.scenario.numbers import SMALLEST
from simulator.scenario.scenario import Scenario
from simulator.study.sampling import Floats, uniforms
from tests.engine import everything
from tests.engine.builders import read, text
from tests.scenario.uncertain import differences, distributions, plain, written

LUENEN = Path(__file__).parents[2] / "scenarios" / "luenen.yaml"
LINES = {
    "rate: 3 t/day, outputs: {slag: {Fe: 1, other: 1}": (
        "rate: {value: 3 t/day, triangular: [2, 3, 5], draw: ore}, outputs: {slag: {Fe: 1, other: 1}"
    ),
    "outputs: {anode: {Cu: 0.98}, slag: rest}": "outputs: {anode: {Cu: {value: 0.98, dirichlet: 50}}, slag: rest}",
    "outages: {mtbf: 6 day": "outages: {mtbf: {lognormal: {mean: 6 day, cv: 1}}",
    "lead_time: 2 day": "lead_time: {uniform: [1 day, 3 day], draw: ore}",
    "gas: {fuel: true, emission_factor: 0.2 t CO2e/MWh}": (
        "gas: {fuel: true, hs_per_hi: {value: 1.1, uniform: [1.05, 1.15]},"
        " price: {normal: {mean: 30 EUR/MWh Hs, cv: 0.1}},"
        " emission_factor: {value: 0.18 t CO2e/MWh Hs, lognormal: {cv: 0.1}}}"
    ),
    "end_of_life: {old: 0.8, parts: 0.2}": (
        "end_of_life: {old: {value: 0.8, dirichlet: 9}, parts: {value: 0.2, dirichlet: 9}}"
    ),
    "share: 0.5}": "share: {value: 0.5, dirichlet: 3}}",
    "scrap: {composition: {Cu: 0.8, organics: 0.1}": (
        "scrap: {composition: {Cu: {value: 0.8, dirichlet: 30}, organics: {value: 0.1, dirichlet: 30}}"
    ),
    "set: {boundary.dealer.supplies.scrap.rate: 4 t/day}": (
        "set: {boundary.dealer.supplies.scrap.rate: {uniform: [3 t/day, 5 t/day]}}"
    ),
    "smelter.processes.melt.rate: 0.5}}": "smelter.processes.backup.rate: 0.5}}",
}
PATHS = (
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
)
SMALL = """
    substances: [Cu, Fe]
    materials: {{ore: {{composition: {{Cu: 0.5, Fe: 0.5}}}}, anode: {{}}, slag: {{waste: true}}, dust: {{waste: true}}}}
    companies:
      smelter:
        processes: {{melt: {{inputs: [ore], rate: 5 t/day, outputs: {outputs}}}}}
    boundary:
      mine: {{supplies: {{ore: {{}}}}}}
      dump: {{demands: {{anode: {{}}}}, accepts: {{slag: {{fate: landfill}}, dust: {{fate: landfill}}}}}}
    flows:
      ore: {{from: mine, to: smelter, material: ore}}
      anode: {{from: smelter, to: dump, material: anode}}
      slag: {{from: smelter, to: dump, material: slag}}
      dust: {{from: smelter, to: dump, material: dust}}
"""
HALVES = "{anode: 0.5, slag: 0.5}"
SHARED = "{from: smelter, to: dump, material: slag, share: {value: 0.4, dirichlet: 6}"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    body = everything.BODY
    for old, new in LINES.items():
        assert body.count(old) == 1, old
        body = body.replace(old, new)
    return read(tmp_path_factory.mktemp("drawn"), text(body, end="2025-02-20", report="month"), everything.FILES)


@pytest.fixture(scope="module")
def worlds(scenario: Scenario) -> Sequence[World]:
    """One before the partnership, one in it, one in the strike, and so on."""
    return [epoch.world for epoch in scenario.variants["circular"].epochs]


def drawn(world: World, replications: int = 3, seed: int = 1) -> tuple[tuple[Draw, ...], Floats]:
    draws = draws_of(world)
    return draws, values_of(draws, uniforms(seed, {draw.key for draw in draws}, replications))


def by_path(draws: Sequence[Draw], values: Floats) -> dict[str, Floats]:
    return dict(zip((draw.path for draw in draws), values.T, strict=True))


def split(tmp_path: Path, outputs: str, replications: int = 500) -> dict[str, Floats]:
    """Values drawn of a process's coefficients, by what follows `outputs.`."""
    world = read(tmp_path, text(SMALL.format(outputs=outputs))).world
    return {path.partition("outputs.")[2]: found for path, found in by_path(*drawn(world, replications)).items()}


def test_draws_are_found_at_the_paths_that_users_write(worlds: Sequence[World]) -> None:
    """Times between failures and to repair are none: each single one is drawn in the run."""
    assert tuple(draw.path for draw in draws_of(worlds[0])) == PATHS


def test_what_a_partnership_sets_is_drawn_where_it_is_in_force_and_at_the_path_it_sets(worlds: Sequence[World]) -> None:
    before, after = (draws_of(world) for world in worlds[:2])
    assert {draw.path for draw in after} - {draw.path for draw in before} == {"boundary.dealer.supplies.scrap.rate"}


def test_a_scaled_number_is_drawn_from_the_scaled_distribution(worlds: Sequence[World]) -> None:
    plain, halved = (by_path(*drawn(world))["companies.smelter.processes.backup.rate"] for world in worlds[1:3])
    assert np.allclose(halved, plain / 2, rtol=1e-15)


def test_numbers_that_name_one_draw_rise_together(worlds: Sequence[World]) -> None:
    values = by_path(*drawn(worlds[0], 100))
    rate, days = values["companies.smelter.processes.backup.rate"], values["flows.buy_ore.lead_time"]
    assert np.array_equal(np.argsort(rate), np.argsort(days))


def test_a_world_with_values_put_in_place_shares_what_holds_none(worlds: Sequence[World]) -> None:
    changed = replaced(worlds[0], *one_row(worlds[0]))
    assert changed.companies["town"].processes is worlds[0].companies["town"].processes
    assert changed.companies["drawer"] is worlds[0].companies["drawer"]
    assert changed.companies["smelter"] is not worlds[0].companies["smelter"]


def one_row(world: World) -> tuple[tuple[Draw, ...], Floats]:
    draws, values = drawn(world)
    return draws, values[1]


def test_what_a_model_has_found_out_about_itself_is_not_copied(worlds: Sequence[World]) -> None:
    assert worlds[0].flows["buy_ore"].lead_time is not None
    changed = replaced(worlds[0], *one_row(worlds[0])).flows["buy_ore"].lead_time
    assert changed is not None
    assert changed.days() != worlds[0].flows["buy_ore"].lead_time.days()
    assert changed.distribution == worlds[0].flows["buy_ore"].lead_time.distribution


def test_worlds_that_share_parts_share_their_copies(worlds: Sequence[World]) -> None:
    memo: Memo = {}
    first, second = (replaced(world, *one_row(world), memo) for world in worlds[:2])
    assert worlds[0].companies["smelter"] is worlds[1].companies["smelter"]
    assert first.companies["smelter"] is second.companies["smelter"]
    assert first.companies["smelter"] == replaced(worlds[0], *one_row(worlds[0])).companies["smelter"]


def test_gross_prices_follow_the_ratio_of_calorific_values(worlds: Sequence[World]) -> None:
    draws, values = one_row(worlds[0])
    found = dict(zip((draw.path for draw in draws), values, strict=True))
    price = replaced(worlds[0], draws, values).energy["gas"].price
    assert price is not None
    assert np.isclose(price.value, found["energy.gas.price"] / 1.1 * found["energy.gas.hs_per_hi"], rtol=1e-14)


def sampled(path: Path, every: int) -> tuple[World, Mapping[str, str]]:
    """A scenario of which numbers are made uncertain, and which; parts of one split only together."""
    found = distributions(load(path).world)
    alone = [name for name, how in found.items() if "dirichlet" not in how]
    chosen = random.Random(7).sample(alone, len(alone) // every) + [name for name in found if name not in alone]
    return load(path, sets=[f"{name}={found[name]}" for name in chosen]).world, {name: found[name] for name in chosen}


@pytest.mark.parametrize(("path", "every"), [("everything", 1), (str(LUENEN), 9)], ids=["everything", "luenen"])
def test_a_world_with_values_put_in_place_is_the_world_read_with_these_values(
    path: str, every: int, tmp_path: Path
) -> None:
    """Every number of a scenario of all features, and many of the flagship: nothing else follows from them unseen."""
    if path == "everything":
        read(tmp_path, text(everything.BODY, end="2025-02-20", report="month"), everything.FILES)
        path = str(tmp_path / "scenario.yaml")
    world, how = sampled(Path(path), every)
    draws, values = one_row(world)
    found = {draw.path: (draw.what, value) for draw, value in zip(draws, values.tolist(), strict=True)}
    assert found.keys() >= how.keys()
    sets = [f"{draw.path}={_as_text(world, draw.path, *found[draw.path])}" for draw in draws if draw.steps]
    changed, other = replaced(world, draws, values), load(path, sets=sets).world
    assert list(differences(plain(changed), plain(other))) == []
    assert list(differences(plain(changed.flows), plain(other.flows))) == []
    assert list(differences(_agreed(changed), _agreed(other))) == []


def _agreed(world: World) -> object:
    return plain({name: flow.agreed for name, flow in world.flows.items()})


def _as_text(world: World, name: str, what: Number | Span, value: float) -> str:
    ratio = world.energy[name.split(".")[1]].hs_per_hi if isinstance(what, Number) and what.gross else None
    return written(what, (value if abs(value) > SMALLEST else 0.0) / (ratio.value if ratio else 1.0))


@pytest.mark.parametrize("concentration", [1e-3, 0.02, 1, 30, 1e5])
def test_a_split_sums_to_one_in_every_draw_whatever_its_concentration(concentration: float, tmp_path: Path) -> None:
    """Small shares of small concentrations lie below the smallest float, and still somebody gets everything."""
    shares = {"anode": 0.9, "slag": 0.099999, "dust": 1e-6}
    parts = (f"{name}: {{value: {value}, dirichlet: {concentration}}}" for name, value in shares.items())
    values = split(tmp_path, f"{{{', '.join(parts)}}}")
    assert set(values) == set(shares)
    assert np.abs(sum(values.values()) - 1).max() <= 1e-12
    assert min(found.min() for found in values.values()) >= 0


def test_random_splits_sum_to_what_their_means_sum_to() -> None:
    chance = np.random.default_rng(5)
    for _ in range(200):
        count, concentration = chance.integers(1, 9), 10 ** chance.uniform(-4, 6)
        means = chance.dirichlet(np.full(count, 10 ** chance.uniform(-2, 2))) * chance.choice([1.0, 0.3])
        draws = [_part(f"p{n}", mean, concentration, means.sum()) for n, mean in enumerate(means.tolist())]
        values = values_of(draws, uniforms(int(count), [draw.key for draw in draws], 50))
        assert values.min() >= 0
        assert np.abs(values.sum(axis=1) - means.sum()).max() <= 1e-12


def _part(path: str, mean: float, concentration: float, whole: float) -> Draw:
    varies = Distribution("dirichlet", (("concentration", concentration),), mean)
    return Draw(path, path, Number(mean, "1", distribution=varies), (path,), "split", whole)


def test_shares_of_inputs_and_of_partners_are_splits(tmp_path: Path) -> None:
    """What partners leave is borne by nobody; the shares of inputs leave nothing."""
    body = SMALL.format(outputs=HALVES).replace(
        "inputs: [ore]",
        "inputs: {one: {share: {value: 0.7, dirichlet: 9}, any_of: [ore]},"
        " two: {share: {value: 0.3, dirichlet: 9}, any_of: [dust]}}",
    )
    body += "    partnerships: {deal: {partners: {smelter: {value: 0.4, dirichlet: 5}, mine: 0.1}}}\n"
    found = by_path(*drawn(read(tmp_path, text(body)).world))
    inputs, partners = "companies.smelter.processes.melt.inputs", "partnerships.deal.partners"
    shares = {f"{inputs}.one.share", f"{inputs}.two.share"}
    assert found.keys() == shares | {f"{partners}.nobody", f"{partners}.smelter"}
    assert np.allclose(sum(found[path] for path in shares), 1, rtol=1e-13)
    assert np.allclose(found[f"{partners}.nobody"] + found[f"{partners}.smelter"], 0.9, rtol=1e-13)


def test_the_share_of_a_closed_flow_is_not_drawn_and_takes_nothing_from_the_others(tmp_path: Path) -> None:
    body = SMALL.format(outputs=HALVES).replace("slag: {from: smelter, to: dump, material: slag", f"slag: {SHARED}")
    body += f"      later: {SHARED}, partnership: deal}}\n"
    body += "    partnerships: {deal: {start: 2025-02-01}}\n"
    before, after = (by_path(*drawn(world)) for world in read(tmp_path, text(body)).variants["base"].worlds)
    assert set(before) == {"flows.slag.share", "flows.smelter.slag.unshared"}
    assert set(after) == {"flows.slag.share", "flows.later.share", "flows.smelter.slag.unshared"}
    assert all(np.allclose(sum(found.values()), 1, rtol=1e-13) for found in (before, after))


def test_a_split_has_the_means_and_variances_of_a_dirichlet_distribution(tmp_path: Path) -> None:
    """Var = m (1 − m) ÷ (concentration + 1): Kotz, Balakrishnan and Johnson 2000, Continuous Multivariate
    Distributions, 49."""
    given = {"anode": 0.6, "slag": 0.3, "dust": 0.1}
    parts = (f"{name}: {{value: {value}, dirichlet: 20}}" for name, value in given.items())
    values = split(tmp_path, f"{{{', '.join(parts)}}}", 20000)
    for name, mean in given.items():
        variance = mean * (1 - mean) / 21
        assert abs(values[name].mean() - mean) < 5 * np.sqrt(variance / 20000)
        assert abs(values[name].var() / variance - 1) < 0.05


def test_a_rest_is_a_part_of_the_split(tmp_path: Path) -> None:
    values = split(tmp_path, "{anode: {Cu: {value: 0.9, dirichlet: 8}, Fe: 0}, slag: {Cu: 0.04, Fe: 1}, dust: rest}")
    assert set(values) == {"anode.Cu", "dust.Cu"}
    assert np.abs(values["anode.Cu"] + values["dust.Cu"] - 0.96).max() <= 1e-12
    assert abs(values["dust.Cu"].mean() - 0.06) < 0.02


def test_a_drawn_world_is_as_sound_as_the_one_written_and_draws_the_same(tmp_path: Path) -> None:
    """Also where a part got everything, or nothing."""
    outputs = "{anode: {Cu: {value: 0.9, dirichlet: 0.001}, Fe: 0}, slag: rest}"
    world = read(tmp_path, text(SMALL.format(outputs=outputs))).world
    draws, values = drawn(world, 50)
    assert {0.0, 1.0} <= set(values.ravel())
    for row in values:
        changed = replaced(world, draws, row)
        assert check_world(changed, {}) == ()
        assert [(draw.path, draw.whole) for draw in draws_of(changed)] == [(draw.path, draw.whole) for draw in draws]


def test_each_substance_is_a_split_of_its_own(tmp_path: Path) -> None:
    some = "{Cu: {value: 0.9, dirichlet: 8}, Fe: {value: 0.2, dirichlet: 5}}"
    rest = "{Cu: {value: 0.1, dirichlet: 8}, Fe: {value: 0.8, dirichlet: 5}}"
    values = split(tmp_path, f"{{anode: {some}, slag: {rest}}}")
    for substance in ("Cu", "Fe"):
        assert np.abs(values[f"anode.{substance}"] + values[f"slag.{substance}"] - 1).max() <= 1e-12


def test_drawn_parts_share_what_fixed_ones_leave(tmp_path: Path) -> None:
    values = split(tmp_path, "{anode: {value: 0.5, dirichlet: 4}, slag: 0.2, dust: {value: 0.3, dirichlet: 4}}")
    assert np.abs(values["anode"] + values["dust"] - 0.8).max() <= 1e-12


def test_drawn_totals_leave_the_rest_to_the_rest(tmp_path: Path) -> None:
    values = split(tmp_path, "{anode: {total: {value: 0.5, dirichlet: 4}}, slag: {total: 0.2}, dust: rest}")
    assert np.abs(values["anode.total"] + values["dust.total"] - 0.8).max() <= 1e-12


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (
            "{anode: {total: {value: 0.5, dirichlet: 4}}, slag: {Cu: 0.5}, dust: rest}",
            "outputs.slag.Cu for some only: write `rest` there, or no dirichlet here",
        ),
        (
            "{anode: {value: 0.5, dirichlet: 4, draw: a}, slag: {value: 0.5, dirichlet: 4, draw: a}}",
            "of the same split, which is drawn with it: leave `draw` out",
        ),
        ("{anode: {value: 0.5, dirichlet: 4}, slag: 0.5}", "so it never varies"),
        (
            "{anode: {value: 0.5, dirichlet: 4}, slag: {value: 0.2, uniform: [0.1, 0.3]}, dust: rest}",
            "which varies too: write dirichlet there, or one number",
        ),
    ],
)
def test_splits_that_could_not_sum_to_one_are_refused(outputs: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"companies\.smelter\.processes\.melt\.outputs") as caught:
        read(tmp_path, text(SMALL.format(outputs=outputs)))
    assert said in str(caught.value)


def test_a_number_that_is_scaled_to_nothing_no_longer_varies(tmp_path: Path) -> None:
    body = SMALL.format(outputs=HALVES).replace("5 t/day", "{uniform: [4 t/day, 6 t/day]}")
    body += "    interventions: {stop: {at: 2025-02-01, scale: {companies.smelter.processes.melt.rate: 0}}}\n"
    worlds = read(tmp_path, text(body)).variants["base"].worlds
    assert [len(draws_of(world)) for world in worlds] == [1, 0]


def test_adding_a_part_changes_no_other_draw(tmp_path: Path) -> None:
    one = SMALL.format(outputs=HALVES).replace("5 t/day", "{uniform: [4 t/day, 6 t/day]}")
    two = one.replace("ore: {}", "ore: {price: {uniform: [1 EUR/t, 2 EUR/t]}}")
    values = [by_path(*drawn(read(tmp_path, text(body)).world)) for body in (one, two)]
    assert [len(found) for found in values] == [1, 2]
    rate = "companies.smelter.processes.melt.rate"
    assert np.array_equal(values[0][rate], values[1][rate])


def test_nothing_is_drawn_where_nothing_varies(tmp_path: Path) -> None:
    world = read(tmp_path, text(SMALL.format(outputs=HALVES))).world
    assert draws_of(world) == ()
    assert replaced(world, (), ()) == world
