"""Pictures of replications: what they show is what the tables say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from simulator.report import bands, differences, style
from simulator.report.write import figures
from simulator.study import executors
from simulator.study.run import Run, run
from tests.study.test_replications import WORKS, uncertain


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    scenario = uncertain(tmp_path_factory.mktemp("works"), WORKS, end="2025-05-01")
    return run(scenario, replications=8, workers=executors.threads(1))


def test_nothing_is_drawn_without_replications(tmp_path: Path) -> None:
    alone = run(uncertain(tmp_path))
    assert bands.figures(alone) == {}
    assert differences.figure(alone) is None


def test_pictures_of_a_run_with_replications_say_whether_they_show_draws(made: Run) -> None:
    with style.styled():
        heads = {name: " ".join(text.get_text() for text in figure.findobj(Text)) for name, figure in figures(made)}
    as_written = {name for name, head in heads.items() if "as written (not drawn)" in head.replace("\n", " ")}
    assert as_written == {name for name in heads if not name.startswith(("bands", "differences", "targets"))}
    assert {"totals", "money", "waste_over_time", "sankey_usual"} <= as_written


def test_pictures_of_a_run_without_replications_have_no_more_to_say(tmp_path: Path) -> None:
    with style.styled():
        assert all("as written" not in str(figure.get_suptitle()) for _, figure in figures(run(uncertain(tmp_path))))


@pytest.mark.parametrize(("low", "high"), [(99.0, 100.0), (60.0, 100.0)])
def test_a_band_that_hardly_changes_looks_so(low: float, high: float) -> None:
    band = bands.Band(np.array([low]), np.array([low]), np.array([high]))
    below, above = bands._limits({"usual": band})
    assert below < low < high < above
    assert above - below >= 0.049 * high


def test_bands_are_the_percentiles_of_the_table(made: Run) -> None:
    assert made.ensemble is not None
    with style.styled():
        found = bands.figures(made)
    assert set(found) == {"waste", "emissions", "cash_flow"}
    table = made.ensemble.tables.bands
    own = (table["indicator"] == "waste") & (table["item"] == "total") & (table["variant"] == "usual")
    axes = found["waste"].axes[0]
    (band,) = axes.collections
    heights = np.unique(np.asarray(band.get_paths()[0].vertices)[:, 1])
    for name in ("p05", "p95"):
        for value in table.loc[own, name]:
            assert np.isclose(heights, value, rtol=0.1).any()  # a month is drawn as a month of mean length
    assert axes.get_ylim()[1] > heights.max()


def test_a_difference_has_its_mean_interval_and_share_of_draws(made: Run) -> None:
    with style.styled():
        figure = differences.figure(made)
    assert figure is not None
    money = figure.axes[2]
    assert [text.get_text() for text in money.texts] == ["better in 0 %"]
    found = differences.differences(made, bands.SUBJECTS[2])["careful"]
    assert made.ensemble is not None
    table = made.ensemble.tables.differences
    own = (table["indicator"] == "cash_flow") & (table["node"] == "network") & (table["item"] == "total")
    (row,) = table[own & (table["period"] == "total")].to_dict("records")
    assert vars(found) == {name: row[name] for name in vars(found)}
    assert found.low < found.mean < found.high
    assert found.p05 < found.mean < found.p95
    assert [float(np.asarray(line.get_xdata())[0]) < 0 for line in money.lines[:3]] == [True] * 3
    assert "hypothetical" not in figure.get_suptitle()
