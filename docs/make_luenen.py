"""Fills the model's figures in luenen.md: `python docs/make_luenen.py` simulates Lünen and writes what comes out.

A test holds the page to the program: the figures change only with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import yaml

import simulator
from simulator.accounting.tables import Tables
from simulator.study.run import Run

PAGE = Path(__file__).with_name("luenen.md")
SCENARIO = Path(__file__).parents[1] / "scenarios" / "luenen.yaml"
YEARS = 10
PEOPLE = 86_868
FROM_USE = ("town_to_aurubis", "town_exported", "town_lost", "bauverein_to_aurubis", "bauverein_exported",
            "bauverein_lost", "collected_in_town", "unreported_in_town")  # fmt: skip
CATHODES = ("cathode_to_market", "cathode_to_semis")
WOOD = ("wood_to_bmk", "bauverein_wood_to_bmk", "buy_wood")
GYPSUM = ("buy_fgd_gypsum", "buy_natural_gypsum")
DRY_WOOD, VAPORISED = 18.5 / 3.6, 2.44 / 3.6
"""Net heating value of dry wood, and heat that its water takes up, MWh/t: usual values of fuel chemistry."""
NEEDS = {"matching": ("gypsum_recycling",), "sewage_heat": ("bmk_heat",), "heat_store": ("bmk_heat",)}
"""Partnerships that change nothing without others."""
RECYCLED = ("recycling", "reuse", "composting")
STEAM_STORE = 0.046
"""Part of the gas of the works that the steam store saves."""


@dataclass(frozen=True)
class Outcome:
    """What one variant did in ten years."""

    tables: Tables
    variant: str = "today"

    def rows(self, table: str) -> pd.DataFrame:
        """The variant's rows of a table."""
        frame: pd.DataFrame = getattr(self.tables, table)
        return frame[frame["variant"] == self.variant]

    def tonnes(self, *flows: str, substance: str | None = None) -> float:
        """Mass over some flows, t."""
        return float(sum(self.masses(substance).get(flow, 0.0) for flow in flows))

    def masses(self, substance: str | None = None) -> pd.Series[float]:
        """Mass by flow, t."""
        rows = self.rows("flows")
        if substance is not None:
            rows = rows[rows["substance"] == substance]
        return rows.groupby("flow", observed=True)["mass_t"].sum()

    def throughput(self, process: str) -> float:
        """What a process took in, t."""
        rows = self.rows("processes")
        return float(rows[rows["process"] == process]["throughput_t"].sum())

    def energy(self, carrier: str) -> float:
        """Energy that Aurubis used, MWh."""
        rows = self.rows("energy")
        return float(rows[(rows["node"] == "aurubis") & (rows["carrier"] == carrier)]["energy_mwh"].sum())

    def emissions(self) -> float:
        """Scopes 1 and 2 of Aurubis, t CO2e."""
        rows = self.rows("emissions")
        return float(rows[(rows["node"] == "aurubis") & rows["scope"].isin(["1", "2"])]["emissions_t_co2e"].sum())

    def avoided(self, flow: str) -> float:
        """Emissions that a flow spares elsewhere, t CO2e."""
        return self.total("avoided_emissions", flow, "remondis")

    def total(self, indicator: str, item: str, node: str = "network", period: str = "total") -> float:
        """An indicator of the whole run, or of a year."""
        rows = self.rows("indicators")
        rows = rows[(rows["period"] == period) & (rows["node"] == node)]
        return float(rows[(rows["indicator"] == indicator) & (rows["item"] == item)]["value"].sum())

    def not_recycled(self) -> float:
        """Waste of the network whose end is neither recycling, reuse nor composting, t."""
        return self.total("waste", "total") - sum(self.total("waste", fate) for fate in RECYCLED)

    def dumped_or_burnt(self) -> float:
        """Waste of the network that ends on a landfill or in an incinerator, t."""
        return self.total("waste", "landfill") + self.total("waste", "incineration")

    def in_use(self) -> float:
        """Mean copper in use in town and Bauverein over the ends of the periods, t."""
        rows = self.rows("stocks")
        copper = rows[(rows["place"] == "use") & (rows["substance"] == "Cu")]
        return float(copper.groupby("period", observed=True)["mass_t"].sum().mean())

    def to_smelter(self) -> float:
        """Copper of what left use that reaches Aurubis, t; the town's share of what the Lippewerk dismantles."""
        town = self.tonnes("collected_in_town") / self.tonnes("collected_in_town", "collected_in_region")
        returned = self.tonnes("town_to_aurubis", "bauverein_to_aurubis", substance="Cu")
        return returned + town * self.tonnes("copper_fraction_back", substance="Cu")

    def sent(self, *flows: str, year: str = "") -> float:
        """Energy that some flows took from their senders, MWh."""
        rows = self.rows("energy")
        rows = rows[rows["user"].isin(flows) & rows["period"].str.startswith(year)]
        return float(rows["energy_mwh"].sum())

    def received(self, flow: str, year: str = "") -> float:
        """Energy that users got over a flow, MWh."""
        rows = self.rows("energy")
        rows = rows[(rows["source"] == flow) & rows["period"].str.startswith(year)]
        return float(rows["energy_mwh"].sum())

    def used(self, node: str, *carriers: str) -> float:
        """Energy that the processes and loads of a company used, MWh."""
        rows = self.rows("energy")
        own = {*self.tables.processes["process"].unique(), "load"}
        rows = rows[(rows["node"] == node) & rows["carrier"].isin(carriers) & rows["user"].isin(own)]
        return float(rows["energy_mwh"].sum())

    def heating(self) -> float:
        """Emissions of heating town and Bauverein: their gas, and all that the Stadtwerke burn and buy, t CO2e."""
        rows = self.rows("emissions")
        burnt = rows[rows["node"].isin(["town", "bauverein"]) & (rows["scope"] == "1")]
        bought = rows[(rows["node"] == "stadtwerke") & rows["scope"].isin(["1", "2"])]
        return float(burnt["emissions_t_co2e"].sum() + bought["emissions_t_co2e"].sum())

    def spared_by_the_steam_store(self) -> float:
        """What the gas that it saves would cost, and its carbon, EUR."""
        money, burnt = self.rows("money"), self.rows("emissions")
        paid = -float(money[(money["node"] == "aurubis") & (money["item"] == "natural_gas")]["money_eur"].sum())
        fuel = burnt[(burnt["node"] == "aurubis") & (burnt["category"] == "fuel")]["emissions_t_co2e"].sum()
        direct = self.total("emissions", "scope_1", "aurubis")
        carbon = float(fuel) / direct * self.total("carbon_opportunity_cost", "ets", "aurubis")
        return (paid + carbon) * STEAM_STORE / (1 - STEAM_STORE)

    def heating_value(self) -> float:
        """Net heating value of the waste wood by its dry matter and water, MWh/t."""
        dry, water = (self.tonnes(*WOOD, substance=substance) for substance in ("biomass", "other"))
        return (dry * DRY_WOOD - water * VAPORISED) / self.tonnes(*WOOD)


