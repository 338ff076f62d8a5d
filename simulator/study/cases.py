"""Models that others made, run here and held against what they published.

A case is a folder with `case.yaml`, one or several scenarios, and the tables that the others' models gave. What ours
gives is asked of the tables of a run in SQL, so that a case is data and adds no code. Figures that need not be the
same, of another year, region or definition, only stand beside ours: they are shown, and nothing depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError, model_validator

from simulator.accounting.tables import Tables
from simulator.errors import UserError
from simulator.scenario import load
from simulator.scenario.kinds import Id, Model
from simulator.scenario.reader import read
from simulator.study.run import run

if TYPE_CHECKING:
    import pandas as pd

FILE = "case.yaml"
SMALL = 1e-3
"""Values below this part of the largest of their column are held against this part: differences of large numbers."""


class Comparison(Model):
    """One table of a model's results, and what of ours is the same."""

    scenario: str = "scenario.yaml"
    """Scenario that is run, a path from the case's folder."""
    expected: str
    """CSV file in the case's folder: what the other model gave."""
    key: tuple[str, ...]
    """Columns that say what a row is about."""
    quantities: Mapping[str, str]
    """Columns that are compared, and their units."""
    query: str
    """SQL over the tables of the run that gives the same columns; what it has no row for is 0."""
    relative: Annotated[float, Field(gt=0)] | None = None
    """Largest deviation allowed, as part of the expected value, or of a thousandth of the largest in its column."""
    absolute: Annotated[float, Field(gt=0)] | None = None
    """Largest deviation allowed, in the column's unit."""
    beside: bool = False
    """Whether the figures are shown one by one and not judged: they are of other years, regions or definitions."""

    @model_validator(mode="after")
    def _one_tolerance(self) -> Comparison:
        if [self.relative is None, self.absolute is None, not self.beside].count(False) != 1:
            raise ValueError("needs either `relative` or `absolute`, the largest deviation allowed, or `beside: true`")
        return self


class Case(Model):
    """A model of others, and where its results are from."""

    title: str
    """What it is, in one line."""
    source: str
    """Where the model and its results come from, with version and date."""
    note: str | None = None
    """What a reader should know: conventions, deviations that are known."""
    comparisons: Annotated[Mapping[Id, Comparison], Field(min_length=1)]
    """What is compared, by id."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one quantity of one case compares."""

    case: str
    source: str
    quantity: str
    """Comparison and column; of a figure that is not judged, what it is of, too."""
    unit: str
    points: int
    deviation: float
    """Largest, measured as the tolerance is."""
    tolerance: float | None
    """None for a figure that only stands beside a published one."""
    relative: bool
    figures: tuple[float, float] | None = None
    """Published, and here, where the two only stand side by side."""

    @property
    def holds(self) -> bool:
        """Whether every point is within the tolerance; what is not judged does."""
        return self.tolerance is None or self.deviation <= self.tolerance


def cases_in(folder: Path) -> tuple[Path, ...]:
    """The folders of cases in a folder, by name, or the folder itself. Raises UserError where there is none."""
    found = (folder,) if (folder / FILE).is_file() else tuple(sorted(path.parent for path in folder.glob(f"*/{FILE}")))
    if not found:
        raise UserError(f"{folder}: holds no case: a case is a folder with a file `{FILE}`")
    return found


