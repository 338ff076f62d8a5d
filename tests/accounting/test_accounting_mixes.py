"""Energy that is passed on has the mix of what it was made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator.accounting.grid import Grid, Key, grid
from simulator.accounting.mixes import final
from tests.accounting.ledgers import read
from tests.accounting.small import figure

CHAIN = """
schema: 1
name: chain
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: REPORT}
materials: {}
energy:
  heat: {levels: {hot: 120 degC, warm: 80 degC}}
  power: {emission_factor: 0.4 t CO2e/MWh, price: 100 EUR/MWh, renewable: 0.5}
companies:
  wood_plant: {generators: {boiler: {gives: heat.warm, capacity: 1 MW, renewable: 1}}}
  utility: {converters: {rod: {from: power, gives: heat.warm, efficiency: 0.9, capacity: 1 MW}}}
  dealer: {}
  town: {loads: {heat.warm: 4 MW}}
boundary:
  coal: {}
flows:
  wood: {from: wood_plant, to: utility, energy: heat.warm, rank: 1}
  coal: {from: coal, to: utility, energy: heat.warm, rank: 2, capacity: 2 MW}
  first: {from: utility, to: dealer, energy: heat.warm}
  second: {from: dealer, to: town, energy: heat.warm}
"""
"""A quarter of the town's heat is of wood, half of coal, a quarter of an electric boiler, over up to four hops."""


def made(folder: Path, text: str = CHAIN, report: str = "month") -> simulator.Run:
    return simulator.run(read(folder, text.replace("REPORT", report)))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> simulator.Run:
    return made(tmp_path_factory.mktemp("chain"))


def test_heat_over_several_hops_is_as_renewable_as_what_it_was_made_of(chain: simulator.Run) -> None:
    """1 of wood, 1 of a boiler whose power is half renewable, 2 of coal."""
    for node in ("town", "network"):
        assert figure(chain, "renewable_share", node, "heat.warm") == pytest.approx((1 + 0.5) / 4)


def test_what_the_network_bought_outside_and_passes_on_is_not_its_own(chain: simulator.Run) -> None:
    assert figure(chain, "self_sufficiency", "network", "heat.warm") == pytest.approx(0.5)
    assert figure(chain, "self_sufficiency", "town", "heat.warm") == 0


def test_bought_heat_that_cools_down_is_not_the_nodes_own(tmp_path: Path) -> None:
    """Of 2 MW of warm heat half a MW is made at home; the rest comes hot over the flow."""
    run = made(tmp_path, """
schema: 1
name: bought
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: REPORT}
materials: {}
energy: {heat: {levels: {hot: 120 degC, warm: 80 degC}}}
companies:
  works: {generators: {boiler: {gives: heat.hot, capacity: 4 MW}}}
  town:
    loads: {heat.hot: 1 MW, heat.warm: 2 MW}
    generators: {sun: {gives: heat.warm, capacity: 0.5 MW}}
flows: {pipe: {from: works, to: town, energy: heat.hot}}
""")  # fmt: skip
    assert figure(run, "self_sufficiency", "town", "heat.hot") == 0
    assert figure(run, "self_sufficiency", "town", "heat.warm") == pytest.approx(0.25)
    assert figure(run, "self_sufficiency", "network", "total") == pytest.approx(1)


def test_a_flow_that_says_how_renewable_it_is_is_believed(tmp_path: Path) -> None:
    run = made(
        tmp_path,
        CHAIN.replace("dealer, to: town, energy: heat.warm", "dealer, to: town, energy: heat.warm, renewable: 1"),
    )
    assert figure(run, "renewable_share", "town", "heat.warm") == pytest.approx(1)
    assert figure(run, "self_sufficiency", "network", "heat.warm") == pytest.approx(0.5)


def test_the_report_changes_no_share(chain: simulator.Run, tmp_path: Path) -> None:
    by_hour = made(tmp_path, report="1 h")
    for name in ("renewable_share", "self_sufficiency"):
        assert figure(by_hour, name, "network") == pytest.approx(figure(chain, name, "network"), rel=1e-12)


def test_stored_heat_and_heat_of_a_hotter_level_keep_what_they_are(tmp_path: Path) -> None:
    """A boiler of hot heat, half renewable, runs by night, what is left over is stored, and warms by day."""
    text = """
schema: 1
name: stored
settle: once
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: month}
tables: {night: {file: night.csv, index: date, value: on, unit: "1"}}
materials: {}
energy: {heat: {levels: {hot: 120 degC, warm: 80 degC}}}
companies:
  works:
    loads: {heat.warm: 1 MW}
    generators: {boiler: {gives: heat.hot, capacity: 4 MW, renewable: 0.5, profile: {table: night}}}
    energy_storage: {tank: {carrier: heat.hot, capacity: 99 MWh, power: 9 MW, efficiency: 0.8}}
"""
    rows = [f"2025-01-{day:02d}T{hour:02d}:00,{int(hour < 8)}" for day in range(1, 11) for hour in range(24)]
    (tmp_path / "night.csv").write_text("\n".join(["date,on", *rows]) + "\n", encoding="utf-8")
    run = made(tmp_path, text)
    assert figure(run, "unserved_energy", "network") == pytest.approx(0)
    assert figure(run, "renewable_share", "works", "heat.warm") == pytest.approx(0.5)
    assert figure(run, "self_sufficiency", "network", "heat.warm") == pytest.approx(1)


