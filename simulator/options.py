"""What the commands have in common: what a call of the program knows about itself, and options of several commands."""

from __future__ import annotations

from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Session:
    """What one call of the program knows about itself."""

    program: str
    """As the user would type it."""
    argv: tuple[str, ...]


chosen = click.option(
    "--variants", metavar="A,B", help="Only these variants; the first named is the one others are compared with."
)
changed = click.option(
    "--set", "sets", metavar="PATH=VALUE", multiple=True, help="Change a number, above all that the file says."
)
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show where in the program an error arose.")
