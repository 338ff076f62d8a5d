"""What coalitions show, as tables: contributions, interactions, drop-outs, and every coalition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.accounting.frames import Text, build
from simulator.accounting.tables import ALL_COLUMNS
from simulator.study.estimates import Estimate
from simulator.study.partners import Findings

if TYPE_CHECKING:
    import pandas as pd

_Row = dict[str, Any]


def tables(found: Findings) -> dict[str, pd.DataFrame]:
    """All of them by name, with the columns of `PARTNERS_COLUMNS`."""
    return {
        "partners": _frame("partners", _contributions(found)),
        "interactions": _frame("interactions", _interactions(found)),
        "dropouts": _frame("dropouts", _dropouts(found)),
        "coalitions": _coalitions(found),
    }


def _frame(name: str, rows: Iterator[_Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows), columns=[column.name for column in ALL_COLUMNS[name]])


def _contributions(found: Findings) -> Iterator[_Row]:
    """In the order of the variant."""
    measures = {"alone": found.alone, "left_out": found.left_out, "shapley": found.shapley}
    for name in found.variant.partnerships:
        if name in found.partnerships:
            place = found.partnerships.index(name)
            yield from ({"partnership": name, **row} for row in _by_outcome(found, measures, (place,)))


def _interactions(found: Findings) -> Iterator[_Row]:
    for one, other in combinations(sorted(found.partnerships), 2):
        pair = found.partnerships.index(one), found.partnerships.index(other)
        yield from ({"partnership": one, "other": other, **row} for row in _by_outcome(found, found.pairs, pair))


def _dropouts(found: Findings) -> Iterator[_Row]:
    for company, (own, effect) in found.dropouts.items():
        head = {"company": company, "partnerships": " + ".join(own)}
        yield from ({**head, **row} for row in _by_outcome(found, {"effect": effect}, ()))


def _by_outcome(found: Findings, measures: Mapping[str, Estimate], place: tuple[int, ...]) -> Iterator[_Row]:
    for column, outcome in enumerate(found.outcomes):
        row: _Row = {"outcome": outcome.name, "item": outcome.node, "unit": outcome.unit}
        for name, of in measures.items():
            at = (*place, column)
            row |= {name: of.mean[at], f"{name}_low": of.low[at], f"{name}_high": of.high[at]}
        yield row | {"n": len(found.complete)}


def _coalitions(found: Findings) -> pd.DataFrame:
    """A row per coalition, replication and outcome; lanes that failed are left out."""
    inquiry = found.inquiry
    names = [" + ".join(inquiry.names(coalition)) for coalition in inquiry.coalitions]
    coalition, replication, outcome = np.nonzero(np.isfinite(found.worth))
    sizes = np.array([one.bit_count() for one in inquiry.coalitions], dtype=np.int64)
    text = {
        "outcome": [one.name for one in found.outcomes],
        "item": [one.node for one in found.outcomes],
        "unit": [one.unit for one in found.outcomes],
    }
    return build(
        "coalitions",
        {
            "coalition": Text(coalition, names),
            "size": sizes[coalition],
            "replication": replication.astype(np.int64),
            **{name: _text(outcome, of) for name, of in text.items()},
            "value": found.worth[coalition, replication, outcome],
        },
    )


def _text(place: np.ndarray[Any, np.dtype[np.intp]], of: list[str]) -> Text:
    categories = sorted(set(of))
    return Text(np.array([categories.index(one) for one in of], dtype=np.intp)[place], categories)
