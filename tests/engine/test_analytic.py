"""What can be computed by hand: loops, recycled content, stocks in use, stores, lots, lead times."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario import load
from simulator.study.run import run
from tests.engine.builders import amounts, by_period, chosen, closed, held_back, shipped, simulate, stock, throughput

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("alpha", [0.25, 0.6, 0.9])
def test_a_loop_with_return_fraction_alpha_settles_at_demand_over_one_minus_alpha(tmp_path: Path, alpha: float) -> None:
    body = f"""
    materials: {{raw: {{}}, product: {{}}, returned: {{}}}}
    companies:
      plant:
        processes:
          make: {{inputs: [returned, raw], rate: 1000 t/day, outputs: {{product: {1 - alpha:.2f}, returned: rest}}}}
    boundary:
      world: {{supplies: {{raw: {{rate: 10 t/day}}}}, demands: {{product: {{}}}}}}
    flows:
      buy: {{from: world, to: plant, material: raw}}
      sell: {{from: plant, to: world, material: product}}
    """
    result = simulate(tmp_path, body, end="2026-01-01")
    assert throughput(result, "make", period="2025-12-31") == pytest.approx(10 / (1 - alpha), rel=1e-9)
    assert shipped(result, "sell", period="2025-12-31") == pytest.approx(10, rel=1e-9)


def recycling(rate: float, lot: str, senders: int) -> str:
    """Recyclers with a yield of 0.9 share the rate; what they lack of 15 t a day is virgin."""
    names = [f"recycler_{n}" for n in range(senders)]
    companies = "\n".join(
        f"  {name}: {{processes: {{sort: {{inputs: [old], rate: {rate / senders} t/day, "
        "outputs: {recyclate: 0.9, residue: rest}}}}"
        for name in names
    )
    flows = "\n".join(
        f"  old_{name}: {{from: world, to: {name}, material: old}}\n"
        f"  residue_{name}: {{from: {name}, to: world, material: residue}}\n"
        f"  recyclate_{name}: {{from: {name}, to: maker, material: recyclate{lot}}}"
        for name in names
    )
    return f"""
materials: {{old: {{waste: true}}, recyclate: {{}}, virgin: {{}}, product: {{}}, residue: {{waste: true}}}}
companies:
{companies}
  maker:
    inventories: {{recyclate: {{order_up_to: 100 t}}, virgin: {{order_up_to: 30 t}}, product: {{order_up_to: 40 t}}}}
    processes: {{make: {{inputs: [recyclate, virgin], rate: 20 t/day, outputs: {{product: 1}}}}}}
boundary:
  world: {{supplies: {{old: {{origin: post_consumer}}, virgin: {{}}}}, demands: {{product: {{rate: 15 t/day}}}},
          accepts: {{residue: {{fate: landfill}}}}}}
flows:
{flows}
  virgin: {{from: world, to: maker, material: virgin}}
  sell: {{from: maker, to: world, material: product}}
"""


@pytest.mark.parametrize("senders", [1, 5])
@pytest.mark.parametrize("lot", ["", ", lot_size: 7 t", ", lot_size: 60 t"])
@pytest.mark.parametrize("rate", [2.5, 10.0, 16.0, 18.0])
def test_recycled_content_tends_to_rate_times_yield_over_throughput(
    tmp_path: Path, rate: float, lot: str, senders: int
) -> None:
    """Within 0.1 %: over so many years that one lot is less than that."""
    result = simulate(tmp_path, recycling(rate, lot, senders), start="2000-01-01", end="2120-01-01", report="20 year")
    sold = chosen(result.tables.flows, flow="sell")
    sold = sold[sold["period"].astype(str) > "2000"]
    recycled = sold["mass_t"][sold["origin"] == "post_consumer"].sum() / sold["mass_t"].sum()
    assert recycled == pytest.approx(min(1.0, rate * 0.9 / 15), rel=1e-3)
    assert sold["mass_t"].sum() == pytest.approx(15 * 36524, rel=1e-6)


@pytest.mark.parametrize(("rate", "lot"), [(12, 12), (6, 12), (12, 24), (3, 5)])
def test_the_first_loop_reaches_the_recycled_content_of_its_last_lines(rate: float, lot: float) -> None:
    sets = [
        f"companies.recycler.processes.sort.rate={rate} t/day",
        f"flows.take_back.lot_size={lot} t",
        "time.end=2085-01-01",
        "time.report=10 year",
    ]
    result = closed(run(load(ROOT / "scenarios/first_loop.yaml", sets=sets, variants=["circular"])))
    crates = chosen(result.tables.flows, flow="crates", substance="PP")
    crates = crates[crates["period"].astype(str) >= "2045"]
    recycled = crates["mass_t"][crates["origin"] == "post_consumer"].sum() / crates["mass_t"].sum()
    assert recycled == pytest.approx(rate * 0.9 / 1.02 / 15, rel=1e-3)


LIFETIMES = {
    "fixed": "fixed: 600 day",
    "normal": "normal: {mean: 600 day, sd: 100 day}",
    "lognormal": "lognormal: {mean: 600 day, sd: 200 day}",
    "weibull": "weibull: {shape: 3, scale: 671.9080 day}",
}
"""Each with a mean of 600 days."""
OFFSETS = {"start": -0.5, "middle": 0.0, "end": 0.5, "spread": 0.0}
"""By how much of an interval a convention counts a cohort's life too long."""


