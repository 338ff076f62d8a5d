"""Tables on disk: Parquet through DuckDB, which needs no pyarrow, and CSV through pandas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.accounting.tables import ALL_COLUMNS, Tables

if TYPE_CHECKING:
    import pandas as pd

SQL_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
"""Of the column types in `ALL_COLUMNS`."""
READABLE = "indicators"
"""The table that is always written as CSV, and only so: small, and the first that people open."""


def write_tables(tables: Tables, folder: Path, *, csv: bool = False) -> None:
    """Write every table: `indicators` as CSV, all others as Parquet and with `csv` as CSV too."""
    write_parquet({name: frame for name, frame in tables.items() if name != READABLE}, folder)
    for name, frame in tables.items():
        if csv or name == READABLE:
            write_csv(name, frame, folder / f"{name}.csv")


def write_parquet(frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write `<name>.parquet` with the columns that `ALL_COLUMNS` names, in its types: the same frame, the same bytes."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute("SET threads = 1")  # with more, the bytes depend on how many there are
        for name, frame in frames.items():
            connection.register(name, frame)
            query = f"SELECT {_casts(name)} FROM {name}"  # noqa: S608  names are those of ALL_COLUMNS
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"), compression="zstd")


def write_csv(name: str, frame: pd.DataFrame, path: Path) -> None:
    """Write the columns that `ALL_COLUMNS` names; numbers with all their digits, line ends alike on every system."""
    frame.to_csv(
        path, columns=[column.name for column in ALL_COLUMNS[name]], index=False, lineterminator="\n", encoding="utf-8"
    )


def _casts(name: str) -> str:
    """Columns of a SELECT; without the casts an empty text column would become a number."""
    return ", ".join(
        f'CAST("{column.name}" AS {SQL_TYPES[column.type]}) AS "{column.name}"' for column in ALL_COLUMNS[name]
    )
