"""A small made-up run, to write and to summarise without simulating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from simulator.accounting.bottlenecks import Bottleneck
from simulator.accounting.tables import COLUMNS, Tables
from simulator.scenario.models import Time, World
from simulator.scenario.numbers import Span
from simulator.scenario.scenario import Epoch, Scenario, Series, Variant
from simulator.study.run import Run

START, END = datetime(2025, 1, 1), datetime(2027, 1, 1)
TOTALS = {  # of the network, by indicator and item, for the first variant
    ("waste", "total", "t"): 812_345.0,
    ("recycling_rate", "total", "1"): 0.5,
    ("emissions", "total", "t CO2e"): 1_234_567.0,
    ("emissions", "scope_1", "t CO2e"): 234_567.0,
    ("emissions", "scope_2", "t CO2e"): 500_000.0,
    ("emissions", "scope_3", "t CO2e"): 500_000.0,
    ("recycled_content", "recycled", "1"): 0.4321,
    ("energy", "total", "MWh"): 98_765.0,
}


def scenario(*names: str, seed: int = 42, **changes: Any) -> Scenario:
    """A scenario with variants of these names, the first of them hypothetical."""
    time = Time.model_construct(start=START, end=END, step=Span(seconds=86400), report=Span(months=1))
    world = World.model_construct(version=1, name="made_up", title="Made-up loop", seed=seed, time=time)
    variants = {name: variant(name, world, hypothetical=not place) for place, name in enumerate(names or ("base",))}
    series = Series([1735689600], [1.0], "hold", "hold")
    made = Scenario(
        name="made_up",
        title="Made-up loop",
        path="made_up.yaml",
        world=world,
        variants=variants,
        series={"grid_mix": series},
        files={"made_up.yaml": "ab" * 32},
    )
    return replace(made, **changes)


def variant(name: str, world: World, *, hypothetical: bool = False) -> Variant:
    document = {
        "schema": 1,
        "name": "made_up",
        "title": "Grün: 50 %",
        "share": 1e-05,
        "start": START,
        "list": [1, "no"],
    }
    return Variant(name, name.title(), hypothetical, (), (), (Epoch(START, world),), document | {"seed": world.seed})


def run(*names: str, seed: int = 42) -> Run:
    """A run of `scenario` in which every later variant halves every total of the one before it."""
    names = names or ("base",)
    return Run(
        scenario=scenario(*names, seed=seed),
        tables=tables(names),
        seed=seed,
        lanes=len(names),
        events=731,
        residual=3.2e-13,
        timings={"compile": 0.0, "simulate": 0.0423, "account": 0.01},
        warnings=("a store is small",),
        bottlenecks=dict.fromkeys(names, (Bottleneck("mill", "sort", "waited for old_crate", 212, 730),)),
    )


def tables(names: tuple[str, ...]) -> Tables:
    """Every table; `stocks` is empty, as a table may be."""
    made = {name: frame(name, 0 if name == "stocks" else 200, names) for name in COLUMNS if name != "indicators"}
    return Tables(**made, indicators=indicators(names))


def frame(name: str, length: int, names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({column.name: values(column.type, column.name, length, names) for column in COLUMNS[name]})


def values(kind: str, name: str, length: int, names: tuple[str, ...]) -> Any:
    if kind == "number":
        return np.linspace(0.1, 1e6, length) / 3
    if kind == "integer":
        return np.zeros(length, np.int64)
    words = list(names) if name == "variant" else ["öl, 5 %", "scrap"]
    return pd.Categorical([words[row % len(words)] for row in range(length)], words)


def indicators(names: tuple[str, ...]) -> pd.DataFrame:
    columns = [column.name for column in COLUMNS["indicators"]]
    made = pd.DataFrame(list(rows(names)), columns=columns)
    return made.astype({column.name: "category" for column in COLUMNS["indicators"] if column.type == "string"})


def rows(names: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for place, name in enumerate(names):
        for (indicator, item, unit), total in TOTALS.items():
            value = total / 2**place
            yield name, "total", "network", indicator, item, unit, value, 0.0, value, value, value, 1
            yield name, "total", "mill", indicator, item, unit, 7.0, 0.0, 7.0, 7.0, 7.0, 1
