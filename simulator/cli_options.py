"""Options that several commands have."""

from __future__ import annotations

import click

chosen = click.option(
    "--variants", metavar="A,B", help="Only these variants; the first named is the one others are compared with."
)
changed = click.option(
    "--set", "sets", metavar="PATH=VALUE", multiple=True, help="Change a number, above all that the file says."
)
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show where in the program an error arose.")
