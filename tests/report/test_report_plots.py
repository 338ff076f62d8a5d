"""Pictures: what they say, that it can be read, and that the same run gives the same file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from simulator.report import over_time, sankey, stock_plots, style, targets, totals, write
from simulator.report.series import Stock, periods
from simulator.report.write import PLOTS, figures, save_svg
from simulator.scenario.numbers import Span
from simulator.scenario.scenario import Variant
from simulator.study.run import Run
from tests.report.synthetic import synthetic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN = [name for name in PLOTS if name not in {"money", "targets", "retirements", "differences"}]
"""Plots of a run without replications, payments, targets, and uses that report ages."""


@pytest.fixture(scope="module")
def run() -> Run:
    return synthetic(4, 2028, 12)


@pytest.fixture(scope="module")
def pictures(run: Run) -> dict[str, sankey.Picture]:
    with style.styled():
        return sankey.pictures(run)


def legend_of(figure: Figure) -> list[str]:
    found = [*figure.legends, *(ax.get_legend() for ax in figure.axes)]
    return [text.get_text() for legend in found if legend for text in legend.get_texts()]


def words_of(figure: Figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_waste_has_a_panel_per_variant_on_shared_axes(run: Run) -> None:
    figure = waste_of(run)
    assert [ax.get_title("left") for ax in figure.axes] == [
        "Linear: no partnerships",
        "Today",
        "All partnerships (hypothetical)",
        "Tank house at 80 %",
    ]
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert figure.axes[0].get_ylabel() == "Waste (kt/year)"
    assert legend_of(figure) == ["Recycling", "Backfilling", "Energy recovery", "Released", "Landfill"]
    assert "Lünen's copper network" in words_of(figure)


def test_emissions_are_stacked_by_scope_with_biogenic_apart(run: Run) -> None:
    figure = over_time.emissions(run)
    assert figure.axes[0].get_ylabel() == "Emissions (kt CO₂e/year)"
    assert [text.split(":")[0] for text in legend_of(figure)[:3]] == ["Scope 1", "Scope 2", "Scope 3"]
    assert "Biogenic" in legend_of(figure)[3]


def test_energy_of_a_partner_is_not_drawn_twice(run: Run) -> None:
    """It is scope 1 of who gives it: the network's picture has the tonnes once."""
    table = run.tables.emissions
    given = table.query("scope == '2'").assign(category="partner_energy", emissions_t_co2e=1e12)
    more = replace(run, tables=replace(run.tables, emissions=pd.concat([table, given])))
    drawn, before = (over_time.emissions(one).axes[0].get_ylim() for one in (more, run))
    assert drawn == before


def test_biogenic_alone_is_within_the_axes(run: Run) -> None:
    table = run.tables.emissions.assign(emissions_t_co2e=0.0)
    only = replace(run, tables=replace(run.tables, emissions=table))
    _, bars = totals.figure(only).axes
    drawn = [bar.get_width() for bar in bars.patches if isinstance(bar, Rectangle)]
    assert bars.get_xlim()[1] > max(drawn) > 0
    assert "No emissions" not in words_of(over_time.emissions(only))


def waste_of(run: Run) -> Figure:
    figure = over_time.waste(run)
    assert figure
    return figure


def test_many_periods_are_steps_few_are_bars() -> None:
    few, many = (waste_of(reporting(synthetic(1, 2027), report)) for report in (Span(months=1), Span(seconds=86400)))
    assert few.axes[0].containers
    assert not many.axes[0].containers


@pytest.mark.parametrize(
    ("years", "report", "unit"),
    [(2, Span(months=1), "month"), (10, Span(months=1), "year"), (1, Span(months=12), "year")],
)
def test_the_axis_says_what_amounts_are_per_and_years_are_years(years: int, report: Span, unit: str) -> None:
    run = reporting(synthetic(1, 2025 + years, report.months or 1), report)
    assert waste_of(run).axes[0].get_ylabel().endswith(f"t/{unit})")


def test_biogenic_stands_beside_the_stacks(run: Run) -> None:
    bars = [bar for bar in over_time.emissions(run).axes[0].patches if isinstance(bar, Rectangle)]
    green = [bar for bar in bars if mpl.colors.to_hex(bar.get_facecolor()).upper() == style.BIOGENIC]
    assert green
    for one in green:
        others = [bar for bar in bars if bar not in green]
        assert all(
            one.get_x() >= x.get_x() + x.get_width() or x.get_x() >= one.get_x() + one.get_width() for x in others
        )


def test_more_than_four_variants_stand_in_rows(run: Run) -> None:
    scenario = run.scenario
    more = {f"v{i}": replace(scenario.variants["today"], name=f"v{i}", title=f"V {i}") for i in range(2)}
    figure = waste_of(replace(run, scenario=replace(scenario, variants={**scenario.variants, **more})))
    assert len(figure.axes) == 6


