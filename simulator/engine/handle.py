"""One pointer in place of all arrays: how a batch is passed to kernels.

A kernel that receives them one by one spends longer on unpacking them than on a small network's day, and helpers that
pass them on take minutes to compile. So kernels receive the address of a list of addresses and shapes, and
`b.mass[lane, place, k]` reads the array's entry in it, and then the element: a fifth of the code that an array
of numba's would take to compile. Nothing in the list changes while a batch runs, which the loads say
(`invariant.load`), so that the compiler keeps them out of loops. Without compilation a handle is the batch itself.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin, lower_getattr, lower_getattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import models, register_model
from numba.np.numpy_support import from_dtype

from simulator.engine.programs import RARE
from simulator.engine.state import FIELDS, Batch, Records

Handle = Any
"""Address of a batch's list of arrays; without compilation the batch itself."""


class _BatchType(types.Type):
    """The kernels' view of a batch: the list."""

    def __init__(self, name: str, without: Collection[str]) -> None:
        super().__init__(name)
        self.without = without
        """Tables that have no rows, so that what asks whether they are `present` is left out, see `programs`."""


class _ArrayType(types.Type):
    """The kernels' view of one of its arrays, of which only elements, `len` and `shape` are asked for: the list too."""

    def __init__(self, name: str, offset: int) -> None:
        super().__init__(name=f"Batch.{name}")
        dtype, self.ndim = FIELDS[name]
        self.dtype = from_dtype(dtype)
        self.index = types.intp if self.ndim == 1 else types.UniTuple(types.intp, self.ndim)
        self.offset = offset
        """Where its address stands in the list; its shape follows."""


_OFFSETS = np.cumsum([0, *(1 + ndim for _, ndim in FIELDS.values())])[:-1].tolist()
_BATCHES = {types.intp: _BatchType("Batch", ()), types.uintp: _BatchType("UsualBatch", RARE)}
"""By the type of the address."""
_ARRAYS = {name: _ArrayType(name, offset) for name, offset in zip(FIELDS, _OFFSETS, strict=True)}


@register_model(_BatchType)
@register_model(_ArrayType)
class _List(models.PrimitiveModel):
    def __init__(self, manager: Any, of: types.Type) -> None:
        super().__init__(manager, of, cgutils.intp_t.as_pointer())


def batch_of(given: Handle) -> Batch:
    """The arrays behind a handle."""
    return given


@infer_global(batch_of)
class _Cast(AbstractTemplate):
    def generic(self, args: Sequence[Any], _: Any) -> Any:
        return signature(_BATCHES[args[0]], *args)


@lower_builtin(batch_of, types.intp)
@lower_builtin(batch_of, types.uintp)
def _to_list(_context: Any, builder: Any, _: Any, args: Sequence[Any]) -> Any:
    return builder.inttoptr(args[0], cgutils.intp_t.as_pointer())


def present(table: Records) -> bool:
    """Whether a table has rows: what is asked before what only they need. Machine code for batches without them leaves
    out what is behind it (`omission`)."""
    return len(table) > 0


@infer_global(present)
class _Present(AbstractTemplate):
    def generic(self, args: Sequence[Any], _: Any) -> Any:
        return signature(types.boolean, *args) if isinstance(args[0], _ArrayType) else None


@infer_getattr
class _Arrays(AttributeTemplate):
    """`b.mass` has the type that `FIELDS` declares."""

    key = _BatchType

    def generic_resolve(self, _: Any, name: str) -> Any:
        return _ARRAYS.get(name)


@infer_getattr
class _Shape(AttributeTemplate):
    """`b.mass.shape` is a tuple of as many numbers as there are axes."""

    key = _ArrayType

    def resolve_shape(self, array: _ArrayType) -> Any:
        return types.UniTuple(types.intp, array.ndim)


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, args: Sequence[Any], _: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], _ArrayType) else None


@infer_global(operator.getitem)
class _Element(AbstractTemplate):
    """An element takes one index per axis; one of a table is a record, which is read and written in place."""

    def generic(self, args: Sequence[Any], _: Any) -> Any:
        array = args[0]
        return signature(array.dtype, array, array.index) if isinstance(array, _ArrayType) else None


@infer_global(operator.setitem)
class _SetElement(AbstractTemplate):
    def generic(self, args: Sequence[Any], _: Any) -> Any:
        array = args[0]
        return signature(types.none, array, array.index, array.dtype) if isinstance(array, _ArrayType) else None


@lower_getattr_generic(_BatchType)
def _read_array(_context: Any, _builder: Any, _: Any, value: Any, _name: str) -> Any:
    return value


@lower_getattr(_ArrayType, "shape")
def _read_shape(context: Any, builder: Any, array: _ArrayType, value: Any) -> Any:
    extents = [_entry(builder, array, value, 1 + axis) for axis in range(array.ndim)]
    return context.make_tuple(builder, types.UniTuple(types.intp, array.ndim), extents)


@lower_builtin(len, _ArrayType)
def _read_length(_context: Any, builder: Any, call: Any, args: Sequence[Any]) -> Any:
    return _entry(builder, call.args[0], args[0], 1)


@lower_builtin(operator.getitem, _ArrayType, types.Any)
def _read_element(context: Any, builder: Any, call: Any, args: Sequence[Any]) -> Any:
    address = _address(context, builder, call.args[0], *args)
    return context.unpack_value(builder, call.return_type, address)


@lower_builtin(operator.setitem, _ArrayType, types.Any, types.Any)
def _write_element(context: Any, builder: Any, call: Any, args: Sequence[Any]) -> Any:
    array, (value, index, element) = call.args[0], args
    context.pack_value(builder, array.dtype, element, _address(context, builder, array, value, index))
    return context.get_dummy_value()


@lower_builtin(present, _ArrayType)
def _has_rows(_context: Any, builder: Any, call: Any, args: Sequence[Any]) -> Any:
    return builder.icmp_signed(">", _entry(builder, call.args[0], args[0], 1), cgutils.intp_t(0))


def _address(context: Any, builder: Any, array: _ArrayType, value: Any, index: Any) -> Any:
    """Where an element stands: C order, no negative indices."""
    positions = [index] if array.ndim == 1 else cgutils.unpack_tuple(builder, index)
    extents = [None, *(_entry(builder, array, value, 1 + axis) for axis in range(1, array.ndim))]
    if context.enable_boundscheck:
        for axis, position in enumerate(positions):
            cgutils.do_boundscheck(context, builder, position, _entry(builder, array, value, 1 + axis), axis)
    offset = positions[0]
    for position, extent in zip(positions[1:], extents[1:], strict=True):
        offset = builder.add(builder.mul(offset, extent, flags=["nsw"]), position, flags=["nsw"])
    data = builder.inttoptr(_entry(builder, array, value, 0), context.get_data_type(array.dtype).as_pointer())
    return builder.gep(data, [offset], inbounds=True)


def _entry(builder: Any, array: _ArrayType, value: Any, n: int) -> Any:
    """Load the address (0) or an extent of an array from the list."""
    loaded = builder.load(builder.gep(value, [cgutils.intp_t(array.offset + n)]))
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded
