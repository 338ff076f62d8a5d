"""Random uses: whatever drives them and however they age, masses balance and the stock that is wanted is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.builders import TOLERANCE, chosen, simulate

LIFETIMES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"fixed": "9 day"},
        {"normal": {"mean": "12 day", "sd": "8 day"}},
        {"folded_normal": {"mean": "5 day", "sd": "9 day"}},
        {"lognormal": {"mean": "20 day", "sd": "20 day"}},
        {"weibull": {"shape": 0.7, "scale": "10 day"}},
        {"gamma": {"shape": 0.5, "scale": "30 day"}},
        {"survival": [["2 day", 1], ["3 day", 0.4], ["50 day", 0]]},
    ]
)
WANTED = st.integers(0, 200)


@dataclass(frozen=True)
class Life:
    """A use with a pool of goods, of which a part of what retires is repaired back into it."""

    lifetime: dict[str, Any]
    entry: str
    cohort: str
    review: str
    wanted: tuple[int, int, int]
    """At the start, after twenty and after forty days, t."""
    excess: str
    initial: int | None
    ages: bool
    repaired: float
    ample: bool
    """Whether there is always enough to take in."""


@st.composite
def lives(draw: st.DrawFn) -> Life:
    return Life(
        draw(LIFETIMES),
        draw(st.sampled_from(["middle", "end", "spread"])),
        draw(st.sampled_from(["3 day", "10 day"])),
        draw(st.sampled_from(["8 hour", "1 day", "7 day"])),
        (draw(WANTED), draw(WANTED), draw(WANTED)),
        draw(st.sampled_from(["retire", "keep"])),
        draw(st.none() | WANTED),
        draw(st.booleans()),
        draw(st.sampled_from([0.0, 0.4, 1.0])),
        draw(st.booleans()),
    )


def body(life: Life) -> str:
    use: dict[str, Any] = {
        "material": "van", "stock": {"table": "wanted"}, "lifetime": life.lifetime, "entry": life.entry,
        "cohort": life.cohort, "excess": life.excess, "report_ages": True,
        "end_of_life": {"old": life.repaired, "dead": 1 - life.repaired},
    }  # fmt: skip
    use |= {"initial": f"{life.initial} t"} if life.initial is not None else {}
    use |= {"ages": {"table": "before"}} if life.ages else {}
    pool = {"initial": "100 kt", "order_up_to": "100 kt"} if life.ample else {}
    repair = {"inputs": ["old"], "rate": "5 t/day", "outputs": {"van": 0.9, "dead": 0.1}, "reused": ["van"]}
    tables = {
        "wanted": {"file": "wanted.csv", "index": "date", "value": "t", "unit": "t", "outside": "hold"},
        "before": {"file": "before.csv", "index": "date", "value": "t", "unit": "t", "outside": "hold"},
    }
    town = {"review_period": life.review, "inventories": {"van": pool}, "uses": {"vans": use}}
    parts = {
        "tables": tables,
        "materials": {"van": {}, "old": {"waste": True}, "dead": {"waste": True}},
        "companies": {"town": town | {"processes": {"repair": repair}}},
        "boundary": {
            "shop": {"supplies": {"van": {"rate": "7 t/day"}}, "accepts": {"dead": {"fate": "landfill"}}},
        },
        "flows": {
            "buy": {"from": "shop", "to": "town", "material": "van"},
            "tip": {"from": "town", "to": "shop", "material": "dead"},
        },
    }
    return "\n".join(f"{key}: {json.dumps(part)}" for key, part in parts.items())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(life=lives())
def test_any_use_keeps_its_balance_and_its_stock(life: Life) -> None:
    first, second, third = life.wanted
    files = {
        "wanted.csv": f"date,t\n2025-01-01,{first}\n2025-01-21,{second}\n2025-02-10,{third}\n",
        "before.csv": "date,t\n2024-11-01,3\n2024-12-01,4\n",
    }
    with TemporaryDirectory() as folder:
        result = simulate(Path(folder), body(life), files, end="2025-03-12")
    assert result.residual <= TOLERANCE
    assert all(table["mass_t"].min() >= 0.0 for table in (result.tables.flows, result.tables.stocks) if len(table))
    stocks = chosen(result.tables.stocks, place="use")
    held = stocks.groupby(stocks["period"].astype(str))["mass_t"].sum()
    of_years = result.tables.ages.groupby(result.tables.ages["period"].astype(str))["mass_t"].sum()
    assert of_years.to_dict() == pytest.approx(held.to_dict(), rel=1e-9, abs=1e-9)
    at_end = float(held.get("2025-03-11", 0.0))
    if life.excess == "retire":
        assert at_end <= third * (1 + 1e-9)
    if life.ample:
        assert at_end >= third * (1 - 1e-9)
