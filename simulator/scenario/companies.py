"""Companies: what they hold, what they do with it, and what is in use there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator

from simulator.scenario.energy import CarrierId, Converter, Generator, Power, Storage
from simulator.scenario.forms import slots
from simulator.scenario.gases import Gas
from simulator.scenario.kinds import (
    Ages,
    DemandRate,
    Emitted,
    Fraction,
    Id,
    Ids,
    Location,
    Lot,
    Mass,
    Model,
    Named,
    OneOrMany,
    OrderLevel,
    Part,
    Price,
    Rank,
    Rate,
    Shares,
    Split,
    Stock,
    Substance,
)
from simulator.scenario.learning import Learning
from simulator.scenario.lifetimes import Lifetime
from simulator.scenario.numbers import Clock, In, Number, Span


class Inventory(Model):
    """One material held by one company; used but not declared, it exists with defaults."""

    initial: Stock | None = None
    """Stock at the start, with the declared composition of the material; default 0 t."""
    capacity: Mass | None = None
    """Largest stock, goods on the way included; unlimited where absent."""
    order_up_to: OrderLevel | None = None
    """Level up to which it orders, in tonnes or as cover in days of nominal use left after the next review; or
    `needed`: what processes lack for what they are asked to make, net of all that their slots accept."""
    reorder_at: Mass | None = None
    """Orders only when the position is at most this (s of (s,S), R of (R,Q))."""
    order_quantity: Lot | None = None
    """Fixed order, all or nothing (Q of (R,Q))."""
    intake: Rate | None = None
    """Most that flows bring it, all together; what is not used of it at one review is lost, so that a lot larger than
    what it allows between two reviews never comes. Unlimited where absent."""
    safety_stock: Mass | None = None
    """Never offered to flows; processes and uses draw on it, and orders do not reckon with it."""
    residence: Annotated[Span, Clock(zero=True)] | None = None
    """So long what joins it rests before it may leave; it counts as on hand meanwhile. Initial stock has rested."""
    fifo: bool | Literal["deliveries"] = False
    """`true`: first in, first out, all that joins at one instant being one lot; `deliveries`: likewise, but what each
    flow delivers is a lot of its own, by rank and name; else what leaves is the mix of all that is held."""

    @property
    def needed(self) -> bool:
        """Whether it orders what is needed."""
        return self.order_up_to == "needed"

    @property
    def level(self) -> Number | None:
        """The level up to which it orders, in tonnes or days."""
        return self.order_up_to if isinstance(self.order_up_to, Number) else None


class Slot(Model):
    """One input of a recipe: a share of the throughput, taken from any of several materials in order of preference."""

    share: Fraction
    """Part of the process's input that this slot takes."""
    any_of: Ids
    """Materials that fill it, in order of preference."""
    limits: Mapping[Substance, Fraction] = {}
    """Largest mass fraction of a substance in the mix, by substance: what is dirtier is diluted by what is cleaner."""


class Outages(Model):
    """Breakdowns, always drawn."""

    undrawn = frozenset(("mtbf", "mttr"))
    mtbf: Annotated[Number, In("day", above=0, series=False)]
    """Mean time between the end of one outage and the start of the next; a distribution beside it is that of the single
    times, which otherwise is exponential."""
    mttr: Annotated[Number, In("day", low=0, series=False)]
    """Mean time to repair, likewise."""


class StartUp(Model):
    """What it takes to run again after each outage."""

    duration: Annotated[Number, In("day", low=0, series=False)] | None = None
    """So long it stands still after the repair; the next `mtbf` counts from then on. Drawn times stay as they are."""
    energy: Mapping[CarrierId, Annotated[Number, In("MWh", low=0)]] = {}
    """Energy of one restart, by carrier, besides that of what is run."""
    cost: Annotated[Number, In("EUR", series=False)] | None = None
    """Cost of one restart, energy apart."""


