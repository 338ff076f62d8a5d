"""Noise: numbers that are redrawn through time, in replications and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.accounting.accounts import Account
from simulator.engine import Lane
from simulator.engine.noise import drawn, factors
from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.amounts import Noise, Number, Span
from simulator.scenario.noise import noisy
from simulator.scenario.scenario import Scenario
from simulator.study import executors
from simulator.study.replication import Study, Workshop
from simulator.study.run import run
from tests.engine import everything
from tests.engine.builders import read, same, text
from tests.scenario.uncertain import numbers, written
from tests.study.test_replications import close, figures

WEEK = Span(seconds=7 * 86400)
RATE, PRICE = "companies.works.processes.melt.rate.noise", "boundary.yard.supplies.scrap.price.noise"
WORKS = """
materials: {{scrap: {{waste: true}}, metal: {{}}, dross: {{waste: true}}}}
{tables}
companies:
  works:
    inventories: {{scrap: {{initial: 40 t, order_up_to: 5 day}}}}
    processes:
      melt: {{inputs: [scrap], rate: {rate}, outputs: {{metal: 0.9, dross: 0.1}}, cost: 30 EUR/t,
              energy: {{gas: 0.5 MWh/t}}}}
energy: {{gas: {{fuel: true, emission_factor: 0.2 t CO2e/MWh}}}}
boundary:
  yard: {{supplies: {{scrap: {{price: {price}}}}}}}
  mill: {{demands: {{metal: {{price: 900 EUR/t}}}}}}
  dump: {{accepts: {{dross: {{fee: {fee}, fate: landfill}}}}}}
flows:
  buy: {{from: yard, to: works, material: scrap, lead_time: 3 day}}
  sell: {{from: works, to: mill, material: metal}}
  away: {{from: works, to: dump, material: dross}}
