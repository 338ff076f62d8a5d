"""Order policies that contradict themselves, and amounts in pieces of a material that has no `piece`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.scenario.models import Company, Flow, Inventory, Process, World
from simulator.scenario.numbers import Number
from simulator.scenario.scenario import Series
from simulator.scenario.trade import arrives_as
from simulator.scenario.wrong import Keys, Problem

Amount = tuple[Keys, object, str | None]
"""Path, number (or what stands for it), and the material it is of."""

_INVENTORY = ("initial", "capacity", "order_up_to", "reorder_at", "order_quantity", "intake", "safety_stock")
_FLOW = ("capacity", "lot_size", "minimum", "safety_stock")
_PROCESS = ("rate", "minimum", "batch")
_LIMITED = ("order_quantity", "safety_stock")
"""Amounts that a smaller capacity would make impossible."""


def check_policies(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is wrong with the order policies of inventories, and with pieces."""
    lots = _lots(world)
    for name, company in world.companies.items():
        keys: Keys = ("companies", name)
        for material, inventory in company.inventories.items():
            place = (*keys, "inventories", material)
            yield from _policy(inventory, place)
            yield from _room(world, inventory, material, place)
            yield from _quantity(world, inventory, material, lots.get((name, material), ()), place)
            yield from _producers(company, inventory, material, place)
            yield from _queue(company, inventory, material, place)
    yield from _pieces(world)


def tonnes(world: World, number: Number | None, material: str) -> float | None:
    """A mass in tonnes, pieces converted; None for cover in days, a series, or a material without `piece`."""
    if number is None or number.table is not None or number.unit == "day":
        return None
    if not number.pieces:
        return number.value
    piece = world.materials[material].piece if material in world.materials else None
    return number.value * piece.value if piece else None


def _lots(world: World) -> dict[tuple[str, str], list[tuple[str, Flow]]]:
    """Flows in lots, by receiver and material."""
    found: dict[tuple[str, str], list[tuple[str, Flow]]] = {}
    for name, flow in world.flows.items():
        if flow.lot_size is not None:
            found.setdefault((flow.receiver, arrives_as(flow)), []).append((name, flow))
    return found


def _queue(company: Company, inventory: Inventory, material: str, keys: Keys) -> Iterator[Problem]:
    """A mix within limits is reckoned with what a store holds on the whole, not with the lot that is next."""
    slots = ((name, slot) for name, process in company.processes.items() for slot in process.inputs.values())
    limited = next((name for name, slot in slots if slot.limits and material in slot.any_of), None)
    if inventory.fifo and limited:
        yield Problem((*keys, "fifo"), f"process {limited} takes from it within `limits`: leave one of the two out")


def _policy(inventory: Inventory, keys: Keys) -> Iterator[Problem]:
    up_to, at, quantity = inventory.level, inventory.reorder_at, inventory.order_quantity
    if inventory.needed:
        key = "order_quantity" if quantity is not None else "reorder_at"
        if quantity is not None or at is not None:
            yield Problem((*keys, key), "stands beside `order_up_to: needed`, which orders what is lacking: choose one")
    elif quantity is not None and up_to is not None:
        yield Problem(keys, "has both `order_up_to` and `order_quantity`: choose one")
    elif quantity is not None and at is None:
        yield Problem((*keys, "order_quantity"), "needs `reorder_at` beside it")
    elif at is not None and up_to is None and quantity is None:
        yield Problem((*keys, "reorder_at"), "needs `order_up_to` or `order_quantity` beside it")
    elif at is not None and up_to is not None and up_to.unit == at.unit and at.value >= up_to.value:
        yield Problem((*keys, "reorder_at"), f"must be below `order_up_to`; it is {at.value:g} of {up_to.value:g} t")


def _room(world: World, inventory: Inventory, material: str, keys: Keys) -> Iterator[Problem]:
    capacity = tonnes(world, inventory.capacity, material)
    for key in _LIMITED:
        amount = tonnes(world, getattr(inventory, key), material)
        if capacity is not None and amount is not None and amount > capacity:
            yield Problem((*keys, key), f"{amount:g} t is more than the capacity of {capacity:g} t")


def _quantity(
    world: World, inventory: Inventory, material: str, lots: list[tuple[str, Flow]] | tuple[()], keys: Keys
) -> Iterator[Problem]:
    quantity = tonnes(world, inventory.order_quantity, material)
    for name, flow in lots:
        lot = tonnes(world, flow.lot_size, flow.material)
        if quantity and lot and quantity > lot and abs(quantity / lot - round(quantity / lot)) > 1e-9:
            message = f"{quantity:g} t is not a multiple of the {lot:g} t lots of flow {name}"
            yield Problem((*keys, "order_quantity"), message)


def _producers(company: Company, inventory: Inventory, material: str, keys: Keys) -> Iterator[Problem]:
    if inventory.order_up_to is None and inventory.reorder_at is None:
        return
    producers = {name: process for name, process in company.processes.items() if material in process.outputs}
    if len(producers) > 1 and not any(process.makes_to == material for process in producers.values()):
        message = f"orders from several processes: say `makes_to: {material}` in one of {', '.join(producers)}"
        yield Problem(keys, message)


def _pieces(world: World) -> Iterator[Problem]:
    """Amounts in pieces need the mass of one."""
    for keys, number, material in _amounts(world):
        if not (isinstance(number, Number) and number.pieces):
            continue
        if material is None:
            yield Problem(keys, "is in pieces: say which output they are of by `per`")
        elif material in world.materials and world.materials[material].piece is None:
            yield Problem(keys, f"is in pieces, but materials.{material} has no `piece`, the mass of one")


def _amounts(world: World) -> Iterator[Amount]:
    """Every mass or rate that may be in pieces, with its material."""
    for name, company in world.companies.items():
        keys: Keys = ("companies", name)
        for material, inventory in company.inventories.items():
            yield from _fields(inventory, _INVENTORY, (*keys, "inventories", material), material)
        for key, process in company.processes.items():
            yield from _process_amounts(process, (*keys, "processes", key))
        for key, use in company.uses.items():
            yield from _fields(use, ("demand", "stock", "initial", "ages"), (*keys, "uses", key), use.material)
    for name, flow in world.flows.items():
        yield from _fields(flow, _FLOW, ("flows", name), flow.material)
        if flow.contract is not None:
            yield from _fields(flow.contract, ("minimum", "maximum"), ("flows", name, "contract"), flow.material)
    yield from _boundary_amounts(world)


def _process_amounts(process: Process, keys: Keys) -> Iterator[Amount]:
    yield from _fields(process, _PROCESS, keys, process.per)


def _boundary_amounts(world: World) -> Iterator[Amount]:
    for name, node in world.boundary.items():
        for section, parts in (("supplies", node.supplies), ("demands", node.demands), ("accepts", node.accepts)):
            for material, part in parts.items():
                yield from _fields(part, ("rate",), ("boundary", name, section, material), material)


def _fields(part: object, names: tuple[str, ...], keys: Keys, material: str | None) -> Iterator[Amount]:
    for name in names:
        yield (*keys, name), getattr(part, name), material
