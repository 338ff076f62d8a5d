"""What can go wrong, and what the command line makes of it.

    KreislaufError
    ├── UserError            exit code 2: the user's input; the message says what to do
    │   ├── ScenarioError    all faults of a scenario, each with file, line, path and remedy
    │   └── RunError         one that shows only as it is simulated: path and remedy, until file and line are known
    └── BalanceError         exit code 3: a balance does not close

Anything else is a defect of ours: exit code 1. Each survives the way from a worker process as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class KreislaufError(Exception):
    """Base of all errors raised on purpose."""


class UserError(KreislaufError):
    """The input cannot be used as it is."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a scenario."""

    file: str
    line: int
    path: str
    """Dotted path in the file, empty for the file as a whole."""
    message: str
    """What is wrong, and what to do about it."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ScenarioError(UserError):
    """Every fault of a scenario at once, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class RunError(UserError):
    """A scenario that fits its schema cannot be simulated: found where files and lines are not known."""

    def __init__(self, path: str, message: str) -> None:
        self.path, self.message = path, message
        super().__init__(f"{path}: {message}")

    def __reduce__(self) -> tuple[type[RunError], tuple[str, str]]:
        return type(self), (self.path, self.message)


class BalanceError(KreislaufError):
    """Mass or energy was made or lost: the run is not to be trusted."""
