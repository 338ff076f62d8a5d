"""`order_up_to: needed`: what processes lack for what they are asked to make, net of all that their slots accept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import ScenarioError
from simulator.study.run import Run
from tests.engine.builders import amounts, chosen, read, stock, text

QUIET = "settle: until_quiet\n"
MILL = """
materials: {feed: {}, good: {}}
companies:
  mill:
    inventories: {feed: {order_up_to: needed}, good: {order_up_to: 10 t}}
    processes: {press: {inputs: [feed], rate: 20 t/day, outputs: {good: 1}}}
boundary: {world: {supplies: {feed: {}}, demands: {good: {rate: 3 t/day}}}}
flows:
  buy: {from: world, to: mill, material: feed}
  sell: {from: mill, to: world, material: good}
"""


def run(folder: Path, body: str, *, quiet: bool = False, **head: str) -> Run:
    """Settled once, or until quiet."""
    from simulator.study.run import run

    written = text(body, **head)
    return run(read(folder, written.replace("settle: once\n", QUIET) if quiet else written))


def held(result: Run, item: str, **where: object) -> list[float]:
    """Tonnes in all inventories of a material at the end of every period, the opening first."""
    import pandas as pd

    table = chosen(result.tables.stocks, item=item, place="inventory", **where)
    periods = ["opening", *(f"{day:%Y-%m-%d}" for day in pd.date_range("2025-01-01", "2025-04-10"))]
    sums = table.groupby(table["period"].astype(str))["mass_t"].sum()
    return [round(float(sums.get(period, 0.0)), 9) for period in periods]


@pytest.mark.parametrize("quiet", [False, True])
def test_feed_comes_as_the_product_goes_and_never_accumulates(tmp_path: Path, quiet: bool) -> None:
    """Once: what is ordered today is pressed tomorrow. Until quiet: within the day."""
    result = run(tmp_path, MILL, quiet=quiet)
    first = [10.0, 3.0, 3.0] if not quiet else [13.0, 3.0, 3.0]
    assert amounts(result, "buy", 3) == first
    assert amounts(result, "buy", 97, "2025-01-04") == [3.0] * 97
    assert amounts(result, "sell", 3) == ([0.0, 3.0, 3.0] if not quiet else [3.0, 3.0, 3.0])
    assert max(held(result, "feed")) == (10.0 if not quiet else 0.0)
    assert held(result, "feed")[2:] == ([3.0] * 99 if not quiet else [0.0] * 99)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_product_without_order_level_is_made_as_its_flows_ask(tmp_path: Path, quiet: bool) -> None:
    """Nothing holds the press back, but it gets no more feed than is sold."""
    result = run(tmp_path, MILL.replace(", good: {order_up_to: 10 t}", ""), quiet=quiet)
    assert amounts(result, "buy", 100) == [3.0] * 100
    assert held(result, "good") == [0.0] * 101


@pytest.mark.parametrize("quiet", [False, True])
def test_no_more_is_ordered_than_the_rate_presses(tmp_path: Path, quiet: bool) -> None:
    result = run(tmp_path, MILL.replace("rate: 20 t/day", "rate: 2 t/day"), quiet=quiet)
    assert amounts(result, "buy", 100) == [2.0] * 100
    assert max(held(result, "feed")) <= 2.0


def test_room_bounds_what_is_ordered(tmp_path: Path) -> None:
    """Of 10 t that are ordered of it, only 4 t fit into the store."""
    body = MILL.replace("good: {order_up_to: 10 t}", "good: {order_up_to: 10 t, capacity: 4 t}")
    result = run(tmp_path, body.replace("rate: 3 t/day", "rate: 1 t/day"))
    assert amounts(result, "buy", 4) == [4.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("quiet", [False, True])
def test_a_lead_time_is_covered_and_the_level_holds_all_that_is_behind_it(tmp_path: Path, quiet: bool) -> None:
    """Echelon base stock: feed under way, feed and product together stay at 10 t before each sale of 3 t."""
    body = MILL.replace("buy: {", "buy: {lead_time: 2 day, ")
    result = run(tmp_path, body, quiet=quiet)
    assert amounts(result, "sell", 90, "2025-01-11") == [3.0] * 90
    assert amounts(result, "buy", 90, "2025-01-11") == [3.0] * 90
    under_way = chosen(result.tables.stocks, period="2025-03-01")["mass_t"].sum()
    assert under_way == pytest.approx(10.0)


@pytest.mark.parametrize("quiet", [False, True])
def test_lots_are_ordered_whole_and_only_when_something_lacks(tmp_path: Path, quiet: bool) -> None:
    """10 t lack: one lot of 25 t, which lasts for the next 15 t."""
    result = run(tmp_path, MILL.replace("buy: {", "buy: {lot_size: 25 t, "), quiet=quiet)
    bought = amounts(result, "buy", 100)
    assert set(bought) == {0.0, 25.0}
    assert sum(bought) == pytest.approx(300.0, abs=25.0)
    assert max(held(result, "feed")) <= 28.0


SUBSTITUTES = """
materials: {old: {}, new: {}, good: {}}
companies:
  mill:
    inventories: {old: {order_up_to: needed}, new: {order_up_to: needed}, good: {order_up_to: 10 t}}
    processes: {press: {inputs: [old, new], rate: 20 t/day, outputs: {good: 1}}}