def in_use(lifetime: str, entry: str, initial: str = "0 t") -> str:
    return f"""
    materials: {{van: {{}}, old: {{waste: true}}}}
    companies:
      town:
        inventories: {{van: {{initial: 100 t}}}}
        uses: {{vans: {{material: van, demand: 5 t/day, lifetime: {{{lifetime}}}, entry: {entry}, cohort: 30 day,
                      initial: {initial}, end_of_life: old}}}}
    boundary:
      shop: {{supplies: {{van: {{rate: 5 t/day}}}}, accepts: {{old: {{fate: landfill}}}}}}
    flows:
      buy: {{from: shop, to: town, material: van}}
      dump: {{from: town, to: shop, material: old}}
    """


@pytest.mark.parametrize("entry", OFFSETS)
@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_littles_law_holds_for_the_stock_in_use(tmp_path: Path, lifetime: str, entry: str) -> None:
    """Stock = inflow × mean lifetime, ± half an interval by the convention; a fixed age counts whole intervals."""
    result = simulate(tmp_path, in_use(LIFETIMES[lifetime], entry), end="2031-12-26", report="30 day")
    intervals = 600 / 30 + OFFSETS[entry]
    if lifetime == "fixed":
        intervals = 19 if entry == "start" else 20
    assert stock(result, "town", "vans", "use") == pytest.approx(5 * 30 * intervals, rel=1e-4)


@pytest.mark.parametrize("entry", OFFSETS)
@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_a_stationary_stock_stays_and_retires_what_enters(tmp_path: Path, lifetime: str, entry: str) -> None:
    """Where demand is the initial stock ÷ the mean life that its convention counts."""
    mean = 600 + 30 * OFFSETS[entry] if lifetime != "fixed" else 570 if entry == "start" else 600
    result = simulate(tmp_path, in_use(LIFETIMES[lifetime], entry, f"{5 * mean} t"), end="2031-12-26", report="30 day")
    retired = list(by_period(result, "dump").values())
    assert len(retired) == 85
    assert retired == pytest.approx([150.0] * 85, rel=3e-4)
    assert stock(result, "town", "vans", "use") == pytest.approx(5 * mean, rel=1e-4)


def test_a_full_store_blocks_upstream_and_loses_nothing(tmp_path: Path) -> None:
    body = """
    materials: {ore: {}, half: {}, done: {}}
    companies:
      first:
        inventories: {ore: {initial: 1000 t}, half: {capacity: 50 t}}
        processes: {p: {inputs: [ore], rate: 10 t/day, outputs: {half: 1}}}
      second:
        inventories: {half: {capacity: 20 t, order_up_to: 90 t}, done: {capacity: 30 t}}
        processes: {q: {inputs: [half], rate: 10 t/day, outputs: {done: 1}}}
    boundary:
      market: {demands: {done: {rate: 2 t/day}}}
    flows:
      half: {from: first, to: second, material: half}
      done: {from: second, to: market, material: done}
    """
    result = simulate(tmp_path, body)
    held = [
        stock(result, *place) for place in (("first", "ore"), ("first", "half"), ("second", "half"), ("second", "done"))
    ]
    assert held[1:] == pytest.approx([48, 20, 28])  # filled up in the morning, then sold from
    assert sum(held) + shipped(result, "done") == pytest.approx(1000)
    assert shipped(result, "done") == pytest.approx(2 * 99)
    assert held_back(result, "p", "room", period="2025-04-01") == 1.0
    assert held_back(result, "q", "room", period="2025-04-01") == 1.0


