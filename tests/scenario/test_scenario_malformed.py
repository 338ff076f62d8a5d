"""Every malformed scenario in tests/malformed yields exactly the messages in the text file beside it, and nothing else.

Each is laid over `common/loop.yaml`, which is sound, and breaks one rule; no two break the same one. A message is
asserted whole: file, line, path and remedy.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import load

FOLDER = Path(__file__).parent.parent / "malformed"
CASES = sorted(FOLDER.glob("*.yaml"))
JARGON = ("pydantic", "validation error", "type=", "Input should", "Value error", "Traceback")


def messages(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_whole_message(path: Path) -> None:
    assert messages(path) == path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


def test_what_they_are_laid_over_is_sound() -> None:
    assert set(load(FOLDER / "common" / "loop.yaml").variants) == {"today", "joint"}


def test_there_are_more_than_forty_and_no_two_say_the_same() -> None:
    said = [tuple(line.split(": ", 1)[1] for line in messages(path)) for path in CASES]
    assert len(said) > 40
    assert len(set(said)) == len(said)


def test_no_message_speaks_of_the_machinery() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt"))
    assert not [word for word in JARGON if word in text]


def test_five_faults_yield_five_in_the_order_of_the_file() -> None:
    with pytest.raises(ScenarioError) as caught:
        load(FOLDER / "five_faults.yaml")
    lines = [fault.line for fault in caught.value.faults]
    assert len(lines) == 5
    assert lines == sorted(lines)
