"""From a file to variants and epochs: precedence, dates, places, and what is shared."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import ScenarioError, UserError
from simulator.scenario import json_schema, load
from simulator.scenario.dump import dump
from simulator.scenario.models import Model, Process, World
from simulator.scenario.numbers import Span
from simulator.scenario.scenario import Scenario
from simulator.scenario.schema import descriptions

CRATES = """
schema: 1
name: crates
title: A brewery, a moulder and a recycler close the loop of plastic crates
time: {start: 2025-01-01, end: 2035-01-01, step: 1 day, report: month}
substances: [PP, dirt]
materials:
  virgin:      {composition: {PP: 1}}
  regranulate: {composition: {PP: 1}}
  crate:       {composition: {PP: 1}, piece: 1.9 kg}
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
               soiling: {dirt: 0.02}, end_of_life: old_crate}
  recycler:
    processes:
      sort: {inputs: [old_crate], rate: 12 t/day, outputs: {regranulate: {PP: 0.9, dirt: 0}, residue: rest}}
energy:
  electricity: {emission_factor: 363 g CO2e/kWh, price: 110 EUR/MWh}
transport:
  truck: {emission_factor: 112 g CO2e/(t km), cost: 0.12 EUR/(t km)}
boundary:
  market: {supplies: {virgin: {price: 1300 EUR/t, emission_factor: 1.6 t CO2e/t}}}
  burner: {accepts: {old_crate: {fee: 150 EUR/t, fate: incineration, emission_factor: 2.4 t CO2e/t},
                     residue:   {fee: 150 EUR/t, fate: incineration, emission_factor: 2.0 t CO2e/t}}}
flows:
  buy_virgin:  {from: market, to: moulder, material: virgin}
  crates:      {from: moulder, to: brewery, material: crate, transport: truck, distance: 60 km}
  take_back:   {from: brewery, to: recycler, material: old_crate, rank: 1, transport: truck, distance: 40 km,
                lot_size: 12 t, price: -40 EUR/t, partnership: deposit}
  regranulate: {from: recycler, to: moulder, material: regranulate, rank: 1, price: 900 EUR/t, transport: truck,
                distance: 25 km}
  burn_crates: {from: brewery, to: burner, material: old_crate}
  burn_rest:   {from: recycler, to: burner, material: residue}
partnerships:
  deposit: {title: Deposit on crates, partners: {brewery: 0.5, recycler: 0.5}, start: 2026-01-01, capex: 0.4 MEUR}
"""
VARIANTS = """variants:
  linear:   {partnerships: []}
  circular: {partnerships: [deposit]}
