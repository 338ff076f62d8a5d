"""Lanes of a scenario, batch after batch; indicators of the whole run are kept. Prints the most memory taken, MB.

python -m tests.benchmarks.thousand_lanes scenarios/luenen.yaml 1000
"""

from __future__ import annotations

import gc
import re
import resource
import sys
from pathlib import Path

from simulator import accounting, engine
from simulator.accounting.facts import dates_of, facts
from simulator.accounting.indicators import yearly
from simulator.scenario import load
from simulator.study.batches import batches_of


def main(path: str, count: int) -> None:
    scenario = load(path)
    (plan,) = engine.plans(scenario, accounting.terms(scenario))
    names = list(plan.courses)
    lanes = [engine.Lane(names[n % len(names)], n // len(names)) for n in range(count)]
    totals = []
    for batch in batches_of(plan, lanes):
        ledger = engine.run_batch(plan, batch, seed=1).ledger
        accounting.require(accounting.check(ledger))
        dates = dates_of(ledger)
        totals.append(yearly(facts(scenario, ledger, dates), dates).values[:, -1].copy())
        del ledger
        gc.collect()
    assert sum(len(figures) for figures in totals) == count
    print(most_memory())


def most_memory() -> float:
    """MB; by Linux's own count for the program, since `getrusage` also has that of whoever started it."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
