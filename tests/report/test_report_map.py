"""Maps: places true to scale, opposite flows apart, names that cover neither nodes nor each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from math import hypot

import numpy as np
import pytest

from simulator.report import network_map
from simulator.report.arrows import arrow
from simulator.report.names import aside, free_spot
from simulator.report.places import Trip, ground, projected
from simulator.report.shapes import Rect
from simulator.study.run import Run
from tests.report.energetic import PLACES
from tests.report.synthetic import synthetic


def test_distances_are_true() -> None:
    """Dortmund to Hamm: 30.08 km along the great circle."""
    points = projected({"dortmund": (51.5136, 7.4653), "hamm": (51.6739, 7.8160)})
    (x0, y0), (x1, y1) = points["dortmund"], points["hamm"]
    assert hypot(x1 - x0, y1 - y0) == pytest.approx(30.08, abs=0.05)
    assert (x1 > x0, y1 < y0) == (True, True)  # east is right, north is up


def test_near_nodes_are_to_scale_far_ones_at_the_edge_in_their_direction() -> None:
    place = ground(PLACES, {})
    points = projected(PLACES)
    for a, b in combinations(sorted(set(PLACES) - {"burner"}), 2):
        drawn = hypot(*np.subtract(place.spots[a], place.spots[b]))
        assert drawn == pytest.approx(place.scale * hypot(*np.subtract(points[a], points[b])))
    assert set(place.far) == {"burner"}
    assert 35 < place.far["burner"] < 42
    x, y = place.spots["burner"]
    assert 0 < x < place.width / 2
    assert place.height / 2 < y < place.height


def test_nodes_without_location_stand_beside_the_map_givers_left() -> None:
    trips = {Trip("shop", "town", energy=False): 1.0, Trip("town", "dump", energy=False): 1.0}
    place = ground(PLACES, trips)
    assert (list(place.left), list(place.right)) == (["shop"], ["dump"])
    assert place.spots["shop"][0] < 0 < place.width < place.spots["dump"][0]


def test_there_and_back_are_two_arrows() -> None:
    there = arrow(Trip("a", "b", energy=False), 1.0, 0.1, ((0.0, 0.0), (3.0, 0.0)))
    back = arrow(Trip("b", "a", energy=False), 1.0, 0.1, ((3.0, 0.0), (0.0, 0.0)))
    assert there.line[len(there.line) // 2, 1] > 0.1
    assert back.line[len(back.line) // 2, 1] < -0.1


def test_arrows_start_and_end_beside_their_nodes() -> None:
    one = arrow(Trip("a", "b", energy=True), 1.0, 0.1, ((0.0, 0.0), (3.0, 4.0)))
    assert hypot(*one.line[0]) == pytest.approx(hypot(*(one.line[-1] - [3.0, 4.0])), abs=1e-9)
    assert np.isfinite(one.outline).all()


def test_widths_go_with_amounts_in_all_variants(run: Run) -> None:
    maps = {v: network_map.trips_of(run, v) for v in run.scenario.variants}
    key = network_map.key_of(run, network_map.located_nodes(run), maps)
    shown = [
        one for trips in maps.values() for one in network_map.arrows(key, trips) if one.width > network_map.THINNEST
    ]
    for energy in (False, True):
        ratios = [one.width / one.value for one in shown if one.trip.energy is energy]
        assert ratios == pytest.approx([ratios[0]] * len(ratios))


def test_energy_goes_from_supplier_to_user_and_out_to_boundary_nodes(run: Run) -> None:
    found = {t: x for t, x in network_map.trips_of(run, "today").items() if t.energy}
    years = 730 / 365.25
    assert found == pytest.approx(
        {
            Trip("aurubis", "town", energy=True): 36 * 2 / years,
            Trip("burner", "town", energy=True): 14 * 2 / years,
            Trip("aurubis", "metal_market", energy=True): 12 * 2 / years,
        }
    )


def test_no_two_names_overlap_and_all_are_on_the_page(run: Run) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = network_map.figures(run)["circular"]
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    assert not [(a, b) for (a, x), (b, y) in combinations(boxes, 2) if x.overlaps(y)]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for _, box in boxes)
    said = "\n".join(text for text, _ in boxes)
    for expected in ("All partnerships (hypothetical)", "km, north is up", "Aurubis", "Waste-to-energy", "MWh/year"):
        assert expected in said


def test_the_widest_arrow_has_its_amount_also_where_it_is_short() -> None:
    """Upon it there is no room: the text stands aside, with a line."""
    one = arrow(Trip("a", "b", energy=True), 5.0, 0.2, ((2.0, 2.0), (2.3, 2.0)))
    taken = [Rect(1.6, 1.8, 1.0, 0.4)]
    assert free_spot(one.line, (0.6, 0.15), taken) is None
    name = aside(one, (0.6, 0.15), taken, (4.0, 4.0))
    assert name
    assert name.leader
    assert not name.rect.overlaps(taken[0])


def test_who_deals_with_nobody_in_any_variant_is_left_out(run: Run) -> None:
    world = run.scenario.world
    idle = world.companies["town"].model_copy(update={"title": "A bank", "location": (51.61, 7.52)})
    more = world.model_copy(update={"companies": {**world.companies, "bank": idle}})
    figure = network_map.figures(replace(run, scenario=replace(run.scenario, world=more)))["circular"]
    assert "A bank" not in {text.get_text() for text in figure.axes[0].texts}


def test_of_a_short_run_all_is_shown_not_a_year(run: Run) -> None:
    time = run.scenario.world.time
    week = time.model_copy(update={"end": time.start + timedelta(days=7)})
    world = run.scenario.world.model_copy(update={"time": week})
    short = replace(run, scenario=replace(run.scenario, world=world))
    trip = Trip("burner", "town", energy=True)
    assert network_map.trips_of(short, "today")[trip] == pytest.approx(14 * 2)
    said = [text.get_text() for text in network_map.figures(short)["today"].axes[0].texts]
    assert not [text for text in said if "year" in text]


def test_without_two_locations_there_is_no_map() -> None:
    assert network_map.figures(synthetic(1, 2026, 12)) == {}
