"""Compositions and transfer coefficients as vectors over substances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.axes import substances
from simulator.scenario import recipes
from simulator.scenario.balances import coefficient
from simulator.scenario.contents import named_substances
from simulator.scenario.models import Process, World
from simulator.scenario.numbers import Number

Floats = NDArray[np.float64]


def composition(world: World, material: str) -> Floats:
    """Declared mass fractions, shape (substances,); what is left open is `other`."""
    declared = recipes.composition(world, material)
    return np.array([declared.get(name, 0.0) for name in substances(world)])


def coefficients(world: World, process: Process) -> Floats:
    """Transfer coefficients of outputs, then releases, each by name, shape (outputs + releases, substances).

    A plain number covers the substances that no other output or release of the process names; the one `rest` gets
    what the others leave.
    """
    entries = [process.outputs[name] for name in sorted(process.outputs)]
    entries += [process.releases[name] for name in sorted(process.releases)]
    named = named_substances(process)
    rows = np.array(
        [[_plain(coefficient(entry, name, name in named)) for name in substances(world)] for entry in entries]
    )
    left = 1.0 - rows.sum(axis=0)
    for row, entry in zip(rows, entries, strict=True):
        if entry.rest:
            row[:] = np.maximum(left, 0.0)
    return rows


def _plain(number: Number | None) -> float:
    return number.value if number else 0.0
