"""Recycling rates of metals, by substance: indicators of what left uses and of what is in new products.

After UNEP (2011), Recycling Rates of Metals, and Graedel et al. (2011), Journal of Industrial Ecology 15, 355. With d
what left uses, g the old scrap of it that became products again, and, in the inputs of production, a what is primary, o
old scrap and n new scrap: EoL-RR = g ÷ d, OSR = o ÷ (o + n), recycling input rate = (o + n) ÷ (a + o + n), and EoL-RIR
= o ÷ (a + o + n). The inputs of production are read off its products, where origins stand in the proportions in which
they went in: so imported products count as if they were made here, and scrap that is sold abroad does not.
"""

from __future__ import annotations

from collections.abc import Collection

from simulator.accounting.facts import Facts
from simulator.accounting.grid import Grid, Key, joined, spread
from simulator.accounting.measure import Measure
from simulator.accounting.tracing import RECYCLING, REUSE
from simulator.accounting.waste import LEFT_USE
from simulator.scenario.figures import NETWORK, TOTAL

OLD, NEW = "post_consumer", "pre_consumer"
SCRAP = (NEW, OLD)
MADE = ("primary", NEW, OLD)
"""Origins of what was produced; what is reused was not."""


def eol_recycling_rate(facts: Facts) -> Measure:
    """Part of what left uses of the network for good that became products again, or was sold to be recycled."""
    left = spread(facts.old_scrap, lambda key: _in_all(key[0]) if key[1] == LEFT_USE else ())
    again = spread(facts.old_scrap, lambda key: _in_all(key[0]) if key[1] == REUSE else (), left.keys)
    recycled = spread(facts.old_scrap, lambda key: _in_all(key[0]) if key[1] == RECYCLING else (), left.keys)
    return Measure("eol_recycling_rate", "1", recycled, per=Grid(left.keys, (left.values[0] - again.values[0],)))


def old_scrap_ratio(facts: Facts) -> Measure:
    """Old scrap ÷ old and new scrap, in new products."""
    return _share_of("old_scrap_ratio", facts, (OLD,), SCRAP)


def recycling_input_rate(facts: Facts) -> Measure:
    """Old and new scrap ÷ all that is not reused, in new products."""
    return _share_of("recycling_input_rate", facts, SCRAP, MADE)


def eol_recycling_input_rate(facts: Facts) -> Measure:
    """Old scrap ÷ all that is not reused, in new products."""
    return _share_of("eol_recycling_input_rate", facts, (OLD,), MADE)


def _share_of(name: str, facts: Facts, part: Collection[str], whole: Collection[str]) -> Measure:
    divisors = _in_products(facts, whole)
    return Measure(name, "1", _in_products(facts, part, divisors.keys), per=divisors)


def _in_products(facts: Facts, origins: Collection[str], keys: Collection[Key] = ()) -> Grid:
    """What uses and demands take of some origins."""
    used = spread(facts.intake, lambda key: _in_all(key[2]) if key[3] in origins else (), keys)
    sold = spread(facts.demanded, lambda key: _in_all(key[0]) if key[1] in origins else (), keys)
    return joined(used, sold)


def _in_all(substance: str) -> list[Key]:
    return [(NETWORK, substance), (NETWORK, TOTAL)]


SCRAP_INDICATORS = (eol_recycling_input_rate, eol_recycling_rate, old_scrap_ratio, recycling_input_rate)
"""Those of this module."""
