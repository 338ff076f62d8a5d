"""A made-up run of a copper network, ten years by month, to draw without simulating."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd

from simulator.accounting.tables import COLUMNS, Tables
from simulator.scenario.models import Accept, BoundaryNode, Company, Material, Time, Use, World
from simulator.scenario.numbers import Span
from simulator.scenario.scenario import Scenario, Variant
from simulator.study.run import Run

MATERIALS = {
    "anode": None,
    "blister": None,
    "cathode": "#B87333",
    "copper_fraction": None,
    "copper_products": "#D98C5F",
    "copper_scrap": None,
    "e_waste": None,
    "flue_dust": None,
    "grit": None,
    "iron_silicate": "#555555",
    "nickel_sulphate": None,
    "old_copper": "#2E8B57",
    "plastics": None,
    "residues": None,
    "semis": None,
    "stamping_scrap": None,
    "used_grit": None,
    "zinc_oxide": None,
}
WASTE = {
    "e_waste",
    "iron_silicate",
    "old_copper",
    "stamping_scrap",
    "used_grit",
    "residues",
    "copper_scrap",
    "plastics",
}
COMPANIES = {
    "aurubis": "Aurubis, Lünen works",
    "semis_maker": "Semis maker",
    "egb": "EGB electrical components",
    "bauverein": "Bauverein zu Lünen",
    "town": "Town of Lünen",
    "remondis": "Remondis Lippewerk",
    "power_grit": "EP Power Grit",
}
BOUNDARY = {
    "scrap_market": "Scrap market",
    "households": "Households elsewhere",
    "semis_market": "Semis market",
    "metal_market": "By-product buyers",
    "landfill": "Landfill",
    "road_works": "Dykes and roads",
    "burner": "Waste-to-energy plant",
}
FATES = {"landfill": "landfill", "road_works": "backfilling", "burner": "energy_recovery"}

# source, target, material, kt a year in each variant
FLOWS = [
    ("scrap_market", "aurubis", "copper_scrap", (398, 392, 380, 318)),
    ("scrap_market", "aurubis", "blister", (18, 18, 14, 12)),
    ("households", "remondis", "e_waste", (24, 38.4, 46, 38)),
    ("remondis", "aurubis", "copper_fraction", (2.1, 5.3, 9.4, 5.2)),
    ("remondis", "burner", "plastics", (18, 26, 28, 26)),
    ("remondis", "landfill", "residues", (3.6, 6.3, 7.9, 6)),
    ("aurubis", "semis_market", "cathode", (172, 168, 150, 130)),
    ("aurubis", "semis_maker", "cathode", (40, 42, 58, 40)),
    ("aurubis", "landfill", "iron_silicate", (62, 31, 6, 25)),
    ("aurubis", "road_works", "iron_silicate", (38, 38, 42, 30)),
    ("aurubis", "power_grit", "iron_silicate", (0, 30, 50, 24)),
    ("aurubis", "metal_market", "zinc_oxide", (18, 18, 18, 14)),
    ("aurubis", "metal_market", "nickel_sulphate", (3, 3, 3, 2.5)),
    ("aurubis", "environment", "release", (70, 70, 68, 55)),
    ("power_grit", "metal_market", "grit", (0, 24, 41, 20)),
    ("power_grit", "landfill", "used_grit", (0, 6, 9, 4)),
    ("semis_maker", "egb", "semis", (2.1, 2.1, 2.2, 2.1)),
    ("semis_maker", "town", "copper_products", (9, 9, 10, 9)),
    ("semis_maker", "bauverein", "copper_products", (0.4, 0.4, 0.5, 0.4)),
    ("semis_maker", "semis_market", "semis", (20, 21, 30, 20)),
    ("semis_maker", "aurubis", "stamping_scrap", (8.5, 9.5, 15, 8.5)),
    ("egb", "aurubis", "stamping_scrap", (0, 0.3, 0.4, 0.3)),
    ("egb", "semis_market", "semis", (1.8, 1.8, 1.8, 1.8)),
    ("town", "remondis", "old_copper", (1.2, 3.0, 6.5, 3)),
    ("town", "landfill", "old_copper", (4.5, 2.6, 0.4, 2.6)),
    ("bauverein", "remondis", "old_copper", (0, 0.015, 0.2, 0.015)),
    ("environment", "town", "soiling", (0.1, 0.1, 0.1, 0.1)),
]
VARIANTS = {
    "linear": ("Linear: no partnerships", False),
    "today": ("Today", False),
    "circular": ("All partnerships", True),
    "rebuild": ("Tank house at 80 %", False),
}


def synthetic(variants: int = 4, end: int = 2035, months: int = 1) -> Run:
    """A run of the first `variants` variants from 2025 to `end`, reported every month or year."""
    names = list(VARIANTS)[:variants]
    scenario = _scenario(names, end, months)
    labels = _labels(end, months)
    columns = {
        "flows": list(_flows(names, labels, months)),
        "stocks": list(_stocks(names, labels)),
        "emissions": list(_emissions(names, labels, months)),
        "waste": list(_waste(names, labels, months)),
    }
    tables = Tables(**{name: _frame(name, columns.get(name, [])) for name in COLUMNS})
    return Run(scenario, tables, 0, len(names), 0, 0.0, {}, (), {})


def _scenario(names: list[str], end: int, months: int) -> Scenario:
    time = Time.model_construct(
        start=datetime(2025, 1, 1), end=datetime(end, 1, 1), step=Span(seconds=86400), report=Span(months=months)
    )
    uses = {"buildings": Use.model_construct(title="copper in buildings and goods")}
    companies = {
        name: Company.model_construct(title=title, uses=uses if name == "town" else {})
        for name, title in COMPANIES.items()
    }
    world = World.model_construct(
        name="luenen",
        title="Lünen's copper network",
        calendar="real",
        time=time,
        materials={
            name: Material.model_construct(title=None, color=colour, waste=name in WASTE)
            for name, colour in MATERIALS.items()
        },
        companies=companies,
        boundary={name: _boundary(name, title) for name, title in BOUNDARY.items()},
    )
    variants = {name: Variant(name, VARIANTS[name][0], VARIANTS[name][1], (), (), (), {}) for name in names}
    return Scenario("luenen", "Lünen's copper network", "luenen.yaml", world, variants, {}, {})


def _boundary(name: str, title: str) -> BoundaryNode:
    fate = FATES.get(name)
    accepts = {"residues": Accept.model_construct(fate=fate)} if fate else {}
    return BoundaryNode.model_construct(title=title, accepts=accepts)


def _labels(end: int, months: int) -> list[str]:
    years = range(2025, end)
    return [str(y) for y in years] if months == 12 else [f"{y}-{m:02}" for y in years for m in range(1, 13)]


def _noise(key: str, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    rng = np.random.default_rng(sum(map(ord, key)))
    return np.clip(1 + 0.12 * rng.standard_normal(count) - 0.5 * (rng.random(count) < 0.04), 0.05, None)


def _flows(names: list[str], labels: list[str], months: int) -> Iterator[tuple[object, ...]]:
    for source, target, material, amounts in FLOWS:
        noise = _noise(source + target + material, len(labels))
        for i, name in enumerate(names):
            for label, x in zip(labels, noise * amounts[i] * 1000 * months / 12, strict=True):
                if x:
                    yield (name, 0, label, f"{source}_{target}", source, target, material, "Cu", "primary", x)


def _stocks(names: list[str], labels: list[str]) -> Iterator[tuple[object, ...]]:
    stores = {
        ("use", "town", "buildings"): 15_200,
        ("use", "bauverein", "copper_products"): 520,
        ("inventory", "aurubis", "copper_scrap"): 11_000,
        ("inventory", "aurubis", "anode"): 3_100,
        ("inventory", "aurubis", "iron_silicate"): 6_400,
        ("inventory", "remondis", "e_waste"): 1_900,
        ("inventory", "power_grit", "iron_silicate"): 800,
        ("inventory", "egb", "semis"): 40,
        ("process", "aurubis", "smelter"): 2_300,
        ("transit", "aurubis", "stamping_scrap"): 90,
    }
    for (place, node, item), level in stores.items():
        for i, name in enumerate(names):
            walk = np.cumsum(_noise(node + item + name, len(labels) + 1) - 1.0)
            trend = np.linspace(0, 0.05 * (i + 1), len(labels) + 1)
            for label, x in zip(["opening", *labels], level * np.clip(1 + 0.1 * walk + trend, 0.05, None), strict=True):
                yield (name, 0, label, node, place, item, item, "Cu", "primary", x)


def _emissions(names: list[str], labels: list[str], months: int) -> Iterator[tuple[object, ...]]:
    scale = {"1": (92, 90, 82, 74), "2": (84, 82, 70, 66), "3": (310, 270, 205, 230)}
    decline = np.linspace(1, 0.6, len(labels))
    for scope, amounts in scale.items():
        noise = _noise("scope" + scope, len(labels)) * (decline if scope == "2" else 1)
        for i, name in enumerate(names):
            for label, x in zip(labels, noise * amounts[i] * 1000 * months / 12, strict=True):
                bio = 0.4 * x if scope == "1" else 0.0
                yield (name, 0, label, "aurubis", scope, "fuel", "smelter", "natural_gas", "CO2", x, bio, 0.0)


def _waste(names: list[str], labels: list[str], months: int) -> Iterator[tuple[object, ...]]:
    scale = {
        "landfill": (71, 46, 23, 38),
        "backfilling": (38, 38, 42, 30),
        "energy_recovery": (18, 26, 28, 26),
        "recycling": (12, 43, 72, 36),
        "released": (2, 2, 2, 2),
    }
    for fate, amounts in scale.items():
        noise = _noise("fate" + fate, len(labels))
        for i, name in enumerate(names):
            for label, x in zip(labels, noise * amounts[i] * 1000 * months / 12, strict=True):
                yield (name, 0, label, "aurubis", "residues", fate, x)


def _frame(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    columns = COLUMNS[name]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return frame.astype(
        {c.name: {"string": "category", "integer": "int64", "number": "float64"}[c.type] for c in columns}
    )
