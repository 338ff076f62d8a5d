"""Whatever is wrong with a file: exit code 2, the message on stderr, nothing on stdout, nothing left on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import cli

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "malformed"
CASES = sorted(FOLDER.glob("*.yaml"))
SHIPPED = [ROOT / "scenarios" / name for name in ("first_loop.yaml", "luenen.yaml")]


def test_every_malformed_file_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the path of the file as it was typed."""
    monkeypatch.chdir(tmp_path)
    for path in CASES:
        assert cli.main(["validate", str(path)]) == 2, path
        out, err = capsys.readouterr()
        assert out == ""
        said = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
        assert err.splitlines()[: len(said)] == [str(FOLDER / line) for line in said], path
        assert "Traceback" not in err


@pytest.mark.parametrize("path", CASES[::20], ids=lambda path: path.stem)
def test_a_run_of_a_malformed_file_leaves_nothing(path: Path, tmp_path: Path) -> None:
    assert cli.main([str(path), "--out", str(tmp_path / "deep" / "x")]) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_scenarios_are_fine_and_silent(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", str(path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_first_loop_is_short() -> None:
    assert len(SHIPPED[0].read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--variants", ","], "no variant is named; known: linear, circular"),
        (["--variants", ""], "no variant is named; known: linear, circular"),
        (["--variants", "circular,linear,circular"], "variant circular is named twice"),
        (["--variants", "circle"], "unknown variant circle, did you mean circular?"),
        (["--set", "nonsense=1"], "unknown key nonsense"),
    ],
)
@pytest.mark.parametrize("command", ["run", "validate"])
def test_variants_and_changes_are_checked(
    command: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, str(SHIPPED[0]), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("luenn.yaml", f"luenn.yaml: is not there; did you mean {SHIPPED[1]}?"),
        ("mine2.yaml", "mine2.yaml: is not there; did you mean mine.yaml?"),
        (f"{'x' * 5000}.yaml", ".yaml: is not there\n"),
    ],
)
def test_a_file_that_is_not_there_has_a_likely_one(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").touch()
    assert cli.main([name]) == 2
    assert said in capsys.readouterr().err
