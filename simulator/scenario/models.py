"""The scenario as it holds in one variant between two dated changes: frozen, validated, in internal units.

The text under a field is its description in error messages, in the editor's JSON Schema and in the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from simulator.scenario.boundary import Accept, BoundaryNode, Demand, Supply
from simulator.scenario.chemistry import Chemistry, Substances
from simulator.scenario.companies import Company, Inventory, Outages, Process, Slot, Use
from simulator.scenario.contracts import Contract
from simulator.scenario.dates import days_between
from simulator.scenario.economics import CarbonPrice, Economics, WasteLevy
from simulator.scenario.energy import Carrier, Converter, EnergyFlow, Generator, Storage
from simulator.scenario.forms import Coefficients, Emission, Parsed
from simulator.scenario.gases import Vintage
from simulator.scenario.kinds import (
    Avoided,
    Date,
    Factor,
    FlowRank,
    Fraction,
    Id,
    Ids,
    Lot,
    Mass,
    Model,
    Named,
    OneOrMany,
    Part,
    Path,
    Price,
    Rate,
    Substance,
)
from simulator.scenario.lifetimes import Folded, Gamma, Lifetime, MeanSd, Survivors, Weibull
from simulator.scenario.numbers import Clock, In, NotYet, Number, Span
from simulator.scenario.targets import Target, parse_target
from simulator.units import DAYS_PER_MONTH, DAYS_PER_YEAR

__all__ = [
    "Accept",
    "BoundaryNode",
    "CarbonPrice",
    "Carrier",
    "Chemistry",
    "Coefficients",
    "Company",
    "Converter",
    "Demand",
    "Economics",
    "Emission",
    "EnergyFlow",
    "Flow",
    "Folded",
    "Gamma",
    "Generator",
    "Intervention",
    "Inventory",
    "Lifetime",
    "Material",
    "MeanSd",
    "Model",
    "Outages",
    "Partnership",
    "Process",
    "Slot",
    "Storage",
    "Supply",
    "Survivors",
    "Table",
    "Time",
    "TransportMode",
    "Use",
    "Variant",
    "WasteLevy",
    "Weibull",
    "World",
]


Goal = Annotated[Target, Parsed(parse_target, {"type": "object", "examples": [{"2030": "-40 %", "2045": "-100 %"}]})]
"""Milestones of one target by year."""


class Time(Model):
    """When the run starts and ends, and how often things are looked at."""

    start: Date
    """First instant of the run."""
    end: Date
    """First instant after the run: the horizon is half-open."""
    step: Annotated[Span, Clock()]
    """How often boundary nodes, and companies without a `review_period`, review."""
    report: Annotated[Span, Clock()] = Span(months=1)
    """How often the ledger closes a reporting period: `month` or `year`, or another length."""


class Table(Model):
    """A time series in a CSV file."""

    file: str
    """CSV file, relative to the scenario's folder and inside it."""
    index: str
    """Column with dates (or years)."""
    value: str
    """Column with the values."""
    unit: str
    """Unit of the values."""
    between: Literal["hold", "linear"] = "hold"
    """Between two rows: the earlier value holds, or a straight line."""
    outside: Literal["error", "hold"] = "error"
    """Before the first and after the last row: an error, or the nearest value holds."""
    source: str | None = None
    """Where the series comes from."""
    kind: Literal["published", "assumption"] | None = None
    """`published` or `assumption`."""


class Material(Model):
    """What moves, in tonnes."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    composition: Mapping[Substance, Part] = {}
    """Mass fractions by substance; what is left open is `other`."""
    waste: bool = False
    """Whether it counts as waste where it arises; what is landfilled or treated should, or it counts as a product
    before."""
    piece: Annotated[Number, In("t", above=0, series=False)] | None = None
    """Mass of one piece, so that amounts may be given in `pieces`."""
    density: Annotated[Number, In("t/m3", above=0, series=False)] | None = None
    """Mass of a cubic metre."""
    color: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    """Colour in plots, `#rrggbb`."""


class TransportMode(Model):
    """A way of transport."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    emission_factor: Annotated[Number, In("t CO2e/(t km)", "t CO2/(t km)", low=0)] | None = None
    """Emissions of moving one tonne one kilometre."""
    cost: Annotated[Number, In("EUR/(t km)")] | None = None
    """Cost of moving one tonne one kilometre."""


