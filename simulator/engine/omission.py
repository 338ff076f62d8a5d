"""Leaving out of the usual machine code what few scenarios use: what is behind `if whole(b)`."""

from __future__ import annotations

from typing import Any

from numba.core import ir
from numba.core.analysis import compute_cfg_from_blocks
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.ir_utils import get_definition, guard

from simulator.engine.handle import whole


@register_pass(mutates_CFG=True, analysis_only=False)
class Omission(FunctionPass):
    """Take the branch that `whole` decides, before types are looked for: what is behind the other is not compiled."""

    _name = "omission"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Whether anything changed; a function that is given no batch is whole."""
        taken = getattr(state.args[0], "whole", True) if state.args else True
        blocks = state.func_ir.blocks
        for block in blocks.values():
            branch = block.terminator
            if isinstance(branch, ir.Branch) and _asks(state.func_ir, branch.cond):
                block.body[-1] = ir.Jump(branch.truebr if taken else branch.falsebr, branch.loc)
        for dead in compute_cfg_from_blocks(blocks).dead_nodes():
            del blocks[dead]
        return True


def _asks(function: Any, condition: Any) -> bool:
    """Whether a condition is a call of `whole`, or the truth of one."""
    call = guard(get_definition, function, condition)
    if not (isinstance(call, ir.Expr) and call.op == "call"):
        return False
    value = getattr(guard(get_definition, function, call.func), "value", None)
    return value is whole or (value is bool and _asks(function, call.args[0]))
