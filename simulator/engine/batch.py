"""From a plan and some lanes to the arrays the kernels run on, and back to a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine import state
from simulator.engine.casting import Cast
from simulator.engine.courses import Course
from simulator.engine.draws import lasting, mean_of, outages, stream
from simulator.engine.index import Limit
from simulator.engine.layout import NEVER
from simulator.engine.ledger import Ages, Lane, Ledger
from simulator.engine.noise import drawn
from simulator.engine.plan import Plan
from simulator.engine.reading import Schedule
from simulator.engine.state import Batch
from simulator.engine.structure.draft import IN_PROCESS, IN_TRANSIT, RESTING
from simulator.errors import RunError
from simulator.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]
MOST_OUTAGES = 1_000_000
LARGEST = 4e9
"""Bytes that the records of one batch may take."""


def allocate(cast: Cast, seed: int) -> Batch:
    """All arrays of a batch, in their opening state."""
    plan, courses = cast.plan, cast.courses
    arrays = {**_shared(cast), **_numbers(cast), **_stocks(plan, courses), **_records(cast)}
    arrays |= _outages(plan, courses, cast.lanes, seed) | _scratch(plan)
    arrays["noise_factor"] = drawn(plan.noises, seed, cast.lanes)
    return Batch(**arrays)


def _rec(dtype: np.dtype[np.void], *shape: int) -> Any:
    return np.zeros(shape, dtype).view(np.recarray)


def _shared(cast: Cast) -> dict[str, Any]:
    plan = cast.plan
    where = _rec(state.WHERE, 1)
    for name, first in {**plan.sections.moved, **plan.sections.counted}.items():
        if name in state.WHERE.names:  # type: ignore[operator]
            where[name] = first
    where["substances"], where["ports"] = plan.substances, _inventories(plan)
    where["urgent"] = plan.tables["needs"]["urgent"].sum()
    where["resting"] = plan.tables["places"]["rests"].sum()
    where["queued"] = plan.tables["processes"]["queued"].sum()
    where["delayed"] = any((course.opening.delays >= 0).any() for course in cast.courses)
    where["loading"], where["generators"] = _processes_needs(plan), int(plan.tables["carriers"]["units"].sum())
    group, tick = _rec(state.GROUP, len(plan.reviews)), _rec(state.TICK, 1)
    group["review"] = tick["number"] = -1
    return {
        **plan.tables,
        "where": where,
        "group": group,
        "span": plan.span,
        "tick": tick,
        "tick_span": plan.tick_span,
        "lag_due": plan.lag_due,
        "turns": plan.turns,
        "rhythm": plan.rhythm.view(np.recarray),
        "series": plan.series,
        "noise_at": plan.noises.at,
    }


def _inventories(plan: Plan) -> int:
    """How many inventories there are; the ports of boundary nodes come after them."""
    return sum(place.kind == "inventory" for place in plan.index.places)


def _processes_needs(plan: Plan) -> int:
    """How many needs for energy are those of processes; those of loads come after them."""
    return int(plan.tables["processes"]["needs"].sum())


def _numbers(cast: Cast) -> dict[str, Any]:
    courses = cast.courses
    epochs = max(len(course.starts) for course in courses)
    rows = max(len(course.ends) for course in courses)
    epoch = _rec(state.EPOCH, len(courses), epochs)
    epoch["start"] = NEVER
    row_end = np.full((len(courses), rows), NEVER, dtype=np.int64)
    for n, course in enumerate(courses):
        epoch["start"][n, : len(course.starts)] = course.starts
        epoch["row"][n, : len(course.starts)] = course.numbers
        row_end[n, : len(course.ends)] = course.ends
    return {
        "numbers": np.zeros((len(courses), cast.numbers.shape[1])),
        "epoch_numbers": cast.numbers,
        "epoch": epoch,
        "row_end": row_end,
        "lane_state": _rec(state.LANE, len(courses)),
        "survival": cast.survival,
        "initial_loss": cast.initial_loss,
    }


def _stocks(plan: Plan, courses: Sequence[Course]) -> dict[str, Any]:
    """What is held, in use, and under way at the start."""
    index, lanes, labels = plan.index, len(courses), len(plan.index.labels)
    intervals = int(plan.rhythm["interval"].max(initial=0)) + 1
    mass = np.stack([course.opening.mass for course in courses])
    in_use = np.stack([course.opening.in_use for course in courses])
    place = _rec(state.PLACE_STATE, lanes, len(index.places))
    place["on_hand"] = mass.sum(axis=2)
    queued = int(plan.tables["lags"]["slots"].sum())
    return {
        "mass": mass,
        "place_state": place,
        "flow_state": _rec(state.FLOW_STATE, lanes, len(index.flows)),
        "flow_order": np.zeros((lanes, len(index.flows)), np.int64),
        "consumer_order": np.zeros((lanes, len(plan.tables["consumers"])), np.int64),
        "learn_state": _rec(state.LEARN_STATE, lanes, len(index.learners)),
        "lag_state": _lag_state(courses),
        "lag_slot": _rec(state.LAG_SLOT, lanes, queued),
        "lag_mass": np.zeros((lanes, queued, labels)),
        **_lots(plan, lanes),
        "in_use": in_use,
        "initial_use": in_use.copy(),
        "initial_curve": np.stack([course.opening.curve for course in courses]),
        "cohort": np.zeros((lanes, len(index.uses), intervals, labels)),
        "cohort_curve": np.full((lanes, len(index.uses), intervals), -1, dtype=np.int64),
        "pending": np.zeros_like(in_use),
        "power": np.zeros((lanes, _processes_needs(plan))),
        "stored": np.stack([course.opening.stored for course in courses]),
    }


def _lag_state(courses: Sequence[Course]) -> Any:
    """Empty queues, and how long they take where that is drawn."""
    queues = _rec(state.LAG_STATE, len(courses), len(courses[0].opening.delays))
    queues["delay"] = np.stack([course.opening.delays for course in courses])
    return queues


def _lots(plan: Plan, lanes: int) -> dict[str, Any]:
    """One lot each at the start."""
    count = int(plan.tables["rings"]["slots"].sum())
    ring = _rec(state.RING_STATE, lanes, len(plan.tables["rings"]))
    ring["count"] = 1
    lots = _rec(state.LOT, lanes, count)
    lots["since"] = -1
    return {"ring_state": ring, "lots": lots, "lot_mass": np.zeros((lanes, count, len(plan.index.labels)))}


def _records(cast: Cast) -> dict[str, Any]:
    plan, lanes, labels = cast.plan, len(cast.lanes), len(cast.plan.index.labels)
    rows = max(len(course.ends) for course in cast.courses)
    stocks = _stocks_recorded(plan)
    size = lanes * bytes_per_lane(plan)
    if size > LARGEST:
        raise RunError("time.report", f"{rows:,} reporting periods would take {size / 1e9:.3g} GB; report less often")
    return {
        "moved": np.zeros((lanes, plan.sections.movements, labels)),
        "counted": np.zeros((lanes, plan.sections.counters)),
        "rows_moved": np.zeros((lanes, rows, plan.sections.movements, labels)),
        "rows_counted": np.zeros((lanes, rows, plan.sections.counters)),
        "rows_stock": np.zeros((lanes, rows + 1, stocks, labels)),
        "rows_stored": np.zeros((lanes, rows + 1, len(plan.index.stores))),
    }


def bytes_per_lane(plan: Plan) -> float:
    """What the records of one lane take."""
    rows = max(len(course.ends) for course in plan.courses.values())
    masses = (plan.sections.movements + _stocks_recorded(plan)) * len(plan.index.labels)
    aged = len(plan.aging.uses) * (len(plan.aging.years) + 1) * plan.substances
    return 8.0 * (rows * (masses + plan.sections.counters + aged) + plan.noises.count)


def _stocks_recorded(plan: Plan) -> int:
    return _inventories(plan) + len(plan.tables["lags"]) + len(plan.index.uses)


def _outages(plan: Plan, courses: Sequence[Course], lanes: Sequence[Lane], seed: int) -> dict[str, Any]:
    """Every lane's outages, one list after the other; variants of one replication share their draws."""
    end = plan.line.end / SECONDS_PER_DAY
    firsts, total = [], 0
    times: list[NDArray[np.void]] = [np.zeros(0, state.OUTAGE)]
    for course, lane in zip(courses, lanes, strict=True):
        first = [total]
        for outage in course.opening.outages:
            drawn = _drawn(outage, seed, lane, end) if outage else np.zeros(0, state.OUTAGE)
            times.append(drawn)
            total += len(drawn)
            first.append(total)
        firsts.append(first)
    consumer = _rec(state.CONSUMER_STATE, len(lanes), len(plan.tables["consumers"]))
    schedule = plan.tables["processes"]["outage"]
    for n, first in enumerate(firsts):
        for p in np.flatnonzero(schedule >= 0):
            consumer["outage"][n, p] = first[schedule[p]]
    return {
        "outage_times": np.concatenate(times).view(np.recarray),
        "outage_first": np.array(firsts, dtype=np.int64),
        "consumer_state": consumer,
    }