boundary: {world: {supplies: {old: {rate: 1 t/day}, new: {}}, demands: {good: {rate: 3 t/day}}}}
flows:
  buy_new: {from: world, to: mill, material: new}
  buy_old: {from: world, to: mill, material: old}
  sell: {from: mill, to: world, material: good}
"""


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("ranks", [(9, 9), (1, 9), (9, 1)])
def test_substitutes_fill_what_those_before_them_leave(tmp_path: Path, quiet: bool, ranks: tuple[int, int]) -> None:
    """By rank, and within a rank by preference: together they never bring more than lacks."""
    old, new = ranks
    body = SUBSTITUTES.replace("buy_old: {", f"buy_old: {{rank: {old}, ").replace(
        "buy_new: {", f"buy_new: {{rank: {new}, "
    )
    result = run(tmp_path, body, quiet=quiet)
    both = [sum(pair) for pair in zip(amounts(result, "buy_old", 100), amounts(result, "buy_new", 100), strict=True)]
    assert both[2:] == [3.0] * 98
    expected = 3.0 if new < old else 2.0
    assert amounts(result, "buy_new", 90, "2025-01-11") == [expected] * 90


def test_of_equal_rank_in_lots_too_together_no_more_than_one_lot_too_much(tmp_path: Path) -> None:
    body = SUBSTITUTES.replace("from: world, to: mill", "from: world, to: mill, lot_size: 4 t")
    result = run(tmp_path, body)
    assert max(a + b for a, b in zip(held(result, "old"), held(result, "new"), strict=True)) <= 10 + 4


SHARED = """
materials: {a: {}, b: {}, c: {}, x: {}, y: {}}
companies:
  mill:
    inventories:
      a: {order_up_to: needed}
      b: {order_up_to: needed}
      c: {order_up_to: needed}
      x: {order_up_to: 6 t}
      y: {order_up_to: 8 t}
    processes:
      one: {inputs: [a, b], rate: 20 t/day, outputs: {x: 0.5}, releases: {air: 0.5}}
      two:
        inputs: {main: {share: 0.75, any_of: [b]}, rest: {share: 0.25, any_of: [c]}}
        rate: 20 t/day
        outputs: {y: 1}
boundary: {world: {supplies: {a: {rate: 5 t/day}, b: {}, c: {}}, demands: {x: {rate: 2 t/day}, y: {rate: 4 t/day}}}}
flows:
  a: {from: world, to: mill, material: a}
  b: {from: world, to: mill, material: b}
  c: {from: world, to: mill, material: c}
  x: {from: mill, to: world, material: x}
  y: {from: mill, to: world, material: y}