"""
RATE = "companies.recycler.processes.sort.rate"
SOLE = re.sub(r"\npartnerships:.*", "\n", CRATES, flags=re.S).replace(", partnership: deposit", "")
"""The same without partnerships."""

Loader = Callable[..., Scenario]


@pytest.fixture
def crates(tmp_path: Path) -> Loader:
    """`crates(text, …)` loads the file with more text at its end and arguments of `load`."""

    def loader(more: str = VARIANTS, text: str = CRATES, **arguments: Any) -> Scenario:
        path = tmp_path / "crates.yaml"
        path.write_text(text.lstrip() + more, encoding="utf-8")
        return load(path, **arguments)

    return loader


def rates(scenario: Scenario, variant: str = "base") -> list[tuple[datetime, float]]:
    """The sorting rate from each of its dates on."""
    epochs = scenario.variants[variant].epochs
    return [(epoch.start, epoch.world.companies["recycler"].processes["sort"].rate.value) for epoch in epochs]


def rate(scenario: Scenario, variant: str = "base") -> float:
    return rates(scenario, variant)[0][1]


def faults(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        call()
    return str(caught.value).splitlines()


# The example


def test_the_smallest_honest_scenario_loads(crates: Loader) -> None:
    scenario = crates()
    assert list(scenario.variants) == ["linear", "circular"]
    assert scenario.world.time.step == Span(seconds=86400)
    assert scenario.world.time.report == Span(months=1)
    piece = scenario.world.materials["crate"].piece
    assert piece is not None
    assert piece.value == pytest.approx(0.0019)
    electricity = scenario.world.energy["electricity"].emission_factor
    assert electricity is not None
    assert electricity.by_gas["CO2e"].value == pytest.approx(0.363)
    assert electricity.by_gas["CO2e"].unit == "t CO2e/MWh"


def test_a_list_of_inputs_is_one_slot_in_order_of_preference(crates: Loader) -> None:
    (slot,) = crates().world.companies["moulder"].processes["mould"].inputs.values()
    assert (slot.share.value, slot.any_of) == (1, ("regranulate", "virgin"))


def test_files_are_known_by_their_digest_and_parts_by_their_lines(crates: Loader) -> None:
    scenario = crates()
    assert list(scenario.files) == ["crates.yaml"]
    assert len(scenario.files["crates.yaml"]) == 64
    assert scenario.places["flows.take_back.to"] == ("crates.yaml", 36)


def test_models_are_frozen(crates: Loader) -> None:
    with pytest.raises(ValueError, match="frozen"):
        crates().world.name = "other"


# Variants


def test_without_variants_there_is_one_named_base_with_all_partnerships(crates: Loader) -> None:
    scenario = crates("")
    assert list(scenario.variants) == ["base"]
    assert scenario.variants["base"].partnerships == ("deposit",)


def test_a_variant_without_partnerships_has_all(crates: Loader) -> None:
    assert crates("variants: {v: {}}").variants["v"].partnerships == ("deposit",)


def test_a_variant_without_interventions_has_all_that_no_other_names(crates: Loader) -> None:
    more = "interventions: {a: {at: 2026-01-01}, b: {at: 2027-01-01}}\nvariants: {v: {}, w: {interventions: [b]}}\n"
    scenario = crates(more)
    assert scenario.variants["v"].interventions == ("a",)
    assert scenario.variants["w"].interventions == ("b",)


def test_only_the_variants_asked_for_are_resolved_in_the_order_asked_for(crates: Loader) -> None:
    assert list(crates(variants=["circular"]).variants) == ["circular"]
    assert list(crates(variants=["circular", "linear"]).variants) == ["circular", "linear"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [([], "no variant is named; known: linear, circular"), (["linear", "linear"], "variant linear is named twice")],
)
def test_variants_are_named_and_each_once(crates: Loader, wanted: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        crates(variants=wanted)


def test_an_unknown_variant_is_named(crates: Loader) -> None:
    with pytest.raises(UserError, match=r"unknown variant circle, did you mean circular\?"):
        crates(variants=["circle"])


# Precedence


def test_the_file_comes_first_then_partnerships_variant_and_command_line(crates: Loader) -> None:
    """A later level wins."""
    deal = f"  deal: {{set: {{{RATE}: 13 t/day}}}}\n"
    variant = f"variants: {{v: {{set: {{{RATE}: 14 t/day}}}}}}\n"
    assert rate(crates("")) == 12
    assert rate(crates(deal)) == 13
    assert rate(crates(deal + variant), "v") == 14
    assert rate(crates(deal + variant, sets=[f"{RATE}=15 t/day"]), "v") == 15


def test_interventions_come_last_by_date(crates: Loader) -> None:
    early = f"  early: {{at: 2027-01-01, set: {{{RATE}: 16 t/day}}}}\n"
    late = f"  late: {{at: 2028-01-01, for: 1 year, set: {{{RATE}: 17 t/day}}}}\n"
    scenario = crates("interventions:\n" + late + early, text=SOLE, sets=[f"{RATE}=15 t/day"])
    years = [(start.year, value) for start, value in rates(scenario)]
    assert years == [(2025, 15), (2027, 16), (2028, 17), (2029, 16)]


def test_factors_multiply_across_levels(crates: Loader) -> None:
    deal = f"  deal: {{scale: {{{RATE}: 0.5}}}}\n"
    variant = f"variants: {{v: {{scale: {{{RATE}: 50 %}}}}}}\n"
    assert rate(crates(deal + variant), "v") == 3


def test_a_later_set_replaces_an_earlier_factor_and_a_later_factor_multiplies_an_earlier_set(crates: Loader) -> None:
    scaled = f"  deal: {{scale: {{{RATE}: 0.5}}}}\nvariants: {{v: {{set: {{{RATE}: 8 t/day}}}}}}\n"
    replaced = f"  deal: {{set: {{{RATE}: 8 t/day}}}}\nvariants: {{v: {{scale: {{{RATE}: 0.5}}}}}}\n"
    assert rate(crates(scaled), "v") == 8
    assert rate(crates(replaced), "v") == 4


def test_set_comes_before_scale_within_a_level(crates: Loader) -> None:
    assert rate(crates(f"variants: {{v: {{scale: {{{RATE}: 0.5}}, set: {{{RATE}: 8 t/day}}}}}}"), "v") == 4


def test_two_sets_of_one_path_within_a_level_are_a_fault(crates: Loader) -> None:
    two = f"  a: {{set: {{{RATE}: 8 t/day}}}}\n  b: {{set: {{{RATE}: 9 t/day}}}}\n"
    message = f"crates.yaml:45: {RATE}: is set twice by changes in force together, also in crates.yaml:44"
    assert faults(lambda: crates(two)) == [message]


def test_two_sets_of_one_path_never_in_force_together_are_none(crates: Loader) -> None:
    two = f"  a: {{set: {{{RATE}: 8 t/day}}}}\n  b: {{set: {{{RATE}: 9 t/day}}}}\n"
    scenario = crates(two + "variants: {v: {partnerships: [a]}, w: {partnerships: [b]}}\n")
    assert (rate(scenario, "v"), rate(scenario, "w")) == (8, 9)


def test_a_set_around_another_is_a_fault_too(crates: Loader) -> None:
    inner, outer = "flows.crates.capacity", "flows.crates"
    sets = [f"{inner}=3 t/day", f"{outer}={{from: moulder, to: brewery, material: crate}}"]
    assert faults(lambda: crates("", sets=sets)) == [
        "--set:2: flows.crates: is set twice by changes in force together, also in --set:1"
    ]


# Dates


def test_a_partnership_begins_at_its_start(crates: Loader) -> None:
    """Before it, its flows are closed and its numbers do not hold."""
    dated = CRATES.replace("capex: 0.4 MEUR", f"capex: 0.4 MEUR, set: {{{RATE}: 13 t/day}}")
    scenario = crates("", text=dated)
    assert rates(scenario) == [(datetime(2025, 1, 1), 12), (datetime(2026, 1, 1), 13)]
    before, since = scenario.variants["base"].epochs
    assert not before.world.flows["take_back"].active
    assert since.world.flows["take_back"].active


def test_a_flow_of_several_partnerships_needs_all_of_them(crates: Loader) -> None:
    text = CRATES.replace("partnership: deposit", "partnership: [deposit, other]")
    more = "  other: {}\nvariants: {v: {partnerships: [deposit]}, w: {}}\n"
    scenario = crates(more, text=text)
    assert not scenario.variants["v"].epochs[-1].world.flows["take_back"].active
    assert scenario.variants["w"].epochs[-1].world.flows["take_back"].active


def test_the_world_as_written_has_all_partnerships_on(crates: Loader) -> None:
    assert crates().world.flows["take_back"].active


def test_an_intervention_holds_from_its_date_for_its_time(crates: Loader) -> None:
    more = f"interventions: {{pause: {{at: 2027-10-01, for: 200 day, scale: {{{RATE}: 0.8}}}}}}\n"
    scenario = crates(more, text=SOLE)
    assert rates(scenario) == [
        (datetime(2025, 1, 1), 12),
        (datetime(2027, 10, 1), pytest.approx(9.6)),
        (datetime(2028, 4, 18), 12),
    ]


def test_dates_outside_the_run_cut_nothing_and_are_warned_of(crates: Loader) -> None:
    more = f"interventions: {{late: {{at: 2040-01-01, set: {{{RATE}: 1 t/day}}}}}}\n"
    scenario = crates(more, text=SOLE)
    assert len(scenario.variants["base"].epochs) == 1
    assert scenario.warnings == (
        "crates.yaml:42: interventions.late: begins outside the run: change its `at`, or leave it out",
    )


def test_an_intervention_before_the_run_holds_from_its_start(crates: Loader) -> None:
    more = f"interventions: {{early: {{at: 2024-01-01, set: {{{RATE}: 1 t/day}}}}}}\n"
    assert rates(crates(more, text=SOLE)) == [(datetime(2025, 1, 1), 1)]


def test_the_command_line_may_move_a_start_or_the_end(crates: Loader) -> None:
    scenario = crates("", sets=["partnerships.deposit.start=2028-01-01", "time.end=2030-01-01"])
    assert [start.year for start, _ in rates(scenario)] == [2025, 2028]
    assert scenario.world.time.end == datetime(2030, 1, 1)


def test_a_fault_of_one_variant_names_it(crates: Loader) -> None:
    more = f"variants: {{v: {{}}, w: {{set: {{{RATE}: 12 t}}}}}}"
    assert faults(lambda: crates(more)) == [
        f"crates.yaml:44: {RATE}: `t` is the wrong kind of unit, expected t/day, like `12 t/day` (in variant w)"
    ]


def test_a_fault_of_the_file_is_said_once_whatever_the_variants(crates: Loader) -> None:
    broken = CRATES.replace("rate: 12 t/day", "rate: 12 t")
    assert len(faults(lambda: crates(text=broken))) == 1


# Paths


def test_an_inventory_that_is_not_declared_may_be_changed(crates: Loader) -> None:
    scenario = crates("", sets=["companies.recycler.inventories.old_crate.capacity=50 t"])
    capacity = scenario.world.companies["recycler"].inventories["old_crate"].capacity
    assert capacity is not None
    assert capacity.value == 50


def test_a_substance_may_be_added_to_coefficients(crates: Loader) -> None:
    scenario = crates("", sets=["companies.recycler.processes.sort.outputs.regranulate.dirt=0.1"])
    coefficients = scenario.world.companies["recycler"].processes["sort"].outputs["regranulate"].by_substance
    assert coefficients is not None
    assert coefficients["dirt"].value == 0.1


def test_the_command_line_may_set_whole_parts(crates: Loader) -> None:
    scenario = crates("", sets=["companies.brewery.uses.crates.lifetime={fixed: 5 year}"])
    assert scenario.world.companies["brewery"].uses["crates"].lifetime.weibull is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate", "--set:1: `rate` is not of the form path=value"),
        ("=3", "--set:1: `=3` is not of the form path=value"),
        ("seed=", "--set:1: seed: has no value: write one"),
        ("seed=[", "--set:1: seed: is not YAML: did not find expected node content"),
        ("sed=3", "--set:1: sed: no such path: unknown key sed, did you mean seed?"),
        ("seed=x", "--set:1: seed: `x` is not a whole number"),
    ],
)
def test_faults_of_the_command_line_name_its_argument(crates: Loader, text: str, message: str) -> None:
    assert faults(lambda: crates("", sets=[text])) == [message]


def test_the_seed_of_the_command_line_wins(crates: Loader) -> None:
    assert crates("seed: 3\n").world.seed == 3
    scenario = crates("seed: 3\n", seed=4)
    assert scenario.world.seed == scenario.variants["base"].epochs[0].world.seed == 4


# What is shared


def test_what_no_override_touches_is_validated_once(crates: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred variants that change one process validate the other company once."""
    more = "variants:\n" + "".join(f"  v{n}: {{set: {{{RATE}: {n + 1} t/day}}}}\n" for n in range(100))
    scenario = crates(more)
    moulders = {id(item.epochs[0].world.companies["moulder"]) for item in scenario.variants.values()}
    flows = {id(epoch.world.flows["crates"]) for item in scenario.variants.values() for epoch in item.epochs}
    closed = {id(item.epochs[0].world.flows["take_back"]) for item in scenario.variants.values()}
    assert len(moulders) == len(flows) == len(closed) == 1
    assert rate(scenario, "v41") == 42


