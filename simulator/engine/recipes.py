"""Compositions and transfer coefficients as vectors over substances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.axes import OTHER, substances
from simulator.scenario.balances import coefficient
from simulator.scenario.contents import named_substances
from simulator.scenario.models import Process, World
from simulator.scenario.numbers import Number

Floats = NDArray[np.float64]


def composition(world: World, material: str) -> Floats:
    """Declared mass fractions, shape (substances,); what is left open is `other`."""
    names = substances(world)
    fractions = np.zeros(len(names))
    for substance, fraction in world.materials[material].composition.items():
        fractions[names.index(substance)] = fraction.value
    fractions[names.index(OTHER)] += max(0.0, 1.0 - fractions.sum())
    return np.asarray(fractions / fractions.sum())


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


def nominal_yield(world: World, process: Process, output: str) -> float:
    """Tonnes of an output per tonne of input, where every slot holds its first choice as declared."""
    row = coefficients(world, process)[sorted(process.outputs).index(output)]
    feeds = (composition(world, slot.any_of[0]) * slot.share.value for slot in process.inputs.values())
    return float(sum(row @ feed for feed in feeds))
