"""What is refused of energy, each message whole, and what is meant by what is not written."""

from __future__ import annotations

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.carriers import dispatch_order, serves
from simulator.study.run import run
from tests.conftest import Writer

HEAD = """\
schema: 1
name: energy
time: {start: 2025-01-01, end: 2025-01-02, step: 1 h}
materials: {}
tables:
  warm: {file: warm.csv, index: date, value: degrees, unit: degC, outside: hold}
  parts: {file: parts.csv, index: date, value: part, unit: "1", outside: hold}
energy:
  heat: {levels: {steam: 180 degC, warm: 90 degC}}
  gas: {fuel: true, emission_factor: 0.2 t CO2/MWh}
  biogas: {}
  power: {price: 100 EUR/MWh}
  cold: {}
boundary: {west: {}, east: {}}
"""
HOT = "date,degrees\n2025-01-01,20\n2025-01-02,95\n"
PARTS = "date,part\n2025-01-01,0.9\n2025-01-02,1.2\n"


def said(write: Writer, text: str) -> list[str]:
    """Messages, without file and line."""
    write(HOT, "warm.csv")
    write(PARTS, "parts.csv")
    with pytest.raises(ScenarioError) as caught:
        load(write(HEAD + text))
    return [line.split(": ", 1)[1] for line in str(caught.value).splitlines()]


def in_works(part: str) -> str:
    return f"companies: {{works: {{{part}}}, town: {{}}}}\n"


