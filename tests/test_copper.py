"""The copper cycle of the world: what docs/copper.md says of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import simulator
from simulator.cli.files import CASES
from simulator.study.cases import verdicts

ROOT = Path(__file__).parent.parent
SCENARIO = ROOT / "scenarios" / "copper_cycle.yaml"
OLD = ("building", "infrastructure", "industry", "transport", "equipment")


@pytest.fixture(scope="module")
def run() -> simulator.Run:
    return simulator.run(simulator.load(SCENARIO))


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_copper", ROOT / "docs" / "make_copper.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_tables_of_the_page_are_what_comes_out(run: simulator.Run, page: ModuleType) -> None:
    written = page.PAGE.read_text(encoding="utf-8")
    made = page.filled(written, run.tables)
    assert made == written, "run python docs/make_copper.py and say why in the changelog"


@pytest.mark.parametrize("year", ["1950", "2010", "2050"])
def test_the_rates_follow_from_the_flows(run: simulator.Run, page: ModuleType, year: str) -> None:
    """The indicators read origins off products; here they are reckoned from what went into the smelters."""
    mined, new, slag = (page.flow(run.tables, "published", year, name) for name in ("mined", "new_scrap", "slag"))
    collected = page.flow(run.tables, "published", year, *(f"collect_{name}" for name in OLD))
    lost = page.flow(run.tables, "published", year, *(f"lose_{name}" for name in OLD))
    old = collected - slag
    expected = [
        old / (collected + lost),
        old / (old + new),
        (old + new) / (mined + old + new),
        old / (mined + old + new),
    ]
    found = [page.rate(run.tables, "published", name, year) / 100 for name in page.NAMES]
    assert found == pytest.approx(expected, rel=1e-9)


def test_what_a_variant_changes_in_2025_changes_nothing_before(run: simulator.Run, page: ModuleType) -> None:
    for name in page.NAMES:
        known = [page.rate(run.tables, variant, name, "2024") for variant in ("published", "better_collection")]
        assert known[0] == pytest.approx(known[1], rel=1e-12)
    later = [
        page.rate(run.tables, variant, "eol_recycling_rate", "2025") for variant in ("published", "better_collection")
    ]
    assert later[1] > later[0] + 10


def test_a_variant_alone_has_the_same_rates(run: simulator.Run, page: ModuleType) -> None:
    """To the last bit: no figure of a variant depends on what is run beside it."""
    alone = simulator.run(simulator.load(SCENARIO, variants=["longer_lifetimes"])).tables
    for name in page.NAMES:
        assert page.rate(alone, "longer_lifetimes", name, "2040") == page.rate(
            run.tables, "longer_lifetimes", name, "2040"
        )


def test_every_hypothetical_variant_says_so(run: simulator.Run) -> None:
    titles = {name: variant.title or "" for name, variant in run.scenario.variants.items()}
    assert [name for name, title in titles.items() if not title.startswith("Hypothetical")] == ["published"]


def test_published_rates_stand_beside_ours_and_are_not_judged() -> None:
    found = [verdict for verdict in verdicts(CASES / "copper_cycle") if verdict.figures is not None]
    assert len(found) == 18
    assert all(verdict.tolerance is None and verdict.holds for verdict in found)
    worlds = next(verdict for verdict in found if "eol_recycling_rate, world" in verdict.quantity)
    assert worlds.figures is not None
    assert list(worlds.figures) == pytest.approx([45, 60.6], abs=0.1)
