"""The factor library: numbers of others that their licences allow to ship, each with its source.

The rows stand in `simulator/factors/factors.csv`, what may stand there in `LICENCES.md` beside it. An id reads from the
general to the particular: region, what, year, then what is special about it, as in `de.grid.2024.upstream`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files

from simulator.scenario.wrong import Wrong, nearest, shown

COLLECTION_ONLY = "collection_only"
"""Last part of the id of a factor that leaves the treatment of waste itself out."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One number, as its source prints it."""

    id: str
    value: float
    unit: str
    year: int
    """Year it holds for."""
    edition: str
    """Of the source: many revise the whole series every year."""
    region: str
    boundary: str
    """What it includes and what not."""
    gwp: str
    """GWP set its CO2e was made with, `ar4`, `ar5` or `ar6`; empty where no gas but CO2 is in it."""
    source: str
    address: str
    licence: str
    checked: str
    """How the number was checked: `read` in the source, `secondary`, `computed`, or true by `definition`."""

    def citation(self) -> str:
        """The source in one line."""
        return f"{self.source} ({self.region} {self.year}, edition {self.edition}): {self.boundary}"


def entry(name: object) -> Entry:
    """The entry of an id. Raises Wrong where there is none."""
    known = _entries()
    if not isinstance(name, str) or name not in known:
        close = nearest(name, known)
        advice = f"did you mean {close}?" if close else "docs/factors.md lists them all"
        raise Wrong(f"unknown factor {shown(name)}, {advice}", ("factor",))
    return known[name]


def entries(pattern: str = "*") -> tuple[Entry, ...]:
    """Entries whose id fits a pattern such as `de.grid.*`, or has it as a part, in order of id."""
    return tuple(item for name, item in sorted(_entries().items()) if fnmatch(name, pattern) or pattern in name)


@cache
def _entries() -> Mapping[str, Entry]:
    text = (files("simulator") / "factors" / "factors.csv").read_text(encoding="utf-8")
    return {row["id"]: _entry(row) for row in csv.DictReader(text.splitlines())}


def _entry(row: Mapping[str, str]) -> Entry:
    texts = {name: text for name, text in row.items() if name not in {"value", "year"}}
    return Entry(value=float(row["value"]), year=int(row["year"]), **texts)
