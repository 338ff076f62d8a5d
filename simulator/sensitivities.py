"""`kreislauf sensitivity`: which uncertain numbers matter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator import options

if TYPE_CHECKING:
    from simulator.cli import Session


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.study
def sensitivity(session: Session, /, **given: Any) -> None:
    """Which uncertain numbers matter?"""
