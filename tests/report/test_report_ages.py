"""Pictures of what is in use by age, and of what retires."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from simulator.report import age_plots, style
from simulator.report.write import figures
from simulator.study.run import Run
from tests.engine.builders import chosen, simulate

BODY = """
substances: [Cu, PVC]
materials: {cable: {composition: {Cu: 0.6, PVC: 0.4}}, old: {waste: true}}
companies:
  town:
    title: Town
    uses:
      homes: {material: cable, demand: 10 t/year, lifetime: {fixed: 12 year}, initial: 120 t, end_of_life: old,
              report_ages: true, title: Cables in homes}
      plain: {material: cable, demand: 1 t/year, lifetime: {fixed: 5 year}, end_of_life: old}
  port:
    uses:
      cranes: {material: cable, demand: 4 t/year, lifetime: {fixed: 3 year}, end_of_life: old, report_ages: true}
boundary: {shop: {supplies: {cable: {}}, accepts: {old: {fate: landfill}}}}
flows:
  buy: {from: shop, to: town, material: cable}
  buy_too: {from: shop, to: port, material: cable}
  dump: {from: town, to: shop, material: old}
  dump_too: {from: port, to: shop, material: old}
variants: {today: {}, half: {scale: {companies.town.uses.homes.demand: 0.5}}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(tmp_path_factory.mktemp("ages"), BODY, end="2033-01-01", step="1 month", report="year")


def test_age_classes_add_up_to_what_is_in_use(run: Run) -> None:
    """All uses that report, then each; of all mass, or of one substance."""
    for substance in ("", "Cu"):
        (whole, *each), bounds = age_plots.stocks_by_age(run, substance)
        assert [stock.title for stock in each] == ["Town: Cables in homes", "Port: Cranes"]
        assert list(bounds) == [0, 5, 10, inf]
        for variant, levels in whole.levels.items():
            assert levels == pytest.approx(sum(stock.levels[variant] for stock in each))
            table = chosen(run.tables.ages, variant=variant, period="2030")
            rows = table[table["substance"] == substance] if substance else table
            assert levels[:, 6].sum() == pytest.approx(rows["mass_t"].sum())


def test_a_cohort_passes_from_class_to_class_as_time_does(run: Run) -> None:
    """Of 12 even years, 5, 5 and 2 lie in the classes; of cranes that began at the start, what is there is young."""
    (_, homes, cranes), _ = age_plots.stocks_by_age(run)
    assert homes.levels["today"][:, 0] == pytest.approx([50, 50, 20], rel=0.01)
    assert homes.levels["today"][:, -1] == pytest.approx([50, 50, 20], rel=0.04)  # in the first month nothing arrives
    assert np.all(cranes.levels["today"][1:] < 1e-9)


@pytest.mark.parametrize(
    ("bounds", "titles"),
    [
        ((0, 5, 10, inf), ["under 5 years", "5 to 10", "10 and older"]),
        ((0, 1, inf), ["under 1 year", "1 and older"]),
        ((0, inf), ["all ages"]),
    ],
)
def test_age_classes_are_named(bounds: tuple[float, ...], titles: list[str]) -> None:
    assert age_plots.class_titles(bounds) == titles


def test_variants_share_the_scale_of_a_use(run: Run) -> None:
    with style.styled():
        drawn = age_plots.figures(run)
    assert list(drawn) == ["today", "half"]
    one, other = ([ax.get_ylim() for ax in figure.axes] for figure in drawn.values())
    assert one == other
    assert [ax.get_title("left") for ax in drawn["half"].axes] == [
        "All 2 uses",
        "Town: Cables in homes",
        "Port: Cranes",
    ]
    assert drawn["half"].axes[0].get_ylabel() == "In use (t)"


def test_retirements_are_stacked_by_use(run: Run) -> None:
    with style.styled():
        figure = age_plots.retirements(run)
    assert figure is not None
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["Port: Cranes", "Town: Cables in homes"]
    assert figure.axes[0].get_ylabel() == "Retired (t/year)"
    heights = [bar.get_height() for bar in figure.axes[0].patches]  # type: ignore[attr-defined]
    retired = chosen(run.tables.retirements, variant="today")["mass_t"].sum()
    assert sum(heights) == pytest.approx(retired, rel=0.01)


def test_a_run_that_reports_no_ages_has_no_such_pictures(tmp_path: Path) -> None:
    body = BODY.replace("report_ages: true, ", "").replace(", report_ages: true", "")
    plain = simulate(tmp_path, body, end="2027-01-01", step="1 year", report="year")
    with style.styled():
        assert not [name for name, _ in figures(plain) if name.startswith(("ages", "retirements"))]
