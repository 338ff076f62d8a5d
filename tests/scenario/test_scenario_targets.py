"""Targets as written: what they may name, in which units and years, and what is said where they do not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.figures import figure, years_of
from simulator.scenario.scenario import Scenario

MILL = """
schema: 1
name: mill
time: {time}
calendar: {calendar}
materials: {{ore: {{}}, metal: {{}}, slag: {{waste: true}}}}
energy: {{electricity: {{emission_factor: 363 g CO2e/kWh}}, heat: {{levels: {{warm: 90 degC}}}}}}
companies:
  mill:
    processes: {{melt: {{inputs: [ore], rate: 12 t/day, outputs: {{metal: 0.9, slag: rest}}}}}}
    energy_storage: {{tank: {{carrier: electricity, capacity: 1 MWh, power: 1 MW, efficiency: 0.9}}}}
carbon_prices: {{ets: {{price: 70 EUR/t CO2e, covers: scope_1}}}}
partnerships: {{deal: {{partners: {{mill: 1}}, capex: 1 kEUR}}}}
boundary:
  mine: {{supplies: {{ore: {{}}}}}}
  market: {{demands: {{metal: {{}}}}}}
  dump: {{accepts: {{slag: {{fate: landfill}}}}}}
flows:
  dig: {{from: mine, to: mill, material: ore}}
  sell: {{from: mill, to: market, material: metal}}
  tip: {{from: mill, to: dump, material: slag}}
