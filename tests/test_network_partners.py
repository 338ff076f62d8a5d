"""Warnings of partnerships whose costs nobody bears, and of those that open nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import network
from simulator.scenario import load

PAIR = """\
schema: 1
name: pair
time: {{start: 2025-01-01, end: 2026-01-01, step: 1 day}}
materials: {{a: {{}}, b: {{}}, w: {{waste: true}}}}
companies:
  maker: {{processes: {{make: {{inputs: [a], rate: 1 t/day, outputs: {{b: 1}}}}}}}}
  taker: {{processes: {{use: {{inputs: [b], rate: 1 t/day, outputs: {{w: 1}}}}}}}}
boundary: {{market: {{supplies: {{a: {{}}}}, demands: {{b: {{}}}}, accepts: {{w: {{fate: landfill}}}}}}, state: {{}}}}
flows:
  in: {{from: market, to: maker, material: a}}
  pass: {{from: maker, to: taker, material: b, rank: 1, partnership: together}}
  past: {{from: maker, to: market, material: b}}
  out: {{from: taker, to: market, material: w}}
partnerships:
  together: {{{together}}}
  {more}
variants: {{apart: {{partnerships: []}}, joint: {{partnerships: [together]}}}}
"""
NOBODY = (
    "s.yaml:15: partnerships.together.partners: {} of partnership together's {} is borne by nobody in the network: "
)


def warnings(folder: Path, together: str, more: str = "") -> list[str]:
    """What is said of the pair with these keys of its partnership, and another partnership beside it."""
    path = folder / "s.yaml"
    path.write_text(PAIR.format(together=together, more=more), encoding="utf-8")
    faults, found = network.check(load(path))
    assert faults == []
    return [warning[warning.index("s.yaml:") :] for warning in found]


@pytest.mark.parametrize(
    ("costs", "part", "what"),
    [
        ("partners: {maker: 0.3, taker: 0.3}, capex: 1 MEUR, opex: 2 kEUR/year", "40 %", "capex and opex"),
        ("partners: {maker: 0.5}, opex: 2 kEUR/year, capex: 0 EUR", "50 %", "opex"),
        ("partners: {maker: 0, taker: 0}, capex: 1 MEUR", "100 %", "capex"),
    ],
)
def test_costs_that_nobody_bears(tmp_path: Path, costs: str, part: str, what: str) -> None:
    (said,) = warnings(tmp_path, costs)
    assert said.startswith(NOBODY.format(part, what))
    assert said.endswith(": let the shares sum to 1; what a grant pays can be the share of a node under `boundary`")


@pytest.mark.parametrize(
    "costs",
    [
        "partners: {maker: 0.7, taker: 0.3}, capex: 1 MEUR",
        "partners: {maker: 0.1, taker: 0.2, market: 0.7}, capex: 1 MEUR",
        "partners: {maker: 0.6, state: 0.4}, capex: 1 MEUR",
        "partners: {maker: 0.3, taker: 0.3}",
        "partners: {maker: 0.3}, capex: 0 EUR",
        "",
    ],
)
def test_costs_that_somebody_bears_or_that_are_none(tmp_path: Path, costs: str) -> None:
    """What a node outside bears, a state or a fund, is a grant."""
    assert warnings(tmp_path, costs) == []


def test_a_partnership_that_opens_nothing(tmp_path: Path) -> None:
    (said,) = warnings(tmp_path, "", "idea: {partners: {maker: 1}, capex: 1 MEUR, opex: 1 EUR/day}")
    assert said == (
        "s.yaml:16: partnerships.idea: partnership idea opens nothing: no flow, process, use or unit names it, and it "
        "sets and scales no number, so that only its capex and opex count; write `partnership: idea` at what it opens, "
        "or remove it"
    )


def test_a_partnership_that_changes_a_number_does_something(tmp_path: Path) -> None:
    assert warnings(tmp_path, "", "idea: {scale: {companies.maker.processes.make.rate: 1.1}}") == []
    assert warnings(tmp_path, "", "idea: {set: {companies.maker.processes.make.rate: 2 t/day}}") == []
