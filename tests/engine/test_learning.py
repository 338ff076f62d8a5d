"""Learning by doing: costs fall with what was ever processed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import ScenarioError
from simulator.study.run import Run
from tests.engine.builders import chosen, read, shipped, simulate, text

GRIND = """
materials: {blade: {waste: true}, fibre: {}}
companies:
  site: {}
  grinder: {processes: {grind: {inputs: [blade], rate: 1000 t/year, cost: 100 EUR/t, LEARNING outputs: {fibre: 1}}}}
  other: {processes: {grind: {inputs: [blade], rate: 3000 t/year, cost: 80 EUR/t, OTHER outputs: {fibre: 1}}}}
boundary:
  farm: {supplies: {blade: {}}}
  works: {demands: {fibre: {}}}
  dump: {accepts: {blade: {fate: landfill, fee: 60 EUR/t}}}
flows:
  blades: {from: farm, to: grinder, material: blade}
  others: {from: farm, to: other, material: blade}
  fibres: {from: grinder, to: works, material: fibre}
  more: {from: other, to: works, material: fibre}
"""


def grind(folder: Path, learning: str, other: str = "") -> Run:
    body = GRIND.replace("LEARNING", learning).replace("OTHER", other)
    return simulate(folder, "calendar: uniform\n" + body, end="2031-01-01", step="1 year", report="year")


def unit_costs(result: Run, node: str) -> list[float]:
    """EUR per tonne, by year from the second on: in the first nothing has arrived yet."""
    money = chosen(result.tables.money, node=node, category="processing").groupby("period", observed=True)
    tonnes = chosen(result.tables.processes, node=node).groupby("period", observed=True)["throughput_t"].sum()
    return [-float(part["money_eur"].sum()) / float(tonnes[period]) for period, part in money if tonnes[period] > 0.0]


def test_cost_falls_by_the_rate_with_every_doubling(tmp_path: Path) -> None:
    """1,000 t before the run and 1,000 t a year: at 20 % each doubling leaves four fifths."""
    result = grind(tmp_path, "learning: {rate: 0.2, experience: 1000 t},")
    expected = [100.0 * 0.8**doublings for doublings in (0.0, 1.0, 1.5849625007211562, 2.0, 2.321928094887362)]
    assert unit_costs(result, "grinder") == pytest.approx(expected, rel=1e-12)
    assert unit_costs(result, "other") == pytest.approx([80.0] * 5)


def test_cost_does_not_fall_below_its_floor(tmp_path: Path) -> None:
    result = grind(tmp_path, "learning: {rate: 20 %, experience: 1000 t, floor: 75 EUR/t},")
    assert unit_costs(result, "grinder")[1:] == pytest.approx([80.0, 75.0, 75.0, 75.0])


def test_those_who_share_experience_learn_from_all(tmp_path: Path) -> None:
    """3,000 t of the other and 1,000 t of its own in each year."""
    shared = "learning: {rate: 0.2, experience: 1000 t, shared: grinding},"
    result = grind(tmp_path, shared, shared)
    assert unit_costs(result, "grinder")[1] == pytest.approx(100.0 * 5.0**-0.3219280948873623)
    assert unit_costs(result, "other")[1] == pytest.approx(80.0 * 5.0**-0.3219280948873623)
    alone = grind(tmp_path, shared, "learning: {rate: 0.2, experience: 1000 t},")
    assert unit_costs(alone, "grinder")[1] == pytest.approx(80.0)


def test_a_process_that_does_not_learn_pays_what_it_paid(tmp_path: Path) -> None:
    result = grind(tmp_path, "learning: {rate: 0, experience: 1 t},")
    assert unit_costs(result, "grinder") == [100.0] * 5


def test_a_way_becomes_the_cheapest_by_learning(tmp_path: Path) -> None:
    """A share of the waste must be ground; when that has made grinding cheaper than dumping, all goes there."""
    written = """
    materials: {blade: {waste: true}, fibre: {}}
    companies:
      site: {}
      grinder:
        processes:
          grind: {inputs: [blade], rate: 100 t/day, cost: 100 EUR/t, learning: {rate: 0.3, experience: 10 t},
                  outputs: {fibre: 1}}
    boundary:
      farm: {supplies: {blade: {rate: 10 t/day}}}
      works: {demands: {fibre: {rate: 100 t/day}}}
      dump: {accepts: {blade: {fate: landfill, fee: 60 EUR/t}}}
    flows:
      arise: {from: farm, to: site, material: blade}
      pilot: {from: site, to: grinder, material: blade, rank: 1, share: 0.2}
      grind: {from: site, to: grinder, material: blade, rank: cost}
      dump: {from: site, to: dump, material: blade, rank: cost}
      fibres: {from: grinder, to: works, material: fibre}
    """
    result = simulate(tmp_path, written, end="2025-02-01")
    dumped = chosen(result.tables.flows, flow="dump")["period"].astype(str)
    assert 0.0 < shipped(result, "dump") < 200.0
    assert dumped.max() < "2025-01-15"
    assert chosen(result.tables.flows, flow="grind")["period"].astype(str).min() > dumped.max()


@pytest.mark.parametrize(
    ("learning", "cost", "message"),
    [
        ("{rate: 0.2, experience: 1 t}", "", "needs a `cost` beside it"),
        ("{rate: 0.2, experience: 1 t}", "cost: 0 EUR/t,", "must be above 0 to fall by `learning`"),
        ("{rate: 0.2, experience: 1 t, floor: 50 EUR/t}", "cost: 40 EUR/t,", "must be at most the cost, 40 EUR/t"),
        ("{rate: 1.2, experience: 1 t}", "cost: 40 EUR/t,", "must be between 0 and 0.99"),
        ("{rate: 0.2}", "cost: 40 EUR/t,", "experience"),
        ("{rate: 0.2, experience: 0 t}", "cost: 40 EUR/t,", "must be above 0 t"),
    ],
)
def test_what_cannot_be_learnt_is_refused(tmp_path: Path, learning: str, cost: str, message: str) -> None:
    body = GRIND.replace("cost: 100 EUR/t, LEARNING", f"{cost} learning: {learning},").replace("OTHER", "")
    with pytest.raises(ScenarioError, match=message):
        read(tmp_path, text(body, end="2031-01-01", step="1 year", report="year"))