carbon_prices: {{ets: {{covers: fuel, price: {carbon}, free_allocation: {{works: {free}}}}}}}
"""
STILL = {"tables": "", "rate": "10 t/day", "price": "400 EUR/t", "fee": "50 EUR/t", "carbon": "60 EUR/t CO2e",
         "free": "1 t CO2e/day"}  # fmt: skip


def works(
    folder: Path, files: Mapping[str, str] | None = None, *, head: Mapping[str, str] | None = None, **numbers: str
) -> Scenario:
    folder.mkdir(exist_ok=True)
    return read(
        folder,
        text(WORKS.format(**STILL | numbers), **{"end": "2025-04-03", "report": "month"} | dict(head or {})),
        files,
    )


def with_noise(value: str, cv: float = 0.3, every: str = "1 week", more: str = "") -> str:
    return f"{{value: {value}, noise: {{cv: {cv}, every: {every}}}{more}}}"


def lane(scenario: Scenario, replication: int = 1) -> Mapping[tuple[object, ...], float]:
    """Every figure of one replication."""
    workshop = Workshop(Study(scenario, replication))
    return figures(workshop.block(replication, replication).account)


def csv(own: np.ndarray[tuple[int], np.dtype[np.float64]], days: int = 7) -> str:
    """Factors as a table, a row for each interval."""
    start = datetime(2025, 1, 1)
    rows = [f"{start + timedelta(days=days * n):%Y-%m-%d},{factor!r}" for n, factor in enumerate(own.tolist())]
    return "\n".join(["date,factor", *rows]) + "\n"


def table(name: str, unit: str) -> str:
    return f"  {name}: {{file: {name}.csv, index: date, value: factor, unit: {unit}, between: hold, outside: hold}}\n"


@pytest.mark.parametrize("cv", [0.05, 0.3, 1.0, 2.0])
def test_factors_have_mean_1_and_the_coefficient_of_variation_that_is_written(cv: float) -> None:
    own = factors(Noise(cv, WEEK, "anything"), 3, 1, 1_000_000)
    assert own.mean() == pytest.approx(1, abs=5e-3 * cv)
    assert own.std() / own.mean() == pytest.approx(cv, rel=0.03)
    assert own.min() > 0


def test_factors_do_not_leave_the_bounds_that_were_checked() -> None:
    noise = Noise(0.5, WEEK, "anything")
    low, high = noise.factors
    own = factors(noise, 3, 1, 1_000_000)
    assert low <= own.min()
    assert own.max() <= high


def test_factors_of_two_intervals_two_streams_and_two_replications_are_independent() -> None:
    one, other = (Noise(0.3, WEEK, name) for name in ("one", "other"))
    own = factors(one, 3, 1, 100_000)
    for against in (factors(other, 3, 1, 100_000), factors(one, 3, 2, 100_000), factors(one, 4, 1, 100_000)):
        assert abs(np.corrcoef(own, against)[0, 1]) < 0.015
    assert abs(np.corrcoef(own[1:], own[:-1])[0, 1]) < 0.015


def test_a_longer_run_leaves_the_first_factors_as_they_are() -> None:
    noise = Noise(0.3, WEEK, "anything")
    assert (factors(noise, 3, 1, 500)[:20] == factors(noise, 3, 1, 20)).all()


def test_replication_0_stands_still() -> None:
    assert (factors(Noise(0.3, WEEK, "anything"), 3, 0, 9) == 1).all()


def test_a_noisy_price_gives_what_a_table_of_its_factors_gives(tmp_path: Path) -> None:
    shaken = works(tmp_path / "noise", price=with_noise("400 EUR/t"), head={"report": "year"})
    own = factors(Noise(0.3, WEEK, PRICE), 7, 2, 14)
    tabled = works(
        tmp_path / "table", {"price.csv": csv(own)}, tables="tables:\n" + table("price", "EUR/t"),
        price="{table: price, times: 400}", head={"report": "year"},
    )  # fmt: skip
    found = lane(shaken, 2)
    assert found == lane(tabled, 2)
    assert found != lane(works(tmp_path / "still", head={"report": "year"}), 2)


def test_a_noisy_rate_gives_what_a_table_of_its_factors_gives(tmp_path: Path) -> None:
    shaken = works(tmp_path / "noise", rate=with_noise("10 t/day", 0.2, "2 days"))
    own = factors(Noise(0.2, Span(seconds=2 * 86400), RATE), 7, 1, 46)
    tabled = works(
        tmp_path / "table", {"rate.csv": csv(own, 2)}, tables="tables:\n" + table("rate", "t/day"),
        rate="{table: rate, times: 10}",
    )  # fmt: skip
    assert lane(shaken) == lane(tabled)


def test_a_table_with_noise_is_their_product(tmp_path: Path) -> None:
    course = "date,factor\n2025-01-01,8\n2025-02-01,12\n"
    own = factors(Noise(0.3, WEEK, RATE), 7, 1, 14)
    cuts = sorted({7 * n for n in range(14)} | {31})
    rows = [(day, (8.0 if day < 31 else 12.0) * float(own[day // 7])) for day in cuts]
    product = "date,factor\n" + "".join(
        f"{datetime(2025, 1, 1) + timedelta(days=day):%Y-%m-%d},{value!r}\n" for day, value in rows
    )
    head = "tables:\n" + table("rate", "t/day")
    shaken = works(
        tmp_path / "noise", {"rate.csv": course}, tables=head, rate="{table: rate, noise: {cv: 0.3, every: 1 week}}"
    )
    tabled = works(tmp_path / "table", {"rate.csv": product}, tables=head, rate="{table: rate}")
    assert lane(shaken) == pytest.approx(lane(tabled), rel=1e-12)


def test_what_accrues_with_time_alone_follows_noise_too(tmp_path: Path) -> None:
    """2 t of allowances a day, at a price that noise redraws each week: 92 days of it."""
    found = lane(works(tmp_path, carbon=with_noise("60 EUR/t CO2e"), free="2 t CO2e/day"))
    own = factors(Noise(0.3, WEEK, "carbon_prices.ets.price.noise"), 7, 1, 14)
    emitted, paid = (
        found[Lane("base", 1), "total", ("network", name, "total", "EUR")]
        for name in ("carbon_opportunity_cost", "carbon_cost")
    )
    assert emitted - paid == pytest.approx(120 * own[np.arange(92) // 7].sum())


@pytest.mark.parametrize("calendar", ["real", "uniform"])
def test_months_of_noise_are_those_of_the_calendar_from_the_start_of_the_run(tmp_path: Path, calendar: str) -> None:
    """Of a carbon price too, by which allowances are worth something with time alone."""
    head, path = {"start": "2025-01-15", "end": "2025-05-01"}, "carbon_prices.ets.price.noise"
    first = f"calendar: {calendar}\n"
    shaken = works(
        tmp_path / "noise", tables=first, price=with_noise("400 EUR/t", every="1 month"),
        carbon=with_noise("60 EUR/t CO2e", every="1 month"), head=head,
    )  # fmt: skip
    files = {}
    for name, key in (("price", PRICE), ("carbon", path)):
        own = factors(Noise(0.3, Span(months=1), key), 7, 1, 4).tolist()
        rows = "".join(f"2025-{n:02}-15,{factor!r}\n" for n, factor in enumerate(own, 1))
        files[f"{name}.csv"] = f"date,factor\n{rows}"
    tabled = works(
        tmp_path / "table", files, tables=f"{first}tables:\n{table('price', 'EUR/t')}{table('carbon', 'EUR/t CO2e')}",
        price="{table: price, times: 400}", carbon="{table: carbon, times: 60}", head=head,
    )  # fmt: skip
    assert lane(shaken) == lane(tabled)


def shaken_works(folder: Path, report: str = "month") -> Scenario:
    carbon = with_noise("60 EUR/t CO2e")
    rate, price = with_noise("10 t/day"), with_noise("400 EUR/t")
    return works(folder, rate=rate, price=price, carbon=carbon, head={"report": report})


def test_no_figure_of_a_noisy_lane_depends_on_the_reporting_period(tmp_path: Path) -> None:
    one, other = (lane(shaken_works(tmp_path / name, name)) for name in ("month", "year"))
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert other[key] == pytest.approx(value, rel=1e-12, abs=1e-9), key


def test_noise_changes_nothing_in_runs_without_replications_and_in_the_central_world(tmp_path: Path) -> None:
    still = run(works(tmp_path / "still")).tables
    shaken = shaken_works(tmp_path / "noise")
    same(run(shaken).tables, still)
    many = run(shaken, replications=2, workers=executors.threads(1))
    same(replace(many.tables, indicators=still.indicators), still)
    assert many.ensemble is not None


def test_a_scenario_without_noise_is_simulated_as_it_is(tmp_path: Path) -> None:
    """With the same machine code, and no further plan, series or factors."""
    scenario = works(tmp_path)
    assert noisy(scenario) is scenario
    (plan,) = Workshop(Study(scenario, 1)).plans
    assert plan.programs == ("usual",)
    assert plan.noises.count == 0


def test_a_central_lane_of_a_noisy_plan_stands_still(tmp_path: Path) -> None:
    (plan,) = Workshop(Study(shaken_works(tmp_path), 1)).plans
    lanes = [Lane("base", n) for n in (0, 1, 0)]
    assert (drawn(plan.noises, 7, lanes)[::2] == 1).all()
    assert not (drawn(plan.noises, 7, lanes)[1] == 1).any()


def test_noise_without_variation_changes_nothing(tmp_path: Path) -> None:
    assert lane(works(tmp_path / "none", rate=with_noise("10 t/day", cv=0))) == lane(works(tmp_path / "still"))


def test_other_noise_and_more_replications_change_no_factor(tmp_path: Path) -> None:
    one = works(tmp_path / "one", price=with_noise("400 EUR/t"))
    both = works(tmp_path / "both", price=with_noise("400 EUR/t"), fee=with_noise("50 EUR/t"))
    few, more = lane(one), figures(Workshop(Study(both, 5)).block(1, 5).account)
    bought = Lane("base", 1), "total", ("works", "cash_flow", "purchase", "EUR")
    away = Lane("base", 1), "total", ("works", "cash_flow", "gate_fee", "EUR")
    assert few[bought] == more[bought]
    assert few[away] != more[away]


def test_numbers_that_name_one_draw_rise_and_fall_together(tmp_path: Path) -> None:
    """The price has a distribution too: what is drawn once is multiplied by what is redrawn."""
    both = works(
        tmp_path / "noise", fee=with_noise("50 EUR/t", more=", draw: trade"),
        price=with_noise("400 EUR/t", more=", draw: trade, uniform: [300, 500]"),
    )  # fmt: skip
    workshop = Workshop(Study(both, 1))
    (value,) = (float(one.values[0, 0]) for one in workshop.drawn.values())
    own = csv(factors(Noise(0.3, WEEK, "trade.noise"), 7, 1, 14))
    head = "tables:\n" + table("fee", "EUR/t") + table("price", "EUR/t")
    tabled = works(
        tmp_path / "table", {"fee.csv": own, "price.csv": own}, tables=head, fee="{table: fee, times: 50}",
        price=f"{{table: price, times: {value!r}}}",
    )  # fmt: skip
    assert figures(workshop.block(1, 1).account) == lane(tabled)


def test_variants_of_one_replication_share_their_noise(tmp_path: Path) -> None:
    """What one variant scales stays twice the other's, whatever was drawn; what one makes wider is wider there."""
    body = (
        WORKS.format(**STILL | {"price": with_noise("400 EUR/t")})
        + """
variants:
  usual: {}
  dear: {scale: {boundary.yard.supplies.scrap.price: 2}}
  wide: {set: {boundary.yard.supplies.scrap.price: {value: 400 EUR/t, noise: {cv: 0.6, every: 1 week}}}}
"""
    )
    scenario = read(tmp_path, text(body, end="2025-04-03", report="month"))
    assert len(noisy(scenario).noises) == 2
    found = lane(scenario)
    usual, dear, wide = (
        found[Lane(name, 1), "total", ("works", "cash_flow", "purchase", "EUR")] for name in ("usual", "dear", "wide")
    )
    assert dear == pytest.approx(2 * usual, rel=1e-12)
    assert abs(wide - usual) > 1


