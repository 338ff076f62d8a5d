"""Small scenarios for tests of the engine, and how to read what came out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

from simulator.accounting.tables import Tables
from simulator.scenario import load
from simulator.scenario.scenario import Scenario
from simulator.study.run import Run, run

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 1e-9
"""Largest relative residual that any run may have."""
HEAD = """\
schema: 1
name: {name}
seed: 7
settle: once
time: {{start: {start}, end: {end}, step: {step}, report: {report}}}
"""


def text(body: str, *, start: str = "2025-01-01", end: str = "2025-04-11", step: str = "1 day", report: str = "1 day",
         name: str = "small") -> str:  # fmt: skip
    """A whole scenario file from its interesting part; 100 days, reported day by day, unless said otherwise."""
    return HEAD.format(name=name, start=start, end=end, step=step, report=report) + dedent(body).strip("\n") + "\n"


def read(
    folder: Path, written: str, files: Mapping[str, str] | None = None, variants: Sequence[str] | None = None
) -> Scenario:
    """Write a scenario, and the files it needs, into a folder and load it."""
    for name, content in (files or {}).items():
        (folder / name).write_text(content, encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(written, encoding="utf-8")
    return load(path, variants=variants)


def simulate(folder: Path, body: str, files: Mapping[str, str] | None = None, **head: str) -> Run:
    """Run a scenario given by its interesting part; its balances close, whatever else the test looks at."""
    return closed(run(read(folder, text(body, **head), files)))


def closed(result: Run) -> Run:
    """The run, after a look at its balances."""
    assert result.residual <= TOLERANCE
    return result


def chosen(table: pd.DataFrame, **where: object) -> pd.DataFrame:
    """Rows in which columns have the given values."""
    for column, value in where.items():
        table = table[table[column].astype(str) == str(value)]
    return table


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Rows whose columns are attributes, typed as anything."""
    return list(table.itertuples())


def shipped(result: Run, flow: str, **where: object) -> float:
    """Tonnes that went over a flow (or were released, or soiled), in all periods unless one is given."""
    return float(chosen(result.tables.flows, flow=flow, **where)["mass_t"].sum())


def by_period(result: Run, flow: str, **where: object) -> dict[str, float]:
    """Tonnes over a flow, by the periods in which any went."""
    table = chosen(result.tables.flows, flow=flow, **where)
    sums = table.groupby(table["period"].astype(str), sort=True)["mass_t"].sum()
    return {str(period): float(mass) for period, mass in sums.items()}


def amounts(result: Run, flow: str, count: int, first: str = "2025-01-01", **where: object) -> list[float]:
    """Tonnes over a flow on `count` days on end, rounded, zeros included."""
    import pandas as pd

    found = by_period(result, flow, **where)
    return [round(found.get(f"{day:%Y-%m-%d}", 0.0), 9) for day in pd.date_range(first, periods=count)]


def stock(result: Run, node: str, item: str, place: str = "inventory", **where: object) -> float:
    """Tonnes in a place at the end of a period, the last unless one is given."""
    table = result.tables.stocks
    where.setdefault("period", last(result))
    return float(chosen(table, node=node, item=item, place=place, **where)["mass_t"].sum())


def last(result: Run) -> str:
    """The last reporting period."""
    return str(max(set(result.tables.stocks["period"].astype(str)) - {"opening"}, default="none"))


def throughput(result: Run, process: str, **where: object) -> float:
    """Tonnes of input that a process ran."""
    return float(chosen(result.tables.processes, process=process, **where)["throughput_t"].sum())


def held_back(result: Run, process: str, limit: str, **where: object) -> float:
    """Days on which a limit held a process back."""
    return float(chosen(result.tables.processes, process=process, limited_by=limit, **where)["days"].sum())


def value(result: Run, indicator: str, **where: object) -> float:
    """An indicator over the whole run and network unless said otherwise, summed over what `where` leaves open."""
    where = {"period": "total", "node": "network", **where}
    return float(chosen(result.tables.indicators, indicator=indicator, **where)["value"].sum())


def same(one: Tables, other: Tables, *names: str) -> None:
    """Two runs gave the same tables, to the last bit."""
    import pandas as pd

    for name, table in one.items():
        if not names or name in names:
            pd.testing.assert_frame_equal(plain(table), plain(getattr(other, name)), check_exact=True, obj=name)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose text is text, so that categories that never occur make no difference."""
    text_columns = {name: str for name, dtype in table.dtypes.items() if dtype == "category"}
    return table.astype(text_columns).reset_index(drop=True)


def without(table: pd.DataFrame, *nodes: str) -> pd.DataFrame:
    """A table without the rows in which some nodes take part."""
    for column in {"node", "source", "target"} & set(table.columns):
        table = table[~table[column].astype(str).isin(nodes)]
    return table


def nested(spaces: int, lines: Sequence[str]) -> str:
    """Lines as the content of a mapping."""
    return indent("\n".join(lines), " " * spaces)


def shuffled(tree: Any, pick: Any) -> Any:
    """A tree with the entries of all its mappings, except `variants`, in another order."""
    if isinstance(tree, list):
        return [shuffled(item, pick) for item in tree]
    if not isinstance(tree, dict):
        return tree
    keys = list(tree)
    pick.shuffle(keys)
    return {key: tree[key] if key == "variants" else shuffled(tree[key], pick) for key in keys}
