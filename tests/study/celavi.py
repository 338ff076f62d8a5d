"""CELAVI's rules for blades that go the cheapest way, written down apart from the engine.

12 steps a year; a node is held for one step, a park for 240; a route is chosen as a blade leaves its park, by the
cost of each path with yearly costs and the tonnes ground until then. `python -m tests.study.celavi` writes the expected
tables of `scenarios/validation/celavi_cheapest_way` anew.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from simulator.cli.files import CASES

CASE = CASES / "celavi_cheapest_way"
STEPS, LIFE, LOSS = 612, 240, 0.3
PARTS = {"glass fiber": 2 / 3, "epoxy": 1 / 3}
MADE_TO = {2: 508.8, 3: 530.3, 4: 214.0}
TIPPED = {2: 420.5, 3: 388.0, 4: 150.0}
GROUND = {2: 310.25, 3: 430.5, 4: 655.5}
DUST, FILLER = 212.5, 96.75
Moves = dict[tuple[str, int], float]


def segment_haul(year: int) -> float:
    """What a tonne of segments costs by the kilometre: a twelfth of that of a truck."""
    steps = ((2001, 4.35), (2002, 8.70), (2003, 4.35), (2019, 8.70), (2031, 13.05), (2044, 17.40))
    return next((cost for end, cost in steps if year < end), 21.75) / 12


def cheaper_to_grind(park: int, year: int, coarse: float, fine: float) -> bool:
    """Whether the path to the next use costs less than that to landfill; teardown and cutting are on both."""
    tipping = 1.5921 * (year - 2000) + 28.9
    shredded = (0.0011221 * (year - 2000) + 0.0524) * FILLER
    milling: float = 106 * max(1.0, coarse) ** -0.05 + 143 * max(1.0, fine) ** -0.05 + LOSS * tipping - (1 - LOSS) * 273
    return segment_haul(year) * GROUND[park] + milling + shredded < segment_haul(year) * TIPPED[park] + tipping


def simulate(installed: dict[tuple[int, int], float]) -> tuple[Moves, Moves]:
    """Tonnes that arrive, and their tonne-kilometres, by node and step, of what each park gets (park, step)."""
    came: Moves = defaultdict(float)
    hauled: Moves = defaultdict(float)

    def arrive(node: str, step: int, tonnes: float, way: float = 0.0) -> None:
        if step < STEPS and tonnes > 0:
            came[node, step] += tonnes
            hauled[node, step] += tonnes * way

    for (park, step), tonnes in sorted(installed.items(), key=lambda item: item[0][1]):
        arrive("manufacturing", step, tonnes)
        arrive(f"in use_{park}", step + 1, tonnes, MADE_TO[park])
        left = step + 1 + LIFE
        update = min(left // 12 * 12, 12 * 49)
        experience = [
            sum(came.get((node, t), 0.0) for t in range(update)) for node in ("coarse grinding", "fine grinding")
        ]
        arrive(f"rotor teardown_{park}", left, tonnes)
        arrive(f"segmenting_{park}", left + 1, tonnes)
        if cheaper_to_grind(park, 2000 + update // 12, *experience):
            arrive("coarse grinding", left + 2, tonnes, GROUND[park])
            arrive("fine grinding", left + 3, tonnes)
            arrive("landfilling", left + 4, LOSS * tonnes, DUST)
            arrive("next use", left + 4, (1 - LOSS) * tonnes, FILLER)
        else:
            arrive("landfilling", left + 2, tonnes, TIPPED[park])
    return came, hauled


def installations() -> dict[tuple[int, int], float]:
    """Tonnes by park and step, as the scenario has them."""
    with (CASE / "installations.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["month"].endswith("-01-01")]
    return {(park, 12 * (int(row["month"][:4]) - 2000)): float(row[f"park_{park}"]) for row in rows for park in MADE_TO}


def tables() -> dict[str, list[list[str]]]:
    """The expected tables by file, header first."""
    came, hauled = simulate(installations())
    inflows = [
        [node, str(step), part, f"{tonnes * fraction:.12g}"]
        for (node, step), tonnes in sorted(came.items())
        for part, fraction in PARTS.items()
    ]
    years: Moves = defaultdict(float)
    for (node, step), amount in hauled.items():
        years[node, 2000 + step // 12] += amount
    work = [[node, str(year), f"{amount:.12g}"] for (node, year), amount in sorted(years.items()) if amount > 0]
    return {
        "inflows.csv": [["node", "timestep", "material", "inflow_tonnes"], *inflows],
        "tonne_km.csv": [["node", "calendar_year", "inbound_tonne_km"], *work],
    }


def write(folder: Path) -> None:
    """Write the expected tables."""
    for name, rows in tables().items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    write(CASE)