UNITS = [
    (
        "converters: {b: {from: gas, gives: {heat.warm: 0.4, power: 0.3}}}",
        "converters.b: gives several carriers: say which it `follows`, heat.warm or power",
    ),
    (
        "converters: {b: {from: gas, gives: {heat.warm: 0.4, power: 0.3}, follows: power, efficiency: 0.9}}",
        "converters.b.efficiency: stands with each carrier in `gives`, where there are several",
    ),
    (
        "generators: {b: {gives: {heat.warm: 0.4, power: 0.3}, follows: power, capacity: 1 MW}}",
        "generators.b: gives several carriers: say what it burns, `from`",
    ),
    (
        "converters: {b: {from: gas, gives: power, efficiency: 0.9, follows: heat.warm}}",
        "converters.b.follows: it does not give heat.warm; known: power",
    ),
    (
        "converters: {b: {from: gas, gives: power}}",
        "converters.b: needs an `efficiency`: energy given per energy used",
    ),
    ("converters: {b: {from: gas, gives: gas, efficiency: 0.5}}", "converters.b.from: it gives gas itself"),
    (
        "generators: {b: {gives: power, efficiency: 0.5, capacity: 1 MW}}",
        "generators.b.efficiency: of what? say what it uses, `from`",
    ),
    (
        "generators: {b: {gives: {power: 0.5}, capacity: 1 MW}}",
        "generators.b.gives: of what? say what it uses, `from`",
    ),
    (
        "converters: {b: {from: gas, gives: {power: 0.5}, efficiency: 0.4}}",
        "converters.b.gives: says how much it gives, and so does the efficiency or cop: leave one out",
    ),
    (
        "generators: {b: {from: gas, gives: power, efficiency: 1.1, capacity: 1 MW}}",
        "generators.b.efficiency: is more than 1: more than goes in",
    ),
    (
        "converters: {b: {from: gas, gives: {power: 0.5, heat.warm: 0.7}, follows: power}}",
        "converters.b.gives: gives 1.2 MWh per MWh used: more than goes in",
    ),
    (
        "converters: {b: {from: gas, gives: {power: 3}}}",
        "converters.b.gives: gives 3 MWh per MWh used: more than goes in",
    ),
    (
        "converters: {b: {from: power, gives: heat.warm, efficiency: 0.9, cop: {source: 10 degC, quality: 0.4}}}",
        "converters.b.cop: only one of efficiency, cop can say what it gives",
    ),
    (
        "converters: {b: {from: power, gives: heat.warm, efficiency: 3}}",
        "converters.b.efficiency: is more than 1; of a heat pump write `cop: {source: 10 degC, quality: 0.45}`",
    ),
    (
        "converters: {b: {from: power, gives: heat.warm, efficiency: {table: parts}}}",
        "converters.b.efficiency: is more than 1; of a heat pump write `cop: {source: 10 degC, quality: 0.45}`",
    ),
    (
        "converters: {b: {from: power, gives: heat.warm, efficiency: {value: 0.9, uniform: [0.8, 1.1]}}}",
        "converters.b.efficiency: is more than 1; of a heat pump write `cop: {source: 10 degC, quality: 0.45}`",
    ),
    (
        "generators: {b: {from: gas, gives: power, efficiency: {table: parts}, capacity: 1 MW}}",
        "generators.b.efficiency: is more than 1: more than goes in",
    ),
    (
        "converters: {b: {from: gas, gives: {power: {table: parts}, heat.warm: 0.3}, follows: power}}",
        "converters.b.gives.power.table: must be one number, no time series; of a unit that gives one carrier write "
        "the series as its `efficiency`",
    ),
    (
        "converters: {b: {from: power, gives: cold, cop: {source: 10 degC, quality: 0.4}}}",
        "converters.b.cop: a heat pump gives one level of heat: declare its temperature in the carrier's `levels`",
    ),
    (
        "converters: {b: {from: power, gives: heat.warm, cop: {source: 90 degC, quality: 0.4}}}",
        "converters.b.cop.source: must stay below the 90 degC that it gives; heat that is hot enough needs no pump",
    ),
    (
        "converters: {b: {from: power, gives: heat.warm, cop: {source: {table: warm}, quality: 0.4}}}",
        "converters.b.cop.source: must stay below the 90 degC that it gives; heat that is hot enough needs no pump",
    ),
    (
        "converters: {b: {from: gas, gives: power, efficiency: 0.4, partnership: deal}}",
        "converters.b.partnership: unknown partnership deal",
    ),
    (
        "generators: {b: {gives: heat, capacity: 1 MW}}",
        "generators.b.gives: heat has levels: write heat.steam or heat.warm",
    ),
    (
        "generators: {b: {gives: heat.wram, capacity: 1 MW}}",
        "generators.b.gives: heat has no level wram, did you mean warm?",
    ),
    (
        "converters: {b: {from: gass, gives: power, efficiency: 0.4}}",
        "converters.b.from: unknown energy carrier gass, did you mean gas?",
    ),
    (
        "energy_storage: {t: {carrier: heat, capacity: 1 MWh, power: 1 MW, efficiency: 1}}",
        "energy_storage.t.carrier: heat has levels: write heat.steam or heat.warm",
    ),
    (
        "energy_storage: {t: {carrier: power, capacity: 1 MWh, power: 1 MW, efficiency: 1, initial: 2 MWh}}",
        "energy_storage.t.initial: 2 MWh is more than the capacity of 1 MWh",
    ),
    (
        "energy_storage: {t: {carrier: power, capacity: 1 MWh, power: 1 MW}}",
        "energy_storage.t: `efficiency` is missing",
    ),
    (
        "loads: {biogas: 1 MW}",
        "loads.biogas: nobody supplies biogas here: give energy.biogas a price or an emission_factor, so that the grid "
        "sells it, or add a flow, a converter or a generator",
    ),
    (
        "loads: {heat.steam: 1 MW}, generators: {g: {gives: heat.warm, capacity: 1 MW}}",
        "loads.heat.steam: nobody supplies heat.steam here: add a flow, a converter or a generator",
    ),
    (
        "converters: {b: {from: biogas, gives: power, efficiency: 0.4}}",
        "converters.b.from: nobody supplies biogas here: give energy.biogas a price or an emission_factor, so that the "
        "grid sells it, or add a flow, a converter or a generator",
    ),
    ("converters: {b: {from: gas, gives: {}}}", "converters.b.gives: gives nothing: name a carrier"),
    ("generators: {b: {gives: {}, capacity: 1 MW}}", "generators.b.gives: gives nothing: name a carrier"),
    (
        "energy_storage: {t: {carrier: power, capacity: 1 MWh, power: 1 MW, efficiency: 0}}",
        "energy_storage.t.efficiency: must be more than 0, at most 1; it is 0",
    ),
    (
        "converters: {a: {from: power, gives: cold, efficiency: 0.9}, b: {from: cold, gives: power, efficiency: 0.9}}",
        "converters.a: cold would be made from itself: leave one converter of the circle out",
    ),
    (
        "generators: {a: {from: power, gives: cold, efficiency: 0.9, capacity: 1 MW}, "
        "b: {from: cold, gives: power, efficiency: 0.9, capacity: 1 MW}}",
        "generators.a: cold would be made from itself: leave one generator of the circle out",
    ),
]


