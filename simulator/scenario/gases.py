"""Greenhouse gases: their names, their weights, and emission factors that are split by gas.

A factor in t CO2e is already weighed, by the GWP set its source chose: no switch can touch it. What is given by gas is
weighed here, with the GWP set of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from simulator.scenario.amounts import Number
from simulator.scenario.catalogue import entry
from simulator.scenario.context import Tables
from simulator.scenario.forms import is_split, under
from simulator.scenario.numbers import GROSS, In, parse_number
from simulator.scenario.wrong import Wrong, advice

Gas = Literal["CO2", "CO2e", "CO2_biogenic", "CH4", "CH4_biogenic", "N2O", "SF6", "NF3", "HFC_134a"]
"""What is emitted, in t of the gas; `CO2e` is weighed already, `CO2_biogenic` reported apart."""
Vintage = Literal["ar5", "ar6"]
"""A set of global warming potentials over 100 years."""
WEIGHED: Final = "CO2e"
CARBON_DIOXIDE: Final = "CO2"
BIOGENIC_CO2: Final = "CO2_biogenic"
GROWN: Mapping[str, str] = {CARBON_DIOXIDE: BIOGENIC_CO2, "CH4": "CH4_biogenic"}
"""What a gas is called where its carbon is biogenic."""
_POTENTIALS: Mapping[str, Mapping[str, str]] = {
    "ar5": {"CH4": "ch4", "CH4_biogenic": "ch4", "N2O": "n2o", "SF6": "sf6", "NF3": "nf3", "HFC_134a": "hfc_134a"},
    "ar6": {
        "CH4": "ch4_fossil",
        "CH4_biogenic": "ch4_biogenic",
        "N2O": "n2o",
        "SF6": "sf6",
        "NF3": "nf3",
        "HFC_134a": "hfc_134a",
    },
}
"""Entries of the factor library. AR5 has one value for methane, as used in national inventories (28)."""
_ENERGY = In("t CO2e/MWh", "t CO2/MWh", calorific=True)
_BY_GAS: Mapping[str, In] = {
    WEIGHED: In("t CO2e/MWh", calorific=True),
    CARBON_DIOXIDE: In("t CO2/MWh", "t/MWh", low=0, calorific=True),
    BIOGENIC_CO2: In("t CO2/MWh", "t/MWh", low=0, calorific=True),
    **{gas: In("t/MWh", low=0, calorific=True) for gas in _POTENTIALS["ar6"]},
}


@dataclass(frozen=True, slots=True)
class Gases:
    """Emission factor of an energy carrier, by gas; one number is of `CO2e` or `CO2`, as its unit says."""

    by_gas: Mapping[str, Number]
    single: bool = False
    """Whether one number was written, not a mapping of gases."""


@cache
def potential(vintage: str, gas: str) -> float:
    """Global warming potential over 100 years, t CO2e per t of the gas: IPCC AR5 WG1 ch. 8, AR6 WG1 ch. 7."""
    if gas not in _POTENTIALS[vintage]:
        return 1.0
    return entry(f"gwp.{vintage}.{_POTENTIALS[vintage][gas]}").value


def gas_of(number: Number) -> str:
    """Which gas a factor is of: its unit says whether it is CO2 alone or CO2e."""
    return CARBON_DIOXIDE if number.unit.startswith("t CO2/") else WEIGHED


def is_gross(number: Number) -> bool:
    """Whether it is per MWh of gross calorific value."""
    return number.unit.endswith(GROSS)


def parse_gases(raw: Any, tables: Tables) -> Gases:
    """One factor, or a factor for each gas. Raises Wrong."""
    if not is_split(raw):
        number = parse_number(raw, _ENERGY, tables)
        return Gases({gas_of(number): number}, single=True)
    for gas in raw:
        if gas not in _BY_GAS:
            raise Wrong(f"unknown gas{advice(gas, _BY_GAS)}", (gas,))
    if not raw:
        raise Wrong("names no gas")
    return Gases({gas: under(gas, _of_gas, gas, item, tables) for gas, item in raw.items()})


def _of_gas(gas: str, raw: Any, tables: Tables) -> Number:
    try:
        return parse_number(raw, _BY_GAS[gas], tables)
    except Wrong as wrong:
        weighed = "CO2e" in wrong.message or "CO2e" in str(raw)
        remedy = f"; what is weighed already (t CO2e) stands under {WEIGHED}" if weighed and gas != WEIGHED else ""
        raise Wrong(f"{wrong.message}{remedy}", wrong.keys) from wrong
