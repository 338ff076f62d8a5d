"""The docs are true: every scenario in them loads, every command in them runs, every link leads somewhere.

A block of YAML that begins with `schema:` claims to be a complete scenario. A block whose first line names a file after
its language (```` ```yaml scenarios/my.yaml ````) is part of that file: the blocks of one name on a page, one after the
other, are the file. In a block of commands, lines that begin with `python run_scenario.py` or `kreislauf` are run, page
by page, in a folder that looks like a checkout and holds the page's files; a trailing `# exit 2` says that a command is
meant to fail. Blocks of the language `console` show what a command says: after a line that begins with `$`, every line
has to occur in its output, except those with an ellipsis. Blocks of Python are run after the commands of their page, as
one program. Commands that simulate are slow, and run under the marker of that name.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
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
PROGRAMS = (["python", "run_scenario.py"], [".venv/bin/python", "run_scenario.py"], ["kreislauf"])


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    """Line of its first line of text."""
    language: str
    file: str
    """File it is a part of; empty where it is none."""
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command line of ours in a block."""

    arguments: tuple[str, ...]
    exit_code: int
    said: tuple[str, ...]
    """Lines that its output has to hold."""

    def is_quick(self) -> bool:
        return "--help" in self.arguments or bool(QUICK.intersection(self.arguments[:1]))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^( *)```(\w+) *([^\n]*)\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE):
        yield Block(page, text[: match.start(4)].count("\n") + 1, match[2], match[3].strip(), match[4])


def commands(page: Path) -> Iterator[Command]:
    for block in blocks(page):
        for line, said in said_by(block) if block.language in SHELLS else ():
            words = shlex.split(line, comments=True)
            expected = re.search(r"# exit (\d)", line)
            for program in PROGRAMS:
                if words[: len(program)] == program:
                    yield Command(tuple(words[len(program) :]), int(expected[1]) if expected else 0, said)


def said_by(block: Block) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Command lines, those that end in a backslash joined to the next, and what is shown of their output."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language != "console":
        yield from ((line.strip(), ()) for line in lines)
        return
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        said = (" ".join(line.split()) for line in lines[start + 1 : end] if "…" not in line)
        yield lines[start].removeprefix("$ "), tuple(line for line in said if line)


def files(page: Path) -> Mapping[str, str]:
    """The files that a page builds up, by name."""
    named = [block for block in blocks(page) if block.file]
    return {block.file: "".join(part.text for part in named if part.file == block.file) for block in named}


YAML = [block for page in PAGES for block in blocks(page) if block.language in {"yaml", "yml"}]
SCENARIOS = [block for block in YAML if not block.file and re.match(r"(#[^\n]*\n)*schema:", block.text)]
FILES = [(page, name) for page in PAGES for name in files(page) if name.endswith(".yaml")]


@pytest.mark.parametrize("block", YAML, ids=str)
def test_every_yaml_block_is_yaml(block: Block) -> None:
    yaml.safe_load(block.text)


def test_every_complete_scenario_says_which_file_it_is() -> None:
    """So that the next test loads it."""
    assert not [str(block) for block in SCENARIOS]


@pytest.mark.parametrize(("page", "name"), FILES, ids=lambda part: part if isinstance(part, str) else part.stem)
def test_every_scenario_that_a_page_builds_up_loads(page: Path, name: str, tmp_path: Path) -> None:
    simulator.load(checkout(page, tmp_path) / name)


def checkout(page: Path, folder: Path) -> Path:
    """A folder that looks like a fresh checkout, so that what commands write does not end in the real one."""
    for name in ("run_scenario.py", "simulator", "docs"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    for name, text in files(page).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(command: Command, folder: Path) -> None:
    done = called([sys.executable, "run_scenario.py", *command.arguments], folder, command.exit_code)
    output = " ".join((done.stdout + done.stderr).split())
    assert not [line for line in command.said if line not in output], output


def called(line: list[str], folder: Path, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == exit_code, f"{shlex.join(line)}\n{done.stdout}{done.stderr}"
    return done


def program(page: Path) -> str:
    """The page's blocks of Python, as one program."""
    return "".join(block.text for block in blocks(page) if block.language == "python")


def id_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [page for page in PAGES if any(c.is_quick() for c in commands(page))], ids=id_of)
def test_the_commands_of_a_page_that_simulate_nothing_run(page: Path, tmp_path: Path) -> None:
    folder = checkout(page, tmp_path)
    for command in commands(page):
        if command.is_quick():
            run(command, folder)


SIMULATING = [page for page in PAGES if program(page) or not all(c.is_quick() for c in commands(page))]


@pytest.mark.slow
@pytest.mark.parametrize("page", SIMULATING, ids=id_of)
def test_all_commands_of_a_page_run(page: Path, tmp_path: Path) -> None:
    folder = checkout(page, tmp_path)
    for command in commands(page):
        run(command, folder)
    called([sys.executable, "-c", program(page)], folder)


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", text) if "://" not in target}
    assert not [target for target in targets if target and not (page.parent / target).exists()]


def test_every_page_is_in_the_index_and_the_navigation_and_every_how_to_in_the_readme() -> None:
    """A page that nothing leads to is not read."""
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    lists = {ROOT / "docs" / "index.md": pages, ROOT / "mkdocs.yml": pages,
             ROOT / "README.md": {name for name in pages if name.startswith("howto_")}}  # fmt: skip
    missing = {path.name: {name for name in named if name not in path.read_text()} for path, named in lists.items()}
    assert not any(missing.values()), missing


def test_generated_pages_are_what_the_program_says() -> None:
    """After a change of the models or of the tables, `python docs/make_reference.py` writes them anew."""
    pages = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["pages"]()
    assert {path.name for path in pages} == {"reference.md", "results.md"}
    assert all(path.read_text(encoding="utf-8") == text for path, text in pages.items())


def test_the_page_of_published_models_has_all_cases() -> None:
    """`python docs/make_validation.py` writes it anew; the deviations themselves differ between processors."""
    path, text = runpy.run_path(str(ROOT / "docs" / "make_validation.py"))["page"]()
    measured = re.compile(r"\| [0-9.e+-]+( \w+)? (?=\| [0-9.e+-]+( \w+)? \|$)", re.MULTILINE)
    assert measured.sub("", path.read_text(encoding="utf-8")) == measured.sub("", text)
