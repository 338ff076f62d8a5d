"""Waste is counted once, where it arises, by its final fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from simulator.accounting import Tables, tabulate
from simulator.engine.ledger import Lane, Ledger
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from simulator.study.run import run
from tests.accounting.ledgers import Pen, drawn_at_random, empty, merged, months, read, row
from tests.accounting.scenarios import LOOP

BASE = (Lane("base", 0),)


def fates(made: Tables, period: str | None = None) -> Mapping[tuple[str, str, str], float]:
    table = made.waste if period is None else made.waste[made.waste["period"] == period]
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for node, material, fate, mass in table[["node", "material", "fate", "mass_t"]].values.tolist():
        sums[node, material, fate] += mass
    return sums


def taken_back(loop: Scenario) -> Ledger:
    """2025: 100 t of crates are burnt; 2026: 100 t are sorted into 88 t of regranulate and 12 t of residue."""
    ledger = empty(loop, [Lane("circular", 0)], [row("2025", 0), row("2026", 1)])
    pen = Pen(ledger, "PP")
    for number in (0, 1):
        pen.retire("brewery.crates", "old_crate", 100, row=number)
    pen.ship("burn_crates", 100)
    pen.ship("take_back", 100, row=1)
    pen.draw("recycler.sort", "old_crate", 100, row=1)
    pen.make("recycler.sort", "regranulate", 88, row=1)
    pen.make("recycler.sort", "residue", 12, row=1)
    pen.ship("burn_rest", 12, row=1)
    return ledger


def test_waste_belongs_to_where_it_arose_and_ends_by_its_final_fate(loop: Scenario) -> None:
    """The residue of sorting is the brewery's waste still; what became regranulate is recycled."""
    made = tabulate(loop, [taken_back(loop)])
    assert fates(made, "2025") == {("brewery", "old_crate", "incineration"): 100}
    assert fates(made, "2026") == {
        ("brewery", "old_crate", "recycling"): pytest.approx(88),
        ("brewery", "residue", "incineration"): pytest.approx(12),
    }


def test_the_recycling_rate_is_the_part_that_became_something_else(loop: Scenario) -> None:
    rates = tabulate(loop, [taken_back(loop)]).indicators.query("indicator == 'recycling_rate' and node == 'network'")
    assert rates.set_index("period")["value"].to_dict() == {"2025": 0, "2026": 0.88, "total": 0.44}


def fill(works: Scenario) -> Ledger:
    """60 t of scrap (20 from the drawer, 10 from the town, 30 bought) and 40 t of ore are melted."""
    ledger = empty(works, BASE, [row("2025-01")])
    pen = Pen(ledger, "Cu")
    pen.make("drawer.draw", "scrap", 20)
    pen.retire("town.cables", "scrap", 15)
    for flow, mass in {"home_scrap": 20, "town_scrap": 10, "buy_scrap": 30, "export": 5, "bad_cable": 3}.items():
        pen.ship(flow, mass)
    pen.draw("drawer.draw", "copper", 20)
    pen.draw("smelter.melt", "scrap", 60)
    pen.draw("smelter.melt", "ore", 40)
    for output, mass in {"copper": 70, "slag": 20, "air": 10}.items():
        pen.make("smelter.melt", output, mass)
    pen.ship("grit", 5)
    pen.ship("dump", 10)
    return ledger


def test_every_fate_is_traced_to_every_node(works: Scenario) -> None:
    """Of scrap a third is the drawer's, a sixth the town's, half the dealer's; of slag so are six tenths of it."""
    assert fates(tabulate(works, [fill(works)])) == {
        ("town", "scrap", "recycling"): pytest.approx(5 + 7),
        ("drawer", "scrap", "recycling"): pytest.approx(14),
        ("dealer", "scrap", "recycling"): pytest.approx(21),
        ("town", "scrap", "released"): pytest.approx(1),
        ("drawer", "scrap", "released"): pytest.approx(2),
        ("dealer", "scrap", "released"): pytest.approx(3),
        ("drawer", "cable", "landfill"): pytest.approx(3),
        ("smelter", "slag", "landfill"): pytest.approx(4),
        ("town", "slag", "landfill"): pytest.approx(1),
        ("drawer", "slag", "landfill"): pytest.approx(2),
        ("dealer", "slag", "landfill"): pytest.approx(3),
        ("smelter", "slag", "recycling"): pytest.approx(2),
        ("town", "slag", "recycling"): pytest.approx(0.5),
        ("drawer", "slag", "recycling"): pytest.approx(1),
        ("dealer", "slag", "recycling"): pytest.approx(1.5),
    }


