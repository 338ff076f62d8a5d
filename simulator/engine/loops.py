"""`range` in kernels, in a quarter of the code to compile.

Numba's `range` counts its steps by a division and moves its state between structures: with some 180 loops this was
half of all the code of the kernels. Here a loop holds its position, its end and its step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, signature
from numba.extending import models, register_model


class _RangeType(types.SimpleIteratorType):
    """A range is its own iterator: `for` is all that kernels do with it."""

    def __init__(self) -> None:
        super().__init__("range", types.intp)


_RANGE = _RangeType()


@register_model(_RangeType)
class _RangeModel(models.StructModel):
    def __init__(self, manager: Any, of: Any) -> None:
        at = types.CPointer(types.intp)
        super().__init__(manager, of, [("at", at), ("stop", types.intp), ("step", types.intp)])


class _Range(AbstractTemplate):
    key = "range of a kernel"

    def generic(self, args: Sequence[Any], _: Any) -> Any:
        return signature(_RANGE, *[types.intp] * len(args))


_FUNCTION = types.Function(_Range)


def short_range(usual: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Look up the type of a global, with this `range` for Python's."""

    def lookup(context: Any, value: Any) -> Any:
        return _FUNCTION if value is range else usual(context, value)

    return lookup


@lower_builtin(_Range.key, types.VarArg(types.intp))
def _begin(_context: Any, builder: Any, _call: Any, args: Sequence[Any]) -> Any:
    zero, one = (ir.Constant(cgutils.intp_t, n) for n in (0, 1))
    first, stop, step = {1: (zero, *args, one), 2: (*args, one), 3: tuple(args)}[len(args)]
    at = cgutils.alloca_once(builder, cgutils.intp_t)
    builder.store(first, at)
    return cgutils.make_anonymous_struct(builder, [at, stop, step])


@lower_builtin("iternext", _RangeType)
def _go_on(_context: Any, builder: Any, _call: Any, args: Sequence[Any]) -> Any:
    at, stop, step = cgutils.unpack_tuple(builder, args[0])
    now = builder.load(at)
    left = builder.mul(builder.sub(stop, now, flags=["nsw"]), step, flags=["nsw"])
    builder.store(builder.add(now, step, flags=["nsw"]), at)
    return cgutils.make_anonymous_struct(builder, [now, builder.icmp_signed(">", left, left.type(0))])
