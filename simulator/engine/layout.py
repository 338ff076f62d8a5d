"""The compiled form of a scenario: tables of integers, and one vector of numbers per lane.

Every number that a variant, a partnership, an intervention, a time series or a draw can change is an entry of a lane's
`numbers`; the tables below hold where. Absent numbers point at the constants that stand first.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from simulator.engine.index import Limit

BEGIN, ADVANCE, OPENING, CLOSING, FINISH = range(5)
"""What the kernels are called for; `OPENING` and `CLOSING` are the halves of what `ADVANCE` is for."""
ZERO, ONE, UNLIMITED = 0, 1, 2
CONSTANTS = (0.0, 1.0, float("inf"))
UNBOUNDED = float("inf")
CLOSE = 1.0 + 1e-12
"""Up to this factor two amounts are the same."""
ALL = 1.0 - 1e-12
"""So much of a stock counts as all of it."""
FIRST, NOBODY = cast(int, np.int64(0)), cast(int, np.int64(-1))
"""Typed, as all constants that kernels pass on: for a literal a callee would be compiled once more."""
RATE, ORDER, ROOM, OUTAGE, MINIMUM, ENERGY, INPUT = (cast(int, np.int64(limit)) for limit in Limit)
YES, NO = cast(bool, np.bool_(True)), cast(bool, np.bool_(False))
POST_CONSUMER, REUSED = (cast(int, np.int64(origin)) for origin in (2, 3))
"""Origins by their number."""
KEEPS = -1
"""In place of an origin: what passes keeps its own."""
NEVER = np.iinfo(np.int64).max


def _record(*names: str) -> np.dtype[np.void]:
    return np.dtype([(name, np.int64) for name in names])


CONSUMER = _record("group", "rank", "active", "part", "first_slot", "slots", "first_draw", "last_draw", "limited")
"""Whatever draws on inventories: the processes, then the uses. `rank` and `active` are numbers; `part`: of the network,
which settles for itself; its draws are those from `first_draw` to before `last_draw`; `limited`: how many limits its
slots have together."""

PROCESS = _record(
    "rate",
    "minimum",
    "batch",
    "pull",
    "pulled",
    "per",
    "first_output",
    "outputs",
    "outage",
    "limits",
    "first_term",
    "terms",
    "first_need",
    "needs",
    "queued",
)
"""`pull`: output whose orders hold it back where the number `pulled` is 1, −1 none; `per`: output that rates refer to,
−1 input; `outage`: schedule, −1 none; `limits`: its first counter of days by limit, the tonnes by limit stand
behind them; `queued`: 1 where it draws on lots that another process may have first."""

SLOT = _record("share", "first_draw", "draws", "first_limit", "limits")
"""`limits`: 0 where it takes any mix; where it has some, later choices dilute the earlier ones."""
PULL = _record("process", "slot", "output", "made", "per")
"""A slot some of whose materials are ordered as needed; `output`: what its process is asked for, `made` tonnes of it
are made of a tonne of input; `per`: tonnes of input per tonne that its rate refers to."""
MIX_LIMIT = _record("substance", "number")
"""Largest mass fraction of a substance in what a slot takes."""
DRAW = _record("place")

OUTPUT = _record("place", "lag", "coefficients", "origin", "first_term", "terms")
"""`place` −1: the environment; `lag` −1: at once; `coefficients`: first of as many numbers as labels; `origin`: that
it takes on, −1 keeps its own; the terms weigh substances that are released."""

USE = _record("demand", "curve", "rhythm", "soiling", "first_end", "ends", "greedy", "want")
"""`want`: where it is driven by a stock, −1 where by its demand; `curve`: a number, the row of the survival curve new
cohorts get; `soiling`: first of the substances, −1 none."""
WANT = _record("stock", "excess", "replacing", "missing")
"""The `stock` that drives a use, and whether what is above it retires; `replacing`, `missing`: numbers that the kernels
set, what the use takes in a day to stay as it is, and what it lacks."""

END = _record("place", "share", "origin")

PLACE = _record(
    "group", "port", "capacity", "policy", "level", "cover", "covers", "lots", "reorder", "quantity", "safety",
    "intake", "first_nominal", "nominals", "rate", "backlog", "carries", "counts", "first_lag", "lags", "first_edge",
    "edges", "rests", "ring",
)  # fmt: skip
"""An inventory or a port, see `Port`. `policy`: a number, how it asks, see `Policy`; it orders up to `level` and,
where it is used at all, nominal use × (`cover` + review) × `covers` + `lots`; `intake`: t/day that flows may bring;
`carries`: 1 where some of what was not used is carried on; `counts`: 1 where what it is not sent is unmet demand;
`rests`: 1 where what joins it rests first, in the queues `first_lag` + `Phase`;
`ring`: of its lots where what came first leaves first, −1 where all is mixed."""

NOMINAL = _record("active", "rate", "share", "per", "missing")
"""One term of a place's nominal use, t/day: active × rate × share × per; and of what is missing at once, t."""

