"""Production and settlement in rounds: chains and loops within one step come out exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.engine import Lane, plans
from simulator.engine.batch import allocate
from simulator.engine.casting import cast
from simulator.engine.clock import simulate
from simulator.errors import UserError
from simulator.study.run import run
from tests.engine.builders import by_period, chosen, closed, read, text

YEAR = {"start": "2020-01-01", "end": "2023-01-01", "step": "1 year", "report": "year"}
LOOP = """
calendar: uniform
materials: {raw: {}, made: {}}
companies:
  maker:
    inventories: {raw: {order_up_to: 1 Mt}}
    processes: {make: {inputs: [raw], rate: 1 Mt/year, outputs: {made: 1}}}
  sorter: {}
boundary: {nature: {supplies: {raw: {rate: 100 t/year}}}, market: {demands: {made: {}}}}
flows:
  feed: {from: nature, to: maker, material: raw}
  forward: {from: maker, to: sorter, material: made}
  back: {from: sorter, to: maker, material: made, as: raw, rank: 1, share: 0.9}
  out: {from: sorter, to: market, material: made}
"""


RESTLESS = LOOP.replace("share: 0.9", "share: 0.9999999").replace("rate: 1 Mt", "rate: 9000 Mt")


def quiet(body: str, **head: str) -> str:
    """A scenario that settles in rounds."""
    return text(body, **{**YEAR, **head}).replace("settle: once\n", "")


def shipped(folder: Path, written: str) -> dict[str, list[float]]:
    """Tonnes over every flow, year by year."""

    table = closed(run(read(folder, written))).tables.flows
    years = sorted(set(table["period"].astype(str)))
    by = table.groupby(["flow", "period"], observed=True)["mass_t"].sum()
    return {str(flow): [float(by.get((flow, year), 0.0)) for year in years] for flow in table["flow"].unique()}


def test_a_loop_within_a_year_has_its_whole_gain_every_year(tmp_path: Path) -> None:
    """100 t a year, of which 90 % go round again: 1,000 t pass the maker."""
    found = shipped(tmp_path, quiet(LOOP))
    assert found["forward"] == pytest.approx([1000.0] * 3, rel=1e-11)
    assert found["back"] == pytest.approx([900.0] * 3, rel=1e-11)
    assert found["out"] == pytest.approx([100.0] * 3, rel=1e-11)


def test_steps_of_a_month_or_more_settle_in_rounds_unless_told_otherwise(tmp_path: Path) -> None:
    once = text(LOOP, **YEAR)
    assert shipped(tmp_path, once)["forward"] != shipped(tmp_path, quiet(LOOP))["forward"]
    said = quiet(LOOP).replace("calendar:", "settle: until_quiet\ncalendar:")
    assert shipped(tmp_path, said) == shipped(tmp_path, quiet(LOOP))


CHOICE = """
calendar: uniform
materials: {old: {}, recyclate: {}, virgin: {}, good: {}}
companies:
  recycler: {processes: {recycle: {inputs: [old], rate: 1 Mt/year, outputs: {recyclate: 1}}}}
  maker:
    inventories: {recyclate: {order_up_to: 1 Mt}, virgin: {order_up_to: 1 Mt}, good: {order_up_to: 100 t}}
    processes: {make: {inputs: [recyclate, virgin], rate: 1 Mt/year, outputs: {good: 1}}}
boundary:
  town: {supplies: {old: {rate: 60 t/year}}}
  mine: {supplies: {virgin: {rate: 500 t/year}}}
  market: {demands: {good: {rate: 100 t/year}}}
flows:
  collect: {from: town, to: recycler, material: old, rank: 1}
  buy: {from: mine, to: maker, material: virgin, rank: 9}
  recyclate: {from: recycler, to: maker, material: recyclate, rank: 1}
  sell: {from: maker, to: market, material: good}
