"""All arrays of one batch of lanes: structure, numbers, calendar, state, records, scratch.

State is lane first: one lane is one contiguous block. K labels are origins × substances, label = origin·S + substance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.engine import layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Records = NDArray[np.void]

GROUP = np.dtype([("due", np.int64), ("review", np.int64), ("dt", np.float64)])
"""Companies that review together: whether they do now, number of the review, days it acts for."""
TICK = np.dtype([(name, np.int64) for name in ("number", "settlement", "reviews")])
"""Number of the instant at which someone reviews, the column of `series`; of settlements so far; of groups that review
now."""
EPOCH = np.dtype([("start", np.int64), ("row", np.int64)])
RHYTHM = np.dtype([("interval", np.int64), ("opens", np.int64), ("spread", np.float64)])
"""Per review of a use: its cohort's interval, whether it is the first in it, and the part of what is left of the
interval's retirements due now."""
LANE = np.dtype([(name, np.int64) for name in ("epoch", "row", "now", "restless", "endless")])
"""`restless`: part of the network that did not come to rest, `endless`: store from which ways that cost less than
nothing lead back to it; both counted from 1, 0 none."""
OUTAGE = np.dtype([(name, np.float64) for name in ("start", "repair", "end")])
"""Days; what is between the last two is its start-up."""
PLACE_STATE = np.dtype(
    [("on_hand", np.float64), ("budget", np.float64), ("accrued", np.float64), ("shipped", np.float64),
     ("nominal", np.float64), ("missing", np.float64), ("replaced", np.float64)]
)  # fmt: skip
"""`budget`: accrued and not used; `accrued`: day up to which; `shipped`: total ever sent by flows; `nominal`: what its
consumers use when nothing holds them back, t/day; `missing`: what uses still lack of the stock they want, t;
`replaced`: what of the nominal use is theirs, for what retires, t/day."""
FLOW_STATE = np.dtype(
    [("budget", np.float64), ("entitled", np.float64), ("offered", np.float64), ("turn", np.int64),
     ("carried", np.float64)]
)  # fmt: skip
"""`entitled`: unused part of the share of a flow in lots; `offered`: sender's cumulative offer when last settled;
`turn`: how many turns of its contract are over; `carried`: what has flowed since the last."""
LAG_STATE = np.dtype([("head", np.int64), ("count", np.int64), ("total", np.float64), ("delay", np.int64)])
"""`delay`: how long what enters it takes where that is drawn, s; −1 where the calendar says."""
LAG_SLOT = np.dtype([("due", np.int64), ("review", np.int64), ("total", np.float64)])
"""`review`: the one at which it started."""
RING_STATE = np.dtype([("head", np.int64), ("count", np.int64), ("next", np.int64), ("new", np.int64)])
"""Where the oldest lot stands, and how many there are: at least one, which may be empty. `new` lots from `next` on were
delivered in this settlement and join when it is over; −1 where they do not fit and are mixed."""
LOT = np.dtype([("since", np.int64), ("total", np.float64)])
CONSUMER_STATE = np.dtype(
    [("credit", np.float64), ("outage", np.int64), ("replacing", np.float64), ("missing", np.float64),
     ("missed", np.float64), ("unmet", np.float64)]
)  # fmt: skip
"""`credit`: rate accrued for the next batch; `outage`: the outage that comes or goes on. Of a use driven by its stock,
`replacing`: t/day that replace what retires; `missing`: t it still lacks; `missed`: t it lacked at the
last review; `unmet`: t of this one that count as unmet."""
PLACE_SCRATCH = np.dtype(
    [("opened", np.int64), ("touched", np.int64), ("offer", np.float64), ("request", np.float64),
     ("weight", np.float64), ("granted", np.float64), ("carry", np.float64), ("planned", np.float64),
     ("spare", np.float64), ("horizon", np.float64), ("sent", np.float64), ("came", np.float64),
     ("order", np.float64), ("drawn", np.float64), ("least", np.float64), ("free", np.float64),
     ("accepted", np.float64), ("lacking", np.float64), ("leaving", np.float64)]
)  # fmt: skip
"""Of the instant: `sent` over flows, and what `came` over them; `order`: what of an order is still to come, below 0
where none was placed; `drawn`: where there are rounds, what consumers took but what a wanted stock lacked; `least`:
cost of the cheapest way found so far, EUR/t. Of what is ordered as needed: what is `free` of the stock and of what
flows `accepted` in this round, what is `lacking`, and what flows are about to take of an output (`leaving`)."""
FLOW_SCRATCH = np.dtype(
    [("amount", np.float64), ("cap", np.float64), ("grant", np.float64), ("rest", np.float64), ("sent", np.float64)]
)
"""`amount` of this round, `sent` in all rounds of the instant."""
CONSUMER_SCRATCH = np.dtype(
    [("x", np.float64), ("cause", np.int64), ("open", np.int64), ("due", np.int64), ("uptime", np.float64),
     ("budget", np.float64), ("done", np.float64), ("basis", np.float64), ("restarts", np.float64)]
)  # fmt: skip
"""`open`: reviews at this instant, `due`: acts in this round; `x` of this round, `done` in all of them, `basis` what
rates refer to of that; `budget`: what is left of the review's rate or demand; `restarts`: how many outages
of the review were repaired."""
LEARN_STATE = np.dtype([("done", np.float64), ("left", np.float64)])
"""Processed since the run began, t; part of the cost that is left."""
WAY_SCRATCH = np.dtype([("cost", np.float64)])
PART_SCRATCH = np.dtype([("stage", np.float64), ("moved", np.float64), ("largest", np.float64), ("quiet", np.int64)])
"""A connected part of the network: flows up to rank `stage` act; what this round `moved`, and the `largest` round."""
OUTPUT_SCRATCH = np.dtype([("planned", np.float64)])
DRAW_SCRATCH = np.dtype([("amount", np.float64), ("available", np.float64), ("asked", np.float64)])
WHERE = np.dtype(
    [(name, np.int64) for name in (
        "shipped", "drawn", "made", "retired", "soiled", "basis", "learned", "outage", "restarts", "starting",
        "unmet_use", "unmet_demand", "taps", "used", "given", "peaks", "lost", "substances", "ports", "loading",
        "generators", "urgent", "resting", "queued", "delayed",
    )]
)  # fmt: skip
"""First rows of the sections of `moved` and `counted`; the number of substances; the first port among the places,
inventories stand before it; the first load among the needs for energy, processes stand before it; the first generator
among the units, converters stand before it; how many needs are urgent; how many places let rest what joins
them; how many processes are `queued`; whether any queue takes a time that is drawn."""
BUS_SCRATCH = np.dtype(
    [(name, np.float64) for name in (
        "asked", "need", "met", "left", "offer", "offered", "carried", "reached", "claims", "coming", "shared",
        "wanted", "aside", "held",
    )]
)  # fmt: skip
"""MWh until the next instant; while processes plan, `offer` and `need` are MWh/day.

A bus has `asked` for so much, of which it still lacks `need` and was served `met`; so much it has `left` over. While
routes are gone through: what it still has to `offer`, of what it `offered`, what has left it (`carried`) and come to it
(`reached`). In a round of fair sharing: what is claimed of it (`claims`) of what it has (`shared`), and what is granted
to it (`coming`) of what it needs (`wanted`). `aside` and `held`: needs that wait while others are
served."""
USER_SCRATCH = np.dtype([("want", np.float64), ("amount", np.float64)])
"""`want` is served as far as the bus is; `amount` was dispatched."""
SUPPLIER_SCRATCH = np.dtype([("amount", np.float64)])
WIRE_SCRATCH = np.dtype([("left", np.float64), ("claims", np.float64), ("shared", np.float64), ("aside", np.float64)])
ROUTE_SCRATCH = np.dtype([("want", np.float64), ("granted", np.float64)])


