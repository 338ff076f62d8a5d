"""Uses driven by the stock that is wanted: what enters, what is let go, what is missed and ordered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import integrate

from simulator.errors import UserError
from simulator.study.run import Run
from tests.engine.builders import by_period, chosen, same, shipped, simulate, stock, value

WANTED = [100, 130, 170, 180, 120, 90, 95, 140, 150, 150, 150, 30, 60, 160, 160, 160, 170, 180, 190, 200]
"""At the end of each interval; it falls faster than goods retire, and rises again."""
SHAPE, SCALE = 2.5, 6.0
"""Of the lifetime, in intervals."""


def town(
    use: str, *, held: str = "{order_up_to: 1000 kt, initial: 1000 kt}", more: str = "", supply: str = "{}"
) -> str:
    return f"""
materials: {{van: {{piece: 2 t}}, old: {{waste: true}}}}
companies:
  town:
    inventories: {{van: {held}}}
    uses: {{vans: {{material: van, end_of_life: old, {use}}}}}
boundary:
  shop: {{supplies: {{van: {supply}}}, accepts: {{old: {{fate: landfill}}}}}}
flows:
  buy: {{from: shop, to: town, material: van}}
  dump: {{from: town, to: shop, material: old}}
{more}"""


TABLE = """
tables:
  wanted: {file: wanted.csv, index: date, value: t, unit: t, outside: hold}