def _years(tonnes: float) -> float:
    """kt a year."""
    return tonnes / YEARS / 1000


def _list(outcome: Outcome, flows: tuple[str, ...]) -> str:
    return ", ".join(f"{_years(outcome.tonnes(flow)):.1f}" for flow in flows)


FIGURES: dict[str, Callable[[Outcome], str]] = {
    "what the steam store saves": lambda t: f"{t.spared_by_the_steam_store() / YEARS / 1e6:.1f}",
    "cathodes": lambda t: f"{_years(t.tonnes(*CATHODES)):.1f}",
    "power of the biomass plant": lambda t: f"{_years(t.sent('bmk_power')):.1f}",
    "electric efficiency": lambda t: f"{100 * t.sent('bmk_power') / (t.heating_value() * t.throughput('burn')):.1f}",
    "heat that the biomass plant": lambda t: (
        f"{Outcome(t.tables, 'waste_heat').sent('heat_from_bmk', year='2030') / 1000:.0f}"
    ),
    "CO2 of heating": lambda t: f"{_years(t.heating()):.0f}",
    "energy that the Lippewerk uses": lambda t: f"{_years(t.used('remondis', 'electricity', 'heat.steam')):.1f}",
    "energy that Lippewerk": lambda t: f"{_years(t.sent('bmk_power', 'lippewerk_power', 'lippewerk_steam')):.1f}",
    "heating value of the waste wood": lambda t: f"{t.heating_value():.2f}",
    "CO2 that biodiesel spares": lambda t: f"{_years(t.avoided('sell_biodiesel')):.0f}",
    "old appliances collected": lambda t: f"{t.tonnes('collected_in_town') / YEARS / PEOPLE * 1000:.2f}",
    "copper leaving use, kg": lambda t: f"{t.tonnes(*FROM_USE, substance='Cu') / YEARS / PEOPLE * 1000:.2f}",
    "copper leaving use that": lambda t: f"{100 * t.to_smelter() / t.tonnes(*FROM_USE, substance='Cu'):.1f}",
    "scopes 1 and 2": lambda t: f"{t.emissions() / t.tonnes(*CATHODES):.2f}",
    "feed of the smelter": lambda t: f"{_years(t.throughput('smelter')):.0f}",
    "iron silicate": lambda t: f"{_years(t.tonnes('slag_to_roads', 'slag_to_landfill', 'slag_to_grit')):.1f}",
    "zinc oxide": lambda t: _list(t, ("sell_zinc_oxide", "sell_tin_lead", "sell_nickel", "sell_slime", "sell_steel")),
    "off-gas": lambda t: f"{_years(t.tonnes('aurubis.smelter.air')):.0f}",
    "old appliances dismantled": lambda t: f"{_years(t.throughput('dismantle')):.1f}",
    "of which not recoverable": lambda t: f"{100 * t.tonnes('burn_residue') / t.throughput('dismantle'):.1f}",
    "copper in them": lambda t: f"{_years(t.tonnes('copper_fraction_back', substance='Cu')):.2f}",
    "moist gypsum": lambda t: f"{_years(t.tonnes(*GYPSUM)):.0f}",
    "waste wood burnt": lambda t: f"{_years(t.throughput('burn')):.0f}",
    "compost, kt": lambda t: f"{_years(t.tonnes('sell_compost')):.1f} of {_years(t.throughput('compost')):.0f}",
    "electricity of the works": lambda t: f"{t.energy('electricity') / t.tonnes(*CATHODES):.2f}",
    "natural gas of the works": lambda t: f"{t.energy('natural_gas') / t.tonnes(*CATHODES):.2f}",
    "copper in use": lambda t: f"{t.in_use() / PEOPLE * 1000:.0f}",
    "gypsum binders": lambda t: _list(t, ("sell_binder", "sell_biodiesel", "sell_pellets")),
    "commercial waste that": lambda t: f"{100 * t.tonnes('sell_sorted') / t.throughput('sort'):.1f}",
}
"""Beginning of a line in the first table, and the model's figure in `today`."""