class Process(Model):
    """Turns inputs into outputs by transfer coefficients; uses energy, emits, costs."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    inputs: Annotated[
        Mapping[Id, Slot], BeforeValidator(slots, json_schema_input_type=str | list[str] | Mapping[str, Slot])
    ]
    """A list of materials (one slot, in order of preference) or named slots with shares that sum to 1. The preference
    swaps tonne for tonne, whatever the composition or heating value."""
    rate: Rate
    """Largest throughput, in tonnes of input (or of the output named by `per`)."""
    per: Id | None = None
    """Output that rate, energy, emissions, costs and jobs refer to; the input where absent."""
    minimum: Rate | None = None
    """Below this throughput the process stands still."""
    duration: Annotated[Span, Clock(zero=True)] | None = None
    """From start to release of the outputs."""
    batch: Lot | None = None
    """Only whole batches of this much input are started."""
    outputs: Mapping[Id, Shares]
    """For each material that comes out: the fraction of each substance's input it receives, `{total: 0.98}` for all of
    them, or `rest`."""
    releases: Mapping[Literal["air", "water", "soil"], Shares] = {}
    """What leaves to the environment, likewise."""
    fate: Literal["energy_recovery", "incineration", "composting"] | None = None
    """Where waste ends that it releases: `energy_recovery` of a plant that burns it; `released` where absent."""
    scrap: Ids = ()
    """Outputs that are pre-consumer scrap once they leave the company."""
    reused: Ids = ()
    """Outputs that are used again, repaired or remanufactured: what of them was in use before becomes `reused`."""
    makes_to: Id | None = None
    """Output whose order policy this process follows, where it is not the sole producer."""
    rank: Rank = 5
    """Who draws first on a shared inventory."""
    energy: Mapping[CarrierId, Annotated[Number, In("MWh/t")]] = {}
    """Use per tonne, by carrier; negative: it gives off energy."""
    renewable: Fraction | None = None
    """Renewable share of the energy that it gives off; nothing where absent."""
    emissions: Mapping[Gas, Emitted] = {}
    """Direct emissions by gas, in t of the gas: per tonne of input, or by substance per tonne released to the air."""
    oxidation: Part | None = None
    """It burns what it releases to the air: the part of the carbon of those substances that becomes CO2."""
    cost: Price | None = None
    """Operating cost per tonne, energy and material apart."""
    learning: Learning | None = None
    """How its cost falls with what it has ever processed; it does not where absent."""
    jobs: Annotated[Number, In("FTE/(t/day)", low=0)] | None = None
    """Jobs per throughput."""
    outages: Outages | None = None
    """Breakdowns; none where absent."""
    start_up: StartUp | None = None
    """What every restart after an outage takes; nothing where absent."""
    needs_energy: bool = False
    """`true`: it runs only as far as its energy can be served, before anyone else's; else energy may go unserved."""
    partnership: OneOrMany = ()
    """Exists only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""


class Use(Model):
    """Products in service: an in-use stock with a lifetime distribution."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    material: Id
    """What is taken into service, from the company's own inventory."""
    demand: DemandRate | None = None
    """Tonnes a day taken into service, or `any`: whatever arrives."""
    stock: Mass | None = None
    """Stock wanted in service, instead of a demand: so much is taken in that it is reached at the end of the review."""
    lifetime: Lifetime
    """Time in service."""
    entry: Literal["start", "middle", "end", "spread"] = "spread"
    """When within its interval a cohort is taken to enter."""
    cohort: Annotated[Span, Clock()] | None = None
    """Length of a cohort's interval, a month where absent; the review period where that is longer."""
    initial: Stock | None = None
    """Stock in service at the start, with the stationary age distribution of its lifetime unless `ages` is given."""
    ages: Ages | None = None
    """Vintages of the initial stock, a table: what is left of each (in t) or what entered then (in t/year), each row
    until the next. With `initial`, they only divide it."""
    excess: Literal["retire", "keep"] = "retire"
    """What happens to stock above the `stock` wanted: it retires, of all ages alike, or stays until it does."""
    report_ages: bool = False
    """`true`: what is in service by year of entry (table `ages`), what retires (table `retirements`) and the indicator
    `mean_age` are reported. Where one variant asks for it, all have it."""
    soiling: Mapping[Substance, Annotated[Number, In("t/t", low=0, series=False)]] = {}
    """Tonnes taken up from the environment per tonne retired."""
    end_of_life: Split
    """What it becomes: one material, or several with shares that sum to 1."""
    rank: Rank = 5
    """Who draws first on a shared inventory."""
    partnership: OneOrMany = ()
    """Exists only where all of these partnerships are in force."""
    active: bool = True
    """`false` switches it off."""


class Company(Model):
    """A node inside the system boundary."""

    title: str | None = None
    """Name in plots and tables; the id where absent."""
    location: Location | None = None
    """Latitude and longitude in degrees."""
    review_period: Annotated[Span, Clock()] | None = None
    """How often it looks at its stocks; `time.step` where absent."""
    inventories: Named[Inventory] = {}
    """Stocks, by material."""
    processes: Named[Process] = {}
    """Processes, by id."""
    uses: Named[Use] = {}
    """Products in service, by id."""
    loads: Mapping[CarrierId, Power] = {}
    """Demand for energy without a process, by carrier."""
    generators: Named[Generator] = {}
    """What gives energy whenever it can, by id."""
    converters: Named[Converter] = {}
    """What turns one carrier into another where it is needed, by id."""
    energy_storage: Named[Storage] = {}
    """Tanks and batteries, by id."""
    active: bool = True
    """`false` switches it off."""
