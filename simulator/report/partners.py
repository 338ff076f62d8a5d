"""Pictures."""

from __future__ import annotations

from pathlib import Path

from simulator.study.partners import Findings


def write(found: Findings, folder: Path) -> None:
    folder.mkdir()
