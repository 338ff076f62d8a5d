"""Indicators of energy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.accounting import mixes
from simulator.accounting.facts import Facts
from simulator.accounting.grid import Grid, Key, joined, spread
from simulator.accounting.measure import Measure, both
from simulator.scenario.buses import CURTAILED, UNSERVED
from simulator.scenario.figures import NETWORK, TOTAL


def energy(facts: Facts) -> Measure:
    """Energy that processes and loads got, by carrier, MWh."""
    return Measure("energy", "MWh", _final_use(facts))


def _final_use(facts: Facts, keys: Sequence[Key] = ()) -> Grid:
    def counted(key: Key) -> list[Key]:
        node, use, _, carrier, supplier, _ = key
        return both(node, carrier, TOTAL) if use in mixes.FINAL and supplier != UNSERVED else []

    return spread(facts.energy, counted, [(NETWORK, TOTAL), *keys])


def purchased_energy(facts: Facts) -> Measure:
    """What the grid and partners gave, by carrier; of the network what came from outside, MWh."""
    return Measure("purchased_energy", "MWh", spread(facts.purchased, lambda key: [key, (key[0], TOTAL)]))


def unserved_energy(facts: Facts) -> Measure:
    """Energy that was needed and that nobody supplied, by carrier, MWh."""
    totals = spread(facts.energy, lambda key: both(key[0], key[3], TOTAL) if key[4] == UNSERVED else ())
    return Measure("unserved_energy", "MWh", totals)


def curtailed_energy(facts: Facts) -> Measure:
    """Energy that nobody took, by carrier, MWh."""
    totals = spread(facts.energy, lambda key: both(key[0], key[3], TOTAL) if key[1] == CURTAILED else ())
    return Measure("curtailed_energy", "MWh", totals)


def self_sufficiency(facts: Facts) -> Measure:
    """Part of the energy that processes and loads got that came from the node, or the network, itself."""
    of_nodes = spread(mixes.final(facts.own_energy), lambda key: [key, (key[0], TOTAL)])
    of_network = spread(mixes.final(facts.inside), lambda key: [(NETWORK, key[1]), (NETWORK, TOTAL)])
    own = joined(of_nodes, of_network)
    return _part("self_sufficiency", own, _final_use(facts, own.keys))


def renewable_share(facts: Facts) -> Measure:
    """Part of the energy that processes and loads got that is renewable, by its supplier or what that passes on."""
    renewable = spread(mixes.final(facts.renewable), lambda key: both(key[0], key[1], TOTAL))
    return _part("renewable_share", renewable, _final_use(facts, renewable.keys))


def _part(name: str, part: Grid, whole: Grid) -> Measure:
    """A part of a whole, 0 where the part is missing."""
    return Measure(name, "1", spread(part, lambda key: [key], whole.keys), per=whole)


def peak_power(facts: Facts) -> Measure:
    """Largest power bought from the grid, by carrier, MW; a maximum, of no network."""
    return Measure("peak_power", "MW", facts.peaks)


def stored_energy(facts: Facts) -> Measure:
    """In storages at the end of the year, MWh."""
    return Measure("stored_energy", "MWh", facts.stored)


def storage_loss(facts: Facts) -> Measure:
    """Energy that storing lost, MWh."""
    return Measure("storage_loss", "MWh", facts.storage_loss)


def shipped_energy(facts: Facts) -> Measure:
    """Energy that arrived over flows, by sender and flow, MWh."""
    return Measure("shipped_energy", "MWh", facts.delivered)


ENERGY_INDICATORS: tuple[Callable[[Facts], Measure], ...] = (
    curtailed_energy,
    energy,
    peak_power,
    purchased_energy,
    renewable_share,
    self_sufficiency,
    shipped_energy,
    storage_loss,
    stored_energy,
    unserved_energy,
)
