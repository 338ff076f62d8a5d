"""What people type, and what they get: commands, messages, exit codes."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator import cli
from simulator.cli import files, terminal
from simulator.errors import BalanceError, Fault, ScenarioError
from simulator.study.run import Run
from tests.results import synthetic

ROOT = Path(__file__).parent.parent
FAULTS = (Fault("a.yaml", 7, "companies.mill", "is bad"), Fault("a.yaml", 3, "name", "is missing"))


class Fake:
    """Stands for loading, checking, simulating and drawing, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.wrong: dict[str, BaseException] = {}
        self.faults: list[Fault] = []
        self.notice: Callable[[], object] = lambda: None

    def load(self, path: Path, **given: Any) -> object:
        self.asked |= {"path": path, **given}
        self._stumble("load")
        return synthetic.scenario("linear", "circular")

    def check(self, _: object) -> tuple[list[Fault], list[str]]:
        return self.faults, ["a store is small"]

    def run(self, _: object, *, progress: Callable[[float], None] | None) -> Run:
        self.asked["progress"] = progress
        self.notice()
        self._stumble("run")
        return synthetic.run("linear", "circular")

    def draw(self, _: Run, folder: Path) -> list[Path]:
        self._stumble("draw")
        folder.mkdir()
        return []

    def _stumble(self, stage: str) -> None:
        if stage in self.wrong:
            raise self.wrong[stage]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fake:
    """A program that simulates nothing, in an empty folder with one file."""
    made = Fake()
    monkeypatch.setattr("simulator.scenario.load", made.load)
    monkeypatch.setattr("simulator.network.check", made.check)
    monkeypatch.setattr(sys.modules["simulator.study.run"], "simulate", made.run)
    monkeypatch.setattr("simulator.report.write", made.draw)
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("name: a\n")
    return made


def test_a_file_alone_is_run_and_summarised(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["a.yaml"]) == 0
    out = capsys.readouterr().out
    (folder,) = (path for path in Path("results/made_up").iterdir() if path.is_dir())
    assert out.startswith("Made-up loop, 2025-01-01 to 2027-01-01\n")
    assert out.endswith(f"tables and plots: {folder}\n")
    assert fake.asked["path"] == Path("a.yaml")


@pytest.mark.parametrize("before", [[], ["run"]])
def test_run_is_the_default_command_with_all_its_options(fake: Fake, before: list[str]) -> None:
    words = ["--variants", "linear, circular", "--set", "a.b=1", "--set", "c=2", "--seed", "7", "--out", "x", "--csv"]
    assert cli.main([*before, *words, "a.yaml"]) == 0
    assert fake.asked["sets"] == ("a.b=1", "c=2")
    assert fake.asked["variants"] == ("linear", "circular")
    assert fake.asked["seed"] == 7
    assert Path("x/flows.csv").is_file()
    assert json.loads(Path("x/run.json").read_text())["argv"] == [*before, *words, "a.yaml"]


def test_without_a_file_the_flagship_is_run(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FLAGSHIP", Path("a.yaml"))
    assert cli.main([]) == 0
    assert cli.main(["--seed", "1"]) == 0
    assert fake.asked["path"] == Path("a.yaml")


def test_without_a_flagship_there_is_a_remedy(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files, "FLAGSHIP", Path("gone.yaml"))
    assert cli.main([]) == 2
    assert "name a file, or write one with" in capsys.readouterr().err


def test_where_no_bar_can_be_drawn_long_work_says_every_minute_how_much_is_done(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 30.0, 61.0, 90.0, 150.0])
    monkeypatch.setattr(terminal, "monotonic", lambda: next(clock))
    monkeypatch.setattr(fake, "notice", lambda: [fake.asked["progress"](done) for done in (0.1, 0.2, 0.3, 0.504)])
    assert cli.main(["a.yaml"]) == 0
    assert capsys.readouterr().err.splitlines()[1:] == ["20% done after 1 min", "50% done after 2 min"]


def test_a_bar_is_drawn_on_a_terminal_only(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["a.yaml"]) == 0
    fake.asked["progress"](0.5)
    assert "50%" not in capsys.readouterr().err