@pytest.mark.parametrize("settle", ["once", "until_quiet"])
def test_noise_that_lasts_the_whole_run_is_another_number(tmp_path: Path, settle: str) -> None:
    """Beside every number of a scenario of all features that may have any: nowhere is it passed over in silence."""
    body = text(everything.BODY, end="2025-02-10", report="month").replace("settle: once", f"settle: {settle}")
    read(tmp_path, body, everything.FILES)
    shaken, multiplied = everywhere(tmp_path / "scenario.yaml")
    assert len(shaken) > 50
    close(
        block(load(tmp_path / "scenario.yaml", sets=shaken)), block(load(tmp_path / "scenario.yaml", sets=multiplied))
    )


def block(scenario: Scenario) -> Account:
    return Workshop(Study(scenario, 1)).block(1, 1).account


def everywhere(path: Path) -> tuple[list[str], list[str]]:
    """Every number of a scenario that may have noise: with noise of one interval, and as this makes it."""
    world = load(path).world
    known = {".".join(keys): number for keys, number in numbers(world) if isinstance(number, Number)}
    scenario = _accepted(path, known)
    noises = {noise.stream.removesuffix(".noise"): noise for noise in noisy(scenario).noises.values()}
    factor = {name: float(factors(noise, world.seed, 1, 1)[0]) for name, noise in noises.items()}
    return (
        [f"{name}={{{_shaken(known[name])}}}" for name in factor],
        [f"{name}={{{_plain(known[name])}, times: {known[name].times * one!r}}}" for name, one in factor.items()],
    )


def _accepted(path: Path, known: Mapping[str, Number]) -> Scenario:
    """The scenario with noise beside every number at which nothing is said against it."""
    try:
        return load(path, sets=[f"{name}={{{_shaken(number)}}}" for name, number in known.items()])
    except ScenarioError as error:
        places = [f"{fault.path}." for fault in error.faults]
        left = {name: number for name, number in known.items() if not any(_refused(name, place) for place in places)}
        if len(left) == len(known):
            raise
        return _accepted(path, left)


def _refused(name: str, place: str) -> bool:
    return place.startswith(f"{name}.") or name.startswith(place)


def _plain(number: Number) -> str:
    return f"table: {number.table}" if number.table else f"value: {written(number, number.value)}"


def _shaken(number: Number) -> str:
    return f"{_plain(number)}, times: {number.times!r}, noise: {{cv: 0.03, every: 1 year}}"
