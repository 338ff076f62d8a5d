"""What the command line says where a file is nearly right, where nobody listens, and where results would mix."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import cli
from simulator.cli import explanations
from simulator.results.provenance import RECORD

ROOT = Path(__file__).parent.parent
MILL = """\
schema: 1
name: mill
time: {start: 2025-01-01, end: 2026-01-01, step: 1 day}
materials: {ore: {}, metal: {}}
companies:
  mill:
    processes:
      melt: {inputs: [ore], rate: 12 t/day, outputs: {metal: 1}}
boundary:
  mine: {supplies: {ore: {}}}
  market: {demands: {metal: {}}}
flows:
  dig: {from: mine, to: mill, material: ore}
  sell:
    from: mill
    to: market
    material: metal
"""

Said = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Exit code of, and lines on stderr from, `validate` of the mill with one text replaced by another."""

    def call(old: str, new: str, *more: str) -> tuple[int, list[str]]:
        assert old in MILL
        monkeypatch.chdir(tmp_path)
        Path("mill.yaml").write_text(MILL.replace(old, new), encoding="utf-8")
        return cli.main(["validate", "mill.yaml", *more]), capsys.readouterr().err.splitlines()

    return call


@pytest.mark.parametrize("key", ["from", "to", "material"])
def test_a_list_where_one_id_belongs_says_so(said: Said, key: str) -> None:
    given = {"from": "mine", "to": "mill", "material": "ore"}[key]
    code, lines = said(f"{key}: {given}", f"{key}: [{given}, other]")
    remedy = "is a list, and one id belongs here: write one of them, and one more flow for each of the others"
    assert (code, lines[0]) == (2, f"mill.yaml:13: flows.dig.{key}: {remedy}")


def test_a_title_that_is_a_list_is_asked_for_as_text(said: Said) -> None:
    _, lines = said("name: mill", "name: mill\ntitle: [a, b]")
    assert lines[0] == "mill.yaml:3: title: `[…]` is not text: put it in quotes if it is meant as text"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("    material: metal", "    material:metal", "17: `material:metal` has no space after its colon"),
        ("    from: mill", "    from:mill", "15: `from:mill` has no space after its colon"),
        ("name: mill", "name:mill", "2: `name:mill` has no space after its colon"),
        ("material: ore", "material:ore", "13: flows.dig.material:ore: `material:ore` has no space after its colon"),
        ("    to: market", "    to market", "16: `to market` has no colon: write `to: market`"),
        ("from: mine", "from mine", "13: flows.dig.from mine: `from mine` has no colon: write `from: mine`"),
        ("flows:", "flows", "12: `flows` has no colon: write `flows: …`"),
        ("  sell:", "  sell", "14: `sell` has no colon: write `sell: …`"),
        (
            "    to: market",
            "      to: market",
            "16: is indented by 6 spaces, the line above it by 4: entries side by side begin in one column",
        ),
        (
            "    to: market",
            "   to: market",
            "16: is indented by 3 spaces, the entries above it by 0 or 2 or 4: begin it where those beside it do",
        ),
        ("name: mill", 'name: "mill', "2: a quote is opened here and never closed"),
        ("name: mill", "name: mill\ntitle: A mill: large", "3: is not YAML: a colon within a value; put text with a"),
    ],
)
def test_the_line_and_the_likely_cause_of_broken_yaml_are_named(said: Said, old: str, new: str, line: str) -> None:
    code, lines = said(old, new)
    assert code == 2
    assert lines[0].startswith(f"mill.yaml:{line}")


def test_a_negative_number_is_shown_as_it_was_written(said: Said) -> None:
    _, lines = said("rate: 12 t/day", "rate: -100 kt/year")
    assert lines[0].endswith("rate: must be at least 0 t/day; it is -100 kt/year, that is -273.785 t/day")
    _, lines = said("rate: 12 t/day", "rate: -3 t/day")
    assert lines[0].endswith("rate: must be at least 0 t/day; it is -3 t/day")


@pytest.mark.parametrize(
    ("rate", "warning"),
    [
        ("150.000 t/year", "150.000 is read as 150; write 150000 if thousands were meant, 150.0 if not"),
        ("1.250 t/year", "1.250 is read as 1.25; write 1250 if thousands were meant, 1.2500 if not"),
        (
            "{value: 12.500 t/year, source: us}",
            "12.500 is read as 12.5; write 12500 if thousands were meant, 12.5000 if not",
        ),
        ("1.057 t/day", None),
        ("0.150 t/day", None),
        ("150.0 t/year", None),
        ("1500.000 t/year", None),
    ],
)
def test_a_point_that_may_separate_thousands_is_warned_of(said: Said, rate: str, warning: str | None) -> None:
    """The number stays accepted."""
    code, lines = said("rate: 12 t/day", f"rate: {rate}")
    inner = ".value" if rate.startswith("{") else ""
    path = f"mill.yaml:8: companies.mill.processes.melt.rate{inner}"
    assert code == 0
    assert lines == ([f"warning: {path}: {warning}"] if warning else [])