"""


@pytest.mark.parametrize("quiet", [False, True])
def test_several_processes_and_slots_draw_on_what_is_needed(tmp_path: Path, quiet: bool) -> None:
    """2 t of x take 4 t of a; 4 t of y take 3 t of b and 1 t of c. Nothing is counted twice."""
    result = run(tmp_path, SHARED, quiet=quiet)
    days = ("2025-02-01",)
    assert amounts(result, "a", 10, *days) == pytest.approx([4.0] * 10)
    assert amounts(result, "b", 10, *days) == pytest.approx([3.0] * 10)
    assert amounts(result, "c", 10, *days) == pytest.approx([1.0] * 10)
    assert amounts(result, "x", 10, *days) == [2.0] * 10
    assert amounts(result, "y", 10, *days) == [4.0] * 10
    assert held(result, "a")[50] == pytest.approx(0.0 if quiet else 4.0)


CHAIN = """
materials: {ore: {}, iron: {}, steel: {}, slab: {}}
companies:
  works:
    inventories: {ore: {order_up_to: needed}, iron: {order_up_to: needed}}
    processes:
      smelt: {inputs: [ore], rate: 50 t/day, outputs: {iron: 0.5}, releases: {air: 0.5}}
      blow: {inputs: [iron], rate: 50 t/day, outputs: {slab: 1}}
  roller:
    inventories: {slab: {order_up_to: needed}, steel: {order_up_to: 40 t}}
    processes: {roll: {inputs: [slab], rate: 50 t/day, outputs: {steel: 0.8}, releases: {air: 0.2}}}
boundary: {world: {supplies: {ore: {}}, demands: {steel: {rate: 4 t/day}}}}
flows:
  ore: {from: world, to: works, material: ore}
  slab: {from: works, to: roller, material: slab}
  steel: {from: roller, to: world, material: steel}
"""


@pytest.mark.parametrize("quiet", [False, True])
def test_a_demand_is_felt_at_the_other_end_of_a_chain(tmp_path: Path, quiet: bool) -> None:
    """4 t of steel a day are 5 t of slab and iron, 10 t of ore; an inventory made at home is needed as well."""
    result = run(tmp_path, CHAIN, quiet=quiet)
    days = ("2025-02-15",)
    assert amounts(result, "steel", 50, *days) == [4.0] * 50
    assert amounts(result, "slab", 50, *days) == pytest.approx([5.0] * 50)
    assert amounts(result, "ore", 50, *days) == pytest.approx([10.0] * 50)
    if quiet:
        assert max(held(result, item)[100] for item in ("ore", "iron", "slab")) < 1e-9


def test_until_quiet_a_year_of_a_chain_is_exact_from_the_first(tmp_path: Path) -> None:
    """40 t fill the store, 4 t a day are sold: all the ore for that comes in the first year, and what is sold after."""
    head = {"start": "2020-01-01", "end": "2023-01-01", "step": "1 year", "report": "year"}
    result = run(tmp_path, "calendar: uniform" + CHAIN.replace("50 t/day", "50 kt/day"), quiet=True, **head)
    sold = 4 * 365.25
    table = chosen(result.tables.flows, flow="ore")
    bought = [float(chosen(table, period=year)["mass_t"].sum()) for year in ("2020", "2021", "2022")]
    assert bought == pytest.approx([2.5 * (sold + 40), 2.5 * sold, 2.5 * sold], rel=1e-11)


def test_what_is_dirty_waits_for_what_dilutes_it(tmp_path: Path) -> None:
    """Within limits each choice is ordered for itself: else scrap alone would fill the order, and never be used."""
    body = """
substances: [Cu]
materials: {scrap: {composition: {Cu: 0.01}}, iron: {}, good: {}}
companies:
  mill:
    inventories: {scrap: {order_up_to: needed}, iron: {order_up_to: needed}, good: {order_up_to: 10 t}}
    processes: {melt: {inputs: {feed: {share: 1, any_of: [scrap, iron], limits: {Cu: 0.0025}}}, rate: 20 t/day,
                       outputs: {good: 1}}}
