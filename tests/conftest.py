"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Writer = Callable[..., Path]
"""`write(text, name="scenario.yaml")` writes a scenario, with its common indentation removed, and returns its path."""


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write a small scenario (or a file beside it) into the test's own folder."""

    def writer(text: str, name: str = "scenario.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return writer
