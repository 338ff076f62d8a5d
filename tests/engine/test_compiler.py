"""What is left out when kernels are compiled changes nothing that they compute."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from simulator.engine import Lane, Plan, plans
from simulator.engine.batch import allocate
from simulator.engine.casting import cast
from simulator.engine.compiler import helper, object_code
from simulator.engine.layout import ADVANCE, BEGIN, TABLES
from simulator.engine.lean import lean
from simulator.engine.machine import bind, link
from simulator.engine.programs import RARE, Program, programs
from simulator.scenario import load
from simulator.units import SECONDS_PER_DAY

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="kernels run as Python")

ENGINE = Path(__file__).parents[2] / "simulator" / "engine"
FIRST_LOOP = Path(__file__).parents[2] / "scenarios" / "first_loop.yaml"


def _to(stop: int) -> int:
    seen = 0
    for k in range(stop):
        seen = 7 * seen + k + 1
    return seen


def _between(first: int, stop: int) -> int:
    seen = 0
    for k in range(first, stop):
        seen = 7 * seen + k
    return seen


def _by(first: int, stop: int, step: int) -> int:
    seen = 0
    for k in range(first, stop, step):
        seen = 7 * seen + k
    return seen


_inner = helper(_between)


def _nested(stop: int) -> int:
    seen = 0
    for k in range(stop):
        for _ in range(2):
            if k == 3:
                break
            seen += _inner(-1, k)
    return seen


def _native(function: Callable[..., int], count: int) -> Callable[..., int]:
    """The function as machine code; it takes as many integers."""
    made = object_code(helper(function), f"int64({', '.join(['int64'] * count)})")
    engine = link(made.code)
    kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * count)
    native = kind(engine.get_function_address(made.name))

    def call(*args: int) -> int:
        result, kept = ctypes.c_int64(), engine  # the code is there as long as its engine
        assert native(ctypes.addressof(result), None, *args) == 0
        assert kept
        return result.value

    return call


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (_to, [(0,), (1,), (5,), (-3,)]),
        (_between, [(0, 0), (2, 6), (-2, 3), (4, 1)]),
        (_by, [(0, 9, 3), (0, 10, 3), (9, -1, -1), (9, 0, -4), (0, 9, -1), (5, 0, 2)]),
    ],
)
def test_a_loop_over_a_range_visits_what_it_does_in_python(
    function: Callable[..., int], given: list[tuple[int, ...]]
) -> None:
    native = _native(function, len(given[0]))
    for args in given:
        assert native(*args) == function(*args)


def test_loops_and_helpers_within_loops_begin_anew() -> None:
    native = _native(_nested, 1)
    for stop in (0, 4, 6):
        assert native(stop) == sum(2 * _between(-1, k) for k in range(stop) if k != 3)


def _rounded(whole: int) -> int:
    part = max(whole / 2.0, 1.5)
    return int(part) + int(min(part, 7.0))


def test_what_numba_registers_as_it_goes_is_found() -> None:
    """`int` of a float, `max` and `min` are registered when they are first met."""
    native = _native(_rounded, 1)
    assert [native(whole) for whole in (0, 9, 30)] == [_rounded(whole) for whole in (0, 9, 30)]


def test_numba_is_left_as_it_was() -> None:
    from numba.core import base
    from numba.core.codegen import JITCodeLibrary

    before: list[Any] = [base.user_function, JITCodeLibrary.finalize]
    with lean("kernel"):
        assert base.user_function is not before[0]
    assert [base.user_function, JITCodeLibrary.finalize] == before


def test_python_outside_compiles_with_the_usual_range() -> None:
    @numba.njit  # type: ignore[untyped-decorator]
    def steps(n: int) -> int:
        return len(range(n))

    assert steps(4) == 4


def test_the_usual_machine_code_computes_what_the_whole_does(tmp_path: Path) -> None:
    """What is left out of it changes no bit of a scenario that does not use it."""
    scenario = load(FIRST_LOOP)
    (plan,) = plans(scenario)
    assert plan.programs == ("usual",)
    one, other = (_stocks(plan, program) for program in ("usual", "whole"))
    assert one == other


@pytest.mark.parametrize("table", RARE)
def test_one_row_of_a_rare_table_needs_the_whole_machine_code(table: str) -> None:
    """The usual one takes for granted that there is none, in whatever kernel that asks for it."""
    rows = {name: np.zeros(int(name == table), dtype) for name, dtype in TABLES.items()}
    assert programs(rows) == ("whole",)


def test_kernels_ask_for_the_presence_of_rare_tables_and_of_no_others() -> None:
    """A question about any other table would leave nothing out, and one that no kernel asks has no use."""
    asked = {table for path in ENGINE.glob("*.py") for table in re.findall(r"\bpresent\(b\.(\w+)\)", path.read_text())}
    assert asked == set(RARE)


def _stocks(plan: Plan, program: Program) -> bytes:
    batch = allocate(cast(plan, [Lane(name, 0) for name in plan.courses]), seed=1)
    kernels = bind(batch, program)
    kernels(BEGIN, 0)
    for tick in range(400):
        batch.group["due"] = 1
        kernels(ADVANCE, tick * SECONDS_PER_DAY)
    return batch.mass.tobytes() + batch.in_use.tobytes() + batch.counted.tobytes() + batch.rows_moved.tobytes()
