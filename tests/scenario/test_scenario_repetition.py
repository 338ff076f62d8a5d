"""Interventions that come again: on which dates, with which worlds, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import process_time

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.scenario import Scenario

MILL = """
schema: 1
name: mill
time: {{start: {start}, end: {end}, step: 1 day}}
calendar: {calendar}
materials: {{ore: {{}}, metal: {{}}}}
companies:
  mill: {{processes: {{melt: {{inputs: [ore], rate: 12 t/day, outputs: {{metal: 1}}}}}}}}
boundary:
  mine: {{supplies: {{ore: {{}}}}}}
  market: {{demands: {{metal: {{}}}}}}
flows:
  dig: {{from: mine, to: mill, material: ore}}
  sell: {{from: mill, to: market, material: metal}}
"""
RATE = "companies.mill.processes.melt.rate"
HALF = f"scale: {{{RATE}: 0.5}}"

Loader = Callable[..., Scenario]


@pytest.fixture
def mill(tmp_path: Path) -> Loader:
    """`mill(interventions, …)` loads a mill with these interventions."""

    def loader(
        interventions: str, start: str = "2025-01-01", end: str = "2028-01-01", calendar: str = "real", more: str = ""
    ) -> Scenario:
        path = tmp_path / "mill.yaml"
        text = MILL.format(start=start, end=end, calendar=calendar)
        path.write_text(f"{text}interventions:\n{interventions}\n{more}", encoding="utf-8")
        return load(path)

    return loader


def slow(scenario: Scenario) -> list[tuple[str, str]]:
    """First and last instants of the epochs at half the rate."""
    epochs = scenario.variants["base"].epochs
    ends = [*(epoch.start for epoch in epochs[1:]), scenario.world.time.end]
    rates = [epoch.world.companies["mill"].processes["melt"].rate.value for epoch in epochs]
    spans = [(epoch.start, end) for epoch, end, rate in zip(epochs, ends, rates, strict=True) if rate == 6]
    return [(_day(start), _day(end)) for start, end in spans]


def _day(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes").removesuffix("T00:00")


def faults(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        call()
    return str(caught.value).splitlines()


def test_it_begins_again_every_such_span_until_the_run_ends(mill: Loader) -> None:
    scenario = mill(f"  stop: {{at: 2025-08-01, for: 2 week, every: 1 year, {HALF}}}")
    assert slow(scenario) == [
        ("2025-08-01", "2025-08-15"),
        ("2026-08-01", "2026-08-15"),
        ("2027-08-01", "2027-08-15"),
    ]


def test_months_are_counted_from_the_first_date(mill: Loader) -> None:
    """The 31st comes again on the last day of a shorter month, and then on the 31st."""
    scenario = mill(f"  stop: {{at: 2025-01-31, for: 1 day, every: 1 month, {HALF}}}", end="2025-06-01")
    assert [start for start, _ in slow(scenario)] == [
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
        "2025-04-30",
        "2025-05-31",
    ]


def test_in_a_uniform_calendar_a_year_later_is_the_same_date(mill: Loader) -> None:
    scenario = mill(f"  stop: {{at: 2025-08-01, for: 1 month, every: 1 year, {HALF}}}", calendar="uniform")
    assert slow(scenario) == [
        ("2025-08-01", "2025-09-01"),
        ("2026-08-01", "2026-09-01"),
        ("2027-08-01", "2027-09-01"),
    ]


def test_what_began_before_the_run_comes_again_in_it(mill: Loader) -> None:
    """Also where it is in force when the run starts."""
    scenario = mill(f"  stop: {{at: 1999-12-20, for: 1 month, every: 1 year, {HALF}}}", end="2026-02-01")
    assert slow(scenario) == [("2025-01-01", "2025-01-20"), ("2025-12-20", "2026-01-20")]
    assert scenario.warnings == ()


OUTSIDE = "interventions.stop: begins outside the run: change its `at`, or leave it out"


def test_what_never_falls_into_the_run_is_warned_of(mill: Loader) -> None:
    scenario = mill(f"  stop: {{at: 2024-07-01, for: 1 week, every: 10 year, {HALF}}}")
    assert scenario.warnings == (f"mill.yaml:16: {OUTSIDE}",)


def test_it_may_hold_until_it_begins_again(mill: Loader) -> None:
    scenario = mill(f"  stop: {{at: 2026-01-01, for: 1 year, every: 1 year, {HALF}}}")
    assert slow(scenario) == [("2026-01-01", "2027-01-01"), ("2027-01-01", "2028-01-01")]


def test_the_one_that_began_last_is_laid_over_the_others(mill: Loader) -> None:
    """A repetition counts by its own date, not by the first."""
    often = f"  often: {{at: 2025-01-01, for: 10 day, every: 1 month, set: {{{RATE}: 5 t/day}}}}\n"
    once = f"  once: {{at: 2025-02-03, for: 1 month, set: {{{RATE}: 7 t/day}}}}"
    epochs = mill(often + once, end="2025-03-20").variants["base"].epochs
    rates = [
        (epoch.start.strftime("%m-%d"), epoch.world.companies["mill"].processes["melt"].rate.value) for epoch in epochs
    ]
    assert rates == [
        ("01-01", 5),
        ("01-11", 12),
        ("02-01", 5),
        ("02-03", 7),
        ("02-11", 7),
        ("03-01", 5),
        ("03-03", 5),
        ("03-11", 12),
    ]


def test_equal_sets_of_changes_share_one_world(mill: Loader) -> None:
    variant = mill(f"  stop: {{at: 2025-08-01, for: 2 week, every: 1 year, {HALF}}}").variants["base"]
    assert len(variant.epochs) == 7
    assert len({id(epoch.world) for epoch in variant.epochs}) == len(variant.worlds) == 2
    assert variant.worlds[-1] is variant.epochs[-1].world


def test_ten_years_of_weeks_load_within_a_second(mill: Loader) -> None:
    begun = process_time()
    scenario = mill(f"  stop: {{at: 2025-01-03, for: 2 day, every: 1 week, {HALF}}}", end="2035-01-01")
    assert process_time() - begun < 1
    assert len(scenario.variants["base"].epochs) == 1045


@pytest.mark.parametrize(
    ("item", "path", "said"),
    [
        (
            "at: 2025-08-01, every: 1 year",
            "",
            "`for` is missing: what comes again also ends; say how long it holds, like `for: 2 week`",
        ),
        (
            "at: 2025-08-01, for: 2 year, every: 1 year",
            ".for",
            "is longer than `every`: write a shorter one, or leave `every` out",
        ),
        (
            "at: 2025-01-01, for: 30 day, every: 1 month",
            ".for",
            "is longer than `every` from 2025-02-01 to 2025-03-01: write a shorter one",
        ),
        (
            "at: 2025-01-01, for: 1 s, every: 2 s",
            ".every",
            "comes again more than 5,000 times in the run: write a longer one",
        ),
        ("at: 2025-01-01, for: 0 day, every: 1 year", ".for", "must be longer than 0"),
        ("at: 2025-01-01, for: 1 day, every: 0 day", ".every", "must be longer than 0"),
        ("at: 2025-01-01, for: 1 day, every: -1 day", ".every", "must be more than 0; it is -1 day"),
        ("at: 2025-01-01, for: -2 month, every: 1 year", ".for", "must be more than 0; it is -2 month"),
    ],
)
@pytest.mark.parametrize("more", ["", "variants: {v: {}, w: {interventions: []}}"])
def test_what_cannot_come_again_is_refused_with_a_remedy(
    mill: Loader, item: str, path: str, said: str, more: str
) -> None:
    assert faults(lambda: mill(f"  stop: {{{item}, {HALF}}}", more=more)) == [
        f"mill.yaml:16: interventions.stop{path}: {said}"
    ]


def test_a_variant_may_change_how_often(mill: Loader) -> None:
    more = "variants: {v: {}, w: {set: {interventions.stop.every: 2 year}}, x: {set: {interventions.stop.for: 3 year}}}"
    message = "is longer than `every`: write a shorter one, or leave `every` out (in variant x)"
    item = f"  stop: {{at: 2025-08-01, for: 2 week, every: 1 year, {HALF}}}"
    assert faults(lambda: mill(item, more=more)) == [f"mill.yaml:17: interventions.stop.for: {message}"]
    scenario = mill(item, more=more.partition(", x:")[0] + "}")
    assert [len(variant.epochs) for variant in scenario.variants.values()] == [7, 5]


def test_variants_left_out_are_not_warned_of(mill: Loader, tmp_path: Path) -> None:
    """Their interventions do not happen."""
    more = "variants: {v: {interventions: []}, w: {interventions: [stop]}}"
    mill(f"  stop: {{at: 2027-08-01, {HALF}}}", more=more)
    path, sets = tmp_path / "mill.yaml", ["time.end=2026-01-01"]
    assert load(path, sets=sets, variants=["v"]).warnings == ()
    assert load(path, sets=sets).warnings == (f"mill.yaml:16: {OUTSIDE}",)
