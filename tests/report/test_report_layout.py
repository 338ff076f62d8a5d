"""Laws of the Sankey layout, on random networks: no cycle left, nothing overlaps, widths are conserved."""

from __future__ import annotations

from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from simulator.report.geometry import layout
from simulator.report.labels import Label, place
from simulator.report.layers import Dummy, Skeleton, improved, returning, sequence, skeleton
from simulator.report.links import OTHERS, Link, Network, Node, reduced
from simulator.report.measures import value_scale
from simulator.report.room import centre_line, lines_of
from simulator.report.sankey import loop_outline
from simulator.report.shapes import BOX, Layout, Loop, Rect, Ribbon

COMPANIES = [Node(f"c{i}", "company") for i in range(8)]
SUPPLIES = [Node(f"s{i}", "supply") for i in range(3)]
SINKS = [Node(f"k{i}", "sink") for i in range(3)]

amounts = st.floats(0.01, 1000)
links = st.builds(
    Link, st.sampled_from(COMPANIES + SUPPLIES), st.sampled_from(COMPANIES + SINKS), st.sampled_from("abc"), amounts
)
networks = st.lists(links, min_size=1, max_size=30, unique_by=lambda link: (*link.pair, link.material)).map(
    lambda found: reduced(found, 0.0)
)


def weights_of(network: Network) -> dict[tuple[Node, Node], float]:
    found: dict[tuple[Node, Node], float] = {}
    for link in network.links:
        found[link.pair] = found.get(link.pair, 0.0) + link.value
    return found


def laid_out(network: Network) -> tuple[Skeleton, float, Layout]:
    frame = skeleton(network.nodes, weights_of(network))
    scale = value_scale([(frame, network)], 3.0)
    return frame, scale, layout(frame, network, scale, dict.fromkeys(network.nodes, (1.0, 0.3)))


@given(networks)
@limits(deadline=None, max_examples=25)
def test_without_the_returning_pairs_no_cycle_is_left(network: Network) -> None:
    weights = weights_of(network)
    back = returning(network.nodes, weights)
    assert nx.is_directed_acyclic_graph(nx.DiGraph([pair for pair in weights if pair not in back]))


@given(networks)
@limits(deadline=None, max_examples=25)
def test_what_is_in_no_cycle_never_returns(network: Network) -> None:
    weights = weights_of(network)
    component = {n: i for i, c in enumerate(nx.strongly_connected_components(nx.DiGraph(list(weights)))) for n in c}
    assert all(component[s] == component[t] for s, t in returning(network.nodes, weights))


def test_the_lesser_flow_of_a_loop_returns() -> None:
    maker, user = COMPANIES[:2]
    assert returning([maker, user], {(maker, user): 5.0, (user, maker): 3.0}) == {(user, maker)}


@given(networks)
@limits(deadline=None, max_examples=25)
def test_moving_nodes_never_makes_more_return(network: Network) -> None:
    weights = weights_of(network)
    order = sequence(network.nodes, weights)

    def cost(nodes: list[Node]) -> float:
        return sum(w for (s, t), w in weights.items() if nodes.index(s) >= nodes.index(t))

    assert cost(improved(order, weights)) <= cost(order) * (1 + 1e-9)


@given(networks)
@limits(deadline=None, max_examples=25)
def test_supplies_stand_left_sinks_right_and_arcs_cross_one_gap_at_a_time(network: Network) -> None:
    frame, _, _ = laid_out(network)
    column = {cell: i for i, cells in enumerate(frame.columns) for cell in cells}
    assert sum(map(len, frame.columns)) == len(column)
    assert all(column[b] == column[a] + 1 for chain in frame.chains.values() for a, b in pairwise(chain))
    for node in network.nodes:
        expected = {"supply": 0, "sink": len(frame.columns) - 1}.get(node.side, column[node])
        assert column[node] == expected


@given(networks)
@limits(deadline=None, max_examples=20)
def test_boxes_and_titles_do_not_overlap(network: Network) -> None:
    _, _, found = laid_out(network)
    assert not [pair for pair in combinations(found.boxes.values(), 2) if pair[0].overlaps(pair[1])]
    by_column: dict[float, list[Rect]] = {}
    for node, label in found.labels.items():
        by_column.setdefault(found.boxes[node].left, []).append(label)
    assert not [pair for rects in by_column.values() for pair in combinations(rects, 2) if pair[0].overlaps(pair[1])]


