"""Variables of kernels in less code: they hold no objects, so nothing is counted, cleared or told a debugger."""

from __future__ import annotations

from typing import Any

from numba.core import cgutils
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import NativeLowering


class _Variables(Lower):
    """Numba's lowering, where a variable is stored without looking at what it held, and never deleted."""

    def alloca_lltype(self, name: str, lltype: Any, datamodel: Any = None) -> Any:  # noqa: ARG002  as numba calls it
        """Room for a variable."""
        return cgutils.alloca_once(self.builder, lltype, name=name)

    def storevar(self, value: Any, name: str, argidx: int | None = None) -> None:  # noqa: ARG002  likewise
        """Store a value; of a variable that is assigned once, remember it for the rest of its block."""
        self._alloca_var(name, self.typeof(name))
        if name in self._singly_assigned_vars:
            self._blk_local_varmap[name] = value
        else:
            self.builder.store(value, self.getvar(name))

    def delvar(self, name: str) -> None:
        """Nothing has to be given back."""


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """From numba's typed form to LLVM's."""

    _name = "kernel_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        """What lowers a function."""
        return _Variables


def alloca_once(builder: Any, ty: Any, size: Any = None, name: str = "", zfill: bool = False) -> Any:
    """Room on the stack of the function, cleared only where that is asked for."""
    with builder.goto_entry_block():
        room = builder.alloca(ty, size=cgutils.intp_t(size) if isinstance(size, int) else size, name=name)
    if zfill:
        builder.store(ty(None), room)
    return room