def _drawn(schedule: Schedule, seed: int, lane: Lane, end: float) -> NDArray[np.void]:
    mtbf, mttr = schedule.mtbf, schedule.mttr
    if end > MOST_OUTAGES * (mean_of(mtbf) + mean_of(mttr)):
        raise RunError(schedule.path, f"more than {MOST_OUTAGES:,} outages in one run; give a longer mtbf")
    generator = stream(seed, lane.chance, schedule.path)
    times = outages(generator, lasting(mtbf), lasting(mttr), schedule.start_up, end)
    return np.ascontiguousarray(times).view(state.OUTAGE)[:, 0]


def _scratch(plan: Plan) -> dict[str, Any]:
    places, labels = len(plan.index.places), len(plan.index.labels)
    return {
        "by_place": _rec(state.PLACE_SCRATCH, places),
        "by_flow": _rec(state.FLOW_SCRATCH, len(plan.index.flows)),
        "by_consumer": _rec(state.CONSUMER_SCRATCH, len(plan.tables["consumers"])),
        "by_draw": _rec(state.DRAW_SCRATCH, len(plan.tables["draws"])),
        "by_part": _rec(state.PART_SCRATCH, len(plan.parts)),
        "by_output": _rec(state.OUTPUT_SCRATCH, len(plan.index.outputs)),
        "by_way": _rec(state.WAY_SCRATCH, len(plan.tables["ways"])),
        "onward": np.zeros((3, len(plan.tables["mixes"]), plan.substances)),
        **_energy_scratch(plan),
        "added": np.zeros((places, labels)),
        "basket": np.zeros(labels),
        "taken": np.zeros(labels),
        **_mixing_scratch(plan),
        "due_flows": np.zeros(len(plan.index.flows), np.int64),
        "touched": np.zeros(places + 1, np.int64),
    }


