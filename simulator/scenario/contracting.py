"""Contracts that contradict themselves, or that nobody could keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.scenario.contracts import Contract
from simulator.scenario.models import Flow, World
from simulator.scenario.policies import tonnes
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem


def check_contracts(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """What is wrong with the contracts of flows."""
    for name, flow in world.flows.items():
        if flow.contract is not None:
            yield from _contract(world, flow, flow.contract, ("flows", name, "contract"))
        elif flow.minimum is not None and flow.capacity is not None:
            yield from _below(world, flow, (flow.minimum, flow.capacity), "capacity", ("flows", name, "minimum"))


def _contract(world: World, flow: Flow, contract: Contract, keys: Keys) -> Iterator[Problem]:
    if flow.minimum is not None:
        yield Problem((*keys[:-1], "minimum"), "stands beside a `contract`: say it there, as an amount per period")
    if contract.take_or_pay is not None and contract.minimum is None:
        yield Problem((*keys, "take_or_pay"), "needs a `minimum` beside it: what is paid for where less flows")
    if contract.start and contract.end and contract.end <= contract.start:
        yield Problem((*keys, "end"), f"must be after the start, {contract.start.date()}")
    if contract.minimum is not None and contract.maximum is not None:
        yield from _below(world, flow, (contract.minimum, contract.maximum), "maximum", (*keys, "minimum"))
    yield from _lot(world, flow, contract, keys)
    yield from _period(world, flow, contract, keys)


def _lot(world: World, flow: Flow, contract: Contract, keys: Keys) -> Iterator[Problem]:
    lot, most = (tonnes(world, number, flow.material) for number in (flow.lot_size, contract.maximum))
    if lot and most and most < lot:
        yield Problem((*keys, "maximum"), f"{most:g} t is less than one lot of {lot:g} t, so that nothing would flow")


def _period(world: World, flow: Flow, contract: Contract, keys: Keys) -> Iterator[Problem]:
    amounts = [key for key in ("minimum", "maximum") if getattr(contract, key) is not None]
    if contract.period is None:
        if amounts:
            yield Problem((*keys, amounts[0]), "needs a `period` beside it, as `year`")
        return
    if not amounts:
        yield Problem((*keys, "period"), "needs a `minimum` or `maximum` beside it")
    company = world.companies.get(flow.receiver)
    review = (company and company.review_period) or world.time.step
    if contract.period.days() < review.days():
        message = f"is shorter than the time between two settlements of the flow, {review.days():g} days"
        yield Problem((*keys, "period"), message)
    minimum, capacity = (tonnes(world, number, flow.material) for number in (contract.minimum, flow.capacity))
    if minimum is not None and capacity is not None and minimum > capacity * contract.period.days() * (1 + 1e-9):
        carried = capacity * contract.period.days()
        yield Problem((*keys, "minimum"), f"{minimum:g} t is more than the {carried:g} t that `capacity` lets through")


def _below(world: World, flow: Flow, numbers: tuple[object, object], name: str, keys: Keys) -> Iterator[Problem]:
    least, most = (tonnes(world, number, flow.material) for number in numbers)  # type: ignore[arg-type]
    if least is not None and most is not None and least > most:
        yield Problem(keys, f"is more than `{name}`")
