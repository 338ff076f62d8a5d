"""Who supplies whom with energy, for the span from one instant to the next.

For each carrier in turn, what is made before what it is made from: what is left over serves own needs, then partners by
rank; then storages, converters and the grid serve what is lacking; what is still left over is stored, sold, curtailed.
From bus to bus leads `routes.py`; `stores.py` has the storages, `fuel.py` the fuel that the grid does not sell.
"""

from __future__ import annotations

from simulator.engine.compiler import helper
from simulator.engine.following import level
from simulator.engine.fuel import fetch_fuel, usable
from simulator.engine.layout import UNBOUNDED
from simulator.engine.routes import carry, clear, put_needs_aside, return_needs
from simulator.engine.state import Batch
from simulator.engine.stores import fill, offer_stores, room, take_from_stores

KELVIN = 273.15


@helper
def dispatch(b: Batch, lane: int) -> None:
    """The energy phase of one lane, up to the next instant at which anyone reviews."""
    span = b.tick_span[b.tick[0].number]
    open_buses(b, lane, span)
    for u in range(b.where[0].generators, len(b.units)):
        generate(b, lane, u, span)
    if b.where[0].urgent > 0:
        serve_urgent(b, lane, span)
    for n in range(len(b.needs)):
        if b.needs[n].urgent == 0:
            ask_need(b, lane, n, span)
    for c in range(len(b.carriers)):
        supply(b, lane, c, span)
        spare_grid(b, c)
        fill_stores(b, lane, c, span)
        sell(b, lane, c)
    for n in range(len(b.buses)):
        book(b, lane, n, span)


@helper
def supply(b: Batch, lane: int, c: int, span: float) -> None:
    """Serve what is needed of a carrier, in the order of suppliers."""
    serve_surplus(b, lane, c)
    serve_from_stores(b, lane, c, span)
    for u in range(b.carriers[c].first_unit, b.carriers[c].first_unit + b.carriers[c].units):
        convert(b, lane, c, u, span)
    buy(b, lane, c)


@helper
def open_buses(b: Batch, lane: int, span: float) -> None:
    """Begin with what processes and loads need, what processes give, and what flows may carry."""
    for n in range(len(b.by_bus)):
        b.by_bus[n].need = 0.0
        b.by_bus[n].asked = 0.0
        b.by_bus[n].met = 0.0
        b.by_bus[n].left = 0.0
    for u in range(len(b.by_user)):
        b.by_user[u].want = 0.0
        b.by_user[u].amount = 0.0
    for s in range(len(b.by_supplier)):
        b.by_supplier[s].amount = 0.0
    for w in range(len(b.wires)):
        wire = b.wires[w]
        open_ = b.numbers[lane, wire.active] > 0.0
        b.by_wire[w].left = b.numbers[lane, wire.capacity] * span if open_ else 0.0
    for n in range(b.where[0].loading):
        if b.power[lane, n] < 0.0:
            give(b, b.needs[n].bus, b.needs[n].supplier, -b.power[lane, n] * span)


@helper
def ask_need(b: Batch, lane: int, n: int, span: float) -> None:
    """Add what a process holds from its last review, or what a load takes now."""
    need = b.needs[n]
    power = b.power[lane, n] if n < b.where[0].loading else b.numbers[lane, need.number]
    if power > 0.0:
        ask(b, need.bus, need.user, power * span)


@helper
def serve_urgent(b: Batch, lane: int, span: float) -> None:
    """Processes that must not run short are served before anyone else; what they get is theirs."""
    for n in range(b.where[0].loading):
        if b.needs[n].urgent > 0:
            ask_need(b, lane, n, span)
    for c in range(len(b.carriers)):
        supply(b, lane, c, span)
    for n in range(len(b.buses)):
        close_urgent(b, lane, n)


@helper
def close_urgent(b: Batch, lane: int, n: int) -> None:
    """Turn what the users of a bus were served into what they have, and begin anew with the others' needs."""
    bus = b.buses[n]
    state = b.by_bus[n]
    served = state.met / state.asked if state.need > 0.0 else 1.0
    tap = bus.first_tap + bus.unserved - bus.first_supplier
    for u in range(bus.first_user, bus.first_user + bus.users):
        user = b.by_user[u]
        user.amount += user.want * served
        if user.want > 0.0 and served < 1.0:
            count_tap(b, lane, tap, user.want * (1.0 - served))
        user.want = 0.0
        tap += bus.suppliers
    state.asked = 0.0
    state.met = 0.0
    state.need = 0.0


@helper
def ask(b: Batch, bus: int, user: int, energy: float) -> None:
    """Add to what a bus needs."""
    b.by_user[user].want += energy
    b.by_bus[bus].asked += energy
    b.by_bus[bus].need += energy


@helper
def give(b: Batch, bus: int, supplier: int, energy: float) -> None:
    """Add to what a bus has left over."""
    b.by_supplier[supplier].amount += energy
    b.by_bus[bus].left += energy


