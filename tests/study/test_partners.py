"""What every partnership contributes: coalitions as lanes, and laws that their values obey."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator import engine
from simulator.accounting.outcomes import CASH_FLOW, EMISSIONS, NOT_RECYCLED, Outcome
from simulator.errors import ScenarioError, UserError
from simulator.scenario import load
from simulator.study import executors, partners
from simulator.study.coalitions import Bench, Inquiry, Part, name_of
from simulator.study.executors import Workers
from simulator.study.partners import Findings, Question, ask, simulate
from simulator.study.replication import Failure
from simulator.study.run import run
from tests.engine import everything
from tests.engine.builders import read, text
from tests.study.test_replications import FAILING

CRATES = """
schema: 1
name: crates
seed: 3
time: {start: 2025-01-01, end: 2027-07-01, step: 1 day, report: month}
substances: [PP, dirt]
tables: {mix: {file: mix.csv, index: date, value: factor, unit: t CO2e/MWh, outside: hold}}
materials:
  virgin: {composition: {PP: 1}}
  regranulate: {composition: {PP: 1}}
  crate: {composition: {PP: 1}}
  old_crate: {composition: {PP: 0.98, dirt: 0.02}, waste: true}
  residue: {composition: {PP: 0.83, dirt: 0.17}, waste: true}
companies:
  moulder:
    inventories: {regranulate: {order_up_to: 10 day}, virgin: {order_up_to: 10 day, initial: 220 t}}
    processes:
      mould: {inputs: [regranulate, virgin], rate: 20 t/day, outputs: {crate: 1}, energy: {electricity: 1.4 MWh/t}}
  brewery:
    uses:
      crates: {material: crate, demand: 15 t/day, lifetime: {weibull: {shape: 3, scale: 1 year}}, initial: 9000 t,
               soiling: {dirt: 0.02}, end_of_life: old_crate}
  recycler:
    processes:
      sort: {inputs: [old_crate], rate: {value: 12 t/day, uniform: [6 t/day, 14 t/day]}, cost: 20 EUR/t,
             outputs: {regranulate: {PP: 0.9, dirt: 0}, residue: rest}, energy: {electricity: 0.2 MWh/t}}
  shredder:
    processes:
      shred: {inputs: [old_crate], rate: 5 t/day, outputs: {regranulate: {PP: 0.8, dirt: 0}, residue: rest},
              partnership: shredding}
energy: {electricity: {emission_factor: 0.4 t CO2e/MWh, price: {value: 110 EUR/MWh, normal: {sd: 20 EUR/MWh}}}}
transport: {truck: {emission_factor: 112 g CO2e/(t km), cost: 0.12 EUR/(t km)}}
boundary:
  market: {supplies: {virgin: {price: 1300 EUR/t, emission_factor: 1.6 t CO2e/t}}}
  burner: {accepts: {old_crate: {fee: 150 EUR/t, fate: incineration, emission_factor: 2.4 t CO2e/t},
                     residue: {fee: 150 EUR/t, fate: incineration, emission_factor: 2.0 t CO2e/t}}}
flows:
  buy_virgin: {from: market, to: moulder, material: virgin}
  crates: {from: moulder, to: brewery, material: crate, transport: truck, distance: 60 km}
  take_back: {from: brewery, to: recycler, material: old_crate, rank: 1, transport: truck, distance: 40 km,
              price: -40 EUR/t, partnership: deposit}
  regranulate: {from: recycler, to: moulder, material: regranulate, rank: 1, price: 900 EUR/t}
  to_shredder: {from: brewery, to: shredder, material: old_crate, rank: 2, price: -30 EUR/t, partnership: shredding}
  shreds: {from: shredder, to: moulder, material: regranulate, rank: 2, price: 800 EUR/t, partnership: shredding}
  burn_crates: {from: brewery, to: burner, material: old_crate}
  burn_rest: {from: recycler, to: burner, material: residue}
  burn_shreds: {from: shredder, to: burner, material: residue}
partnerships:
  deposit: {partners: {brewery: 0.5, recycler: 0.5}, start: 2025-07-01, capex: 0.4 MEUR}
  shredding: {partners: {shredder: 1}, start: 2026-01-15, opex: 10 kEUR/year, set: {flows.take_back.capacity: 9 t/day}}
  green_power:
    {partners: {moulder: 1}, scale: {companies.moulder.processes.mould.energy.electricity: 0.7}}
  idle: {partners: {recycler: 1}, scale: {companies.recycler.processes.sort.rate: 1}}
