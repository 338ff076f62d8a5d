"""A Sankey diagram as pure geometry, in inches, y downwards: boxes, ribbons, loops beneath, no drawing.

Widths are in proportion to the flows everywhere: at the nodes, along a ribbon, in its loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from simulator.report.layers import Cell, Dummy, Skeleton
from simulator.report.links import Link, Network, Node
from simulator.report.measures import Measures
from simulator.report.shapes import ASIDE, BOX, CLEAR, LINE, PAD, STRAIGHT, TURN, Layout, Loop, Rect, Ribbon, Size


def layout(
    skeleton: Skeleton, network: Network, scale: float, label_sizes: Mapping[Node, Size], narrowest: float = 0.0
) -> Layout:
    """Places for a network's nodes and links.

    `scale` is in inches per t/year, `label_sizes` the width and height of each node's title in inches; columns move
    apart until the whole is `narrowest` inches wide.
    """
    if not network.links:
        return Layout({}, (), (), {}, narrowest, 0.0)
    measures = Measures(skeleton, network, scale, label_sizes)
    found = _placed(measures)
    lacking = (narrowest - found.width) / max(1, len(skeleton.columns) - 1)
    return found if lacking <= 0 else _placed(replace(measures, clear=CLEAR + lacking))


def _placed(measures: Measures) -> Layout:
    skeleton = measures.skeleton
    lanes, lefts, tops = _lanes(measures), _lefts(measures), _tops(measures)
    boxes = {n: measures.box(n, lefts[i], tops[n]) for i, column in enumerate(skeleton.columns) for n in column}
    ports = _Ports(measures, boxes, lanes)
    ribbons = tuple(ports.ribbon(link) for link in measures.network.links if link.pair in skeleton.chains)
    loops = tuple(_loops(measures, ports, lanes, max(box.bottom for box in boxes.values())))
    nodes = {cell: box for cell, box in boxes.items() if isinstance(cell, Node)}
    labels = {node: _label(node, box, measures.sizes[node]) for node, box in nodes.items()}
    return Layout(nodes, ribbons, loops, labels, *_extent([*boxes.values(), *labels.values()], loops))


def _extent(rects: Sequence[Rect], loops: Sequence[Loop]) -> Size:
    """Width and height of all there is."""
    right = max([*(rect.right for rect in rects), *(loop.corners[1][0] + loop.width / 2 for loop in loops)])
    bottom = max([*(rect.bottom for rect in rects), *(loop.corners[2][1] + loop.width / 2 + LINE for loop in loops)])
    return right, bottom


def _label(node: Node, box: Rect, size: Size) -> Rect:
    width, height = size
    if node.side == "company":
        return Rect(box.left + box.width / 2 - width / 2, box.top - height - 0.02, width, height)
    left = box.left - ASIDE - width if node.side == "supply" else box.right + ASIDE
    return Rect(left, box.top + box.height / 2 - height / 2, width, height)


def _lefts(measures: Measures) -> list[float]:
    """Left edge of each column: after the supplies' titles, with room for the loops that bend down or up between."""
    columns = measures.skeleton.columns
    lefts = [_margin(measures) + _bends(measures, 0, incoming=True)]
    for i in range(1, len(columns)):
        bends = _bends(measures, i - 1, incoming=False) + _bends(measures, i, incoming=True)
        lefts.append(lefts[-1] + BOX + measures.clear + bends)
    return lefts


def _margin(measures: Measures) -> float:
    """Room for what of the first column's titles stands to the left of its boxes."""
    first = [cell for cell in measures.skeleton.columns[0] if isinstance(cell, Node)]
    widths = {node: measures.sizes[node][0] for node in first}
    return max([0.0, *((w + ASIDE) if node.side == "supply" else (w - BOX) / 2 for node, w in widths.items())])


def _bends(measures: Measures, column: int, *, incoming: bool) -> float:
    """Width of the loops that bend beside a column, on its left (incoming) or right."""
    bending = _bending(measures, column, incoming=incoming)
    widths = [measures.thick(link) + TURN for _, link in bending]
    return sum(widths) + _clearance(measures, column, incoming=incoming) + TURN if widths else 0.0