@helper
def generate(b: Batch, lane: int, u: int, span: float) -> None:
    """Let a generator give what its profile says, and where the grid does not sell its fuel, what there is of that."""
    unit = b.units[u]
    if b.numbers[lane, unit.active] <= 0.0:
        return
    energy = b.numbers[lane, unit.capacity] * b.numbers[lane, unit.profile] * span
    if unit.input >= 0:
        used = energy / b.numbers[lane, unit.efficiency]
        if b.numbers[lane, b.buses[unit.input].sells] > 0.0:
            ask(b, unit.input, unit.user, used)
        else:
            used = fetch_fuel(b, lane, u, used, span)
            b.by_user[unit.user].amount += used
            energy = used * b.numbers[lane, unit.efficiency]
    give(b, unit.bus, unit.supplier, energy)
    give_extras(b, lane, u, energy)


@helper
def give_extras(b: Batch, lane: int, u: int, energy: float) -> None:
    """Give what a unit makes beside the carrier it follows."""
    unit = b.units[u]
    for e in range(unit.first_extra, unit.first_extra + unit.extras):
        extra = b.extras[e]
        give(b, extra.bus, extra.supplier, energy * b.numbers[lane, extra.ratio])


@helper
def lacking(b: Batch, c: int) -> bool:
    """Whether any bus of a carrier still needs something."""
    carrier = b.carriers[c]
    need = 0.0
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        need = max(need, b.by_bus[n].need)
    return need > 0.0


@helper
def serve_surplus(b: Batch, lane: int, c: int) -> None:
    """What is left over serves own needs and those of partners; boundary nodes offer what their flows carry."""
    if not lacking(b, c):
        return
    carrier = b.carriers[c]
    clear(b, c)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].offer = b.by_bus[n].left
    for n in range(carrier.first_outside, carrier.first_outside + carrier.outside):
        b.by_bus[n].offer = UNBOUNDED
    serve(b, lane, c)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].left = b.by_bus[n].offer


@helper
def serve(b: Batch, lane: int, c: int) -> None:
    """Carry what is offered to those who need it, and note what they got.

    It is added up, as what is asked for less what is lacking would be rounding where little of much is served.
    """
    carry(b, lane, c)
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].met += b.by_bus[n].reached


@helper
def serve_from_stores(b: Batch, lane: int, c: int, span: float) -> None:
    """Storages give what is lacking, in proportion to what each could give where they share a bus."""
    carrier = b.carriers[c]
    if carrier.stores == 0 or not lacking(b, c):
        return
    clear(b, c)
    offer_stores(b, lane, c, span)
    serve(b, lane, c)
    take_from_stores(b, lane, c, span)


@helper
def convert(b: Batch, lane: int, c: int, u: int, span: float) -> None:
    """Run a converter for what is still lacking of the carrier that it follows.

    What it gives beside that serves needs of its own first: for those alone it runs last.
    """
    unit = b.units[u]
    if b.numbers[lane, unit.active] <= 0.0 or not lacking(b, c):
        return
    if unit.extras > 0:
        hold_back(b, u)
        operate(b, lane, c, u, span)
        let_go(b, u)
        serve_surplus(b, lane, c)
    operate(b, lane, c, u, span)
    if unit.extras > 0:
        serve_surplus(b, lane, c)


@helper
def hold_back(b: Batch, u: int) -> None:
    """Let nobody need what a unit gives beside the carrier it follows."""
    for e in range(b.units[u].first_extra, b.units[u].first_extra + b.units[u].extras):
        bus = b.by_bus[b.extras[e].bus]
        bus.held = bus.need
        bus.need = 0.0


@helper
def let_go(b: Batch, u: int) -> None:
    for e in range(b.units[u].first_extra, b.units[u].first_extra + b.units[u].extras):
        bus = b.by_bus[b.extras[e].bus]
        bus.need = bus.held


@helper
def operate(b: Batch, lane: int, c: int, u: int, span: float) -> None:
    """Fetch or buy what a converter uses for what it can give."""
    unit = b.units[u]
    efficiency = efficiency_of(b, lane, u)
    most = max(0.0, b.numbers[lane, unit.capacity] * span - b.by_supplier[unit.supplier].amount)
    if b.numbers[lane, b.buses[unit.input].sells] > 0.0:
        ask(b, unit.input, unit.user, run(b, lane, c, u, most) / efficiency)
    else:
        fuel = fetch_fuel(b, lane, u, usable(b, lane, c, unit.bus, most) / efficiency, span)
        used = run(b, lane, c, u, fuel * efficiency) / efficiency
        b.by_user[unit.user].amount += used
        b.by_bus[unit.input].left += max(0.0, fuel - used)


@helper
def run(b: Batch, lane: int, c: int, u: int, most: float) -> float:
    """Serve what is lacking with what a converter can give; return what it gave of the carrier that it follows."""
    unit = b.units[u]
    clear(b, c)
    b.by_bus[unit.bus].offer = most
    serve(b, lane, c)
    energy = b.by_bus[unit.bus].carried
    b.by_supplier[unit.supplier].amount += energy
    give_extras(b, lane, u, energy)
    return energy


