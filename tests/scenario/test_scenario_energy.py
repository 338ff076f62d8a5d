"""What is refused of energy, each message whole, and what is meant by what is not written."""

from __future__ import annotations

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.carriers import dispatch_order, serves
from tests.conftest import Writer

HEAD = """\
schema: 1
name: energy
time: {start: 2025-01-01, end: 2025-01-02, step: 1 h}
materials: {}
tables: {warm: {file: warm.csv, index: date, value: degrees, unit: degC, outside: hold}}
energy:
  heat: {levels: {steam: 180 degC, warm: 90 degC}}
  gas: {fuel: true, emission_factor: 0.2 t CO2/MWh}
  biogas: {}
  power: {price: 100 EUR/MWh}
  cold: {}
boundary: {west: {}, east: {}}
"""
HOT = "date,degrees\n2025-01-01,20\n2025-01-02,95\n"


def said(write: Writer, text: str) -> list[str]:
    """Messages, without file and line."""
    write(HOT, "warm.csv")
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
    order = dispatch_order(load(write(SOUND)).world)
    assert order.index("heat") < order.index("power")
    assert order.index("heat") < order.index("gas")


def test_a_level_serves_itself_and_colder_ones_of_its_carrier(write: Writer) -> None:
    write(HOT, "warm.csv")
    world = load(write(SOUND)).world
    assert serves(world, "heat.steam", "heat.warm")
    assert serves(world, "heat.warm", "heat.warm")
    assert not serves(world, "heat.warm", "heat.steam")
    assert not serves(world, "power", "heat.warm")


@pytest.mark.parametrize(("end", "fits"), [("2025-01-01T06:00", True), ("2025-01-01T00:30", False)])
def test_a_run_may_last_hours_but_no_less_than_a_step(write: Writer, end: str, fits: bool) -> None:
    write(HOT, "warm.csv")
    path = write(SOUND.replace("end: 2025-01-02", f"end: {end}"))
    if fits:
        load(path)
        return
    with pytest.raises(ScenarioError, match=r"time\.step: is longer than the run"):
        load(path)
