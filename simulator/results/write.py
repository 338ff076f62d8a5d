"""Fill a run's folder, then give it its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from simulator.errors import UserError
from simulator.results.package import NAME as PACKAGE
from simulator.results.package import package
from simulator.results.provenance import RECORD, dumps, record
from simulator.results.shelf import clear
from simulator.results.tables import write_ensemble, write_tables
from simulator.results.target import Target, publish
from simulator.scenario.dump import documents
from simulator.study.run import Run, timed

RESOLVED = "scenario.resolved.yaml"
PLOTS = "plots"
Plots = Callable[[Run, Path], object]
"""Draws a run into a folder, which it makes."""


def write(
    run: Run,
    target: Target,
    argv: Sequence[str],
    plots: Plots | None,
    *,
    csv: bool = False,
    stage: Callable[[str], object] = str,
) -> Path:
    """Write everything a run leaves and return its folder.

    `argv` is the command line, kept in run.json; without `plots` nothing is drawn; `stage` is told what begins.
    Raises `UserError` where the disk refuses; the folder then does not appear.
    """
    folder = target.partial
    timings = dict(run.timings)
    with disk(target):
        stage("writing tables")
        with timed(timings, "write"):
            write_tables(run.tables, folder, csv=csv)
            if run.ensemble is not None:
                write_ensemble(run.ensemble, folder, csv=csv)
            put_text(folder / RESOLVED, documents(run.scenario))
            put_text(folder / PACKAGE, dumps(package(run.scenario, folder)))
        if plots:
            stage("drawing plots")
            with timed(timings, "plot"):
                plots(run, folder / PLOTS)
        clear(folder)
        put_text(folder / RECORD, dumps(record(run, argv, timings, files_in(folder))))
        publish(target)
    return target.folder


@contextmanager
def disk(target: Target) -> Iterator[None]:
    """Say where, and that it is the disk, when a file cannot be written."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.IOException, duckdb.TransactionException) as error:
        raise UserError(f"{target.folder}: cannot be written ({error}); choose another --out") from error


def put_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def files_in(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