LAST = "2034"
"""Last year of the run."""


def _in_last(indicator: str, item: str, node: str = "network", size: float = 1.0) -> Callable[[Outcome], str]:
    """An indicator of the last year, in so many of its units."""
    return lambda of: f"{of.total(indicator, item, node, LAST) / size:.1f}"


AFTER_COAL: dict[str, Callable[[Outcome], str]] = {
    "emissions of the network": _in_last("emissions", "total", size=1e3),
    "emissions of the Stadtwerke": _in_last("emissions", "total", "stadtwerke", 1e3),
    "emissions of the Lippewerk": _in_last("emissions", "total", "remondis", 1e3),
    "recycled content of all": _in_last("recycled_content", "recycled", size=0.01),
    "from products in use": _in_last("recycled_content", "post_consumer", size=0.01),
    "recycled content of the gypsum": _in_last("recycled_content", "gypsum_binder.recycled", size=0.01),
    "cash flow of the Lippewerk": _in_last("cash_flow", "total", "remondis", 1e6),
    "cash flow of the Stadtwerke": _in_last("cash_flow", "total", "stadtwerke", 1e6),
}
"""Beginning of a line in the table of the coal exit, and what `today` and `coal_exit` say of the last year."""


def alone(scenario: Path, folder: Path) -> Run:
    """Every partnership against `today` with it or without it: one variant for each.

    Their names are `without_` or `with_` and the partnership's id.
    """
    data = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    today = data["variants"]["today"]["partnerships"]
    named = dict(_neighbours(today, data["partnerships"]))
    data["variants"] = {name: {"partnerships": listed, "interventions": []} for name, listed in named.items()}
    for series in scenario.parent.glob("*.csv"):
        (folder / series.name).write_bytes(series.read_bytes())
    path = folder / scenario.name
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return simulator.run(simulator.load(path))


