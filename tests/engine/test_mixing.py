"""What slots with `limits` take: against SciPy's linear programmes, and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.engine.builders import chosen, held_back, nested, shipped, simulate, stock, throughput, value

SUBSTANCES = ("A", "B", "C")


class Case:
    """One slot: what it has of each choice, of what composition, its limits, and how much is wanted."""

    def __init__(self, seed: int) -> None:
        pick = np.random.default_rng(seed)
        self.choices = int(pick.integers(1, 6))
        self.held = np.round(pick.choice([0.0, 1.0, 10.0, 1e-3], self.choices) * pick.uniform(0.1, 1, self.choices), 6)
        parts = pick.choice([0.0, 0.002, 0.02, 0.3], (self.choices, 3)) * pick.uniform(0.3, 1, (self.choices, 3))
        self.parts = np.round(parts, 6)
        limits = pick.choice([0.0, 0.001, 0.01, 0.1], 3)
        self.limits = {k: float(limits[k]) for k in range(3) if pick.random() < 0.6}
        self.rate = round(float(pick.uniform(0.1, 20)), 6)

    def solved(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Most tonnes, then most of the first choice, then of the second, and so on: one programme after the other."""
        rows = np.array([self.parts[:, k] - limit for k, limit in self.limits.items()]).reshape(-1, self.choices)
        bounds = [[0.0, float(held)] for held in self.held]
        whole = np.ones((1, self.choices))
        most = -_best(-np.ones(self.choices), np.vstack([rows, whole]), [self.rate], bounds)
        both, sides = np.vstack([rows, whole, -whole]), [most * (1 + 1e-12), -most * (1 - 1e-12)]
        found = np.zeros(self.choices)
        for i in range(self.choices):
            aim = np.zeros(self.choices)
            aim[i] = -1.0
            found[i] = -_best(aim, both, sides, bounds)
            bounds[i][0] = max(0.0, found[i] * (1 - 1e-10))
        return found


def _best(aim: Any, rows: Any, right: list[float], bounds: Any) -> float:
    """Least of an aim where rows are at most 0, the last ones at most what stands in `right`."""
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-30)
    sides = np.concatenate([np.zeros(len(rows) - len(right)), right]) / scale
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return float(linprog(aim, rows / scale[:, None], sides, bounds=bounds, options=options).fun)


def company(number: int, case: Case) -> tuple[list[str], list[str], list[str]]:
    """Materials, company and flow of a case."""
    names = [f"m{number}_{i}" for i in range(case.choices)]
    made = [
        f"{name}: {{composition: {{{', '.join(f'{s}: {p:.9f}' for s, p in zip(SUBSTANCES, parts, strict=True))}}}}}"
        for name, parts in zip(names, case.parts, strict=True)
    ]
    held = ", ".join(f"{name}: {{initial: {mass:.9f} t}}" for name, mass in zip(names, case.held, strict=True))
    limits = ", ".join(f"{SUBSTANCES[k]}: {limit:.9f}" for k, limit in case.limits.items())
    slot = f"{{feed: {{share: 1, any_of: [{', '.join(names)}], limits: {{{limits}}}}}}}"
    process = f"{{inputs: {slot}, rate: {case.rate:.9f} t/day, outputs: {{out: 1}}}}"
    firm = f"c{number}: {{inventories: {{{held}}}, processes: {{p: {process}}}}}"
    return made, [firm], [f"f{number}: {{from: c{number}, to: m, material: out}}"]


def test_a_slot_takes_the_most_tonnes_and_of_them_the_best_choices(tmp_path: Path) -> None:
    """What 150 random slots draw on one day is what linear programmes in order of preference say."""
    cases = [Case(seed) for seed in range(150)]
    parts = [company(number, case) for number, case in enumerate(cases)]
    materials, companies, flows = (nested(2, [line for part in parts for line in part[n]]) for n in range(3))
    body = "\n".join([
        "substances: [A, B, C]", "materials:", "  out: {}", materials, "companies:", companies,
        "boundary:", "  m: {demands: {out: {}}}", "flows:", flows,
    ])  # fmt: skip
    result = simulate(tmp_path, body, end="2025-01-02")
    left = result.tables.stocks[result.tables.stocks["period"].astype(str) != "opening"]
    mass = left.groupby(left["item"].astype(str))["mass_t"].sum()
    diluted = 0
    for number, case in enumerate(cases):
        rest = np.array([mass.get(f"m{number}_{i}", 0.0) for i in range(case.choices)])
        expected = case.solved()
        diluted += bool(0 < expected.sum() < min(case.rate, case.held.sum()) * 0.999)
        assert case.held - rest == pytest.approx(expected, rel=1e-6, abs=1e-9), (number, vars(case))
        assert all((case.held - rest) @ case.parts[:, k] <= limit * expected.sum() + 1e-9
                   for k, limit in case.limits.items())  # fmt: skip
    assert diluted > 15
