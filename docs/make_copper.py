"""Fills the tables in copper.md: `python docs/make_copper.py` simulates the copper cycle and writes what comes out.

A test holds the page to the program: the figures change only with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import simulator
from simulator.accounting.tables import Tables
from simulator.cli.files import CASES

PAGE = Path(__file__).with_name("copper.md")
SCENARIO = CASES.parent / "copper_cycle.yaml"
CASE = CASES / "copper_cycle"
NAMES = {
    "eol_recycling_rate": "EoL-RR",
    "old_scrap_ratio": "OSR",
    "recycling_input_rate": "RIR",
    "eol_recycling_input_rate": "EoL-RIR",
}
"""Indicators, and what the literature calls them."""
SECTORS = {
    "building": "buildings",
    "infrastructure": "infrastructure",
    "industry": "industry",
    "transport": "transport",
    "equipment": "equipment",
}
BEGUN, IN_PART = "published", "collected_in_part"
YEAR = "2010"
Rows = Iterator[Sequence[str]]


def rate(tables: Tables, variant: str, indicator: str, years: str) -> float:
    """Mean of a rate of copper over some years, `2005-2014` or `1994`, %."""
    known = tables.indicators
    known = known[(known["variant"] == variant) & (known["indicator"] == indicator) & (known["item"] == "Cu")]
    first, last = years[:4], years[-4:]
    return 100 * float(known[known["period"].astype(str).between(first, last)]["value"].mean())


def stock(tables: Tables, variant: str, year: str, sector: str = "") -> float:
    """Copper in use at the end of a year, in all sectors or in one, Mt."""
    known = tables.stocks
    known = known[(known["variant"] == variant) & (known["period"] == year) & (known["place"] == "use")]
    return float(known[known["item"].isin([sector] if sector else SECTORS)]["mass_t"].sum()) / 1e6


def flow(tables: Tables, variant: str, years: str, *names: str) -> float:
    """Copper over some flows in some years, Mt."""
    known = tables.flows
    known = known[(known["variant"] == variant) & known["flow"].isin(names)]
    return float(known[known["period"].astype(str).between(years[:4], years[-4:])]["mass_t"].sum()) / 1e6


def recycled(tables: Tables, variant: str, years: str) -> float:
    """Old and new scrap that became copper again, Mt."""
    old = [f"collect_{sector}" for sector in SECTORS]
    return flow(tables, variant, years, "new_scrap", *old) - flow(tables, variant, years, "slag")


def inputs(tables: Tables) -> Rows:
    """What is put in for every sector, and what its copper does in one year."""
    world = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    makers, users = (world["companies"][name] for name in ("fabricators", "users"))
    yield ("sector", "market share, %", "new scrap, %", "mean life, years", "recovered, %", f"in use {YEAR}, Mt",
           "%", f"left use {YEAR}, kt", "of it recovered, kt")  # fmt: skip
    whole = stock(tables, BEGUN, YEAR)
    for sector, name in SECTORS.items():
        scrap = makers["processes"][f"make_{sector}"]["outputs"]["new_scrap"]
        life = users["uses"][sector]["lifetime"]["normal"]
        back, lost = (1e3 * flow(tables, BEGUN, YEAR, f"{way}_{sector}") for way in ("collect", "lose"))
        there = stock(tables, BEGUN, YEAR, sector)
        yield (name, _percent(world["flows"][f"to_{sector}"]["share"]), _percent(scrap), _marked(life["mean"]),
               _percent(world["flows"][f"collect_{sector}"]["share"]), f"{there:.0f}", f"{100 * there / whole:.0f}",
               f"{back + lost:,.0f}", f"{back:,.0f}")  # fmt: skip


def _percent(number: Mapping[str, Any]) -> str:
    return _marked({**number, "value": f"{100 * number['value']:.3g}"})


def _marked(number: Mapping[str, Any]) -> str:
    """A number, in italics where it is an assumption."""
    text = str(number["value"]).removesuffix(" year")
    return text if number["kind"] == "published" else f"*{text}*"


def rates(tables: Tables) -> Rows:
    """Published rates, and those of the same years here."""
    yield (
        "rate",
        "region, years",
        "published, %",
        "here, %",
        "within its range",
        "here if 74 % is collected, %",
        "source",
    )
    for row in pd.read_csv(CASE / "rates.csv", dtype={"years": str}).itertuples():
        here, in_part = (rate(tables, variant, row.indicator, row.years) for variant in (BEGUN, IN_PART))
        region = f"{row.region}, {row.years.replace('-', ' to ')}"
        yield (f"{NAMES[row.indicator]}", region, _published(row), f"{here:.1f}", _within(row, here), f"{in_part:.1f}",
               f"{row.source}: {row.note}")  # fmt: skip


def _published(row: Any) -> str:
    known = row.percent if hasattr(row, "percent") else row.mt
    return f"{known:g}" if pd.isna(row.low) else f"{known:g} ({row.low:g} to {row.high:g})"


def _within(row: Any, here: float) -> str:
    if pd.isna(row.low):
        return "none given"
    return "yes" if row.low <= here <= row.high else "no"


def amounts(tables: Tables) -> Rows:
    """Published amounts, and ours."""
    yield "amount", "year", "published, Mt", "here, Mt", "here if 74 % is collected, Mt", "source"
    ways: Mapping[str, Callable[[str, str], float]] = {
        "mined since 1900": lambda variant, year: flow(tables, variant, f"1900-{year}", "mined"),
        "in use": lambda variant, year: stock(tables, variant, year),
        "old and new scrap recycled": lambda variant, year: recycled(tables, variant, year),
    }
    for row in pd.read_csv(CASE / "amounts.csv", dtype={"years": str}).itertuples():
        here, in_part = (ways[row.amount](variant, row.years) for variant in (BEGUN, IN_PART))
        yield row.amount, row.years, _published(row), f"{here:.3g}", f"{in_part:.3g}", f"{row.source}: {row.note}"


def variants(tables: Tables) -> Rows:
    """What every variant comes to."""
    years = (YEAR, "2050")
    yield ("variant", *(f"{name} {year}, %" for name in NAMES.values() for year in years),
           *(f"in use {year}, Mt" for year in years))  # fmt: skip
    for variant in tables.flows["variant"].cat.categories:
        found = [f"{rate(tables, variant, name, year):.1f}" for name in NAMES for year in years]
        yield f"`{variant}`", *found, *(f"{stock(tables, variant, year):.0f}" for year in years)


TABLES: Mapping[str, Callable[[Tables], Rows]] = {
    "inputs": inputs,
    "rates": rates,
    "amounts": amounts,
    "variants": variants,
}
"""Tables of the page, by the name in the comments around them."""


def filled(page: str, tables: Tables) -> str:
    """The page with its tables. Raises ValueError where one has no place."""
    for name, rows in TABLES.items():
        head, *body = [f"| {' | '.join(row)} |" for row in rows(tables)]
        table = "\n".join([head, "|---" * (head.count(" | ") + 1) + "|", *body])
        around = rf"(<!-- {name} -->\n).*?(\n<!-- end -->)"
        page, count = re.subn(around, lambda found, text=table: found[1] + text + found[2], page, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{PAGE.name}: {count} places for the table {name!r}, expected one")
    return page


if __name__ == "__main__":
    PAGE.write_text(
        filled(PAGE.read_text(encoding="utf-8"), simulator.run(simulator.load(SCENARIO)).tables), encoding="utf-8"
    )
