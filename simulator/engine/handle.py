"""One pointer in place of sixty arrays: how a batch is passed to kernels.

A kernel that receives sixty arrays spends longer on unpacking them than on a small network's day, and helpers that pass
them on take minutes to compile. So kernels receive the address of a list of addresses and shapes, and `b.mass` reads
the array's entry in it. Nothing in the list changes while a batch runs, which the loads say (`invariant.load`), so that
the compiler keeps them out of loops. Without compilation a handle is the batch itself.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, models, register_model
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

from simulator.engine.state import FIELDS, Batch

Handle = Any
"""Address of a batch's list of arrays; without compilation the batch itself."""


class _BatchType(types.Type):  # type: ignore[misc]
    """The kernels' view of a batch."""

    def __init__(self) -> None:
        super().__init__(name="Batch")


_BATCH = _BatchType()
_TYPES = {name: types.Array(from_dtype(dtype), ndim, "C") for name, (dtype, ndim) in FIELDS.items()}
_SIZES = {name: 1 + ndim for name, (_, ndim) in FIELDS.items()}
_OFFSETS = dict(zip(FIELDS, np.cumsum([0, *_SIZES.values()]).tolist(), strict=False))
register_model(_BatchType)(models.OpaqueModel)


@intrinsic
def _cast(_typing: Any, _address: Any) -> Any:
    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return _BATCH(types.intp), codegen


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    """`b.mass` has the type that `FIELDS` declares."""

    key = _BatchType

    def generic_resolve(self, _: Any, name: str) -> Any:
        return _TYPES.get(name)


@lower_getattr_generic(_BatchType)
def _read_field(context: Any, builder: Any, _: Any, value: Any, name: str) -> Any:
    """The array whose address and shape stand in the listing; it is borrowed."""
    word = context.get_value_type(types.intp)
    entries = builder.bitcast(value, word.as_pointer())

    def load(n: int) -> Any:
        position = builder.gep(entries, [context.get_constant(types.intp, _OFFSETS[name] + n)])
        loaded = builder.load(position)
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    array_type = _TYPES[name]
    array = make_array(array_type)(context, builder)
    itemsize = context.get_constant(types.intp, FIELDS[name][0].itemsize)
    shape = [load(1 + axis) for axis in range(array_type.ndim)]
    strides = [itemsize]
    for extent in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], extent))
    data = builder.inttoptr(load(0), context.get_data_type(array_type.dtype).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None)
    return array._getvalue()  # noqa: SLF001 — as numba's own lowering of arrays does


if numba.config.DISABLE_JIT:

    def batch_of(given: Handle) -> Batch:
        """The arrays behind a handle."""
        return given

else:
    batch_of = _cast
