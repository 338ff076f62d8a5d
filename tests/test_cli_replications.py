"""Replications from the command line: what is left, what is gone on with, what is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from simulator.cli import main
from tests.engine.builders import text
from tests.study.test_replications import FAILING, WORKS

ROOT = Path(__file__).parents[1]
TABLES = ("lanes.parquet", "bands.parquet", "draws.parquet", "differences.csv", "indicators.csv", "flows.parquet")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "works.yaml"
    path.write_text(text(WORKS, end="2025-03-05", report="month", name="works"), encoding="utf-8")
    return path


def left(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


def test_a_run_with_replications_leaves_their_tables_and_nothing_half_done(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file), "--replications", "6", "--no-plots", "--out", "out", "--batch", "4"]) == 0
    said = capsys.readouterr().out
    assert "careful changes, by its mean and 95 % interval: cash flow" in said
    assert "14 lanes simulated" in said
    assert "usual, 5th to 95th percentile of its draws: " in said
    out = file.parent / "out"
    record = json.loads((out / "run.json").read_text())
    assert (record["replications"], record["sampling"], record["failed"]) == (6, "plain", [])
    assert sorted(record["files"]) == sorted(path.name for path in out.iterdir())
    assert not list(file.parent.glob("*.partial"))
    described = {one["name"] for one in json.loads((out / "datapackage.json").read_text())["resources"]}
    assert {"lanes", "bands", "draws", "differences-csv"} <= described
    with duckdb.connect() as connection:
        found = connection.execute(
            "select distinct variant, replication from read_parquet(?)", [str(out / "lanes.parquet")]
        )
        assert len(found.fetchall()) == 12


def test_means_of_fewer_draws_are_told_as_such(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """About half of the lifetimes of one variant are too short to be simulated, and none of the other."""
    longer = "variants: {drawn: {}, sure: {set: {companies.town.uses.fridge.lifetime: {fixed: 3 day}}}}\n"
    file.write_text(text(FAILING, end="2025-01-20") + longer, encoding="utf-8")
    assert main([str(file), "--replications", "20", "--no-plots", "--out", "out"]) == 0
    said = capsys.readouterr().out
    failed = len(json.loads(Path("out/run.json").read_text())["failed"])
    assert f"means of {20 - failed} to 20 draws" in said
    assert "lanes failed: ± compares means of different draws" in said


def test_the_size_of_batches_and_who_does_them_change_no_byte(file: Path) -> None:
    for out, options in (("a", []), ("b", ["--batch", "2"]), ("c", ["--workers", "2"])):
        assert main([str(file), "--replications", "5", "--no-plots", "--quiet", "--out", out, *options]) == 0
    found = [left(file.parent / name) for name in "abc"]
    assert found[0] == found[1] == found[2]


def test_an_interrupted_run_is_gone_on_with(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Interrupted after three of forty blocks; what was done is not done again."""
    arguments = [str(file), "--replications", "40", "--no-plots", "--quiet", "--batch", "2"]
    assert main([*arguments, "--out", "whole"]) == 0
    done: list[object] = []
    interrupt_after(3, done, monkeypatch)
    assert main([*arguments, "--out", "out"]) != 0
    assert "--resume" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.chdir(file.parent)
    kept = len(list(Path("out.partial/blocks").glob("*-*.json")))
    assert 3 <= kept < 40
    assert not Path("out").exists()
    again: list[object] = []
    interrupt_after(999, again, monkeypatch)
    assert main([*arguments, "--out", "out", "--resume"]) == 0
    assert len(again) == 40 - kept
    assert left(Path("out")) == left(Path("whole"))


