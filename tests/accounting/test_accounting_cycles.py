"""How often and how long a material is used: against closed forms of steady states."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounting.small import figure, ran

COLLECTED, YIELD, LIFE = 0.8, 0.9, 2
AGAIN = COLLECTED * YIELD
"""Part of what retires that is used again."""
LOOP = f"""
schema: 1
name: cycles
settle: once
calendar: uniform
time: {{start: 2025-01-01, end: 2085-01-01, step: 1 month, report: %s}}
substances: [Cu, paint]
materials:
  primary: {{composition: {{Cu: 0.9, paint: 0.1}}}}
  goods: {{composition: {{Cu: 0.9, paint: 0.1}}}}
  scrap: {{waste: true}}
  recyclate: {{}}
  paint: {{composition: {{paint: 1}}}}
  slag: {{waste: true}}
companies:
  works:
    processes:
      melt: {{inputs: [scrap], rate: 90 t/day, outputs: {{recyclate: {{Cu: {YIELD}, paint: 0}}, slag: rest}}}}
      make: {{inputs: [recyclate, primary], rate: 10 t/day, outputs: {{goods: 1}}}}
  town:
    uses:
      goods: {{material: goods, demand: 10 t/day, lifetime: {{fixed: {LIFE} year}}, initial: {LIFE * 3652.5} t,
               end_of_life: scrap}}
boundary:
  mine: {{supplies: {{primary: {{}}}}, accepts: {{scrap: {{fate: landfill}}, slag: {{fate: landfill}}}}}}
flows:
  buy: {{from: mine, to: works, material: primary}}
  goods: {{from: works, to: town, material: goods}}
  back: {{from: town, to: works, material: scrap, rank: 1, share: {COLLECTED}}}
  dump: {{from: town, to: mine, material: scrap}}
  slag: {{from: works, to: mine, material: slag}}
targets: {{network.service_time.Cu: {{2030: 10 year}}}}
"""


@pytest.mark.parametrize("report", ["month", "year"])
def test_in_a_loop_the_mean_number_of_uses_is_one_over_what_is_lost(tmp_path: Path, report: str) -> None:
    """Copper comes round with r = collection × yield: 1 ÷ (1 − r) uses, each of a lifetime; paint never does."""
    result = ran(tmp_path, LOOP % report)
    found = {
        name: figure(result, name, "network", item, "2084")
        for name, item in (("mean_uses", "Cu"), ("residence_time", "total"), ("service_time", "Cu"))
    }
    assert found["mean_uses"] == pytest.approx(1 / (1 - AGAIN), rel=1e-6)
    assert found["residence_time"] == pytest.approx(LIFE, rel=1e-6)
    assert found["service_time"] == pytest.approx(LIFE / (1 - AGAIN), rel=1e-6)
    assert figure(result, "mean_uses", "network", "paint", "2084") == 1
    assert figure(result, "residence_time", "town", "goods", "2084") == pytest.approx(LIFE, rel=1e-6)


def test_a_target_on_a_time_is_in_years(tmp_path: Path) -> None:
    result = ran(tmp_path, LOOP % "year")
    reached = figure(result, "service_time", "network", "Cu", "2030")
    assert figure(result, "target_gap", "network", "service_time.Cu", "2030") == pytest.approx(reached - 10)


CASCADE = """
schema: 1
name: cascade
settle: once
time: {start: 2025-01-01, end: 2028-01-01, step: 1 day, report: year}
materials: {fresh: {}, worn: {waste: true}, old: {waste: true}}
companies:
  town:
    uses:
      first: {material: fresh, demand: 10 t/day, lifetime: {fixed: 100 day}, end_of_life: worn}
      second: {material: worn, demand: 4 t/day, lifetime: {fixed: 50 day}, end_of_life: old}
boundary:
  mine: {supplies: {fresh: {}}, accepts: {worn: {fate: landfill}, old: {fate: landfill}}}
flows:
  buy: {from: mine, to: town, material: fresh}
  dump: {from: town, to: mine, material: worn}
  dump_old: {from: town, to: mine, material: old}
"""


def test_a_cascade_counts_every_use_it_passes_through(tmp_path: Path) -> None:
    """40 % of 10 t/day are used a second time: 1.4 uses, 100 + 0.4 × 50 days in service."""
    result = ran(tmp_path, CASCADE)
    assert figure(result, "mean_uses", "network", period="2027") == pytest.approx(1.4, rel=1e-3)
    assert figure(result, "service_time", "network", period="2027") == pytest.approx(120 / 365.25, rel=1e-2)
    assert figure(result, "residence_time", "town", "second", "2027") == pytest.approx(50 / 365.25, rel=2e-2)


def test_what_has_no_use_has_no_figure(tmp_path: Path) -> None:
    """A network without uses has no mean number of them, not 0."""
    text = (
        CASCADE[: CASCADE.index("    uses:")]
        + "    processes: {p: {inputs: [fresh], rate: 1 t/day, outputs: {old: 1}}}\n"
    )
    text += CASCADE[CASCADE.index("boundary:") :].replace("worn: {fate: landfill}, ", "").replace(
        "  dump: {from: town, to: mine, material: worn}\n", "")  # fmt: skip
    table = ran(tmp_path, text).tables.indicators
    assert not {"mean_uses", "residence_time", "service_time"} & set(table["indicator"].astype(str))
