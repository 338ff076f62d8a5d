"""What a process makes of its first choices, as declared: nominal yields in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict

from simulator.scenario.balances import coefficient, coefficients_of
from simulator.scenario.contents import named_substances
from simulator.scenario.models import Coefficients, Process, World
from simulator.scenario.references import OTHER


def composition(world: World, material: str) -> dict[str, float]:
    """Declared mass fractions by substance, which sum to 1; what is left open is `other`."""
    declared = sorted(world.materials[material].composition.items())  # sums are taken in order of name
    found = defaultdict(float, {name: part.value for name, part in declared})
    found[OTHER] += max(0.0, 1.0 - sum(found.values()))
    total = sum(found.values())
    return {name: fraction / total for name, fraction in found.items()}


def nominal_feed(world: World, process: Process) -> dict[str, float]:
    """Mass fractions of what enters a process where every slot holds its first choice, as declared."""
    feed: defaultdict[str, float] = defaultdict(float)
    for _, slot in sorted(process.inputs.items()):
        for substance, fraction in composition(world, slot.any_of[0]).items():
            feed[substance] += slot.share.value * fraction
    return dict(feed)


def nominal_yield(world: World, process: Process, output: str) -> float:
    """Tonnes of an output per tonne of input, where every slot holds its first choice as declared."""
    feed = nominal_feed(world, process)
    return sum(mass * fraction(process, process.outputs[output], substance) for substance, mass in sorted(feed.items()))


def fraction(process: Process, part: Coefficients, substance: str) -> float:
    """Fraction of a substance that goes to one of the outputs or releases of a process."""
    if part.rest:
        return max(0.0, 1.0 - sum(number.value for number in coefficients_of(process, substance)))
    number = coefficient(part, substance, substance in named_substances(process))
    return number.value if number else 0.0


def nominal_input(world: World, process: Process) -> float:
    """Tonnes of input a day at the full rate; `nan` where a series gives the rate, or none of `per` is made."""
    if process.per is None:
        return process.rate.value
    piece = world.materials[process.per].piece
    rate = process.rate.value * piece.value if process.rate.pieces and piece else process.rate.value
    made = nominal_yield(world, process, process.per)
    return rate / made if made > 0 else math.nan
