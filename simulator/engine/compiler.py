"""How kernels are compiled, and where the machine code is kept.

Numba's own cache looks only at the file of the function it compiled: edit a kernel in another module and its callers
keep the old code. So the cache lives in a folder named by the hash of all engine sources, and cannot go stale.

With ``NUMBA_DISABLE_JIT=1`` the same sources run as Python.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numba
from numba.core import sigutils
from platformdirs import user_cache_path

from simulator.engine.lean import lean

F = TypeVar("F", bound=Callable[..., Any])


def _fingerprint() -> str:
    """Hash of everything the machine code depends on: the engine's sources, its compiler, checked bounds or not."""
    compiler = f"{numba.__version__} {numba.config.BOUNDSCHECK}"
    digest = blake2b(compiler.encode(), digest_size=8)
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    """A folder of this version of the engine, below numba's or the user's cache; a temporary one where none can be."""
    base = Path(numba.config.CACHE_DIR) if numba.config.CACHE_DIR else user_cache_path("kreislauf")
    folder = base / f"kernels-{_fingerprint()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="kreislauf-"))
    return folder


CACHE = _cache_folder()
_COMPILING = Lock()
"""Compiling changes numba's classes for a while (`lean`): one thread at a time."""
numba.config.CACHE_DIR = str(CACHE)


def compiled() -> bool:
    """Whether machine code is at hand (or not wanted), so that a run starts at once."""
    return bool(numba.config.DISABLE_JIT) or any(CACHE.rglob("*.nbc"))


def kernel(function: F) -> F:
    """Compile a function that the clock calls, once per instant, for all lanes of a batch."""
    return numba.njit(error_model="numpy", nogil=True, cache=True)(function)


def helper(function: F) -> F:
    """Compile a function that kernels call; it allocates nothing, so it needs no reference counts (`_nrt`)."""
    compiling = numba.njit(error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return compiling(function)


def compile_for(function: Callable[..., Any], signature: str) -> None:
    """Compile a kernel for a signature, or load its machine code."""
    if numba.config.DISABLE_JIT:
        return
    types, _ = sigutils.normalize_signature(signature)
    with _COMPILING:
        if types not in function.overloads:  # type: ignore[attr-defined]
            with lean():
                function.compile(types)  # type: ignore[attr-defined]
