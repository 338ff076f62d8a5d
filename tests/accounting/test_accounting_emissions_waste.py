"""Waste that burns, by the carbon of what flowed; waste that is tipped, whose methane comes later."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.accounting import landfill
from simulator.accounting.burning import CO2_OF_CARBON
from simulator.accounting.landfill import decayed_of_span, methane_potential
from simulator.errors import ScenarioError
from simulator.scenario.amounts import Number
from simulator.scenario.boundary import Decay
from simulator.scenario.catalogue import entry
from simulator.scenario.models import World
from tests.accounting.ledgers import read
from tests.accounting.small import HEAD, figure, figure_of, oracle, ran

CO2_OF_CARBON_IPCC = 44 / 12
"""As rounded in the IPCC Guidelines."""


def decayed(age: float, k: float, delay: float = 0.0) -> float:
    """Part of the methane of one tipping that has come by an age, by the definition."""
    return float(-np.expm1(-k * max(age - delay, 0.0)))


def burning(substances: str, mix: str, accept: str = "fate: incineration, oxidation: 1") -> str:
    """A yard that hands 100 t of a mixture to a burner on the first day."""
    return f"""{HEAD}
substances: {substances}
materials: {{rubbish: {{composition: {mix}, waste: true}}}}
companies: {{yard: {{inventories: {{rubbish: {{initial: 100 t}}}}}}}}
boundary: {{burner: {{accepts: {{rubbish: {{{accept}}}}}}}}}
flows: {{burn: {{from: yard, to: burner, material: rubbish}}}}
"""


@pytest.mark.parametrize("plastic", ["PE", "PET"])
def test_incineration_by_stoichiometry_from_the_indicators(tmp_path: Path, plastic: str) -> None:
    """Oracle waste.incineration_stoichiometry; the library has the same, rounded as published."""
    given, expected, tolerance = oracle("waste.incineration_stoichiometry")
    carbon = given[f"{plastic}_C_fraction"]
    run = ran(tmp_path, burning(f"{{{plastic}: {{carbon: {carbon}, fossil: 1}}}}", f"{{{plastic}: 1}}"))
    per_tonne = figure(run, "emissions", "yard", "scope_3") / 100
    assert per_tonne == pytest.approx(expected[f"{plastic}_kgCO2_per_kg"], rel=tolerance)
    assert figure(run, "emissions", "network") == pytest.approx(100 * per_tonne)
    assert entry(f"burning.{plastic.lower()}").value == pytest.approx(1000 * per_tonne, abs=0.05)
    assert figure(run, "biogenic_co2", "network") == 0


def test_mixed_waste_by_the_guidelines(tmp_path: Path) -> None:
    """Oracle waste.ipcc_incineration, whose ratio of CO2 to carbon is 44/12; a run takes that of the atomic weights."""
    given, expected, tolerance = oracle("waste.ipcc_incineration")
    parts = {name: part for name, part in given["fractions"].items() if name in given["CF"]}
    carbon = {name: given["dm"][name] * given["CF"][name] for name in parts}
    fossil = {name: 100 * parts[name] * carbon[name] * given["FCF"][name] for name in parts}
    grown = {name: 100 * parts[name] * carbon[name] * (1 - given["FCF"][name]) for name in parts}
    of_fossil, of_grown = (sum(of.values()) * given["OF"] * CO2_OF_CARBON_IPCC for of in (fossil, grown))
    assert of_fossil == pytest.approx(expected["fossil_CO2_t"], rel=tolerance)
    assert of_grown == pytest.approx(expected["biogenic_CO2_t"], rel=tolerance)
    known = ", ".join(f"{name}: {{carbon: {carbon[name]}, fossil: {given['FCF'][name]}}}" for name in parts)
    mix = ", ".join(f"{name}: {part}" for name, part in given["fractions"].items())
    run = ran(tmp_path, burning(f"{{{known}, other_inert: {{carbon: 0}}}}", f"{{{mix}}}"))
    ratio = CO2_OF_CARBON / CO2_OF_CARBON_IPCC
    assert figure(run, "emissions", "yard", "scope_3") == pytest.approx(expected["fossil_CO2_t"] * ratio)
    assert figure(run, "biogenic_co2", "yard") == pytest.approx(expected["biogenic_CO2_t"] * ratio)


def test_what_flowed_burns_and_not_what_was_declared(tmp_path: Path) -> None:
    """The sorter takes the plastic out: what is left burns with less fossil carbon."""
    process = "sort: {inputs: [mix], rate: 10 t/day, outputs: {good: {PE: 0.8, wood: 0}, rubbish: rest}}"
    text = f"""{HEAD}
