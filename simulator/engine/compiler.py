"""How kernels are compiled.

With ``NUMBA_DISABLE_JIT=1`` the same sources run as Python. Nothing here is imported where machine code is at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numba
from numba.core import sigutils

from simulator.engine.lean import lean

F = TypeVar("F", bound=Callable[..., Any])


class ObjectCode(NamedTuple):
    """A relocatable object file, and the name of the function in it."""

    name: str
    code: bytes


def helper(function: F) -> F:
    """Compile a function for others to call; it allocates nothing, so it needs no reference counts (`_nrt`)."""
    compiling = numba.njit(error_model="numpy", nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return compiling(function)


def object_code(function: Callable[..., Any], signature: str) -> ObjectCode:
    """Compile a helper, and all that it calls, into one object file that needs neither Python nor numba."""
    types, _ = sigutils.normalize_signature(signature)
    with lean(function.__name__):
        function.compile(types)  # type: ignore[attr-defined]
    made = function.overloads[types]  # type: ignore[attr-defined]
    _, _, (code, _) = made.library.serialize_using_object_code()
    return ObjectCode(made.fndesc.mangled_name, code)
