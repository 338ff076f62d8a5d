"""Tables: tidy, sorted, without zeros, and the same whatever the batches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulator.accounting import COLUMNS, tabulate
from simulator.engine.ledger import Lane
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import Pen, drawn_at_random, empty, months, row

LANES = (Lane("linear", 0), Lane("linear", 1), Lane("circular", 0), Lane("circular", 1))


def ordered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Sorted as text by all columns before the first number, variants in the order of the file, the opening first."""
    keys = [column.name for column in COLUMNS[name] if column.type != "number" and column.name != "n"]
    plain = table.astype({key: str for key in keys if table[key].dtype == "category"})
    plain["variant"] = pd.Categorical(plain["variant"], ["linear", "circular"], ordered=True)
    plain["period"] = plain["period"].replace("opening", "")
    return plain.sort_values(keys, kind="stable")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_its_columns_and_order(loop: Scenario, name: str) -> None:
    table = dict(tabulate(loop, [drawn_at_random(loop, LANES, months(14))]).items())[name]
    assert list(table.columns) == [column.name for column in COLUMNS[name]]
    types = {"string": "category", "integer": "int64", "number": "float64"}
    assert [str(table[column.name].dtype) for column in COLUMNS[name]] == [types[c.type] for c in COLUMNS[name]]
    assert ordered(table, name).index.is_monotonic_increasing
    assert len(table) > 0


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in {"indicators"}])
def test_no_row_is_zero_and_no_key_stands_twice(loop: Scenario, name: str) -> None:
    table = dict(tabulate(loop, [drawn_at_random(loop, LANES, months(3))]).items())[name]
    numbers = [column.name for column in COLUMNS[name] if column.type == "number"]
    assert (table[numbers] != 0).any(axis=1).all()
    assert not table.duplicated([column.name for column in COLUMNS[name] if column.type != "number"]).any()


def test_rows_of_dust_are_left_out_by_the_measure_of_their_own_lane(loop: Scenario) -> None:
    ledger = empty(loop, [Lane("linear", 0), Lane("circular", 0)], *(months(1),) * 2)
    Pen(ledger, "PP").ship("crates", 1000.0)
    Pen(ledger, "PP", "post_consumer").ship("crates", 1e-9)
    Pen(ledger, "PP", "reused").ship("crates", 2e-9)
    Pen(ledger, "PP", "reused").ship("crates", 1e-9, lane=1)
    assert tabulate(loop, [ledger]).flows[["variant", "origin", "mass_t"]].values.tolist() == [
        ["linear", "primary", 1000],
        ["linear", "reused", 2e-9],
        ["circular", "reused", 1e-9],
    ]


def test_tables_of_an_idle_run_are_empty_but_for_the_networks_totals(loop: Scenario) -> None:
    made = tabulate(loop, [empty(loop, LANES, months(2))])
    assert [name for name, table in made.items() if len(table)] == ["indicators"]
    assert set(made.indicators["node"]) == {"network"}
    assert (made.indicators["value"] == 0).all()


def test_flows_tell_every_mass_with_its_ends(works: Scenario) -> None:
    ledger = empty(works, [Lane("base", 0)], [row("2025-01")])
    Pen(ledger, "Cu", "post_consumer").ship("buy_scrap", 3)
    Pen(ledger, "organics").make("smelter.melt", "air", 0.5)
    ledger.soiled[0, 0, 0, 0] = 0.25
    table = tabulate(works, [ledger]).flows
    assert table.iloc[:, 3:].values.tolist() == [
        ["buy_scrap", "dealer", "smelter", "scrap", "Cu", "post_consumer", 3],
        ["smelter.melt.air", "smelter", "environment", "release", "organics", "primary", 0.5],
        ["town.cables.soiling", "environment", "town", "soiling", "Cu", "post_consumer", 0.25],
    ]