def _bending(measures: Measures, column: int, *, incoming: bool) -> list[tuple[Node, Link]]:
    ends = ((link.target if incoming else link.source, link) for link in measures.returning())
    return [(node, link) for node, link in ends if measures.column[node] == column]


def _clearance(measures: Measures, column: int, *, incoming: bool) -> float:
    """Distance that loops keep from a column: they pass the titles of the companies further down."""
    cells = measures.skeleton.columns[column]
    highest = min((cells.index(node) for node, _ in _bending(measures, column, incoming=incoming)), default=len(cells))
    passed = [cell for cell in cells[highest + 1 :] if isinstance(cell, Node) and cell.side == "company"]
    return max([TURN, *((measures.sizes[node][0] - BOX) / 2 for node in passed)])


def _tops(measures: Measures) -> dict[Cell, float]:
    """Upper edge of each cell's extent: as close to its neighbours' height as order and distances allow."""
    columns = measures.skeleton.columns
    height = max((_stacked(measures, column) for column in columns), default=0.0)
    tops: dict[Cell, float] = {}
    for column in columns:
        y = (height - _stacked(measures, column)) / 2
        for cell in column:
            tops[cell] = y
            y += measures.extent(cell) + PAD
    neighbours = _neighbours(measures)
    for sweep in range(24):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            _pull(measures, column, tops, neighbours)
            _separate(measures, column, tops, height)
    highest = min(tops.values(), default=0.0)
    return {cell: top - highest for cell, top in tops.items()}


def _stacked(measures: Measures, column: Sequence[Cell]) -> float:
    return sum(measures.extent(cell) for cell in column) + PAD * (len(column) - 1)


def _neighbours(measures: Measures) -> dict[Cell, list[tuple[Cell, float]]]:
    found: dict[Cell, list[tuple[Cell, float]]] = {}
    for pair, chain in measures.skeleton.chains.items():
        value = sum(link.value for link in measures.pairs[pair])
        for a, b in pairwise(chain):
            pull = value * STRAIGHT ** (isinstance(a, Dummy) + isinstance(b, Dummy))
            found.setdefault(a, []).append((b, pull))
            found.setdefault(b, []).append((a, pull))
    return found


def _pull(
    measures: Measures,
    column: Sequence[Cell],
    tops: dict[Cell, float],
    neighbours: Mapping[Cell, Sequence[tuple[Cell, float]]],
) -> None:
    def middle(cell: Cell) -> float:
        return tops[cell] + measures.centre(cell)

    for cell in column:
        around = neighbours.get(cell, ())
        weight = sum(value for _, value in around)
        if weight:
            tops[cell] += 0.8 * (sum(middle(other) * value for other, value in around) / weight - middle(cell))


def _separate(measures: Measures, column: Sequence[Cell], tops: dict[Cell, float], height: float) -> None:
    """Pushed down from the top, then up from the bottom, until nothing overlaps."""
    edge = 0.0
    for cell in column:
        tops[cell] = max(tops[cell], edge)
        edge = tops[cell] + measures.extent(cell) + PAD
    edge = height
    for cell in reversed(column):
        tops[cell] = min(tops[cell], edge - measures.extent(cell))
        edge = tops[cell] - PAD


def _lanes(measures: Measures) -> dict[Link, int]:
    """Level of each loop beneath the nodes: short ones innermost, those that do not meet side by side."""
    lanes: dict[Link, int] = {}
    taken: list[list[tuple[int, int]]] = []
    spans = {link: (measures.column[link.target], measures.column[link.source]) for link in measures.returning()}
    for link, (first, last) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        free = [i for i, spots in enumerate(taken) if all(last < a - 1 or b + 1 < first for a, b in spots)]
        lanes[link] = free[0] if free else len(taken)
        if not free:
            taken.append([])
        taken[lanes[link]].append((first, last))
    return lanes


