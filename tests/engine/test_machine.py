"""The cache of machine code: whatever happens to the file, the kernels that run are those of the sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.engine import machine

CODE = b"_act\nmachine code"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cache" / "kernels-0.o"
    machine._keep(path, machine._hash(CODE) + b"\n" + CODE)
    return path


def test_what_was_kept_is_read(file: Path) -> None:
    assert machine._read(file) == CODE
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("spoil", [lambda content: content[:-1], lambda content: content + b" ", lambda content: b""])
def test_a_damaged_file_counts_as_none(file: Path, spoil: object) -> None:
    assert callable(spoil)
    file.write_bytes(spoil(file.read_bytes()))
    assert machine._read(file) == b""


def test_the_oldest_versions_are_forgotten(file: Path) -> None:
    for n in range(1, machine.KEPT + 3):
        path = file.with_name(f"kernels-{n}.o")
        machine._keep(path, CODE)
        os.utime(path, (n, n))
    machine._keep(file, CODE)
    kept = {path.name for path in file.parent.iterdir()}
    assert len(kept) == machine.KEPT
    assert file.name in kept
    assert "kernels-1.o" not in kept


def test_settings_of_the_compiler_have_code_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = machine._fingerprint.__wrapped__()
    monkeypatch.setenv("NUMBA_OPT", "1")
    assert machine._fingerprint.__wrapped__() != usual


def test_a_start_with_code_at_hand_imports_no_compiler() -> None:
    """Numba alone takes longer to import than ten years of a small network."""
    machine.compile_kernels()
    program = "import sys; from simulator import engine; engine.compile_kernels(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_where_the_cache_cannot_be_written_kernels_run_all_the_same(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    program = (
        "from simulator.engine import machine; machine.compile_kernels(); print(machine._cached('usual').is_file())"
    )
    environment = {**os.environ, "KREISLAUF_CACHE": str(tmp_path / "cache"), "NUMBA_OPT": "0"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "False"