class Flow(Model):
    """An edge: one material from one node to another, with transport."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    sender: Id = Field(alias="from")
    """Company or boundary node that gives."""
    receiver: Id = Field(alias="to")
    """Company or boundary node that takes."""
    material: Id
    """What moves."""
    as_: Id | None = Field(default=None, alias="as")
    """The receiver's name for the material."""
    rank: FlowRank | None = None
    """1 first; 5 where absent, 9 from `supplies` and to `accepts`. `cost`: the sender's cheapest way first, of what it
    pays, the transport and, where no price is agreed, all that the receiver has to do with it; from `supplies` the
    buyer's cheapest. Such flows stand at 5, those from `supplies` at 9."""
    share: Fraction | None = None
    """Part of the sender's cumulative offer."""
    capacity: Rate | None = None
    """Most that it carries; unlimited where absent."""
    minimum: Annotated[Number, In("t/day", low=0, pieces=True, series=False)] | None = None
    """Least that it is to carry in each year of the run. Nothing is forced; what is lacking is the indicator
    `contract_shortfall`. Other periods, and what a shortfall costs: `contract`."""
    contract: Contract | None = None
    """What its partners agreed on: minimum and maximum per period, take-or-pay, start and end."""
    lot_size: Lot | None = None
    """Only whole lots are shipped."""
    lead_time: Annotated[Span, Clock(zero=True)] | None = None
    """From dispatch to arrival; usable at the receiver's next review where absent or zero."""
    safety_stock: Mass | None = None
    """Kept back from this flow, instead of the inventory's own."""
    price: Price | None = None
    """The receiver pays it; negative means a fee."""
    transport: Id | None = None
    """Mode of transport; none where absent."""
    transport_payer: Literal["sender", "receiver"] = "sender"
    """Who pays the transport."""
    distance: Annotated[Number, In("km", low=0)] | None = None
    """Length of the way."""
    avoids: Avoided | None = None
    """Emissions that one tonne spares, because the receiver would else use something else; reported apart."""
    partnership: OneOrMany = ()
    """Open only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""

    @cached_property
    def agreed(self) -> Contract | None:
        """Its contract; a `minimum` alone is one by the year."""
        if self.contract is not None or self.minimum is None:
            return self.contract
        yearly = replace(self.minimum, value=self.minimum.value * DAYS_PER_YEAR, unit="t")
        return Contract.model_construct(minimum=yearly, period=Span(months=12))


def _what_flows(raw: Any) -> str:
    """Which of the two kinds of flow a raw one is."""
    energy = "energy" in raw if isinstance(raw, Mapping) else isinstance(raw, EnergyFlow)
    return ENERGY if energy else MATERIAL


MATERIAL, ENERGY = "<material>", "<energy>"
"""Tags of the two kinds of flow; they can be no keys."""
AnyFlow = Annotated[Annotated[Flow, Tag(MATERIAL)] | Annotated[EnergyFlow, Tag(ENERGY)], Discriminator(_what_flows)]


class Partnership(Model):
    """A named set of flows, processes and changed numbers that hold only where the partners agree."""

    undrawn = frozenset(("set", "scale"))
    title: str | None = None
    """Name in plots and tables; the id where absent."""
    partners: Mapping[Id, Part] = {}
    """Shares in its costs. They sum to 1, or a part is borne by nobody in the network; a grant is the share of a node
    under `boundary`."""
    start: Date | None = None
    """Before it, its flows are closed and its numbers do not hold."""
    capex: Annotated[Number, In("EUR", low=0, series=False)] | None = None
    """What it costs once, at its start."""
    opex: Annotated[Number, In("EUR/day", series=False)] | None = None
    """What it costs as long as it is in force."""
    set: Mapping[Path, Any] = {}
    """Values it puts in the place of the file's, by dotted path."""
    scale: Mapping[Path, Factor] = {}
    """Factors it multiplies numbers by, by dotted path."""


class Intervention(Model):
    """A dated change of any number."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    at: Date
    """When it begins."""
    for_: Annotated[Span, Clock()] | None = Field(default=None, alias="for")
    """How long it holds, each time it begins; to the end where absent."""
    every: Annotated[Span, Clock()] | None = None
    """It begins again every such span from `at` on, as long as the run lasts; `for` must not be longer."""
    set: Mapping[Path, Any] = {}
    """Values it puts in the place of others, by dotted path."""
    scale: Mapping[Path, Factor] = {}
    """Factors it multiplies numbers by, by dotted path."""


class Variant(Model):
    """A named what-if."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    hypothetical: bool = False
    """Said in titles and plots."""
    partnerships: Ids | None = None
    """Those in force; all where absent."""
    interventions: Ids | None = None
    """Those that happen; where absent, all that no other variant names."""
    set: Mapping[Path, Any] = {}
    """Values it puts in the place of the file's, by dotted path."""
    scale: Mapping[Path, Factor] = {}
    """Factors it multiplies numbers by, by dotted path."""