def test_one_variant_does_not_reach_into_another(crates: Loader) -> None:
    scenario = crates(f"variants: {{v: {{set: {{{RATE}: 1 t/day}}}}, w: {{}}}}")
    assert (rate(scenario, "v"), rate(scenario, "w")) == (1, 12)
    assert scenario.world.companies["recycler"].processes["sort"].rate.value == 12


# The scenario as run

RICH = f"""  steady: {{set: {{{RATE}: 13 t/day}}, scale: {{flows.take_back.price: 0.5}}}}
  later: {{start: 2027-01-01, set: {{companies.brewery.uses.crates.demand: 16 t/day, {RATE}: 18 t/day}},
          scale: {{flows.regranulate.price: 0.9, boundary.market.supplies.virgin.price: 2}}}}
interventions:
  pause: {{at: 2028-01-01, for: 1 year, scale: {{{RATE}: 0.7}}}}
  other: {{at: 2029-01-01, set: {{{RATE}: 1 t/day}}}}
variants:
  plain: {{partnerships: [], interventions: []}}
  some:  {{partnerships: [later], interventions: [pause], title: Some of it}}
  all:   {{partnerships: [deposit, steady], interventions: [pause, other], scale: {{flows.take_back.price: 0.5}}}}
  fixed: {{partnerships: [later, deposit], set: {{companies.brewery.uses.crates.demand: 14 t/day}},
          scale: {{flows.regranulate.price: 1.1}}}}
"""