def test_lots_and_lead_times_add_up(tmp_path: Path) -> None:
    """10 t a day gather to lots of 25 t, travel 3 days, are worked on for 2, and travel another day."""
    body = """
    materials: {ore: {}, bar: {}}
    companies:
      mine:
        inventories: {ore: {initial: 1000 t}}
        processes: {dig: {inputs: [ore], rate: 10 t/day, outputs: {bar: 1}}}
      forge:
        inventories: {bar: {order_up_to: 500 t}}
        processes: {hit: {inputs: [bar], rate: 25 t/day, duration: 2 day, outputs: {ore: 1}}}
      shop:
        inventories: {ore: {order_up_to: 500 t}}
        processes: {keep: {inputs: [ore], rate: 25 t/day, outputs: {bar: 1}}}
    boundary:
      market: {demands: {bar: {}}}
    flows:
      bars: {from: mine, to: forge, material: bar, lot_size: 25 t, lead_time: 3 day}
      ores: {from: forge, to: shop, material: ore, lead_time: 1 day}
      sell: {from: shop, to: market, material: bar}
    """
    result = simulate(tmp_path, body)
    assert amounts(result, "bars", 10) == [0, 0, 25, 0, 25, 0, 0, 25, 0, 25]
    assert amounts(result, "ores", 15) == [0, 0, 0, 0, 0, 0, 0, 25, 0, 25, 0, 0, 25, 0, 25]
    assert amounts(result, "sell", 11) == [0, 0, 0, 0, 0, 0, 0, 0, 25, 0, 25]


YEARLY = 50_000 * 3652 / 365.25


def lots(flow: str = "", demand: str = "{}", supply: str = "") -> str:
    if supply:
        return f"""
        materials: {{salt: {{}}, brine: {{}}}}
        companies:
          works: {{processes: {{mix: {{inputs: [salt], rate: 1000 t/day, outputs: {{brine: 1}}}}}}}}
        boundary:
          sea: {{supplies: {{salt: {supply}}}, demands: {{brine: {{}}}}}}
        flows:
          salt: {{from: sea, to: works, material: salt, lot_size: 25 t}}
          brine: {{from: works, to: sea, material: brine}}
        """
    return f"""
    materials: {{salt: {{}}}}
    companies:
      mine: {{inventories: {{salt: {{initial: 900 kt}}}}}}
    boundary:
      road: {{demands: {{salt: {demand}}}}}
    flows:
      salt: {{from: mine, to: road, material: salt, lot_size: 25 t{flow}}}
    """


@pytest.mark.parametrize(
    "body",
    [
        lots(flow=", capacity: 50 kt/year"),
        lots(demand="{rate: 50 kt/year}"),
        lots(demand="{rate: 50 kt/year, backlog: true}"),
        lots(supply="{rate: 50 kt/year}"),
        lots(demand="{rate: 80 kt/year, backlog: true}", flow=", capacity: 50 kt/year"),
        lots(flow=", capacity: 50 kt/year").replace("lot_size: 25 t", "lot_size: 1 t"),
    ],
    ids=["capacity", "demand", "backlog", "supply", "capacity_and_backlog", "small_lots"],
)
@pytest.mark.parametrize("step", ["8 hour", "1 day"])
def test_fifty_kilotonnes_a_year_in_lots_ship_that_to_one_lot(tmp_path: Path, body: str, step: str) -> None:
    """A small lot is shipped by the dozen."""
    result = simulate(tmp_path, body, step=step, end="2035-01-01", report="year")
    assert YEARLY - 25 - 1e-6 <= shipped(result, "salt") <= YEARLY + 1e-6
    assert shipped(result, "salt") == pytest.approx(round(shipped(result, "salt")), abs=1e-6)
