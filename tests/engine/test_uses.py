"""Products in service: what enters, what retires, and as what."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from tests.engine.builders import amounts, by_period, chosen, shipped, simulate, stock, value

HEAD = """
substances: [steel, dirt]
materials: {van: {composition: {steel: 1}}, old: {waste: true}, parts: {}, new: {composition: {steel: 1}}}
"""


def town(use: str, flows: str = "", initial: str = "0 t", supply: str = "{rate: 10 t/day}") -> str:
    return f"""{HEAD}
companies:
  town:
    inventories: {{van: {{initial: {initial}, order_up_to: 200 t}}}}
    uses: {{vans: {{material: van, {use}}}}}
boundary:
  shop: {{supplies: {{van: {supply}}}, accepts: {{old: {{fate: landfill}}}}, demands: {{parts: {{}}}}}}
flows:
  buy: {{from: shop, to: town, material: van}}
  dump: {{from: town, to: shop, material: old}}
{flows}"""


def test_a_fixed_age_retires_at_that_age_and_never_before(tmp_path: Path) -> None:
    """What entered in a 10-day interval leaves in the one 30 days later, evenly."""
    use = "demand: 5 t/day, lifetime: {fixed: 30 day}, entry: end, cohort: 10 day, end_of_life: old"
    result = simulate(tmp_path, town(use, initial="100 t"))
    assert amounts(result, "dump", 40) == [0] * 30 + [5] * 10


def test_soiling_is_taken_from_the_environment_per_tonne_retired(tmp_path: Path) -> None:
    use = "demand: 5 t/day, lifetime: {fixed: 30 day}, cohort: 10 day, soiling: {dirt: 0.02}, end_of_life: old"
    result = simulate(tmp_path, town(use, initial="100 t"))
    assert shipped(result, "dump") > 0
    assert shipped(result, "dump", substance="dirt") == pytest.approx(0.02 * shipped(result, "dump", substance="steel"))
    soiled = chosen(result.tables.flows, flow="town.vans.soiling")
    assert soiled["mass_t"].sum() == pytest.approx(shipped(result, "dump", substance="dirt"))
    assert set(soiled["source"]) == {"environment"}
    assert set(soiled["origin"]) == {"post_consumer"}


def test_end_of_life_is_split_as_declared(tmp_path: Path) -> None:
    use = "demand: 5 t/day, lifetime: {fixed: 30 day}, cohort: 10 day, end_of_life: {old: 0.7, parts: 0.3}"
    result = simulate(tmp_path, town(use, "  reuse: {from: town, to: shop, material: parts}\n", initial="100 t"))
    assert shipped(result, "reuse") == pytest.approx(0.3 / 0.7 * shipped(result, "dump"))


def test_what_leaves_a_use_is_post_consumer(tmp_path: Path) -> None:
    use = "demand: 5 t/day, lifetime: {fixed: 30 day}, cohort: 10 day, initial: 100 t, end_of_life: old"
    result = simulate(tmp_path, town(use))
    assert set(chosen(result.tables.flows, flow="dump")["origin"]) == {"post_consumer"}
    assert set(chosen(result.tables.flows, flow="buy")["origin"]) == {"primary"}


def test_a_use_takes_what_there_is_and_counts_what_it_misses(tmp_path: Path) -> None:
    use = "demand: 25 t/day, lifetime: {fixed: 30 year}, end_of_life: old"
    result = simulate(tmp_path, town(use))
    assert stock(result, "town", "vans", "use") == pytest.approx(10 * 99)
    assert value(result, "unmet_demand") == pytest.approx(25 * 100 - 10 * 99)


def test_a_use_that_takes_any_takes_all_that_arrives(tmp_path: Path) -> None:
    result = simulate(
        tmp_path, town("demand: any, lifetime: {fixed: 30 year}, end_of_life: old").replace(", order_up_to: 200 t", "")
    )
    assert stock(result, "town", "vans", "use") == pytest.approx(10 * 99)
    assert value(result, "unmet_demand") == 0


def test_uses_and_processes_share_a_stock_by_rank(tmp_path: Path) -> None:
    body = """
    materials: {van: {}, old: {waste: true}}
    companies:
      town:
        inventories: {van: {initial: 15 t}}
        uses: {vans: {material: van, demand: 10 t/day, lifetime: {fixed: 30 year}, end_of_life: old, rank: %s}}
        processes: {scrap: {inputs: [van], rate: 10 t/day, outputs: {old: 1}}}
    boundary:
      tip: {accepts: {old: {fate: landfill}}}
    flows:
      dump: {from: town, to: tip, material: old}
    """
    assert stock(simulate(tmp_path, body % 1), "town", "vans", "use") == pytest.approx(10)
    assert stock(simulate(tmp_path, body % 9), "town", "vans", "use") == pytest.approx(5)
    assert stock(simulate(tmp_path, body % 5), "town", "vans", "use") == pytest.approx(7.5)


def test_what_an_interval_retires_is_spread_over_its_reviews(tmp_path: Path) -> None:
    life = "lifetime: {weibull: {shape: 2, scale: 5 year}}, cohort: 25 day"
    result = simulate(tmp_path, town(f"demand: 0 t/day, {life}, initial: 1000 t, end_of_life: old"))
    days = amounts(result, "dump", 50)
    assert days[:25] == pytest.approx([days[0]] * 25)
    assert days[25:] == pytest.approx([days[25]] * 25)
    assert days[0] > days[25] > 0


def test_a_cohort_survives_as_its_distribution_says(tmp_path: Path) -> None:
    """One cohort, 10 t on the first day, entered at the start of it: SF at 100 days."""
    life = "lifetime: {weibull: {shape: 2, scale: 80 day}}, entry: start, cohort: 1 day"
    result = simulate(
        tmp_path, town(f"demand: 10 t/day, {life}, end_of_life: old", initial="10 t", supply="{rate: 0 t/day}")
    )
    assert stock(result, "town", "vans", "use") == pytest.approx(10 * exp(-((100 / 80) ** 2)))


def test_retirements_may_overfill_a_store_and_nothing_else_enters(tmp_path: Path) -> None:
    body = """
    materials: {van: {}, old: {waste: true}}
    companies:
      town:
        inventories: {old: {capacity: 10 t}}
        uses: {vans: {material: van, demand: 0 t/day, lifetime: {fixed: 10 day}, cohort: 10 day, initial: 300 t,
              end_of_life: old}}
      other:
        inventories: {old: {initial: 50 t}}
    boundary:
      tip: {accepts: {old: {fate: landfill, rate: 2 t/day}}}
      shop: {supplies: {van: {rate: 0 t/day}}}
    flows:
      buy: {from: shop, to: town, material: van}
      bring: {from: other, to: town, material: old}
      dump: {from: town, to: tip, material: old}
    """
    result = simulate(tmp_path, body)
    assert stock(result, "town", "old") == pytest.approx(300 - 200)
    assert by_period(result, "bring") == {}


def test_a_lifetime_changed_at_a_date_holds_for_cohorts_to_come(tmp_path: Path) -> None:
    """Cohorts until day 20 live 30 days, those after it 10: both retire from day 30 on."""
    use = "demand: 5 t/day, lifetime: {fixed: 30 day}, entry: end, cohort: 10 day, end_of_life: old"
    change = "interventions:\n  wear: {at: 2025-01-21, set: {companies.town.uses.vans.lifetime.fixed: 10 day}}\n"
    result = simulate(tmp_path, town(use, initial="100 t") + change)
    assert amounts(result, "dump", 60) == [0] * 30 + [10] * 20 + [5] * 10
