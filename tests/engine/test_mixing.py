"""What slots with `limits` take: against SciPy's linear programmes, and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from tests.engine.builders import chosen, held_back, nested, shipped, simulate, stock, throughput

SUBSTANCES = ("A", "B", "C")
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10, "presolve": False}


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
        both, sides = np.vstack([rows, whole, -whole]), [most * (1 + 1e-9), -most * (1 - 1e-9)]
        found = np.zeros(self.choices)
        for i in range(self.choices):
            aim = np.zeros(self.choices)
            aim[i] = -1.0
            found[i] = -_best(aim, both, sides, bounds)
            bounds[i][0] = max(0.0, found[i] * (1 - 1e-8))
        return found


def _best(aim: Any, rows: Any, right: list[float], bounds: Any) -> float:
    """Least of an aim where rows are at most 0, the last ones at most what stands in `right`."""
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-30)
    sides = np.concatenate([np.zeros(len(rows) - len(right)), right]) / scale
    programme: Any = linprog
    return float(programme(aim, rows / scale[:, None], sides, bounds=bounds, options=TIGHT).fun)


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
        assert case.held - rest == pytest.approx(expected, rel=1e-5, abs=1e-6), (number, vars(case))
        assert all((case.held - rest) @ case.parts[:, k] <= limit * expected.sum() + 1e-9
                   for k, limit in case.limits.items())  # fmt: skip
    assert diluted > 15


LINE = """
substances: [Fe, Sn]
materials:
  dirty: {composition: {Fe: 0.02}}
  clean: {composition: {Fe: 0.001}}
  middling: {composition: {Fe: 0.006}}
  out: {}
  side: {}
companies:
  s:
    inventories: {%s}
    processes:
      p: {inputs: {metal: {share: 1, any_of: [%s], limits: {Fe: 0.005}}}, %s}
boundary:
  m: {demands: {out: {%s}, side: {}}}
flows:
  sell: {from: s, to: m, material: out}
  sell_side: {from: s, to: m, material: side}
