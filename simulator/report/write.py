"""Every picture of a run, as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.report import over_time, sankey, stock_plots, style, totals
from simulator.study.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOTS: Mapping[str, Callable[[Run], Figure]] = {
    "waste_over_time": over_time.waste,
    "emissions_over_time": over_time.emissions,
    "totals": totals.figure,
    "stocks": stock_plots.figure,
}
"""File name → what draws it. A new plot is one more line."""


SVG: Mapping[str, Any] = {"format": "svg", "metadata": {"Date": None}}
"""Arguments of `savefig` with which the same figure gives the same bytes."""


def figures(run: Run) -> Iterator[tuple[str, Figure]]:
    """Name and figure of every plot, then `sankey_<variant>` for every variant."""
    yield from ((name, draw(run)) for name, draw in PLOTS.items())
    yield from ((f"sankey_{variant}", figure) for variant, figure in sankey.figures(run).items())


def write(run: Run, folder: Path) -> list[Path]:
    """All plots as PNG (160 dpi) and SVG in `folder`, which is made if need be; the files in the order drawn.

    The same run gives the same bytes of SVG. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with style.styled():
        return [path for name, figure in figures(run) for path in _save(figure, folder / name)]


def _save(figure: Figure, stem: Path) -> list[Path]:
    png, svg = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    figure.savefig(png)
    figure.set_layout_engine("none")  # laid out once is enough
    figure.savefig(svg, **SVG)
    return [png, svg]
