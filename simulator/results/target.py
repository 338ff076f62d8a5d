"""The folder of a run: checked and reserved before anything is simulated, complete when it gets its name.

While a run writes, its folder is called `<name>.partial`; renaming is the last step, and whatever goes wrong before it
removes the folder again. Nothing is ever deleted but files that a run of ours has written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from simulator.errors import BalanceError, UserError
from simulator.results.provenance import RECORD, config_hash, file_of
from simulator.results.shelf import clear_all_else, holds_blocks
from simulator.scenario.scenario import Scenario

LATEST = "latest"
ROOT = Path("results")
PARTIAL = ".partial"
TRIES = 1000
"""So many runs may begin in one millisecond."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a run goes."""

    folder: Path
    """What it is called once complete."""
    partial: Path
    """Where it is written; exists."""
    latest: Path | None
    """Text file that names the newest run of a scenario; none where the user chose the folder."""


@contextmanager
def prepared(
    scenario: Scenario,
    out: Path | None = None,
    *,
    force: bool = False,
    resume: bool = False,
    root: Path = ROOT,
    now: datetime | None = None,
    kind: str = "",
) -> Iterator[Target]:
    """Reserve the folder of a run: `out`, or `<root>/<scenario>/<UTC time>-<hash8>`, of other kinds of result
    `<root>/<scenario>/<kind>/…`.

    Raises `UserError` where the folder is there already (with `force`: is no result of ours) or cannot be written.
    Leaving the block without having published the target removes everything that was made for it, but for blocks of
    replications, from which a run with `resume` goes on: the newest of this scenario, or that of `out`.
    """
    if resume:
        folder = _interrupted(scenario, root, out, kind)
        with _removed(partial_of(folder)):
            clear_all_else(partial_of(folder))
            yield Target(folder, partial_of(folder), None if out else folder.parent / LATEST)
        return
    wanted = default_folder(scenario, root, now or datetime.now(UTC), kind) if out is None else out.resolve()
    if not wanted.name:
        raise UserError(f"{wanted}: is no folder for results; choose another --out")
    made = missing_parents(wanted)
    try:
        folder = _chosen(wanted, force=force) if out else _free(wanted)
        with _removed(partial_of(folder)):
            yield Target(folder, partial_of(folder), None if out else folder.parent / LATEST)
    finally:
        remove_empty(made)


def _chosen(folder: Path, *, force: bool) -> Path:
    """The user's own folder, reserved."""
    check(folder, force=force)
    reserve(partial_of(folder))
    return folder


def _free(folder: Path) -> Path:
    """A folder, or where another run of the same instant has it, one with a number behind, reserved."""
    for number in range(2, TRIES):
        with suppress(FileExistsError):
            make(partial_of(folder))
            if not os.path.lexists(folder):
                return folder
            partial_of(folder).rmdir()
        folder = folder.with_name(f"{folder.name.partition('_')[0]}_{number}")
    raise UserError(f"{folder.parent}: cannot be written; choose a folder with --out")


