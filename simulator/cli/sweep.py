"""`kreislauf sweep`: how results answer to a number, or to several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import lanes, options, terminal
from simulator.cli.replications import LATIN, failed_lanes

if TYPE_CHECKING:
    from simulator.cli.program import Session
    from simulator.results.studies import Made
    from simulator.study.sweep import Sweep, Swept


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.varied("PATH=LO:HI:N", "A number and its N values; also PATH=A,B,C. May be given again.")
@options.chosen
@options.replications
@options.sampling
@options.study
def sweep(session: Session, /, variants: str | None, **given: Any) -> None:
    """How do results answer to a number?

    Simulates every variant with every combination of the values of --vary, all else being the same. Bare values have
    the unit of the number in the file. Without FILE, in the flagship.

    \b
    Examples:
      kreislauf sweep my.yaml --vary 'flows.take_back.distance=10 km:90 km:5'
      kreislauf sweep my.yaml --vary companies.recycler.processes.sort.rate=4:12:9 \\
                              --vary companies.brewery.uses.crates.demand=12,15,18
    """
    from simulator.cli.tellings import of_sweep
    from simulator.scenario import ranges
    from simulator.study.sweep import Sweep

    asked = lanes.asked(given)
    if not asked.varied:
        raise click.UsageError("say what to vary: --vary PATH=LO:HI:N")
    repeats = max(1, asked.many.replications)
    varying = lanes.Varying(ranges.points, "choice", lambda some: repeats * prod(len(one.values) for one in some))
    found = lanes.loaded(asked, session.program, varying, options.names(variants))
    wanted = Sweep(found.scenario, found.ranges, asked.many.replications, asked.many.sampling == LATIN)
    lanes.check_size(wanted.lanes, force=asked.force)
    made, folder = _simulated(session, asked, wanted, found)
    if not asked.quiet:
        terminal.warn(failed_lanes(made.failures))
        terminal.tell(of_sweep(made), folder)


def _simulated(session: Session, asked: lanes.Asked, wanted: Sweep, found: lanes.Loaded) -> tuple[Swept, Path]:
    """Reserve the folder, simulate, write: what came out, and where it is."""
    from simulator.report import sweeps
    from simulator.results import prepared
    from simulator.results.studies import write_study
    from simulator.study.sweep import swept

    reserved = prepared(wanted.scenario, asked.out, force=asked.force, resume=asked.many.resume)
    with reserved as target, terminal.progress(quiet=asked.quiet) as progress:
        progress.stage(f"{wanted.lanes:,} lanes")
        blocks, spent = lanes.simulated(wanted.study(), target, asked, progress.advance)
        made = swept(wanted, blocks)
        draw = None if asked.no_plots else partial(sweeps.write, made)
        told = _told(made, found, spent)
        return made, write_study(told, target, session.argv, draw)


def _told(made: Swept, found: lanes.Loaded, spent: Mapping[str, float]) -> Made:
    from simulator.results.provenance import sampling
    from simulator.results.studies import Made

    sweep = made.sweep
    varied = [{"path": one.path, "unit": one.unit, "values": list(one.values)} for one in sweep.ranges]
    return Made(
        kind="sweep",
        scenario=sweep.scenario,
        table=made.table(),
        asked={"vary": varied, "replications": sweep.replications, "sampling": sampling(sweep.latin)},
        failures=made.failures,
        lanes=made.lanes,
        events=made.events,
        residual=made.residual,
        warnings=(*found.warnings, *failed_lanes(made.failures)),
        timings={"load": found.seconds, **spent},
    )