def test_stocks_are_those_of_a_periods_last_row(loop: Scenario) -> None:
    """The opening stock comes first; a period cut by a dated change ends with its second part."""
    ledger = empty(loop, [Lane("linear", 0)], [row("2025-01"), row("2025-01"), row("2025-02")])
    for number, mass in enumerate((1.0, 2.0, 3.0, 4.0)):
        Pen(ledger, "PP").hold("moulder", "crate", mass, row=number)
    table = tabulate(loop, [ledger]).stocks
    assert table[["period", "mass_t"]].values.tolist() == [["opening", 1], ["2025-01", 3], ["2025-02", 4]]
    assert set(table["place"]) == {"inventory"}


def test_rows_of_one_period_are_summed(loop: Scenario) -> None:
    ledger = empty(loop, [Lane("linear", 0)], [row("2025-01"), row("2025-01"), row("2025-02")])
    for number, mass in enumerate((1.0, 2.0, 3.0)):
        Pen(ledger, "PP").ship("crates", mass, row=number)
    table = tabulate(loop, [ledger]).flows
    assert table[["period", "mass_t"]].values.tolist() == [["2025-01", 3], ["2025-02", 3]]


def test_lanes_may_be_cut_at_different_dates(loop: Scenario) -> None:
    rows = [row("2025-01"), row("2025-01", 1), row("2025-02", 1)], [row("2025-01"), row("2025-02")]
    ledger = empty(loop, [Lane("circular", 0), Lane("linear", 0)], *rows)
    for number, mass in enumerate((1.0, 2.0, 3.0)):
        Pen(ledger, "PP").ship("crates", mass, row=number)
    for number, mass in enumerate((5.0, 7.0)):
        Pen(ledger, "PP").ship("crates", mass, row=number, lane=1)
    table = tabulate(loop, [ledger]).flows
    assert table[["variant", "period", "mass_t"]].values.tolist() == [
        ["linear", "2025-01", 5],
        ["linear", "2025-02", 7],
        ["circular", "2025-01", 3],
        ["circular", "2025-02", 3],
    ]


def test_batches_and_their_order_change_nothing(loop: Scenario) -> None:
    """Bit for bit: one batch, or a batch for each lane in any order."""
    together = tabulate(loop, [drawn_at_random(loop, LANES, months(5))])
    alone = [drawn_at_random(loop, [lane], months(5)) for lane in reversed(LANES)]
    for (name, one), (_, other) in zip(together.items(), tabulate(loop, alone).items(), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True, obj=name)


def test_processes_tell_days_and_throughput_by_limit(works: Scenario) -> None:
    ledger = empty(works, [Lane("base", 0)], [row("2025-01")])
    ledger.days[0, 0, 1] = [20, 0, 3, 0, 0, 0, 8]
    ledger.throughput[0, 0, 1] = [2000, 0, 100, 0, 0, 0, 0]
    table = tabulate(works, [ledger]).processes
    assert table.iloc[:, 3:].values.tolist() == [
        ["smelter", "melt", "input", "feed", 8, 0],
        ["smelter", "melt", "rate", "", 20, 2000],
        ["smelter", "melt", "room", "", 3, 100],
    ]


def test_mass_in_the_tables_is_the_ledgers(works: Scenario) -> None:
    ledger = drawn_at_random(works, [Lane("base", 0)], months(7))
    made = tabulate(works, [ledger])
    released = sum(ledger.made[:, :, i].sum() for i, output in enumerate(ledger.index.outputs) if output.medium)
    expected = ledger.shipped.sum() + ledger.soiled.sum() + released
    assert made.flows["mass_t"].sum() == pytest.approx(expected, rel=1e-12)
    assert made.processes["throughput_t"].sum() == pytest.approx(ledger.throughput.sum(), rel=1e-12)
    stock = ledger.on_hand + ledger.in_transit + ledger.in_process
    assert made.stocks["mass_t"].sum() == pytest.approx(stock.sum() + np.sum(ledger.in_use), rel=1e-12)
