"""How the command line speaks: results to stdout, everything else to stderr, colour only where someone can see it.

rich is imported when the first table or progress bar is drawn.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from simulator.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from rich.table import Table

    from simulator.cli.summary import Summary
    from simulator.cli.tellings import Telling
    from simulator.scenario.scenario import Scenario
    from simulator.study.cases import Verdict
    from simulator.study.run import Run

PATIENCE = 60.0
"""Seconds without a word that one waits gladly, where no bar can be drawn."""
MEMORY = 600.0
"""Seconds of which the estimate of what remains is made: blocks of lanes may take a minute each."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a long run tells where it is."""

    stage: Callable[[str], None]
    """What is being done now, beside the bar."""
    advance: Callable[[float], None]
    """The simulated fraction, 0 to 1."""


def flush() -> None:
    """Hand over what was said. Raises BrokenPipeError where nobody reads it."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def fall_silent() -> None:
    """Say nothing more: what is left in the buffers goes nowhere, and the interpreter's own last flush succeeds."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
            continue
        os.dup2(nowhere, stream.fileno())


def error(text: str) -> None:
    """One or more lines in red."""
    for line in text.splitlines():
        _say(line, fg="red")


def hint(text: str) -> None:
    """What to do next."""
    _say(text)


def warn(warnings: Sequence[str], but: Sequence[str] = ()) -> None:
    """A yellow line for each warning but those already told."""
    for warning in warnings:
        if warning not in but:
            _say(f"warning: {warning}", fg="yellow")


def _say(line: str, fg: str | None = None) -> None:
    click.secho(line, err=True, fg=fg, color=False if os.environ.get("NO_COLOR") else None)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """A bar on a terminal; elsewhere, as in the log of a batch job, a line now and then; with `quiet` nothing."""
    if quiet or not sys.stderr.isatty():
        with _notices(_silent if quiet else hint):
            yield Progress(_silent, _silent if quiet else _lines(hint))
        return
    with _bar() as bar, _notices(bar.console.print):
        task = bar.add_task("simulating", total=1.0)
        yield Progress(
            stage=lambda name: bar.update(task, description=name),
            advance=lambda fraction: bar.update(task, completed=fraction),
        )


@contextmanager
def _notices(say: Callable[[str], None]) -> Iterator[None]:
    """Say what the simulator notes in its log: that it compiles its kernels, and the user has to wait."""
    log, notices = logging.getLogger("simulator"), logging.Handler(logging.INFO)
    notices.emit = lambda record: say(record.getMessage())  # type: ignore[method-assign]
    level = log.level
    log.addHandler(notices)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(notices)


def _silent(_: object) -> None:
    """Say nothing."""


def _lines(say: Callable[[str], None]) -> Callable[[float], None]:
    """Say how much of long work is done, each time after `PATIENCE`."""
    start = told = monotonic()

    def advance(fraction: float) -> None:
        nonlocal told
        now = monotonic()
        if now - told >= PATIENCE:
            told = now
            say(f"{fraction:.0%} done after {(now - start) / 60:.0f} min")

    return advance


def _bar() -> Any:
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
    )
    console = Console(stderr=True, highlight=False)
    return bars.Progress(*columns, console=console, transient=True, speed_estimate_period=MEMORY)


def summarise(run: Run, folder: Path) -> None:
    """What came out, in about a dozen lines on stdout."""
    from rich.console import Console

    from simulator.cli.summary import summary

    console = Console(highlight=False, markup=False, soft_wrap=True)
    said = summary(run, console.width)
    console.print(said.heading, style="bold")
    console.print(_table(said))
    for line in said.notes:
        console.print(line)
    console.print(f"tables and plots: {shown(folder)}")


def compare(found: Sequence[Verdict]) -> None:
    """How models of others compare with ours."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from simulator.cli.casebook import FIGURES, conclusion, row

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("case, source, quantity", overflow="fold")
    for name in FIGURES:
        table.add_column(name, justify="right", no_wrap=True)
    for case, verdicts in groupby(found, key=lambda verdict: (verdict.case, verdict.source)):
        table.add_row(case[0], style="bold")
        table.add_row(case[1], style="dim")
        for verdict in verdicts:
            quantity, *figures = row(verdict)
            table.add_row(f"  {quantity}", *figures)
        table.add_section()
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(table)
    console.print(conclusion(found))


def tell(said: Telling, folder: Path) -> None:
    """What came out of a study of many lanes, on stdout."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for n, column in enumerate(said.columns):
        table.add_column(column, justify="left" if n < said.words else "right", min_width=said.width(n))
    for row in said.rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(said.heading, style="bold")
    console.print(table)
    for line in said.notes:
        console.print(line)
    console.print(f"{'table and plots' if (folder / 'plots').is_dir() else 'table'}: {shown(folder)}")


def shown(folder: Path) -> str:
    """A folder as one would type it from here."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def seen_from_here(error: ScenarioError, folder: Path) -> ScenarioError:
    """The same faults with the paths of their files as one would type them from here; `folder` is the scenario's."""
    moved = (fault if fault.file.startswith("--") else _moved(fault, folder) for fault in error.faults)
    return ScenarioError(moved)


def _moved(fault: Fault, folder: Path) -> Fault:
    return replace(fault, file=shown(folder / fault.file))


def placed(warnings: Sequence[str], scenario: Scenario) -> list[str]:
    """Warnings with the paths of the files they begin with as one would type them from here."""
    folder = Path(scenario.path).parent
    return [shown(folder / text) if text.partition(":")[0] in scenario.files else text for text in warnings]


def _table(said: Summary) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for heading in said.columns:
        table.add_column(heading, justify="right", overflow="fold")
        table.add_column("±" if heading != said.columns[0] else "", justify="right")
    for row in said.rows:
        table.add_row(row.label, *(text for cell in row.cells for text in (cell.value, cell.change)))
    return table