EDGE = _record("flow")
"""A flow at a boundary port."""

FLOW = _record(
    "source", "target", "group", "part", "rank", "active", "share", "capacity", "lot", "whole", "safety", "lag",
    "relabel", "first_term", "terms", "contract",
)  # fmt: skip
"""`whole`: shipped in multiples of it, the lot or a fixed order; `relabel`: origin it takes on, −1 keeps its own;
`contract`: −1 none."""

ROUND = _record("choices")
"""A part of the network, where each settles in rounds: the most choices of any slot in it, which act in turn."""

CONTRACT = _record("maximum", "closes")
"""`maximum`: a number, t per period; `closes`: it has ended when so many of its `turns` are over."""

LAG = _record("place", "first", "slots", "group", "section", "after", "next")
"""A queue of what is under way towards a place: `slots` entries from `first`; `section`: 0 resting in it, 1 in transit,
2 in process; `after`: the phase of an instant behind which it arrives, see `Phase`; `next`: queue that what arrives
enters, to rest there, −1 none."""

RING = _record("first", "slots", "apart")
"""The lots of a place, oldest first: `slots` rows from `first`; `apart`: 1 where deliveries of one instant are lots of
their own."""

WAY = _record("usual", "paid", "distance", "haulage", "onward", "first_rival", "rivals")
"""A flow, where some are ranked by cost: its rank before cost is looked at, 0 where it is fixed; what it costs, EUR/t
and EUR/(t km); whether what its receiver does belongs to the way; what it may be ranked against."""
RIVAL = _record("flow")
"""A flow of the same sender, or from supplies to the same buyer."""
EXIT = _record("place", "consumer", "open", "cost", "learner", "first_bill", "bills")
"""What draws on a store: a number that is 0 where it stands still; its cost, EUR/t; `learner`: −1 none."""
BILL = _record("need", "price")
"""Energy that a process buys: MWh/t and EUR/MWh."""
MIX = _record("first")
"""First of the numbers of a place's declared composition, by substance."""
LEARNER = _record("process", "exponent", "experience", "least", "pool")
"""A process whose cost falls with its experience, down to the part `least`; those of one `pool` learn together."""

VARYING = _record("number", "factor", "series")
"""numbers[number] = numbers[factor] × series at this instant, where the factor is not nan."""

NOISY = _record("first", "noises")
"""A product of time series, where any number has noise: which noises multiply it in each lane."""
NOISE = _record("noise")

TERM = _record("counter", "series", "substance")
"""`substance`: of what is released, −1 of everything else."""

