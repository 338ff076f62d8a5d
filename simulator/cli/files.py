"""Which files are meant: the one that was named, or what comes with the program."""

from __future__ import annotations

import os
from pathlib import Path

from simulator.cli import terminal
from simulator.errors import UserError

FLAGSHIP = Path(__file__).resolve().parents[2] / "scenarios" / "luenen.yaml"
CASES = FLAGSHIP.parent / "validation"
"""Models of others, with what they gave."""


def scenario(file: Path | None, program: str) -> Path:
    """The file that was named, or the flagship. Raises UserError where it is not there."""
    if file:
        return existing(file)
    if not FLAGSHIP.is_file():
        raise UserError(
            f"no FILE is named, and the flagship, {FLAGSHIP}, is not there: name a file, or write one with "
            f"`{program} new NAME`"
        )
    return FLAGSHIP


def existing(file: Path) -> Path:
    """A file that is there. Raises UserError, with the name that was perhaps meant."""
    if os.path.isdir(file):  # noqa: PTH112  pathlib's raise where a name is too long
        raise UserError(f"{file}: is a folder, no scenario file")
    if not os.path.isfile(file):  # noqa: PTH113  likewise
        raise UserError(f"{file}: is not there{_meant(file)}")
    return file


def _meant(file: Path) -> str:
    """Which file of the same folder, or of the scenarios, has nearly this name."""
    from difflib import get_close_matches

    there = {path.stem: path for folder in (FLAGSHIP.parent, file.parent) for path in _scenarios(folder)}
    near = get_close_matches(file.name.removesuffix(".yaml"), there, n=1)
    return f"; did you mean {terminal.shown(there[near[0]])}?" if near else ""


def _scenarios(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.yaml"))
    except OSError:
        return []
