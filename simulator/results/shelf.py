"""Parts of a study on disk, while a run of many lanes goes on: what is there can be gone on from.

A part is some arrays and a JSON file that is written last: without it the part is not there. Every file appears at
once under its name. The arrays are read where they lie, not into memory.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np

from simulator.engine.ledger import Floats
from simulator.errors import UserError

FOLDER = "blocks"
STUDY = "study.json"


class Some(Protocol):
    """Lanes or replications `first` to `last` of a study, and what came out of them."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


T = TypeVar("T", bound=Some)
Document = dict[str, Any]
Known = dict[Any, Any]
"""What parts have alike, to be held once."""


@dataclass(frozen=True)
class Form(Generic[T]):
    """How parts of a kind are kept."""

    arrays: Callable[[T], Mapping[str, Floats]]
    """Its arrays, by name."""
    document: Callable[[T], Document]
    """All else, as JSON."""
    parsed: Callable[[Document, Known], Document]
    """A document as it was read, sharing with others what they have alike."""
    made: Callable[[Document, Mapping[str, Floats]], T]
    """The part again."""
    names: tuple[str, ...]
    """Of its arrays."""


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """The parts of one study in a folder."""

    folder: Path
    form: Form[T]

    def put(self, part: T) -> None:
        """Keep a part."""
        name = f"{part.first:07}-{part.last:07}"
        for array, values in self.form.arrays(part).items():
            self._array(f"{name}.{array}.npy", values)
        self._text(f"{name}.json", self.form.document(part))

    def _array(self, name: str, values: Floats) -> None:
        draft = self.folder / f"{name}.draft"
        with draft.open("wb") as file:
            np.save(file, np.ascontiguousarray(values), allow_pickle=False)
        draft.replace(self.folder / name)

    def _text(self, name: str, document: Document) -> None:
        draft = self.folder / f"{name}.draft"
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(self.folder / name)

    def parts(self) -> Parts[T]:
        """All that are there, in order."""
        known: Known = {}
        read = ((path, json.loads(path.read_text(encoding="utf-8"))) for path in self._complete())
        return Parts(self.form, tuple((path, self.form.parsed(document, known)) for path, document in read))

    def spans(self) -> list[tuple[int, int]]:
        """First and last of each that is there, in order."""
        names = (path.stem.partition("-") for path in self._complete())
        return [(int(first), int(last)) for first, _, last in names]

    def _complete(self) -> list[Path]:
        return sorted(self.folder.glob("*-*.json"))


@dataclass(frozen=True)
class Parts(Sequence[T]):
    """Parts on disk: arrays are mapped into memory when one is asked for, and let go of with it."""

    form: Form[T]
    found: tuple[tuple[Path, Document], ...]
    """JSON file and content of each."""

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Parts[T]: ...
    def __getitem__(self, place: int | slice) -> T | Parts[T]:
        if isinstance(place, slice):
            return Parts(self.form, self.found[place])
        path, document = self.found[place]
        return self.form.made(document, {name: _mapped(path, name) for name in self.form.names})


def _mapped(path: Path, name: str) -> Floats:
    values: Floats = np.load(path.with_name(f"{path.stem}.{name}.npy"), mmap_mode="r", allow_pickle=False)
    return values


def shelf(folder: Path, study: Document, form: Form[T]) -> Shelf[T]:
    """The shelf in a folder, empty or with the parts of the same study. Raises UserError where it is another's."""
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    found = home / STUDY
    text = json.dumps(study, indent=2, sort_keys=True)
    if not found.exists():
        draft = home / f"{STUDY}.draft"
        draft.write_text(text, encoding="utf-8")
        draft.replace(found)
    elif found.read_text(encoding="utf-8") != text:
        raise UserError(
            f"{folder}: holds part of another run (scenario, seed, replications, sampling or version differ); run "
            "without --resume, or delete it"
        )
    return Shelf(home, form)


def clear(folder: Path) -> None:
    """Remove the shelf of a folder, once nothing more is read from it."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def holds_blocks(folder: Path) -> bool:
    """Whether there is anything to go on from."""
    return any((folder / FOLDER).glob("*-*.json"))
