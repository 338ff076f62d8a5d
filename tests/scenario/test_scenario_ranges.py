"""What is varied: values and units as they are meant, and what cannot vary says so with its place and a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario.ranges import Form, Range, ends, loaded, parsed, points
from simulator.scenario.scenario import Scenario

MILL = """\
schema: 1
name: mill
seed: 3
time: {start: 2025-01-01, end: 2025-03-01, step: 1 day}
substances: [Fe]
tables: {spot: {file: spot.csv, index: date, value: price, unit: EUR/t, outside: hold}}
materials: {ore: {composition: {Fe: 0.6}}, metal: {}}
companies:
  mill:
    title: The mill
    processes:
      melt: {inputs: [ore], rate: {value: 12 kt/year, triangular: [10, 12, 20]}, cost: 10 EUR/t, outputs: {metal: 0.9},
             releases: {air: rest}, energy: {electricity: 0.4 MWh/t}, outages: {mtbf: 60 day, mttr: 2 day}}
energy: {electricity: {emission_factor: {factor: de.grid.2024}}}
boundary:
  mine: {supplies: {ore: {price: {table: spot}}}}
  market: {demands: {metal: {price: 900 EUR/t}}}
flows:
  dig: {from: mine, to: mill, material: ore, lead_time: 3 day, distance: 5 km}
  sell: {from: mill, to: market, material: metal}
variants: {usual: {}, cheap: {set: {boundary.market.demands.metal.price: 800 EUR/t}}}
"""
MELT = "companies.mill.processes.melt"


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    (tmp_path / "spot.csv").write_text("date,price\n2025-01-01,100\n", encoding="utf-8")
    path = tmp_path / "mill.yaml"
    path.write_text(MILL, encoding="utf-8")
    return path


def varied(mill: Path, *texts: str, form: Form = points) -> tuple[Range, ...]:
    found = parsed(mill, texts, form)
    loaded(mill, found, "choice" if form is points else "uniform")
    return found


def chosen(mill: Path, texts: Sequence[str], sets: Sequence[str] = ()) -> Scenario:
    return loaded(mill, parsed(mill, texts, points), "choice", sets=sets)


@pytest.mark.parametrize(
    ("text", "unit", "values"),
    [
        (f"{MELT}.rate=5:20:4", "kt/year", (5, 10, 15, 20)),
        (f"{MELT}.rate=10 t/day:40 t/day:7", "t/day", (10, 15, 20, 25, 30, 35, 40)),
        (f"{MELT}.rate=10:40 t/day:2", "t/day", (10, 40)),
        (f"{MELT}.cost=30,10,12.5", "EUR/t", (10, 12.5, 30)),
        (f"{MELT}.outputs.metal=0.1:0.7:3", "", (0.1, 0.4, 0.7)),
        (f"{MELT}.outputs.metal=10 %,50 %", "%", (10, 50)),
        ("flows.dig.lead_time=0,4", "day", (0, 4)),
        ("flows.dig.lead_time=12 h,4 h", "h", (4, 12)),
        ("boundary.mine.supplies.ore.price=90:110:3", "EUR/t", (90, 100, 110)),
        ("energy.electricity.emission_factor=100 g CO2e/kWh,400", "g CO2e/kWh", (100, 400)),
        ("materials.ore.composition.Fe=0.5,0.6", "", (0.5, 0.6)),
        ("boundary.market.demands.metal.rate=1 t/day,2 t/day", "t/day", (1, 2)),
    ],
)
def test_values_have_the_unit_that_is_written_else_that_of_the_file(
    mill: Path, text: str, unit: str, values: tuple[float, ...]
) -> None:
    (found,) = varied(mill, text)
    assert (found.unit, found.values) == (unit, values)


def test_points_between_the_ends_have_no_more_digits_than_they_need() -> None:
    assert points("0:1:11")[0] == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)


def test_both_ends_of_a_range(mill: Path) -> None:
    (found,) = varied(mill, f"{MELT}.cost=5:20", form=ends)
    assert (found.unit, found.values) == ("EUR/t", (5, 20))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flows.dig", "is not of the form PATH=VALUES"),
        (f"{MELT}.rat=1,2", "no such path: unknown key rat, did you mean rate?"),
        ("companies.mil.processes.melt.rate=1 t/day,2 t/day", "there is no mil in companies, did you mean mill?"),
        (f"{MELT}=1,2", "is no number: vary one in it: rate, "),
        ("companies.mill.title=1,2", "is no number that can vary from lane to lane: write a variant"),
        ("seed=1,2", "is no number that can vary from lane to lane"),
        ("time.step=1 day,2 day", "is the same in every replication"),
        (f"{MELT}.outages.mtbf=30 day,60 day", "does not vary from lane to lane: write a variant"),
        (f"{MELT}.rate=1:5", "is not of the form LO:HI:N"),
        (f"{MELT}.rate=1:5:1", "`1` is no number of points: write a whole number from 2 on"),
        (f"{MELT}.rate=1:5:2.5", "`2.5` is no number of points"),
        (f"{MELT}.rate=5:1:3", "does not rise from 5 to 1"),
        (f"{MELT}.rate=5", "needs at least two values"),
        (f"{MELT}.rate=5,6,5", "names a value twice"),
        (f"{MELT}.rate=1 t/day,2 kt/year", "has more than one unit"),
        (f"{MELT}.rate=one,2", "`one` is not a number; write it like"),
        (f"{MELT}.rate=1 t,2 t", "`t` is the wrong kind of unit, expected t/day"),
        (f"{MELT}.rate=-5:5:3", "must be at least 0 t/day; its values reach -"),
        (f"{MELT}.outputs.metal=0.5,1.2", "must be between 0 and 1; its values reach 1.2"),
        ("energy.electricity.emission_factor=100,400", "needs a unit; write it like `100 t CO2e/MWh`"),
        ("boundary.market.demands.metal.rate=1,2", "needs a unit; write it like `1 t/day`"),
    ],
)
def test_what_cannot_vary_so_says_why_with_its_place(mill: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        chosen(mill, [f"{MELT}.cost=1,2", text], ["flows.dig.distance=7 km"])
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == ("--vary", 2)
    assert said in fault.message
    assert fault.path == (text.partition("=")[0])


def test_a_number_is_not_varied_twice_nor_set_and_varied(mill: Path) -> None:
    for sets in ([], ["flows.dig.distance=7 km"]):
        with pytest.raises(ScenarioError, match=r"^--vary:2: .*cost: is varied twice, also in --vary:1: name all"):
            chosen(mill, [f"{MELT}.cost=1,2", f"{MELT}.cost=3,4"], sets)
    with pytest.raises(ScenarioError, match=r"is set twice .*also in --set:1"):
        chosen(mill, [f"{MELT}.cost=1,2"], [f"{MELT}.cost=3 EUR/t"])


def test_a_fault_of_set_stays_one_of_set(mill: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^--set:1: flows\.dig\.distanc"):
        chosen(mill, [f"{MELT}.cost=1,2"], ["flows.dig.distanc=7 km"])


def test_it_overrides_every_variant(mill: Path) -> None:
    scenario = chosen(mill, ["boundary.market.demands.metal.price=1,3"])
    for variant in scenario.variants.values():
        (world,) = variant.worlds
        price = world.boundary["market"].demands["metal"].price
        assert price is not None
        assert price.bounds() == (1, 3)
