"""Laws that hold for every scenario, tried on those that come with the project."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from random import Random

import pandas as pd
import pytest
import yaml

from simulator.scenario import load
from simulator.study.run import Run, run
from tests.engine.builders import TOLERANCE, plain, read, same, shuffled, without

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("first_loop", "luenen")
REPORTS = ("1 day", "7 day", "3 month", "year")
COMPARED = ("abatement_cost", "gain", "npv", "payback")
"""Indicators of a variant against the first."""
AGAINST_TARGETS = ("target", "target_gap", "target_met")
BY_YEAR = ("levelised_cost", "npv", "payback")
"""Indicators whose totals discount each year by itself; weeks do not end with the years."""


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def usual(name: str) -> Run:
    return run(load(SCENARIOS / f"{name}.yaml"))


def tree(name: str) -> dict[str, object]:
    """A scenario as plain data."""
    loaded: dict[str, object] = yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def written(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)


def series(name: str) -> dict[str, str]:
    """The time series beside a scenario."""
    return {path.name: path.read_text(encoding="utf-8") for path in SCENARIOS.glob("*.csv")}


def test_every_balance_closes(usual: Run) -> None:
    assert usual.residual <= TOLERANCE


def test_no_mass_is_negative(usual: Run) -> None:
    for table in (usual.tables.flows, usual.tables.stocks, usual.tables.waste):
        assert table["mass_t"].min() >= 0.0


def test_two_runs_give_the_same_tables(name: str, usual: Run) -> None:
    same(usual.tables, run(load(SCENARIOS / f"{name}.yaml")).tables)


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_the_file_changes_no_number(tmp_path: Path, name: str, usual: Run, seed: int) -> None:
    """Of any mapping, at any depth, but `variants`."""
    mixed = shuffled(tree(name), Random(seed))
    assert list(mixed) != list(tree(name))
    same(usual.tables, run(read(tmp_path, written(mixed), series(name))).tables)


def test_a_lane_is_the_same_alone_as_among_others(name: str, usual: Run) -> None:
    """Indicators list for all variants what occurs in one of them: zeros do not count, nor do comparisons."""
    for variant in usual.scenario.variants:
        alone = run(load(SCENARIOS / f"{name}.yaml", variants=[variant])).tables
        for table, frame in usual.tables.items():
            one, two = of_variant(frame, variant), of_variant(getattr(alone, table), variant)
            pd.testing.assert_frame_equal(one, two, check_exact=True, obj=f"{variant} {table}")


def of_variant(table: pd.DataFrame, variant: str) -> pd.DataFrame:
    frame = plain(table)
    frame = frame[frame["variant"] == variant]
    if "value" in frame:
        frame = frame[(frame["value"] != 0) & ~frame["indicator"].isin([*COMPARED, *AGAINST_TARGETS])]
    return frame.reset_index(drop=True)


def test_the_order_of_variants_changes_no_lane(tmp_path: Path, name: str, usual: Run) -> None:
    data = tree(name)
    variants = data["variants"]
    assert isinstance(variants, dict)
    data["variants"] = dict(reversed(variants.items()))
    other = run(read(tmp_path, written(data), series(name))).tables
    for variant in variants:
        one, two = (plain(tables.flows) for tables in (usual.tables, other))
        one, two = (frame[frame["variant"] == variant].reset_index(drop=True) for frame in (one, two))
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_an_unconnected_company_changes_nothing_elsewhere(tmp_path: Path, name: str, usual: Run) -> None:
    """Its name comes first, its substances are there already, and it reviews at hours at which nobody else does."""
    data = tree(name)
    some = str(next(iter(data["materials"])))  # type: ignore[call-overload]
    data["companies"]["aa_island"] = {  # type: ignore[index]
        "review_period": "5 hour",
        "inventories": {some: {"initial": "10 t"}},
        "processes": {
            "p": {
                "inputs": [some],
                "rate": "1 t/day",
                "outputs": {some: 1},
                "outages": {"mtbf": "9 day", "mttr": "1 day"},
            }
        },
    }
    data["boundary"]["aa_coast"] = {"demands": {some: {"rate": "1 t/day"}}}  # type: ignore[index]
    data["flows"]["aa_ferry"] = {"from": "aa_island", "to": "aa_coast", "material": some}  # type: ignore[index]
    other = run(read(tmp_path, written(data), series(name))).tables
    for table in ("flows", "stocks", "processes", "emissions", "energy", "waste", "money", "indicators"):
        frame = without(plain(getattr(other, table)), "aa_island", "aa_coast")
        expected = plain(getattr(usual.tables, table))
        if table == "indicators":
            frame, expected = (without(rows, "network") for rows in (frame, expected))
        pd.testing.assert_frame_equal(
            frame.reset_index(drop=True), expected.reset_index(drop=True), check_exact=True, obj=table
        )


@pytest.fixture(scope="module")
def short(name: str) -> Run:
    return reported(name, "month")


def reported(name: str, period: str) -> Run:
    """Fifteen months, that end within a month, a quarter and a week, with a rare report."""
    return run(load(SCENARIOS / f"{name}.yaml", sets=[f"time.report={period}", "time.end=2026-04-20"]))


@pytest.mark.parametrize("period", REPORTS)
def test_another_reporting_period_changes_no_total(name: str, short: Run, period: str) -> None:
    uneven = BY_YEAR if period == "7 day" else ()
    assert_same_totals(short, reported(name, period), uneven)


def assert_same_totals(usual: Run, other: Run, without: Collection[str] = ()) -> None:
    """Every indicator's total agrees to a billionth of the largest of its kind."""
    keys = ["variant", "node", "indicator", "item", "unit"]
    one, two = (totals(result).set_index(keys)["value"].sort_index() for result in (usual, other))
    joined = pd.concat([one, two], axis=1, keys=["one", "two"]).fillna(0.0)
    scale = joined.abs().max(axis=1).groupby(["variant", "indicator", "unit"]).transform("max")
    gap = (joined["one"] - joined["two"]).abs()
    off = gap[(gap > 1e-9 * scale) & ~gap.index.get_level_values("indicator").isin([*without])]
    assert off.empty, joined.loc[off.index]


def totals(result: Run) -> pd.DataFrame:
    frame = plain(result.tables.indicators)
    return frame[frame["period"] == "total"]


def test_an_intervention_that_changes_nothing_changes_no_total(tmp_path: Path, name: str, usual: Run) -> None:
    """It cuts a reporting period, and sets a number to what it is."""
    data = tree(name)
    flow = next(key for key, edge in data["flows"].items() if "distance" in edge)  # type: ignore[attr-defined]
    noop = {"at": date(2026, 5, 17), "for": "40 day", "scale": {f"flows.{flow}.distance": 1}}
    data["interventions"] = {**data.get("interventions", {}), "aa_noop": noop}  # type: ignore[dict-item]
    for variant in data["variants"].values():  # type: ignore[attr-defined]
        if isinstance(variant, dict) and "interventions" in variant:
            variant["interventions"] = [*variant["interventions"], "aa_noop"]
    assert_same_totals(usual, run(read(tmp_path, written(data), series(name))))


@pytest.mark.parametrize("period", ["8 hour", "1 day", "7 day"])
def test_balances_close_at_every_step(name: str, period: str) -> None:
    result = run(load(SCENARIOS / f"{name}.yaml", sets=[f"time.step={period}", "time.end=2029-01-01"]))
    assert result.residual <= TOLERANCE