@given(networks)
@limits(deadline=None, max_examples=20)
def test_widths_are_in_proportion_and_fill_the_boxes(network: Network) -> None:
    """At each side of a box the links lie within it and beside each other: the larger side fills it."""
    _, scale, found = laid_out(network)
    ends: dict[tuple[Node, str], list[tuple[float, float]]] = {}
    items: list[Ribbon | Loop] = [*found.ribbons, *found.loops]
    for item in items:
        assert item.width == pytest.approx(scale * item.link.value)
        line = [p for step in item.steps for p in step] if isinstance(item, Ribbon) else list(item.corners)
        for node, side, (_, y) in ((item.link.source, "out", line[0]), (item.link.target, "in", line[-1])):
            ends.setdefault((node, side), []).append((y - item.width / 2, y + item.width / 2))
    for (node, _), spans in ends.items():
        box = found.boxes[node]
        ordered = sorted(spans)
        assert ordered[0][0] >= box.top - 1e-9
        assert ordered[-1][1] <= box.bottom + 1e-9
        assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(ordered))
    for node, box in found.boxes.items():
        widest = max(sum(b - a for a, b in ends.get((node, side), ())) for side in ("in", "out"))
        assert box.height == pytest.approx(max(widest, 0.03))


@given(networks)
@limits(deadline=None, max_examples=20)
def test_ribbons_run_rightwards_and_loops_back_beneath_everything(network: Network) -> None:
    _, _, found = laid_out(network)
    assert all(x0 < x1 for ribbon in found.ribbons for (x0, _), (x1, _) in ribbon.steps)
    lowest = max(box.bottom for box in found.boxes.values())
    for loop in found.loops:
        (right, low), (left, _) = loop.corners[2], loop.corners[3]
        assert left < right
        assert low - loop.width / 2 > lowest
        assert low + loop.width / 2 < found.height
        assert min(x for x, _ in loop_outline(loop)) >= -1e-9


@given(networks)
@limits(deadline=None, max_examples=20)
def test_loops_beneath_do_not_overlap(network: Network) -> None:
    _, _, found = laid_out(network)
    beneath = [
        Rect(
            loop.corners[3][0], loop.corners[3][1] - loop.width / 2, loop.corners[2][0] - loop.corners[3][0], loop.width
        )
        for loop in found.loops
    ]
    assert not [pair for pair in combinations(beneath, 2) if pair[0].overlaps(pair[1])]


def labels_of(found: Layout) -> dict[Link, Label]:
    items: list[Ribbon | Loop] = [*found.ribbons, *found.loops]
    texts = {item.link: (f"{item.link.material} {item.link.value:.3g}",) for item in items}
    return place(found, texts, lambda text: (0.07 * len(text), 0.14))


@given(networks)
@limits(deadline=None, max_examples=20)
def test_labels_overlap_nothing(network: Network) -> None:
    _, _, found = laid_out(network)
    labels = [label.rect for label in labels_of(found).values()]
    inked = [Rect(rect.left + 0.02, rect.top + 0.04, rect.width - 0.04, rect.height - 0.08) for rect in labels]
    assert not [pair for pair in combinations(inked, 2) if pair[0].overlaps(pair[1])]
    assert not [1 for a in inked for b in (*found.boxes.values(), *found.labels.values()) if a.overlaps(b)]
    assert not [1 for a in inked for loop in found.loops for b in lines_of(loop) if a.overlaps(b)]
    assert all(rect.left > -0.02 and rect.right < found.width + 0.02 for rect in labels)


@given(networks)
@limits(deadline=None, max_examples=20)
def test_no_label_stands_upon_another_flow(network: Network) -> None:
    """Its letters, and the line that leads from it, touch no band but its own."""
    _, _, found = laid_out(network)
    for link, label in labels_of(found).items():
        inked = Rect(label.rect.left, label.rect.top + 0.04, label.rect.width, label.rect.height - 0.08)
        parts = [inked, *([_line(label.leader)] if label.leader else [])]
        others = [ribbon for ribbon in found.ribbons if ribbon.link != link and ribbon.width > 0.03]
        assert not [ribbon.link for ribbon in others for part in parts if _touch(ribbon, part)]


@given(networks)
@limits(deadline=None, max_examples=20)
def test_labels_stand_upon_their_band_or_lead_to_it(network: Network) -> None:
    _, _, found = laid_out(network)
    labels = labels_of(found)
    for ribbon in found.ribbons:
        label = labels.get(ribbon.link)
        if label and label.leader:
            x, y = label.leader[1]
            assert y == pytest.approx(float(centre_line(ribbon, np.array([x]))[0]))
        elif label:
            assert ribbon.width >= label.rect.height - 0.06
            assert _touch(ribbon, label.rect)


def _line(ends: tuple[tuple[float, float], tuple[float, float]]) -> Rect:
    (x, y0), (_, y1) = ends
    return Rect(x, min(y0, y1), 0.0, abs(y1 - y0))


def _touch(ribbon: Ribbon, rect: Rect) -> bool:
    """Whether a ribbon passes a rectangle deeper than the raster is fine."""
    x = np.linspace(rect.left, rect.right, 50)
    x = x[(x > ribbon.steps[0][0][0] + 0.02) & (x < ribbon.steps[-1][1][0] - 0.02)]
    middle, half = centre_line(ribbon, x), ribbon.width / 2 - 0.03
    return bool(((middle - half < rect.bottom) & (middle + half > rect.top)).any())