@pytest.mark.parametrize("sets", [[], ["boundary.market.supplies.virgin.price=1000 EUR/t", "time.end=2031-01-01"]])
@pytest.mark.parametrize("name", ["plain", "some", "all", "fixed"])
def test_the_scenario_as_run_loads_to_the_same_numbers(
    crates: Loader, tmp_path: Path, name: str, sets: list[str]
) -> None:
    original = crates(RICH, sets=sets).variants[name]
    path = tmp_path / "resolved.yaml"
    path.write_text(dump(original.document), encoding="utf-8")
    again = load(path).variants[name]
    assert (again.title, again.partnerships) == (original.title, original.partnerships)
    assert [epoch.start for epoch in again.epochs] == [epoch.start for epoch in original.epochs]
    for first, second in zip(original.epochs, again.epochs, strict=True):
        assert numbers(second.world) == numbers(first.world)


def numbers(world: World) -> dict[str, Any]:
    """The world but for the overrides themselves."""
    return {
        name: value
        for name, value in world.model_dump().items()
        if name not in ("partnerships", "interventions", "variants")
    }


# Tables

TABLE = """tables:
  rates: {file: rates.csv, index: year, value: rate, unit: kt/year, outside: hold}
"""


def test_a_table_is_a_series_in_internal_units(crates: Loader, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("year,rate\n2025,3.6525\n2030,7.305\n")
    scenario = crates(TABLE, sets=[f"{RATE}={{table: rates}}"])
    assert scenario.series["rates"].values.tolist() == pytest.approx([10, 20])
    assert scenario.series["rates"].times.tolist() == [datetime(2025, 1, 1), datetime(2030, 1, 1)]
    assert scenario.world.companies["recycler"].processes["sort"].rate.table == "rates"
    assert set(scenario.files) == {"crates.yaml", "rates.csv"}


def test_a_scaled_table_keeps_its_factor(crates: Loader, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("year,rate\n2025,3.6525\n")
    text = CRATES.replace("rate: 12 t/day", "rate: {table: rates}")
    scenario = crates(TABLE + f"variants: {{v: {{scale: {{{RATE}: 0.5}}}}}}", text=text)
    assert scenario.variants["v"].epochs[0].world.companies["recycler"].processes["sort"].rate.times == 0.5


# Coefficients


@pytest.mark.parametrize(
    ("outputs", "releases"),
    [
        ("{crate: 1}", "{air: {dirt: 1}}"),
        ("{crate: {PP: 1}}", "{air: {dirt: 1}}"),
        ("{crate: {PP: 0.9}, residue: rest}", "{}"),
        ("{crate: {PP: {value: 0.9, triangular: [0.8, 0.9, 1]}}, residue: rest}", "{}"),
        ("{crate: {PP: {value: 0.9, dirichlet: 50}}, residue: {PP: {value: 0.1, dirichlet: 50}}}", "{air: {dirt: 1}}"),
        ("{crate: 0.5, residue: 0.5}", "{}"),
    ],
)
def test_coefficients_that_keep_every_substance(crates: Loader, outputs: str, releases: str) -> None:
    """A plain number covers the substances that no mapping of the process names."""
    text = SOLE.replace("outputs: {crate: 1}", f"outputs: {outputs}, releases: {releases}")
    crates("", text=text + "  more: {from: moulder, to: burner, material: residue}\n")


def test_only_substances_that_can_enter_are_held_to_a_sum(crates: Loader) -> None:
    """Dirt reaches the sorter by way of the use's soiling; without it, and in the composition, it need not be named."""
    partial = SOLE.replace(
        "{regranulate: {PP: 0.9, dirt: 0}, residue: rest}", "{regranulate: {PP: 0.9}, residue: {PP: 0.1}}"
    )
    expected = "coefficients of dirt sum to 0: they must sum to 1, or one output be `rest`"
    assert [line.split(": ", 2)[2] for line in faults(lambda: crates("", text=partial))] == [expected]
    crates("", text=partial.replace("soiling: {dirt: 0.02},", ""))


# Not datable


@pytest.mark.parametrize(
    "change",
    [
        "time.step: 1 week",
        "companies.moulder.review_period: 1 week",
        "companies.moulder.inventories.virgin.initial: 5 t",
        "flows.crates.to: recycler",
        "flows.crates.lead_time: 2 day",
        "companies.moulder.processes.mould.inputs: [virgin]",
        "companies.moulder.processes.mould.duration: 1 day",
        "materials.old_crate.composition.PP: 0.9",
        "companies.moulder.processes.mould.outages: {mtbf: 60 day, mttr: 2 day}",
        "companies.brewery.uses.crates.cohort: month",
        "seed: 3",
        "calendar: uniform",
        "name: other",
        "substances: [PP]",
    ],
)
def test_what_holds_for_the_whole_run_cannot_change_at_a_date(crates: Loader, change: str) -> None:
    path = change.split(":", 1)[0]
    more = f"interventions:\n  i:\n    at: 2026-01-01\n    set: {{{change}}}\n"
    expected = f"crates.yaml:47: {path}: cannot change at a date: it holds for the whole run"
    assert faults(lambda: crates(more)) == [expected]


@pytest.mark.parametrize(
    "change",
    [
        f"{RATE}: 3 t/day",
        "flows.crates.capacity: 3 t/day",
        "flows.burn_rest.active: false",
        "companies.brewery.uses.crates.lifetime.weibull.scale: 9 year",
        "boundary.market.supplies.virgin.price: 1 EUR/t",
        "energy.electricity.emission_factor: 100 g CO2e/kWh",
        "companies.recycler.processes.sort.outputs.regranulate.PP: 0.8",
    ],
)
def test_numbers_and_switches_may_change_at_a_date(crates: Loader, change: str) -> None:
    scenario = crates(f"interventions: {{i: {{at: 2027-01-01, set: {{{change}}}}}}}\n", text=SOLE)
    assert len(scenario.variants["base"].epochs) == 2


# The vocabulary


def models(model: type[Model] = Model) -> list[type[Model]]:
    return [inner for child in model.__subclasses__() for inner in (child, *models(child))]


def test_every_field_of_every_model_is_described() -> None:
    missing = {
        f"{model.__name__}.{name}" for model in models() for name in set(model.model_fields) - set(descriptions(model))
    }
    assert missing == set()
    assert all(model.__doc__ for model in models())


def test_the_schema_for_editors_knows_the_keys_as_users_write_them() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert {"schema", "extends", "flows", "variants"} <= set(schema["properties"])
    assert {"from", "to", "as"} <= set(schema["$defs"]["Flow"]["properties"])
    assert schema["$defs"]["Flow"]["properties"]["share"]["description"] == descriptions_of_share()


def descriptions_of_share() -> str:
    return "Part of the sender's cumulative offer."


def test_a_model_can_be_validated_on_its_own() -> None:
    raw = {"inputs": "ore", "rate": "1 t/day", "outputs": {"metal": "rest"}}
    assert Process.model_validate(raw).outputs["metal"].rest