boundary: {world: {supplies: {scrap: {}, iron: {}}, demands: {good: {rate: 4 t/day}}}}
flows:
  iron: {from: world, to: mill, material: iron}
  scrap: {from: world, to: mill, material: scrap}
  sell: {from: mill, to: world, material: good}
"""
    for quiet in (False, True):
        result = run(tmp_path, body, quiet=quiet)
        assert amounts(result, "sell", 50, "2025-02-01") == [4.0] * 50
        assert amounts(result, "scrap", 50, "2025-02-01") == pytest.approx([1.0] * 50)
        assert max(held(result, "scrap")) <= 14.0


def test_lanes_do_not_touch_each_other_and_a_variant_may_order_as_needed(tmp_path: Path) -> None:
    path = "companies.mill.inventories.feed.order_up_to"
    changes = {"needed": "", "level": f"{path}: 50 t", "slow": "boundary.world.demands.good.rate: 1 t/day"}
    body = MILL + "variants:\n" + "".join(f"  {name}: {{set: {{{change}}}}}\n" for name, change in changes.items())
    for quiet in (False, True):
        together = run(tmp_path, body, quiet=quiet)
        alone = run(tmp_path, MILL, quiet=quiet)
        assert amounts(together, "buy", 100, variant="needed") == amounts(alone, "buy", 100)
        assert held(together, "feed", variant="level")[-1] > 40
        assert amounts(together, "buy", 50, "2025-02-01", variant="slow") == [1.0] * 50


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    import random

    import yaml

    from tests.engine.builders import same, shuffled

    for body in (SHARED, CHAIN, SUBSTITUTES):
        for quiet in (False, True):
            first = run(tmp_path, body, quiet=quiet, end="2025-02-01")
            for seed in range(3):
                mixed = yaml.safe_dump(shuffled(yaml.safe_load(body), random.Random(seed)), sort_keys=False)
                same(run(tmp_path, mixed, quiet=quiet, end="2025-02-01").tables, first.tables)


TONNES = st.integers(1, 30)
LEADS = st.sampled_from([0, 12, 24, 60])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(
    quiet=st.booleans(), rate=TONNES, level=st.none() | TONNES, demand=TONNES, found=TONNES, lead=LEADS, later=LEADS,
    made=st.sampled_from([1, 0.5, 0.3]), rank=st.sampled_from([1, 9]), duration=LEADS, weekly=st.booleans(),
)  # fmt: skip
def test_never_more_is_held_or_expected_than_could_be_processed_meanwhile(
    tmp_path: Path, quiet: bool, rate: int, level: int | None, demand: int, found: int, lead: int, later: int,
    made: float, rank: int, duration: int, weekly: bool,
) -> None:  # fmt: skip
    """Of all that a slot accepts together: the rate until what is ordered now is there, and for one review more.

    Nor more than the product's level is worth, at the yield as declared.
    """
    body = SUBSTITUTES.replace("order_up_to: 10 t", f"order_up_to: {level} t" if level else "safety_stock: 0 t")
    body = body.replace("good: {rate: 3 t/day", f"good: {{rate: {demand} t/day")
    body = body.replace("old: {rate: 1 t/day", f"old: {{rate: {found} t/day")
    body = body.replace("new], rate: 20 t/day", f"new], rate: {rate} t/day, duration: {duration} hour")
    body = body.replace("outputs: {good: 1}", f"outputs: {{good: {made}}}, releases: {{air: {1 - made}}}")
    body = body.replace("buy_old: {", f"buy_old: {{rank: {rank}, lead_time: {lead} hour, ")
    body = body.replace("buy_new: {", f"buy_new: {{lead_time: {later} hour, ")
    body = body.replace("  mill:\n", f"  mill:\n    review_period: {7 if weekly else 1} day\n")
    result = run(tmp_path, body, quiet=quiet)
    stocks = result.tables.stocks
    held = stocks[stocks["item"].isin(["old", "new"])].groupby("period", observed=True)["mass_t"].sum()
    days = (7 if weekly else 1) + max(lead, later) / 24
    most = rate * days if level is None else min(rate * days, level / made)
    assert (held.max() if len(held) else 0.0) <= most * (1 + 1e-9)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_use_of_what_is_made_pulls_too(tmp_path: Path, quiet: bool) -> None:
    """The town's store of goods orders by default for a review; the mill makes what that asks for."""
    body = (
        MILL.replace(", good: {order_up_to: 10 t}", "")
        .replace(
            "boundary:",
            """\
  town: {uses: {goods: {material: good, demand: 2 t/day, lifetime: {fixed: 90 day}, end_of_life: feed}}}
boundary:""",
        )
        .replace(
            "sell: {from: mill, to: world",
            "back: {from: town, to: world, material: feed}\n  sell: {from: mill, to: town",
        )
    )
    body = body.replace("demands: {good: {rate: 3 t/day}}", "accepts: {feed: {fate: landfill}}")
    result = run(tmp_path, body, quiet=quiet)
    assert amounts(result, "buy", 50, "2025-01-20") == pytest.approx([2.0] * 50)
    assert stock(result, "mill", "good") == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "order_up_to: needed",
            "order_up_to: needed, reorder_at: 2 t",
            "reorder_at: stands beside `order_up_to: needed`",
        ),
        ("order_up_to: needed", "order_up_to: needed, order_quantity: 2 t", "order_quantity: stands beside"),
        ("good: {order_up_to: 10 t}", "good: {order_up_to: needed}", "no process here takes it"),
        ("order_up_to: needed", "order_up_to: need", "need"),
        (", good: {order_up_to: 10 t}", "", None),
        (
            "outputs: {good: 1}}}",
            "outputs: {good: 1}}, again: {inputs: [good], rate: 1 t/day, outputs: {feed: 1}}}",
            None,
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, said: str | None) -> None:
    assert old in MILL
    written = text(MILL.replace(old, new))
    if said is None:
        read(tmp_path, written)
        return
    with pytest.raises(ScenarioError, match=said):
        read(tmp_path, written)


