"""Pictures of the docs: their scenarios run, and they show what the pages say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulator.report import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    made = runpy.run_path(str(ROOT / "docs" / "make_pictures.py"))
    with style.styled():
        return dict(made["pictures"]())


def test_every_picture_is_in_the_docs(drawn: dict[str, Figure]) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    for name in drawn:
        assert (ROOT / "docs" / "images" / f"{name}.png").is_file()
        assert f"(images/{name}.png)" in pages


def test_copper_climbs_in_a_loop_without_a_limit_and_is_held_by_dilution(drawn: dict[str, Figure]) -> None:
    content, iron = drawn["steel_loop"].axes
    assert [ax.get_ylabel() for ax in (content, iron)] == ["Copper in steel (% by mass)", "Primary iron (kt/year)"]
    last = [[np.asarray(line.get_ydata())[-1] for line in ax.get_lines()] for ax in (content, iron)]
    assert last[0] == pytest.approx([0.613, 0.2604, 0.332, 0.2604], abs=1e-3)
    assert last[1] == pytest.approx([190, 475, 191, 318], abs=1)
