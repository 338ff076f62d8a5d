"""`kreislauf sensitivity`: which uncertain numbers matter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import lanes, options, terminal

if TYPE_CHECKING:
    from simulator.cli.program import Session
    from simulator.results.studies import Made
    from simulator.study.sensitivity import Inquiry, Sensitivity

METHODS = ("morris", "sobol")
OUTCOMES = ("waste", "not_recycled", "emissions", "cash_flow")
"""Told here too, so that `--help` need not import them; a test compares."""


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True, help="How to find out.")
@click.option("--samples", type=click.IntRange(min=1), help="Trajectories of Morris (20), samples of Sobol (512).")
@options.varied("PATH=LO:HI", "A number that varies evenly between two ends, beside those that the file draws.")
@click.option("--outcome", "outcomes", type=click.Choice(OUTCOMES), multiple=True, help="Only this; may be repeated.")
@click.option("--variant", metavar="NAME", help="Variant to ask about; else the last.")
@click.option("--against", metavar="NAME", help="Ask about what the variant changes against this one.")
@options.study
def sensitivity(session: Session, /, variant: str | None, against: str | None, **given: Any) -> None:
    """Which uncertain numbers matter?

    Every number that the file draws is a factor, and every --vary. Morris moves one factor at a time and tells how
    far an outcome goes over its range (mu*), and how much that depends on the others (sigma): few lanes, good for
    sorting out. Sobol tells which part of an outcome's variance is of a factor alone (S1) and of it with others (ST):
    many lanes. Without FILE, in the flagship.

    \b
    Examples:
      kreislauf sensitivity my.yaml
      kreislauf sensitivity my.yaml --method sobol --samples 1024 --outcome emissions
      kreislauf sensitivity my.yaml --vary companies.recycler.processes.sort.rate=6:18 --against linear
    """
    from simulator.cli.tellings import of_sensitivity
    from simulator.scenario import ranges
    from simulator.study.sensitivity import inquiry

    method, samples, outcomes = (given.pop(name) for name in ("method", "samples", "outcomes"))
    asked = lanes.asked(given)
    wanted = _variants(asked, session.program, variant, against)
    found = lanes.loaded(asked, session.program, lanes.Varying(ranges.ends, "uniform", len), wanted)
    question = inquiry(found.scenario, method, samples, outcomes)
    lanes.check_size(question.lanes, force=asked.force)
    made, folder = _simulated(session, asked, question, found)
    if not asked.quiet:
        terminal.tell(of_sensitivity(made), folder)


def _variants(asked: lanes.Asked, program: str, variant: str | None, against: str | None) -> tuple[str, ...]:
    """The one asked about, and before it the one it is compared with."""
    from simulator.cli import files
    from simulator.errors import UserError
    from simulator.scenario.ranges import variants_in

    known = variants_in(files.scenario(asked.file, program))
    wanted = variant or known[-1]
    if against == wanted:
        raise UserError(f"--against {against}: is the variant asked about itself; name another, or another --variant")
    return (against, wanted) if against else (wanted,)


def _simulated(
    session: Session, asked: lanes.Asked, question: Inquiry, found: lanes.Loaded
) -> tuple[Sensitivity, Path]:
    """Reserve the folder, simulate, write: what came out, and where it is."""
    from simulator.report import sensitivities
    from simulator.results import prepared
    from simulator.results.studies import write_study
    from simulator.study.sensitivity import found_by

    reserved = prepared(question.scenario, asked.out, force=asked.force, resume=asked.many.resume)
    with reserved as target, terminal.progress(quiet=asked.quiet) as progress:
        progress.stage(f"{question.lanes:,} lanes")
        sample = question.sample()
        blocks, spent = lanes.simulated(question.study(sample), target, asked, progress.advance)
        made = found_by(question, sample, blocks)
        draw = None if asked.no_plots else partial(sensitivities.write, made)
        return made, write_study(_told(made, found, spent), target, session.argv, draw)


def _told(made: Sensitivity, found: lanes.Loaded, spent: Mapping[str, float]) -> Made:
    from simulator.results.studies import Made

    question = made.inquiry
    varied = [{"path": one.path, "unit": one.unit, "range": list(one.values)} for one in found.ranges]
    return Made(
        kind="sensitivity",
        scenario=question.scenario,
        table=made.table(),
        asked={"method": question.method.title, "samples": question.samples, "vary": varied},
        failures=made.failures,
        lanes=question.lanes,
        events=made.events,
        residual=made.residual,
        warnings=found.warnings,
        timings={"load": found.seconds, **spent},
    )
