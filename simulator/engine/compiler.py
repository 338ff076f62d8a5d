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
from typing import Any, TypeVar

import numba
from numba.core import sigutils
from platformdirs import user_cache_path

from simulator.engine.lean import lean

F = TypeVar("F", bound=Callable[..., Any])


def _fingerprint() -> str:
    """Hash of everything the machine code depends on: the engine's sources and numba's version."""
    digest = blake2b(numba.__version__.encode(), digest_size=8)
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    """A writable folder of this version of the engine: below numba's or the user's cache, else a temporary one."""
    base = Path(numba.config.CACHE_DIR) if numba.config.CACHE_DIR else user_cache_path("kreislauf")
    name = f"kernels-{_fingerprint()}"
    for parent in (base, Path(tempfile.gettempdir()) / "kreislauf"):
        try:
            (parent / name).mkdir(parents=True, exist_ok=True)
            return parent / name
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="kreislauf-"))


CACHE = _cache_folder()
numba.config.CACHE_DIR = str(CACHE)


def compiled() -> bool:
    """Whether machine code is at hand (or not wanted), so that a run starts at once."""
    return bool(numba.config.DISABLE_JIT) or any(CACHE.rglob("*.nbc"))


def kernel(function: F) -> F:
    """Compile a function that the clock calls, once per instant, for all lanes of a batch."""
    return numba.njit(error_model="numpy", nogil=True, cache=True)(function)  # type: ignore[no-any-return]


def helper(function: F) -> F:
    """Compile a function that kernels call; it allocates nothing, so it needs no reference counts (`_nrt`)."""
    compiling = numba.njit(error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return compiling(function)  # type: ignore[no-any-return]


def compile_for(function: Callable[..., Any], signature: str) -> None:
    """Compile a kernel for a signature, or load its machine code."""
    if not numba.config.DISABLE_JIT:
        with lean():
            types, _ = sigutils.normalize_signature(signature)
            function.compile(types)  # type: ignore[attr-defined]
