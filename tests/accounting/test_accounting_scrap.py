"""Recycling rates of metals: against the worked examples of UNEP (2011) and Graedel et al. (2011)."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulator
from tests.accounting.small import figure, oracle, ran

RATES = ("eol_recycling_rate", "old_scrap_ratio", "recycling_input_rate", "eol_recycling_input_rate")


def rates(result: simulator.Run, period: str = "total") -> list[float]:
    """The four rates of copper."""
    return [figure(result, name, "network", "Cu", period) for name in RATES]


def unep() -> str:
    """The flows of the worked example: one year, scrap of fabrication goes round within it."""
    given, _, _ = oracle("recycling.unep_set")
    old, collected, again = given["d_eol_products"], given["e_collected"], given["g_old_scrap_recycled"]
    scrap = given["j_scrap_fabrication"] + given["m_scrap_production"]
    metal = given["a_primary_input"] + scrap
    return f"""
schema: 1
name: unep
time: {{start: 2025-01-01, end: 2026-01-01, step: 1 year, report: year}}
calendar: uniform
substances: [Cu]
materials:
  metal: {{composition: {{Cu: 1}}}}
  goods: {{composition: {{Cu: 1}}}}
  cuttings: {{waste: true}}
  old: {{composition: {{Cu: 1}}, waste: true}}
  tramp: {{waste: true}}
companies:
  works:
    processes:
      melt: {{inputs: [cuttings], rate: 9999 t/year, outputs: {{metal: 1}}}}
      sort: {{inputs: [old], rate: 9999 t/year, outputs: {{metal: {again / collected}, tramp: rest}}}}
  makers:
    processes:
      make: {{inputs: [metal], rate: 9999 t/year, scrap: [cuttings],
             outputs: {{cuttings: {given["h_new_scrap"] / metal}, goods: rest}}}}
  town:
    uses: {{goods: {{material: goods, demand: any, lifetime: {{fixed: 5 year}}, initial: {5 * old} t,
                   end_of_life: old}}}}
boundary:
  mine: {{supplies: {{metal: {{rate: {given["a_primary_input"]} t/year}}}}}}
  abroad: {{demands: {{goods: {{}}}}}}
  ground: {{accepts: {{old: {{fate: landfill}}, tramp: {{fate: backfilling}}}}}}
flows:
  mined: {{from: mine, to: works, material: metal}}
  metal: {{from: works, to: makers, material: metal}}
  goods: {{from: makers, to: town, material: goods, rank: 1, capacity: {old} t/year}}
  sold: {{from: makers, to: abroad, material: goods}}
  cuttings: {{from: makers, to: works, material: cuttings, rank: 1}}
  collected: {{from: town, to: works, material: old, rank: 1, share: {collected / old}}}
  dumped: {{from: town, to: ground, material: old}}
  tramp: {{from: works, to: ground, material: tramp}}
"""


def test_the_rates_are_those_of_the_worked_example(tmp_path: Path) -> None:
    _, expected, tolerance = oracle("recycling.unep_set")
    found = rates(ran(tmp_path, unep()))
    told = [expected[name] for name in ("EOL_RR", "OSR", "RC", "RIR_old_scrap_only")]
    assert found == pytest.approx(told, abs=tolerance)


def test_scrap_from_abroad_is_recycled_input_and_no_recycling_of_what_left_use(tmp_path: Path) -> None:
    """In the same store as the town's: OSR and the input rates count it, EoL-RR does not."""
    text = unep().replace(
        "boundary:\n", "boundary:\n  trader: {supplies: {old: {origin: post_consumer, rate: 300 t/year}}}\n"
    )
    found = rates(ran(tmp_path, text + "  bought: {from: trader, to: works, material: old, rank: 1}\n"))
    old = 0.8 * (700 + 300)
    new = (1200 + old) * 0.12 / 0.88
    told = [0.56, old / (old + new), (old + new) / (1200 + old + new), old / (1200 + old + new)]
    assert found == pytest.approx(told, abs=1e-9)


def test_scrap_that_never_left_the_works_is_no_scrap(tmp_path: Path) -> None:
    """Cuttings that the maker melts down keep their origin: neither new scrap, nor old scrap recycled a second time."""
    text = unep().replace("  cuttings: {from: makers, to: works, material: cuttings, rank: 1}\n", "")
    melt = "      melt: {inputs: [cuttings], rate: 9999 t/year, outputs: {metal: 1}}\n"
    found = rates(
        ran(
            tmp_path,
            text.replace(melt, "").replace("  makers:\n    processes:\n", "  makers:\n    processes:\n" + melt),
        )
    )
    assert found == pytest.approx([0.56, 1, 560 / 1760, 560 / 1760], abs=1e-9)