class World(Model):
    """A whole scenario file, with every override of one variant at one time applied."""

    undrawn = frozenset(("meta", "time", "tables", "interventions", "variants", "targets", "levers"))
    version: Literal[1] = Field(alias="schema")
    """Version of the file's vocabulary: 1."""
    name: Id
    """Id of the scenario: its results are in `results/<name>`."""
    title: str | None = None
    """What it is about, in one line."""
    meta: Any = None
    """Free text and data, not read."""
    extends: str | None = None
    """Another scenario file in this folder; this one is laid over it, mappings key by key, a later value wins."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of all that is drawn."""
    calendar: Literal["real", "uniform"] = "real"
    """`real`, or `uniform`: every year 365.25 days, every month a twelfth of it."""
    settle: Literal["once", "until_quiet"] | None = None
    """`once`: goods pass one process per review. `until_quiet`: production and settlement repeat at each instant until
    nothing moves any more, so that chains and loops within a step come out exactly; where absent, steps of a month or
    more do."""
    time: Time
    """Horizon, step and reporting period."""
    gwp: Vintage = "ar5"
    """Weights of greenhouse gases over 100 years, of the fifth or sixth IPCC report. The default is the set that
    national inventories and most published factors in t CO2e use, so that both fit; a factor in t CO2e stays as it
    is."""
    substances: Substances = {}
    """What materials are made of: a list of names, or by name what is known of them; the undeclared rest is `other`."""
    materials: Named[Material]
    """Materials, by id."""
    energy: Named[Carrier] = {}
    """Energy carriers, by id."""
    tables: Named[Table] = {}
    """Time series, by id."""
    companies: Named[Company]
    """Nodes inside the system boundary, by id."""
    boundary: Named[BoundaryNode] = {}
    """Nodes outside, by id."""
    transport: Named[TransportMode] = {}
    """Ways of transport, by id."""
    carbon_prices: Named[CarbonPrice] = {}
    """Prices on direct emissions, by id; a tonne is priced at most once."""
    waste_levies: Named[WasteLevy] = {}
    """Levies on waste, by id; a tonne is levied at most once."""
    economics: Economics | None = None
    """How payments of different years are compared; where absent, figures that need it are left out."""
    edges: Named[AnyFlow] = Field(default={}, alias="flows")
    """Edges between the nodes, by id: of a material, or of energy."""
    partnerships: Named[Partnership] = {}
    """Partnerships, by id."""
    interventions: Named[Intervention] = {}
    """Dated changes, by id."""
    variants: Named[Variant] = {}
    """What-ifs, by id; the first is the one others are compared with. None means one, `base`."""
    targets: Mapping[Path, Goal] = {}
    """Targets that variants are held against, by node.indicator or node.indicator.item. Years lead to a change against
    the base year (`-40 %`) or to an amount; `base` is that year, by default the first full one of the run, `base_value`
    what it was in it, by default what it is in the first variant."""
    levers: Annotated[None, NotYet("Exploration")] = None
    """Numbers that a student may turn."""

    @property
    def uniform(self) -> bool:
        """Whether every month is a twelfth of 365.25 days."""
        return self.calendar == "uniform"

    @property
    def days(self) -> float:
        """How long the run lasts."""
        return days_between(self.time.start, self.time.end, self.uniform)

    @property
    def in_rounds(self) -> bool:
        """Whether production and settlement repeat at one instant."""
        return self.settle == "until_quiet" or (self.settle is None and self.time.step.days() >= DAYS_PER_MONTH)

    @cached_property
    def flows(self) -> Mapping[str, Flow]:
        """Flows of materials."""
        return {name: flow for name, flow in self.edges.items() if isinstance(flow, Flow)}

    @cached_property
    def energy_flows(self) -> Mapping[str, EnergyFlow]:
        """Flows of energy."""
        return {name: flow for name, flow in self.edges.items() if isinstance(flow, EnergyFlow)}