def test_files_are_named_as_one_would_type_them_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also those that a file extends; faults of --set have no file."""
    monkeypatch.chdir(tmp_path)
    folder = Path("deep") / "er"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(MILL.replace("12 t/day", "12 t"), encoding="utf-8")
    (folder / "mill.yaml").write_text("schema: 1\nextends: base.yaml\nname: other\n", encoding="utf-8")
    for typed in ("deep/er/mill.yaml", str(tmp_path / folder / "mill.yaml")):
        assert cli.main(["validate", typed, "--set", "sed=3"]) == 2
        first, second, *_ = capsys.readouterr().err.splitlines()
        assert first.startswith("--set:1: sed: ")
        assert second.startswith("deep/er/base.yaml:8: companies.mill.processes.melt.rate: ")
    (folder / "base.yaml").write_text(MILL.replace("metal: {}}\ncomp", "metal: {}, odd: {}}\ncomp"), encoding="utf-8")
    assert cli.main(["validate", "deep/er/mill.yaml"]) == 0
    assert capsys.readouterr().err == "warning: deep/er/base.yaml:4: materials.odd: declared, but nothing uses it\n"


def test_results_of_a_copy_that_kept_its_name_are_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mill.yaml", "copy.yaml"):
        Path(name).write_text(MILL, encoding="utf-8")
    words = ["--no-plots", "--set", "time.end=2025-02-01"]
    said = "warning: results/mill holds results of mill.yaml: give one of the two files another `name`"
    for name, warned in (("mill.yaml", False), ("./mill.yaml", False), ("copy.yaml", True), ("copy.yaml", False)):
        assert cli.main([name, *words]) == 0
        assert (said in capsys.readouterr().err.splitlines()) is warned, name
    assert cli.main(["mill.yaml", *words, "--out", "out"]) == 0
    assert "holds results of" not in capsys.readouterr().err
    assert '"file": "mill.yaml"' in (Path("out") / RECORD).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words", ["schema", "--help", "scenarios/first_loop.yaml --no-plots --set time.end=2025-03-01"]
)
def test_a_pipe_that_nobody_reads_ends_the_program_quietly(words: str, tmp_path: Path) -> None:
    """As `| head` does once it has seen enough."""
    out = ["--out", str(tmp_path / "out")] if "yaml" in words else []
    program = subprocess.Popen(
        [sys.executable, "run_scenario.py", *words.split(), *out],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    said = program.stderr.read()
    assert program.wait(60) == explanations.UNREAD
    assert not [word for word in ("Error", "Traceback", "defect", "Exception") if word in said]
    program.stderr.close()


ENDLESS = """\
schema: 1
name: endless
settle: until_quiet
time: {start: 2025-01-01, end: 2025-01-11, step: 1 day}
materials: {van: {}}
companies:
  shop: {inventories: {van: {initial: 1 t}}}
  town: {review_period: 1 day}
boundary: {world: {demands: {van: {rate: 0 t/day}}}}
flows:
  buy: {from: shop, to: town, material: van, rank: 1}
  back: {from: town, to: shop, material: van, rank: 1}
  sell: {from: shop, to: world, material: van}
"""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {
                "shop: {inv": "shop: {processes: {p: {inputs: [van], rate: 1 t/day, outputs: {van: 1},"
                " outages: {mtbf: 1e-9 day, mttr: 1e-9 day}}}, inv"
            },
            "7: companies.shop.processes.p.outages: more than 1,000,000 outages in one run; give a longer mtbf",
        ),
        ({}, "3: settle: van at "),
        ({"settle: until_quiet\n": "", "step: 1 day": "step: month", "01-11": "03-01"}, "1: settle: van at "),
        (
            {
                "rank: 1": "rank: cost",
                "town: {": "town: {processes: {p: {inputs: [van], rate: 1 t/day, outputs: {van: 1}, cost: -1 EUR/t}}, ",
                "until_quiet": "once",
            },
            "8: companies.town: rank: cost: ways from van at town",
        ),
        ({"step: 1 day": "step: 1 s", "2025-01-11": "2125-01-01"}, "4: time.step: 3.16e+09 reviews every 1 s"),
        ({"step: 1 day": "step: 1 day, report: 1 s"}, "4: time.report: more than 100,000 reporting periods"),
    ],
)
def test_what_shows_only_as_it_runs_has_file_and_line_too(
    changes: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """As typed from where the program was called; and nothing is left."""
    written = ENDLESS
    for old, new in changes.items():
        assert old in written
        written = written.replace(old, new)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "endless.yaml").write_text(written, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["deep/endless.yaml", "--quiet", "--no-plots", "--out", "out"]) == 2
    assert capsys.readouterr().err.startswith(f"deep/endless.yaml:{said}")
    assert not Path("out").exists()
