"""datapackage.json: the columns of every table, their units and meaning (Frictionless Data Package v1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.accounting.tables import ALL_COLUMNS, Column
from simulator.scenario.scenario import Scenario

NAME = "datapackage.json"


def package(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Describe the tables that stand in a folder; the same tables, the same description."""
    described = [(name, suffix) for name in ALL_COLUMNS for suffix in FORMATS if (folder / f"{name}{suffix}").is_file()]
    return {
        "profile": "data-package",
        "name": scenario.name.replace("_", "-"),
        "title": scenario.title,
        "resources": [resource(name, folder / f"{name}{suffix}") for name, suffix in described],
    }


def resource(name: str, path: Path) -> dict[str, Any]:
    """Describe one file of a table."""
    content = path.read_bytes()
    return {
        **FORMATS[path.suffix](name),
        "path": path.name,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": [field(column) for column in ALL_COLUMNS[name]], "missingValues": [""]},
    }


def field(column: Column) -> dict[str, str]:
    """Describe one column; counts and text have no unit."""
    words = {"name": column.name, "type": column.type, "description": column.description}
    return words | ({"unit": column.unit} if column.unit else {})


def _parquet(name: str) -> dict[str, str]:
    return {
        "name": name,
        "profile": "data-resource",  # a tabular one would have to be CSV or JSON
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
    }


def _csv(name: str) -> dict[str, str]:
    return {
        "name": f"{name}-csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
    }


FORMATS: dict[str, Callable[[str], dict[str, str]]] = {".parquet": _parquet, ".csv": _csv}
"""How a file of a table is described, by its suffix."""