"""
OUTPUTS = "outputs: {out: {total: 0.9}, side: rest}"
STOCKS = "dirty: {initial: 40 t}, clean: {initial: 60 t}"
DIRTY_PART = (0.005 - 0.001) / (0.02 - 0.001)
"""Of a mix of dirty and clean that just meets the limit."""


def plant(
    process: str, held: str = STOCKS, choices: str = "dirty, clean", demand: str = "", outputs: str = OUTPUTS
) -> str:
    return LINE % (held, choices, f"{process}, {outputs}", demand)


def drawn(result: Any, *items: str, period: str = "2025-01-01") -> list[float]:
    """What left the stores of dirty, clean and so on in one day, from their opening."""
    return [stock(result, "s", item, period="opening") - stock(result, "s", item, period=period) for item in items]


def test_the_dirtier_is_diluted_as_far_as_the_limit_demands(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("rate: 10 t/day"), end="2025-01-02")
    assert drawn(result, "dirty", "clean") == pytest.approx([10 * DIRTY_PART, 10 * (1 - DIRTY_PART)])


def test_what_cannot_be_diluted_stays_and_the_slot_is_named(tmp_path: Path) -> None:
    """60 t of clean dilute so much, then nothing runs."""
    result = simulate(tmp_path, plant("rate: 10 t/day"))
    most = 60 / (1 - DIRTY_PART)
    assert throughput(result, "p") == pytest.approx(most)
    assert stock(result, "s", "dirty") == pytest.approx(40 - most * DIRTY_PART)
    assert held_back(result, "p", "input", item="metal") == pytest.approx(93)


def test_a_slot_that_nothing_can_dilute_takes_nothing(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("rate: 10 t/day", "dirty: {initial: 40 t}"))
    assert throughput(result, "p") == 0
    assert held_back(result, "p", "input", item="metal") == 100


def test_a_first_choice_that_is_clean_is_taken_alone(tmp_path: Path) -> None:
    """What comes later dilutes, or stretches: 60 t of clean alone, then no more than it can carry of dirty."""
    result = simulate(tmp_path, plant("rate: 50 t/day", choices="clean, dirty"))
    assert drawn(result, "clean", "dirty") == pytest.approx([50, 0])
    assert drawn(result, "clean", "dirty", period="2025-01-02") == pytest.approx(
        [60, 10 * DIRTY_PART / (1 - DIRTY_PART)]
    )


def test_a_rate_of_the_output_holds_for_the_mix(tmp_path: Path) -> None:
    """Fe goes to the side, so that more dirty is more input for a tonne of output."""
    outputs = "outputs: {out: {Fe: 0, other: 1}, side: rest}"
    result = simulate(tmp_path, plant("rate: 9 t/day, per: out", outputs=outputs), end="2025-01-02")
    assert shipped(result, "sell") == pytest.approx(9)
    assert throughput(result, "p") == pytest.approx(9 / 0.995)


def test_batches_of_a_limited_mix_are_whole_and_meet_the_limit(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("rate: 10 t/day, batch: 4 t"), end="2025-01-02")
    assert drawn(result, "dirty", "clean") == pytest.approx([8 * DIRTY_PART, 8 * (1 - DIRTY_PART)])


def test_below_its_minimum_a_limited_process_stands_still(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("rate: 10 t/day, minimum: 9 t/day"))
    assert throughput(result, "p") == pytest.approx(70)
    assert held_back(result, "p", "minimum") == 93


def test_an_order_is_made_of_the_mix_that_is_best_at_its_size(tmp_path: Path) -> None:
    """Without an order all 10 t of what is left of middling would have to be stretched, and dirty left out."""
    held = "dirty: {initial: 40 t}, clean: {initial: 2 t}, middling: {initial: 40 t}"
    ordered = f"{held}, out: {{order_up_to: 1.8 t}}"
    most = simulate(tmp_path, plant("rate: 50 t/day", held, "dirty, clean, middling"), end="2025-01-02")
    assert drawn(most, "dirty", "clean", "middling") == pytest.approx([0, 2, 8])
    few = simulate(tmp_path, plant("rate: 50 t/day", ordered, "dirty, clean, middling"), end="2025-01-02")
    assert drawn(few, "dirty", "clean", "middling") == pytest.approx([2 * DIRTY_PART, 2 * (1 - DIRTY_PART), 0])


def test_no_store_overfills_where_a_smaller_mix_holds_more_of_a_substance(tmp_path: Path) -> None:
    """Sn is in the first choice, which the largest mix leaves out: as room for one output cuts it, Sn comes in."""
    body = """
    substances: [Fe, Sn]
    materials:
      dirty: {composition: {Fe: 0.02, Sn: 0.5}}
      clean: {composition: {Fe: 0}}
      middling: {composition: {Fe: 0.006}}
      out: {}
      tin: {}
    companies:
      s:
        inventories: {dirty: {initial: 40 t}, clean: {initial: 2 t}, middling: {initial: 40 t}, out: {capacity: %s t},
                      tin: {capacity: %s t}}
        processes:
          p: {inputs: {metal: {share: 1, any_of: [dirty, clean, middling], limits: {Fe: 0.005}}}, rate: 50 t/day,
              outputs: {tin: {Sn: 1}, out: rest}}
    boundary:
      m: {demands: {out: {rate: 0 t/day}, tin: {rate: 0 t/day}}}
    flows:
      sell: {from: s, to: m, material: out}
      sell_tin: {from: s, to: m, material: tin}
    """
    loose = simulate(tmp_path, body % (2.5, 9), end="2025-01-02")
    assert stock(loose, "s", "out") == pytest.approx(2.5)
    assert stock(loose, "s", "tin") > 0.2
    tight = simulate(tmp_path, body % (2.5, 0.1), end="2025-01-02")
    assert stock(tight, "s", "out") <= 2.5 * (1 + 1e-9)
    assert stock(tight, "s", "tin") <= 0.1 * (1 + 1e-9)
    assert throughput(tight, "p") > 0


def test_who_shares_a_diluent_still_meets_its_limit(tmp_path: Path) -> None:
    """Two equal processes want 2 × 7.9 t of 12 t of clean; a third, first in rank, takes 2 t of it."""
    body = """
    substances: [Fe]
    materials: {dirty: {composition: {Fe: 0.02}}, clean: {composition: {Fe: 0.001}}, out: {}, fine: {}}
    companies:
      s:
        inventories: {dirty: {initial: 40 t}, clean: {initial: 12 t}}
        processes:
          p: {inputs: {metal: {share: 1, any_of: [dirty, clean], limits: {Fe: 0.005}}}, rate: 10 t/day,
              outputs: {out: 1}}
          q: {inputs: {metal: {share: 1, any_of: [dirty, clean], limits: {Fe: 0.005}}}, rate: 10 t/day,
              outputs: {out: 1}}
          r: {inputs: [clean], rate: 2 t/day, rank: 1, outputs: {fine: 1}}
    boundary:
      m: {demands: {out: {}, fine: {}}}
    flows:
      sell: {from: s, to: m, material: out}
      sell_fine: {from: s, to: m, material: fine}
    """
    result = simulate(tmp_path, body, end="2025-01-02")
    assert throughput(result, "r") == 2
    assert throughput(result, "p") == throughput(result, "q") == pytest.approx(5 / (1 - DIRTY_PART))
    assert shipped(result, "sell", substance="Fe") == pytest.approx(0.005 * shipped(result, "sell"))


def test_what_fails_a_limit_is_left_for_worse_uses(tmp_path: Path) -> None:
    """Down-cycling: of 10 t/day of mixed scrap, sheet takes what 1 t/day of pig iron dilutes, bars get the rest."""
    body = """
    substances: [Cu]
    materials: {scrap: {composition: {Cu: 0.004}}, pig: {composition: {Cu: 0}}, sheet: {}, bars: {}}
    companies:
      mill:
        inventories: {scrap: {initial: 10 t}, pig: {initial: 1 t}}
        processes:
          roll: {inputs: {metal: {share: 1, any_of: [scrap, pig], limits: {Cu: 0.003}}}, rate: 20 t/day,
                 outputs: {sheet: 1}}
      works: {processes: {forge: {inputs: [scrap], rate: 20 t/day, outputs: {bars: 1}}}}
    boundary:
      yard: {supplies: {scrap: {rate: 10 t/day}, pig: {rate: 1 t/day}}, demands: {sheet: {}, bars: {}}}
    flows:
      scrap: {from: yard, to: mill, material: scrap}
      pig: {from: yard, to: mill, material: pig}
      down: {from: mill, to: works, material: scrap, rank: 9}
      sheet: {from: mill, to: yard, material: sheet}
      bars: {from: works, to: yard, material: bars}
    """
    result = simulate(tmp_path, body)
    day = {"period": "2025-02-01"}
    assert shipped(result, "sheet", **day) == pytest.approx(4)
    assert shipped(result, "sheet", substance="Cu", **day) == pytest.approx(4 * 0.003)
    assert shipped(result, "down", **day) == pytest.approx(7)


def test_limits_are_numbers_that_variants_and_dates_change(tmp_path: Path) -> None:
    body = (
        plant("rate: 1 t/day")
        + """
