"""A substance that builds up in a loop is warned of; one that is let out, or was always there, is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.accounting.small import ran

LOOP = """
schema: 1
name: tramp
settle: once
time: {start: 2025-01-01, end: %s, step: 1 month, report: %s}
substances: [Cu, Sn, Zn]
materials:
  primary: {composition: {Cu: 0.999, Zn: 0.001}}
  goods: {composition: {Cu: 0.999, Zn: 0.001}}
  scrap: {waste: true}
companies:
  works:
    processes:
      cast: {inputs: {metal: {share: 1, any_of: [scrap, primary], limits: {Sn: 1}}}, rate: 10 t/day,
             outputs: {goods: 1}}
  town:
    uses:
      goods: {material: goods, demand: 10 t/day, lifetime: {fixed: 1 year}, initial: 3652.5 t, soiling: {Sn: 0.001},
              end_of_life: scrap}
boundary:
  mine: {supplies: {primary: {}}, accepts: {scrap: {fate: landfill}}}
flows:
  buy: {from: mine, to: works, material: primary}
  goods: {from: works, to: town, material: goods}
  back: {from: town, to: works, material: scrap, rank: 1, share: 0.95}
  dump: {from: town, to: mine, material: scrap}
variants:
  free: {}
  limited: {set: {companies.works.processes.cast.inputs.metal.limits.Sn: 0.002}}
"""
REMEDY = "limit it where it is taken in (`limits` of a slot), dilute it, or give it an outlet"
SAID = re.compile(
    r"flows\.back: Sn builds up in its loop, from (\S+) % of its mass in 2025 to (\S+) % in (\d+), "
    rf"and still rises \((.*)\): {re.escape(REMEDY)}"
)


@pytest.mark.parametrize("report", ["month", "year"])
def test_what_builds_up_is_named_once_with_its_fractions_and_the_remedy(tmp_path: Path, report: str) -> None:
    """Sn comes in with the dirt of every use; Zn, from the supply, is as much of everything as ever."""
    (warning,) = (said for said in ran(tmp_path, LOOP % ("2035-01-01", report)).warnings if "builds up" in said)
    found = SAID.fullmatch(warning)
    assert found
    first, last, year, variants = found.groups()
    assert (year, variants) == ("2034", "free")
    assert float(first) == pytest.approx(0.1, rel=0.1)
    assert 0.5 < float(last) < 1


def test_a_loop_at_its_plateau_or_seen_too_briefly_is_not_warned_of(tmp_path: Path) -> None:
    for end in ("2027-01-01", "2225-01-01"):
        assert not [said for said in ran(tmp_path, LOOP % (end, "year")).warnings if "builds up" in said]
