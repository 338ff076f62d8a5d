"""Energy that nobody served, or took, is warned of, once for each company and carrier."""

from __future__ import annotations

from pathlib import Path

from simulator.scenario import load
from simulator.study.run import run

HEAT = """
schema: 1
name: heat
time: {start: 2025-01-01, end: 2025-01-11, step: 1 day}
materials: {}
energy: {heat: {levels: {warm: 90 degC}}}
companies:
  works: {generators: {sun: {gives: heat.warm, capacity: 2 MW}}, loads: {heat.warm: 1.5 MW}}
  town: {loads: {heat.warm: 1 MW}}
flows: {pipe: {from: works, to: town, energy: heat.warm, capacity: 0.25 MW}}
variants: {base: {}, open: {set: {flows.pipe.capacity: 0.5 MW}}}
"""


def test_every_shortage_is_one_sentence_with_its_variants(tmp_path: Path) -> None:
    path = tmp_path / "heat.yaml"
    path.write_text(HEAT, encoding="utf-8")
    remedy = "give it a supplier, or a larger capacity"
    assert run(load(path)).warnings == (
        f"companies.town: 120 to 180 MWh of heat.warm was not served (base, open): {remedy}",
        "companies.works: 60 MWh of heat.warm nobody took (base): a flow, a load or a storage could use it",
    )
