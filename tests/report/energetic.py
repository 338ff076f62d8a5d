"""The made-up network of `synthetic` with places, a little heat and power, and money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from simulator.accounting.tables import COLUMNS
from simulator.scenario.energy import Carrier, Converter, EnergyFlow, Storage
from simulator.scenario.models import World
from simulator.study.run import Run
from tests.report.synthetic import synthetic

PLACES = {
    "aurubis": (51.607, 7.520),
    "egb": (51.585, 7.548),
    "bauverein": (51.616, 7.527),
    "town": (51.616, 7.530),
    "remondis": (51.605, 7.473),
    "power_grit": (51.613, 7.485),
    "burner": (51.45, 7.01),
}
FLOWS = {
    "heat_to_town": ("aurubis", "town", "heat.district"),
    "heat_from_burner": ("burner", "town", "heat.district"),
    "power_out": ("aurubis", "metal_market", "electricity"),
}
HEAT = (
    # node, use, user, carrier, supplier, source, MWh
    ("aurubis", "process", "smelter", "heat.steam", "aurubis", "boiler", 30.0),
    ("aurubis", "storage", "tank", "heat.steam", "aurubis", "boiler", 10.0),
    ("aurubis", "process", "smelter", "heat.steam", "aurubis", "tank", 9.0),
    ("aurubis", "level", "heat.district", "heat.steam", "aurubis", "boiler", 40.0),
    ("aurubis", "curtailed", "curtailed", "heat.steam", "aurubis", "boiler", 20.0),
    ("aurubis", "flow", "heat_to_town", "heat.district", "aurubis", "heat.steam", 40.0),
    ("town", "load", "load", "heat.district", "aurubis", "heat_to_town", 36.0),
    ("town", "load", "load", "heat.district", "burner", "heat_from_burner", 14.0),
    ("town", "load", "load", "heat.district", "unserved", "", 5.0),
)
"""Losses: 4 MWh on the way to the town, 1 MWh in the tank."""
POWER = (
    ("aurubis", "converter", "pump", "electricity", "grid", "", 3.0),
    ("aurubis", "process", "smelter", "electricity", "grid", "", 50.0),
    ("aurubis", "flow", "power_out", "electricity", "aurubis", "boiler", 12.0),
)
MONEY = {
    "aurubis": (40e6, 44e6, 52e6, 38e6),
    "town": (-90e6, -90e6, -91e6, -90e6),
    "remondis": (5e6, 6e6, 9e6, 6e6),
}


def energetic(variants: int = 3, end: int = 2027, months: int = 12) -> Run:
    """Every amount of `HEAT`, `POWER` and `MONEY` in each period; money differs between variants."""
    run = synthetic(variants, end, months)
    labels = sorted({str(label) for label in run.tables.waste["period"]})
    rows: list[tuple[object, ...]] = [
        (name, 0, label, *row) for name in run.scenario.variants for label in labels for row in (*HEAT, *POWER)
    ]
    tables = replace(run.tables, energy=_frame("energy", rows), money=_frame("money", list(_money(run, labels))))
    return replace(run, tables=tables, scenario=replace(run.scenario, world=_world(run.scenario.world)))


def _money(run: Run, labels: list[str]) -> Iterator[tuple[object, ...]]:
    for i, variant in enumerate(run.scenario.variants):
        for node, amounts in MONEY.items():
            for label in labels:
                yield (variant, 0, label, node, "sale", "x", "x", "outside", amounts[i])


def _world(world: World) -> World:
    companies = {
        name: company.model_copy(update={"location": PLACES.get(name), **(_units() if name == "aurubis" else {})})
        for name, company in world.companies.items()
    }
    boundary = {name: node.model_copy(update={"location": PLACES.get(name)}) for name, node in world.boundary.items()}
    carriers = {"heat": Carrier(title="Heat"), "electricity": Carrier()}
    flows = {
        name: EnergyFlow.model_construct(sender=source, receiver=target, energy=carrier)
        for name, (source, target, carrier) in FLOWS.items()
    }
    return world.model_copy(update={"companies": companies, "boundary": boundary, "energy": carriers, "edges": flows})


def _units() -> dict[str, object]:
    boiler = Converter.model_construct(title="waste-heat boiler", from_="natural_gas", gives={})
    return {"converters": {"boiler": boiler}, "energy_storage": {"tank": Storage.model_construct(title=None)}}


def _frame(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[column.name for column in COLUMNS[name]])
    kinds = {"string": "category", "integer": "int64", "number": "float64"}
    return frame.astype({column.name: kinds[column.type] for column in COLUMNS[name]})