"""


def test_virgin_material_fills_only_what_recyclate_leaves(tmp_path: Path) -> None:
    """Recyclate comes two rounds later than virgin material could; the second choice waits for it all the same."""

    tables = closed(run(read(tmp_path, quiet(CHOICE)))).tables
    held = chosen(tables.stocks, node="maker", item="virgin").groupby("period", observed=True)["mass_t"].sum()
    bought = chosen(tables.flows, flow="buy", period="2021")["mass_t"].sum()
    assert bought - (held["2021"] - held["2020"]) == pytest.approx(40.0, rel=1e-9)


def test_parts_without_links_do_not_touch_each_other(tmp_path: Path) -> None:
    """The loop's figures are the same to the last bit beside a company that has nothing to do with it."""
    beside = LOOP.replace(
        "boundary: {nature:",
        "  zoo: {processes: {eat: {inputs: [hay], rate: 3 t/year, outputs: {},"
        " releases: {air: 1}}}}\nboundary: {farm: {supplies: {hay: {rate: 1000 t/year}}}, nature:",
    )
    beside = beside.replace("materials: {", "materials: {hay: {}, ").replace(
        "flows:", "flows:\n  hay: {from: farm, to: zoo, material: hay}"
    )
    alone, together = shipped(tmp_path, quiet(LOOP)), shipped(tmp_path, quiet(beside))
    assert {flow: together[flow] for flow in alone} == alone


def test_rates_and_capacities_are_budgets_of_the_review_not_of_the_round(tmp_path: Path) -> None:
    body = LOOP.replace("rate: 1 Mt/year", "rate: 400 t/year")
    found = shipped(tmp_path, quiet(body))
    assert found["forward"] == pytest.approx([400.0] * 3)
    capped = LOOP.replace("share: 0.9", "share: 0.9, capacity: 50 t/year")
    assert shipped(tmp_path, quiet(capped))["back"] == pytest.approx([50.0] * 3)


def test_a_fixed_order_is_placed_once_an_instant(tmp_path: Path) -> None:
    """What is consumed in later rounds does not order again before the next review."""
    body = """
        materials: {raw: {}, made: {}}
        companies:
          maker:
            inventories: {raw: {reorder_at: 5 t, order_quantity: 20 t}}
            processes: {make: {inputs: [raw], rate: 1 Mt/year, outputs: {made: 1}}}
        boundary: {nature: {supplies: {raw: {rate: 1000 t/year}}}, market: {demands: {made: {}}}}
        flows:
          feed: {from: nature, to: maker, material: raw}
          out: {from: maker, to: market, material: made}
    """
    assert shipped(tmp_path, quiet(body))["feed"] == [20.0] * 3


def test_what_goes_round_without_coming_to_rest_is_said(tmp_path: Path) -> None:
    """A loop that loses one part in ten million would take 300 million rounds."""
    with pytest.raises(UserError, match="made at maker, and what is linked with it, goes round"):
        shipped(tmp_path, quiet(RESTLESS))


def test_a_lane_that_did_not_come_to_rest_is_not_gone_on_with(tmp_path: Path) -> None:
    """Of three years it fails in the first; to go round without end in each would only take longer."""
    (plan,) = plans(read(tmp_path, quiet(RESTLESS)))
    batch = allocate(cast(plan, [Lane(name, 0) for name in plan.courses]), seed=1)
    simulate(plan, batch)
    moved = batch.rows_moved[0].reshape(3, -1).sum(axis=1)
    assert batch.lane_state[0]["restless"] > 0
    assert moved[0] > 0
    assert (moved[1:] == 0).all()


CHAIN = """
    calendar: uniform
    materials: {raw: {}, half: {}, made: {}, waste: {waste: true}}
    companies:
      first: {processes: {p: {inputs: [raw], rate: 1 Mt/year, outputs: {half: 1}}}}
      second:
        inventories: {half: {%s}, made: {order_up_to: 1 kt}}
        processes: {q: {inputs: [half], rate: 1 Mt/year, outputs: {made: 0.5, waste: rest}}}
    boundary:
      nature: {supplies: {raw: {rate: 100 t/year}}}
      market: {demands: {made: {}}, accepts: {waste: {fate: landfill}, half: {fate: landfill}}}
    flows:
      feed: {from: nature, to: first, material: raw}
      forward: {from: first, to: second, material: half%s}
      spill: {from: first, to: market, material: half}
      tip: {from: second, to: market, material: waste}
      sell: {from: second, to: market, material: made}
"""


