"""The command `match`: whose waste could be whose feed?"""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

import click

from simulator.cli import files, terminal
from simulator.cli.options import changed, debug
from simulator.errors import ScenarioError


class _Finite(click.FloatRange):
    """A range that infinity and what is not a number are no part of."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = float(super().convert(value, param, ctx))
        if not isfinite(found):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return found


_FIT = "Part of what is useful in the feed that a waste must have, too."
_DISTANCE = "Length of a way that no flow and no locations tell."


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--variant", metavar="NAME", help="Variant to look at; else the first.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 99), help="So many are written and tried.")
@click.option("--fit", default=0.5, show_default=True, type=_Finite(0, 1), help=_FIT)
@click.option("--distance", default=50.0, show_default=True, type=_Finite(0), metavar="KM", help=_DISTANCE)
@click.option("--skip", metavar="NAME", multiple=True, help="Leave out a company, boundary node, process or material.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write, in FILE's folder; else FILE_match.yaml.")
@click.option("--plot", is_flag=True, help="Draw what they save, beside the file: .png and .svg.")
@click.option("--force", is_flag=True, help="Replace that file.")
@changed
@debug
@click.pass_context
def match(context: click.Context, /, file: Path | None, **given: Any) -> None:
    """Whose waste could be whose feed?

    Simulates a variant, holds what its companies throw away against what others buy new or lack, and ranks the pairs by
    what both ends save. The best are written as a scenario that extends FILE, and each is simulated. Without FILE, the
    flagship.

    \b
    Examples:
      kreislauf match
      kreislauf match my.yaml --variant today --top 5
      kreislauf match my.yaml --distance 80 --fit 0.7 --skip assembly --out my_pairs.yaml --force
    """
    from simulator.cli.matches import Wanted, answer, matched

    program = context.find_root().info_name or ""
    path = files.scenario(file, program)
    try:
        with terminal.progress(quiet=False) as progress:
            found = matched(path, Wanted(**given), progress)
    except ScenarioError as error:
        raise terminal.seen_from_here(error, path.parent) from error
    click.echo("\n".join(answer(found, program)))
