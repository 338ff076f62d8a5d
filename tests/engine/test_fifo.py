"""First in, first out: what leaves has the composition of the oldest lots."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from simulator.engine.structure import rings
from tests.engine.builders import amounts, chosen, plain, shipped, simulate, stock, throughput

ALTERNATING = {
    "x.csv": "date,rate\n" + "".join(f"2025-01-{day:02},{10 * (day % 2)}\n" for day in range(1, 32)),
    "y.csv": "date,rate\n" + "".join(f"2025-01-{day:02},{10 * (1 - day % 2)}\n" for day in range(1, 32)),
}
CHAIN = """
substances: [X, Y]
tables:
  x: {{file: x.csv, index: date, value: rate, unit: t/day, outside: hold}}
  y: {{file: y.csv, index: date, value: rate, unit: t/day, outside: hold}}
materials: {{x: {{composition: {{X: 1}}}}, y: {{composition: {{Y: 1}}}}, a: {{composition: {{X: 0.5, Y: 0.5}}}}}}
companies:
  s: {{inventories: {{a: {{fifo: true, initial: 20 t{held}}}}}}}
boundary:
  mine: {{supplies: {{x: {{rate: {{table: x}}}}, y: {{rate: {{table: y}}, origin: reused}}}}}}
  market: {{demands: {{a: {{rate: 7 t/day}}}}}}
flows:
  buy_x: {{from: mine, to: s, material: x, as: a{lead}}}
  buy_y: {{from: mine, to: s, material: y, as: a{lead}}}
  sell: {{from: s, to: market, material: a}}
"""
"""X arrives on odd days, Y on even ones, 10 t each; 7 t a day leave."""


def by_hand(days: int, late: int = 0) -> list[tuple[float, float]]:
    """Tonnes of X and Y that leave each day: of lots in order of arrival, received after the day's sale."""
    lots, sold = deque([[10.0, 10.0]]), []
    for day in range(1, days + 1):
        left, out = 7.0, [0.0, 0.0]
        while left > 0 and lots:
            total = sum(lots[0])
            part = min(1.0, left / total)
            out = [gone + part * held for gone, held in zip(out, lots[0], strict=True)]
            lots[0] = [held * (1 - part) for held in lots[0]]
            left -= part * total
            if part == 1.0:
                lots.popleft()
        sold.append((out[0], out[1]))
        if day > late:
            lots.append([10.0, 0.0] if (day - late) % 2 else [0.0, 10.0])
    return sold


@pytest.mark.parametrize(
    ("held", "lead", "late"), [("", "", 0), (", residence: 3 day", "", 3), ("", ", lead_time: 60 hour", 2)]
)
def test_a_chain_delivers_in_order_of_arrival(tmp_path: Path, held: str, lead: str, late: int) -> None:
    result = simulate(tmp_path, CHAIN.format(held=held, lead=lead), ALTERNATING, end="2025-01-31")
    sold = [amounts(result, "sell", 30, substance=name) for name in ("X", "Y")]
    assert list(zip(*sold, strict=True)) == [pytest.approx(pair) for pair in by_hand(30, late)]


def test_labels_leave_with_their_lot(tmp_path: Path) -> None:
    """All Y that is no initial stock is reused, all X primary."""
    result = simulate(tmp_path, CHAIN.format(held="", lead=""), ALTERNATING, end="2025-01-31")
    assert shipped(result, "sell", substance="X", origin="reused") == 0
    assert shipped(result, "sell", substance="Y", origin="primary") == pytest.approx(10)