@helper
def efficiency_of(b: Batch, lane: int, u: int) -> float:
    """MWh given per MWh used; of a heat pump its part of the Carnot factor between two temperatures."""
    unit = b.units[u]
    part = b.numbers[lane, unit.efficiency]
    if unit.hot < 0:
        return part
    hot = b.numbers[lane, unit.hot]
    return part * (hot + KELVIN) / (hot - b.numbers[lane, unit.cold])


@helper
def buy(b: Batch, lane: int, c: int) -> None:
    """The grid sells without limit what it sells at all."""
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        if b.by_bus[n].need > 0.0 and b.numbers[lane, b.buses[n].sells] > 0.0:
            b.by_supplier[b.buses[n].grid].amount += b.by_bus[n].need
            b.by_bus[n].met += b.by_bus[n].need
            b.by_bus[n].need = 0.0


@helper
def spare_grid(b: Batch, c: int) -> None:
    """Nobody buys where something is left over: what came after urgent needs takes the place of the grid."""
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        grid = b.buses[n].grid
        if grid >= 0:
            spared = min(b.by_bus[n].left, b.by_supplier[grid].amount)
            b.by_bus[n].left -= spared
            b.by_supplier[grid].amount -= spared


@helper
def fill_stores(b: Batch, lane: int, c: int, span: float) -> None:
    """What is left over goes into storages, also those of partners."""
    carrier = b.carriers[c]
    if carrier.stores == 0:
        return
    offer_surplus(b, c)
    for s in range(carrier.first_store, carrier.first_store + carrier.stores):
        b.by_bus[b.stores[s].bus].need += room(b, lane, s, span)
    carry(b, lane, c)
    for s in range(carrier.first_store, carrier.first_store + carrier.stores):
        bus = b.by_bus[b.stores[s].bus]
        if bus.reached > 0.0:
            fill(b, lane, s, bus.reached * (room(b, lane, s, span) / (bus.reached + bus.need)))
    keep_surplus(b, c)


@helper
def offer_surplus(b: Batch, c: int) -> None:
    """Let buses offer what they have left over, and need nothing themselves."""
    carrier = b.carriers[c]
    clear(b, c)
    put_needs_aside(b, c)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].offer = b.by_bus[n].left


@helper
def keep_surplus(b: Batch, c: int) -> None:
    """What nobody took of it stays left over."""
    carrier = b.carriers[c]
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_bus[n].left = b.by_bus[n].offer
    return_needs(b, c)


@helper
def sell(b: Batch, lane: int, c: int) -> None:
    """What is left over goes to boundary nodes as far as their flows carry it; the rest is curtailed."""
    carrier = b.carriers[c]
    if carrier.outside > 0:
        offer_surplus(b, c)
        for n in range(carrier.first_outside, carrier.first_outside + carrier.outside):
            b.by_bus[n].need = UNBOUNDED
        carry(b, lane, c)
        for n in range(carrier.first_outside, carrier.first_outside + carrier.outside):
            b.by_bus[n].need = 0.0
        keep_surplus(b, c)
    for n in range(carrier.first_bus, carrier.first_bus + carrier.buses):
        b.by_user[b.buses[n].curtailed].amount += b.by_bus[n].left
        b.by_bus[n].left = 0.0


@helper
def book(b: Batch, lane: int, n: int, span: float) -> None:
    """Record a bus: all its users get the same mix of its suppliers, and the same part of what they need."""
    bus = b.buses[n]
    state = b.by_bus[n]
    served = state.met / state.asked if state.need > 0.0 else 1.0
    total = 0.0
    for s in range(bus.first_supplier, bus.first_supplier + bus.suppliers):
        amount = b.by_supplier[s].amount
        total += amount
        b.counted[lane, b.where[0].given + s] += amount
    if bus.grid >= 0:
        peak = b.where[0].peaks + n
        b.counted[lane, peak] = max(b.counted[lane, peak], b.by_supplier[bus.grid].amount / span)
    tap = bus.first_tap
    for u in range(bus.first_user, bus.first_user + bus.users):
        user = b.by_user[u]
        used = user.amount + user.want * served
        b.counted[lane, b.where[0].used + u] += used
        if user.want > 0.0 and served < 1.0:
            count_tap(b, lane, tap + bus.unserved - bus.first_supplier, user.want * (1.0 - served))
        if used > 0.0 and total > 0.0:
            for s in range(bus.suppliers):
                amount = b.by_supplier[bus.first_supplier + s].amount
                if amount > 0.0:
                    count_tap(b, lane, tap + s, used * (amount / total))
        tap += bus.suppliers


@helper
def count_tap(b: Batch, lane: int, tap: int, energy: float) -> None:
    """Record what a user got from a supplier, also weighed with time series."""
    b.counted[lane, b.where[0].taps + tap] += energy
    entry = b.taps[tap]
    for t in range(entry.first_term, entry.first_term + entry.terms):
        term = b.terms[t]
        b.counted[lane, term.counter] += energy * level(b, lane, term.series)
