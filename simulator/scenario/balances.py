"""Splits that would make or lose mass: compositions, shares and transfer coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from simulator.scenario.contents import Contents, named_substances
from simulator.scenario.lifetimes import check_lifetime
from simulator.scenario.models import Coefficients, Company, Process
from simulator.scenario.numbers import Number
from simulator.scenario.references import OTHER
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem

TOLERANCE = 1e-9
WHOLE = "the whole mass"
"""What coefficients are of where no composition is declared."""


def check_balances(contents: Contents, series: Mapping[str, Series]) -> Iterator[Problem]:
    """Compositions above 1, shares that do not sum to 1, coefficients that make or lose a substance."""
    world = contents.world
    for name, material in world.materials.items():
        yield from _at_most_one(material.composition.values(), series, ("materials", name, "composition"))
    for name, partnership in world.partnerships.items():
        yield from _at_most_one(partnership.partners.values(), series, ("partnerships", name, "partners"))
    for name, company in world.companies.items():
        for key, process in company.processes.items():
            yield from _process(process, contents.entering[name, key], series, ("companies", name, "processes", key))
        yield from _uses(company, series, ("companies", name, "uses"))


def _uses(company: Company, series: Mapping[str, Series], keys: Keys) -> Iterator[Problem]:
    for name, use in company.uses.items():
        yield from _exactly_one(use.end_of_life.values(), series, (*keys, name, "end_of_life"), "shares")
        yield from check_lifetime(use.lifetime, (*keys, name, "lifetime"))


def reach(number: Number, series: Mapping[str, Series]) -> tuple[float, float]:
    """Smallest and largest value of a number in any replication at any time; not a number where its table is faulty."""
    if number.table is None:
        return number.bounds()
    if number.table not in series:
        return math.nan, math.nan
    found = series[number.table]
    low, high = sorted((found.low * number.times, found.high * number.times))
    return low, high


def _sums(numbers: Iterable[Number], series: Mapping[str, Series]) -> tuple[float, float]:
    reaches = [reach(number, series) for number in numbers]
    return math.fsum(low for low, _ in reaches), math.fsum(high for _, high in reaches)


def _at_most_one(numbers: Iterable[Number], series: Mapping[str, Series], keys: Keys) -> Iterator[Problem]:
    high = _sums(numbers, series)[1]
    if high > 1 + TOLERANCE:
        yield Problem(keys, f"sums to {high:.9g}: it must be at most 1")


def _exactly_one(numbers: Iterable[Number], series: Mapping[str, Series], keys: Keys, what: str) -> Iterator[Problem]:
    parts = tuple(numbers)
    if any(part.noise for part in parts):
        yield Problem(keys, f"its {what} must sum to 1 at any time: leave `noise` out")
        return
    off = _off(_sums(parts, series))
    if off is not None:
        yield Problem(keys, f"its {what} sum to {off:.9g}: they must sum to 1")


def _off(sums: tuple[float, float]) -> float | None:
    """The bound that is not 1."""
    return next((value for value in sums if abs(value - 1) > TOLERANCE), None)


def _process(
    process: Process, substances: frozenset[str], series: Mapping[str, Series], keys: Keys
) -> Iterator[Problem]:
    if not process.inputs:
        yield Problem((*keys, "inputs"), "names no material")
    else:
        shares = (slot.share for slot in process.inputs.values())
        yield from _exactly_one(shares, series, (*keys, "inputs"), "shares")
    yield from _empty_slots(process, keys)
    yield from _coefficients(process, substances, series, keys)
    yield from _emissions(process, keys)


def _empty_slots(process: Process, keys: Keys) -> Iterator[Problem]:
    taken: set[str] = set()
    for name, slot in process.inputs.items():
        if not slot.any_of:
            yield Problem((*keys, "inputs", name, "any_of"), "names no material")
        for material in taken.intersection(slot.any_of):
            yield Problem((*keys, "inputs", name, "any_of"), f"{material} fills another slot already")
        taken |= set(slot.any_of)


def _coefficients(
    process: Process, substances: frozenset[str], series: Mapping[str, Series], keys: Keys
) -> Iterator[Problem]:
    parts: dict[str, Coefficients] = dict(process.outputs) | {str(key): part for key, part in process.releases.items()}
    rests = [name for name, part in parts.items() if part.rest]
    if not parts:
        yield Problem((*keys, "outputs"), "names no output")
    elif len(rests) > 1:
        yield Problem((*keys, "outputs"), f"only one can be the rest, not {', '.join(rests)}")
    else:
        what = {OTHER: WHOLE} if substances == {OTHER} else {}
        for substance in sorted(substances):
            sums = _sums(coefficients_of(process, substance), series)
            message = _unbalanced(what.get(substance, substance), sums, bool(rests))
            yield from [Problem((*keys, "outputs"), message)] if message else []


def _unbalanced(what: str, sums: tuple[float, float], rest: bool) -> str:
    """What is wrong where coefficients make or lose what they are of; empty where nothing is."""
    off = _off(sums)
    if rest and sums[1] > 1 + TOLERANCE:
        return f"coefficients of {what} sum to {sums[1]:.9g}: they must be at most 1 beside a rest"
    if rest or off is None:
        return ""
    lost = "; what leaves to air, water or soil stands under `releases`, like {air: rest}"
    said = f"coefficients of {what} sum to {off:.9g}: they must sum to 1, or one output be `rest`"
    return said + lost if what == WHOLE and off < 1 else said


def coefficients_of(process: Process, substance: str) -> Iterator[Number]:
    """Coefficients of one substance over outputs and releases, a rest apart.

    A plain number covers the substances that no mapping of the same process names.
    """
    named = substance in named_substances(process)
    for _, part in (*sorted(process.outputs.items()), *sorted(process.releases.items())):
        number = coefficient(part, substance, named)
        if number is not None:
            yield number


def coefficient(part: Coefficients, substance: str, named: bool) -> Number | None:
    """The coefficient of one substance in one output or release; `named`: whether a mapping of the process names it."""
    if part.total is not None:
        return part.total
    if part.by_substance is not None:
        return part.by_substance.get(substance)
    return None if named else part.default


def _emissions(process: Process, keys: Keys) -> Iterator[Problem]:
    """Emissions per tonne of a substance released need that release."""
    air = process.releases.get("air")
    for gas, emission in process.emissions.items():
        for substance in emission.by_substance:
            if air is None or (air.by_substance is not None and substance not in air.by_substance):
                place = (*keys, "emissions", gas, substance)
                yield Problem(place, f"{substance} is not released to the air: name it under releases.air")