@contextmanager
def _removed(folder: Path) -> Iterator[None]:
    """Remove a folder at the end, whatever happens, but what an interrupted run can be gone on with from."""
    try:
        yield
    except BalanceError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        if not holds_blocks(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _interrupted(scenario: Scenario, root: Path, out: Path | None, kind: str) -> Path:
    """The folder for which an interrupted run has blocks. Raises UserError where there is none."""
    if out is not None:
        folder = out.resolve()
        if holds_blocks(partial_of(folder)):
            return folder
        if os.path.lexists(folder):
            raise UserError(f"{out}: is there already, and complete; nothing to go on with")
        raise UserError(f"{partial_of(out)}: holds nothing to go on from; run without --resume")
    home, ending = root.resolve() / scenario.name / kind, f"-{config_hash(scenario)[:8]}"
    found = sorted(path.name.removesuffix(PARTIAL) for path in home.glob(f"*{PARTIAL}") if holds_blocks(path))
    alike = [name for name in found if name.partition("_")[0].endswith(ending)]
    if not alike:
        changed = "; its numbers have changed since it was interrupted" if found else ""
        raise UserError(f"{scenario.path}: there is no interrupted run to go on from{changed}; run without --resume")
    return home / alike[-1]


def default_folder(scenario: Scenario, root: Path, now: datetime, kind: str = "") -> Path:
    """`<root>/<scenario>/<UTC time>-<hash8>`; milliseconds keep quick runs of one scenario apart."""
    time = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    return root.resolve() / scenario.name / kind / f"{time}Z-{config_hash(scenario)[:8]}"


def namesake(scenario: Scenario, root: Path = ROOT) -> str | None:
    """The other file whose results the folder of a scenario holds, by its latest run; None where there is none."""
    home = root / scenario.name
    with suppress(OSError, ValueError, TypeError, KeyError):
        folder = home / (home / LATEST).read_text(encoding="utf-8").strip()
        other = json.loads((folder / RECORD).read_text(encoding="utf-8"))["file"]
        return str(other) if other != file_of(scenario) else None
    return None


def partial_of(folder: Path) -> Path:
    return folder.with_name(folder.name + PARTIAL)


def replaced_of(folder: Path) -> Path:
    return folder.with_name(folder.name + ".replaced")


def check(folder: Path, *, force: bool) -> None:
    """Refuse a folder that is there already, and with `force` one that holds anything but a result."""
    if os.path.lexists(replaced_of(folder)):
        raise UserError(
            f"{replaced_of(folder)}: an older run left it when it was replaced; keep what you need, delete it"
        )
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder; choose another --out")
    if not force:
        raise UserError(f"{folder}: is there already; choose another --out, or replace it with --force")
    foreign = foreign_files(folder)
    if foreign:
        raise UserError(f"{folder}: holds {_some(foreign)}, not written by a run, so --force leaves it alone")


def foreign_files(folder: Path) -> tuple[str, ...]:
    """Files in a folder that its record does not list, relative to it: all of them where it is no result."""
    listed = recorded_files(folder)
    return tuple(name for name in _files(folder) if name not in listed)


def recorded_files(folder: Path) -> frozenset[str]:
    """Files that the record of a run lists, itself included; none where there is no record of ours."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if "kreislauf" in record["versions"]:
            return frozenset(record["files"])
    return frozenset()


def reserve(partial: Path) -> None:
    """Make the folder to write in, which shows at once whether it can be."""
    try:
        make(partial)
    except FileExistsError:
        wise = "if none is, delete it"
        if holds_blocks(partial):
            wise = "if none is, go on with what it did, by the same line with --resume, or delete it"
        raise UserError(f"{partial}: another run is writing here, or was stopped; {wise}") from None


def make(partial: Path) -> None:
    """Make a folder with all above it. Raises `FileExistsError`, `UserError` where the disk refuses."""
    try:
        partial.mkdir(parents=True)
    except FileExistsError:
        raise
    except OSError as error:
        raise UserError(f"{partial.parent}: cannot be written ({error.strerror}); choose another --out") from None


def publish(target: Target) -> None:
    """Give the complete folder its name, in place of the result it replaces, and note it as the newest."""
    old = replaced_of(target.folder)
    if target.folder.exists():
        target.folder.rename(old)
    target.partial.rename(target.folder)
    discard(old)
    if target.latest:
        note(target.latest, target.folder.name)


def note(latest: Path, name: str) -> None:
    """Write one line at once, so that a reader sees the old name or the new one."""
    draft = latest.with_name(f"{name}.{latest.name}")
    draft.write_text(name + "\n", encoding="utf-8")
    draft.replace(latest)


def discard(folder: Path) -> None:
    """Delete a result, but nothing that its record does not list."""
    listed = recorded_files(folder)
    for name in _files(folder):
        if name in listed:
            (folder / name).unlink()
    remove_empty([Path(path) for path, _, _ in os.walk(folder, topdown=False)])


def missing_parents(folder: Path) -> list[Path]:
    """Folders above one that are not there yet, innermost first."""
    return [parent for parent in folder.parents if not os.path.exists(parent)]  # noqa: PTH110  pathlib's raises


def remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # not empty, or never made
            folder.rmdir()


def _files(folder: Path) -> list[str]:
    """Everything in a folder but folders, relative to it, in order of name."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    )


def _some(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
