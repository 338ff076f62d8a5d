"""What is in service by year of entry: adds up to the stock, and is what a count by hand, or flodym, gives."""

from __future__ import annotations

from math import gamma
from pathlib import Path

import pandas as pd
import pytest

from simulator.cli.files import CASES
from simulator.scenario import load
from simulator.study.run import Run, run
from tests.engine.builders import chosen, closed, simulate, value
from tests.engine.everything import BODY, FILES
from tests.engine.test_reuse import REPAIR
from tests.engine.test_stock import TABLE
from tests.engine.test_stock import town as plain_town
from tests.engine.test_vintages import ENTRIES, town

REPORTING = ("end_of_life:", "report_ages: true, end_of_life:")
WANTED = "date,t\n2025-01-01,100\n2026-06-01,160\n2027-02-01,30\n2028-01-01,120\n"
ROWS = "2010-01-01,4\n2015-01-01,0\n2017-07-01,9\n2024-10-01,3\n"
LIFE = "lifetime: {weibull: {shape: 2, scale: 4 year}}"


def asked(body: str) -> str:
    """The same, all uses reporting ages."""
    return body.replace("report_ages: true, ", "").replace(*REPORTING)


def by(table: pd.DataFrame, *keys: str) -> dict[object, float]:
    sums = table.astype(dict.fromkeys(keys, str)).groupby(list(keys))["mass_t"].sum()
    return {key: float(mass) for key, mass in sums.items() if mass > 1e-9}


def adds_up(result: Run) -> Run:
    """Ages sum to the stocks of every use that is there, in every period, of every substance."""
    keys = ("variant", "period", "node", "item", "material", "substance")
    found = by(result.tables.ages, *keys)
    assert found
    assert found == pytest.approx(by(chosen(result.tables.stocks, place="use"), *keys), rel=1e-9, abs=1e-9)
    return result


def cohorts(result: Run, period: str, **where: object) -> dict[str, float]:
    found = by(chosen(result.tables.ages, period=period, **where), "cohort")
    return {str(year): mass for year, mass in found.items()}


def test_ages_add_up_to_the_stock_whatever_else_a_scenario_does(tmp_path: Path) -> None:
    """All lifetimes and entries, reviews shorter and longer than cohorts, a lifetime that changes at a date."""
    adds_up(simulate(tmp_path, asked(BODY), FILES, end="2025-03-20", report="9 day"))


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("unit", ["t", "t/year"])
@pytest.mark.parametrize("step", ["1 year", "1 month", "11 day"])
def test_ages_of_vintages_add_up(tmp_path: Path, entry: str, unit: str, step: str) -> None:
    use = f"ages: {{table: before}}, {LIFE}, entry: {entry}"
    files = {"before.csv": f"date,amount\n{ROWS}"}
    body = asked(town(use, unit, "2 t/day"))
    adds_up(simulate(tmp_path, body, files, end="2031-03-01", step=step, report="month"))


@pytest.mark.parametrize("excess", ["retire", "keep"])
@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("cohort", ["1 month", "1 year"])
def test_ages_of_a_stock_that_is_wanted_add_up(tmp_path: Path, excess: str, entry: str, cohort: str) -> None:
    """Also in the middle of an interval, and behind an excess that all cohorts share."""
    use = f"stock: {{table: wanted}}, excess: {excess}, initial: 140 t, cohort: {cohort}, entry: {entry}, {LIFE}"
    more = TABLE.replace("outside", "between: linear, outside")
    body = asked(plain_town(use, more=more))
    adds_up(simulate(tmp_path, body, {"wanted.csv": WANTED}, end="2030-01-01", step="5 day", report="month"))


def test_ages_of_what_is_reused_count_from_its_new_entry(tmp_path: Path) -> None:
    result = adds_up(simulate(tmp_path, asked(REPAIR), start="2025-12-01", end="2026-02-20", report="20 day"))
    assert cohorts(result, "2026-01-30", item="again") == pytest.approx({"2026": 20 * 20 / 3})


