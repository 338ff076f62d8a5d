"""Compiling helpers only as parts of the kernels that call them.

Numba optimises every helper by itself, together with all it calls, and makes machine code of it that no one runs: two
thirds of the time to compile. Here a helper is only lowered; the kernel links all helpers and is optimised once. Of
what is left a fifth went into finding the same types of the same operators again, and into registries loaded before;
and of the code that is optimised, half into loops over a `range` and a seventh into asking each helper whether it
raised.

This replaces private methods of numba for as long as a kernel is compiled; `patch` puts them back whatever happens.
Where they are not as expected, kernels compile as usual, only slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial, update_wrapper
from typing import Any
from unittest.mock import patch

from numba.core import base, cgutils
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.cpu import CPUContext
from numba.core.types.functions import BaseFunction
from numba.core.typing.context import Context

from simulator.engine.loops import short_range
from simulator.engine.lowering import alloca_once

Change = Callable[[Any], Callable[..., Any]]
"""Makes, of what numba has, what stands in its place."""

_USED = ("get_pointer_to_function", "_finalized", "_linking_libraries")
"""What the changes use and do not change."""


@contextmanager
def lean(kernel: str) -> Iterator[None]:
    """Compile all functions but the one so named as parts of it while this holds."""
    changes: tuple[tuple[Any, str, Change], ...] = (
        (JITCodeLibrary, "finalize", partial(_finalize, kernel)),
        (JITCodeLibrary, "add_linking_library", _link),
        (JITCodeLibrary, "_optimize_functions", _lay_out),
        (JITCPUCodegen, "set_env", _set_environment),
        (CPUContext, "load_additional_registries", _quickly),
        (Context, "load_additional_registries", _quickly),
        (Context, "resolve_value_type", short_range),
        (BaseFunction, "get_call_type", _remembered),
        (base, "user_function", _call),
        (cgutils, "alloca_once", lambda _: alloca_once),
    )
    with ExitStack() as stack:
        for owner, name, change in changes if _as_expected(changes) else ():
            stack.enter_context(patch.object(owner, name, change(getattr(owner, name))))
        yield


def _as_expected(changes: tuple[tuple[Any, str, Change], ...]) -> bool:
    known = set(dir(JITCodeLibrary)) | set(JITCodeLibrary.finalize.__code__.co_names)
    return set(_USED) <= known and all(hasattr(owner, name) for owner, name, _ in changes)


def _finalize(kernel: str, usual: Callable[[Any], None]) -> Callable[[Any], None]:
    """Nothing more is done to a helper."""

    def finalize(library: Any) -> None:
        if library.name == kernel:
            usual(library)
        else:
            library._finalized = True

    return finalize


def _link(_usual: Callable[..., None]) -> Callable[..., None]:
    """A helper has not linked what it calls: whoever links it links that too."""

    def add_linking_library(library: Any, part: Any) -> None:
        part._ensure_finalized()
        library._linking_libraries += [part, *part._linking_libraries]

    return add_linking_library


def _lay_out(_usual: Callable[..., None]) -> Callable[..., None]:
    """A helper is not optimised by itself, only laid out as all are."""

    def optimize_functions(library: Any, module: Any) -> None:
        module.data_layout = library._codegen._data_layout

    return optimize_functions


def _set_environment(usual: Callable[..., None]) -> Callable[..., None]:
    """A helper that is not machine code has no environment to set."""

    def set_env(codegen: Any, name: str, environment: Any) -> None:
        if codegen._engine.is_symbol_defined(name):
            usual(codegen, name, environment)

    return set_env


def _call(usual: Callable[..., Any]) -> Callable[..., Any]:
    """No call of a helper is followed by the question whether it raised: only one that checks bounds ever does."""

    def user_function(called: Any, libraries: Any) -> Any:
        asking = usual(called, libraries)

        def call(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            if context.enable_boundscheck:
                return asking(context, builder, signature, args)
            function = context.declare_function(builder.module, called)
            result, error = function.function_type.args[:2]
            room = cgutils.alloca_once(builder, result.pointee)
            given = context.call_conv._get_arg_packer(called.argtypes).as_arguments(builder, args)
            builder.call(function, [room, error(None), *given])
            return context.get_returned_value(builder, called.restype, builder.load(room))

        return update_wrapper(call, asking)

    return user_function


def _remembered(usual: Callable[..., Any]) -> Callable[..., Any]:
    """The signature of an operator or built-in function is looked for once for the same types."""
    known: dict[tuple[Any, ...], Any] = {}

    def get_call_type(function: Any, context: Any, args: Any, kws: Any) -> Any:
        key = (function, tuple(args), *sorted(kws.items()))
        if key not in known:
            known[key] = usual(function, context, args, kws)
        return known[key]

    return get_call_type


def _quickly(usual: Callable[[Any], None]) -> Callable[[Any], None]:
    """What a context and its copies load is imported once; what was registered since is looked for each time."""
    loaded: set[int] = set()

    def load(context: Any) -> None:
        known = context._registries  # copies share them, so they outlive all
        if id(known) in loaded:
            for registry in tuple(known):
                context.install_registry(registry)
        else:
            loaded.add(id(known))
            usual(context)

    return load
