"""Many lanes: each is what it would be alone, whoever simulates it, in whatever company and order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.accounting.accounts import Account
from simulator.accounting.ensembles import ensemble, lanes
from simulator.errors import UserError
from simulator.scenario import load
from simulator.scenario.numbers import Number, Span
from simulator.scenario.scenario import Scenario
from simulator.study import executors
from simulator.study.ensemble import Ensemble, assembled, replicate
from simulator.study.executors import Workers
from simulator.study.replication import Block, Study, Workshop, blocks_of
from simulator.study.run import run
from tests.engine import everything
from tests.engine.builders import plain, read, text
from tests.scenario.uncertain import distributions, written

WORKS = """
substances: [Cu, dirt]
materials:
  scrap: {composition: {Cu: 0.9}, waste: true}
  metal: {}
  dross: {waste: true}
companies:
  works:
    inventories: {scrap: {initial: 40 t, order_up_to: 5 day}}
    processes:
      melt: {inputs: [scrap], rate: {value: 10 t/day, triangular: [6, 10, 12], noise: {cv: 0.2, every: 1 week}},
             cost: 30 EUR/t, outputs: {metal: {Cu: {value: 0.9, dirichlet: 30}}, dross: rest},
             outages: {mtbf: 9 day, mttr: 2 day}}
transport: {truck: {cost: 0.1 EUR/(t km), emission_factor: 0.1 kg CO2e/(t km)}}
boundary:
  yard: {supplies: {scrap: {price: {value: 400 EUR/t, normal: {sd: 40 EUR/t}, noise: {cv: 0.1, every: 1 month}}}}}
  mill: {demands: {metal: {price: 900 EUR/t}}}
  dump: {accepts: {dross: {fee: {value: 50 EUR/t, uniform: [30, 70]}, fate: landfill}}}
flows:
  buy: {from: yard, to: works, material: scrap, lead_time: {value: 3 day, lognormal: {median: 3 day, gsd: 1.5}},
        transport: truck, distance: 90 km}
  sell: {from: works, to: mill, material: metal}
  away: {from: works, to: dump, material: dross}
