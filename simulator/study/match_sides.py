"""Both sides of a match: waste that nobody uses, and inputs that lack something or take new material from outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from simulator.accounting.indicators import RECYCLED_FATES
from simulator.scenario.models import Company, Demand, Flow, Process, Slot
from simulator.scenario.recipes import composition, nominal_input
from simulator.scenario.trade import accepted, arrives_as
from simulator.study.match_fit import Fractions, fractions_of, mean_of, useful_parts
from simulator.study.match_seen import Seen

LEAST = 1.0
"""t/year below which nothing is matched."""
LASTING = 0.01
"""Part of the run for which an input must have held its process back to lack something: at first all stores are empty.
"""
PILE = "store"
"""In the place of a fate: it piles up at its owner."""


@dataclass(frozen=True)
class Waste:
    """What a company gets rid of otherwise than by recycling, reuse or composting, or what piles up there."""

    company: str
    material: str
    amount: float
    """t/year."""
    composition: Fractions
    """As it flowed, mean of the run."""
    fates: tuple[str, ...]
    paid: float
    """What its owner pays for it today, EUR/t: fee, transport, levies; below 0 where it earns."""
    flows: tuple[str, ...]
    """Over which it leaves; none where it piles up."""


@dataclass(frozen=True)
class Need:
    """An input that lacks something, or that primary material from outside fills."""

    node: str
    process: str
    """Empty where a use or a boundary demand asks."""
    slot: str
    """Or the use or demand."""
    accepts: tuple[str, ...]
    """Materials that it names."""
    virgin: Mapping[str, float]
    """Primary material from boundary supplies, t/year, by the receiver's name."""
    unmet: float
    """What it lacks, t/year."""
    paid: float
    """What its owner pays today, EUR/t with the transport it bears: for the primary material, else for all it gets."""
    flows: tuple[str, ...] = ()
    """Over which it gets what it accepts."""
    throughput: float = 0.0
    """What the input takes today, t/year."""
    feeds: Mapping[str, Fractions] | None = None
    """What the materials are made of: as declared, else as they arrived; None where there is no process."""
    mix: Fractions | None = None
    """What the input gets today, all together; empty where it gets nothing."""
    limits: Fractions | None = None
    useful: Fractions | None = None
    """By substance, the part that the process turns into something useful."""

    @property
    def wanted(self) -> float:
        """Lacking or primary, t/year."""
        return self.unmet + sum(self.virgin.values())


def wastes(of: Seen) -> tuple[Waste, ...]:
    """What could be given, in order of company and material."""
    found = (waste for side in (_placed, _piles) for waste in side(of) if waste.amount >= LEAST)
    return tuple(sorted(found, key=lambda waste: (waste.company, waste.material, waste.fates)))


def needs(of: Seen) -> tuple[Need, ...]:
    """What could take something, in order of node, process and slot."""
    found = (need for side in (_slots, _uses, _demands) for need in side(of) if need.wanted >= LEAST)
    return tuple(sorted(found, key=lambda need: (need.node, need.process, need.slot)))


def _placed(of: Seen) -> Iterator[Waste]:
    """What boundary nodes accept."""
    ends: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, flow in sorted(of.world.flows.items()):
        accept = accepted(of.world, flow)
        if accept is None or accept.fate in RECYCLED_FATES:
            continue
        if flow.sender in of.world.companies and of.mass(name):
            ends[flow.sender, flow.material][name] = accept.fate
    for (company, material), fates in ends.items():
        mass = sum(map(of.mass, fates))
        yield Waste(
            company=company,
            material=material,
            amount=mass / of.years,
            composition=_mix(of, fates),
            fates=tuple(dict.fromkeys(fates.values())),
            paid=_paid(of, fates, company),
            flows=tuple(fates),
        )


def _piles(of: Seen) -> Iterator[Waste]:
    """By-products that nobody takes, inside or outside."""
    leaving = {(flow.sender, flow.material) for flow in of.world.flows.values() if flow.active}
    for name, company in of.world.companies.items():
        made = {material for process in _running(company).values() for material in process.outputs}
        for material in sorted(made - _taken(company)):
            grown = of.grown.get((name, material), {})
            if grown and (name, material) not in leaving:
                yield Waste(name, material, sum(grown.values()) / of.years, fractions_of(grown), (PILE,), 0.0, ())


def _running(company: Company) -> Mapping[str, Process]:
    return {name: process for name, process in company.processes.items() if process.active and company.active}


def _taken(company: Company) -> set[str]:
    """Materials that its own processes and uses take."""
    slots = (slot for process in _running(company).values() for slot in process.inputs.values())
    return {name for slot in slots for name in slot.any_of} | {use.material for use in company.uses.values()}


