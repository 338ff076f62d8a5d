"""Odd files and numbers beyond all measure are refused in words: nothing but a ScenarioError comes out of a load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load
from simulator.scenario.scenario import Scenario

SOUND = """\
schema: 1
name: sound
time: {start: 2025-01-01, end: 2025-01-20, step: 1 day}
materials: {ore: {}, metal: {}}
companies:
  mill:
    processes:
      melt: {inputs: [ore], rate: 10 t/day, rank: 5, duration: 1 day, outputs: {metal: 1}}
boundary:
  market: {supplies: {ore: {}}, demands: {metal: {}}}
flows:
  buy: {from: market, to: mill, material: ore}
  sell: {from: mill, to: market, material: metal, lead_time: 1 day}
tables:
  t: {file: t.csv, index: date, value: x, unit: t/day}
interventions:
  slow: {at: 2025-01-05, for: 1 day, set: {companies.mill.processes.melt.rate: 5 t/day}}
"""
ROWS = "date,x\n2025-01-01,4\n2025-01-19,5\n"

Changed = Callable[..., Scenario]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """`changed((old, new), …, rows="…")` loads the sound scenario with texts replaced and other rows."""

    def load_changed(*changes: tuple[str, str], rows: str = ROWS) -> Scenario:
        text = SOUND
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / "s.yaml").write_text(text)
        (tmp_path / "t.csv").write_text(rows)
        return load(tmp_path / "s.yaml")

    return load_changed


def refusal(changed: Changed, *changes: tuple[str, str], rows: str = ROWS) -> str:
    with pytest.raises(ScenarioError) as caught:
        changed(*changes, rows=rows)
    return str(caught.value)


def test_it_is_sound(changed: Changed) -> None:
    assert changed().warnings == ()


# Time series

RATE = ("rate: 10 t/day", "rate: {table: t}")


def test_rows_are_held_to_the_bounds_of_the_number_that_uses_them(changed: Changed) -> None:
    said = refusal(changed, RATE, rows="date,x\n2025-01-01,4\n2025-01-03,-4\n2025-01-19,5\n")
    assert said == (
        "s.yaml:8: companies.mill.processes.melt.rate: must be at least 0 t/day; table t says in the row of 2025-01-03 "
        "(t.csv:3) -4 t/day"
    )


def test_rows_are_held_to_the_upper_bound_too_with_the_factor(changed: Changed) -> None:
    share = ("material: ore}", "material: ore, share: {table: t, times: 0.5}}")
    rows = "date,x\n2025-01-01,0.4\n2025-01-19,2\n"
    assert changed(share, ("unit: t/day", "unit: '1'"), rows=rows).name == "sound"
    said = refusal(changed, share, ("unit: t/day", "unit: '1'"), rows=rows.replace(",2\n", ",3\n"))
    assert "flows.buy.share: must be between 0 and 1; table t says in the row of 2025-01-19 (t.csv:3) 1.5" in said


def test_a_change_at_a_date_is_held_to_the_bounds_as_well(changed: Changed) -> None:
    later = ("rate: 5 t/day}", "rate: {table: t}}")
    assert "(t.csv:2) -1 t/day" in refusal(changed, later, rows="date,x\n2025-01-01,-1\n2025-01-19,5\n")


@pytest.mark.parametrize("last", ["2025-01-03", "2025-01-18"])
def test_a_series_that_ends_before_the_last_step_is_refused(changed: Changed, last: str) -> None:
    said = refusal(changed, RATE, rows=f"date,x\n2025-01-01,4\n{last},5\n")
    assert "tables.t: `t.csv` does not reach over the run; say `outside: hold` if its ends hold" in said
    held = changed(RATE, ("unit: t/day", "unit: t/day, outside: hold"), rows=f"date,x\n2025-01-01,4\n{last},5\n")
    assert list(held.series) == ["t"]


def test_a_monthly_series_needs_the_last_month(changed: Changed) -> None:
    monthly = (
        ("end: 2025-01-20, step: 1 day", "end: 2026-01-01, step: 1 month"),
        ("name: sound", "name: a\nsettle: once"),
    )
    rows = "date,x\n" + "".join(f"2025-{month:02}-01,4\n" for month in range(1, 13))
    assert changed(RATE, *monthly, rows=rows).name == "a"
    assert "does not reach" in refusal(changed, RATE, *monthly, rows=rows.replace("2025-12-01,4\n", ""))


def test_a_field_of_a_csv_file_has_an_end(changed: Changed) -> None:
    assert "`t.csv` cannot be read as CSV" in refusal(changed, rows=f"date,x\n2025-01-01,{'1' * 140_000}\n")


# Beyond all measure


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("for: 1 day", "for: 9999 year", "`9999 year` is longer than 500 years"),
        ("duration: 1 day", "duration: 9999999 year", "is longer than 500 years"),
        ("lead_time: 1 day", "lead_time: 1e29 year", "is longer than 500 years"),
        ("lead_time: 1 day", "lead_time: {normal: {mean: 9999 year, sd: 1 day}}", "is longer than 500 years"),
        ("  mill:\n", "  mill:\n    review_period: 9999999 year\n", "is longer than 500 years"),
        ("step: 1 day", "step: 1 day, report: 501 year", "is longer than 500 years"),
        ("end: 2025-01-20", "end: 9999-12-31", "must be in the year 9000 at the latest; it is 9999-12-31"),
        ("rank: 5", f"rank: {'9' * 60}", "must be at most 1000000"),
        ("rank: 5", f"rank: {'9' * 400}", "is not a whole number"),
        ("rank: 5", f"rank: {'9' * 5000}", "is not a whole number"),
        ("rate: 10 t/day", f"rate: {'9' * 5000}", "is too large for a number"),
        ("rate: 10 t/day", "rate: {value: 1 t/day, times: 1e999}", "is too large for a number"),
        ("rate: 10 t/day", "rate: 1e31 t/day", "is too large for a number, the largest is 1e+30"),
        ("rate: 10 t/day", "rate: 5e-324 t/day", "is too small for a number, the smallest is 1e-30"),
        ("set: {companies.mill.processes.melt.rate: 5 t/day}", "scale: {companies.mill.processes.melt.rate: x%}", "%"),
        ("file: t.csv", 'file: "t\\0.csv"', "cannot be read"),
        ("file: t.csv", f"file: {'t' * 5000}", "cannot be read"),
        ("schema: 1", f'schema: 1\nextends: "{"t" * 5000}"', "cannot be read"),
        ("schema: 1", 'schema: 1\nextends: "a\\0b"', "cannot be read"),
    ],
)
def test_what_is_beyond_all_measure_is_refused(changed: Changed, old: str, new: str, said: str) -> None:
    assert said in refusal(changed, (old, new))


@pytest.mark.parametrize(("old", "new"), [("file: t.csv", "file: l.csv"), ("schema: 1", "schema: 1\nextends: l.csv")])
def test_links_in_a_circle_are_refused(changed: Changed, tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "l.csv").symlink_to("m.csv")
    (tmp_path / "m.csv").symlink_to("l.csv")
    assert "`l.csv` cannot be read (links that lead in a circle)" in refusal(changed, (old, new))


def test_a_file_that_the_system_refuses_is_named(changed: Changed, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "`s.yaml` cannot be read (Permission denied)" in refusal(changed)


def test_a_chain_of_files_that_extend_one_another_has_an_end(tmp_path: Path) -> None:
    for number in range(1500):
        (tmp_path / f"f{number}.yaml").write_text(f"extends: f{number + 1}.yaml\n")
    with pytest.raises(ScenarioError, match="more than 32 files extend one another"):
        load(tmp_path / "f0.yaml")


# Remedies


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SOUND, "", "s.yaml:1: the file is empty; `new NAME` writes one to start from"),
        (SOUND, "# nothing\n", "s.yaml:1: the file is empty; `new NAME` writes one to start from"),
        ("  mill:", "\tmill:", "; indent with spaces, not with tabs"),
        ("name: sound", "name: sound\n   title: x", "is indented by 3 spaces, the line above it by 0: "),
        ("name: sound", "title: a: b", "; put text with a colon in quotes"),
        ("flows:", " flows:", "is indented by 1 space, the entries above it by 0 or 2: "),
        ("{metal: 1}", "{metal: 96}", "it is 96; if per cent are meant, write 0.96 or 96 %"),
        ("10 t/day", "30,5 t/day", "has no value: a number has a decimal point, no comma"),
        ("10 t/day", '"30,5 t/day"', "`30,5 t/day` is not a number: a decimal point, no comma, no thousands separator"),
        ("10 t/day", "30 tonnes per day", "did you mean tonnes / day?"),
    ],
)
def test_a_remedy_is_said(changed: Changed, old: str, new: str, said: str) -> None:
    assert said in refusal(changed, (old, new))


def test_per_cent_are_not_suggested_where_they_were_written(changed: Changed) -> None:
    assert "per cent" not in refusal(changed, ("{metal: 1}", "{metal: 120 %}"))


@pytest.mark.parametrize(
    ("old", "new", "warned"),
    [
        ("at: 2025-01-05", "at: 2025-02-05", True),
        ("at: 2025-01-05", "at: 2024-12-31", True),
        ("at: 2025-01-05, for: 1 day", "at: 2024-12-31, for: 3 day", False),
    ],
)
def test_an_intervention_outside_the_run_is_warned_of(changed: Changed, old: str, new: str, warned: bool) -> None:
    said = [warning.partition(": ") for warning in changed((old, new)).warnings]
    outside = "interventions.slow: begins outside the run: change its `at`, or leave it out"
    assert [message for _, _, message in said] == ([outside] if warned else [])
