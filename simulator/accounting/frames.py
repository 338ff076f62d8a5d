"""Grids to tidy data frames: codes first, text once per category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.grid import Grid, Integers, Key
from simulator.accounting.tables import ALL_COLUMNS, COLUMNS, OPENING
from simulator.engine.ledger import Floats, Lane

if TYPE_CHECKING:
    import pandas as pd

DUST = 1e-12
"""Part of the largest number of a table up to which another is rounding: mixing thins an origin out for ever."""


@dataclass(frozen=True)
class Part:
    """The cells of one ledger's grid that are more than dust, in order of lane, period, key."""

    lanes: tuple[Lane, ...]
    periods: tuple[str, ...]
    keys: tuple[Key, ...]
    lane: Integers
    """Index into `lanes`, one per cell, like the next two."""
    period: Integers
    key: Integers
    values: tuple[Floats, ...]


def part(lanes: Sequence[Lane], periods: Sequence[str], grid: Grid) -> Part:
    """Drop zeros and dust; keys that are nothing else throughout disappear."""
    mask = np.zeros(grid.values[0].shape, dtype=bool)
    for values in grid.values:
        mask |= _matters(values)
    alive = np.flatnonzero(mask.any(axis=(0, 1)))
    lane, period, key = np.nonzero(mask[..., alive])
    keys = tuple(grid.keys[column] for column in alive)
    picked = tuple(values[lane, period, alive[key]] for values in grid.values)
    return Part(tuple(lanes), tuple(periods), keys, lane, period, key, picked)


def _matters(values: Floats) -> NDArray[np.bool_]:
    """More than `DUST` of the largest of its own lane: which rows a lane has must not depend on the others."""
    sizes = np.abs(values)
    return np.asarray(sizes > DUST * sizes.max(axis=(1, 2), keepdims=True, initial=0.0))


def frame(table: str, parts: Sequence[Part], variants: Sequence[str]) -> pd.DataFrame:
    """Data frame of a table of `COLUMNS`, a row per cell; variants in the given order, `OPENING` before all dates."""
    names = [column.name for column in COLUMNS[table]]
    fields = _fields(parts, names)
    columns: list[AnyColumn] = [*_lanes(parts, variants), _periods(parts), *fields, *_numbers(parts)]
    order = _order(parts, variants)
    ordered = columns if order is None else [_reordered(column, order) for column in columns]
    return build(table, dict(zip(names, ordered, strict=True)))


@dataclass(frozen=True)
class Text:
    """A column of text as codes into its categories."""

    codes: NDArray[np.int32] | Integers
    categories: Sequence[str]


Numbers = NDArray[np.float64] | NDArray[np.int64]
AnyColumn = Text | Numbers


def build(table: str, columns: Mapping[str, AnyColumn]) -> pd.DataFrame:
    """The one place where data frames are made; columns as `COLUMNS` has them."""
    import pandas as pd

    made = {column.name: columns[column.name] for column in ALL_COLUMNS[table]}
    return pd.DataFrame(
        {
            name: pd.Categorical.from_codes(
                column.codes, pd.Index(list(column.categories), dtype="str"), validate=False
            )
            if isinstance(column, Text)
            else column
            for name, column in made.items()
        },
        copy=False,
    )


def _lanes(parts: Sequence[Part], variants: Sequence[str]) -> tuple[Text, Numbers]:
    """Variant and replication."""
    present = {lane.variant for part in parts for lane in part.lanes}
    names = [name for name in variants if name in present]
    variant = _text(names, [([lane.variant for lane in part.lanes], part.lane) for part in parts])
    replication = [np.array([lane.replication for lane in part.lanes], dtype=np.int64)[part.lane] for part in parts]
    return variant, np.concatenate(replication)


def _periods(parts: Sequence[Part]) -> Text:
    names = sorted({period for part in parts for period in part.periods}, key=lambda name: (name != OPENING, name))
    return _text(names, [(part.periods, part.period) for part in parts])


def _fields(parts: Sequence[Part], names: Sequence[str]) -> list[Text]:
    """The fields of the keys: all columns between the period and the numbers."""
    return [_field(parts, number) for number in range(len(names) - 3 - len(parts[0].values))]


def _field(parts: Sequence[Part], number: int) -> Text:
    categories = sorted({key[number] for part in parts for key in part.keys})
    return _text(categories, [([key[number] for key in part.keys], part.key) for part in parts])


def _text(categories: Sequence[str], parts: Sequence[tuple[Sequence[str], Integers]]) -> Text:
    code = {name: i for i, name in enumerate(categories)}
    codes = [np.array([code[name] for name in names], dtype=np.int32)[cells] for names, cells in parts]
    return Text(np.concatenate(codes), categories)


def _numbers(parts: Sequence[Part]) -> list[Numbers]:
    return [np.concatenate(arrays) for arrays in zip(*(part.values for part in parts), strict=True)]


def _order(parts: Sequence[Part], variants: Sequence[str]) -> Integers | None:
    """Order of the cells by variant and replication, None where they stand so; within a lane they are in order."""
    place = {name: i for i, name in enumerate(variants)}
    lanes = [[(place[lane.variant], lane.replication) for lane in part.lanes] for part in parts]
    rank = {lane: i for i, lane in enumerate(sorted({lane for part in lanes for lane in part}))}
    ranks = [rank[lane] for part in lanes for lane in part]
    if ranks == sorted(ranks):
        return None
    cells = [np.array([rank[lane] for lane in of_part])[part.lane] for part, of_part in zip(parts, lanes, strict=True)]
    return np.argsort(np.concatenate(cells), kind="stable")


def _reordered(column: AnyColumn, order: Integers) -> AnyColumn:
    return Text(column.codes[order], column.categories) if isinstance(column, Text) else column[order]
