"""`sweep` and `sensitivity` from the command line: what they leave, say, and refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from simulator import cli
from simulator.cli import lanes
from simulator.study.replication import Workshop
from tests.engine.builders import text
from tests.study.test_replications import WORKS

RATE, FEE = "companies.works.processes.melt.rate", "boundary.dump.accepts.dross.fee"
COST = "companies.works.processes.melt.cost"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Exit code, stdout and stderr of a command about the works."""
    monkeypatch.chdir(tmp_path)
    Path("works.yaml").write_text(
        text(
            WORKS.replace("{price: {value: 400", "{origin: post_consumer, price: {value: 400"),
            end="2025-02-05",
            report="month",
        ),
        encoding="utf-8",
    )

    def call(command: str, *more: str) -> tuple[int, str, str]:
        code = cli.main([command, "works.yaml", *more])
        return code, *capsys.readouterr()

    return call


def vary(*texts: str) -> list[str]:
    return [word for text in texts for word in ("--vary", text)]


def test_a_sweep_leaves_a_folder_that_is_a_result(said: Said) -> None:
    code, out, err = said("sweep", *vary(f"{RATE}=6:12:3"), "--out", "swept")
    assert (code, err) == (0, "")
    assert "table and plots: swept" in out
    assert "6 t/day" in out
    record = json.loads(Path("swept/run.json").read_text())
    names = {path.relative_to("swept").as_posix() for path in Path("swept").rglob("*") if path.is_file()}
    assert set(record["files"]) == names
    assert names == {*("sweep.csv", "run.json", "scenario.resolved.yaml", "plots/response.png", "plots/response.svg")}
    assert record["vary"] == [{"path": RATE, "unit": "t/day", "values": [6, 9, 12]}]
    assert (record["study"], record["lanes"]) == ("sweep", 6)
    assert record["balance"]["max_relative_residual"] < 1e-9
    table = pd.read_csv("swept/sweep.csv")
    assert list(table.columns)[:6] == ["variant", f"{RATE} (t/day)", "node", "indicator", "item", "unit"]
    assert said("sweep", *vary(f"{RATE}=6,9"), "--out", "swept")[0] == 2
    assert said("sweep", *vary(f"{RATE}=6,9"), "--out", "swept", "--force", "--quiet") == (0, "", "")


def test_two_numbers_give_heat_maps_and_three_a_table_alone(said: Said) -> None:
    assert said("sweep", *vary(f"{RATE}=6,12", f"{FEE}=1,2"), "--out", "two")[0] == 0
    assert {path.stem for path in Path("two/plots").iterdir()} == {
        *("heat_waste", "heat_not_recycled", "heat_emissions", "heat_cash_flow")
    }
    assert said("sweep", *vary(f"{RATE}=6,12", f"{FEE}=1,2", f"{COST}=3,4"), "--out", "three")[0] == 0
    assert not Path("three/plots").exists()


def test_a_result_without_out_does_not_become_the_newest_run(said: Said) -> None:
    code, out, _ = said("sweep", *vary(f"{RATE}=6,12"), "--no-plots")
    folder = Path(out.rpartition("table: ")[2].strip())
    assert code == 0
    assert folder.parent.parent == Path("results")
    assert not (folder.parent / "latest").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (vary(f"{RATE}s=1,2"), "--vary:1: " + f"{RATE}s: no such path: unknown key rates, did you mean rate?"),
        (vary("companies.works=1,2"), "--vary:1: companies.works: is no number: vary one in it"),
        (vary(f"{RATE}=1:5:1"), f"--vary:1: {RATE}: `1` is no number of points"),
        (
            vary(f"{RATE}=1:9:120000"),
            "at least 120,000 lanes are asked for, more than 100,000: ask for fewer, or use --force",
        ),
        ([], "say what to vary: --vary PATH=LO:HI:N"),
        ([*vary(f"{RATE}=1,2"), "--workers", "2", "--cluster", "x"], "--workers and --cluster exclude each other"),
        ([*vary(f"{RATE}=1,2"), "--resume"], "there is no interrupted run to go on from"),
        ([*vary(f"{RATE}=1,2"), "--variants", "usua"], "unknown variant usua, did you mean usual?"),
    ],
)
def test_what_cannot_be_swept_is_refused_and_leaves_nothing(said: Said, more: list[str], message: str) -> None:
    code, _, err = said("sweep", *more)
    assert code == 2
    assert message in err
    assert [path.name for path in Path().iterdir()] == ["works.yaml"]