def test_waste_drawn_from_old_stock_is_its_holders(works: Scenario) -> None:
    """A store without inflow is attributed to its own node."""
    ledger = empty(works, BASE, [row("2025-01")])
    Pen(ledger, "Cu").ship("dump", 7)
    assert fates(tabulate(works, [ledger])) == {("smelter", "slag", "landfill"): 7}


CIRCLE = """
schema: 1
name: circle
time: {start: 2025-01-01, end: 2027-01-01, step: 1 day, report: month}
materials: {rag: {waste: true}, cloth: {}}
companies:
  a: {inventories: {rag: {initial: 5 t, capacity: 9 t}}}
  b: {inventories: {rag: {initial: 5 t, capacity: 9 t}}}
boundary: {pit: {accepts: {rag: {fate: landfill}}}}
flows:
  to_b: {from: a, to: b, material: rag, rank: 2}
  to_a: {from: b, to: a, material: rag, rank: 2}
  out: {from: a, to: pit, material: rag}
"""


def test_waste_that_only_circulates_belongs_to_its_holders(tmp_path: Path) -> None:
    """A closed loop of stores has no source: the linear system must not be singular."""
    scenario = read(tmp_path, CIRCLE)
    ledger = empty(scenario, BASE, [row("2025-01")])
    pen = Pen(ledger)
    for flow in ("to_a", "to_b"):
        pen.ship(flow, 100)
    pen.ship("out", 3)
    assert fates(tabulate(scenario, [ledger])) == {("a", "rag", "landfill"): 3}


def test_a_loop_with_a_source_is_its_sources(works: Scenario) -> None:
    """What goes round through processes many times is still traced to where it arose."""
    ledger = fill(works)
    shares = {node for node, _, _ in fates(tabulate(works, [ledger]))}
    assert shares == {"town", "drawer", "dealer", "smelter"}


@pytest.mark.parametrize("seed", range(4))
def test_totals_by_fate_are_physical_whatever_the_mixing(works: Scenario, seed: int) -> None:
    """Landfill is what reached the dump, and nothing else: attribution neither adds nor loses a tonne."""
    made = tabulate(works, [drawn_at_random(works, BASE, months(12), seed)])
    found = made.waste.groupby("fate", observed=True)["mass_t"].sum()
    shipped = made.flows.groupby("flow", observed=True)["mass_t"].sum()
    assert found["landfill"] == pytest.approx(shipped["dump"] + shipped["bad_cable"], rel=1e-12)
    assert (made.waste["mass_t"] > 0).all()


def test_no_figure_depends_on_the_reporting_period(works: Scenario) -> None:
    monthly = drawn_at_random(works, BASE, months(24))
    yearly = merged(monthly, 12, ["2025", "2026"])
    often, rarely = (tabulate(works, [ledger]).indicators for ledger in (monthly, yearly))
    assert often.iloc[:, :6].astype(str).equals(rarely.iloc[:, :6].astype(str))
    np.testing.assert_allclose(often["value"], rarely["value"], rtol=1e-12)


def test_a_dated_change_that_changes_nothing_changes_no_figure(loop: Scenario, tmp_path: Path) -> None:
    """Mixing is averaged over all the time in which the same numbers held, not between cuts."""
    change = "interventions: {none: {at: 2025-07-01, scale: {companies.moulder.processes.mould.rate: 1}}}\n"
    cut = read(tmp_path, LOOP + change)
    rows = months(24)
    late = [row if row.start.isoformat() < "2025-07" else type(row)(row.period, row.start, row.end, 1) for row in rows]
    plain = drawn_at_random(loop, [Lane("linear", 0)], rows)
    other = drawn_at_random(cut, [Lane("linear", 0)], late)
    assert len(cut.variants["linear"].epochs) > 1
    np.testing.assert_allclose(
        tabulate(loop, [plain]).indicators["value"], tabulate(cut, [other]).indicators["value"], rtol=1e-12
    )


def test_waste_that_a_plant_burns_has_the_fate_of_the_plant(tmp_path: Path) -> None:
    """What it releases; without a fate it is `released`."""
    text = """
schema: 1
name: plant
time: {start: 2025-01-01, end: 2025-01-11, step: 1 day}
materials: {wood: {waste: true}, ash: {waste: true}}
companies:
  plant:
    inventories: {wood: {initial: 100 t}}
    processes:
      burn: {inputs: [wood], rate: 10 t/day, outputs: {ash: 0.1}, releases: {air: 0.9}, fate: energy_recovery}
boundary: {dump: {accepts: {ash: {fate: landfill}}}}
flows: {ash: {from: plant, to: dump, material: ash}}
"""
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    table = run(load(tmp_path / "s.yaml")).tables.waste.groupby("fate", observed=True)["mass_t"].sum()
    assert table.to_dict() == pytest.approx({"energy_recovery": 90.0, "landfill": 10.0})
