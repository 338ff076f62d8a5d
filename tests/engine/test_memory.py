"""What a batch leaves behind."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from simulator import engine
from simulator.engine import Lane
from tests.engine.builders import read, text
from tests.engine.everything import BODY, FILES


def test_a_batch_goes_as_soon_as_nobody_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the garbage collector, which would have to look at every object there is."""
    (plan,) = engine.plans(read(tmp_path, text(BODY, end="2025-01-20", report="month"), FILES))
    engine.compile_kernels(plan.programs)
    made: list[weakref.ref[object]] = []

    def noted(*given: object) -> object:
        batch = allocate(*given)  # type: ignore[arg-type]
        made.append(weakref.ref(batch.numbers))
        return batch

    allocate = engine.allocate  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "allocate", noted)
    gc.collect()
    gc.disable()
    try:
        engine.run_batch(plan, [Lane("circular", 0)], 1)
        assert made[0]() is None
    finally:
        gc.enable()
