"""Energy by supplier: every MWh once, in units that fit the period."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from simulator.report import energy
from simulator.report.series import periods
from simulator.report.supply import MAX_SUPPLIERS, OTHERS, Layer, Supply, supplies, title
from simulator.scenario.numbers import Span
from simulator.study.run import Run
from tests.report.energetic import energetic


def supply_of(run: Run, carrier: str) -> Supply:
    return next(one for one in supplies(run) if one.carrier == carrier)


def test_what_is_handed_on_is_counted_where_it_comes_from(run: Run) -> None:
    """Steam that becomes district heat, and heat that goes to the town, is the boiler's, once; so is what is stored."""
    layers = supply_of(run, "heat").layers["linear"]
    assert {layer: mwh[0] for layer, mwh in layers.items()} == {
        Layer("aurubis", "boiler"): 70,
        Layer("aurubis", "tank"): 9,
        Layer("burner"): 14,
        Layer("unserved"): 5,
        Layer("curtailed"): 20,
    }


def test_the_stack_is_final_use_exports_conversion_and_losses(run: Run) -> None:
    heat, power = supply_of(run, "heat"), supply_of(run, "electricity")
    taken = heat.stacked[0] - heat.layers["linear"][Layer("curtailed")]
    assert taken == pytest.approx(heat.final["linear"] + 4)  # lost on the way to the town
    assert power.stacked[0] == pytest.approx(power.final["linear"] + 12 + 3)  # sold, and used by the pump


def test_own_units_stand_beneath_boundary_nodes_and_the_grid(run: Run) -> None:
    assert [layer.node for layer in supply_of(run, "electricity").layers["today"]] == ["aurubis", "grid"]
    assert list(supply_of(run, "heat").layers["today"])[2:] == [Layer("burner"), Layer("unserved"), Layer("curtailed")]


def test_suppliers_have_the_titles_of_the_scenario(run: Run) -> None:
    assert title(run.scenario, Layer("aurubis", "boiler")) == "Aurubis: waste-heat boiler"
    assert title(run.scenario, Layer("aurubis", "tank")) == "Aurubis: tank"
    assert title(run.scenario, Layer("burner")) == "Waste-to-energy plant"
    assert title(run.scenario, Layer("grid")) == "Grid"


def test_the_smallest_of_many_suppliers_are_drawn_as_one(run: Run) -> None:
    table = run.tables.energy
    bought = table[(table["supplier"] == "grid") & (table["use"] == "process")]
    more = [bought.assign(supplier="aurubis", source=f"unit_{i}", energy_mwh=100.0 + i) for i in range(12)]
    many = replace(run, tables=replace(run.tables, energy=pd.concat([table, *more])))
    power = supply_of(many, "electricity")
    assert len(power.layers["linear"]) == MAX_SUPPLIERS + 1
    assert list(power.layers["linear"])[-1] == Layer(OTHERS)
    assert power.total == pytest.approx(supply_of(run, "electricity").total + 6 * sum(100 + i for i in range(12)))


def test_a_suppliers_colour_follows_from_its_name_not_from_what_it_gives(run: Run) -> None:
    heat, named = supply_of(run, "heat"), energy.supplier_colours(run.scenario)
    turned = replace(heat, layers={v: dict(list(parts.items())[::-1]) for v, parts in heat.layers.items()})
    colours = energy.layer_colours(run.scenario, heat)
    assert energy.layer_colours(run.scenario, turned) == colours
    assert {layer: colours[layer] for layer in named if layer in colours}.items() <= named.items()
    assert len(set(named.values())) == len(named) >= 3


@pytest.mark.parametrize(
    ("report", "first", "per"),
    [(Span(months=12), 1.0, "/year"), (Span(months=1), 1 / 12, "/month"), (Span(seconds=3600), 1 / 8760, "")],
)
def test_power_within_a_day_energy_of_a_month_else_energy_per_year(
    run: Run, report: Span, first: float, per: str
) -> None:
    time = run.scenario.world.time.model_copy(update={"report": report})
    world = run.scenario.world.model_copy(update={"time": time})
    factor, found = energy.scale(replace(run, scenario=replace(run.scenario, world=world)), periods(run))
    assert found == per
    assert factor[0] == pytest.approx(first, rel=1e-3)


def test_variants_with_the_same_supply_are_drawn_once(run: Run) -> None:
    (ax,) = energy.figures(run)["heat"].axes
    assert ax.get_title("left") == "All variants alike"


def test_a_figure_per_carrier_a_panel_per_variant(run: Run) -> None:
    table = run.tables.energy
    today = (table["variant"] == "today") & (table["supplier"] == "burner")
    more = table.assign(energy_mwh=table["energy_mwh"].where(~today, 2 * table["energy_mwh"]))
    figures = energy.figures(replace(run, tables=replace(run.tables, energy=more)))
    assert list(figures) == ["heat", "electricity"]
    heat = figures["heat"]
    assert [ax.get_title("left") for ax in heat.axes][2] == "All partnerships (hypothetical)"
    assert heat.axes[0].get_ylabel() == "Heat (MWh/year)"
    texts = [text.get_text() for legend in heat.legends for text in legend.get_texts()]
    assert texts[0].startswith("Final use")
    assert {"Aurubis: waste-heat boiler", "Not served", "Offered, not taken"} <= set(texts)


def test_the_whole_stack_is_within_the_axes() -> None:
    """Also where many periods are drawn as steps."""
    run = energetic(1, 2032, 1)
    heat = energy.figures(run)["heat"].axes[0]
    assert heat.get_ylim()[0] == 0
    assert heat.get_ylim()[1] > 118 > np.max(supply_of(run, "heat").final["linear"])


def test_legends_are_within_the_figure(run: Run) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for figure in energy.figures(run).values():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        box = figure.legends[0].get_window_extent(renderer)
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1


def test_without_energy_there_is_no_figure(run: Run) -> None:
    assert energy.figures(replace(run, tables=replace(run.tables, energy=run.tables.energy[:0]))) == {}
