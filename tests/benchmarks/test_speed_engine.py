"""Rows a, b, c: the engine against bare SimPy, against itself with many lanes, against plain SimPy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter

import numpy as np
import pytest

from simulator.engine import Ledger, Plan, compile_kernels, run_batch
from simulator.study.batches import batches_of
from tests.benchmarks import plain, works
from tests.benchmarks.measure import Row, Work, best, timed
from tests.benchmarks.works import SEED, Subject

pytestmark = pytest.mark.benchmark
DAY = 86400
ENOUGH = 70
"""Processes and flows from which on the flagship alone is compared with bare SimPy."""


@pytest.fixture(scope="module")
def flagship() -> Subject:
    compile_kernels()
    return works.flagship()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    compile_kernels()
    return works.generated(tmp_path_factory.mktemp("rings"))


def against_bare(subject: Subject, name: str) -> tuple[int, Row]:
    """Processes and flows of a network, and its row a."""
    plan = subject.plan()
    count = works.steps(plan)
    seconds = best({
        "ours": works.simulation(plan, subject.lanes(1)),
        "bare": works.bare(count, len(plan.ticks)),
    })  # fmt: skip
    ours = f"{name}, {len(plan.ticks)} days, 1 lane ({1000 * seconds['ours']:.0f} ms)"
    work = f"{ours} ÷ bare SimPy, {count} timeouts a day"
    return count, Row("a", work, seconds["ours"] / seconds["bare"], at_most=0.3)


def test_the_flagship_takes_at_most_a_third_of_the_time_of_bare_simpy(flagship: Subject, rows: list[Row]) -> None:
    """Held to the limit when it is large enough; a small one compares our calendar with nothing."""
    count, row = against_bare(flagship, "flagship")
    rows.append(row)
    assert row.ok or count < ENOUGH


def test_70_processes_and_flows_take_at_most_a_third_of_the_time_of_bare_simpy(
    generated: Subject, rows: list[Row]
) -> None:
    count, row = against_bare(generated, "generated network")
    assert count == ENOUGH
    rows.append(row)
    assert row.ok


def test_a_lane_of_a_thousand_takes_at_most_half_the_time_of_one(flagship: Subject, rows: list[Row]) -> None:
    """A what-if by itself pays for its plan too; a lane of a thousand pays a thousandth of it."""
    plan = flagship.plan()
    alone, each = thousand(plan, flagship)
    planning = best({"plan": flagship.plan}, most=7)["plan"]
    sizes = sorted({len(batch) for batch in batches_of(plan, flagship.lanes(1000))}, reverse=True)
    work = f"flagship, a thousand lanes in batches of {sizes[0]}, per lane ÷ one lane"
    row = Row("b", f"{work}, plan and simulate", (planning / 1000 + each) / (planning + alone), at_most=0.5)
    rows.extend((Row("b", f"{work}, simulate alone", each / alone), row))
    assert row.ok


def thousand(plan: Plan, subject: Subject) -> tuple[float, float]:
    """CPU seconds of one lane, and of a lane of a thousand: medians, a single lane run before every batch."""
    single, shared = [], []
    for batch in batches_of(plan, subject.lanes(1000)):
        count = len(batch)
        single.append(timed(works.simulation(plan, subject.lanes(1))))
        shared.append(timed(works.simulation(plan, subject.lanes(count))) / count)
    return median(single), median(shared)


def test_two_threads_are_faster_than_one(flagship: Subject, rows: list[Row]) -> None:
    """Kernels hold no interpreter lock; two processors must be free for this one, the clock is the wall's."""
    plan = flagship.plan()
    batches = [flagship.lanes(8)] * 8
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        seconds = best({
            "1": works.threaded(plan, batches, one),
            "2": works.threaded(plan, batches, two),
        }, least=3, most=5, clock=perf_counter)  # fmt: skip
    work = f"flagship, {len(batches)} batches of 8 lanes, 1 thread ÷ 2 threads, wall time"
    rows.append(Row("b", work, seconds["1"] / seconds["2"], at_least=1.7))
    assert rows[-1].ok


def test_how_many_lanes_a_batch_should_have(flagship: Subject, rows: list[Row]) -> None:
    """No limit: a guide for `study.batches.LANES_PER_BATCH`."""
    plan = flagship.plan()
    sizes = (1, 8, 16, 32, 64, 128)
    loads: dict[str, Work] = {str(size): works.simulation(plan, flagship.lanes(size)) for size in sizes}
    seconds = best(loads, least=2, most=2)
    rows.extend(
        Row("b", f"flagship, {n:3} lanes in one batch, per lane", 1000 * seconds[str(n)] / n, "ms") for n in sizes
    )


def test_plain_simpy_does_the_same_work(generated: Subject) -> None:
    """Every flow within 0.5 %, and what the parts are made of, by origin and substance, within 0.5 % of the whole."""
    ledger, network = run_batch(generated.plan(), generated.lanes(1), SEED).ledger, plain.Network()
    network.run(month_ends(generated.plan()))
    ours, theirs = totals(ledger), network.totals()
    for name, masses in theirs.items():
        assert masses.sum() == pytest.approx(ours[name].sum(), rel=0.005), name
        assert np.abs(masses - ours[name]).max() <= 0.005 * masses.sum(), name
        assert masses.sum() > 0.0


def totals(ledger: Ledger) -> dict[str, plain.Floats]:
    """Tonnes over every flow by label, in plain's order of labels: it knows no `other`."""
    known = [n for n, label in enumerate(ledger.index.labels) if label.substance != "other"]
    return {key.flow: ledger.shipped[0, :, f, known].sum(axis=1) for f, key in enumerate(ledger.index.flows)}


def month_ends(plan: Plan) -> list[int]:
    return [end // DAY for end in next(iter(plan.courses.values())).ends]


def test_plain_simpy_takes_at_least_20_times_as_long(generated: Subject, rows: list[Row]) -> None:
    plan = generated.plan()
    ends = month_ends(plan)
    seconds = best({
        "ours": works.simulation(plan, generated.lanes(1)),
        "plain": lambda: plain.Network().run(ends),
    }, least=4, most=8)  # fmt: skip
    work = f"generated network, a SimPy process per company and lorry ({seconds['plain']:.2f} s) ÷ ours, 1 lane"
    rows.append(Row("c", work, seconds["plain"] / seconds["ours"], at_least=20))
    assert rows[-1].ok
