"""Fills the model's column in luenen.md: `python docs/make_luenen.py` simulates Lünen and writes what comes out.

A test holds the page to the program: the figures change only with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import simulator
from simulator.accounting.tables import Tables

PAGE = Path(__file__).with_name("luenen.md")
SCENARIO = Path(__file__).parents[1] / "scenarios" / "luenen.yaml"
YEARS = 10
PEOPLE = 86_868
FROM_USE = ("town_to_aurubis", "town_exported", "town_lost", "bauverein_to_aurubis", "bauverein_exported",
            "bauverein_lost", "collected_in_town", "unreported_in_town")  # fmt: skip
DISMANTLED = ("copper_fraction_back", "sell_steel_scrap", "sell_plastics", "sell_glass", "burn_residue")
CATHODES = ("cathode_to_market", "cathode_to_semis")


@dataclass(frozen=True)
class Today:
    """What variant `today` did in ten years."""

    tables: Tables

    def tonnes(self, *flows: str, substance: str | None = None) -> float:
        """Mass over some flows, t."""
        return float(sum(self.masses(substance).get(flow, 0.0) for flow in flows))

    def masses(self, substance: str | None = None) -> pd.Series[float]:
        """Mass by flow, t."""
        rows = _of_today(self.tables.flows)
        if substance is not None:
            rows = rows[rows["substance"] == substance]
        return rows.groupby("flow", observed=True)["mass_t"].sum()

    def off_gas(self) -> float:
        """Mass that Aurubis releases to the air, t."""
        return self.tonnes("aurubis.smelter.air")

    def energy(self, carrier: str) -> float:
        """Energy that Aurubis used, MWh."""
        rows = _of_today(self.tables.energy)
        return float(rows[(rows["node"] == "aurubis") & (rows["carrier"] == carrier)]["energy_mwh"].sum())

    def emissions(self) -> float:
        """Scopes 1 and 2 of Aurubis, t CO2e."""
        rows = _of_today(self.tables.emissions)
        return float(rows[(rows["node"] == "aurubis") & rows["scope"].isin(["1", "2"])]["emissions_t_co2e"].sum())

    def feed(self) -> float:
        """What the smelter took in, t."""
        rows = _of_today(self.tables.processes)
        return float(rows[rows["process"] == "smelter"]["throughput_t"].sum())

    def in_use(self) -> float:
        """Mean copper in use in town and Bauverein over the ends of the periods, t."""
        rows = _of_today(self.tables.stocks)
        copper = rows[(rows["place"] == "use") & (rows["substance"] == "Cu")]
        return float(copper.groupby("period", observed=True)["mass_t"].sum().mean())

    def to_smelter(self) -> float:
        """Copper of what left use that reaches Aurubis, t; the town's share of what the Lippewerk dismantles."""
        town = self.tonnes("collected_in_town") / self.tonnes("collected_in_town", "collected_in_region")
        returned = self.tonnes("town_to_aurubis", "bauverein_to_aurubis", substance="Cu")
        return returned + town * self.tonnes("copper_fraction_back", substance="Cu")


def _of_today(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["variant"] == "today"]


def _years(tonnes: float) -> float:
    """kt a year."""
    return tonnes / YEARS / 1000


FIGURES: dict[str, Callable[[Today], str]] = {
    "cathodes": lambda t: f"{_years(t.tonnes(*CATHODES)):.1f}",
    "old appliances collected": lambda t: f"{t.tonnes('collected_in_town') / YEARS / PEOPLE * 1000:.2f}",
    "copper leaving use, kg": lambda t: f"{t.tonnes(*FROM_USE, substance='Cu') / YEARS / PEOPLE * 1000:.2f}",
    "copper leaving use that": lambda t: f"{100 * t.to_smelter() / t.tonnes(*FROM_USE, substance='Cu'):.1f}",
    "scopes 1 and 2": lambda t: f"{t.emissions() / t.tonnes(*CATHODES):.2f}",
    "feed of the smelter": lambda t: f"{_years(t.feed()):.0f}",
    "iron silicate": lambda t: f"{_years(t.tonnes('slag_to_roads', 'slag_to_landfill', 'slag_to_grit')):.1f}",
    "zinc oxide": lambda t: ", ".join(
        f"{_years(t.tonnes(flow)):.1f}"
        for flow in ("sell_zinc_oxide", "sell_tin_lead", "sell_nickel", "sell_slime", "sell_steel")
    ),
    "off-gas": lambda t: f"{_years(t.off_gas()):.0f}",
    "old appliances dismantled": lambda t: f"{_years(t.tonnes(*DISMANTLED)):.1f}",
    "of which not recoverable": lambda t: f"{100 * t.tonnes('burn_residue') / t.tonnes(*DISMANTLED):.1f}",
    "copper in them": lambda t: f"{_years(t.tonnes('copper_fraction_back', substance='Cu')):.2f}",
    "electricity of the works": lambda t: f"{t.energy('electricity') / t.tonnes(*CATHODES):.2f}",
    "natural gas of the works": lambda t: f"{t.energy('natural_gas') / t.tonnes(*CATHODES):.2f}",
    "copper in use": lambda t: f"{t.in_use() / PEOPLE * 1000:.0f}",
}
"""Beginning of a line in the table, and the model's figure."""


def filled(page: str, tables: Tables) -> str:
    """The page with the model's column filled."""
    today = Today(tables)
    for name, figure in FIGURES.items():
        page, count = re.subn(rf"^(\| {name}.*\| )[^|]*( \|)$", rf"\g<1>{figure(today)}\g<2>", page, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{PAGE.name}: {count} lines begin with {name!r}, expected one")
    return page


if __name__ == "__main__":
    run = simulator.run(simulator.load(SCENARIO))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), run.tables), encoding="utf-8")
