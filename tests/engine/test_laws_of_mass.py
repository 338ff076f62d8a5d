"""In any network: nothing is made or lost, overdrawn or overfilled; recipes, rates, capacities and lots are kept.

What the ledger says is held against the scenario's own numbers, read and reckoned here anew.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.engine import Ledger
from tests.engine.laws import opened, recorded, tried
from tests.engine.networks import SUBSTANCES, Network, Raw

Floats = NDArray[np.float64]
CLOSE = 1e-9
TINY = np.finfo(np.float64).tiny
"""Below it, t, a mass has fewer digits than others."""
DAYS = {"hour": 1 / 24, "day": 1.0, "month": 31.0, "year": 366.0}
"""At most."""


def number(text: str) -> float:
    """Of a quantity as the strategies write it."""
    return float(text.partition(" ")[0])


def days(span: str) -> float:
    count, unit = span.split()
    return float(count) * DAYS[unit]


def by_substance(ledger: Ledger, masses: Floats) -> Floats:
    """Tonnes of the one lane, shape (rows, things, substances), in the order of `SUBSTANCES`."""
    names = [label.substance for label in ledger.index.labels]
    columns = [[n for n, name in enumerate(names) if name == substance] for substance in SUBSTANCES]
    return np.stack([masses[0][..., chosen].sum(axis=-1) for chosen in columns], axis=-1)


def elapsed(ledger: Ledger) -> Floats:
    """Days from the start to the end of every row."""
    rows = ledger.rows[0]
    return np.array([(row.end - rows[0].start).total_seconds() / 86400 for row in rows])


def review(network: Network, node: str) -> float:
    """Days at most between two looks of a node."""
    step: str = network.tree["time"]["step"]
    return days(network.companies.get(node, {}).get("review_period", step))


def largest(network: Network, path: str, value: str) -> float:
    """The largest that a number ever is, with all factors of dated changes."""
    factors = (change.get("scale", {}).get(path, 1.0) for change in network.tree["interventions"].values())
    return number(value) * float(np.prod([max(1.0, factor) for factor in factors]))


@tried(40)
def test_masses_balance_and_stay_within_all_bounds(network: Network) -> None:
    """The balance of every place and substance closes, too: `recorded` sees to it."""
    ledger = recorded(opened(network))
    nothing_is_negative(ledger)
    stores_hold_no_more_than_their_capacity(network, ledger)
    flows_keep_their_lots_capacities_and_terms(network, ledger)
    ports_give_and_take_no_more_than_their_rates(network, ledger)
    processes_keep_their_rates_batches_and_slots(network, ledger)
    coefficients_are_met_by_substance(network, ledger)


def nothing_is_negative(ledger: Ledger) -> None:
    """Neither a stock, so that nothing is overdrawn, nor a movement."""
    stocks = (ledger.on_hand, ledger.in_transit, ledger.in_process, ledger.in_use)
    for masses in (*stocks, ledger.shipped, ledger.drawn, ledger.made, ledger.retired, ledger.soiled):
        assert masses.size == 0 or masses.min() >= 0.0


def stores_hold_no_more_than_their_capacity(network: Network, ledger: Ledger) -> None:
    """With what is on the way; initial stock and what retires may exceed it."""
    held = (ledger.on_hand + ledger.in_transit + ledger.in_process)[0].sum(axis=-1)
    retired_to = {end.place for end in ledger.index.ends}
    for n, place in enumerate(ledger.index.places):
        if place.kind == "inventory" and n not in retired_to:
            store: Raw = network.companies[place.node]["inventories"].get(place.name, {})
            if "capacity" in store:
                room = max(number(store["capacity"]), number(store.get("initial", "0 t")))
                assert held[:, n].max() <= room * (1 + CLOSE), place


def flows_keep_their_lots_capacities_and_terms(network: Network, ledger: Ledger) -> None:
    shipped, until = ledger.shipped[0].sum(axis=-1), elapsed(ledger)
    for n, key in enumerate(ledger.index.flows):
        flow: Raw = network.flows[key.flow]
        if "lot_size" in flow:
            lots = shipped[:, n] / number(flow["lot_size"])
            assert np.abs(lots - lots.round()).max() <= 1e-6 * max(1.0, lots.max()), key
        if "capacity" in flow:
            capacity = largest(network, f"flows.{key.flow}.capacity", flow["capacity"])
            most = capacity * (until + review(network, flow["to"]))
            assert (shipped[:, n].cumsum() <= most * (1 + CLOSE)).all(), key
        if "contract" in flow:
            contract_holds(flow["contract"], ledger, shipped[:, n])


def contract_holds(contract: Raw, ledger: Ledger, shipped: Floats) -> None:
    """Nothing before its start or from its end on; no more than its maximum in as many periods as there can be."""
    for row, mass in zip(ledger.rows[0], shipped, strict=True):
        if "start" in contract and row.end.isoformat() <= contract["start"]:
            assert mass == 0.0
        if "end" in contract and row.start.isoformat() >= contract["end"] + "T00:00:00":
            assert mass == 0.0
    if "maximum" in contract:
        shortest = 0.9 * days(contract["period"])
        periods = np.ceil(elapsed(ledger)[-1] / shortest) + 1
        assert shipped.sum() <= number(contract["maximum"]) * periods * (1 + CLOSE)


def ports_give_and_take_no_more_than_their_rates(network: Network, ledger: Ledger) -> None:
    shipped, until = ledger.shipped[0].sum(axis=-1).cumsum(axis=0), elapsed(ledger)
    sections = {"supply": "supplies", "demand": "demands", "accept": "accepts"}
    longest = max(review(network, node) for node in [*network.companies, "market"])
    for n, place in enumerate(ledger.index.places):
        if place.kind != "inventory":
            port = network.tree["boundary"][place.node][sections[place.kind]][place.name]
            through = [f for f, flow in enumerate(ledger.index.flows) if n in {flow.source, flow.target}]
            if "rate" in port:
                most = number(port["rate"]) * (until + longest)
                assert (shipped[:, through].sum(axis=1) <= most * (1 + CLOSE)).all(), place


def processes_keep_their_rates_batches_and_slots(network: Network, ledger: Ledger) -> None:
    basis, throughput = ledger.basis[0].cumsum(axis=0), ledger.throughput[0].sum(axis=-1)
    for n, key in enumerate(ledger.index.processes):
        process: Raw = network.companies[key.company]["processes"][key.process]
        rate = largest(network, f"companies.{key.company}.processes.{key.process}.rate", process["rate"])
        span = elapsed(ledger) + review(network, key.company)
        assert (basis[:, n] <= rate * span * (1 + CLOSE)).all(), key
        if "batch" in process:
            batches = throughput[:, n] / number(process["batch"])
            assert np.abs(batches - batches.round()).max() <= 1e-6 * max(1.0, batches.max()), key
        slots_are_filled(slots_of(process), key.company, key.process, ledger, throughput[:, n])


def slots_of(process: Raw) -> Raw:
    inputs = process["inputs"]
    return {"": {"share": 1, "any_of": inputs}} if isinstance(inputs, list) else dict(inputs)


def slots_are_filled(slots: Raw, company: str, process: str, ledger: Ledger, throughput: Floats) -> None:
    """Each in proportion to its share, and within its limits."""
    drawn = by_substance(ledger, ledger.drawn)
    for slot in slots.values():
        mine = [
            n
            for n, draw in enumerate(ledger.index.draws)
            if (draw.company, draw.process) == (company, process) and draw.material in slot["any_of"]
        ]
        taken = drawn[:, mine].sum(axis=1)
        total = taken.sum(axis=-1)
        assert np.abs(total - slot["share"] * throughput).max() <= CLOSE * throughput.max() + TINY
        for substance, limit in slot.get("limits", {}).items():
            part = taken[:, SUBSTANCES.index(substance)]
            assert (part <= limit * total + CLOSE * max(limit, 1e-3) * total.max()).all(), (company, process)


def coefficients(process: Raw) -> dict[str, Floats]:
    """Part of each substance that goes to each output or release."""
    written = {**process["outputs"], **process.get("releases", {})}
    splits = [part for part in written.values() if isinstance(part, dict) and "total" not in part]
    named = {substance for part in splits for substance in part}
    found = {name: coefficient(part, named) for name, part in written.items() if part != "rest"}
    rest = 1.0 - sum(found.values(), np.zeros(len(SUBSTANCES)))
    return {name: found.get(name, rest) for name in written}


def coefficient(part: float | Raw, named: set[str]) -> Floats:
    if not isinstance(part, dict):
        return np.array([0.0 if substance in named else part for substance in SUBSTANCES])
    if "total" in part:
        return np.full(len(SUBSTANCES), float(part["total"]))
    return np.array([float(part.get(substance, 0.0)) for substance in SUBSTANCES])


def outputs_of(ledger: Ledger, company: str, process: str) -> Iterator[tuple[int, str]]:
    for n, output in enumerate(ledger.index.outputs):
        if (output.company, output.process) == (company, process):
            yield n, output.material or output.medium or ""


def coefficients_are_met_by_substance(network: Network, ledger: Ledger) -> None:
    """In every row: what each output got of a substance is its part of what was drawn, full stores or not."""
    drawn, made = by_substance(ledger, ledger.drawn), by_substance(ledger, ledger.made)
    for key in ledger.index.processes:
        place = (key.company, key.process)
        inputs = [n for n, draw in enumerate(ledger.index.draws) if (draw.company, draw.process) == place]
        taken = drawn[:, inputs].sum(axis=1)
        parts = coefficients(network.companies[key.company]["processes"][key.process])
        for n, name in outputs_of(ledger, *place):
            off = np.abs(made[:, n] - taken * parts[name])
            assert (off <= CLOSE * taken.sum(axis=-1, keepdims=True) + TINY).all(), (place, name)