def test_a_contract_bounds_a_period_not_a_round(tmp_path: Path) -> None:
    """30 t in two years: all in the first, none in the second, in however many rounds; before it and after it, none."""
    terms = ", contract: {maximum: 30 t, period: 2 year}"
    assert shipped(tmp_path, quiet(CHAIN % ("", terms)))["forward"] == [30.0, 0.0, 30.0]
    terms = ", contract: {start: 2021-01-01, end: 2022-01-01}"
    found = shipped(tmp_path, quiet(CHAIN % ("", terms)))
    assert found["forward"] == pytest.approx([0.0, 100.0, 0.0])
    assert found["spill"] == pytest.approx([100.0, 0.0, 100.0])


def test_what_rests_waits_for_another_instant(tmp_path: Path) -> None:
    """A store in which goods rest ends the instant's chain; half a year of residence is over at the next review."""
    found = shipped(tmp_path, quiet(CHAIN % ("residence: 6 month", "")))
    assert found["forward"] == pytest.approx([100.0] * 3)
    assert found["sell"] == pytest.approx([0.0, 50.0, 50.0])
    found = shipped(tmp_path, quiet(CHAIN % ("residence: 18 month", "")))
    assert found["sell"] == pytest.approx([0.0, 0.0, 50.0])


def test_a_residence_of_nothing_is_none(tmp_path: Path) -> None:
    assert shipped(tmp_path, quiet(CHAIN % ("residence: 0 day", ""))) == shipped(tmp_path, quiet(CHAIN % ("", "")))


def test_what_came_first_goes_first_in_rounds_too(tmp_path: Path) -> None:
    """A loop within the year through a queue of lots is the loop itself."""
    queued = LOOP.replace("raw: {order_up_to: 1 Mt}", "raw: {order_up_to: 1 Mt, fifo: true}")
    assert shipped(tmp_path, quiet(queued))["forward"] == pytest.approx([1000.0] * 3, rel=1e-11)


DILUTED = """
        calendar: uniform
        substances: [dirt]
        materials: {old: {composition: {dirt: 0.1}}, clean: {}, made: {}}
        companies:
          maker:
            inventories: {old: {order_up_to: 1 Mt}, clean: {order_up_to: 1 Mt}}
            processes: {make: {inputs: {feed: {share: 1, any_of: [old, clean], limits: {dirt: 0.03333333333333333}}},
                               rate: %s t/year, outputs: {made: 1}}}
        boundary:
          town: {supplies: {old: {rate: 100 t/year}}}
          mine: {supplies: {clean: {rate: 1 kt/year}}}
          market: {demands: {made: {}}}
        flows:
          old: {from: town, to: maker, material: old, rank: 1}
          clean: {from: mine, to: maker, material: clean, rank: 9}
          out: {from: maker, to: market, material: made}
"""


@pytest.mark.parametrize(("rate", "dirt"), [(300, 10.0), (450, 10.0), (150, 5.0)])
def test_clean_material_only_dilutes_until_the_dirty_has_come(tmp_path: Path, rate: float, dirt: float) -> None:
    """Of 100 t that hold a tenth of dirt, 200 t of clean material make 300 t of a thirtieth, every year.

    In the second year clean material is there as the year begins, and the dirty comes a round later.
    """

    tables = closed(run(read(tmp_path, quiet(DILUTED % rate)))).tables
    sold = chosen(tables.flows, flow="out")
    assert sold["mass_t"].sum() == pytest.approx(3 * rate)
    assert chosen(sold, substance="dirt")["mass_t"].sum() == pytest.approx(3 * dirt)


def test_two_that_share_recyclate_wait_for_all_of_it(tmp_path: Path) -> None:
    """What both lack of their first choice is not taken of the second before the rest of the first has come."""
    body = """
        calendar: uniform
        materials: {old: {}, recyclate: {}, virgin: {}, good: {}, fine: {}}
        companies:
          recycler: {processes: {recycle: {inputs: [old], rate: 1 Mt/year, outputs: {recyclate: 1}}}}
          maker:
            inventories: {recyclate: {initial: 30 t, order_up_to: 1 Mt}, virgin: {initial: 900 t, order_up_to: 1 Mt}}
            processes:
              make: {inputs: [recyclate, virgin], rate: 40 t/year, outputs: {good: 1}}
              finish: {inputs: [recyclate, virgin], rate: 40 t/year, outputs: {fine: 1}}
        boundary:
          town: {supplies: {old: {rate: 60 t/year}}}
          market: {demands: {good: {}, fine: {}}, accepts: {virgin: {fate: landfill}}}
        flows:
          collect: {from: town, to: recycler, material: old, rank: 1}
          recyclate: {from: recycler, to: maker, material: recyclate, rank: 1}
          good: {from: maker, to: market, material: good}
          fine: {from: maker, to: market, material: fine}
    """

    stocks = closed(run(read(tmp_path, quiet(body, end="2021-01-01")))).tables.stocks
    left = chosen(stocks, node="maker", period="2020").groupby("item", observed=True)["mass_t"].sum()
    assert left.to_dict() == {"virgin": pytest.approx(900), "recyclate": pytest.approx(90 - 2 * 40)}


