"""Noise: numbers that are redrawn through time, in replications and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.noise import factors
from simulator.scenario.amounts import Noise, Span
from simulator.scenario.noise import noisy
from simulator.scenario.scenario import Scenario
from simulator.study import executors
from simulator.study.replication import Study, Workshop
from simulator.study.run import run
from tests.engine.builders import plain, read, same, text
from tests.study.test_replications import alike, done, figures, tables

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


def works(folder: Path, files: Mapping[str, str] | None = None, *, head: Mapping[str, str] | None = None, **numbers: str) -> Scenario:
    folder.mkdir(exist_ok=True)
    return read(folder, text(WORKS.format(**STILL | numbers), **{"end": "2025-04-03", "report": "month"} | dict(head or {})), files)


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
    product = "date,factor\n" + "".join(f"{datetime(2025, 1, 1) + timedelta(days=day):%Y-%m-%d},{value!r}\n" for day, value in rows)
    head = "tables:\n" + table("rate", "t/day")
    shaken = works(tmp_path / "noise", {"rate.csv": course}, tables=head, rate="{table: rate, noise: {cv: 0.3, every: 1 week}}")
    tabled = works(tmp_path / "table", {"rate.csv": product}, tables=head, rate="{table: rate}")
    assert lane(shaken) == pytest.approx(lane(tabled), rel=1e-12)


def test_what_accrues_with_time_alone_follows_noise_too(tmp_path: Path) -> None:
    """1 t of allowances a day, at a price that noise redraws each week: 92 days of it."""
    shaken = works(tmp_path, carbon=with_noise("60 EUR/t CO2e"))
    own = factors(Noise(0.3, WEEK, "carbon_prices.ets.price.noise"), 7, 1, 14)
    worth = 60 * (own[np.arange(92) // 7]).sum()
    found = [value for (_, year, key), value in lane(shaken).items() if year == "total" and "free allocation" in str(key)]
    found = found or [value for (_, year, key), value in lane(shaken).items() if "free" in str(key)]
    assert found, sorted({str(key) for _, _, key in lane(shaken)})
    assert worth in [pytest.approx(value) for value in found]
