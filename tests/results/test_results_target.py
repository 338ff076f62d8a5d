"""Where a run goes: refused before anything is simulated, complete or not there."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.errors import UserError
from simulator.results import prepared
from simulator.results.target import publish
from tests.results import synthetic

NOW = datetime(2026, 5, 4, 3, 2, 1, 987_654, tzinfo=UTC)


def result(folder: Path, *files: str) -> Path:
    """A folder as a run leaves it, with files of one line."""
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("old")
    record = {"versions": {"kreislauf": "0"}, "files": [*files, "run.json"]}
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def fill(out: Path, *, force: bool = False, text: str = "new") -> None:
    """What a run does with its folder."""
    with prepared(synthetic.scenario(), out, force=force) as target:
        (target.partial / "run.json").write_text(text)
        publish(target)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_run_has_its_own_folder_named_by_scenario_time_and_configuration(tmp_path: Path) -> None:
    with prepared(synthetic.scenario(), root=tmp_path, now=NOW) as target:
        time, _, hash8 = target.folder.name.partition("-")
    assert target.folder.parent == tmp_path / "made_up"
    assert time == "20260504T030201.987Z"
    assert len(hash8) == 8
    assert target.latest == tmp_path / "made_up" / "latest"


def test_another_seed_or_number_or_series_makes_another_hash(tmp_path: Path) -> None:
    scenarios = [
        synthetic.scenario("a"),
        synthetic.scenario("a", seed=43),
        synthetic.scenario("b"),
        synthetic.scenario("a", series={}),
    ]
    folders = set()
    for scenario in scenarios:
        with prepared(scenario, root=tmp_path, now=NOW) as target:
            folders.add(target.folder)
    assert len(folders) == len(scenarios)


def test_notes_under_meta_may_have_any_keys(tmp_path: Path) -> None:
    noted = synthetic.scenario()
    (base,) = noted.variants.values()
    document = {**base.document, "meta": {1: "a", "b": ["c"], NOW: None}}
    noted = synthetic.scenario(variants={"base": replace(base, document=document)})
    with prepared(noted, root=tmp_path) as target:
        assert target.partial.is_dir()


def test_latest_names_the_newest_run(tmp_path: Path) -> None:
    for _ in range(2):
        with prepared(synthetic.scenario(), root=tmp_path) as target:
            publish(target)
        assert (tmp_path / "made_up" / "latest").read_text() == target.folder.name + "\n"
    assert len(names(tmp_path / "made_up")) == 3


def test_a_folder_of_ones_own_choice_has_no_latest(tmp_path: Path) -> None:
    fill(tmp_path / "deep" / "x")
    assert names(tmp_path) == ["deep", "deep/x", "deep/x/run.json"]


def test_while_a_run_writes_its_folder_is_partial(tmp_path: Path) -> None:
    with prepared(synthetic.scenario(), tmp_path / "x") as target:
        assert names(tmp_path) == ["x.partial"]
        publish(target)
        assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("wrong", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_goes_wrong_leaves_nothing_not_even_folders_above(tmp_path: Path, wrong: type[BaseException]) -> None:
    with pytest.raises(wrong), prepared(synthetic.scenario(), tmp_path / "deep" / "x") as target:  # noqa: PT012
        (target.partial / "flows.parquet").write_text("half")
        raise wrong
    assert names(tmp_path) == []


def test_an_existing_folder_is_refused_without_force(tmp_path: Path) -> None:
    old = result(tmp_path / "x", "flows.parquet")
    with pytest.raises(UserError, match=r"x: is there already; choose another --out, or replace it with --force"):
        fill(old)
    assert (old / "flows.parquet").read_text() == "old"


def test_force_replaces_a_result(tmp_path: Path) -> None:
    fill(result(tmp_path / "x", "flows.parquet", "plots/waste.png"), force=True)
    assert names(tmp_path) == ["x", "x/run.json"]
    assert (tmp_path / "x" / "run.json").read_text() == "new"


def test_force_takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    fill(tmp_path / "x", force=True)
    assert names(tmp_path) == ["x", "x/run.json"]


def test_force_leaves_alone_what_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match=r"holds thesis.tex, not written by a run, so --force leaves it alone"):
        fill(tmp_path, force=True)
    assert names(tmp_path) == ["thesis.tex"]


def test_force_leaves_alone_a_result_that_holds_something_else_too(tmp_path: Path) -> None:
    old = result(tmp_path / "x", "flows.parquet")
    (old / "notes.txt").write_text("precious")
    (old / "plots").mkdir()
    (old / "plots" / "mine.png").write_text("precious")
    with pytest.raises(UserError, match=r"holds notes.txt and 1 more"):
        fill(old, force=True)
    assert (old / "flows.parquet").read_text() == "old"


def test_a_record_of_another_program_makes_no_result(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"versions": {}, "files": ["run.json"]}')
    with pytest.raises(UserError, match=r"holds run.json"):
        fill(tmp_path, force=True)


def test_what_turns_up_in_the_old_result_while_the_new_one_is_made_survives(tmp_path: Path) -> None:
    old = result(tmp_path / "x", "flows.parquet")
    with prepared(synthetic.scenario(), old, force=True) as target:
        (old / "notes.txt").write_text("precious")
        publish(target)
    assert (tmp_path / "x.replaced" / "notes.txt").read_text() == "precious"
    assert not (tmp_path / "x.replaced" / "flows.parquet").exists()


def test_a_failed_run_leaves_the_result_it_should_have_replaced(tmp_path: Path) -> None:
    old = result(tmp_path / "x", "flows.parquet")
    with pytest.raises(ValueError, match="no"), prepared(synthetic.scenario(), old, force=True):
        raise ValueError("no")
    assert (old / "flows.parquet").read_text() == "old"
    assert names(tmp_path) == ["x", "x/flows.parquet", "x/run.json"]


@pytest.mark.parametrize("force", [False, True])
def test_a_file_is_no_folder(tmp_path: Path, force: bool) -> None:
    (tmp_path / "x").write_text("precious")
    with pytest.raises(UserError, match=r"x: is no folder"):
        fill(tmp_path / "x", force=force)
    assert (tmp_path / "x").read_text() == "precious"


@pytest.mark.parametrize("left", ["partial", "replaced"])
def test_what_a_killed_run_left_is_named(tmp_path: Path, left: str) -> None:
    (tmp_path / f"x.{left}").mkdir()
    with pytest.raises(UserError, match=rf"x.{left}: .*delete it"):
        fill(tmp_path / "x", force=True)
    assert names(tmp_path) == [f"x.{left}"]


def test_a_folder_that_cannot_be_made_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"cannot be written \(Not a directory\); choose another --out"):
        fill(tmp_path / "file" / "x")


def test_the_root_of_the_disk_is_refused() -> None:
    with pytest.raises(UserError, match=r"/: is no folder for results"), prepared(synthetic.scenario(), Path("/")):
        pass


def test_runs_of_one_instant_have_folders_of_their_own(tmp_path: Path) -> None:
    with ExitStack() as runs:
        targets = [runs.enter_context(prepared(synthetic.scenario(), root=tmp_path, now=NOW)) for _ in range(3)]
        for target in targets:
            publish(target)
        with prepared(synthetic.scenario(), root=tmp_path, now=NOW) as last:
            publish(last)
    folders = [target.folder.name for target in (*targets, last)]
    assert len(set(folders)) == 4
    assert folders == sorted(folders)
    assert (tmp_path / "made_up" / "latest").read_text() == last.folder.name + "\n"


def test_a_link_that_leads_nowhere_is_no_folder_for_runs(tmp_path: Path) -> None:
    (tmp_path / "made_up").symlink_to("nowhere")
    with pytest.raises(UserError, match="cannot be written"), prepared(synthetic.scenario(), root=tmp_path):
        pass
