"""The public interface, and what the program imports for which command."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.cli.starter import TEMPLATE

ROOT = Path(__file__).parent.parent
FLAGSHIP = ROOT / "scenarios" / "luenen.yaml"


def modules(code: str) -> set[str]:
    """The modules that a program of its own has imported in the end."""
    program = f"import sys\n{code}\nprint('imported:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.partition("imported:")[2].split())


@pytest.mark.parametrize("name", simulator.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(simulator, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'simulator' has no attribute 'runn'"):
        simulator.runn  # noqa: B018
    assert dir(simulator) == sorted(simulator.__all__)


def test_the_package_imports_nothing_until_asked() -> None:
    assert not [name for name in modules("import simulator") if name.startswith("simulator.")]


def test_the_version_is_that_of_the_distribution() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^version = "(.+)"$', text, re.MULTILINE)[1] == simulator.__version__  # type: ignore[index]


def test_help_needs_click_only() -> None:
    loaded = modules("from simulator.cli import main\nmain(['--help'])")
    assert not loaded & {"rich", "numpy", "pydantic", "yaml", "pandas", "duckdb", "numba", "matplotlib", "networkx"}


def test_the_help_says_how_many_variants_the_flagship_has() -> None:
    """Its words cannot be counted from the file, since help reads none."""
    numbers = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    done = subprocess.run(
        [sys.executable, "run_scenario.py", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert f", {numbers[len(simulator.load(FLAGSHIP).variants)]} variants," in done.stdout


def test_validate_loads_neither_engine_nor_pictures_nor_database() -> None:
    loaded = modules(f"from simulator.cli import main\nassert main(['validate', {str(TEMPLATE)!r}]) == 0")
    assert not loaded & {"rich", "pandas", "duckdb", "numba", "matplotlib", "simpy", "simulator.engine"}


def test_validating_the_flagship_needs_neither_arrays_nor_the_graph_library() -> None:
    """Its time series are read without numpy; networkx is for loops that nothing leaves."""
    loaded = modules(f"from simulator.cli import main\nassert main(['validate', {str(FLAGSHIP)!r}]) == 0")
    assert not loaded & {"numpy", "networkx"}