@pytest.mark.parametrize(("part", "message"), UNITS, ids=[message.split(":")[0] for _, message in UNITS])
def test_a_unit_that_cannot_be_is_refused(write: Writer, part: str, message: str) -> None:
    assert said(write, in_works(part)) == [f"companies.works.{message}"]


LEVELS = "the grid does not sell a carrier with levels: give it by a flow from a boundary node, or by a converter"


@pytest.mark.parametrize("given", ["price: 50 EUR/MWh", "emission_factor: 0.2 t CO2e/MWh"])
def test_a_carrier_with_levels_is_not_sold(write: Writer, given: str) -> None:
    """Neither price nor factor would ever count."""
    text = in_works("").replace("companies:", f"energy: {{heat: {{levels: {{warm: 90 degC}}, {given}}}}}\ncompanies:")
    path = write(HEAD.partition("tables:")[0] + text)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert [fault.message for fault in caught.value.faults] == [LEVELS]
    assert caught.value.faults[0].path == f"energy.heat.{given.partition(':')[0]}"


def test_the_factor_of_a_fuel_with_levels_counts_where_it_is_burnt(write: Writer) -> None:
    gas = "energy: {gas: {fuel: true, levels: {hot: 90 degC}, emission_factor: 0.2 t CO2/MWh}}\n"
    assert load(write(HEAD.partition("tables:")[0] + gas + in_works(""))).world.energy["gas"].levels


@pytest.mark.parametrize(
    ("factors", "counted"),
    [
        ("{CO2e: 0.21 t CO2e/MWh, CO2: 0.2 t CO2/MWh}", "CO2"),
        ("{CO2e: 0.21 t CO2e/MWh, CH4: 5 g/MWh, N2O: 1 g/MWh}", "CH4, N2O"),
        ("{CO2e: 0.01 t CO2e/MWh, CO2_biogenic: 0.35 t CO2/MWh}", ""),
        ("{CO2e: 0.01 t CO2e/MWh, CO2: 0.35 t CO2/MWh}, biogenic: true", ""),
        ("{CO2e: 0.01 t CO2e/MWh, CO2: 0.35 t CO2/MWh, CH4: 5 g/MWh}, biogenic: true", "CH4"),
    ],
)
def test_what_is_weighed_already_is_not_given_by_gas_again(write: Writer, factors: str, counted: str) -> None:
    """CO2e has all gases in it but biogenic CO2, which is reported apart."""
    text = f"energy: {{wood: {{fuel: true, emission_factor: {factors}}}}}\ncompanies: {{works: {{}}}}\n"
    path = write(HEAD.partition("tables:")[0] + text)
    if not counted:
        load(path)
        return
    with pytest.raises(ScenarioError) as caught:
        load(path)
    remedy = "leave CO2e out, or the gases that it holds"
    assert [fault.message for fault in caught.value.faults] == [f"CO2e has {counted} in it already: {remedy}"]


STORED = """\
schema: 1
name: stored
time: {start: 2025-01-01, end: 2025-01-03, step: 1 h}
materials: {}
energy: {power: {price: 100 EUR/MWh}, gas: {}}
companies:
  works:
    loads: {power: 1 MW}
    converters: {engine: {from: gas, gives: power, efficiency: 0.5}}
    energy_storage: {tank: {carrier: gas, capacity: 9 MWh, power: 1 MW, efficiency: 1, initial: 8 MWh}}
"""


def test_what_a_storage_holds_at_the_start_supplies_a_converter(write: Writer) -> None:
    done = run(load(write(STORED)))
    table = done.tables.indicators
    bought = table[(table["indicator"] == "purchased_energy") & (table["period"] == "total")]
    assert set(bought[bought["node"] == "network"]["value"]) == {48.0 - 4.0}
    with pytest.raises(ScenarioError, match="nobody supplies gas here"):
        load(write(STORED.replace(", initial: 8 MWh", "")))


LATER = "interventions: {leak: {at: 2025-01-02, set: {companies.works.energy_storage.tank.capacity: 5 MWh}}}\n"


def test_a_storage_may_become_smaller_than_what_it_held_at_the_start(write: Writer) -> None:
    assert run(load(write(STORED + LATER))).residual < 1e-9
    with pytest.raises(ScenarioError, match="8 MWh is more than the capacity of 5 MWh"):
        load(write(STORED + LATER.replace("2025-01-02", "2025-01-01")))