def _mixing_scratch(plan: Plan) -> dict[str, Any]:
    slots = plan.tables["slots"]
    slots = slots[slots["limits"] > 0]
    columns = int((slots["draws"] + 1).max(initial=0))
    rows = int((slots["draws"] + slots["limits"] + 1).max(initial=0))
    return {"tableau": np.zeros((rows, columns)), "basis": np.zeros(rows + columns, np.int64)}


def _energy_scratch(plan: Plan) -> dict[str, Any]:
    outside = int(plan.tables["carriers"]["outside"].sum())
    return {
        "by_bus": _rec(state.BUS_SCRATCH, len(plan.index.buses) + outside),
        "by_user": _rec(state.USER_SCRATCH, len(plan.index.users)),
        "by_supplier": _rec(state.SUPPLIER_SCRATCH, len(plan.index.suppliers)),
        "by_wire": _rec(state.WIRE_SCRATCH, len(plan.tables["wires"])),
        "by_route": _rec(state.ROUTE_SCRATCH, len(plan.tables["routes"])),
    }


def unrest(plan: Plan, batch: Batch) -> dict[int, RunError]:
    """Lanes in which goods went round at one instant, or their cheapest way does, without an end, and what is wrong."""
    found = {}
    for lane, now in enumerate(batch.lane_state):
        error = _unrest(plan, int(now["restless"]), int(now["endless"]))
        if error is not None:
            found[lane] = error
    return found


