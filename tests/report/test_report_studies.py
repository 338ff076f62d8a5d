"""Pictures of sweeps and of sensitivity: what they hold, whatever is varied."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from simulator.report import sensitivities, sweeps
from simulator.report.paths import readable
from simulator.report.sensitivities import MOST
from simulator.scenario.ranges import Range
from simulator.study.outcomes import OUTCOMES
from simulator.study.sensitivity import METHODS, Factor, Inquiry, Sensitivity
from tests.study.test_replications import uncertain
from tests.study.test_sweep import COST, FEE, RATE, done

CASH = OUTCOMES["cash_flow"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("companies.works.processes.melt.rate", "works: melt, rate"),
        ("companies.works.processes.melt.energy.electricity", "works: melt, energy, electricity"),
        ("flows.take_back.distance", "take back: distance"),
        ("materials.scrap.composition.*", "scrap: composition, *"),
        ("energy.electricity.price", "electricity: price"),
        ("moisture", "moisture"),
    ],
)
def test_paths_are_read_without_the_names_of_sections(path: str, said: str) -> None:
    assert readable(path) == said


def test_a_curve_has_a_panel_per_outcome_a_line_per_variant_and_a_band_of_draws(tmp_path: Path) -> None:
    uncertain(tmp_path)
    found = done(tmp_path, f"{FEE}=20:80:3", replications=4)
    ((name, figure),) = sweeps.curves(found)
    assert name == "response"
    assert len(figure.axes) == len(found.outcomes)
    cash = next(ax for ax in figure.axes if ax.get_title("left") == CASH.title)
    assert [np.asarray(line.get_xdata()).tolist() for line in cash.lines] == [[20, 50, 80]] * 2
    assert len(cash.collections) == 2
    assert cash.get_xlabel() == "dump: accepts, dross, fee (EUR/t)"
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        *("Usual", "Careful", "5th to 95th percentile of 4 draws, around their mean")
    ]


def test_what_hardly_changes_looks_level(tmp_path: Path) -> None:
    uncertain(tmp_path)
    ((_, figure),) = sweeps.curves(done(tmp_path, f"{FEE}=20:80:3"))
    low, high = figure.axes[0].get_ylim()
    assert high - low >= 0.04 * high


def test_a_heat_map_tells_of_how_many_draws_it_is_the_mean(tmp_path: Path) -> None:
    uncertain(tmp_path)
    found = done(tmp_path, f"{FEE}=20:80:2", f"{RATE}=5,10", replications=3)
    assert "over the whole run, mean of 3 draws · " in dict(sweeps.heat_maps(found))["heat_cash_flow"].get_suptitle()


def test_a_heat_map_has_each_variant_and_the_change_against_the_first(tmp_path: Path) -> None:
    uncertain(tmp_path)
    found = done(tmp_path, f"{RATE}=6:12:3", f"{COST}=10,50")
    figures = dict(sweeps.heat_maps(found))
    assert set(figures) == {f"heat_{name}" for name, one in OUTCOMES.items() if one in found.outcomes}
    usual, careful, change = (ax for ax in figures["heat_cash_flow"].axes if ax.get_title("left"))
    assert change.get_title("left") == "Change against Usual"
    shown = [np.asarray(ax.collections[0].get_array()) for ax in (usual, careful, change)]
    np.testing.assert_allclose(shown[2], shown[1] - shown[0])
    assert usual.get_xlabel() == "works: melt, rate (t/day)"
    assert [text.get_text() for text in usual.get_xticklabels()] == ["6", "9", "12"]
    assert len(usual.texts) == 6


def test_names_below_neighbouring_maps_do_not_overlap(tmp_path: Path) -> None:
    """As those of a long path did; its unit stands beside its last word."""
    uncertain(tmp_path)
    found = done(tmp_path, f"{RATE}=6:12:3", f"{COST}=10,50")
    long = Range("boundary.scrap_market.supplies.old_scrap.rate", "kt/year", found.sweep.ranges[0].values)
    found = replace(found, sweep=replace(found.sweep, ranges=(long, found.sweep.ranges[1])))
    figure = dict(sweeps.heat_maps(found))["heat_cash_flow"]
    figure.draw_without_rendering()
    maps = [ax for ax in figure.axes if ax.get_title("left")]
    assert maps[0].get_xlabel() == "scrap market: supplies, old\nscrap, rate (kt/year)"
    names = [ax.xaxis.label.get_window_extent() for ax in maps]
    assert not [(a, b) for a, b in combinations(names, 2) if a.overlaps(b)]


def found_by(tmp_path: Path, method: str, count: int) -> Sensitivity:
    """Measures of many made-up factors: the first matters most, the last is a group."""
    scenario = uncertain(tmp_path)
    factors = tuple(Factor(f"companies.mill.part_{n:02}", (str(n),), (str(n),), False) for n in range(count))
    sizes = np.linspace(1e6, 1e3, count)
    if method == "morris":
        spread = np.append(sizes[:-1] / 2, np.nan)
        measures = {"mu": sizes, "mu_star": sizes, "mu_star_conf": sizes / 9, "sigma": spread}
    else:
        measures = {"s1": sizes / 2e6, "s1_conf": sizes / 9e6, "st": sizes / 1e6, "st_conf": sizes / 9e6}
    asked = Inquiry(scenario, factors, METHODS[method], 8, (CASH,))
    return Sensitivity(asked, {CASH.title: measures}, {}, (), 0, 0.0)


@pytest.mark.parametrize("method", METHODS)
def test_a_tornado_has_the_most_important_factors_on_top(tmp_path: Path, method: str) -> None:
    figure = dict(sensitivities.figures(found_by(tmp_path, method, 25)))["tornado_cash_flow"]
    (ax,) = figure.axes
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert len(labels) == MOST
    assert labels[0] == "mill: part 00"
    assert ax.yaxis_inverted()
    widths = [bar.get_width() for bar in ax.containers[0]]
    assert widths == sorted(widths, reverse=True)
    assert "5 less important factors not shown" in figure.get_suptitle().replace("\n", " ")


def test_a_scatter_numbers_what_matters_and_has_no_point_for_a_group(tmp_path: Path) -> None:
    figure = dict(sensitivities.figures(found_by(tmp_path, "morris", 3)))["morris"]
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["1", "2"]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["1  mill: part 00", "2  mill: part 01", "sigma = mu*"]
    assert figure.get_suptitle().startswith("Careful against Usual: effect of each factor")


def test_numbers_of_points_that_lie_close_do_not_overlap() -> None:
    """As those of two factors did that move the cash flow of a network by as much."""
    points = [(200.0, 100.0), (10.0, 20.0), (9.5, 16.0), (50.0, 12.0)]
    beside = sensitivities.beside_points(points)
    assert (beside[0], beside[1], beside[3]) == ((4, 3), (4, 3), (4, 3))
    numbers = [(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, beside, strict=True)]
    assert all(abs(a - x) >= 7 or abs(b - y) >= 8 for a, b in numbers for x, y in numbers if (a, b) != (x, y))


def test_sobol_has_no_scatter(tmp_path: Path) -> None:
    assert list(dict(sensitivities.figures(found_by(tmp_path, "sobol", 3)))) == ["tornado_cash_flow"]
