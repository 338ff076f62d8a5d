"""The tables of a run: their columns, units and meaning, once, for writers, readers and the data package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    """Frictionless type: `string`, `integer` or `number`."""
    unit: str
    """Empty for text and counts."""
    description: str


OPENING = "opening"
"""Period of the stocks at the start."""

_LANE = (
    Column("variant", "string", "", "Named what-if"),
    Column("replication", "integer", "", "Draw of the uncertain numbers, 0 where nothing is drawn"),
    Column("period", "string", "", "Reporting period: a month 2025-01, a year 2025, or the day or time it starts"),
)
_MASS = (
    Column("material", "string", "", "Material; in a flow by its sender's name"),
    Column("substance", "string", "", "Substance; other is what no composition declares"),
    Column("origin", "string", "", "primary, pre_consumer, post_consumer or reused"),
    Column("mass_t", "number", "t", "Mass"),
)

_FIGURE = (
    Column("variant", "string", "", "Named what-if"),
    Column("period", "string", "", "Year, or total"),
    Column("node", "string", "", "Company, boundary node, or network"),
    Column("indicator", "string", "", "What is measured"),
    Column("item", "string", "", "What it is split by"),
    Column("unit", "string", "", "Unit of the value"),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "flows": (
        *_LANE,
        Column("flow", "string", "", "Flow, or company.process.medium for a release, company.use.soiling for soiling"),
        Column("source", "string", "", "Node it leaves; environment for soiling"),
        Column("target", "string", "", "Node it goes to; environment for releases"),
        *_MASS,
    ),
    "stocks": (
        *_LANE,
        Column("node", "string", "", "Company"),
        Column("place", "string", "", "inventory, transit, process or use"),
        Column("item", "string", "", "Inventory (material) or use"),
        *_MASS,
    ),
    "ages": (
        *_LANE,
        Column("node", "string", "", "Company"),
        Column("item", "string", "", "Use; one that says `report_ages`"),
        Column("material", "string", "", "Material that it takes into service"),
        Column("substance", "string", "", "Substance; other is what no composition declares"),
        Column("cohort", "string", "", "Calendar year of entry"),
        Column("mass_t", "number", "t", "In service at the end of the period"),
    ),
    "retirements": (
        *_LANE,
        Column("node", "string", "", "Company"),
        Column("item", "string", "", "Use; one that says `report_ages`"),
        Column("material", "string", "", "Material that it becomes"),
        Column("substance", "string", "", "Substance; other is what no composition declares"),
        Column("origin", "string", "", "post_consumer or reused"),
        Column("mass_t", "number", "t", "Mass that leaves the use, soiling included"),
    ),
    "processes": (
        *_LANE,
        Column("node", "string", "", "Company"),
        Column("process", "string", "", "Process"),
        Column("limited_by", "string", "", "rate, order, room, outage, minimum, energy or input"),
        Column("item", "string", "", "Slot, where limited by an input"),
        Column("days", "number", "day", "Time for which this held the process back"),
        Column("throughput_t", "number", "t", "Input processed meanwhile"),
    ),
    "emissions": (
        *_LANE,
        Column("node", "string", "", "Company that causes them"),
        Column("scope", "string", "", "1 direct, 2 purchased energy, 3 upstream, transport and waste"),
        Column(
            "category",
            "string",
            "",
            "fuel, process, purchased_energy, partner_energy, upstream, transport or waste_treatment",
        ),
        Column("source", "string", "", "Process, load or flow"),
        Column("item", "string", "", "Carrier, gas, substance that burns, material or mode of transport"),
        Column("gas", "string", "", "Gas, weighed with the scenario's GWP set; CO2e where the source weighed it"),
        Column("emissions_t_co2e", "number", "t CO2e", "Greenhouse gases without biogenic CO2"),
        Column("biogenic_t_co2", "number", "t CO2", "Biogenic CO2, reported apart"),
        Column("market_t_co2e", "number", "t CO2e", "Purchased energy once more, by the market-based method"),
    ),
    "energy": (
        *_LANE,
        Column("node", "string", "", "Company"),
        Column(
            "use",
            "string",
            "",
            "Kind of user: process, load, converter, generator, storage, flow to a partner, level that is colder, "
            "or curtailed",
        ),
        Column("user", "string", "", "Process, load, unit, storage, flow or level"),
        Column("carrier", "string", "", "Energy carrier, with its level where it has levels"),
        Column("supplier", "string", "", "Node that supplies it; grid; or unserved: needed and not supplied"),
        Column("source", "string", "", "Process, unit, storage, hotter level, or the flow over which it comes"),
        Column("energy_mwh", "number", "MWh", "Energy"),
    ),
    "waste": (
        *_LANE,
        Column("node", "string", "", "Company where it arises"),
        Column("material", "string", "", "Material as it meets its fate"),
        Column(
            "fate",
            "string",
            "",
            "Final fate, each tonne once; of composting only what is lost in it, what is made of it is recycling",
        ),
        Column("mass_t", "number", "t", "Mass"),
    ),
    "money": (
        *_LANE,
        Column("node", "string", "", "Company that receives or pays"),
        Column(
            "category",
            "string",
            "",
            "sale, purchase, gate_fee, take_or_pay, transport, energy, processing, start_up, carbon_price, waste_levy, "
            "capex or opex",
        ),
        Column("source", "string", "", "Flow, process, load or partnership, or free allocation"),
        Column("item", "string", "", "Material, mode of transport, carrier, carbon price or levy"),
        Column("partner", "string", "", "Node at the other end, grid, or outside for carriers, staff and the state"),
        Column("money_eur", "number", "EUR", "Money received; negative: paid"),
    ),
    "indicators": (
        *_FIGURE,
        Column("value", "number", "", "Mean over replications"),
        Column("sd", "number", "", "Standard deviation over replications"),
        Column("p05", "number", "", "5th percentile"),
        Column("p50", "number", "", "Median"),
        Column("p95", "number", "", "95th percentile"),
        Column("n", "integer", "", "Number of replications"),
    ),
}
"""Tidy tables of a run, by name; rows are sorted by all columns before the value, variants in the order of the file."""


ENSEMBLE_COLUMNS: dict[str, tuple[Column, ...]] = {
    "lanes": (
        *_FIGURE[:1],
        Column("replication", "integer", "", "Draw of the uncertain numbers, from 1 on"),
        *_FIGURE[1:],
        Column("value", "number", "", "Of this lane"),
    ),
    "differences": (
        *_FIGURE,
        Column("mean", "number", "", "Mean over replications of the figure less that of the first variant"),
        Column("sd", "number", "", "Standard deviation over replications"),
        Column("low", "number", "", "Lower end of the 95 % interval of the mean"),
        Column("high", "number", "", "Upper end of the 95 % interval of the mean"),
        Column("p05", "number", "", "5th percentile"),
        Column("p50", "number", "", "Median"),
        Column("p95", "number", "", "95th percentile"),
        Column("better", "number", "", "Share of the replications in which it is better; empty where that depends"),
        Column("n", "integer", "", "Number of replications"),
    ),
    "bands": (
        *_FIGURE[:1],
        Column("period", "string", "", "Reporting period"),
        *_FIGURE[2:],
        Column("mean", "number", "", "Mean over replications"),
        Column("p05", "number", "", "5th percentile"),
        Column("p25", "number", "", "25th percentile"),
        Column("p50", "number", "", "Median"),
        Column("p75", "number", "", "75th percentile"),
        Column("p95", "number", "", "95th percentile"),
        Column("n", "integer", "", "Number of replications"),
    ),
    "draws": (
        Column("replication", "integer", "", "Draw of the uncertain numbers, from 1 on"),
        Column("path", "string", "", "Dotted path of the number in the scenario"),
        Column("unit", "string", "", "Unit of the value"),
        Column("value", "number", "", "Drawn"),
    ),
}
"""Tables of replications."""

_OUTCOME = (
    Column("outcome", "string", "", "cash_flow, emissions, not_recycled, recycled_content or waste, of the whole run"),
    Column("item", "string", "", "`network`, or of the cash flow a company"),
    Column("unit", "string", "", "Unit of all figures of the row"),
)
_COUNT = Column("n", "integer", "", "Number of replications; 1 where the numbers are as they are")


def _measured(name: str, description: str) -> Iterator[Column]:
    """A figure and its interval."""
    yield Column(name, "number", "", f"{description}; mean over replications")
    yield Column(f"{name}_low", "number", "", "Lower end of its 95 % interval; empty where there is none")
    yield Column(f"{name}_high", "number", "", "Upper end of its 95 % interval; empty where there is none")


PARTNERS_COLUMNS: dict[str, tuple[Column, ...]] = {
    "partners": (
        Column("partnership", "string", "", "Partnership"),
        *_OUTCOME,
        *_measured("alone", "What it changes where there is no other partnership"),
        *_measured("left_out", "What it changes where there are all others"),
        *_measured("shapley", "Its Shapley value: what it changes, on average over all orders of joining"),
        _COUNT,
    ),
    "interactions": (
        Column("partnership", "string", "", "One of two partnerships"),
        Column("other", "string", "", "The other"),
        *_OUTCOME,
        *_measured("alone", "What both change together, less what each does, where there is no other"),
        *_measured("left_out", "The same where there are all others"),
        *_measured("interaction", "Shapley interaction index; the mean of the other two where orders are sampled"),
        _COUNT,
    ),
    "dropouts": (
        Column("company", "string", "", "Company that drops out"),
        Column("partnerships", "string", "", "Those that end with it"),
        *_OUTCOME,
        *_measured("effect", "What changes when they end and all others go on"),
        _COUNT,
    ),
    "coalitions": (
        Column("coalition", "string", "", "Partnerships in force, with + between them; empty: none"),
        Column("size", "integer", "", "How many they are"),
        Column("replication", "integer", "", "0: the numbers as they are; from 1 on: drawn"),
        *_OUTCOME,
        Column("value", "number", "", "Of this lane"),
    ),
}
"""Tables of `partners`."""

ALL_COLUMNS = COLUMNS | ENSEMBLE_COLUMNS | PARTNERS_COLUMNS


@dataclass(frozen=True)
class Tables:
    """All tables, with the columns of `COLUMNS`; text columns are pandas categories."""

    flows: pd.DataFrame
    stocks: pd.DataFrame
    """At each period's end; period `OPENING` is the stock at the start."""
    ages: pd.DataFrame
    """Likewise, of uses that report ages."""
    retirements: pd.DataFrame
    """Of uses that report ages."""
    processes: pd.DataFrame
    emissions: pd.DataFrame
    energy: pd.DataFrame
    waste: pd.DataFrame
    money: pd.DataFrame
    indicators: pd.DataFrame

    def items(self) -> tuple[tuple[str, pd.DataFrame], ...]:
        """Name and table, in the order of `COLUMNS`."""
        return tuple((field.name, getattr(self, field.name)) for field in fields(self))
