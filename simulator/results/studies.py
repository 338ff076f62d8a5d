"""The folder of a study of many lanes that is no run: one table, pictures, and how it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.results.provenance import RECORD, dumps, ending, origin
from simulator.results.shelf import clear
from simulator.results.target import Target, publish
from simulator.results.write import PLOTS, RESOLVED, disk, files_in, put_text
from simulator.scenario.dump import documents
from simulator.scenario.scenario import Scenario
from simulator.study.replication import Failure
from simulator.study.run import timed

if TYPE_CHECKING:
    import pandas as pd

Draw = Callable[[Path], object]
"""Draws pictures into a folder, which it makes."""


@dataclass(frozen=True)
class Made:
    """What a study leaves."""

    kind: str
    """`sweep` or `sensitivity`; the name of its table, too."""
    scenario: Scenario
    table: pd.DataFrame
    asked: Mapping[str, Any]
    """What was asked for, as it stands in run.json."""
    failures: Sequence[Failure]
    lanes: int
    events: int
    residual: float
    warnings: Sequence[str]
    timings: Mapping[str, float]


def write_study(made: Made, target: Target, argv: Sequence[str], draw: Draw | None) -> Path:
    """Write the table, the scenario as it was run, pictures and run.json; the folder.

    Raises UserError where the disk refuses; the folder then does not appear. It is not noted as the newest run.
    """
    folder, timings = target.partial, dict(made.timings)
    with disk(target):
        with timed(timings, "write"):
            made.table.to_csv(folder / f"{made.kind}.csv", index=False, lineterminator="\n", encoding="utf-8")
            put_text(folder / RESOLVED, documents(made.scenario))
        if draw:
            with timed(timings, "plot"):
                draw(folder / PLOTS)
        clear(folder)
        put_text(folder / RECORD, dumps(_record(made, argv, timings, files_in(folder))))
        publish(Target(target.folder, folder, None))
    return target.folder


def _record(made: Made, argv: Sequence[str], timings: Mapping[str, float], files: Sequence[str]) -> dict[str, Any]:
    return {
        "study": made.kind,
        **origin(made.scenario, argv),
        **made.asked,
        "lanes": made.lanes,
        "failed": [asdict(failure) for failure in made.failures],
        **ending(made.events, made.residual, timings, made.warnings, files),
    }
