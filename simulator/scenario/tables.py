"""Time series from CSV files of the scenario's folder."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import StringIO
from itertools import pairwise

from pydantic import ValidationError

from simulator import units
from simulator.errors import Fault
from simulator.scenario.context import Column, Context
from simulator.scenario.dates import after, instant_of, seconds_of
from simulator.scenario.forms import parse_date
from simulator.scenario.models import Table, World
from simulator.scenario.numbers import Span
from simulator.scenario.overrides import Draft
from simulator.scenario.reader import Folder
from simulator.scenario.sampling import only_vintages
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Problem, Wrong, advice, shown

_Row = tuple[int, int, float]
"""Line, seconds since 1970, value."""


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
    for (_, earlier, _), (line, when, _) in pairwise(rows):
        if when <= earlier:
            raise _RowError(Fault(table.file, line, table.index, "the dates must ascend"))
    numbers = array("d", (value * factor for _, _, value in rows))
    found = Series(array("q", (when for _, when, _ in rows)), numbers, table.between, table.outside)
    ends = [rows[numbers.index(extreme)] for extreme in (found.low, found.high)]
    places = [f"the row of {instant_of(when):%Y-%m-%d} ({table.file}:{line})" for line, when, _ in ends]
    return found, Column(table.unit, found.low, found.high, *places)


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


def _rows(table: Table, text: str) -> list[_Row]:
    """Every row but blank ones."""
    try:
        return _parsed(table, text)
    except csv.Error as error:
        raise Wrong(f"`{table.file}` cannot be read as CSV: {error}", ("file",)) from error


def _parsed(table: Table, text: str) -> list[_Row]:
    reader = csv.reader(StringIO(text))
    header = next(reader, [])
    index, value = _column(header, table, "index", table.index), _column(header, table, "value", table.value)
    rows = [
        (line, _when(_cell(row, index), table, line), _value(_cell(row, value), table, line))
        for row in reader
        if row and (line := reader.line_num)
    ]
    if not rows:
        raise Wrong(f"`{table.file}` has no rows", ("file",))
    return rows


def _column(header: Sequence[str], table: Table, key: str, name: str) -> int:
    """Place of a column; of several with one name the last."""
    columns = [column for column in header if column]
    if name not in columns:
        raise Wrong(f"`{table.file}` has no column `{name}`{advice(name, columns)}", (key,))
    return len(header) - 1 - header[::-1].index(name)


def _cell(row: Sequence[str], place: int) -> str:
    """A cell; empty where the row ends before it."""
    return row[place].strip() if place < len(row) else ""


def _when(text: str, table: Table, line: int) -> int:
    try:
        return _date(text)
    except ValueError as error:
        message = f"`{shown(text)}` is not a date or a year"
        raise _RowError(Fault(table.file, line, table.index, message)) from error


@lru_cache(maxsize=10_000)
def _date(text: str) -> int:
    """Seconds of a date or a year; several series mostly stand in one file, beside the same dates."""
    return seconds_of(datetime(int(text), 1, 1) if text.isdigit() and len(text) == 4 else parse_date(text, {}))


def _value(text: str, table: Table, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _RowError(Fault(table.file, line, table.value, f"`{shown(text)}` is not a number"))
    return value


def check_series(world: World, series: Mapping[str, Series]) -> Iterator[Problem]:
    """Series that do not reach over the run though they may not be extended."""
    before = only_vintages(world)
    for name, item in series.items():
        if name in before:
            continue
        first, last = instant_of(item.seconds[0]), instant_of(item.seconds[-1])
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
    return after(world.time.start, steps, world.uniform)
