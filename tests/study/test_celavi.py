"""The expected tables of the CELAVI-like case follow from CELAVI's rules, written down apart from the engine."""

from __future__ import annotations

import csv

import pytest

from tests.study.celavi import CASE, cheaper_to_grind, tables


@pytest.mark.parametrize("name", ["inflows.csv", "tonne_km.csv"])
def test_the_expected_tables_are_those_of_the_rules(name: str) -> None:
    with (CASE / name).open(encoding="utf-8") as file:
        found = list(csv.reader(file))
    expected = tables()[name]
    assert [row[:-1] for row in found] == [row[:-1] for row in expected]
    assert [float(row[-1]) for row in found[1:]] == pytest.approx([float(row[-1]) for row in expected[1:]])


def test_one_park_grinds_from_the_start_one_later_one_never() -> None:
    assert [cheaper_to_grind(park, 2020, 1, 1) for park in (2, 3, 4)] == [True, False, False]
    assert [cheaper_to_grind(park, 2045, 2000, 2000) for park in (2, 3, 4)] == [True, True, False]