BOILERS = "{boilers: {material: boiler, demand: any, lifetime: {fixed: 9 year}, end_of_life: boiler, initial: 3 t}}"
LATE = {
    "energy_storage.tank.initial": (STORED, "initial: 8 MWh}", "initial: 8 MWh, partnership: deal}"),
    "uses.boilers.initial": (
        STORED.replace("als: {}", "als: {boiler: {}}").replace("    loads:", f"    uses: {BOILERS}\n    loads:"),
        "initial: 3 t}",
        "initial: 3 t, partnership: deal}",
    ),
}


@pytest.mark.parametrize("part", LATE)
def test_what_is_not_there_at_the_start_starts_empty_and_a_warning_says_so(write: Writer, part: str) -> None:
    """A storage, or a use, of a partnership that starts later; one that never comes says nothing."""
    text, old, new = LATE[part]
    more = "variants: {with: {}, without: {partnerships: []}}\n"
    for start, warned in (("2025-01-02", True), ("2025-01-01", False), ("2026-01-01", False)):
        deal = f"partnerships: {{deal: {{partners: {{works: 1}}, start: {start}}}}}\n"
        scenario = load(write(text.replace(old, new) + deal + more))
        told = [warning for warning in scenario.warnings if part in warning]
        said = f"companies.works.{part}: is not there at the start of the run, so that it starts empty: leave it out"
        assert [warning.partition(": ")[2] for warning in told] == ([said] if warned else [])


FLOWS = [
    ("from: works, to: works, energy: power", "flows.f: goes from works to itself"),
    (
        "from: west, to: east, energy: power",
        "flows.f: joins two boundary nodes: what happens outside is not followed",
    ),
    ("from: wurks, to: town, energy: power", "flows.f.from: unknown node wurks, did you mean works?"),
    ("from: works, to: twon, energy: power", "flows.f.to: unknown node twon, did you mean town?"),
    ("from: works, to: town, energy: heat", "flows.f.energy: heat has levels: write heat.steam or heat.warm"),
    (
        "from: works, to: town, energy: powr",
        "flows.f.energy: unknown energy carrier powr, did you mean power?",
    ),
    ("from: works, to: town, energy: power, capacity: 5 t/day", None),
    ("from: works, to: town, energy: power, loss: 1.5", None),
    ("from: works, to: town, energy: power, material: ore", None),
]


@pytest.mark.parametrize(("flow", "message"), FLOWS)
def test_a_flow_of_energy_that_cannot_be_is_refused(write: Writer, flow: str, message: str | None) -> None:
    found = said(write, in_works("") + f"flows: {{f: {{{flow}}}}}\n")
    assert len(found) == 1
    assert found[0].startswith("flows.f")
    assert message is None or found == [message]


SOUND = (
    HEAD
    + """\
companies:
  works:
    loads: {power: 1 MW, gas: 1 MW}
    generators: {waste: {gives: heat.steam, capacity: 1 MW}}
    converters: {chp: {from: gas, gives: {power: 0.4, heat.warm: 0.5}, follows: heat.warm}}
  town:
    loads: {power: 1 MW, heat.warm: 1 MW}
    converters: {pump: {from: power, gives: heat.warm, cop: {source: 10 degC, quality: 0.4}}}
"""
)


def test_carriers_are_served_before_those_they_are_made_from(write: Writer) -> None:
    write(HOT, "warm.csv")
    write(PARTS, "parts.csv")
    order = dispatch_order(load(write(SOUND)).world)
    assert order.index("heat") < order.index("power")
    assert order.index("heat") < order.index("gas")


def test_a_level_serves_itself_and_colder_ones_of_its_carrier(write: Writer) -> None:
    write(HOT, "warm.csv")
    write(PARTS, "parts.csv")
    world = load(write(SOUND)).world
    assert serves(world, "heat.steam", "heat.warm")
    assert serves(world, "heat.warm", "heat.warm")
    assert not serves(world, "heat.warm", "heat.steam")
    assert not serves(world, "power", "heat.warm")


@pytest.mark.parametrize(("end", "fits"), [("2025-01-01T06:00", True), ("2025-01-01T00:30", False)])
def test_a_run_may_last_hours_but_no_less_than_a_step(write: Writer, end: str, fits: bool) -> None:
    write(HOT, "warm.csv")
    write(PARTS, "parts.csv")
    path = write(SOUND.replace("end: 2025-01-02", f"end: {end}"))
    if fits:
        load(path)
        return
    with pytest.raises(ScenarioError, match=r"time\.step: is longer than the run"):
        load(path)
