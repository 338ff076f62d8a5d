"""What `kreislauf partners` says, writes and draws."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from simulator import cli
from simulator.accounting.tables import PARTNERS_COLUMNS
from simulator.report.partners import figures
from simulator.study.partners import Findings, Question, ask, simulate
from tests.study.test_partners import CRATES, OFTEN, fridges
from tests.test_cli_replications import interrupt_after


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crates")
    (folder / "mix.csv").write_text("date,factor\n2025-01-01,0.4\n", encoding="utf-8")
    file = folder / "crates.yaml"
    file.write_text(CRATES, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def drawn(path: Path) -> Findings:
    return simulate(ask(path, Question("circular", replications=3)))


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], str]:
    code = cli.main(["partners", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out.splitlines(), captured.err


def test_the_table_ranks_partnerships_by_what_all_gain(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines, _ = said(capsys, path, "--out", tmp_path / "out", "--no-plots")
    assert code == 0
    assert lines[0] == "what each of the 4 partnerships of circular changes in 2.49 years, not discounted"
    assert lines[1].endswith("all 16 coalitions were simulated")
    assert lines[2] == "circular is the variant with most partnerships; --variant asks for pair, single"
    first = [line.split()[0] for line in lines[4:11]]
    assert first[0] == "partnership"
    assert set(first[2:6]) == {"deposit", "shredding", "green_power", "idle"}
    gains = [float(line.split()[1]) for line in lines[6:10]]
    assert gains == sorted(gains, reverse=True)
    assert any(line.startswith("they stand in each other's way: deposit and shredding") for line in lines)
    assert lines[-1].startswith("tables and plots: ")


def test_the_folder_holds_what_its_record_and_its_package_name(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, path, "--variant", "pair", "--out", tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    there = sorted(file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*.*"))
    assert record["files"] == there
    assert record["partnerships"] == ["deposit", "green_power"]
    assert (record["coalitions"], record["lanes"], record["permutations"]) == (4, 4, None)
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {"partners.csv", "interactions.csv", "dropouts.csv", "coalitions.parquet"}
    for name in ("partners", "interactions", "dropouts"):
        table = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert list(table.columns) == [column.name for column in PARTNERS_COLUMNS[name]]
    assert any(name.startswith("plots/contributions") for name in there)


def test_the_same_question_gives_the_same_bytes(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, workers in (("one", []), ("two", ["--workers", "2"])):
        said(capsys, path, "--replications", 2, "--out", tmp_path / name, "--no-plots", *workers)
    for name in ("partners.csv", "interactions.csv", "dropouts.csv", "coalitions.parquet", "datapackage.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_interrupted_question_is_gone_on_with(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is done is kept, the way on is told, and the tables are those of a question that nobody interrupted."""
    arguments = [path, "--replications", 5, "--no-plots"]
    said(capsys, *arguments, "--out", tmp_path / "whole")
    with monkeypatch.context() as patch:
        interrupt_after(1, [], patch)
        code, _, error = said(capsys, *arguments, "--out", tmp_path / "out", "--workers", 1)
    assert code != 0
    assert "the same line with --resume goes on" in error
    code, _, error = said(capsys, *arguments, "--set", "seed=4", "--out", tmp_path / "out", "--resume")
    assert (code, "holds part of another run" in error) == (2, True)
    again: list[object] = []
    interrupt_after(99, again, monkeypatch)
    assert said(capsys, *arguments, "--out", tmp_path / "out", "--resume")[0] == 0
    assert 0 < len(again) < 3
    for name in ("partners.csv", "interactions.csv", "dropouts.csv", "coalitions.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert not (tmp_path / "out" / "blocks").exists()


def test_quiet_says_nothing_and_a_seed_is_one_of_the_file(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [path, "--variant", "pair", "--replications", 2, "--no-plots"]
    assert said(capsys, *arguments, "--seed", 4, "--quiet", "--out", tmp_path / "option") == (0, [], "")
    said(capsys, *arguments, "--set", "seed=4", "--out", tmp_path / "file")
    said(capsys, *arguments, "--out", tmp_path / "other")
    of = {name: (tmp_path / name / "coalitions.parquet").read_bytes() for name in ("option", "file", "other")}
    assert of["option"] == of["file"] != of["other"]


def test_a_lane_that_failed_is_recorded_with_its_partnerships(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fridges(tmp_path, OFTEN, 0)
    said(capsys, tmp_path / "scenario.yaml", "--replications", 6, "--no-plots", "--out", tmp_path / "out")
    failed = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["failed"]
    assert {"short"} <= {name for one in failed for name in one["partnerships"]} <= {"short", "cheap"}


def test_the_newest_interrupted_question_is_found_beneath_its_scenario(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(capsys, path, "--resume")[0] == 2
    with monkeypatch.context() as patch:
        interrupt_after(1, [], patch)
        assert said(capsys, path, "--replications", 5, "--no-plots")[0] != 0
    assert said(capsys, path, "--replications", 5, "--no-plots", "--resume")[0] == 0


def test_results_stand_beneath_their_scenario_apart_from_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said(capsys, path, "--variant", "pair", "--no-plots")
    home = tmp_path / "results" / "crates"
    assert [one.name for one in home.iterdir()] == ["partners"]
    newest = (home / "partners" / "latest").read_text(encoding="utf-8").strip()
    assert (home / "partners" / newest / "partners.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--variant", "linear"], "variant linear has no partnerships; ask for --variant circular"),
        (["--variant", "single"], "has one partnership only, deposit"),
        (["--variant", "circulor"], "did you mean circular"),
        (["--workers", "2", "--cluster", "tcp://nowhere:1"], "exclude each other"),
        (["--replications", "1000000000"], "lanes are asked for, more than 100,000: ask for fewer, or use --force"),
        (["--permutations", "1000000000"], "Invalid value for '--permutations'"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, lines, error = said(capsys, path, "--out", tmp_path / "out", *arguments)
    assert code == 2
    assert not lines
    assert message in error
    assert not list(tmp_path.iterdir())


def test_sampled_orders_and_draws_are_told(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines, _ = said(capsys, path, "--most", 2, "--permutations", 6, "--replications", 2, "--no-plots",
                       "--out", tmp_path / "out")  # fmt: skip
    assert "6 sampled orders" in lines[1]
    assert lines[2] == "means of 2 replications, ± half of their 95 % intervals"
    assert any(" ± " in line for line in lines[5:])


def test_pictures_have_a_row_for_every_partnership_and_units_on_their_axes(drawn: Findings) -> None:
    found = dict(figures(drawn))
    assert {"contributions", "gains", "interactions_not_recycled"} <= found.keys()
    panels = found["contributions"].axes
    assert [ax.get_title(loc="left") or ax.get_title() for ax in panels] == [
        "Gain of all", "Waste not recycled", "Waste", "Emissions", "Recycled content",
    ]  # fmt: skip
    assert all(ax.get_xlabel().startswith("Change (") for ax in panels)
    assert len(panels[0].get_yticklabels()) == 4
    assert len(found["interactions_not_recycled"].axes[0].get_yticklabels()) == 3