def test_a_full_ring_joins_the_youngest_lots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two lots the rest is mixed, the oldest is not; with one lot all is."""
    monkeypatch.setattr(rings, "MOST_LOTS", 2)
    two = simulate(tmp_path, CHAIN.format(held="", lead=""), ALTERNATING, end="2025-01-31")
    assert amounts(two, "sell", 3, substance="X") == [3.5, 3.5, pytest.approx(3 + 0.5)]
    monkeypatch.setattr(rings, "MOST_LOTS", 1)
    one = simulate(tmp_path, CHAIN.format(held="", lead=""), ALTERNATING, end="2025-01-31")
    mixed = CHAIN.format(held="", lead="").replace("fifo: true, ", "")
    assert amounts(one, "sell", 30, substance="X") == pytest.approx(
        amounts(simulate(tmp_path, mixed, ALTERNATING, end="2025-01-31"), "sell", 30, substance="X")
    )


SORTING = """
substances: [X, Y]
materials: {{rich: {{composition: {{X: 1}}}}, a: {{composition: {{X: 0.2, Y: 0.8}}}}, b: {{}}, rest: {{waste: true}}}}
companies:
  s:
    inventories: {{a: {{fifo: {fifo}, initial: 30 t}}, b: {{{b}}}}}
    processes: {{{processes}}}
boundary:
  mine: {{supplies: {{rich: {{rate: 100 t/day}}}}}}
  market: {{demands: {{b: {{rate: 4 t/day}}}}, accepts: {{rest: {{fate: landfill}}}}}}
flows:
  buy: {{from: mine, to: s, material: rich, as: a}}
  sell: {{from: s, to: market, material: b}}
  tip: {{from: s, to: market, material: rest}}
"""
ONE = "p: {inputs: [a], rate: 100 t/day, outputs: {b: {X: 1}, rest: rest}}"
TWO = ", ".join(f"{ONE[:-1].replace('p:', f'{name}:')}, makes_to: b}}" for name in "pq")


EMPTIED = """
materials: {a: {}, c: {}, d: {}, rest: {waste: true}}
companies:
  s:
    inventories: {a: {initial: 2 t}, c: {initial: 9 t, fifo: true}, d: {capacity: 5 t}}
    processes:
      first: {inputs: {one: &a {share: 0.5, any_of: [a]}, two: &c {share: 0.5, any_of: [c]}}, rate: 9 t/day,
              outputs: {rest: 1}}
      second: {inputs: {one: *a, two: *c}, rate: 1.0e-16 t/day, outputs: {d: 1}}
boundary: {market: {accepts: {rest: {fate: landfill}}, demands: {d: {}}}}
flows:
  tip: {from: s, to: market, material: rest}
  sell: {from: s, to: market, material: d}
