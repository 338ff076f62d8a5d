"""The cheapest ways of random networks, against a linear programme: no cost is more than that of any way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from simulator.engine import Lane, plans
from simulator.engine.batch import allocate
from simulator.engine.casting import cast
from simulator.engine.index import Index
from simulator.engine.layout import BEGIN, OPENING
from simulator.engine.machine import bind
from tests.engine.builders import read, text

COSTS = st.integers(-3, 60)
ENDS = st.integers(0, 4)


@dataclass(frozen=True)
class Works:
    """A company that may pass what it has on, dump it, or make `a` and `b` of it, which go on likewise."""

    cost: int
    """Of its process, EUR/t."""
    made: int
    """Tenths of `a`."""
    passed: int
    a: int
    b: int
    """Company that gets what it passes on, its `a`, its `b`: as many as there are, the last stands for the dump."""
    tolls: tuple[int, int, int]
    """What transport there costs, EUR/t."""


WORKS = st.builds(
    Works, COSTS, st.integers(0, 8), ENDS, ENDS, ENDS, st.tuples(*[st.integers(1, 30)] * 3)
)  # fmt: skip


def body(chain: tuple[Works, ...], fee: int) -> str:
    """The network as JSON; everybody can dump what he has, so that there is always a way."""
    flows: dict[str, object] = {}
    for n, works in enumerate(chain):
        flows[f"dump{n}"] = {"from": f"c{n}", "to": "dump", "material": "m", "rank": "cost"}
        for material, to, toll in zip("mab", (works.passed, works.a, works.b), works.tolls, strict=True):
            flows[f"{material}{n}"] = {
                "from": f"c{n}", "to": target(chain, n, to), "material": material, "as": "m", "rank": "cost",
                "transport": "truck", "distance": f"{toll} km",
            }  # fmt: skip
    companies = {
        f"c{n}": {
            "processes": {
                "p": {"inputs": ["m"], "rate": "1 t/day", "cost": f"{works.cost} EUR/t",
                      "outputs": {"a": {"x": works.made / 10}, "b": "rest"}, "releases": {"air": {"x": 0.1}}}
            }
        }
        for n, works in enumerate(chain)
    }  # fmt: skip
    parts: dict[str, object] = {
        "substances": ["x"],
        "materials": {"m": {"waste": True, "composition": {"x": 1}}, "a": {}, "b": {}},
        "transport": {"truck": {"cost": "1 EUR/(t km)"}},
        "companies": companies,
        "boundary": {"dump": {"accepts": {"m": {"fate": "landfill", "fee": f"{fee} EUR/t"}}}},
        "flows": flows,
    }
    return "\n".join(f"{key}: {json.dumps(part)}" for key, part in parts.items())


def target(chain: tuple[Works, ...], n: int, to: int) -> str:
    """A company but its own, or the dump."""
    return "dump" if to >= len(chain) or to == n else f"c{to}"


def ways(chain: tuple[Works, ...], fee: int, index: Index) -> Iterator[tuple[int, float, dict[int, float]]]:
    """Every way out of a store: the store, what it costs, and how much of what then is in which other."""
    stores = {(place.node, place.name): n for n, place in enumerate(index.places) if place.kind == "inventory"}
    for n, works in enumerate(chain):
        yield stores[f"c{n}", "m"], fee, {}
        a, b = works.made / 10, 1.0 - 0.1 - works.made / 10
        yield stores[f"c{n}", "m"], works.cost, {stores[f"c{n}", "a"]: a, stores[f"c{n}", "b"]: b}
        for material, to, toll in zip("mab", (works.passed, works.a, works.b), works.tolls, strict=True):
            end = target(chain, n, to)
            onward = {} if end == "dump" else {stores[end, "m"]: 1.0}
            yield stores[f"c{n}", material], toll + (fee if end == "dump" else 0.0), onward


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(chain=st.lists(WORKS, min_size=1, max_size=4).map(tuple), fee=st.integers(0, 200))
def test_costs_are_those_of_a_linear_programme(chain: tuple[Works, ...], fee: int) -> None:
    """The largest costs such that none exceeds that of a way out: V ≤ c + Σ part × V of what comes after."""
    with TemporaryDirectory() as folder:
        (plan,) = plans(read(Path(folder), text(body(chain, fee))))
    batch = allocate(cast(plan, [Lane(name, 0) for name in plan.courses]), seed=1)
    act, rank = (bind(batch, program) for program in plan.programs)
    batch.group["due"] = 1
    act(BEGIN, 0)
    act(OPENING, 0)
    rank(OPENING, 0)
    found = list(ways(chain, fee, plan.index))
    bounds, matrix = np.array([cost for _, cost, _ in found]), np.zeros((len(found), 3 * len(chain)))
    for row, (store, _, onward) in enumerate(found):
        matrix[row, store] += 1.0
        for other, part in onward.items():
            matrix[row, other] -= part
    best = linprog(-np.ones(3 * len(chain)), A_ub=matrix, b_ub=bounds, bounds=(None, None))
    assert best.success
    x = [label.substance for label in plan.index.labels].index("x")
    assert batch.onward[0, : 3 * len(chain), x].tolist() == pytest.approx(best.x, rel=1e-6, abs=1e-6)
