"""Random networks: mass is conserved, nothing is negative, and no store is filled beyond its capacity."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.study.run import Run
from tests.engine.builders import TOLERANCE, chosen, plain, simulate

DAYS = st.sampled_from(["8 hour", "1 day", "36 hour", "7 day"])
LEADS = st.sampled_from([None, "5 hour", "1 day", "9 day"])
TONNES = st.integers(min_value=1, max_value=40)


@dataclass(frozen=True)
class Stage:
    """A company that makes `m<n+1>` of `m<n>`, returns a part to an earlier one, and dumps the rest."""

    rate: int
    made: float
    returned: float
    to: int
    """The earlier stage that takes back what is returned."""
    lot: int
    room: int | None
    """Capacity of its input, in lots beyond the first."""
    level: int | None
    """Order level of its input, likewise."""
    made_room: int | None
    """Capacity of its output, t."""
    lead: str | None
    review: str
    duration: str | None
    batch: int | None
    initial: int
    rank: int
    share: float
    residence: str | None
    """Of its input."""
    fifo: bool
    """Of its input and what is returned to it."""
    limit: float | None
    """Largest part of the substance x in what it takes in; what comes back holds more of it than what is made."""
    needed: bool
    """Whether its input is ordered as needed."""


@st.composite
def stages(draw: st.DrawFn) -> tuple[Stage, ...]:
    """One to four companies in a row, with loops back."""
    count = draw(st.integers(1, 4))
    return tuple(
        Stage(
            rate=draw(TONNES),
            made=(made := draw(st.integers(1, 9))) / 10,
            returned=draw(st.integers(0, 9 - made)) / 10,
            to=draw(st.integers(0, n)),
            lot=draw(st.sampled_from([0, 0, 1, 7, 25])),
            room=draw(st.none() | st.integers(0, 3)),
            level=draw(st.none() | st.integers(0, 5)),
            made_room=draw(st.none() | TONNES),
            lead=draw(LEADS),
            review=draw(DAYS),
            duration=draw(LEADS),
            batch=draw(st.none() | st.integers(1, 9)),
            initial=draw(st.integers(0, 1)),
            rank=draw(st.integers(1, 5)),
            share=draw(st.sampled_from([1.0, 1.0, 0.3])),
            residence=draw(LEADS),
            fifo=(fifo := draw(st.booleans())),
            limit=None if fifo else draw(st.sampled_from([None, None, 0.05, 0.1, 0.2])),
            needed=draw(st.booleans()),
        )
        for n in range(count)
    )


def present(**entries: Any) -> dict[str, Any]:
    """A mapping without what is absent."""
    return {key: entry for key, entry in entries.items() if entry is not None}


def company(n: int, stage: Stage) -> dict[str, Any]:
    """Its stores are large enough for one lot, its initial stock fits."""
    lots = max([stage.lot, 1])
    capacity = None if stage.room is None else lots * (1 + stage.room)
    level = None if stage.level is None else f"{lots * (1 + stage.level)} t"
    held = present(
        initial=f"{stage.initial} t",
        capacity=capacity and f"{capacity} t",
        order_up_to="needed" if stage.needed else level,
        residence=stage.residence,
        fifo=stage.fifo,
    )
    outputs: dict[str, Any] = {f"m{n + 1}": {"x": stage.made / 2, "other": stage.made}, "waste": "rest"}
    if stage.returned:
        outputs["back"] = {"total": stage.returned}
    feed = {"share": 1, "any_of": ["back", f"m{n}"], "limits": present(x=stage.limit)}
    process = present(
        inputs={"feed": feed}, rate=f"{stage.rate} t/day", outputs=outputs, duration=stage.duration,
        batch=stage.batch and f"{stage.batch} t", makes_to=f"m{n + 1}" if stage.needed else None,
    )  # fmt: skip
    inventories = {
        "back": {"fifo": stage.fifo},
        f"m{n}": held,
        f"m{n + 1}": present(capacity=stage.made_room and f"{stage.made_room} t"),
    }
    return {"review_period": stage.review, "inventories": inventories, "processes": {"p": process}}


def body(chain: tuple[Stage, ...], demand: int) -> str:
    """The whole network as JSON, which is YAML too."""
    last = len(chain)
    flows: dict[str, Any] = {}
    for n, stage in enumerate(chain):
        sender = f"c{n - 1}" if n else "world"
        lot = f"{stage.lot} t" if stage.lot else None
        share = stage.share if n and stage.share < 1 else None
        flows[f"in{n}"] = present(
            **{"from": sender, "to": f"c{n}"},
            material=f"m{n}",
            lot_size=lot,
            lead_time=stage.lead,
            rank=stage.rank,
            share=share,
        )
        flows[f"dump{n}"] = {"from": f"c{n}", "to": "world", "material": "waste"}
        if stage.returned and stage.to != n:
            flows[f"back{n}"] = {"from": f"c{n}", "to": f"c{stage.to}", "material": "back"}
    flows["out"] = {"from": f"c{last - 1}", "to": "world", "material": f"m{last}"}
    world = {
        "supplies": {"m0": {"rate": "30 t/day"}},
        "demands": {f"m{last}": {"rate": f"{demand} t/day"}},
        "accepts": {"waste": {"fate": "landfill"}},
    }
    materials: dict[str, Any] = {"waste": {"waste": True}, "back": {}} | {f"m{n}": {} for n in range(last + 1)}
    materials["m0"] = {"composition": {"x": 0.1}}
    companies = {f"c{n}": company(n, stage) for n, stage in enumerate(chain)}
    parts = {"substances": ["x"], "materials": materials, "companies": companies}
    parts |= {"boundary": {"world": world}, "flows": flows}
    return "\n".join(f"{key}: {json.dumps(part)}" for key, part in parts.items())


def fullness(result: Run, node: str, item: str) -> float:
    """Most that a store held, what was on the way to it and in process included, at the end of any day, t."""
    held = plain(chosen(result.tables.stocks, node=node, item=item))
    held = held[held["place"] != "use"]
    return float(held.groupby("period")["mass_t"].sum().max()) if len(held) else 0.0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(chain=stages(), demand=TONNES)
def test_any_network_keeps_its_balance_and_its_bounds(chain: tuple[Stage, ...], demand: int) -> None:
    with TemporaryDirectory() as folder:
        result = simulate(Path(folder), body(chain, demand), end="2025-03-02")
    assert result.residual <= TOLERANCE
    assert all(table["mass_t"].min() >= 0.0 for table in (result.tables.flows, result.tables.stocks) if len(table))
    for n, stage in enumerate(chain):
        if stage.room is not None:
            assert fullness(result, f"c{n}", f"m{n}") <= max(stage.lot, 1) * (1 + stage.room) * (1 + 1e-9)
        if stage.made_room is not None:
            assert fullness(result, f"c{n}", f"m{n + 1}") <= stage.made_room * (1 + 1e-9)
    assert whole_lots(result, chain)


def whole_lots(result: Run, chain: tuple[Stage, ...]) -> bool:
    """Every day a flow in lots carries a whole number of them."""
    shipped = plain(result.tables.flows).groupby(["flow", "period"])["mass_t"].sum()
    for n, stage in enumerate(chain):
        if stage.lot and f"in{n}" in shipped.index.get_level_values("flow"):
            lots = shipped[f"in{n}"] / stage.lot
            if (lots - lots.round()).abs().max() > 1e-6:
                return False
    return True