"""


def test_a_store_that_another_emptied_by_rounding_gives_nothing(tmp_path: Path) -> None:
    """Less than the last digit of 2 t is left for the second process, so that the first takes all."""
    result = simulate(tmp_path, EMPTIED)
    assert throughput(result, "first") == 4
    assert throughput(result, "second") == pytest.approx(0, abs=1e-12)


def test_a_ceiling_finds_the_lot_at_which_it_is_met(tmp_path: Path) -> None:
    """Room for 10 t of X: on day 1 all 30 t of the first lot, with 6 t of X; on day 2 room for 8 t of the pure one."""
    result = simulate(tmp_path, SORTING.format(fifo="true", b="capacity: 10 t", processes=ONE))
    assert throughput(result, "p", period="2025-01-01") == pytest.approx(30)
    assert throughput(result, "p", period="2025-01-02") == pytest.approx(8, rel=1e-11)
    assert stock(result, "s", "b", period="2025-01-02") == pytest.approx(6)


def test_a_ceiling_within_two_lots_is_exact(tmp_path: Path) -> None:
    """Room for 5 t of X at first, 4 t a day then. 25 t, then 5 t of 20 % and 3 t of pure X."""
    result = simulate(tmp_path, SORTING.format(fifo="true", b="capacity: 5 t", processes=ONE))
    assert [throughput(result, "p", period=f"2025-01-0{day}") for day in (1, 2, 3)] == pytest.approx([25, 8, 4])


@pytest.mark.parametrize("held", ["capacity: 10 t", "order_up_to: 10 t", "capacity: 5 t, order_up_to: 4.5 t"])
@pytest.mark.parametrize("extra", ["", ", batch: 3 t", ", minimum: 2 t/day"])
def test_processes_on_one_queue_overfill_nothing(tmp_path: Path, held: str, extra: str) -> None:
    """The second gets younger lots than it planned with, and is cut where they give more."""
    processes = TWO.replace(", outputs", f"{extra}, outputs")
    result = simulate(tmp_path, SORTING.format(fifo="true", b=held, processes=processes), end="2025-03-01")
    limit = 4.5 if "4.5 t" in held else 10
    held_back = plain(chosen(result.tables.stocks, item="b")).groupby("period")["mass_t"].sum()
    assert max(held_back, default=0.0) <= limit * (1 + 1e-9)
    assert shipped(result, "sell") > 0


def test_one_lot_is_as_good_as_mixed(tmp_path: Path) -> None:
    """Where everything leaves at every review, order makes no difference."""
    runs = [
        simulate(tmp_path, SORTING.format(fifo=fifo, b="", processes=ONE.replace("100 t/day", "1 kt/day")))
        for fifo in ("true", "false")
    ]
    tables = [plain(run.tables.flows) for run in runs]
    assert list(tables[0]["mass_t"]) == list(tables[1]["mass_t"])


def test_a_store_that_runs_for_years_keeps_its_balance(tmp_path: Path) -> None:
    """Rounding does not add up over thousands of lots; what is sold is what came, to the last lot."""
    result = simulate(tmp_path, CHAIN.format(held="", lead="").replace("7 t/day", "9.7 t/day"), ALTERNATING,
                      end="2035-01-01", report="year")  # fmt: skip
    stocks = plain(chosen(result.tables.stocks, place="inventory"))
    assert stocks["mass_t"].min() >= 0


TWO_SUPPLIERS = """
substances: [X, Y]
materials: {{x: {{composition: {{X: 1}}}}, y: {{composition: {{Y: 1}}}}, a: {{}}}}
companies:
  s: {{inventories: {{a: {{fifo: {fifo}{held}}}}}}}
boundary:
  mine: {{supplies: {{x: {{rate: 6 t/day}}, y: {{rate: 6 t/day}}}}}}
  market: {{demands: {{a: {{rate: 8 t/day}}}}}}
flows:
  buy_x: {{from: mine, to: s, material: x, as: a, rank: 2}}
  buy_y: {{from: mine, to: s, material: y, as: a, rank: 1}}
  sell: {{from: s, to: market, material: a}}
"""


def sold_by_substance(tmp_path: Path, fifo: str, held: str = "", end: str = "2025-01-06") -> list[list[float]]:
    result = simulate(tmp_path, TWO_SUPPLIERS.format(fifo=fifo, held=held), end=end)
    return [amounts(result, "sell", 5, substance=name) for name in ("X", "Y")]


def test_deliveries_of_one_instant_may_be_lots_apart(tmp_path: Path) -> None:
    """6 t of Y, then 6 t of X come each day and 8 t leave the next: Y6 X2, X4 Y4, Y2 X6, Y6 X2 of the lots in a row."""
    assert sold_by_substance(tmp_path, "deliveries") == [
        pytest.approx([0, 2, 4, 6, 2]),
        pytest.approx([0, 6, 4, 2, 6]),
    ]
    assert sold_by_substance(tmp_path, "true") == [pytest.approx([0, 4, 4, 4, 4])] * 2


def test_what_rests_first_is_one_lot(tmp_path: Path) -> None:
    runs = [sold_by_substance(tmp_path, fifo, ", residence: 1 day") for fifo in ("deliveries", "true")]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("slots", [1, 2, 3, 5])
def test_deliveries_that_do_not_fit_are_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slots: int) -> None:
    """However few lots are kept apart, what leaves is what came, and the balance of every substance closes."""
    monkeypatch.setattr(rings, "MOST_LOTS", slots)
    result = simulate(tmp_path, TWO_SUPPLIERS.format(fifo="deliveries", held=", initial: 3 t"))
    stocks = plain(chosen(result.tables.stocks, place="inventory"))
    assert stocks["mass_t"].min() >= 0
    assert shipped(result, "sell") == pytest.approx(3 + 99 * 8)