def refused(folder: Path, body: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(folder, text(body))
    return str(caught.value)


def test_something_must_say_how_much_is_to_be_made(tmp_path: Path) -> None:
    two = MILL.replace(", good: {order_up_to: 10 t}", "").replace(
        "outputs: {good: 1}", "outputs: {good: 0.5, other: 0.5}"
    )
    two = (
        two.replace("good: {}}", "good: {}, other: {}}")
        .replace("flows:", "flows:\n  more: {from: mill, to: world, material: other}")
        .replace("demands: {", "demands: {other: {}, ")
    )
    assert "nothing says how much process press is to make: name an output by `makes_to`" in refused(tmp_path, two)
    read(tmp_path, text(two.replace("rate: 20 t/day,", "rate: 20 t/day, makes_to: good,")))
    read(tmp_path, text(two.replace("other: {}}", "other: {waste: true}}")))
    taken = MILL.replace(", good: {order_up_to: 10 t}", "").replace(
        "demands: {good: {rate: 3 t/day}}", "accepts: {good: {fate: landfill}}"
    )
    assert "nobody asks process press for good: give companies.mill.inventories.good" in refused(tmp_path, taken)


def test_a_use_of_its_own_and_a_circle_of_needs_are_refused(tmp_path: Path) -> None:
    use = MILL.replace(
        "    processes:",
        "    uses: {it: {material: feed, demand: any, lifetime: {fixed: 9 day}, end_of_life: good}}\n    processes:",
    )
    assert "use it takes it too" in refused(tmp_path, use)
    circle = MILL.replace("good: {order_up_to: 10 t}", "good: {order_up_to: needed}").replace(
        "outputs: {good: 1}}", "outputs: {good: 1}}, back: {inputs: [good], rate: 1 t/day, outputs: {feed: 1}}"
    )
    assert "goes round in a circle, back of mill, press of mill" in refused(tmp_path, circle)
