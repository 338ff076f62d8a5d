"""Facts of a ledger: every source of lines is named once, and the house of the accounting hides none of its rooms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

from simulator import accounting
from simulator.accounting import taps, terms
from simulator.accounting.factors import Line
from simulator.accounting.facts import VALUED, Facts, dates_of, facts
from simulator.engine import plans
from simulator.engine.index import Term
from simulator.engine.ledger import Lane
from simulator.scenario import buses
from simulator.scenario.models import World
from simulator.scenario.numbers import Number
from simulator.scenario.scenario import Scenario
from tests.accounting.ledgers import drawn_at_random, months

LANES = (Lane("linear", 0), Lane("circular", 0))


def test_no_function_hides_a_module_of_the_same_name() -> None:
    for found in iter_modules(accounting.__path__):
        import_module(f"simulator.accounting.{found.name}")
        assert isinstance(getattr(accounting, found.name), ModuleType), found.name


def test_every_valued_fact_is_a_fact() -> None:
    assert VALUED.keys() <= {field.name for field in fields(Facts)}


def test_what_one_table_values_with_a_series_is_summed_by_the_kernels(
    works: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both who asks the kernels for terms and who reads them take their sources from `VALUED`."""
    price = Number(0.0, "EUR/t", table="metal")

    def lines(_world: World, _taps: taps.Taps) -> Iterator[Line]:
        yield Line(("smelter", "melt"), ("basis", ("smelter", "melt")), (price,))

    monkeypatch.setitem(VALUED, "labour", (lines, 1))
    assert Term("basis", ("smelter", "melt"), ("metal",)) in terms(works)


def test_who_gets_energy_from_whom_is_found_once_for_each_world(
    loop: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = drawn_at_random(loop, LANES, months(3))
    asked: list[int] = []

    def counted(world: World) -> dict[buses.Bus, buses.Joints]:
        asked.append(id(world))
        return buses.buses(world)

    monkeypatch.setattr(taps, "buses", counted)
    facts(loop, ledger, dates_of(ledger))
    assert len(asked) == len(set(asked)) > 0
    asked.clear()
    terms(loop)
    assert len(asked) == sum(len(variant.worlds) for variant in loop.variants.values())


def test_labels_are_origins_times_substances(works: Scenario) -> None:
    """The balance sums them by their place."""
    for index in (drawn_at_random(works, [Lane("base", 0)], months(1)).index, plans(works, terms(works))[0].index):
        substances = list(dict.fromkeys(label.substance for label in index.labels))
        origins = dict.fromkeys(label.origin for label in index.labels)
        expected = [(substance, origin) for origin in origins for substance in substances]
        assert [(label.substance, label.origin) for label in index.labels] == expected