def test_totals_say_the_difference_to_the_first(run: Run) -> None:
    figure = totals.figure(run)
    waste, emissions = figure.axes
    assert (waste.get_xlabel(), emissions.get_xlabel()) == ("Waste (kt)", "Emissions (kt CO₂e)")
    notes = [text.get_text() for text in waste.texts]
    assert len(notes) == 4
    assert "%" not in notes[0]
    assert all("%" in note for note in notes[1:])
    assert "All partnerships\n(hypothetical)" in words_of(figure)


def test_stocks_have_their_own_scales_and_a_line_per_variant(run: Run) -> None:
    figure = stock_plots.figure(run)
    assert figure.axes[0].get_title("left") == "Town of Lünen: copper in buildings\nand goods"
    assert figure.axes[0].get_ylabel() == "In use (kt)"
    assert all(len(ax.lines) == 4 for ax in figure.axes)
    assert all(ax.get_ylim()[0] == 0 for ax in figure.axes)
    assert "All partnerships (hypothetical)" in legend_of(figure)


def test_stocks_that_do_not_change_are_named_and_alike_ones_drawn_once() -> None:
    spans = {"a": np.array([5.0, 5.0, 5.0]), "b": np.array([5.0, 5.01, 5.0])}
    still = Stock("use", "town", "appliances", spans)
    moving = Stock("inventory", "town", "scrap", {"a": np.array([0.0, 1.0, 2.0]), "b": np.array([0.0, 1.0, 2.0])})
    assert stock_plots.sorted_out((still, moving)) == ((still,), (moving,))
    assert stock_plots.sorted_out((still,)) == ((), (still,))
    assert stock_plots.alike(moving)
    assert not stock_plots.alike(still)


def test_a_sankey_of_a_short_run_shows_what_flowed() -> None:
    run = synthetic(1, 2026, 12)
    time = run.scenario.world.time
    world = run.scenario.world.model_copy(update={"time": time.model_copy(update={"end": datetime(2025, 1, 15)})})
    short = replace(run, scenario=replace(run.scenario, world=world))
    picture = sankey.pictures(short)["linear"]
    flows = run.tables.flows
    assert picture.key.unit.name == "kt"
    assert "year" not in words_of(sankey.figure(short, "linear", picture))
    shown = sum(link.value for link in picture.network.links) + picture.network.dropped_value
    assert shown == pytest.approx(flows["mass_t"].sum())


def test_the_legend_names_the_largest_flows_and_what_returns(pictures: dict[str, sankey.Picture]) -> None:
    picture = pictures["circular"]
    named = sankey.listed(picture)
    assert {loop.link.material for loop in picture.layout.loops} <= set(named)
    largest = max(picture.network.links, key=lambda link: link.value)
    assert named[0] == largest.material


@pytest.mark.parametrize(
    ("low", "high", "zero"), [(600.0, 800.0, False), (5.0, 10.0, True), (0.0, 1.0, True), (-2.0, 3.0, True)]
)
def test_the_axis_of_a_target_clips_nothing_and_begins_near_the_lines(low: float, high: float, zero: bool) -> None:
    bottom, top = targets.limits(low, high)
    assert bottom < low
    assert top > high
    assert (bottom < 0) == zero


def test_the_sankey_names_nodes_materials_unit_and_what_is_left_out(
    run: Run, pictures: dict[str, sankey.Picture]
) -> None:
    text = words_of(sankey.figure(run, "circular", pictures["circular"]))
    for expected in (
        "All partnerships (hypothetical)",
        "kt/year",
        "Aurubis\n",
        "Landfill",
        "Cathode",
        "Released to air, water, soil",
        "Not shown",
    ):
        assert expected in text


def test_loops_of_companies_are_drawn_as_loops(pictures: dict[str, sankey.Picture]) -> None:
    found = {loop.link.pair for loop in pictures["circular"].layout.loops}
    assert ("town", "remondis") in {(source.name, target.name) for source, target in found}
    assert ("semis_maker", "aurubis") in {(source.name, target.name) for source, target in found}


def test_variants_share_scale_columns_and_colours(pictures: dict[str, sankey.Picture]) -> None:
    per_year = {v: {r.width / r.link.value for r in p.layout.ribbons} for v, p in pictures.items()}
    assert all(x == pytest.approx(next(iter(per_year["linear"]))) for widths in per_year.values() for x in widths)
    assert len({tuple(p.key.colours.items()) for p in pictures.values()}) == 1


@pytest.mark.parametrize("variant", ["linear", "circular"])
def test_no_two_texts_of_a_sankey_overlap(run: Run, pictures: dict[str, sankey.Picture], variant: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = sankey.figure(run, variant, pictures[variant])
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    assert not [(a, b) for (a, x), (b, y) in combinations(boxes, 2) if x.overlaps(y)]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for _, box in boxes)
    assert all(figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1 for _, box in boxes)