variants: {usual: {}, careful: {scale: {companies.works.processes.melt.cost: 1.5}}}
"""
END = "2025-03-05"


def uncertain(folder: Path, body: str = WORKS, end: str = END) -> Scenario:
    return read(folder, text(body, end=end, report="month"))


def done(study: Study, workers: Workers, lanes_per_block: int) -> Ensemble:
    blocks: list[Block] = []
    replicate(study, workers, blocks.append, lanes_per_block=lanes_per_block)
    return assembled(study, blocks)


def tables(of: Ensemble) -> Mapping[str, pd.DataFrame]:
    every = pd.concat([plain(piece) for piece in of.lanes()], ignore_index=True)
    return {"draws": of.draws, "lanes": every, **vars(of.tables)}


def alike(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> None:
    """To the last bit."""
    for name, table in one.items():
        pd.testing.assert_frame_equal(plain(table), plain(other[name]), check_exact=True, obj=name)


def test_tables_are_the_same_in_any_batch_on_threads_processes_and_a_cluster(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    study = Study(uncertain(tmp_path), 9)
    usual = tables(done(study, executors.threads(1), 64))
    for workers, size in ((executors.threads(1), 1), (executors.threads(2), 6), (executors.processes(2), 4)):
        alike(usual, tables(done(study, workers, size)))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        alike(usual, tables(done(study, executors.cluster(cluster.scheduler_address), 4)))


def test_more_replications_leave_those_before_as_they_are(tmp_path: Path) -> None:
    scenario = uncertain(tmp_path)
    few, many = (figures(Workshop(Study(scenario, count)).block(1, 3).account) for count in (3, 8))
    assert few == many


def figures(account: Account) -> dict[tuple[object, ...], float]:
    """Every figure that is not zero, by lane, year and key."""
    whole = account.figures
    return {
        (lane, year, key): float(whole.values[i, j, k])
        for i, lane in enumerate(account.lanes)
        for j, year in enumerate(whole.years)
        for k, key in enumerate(whole.keys)
        if np.nan_to_num(whole.values[i, j, k])
    }


def test_another_company_and_another_uncertain_number_change_no_other_draw(tmp_path: Path) -> None:
    more = WORKS.replace("companies:\n", "companies:\n  other: {}\n").replace(
        "emission_factor: 0.1 kg CO2e/(t km)", "emission_factor: {value: 0.1 kg CO2e/(t km), lognormal: {cv: 0.2}}"
    )
    found = []
    for name, body in (("usual", WORKS), ("more", more)):
        (tmp_path / name).mkdir()
        account = Workshop(Study(uncertain(tmp_path / name, body), 4)).block(1, 4).account
        found.append({key: value for key, value in figures(account).items() if "emissions" not in key[2][1]})  # type: ignore[index]
    assert found[0] == found[1]


@pytest.mark.parametrize("settle", ["once", "until_quiet"])
def test_a_drawn_lane_is_that_of_a_scenario_with_the_drawn_values_written_in(tmp_path: Path, settle: str) -> None:
    """Every number of a scenario of all features varies, lead times, lifetimes and initial stocks among them."""
    body = text(everything.BODY, end="2025-02-20", report="month").replace("settle: once", f"settle: {settle}")
    how = distributions(read(tmp_path, body, everything.FILES).world)
    path = tmp_path / "scenario.yaml"
    scenario = load(path, sets=[f"{name}={found}" for name, found in how.items()])
    workshop = Workshop(Study(scenario, 2))
    values: dict[str, tuple[Number | Span, float]] = {}
    for one in workshop.drawn.values():  # what is closed in one variant is drawn in another
        for draw, value in zip(one.draws, one.values[1].tolist(), strict=True):
            values.setdefault(draw.path, (draw.what, value))
    plain_numbers = [f"{name}={written(*values[name])}" for name in how if name in values and "energy." not in name]
    energy = [f"{name}={found}" for name, found in how.items() if "energy." in name]
    other = load(path, sets=[*plain_numbers, *energy])
    close(workshop.block(2, 2).account, Workshop(Study(other, 2)).block(2, 2).account)


def close(one: Account, other: Account) -> None:
    left, right = figures(one), figures(other)
    sizes: dict[tuple[object, object], float] = {}
    for (lane, _, key), value in left.items():
        sizes[lane, key[1]] = max(sizes.get((lane, key[1]), 0.0), abs(value))  # type: ignore[index]
    for place in left.keys() | right.keys():
        lane, _, key = place
        small = 1e-9 * sizes.get((lane, key[1]), 0.0)  # type: ignore[index]
        assert left.get(place, 0.0) == pytest.approx(right.get(place, 0.0), rel=1e-9, abs=small), place
    assert left


def test_variants_of_one_replication_share_their_draws(tmp_path: Path) -> None:
    """Only the cost of processing differs, and by half of itself in every draw."""
    found = done(Study(uncertain(tmp_path), 5), executors.threads(1), 64)
    every = pd.concat([plain(piece) for piece in found.lanes()])
    cost = every[(every["indicator"] == "cash_flow") & (every["node"] == "works") & (every["item"] == "processing")]
    by_variant = cost.pivot(index="replication", columns="variant", values="value")
    assert len(by_variant) == 5
    np.testing.assert_allclose(by_variant["careful"], 1.5 * by_variant["usual"], rtol=1e-12)
    assert by_variant["usual"].nunique() == 5


def test_replication_0_has_the_numbers_as_they_are_written(tmp_path: Path) -> None:
    scenario = uncertain(tmp_path)
    alone, many = run(scenario), run(scenario, replications=3, workers=executors.threads(1))
    for name, table in alone.tables.items():
        if name != "indicators":
            pd.testing.assert_frame_equal(table, getattr(many.tables, name), check_exact=True, obj=name)


FAILING = """
materials: {good: {}, old: {waste: true}}
companies:
  town:
    uses: {fridge: {material: good, stock: 10 t, end_of_life: old, entry: start, cohort: 1 day,
                    lifetime: {fixed: {value: 3 day, choice: {values: [0.4 day, 3 day], weights: [0.5, 0.5]}}}}}
