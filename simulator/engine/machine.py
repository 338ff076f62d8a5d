"""The machine code of the kernels: compiled once, kept in a file, called without the compiler.

Importing numba and having it load what it once compiled takes longer than ten years of a small network. So the machine
code is kept as an object file, which LLVM loads in milliseconds, and numba is imported where there is none yet. The
file's name is a hash of all that the code depends on, so that it cannot go stale.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple

import llvmlite.binding as llvm
from platformdirs import user_cache_path

from simulator.engine.state import Batch, listing

Call = Callable[[int, int], None]
"""The kernels of one batch: called with what is to be done (`layout.BEGIN` …) and the instant, s."""
KEPT = 8
"""Machine code of so many versions of the engine stays in the cache."""
_SIGNATURE = "(intp, int64, int64)"
"""Of the entries."""
Entry = Literal["act", "rank"]
"""What can be called: everything that happens at an instant, and what few scenarios need besides, compiled apart."""
_NATIVE = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64
)
"""How numba's functions are called: places for result and exception, then the arguments; anything but 0 is a fault."""
_LOADING = Lock()


class _Native(NamedTuple):
    """A function in memory, and what keeps it there."""

    function: Callable[..., int]
    engine: llvm.ExecutionEngine


def interpreted() -> bool:
    """Whether the kernels run as Python (``NUMBA_DISABLE_JIT=1``)."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}


def compiled() -> bool:
    """Whether machine code is at hand (or not wanted), so that a run starts at once."""
    return interpreted() or _cached("act").is_file()


def compile_kernels() -> None:
    """Fetch the machine code, or make it, before it is needed."""
    if not interpreted():
        _native("act")


def bind(batch: Batch, entry: Entry = "act") -> Call:
    """The kernels for one batch, which the caller keeps alive."""
    if interpreted():
        function = _source(entry)
        return lambda phase, now: function(batch, phase, now)
    return _bound(_native(entry), batch)


def _source(entry: Entry) -> Callable[[Any, int, int], None]:
    """The function that is compiled."""
    if entry == "act":
        from simulator.engine.instant import act

        return act
    from simulator.engine.ways import rank

    return rank


def _bound(native: _Native, batch: Batch) -> Call:
    entries = listing(batch)
    arrays = (ctypes.c_int64 * len(entries)).from_buffer(entries.data)
    result, fault = (ctypes.c_int64 * 1)(), (ctypes.c_void_p * 1)()
    function = native.function

    def call(phase: int, now: int) -> None:
        if function(result, fault, arrays, phase, now):
            raise IndexError(f"a kernel left the bounds of an array at {now} s")

    return call


def _native(entry: Entry) -> _Native:
    with _LOADING:  # one thread compiles or loads, all use it
        return _load(entry)


@cache
def _load(entry: Entry) -> _Native:
    path = _cached(entry)
    content = _read(path) or _make(path, entry)
    name, code = content.split(b"\n", 1)
    engine = link(code)
    return _Native(_NATIVE(engine.get_function_address(name.decode())), engine)


def link(code: bytes) -> Any:
    """Load an object file; its functions have addresses as long as what is returned is kept."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def _cached(entry: Entry) -> Path:
    folder = os.environ.get("KREISLAUF_CACHE") or user_cache_path("kreislauf")
    return Path(folder) / f"kernels-{entry}-{_fingerprint()}.o"


@cache
def _fingerprint() -> str:
    """Hash of all that the machine code depends on: the engine's sources, the compiler, its settings, the processor."""
    digest = blake2b(digest_size=8)
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    settings = sorted((name, text) for name, text in os.environ.items() if name.startswith("NUMBA_"))
    processor = (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    digest.update(repr((version("numba"), version("llvmlite"), settings, processor)).encode())
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    """What is in the cache: name and code behind their own hash; nothing where that does not fit, or is not there."""
    try:
        kept, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return b""
    return content if kept == _hash(content) else b""


def _make(path: Path, entry: Entry) -> bytes:
    """Compile, and keep the result where it can be kept."""
    from simulator.engine.compiler import object_code

    made = object_code(_source(entry), _SIGNATURE)
    content = made.name.encode() + b"\n" + made.code
    with suppress(OSError):  # in a read-only home it is compiled anew next time
        _keep(path, _hash(content) + b"\n" + content)
    return content


def _keep(path: Path, content: bytes) -> None:
    """Write to a file beside the wanted one and rename it, so that no one ever reads half; forget the oldest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
    by_age = sorted(path.parent.glob("kernels-*.o"), key=lambda kept: kept.stat().st_mtime)
    for old in by_age[:-KEPT]:
        old.unlink(missing_ok=True)


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).hexdigest().encode()