class _Ports:
    """Where links touch boxes: from the top in the order of their other ends, loops at the bottom, innermost lowest."""

    def __init__(self, measures: Measures, boxes: Mapping[Cell, Rect], lanes: Mapping[Link, int]) -> None:
        self.measures, self.boxes, self.lanes = measures, boxes, lanes
        self.outgoing = self._sides(0)
        self.incoming = self._sides(1)

    def _sides(self, end: int) -> dict[Link, float]:
        """Middle of each link at its source (end 0) or target (end 1)."""
        sides: dict[Node, list[Link]] = {}
        for link in self.measures.network.links:
            sides.setdefault(link.pair[end], []).append(link)
        found: dict[Link, float] = {}
        for node, links in sides.items():
            found.update(self._stack(node, [link for link in links if link not in self.lanes], end))
            found.update(self._stack_loops(node, [link for link in links if link in self.lanes]))
        return found

    def _stack(self, node: Node, links: list[Link], end: int) -> dict[Link, float]:
        y = self.boxes[node].top
        found = {}
        for link in sorted(links, key=lambda link: self._far(link, end)):
            found[link] = y + self.measures.thick(link) / 2
            y += self.measures.thick(link)
        return found

    def _far(self, link: Link, end: int) -> float:
        chain = self.measures.skeleton.chains[link.pair]
        return self.boxes[chain[1] if end == 0 else chain[-2]].middle[1]

    def _stack_loops(self, node: Node, links: list[Link]) -> dict[Link, float]:
        y = self.boxes[node].bottom
        found = {}
        for link in sorted(links, key=self.lanes.__getitem__):
            found[link] = y - self.measures.thick(link) / 2
            y -= self.measures.thick(link)
        return found

    def ribbon(self, link: Link) -> Ribbon:
        chain = self.measures.skeleton.chains[link.pair]
        ends = [self.outgoing[link], *(self._within(link, cell) for cell in chain[1:-1]), self.incoming[link]]
        steps = tuple(
            ((self.boxes[a].right, ya), (self.boxes[b].left, yb))
            for a, b, ya, yb in zip(chain, chain[1:], ends, ends[1:], strict=False)
        )
        return Ribbon(link, self.measures.thick(link), steps)

    def _within(self, link: Link, dummy: Cell) -> float:
        """Middle of a link in a bundle that passes a column, bundled in the order in which it leaves its source."""
        bundle = sorted(self.measures.pairs[link.pair], key=self.outgoing.__getitem__)
        before = sum(self.measures.thick(other) for other in bundle[: bundle.index(link)])
        return self.boxes[dummy].top + before + self.measures.thick(link) / 2


def _loops(measures: Measures, ports: _Ports, lanes: Mapping[Link, int], bottom: float) -> list[Loop]:
    """Loops, innermost first: lane by lane downwards, outwards on both sides."""
    order = sorted(lanes, key=lambda link: (lanes[link], measures.column[link.target], link.source))
    depth = _depths(measures, lanes, bottom)
    out, back = dict[int, float](), dict[int, float]()
    loops = []
    for link in order:
        width = measures.thick(link)
        source, target = ports.boxes[link.source], ports.boxes[link.target]
        right = _track(measures, out, measures.column[link.source], width, incoming=False)
        left = _track(measures, back, measures.column[link.target], width, incoming=True)
        a, b = (source.right, ports.outgoing[link]), (target.left, ports.incoming[link])
        low = depth[lanes[link]] + width / 2
        turns = ((a[0] + right, a[1]), (a[0] + right, low), (b[0] - left, low), (b[0] - left, b[1]))
        loops.append(Loop(link, width, (a, *turns, b)))
    return loops


def _track(measures: Measures, taken: dict[int, float], column: int, width: float, *, incoming: bool) -> float:
    """Distance of the next loop's middle line from the column."""
    start = taken[column] if column in taken else _clearance(measures, column, incoming=incoming)
    taken[column] = start + width + TURN
    return start + width / 2 + TURN


def _depths(measures: Measures, lanes: Mapping[Link, int], bottom: float) -> dict[int, float]:
    """Upper edge of each lane; under each lane is a line for its labels."""
    depths = {}
    y = bottom + 2 * TURN + 0.08
    for lane in sorted(set(lanes.values())):
        depths[lane] = y
        y += max(measures.thick(link) for link, at in lanes.items() if at == lane) + LINE + TURN
    return depths