def test_a_high_band_has_its_label_upon_it_a_low_one_beside_it() -> None:
    wide, thin = (Link(COMPANIES[0], COMPANIES[i], "x", value) for i, value in ((1, 30.0), (2, 1.0)))
    ribbons = (Ribbon(wide, 0.3, (((0.1, 1.0), (2.0, 1.0)),)), Ribbon(thin, 0.02, (((0.1, 1.5), (2.0, 1.5)),)))
    boxes = {COMPANIES[0]: Rect(0.0, 0.5, 0.1, 1.2)}
    labels = labels_of(Layout(boxes, ribbons, (), {}, 2.0, 2.0))
    assert labels[wide].leader is None
    assert labels[wide].rect.middle[1] == pytest.approx(1.0)
    assert labels[thin].leader
    assert abs(labels[thin].rect.middle[1] - 1.5) > 0.07


def test_between_two_bands_without_room_there_is_no_label() -> None:
    """Neither upon itself nor upon its neighbours."""
    middle = Link(COMPANIES[0], COMPANIES[1], "b", 0.5)
    beside = [Link(COMPANIES[0], COMPANIES[i], "a", 50.0) for i in (2, 3)]
    ribbons = tuple(
        Ribbon(link, width, (((0.1, y), (2.0, y)),))
        for link, width, y in ((beside[0], 0.8, 0.5), (middle, 0.02, 0.92), (beside[1], 0.8, 1.34))
    )
    labels = labels_of(Layout({COMPANIES[0]: Rect(0.0, 0.1, 0.1, 1.6)}, ribbons, (), {}, 2.0, 1.8))
    assert middle not in labels
    assert set(labels) == set(beside)


@given(networks, st.randoms())
@limits(deadline=None, max_examples=10)
def test_the_order_of_the_links_changes_nothing(network: Network, random: object) -> None:
    shuffled = list(network.links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert laid_out(reduced(shuffled, 0.0))[2] == laid_out(network)[2]


@given(st.lists(links, max_size=80), st.floats(0, 500))
@limits(deadline=None, max_examples=25)
def test_bundling_keeps_all_mass_or_says_what_is_missing(found: list[Link], smallest: float) -> None:
    network = reduced(found, smallest, most=10)
    shown = sum(link.value for link in network.links)
    assert shown + network.dropped_value == pytest.approx(sum(link.value for link in found))
    assert all(link.value >= smallest for link in network.links)
    assert sum(link.material != OTHERS for link in network.links) >= min(10, sum(x.value >= smallest for x in found))


def test_a_loop_keeps_its_width_round_the_corners() -> None:
    a, b = COMPANIES[:2]
    network = Network((Link(a, b, "x", 5.0), Link(b, a, "y", 3.0)))
    _, scale, found = laid_out(network)
    (loop,) = found.loops
    outline = loop_outline(loop)
    half = len(outline) // 2
    for (x0, y0), (x1, y1) in zip(outline[:half], outline[half:][::-1], strict=True):
        assert ((x0 - x1) ** 2 + (y0 - y1) ** 2) ** 0.5 == pytest.approx(3.0 * scale)


def test_a_link_that_skips_a_column_passes_between_its_nodes() -> None:
    a, b, c = COMPANIES[:3]
    network = Network((Link(a, b, "x", 5.0), Link(a, c, "x", 4.0), Link(b, c, "x", 5.0)))
    frame, _, found = laid_out(network)
    assert any(isinstance(cell, Dummy) for cell in frame.columns[1])
    (ribbon,) = [r for r in found.ribbons if r.link.pair == (a, c)]
    (_, (x0, y0)), ((x1, y1), _) = ribbon.steps
    assert (x1 - x0, y1) == pytest.approx((BOX, y0))
    passed = Rect(x0, y0 - ribbon.width / 2, BOX, ribbon.width)
    assert not passed.overlaps(found.boxes[b])
    assert not passed.overlaps(found.labels[b])


def test_a_company_that_sends_to_itself_has_a_loop() -> None:
    _, _, found = laid_out(Network((Link(COMPANIES[0], COMPANIES[0], "x", 1.0),)))
    assert len(found.loops) == 1


def test_nothing_flows_nothing_is_placed() -> None:
    network = Network(())
    assert laid_out(network)[2].boxes == {}


def test_the_centre_line_is_that_of_the_curve_that_is_drawn() -> None:
    """A cubic Bézier curve with level ends passes its middle at half its height."""
    ribbon = Ribbon(Link(COMPANIES[0], COMPANIES[1], "x", 1.0), 0.1, (((0.0, 0.0), (2.0, 1.0)),))
    assert centre_line(ribbon, np.array([-1.0, 0.0, 1.0, 2.0, 3.0])) == pytest.approx([0, 0, 0.5, 1, 1], abs=1e-3)