def _neighbours(today: list[str], every: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield "today", today
    for name in every:
        needed = [*today, *NEEDS.get(name, ())]
        if name in today:
            yield f"without_{name}", [other for other in today if other != name]
        else:
            yield f"with_{name}", [*needed, name]
            if needed != today:
                yield f"before_{name}", needed


@dataclass(frozen=True)
class Effect:
    """What a partnership changes, as a part of the variant without it, and in money."""

    emissions: float
    not_recycled: float
    dumped_or_burnt: float
    gain: float
    """Of the network, MEUR."""


def effects(run: Run) -> dict[str, Effect]:
    """What every partnership changes against the same variant without it."""
    return {name: _effect(run, name) for name in run.scenario.world.partnerships}


def _effect(run: Run, name: str) -> Effect:
    """In `today`, where it is in force there, else beside it."""
    known = run.scenario.variants
    before = next((variant for variant in (f"without_{name}", f"before_{name}") if variant in known), "today")
    after = f"with_{name}" if f"with_{name}" in known else "today"
    pair = [Outcome(run.tables, variant) for variant in (before, after)]
    measures = (lambda of: of.total("emissions", "total"), Outcome.not_recycled, Outcome.dumped_or_burnt)
    cash = [of.total("cash_flow", "total") / 1e6 for of in pair]
    emissions, *wasted = (measure(pair[1]) / measure(pair[0]) - 1 for measure in measures)
    return Effect(emissions, wasted[0], wasted[1], cash[1] - cash[0])


def filled(page: str, tables: Tables) -> str:
    """The page with the model's column, and the table of the coal exit, filled."""
    today, exited = Outcome(tables), Outcome(tables, "coal_exit")
    for name, figure in FIGURES.items():
        page = _with_cells(page, name, figure(today))
    for name, figure in AFTER_COAL.items():
        page = _with_cells(page, name, figure(today), figure(exited))
    return page


def with_effects(page: str, run: Run) -> str:
    """The page with what each partnership changes."""
    for name, effect in effects(run).items():
        title = run.scenario.world.partnerships[name].title or name
        *parts, gain = astuple(effect)
        page = _with_cells(page, title, *map(_percent, parts), _signed(gain))
    return page


def _percent(part: float) -> str:
    return _signed(100 * part)


def _signed(number: float) -> str:
    return f"{number:+.1f}" if abs(number) >= 0.05 else "0"


def _with_cells(page: str, name: str, *cells: str) -> str:
    """The page with the last cells of the line that begins so replaced. Raises ValueError without that line."""
    kept = rf"^(\| {re.escape(name)}[^\n]*?)(?: \|[^|\n]*){{{len(cells)}}} \|$"
    page, count = re.subn(kept, rf"\g<1> | {' | '.join(cells)} |", page, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{PAGE.name}: {count} lines begin with {name!r}, expected one")
    return page


if __name__ == "__main__":
    written = filled(PAGE.read_text(encoding="utf-8"), simulator.run(simulator.load(SCENARIO)).tables)
    with TemporaryDirectory() as place:
        written = with_effects(written, alone(SCENARIO, Path(place)))
    PAGE.write_text(written, encoding="utf-8")