boundary:
  shop: {supplies: {good: {}}}
  dump: {accepts: {old: {fate: landfill}}}
flows:
  buy: {from: shop, to: town, material: good}
  away: {from: town, to: dump, material: old}
"""


def test_a_lane_that_fails_is_named_with_its_place_and_the_others_go_on(tmp_path: Path) -> None:
    """A lifetime shorter than an interval keeps no stock: about half of the draws."""
    found = done(Study(uncertain(tmp_path, FAILING, "2025-01-20"), 20), executors.threads(1), 8)
    assert 3 <= len(found.failures) <= 17
    assert found.count == 20 - len(found.failures)
    assert "scenario.yaml:" in found.failures[0].message
    assert "companies.town.uses.fridge" in found.failures[0].message
    drawn = found.draws.set_index("replication")["value"]
    assert {one.replication for one in found.failures} == set(drawn[drawn < 1].index)


def test_a_study_of_which_every_lane_fails_says_why(tmp_path: Path) -> None:
    body = FAILING.replace("values: [0.4 day, 3 day]", "values: [0.4 day, 0.3 day]")
    with pytest.raises(UserError, match=r"no replication could be simulated; the first: scenario\.yaml"):
        done(Study(uncertain(tmp_path, body, "2025-01-20"), 2), executors.threads(1), 8)


def test_blocks_cover_what_is_left_and_nothing_twice(tmp_path: Path) -> None:
    study = Study(uncertain(tmp_path), 10)
    assert blocks_of(study, 6) == [(1, 3), (4, 6), (7, 9), (10, 10)]
    assert blocks_of(study, 6, done={1, 2, 5}) == [(3, 4), (6, 8), (9, 10)]
    assert blocks_of(study, 1) == [(n, n) for n in range(1, 11)]


def test_statistics_are_those_of_the_lanes(tmp_path: Path) -> None:
    found = done(Study(uncertain(tmp_path), 12), executors.threads(1), 6)
    every = pd.concat([plain(piece) for piece in found.lanes()])
    keys = ["variant", "period", "node", "indicator", "item", "unit"]
    ours = plain(found.tables.indicators).set_index(keys)
    theirs = every.groupby(keys)["value"]
    shared = ours.index.intersection(theirs.mean().index)
    assert len(shared) > 50
    for name, expected in (("value", theirs.mean()), ("sd", theirs.std()), ("p05", theirs.quantile(0.05))):
        np.testing.assert_allclose(ours.loc[shared, name], expected.loc[shared], rtol=1e-9, atol=1e-9, err_msg=name)


def test_differences_pair_replications(tmp_path: Path) -> None:
    found = done(Study(uncertain(tmp_path), 12), executors.threads(1), 6)
    every = plain(pd.concat([plain(piece) for piece in found.lanes()]))
    own = (every["indicator"] == "cash_flow") & (every["node"] == "network") & (every["item"] == "total")
    by_variant = every[own & (every["period"] == "total")].pivot(index="replication", columns="variant", values="value")
    rest = by_variant["careful"] - by_variant["usual"]
    table = plain(found.tables.differences)
    told = (table["indicator"] == "cash_flow") & (table["node"] == "network") & (table["item"] == "total")
    (row,) = table[told & (table["period"] == "total")].to_dict("records")
    half = 2.200985 * rest.std() / np.sqrt(12)  # Student's t with 11 degrees of freedom
    assert row["mean"] == pytest.approx(rest.mean())
    assert (row["low"], row["high"]) == pytest.approx((rest.mean() - half, rest.mean() + half), rel=1e-6)
    assert row["better"] == (rest > 0).mean() == 0.0


def test_accounts_in_any_order_give_the_same_tables(tmp_path: Path) -> None:
    workshop = Workshop(Study(uncertain(tmp_path), 6))
    accounts = [workshop.block(first, first + 1).account for first in (1, 3, 5)]
    variants = tuple(workshop.study.scenario.variants)
    forth, back = (ensemble(some, variants) for some in (accounts, accounts[::-1]))
    alike(vars(forth), vars(back))
    one, other = (pd.concat(map(plain, lanes(some, variants))) for some in (accounts, accounts[::-1]))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
