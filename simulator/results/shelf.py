"""Parts of a study on disk, while a run of many lanes goes on: what is there can be gone on from.

A part is some arrays and a JSON file that is written last: without it the part is not there. Every file appears at
once under its name. The arrays are read where they lie, not into memory. After a power cut a file may have its name and
not its content, so that parts hold their sha256: one that is not what was written is not gone on from.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np

from simulator.engine.ledger import Floats
from simulator.errors import UserError

FOLDER = "blocks"
STUDY = "study.json"
_DIGEST = "sha256"
_log = logging.getLogger(__name__)


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
        """Keep a part. Raises UserError where the disk refuses."""
        name = f"{part.first:07}-{part.last:07}"
        with _disk(self.folder.parent):
            for array, values in self.form.arrays(part).items():
                self._array(f"{name}.{array}.npy", values)
            document = self.form.document(part)
            digest = self._digest(document, name)
            _put_text(self.folder / f"{name}.json", json.dumps({**document, _DIGEST: digest}))

    def _array(self, name: str, values: Floats) -> None:
        draft = self.folder / f"{name}.draft"
        with draft.open("wb") as file:
            np.save(file, np.ascontiguousarray(values), allow_pickle=False)
        draft.replace(self.folder / name)

    def drop_damaged(self) -> None:
        """Forget parts that are not what was written: they are done again."""
        for path in self._complete():
            if not self._is_sound(path):
                _log.info("%s is damaged, and is done again", path.stem)
                path.unlink()

    def _is_sound(self, path: Path) -> bool:
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return bool(document.pop(_DIGEST) == self._digest(document, path.stem))
        except (OSError, ValueError, KeyError, AttributeError):
            return False

    def _digest(self, document: Document, name: str) -> str:
        """sha256 of what a part says, and of the files of its arrays."""
        whole = sha256(json.dumps(document).encode())
        for array in self.form.names:
            with (self.folder / f"{name}.{array}.npy").open("rb") as file:
                whole.update(file_digest(file, _DIGEST).digest())
        return whole.hexdigest()

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
    """The shelf in a folder, empty or with the sound parts of the same study.

    Raises UserError where it is another's, or the disk refuses.
    """
    home = folder / FOLDER
    found = home / STUDY
    text = json.dumps(study, indent=2, sort_keys=True)
    with _disk(folder):
        home.mkdir(exist_ok=True)
        if not found.exists() and not holds_blocks(folder):
            _put_text(found, text)
    if not found.exists() or found.read_bytes() != text.encode():
        raise UserError(
            f"{folder}: holds part of another run (scenario, seed, replications, sampling or version differ); run "
            "without --resume, or delete it"
        )
    made = Shelf(home, form)
    made.drop_damaged()
    return made


def _put_text(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Say that it is the disk, and where, when a part cannot be kept."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror or error}); make room, or choose another --out"
        ) from error


def clear(folder: Path) -> None:
    """Remove the shelf of a folder, once nothing more is read from it."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def clear_all_else(folder: Path) -> None:
    """Remove what an interrupted run had begun to write beside its shelf: it is written anew.

    Raises UserError where the disk refuses.
    """
    with _disk(folder):
        for path in folder.iterdir():
            if path.is_dir() and path.name != FOLDER:
                shutil.rmtree(path)
            elif path.name != FOLDER:
                path.unlink()


def holds_blocks(folder: Path) -> bool:
    """Whether there is anything to go on from."""
    return any((folder / FOLDER).glob("*-*.json"))