substances: {{PE: {{carbon: 0.85, fossil: 1}}, wood: {{carbon: 0.5, fossil: 0}}}}
materials: {{mix: {{composition: {{PE: 0.5, wood: 0.5}}, waste: true}}, good: {{}}, rubbish: {{waste: true}}}}
companies: {{sorter: {{inventories: {{mix: {{initial: 100 t}}}}, processes: {{{process}}}}}}}
boundary: {{shop: {{demands: {{good: {{}}}}}},
           burner: {{accepts: {{rubbish: {{fate: energy_recovery, oxidation: 0.98}}}}}}}}
flows: {{sell: {{from: sorter, to: shop, material: good}}, burn: {{from: sorter, to: burner, material: rubbish}}}}
"""
    run = ran(tmp_path, text)
    burnt = figure(run, "shipped", "sorter", "burn")
    assert burnt > 0
    plastic = burnt / 6
    assert figure(run, "emissions", "sorter") == pytest.approx(plastic * 0.85 * 0.98 * CO2_OF_CARBON)
    assert figure(run, "biogenic_co2", "sorter") == pytest.approx((burnt - plastic) * 0.5 * 0.98 * CO2_OF_CARBON)


OWN = """
materials: {scrap: {composition: {Cu: 0.8, PVC: 0.15, paper: 0.05}}, copper: {}}
companies:
  smelter:
    inventories: {scrap: {initial: 100 t}}
    processes:
      melt: {inputs: [scrap], rate: 100 t/day, outputs: {copper: {Cu: 1}}, releases: {air: rest}, oxidation: 1}
boundary: {shop: {demands: {copper: {}}}}
flows: {sell: {from: smelter, to: shop, material: copper}}
"""
CARBON = "substances: {Cu: {carbon: 0}, PVC: {carbon: 0.384, fossil: 1}, paper: {carbon: 0.41, fossil: 0.01}}\n"


def test_burning_inside_the_network_is_scope_1(tmp_path: Path) -> None:
    run = ran(tmp_path, HEAD + CARBON + OWN)
    expected = (15 * 0.384 + 5 * 0.41 * 0.01) * CO2_OF_CARBON
    assert figure(run, "emissions", "smelter", "scope_1") == pytest.approx(expected)
    assert figure(run, "emissions", "network") == pytest.approx(expected)
    assert figure(run, "biogenic_co2", "smelter") == pytest.approx(5 * 0.41 * 0.99 * CO2_OF_CARBON)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("PVC: {carbon: 0.384, fossil: 1}", "PVC: {}", r"melt\.oxidation: the carbon of PVC is not known: write"),
        ("PVC: {carbon: 0.384, fossil: 1}", "PVC: {carbon: 0.384}", "`fossil` is missing"),
        ("oxidation: 1", "oxidation: 1, emissions: {CO2: {PVC: 1.4 t/t}}", "twice"),
        ("releases: {air: rest}", "releases: {water: rest}", "needs `releases"),
    ],
)
def test_burning_that_is_not_fully_said_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = HEAD + CARBON + OWN
    assert old in text
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, text.replace(old, new))


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        ("fate: incineration, oxidation: 1, emission_factor: 2 t CO2/t", "twice: give only one of"),
        ("fate: landfill, oxidation: 1", "of what is burnt; the fate is landfill"),
        ("fate: incineration, oxidation: 1", "the carbon of wood is not known"),
        (
            "fate: incineration, emission_factor: {factor: uk.incineration.2025.collection_only}",
            "transport and sorting",
        ),
        ("fate: recycling, emission_factor: {factor: uk.recycling.2025.collection_only}", "transport and sorting only"),
    ],
)
def test_treatment_that_means_something_else_is_refused(tmp_path: Path, accept: str, said: str) -> None:
    """The last two are the same 4.69 kg/t whatever burns or is recycled: no factor of a treatment."""
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, burning("{PE: {carbon: 0.85, fossil: 1}, wood: {}}", "{PE: 0.5, wood: 0.5}", accept))


def test_a_collection_factor_is_far_below_what_burns() -> None:
    """The trap: plastic would seem to burn at 0.15 % of its carbon."""
    collected = entry("uk.incineration.2025.collection_only").value
    assert collected == pytest.approx(4.69, abs=0.005)
    assert collected < 0.002 * entry("burning.pe").value


def decay(**changes: float) -> Decay:
    given = {"doc": 0.4, "docf": 0.5, "mcf": 1.0, "f": 0.5, "ox": 0.1, "recovery": 0.0, "k": 0.06, "delay": 0.0}
    numbers: dict[str, Any] = {name: Number(value, "1") for name, value in (given | changes).items()}
    return Decay.model_construct(**numbers)


def test_first_order_decay_by_the_guidelines() -> None:
    """Oracle waste.ipcc_fod_landfill; k and ages by year."""
    given, expected, tolerance = oracle("waste.ipcc_fod_landfill")
    names = {"doc": "DOC", "docf": "DOCf", "mcf": "MCF", "f": "F", "ox": "OX", "recovery": "recovery"}
    whole = methane_potential(given["waste_t"], decay(**{key: given[name] for key, name in names.items()}))
    found = {
        "CH4_year1_t": whole * decayed(1, given["k"]),
        "CH4_year10_t": whole * (decayed(10, given["k"]) - decayed(9, given["k"])),
        "CH4_100y_t": whole * decayed(100, given["k"]),
        "CH4_infinite_t": whole * decayed(1e6, given["k"]),
    }
    assert found == pytest.approx(expected, rel=tolerance)


def test_a_delay_moves_decay_and_takes_nothing_away() -> None:
    late = decayed_of_span(np.array([0.5, 3.0]), (0.0, 0.25), 0.06, delay=0.5)
    assert late[0] == 0
    assert late[1] == pytest.approx(decayed_of_span(np.array([2.5]), (0.0, 0.25), 0.06)[0])


def test_what_is_tipped_over_a_span_decays_like_many_small_tippings() -> None:
    moments = np.linspace(0, 1, 20_001)
    until = np.array([0.4, 1.0, 7.0])
    each = [np.mean([decayed(t - moment, 0.3, 0.25) for moment in moments]) for t in until]
    assert decayed_of_span(until, (0, 1), 0.3, 0.25) == pytest.approx(each, rel=1e-3)


DUMP = """
schema: 1
name: dump
time: {start: 2025-01-01, end: 2035-01-01, step: 1 day, report: month}
materials: {rubbish: {waste: true}}
companies: {town: {inventories: {rubbish: {initial: 1000 t}}}}
boundary:
  dump:
    accepts:
      rubbish:
        rate: 1 t/day
        fate: landfill
        decay: {doc: 0.2, docf: 0.5, mcf: 1, f: 0.5, ox: 0.1, recovery: 0.2, k: 0.1 1/year, delay: 6 month}
