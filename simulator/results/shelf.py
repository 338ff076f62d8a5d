"""Blocks of replications on disk, while a run of many lanes goes on: what is there can be gone on from.

A block is two arrays and a JSON file that is written last: without it the block is not there. Every file appears at
once under its name. The arrays are read where they lie, not into memory.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class Shelf:
    """The blocks of one study in a folder."""

    folder: Path

    def put(self, block: Block) -> None:
        """Keep a block."""
        name = f"{block.first:07}-{block.last:07}"
        for part in _ARRAYS:
            self._array(f"{name}.{part}.npy", getattr(block.account, part))
        self._text(f"{name}.json", _described(block))

    def _array(self, name: str, whole: Yearly) -> None:
        draft = self.folder / f"{name}.draft"
        with draft.open("wb") as file:
            np.save(file, np.ascontiguousarray(whole.values), allow_pickle=False)
        draft.replace(self.folder / name)

    def _text(self, name: str, document: dict[str, Any]) -> None:
        draft = self.folder / f"{name}.draft"
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(self.folder / name)

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


def _whole(path: Path, part: str, axes: dict[str, Any]) -> Yearly:
    values = np.load(path.with_name(f"{path.stem}.{part}.npy"), mmap_mode="r", allow_pickle=False)
    return Yearly(tuple(axes["years"]), axes["keys"], values, frozenset(axes["ratios"]))


def shelf(folder: Path, study: dict[str, Any]) -> Shelf:
    """The shelf in a folder, empty or with the blocks of the same study. Raises UserError where it is another's."""
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
    return Shelf(home)


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