def test_a_use_in_the_loop_takes_part_once_it_has_retired(tmp_path: Path) -> None:
    """What retires this year is recycled this year, and what is made of it enters service this year."""
    body = """
        calendar: uniform
        materials: {car: {}, old: {waste: true}}
        companies:
          town:
            uses: {cars: {material: car, demand: any, lifetime: {fixed: 2 year}, entry: end, cohort: 1 year,
                          end_of_life: old}}
          works: {processes: {recycle: {inputs: [old], rate: 1 Mt/year, outputs: {car: 1}}}}
        boundary: {shop: {supplies: {car: {rate: 100 t/year}}, accepts: {old: {fate: landfill}}}}
        flows:
          buy: {from: shop, to: town, material: car}
          back: {from: town, to: works, material: old}
          again: {from: works, to: town, material: car}
          tip: {from: works, to: shop, material: old}
    """
    found = shipped(tmp_path, quiet(body, end="2026-01-01"))
    assert found["again"] == pytest.approx([0.0, 0.0, 100.0, 100.0, 200.0, 200.0])


def test_what_grows_without_end_is_said_before_it_is_infinite(tmp_path: Path) -> None:
    """Goods that last a tenth of a cohort and come back half as heavy again: every round there is more."""
    body = """
        materials: {van: {}}
        companies:
          town:
            uses: {vans: {material: van, demand: any, lifetime: {fixed: 3 day}, cohort: 30 day, soiling: {dirt: 0.5},
                          end_of_life: van}}
        boundary: {shop: {supplies: {van: {rate: 1 t/day}}, demands: {van: {rate: 1 t/day}}}}
        flows:
          buy: {from: shop, to: town, material: van}
          sell: {from: town, to: shop, material: van}
    """
    body = "        substances: [dirt]\n" + body
    with pytest.raises(UserError, match="van at town, and what is linked with it, goes round"):
        shipped(
            tmp_path,
            quiet(body, step="1 day", end="2020-01-05", report="1 day").replace(
                "schema", "settle: until_quiet\nschema"
            ),
        )


@pytest.mark.parametrize("wanted", ["demand: 10 t/year", "stock: 100 t"])
def test_a_use_buys_what_it_takes_and_keeps_no_store(tmp_path: Path, wanted: str) -> None:
    """Without a policy nothing is ordered for the next year: what is bought is what goes into use, year by year."""
    body = f"""
    calendar: uniform
    materials: {{car: {{}}, old: {{waste: true}}}}
    companies:
      town:
        uses:
          cars: {{material: car, {wanted}, lifetime: {{normal: {{mean: 10 year, sd: 2 year}}}}, end_of_life: old}}
    boundary:
      shop: {{supplies: {{car: {{}}}}}}
      yard: {{accepts: {{old: {{fate: landfill}}}}}}
    flows:
      buy: {{from: shop, to: town, material: car}}
      scrap: {{from: town, to: yard, material: old}}
    """
    written = text(body, end="2035-01-01", step="1 year", report="year")
    result = closed(run(read(tmp_path, written.replace("settle: once", "settle: until_quiet"))))
    store = chosen(result.tables.stocks, node="town", item="car", place="inventory")
    assert store["mass_t"].sum() == 0.0
    bought, left = by_period(result, "buy"), by_period(result, "scrap")
    first = 10.0 if wanted.startswith("demand") else 100.0 + left["2025"]
    assert bought["2025"] == pytest.approx(first)
    later = {year: 10.0 if wanted.startswith("demand") else left[year] for year in bought if year > "2025"}
    assert {year: tonnes for year, tonnes in bought.items() if year > "2025"} == pytest.approx(later)
