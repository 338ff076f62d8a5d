"""Leaving out of the usual machine code what few scenarios use: what is behind `if present(b.rings)`, say."""

from __future__ import annotations

from typing import Any

from numba.core import ir
from numba.core.analysis import compute_cfg_from_blocks
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.ir_utils import get_definition, guard

from simulator.engine.handle import present


@register_pass(mutates_CFG=True, analysis_only=False)
class Omission(FunctionPass):
    """Where a table that a batch is without decides, take that branch before types are looked for.

    What is behind the other is not compiled. A question that is not seen here is asked when it runs, to the same end.
    """

    _name = "omission"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Whether anything changed; a function that is not given a batch first has all."""
        without = getattr(state.args[0], "without", ()) if state.args else ()
        blocks = state.func_ir.blocks
        for block in blocks.values():
            branch = block.terminator
            if isinstance(branch, ir.Branch) and _asked_for(state.func_ir, branch.cond) in without:
                block.body[-1] = ir.Jump(branch.falsebr, branch.loc)
        for dead in compute_cfg_from_blocks(blocks).dead_nodes():
            del blocks[dead]
        return True


def _asked_for(function: Any, condition: Any) -> str | None:
    """The table that a condition asks to be `present`, itself or as its truth; None where it is another."""
    call = guard(get_definition, function, condition)
    if not (isinstance(call, ir.Expr) and call.op == "call"):
        return None
    asked = getattr(guard(get_definition, function, call.func), "value", None)
    if asked is bool:
        return _asked_for(function, call.args[0])
    table = guard(get_definition, function, call.args[0]) if asked is present else None
    return table.attr if isinstance(table, ir.Expr) and table.op == "getattr" else None
