"""The factor library: what it holds, how a number is taken from it, and what is refused."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

import pytest

from simulator import units
from simulator.scenario.catalogue import entries, entry
from simulator.scenario.gases import is_gross
from simulator.scenario.numbers import In, parse_number, scaled
from simulator.scenario.wrong import Wrong

ROOT = Path(__file__).parents[2]
MAY_SHIP = (
    "CC0-1.0",
    "Open Government Licence v3.0",
    "computed from molar masses",
    "public domain",
    "single figure, cited",
    "statute, no copyright",
)
FREIGHT = In("t CO2e/(t km)", "t CO2/(t km)", low=0)
GRID = In("t CO2e/MWh", "t CO2/MWh", calorific=True)


def test_every_entry_says_what_it_is_and_may_ship() -> None:
    for item in entries():
        assert units.measure(item.unit)[0] > 0
        assert all((item.source, item.edition, item.region, item.boundary, item.address)), item.id
        assert item.licence.startswith(MAY_SHIP), item.id
        assert item.checked in {"read", "secondary", "computed", "definition"}, item.id
        assert item.gwp in {"", "ar4", "ar5", "ar6"}, item.id
        assert "CO2e" not in item.unit or item.gwp or item.id.startswith("gwp."), item.id


def test_nothing_of_closed_data_bases_is_in_it() -> None:
    texts = [f"{item.source} {item.address} {item.licence}".lower() for item in entries()]
    assert not [text for text in texts for name in ("ecoinvent", "copper", "epd", "worldsteel") if name in text]


def test_ids_are_in_order_and_none_is_twice() -> None:
    with (ROOT / "simulator" / "factors" / "factors.csv").open(encoding="utf-8", newline="") as file:
        names = [row["id"] for row in csv.DictReader(file)]
    assert names == sorted(set(names))
    assert len(names) == len(entries())


def test_entries_are_found_by_pattern_or_part() -> None:
    assert [item.id for item in entries("de.grid.2024*")] == [
        "de.grid.2024",
        "de.grid.2024.co2",
        "de.grid.2024.upstream",
    ]
    assert {item.region for item in entries("freight")} == {"DE", "UK"}


@pytest.mark.parametrize(
    ("name", "direct", "co2", "upstream"), [(2022, 441, 433, 503), (2023, 394, 386, 449), (2024, 372, 363, 427)]
)
def test_german_grid_as_published(name: int, direct: float, co2: float, upstream: float) -> None:
    """UBA, Climate Change 13/2025, Table 2, g/kWh."""
    found = [entry(f"de.grid.{name}{suffix}").value * 1000 for suffix in ("", ".co2", ".upstream")]
    assert found == pytest.approx([direct, co2, upstream])


def test_a_library_number_brings_its_source() -> None:
    number = parse_number({"factor": "de.grid.2024"}, GRID, {})
    assert number.value == pytest.approx(0.372)
    assert number.unit == "t CO2e/MWh"
    assert (number.kind, number.factor) == ("published", "de.grid.2024")
    assert number.source is not None
    assert "UBA, Climate Change 13/2025, Table 2 (DE 2024, edition April 2025): GHG without upstream" in number.source


def test_gross_and_net_are_kept_apart() -> None:
    net, gross = (parse_number({"factor": f"de.natural_gas{end}"}, GRID, {}) for end in ("", ".hs"))
    assert (net.unit, gross.unit) == ("t CO2/MWh", "t CO2/MWh Hs")
    assert (is_gross(net), is_gross(gross)) == (False, True)


def test_a_library_number_may_be_scaled_and_uncertain() -> None:
    raw = scaled({"factor": "uk.freight.truck.2025"}, 0.5)
    assert raw == {"factor": "uk.freight.truck.2025", "times": 0.5}
    assert parse_number(raw, FREIGHT, {}).value == pytest.approx(0.10163e-3 / 2)
    drawn = parse_number({"factor": "uk.freight.truck.2025", "lognormal": {"cv": 0.2}}, FREIGHT, {})
    assert drawn.distribution is not None
    assert drawn.distribution.mean == pytest.approx(0.10163e-3)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"factor": "de.grid.2025"}, r"unknown factor de\.grid\.2025, did you mean de\.grid\.202\d"),
        ({"factor": "nothing like it"}, r"docs/factors\.md lists them all"),
        ({"factor": 7}, "unknown factor 7"),
        (
            {"factor": "uk.freight.truck.2025"},
            r"truck\.2025: `kg CO2e/\(t km\)` is the wrong kind of unit, expected t CO2e/MWh",
        ),
        ({"factor": "de.grid.2024", "value": "1 t CO2e/MWh"}, "leave out the value"),
        ({"factor": "de.grid.2024", "source": "me"}, "leave out the source"),
        ({"factor": "de.grid.2024", "table": "mix"}, "only one of table, value, factor"),
        ({"factor": "de.grid.2024", "times": "half"}, "is not a plain number"),
    ],
)
def test_what_is_not_in_it_or_does_not_fit_is_refused(raw: object, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        parse_number(raw, GRID, {})


def test_the_page_lists_every_entry() -> None:
    """After a change of the library, `python docs/make_factors.py` writes it anew."""
    page, text = runpy.run_path(str(ROOT / "docs" / "make_factors.py"))["page"]()
    assert page.read_text(encoding="utf-8") == text
    assert all(f"`{item.id}`" in text for item in entries())


def test_every_licence_stands_in_the_note() -> None:
    note = (ROOT / "simulator" / "factors" / "LICENCES.md").read_text(encoding="utf-8")
    assert all(name in note for name in MAY_SHIP)
    assert "Contains public sector information licensed under the Open Government Licence v3.0." in note