flows: {tip: {from: town, to: dump, material: rubbish}}
variants: {ar5: {}, ar6: {set: {gwp: ar6}}, none: {set: {flows.tip.active: false}}}
"""
POTENTIAL = 1000 * 0.2 * 0.5 * 0.5 * 16 / 12 * 0.9 * 0.8 * 28
"""t CO2e by AR5 of all that is tipped."""


def test_methane_comes_in_the_years_after_and_the_rest_is_told(tmp_path: Path) -> None:
    """Emitted within the run and committed after it are together all that the waste can give."""
    run = ran(tmp_path, DUMP)
    emitted = figure(run, "emissions", "town", "scope_3")
    committed = figure(run, "committed_emissions", "town")
    assert emitted + committed == pytest.approx(POTENTIAL)
    assert figure(run, "committed_emissions", "network") == pytest.approx(committed)
    years = [figure(run, "emissions", "town", "scope_3", str(year)) for year in range(2025, 2035)]
    assert years[0] < years[1] < years[2]
    assert all(later < earlier for earlier, later in pairwise(years[3:]))
    assert years[-1] / years[-2] == pytest.approx(np.exp(-0.1), rel=1e-3)
    assert set(run.tables.emissions["gas"]) == {"CH4_biogenic"}


def test_what_goes_to_a_landfill_is_found_once_for_each_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for each row: a report by day has thousands."""
    asked: list[int] = []
    tips = landfill._tips

    def counted(world: World) -> Iterator[object]:
        asked.append(id(world))
        return tips(world)

    monkeypatch.setattr(landfill, "_tips", counted)
    run = ran(tmp_path, DUMP)
    assert len(asked) == len(set(asked)) == sum(len(one.worlds) for one in run.scenario.variants.values())


def test_the_switch_weighs_methane_of_landfills(tmp_path: Path) -> None:
    table = ran(tmp_path, DUMP).tables.indicators
    found = {name: figure_of(table, "emissions", "network", variant=name) for name in ("ar5", "ar6", "none")}
    assert found["ar6"] / found["ar5"] == pytest.approx(27.0 / 28)
    assert found["none"] == 0


def test_methane_does_not_depend_on_the_reporting_period(tmp_path: Path) -> None:
    """Nor on a dated change that changes nothing."""
    change = "interventions: {nothing: {at: 2026-05-17, scale: {boundary.dump.accepts.rubbish.rate: 1}}}\n"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    monthly = ran(tmp_path / "a", DUMP)
    yearly = ran(tmp_path / "b", DUMP.replace("report: month", "report: year") + change)
    for period in ("2025", "2026", "2027", "2034", "total"):
        for indicator in ("emissions", "committed_emissions"):
            one, other = (figure(run, indicator, "town", "total", period) for run in (monthly, yearly))
            assert one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fate: landfill", "fate: composting", "is of a landfill; the fate is composting"),
        ("fate: landfill", "fate: landfill\n        emission_factor: 1 t CO2e/t", "twice"),
        ("k: 0.1 1/year, ", "", "`k` is missing"),
        ("k: 0.1 1/year", "k: 0.1 year", "wrong kind of unit"),
    ],
)
def test_decay_that_is_not_fully_said_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, DUMP.replace(old, new))