class Batch(NamedTuple):
    """Everything a kernel may touch. Masses in t, times in s since the start, spans in days.

    First the tables of `layout`, then what is shared by lanes, then the state of each lane, records, and scratch.
    """

    consumers: Records
    processes: Records
    slots: Records
    draws: Records
    outputs: Records
    uses: Records
    ends: Records
    mix_limits: Records
    pulls: Records
    wants: Records
    rounds: Records
    places: Records
    nominals: Records
    flows: Records
    lags: Records
    rings: Records
    contracts: Records
    ways: Records
    rivals: Records
    exits: Records
    bills: Records
    mixes: Records
    learners: Records
    varyings: Records
    noisy: Records
    noises: Records
    terms: Records
    shared: Records
    makers: Records
    edges: Records
    buses: Records
    needs: Records
    units: Records
    extras: Records
    wires: Records
    routes: Records
    legs: Records
    bands: Records
    stores: Records
    carriers: Records
    taps: Records
    where: Records
    numbers: Floats
    """(L, N): the numbers that hold now."""
    epoch_numbers: Floats
    """(rows, N): the numbers of every epoch of every variant."""
    epoch: Records
    """(L, E): when each epoch of a lane starts, and its row of `epoch_numbers`."""
    row_end: Ints
    """(L, R): when each row of the ledger ends."""
    group: Records
    span: Floats
    """(groups, reviews): days each review acts for."""
    tick: Records
    """(1,)."""
    tick_span: Floats
    """(ticks,): days for which energy is dispatched at each instant at which anyone reviews, 0 where it is not."""
    lag_due: Ints
    """(lags, reviews): when what starts at a review arrives."""
    turns: Ints
    """(contracts, turns): when periods of a contract begin and it ends, s; `NEVER` behind them."""
    rhythm: Records
    """(rhythms, reviews)."""
    series: Floats
    """(series, ticks)."""
    noise_at: Ints
    """(noises, ticks): which of a lane's factors holds at each instant at which anyone reviews."""
    noise_factor: Floats
    """(L, factors): by which noise multiplies time series, in each interval of each noise."""
    survival: Floats
    """(curves, k): part of a cohort in service at the end of its k-th interval."""
    initial_loss: Floats
    """(curves, k): part of the initial stock retired in interval k."""
    outage_times: Records
    """(n,): all outages, schedule by schedule and lane by lane."""
    outage_first: Ints
    """(L, schedules + 1): where each schedule begins in `outage_times`, and the last one ends."""
    lane_state: Records
    mass: Floats
    """(L, places, K)."""
    place_state: Records
    """(L, places)."""
    flow_state: Records
    flow_order: Ints
    """(L, flows): by rank, then name."""
    consumer_state: Records
    consumer_order: Ints
    learn_state: Records
    lag_state: Records
    lag_slot: Records
    lag_mass: Floats
    """(L, slots, K)."""
    ring_state: Records
    lots: Records
    lot_mass: Floats
    """(L, lots, K)."""
    in_use: Floats
    """(L, uses, K)."""
    initial_use: Floats
    initial_curve: Ints
    """(L, uses)."""
    cohort: Floats
    """(L, uses, intervals, K): mass that entered."""
    cohort_curve: Ints
    """(L, uses, intervals)."""
    pending: Floats
    """(L, uses, K): still to retire in this interval."""
    power: Floats
    """(L, needs of processes): what each needs until its next review, MWh/day; negative where it gives."""
    stored: Floats
    """(L, stores): MWh."""
    moved: Floats
    """(L, movements, K): masses moved in this row."""
    counted: Floats
    """(L, counters)."""
    rows_moved: Floats
    """(L, R, movements, K)."""
    rows_counted: Floats
    rows_stock: Floats
    """(L, R + 1, inventories + queues + uses, K): on hand, under way, in use."""
    rows_stored: Floats
    """(L, R + 1, stores)."""
    by_place: Records
    by_flow: Records
    by_consumer: Records
    by_draw: Records
    by_part: Records
    by_output: Records
    by_way: Records
    by_bus: Records
    by_user: Records
    by_supplier: Records
    by_wire: Records
    by_route: Records
    onward: Floats
    """(3, places, substances): what a tonne of each substance costs from each store on, see `ways`; EUR."""
    added: Floats
    """(places, K): what joins at the end of a phase."""
    basket: Floats
    """(K,): what a process has taken so far, or what leaves a use."""
    taken: Floats
    """(K,): what was taken from a store last."""
    tableau: Floats
    """(choices + limits + 1, choices + 1) of the largest slot with limits."""
    basis: Ints
    """Number of the unknown of every row, then of every column, −1 − number where it is fixed at zero."""
    due_flows: Ints
    touched: Ints
    """(places + 1,): places that `added` holds something for, their number last."""


