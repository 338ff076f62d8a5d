"""Text to number at the border."""

from __future__ import annotations

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import units
from simulator.units import UnitError, factor, measure


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("kg", "t", 1e-3),
        ("Mt", "t", 1e6),
        ("kt/year", "t/day", 1000 / 365.25),
        ("kt/a", "t/day", 1000 / 365.25),
        ("t/month", "t/day", 12 / 365.25),
        ("MW", "MWh/day", 24),
        ("kWh/t", "MWh/t", 1e-3),
        ("GJ", "MWh", 1 / 3.6),
        ("TJ/kt", "MWh/t", 1 / 3.6),
        ("g CO2e/kWh", "t CO2e/MWh", 1e-3),
        ("g CO2e/(t km)", "t CO2e/(t km)", 1e-6),
        ("ct/kWh", "EUR/MWh", 10),
        ("€/t", "EUR/t", 1),
        ("MEUR/year", "EUR/day", 1e6 / 365.25),
        ("FTE/(kt/year)", "FTE/(t/day)", 0.36525),
        ("%", "1", 0.01),
        ("hours", "day", 1 / 24),
        ("weeks", "day", 7),
        ("l", "m3", 1e-3),
        ("m", "km", 1e-3),
        ("kg/m3", "t/m3", 1e-3),
        ("EUR/Mg", "EUR/t", 1),
        ("Mg/day", "t/day", 1),
    ],
)
def test_factors(text: str, unit: str, expected: float) -> None:
    assert factor(text, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("t", "t/day"), ("t CO2e", "t"), ("t CO2", "t CO2e"), ("kt/a", "km/day"), ("MWh", "MWh/day"), ("pieces", "t")],
)
def test_another_kind_of_unit_is_refused(text: str, unit: str) -> None:
    """`kt` is never knots, and carbon is never mere mass."""
    with pytest.raises(UnitError, match="not a unit of the same kind"):
        factor(text, unit)


@pytest.mark.parametrize(
    ("text", "advice"),
    [("t/dya", "t/day"), ("KWh", "kWh"), ("ton/day", "t/day"), ("EURO/t", "EUR/t"), ("kt/yaer", "kt/year")],
)
def test_a_near_miss_is_suggested(text: str, advice: str) -> None:
    with pytest.raises(UnitError, match=f"did you mean {advice}[?]"):
        measure(text)


@pytest.mark.parametrize(
    ("text", "advice"), [("Gg/year", "kt/year"), ("TEUR", "kEUR"), ("MWH", "MWh"), ("Kt", "kt"), ("kg/DAY", "kg/day")]
)
def test_a_unit_of_another_habit_is_translated(text: str, advice: str) -> None:
    with pytest.raises(UnitError, match=f"did you mean {advice}[?]"):
        measure(text)


@pytest.mark.parametrize("text", ["mg", "MG", "mt", "MT", "Gt", "EUR/mg"])
def test_nothing_is_suggested_that_may_be_a_thousand_times_off(text: str) -> None:
    """`mt` may be a metric ton as well as a megatonne, and `mg` is no `Mg`."""
    with pytest.raises(UnitError, match=r"unknown unit `\S+`$"):
        measure(text)


@pytest.mark.parametrize(
    "text", ["t/(", "t//day", "t**99", "__import__", "t^1000", "10", "t" * 100, "lambda: 1", "[t]"]
)
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="unknown unit"):
        measure(text)


@given(st.text(max_size=20))
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    try:
        size, _ = measure(text)
    except UnitError:
        return
    assert size > 0


def test_every_name_can_be_measured() -> None:
    assert all(measure(name)[0] > 0 for name in units.names())


@pytest.fixture(scope="module")
def reference() -> pint.UnitRegistry[float]:
    """The same units, defined for pint."""
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None, on_redefinition="raise")
    for name, dimension in units._BASE.items():
        registry.define(f"{name} = [{dimension.replace(' ', '_')}]")
    for name, (size, unit) in units._DERIVED.items():
        registry.define(f"{name} = {size!r} * ({unit.replace(' ', ' * ')})")
    return registry


def _expressions() -> st.SearchStrategy[str]:
    words = st.sampled_from(units.names())
    powers = st.builds("{}^{}".format, words, st.integers(1, 4))
    joined = st.sampled_from(["{} {}", "{}*{}", "{}/{}", "{}/({})", "({}) {}"])
    return st.recursive(words | powers, lambda inner: st.builds(str.format, joined, inner, inner), max_leaves=4)


@given(text=_expressions().filter(lambda text: len(text) <= 60))
def test_size_and_dimension_are_those_that_pint_finds(reference: pint.UnitRegistry[float], text: str) -> None:
    """pint is too slow to start with (decision 9), and so stands here, as the check of what is used in its place."""
    expected = reference.Quantity(1, reference.parse_units(text)).to_base_units()
    size, dimension = measure(text)
    assert size == pytest.approx(expected.magnitude, rel=1e-12)
    powers = {name.strip("[]").replace("_", " "): power for name, power in expected.dimensionality.items()}
    assert dict(dimension) == pytest.approx(powers)
