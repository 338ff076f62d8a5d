"""The compiled engine, the same with bounds checking, and the interpreted one agree; machine code is never stale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.engine.builders import simulate
from tests.engine.everything import BODY, FILES, digests

ROOT = Path(__file__).parents[2]


def elsewhere(folder: Path, *command: str, root: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
    """Start Python in a process of its own, with these variables of numba's."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("NUMBA_")}
    variables = {**kept, "PYTHONPATH": str(root), **environment}
    arguments = [sys.executable, *command, str(folder)]
    return subprocess.Popen(
        arguments, cwd=root, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answer(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return output


def test_compiled_checked_and_interpreted_engines_give_the_same_tables(tmp_path: Path) -> None:
    module = ("-m", "tests.engine.everything")
    checked = elsewhere(tmp_path / "checked", *module, NUMBA_BOUNDSCHECK="1", KREISLAUF_CACHE=str(tmp_path / "cache"))
    interpreted = elsewhere(tmp_path / "interpreted", *module, NUMBA_DISABLE_JIT="1")
    expected = digests(tmp_path)
    assert json.loads(answer(interpreted)) == expected
    assert json.loads(answer(checked)) == expected


def test_the_scenario_of_all_features_uses_them_all(tmp_path: Path) -> None:
    """Every flow, process and limit occurs, and every origin that can: the comparison above compares something."""
    tables = simulate(tmp_path, BODY, FILES, end="2025-02-20").tables
    flows = set(yaml.safe_load(BODY)["flows"])
    assert flows - {"dump_scrap"} <= set(tables.flows["flow"])
    assert set(tables.processes["limited_by"]) == {"rate", "order", "room", "outage", "minimum", "input"}
    assert set(tables.flows["origin"]) == {"primary", "pre_consumer", "post_consumer"}


STALE = """
import sys
from pathlib import Path
from tests.engine.builders import shipped, simulate
print(shipped(simulate(Path(sys.argv[1]), '''
materials: {a: {}, b: {}}
companies:
  s: {inventories: {a: {initial: 10 kt}}, processes: {p: {inputs: [a], rate: 10 t/day, outputs: {b: 1}}}}
boundary:
  m: {demands: {b: {}}}
flows:
  sell: {from: s, to: m, material: b}
'''), "sell"))
"""
"""1000 t in 100 days."""


def test_an_edited_engine_source_is_seen_at_once(tmp_path: Path) -> None:
    """Numba's own cache would keep a kernel whose helper, in another module, was edited."""
    root, helper = tmp_path / "copy", tmp_path / "copy/simulator/engine/outages.py"
    for package in ("simulator", "tests/engine"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    cache = str(tmp_path / "cache")
    assert float(answer(elsewhere(tmp_path / "one", "-c", STALE, root=root, KREISLAUF_CACHE=cache))) == pytest.approx(
        1000
    )
    source = helper.read_text(encoding="utf-8")
    assert source.count("return 1.0\n") == 1
    helper.write_text(source.replace("return 1.0\n", "return 0.5\n"), encoding="utf-8")
    assert float(answer(elsewhere(tmp_path / "two", "-c", STALE, root=root, KREISLAUF_CACHE=cache))) == pytest.approx(
        500
    )
