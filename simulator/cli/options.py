"""Options that several commands have: what a scenario is changed by, where results go, and who does many lanes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from simulator.cli.replications import PLAIN, SAMPLINGS

Command = Callable[..., Any]
Option = Callable[[Command], Command]

chosen = click.option(
    "--variants", metavar="A,B", help="Only these variants; the first named is the one others are compared with."
)
changed = click.option(
    "--set", "sets", metavar="PATH=VALUE", multiple=True, help="Change a number, above all that the file says."
)
seeded = click.option("--seed", type=click.IntRange(min=0), help="Seed of everything drawn, instead of the file's.")
out = click.option("--out", type=click.Path(path_type=Path), help="Folder of this run, instead of one under results/.")
no_plots = click.option("--no-plots", is_flag=True, help="Draw no plots: a run takes less time.")
quiet = click.option("--quiet", is_flag=True, help="Say nothing but errors.")
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show where in the program an error arose.")
replications = click.option(
    "--replications",
    type=click.IntRange(min=0),
    default=0,
    help="Draws of the uncertain numbers, each for every variant.",
)
sampling = click.option(
    "--sampling", type=click.Choice(SAMPLINGS), default=PLAIN, help="How they are spread.", show_default=True
)
workers = click.option("--workers", type=click.IntRange(min=1), help="Processes that share the lanes; else threads.")
cluster = click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler whose workers share the lanes.")
resumed = click.option("--resume", is_flag=True, help="Go on with lanes that were interrupted.")
_SHARED = (
    click.option("--batch", type=click.IntRange(min=1), default=64, help="Lanes done at a time.", show_default=True),
    workers,
    cluster,
    resumed,
)


def shared(command: Command) -> Command:
    """Who does the lanes of a command, how many at a time, and whether it goes on with an interrupted one."""
    return _with(command, _SHARED)


def names(variants: str | None) -> tuple[str, ...] | None:
    """The variants asked for; all where the option is not given."""
    if variants is None:
        return None
    return tuple(name for part in variants.split(",") if (name := part.strip()))


def varied(form: str, text: str) -> Option:
    """What numbers a study varies."""
    return click.option("--vary", "varied", metavar=form, multiple=True, help=text)


def study(command: Command) -> Command:
    """What all studies of many lanes have."""
    force = click.option("--force", is_flag=True, help="Replace the result that --out names; allow very many lanes.")
    return _with(command, (changed, seeded, out, force, no_plots, quiet, *_SHARED, debug, click.pass_obj))


def _with(command: Command, some: tuple[Option, ...]) -> Command:
    for option in reversed(some):
        command = option(command)
    return command
