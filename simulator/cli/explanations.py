"""What is said of every kind of error, and the exit code it ends with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from simulator.cli import terminal
from simulator.errors import BalanceError, ScenarioError, UserError

OURS, USERS, BALANCE, INTERRUPTED, UNREAD, TERMINATED = 1, 2, 3, 130, 141, 143
"""Exit codes; UNREAD is that of a program whose output nobody reads."""


def explain(error: Exception, program: str) -> int:
    """Tell the user what went wrong, by the kind of error, and return the exit code."""
    say = next(say for kind, say in EXPLANATIONS if isinstance(error, kind))
    return say(error, program)


def _usage(error: Any, _: str) -> int:
    error.show()
    return USERS


def _interruption(*_: object) -> int:
    terminal.error("interrupted")
    return INTERRUPTED


def _group(error: Any, program: str) -> int:
    lines = "\n".join(map(str, error.exceptions))
    return _faults(lines, program)


def _faults(error: object, program: str) -> int:
    terminal.error(str(error))
    count = len(str(error).splitlines())
    terminal.hint(
        f"{count} {'fault' if count == 1 else 'faults'}, nothing was simulated; the reference in docs/ and "
        f"`{program} schema` say what a file may hold"
    )
    return USERS


def _input(error: Any, _: str) -> int:
    terminal.error(str(error))
    return USERS


def _balance(error: Any, _: str) -> int:
    terminal.error(str(error))
    terminal.hint(
        "the numbers of this run are not to be trusted, and nothing was written; please report it, with the scenario"
    )
    return BALANCE


def _defect(error: Any, _: str) -> int:
    terminal.error(f"a defect of the program, not of your input: {type(error).__name__}: {error}")
    terminal.hint("please report it, with the output of the same command and --debug")
    return OURS


EXPLANATIONS: tuple[tuple[type[Exception], Callable[[Any, str], int]], ...] = (
    (click.Abort, _interruption),
    (click.ClickException, _usage),
    (ScenarioError, _faults),
    (ExceptionGroup, _group),
    (UserError, _input),
    (BalanceError, _balance),
    (Exception, _defect),
)
"""Kinds of errors, and what is said of them; the first that fits counts."""