targets: {targets}
"""
YEARS = "{start: 2025-01-01, end: 2035-01-01, step: 1 day}"

Loader = Callable[..., Scenario]


@pytest.fixture
def mill(tmp_path: Path) -> Loader:
    """`mill(targets)` loads a mill with these targets."""

    def loader(
        targets: str,
        time: str = YEARS,
        calendar: str = "real",
        more: str = "",
        changes: Sequence[tuple[str, str]] = (),
        variants: Sequence[str] | None = None,
    ) -> Scenario:
        path = tmp_path / "mill.yaml"
        text = MILL.format(targets=targets, time=time, calendar=calendar)
        for old, new in changes:
            text = text.replace(old, new)
        path.write_text(text + more, encoding="utf-8")
        return load(path, variants=variants)

    return loader


def messages(call: Callable[[], object]) -> list[str]:
    """Messages without the file, the line and the path."""
    with pytest.raises(ScenarioError) as caught:
        call()
    return [fault.message for fault in caught.value.faults]


def test_a_change_is_relative_and_an_amount_is_in_internal_units(mill: Loader) -> None:
    target = mill("{network.emissions: {2030: -40 %, 2045: 2 kt CO2e}}").world.targets["network.emissions"]
    first, second = target.milestones
    assert (first.year, first.change, first.level(500)) == (2030, -0.4, 300)
    assert (second.year, second.change, second.level(500)) == (2045, None, 2000)


def test_a_share_without_sign_is_a_level_and_one_with_a_sign_a_change(mill: Loader) -> None:
    target = mill("{network.recycling_rate: {2030: 60 %, 2032: 0.7, 2035: +50 %}}").world.targets[
        "network.recycling_rate"
    ]
    assert [milestone.level(0.4) for milestone in target.milestones] == pytest.approx([0.6, 0.7, 0.6])


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("network.emissions", "total"),
        ("mill.emissions.scope_1", "scope_1"),
        ("network.recycled_content", "recycled"),
        ("network.recycled_content.metal.post_consumer", "metal.post_consumer"),
        ("mill.throughput.melt", "melt"),
        ("market.unmet_demand.metal", "metal"),
        ("network.unmet_demand", "total"),
        ("mill.jobs", "total"),
        ("mill.cash_flow.gate_fee", "gate_fee"),
        ("mill.storage_loss.tank", "tank"),
        ("mine.shipped.dig", "dig"),
        ("network.annuity.deal", "deal"),
        ("mill.energy.heat.warm", "heat.warm"),
    ],
)
def test_a_path_is_node_indicator_and_perhaps_item(mill: Loader, path: str, item: str) -> None:
    assert list(mill(f"{{{path}: {{2030: -40 %}}}}").world.targets) == [path]
    assert figure(path).item == item


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ("{netwrok.emissions: {2030: -40 %}}", "unknown node netwrok, did you mean network?"),
        ("{network.emission: {2030: -40 %}}", "unknown indicator emission, did you mean emissions?"),
        ("{network.emissions.scope_4: {2030: -40 %}}", "unknown item scope_4, did you mean scope_3?"),
        ("{mill.throughput: {2030: -40 %}}", "names no item: write it behind the indicator; known: melt"),
        ("{network.throughput.melt: {2030: -40 %}}", "network has no throughput: name a node that has; known: mill"),
        ("{mill.stock_in_use.cars: {2030: -40 %}}", "mill has no stock_in_use"),
        ("{market.unmet_demand: {2030: -40 %}}", "names no item: write it behind the indicator; known: metal"),
        ("{network.cash_flow.sales: {2030: -40 %}}", "unknown item sales, did you mean sale?"),
        ("{mill.jobs.mlet: {2030: -40 %}}", "unknown item mlet, did you mean melt?"),
        ("{mill.shipped.dig: {2030: -40 %}}", "unknown item dig; known: sell, tip"),
        ("{mine.shipped.dgi: {2030: -40 %}}", "unknown item dgi, did you mean dig?"),
        ("{mill.storage_loss.tnk: {2030: -40 %}}", "unknown item tnk, did you mean tank?"),
        ("{mill.stored_energy.tnk: {2030: -40 %}}", "unknown item tnk, did you mean tank?"),
        ("{mill.annuity.dael: {2030: -40 %}}", "unknown item dael, did you mean deal?"),
        ("{mill.carbon_cost.etz: {2030: -40 %}}", "unknown item etz, did you mean ets?"),
        ("{mill.avoided_emissions.sel: {2030: -40 %}}", "unknown item sel, did you mean sell?"),
        ("{mill.energy.heat: {2030: -40 %}}", "unknown item heat, did you mean heat.warm?"),
        (
            "{network: {2030: -40 %}}",
            "names no indicator: write node.indicator or node.indicator.item, like network.emissions.scope_1",
        ),
        ("{network.emissions: {}}", "names no year: write what is to be reached when, like {2030: -40 %}"),
        ("{network.emissions: -40 %}", "`-40 %` is not a mapping of years to values, like {2030: -40 %}"),
        ("{network.emissions: {30: -40 %}}", "is neither a year nor base nor base_value"),
        (
            "{network.emissions: {bse: 2024, 2030: -40 %}}",
            "is neither a year nor base nor base_value, did you mean base?",
        ),
        ("{network.emissions: {2030: many}}", "`many` is not a number; write it like `-40 % or 20 kt CO2e`"),
        ("{network.emissions: {2030: 20 kt}}", "`kt` is no unit of emissions: write it like `20 t CO2e`"),
        ("{network.emissions: {2030: 20}}", "needs a unit: write it like `20 t CO2e`"),
        ("{network.emissions: {2030: 20 ktt}}", "unknown unit `ktt`, did you mean kt?"),
        (
            "{network.emissions: {2030: 60 %}}",
            "`60 %` has no sign: write +60 % for a rise or -60 % for a fall against the base year, or an amount like "
            "`20 t CO2e`",
        ),
        ("{network.recycling_rate: {2030: 6 t}}", "`t` is no unit of recycling_rate: write a share, like `60 %`"),
        (
            "{network.emissions: {2025: -60 %}}",
            "is not later than the base year, 2025: write an earlier `base` with its `base_value`",
        ),
        (
            "{network.emissions: {base: 2031, 2030: -60 %}}",
            "is not later than the base year, 2031: write a later one",
        ),
        (
            "{network.emissions: {base: 2019, 2030: -60 %}}",
            "lies before the run: write `base_value`, what it was in that year, beside it",
        ),
        ("{network.emissions: {base: soon, 2030: -60 %}}", "`soon` is not a year"),
        (
            "{network.emissions: {base_value: 5 t, 2030: -60 %}}",
            "`t` is no unit of emissions: write it like `20 t CO2e`",
        ),
        (
            "{network.emissions: {base: 2019, base_value: 0 t CO2e, 2030: -40 %, 2045: 3 t CO2e}}",
            "`-40 %` of a `base_value` of 0 asks for nothing: write it like `20 t CO2e`",
        ),
        (
            "{network.recycling_rate: {base_value: 0 %, 2030: +40 %}}",
            "`+40 %` of a `base_value` of 0 asks for nothing: write a share, like `60 %`",
        ),
        (
            "{network.emissions: {2030: -40 %}, network.emissions.total: {2030: -40 %}}",
            "is the same figure as network.emissions: write one of them",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(mill: Loader, targets: str, said: str) -> None:
    assert messages(lambda: mill(targets)) == [said]


def test_a_fault_is_at_the_line_of_its_year(mill: Loader) -> None:
    with pytest.raises(ScenarioError) as caught:
        mill("\n  network.emissions:\n    2030: -40 %\n    2045: much")
    assert str(caught.value).startswith("mill.yaml:25: targets.network.emissions.2045: ")


def test_what_one_variant_moves_may_be_a_target(mill: Loader) -> None:
    """A flow may leave another node there; what is unknown in every variant is refused, once."""
    more = "variants: {here: {}, there: {set: {flows.dig.from: quarry}}}\n"
    more += "interventions: {pause: {at: 2026-01-01, scale: {companies.mill.processes.melt.rate: 0.5}}}\n"
    twice = "{mine.shipped.dig: {2030: -40 %}, quarry.shipped.dig: {2030: +40 %}}"
    quarry = [("  mine: {supplies: {ore: {}}}\n", "  mine: {supplies: {ore: {}}}\n  quarry: {supplies: {ore: {}}}\n")]
    assert len(mill(twice, more=more, changes=quarry).variants) == 2
    assert len(mill(twice, more=more, changes=quarry, variants=["here"]).variants) == 1
    said = messages(lambda: mill("{mine.shipped.tip: {2030: -40 %}}", more=more, changes=quarry))
    assert said == ["unknown item tip; known: dig"]


def test_a_variant_has_no_targets_of_its_own(mill: Loader) -> None:
    """They are what variants are held against."""
    more = "variants: {v: {set: {targets: {}}}}"
    assert messages(lambda: mill("{}", more=more)) == ["cannot be changed by a variant"]


@pytest.mark.parametrize(
    ("start", "end", "calendar", "years"),
    [
        ("2025-01-01", "2028-01-01", "real", [2025, 2026, 2027]),
        ("2025-01-02", "2027-12-31", "real", [2026]),
        ("2025-07-01", "2026-07-01", "real", []),
        ("2025-01-01", "2028-01-01", "uniform", [2025, 2026, 2027]),
        ("2025-01-01", "2027-12-31", "uniform", [2025, 2026]),
    ],
)
def test_full_years_lie_in_the_run_as_a_whole(
    mill: Loader, start: str, end: str, calendar: str, years: list[int]
) -> None:
    scenario = mill("{}", f"{{start: {start}, end: {end}, step: 1 day}}", calendar)
    assert list(years_of(scenario.world)) == years


@pytest.mark.parametrize(
    ("target", "end", "said"),
    [
        ("{2030: -40 %}", "2025-07-01", "the run has no full calendar year to start from"),
        ("{base: 2027, 2030: -40 %}", "2027-01-01", "2027 is no full calendar year of the run to start from"),
        ("{base: 2024, base_value: 3 kt CO2e, 2030: -40 %}", "2025-07-01", None),
    ],
)
def test_a_target_without_a_start_is_warned_of(mill: Loader, target: str, end: str, said: str | None) -> None:
    """A shorter run is no fault of the file."""
    scenario = mill(f"{{network.emissions: {target}}}", f"{{start: 2025-01-01, end: {end}, step: 1 day}}")
    remedy = "; write `base` and `base_value`, or nothing is said of it"
    assert scenario.warnings == ((f"mill.yaml:22: targets.network.emissions: {said}{remedy}",) if said else ())
