"""Carbon to carbon dioxide, by stoichiometry of what burns.

IPCC 2006 Guidelines, vol. 5, ch. 5, eq. 5.2: CO2 = Σ mass × dry matter × carbon × fossil × oxidation × 44/12. Dry
matter is no number of its own here: the carbon of a substance refers to its mass as it flows. In place of 44/12 stands
the ratio of the atomic weights, 0.07 % less.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.amounts import Number
from simulator.scenario.gases import BIOGENIC_CO2, CARBON_DIOXIDE
from simulator.scenario.models import Chemistry

CARBON, OXYGEN = 12.011, 15.999
"""Standard atomic weights, g/mol (IUPAC, abridged values of 2021)."""
CO2_OF_CARBON = (CARBON + 2 * OXYGEN) / CARBON
"""3.66406 t CO2 per t of carbon."""


def burnt(known: Chemistry, oxidation: Number | None) -> Iterator[tuple[str, tuple[Number, ...]]]:
    """The gases that a tonne of a substance gives, and the numbers that make t CO2 of it; nothing without carbon."""
    if oxidation is None or known.carbon is None or known.fossil is None:
        return
    biogenic = Number(1 - known.fossil.value, "1")
    for gas, part in ((CARBON_DIOXIDE, known.fossil), (BIOGENIC_CO2, biogenic)):
        if part.value:
            yield gas, (known.carbon, part, oxidation, Number(CO2_OF_CARBON, "t CO2/t"))