_FLOAT, _INT = np.dtype(np.float64), np.dtype(np.int64)
FIELDS: dict[str, tuple[np.dtype[Any], int]] = {
    **{name: (dtype, 1) for name, dtype in layout.TABLES.items()},
    "where": (WHERE, 1),
    "numbers": (_FLOAT, 2),
    "epoch_numbers": (_FLOAT, 2),
    "epoch": (EPOCH, 2),
    "row_end": (_INT, 2),
    "group": (GROUP, 1),
    "span": (_FLOAT, 2),
    "tick": (TICK, 1),
    "tick_span": (_FLOAT, 1),
    "lag_due": (_INT, 2),
    "turns": (_INT, 2),
    "rhythm": (RHYTHM, 2),
    "series": (_FLOAT, 2),
    "noise_at": (_INT, 2),
    "noise_factor": (_FLOAT, 2),
    "survival": (_FLOAT, 2),
    "initial_loss": (_FLOAT, 2),
    "outage_times": (OUTAGE, 1),
    "outage_first": (_INT, 2),
    "lane_state": (LANE, 1),
    "mass": (_FLOAT, 3),
    "place_state": (PLACE_STATE, 2),
    "flow_state": (FLOW_STATE, 2),
    "flow_order": (_INT, 2),
    "consumer_state": (CONSUMER_STATE, 2),
    "consumer_order": (_INT, 2),
    "learn_state": (LEARN_STATE, 2),
    "lag_state": (LAG_STATE, 2),
    "lag_slot": (LAG_SLOT, 2),
    "lag_mass": (_FLOAT, 3),
    "ring_state": (RING_STATE, 2),
    "lots": (LOT, 2),
    "lot_mass": (_FLOAT, 3),
    "in_use": (_FLOAT, 3),
    "initial_use": (_FLOAT, 3),
    "initial_curve": (_INT, 2),
    "cohort": (_FLOAT, 4),
    "cohort_curve": (_INT, 3),
    "pending": (_FLOAT, 3),
    "power": (_FLOAT, 2),
    "stored": (_FLOAT, 2),
    "moved": (_FLOAT, 3),
    "counted": (_FLOAT, 2),
    "rows_moved": (_FLOAT, 4),
    "rows_counted": (_FLOAT, 3),
    "rows_stock": (_FLOAT, 4),
    "rows_stored": (_FLOAT, 3),
    "by_place": (PLACE_SCRATCH, 1),
    "by_flow": (FLOW_SCRATCH, 1),
    "by_consumer": (CONSUMER_SCRATCH, 1),
    "by_draw": (DRAW_SCRATCH, 1),
    "by_part": (PART_SCRATCH, 1),
    "by_output": (OUTPUT_SCRATCH, 1),
    "by_way": (WAY_SCRATCH, 1),
    "by_bus": (BUS_SCRATCH, 1),
    "by_user": (USER_SCRATCH, 1),
    "by_supplier": (SUPPLIER_SCRATCH, 1),
    "by_wire": (WIRE_SCRATCH, 1),
    "by_route": (ROUTE_SCRATCH, 1),
    "onward": (_FLOAT, 3),
    "added": (_FLOAT, 2),
    "basket": (_FLOAT, 1),
    "taken": (_FLOAT, 1),
    "tableau": (_FLOAT, 2),
    "basis": (_INT, 1),
    "due_flows": (_INT, 1),
    "touched": (_INT, 1),
}
"""Type and number of axes of every array of a batch: the same for all scenarios, so that kernels compile once."""


def listing(batch: Batch) -> Ints:
    """Address and shape of every array of a batch, in the order of its fields; valid while the batch lives."""
    entries: list[int] = []
    for name, (dtype, ndim) in FIELDS.items():
        array = getattr(batch, name)
        if array.dtype != dtype or array.ndim != ndim or not array.flags.c_contiguous:
            raise AssertionError(f"{name}: expected a contiguous array of {dtype} with {ndim} axes")
        entries += [array.ctypes.data, *array.shape]
    return np.array(entries, dtype=np.int64)