def test_an_interrupted_sweep_goes_on_to_the_same_table(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["sweep", *vary(f"{RATE}=6:12:4"), "--no-plots", "--batch", "2"]
    assert said(*asked, "--out", "whole")[0] == 0
    block = Workshop.block

    def interrupted(self: Workshop, first: int, last: int) -> object:
        if first == 3:
            raise KeyboardInterrupt
        return block(self, first, last)

    monkeypatch.setattr(Workshop, "block", interrupted)
    assert said(*asked, "--out", "parts")[0] != 0
    assert not Path("parts").exists()
    monkeypatch.setattr(Workshop, "block", block)
    assert said(*asked, "--out", "parts", "--resume")[0] == 0
    assert Path("parts/sweep.csv").read_bytes() == Path("whole/sweep.csv").read_bytes()


def test_many_lanes_are_simulated_where_they_are_forced(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MANY", 3)
    assert said("sweep", *vary(f"{RATE}=6,12"), "--no-plots")[0] == 2
    assert said("sweep", *vary(f"{RATE}=6,12"), "--no-plots", "--force")[0] == 0


@pytest.mark.parametrize(("method", "columns"), [("morris", ["mu", "mu_star"]), ("sobol", ["s1", "s1_conf"])])
def test_sensitivity_leaves_a_table_and_tornadoes(said: Said, method: str, columns: list[str]) -> None:
    pytest.importorskip("SALib")
    code, out, err = said("sensitivity", "--method", method, "--samples", "2", *vary(f"{COST}=20:40"), "--out", "found")
    assert (code, err) == (0, "")
    assert "works: melt, cost" in out
    assert " lanes (--samples 2); balance closes to " in out
    table = pd.read_csv("found/sensitivity.csv")
    assert list(table.columns)[:7] == ["indicator", "item", "unit", "factor", "numbers", *columns]
    assert set(table["factor"]) >= {COST, RATE, "companies.works.processes.melt.outputs.*.Cu"}
    plots = {path.stem for path in Path("found/plots").iterdir()}
    assert {"tornado_cash_flow", "tornado_emissions"} <= plots
    assert ("morris" in plots) == (method == "morris")
    assert json.loads(Path("found/run.json").read_text())["variants"] == ["careful"]


def test_sensitivity_asks_about_the_last_variant_or_another_or_a_difference(said: Said) -> None:
    pytest.importorskip("SALib")
    usual = ["--samples", "2", "--no-plots", "--outcome", "cash_flow"]
    assert said("sensitivity", *usual, "--variant", "usual", "--out", "one")[0] == 0
    assert json.loads(Path("one/run.json").read_text())["variants"] == ["usual"]
    assert said("sensitivity", *usual, "--against", "usual", "--out", "two")[0] == 0
    assert json.loads(Path("two/run.json").read_text())["variants"] == ["usual", "careful"]
    code, _, err = said("sensitivity", *usual, "--against", "careful")
    assert code == 2
    assert "--against careful: is the variant asked about itself" in err
    assert set(pd.read_csv("one/sensitivity.csv")["indicator"]) == {"cash_flow"}


def test_sensitivity_refuses_samples_that_cannot_be_taken(said: Said) -> None:
    pytest.importorskip("SALib")
    code, _, err = said("sensitivity", "--method", "sobol", "--samples", "100")
    assert code == 2
    assert "power of 2, like 64 or 128" in err
