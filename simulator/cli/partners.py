"""The command `partners`: what does each partnership contribute?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import files, lanes, terminal
from simulator.cli.options import changed, cluster, debug, no_plots, out, quiet, resumed, sampling, seeded, workers
from simulator.cli.replications import LATIN, keeping, require_one, workers_of
from simulator.errors import ScenarioError

if TYPE_CHECKING:
    from simulator.study.partners import Question


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    file: Path | None
    variant: str | None
    sets: tuple[str, ...]
    seed: int | None
    most: int
    permutations: int
    replications: int
    sampling: str
    workers: int | None
    cluster: str | None
    resume: bool
    out: Path | None
    force: bool
    no_plots: bool
    quiet: bool

    @property
    def changes(self) -> tuple[str, ...]:
        """What the file is changed by."""
        return self.sets if self.seed is None else (*self.sets, f"seed={self.seed}")

    def question(self) -> Question:
        """The part of it that decides numbers. Raises UserError where options exclude each other."""
        from simulator.study.partners import Question

        require_one(self.workers, self.cluster)
        latin = self.sampling == LATIN
        return Question(self.variant, self.most, self.permutations, self.replications, latin)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--variant", metavar="NAME", help="Variant to ask for; else the one with most partnerships.")
@changed
@seeded
@click.option(
    "--most", type=click.IntRange(1, 20), default=12, show_default=True, help="Simulate every coalition of so many."
)
@click.option(
    "--permutations",
    type=click.IntRange(4, 1_000_000),
    default=200,
    show_default=True,
    help="Of more, sample so many orders.",
)
@click.option("--replications", type=click.IntRange(0), default=0, help="Draws of the uncertain numbers, for each.")
@sampling
@workers
@cluster
@resumed
@out
@click.option("--force", is_flag=True, help="Replace the result that --out names; allow very many lanes.")
@no_plots
@quiet
@debug
@click.pass_context
def partners(context: click.Context, /, **given: Any) -> None:
    """Which partnerships are worth it, for whom, and which need each other?

    Simulates a variant with every coalition of its partnerships; of many, with those met in sampled orders of joining.
    Without FILE, in the flagship.

    \b
    Examples:
      kreislauf partners my.yaml
      kreislauf partners --variant today
      kreislauf partners my.yaml --replications 100 --workers 4
    """
    request = Request(**given)
    path = files.scenario(request.file, context.find_root().info_name or "")
    try:
        lines = _answered(context.obj.argv, request, path)
    except ScenarioError as error:
        raise terminal.seen_from_here(error, path.parent) from error
    if not request.quiet:
        click.echo("\n".join(lines))


def _answered(argv: Sequence[str], request: Request, path: Path) -> list[str]:
    """Reserve the folder, simulate, write: what to say."""
    from simulator import results
    from simulator.cli.contributions import answer
    from simulator.report.partners import write
    from simulator.results import forms, provenance, shelf
    from simulator.study.partners import ask, simulate

    asked = ask(path, request.question(), request.changes)
    if request.replications:
        lanes.check_size(asked.inquiry.lanes, force=request.force)
    if request.replications and asked.inquiry.scenario.world.noisy and not request.quiet:
        terminal.warn(["numbers that have `noise` stand still here: coalitions are compared at what is drawn once"])
    reserved = results.prepared(
        asked.inquiry.scenario, request.out, force=request.force, resume=request.resume, kind=results.PARTNERS
    )
    with reserved as target, terminal.progress(quiet=request.quiet) as progress:
        progress.stage(f"{asked.inquiry.lanes} lanes of {len(asked.inquiry.coalitions)} coalitions")
        store = shelf.shelf(target.partial, provenance.identity_of_coalitions(asked), forms.PARTS)
        with keeping(target):
            found = simulate(asked, workers_of(request.workers, request.cluster), progress.advance, store)
        plots = None if request.no_plots else write
        folder = results.write_partners(found, target, argv, plots, progress.stage)
    return [*answer(found), f"tables and plots: {terminal.shown(folder)}"]