def _mix(of: Seen, flows: Iterable[str]) -> dict[str, float]:
    """What some flows carry, together."""
    sums: defaultdict[str, float] = defaultdict(float)
    for flow in flows:
        for substance, mass in of.masses.get(flow, {}).items():
            sums[substance] += mass
    return fractions_of(sums)


def _paid(of: Seen, flows: Iterable[str], node: str) -> float:
    """What a node pays for what some flows carry, EUR/t; 0 where they carry nothing."""
    names = list(flows)
    mass = sum(map(of.mass, names))
    return 0.0 - sum(of.money.get((name, node), 0.0) for name in names) / mass if mass > 0 else 0.0


def _slots(of: Seen) -> Iterator[Need]:
    """Inputs of processes."""
    for node, company in of.world.companies.items():
        for name, process in _running(company).items():
            useful = useful_parts(of.world, process)
            for key, slot in process.inputs.items():
                yield _slot(of, (node, name, key), process, slot, useful)


def _slot(of: Seen, key: tuple[str, str, str], process: Process, slot: Slot, useful: Fractions) -> Need:
    node, name, _ = key
    arriving = {flow: one for flow, one in _arriving(of, node, slot.any_of).items() if of.mass(flow)}
    bought = {flow: one for flow, one in arriving.items() if _is_primary(of, flow, one)}
    share = mean_of(slot.share, of.scenario.series) or 0.0
    throughput = of.throughput.get((node, name), 0.0) * share / of.years
    feeds = {material: _feed(of, arriving, material) for material in slot.any_of}
    return Need(
        *key,
        accepts=slot.any_of,
        virgin=_virgin(of, bought, throughput),
        unmet=max(0.0, _lack(of, key, process)) * share / of.years,
        paid=_paid(of, bought or arriving, node),
        flows=tuple(arriving),
        throughput=throughput,
        feeds=feeds,
        mix=_mix(of, arriving),
        limits={substance: mean_of(number, of.scenario.series) or 0.0 for substance, number in slot.limits.items()},
        useful=useful,
    )


def _arriving(of: Seen, node: str, materials: Iterable[str]) -> dict[str, Flow]:
    """Open flows that bring a node one of some materials, by name."""
    wanted = set(materials)
    flows = sorted(of.world.flows.items())
    return {name: flow for name, flow in flows if flow.receiver == node and arrives_as(flow) in wanted and flow.active}


def _is_primary(of: Seen, name: str, flow: Flow) -> bool:
    return flow.sender in of.world.boundary and of.primary.get(name, 0.0) > 0


def _virgin(of: Seen, bought: Mapping[str, Flow], throughput: float) -> dict[str, float]:
    """Primary material by the receiver's name, t/year, at most what the input takes: a store may serve several."""
    found: defaultdict[str, float] = defaultdict(float)
    for name, flow in bought.items():
        found[arrives_as(flow)] += of.primary[name] / of.years
    total = sum(found.values())
    part = min(1.0, throughput / total) if total > 0 else 0.0
    return {material: mass * part for material, mass in found.items()}


def _lack(of: Seen, key: tuple[str, str, str], process: Process) -> float:
    """Input of all slots that the process could have run while this one held it back, t; 0 where no rate is known."""
    rate, days = nominal_input(of.world, process), of.days.get(key, 0.0)
    lasting = isfinite(rate) and days >= LASTING * of.world.days
    return days * rate - of.meanwhile.get(key, 0.0) if lasting else 0.0


def _feed(of: Seen, arriving: Mapping[str, Flow], material: str) -> Fractions:
    if of.world.materials[material].composition:
        return composition(of.world, material)
    came = _mix(of, (name for name, flow in arriving.items() if arrives_as(flow) == material))
    return came or composition(of.world, material)


def _uses(of: Seen) -> Iterator[Need]:
    """Uses whose demand is not met: they take what they name."""
    for node, company in of.world.companies.items():
        for name, use in company.uses.items():
            if use.active and company.active:
                arriving = _arriving(of, node, [use.material])
                lack = of.unmet.get((node, name), 0.0) / of.years
                yield Need(node, "", name, (use.material,), {}, lack, _paid(of, arriving, node), tuple(arriving))


def _demands(of: Seen) -> Iterator[Need]:
    """Demands of boundary nodes that are not met: they take what they name."""
    for node, boundary in of.world.boundary.items():
        for name, demand in boundary.demands.items() if boundary.active else ():
            materials = demand.any_of or (name,)
            lack = of.unmet.get((node, name), 0.0) / of.years
            yield Need(node, "", name, materials, {}, lack, _offered(of, demand), tuple(_arriving(of, node, materials)))


def _offered(of: Seen, demand: Demand) -> float:
    return mean_of(demand.price, of.scenario.series) or 0.0