"""


def at(age: float) -> float:
    return float(np.exp(-((max(age, 0.0) / SCALE) ** SHAPE)))


def kept(entry: str, k: int) -> float:
    if entry == "spread":
        return float(integrate.quad(at, k, k + 1, epsabs=1e-14)[0])
    return at(k + {"start": 1, "middle": 0.5, "end": 0}[entry])


def by_hand(entry: str, retires: bool) -> tuple[list[float], list[float]]:
    """Stock and outflow of each interval, cohort by cohort."""
    survival = [kept(entry, k) for k in range(len(WANTED))]
    cohorts: list[float] = []
    stocks: list[float] = []
    outflows: list[float] = []
    for n, wanted in enumerate(WANTED):
        survivors = sum(mass * survival[n - c] for c, mass in enumerate(cohorts))
        if retires and survivors > wanted:
            cohorts = [mass * wanted / survivors for mass in cohorts]
            survivors = wanted
        inflow = max(0.0, wanted - survivors) / survival[0]
        before = stocks[-1] if stocks else 0.0
        cohorts.append(inflow)
        stocks.append(survivors + inflow * survival[0])
        outflows.append(before + inflow - stocks[-1])
    return stocks, outflows


def in_use(result: Run) -> list[float]:
    """At the end of every period."""
    table = chosen(result.tables.stocks, place="use")
    sums = table[table["period"].astype(str) != "opening"].groupby("period", observed=True, sort=True)["mass_t"].sum()
    return [float(mass) for mass in sums]


@pytest.mark.parametrize("excess", ["retire", "keep"])
@pytest.mark.parametrize("entry", ["start", "middle", "end", "spread"])
def test_by_the_year_stock_and_outflow_are_those_of_a_computation_by_cohort(
    tmp_path: Path, entry: str, excess: str
) -> None:
    rows = "".join(f"{1950 + n},{wanted}\n" for n, wanted in enumerate(WANTED))
    life = f"lifetime: {{weibull: {{shape: {SHAPE}, scale: {SCALE} year}}}}, entry: {entry}, excess: {excess}"
    result = simulate(
        tmp_path, TABLE + town(f"stock: {{table: wanted}}, {life}"), {"wanted.csv": f"date,t\n{rows}"},
        start="1950-01-01", end="1970-01-01", step="1 year", report="year",
    )  # fmt: skip
    stocks, outflows = by_hand(entry, excess == "retire")
    assert in_use(result) == pytest.approx(stocks, rel=1e-9)
    gone = by_period(result, "dump")
    assert [gone.get(str(1950 + n), 0.0) for n in range(20)] == pytest.approx(outflows, rel=1e-9, abs=1e-9)


def test_by_the_day_a_cohort_of_ten_days_takes_in_what_it_would_at_once(tmp_path: Path) -> None:
    """Review by review the stock is there, and over each interval inflow = (wanted − survivors) ÷ S(0) holds."""
    rising = [100 + 10 * n for n in range(10)]
    dates = np.datetime64("2025-01-01") + 10 * np.arange(10)
    rows = "".join(f"{date},{wanted}\n" for date, wanted in zip(dates, rising, strict=True))
    life = "lifetime: {weibull: {shape: 2.5, scale: 60 day}}, cohort: 10 day"
    result = simulate(
        tmp_path, TABLE + town(f"stock: {{table: wanted}}, {life}"), {"wanted.csv": f"date,t\n{rows}"}, report="1 day"
    )
    assert in_use(result) == pytest.approx(np.repeat(rising, 10))
    survival = [kept("spread", k) for k in range(10)]
    inflows: list[float] = []
    for n, wanted in enumerate(rising):
        inflows.append((wanted - sum(mass * survival[n - c] for c, mass in enumerate(inflows))) / survival[0])
    entered = 1e6 + shipped(result, "buy") - stock(result, "town", "van")
    assert entered == pytest.approx(sum(inflows), rel=1e-9)


def test_a_constant_stock_ends_where_replacement_is_retirement(tmp_path: Path) -> None:
    """Stock ÷ mean lifetime a day, after some lifetimes: Γ(1 + 1/3) × 60 days."""
    life = "lifetime: {weibull: {shape: 3, scale: 60 day}}, cohort: 5 day"
    result = simulate(tmp_path, town(f"stock: 100 t, {life}", held="{order_up_to: 500 t}"), end="2026-06-01")
    assert in_use(result)[2:] == pytest.approx([100.0] * (len(in_use(result)) - 2))
    for flow in ("buy", "dump"):
        assert by_period(result, flow)["2026-05-20"] == pytest.approx(100 / (60 * 0.8929795), rel=1e-4)


def test_without_a_policy_a_store_orders_what_is_missing_and_what_retires(tmp_path: Path) -> None:
    """A review behind: where retirements rise from one interval to the next, it is short by the rise for a day."""
    life = "lifetime: {weibull: {shape: 3, scale: 60 day}}, initial: 40 t"
    result = simulate(tmp_path, town(f"stock: 100 t, {life}", held="{}"))
    days = in_use(result)[1:]
    assert min(days) > 99.5
    assert sum(day == pytest.approx(100) for day in days) >= 95
    assert stock(result, "town", "van") < 3


def test_makers_ahead_of_a_use_make_what_it_is_missing(tmp_path: Path) -> None:
    """An order level in days of use counts what the stock that is wanted lacks."""
    body = """
    materials: {steel: {}, van: {}, old: {waste: true}}
    companies:
      maker:
        inventories: {van: {order_up_to: 3 day}, steel: {order_up_to: 50 t}}
        processes: {make: {inputs: [steel], rate: 10 t/day, outputs: {van: 1}}}
      town:
        uses: {vans: {material: van, stock: 100 t, lifetime: {fixed: 30 year}, end_of_life: old}}
    boundary:
      mine: {supplies: {steel: {}}, accepts: {old: {fate: landfill}}}
    flows:
      steel: {from: mine, to: maker, material: steel}
      sell: {from: maker, to: town, material: van}
      dump: {from: town, to: mine, material: old}
    """
    result = simulate(tmp_path, body)
    assert in_use(result)[-1] == pytest.approx(100)
    assert stock(result, "maker", "van") + stock(result, "town", "van") < 40


@pytest.mark.parametrize("review", ["1 day", "10 day"])
def test_what_is_missing_counts_once_however_often_one_looks(tmp_path: Path, review: str) -> None:
    """Of 100 t wanted 60 are there and nothing is to be had: 40 t are missed, and 1 t more each day."""
    life = "lifetime: {fixed: 60 day}, entry: end, cohort: 10 day, initial: 60 t"
    body = town(f"stock: 100 t, {life}", held="{}", supply="{rate: 0 t/day}")
    result = simulate(tmp_path, body.replace("  town:\n", f"  town:\n    review_period: {review}\n"), end="2025-02-20")
    assert in_use(result)[-1] == pytest.approx(10)
    assert value(result, "unmet_demand") == pytest.approx(40 + 50)


def test_what_is_had_later_is_missed_no_more(tmp_path: Path) -> None:
    result = simulate(
        tmp_path, town("stock: 100 t, lifetime: {fixed: 30 year}", held="{order_up_to: 4 t}"), end="2025-03-01"
    )
    assert in_use(result)[-1] == pytest.approx(100)
    assert value(result, "unmet_demand") == pytest.approx(100)


def test_at_a_date_the_excess_retires_or_is_kept_until_it_does(tmp_path: Path) -> None:
    change = "interventions:\n  fewer: {at: 2025-02-01, set: {companies.town.uses.vans.stock: 60 t}}\n"
    life = "stock: 100 t, initial: 100 t, lifetime: {fixed: 100 day}, entry: end, cohort: 1 day"
    retired = simulate(tmp_path, town(life, more=change))
    assert in_use(retired)[30:] == pytest.approx([100.0] + [60.0] * 69)
    assert by_period(retired, "dump")["2025-02-01"] == pytest.approx(1 + 39)
    kept = simulate(tmp_path, town(f"{life}, excess: keep", more=change))
    assert in_use(kept)[30:72] == pytest.approx([100.0 - n for n in range(41)] + [60.0])


def test_what_is_let_go_is_of_all_ages_alike(tmp_path: Path) -> None:
    """On a day on which 1 t of 100 retires anyhow, 49 of 99 leave: what is left retires that much more slowly."""
    change = "interventions:\n  fewer: {at: 2025-02-01, set: {companies.town.uses.vans.stock: 50 t}}\n"
    life = "initial: 100 t, lifetime: {fixed: 100 day}, entry: end, cohort: 1 day"
    gone = by_period(simulate(tmp_path, town(f"stock: 100 t, {life}", more=change)), "dump")
    assert gone["2025-01-31"] == pytest.approx(1)
    assert [gone[f"2025-03-{day:02}"] for day in range(1, 32)] == pytest.approx([50 / 99] * 31)


def test_a_change_that_changes_nothing_forgets_nothing(tmp_path: Path) -> None:
    use = "stock: 100 t, lifetime: {weibull: {shape: 3, scale: 60 day}}, initial: 40 t"
    folders = [tmp_path / "without", tmp_path / "with"]
    for folder in folders:
        folder.mkdir()
    change = "interventions:\n  none: {at: 2025-01-02, set: {companies.town.uses.vans.stock: 100 t}}\n"
    without = simulate(folders[0], town(use, held="{}", supply="{rate: 2 t/day}"))
    same(without.tables, simulate(folders[1], town(use, held="{}", supply="{rate: 2 t/day}", more=change)).tables)


def test_a_stock_may_be_wanted_in_pieces(tmp_path: Path) -> None:
    result = simulate(tmp_path, town("stock: 30 pieces, lifetime: {fixed: 30 year}"), end="2025-01-05")
    assert in_use(result) == pytest.approx([60.0] * 4)


def test_a_use_that_is_switched_off_wants_nothing_and_lets_nothing_go(tmp_path: Path) -> None:
    change = "interventions:\n  shut: {at: 2025-02-01, set: {companies.town.uses.vans.active: false}}\n"
    life = "stock: 100 t, initial: 100 t, lifetime: {fixed: 100 day}, entry: end, cohort: 1 day"
    result = simulate(tmp_path, town(life, more=change))
    assert in_use(result)[30:] == pytest.approx([100.0 - n for n in range(70)])


def test_a_lifetime_too_short_to_keep_any_stock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"companies\.town\.uses\.vans: .* give a shorter `cohort`"):
        simulate(tmp_path, town("stock: 100 t, lifetime: {fixed: 5 day}, entry: start, cohort: 10 day"))