OUT: Key = ("flow", "works", "out")
BACK: Key = ("flow", "town", "back")
NOWHERE: Key = ("", "", "")


def passed(*taps: tuple[tuple[str, str, str], Key, float, float]) -> Grid:
    """Taps as user (node, kind, name), hop, MWh, and MWh that are renewable by themselves, in one year."""
    keys = [(*user, "heat", *hop) for user, hop, _, _ in taps]
    whole, direct = ([[[tap[column] for tap in taps]] * 2] for column in (2, 3))
    return grid(keys, np.array(whole), np.array(direct))


def part(made: Grid, node: str) -> float:
    return float(made.values[0][0, 0, made.keys.index((node, "heat"))])


@pytest.mark.parametrize("back", [0.0, 5.0, 995.0, 1e9])
def test_heat_that_comes_back_is_as_renewable_as_what_the_circle_is_fed_with(back: float) -> None:
    """However much goes round, the few MWh that are fed in decide; nothing is left out after some number of rounds."""
    circle = passed(
        (("works", "flow", "out"), NOWHERE, 5.0, 5.0),
        (("works", "flow", "out"), BACK, back, 0.0),
        (("town", "flow", "back"), OUT, back, 0.0),
        (("town", "load", "load"), OUT, 5.0, 0.0),
    )
    assert part(final(circle), "town") == pytest.approx(5.0, rel=1e-12)


@pytest.mark.parametrize("fed", [0.0, 1e-300, 1e-13])
def test_what_only_circulates_came_from_nowhere_and_is_not_renewable(fed: float) -> None:
    """With nothing, or next to nothing, fed in, the system is singular to the last bit: no error, no share above 1."""
    circle = passed(
        (("works", "flow", "out"), NOWHERE, fed, 0.0),
        (("works", "flow", "out"), BACK, 1000.0, 0.0),
        (("town", "flow", "back"), OUT, 1000.0, 0.0),
        (("town", "load", "load"), OUT, 0.0, 0.0),
        (("mill", "load", "load"), BACK, 10.0, 0.0),
    )
    assert part(final(circle), "mill") == 0
    assert part(final(circle), "town") == 0


def test_what_a_hop_gives_without_having_got_any_counts_as_not_renewable() -> None:
    """A storage that was full at the start: half of what the works passes on is from there."""
    tank: Key = ("storage", "works", "tank")
    chain = passed(
        (("works", "flow", "out"), NOWHERE, 4.0, 4.0),
        (("works", "flow", "out"), tank, 4.0, 0.0),
        (("town", "load", "load"), OUT, 8.0, 0.0),
    )
    assert part(final(chain), "town") == pytest.approx(4.0)


def test_a_hop_that_feeds_itself_passes_on_what_else_it_got() -> None:
    loop = passed(
        (("works", "flow", "out"), NOWHERE, 2.0, 1.0),
        (("works", "flow", "out"), OUT, 6.0, 0.0),
        (("town", "load", "load"), OUT, 2.0, 0.0),
    )
    assert part(final(loop), "town") == pytest.approx(1.0)


def test_a_hop_that_is_not_used_changes_no_bit() -> None:
    """A lane's figures do not depend on the variants that are accounted for with it."""
    taps = [
        (("works", "flow", "out"), NOWHERE, 0.1, 0.07),
        (("works", "flow", "out"), BACK, 0.7, 0.0),
        (("town", "flow", "back"), OUT, 0.3, 0.0),
        (("town", "flow", "back"), NOWHERE, 0.9, 0.3),
        (("town", "load", "load"), OUT, 0.3, 0.0),
    ]
    unused: Key = ("level", "town", "hot>warm")
    more = [
        (("town", "flow", "back"), unused, 0.0, 0.0),
        (("town", "level", "hot>warm"), OUT, 0.0, 0.0),
    ]
    assert part(final(passed(*taps, *more)), "town") == part(final(passed(*taps)), "town")


def test_mixes_solve_the_linear_system() -> None:
    """m = d + P m, against a solver, for dense random circles of twelve hops."""
    rng = np.random.default_rng(1)
    hops: list[Key] = [("flow", f"n{i}", f"f{i}") for i in range(12)]
    amounts, fed, share = rng.random((12, 12)), rng.random(12), rng.random(12)
    entered = amounts.sum(axis=1) + fed
    taps = [((f"n{i}", "flow", f"f{i}"), hops[j], amounts[i, j], 0.0) for i in range(12) for j in range(12)]
    taps += [((f"n{i}", "flow", f"f{i}"), NOWHERE, fed[i], fed[i] * share[i]) for i in range(12)]
    taps += [((f"m{i}", "load", "load"), hops[i], 1.0, 0.0) for i in range(12)]
    solved = np.linalg.solve(np.eye(12) - amounts / entered[:, None], fed * share / entered)
    made = final(passed(*taps))
    assert [part(made, f"m{i}") for i in range(12)] == pytest.approx(list(solved), rel=1e-10)
