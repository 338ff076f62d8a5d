"""How often a material is used before it is lost, and for how long: indicators of what uses take in and hold."""

from __future__ import annotations

from simulator.accounting.facts import Facts
from simulator.accounting.grid import Grid, Key, spread
from simulator.accounting.measure import Measure
from simulator.engine.ledger import Floats
from simulator.scenario.figures import NETWORK, TOTAL
from simulator.units import DAYS_PER_YEAR

FIRST = frozenset({"primary", "pre_consumer"})
"""Origins of what was in no use before."""


def mean_uses(facts: Facts) -> Measure:
    """How many uses a tonne that enters one for the first time passes through: all intake ÷ first intake.

    With f what enters for the first time and P the parts of what one use takes in that another takes in next, the
    intake of a steady state is t = f + P t, so Σt = 1ᵀ(I − P)⁻¹f: the visits to uses of an absorbing Markov chain, as
    in Yamada, Daigo, Matsuno, Adachi and Kondo (2006), Int J Life Cycle Assess 11, 354. Origins tell f. In one loop it
    is 1 ÷ (1 − r), with r the part of what is taken in that comes round.
    """
    taken = spread(facts.intake, lambda key: _in_all(key[2]))
    return Measure("mean_uses", "1", taken, per=_first(facts, taken.keys))


def residence_time(facts: Facts) -> Measure:
    """Time a tonne stays in a use: what is in service at the end ÷ what is taken in a year (Little 1961)."""
    held = spread(facts.in_use, lambda key: [key, (NETWORK, TOTAL)])
    taken = spread(facts.intake, lambda key: [key[:2], (NETWORK, TOTAL)], held.keys)
    return Measure("residence_time", "year", _over_years(held, facts), per=taken)


def service_time(facts: Facts) -> Measure:
    """Time a tonne spends in service in all its uses: what is in service at the end ÷ first intake in a year.

    Little (1961), Operations Research 9, 383, for all uses taken together; in a steady state `mean_uses` ×
    `residence_time`.
    """
    held = spread(facts.in_service, lambda key: _in_all(key[0]))
    return Measure("service_time", "year", _over_years(held, facts), per=_first(facts, held.keys))


def mean_age(facts: Facts) -> Measure:
    """Mean age of what is in service at the end, weighted by mass, of uses that report ages; `network`: all of them.

    Time since it entered the use that it is in. In a steady state it is (μ² + σ²) ÷ 2μ of the lifetime's mean and
    standard deviation, the mean of the equilibrium distribution of renewal theory (Cox 1962, Renewal Theory, 5.2).
    """

    def items(key: Key) -> list[Key]:
        return [key[:2], *_in_all(key[2])]

    return Measure("mean_age", "year", spread(facts.aged, items), per=spread(facts.aged, items, value=1))


def _in_all(substance: str) -> list[Key]:
    return [(NETWORK, substance), (NETWORK, TOTAL)]


def _first(facts: Facts, keys: tuple[Key, ...]) -> Grid:
    """What enters a use for the first time."""
    return spread(facts.intake, lambda key: _in_all(key[2]) if key[3] in FIRST else (), keys)


def _over_years(held: Grid, facts: Facts) -> Grid:
    """Stocks times the years that passed."""
    years: Floats = facts.days.values[0] / DAYS_PER_YEAR
    return Grid(held.keys, (held.values[0] * years,))


CYCLE_INDICATORS = (mean_age, mean_uses, residence_time, service_time)
"""Those of this module."""
