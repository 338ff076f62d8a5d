"""The docs are true: every scenario in them loads, every command in them runs, every link leads somewhere.

A block of YAML that begins with `schema:` claims to be a complete scenario. In a block of commands, lines that begin
with `python run_scenario.py` or `kreislauf` are run, page by page, in a folder that looks like a checkout; a trailing
`# exit 2` says that a command is meant to fail. Commands that simulate are slow, and run under the marker of that name.
"""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import simulator

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
QUICK = {"validate", "schema", "new"}
"""Commands that simulate nothing."""
SHELLS = {"console", "sh", "bash", "shell"}
PROGRAMS = (["python", "run_scenario.py"], ["kreislauf"])


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    """Line of its first line of text."""
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command line of ours in a block."""

    arguments: tuple[str, ...]
    exit_code: int

    def is_quick(self) -> bool:
        return "--help" in self.arguments or bool(QUICK.intersection(self.arguments[:1]))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    for match in re.finditer(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE):
        yield Block(page, text[: match.start(3)].count("\n") + 1, match[2], match[3])


def commands(page: Path) -> Iterator[Command]:
    lines = (line for block in blocks(page) if block.language in SHELLS for line in unfolded(block.text))
    for line in lines:
        words = shlex.split(line, comments=True)
        expected = re.search(r"# exit (\d)", line)
        for program in PROGRAMS:
            if words[: len(program)] == program:
                yield Command(tuple(words[len(program) :]), int(expected[1]) if expected else 0)


def unfolded(text: str) -> list[str]:
    """Lines without prompts, those that end in a backslash joined to the next."""
    return [line.strip().removeprefix("$ ") for line in text.replace("\\\n", " ").splitlines()]


YAML = [block for page in PAGES for block in blocks(page) if block.language in {"yaml", "yml"}]
SCENARIOS = [block for block in YAML if re.match(r"(#[^\n]*\n)*schema:", block.text)]


@pytest.mark.parametrize("block", YAML, ids=str)
def test_every_yaml_block_is_yaml(block: Block) -> None:
    yaml.safe_load(block.text)


@pytest.mark.parametrize("block", SCENARIOS, ids=str)
def test_every_complete_scenario_loads(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(block.text, encoding="utf-8")
    simulator.load(path)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like a fresh checkout, so that what commands write does not end in the real one."""
    for name in ("run_scenario.py", "simulator", "scenarios", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def run(command: Command, folder: Path) -> None:
    line = [sys.executable, "run_scenario.py", *command.arguments]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == command.exit_code, f"{shlex.join(line)}\n{done.stdout}{done.stderr}"


def id_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_the_commands_of_a_page_that_simulate_nothing_run(page: Path, checkout: Path) -> None:
    for command in commands(page):
        if command.is_quick():
            run(command, checkout)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if not all(c.is_quick() for c in commands(page))], ids=id_of)
def test_all_commands_of_a_page_run(page: Path, checkout: Path) -> None:
    for command in commands(page):
        run(command, checkout)


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", text) if "://" not in target}
    assert not [target for target in targets if target and not (page.parent / target).exists()]


def test_the_reference_is_what_the_models_say() -> None:
    """After a change of the models, `python docs/make_reference.py` writes it anew."""
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["reference"]()