def test_write_makes_png_and_svg_of_every_plot(tmp_path: Path) -> None:
    small = synthetic(1, 2026, 12)
    files = write(small, tmp_path / "plots")
    names = [*DRAWN, *(f"sankey_{variant}" for variant in small.scenario.variants)]
    assert [path.name for path in files] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert all(path.stat().st_size > 5000 for path in files)


@pytest.mark.parametrize("draw", [totals.figure, lambda run: sankey.figures(run)["linear"]], ids=["totals", "sankey"])
def test_the_same_run_gives_the_same_svg(draw: Callable[[Run], Figure]) -> None:
    first, second = (svg_of(draw(synthetic(1, 2027, 12))) for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_the_same_run_gives_the_same_svg_of_every_plot() -> None:
    first, second = ({name: svg_of(figure) for name, figure in figures(synthetic(4, 2027))} for _ in range(2))
    assert first == second


def svg_of(figure: Figure) -> bytes:
    buffer = BytesIO()
    save_svg(figure, buffer)
    return buffer.getvalue()


def test_a_run_in_which_nothing_happens_has_pictures_and_leaves_matplotlibs_settings_alone(tmp_path: Path) -> None:
    with mpl.rc_context({"font.size": 17}):
        before = dict(mpl.rcParams)
        assert len(write(without_rows(synthetic(1, 2026, 12)), tmp_path)) == 2 * len(DRAWN)  # no waste, but a Sankey
        assert dict(mpl.rcParams) == before


def test_a_dollar_in_a_title_is_a_dollar(tmp_path: Path) -> None:
    small = synthetic(1, 2026, 12)
    assert write(replace(small, scenario=replace(small.scenario, title="5 $x_{$ a tonne, $$")), tmp_path)


def test_empty_plots_say_so() -> None:
    empty = without_rows(synthetic(2, 2026, 12))
    expected = {
        "emissions_over_time": "No emissions",
        "totals": "No waste",
        "stocks": "No stocks",
        "sankey_linear": "Nothing flows.",
    }
    found = dict(figures(empty))
    assert "waste_over_time" not in found
    assert all(text in words_of(found[name]) for name, text in expected.items())


def test_what_is_no_material_of_the_scenario_has_a_name_and_a_colour() -> None:
    scenario = synthetic(1, 2026).scenario
    assert style.material_title(scenario, "soiling") == "Taken up in use"
    assert {"release", "soiling"} <= set(style.material_colours(scenario))


def test_no_two_materials_of_a_sankey_share_a_colour(pictures: dict[str, sankey.Picture]) -> None:
    materials = {link.material for link in pictures["circular"].network.links}
    colours = pictures["circular"].key.colours
    assert len({colours[material] for material in materials}) == len(materials)


def test_a_new_material_leaves_the_others_their_colours() -> None:
    """Except one whose colour it takes: a few of many, not all that come later."""
    scenario = synthetic(1, 2026).scenario
    before = style.material_colours(scenario)
    for new in ("aluminium", "glass", "zamak"):
        materials = {**scenario.world.materials, new: scenario.world.materials["grit"]}
        world = scenario.world.model_copy(update={"materials": materials})
        after = style.material_colours(replace(scenario, world=world))
        assert sum(after[name] != colour for name, colour in before.items()) <= 1


def test_colours_of_materials_run_out_late() -> None:
    scenario = synthetic(1, 2026).scenario
    materials = {f"m{i}": scenario.world.materials["grit"] for i in range(70)}
    colours = style.material_colours(
        replace(scenario, world=scenario.world.model_copy(update={"materials": materials}))
    )
    assert len({colours[name] for name in materials}) == len(style.PALETTE)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Remondis, Lippewerk", "Remondis"),
        ("Recyclers of steel, plastics, glass", "Recyclers of steel, plastics, glass"),
        ("Old appliances nobody reports: exported, hoarded", "Old appliances nobody reports"),
        ("Landfill", "Landfill"),
    ],
)
def test_titles_are_shortened_to_the_name(title: str, short: str) -> None:
    assert style.shortened(title) == short


def test_hypothetical_is_said_once() -> None:
    said = Variant("a", "All (hypothetical)", True, (), (), (), {})
    assert style.variant_title(said) == "All (hypothetical)"
    assert style.variant_title(replace(said, title="All")) == "All (hypothetical)"


def reporting(run: Run, report: Span) -> Run:
    """The same run, as if it had reported so."""
    time = run.scenario.world.time.model_copy(update={"report": report})
    world = run.scenario.world.model_copy(update={"time": time})
    first = periods(replace(run, scenario=replace(run.scenario, world=world)))
    label = next(name for name, i in first.position.items() if i == 0)
    tables = {name: table.assign(period=label) for name, table in run.tables.items() if "period" in table}
    return replace(run, scenario=replace(run.scenario, world=world), tables=replace(run.tables, **tables))


def without_rows(run: Run) -> Run:
    return replace(run, tables=replace(run.tables, **{name: table[:0] for name, table in run.tables.items()}))
