"""Time series from CSV files of the scenario's folder."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import StringIO
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from simulator import units
from simulator.errors import Fault
from simulator.scenario.context import Column, Context
from simulator.scenario.dates import after
from simulator.scenario.forms import parse_date
from simulator.scenario.models import Table, World
from simulator.scenario.numbers import Span
from simulator.scenario.overrides import Draft
from simulator.scenario.reader import Folder
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Problem, Wrong, advice, shown


@dataclass(frozen=True)
class Read:
    """Tables by name, and the faults of those that cannot be read, placed in the CSV file or in the scenario."""

    series: dict[str, Series]
    columns: dict[str, Column]
    faults: list[Fault]


def read_tables(draft: Draft, folder: Folder) -> Read:
    """Every time series of the raw tree."""
    series: dict[str, Series] = {}
    columns: dict[str, Column] = {}
    faults: list[Fault] = []
    tables = draft.data.get("tables")
    for name, raw in tables.items() if isinstance(tables, Mapping) else ():
        try:
            series[name], columns[name] = _series(Table.model_validate(raw, context=Context()), folder)
        except Wrong as wrong:
            faults.append(draft.places.fault(("tables", name, *wrong.keys), wrong.message))
        except _RowError as error:
            faults.append(error.fault)
        except ValidationError:
            continue
    return Read(series, columns, faults)


class _RowError(ValueError):
    """Something wrong in a line of a CSV file."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def _series(table: Table, folder: Folder) -> tuple[Series, Column]:
    factor = _factor(table)
    rows = _rows(table, _text(table, folder))
    times = [when for _, when, _ in rows]
    for (_, earlier, _), (line, when, _) in pairwise(rows):
        if when <= earlier:
            raise _RowError(Fault(table.file, line, table.index, "the dates must ascend"))
    import numpy as np

    values = np.array([value * factor for _, _, value in rows], dtype=np.float64)
    found = Series(np.array(times, dtype="datetime64[s]"), values, table.between, table.outside)
    low, high = int(values.argmin()), int(values.argmax())
    places = [f"the row of {when:%Y-%m-%d} ({table.file}:{line})" for line, when, _ in (rows[low], rows[high])]
    return found, Column(table.unit, float(values[low]), float(values[high]), *places)


def _factor(table: Table) -> float:
    try:
        return units.measure(table.unit)[0]
    except units.UnitError as error:
        raise Wrong(str(error), ("unit",)) from error


def _text(table: Table, folder: Folder) -> str:
    try:
        return folder.read(table.file).decode("utf-8-sig")
    except Wrong as wrong:
        raise wrong.under("file") from wrong
    except UnicodeDecodeError as error:
        raise Wrong(f"`{table.file}` is not UTF-8 text", ("file",)) from error


def _rows(table: Table, text: str) -> list[tuple[int, datetime, float]]:
    """Line, instant and value of every row."""
    try:
        return _parsed(table, text)
    except csv.Error as error:
        raise Wrong(f"`{table.file}` cannot be read as CSV: {error}", ("file",)) from error


def _parsed(table: Table, text: str) -> list[tuple[int, datetime, float]]:
    reader = csv.DictReader(StringIO(text))
    columns = [column for column in reader.fieldnames or () if column]
    for key, column in (("index", table.index), ("value", table.value)):
        if column not in columns:
            raise Wrong(f"`{table.file}` has no column `{column}`{advice(column, columns)}", (key,))
    rows = [(reader.line_num, _when(row, table, reader), _value(row, table, reader)) for row in reader]
    if not rows:
        raise Wrong(f"`{table.file}` has no rows", ("file",))
    return rows


def _when(row: Mapping[str, Any], table: Table, reader: Any) -> datetime:
    text = (row[table.index] or "").strip()
    try:
        return _date(text)
    except ValueError as error:
        message = f"`{shown(text)}` is not a date or a year"
        raise _RowError(Fault(table.file, reader.line_num, table.index, message)) from error


@lru_cache(maxsize=10_000)
def _date(text: str) -> datetime:
    """A date or a year; several series mostly stand in one file, beside the same dates."""
    return datetime(int(text), 1, 1) if text.isdigit() and len(text) == 4 else parse_date(text, {})


def _value(row: Mapping[str, Any], table: Table, reader: Any) -> float:
    text = (row[table.value] or "").strip()
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _RowError(Fault(table.file, reader.line_num, table.value, f"`{shown(text)}` is not a number"))
    return value


def check_series(world: World, series: Mapping[str, Series]) -> Iterator[Problem]:
    """Series that do not reach over the run though they may not be extended."""
    for name, item in series.items():
        first, last = item.times[0].item(), item.times[-1].item()
        needed = world.time.end if item.between == "linear" else _last_step(world)
        if item.outside == "error" and (first > world.time.start or last < needed):
            message = f"`{world.tables[name].file}` does not reach over the run; say `outside: hold` if its ends hold"
            yield Problem(("tables", name), message)


def _last_step(world: World) -> datetime:
    """When the last step begins."""
    time = world.time
    count = max(0, int((time.end - time.start).days / time.step.days()) - 2)
    while _step(world, count + 1) < time.end:
        count += 1
    return _step(world, count)


def _step(world: World, count: int) -> datetime:
    step = world.time.step
    steps = Span(count * step.months, count * step.seconds)
    return after(world.time.start, steps, world.calendar == "uniform")