BUS = _record(
    "first_user", "users", "first_supplier", "suppliers", "first_tap", "sells", "grid", "unserved", "curtailed"
)
"""Where energy of one carrier meets at a company; `sells`: a number, whether the grid does; `grid`, `unserved`:
suppliers; `curtailed`: a user."""
NEED = _record("bus", "number", "user", "supplier", "urgent", "restart")
"""Energy that a process uses or gives, or a load uses: `number` MWh/t of a process, MWh/day of a load; `urgent`: 1
where the process must not run short of it; `restart`: a number, MWh of each restart after an outage."""
UNIT = _record(
    "bus", "supplier", "input", "fuel", "user", "efficiency", "hot", "cold", "capacity", "profile", "active",
    "first_extra", "extras",
)  # fmt: skip
"""Converters, then generators. `bus`: what it follows; `input`: bus it draws on, −1 none, and `fuel` its carrier; where
`hot` is not −1 it is a heat pump between two temperatures, and `efficiency` its part of the Carnot factor."""
EXTRA = _record("bus", "supplier", "ratio")
"""What a unit gives beside what it follows, and how much per MWh of that."""
WIRE = _record("user", "supplier", "capacity", "loss", "active")
"""A flow of energy, or a step down in temperature: the user that it is where it begins, −1 outside, and the supplier
that it is where it ends."""
ROUTE = _record("sender", "receiver", "first_leg", "legs")
LEG = _record("wire")
BAND = _record("first", "routes")
"""Routes of equal rank, which share."""
STORE = _record("bus", "user", "supplier", "capacity", "power", "efficiency", "active")
CARRIER = _record(
    "first_bus", "buses", "first_outside", "outside", "first_band", "bands", "first_unit", "units", "first_store",
    "stores",
)  # fmt: skip
"""One carrier with all its levels; `outside`: buses of boundary nodes."""
TAP = _record("first_term", "terms")

SHARED = _record("place", "pulled", "first_maker", "makers")
"""A store that several processes fill; `pulled`: a number, whether its orders hold any of them back."""
MAKER = _record("process", "output")


class Port:
    """What kind of place it is."""

    NONE = 0
    """An inventory."""
    SUPPLY = 1
    """Of a boundary node: offers what it has accrued, unlimited without a rate, at the declared composition."""
    SINK = 2
    """A demand or an accept of a boundary node: asks for what it has accrued, unlimited without a rate."""


class Phase:
    """What of an instant is over when something joins a place."""

    BEGUN = FIRST
    """Nothing but arrivals and retirements."""
    PRODUCED = cast(int, np.int64(1))
    SETTLED = cast(int, np.int64(2))


class Policy:
    """How an inventory asks for goods."""

    ANYTHING = 0
    """Takes what comes, up to its capacity."""
    LEVEL = 1
    """Up to a level, once at or below the reorder point."""
    QUANTITY = 2
    """One fixed quantity, all or nothing, once at or below the reorder point."""
    NEEDED = 3
    """What the processes that draw on it lack for what they are asked to make."""


TABLES: dict[str, np.dtype[np.void]] = {
    "consumers": CONSUMER, "processes": PROCESS, "slots": SLOT, "draws": DRAW, "outputs": OUTPUT, "uses": USE,
    "ends": END, "mix_limits": MIX_LIMIT, "pulls": PULL, "wants": WANT, "rounds": ROUND,
    "places": PLACE, "nominals": NOMINAL, "flows": FLOW, "lags": LAG, "rings": RING, "contracts": CONTRACT,
    "ways": WAY, "rivals": RIVAL, "exits": EXIT, "bills": BILL, "mixes": MIX, "learners": LEARNER,
    "varyings": VARYING, "noisy": NOISY, "noises": NOISE, "terms": TERM,
    "shared": SHARED, "makers": MAKER, "edges": EDGE,
    "buses": BUS, "needs": NEED, "units": UNIT, "extras": EXTRA, "wires": WIRE, "routes": ROUTE, "legs": LEG,
    "bands": BAND, "stores": STORE, "carriers": CARRIER, "taps": TAP,
}  # fmt: skip
"""Structure shared by all lanes of a batch."""


def records(table: str, rows: list[tuple[int, ...]]) -> NDArray[np.void]:
    """Rows as one of the tables, its columns readable as attributes."""
    return np.array(rows, dtype=TABLES[table]).view(np.recarray)
