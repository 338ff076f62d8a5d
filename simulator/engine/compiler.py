"""How kernels are compiled.

With ``NUMBA_DISABLE_JIT=1`` the same sources run as Python. Nothing here is imported where machine code is at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numba
from numba.core import sigutils
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager
from numba.core.typed_passes import AnnotateTypes, NoPythonBackend, NopythonTypeInference, PreLowerStripPhis
from numba.core.untyped_passes import FixupArgs, IRProcessing, ReconstructSSA, TranslateByteCode

from simulator.engine.lean import lean
from simulator.engine.lowering import KernelLowering
from simulator.engine.omission import Omission

F = TypeVar("F", bound=Callable[..., Any])


class ObjectCode(NamedTuple):
    """A relocatable object file, and the name of the function in it."""

    name: str
    code: bytes


_STEPS = (
    TranslateByteCode, FixupArgs, Omission, IRProcessing, ReconstructSSA, NopythonTypeInference, PreLowerStripPhis,
    AnnotateTypes, KernelLowering, NoPythonBackend,
)  # fmt: skip
"""What kernels need of numba's pipeline: not its rewriting of array expressions, closures, or literals."""


class _Compiler(CompilerBase):
    """Numba's compiler with these steps alone, which is a fifth faster."""

    def define_pipelines(self) -> list[PassManager]:
        """One pipeline, as the base class asks for."""
        pipeline = PassManager("kernels")
        for step in _STEPS:
            pipeline.add_pass(step, step.__name__)
        pipeline.finalize()
        return [pipeline]


def helper(function: F) -> F:
    """Compile a function for others to call; it allocates nothing, so it needs no reference counts (`_nrt`)."""
    alone = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(error_model="numpy", nogil=True, pipeline_class=_Compiler, **alone)(function)


def object_code(function: Callable[..., Any], signature: str) -> ObjectCode:
    """Compile a helper, and all that it calls, into one object file that needs neither Python nor numba."""
    types, _ = sigutils.normalize_signature(signature)
    with lean(function.__name__):
        function.compile(types)  # type: ignore[attr-defined]
    made = function.overloads[types]  # type: ignore[attr-defined]
    _, _, (code, _) = made.library.serialize_using_object_code()
    return ObjectCode(made.fndesc.mangled_name, code)