def test_the_first_compilation_is_announced(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The engine notes it in its log, and the command line says what is noted there while it runs."""
    note = partial(logging.getLogger("simulator.engine.machine").info, "compiling the kernels")
    monkeypatch.setattr(fake, "notice", note)
    assert cli.main(["a.yaml"]) == 0
    assert "compiling the kernels" in capsys.readouterr().err
    note()
    assert capsys.readouterr().err == ""


def test_quiet_says_nothing(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["a.yaml", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_each_warning_is_told_and_recorded_once(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["a.yaml", "--out", "x"]) == 0
    assert capsys.readouterr().err.splitlines() == ["warning: a store is small"]
    assert json.loads(Path("x/run.json").read_text())["warnings"] == ["a store is small"]


def test_loading_is_timed(fake: Fake) -> None:
    assert cli.main(["a.yaml", "--out", "x"]) == 0
    assert json.loads(Path("x/run.json").read_text())["timings"]["load"] > 0


ENDINGS = [
    ("load", ScenarioError(FAULTS), 2, "a.yaml:3: name: is missing\na.yaml:7: companies.mill: is bad\n2 faults"),
    ("run", BalanceError("mill: 3 t of Cu too much"), 3, "mill: 3 t of Cu too much"),
    ("run", ZeroDivisionError("by zero"), 1, "a defect of the program, not of your input: ZeroDivisionError: by zero"),
    ("draw", MemoryError(), 1, "a defect of the program"),
    ("run", KeyboardInterrupt(), 130, "interrupted"),
]


@pytest.mark.parametrize(("stage", "wrong", "code", "said"), ENDINGS)
def test_what_goes_wrong_has_its_exit_code_and_leaves_nothing(
    fake: Fake, capsys: pytest.CaptureFixture[str], stage: str, wrong: BaseException, code: int, said: str
) -> None:
    fake.wrong[stage] = wrong
    assert cli.main(["a.yaml"]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert [path.name for path in Path().iterdir()] == ["a.yaml"]


def test_debug_shows_where_an_error_arose(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake.wrong["run"] = ZeroDivisionError("by zero")
    assert cli.main(["a.yaml", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_bad_network_is_refused_before_anything_is_simulated(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake.faults = [FAULTS[0]]
    assert cli.main(["a.yaml"]) == 2
    assert capsys.readouterr().err.startswith("a.yaml:7: companies.mill: is bad\n1 fault, nothing was simulated")
    assert "progress" not in fake.asked


def test_an_existing_folder_is_refused_before_anything_is_simulated(
    fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("x").mkdir()
    assert cli.main(["a.yaml", "--out", "x"]) == 2
    assert "is there already; choose another --out, or replace it with --force" in capsys.readouterr().err
    assert "progress" not in fake.asked
    assert cli.main(["a.yaml", "--out", "x", "--force"]) == 0
    assert cli.main(["a.yaml", "--out", "x", "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["b.yaml"], "b.yaml: is not there"),
        (["."], ".: is a folder, no scenario file"),
        (["valdate", "a.yaml"], "no command or file is called valdate; did you mean validate?"),
        (["a.yaml", "--sed", "1"], "No such option '--sed'"),
        (["a.yaml", "--seed", "-1"], "Invalid value for '--seed'"),
        (["a.yaml", "b.yaml"], "unexpected extra argument (b.yaml)"),
        (["validate"], "Missing argument 'FILE...'"),
    ],
)
def test_typing_errors_are_told_with_exit_code_2(
    fake: Fake, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert cli.main(words) == 2
    assert said in capsys.readouterr().err


def test_validate_is_silent_but_for_warnings(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", "a.yaml"]) == 0
    assert capsys.readouterr() == ("", "warning: a store is small\n")


def test_validate_tells_all_faults_of_all_files(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake.wrong["load"] = ScenarioError(FAULTS)
    assert cli.main(["validate", "a.yaml", "gone.yaml"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == ["a.yaml:3: name: is missing", "a.yaml:7: companies.mill: is bad", "gone.yaml: is not there"]
    assert lines[3].startswith("3 faults, nothing was simulated")


def test_version_and_help_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"kreislauf, version {simulator.__version__}\n"
    assert cli.main(["-h"]) == 0
    said = capsys.readouterr().out
    assert "Examples:" in said
    assert "--variants A,B" in said
    assert max(map(len, said.splitlines())) <= 100


def test_colour_is_for_eyes_only(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["b.yaml"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def program(*words: str, **given: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run_scenario.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **given)


def test_the_script_returns_the_exit_code(tmp_path: Path) -> None:
    done = program("gone.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "gone.yaml: is not there\n"
    assert list(tmp_path.iterdir()) == []


INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from functools import partial
from pathlib import Path
from simulator import cli
from simulator.cli import files
from simulator.study import run
def stopped(scenario, **_):
    assert [path.suffix for path in Path("deep").iterdir()] == [".partial"]
    os.kill(os.getpid(), int(sys.argv[1]))
sys.modules["simulator.study.run"].simulate = stopped
sys.exit(cli.main([sys.argv[2], "--out", "deep/x", "--quiet"]))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_cleanly(tmp_path: Path, number: signal.Signals, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(number.value), str(ROOT / "simulator" / "cli" / "starter.yaml")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def on_a_terminal(*words: str, **variables: str) -> str:
    """What the program says on a terminal."""
    master, slave = pytest.importorskip("pty").openpty()
    command = [sys.executable, str(ROOT / "run_scenario.py"), *words]
    subprocess.run(command, stdout=slave, stderr=slave, check=False, env={**os.environ, **variables})
    os.close(slave)
    return os.read(master, 10_000).decode()


def test_errors_are_red_on_a_terminal_unless_colour_is_unwanted() -> None:
    assert on_a_terminal("gone.yaml", NO_COLOR="") == "\x1b[31mgone.yaml: is not there\x1b[0m\r\n"
    assert on_a_terminal("gone.yaml", NO_COLOR="1") == "gone.yaml: is not there\r\n"


def test_plots_are_drawn_unless_not_wanted(fake: Fake) -> None:
    assert cli.main(["a.yaml", "--out", "with"]) == 0
    assert cli.main(["a.yaml", "--out", "without", "--no-plots"]) == 0
    assert Path("with/plots").is_dir()
    assert not Path("without/plots").exists()
    assert Path("without/flows.parquet").is_file()


def test_validate_takes_what_a_run_takes(fake: Fake) -> None:
    assert cli.main(["validate", "a.yaml", "--set", "a.b=1", "--variants", "circular,linear"]) == 0
    assert fake.asked["sets"] == ("a.b=1",)
    assert fake.asked["variants"] == ("circular", "linear")
