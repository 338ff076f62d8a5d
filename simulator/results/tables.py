"""Tables on disk: Parquet through DuckDB, which needs no pyarrow, and CSV through pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.accounting.tables import ALL_COLUMNS, Tables

if TYPE_CHECKING:
    import pandas as pd

    from simulator.study.ensemble import Ensemble

SQL_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
"""Of the column types in `ALL_COLUMNS`."""
MEMORY = "100MB"
"""What the database may take while it writes a table in pieces."""
READABLE = "indicators"
"""The table that is always written as CSV, and only so: small, and the first that people open."""


def write_tables(tables: Tables, folder: Path, *, csv: bool = False) -> None:
    """Write every table: `indicators` as CSV, all others as Parquet and with `csv` as CSV too."""
    write_parquet({name: frame for name, frame in tables.items() if name != READABLE}, folder)
    for name, frame in tables.items():
        if csv or name == READABLE:
            write_csv(name, frame, folder / f"{name}.csv")


def write_parquet(frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write `<name>.parquet` with the columns and types that `ALL_COLUMNS` names: the same frame, the same bytes."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute("SET threads = 1")  # with more, the bytes depend on how many there are
        for name, frame in frames.items():
            connection.register(name, frame)
            query = f"SELECT {_casts(name)} FROM {name}"  # noqa: S608  names are those of ALL_COLUMNS
            connection.sql(query).write_parquet(str(folder / f"{name}.parquet"), compression="zstd")


def write_ensemble(ensemble: Ensemble, folder: Path, *, csv: bool = False) -> None:
    """Write the tables of replications: `differences` as CSV, `draws`, `bands` and every lane as Parquet."""
    tables = ensemble.tables
    write_parquet({"bands": tables.bands, "draws": ensemble.draws}, folder)
    write_csv("differences", tables.differences, folder / "differences.csv")
    write_pieces("lanes", ensemble.lanes(), folder)
    if csv:
        write_csv("bands", tables.bands, folder / "bands.csv")
        write_csv("draws", ensemble.draws, folder / "draws.csv")


def write_pieces(name: str, pieces: Iterable[pd.DataFrame], folder: Path) -> None:
    """Write `<name>.parquet` from pieces that together need not fit into memory."""
    import duckdb

    scratch = folder / f"{name}.duckdb"
    columns = ", ".join(f'"{column.name}" {SQL_TYPES[column.type]}' for column in ALL_COLUMNS[name])
    with duckdb.connect(str(scratch), config={"threads": 1, "memory_limit": MEMORY}) as connection:
        connection.execute(f"CREATE TABLE rows_of ({columns})")
        for piece in pieces:
            connection.register("piece", piece)
            connection.execute(f"INSERT INTO rows_of SELECT {_casts(name)} FROM piece")  # noqa: S608  our own names
            connection.unregister("piece")
        connection.table("rows_of").write_parquet(str(folder / f"{name}.parquet"), compression="zstd")
    scratch.unlink()


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
