"""Every picture of a run, as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from simulator.report import (
    age_plots,
    bands,
    differences,
    energy,
    money,
    network_map,
    over_time,
    sankey,
    stock_plots,
    style,
    targets,
    totals,
)
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOTS: Mapping[str, Callable[[Run], Figure | None]] = {
    "waste_over_time": over_time.waste,
    "emissions_over_time": over_time.emissions,
    "totals": totals.figure,
    "differences": differences.figure,
    "stocks": stock_plots.figure,
    "retirements": age_plots.retirements,
    "money": money.figure,
    "targets": targets.figure,
}
"""File name → what draws it, None where there is nothing to draw. A new plot is one more line."""
SERIES: Mapping[str, Callable[[Run], Mapping[str, Figure]]] = {
    "ages": age_plots.figures,
    "bands": bands.figures,
    "energy": energy.figures,
    "map": network_map.figures,
    "sankey": sankey.figures,
}
"""The same for several figures of one kind, by carrier or variant: `sankey_<variant>`."""

SVG: Mapping[str, Any] = {"metadata": {"Date": None}}
"""With it, the same figure gives the same bytes."""
PNG: Mapping[str, Any] = {"pil_kwargs": {"compress_level": 2}}
"""A third of the time of Pillow's own choice, for hardly more bytes."""


def figures(run: Run) -> Iterator[tuple[str, Figure]]:
    """Name and figure of every plot, one after another."""
    yield from ((name, figure) for name, draw in PLOTS.items() if (figure := draw(run)))
    yield from ((f"{name}_{item}", figure) for name, draw in SERIES.items() for item, figure in draw(run).items())


def write(run: Run, folder: Path) -> list[Path]:
    """All plots as PNG (160 dpi) and SVG in `folder`, which is made if need be; the files in the order drawn.

    The same run gives the same bytes of SVG. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with style.styled():
        return [path for name, figure in figures(run) for path in save(figure, folder / name)]


def save(figure: Figure, stem: Path) -> list[Path]:
    png, svg = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    save_png(figure, png)
    figure.set_layout_engine("none")  # laid out once is enough
    save_svg(figure, svg)
    return [png, svg]


def save_png(figure: Figure, to: Path | BinaryIO) -> None:
    """As `savefig` would, without its trial drawing before the drawing."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure).print_png(to, **PNG)  # type: ignore[no-untyped-call]


def save_svg(figure: Figure, to: Path | BinaryIO) -> None:
    """The same for SVG."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(figure).print_svg(to, **SVG)  # type: ignore[no-untyped-call]
