"""Compiling helpers only as parts of the kernels that call them.

Numba optimises every helper by itself, together with all it calls, and makes machine code of it that no one runs: two
thirds of the time to compile. Here a helper is only lowered; the kernel links all helpers and is optimised once. Of
what is left a fifth went into finding the same types of the same operators again, and into registries loaded before.

This replaces private methods of numba for as long as a kernel is compiled; `patch` puts them back whatever happens.
Where they are not as expected, kernels compile as usual, only slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.cpu import CPUContext
from numba.core.types.functions import BaseFunction
from numba.core.typing.context import Context

_NEEDED = (
    "finalize", "add_linking_library", "_optimize_functions", "get_pointer_to_function", "_finalized",
    "_linking_libraries",
)  # fmt: skip


@contextmanager
def lean(kernel: str) -> Iterator[None]:
    """Compile all functions but the one so named as parts of it while this holds."""
    with ExitStack() as stack:
        if _as_expected():
            stack.enter_context(patch.object(JITCodeLibrary, "finalize", _finalize(JITCodeLibrary.finalize, kernel)))
            stack.enter_context(patch.object(JITCodeLibrary, "add_linking_library", _link))
            stack.enter_context(patch.object(JITCodeLibrary, "_optimize_functions", _lay_out))
            stack.enter_context(patch.object(JITCPUCodegen, "set_env", _set_environment(JITCPUCodegen.set_env)))
            stack.enter_context(patch.object(BaseFunction, "get_call_type", _remembered(BaseFunction.get_call_type)))
            for context in (CPUContext, Context):
                once = _once(context.load_additional_registries)
                stack.enter_context(patch.object(context, "load_additional_registries", once))
        yield


def _as_expected() -> bool:
    known = set(dir(JITCodeLibrary)) | set(JITCodeLibrary.finalize.__code__.co_names)
    owners = ((JITCPUCodegen, "set_env"), (BaseFunction, "get_call_type"))
    registries = ((context, "load_additional_registries") for context in (CPUContext, Context))
    return set(_NEEDED) <= known and all(hasattr(owner, name) for owner, name in (*owners, *registries))


def _finalize(usual: Callable[[Any], None], kernel: str) -> Callable[[Any], None]:
    """Nothing more is done to a helper."""

    def finalize(library: Any) -> None:
        if library.name == kernel:
            usual(library)
        else:
            library._finalized = True

    return finalize


def _link(library: Any, part: Any) -> None:
    """A helper has not linked what it calls: whoever links it links that too."""
    part._ensure_finalized()
    library._linking_libraries += [part, *part._linking_libraries]


def _lay_out(library: Any, module: Any) -> None:
    """A helper is not optimised by itself, only laid out as all are."""
    module.data_layout = library._codegen._data_layout


def _set_environment(usual: Callable[..., None]) -> Callable[..., None]:
    """A helper that is not machine code has no environment to set."""

    def set_env(codegen: Any, name: str, environment: Any) -> None:
        if codegen._engine.is_symbol_defined(name):
            usual(codegen, name, environment)

    return set_env


def _remembered(usual: Callable[..., Any]) -> Callable[..., Any]:
    """The signature of an operator or built-in function is looked for once for the same types."""
    known: dict[tuple[Any, ...], Any] = {}

    def get_call_type(function: Any, context: Any, args: Any, kws: Any) -> Any:
        key = (function, tuple(args), *sorted(kws.items()))
        if key not in known:
            known[key] = usual(function, context, args, kws)
        return known[key]

    return get_call_type


def _once(usual: Callable[[Any], None]) -> Callable[[Any], None]:
    """What a context loads does not change while a kernel is compiled."""
    loaded: set[int] = set()

    def load(context: Any) -> None:
        if id(context) not in loaded:
            loaded.add(id(context))
            usual(context)

    return load