def test_what_a_killed_run_had_begun_to_write_is_written_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while its tables, asked for as CSV too, and its pictures were half there."""
    arguments = [str(file), "--replications", "6", "--no-plots", "--quiet", "--batch", "2"]
    assert main([*arguments, "--out", "whole"]) == 0
    with monkeypatch.context() as interrupting:
        interrupt_after(2, [], interrupting)
        assert main([*arguments, "--out", "out"]) != 0
    partial = Path("out.partial")
    (partial / "plots").mkdir()
    for name in ("lanes.duckdb.wal", "bands.csv", "plots/waste.png"):
        (partial / name).write_text("half of it", encoding="utf-8")
    with duckdb.connect(str(partial / "lanes.duckdb")) as connection:
        connection.execute("CREATE TABLE rows_of (value DOUBLE)")
    assert main([*arguments, "--out", "out", "--resume"]) == 0
    assert left(Path("out")) == left(Path("whole"))
    assert sorted(path.name for path in Path("out").iterdir()) == sorted(path.name for path in Path("whole").iterdir())


def interrupt_after(count: int, done: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.results.shelf import Shelf

    put: Callable[..., None] = Shelf.put

    def counted(shelf: Shelf[Any], block: object) -> None:
        put(shelf, block)
        done.append(block)
        if len(done) == count:
            raise KeyboardInterrupt

    monkeypatch.setattr(Shelf, "put", counted)


def test_one_draw_has_no_interval(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file), "--replications", "1", "--no-plots", "--out", "out"]) == 0
    said = capsys.readouterr().out
    assert "careful changes, in its only draw (two or more have an interval): cash flow" in said
    assert ", of one draw" in said
    assert not any(wrong in said for wrong in ("- to -", "better in", "percentile"))


def test_who_forgets_to_resume_or_resumes_what_is_done_is_told_so(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(file), "--replications", "5", "--no-plots", "--quiet", "--batch", "2", "--out", "out"]
    with monkeypatch.context() as interrupting:
        interrupt_after(2, [], interrupting)
        assert main(arguments) != 0
    capsys.readouterr()
    assert main(arguments) == 2
    assert "if none is, go on with what it did, by the same line with --resume, or delete it" in capsys.readouterr().err
    assert main([*arguments, "--resume"]) == 0
    assert main([*arguments, "--resume"]) == 2
    assert "out: is there already, and complete; nothing to go on with" in capsys.readouterr().err


def test_what_another_run_left_is_not_gone_on_with(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = [str(file), "--replications", "5", "--no-plots", "--quiet", "--batch", "2", "--out", "out"]
    interrupt_after(2, [], monkeypatch)
    assert main(arguments) != 0
    assert main([*arguments, "--resume", "--seed", "3"]) == 2
    assert main([*arguments, "--resume", "--sampling", "latin"]) == 2
    assert len(list(Path("out.partial/blocks").glob("*-*.json"))) >= 2


def test_a_shelf_that_no_longer_says_whose_it_is_is_not_gone_on_with(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [str(file), "--replications", "5", "--no-plots", "--quiet", "--batch", "2", "--out", "out"]
    interrupt_after(2, [], monkeypatch)
    assert main(arguments) != 0
    study = Path("out.partial/blocks/study.json")
    for damaged in (b"", b"\xff{"):
        study.write_bytes(damaged)
        assert main([*arguments, "--resume"]) == 2
    study.unlink()
    assert main([*arguments, "--resume", "--seed", "3"]) == 2


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def zeroed(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-400] + bytes(400))


@pytest.mark.parametrize("name", ["figures.npy", "course.npy", "json"])
@pytest.mark.parametrize("damage", [cut, emptied, zeroed, Path.unlink])
def test_a_block_that_a_power_cut_has_damaged_is_done_again(
    file: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None], name: str
) -> None:
    """One whose tail is zeros is a whole file still: its figures would be wrong without a word."""
    arguments = [str(file), "--replications", "6", "--no-plots", "--quiet", "--batch", "2"]
    assert main([*arguments, "--out", "whole"]) == 0
    interrupt_after(3, [], monkeypatch)
    assert main([*arguments, "--out", "out"]) != 0
    monkeypatch.undo()
    monkeypatch.chdir(file.parent)
    damage(sorted(Path("out.partial/blocks").glob(f"*-*.{name}"))[0])
    assert main([*arguments, "--out", "out", "--resume"]) == 0
    assert left(Path("out")) == left(Path("whole"))


@pytest.mark.parametrize(
    "arguments", [["--replications", "4"], ["sweep", "--vary", "companies.works.processes.melt.cost=10,20"]]
)
def test_a_full_disk_is_no_defect_and_leaves_no_result(
    file: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    assert main([*arguments, str(file), "--no-plots", "--quiet", "--out", "out"]) == 2
    assert "out.partial: cannot be written (No space left on device); make room" in capsys.readouterr().err
    assert not list(file.parent.glob("out*"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--workers", "2"], "--workers is for many lanes: say how many with --replications"),
        (["--cluster", "tcp://127.0.0.1:1"], "--cluster is for many lanes"),
        (["--resume"], "--resume is for many lanes"),
        (["--replications", "2", "--workers", "2", "--cluster", "x"], "exclude each other"),
        (["--replications", "2", "--resume"], "there is no interrupted run to go on from; run without --resume"),
        (["--replications", "2", "--resume", "--out", "out"], "out.partial: holds nothing to go on from"),
        (["--replications", "1000000000"], "at least 2,000,000,000 lanes are asked for, more than 100,000"),
        (["--replications", "-1"], "Invalid value for '--replications'"),
        (["--replications", "2", "--sampling", "halton"], "'halton' is not one of 'plain', 'latin'"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    file: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file), "--no-plots", *options]) == 2
    assert said in capsys.readouterr().err
    assert not list(file.parent.glob("**/*.partial"))


def test_replications_of_what_is_certain_are_told_to_be_alike(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text((ROOT / "scenarios" / "first_loop.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert main([str(file), "--replications", "2", "--no-plots", "--out", "out", "--set", "time.end=2025-02-01"]) == 0
    assert "nothing in the scenario is drawn, so all replications are alike" in capsys.readouterr().err


def test_replications_that_differ_by_noise_alone_are_not(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text((ROOT / "scenarios" / "first_loop.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    noise = "energy.electricity.price={value: 110 EUR/MWh, noise: {cv: 0.2, every: 1 week}}"
    options = ["--set", "time.end=2025-02-01", "--set", noise]
    assert main([str(file), "--replications", "2", "--no-plots", "--out", "out", *options]) == 0
    assert "are alike" not in capsys.readouterr().err


@pytest.mark.slow
def test_killed_at_any_moment_a_run_leaves_a_whole_folder_or_one_to_go_on_from(file: Path) -> None:
    arguments = [str(file), "--replications", "60", "--no-plots", "--batch", "4", "--workers", "2"]
    command = [sys.executable, str(ROOT / "run_scenario.py"), *arguments]
    subprocess.run([*command, "--out", "whole"], check=True, capture_output=True)
    for wait in (2.0, 3.0, 3.5, 4.0, 4.5, 5.0):
        out = f"out_{wait}"
        with subprocess.Popen([*command, "--out", out], stderr=subprocess.DEVNULL, start_new_session=True) as run:
            time.sleep(wait)
            os.killpg(run.pid, signal.SIGKILL)
        if not Path(out).exists():
            more = ["--resume"] if list(Path(f"{out}.partial").glob("blocks/*-*.json")) else []
            if not more:
                subprocess.run(["rm", "-rf", f"{out}.partial"], check=True)
            subprocess.run([*command, "--out", out, *more], check=True, capture_output=True)
        assert left(Path(out)) == left(Path("whole")), wait


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_no_number(file: Path) -> None:
    arguments = [str(file), "--replications", "60", "--no-plots", "--batch", "4", "--workers", "2"]
    command = [sys.executable, str(ROOT / "run_scenario.py"), *arguments]
    subprocess.run([*command, "--out", "whole"], check=True, capture_output=True)
    with subprocess.Popen([*command, "--out", "out"], stderr=subprocess.PIPE, text=True) as run:
        blocks = Path("out.partial/blocks")
        while run.poll() is None and len(list(blocks.glob("*-*.json"))) < 2:
            time.sleep(0.05)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        workers = [int(child) for child in children.read_text().split()]
        os.kill(workers[-1], signal.SIGKILL)
        _, said = run.communicate()
    assert run.returncode == 0
    assert "a worker was lost" in said
    assert left(Path("out")) == left(Path("whole"))
