"""The folder of what coalitions of partnerships show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from simulator.results.package import NAME as PACKAGE
from simulator.results.package import package
from simulator.results.provenance import RECORD, dumps, ending, origin, sampling
from simulator.results.shelf import clear
from simulator.results.tables import write_csv, write_parquet
from simulator.results.target import Target, publish
from simulator.results.write import PLOTS, RESOLVED, disk, files_in, put_text
from simulator.scenario.dump import documents
from simulator.study.coalitions import name_of
from simulator.study.contributions import tables
from simulator.study.partners import Findings
from simulator.study.run import timed

PARTNERS = "partners"
"""What this kind of result is called beneath the folder of its scenario."""
_LARGE = "coalitions"
"""The table that is written as Parquet; the others are CSV."""
Plots = Callable[[Findings, Path], object]


def write_partners(
    found: Findings,
    target: Target,
    argv: Sequence[str],
    plots: Plots | None,
    stage: Callable[[str], object] = str,
) -> Path:
    """Write tables, plots and the record, and return the folder; otherwise as `write`."""
    folder, timings = target.partial, dict(found.timings)
    with disk(target):
        stage("writing tables")
        with timed(timings, "write"):
            made = tables(found)
            write_parquet({_LARGE: made.pop(_LARGE)}, folder)
            for name, frame in made.items():
                write_csv(name, frame, folder / f"{name}.csv")
            put_text(folder / RESOLVED, documents(found.scenario))
            put_text(folder / PACKAGE, dumps(package(found.scenario, folder)))
            clear(folder)
        if plots:
            stage("drawing plots")
            with timed(timings, "plot"):
                plots(found, folder / PLOTS)
        put_text(folder / RECORD, dumps(_record(found, argv, timings, files_in(folder))))
        publish(target)
    return target.folder


def _record(found: Findings, argv: Sequence[str], timings: dict[str, float], written: Sequence[str]) -> dict[str, Any]:
    inquiry = found.inquiry
    named = {name_of(coalition): inquiry.names(coalition) for coalition in inquiry.coalitions} if found.failures else {}
    return {
        **origin(found.scenario, argv),
        "partnerships": list(found.partnerships),
        "coalitions": len(inquiry.coalitions),
        "permutations": None if found.orders is None else 2 * len(found.orders),
        "replications": inquiry.replications,
        "sampling": sampling(inquiry.latin),
        "failed": [{**asdict(failure), "partnerships": named[failure.variant]} for failure in found.failures],
        "lanes": inquiry.lanes - len(found.failures),
        **ending(found.events, found.residual, timings, found.late, written),
    }