def test_cohorts_are_those_that_flodym_keeps(tmp_path: Path) -> None:
    """A Weibull lifetime, entry in the middle: stock by cohort of five years, to the twelve digits that flodym gave."""
    case = CASES / "inflow_driven_lifetimes"
    (tmp_path / "inflow.csv").write_bytes((case / "inflow.csv").read_bytes())
    path = tmp_path / "scenario.yaml"
    path.write_text(asked((case / "scenario.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    result = adds_up(closed(run(load(path, variants=["middle"]))))
    expected = pd.read_csv(case / "expected_by_cohort.csv", dtype={"year": str, "cohort": str})
    for year in expected["year"].unique():
        there = expected[expected["year"] == year].set_index("cohort")["stock"]
        found = chosen(result.tables.ages, period=year, node="weibull").set_index("cohort")["mass_t"]
        assert found.reindex(there.index).tolist() == pytest.approx(there.tolist(), rel=1e-9)


def test_a_vintage_that_is_spread_counts_to_every_year_it_covers(tmp_path: Path) -> None:
    """Of 12 t that entered evenly from July 2020 to July 2023 and live long, 2 t are of 2020 and of 2023."""
    rows = {"before.csv": "date,amount\n2020-07-01,12\n2023-07-01,0\n"}
    body = asked(town("ages: {table: before}, lifetime: {fixed: 90 year}"))
    result = adds_up(simulate(tmp_path, body, rows, end="2027-01-01", step="1 year", report="year"))
    assert cohorts(result, "opening") == pytest.approx({"2020": 2, "2021": 4, "2022": 4, "2023": 2})
    entered = asked(town("ages: {table: before}, lifetime: {fixed: 90 year}, entry: end"))
    result = adds_up(simulate(tmp_path, entered, rows, end="2027-01-01", step="1 year", report="year"))
    assert sum(cohorts(result, "opening").values()) == pytest.approx(12)


def test_a_stationary_stock_has_the_ages_of_its_lifetime(tmp_path: Path) -> None:
    """Fixed for 4 years: a quarter of each year, before and after the start, as the same enters as leaves."""
    body = asked(plain_town("demand: 10 t/year, initial: 40 t, lifetime: {fixed: 4 year}"))
    result = adds_up(simulate(tmp_path, body, end="2028-01-01", step="1 year", report="year"))
    assert cohorts(result, "opening") == pytest.approx(dict.fromkeys(("2021", "2022", "2023", "2024"), 10))
    assert cohorts(result, "2026") == pytest.approx(dict.fromkeys(("2023", "2024", "2025", "2026"), 10), rel=2e-3)


@pytest.mark.parametrize(
    ("lifetime", "mean", "variance"),
    [
        ("fixed: 6 year", 6.0, 0.0),
        ("gamma: {shape: 3, scale: 2 year}", 6.0, 12.0),
        ("weibull: {shape: 2, scale: 6 year}", 6 * gamma(1.5), 36 * (1 - gamma(1.5) ** 2)),
    ],
)
def test_the_mean_age_of_a_steady_stock_is_that_of_renewal_theory(
    tmp_path: Path, lifetime: str, mean: float, variance: float
) -> None:
    """(μ² + σ²) ÷ 2μ, from the opening on, by month."""
    body = asked(plain_town(f"demand: 10 t/year, initial: {10 * mean} t, lifetime: {{{lifetime}}}"))
    body = "calendar: uniform" + body
    result = adds_up(simulate(tmp_path, body, end="2031-01-01", step="1 month", report="year"))
    for node, item in (("town", "vans"), ("network", "total")):
        for period in ("2025", "2030", "total"):
            found = value(result, "mean_age", node=node, item=item, period=period)
            assert found == pytest.approx((mean**2 + variance) / (2 * mean), rel=3e-4)


def test_a_cohort_ages_by_a_year_a_year(tmp_path: Path) -> None:
    """Goods of three substances that enter at the end of the first year, and never again."""
    body = asked(plain_town("stock: 100 t, lifetime: {fixed: 50 year}, entry: end, excess: keep"))
    result = adds_up(simulate(tmp_path, body, end="2029-01-01", step="1 year", report="year"))
    found = [value(result, "mean_age", period=str(year), item="total") for year in range(2025, 2029)]
    assert found == pytest.approx([0, 1, 2, 3], abs=2e-3)


def test_who_does_not_ask_has_no_ages(tmp_path: Path) -> None:
    """Nor what retires; where one variant asks all variants have it."""
    body = plain_town("demand: 10 t/year, initial: 40 t, lifetime: {fixed: 4 year}")
    variants = "variants: {plain: {}, detailed: {set: {companies.town.uses.vans.report_ages: true}}}\n"
    plain = simulate(tmp_path, body, end="2028-01-01", step="1 year", report="year")
    assert plain.tables.ages.empty
    assert plain.tables.retirements.empty
    assert not (plain.tables.indicators["indicator"] == "mean_age").any()
    both = adds_up(simulate(tmp_path, body + variants, end="2028-01-01", step="1 year", report="year"))
    assert set(both.tables.ages["variant"]) == set(both.tables.retirements["variant"]) == {"plain", "detailed"}


def test_retirements_are_what_leaves_a_use(tmp_path: Path) -> None:
    """By what it becomes and by origin: as much as flows take away from a town that keeps nothing."""
    result = simulate(tmp_path, asked(REPAIR), end="2025-04-20", report="20 day")
    retired = by(result.tables.retirements, "period", "material", "origin")
    flowed = chosen(result.tables.flows, source="town")
    assert retired == pytest.approx(by(flowed, "period", "material", "origin"))
    assert set(result.tables.retirements["item"]) == {"new", "again"}