def read_case(folder: Path) -> Case:
    """The case in a folder. Raises ScenarioError or UserError where its file is wrong."""
    document, _ = read(folder / FILE)
    try:
        return Case.model_validate(document.data, strict=False)
    except ValidationError as error:
        said = ((".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in error.errors())
        raise UserError("\n".join(f"{folder / FILE}: {path}: {message}" for path, message in said)) from error


def verdicts(folder: Path) -> Iterator[Verdict]:
    """Run every scenario of a case once and compare. Raises UserError where a query or an expected table is wrong."""
    case = read_case(folder)
    tables: dict[str, Tables] = {}
    for name, comparison in case.comparisons.items():
        if comparison.scenario not in tables:
            tables[comparison.scenario] = run(load(folder / comparison.scenario)).tables
        ours = _ours(tables[comparison.scenario], comparison, folder)
        yield from _compared(folder, case.source, name, comparison, ours)


def _ours(tables: Tables, comparison: Comparison, folder: Path) -> pd.DataFrame:
    """What the query gives; it reads the tables of the run and nothing else."""
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, frame in tables.items():
            connection.register(name, frame)
        connection.execute("SET enable_external_access = false")
        try:
            found: pd.DataFrame = connection.sql(comparison.query).df()
        except duckdb.Error as error:
            raise UserError(f"{folder / FILE}: {comparison.expected}: the query fails: {error}") from error
    return found


def _compared(folder: Path, source: str, name: str, comparison: Comparison, ours: pd.DataFrame) -> Iterator[Verdict]:
    expected = _expected(folder, comparison)
    both = _matched(expected, ours, comparison, f"{folder / FILE}: {comparison.expected}")
    for quantity, unit in comparison.quantities.items():
        figures = (both[quantity], both[f"{quantity} expected"])
        verdict = Verdict(folder.name, source, f"{name}: {quantity}", unit, len(expected), 0.0, None, relative=False)
        yield from _side_by_side(verdict, *figures) if comparison.beside else [_judged(verdict, *figures, comparison)]


def _matched(expected: pd.DataFrame, ours: pd.DataFrame, comparison: Comparison, where: str) -> pd.DataFrame:
    """Both sides by key, 0 for a row that one lacks. Raises UserError where they cannot be put beside each other."""
    key = list(comparison.key)
    missing = sorted({*key, *comparison.quantities} - set(ours.columns))
    if missing:
        raise UserError(f"{where}: the query gives no column {', '.join(missing)}")
    theirs, found = _keyed(expected, key), _keyed(ours, key)
    if found.index.has_duplicates:
        raise UserError(f"{where}: the query gives several rows with the same key")
    if comparison.beside and set(theirs.index) != set(found.index):
        raise UserError(f"{where}: the query gives other rows than the table has")
    both = theirs.merge(found, how="outer", left_index=True, right_index=True, suffixes=(" expected", ""))
    return both.fillna(0.0)


def _judged(verdict: Verdict, ours: pd.Series[float], theirs: pd.Series[float], comparison: Comparison) -> Verdict:
    """All points of a quantity together."""
    relative = comparison.relative is not None
    tolerance = comparison.relative or comparison.absolute
    return replace(verdict, deviation=_deviation(ours, theirs, relative), tolerance=tolerance, relative=relative)


def _side_by_side(verdict: Verdict, ours: pd.Series[float], theirs: pd.Series[float]) -> Iterator[Verdict]:
    """Every point apart."""
    for key, here, published in zip(ours.index, ours, theirs, strict=True):
        point = ", ".join(key) if isinstance(key, tuple) else str(key)
        quantity, deviation = f"{verdict.quantity}, {point}", abs(here - published)
        yield replace(verdict, quantity=quantity, points=1, deviation=deviation, figures=(published, here))


def _deviation(ours: pd.Series[float], theirs: pd.Series[float], relative: bool) -> float:
    """The largest deviation; a relative one is part of the expected value, at least of `SMALL` of the largest."""
    deviation, size = (ours - theirs).abs(), theirs.abs()
    scale = size.clip(lower=SMALL * size.max()) if relative and size.max() > 0 else 1.0
    return float((deviation / scale).max())


def _expected(folder: Path, comparison: Comparison) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(folder / comparison.expected, usecols=[*comparison.key, *comparison.quantities])
    except (OSError, ValueError) as error:
        raise UserError(f"{folder / comparison.expected}: {error}") from error
    if table.empty or table.duplicated(list(comparison.key)).any():
        raise UserError(f"{folder / comparison.expected}: has no rows, or several with the same key")
    empty = [name for name in comparison.quantities if pd.to_numeric(table[name], errors="coerce").isna().any()]
    if empty:
        raise UserError(f"{folder / comparison.expected}: {empty[0]} has a cell that is no number; write 0 for nothing")
    return table


def _keyed(table: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """A table by its key as text, so that 1990 is 1990 whatever it was read as."""
    return table.astype(dict.fromkeys(key, str)).set_index(list(key))