def test_while_stocks_grow_even_perfect_recycling_leaves_a_part_to_mines(tmp_path: Path) -> None:
    """The ceiling is (1 + growth) to the power of minus the lifetime."""
    given, expected, tolerance = oracle("recycling.rc_ceiling_in_growth")
    growth, life = given["annual_growth"], int(given["lifetime_years"])
    used = [100 * (1 + growth) ** n for n in range(50)]
    mined = [now - (used[n - life] if n >= life else 0) for n, now in enumerate(used)]
    rows = "".join(f"{2000 + n},{tonnes!r}\n" for n, tonnes in enumerate(mined))
    (tmp_path / "mined.csv").write_text("year,t\n" + rows, encoding="utf-8")
    text = f"""
schema: 1
name: growth
time: {{start: 2000-01-01, end: 2050-01-01, step: 1 year, report: year}}
calendar: uniform
tables: {{mined: {{file: mined.csv, index: year, value: t, unit: t/year, outside: hold}}}}
substances: [Cu]
materials: {{goods: {{composition: {{Cu: 1}}}}, old: {{waste: true}}}}
companies:
  works:
    processes: {{melt: {{inputs: [old], rate: 9999 t/year, outputs: {{goods: 1}}}}}}
  town:
    uses: {{goods: {{material: goods, demand: any, lifetime: {{fixed: {life} year}}, entry: end,
                   end_of_life: old}}}}
boundary:
  mine: {{supplies: {{goods: {{rate: {{table: mined}}}}}}, accepts: {{old: {{fate: landfill}}}}}}
flows:
  mined: {{from: mine, to: town, material: goods}}
  dump: {{from: town, to: mine, material: old}}
  old: {{from: town, to: works, material: old, rank: 1}}
  again: {{from: works, to: town, material: goods, rank: 1}}
"""
    result = ran(tmp_path, text)
    assert figure(result, "recycling_input_rate", "network", "Cu", "2045") == pytest.approx(
        expected["max_RC"], abs=tolerance
    )
    assert figure(result, "eol_recycling_rate", "network", "Cu", "2045") == pytest.approx(1, abs=tolerance)


REUSE = """
schema: 1
name: cascade
settle: once
time: {start: 2025-01-01, end: 2028-01-01, step: 1 day, report: year}
substances: [Cu]
materials: {fresh: {composition: {Cu: 1}}, worn: {waste: true}, old: {waste: true}}
companies:
  town:
    uses:
      first: {material: fresh, demand: 10 t/day, lifetime: {fixed: 100 day}, end_of_life: worn}
      second: {material: worn, demand: 4 t/day, lifetime: {fixed: 50 day}, end_of_life: old}
boundary:
  mine: {supplies: {fresh: {}}, accepts: {worn: {fate: landfill}, old: {fate: recycling}}}
flows:
  buy: {from: mine, to: town, material: fresh}
  dump: {from: town, to: mine, material: worn}
  sell: {from: town, to: mine, material: old}
"""


def test_what_is_used_again_has_not_reached_the_end_of_its_life(tmp_path: Path) -> None:
    """Of 14 t a day that leave uses 4 are used again and 4 recycled: 4 of 10."""
    assert figure(ran(tmp_path, REUSE), "eol_recycling_rate", "network", "Cu", "2027") == pytest.approx(0.4, rel=1e-3)


def test_what_has_no_use_has_no_end_of_life(tmp_path: Path) -> None:
    text = unep()
    town = text[text.index("  town:\n") : text.index("boundary:\n")]
    for gone in (town, *(line + "\n" for line in text.splitlines() if "town," in line)):
        text = text.replace(gone, "")
    table = ran(tmp_path, text.replace("accepts: {old: {fate: landfill}, ", "accepts: {").replace(
        "boundary:\n", "boundary:\n  trader: {supplies: {old: {origin: post_consumer, rate: 300 t/year}}}\n")
        + "  bought: {from: trader, to: works, material: old}\n").tables.indicators  # fmt: skip
    assert set(RATES) & set(table["indicator"].astype(str)) == set(RATES) - {"eol_recycling_rate"}
