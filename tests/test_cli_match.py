"""What `kreislauf match` says, writes, and refuses to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import cli
from tests.study.test_match import ROUND, SLAG

PLACED = SLAG.replace("smelter:\n", "smelter:\n    location: [51.60, 7.52]\n", 1).replace(
    "grinder:\n", "grinder:\n    location: [51.61, 7.49]\n", 1
)
Called = Callable[..., tuple[int, str, str]]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    """Exit code, what is printed, and what is complained of, for `slag.yaml` in the folder one is in."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, text: str = PLACED) -> tuple[int, str, str]:
        Path("slag.yaml").write_text(text, encoding="utf-8")
        code = cli.main(["match", "slag.yaml", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_pair_stands_in_two_small_tables_what_was_found_and_what_it_does(called: Called) -> None:
    code, out, _ = called()
    lines = out.splitlines()
    assert code == 0
    assert max(map(len, lines)) <= 120
    rows = [line.split() for line in lines if line.startswith("1 ")]
    assert rows[0][1:8] == ["smelter", "→", "grinder", "slag", "as", "sand", "100"]
    assert rows[1][1] == rows[0][8] == "1,457"
    assert "each run alone, against base; a year, on average" in lines


def test_the_command_at_the_end_runs_the_file(called: Called, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = called("--set", "transport.truck.cost=0.1 EUR/(t km)")
    words = next(line for line in out.splitlines() if line.startswith("next: ")).split()
    place = words.index("slag_match.yaml")
    assert words[place + 1 : place + 3] == ["--variants", "base,match_01_smelter_grinder"]
    assert "--set" in words
    assert cli.main([*words[place : place + 3], "--no-plots", "--out", "out"]) == 0
    assert "match_01_smelter_grinder*" in capsys.readouterr().out, "hypothetical"


def test_changed_numbers_count(called: Called) -> None:
    _, out, _ = called("--set", "boundary.dump.accepts.slag.fee=-40 EUR/t")
    assert "nothing fits that pays, 1 more cost more than they save" in out
    assert not Path("slag_match.yaml").exists()


def test_a_file_that_is_there_is_replaced_only_by_force(called: Called) -> None:
    Path("slag_match.yaml").write_text("mine", encoding="utf-8")
    code, _, err = called()
    assert code == 2
    assert "slag_match.yaml: is there already; --force replaces it, --out names another" in err
    assert Path("slag_match.yaml").read_text(encoding="utf-8") == "mine"
    assert called("--out", "other.yaml")[0] == 0
    assert called("--force")[0] == 0
    assert "match_01" in Path("slag_match.yaml").read_text(encoding="utf-8")


def test_a_picture_is_drawn_beside_the_file_where_it_is_asked_for(called: Called) -> None:
    code, out, _ = called("--plot")
    assert code == 0
    assert "drawn: slag_match.png" in out.splitlines()
    text = Path("slag_match.svg").read_text(encoding="utf-8")
    assert "Smelter → Grinder" in text
    assert "1,460 t/year" in text
    Path("slag_match.yaml").unlink()
    assert "slag_match.png: is there already" in called("--plot")[2]
    assert called("--plot", "--force")[0] == 0
    assert Path("slag_match.svg").read_text(encoding="utf-8") == text


def test_the_scenario_itself_is_never_replaced(called: Called) -> None:
    code, _, err = called("--out", "slag.yaml", "--force")
    assert code == 2
    assert "slag.yaml: is the scenario itself" in err
    assert Path("slag.yaml").read_text(encoding="utf-8") == PLACED


@pytest.mark.parametrize(
    ("out", "complaint"),
    [("sub/pairs.yaml", "a file can extend only one in its own folder"), ("pairs.txt", "let its name end in .yaml")],
)
def test_a_file_that_could_not_be_run_is_not_written(called: Called, out: str, complaint: str) -> None:
    Path("sub").mkdir()
    code, _, err = called("--out", out)
    assert code == 2
    assert complaint in err
    assert not Path(out).exists()


@pytest.mark.parametrize("option", ["--fit", "--distance"])
def test_what_is_no_number_is_refused(called: Called, option: str) -> None:
    for value in ("nan", "inf"):
        assert called(option, value)[0] == 2


def test_an_assumed_distance_is_marked_and_explained(called: Called) -> None:
    _, out, _ = called("--distance", "12", text=SLAG)
    assert " ~12 " in out
    assert "~ no flow and no locations tell the distance: --distance says what is assumed" in out
    assert "~" not in called("--force")[1]


def test_what_the_file_has_already_is_said(called: Called) -> None:
    reuse = "  reuse: {from: smelter, to: grinder, material: slag, as: sand, rank: 1, partnership: deal}\n"
    deal = "partnerships: {deal: {}}\nvariants: {apart: {partnerships: []}, together: {}}\n"
    out = called(text=PLACED + reuse + deal)[1]
    assert "in the file already, closed in apart: 1 reuse" in out.splitlines()


def test_what_is_left_out_because_the_file_says_too_little_is_named(called: Called) -> None:
    text = PLACED.replace("outputs: {metal: {iron: 1}, slag: {silica: 1}}", "outputs: {metal: {iron: 0.8}, slag: rest}")
    out = called(text=text.replace("outputs: {grit: 1}", "outputs: {grit: {silica: 1}}"))[1]
    assert "left out: slag of smelter to grinder: companies.grinder.processes.grind.outputs" in out


def test_what_cannot_run_is_said_and_leaves_no_file(called: Called) -> None:
    text = ROUND.replace("sand: {price: 8 EUR/t}", "sand: {price: 8 EUR/t, origin: reused}")
    code, out, _ = called(text=text)
    assert code == 0
    assert "left out: a of two to one: a at one, and what is linked with it, goes round without coming to rest" in out
    assert not Path("slag_match.yaml").exists()


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["match", "--help"]) == 0
    assert "kreislauf match my.yaml --variant today --top 5" in capsys.readouterr().out
