"""Money by company and variant: means per year, gains against the first variant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.report import money
from simulator.study.run import Run
from tests.report.energetic import energetic


def test_cash_flows_are_means_per_year_with_their_sum(run: Run) -> None:
    flows = money.cash_flows(run)["linear"]
    assert flows["aurubis"] == pytest.approx(40e6, rel=1e-3)
    assert flows[money.ALL] == pytest.approx(flows["aurubis"] + flows["town"] + flows["remondis"])


def test_gains_of_companies_add_up_to_that_of_all(run: Run) -> None:
    gains = money.against_first(money.cash_flows(run))
    assert list(gains) == ["today", "circular"]
    for gain in gains.values():
        assert gain[money.ALL] == pytest.approx(sum(x for name, x in gain.items() if name != money.ALL))


def test_a_row_of_cash_flows_and_one_of_gains(run: Run) -> None:
    figure = money.figure(run)
    assert figure is not None
    labels = [ax.get_xlabel() for ax in figure.axes]
    assert labels.count("Cash flow (MEUR/year)") == 3
    assert labels.count("Gain (MEUR/year)") == 2
    titles = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert titles == ["Aurubis", "Remondis Lippewerk", "Town of Lünen", "All together"]
    assert any(ax.get_title("left") == "All partnerships (hypothetical)" for ax in figure.axes)


def test_numbers_are_within_their_panels(run: Run) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = money.figure(run)
    assert figure is not None
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    for ax in figure.axes:
        panel = ax.get_window_extent(renderer)
        boxes = [text.get_window_extent(renderer) for text in ax.texts]
        assert all(panel.x0 - 1 <= box.x0 and box.x1 <= panel.x1 + 1 for box in boxes)


@pytest.mark.parametrize(
    ("value", "gain", "text"),
    [
        (45.21, False, "45.2"),
        (-0.0241, True, "−0.024"),
        (1.386, True, "+1.39"),
        (-101.3, False, "−101"),
        (1e-5, True, "0"),
    ],
)
def test_numbers_have_three_digits_or_decimals(value: float, gain: bool, text: str) -> None:
    assert money.number(value, gain=gain) == text


def test_of_many_variants_each_has_a_row() -> None:
    assert [len(row) for row in money.layout(["a", "b", "c"])] == [3, 3]
    rows = money.layout(["a", "b", "c", "d"])
    assert rows[0] == [money.Panel("a", gain=False), None]
    assert rows[3] == [money.Panel("d", gain=False), money.Panel("d", gain=True)]


def test_small_companies_are_bundled_where_there_are_many() -> None:
    flows = {"a": {f"c{i:02}": float(i) for i in range(20)} | {money.ALL: 190.0}}
    found = money.bundled(flows)["a"]
    assert len(found) == money.MOST_NAMES + 2
    assert found[money.REST] == sum(range(20 - money.MOST_NAMES))
    assert sum(x for name, x in found.items() if name != money.ALL) == found[money.ALL]


def test_one_variant_has_no_gains() -> None:
    figure = money.figure(energetic(1))
    assert figure is not None
    assert len(figure.axes) == 1


def test_without_payments_there_is_no_figure(run: Run) -> None:
    assert money.figure(replace(run, tables=replace(run.tables, money=run.tables.money[:0]))) is None