interventions:
  dear_power: {at: 2026-06-01, for: 100 day, scale: {energy.electricity.price: 2}}
variants:
  linear: {partnerships: [], interventions: []}
  circular: {}
  pair: {partnerships: [deposit, green_power], set: {energy.electricity.emission_factor: {table: mix}}}
  single: {partnerships: [deposit]}
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crates")
    (folder / "mix.csv").write_text("date,factor\n2025-01-01,0.4\n2026-01-01,0.3\n2027-01-01,0.2\n", encoding="utf-8")
    file = folder / "crates.yaml"
    file.write_text(CRATES, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def found(path: Path) -> Findings:
    return simulate(ask(path, Question("circular")))


@pytest.fixture(scope="module")
def drawn(path: Path) -> Findings:
    return simulate(ask(path, Question("circular", replications=6)))


def at(found: Findings, name: str, node: str = "network") -> int:
    return next(n for n, one in enumerate(found.outcomes) if (one.name, one.node) == (name, node))


def as_written(
    path: Path, names: tuple[str, ...], interventions: tuple[str, ...], sets: tuple[str, ...]
) -> dict[Outcome, float]:
    """Outcomes of a coalition that stands as a variant in the file, from the table of a run of it alone."""
    more = {"mine": {"partnerships": list(names), "interventions": list(interventions)}}
    table = run(load(path, sets, ("mine",), more=more)).tables.indicators
    table = table[table["period"] == "total"]
    rows = zip(*(table[name] for name in ("node", "indicator", "item", "unit", "value")), strict=True)
    figures = {(str(node), str(name), str(item)): (str(unit), float(value)) for node, name, item, unit, value in rows}
    kept = {("cash_flow", "total"), ("emissions", "total"), ("waste", "total"), ("recycled_content", "recycled")}
    return {
        Outcome(name, node, unit): value
        for (node, name, item), (unit, value) in figures.items()
        if (name, item) in kept and (node == "network" or name == "cash_flow")
    }


def test_a_coalition_is_bit_for_bit_the_same_coalition_written_as_a_variant(path: Path, found: Findings) -> None:
    """Whatever else is in its batch, and though the plan was made from others."""
    inquiry = found.inquiry
    assert len(inquiry.coalitions) == 16
    for place, coalition in enumerate(inquiry.coalitions):
        expected = as_written(path, inquiry.names(coalition), ("dear_power",), ("time.report=year",))
        assert len(expected) >= 6
        for outcome, value in expected.items():
            assert found.worth[place, 0, found.outcomes.index(outcome)] == value


FURTHER = """partnerships:
  calm: {partners: {smelter: 1}, scale: {companies.smelter.processes.melt.minimum: 0.5}}
  tidy: {partners: {drawer: 1}, start: 2025-01-13, set: {flows.offcut.capacity: 0.1 t/day}}
  needy: {partners: {town: 1}, start: 2025-01-20, set: {companies.town.uses.wires.demand: 0.7 t/day}}
"""


def test_so_it_is_in_a_scenario_of_all_features(tmp_path: Path) -> None:
    """Lots, lags, cohorts, orders as needed, the cheapest way, contracts, outages, start-ups, time series."""
    body = everything.BODY.replace("partnerships:\n", FURTHER, 1)
    written = text(body, end="2025-02-05", report="month")
    read(tmp_path, written, everything.FILES)
    (file,) = tmp_path.glob("*.yaml")
    found = simulate(ask(file, Question("circular")))
    assert len(found.inquiry.coalitions) == 16
    for place, coalition in list(enumerate(found.inquiry.coalitions))[1::3]:
        names, happening = found.inquiry.names(coalition), found.inquiry.source.interventions
        for outcome, value in as_written(file, names, happening, ("time.report=year",)).items():
            assert found.worth[place, 0, found.outcomes.index(outcome)] == value


def test_not_recycled_is_the_waste_whose_fate_is_not_recycling(found: Findings, path: Path) -> None:
    table = run(load(path, ("time.report=year",), ("circular",))).tables.indicators
    table = table[(table["period"] == "total") & (table["node"] == "network") & (table["indicator"] == "waste")]
    fates = dict(zip(table["item"], table["value"], strict=True))
    expected = fates["total"] - fates.get("recycling", 0.0)
    assert found.worth[-1, 0, at(found, NOT_RECYCLED)] == pytest.approx(expected)


def test_values_sum_to_what_all_partnerships_change(found: Findings) -> None:
    sums = found.shapley.mean.sum(axis=0)
    assert sums == pytest.approx(found.whole.mean, rel=1e-9, abs=1e-6)
    assert found.whole.mean[at(found, EMISSIONS)] < 0


def test_a_partnership_that_changes_nothing_gets_nothing(found: Findings) -> None:
    place = found.partnerships.index("idle")
    assert not found.shapley.mean[place].any()
    assert not found.alone.mean[place].any()
    assert not found.left_out.mean[place].any()
    assert not found.pairs["interaction"].mean[place].any()


def test_companies_gain_what_the_network_gains(found: Findings) -> None:
    own = [n for n, one in enumerate(found.outcomes) if one.name == CASH_FLOW and one.node != "network"]
    assert found.shapley.mean[:, own].sum(axis=1) == pytest.approx(found.shapley.mean[:, at(found, CASH_FLOW)])


def test_who_drops_out_takes_its_partnerships_along(found: Findings) -> None:
    """The recycler's are the deposit and the idle one: what is lost is what the deposit adds to all others."""
    names, effect = found.dropouts["recycler"]
    assert set(names) == {"deposit", "idle"}
    deposit = found.partnerships.index("deposit")
    assert effect.mean == pytest.approx(-found.left_out.mean[deposit])


def test_two_that_want_the_same_crates_stand_in_each_others_way(found: Findings) -> None:
    pair = found.partnerships.index("deposit"), found.partnerships.index("shredding")
    assert found.pairs["interaction"].mean[(*pair, at(found, NOT_RECYCLED))] > 0
    assert found.shapley.mean[pair[0], at(found, NOT_RECYCLED)] < 0


def test_twins_get_the_same(path: Path, tmp_path: Path) -> None:
    """Two that each halve what is left of the power of the moulder."""
    green = "{partners: {moulder: 1}, scale: {companies.moulder.processes.mould.energy.electricity: 0.7}}"
    text = re.sub("  idle: .*", f"  twin: {green}", CRATES)
    (tmp_path / "mix.csv").write_text((path.parent / "mix.csv").read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / "twins.yaml"
    file.write_text(text, encoding="utf-8")
    found = simulate(ask(file, Question("circular")))
    one, other = found.partnerships.index("twin"), found.partnerships.index("green_power")
    assert found.shapley.mean[one] == pytest.approx(found.shapley.mean[other], rel=1e-9)
    assert found.shapley.mean[one, at(found, EMISSIONS)] < 0


def test_sampled_orders_give_the_exact_values_within_their_intervals(path: Path, found: Findings) -> None:
    """Of four partnerships few orders are all there are, so that the intervals are honest but need not be narrow."""
    sampled = simulate(ask(path, Question("circular", most=3, permutations=40)))
    assert sampled.orders is not None
    assert sampled.shapley.mean.sum(axis=0) == pytest.approx(sampled.whole.mean, rel=1e-9, abs=1e-6)
    slack = 1e-9 * np.abs(found.worth).max(axis=(0, 1))
    held = (sampled.shapley.low - slack <= found.shapley.mean) & (found.shapley.mean <= sampled.shapley.high + slack)
    assert held.mean() > 0.9


def test_replications_leave_the_numbers_as_they_are_alone(found: Findings, drawn: Findings) -> None:
    assert (drawn.worth[:, 0] == found.worth[:, 0]).all()
    assert drawn.complete == (1, 2, 3, 4, 5, 6)
    assert (drawn.shapley.low <= drawn.shapley.mean).all()
    assert drawn.shapley.mean.sum(axis=0) == pytest.approx(drawn.whole.mean, rel=1e-9, abs=1e-6)


def test_coalitions_share_the_draws_of_a_replication(drawn: Findings) -> None:
    """The idle partnership changes nothing in any draw, and gets no interval; the deposit has one."""
    assert not drawn.shapley.mean[drawn.partnerships.index("idle")].any()
    deposit = drawn.partnerships.index("deposit"), at(drawn, NOT_RECYCLED)
    assert drawn.shapley.low[deposit] < drawn.shapley.high[deposit]


def test_draws_are_those_of_a_run(path: Path, drawn: Findings) -> None:
    """The coalition of all, replication 2, is `circular` in replication 2 of a run."""
    scenario = load(path, ("time.report=year",), ("circular",))
    ensemble = run(scenario, replications=2).ensemble
    assert ensemble is not None
    account, key = ensemble.accounts[0], ("network", "emissions", "total", "t CO2e")
    lane = [(one.variant, one.replication) for one in account.lanes].index(("circular", 2))
    expected = account.figures.values[lane, -1, account.figures.keys.index(key)]
    assert drawn.worth[-1, 2, at(drawn, EMISSIONS)] == expected


@pytest.mark.parametrize(("first", "last"), [(5, 5), (40, 47), (0, 111)])
def test_a_lane_does_not_depend_on_its_block(drawn: Findings, first: int, last: int) -> None:
    part = Bench(drawn.inquiry).part(first, last)
    whole = drawn.worth.reshape(drawn.inquiry.lanes, -1)
    for column, outcome in enumerate(drawn.outcomes):
        assert (part.figures.get(outcome, np.zeros(last - first + 1)) == whole[first : last + 1, column]).all()


def test_processes_give_the_same_as_threads(path: Path, found: Findings) -> None:
    again = simulate(ask(path, Question("circular")), executors.processes(2))
    assert (again.worth == found.worth).all()


def bench(path: Path, variant: str, coalitions: tuple[int, ...]) -> Bench:
    inquiry = ask(path, Question(variant)).inquiry
    return Bench(replace(inquiry, coalitions=coalitions))


def test_what_no_world_of_the_plan_shows_gets_a_plan_of_its_own(path: Path) -> None:
    """A number that only one coalition gives is a constant elsewhere; there it must count."""
    whole = bench(path, "circular", (3,))
    narrow = Bench(whole.inquiry)
    few = {name: narrow.spanning[name] for name in (name_of(0),)}
    narrow.spanning, narrow.plans = few, narrow.planned(few)
    variant = narrow.resolved(3, narrow.memory)
    assert narrow.plan_of(variant, {}) is not narrow.plans[0]
    assert narrow.plan_of(narrow.spanning[name_of(0)], {}) is narrow.plans[0]
    assert whole.plan_of(variant, {}) is whole.plans[0]
    left, right = narrow.part(0, 0), whole.part(0, 0)
    assert {key: list(values) for key, values in left.figures.items()} == {
        key: list(values) for key, values in right.figures.items()
    }


def test_products_with_time_series_that_the_plan_lacks_are_summed_by_another(path: Path) -> None:
    """The plan is made without the terms that accounting needs; balances and figures are the same."""
    whole, narrow = bench(path, "pair", (0, 3)), bench(path, "pair", (0, 3))
    narrow.plans = engine.plans(replace(narrow.inquiry.scenario, variants=narrow.spanning), ())
    left, right = narrow.part(0, 1), whole.part(0, 1)
    assert left.figures.keys() == right.figures.keys()
    assert all((left.figures[outcome] == right.figures[outcome]).all() for outcome in left.figures)


def test_what_a_variant_sets_and_its_interventions_hold_in_every_coalition(path: Path) -> None:
    pair = bench(path, "pair", (0, 1, 2, 3))
    part = pair.part(0, 3)
    scenario = load(path, ("time.report=year",), ("pair",))
    table = run(scenario).tables.indicators
    chosen = table[(table["period"] == "total") & (table["node"] == "network") & (table["indicator"] == "emissions")]
    (expected,) = chosen[chosen["item"] == "total"]["value"]
    assert part.figures[Outcome(EMISSIONS, "network", "t CO2e")][3] == expected


def test_partnerships_that_start_after_the_run_are_no_players(path: Path) -> None:
    asked = ask(path, Question("circular"), ("partnerships.idle.start=2030-01-01",))
    assert "idle" not in asked.inquiry.partnerships
    assert "starts on 2030-01-01" in asked.late[0]


def test_the_variant_with_most_partnerships_is_asked_unless_another_is_named(path: Path) -> None:
    assert ask(path, Question()).inquiry.source.variant == "circular"
    assert ask(path, Question()).other_variants == ("pair", "single")
    assert ask(path, Question("pair")).inquiry.partnerships == ("deposit", "green_power")


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        ("linear", "variant linear has no partnerships; ask for --variant circular"),
        ("single", "variant single has one partnership only, deposit: .* ask what it pays with `price deposit`"),
        ("circulor", "unknown variant circulor, did you mean circular"),
    ],
)
def test_a_variant_that_cannot_be_asked_is_refused_with_what_to_do(path: Path, variant: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        ask(path, Question(variant))


def test_partnerships_that_exclude_each_other_are_named(path: Path, tmp_path: Path) -> None:
    """Two that set one number, of which the variant has to have both."""
    setting = "set: {companies.recycler.processes.sort.cost: 5 EUR/t}"
    text = CRATES.replace("scale: {companies.recycler.processes.sort.rate: 1}", setting)
    text = text.replace("set: {flows.take_back.capacity: 9 t/day}", setting).replace("start: 2026-01-15, ", "")
    (tmp_path / "mix.csv").write_text("date,factor\n2025-01-01,0.4\n", encoding="utf-8")
    file = tmp_path / "both.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="set"):
        ask(file, Question("circular"))


FRIDGES = FAILING.replace("{fixed: {value: 3 day, choice: {values: [0.4 day, 3 day], weights: [0.5, 0.5]}}}", "LASTS")
OFTEN = "{value: 3 day, choice: {values: [0.4 day, 3 day], weights: [0.5, 0.5]}}"


def fridges(folder: Path, short: str, replications: int = 0, workers: Workers | None = None) -> Findings:
    """Two partnerships, one of which gives fridges a lifetime that may be too short to be simulated."""
    deals = f"""
partnerships:
  short: {{partners: {{town: 1}}, set: {{companies.town.uses.fridge.lifetime.fixed: {short}}}}}
  cheap: {{partners: {{town: 1}}, opex: 5 EUR/year}}
variants: {{both: {{}}}}
"""
    read(folder, text(FRIDGES.replace("LASTS", "{fixed: 3 day}") + deals, end="2025-01-20"))
    return simulate(ask(folder / "scenario.yaml", Question("both", replications=replications)), workers)


def test_replications_in_which_a_coalition_fails_are_left_out_of_all(tmp_path: Path) -> None:
    """Whichever of the coalitions it is: they are compared in the same draws only."""
    found = fridges(tmp_path, OFTEN, 12)
    bad = {one.replication for one in found.failures}
    assert 2 <= len(bad) <= 10
    with_short = {name_of(one) for one in found.inquiry.coalitions if "short" in found.inquiry.names(one)}
    assert {one.variant for one in found.failures} == with_short
    assert set(found.complete) == set(range(1, 13)) - bad
    assert np.isfinite(found.shapley.mean).all()
    assert found.shapley.mean.sum(axis=0) == pytest.approx(found.whole.mean, abs=1e-9)


@pytest.mark.parametrize("workers", [executors.threads(1), executors.processes(1)], ids=["threads", "processes"])
def test_a_coalition_of_which_no_plan_can_be_made_is_told_with_its_place(tmp_path: Path, workers: Workers) -> None:
    """By whoever meets it: an error that a worker cannot send would break the worker instead."""
    with pytest.raises(ScenarioError, match=r"scenario\.yaml:\d+: companies\.town\.uses\.fridge: of what enters"):
        fridges(tmp_path, "0.4 day", workers=workers)


def test_a_coalition_that_fails_with_the_numbers_as_they_are_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(path, Question("pair"))
    failed = Part(0, 3, {}, (Failure(name_of(2), 0, "crates.yaml:7: settle: goes round"),), 0, 0.0)
    monkeypatch.setattr(partners, "worked_off", lambda *_: [failed])
    with pytest.raises(UserError, match=r"^crates\.yaml:7: settle: goes round \(with the partnerships green_power\)$"):
        simulate(asked)


def test_where_in_every_replication_some_coalition_fails_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"in every replication some coalition failed; the first: scenario\.yaml"):
        fridges(tmp_path, "{value: 3 day, choice: [0.3 day, 0.4 day]}", 2)


def test_an_inquiry_names_its_coalitions_in_the_order_of_the_variant(found: Findings) -> None:
    inquiry: Inquiry = found.inquiry
    assert inquiry.partnerships == ("shredding", "deposit", "green_power", "idle")
    assert inquiry.names(0b0111) == ("deposit", "shredding", "green_power")