def _unrest(plan: Plan, restless: int, endless: int) -> RunError | None:
    """What is wrong in a lane, told by 1 + the part of the network, and 1 + the place, of which it is."""
    if restless:
        place = plan.index.places[plan.parts.places.index(restless - 1)]
        return RunError(
            "settle",
            f"{place.name} at {place.node}, and what is linked with it, goes round without coming to rest at "
            "one instant: give the loop an exit, a smaller rate, a larger `order_up_to` if one in it is far below what "
            "moves, or write `settle: once`",
        )
    if endless:
        place = plan.index.places[endless - 1]
        return RunError(
            f"companies.{place.node}",
            f"rank: cost: ways from {place.name} at {place.node} get the cheaper the longer they are, as a cycle of "
            "flows and processes costs less than nothing: look for a negative `cost` in it, or rank one of its flows",
        )
    return None


def ledger(cast: Cast, batch: Batch, ages: Ages | None) -> Ledger:
    """What the batch recorded, by name."""
    plan = cast.plan
    index, moved, counted = plan.index, plan.sections.moved, plan.sections.counted
    places, stock, inventories = len(index.places), batch.rows_stock, _inventories(plan)

    def movement(name: str, count: int) -> NDArray[np.float64]:
        return batch.rows_moved[:, :, moved[name] : moved[name] + count]

    def counter(name: str, count: int) -> NDArray[np.float64]:
        return batch.rows_counted[:, :, counted[name] : counted[name] + count]

    days, throughput = _limits(plan, batch)
    return Ledger(
        index=index,
        lanes=cast.lanes,
        worlds=tuple(course.worlds for course in cast.courses),
        rows=tuple(course.rows for course in cast.courses),
        shipped=movement("shipped", len(index.flows)),
        drawn=movement("drawn", len(index.draws)),
        made=movement("made", len(index.outputs)),
        retired=movement("retired", len(index.ends)),
        soiled=movement("soiled", len(index.uses)),
        on_hand=_spread(plan, stock[:, :, :inventories], range(inventories)) + _under_way(plan, stock, RESTING),
        in_transit=_under_way(plan, stock, IN_TRANSIT),
        in_process=_under_way(plan, stock, IN_PROCESS),
        in_use=stock[:, :, stock.shape[2] - len(index.uses) :],
        throughput=throughput,
        days=days,
        basis=counter("basis", len(index.processes)),
        learned=counter("learned", len(index.learners)),
        outage=counter("outage", len(index.processes)),
        restarts=counter("restarts", len(index.processes)),
        starting=counter("starting", len(index.processes)),
        unmet_use=counter("unmet_use", len(index.uses)),
        unmet_demand=counter("unmet_demand", places),
        weighted=counter("weighted", len(index.terms)),
        taps=counter("taps", len(plan.tables["taps"])),
        used=counter("used", len(index.users)),
        given=counter("given", len(index.suppliers)),
        peaks=counter("peaks", len(index.buses)),
        lost=counter("lost", len(index.stores)),
        stored=batch.rows_stored,
        ages=ages,
    )


def _under_way(plan: Plan, stock: Floats, section: int) -> Floats:
    """What is in transit or in process towards each place, or rests there."""
    first = _inventories(plan)
    lags = [n for n, lag in enumerate(plan.tables["lags"]) if lag.section == section]
    return _spread(plan, stock[:, :, [first + n for n in lags]], [plan.tables["lags"][n].place for n in lags])


def _spread(plan: Plan, rows: Floats, places: Sequence[int]) -> Floats:
    """Rows as an array over all places; rows of one place add up."""
    table = np.zeros((*rows.shape[:2], len(plan.index.places), rows.shape[3]))
    for n, place in enumerate(places):
        table[:, :, place] += rows[:, :, n]
    return table


def _limits(plan: Plan, batch: Batch) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Days and tonnes by limit, as wide as the process with the most slots needs."""
    widths = [Limit.INPUT + len(key.slots) for key in plan.index.processes]
    shape = (*batch.rows_counted.shape[:2], len(widths), max(widths, default=0))
    days, throughput = np.zeros(shape), np.zeros(shape)
    for p, width in enumerate(widths):
        first = plan.tables["processes"]["limits"][p]
        days[:, :, p, :width] = batch.rows_counted[:, :, first : first + width]
        throughput[:, :, p, :width] = batch.rows_counted[:, :, first + width : first + 2 * width]
    return days, throughput
