"""Blocks of replications on disk, while a run of many lanes goes on: what is there can be gone on from.

A block is two arrays and a JSON file that is written last: without it the block is not there. Every file appears at
once under its name. The arrays are read where they lie, not into memory. After a power cut a file may have its name and
not its content, so that blocks hold their sha256: one that is not what was written is not gone on from.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, overload

import numpy as np

from simulator.accounting.accounts import Account
from simulator.accounting.indicators import Yearly
from simulator.engine.ledger import Lane
from simulator.errors import UserError
from simulator.study.replication import Block, Failure

FOLDER = "blocks"
STUDY = "study.json"
_ARRAYS = ("figures", "course")
_DIGEST = "sha256"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelf:
    """The blocks of one study in a folder."""

    folder: Path

    def put(self, block: Block) -> None:
        """Keep a block. Raises UserError where the disk refuses."""
        name = f"{block.first:07}-{block.last:07}"
        with _disk(self.folder.parent):
            for part in _ARRAYS:
                self._array(f"{name}.{part}.npy", getattr(block.account, part))
            document = _described(block)
            digest = _digest(document, self.folder / name)
            _put_text(self.folder / f"{name}.json", json.dumps({**document, _DIGEST: digest}))

    def _array(self, name: str, whole: Yearly) -> None:
        draft = self.folder / f"{name}.draft"
        with draft.open("wb") as file:
            np.save(file, np.ascontiguousarray(whole.values), allow_pickle=False)
        draft.replace(self.folder / name)

    def drop_damaged(self) -> None:
        """Forget blocks that are not what was written: they are done again."""
        for path in sorted(self.folder.glob("*-*.json")):
            if not _is_sound(path):
                _log.info("%s is damaged, and is done again", path.stem)
                path.unlink()

    def blocks(self) -> Blocks:
        """All that are there, by replication."""
        known: dict[Any, Any] = {}
        paths = sorted(self.folder.glob("*-*.json"))
        return Blocks(tuple((path, _read(path, known)) for path in paths))


@dataclass(frozen=True)
class Blocks(Sequence[Block]):
    """Blocks on disk: arrays are mapped into memory when one is asked for, and let go of with it."""

    found: tuple[tuple[Path, dict[str, Any]], ...]
    """JSON file and content of each."""

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, place: int) -> Block: ...
    @overload
    def __getitem__(self, place: slice) -> Blocks: ...
    def __getitem__(self, place: int | slice) -> Block | Blocks:
        if isinstance(place, slice):
            return Blocks(self.found[place])
        path, document = self.found[place]
        return _block(document, {part: _whole(path, part, document[part]) for part in _ARRAYS})


def _read(path: Path, known: dict[Any, Any]) -> dict[str, Any]:
    """What a JSON file says; blocks with the same keys share them."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for part in _ARRAYS:
        keys = tuple(map(tuple, document[part]["keys"]))
        document[part]["keys"] = known.setdefault(keys, keys)
    return document


def _is_sound(path: Path) -> bool:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return bool(document.pop(_DIGEST) == _digest(document, path.with_suffix("")))
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _digest(document: dict[str, Any], name: Path) -> str:
    """sha256 of what a block says, and of the files of its arrays."""
    whole = sha256(json.dumps(document).encode())
    for part in _ARRAYS:
        with name.with_name(f"{name.name}.{part}.npy").open("rb") as file:
            whole.update(file_digest(file, _DIGEST).digest())
    return whole.hexdigest()


def _put_text(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Say that it is the disk, and where, when a block cannot be kept."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror or error}); make room, or choose another --out"
        ) from error


def _whole(path: Path, part: str, axes: dict[str, Any]) -> Yearly:
    values = np.load(path.with_name(f"{path.stem}.{part}.npy"), mmap_mode="r", allow_pickle=False)
    return Yearly(tuple(axes["years"]), axes["keys"], values, frozenset(axes["ratios"]))


def shelf(folder: Path, study: dict[str, Any]) -> Shelf:
    """The shelf in a folder, empty or with the sound blocks of the same study. Raises UserError where it is another's,
    or the disk refuses.
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
    made = Shelf(home)
    made.drop_damaged()
    return made


def clear(folder: Path) -> None:
    """Remove the shelf of a folder, once nothing more is read from it."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def holds_blocks(folder: Path) -> bool:
    """Whether there is anything to go on from."""
    return any((folder / FOLDER).glob("*-*.json"))


def _described(block: Block) -> dict[str, Any]:
    account = block.account
    return {
        "first": block.first,
        "last": block.last,
        "lanes": [[lane.variant, lane.replication] for lane in account.lanes],
        "failures": [asdict(failure) for failure in block.failures],
        "events": block.events,
        "residual": block.residual,
        **{part: _axes(getattr(account, part)) for part in _ARRAYS},
    }


def _axes(whole: Yearly) -> dict[str, Any]:
    return {"years": whole.years, "keys": whole.keys, "ratios": sorted(whole.ratios)}


def _block(document: dict[str, Any], wholes: dict[str, Yearly]) -> Block:
    lanes = tuple(Lane(variant, replication) for variant, replication in document["lanes"])
    failures = tuple(Failure(**failure) for failure in document["failures"])
    numbers = (document["first"], document["last"])
    return Block(*numbers, Account(lanes, **wholes), failures, document["events"], document["residual"])
