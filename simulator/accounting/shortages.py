"""What energy nobody served and what nobody took, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.accounting.tables import Tables
from simulator.scenario.figures import NETWORK, TOTAL

LITTLE = 1e-3
"""MWh over the whole run up to which it is rounding."""


@dataclass(frozen=True, slots=True)
class _Kind:
    indicator: str
    verb: str
    remedy: str


_KINDS = (
    _Kind("unserved_energy", "was not served", "give it a supplier, or a larger capacity"),
    _Kind("curtailed_energy", "nobody took", "a flow, a load or a storage could use it"),
)


def find_shortages(tables: Tables) -> tuple[str, ...]:
    """A sentence for every company and carrier of which something was unserved, or curtailed, over the whole run."""
    return tuple(sentence for kind in _KINDS for sentence in _sentences(tables, kind))


def _sentences(tables: Tables, kind: _Kind) -> Iterator[str]:
    table = tables.indicators
    whole = (table["period"] == TOTAL) & (table["node"] != NETWORK) & (table["item"] != TOTAL)
    found = table[whole & (table["indicator"] == kind.indicator) & (table["value"] > LITTLE)]
    for (node, carrier), rows in found.groupby(["node", "item"], observed=True):
        variants = ", ".join(map(str, rows["variant"]))
        amount = _amount(float(rows["value"].min()), float(rows["value"].max()))
        yield f"companies.{node}: {amount} of {carrier} {kind.verb} ({variants}): {kind.remedy}"


def _amount(least: float, most: float) -> str:
    return f"{_rounded(least)} MWh" if least == most else f"{_rounded(least)} to {_rounded(most)} MWh"


def _rounded(energy: float) -> str:
    return f"{energy:,.0f}" if energy >= 10 else f"{energy:.2g}"