interventions:
  stricter: {at: 2025-01-03, set: {companies.s.processes.p.inputs.metal.limits.Fe: 0.003}}
variants:
  now: {set: {companies.s.processes.p.inputs.metal.limits.Sn: 0}}
  any: {set: {companies.s.processes.p.inputs.metal.limits.Fe: 1}, interventions: []}
"""
    )
    result = simulate(tmp_path, body, end="2025-01-07")
    iron = [shipped(result, "sell_side", substance="Fe", period=f"2025-01-0{day}", variant="now") for day in (1, 3)]
    assert iron == pytest.approx([0.1 * 0.005, 0.1 * 0.003])
    assert shipped(result, "sell_side", substance="Fe", period="2025-01-03", variant="any") == pytest.approx(0.1 * 0.02)


def test_the_total_of_an_output_has_the_composition_of_the_feed(tmp_path: Path) -> None:
    """`total` covers substances that others name, which a plain number does not."""
    outputs = "outputs: {out: {total: 0.9}, side: {Fe: 0.1, other: 0.1}}"
    result = simulate(tmp_path, plant("rate: 10 t/day", outputs=outputs), end="2025-01-02")
    assert shipped(result, "sell") == pytest.approx(9)
    assert shipped(result, "sell", substance="Fe") == pytest.approx(9 * 0.005)


def test_a_tramp_element_stays_below_its_limit_in_a_loop(tmp_path: Path) -> None:
    """Every round takes up 0.1 % of Sn; with a limit of 0.4 % primary dilutes it, without it builds up."""
    result = simulate(tmp_path, LOOP, end="2045-01-01", step="1 month", report="year")
    sent = result.tables.flows[result.tables.flows["flow"].astype(str) == "goods"]
    for variant, low, high in (("limited", 0.0039, 0.004), ("free", 0.008, 0.03)):
        year = chosen(sent, variant=variant, period="2044")
        part = chosen(year, substance="Sn")["mass_t"].sum() / year["mass_t"].sum()
        assert low <= part <= high * (1 + 1e-9)


LOOP = """
substances: [Cu, Sn]
materials:
  primary: {composition: {Cu: 1}}
  goods: {composition: {Cu: 1}}
  scrap: {waste: true}
companies:
  works:
    processes:
      cast: {inputs: {metal: {share: 1, any_of: [scrap, primary], limits: {Sn: 0.004}}}, rate: 10 t/day,
             outputs: {goods: 1}}
  town:
    uses:
      goods: {material: goods, demand: 10 t/day, lifetime: {fixed: 1 year}, soiling: {Sn: 0.001}, end_of_life: scrap}
boundary:
  mine: {supplies: {primary: {}}, accepts: {scrap: {fate: landfill}}}
flows:
  buy: {from: mine, to: works, material: primary}
  goods: {from: works, to: town, material: goods}
  back: {from: town, to: works, material: scrap, rank: 1, share: 0.95}
  dump: {from: town, to: mine, material: scrap}
variants:
  limited: {}
  free: {set: {companies.works.processes.cast.inputs.metal.limits.Sn: 1}}
"""
