"""`new` writes a scenario that validates."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import cli
from simulator.cli.starter import TEMPLATE


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_new_scenario_validates_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", "my_loop"]) == 0
    assert capsys.readouterr().out.startswith("my_loop.yaml written; next: ")
    assert cli.main(["validate", "my_loop.yaml"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_new_scenario_has_the_name_it_was_given() -> None:
    assert cli.main(["new", "my_loop"]) == 0
    text = Path("my_loop.yaml").read_text(encoding="utf-8")
    assert text == TEMPLATE.read_text(encoding="utf-8").replace("name: starter", "name: my_loop")


def test_a_name_may_be_a_path_and_may_end_in_yaml() -> None:
    Path("scenarios").mkdir()
    assert cli.main(["new", "scenarios/mine.yaml"]) == 0
    assert "name: mine\n" in Path("scenarios/mine.yaml").read_text(encoding="utf-8")


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text("precious")
    assert cli.main(["new", "mine"]) == 2
    assert capsys.readouterr().err == "mine.yaml: is there already; choose another name\n"
    assert Path("mine.yaml").read_text() == "precious"


@pytest.mark.parametrize("name", ["Mine", "1st", "my loop", "grün", ".yaml"])
def test_a_name_that_is_no_id_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", name]) == 2
    assert "a name is written in lower case letters" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_missing_folder_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["new", "gone/mine"]) == 2
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err
