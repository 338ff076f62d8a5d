"""Who is paid what: every payment once, at the companies that receive or pay it.

To add a kind of payment, add a function to `PAYMENTS`. A payment between two companies stands at both, so that it
leaves the network's total; one to or from a boundary node, the grid, a carrier or a company's own staff stands at the
company alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.accounting.energy import arriving
from simulator.accounting.factors import Line, Lines
from simulator.accounting.levies import OUTSIDE, carbon_prices, waste_levies
from simulator.accounting.quantities import Kind, Quantity
from simulator.accounting.taps import Taps
from simulator.scenario.buses import GRID
from simulator.scenario.carriers import carrier_of
from simulator.scenario.models import Flow, World
from simulator.scenario.numbers import Number
from simulator.scenario.trade import PAYS, RECEIVES, Price, price_of


def payments(world: World, taps: Taps) -> Iterator[Line]:
    """All payments; keys: node, category, source, item, partner; EUR, negative where the node pays."""
    for kind in PAYMENTS:
        yield from kind(world, taps)


def _trade(world: World, _: Taps) -> Iterator[Line]:
    """Price times mass: the receiver pays the sender, or the other way round where the price is a fee."""
    for name, flow in world.flows.items():
        price = price_of(world, flow)
        if price is None:
            continue
        category = "gate_fee" if _is_fee(price) else "sale"
        ends = ((flow.sender, flow.receiver, price.sign), (flow.receiver, flow.sender, -price.sign))
        for node, partner, sign in ends:
            if node in world.companies:
                key = (node, _seen_by(category, node, flow), name, flow.material, partner)
                yield Line(key, ("flow", (name,)), (price.number,), sign=sign)


def _is_fee(price: Price) -> bool:
    """Whether the sender pays; a time series counts as what it is called, price or fee."""
    constant = price.number.value if price.number.table is None else 1.0
    return price.sign * constant < 0


def _seen_by(category: str, node: str, flow: Flow) -> str:
    return "purchase" if category == "sale" and node == flow.receiver else category


def _take_or_pay(world: World, _: Taps) -> Iterator[Line]:
    """What a period of a contract lacks of its minimum, paid by who pays the price of the flow to the other."""
    for name, flow in world.flows.items():
        contract = flow.contract
        if contract is None or contract.take_or_pay is None:
            continue
        price = price_of(world, flow)
        payer = flow.sender if price is not None and _is_fee(price) else flow.receiver
        for node, partner in ((flow.sender, flow.receiver), (flow.receiver, flow.sender)):
            if node in world.companies:
                key = (node, "take_or_pay", name, flow.material, partner)
                sign = PAYS if node == payer else RECEIVES
                yield Line(key, ("shortfall", (name,)), (contract.take_or_pay,), sign=sign)


def _transport(world: World, _: Taps) -> Iterator[Line]:
    """Mass times distance times the mode's cost, at the company that pays."""
    for name, flow in world.flows.items():
        mode = world.transport.get(flow.transport) if flow.transport else None
        payer = flow.sender if flow.transport_payer == "sender" else flow.receiver
        if payer in world.companies and mode is not None and mode.cost is not None and flow.distance is not None:
            key = (payer, "transport", name, flow.transport or "", OUTSIDE)
            yield Line(key, ("flow", (name,)), (flow.distance, mode.cost), sign=PAYS)


def _energy(world: World, taps: Taps) -> Iterator[Line]:
    """Energy bought from the grid."""
    for tap in taps:
        price = world.energy[carrier_of(tap.carrier)].price
        if tap.supplier[0] == GRID and price is not None:
            key = (tap.node, "energy", tap.user[1] or tap.user[0], tap.carrier, GRID)
            yield Line(key, tap.quantity, (price,), sign=PAYS)


def _energy_trade(world: World, taps: Taps) -> Iterator[Line]:
    """Price times the energy that arrives over a flow: the receiver pays the sender."""
    for name, quantity, numbers in arriving(world, taps):
        flow = world.energy_flows[name]
        if flow.price is None:
            continue
        ends = ((flow.sender, flow.receiver, RECEIVES, "sale"), (flow.receiver, flow.sender, PAYS, "purchase"))
        for node, partner, sign, category in ends:
            if node in world.companies:
                yield Line((node, category, name, flow.energy, partner), quantity, (*numbers, flow.price), sign=sign)


def _processing(world: World, _: Taps) -> Iterator[Line]:
    """Operating cost of processes, energy and material apart."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            if process.cost is not None:
                key = (node, "processing", name, "", OUTSIDE)
                run: Kind = "basis" if process.learning is None else "learned"
                yield Line(key, (run, (node, name)), (process.cost,), sign=PAYS)


def _start_up(world: World, _: Taps) -> Iterator[Line]:
    """What every restart of a process after an outage costs, energy apart."""
    for node, company in world.companies.items():
        for name, process in company.processes.items():
            if process.start_up is not None and process.start_up.cost is not None:
                key = (node, "start_up", name, "", OUTSIDE)
                yield Line(key, ("restarts", (node, name)), (process.start_up.cost,), sign=PAYS)


def _partnerships(world: World, _: Taps) -> Iterator[Line]:
    """What partnerships cost, once and as long as they are in force, at the companies that share it."""
    for name, partnership in world.partnerships.items():
        yield from _shared(world, name, "capex", ("began", (name,)), partnership.capex)
        yield from _shared(world, name, "opex", ("days", (name,)), partnership.opex)


def _shared(world: World, name: str, category: str, quantity: Quantity, cost: Number | None) -> Iterator[Line]:
    if cost is None:
        return
    for partner, share in world.partnerships[name].partners.items():
        if partner in world.companies:
            yield Line((partner, category, name, "", OUTSIDE), quantity, (share, cost), sign=PAYS)


PAYMENTS: tuple[Lines, ...] = (
    _trade,
    _take_or_pay,
    _transport,
    _energy,
    _energy_trade,
    _processing,
    _start_up,
    _partnerships,
    carbon_prices,
    waste_levies,
)
"""Every kind of payment."""
