"""Random networks of energy: nothing is made or lost, nothing exceeds what carries it, order does not matter."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simulator.accounting.frames import DUST
from simulator.study.run import Run, run
from tests.engine.builders import read, rows_of, same, shuffled, simulate, text
from tests.engine.test_laws import COMPARED, assert_same_totals, of_variant
from tests.engine.test_modes import answer, elsewhere

HOURS = 6
POWERS = st.sampled_from([0.0, 1e-7, 0.3, 1.0, 2.5, 7.0, 1e9])
"""MW."""
CAPACITIES = st.none() | POWERS
CARRIERS = ("heat.steam", "heat.warm", "biogas", "power", "own_power")
HEAT = {"steam": 180, "warm": 90}
CONVERTERS: Mapping[str, dict[str, Any]] = {
    "boiler": {"from": "gas", "gives": "heat.warm", "efficiency": 0.9},
    "burner": {"from": "biogas", "gives": "heat.steam", "efficiency": 0.8},
    "chp": {"from": "gas", "gives": {"power": 0.3, "heat.warm": 0.6}, "follows": "heat.warm"},
    "engine": {"from": "biogas", "gives": {"own_power": 0.4, "heat.warm": 0.5}, "follows": "own_power"},
    "pump": {"from": "power", "gives": "heat.warm", "cop": {"source": "10 degC", "quality": 0.5}},
    "turbine": {"from": "gas", "gives": {"heat.steam": 0.5, "heat.warm": 0.3}, "follows": "heat.steam"},
}
FLARE = {"from": "biogas", "gives": {"power": 0.4, "heat.warm": 0.5}, "follows": "power"}
COURSE = "time,part\n" + "".join(
    f"2025-01-01T{hour:02d}:00,{part}\n" for hour, part in enumerate((0, 1, 0.2, 0, 0.9, 0))
)
Tree = dict[str, Any]
Bus = tuple[str, str]


HEAD: Tree = {
    "materials": {},
    "tables": {"course": {"file": "course.csv", "index": "time", "value": "part", "unit": "1", "outside": "hold"}},
    "energy": {
        "heat": {"levels": {level: f"{degrees} degC" for level, degrees in HEAT.items()}},
        "gas": {"fuel": True, "emission_factor": "0.2 t CO2/MWh"},
        "power": {"emission_factor": "0.4 t CO2e/MWh", "price": "100 EUR/MWh"},
        "biogas": {},
        "own_power": {},
    },
    "boundary": {"out": {}},
    "partnerships": {"deal": {"partners": {"c0": 1}}},
    "variants": {"apart": {"partnerships": []}, "joint": {}},
}
"""What all networks share."""


def mw(power: float) -> str:
    return f"{power!r} MW"


def limited(part: Tree, capacity: float | None) -> Tree:
    return part if capacity is None else {**part, "capacity": mw(capacity)}


@st.composite
def companies(draw: st.DrawFn) -> Tree:
    """Loads, generators (one for every load, so that someone may serve it), storages, converters."""
    loads = draw(st.dictionaries(st.sampled_from(CARRIERS), POWERS, max_size=3))
    given_ = {*loads, *draw(st.sets(st.sampled_from(CARRIERS), max_size=2))}
    units = draw(st.sets(st.sampled_from(sorted(CONVERTERS)), max_size=3))
    burns = draw(st.booleans())
    given_ |= {"biogas"} if units & {"burner", "engine"} or burns else set()
    part = st.sampled_from([1, 0.5, {"table": "course"}])
    stored = draw(st.sets(st.sampled_from(CARRIERS), max_size=2))
    return {
        "loads": {carrier: mw(power) for carrier, power in loads.items()},
        "generators": {
            f"g{CARRIERS.index(carrier)}": {"gives": carrier, "capacity": mw(draw(POWERS)), "profile": draw(part)}
            for carrier in sorted(given_)
        }
        | ({"flare": {**FLARE, "capacity": mw(draw(POWERS)), "profile": draw(part)}} if burns else {}),
        "energy_storage": {
            f"s{CARRIERS.index(carrier)}": {
                "carrier": carrier, "capacity": f"{draw(POWERS)!r} MWh", "power": mw(draw(POWERS)),
                "efficiency": draw(st.sampled_from([1, 0.6])),
            }
            for carrier in sorted(stored)
        },
        "converters": {
            name: {**limited(CONVERTERS[name], draw(CAPACITIES)), "rank": draw(st.integers(1, 3))}
            for name in sorted(units)
        },
    }  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> Tree:
    """One to four companies and a node outside, with flows among all of them."""
    count = draw(st.integers(1, 4))
    nodes = [f"c{n}" for n in range(count)]
    pairs = [(a, b) for a in (*nodes, "out") for b in (*nodes, "out") if a != b]
    chosen = draw(st.lists(st.tuples(st.sampled_from(pairs), st.sampled_from(CARRIERS)), max_size=8, unique=True))
    flows = {
        f"f{n}": limited(
            {
                "from": ends[0], "to": ends[1], "energy": carrier, "rank": draw(st.integers(1, 3)),
                "loss": draw(st.sampled_from([0, 0.1, 0.999])),
            },
            draw(CAPACITIES),
        )
        | ({"partnership": "deal"} if n % 3 == 0 else {})
        for n, (ends, carrier) in enumerate(chosen)
    }  # fmt: skip
    return {
        **HEAD,
        "companies": {node: draw(companies()) for node in nodes},
        "flows": flows,
    }


def trial(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
        phases=(Phase.generate,),
    )


SPAN = {"end": f"2025-01-01T{HOURS:02d}:00", "step": "1 h"}
TINY = 1e-7
"""Part of a network's turnover below which two amounts are the same."""


def body(tree: Tree) -> str:
    """A part of a scenario as JSON, which is YAML too."""
    return "\n".join(f"{key}: {json.dumps(part)}" for key, part in tree.items())


def ran(tree: Tree, report: str = "1 h") -> Run:
    """A run whose balances close."""
    with TemporaryDirectory() as folder:
        return simulate(Path(folder), body(tree), {"course.csv": COURSE}, report=report, **SPAN)


class Hour:
    """What happened in one hour of one variant."""

    def __init__(self) -> None:
        self.sent: defaultdict[str, float] = defaultdict(float)
        """Over every flow, as it leaves a company."""
        self.came: defaultdict[str, float] = defaultdict(float)
        """Over every flow, as it arrives at a company."""
        self.load: defaultdict[Bus, float] = defaultdict(float)
        """What loads got or lacked."""
        self.unserved: defaultdict[Bus, float] = defaultdict(float)
        self.curtailed: defaultdict[Bus, float] = defaultdict(float)
        self.turnover = 0.0


def hours(result: Run) -> Mapping[tuple[str, str], Hour]:
    """Variant and period, and what happened there."""
    found: defaultdict[tuple[str, str], Hour] = defaultdict(Hour)
    for row in rows_of(result.tables.energy):
        hour, bus, energy = found[row.variant, str(row.period)], (str(row.node), str(row.carrier)), row.energy_mwh
        hour.turnover += energy
        if row.use == "flow":
            hour.sent[str(row.user)] += energy
        if row.use == "load":
            hour.load[bus] += energy
        if row.use == "curtailed":
            hour.curtailed[bus] += energy
        if row.supplier == "unserved":
            hour.unserved[bus] += energy
        if str(row.source).startswith("f"):
            hour.came[str(row.source)] += energy
    return found


def power_of(text_: str) -> float:
    return float(text_.removesuffix(" MW"))


def capacity(flow: Tree) -> float:
    return power_of(flow["capacity"]) if "capacity" in flow else float("inf")


def is_open(flow: Tree, variant: str) -> bool:
    return variant == "joint" or "partnership" not in flow


@trial(60)
@given(tree=networks())
def test_balances_close_and_no_flow_carries_more_than_its_capacity_or_arrives_undiminished(tree: Tree) -> None:
    """`ran` looks at the balance of every bus and storage; tables leave out dust."""
    result = ran(tree)
    assert (result.tables.energy["energy_mwh"] > 0).all()
    dust = DUST * result.tables.energy["energy_mwh"].max()
    for (variant, _), hour in hours(result).items():
        for name, flow in tree["flows"].items():
            assert hour.sent[name] <= capacity(flow) * (1 + 1e-9)
            assert is_open(flow, variant) or hour.sent[name] == hour.came[name] == 0
            if flow["from"] != "out" and flow["to"] != "out":
                assert hour.came[name] == pytest.approx(hour.sent[name] * (1 - flow["loss"]), rel=1e-6, abs=dust)


@trial(60)
@given(tree=networks())
def test_whatever_a_load_needs_is_served_or_counted_as_unserved(tree: Tree) -> None:
    found = hours(ran(tree)).values()
    dust = 1e-9 * max((hour.turnover for hour in found), default=0.0)
    for hour in found:
        for node, company in tree["companies"].items():
            for carrier, power in company["loads"].items():
                assert hour.load[node, carrier] == pytest.approx(power_of(power), rel=1e-6, abs=dust)


@trial(60)
@given(tree=networks())
def test_no_unit_burns_what_nobody_has(tree: Tree) -> None:
    """What the grid does not sell is burnt as far as there is some: no unit lacks fuel and uses it all the same."""
    energy = ran(tree).tables.energy
    fuelled = energy["use"].isin(["converter", "generator"]) & (energy["carrier"] == "biogas")
    assert not (energy[fuelled]["supplier"] == "unserved").any()


def urgent(tree: Tree) -> Tree:
    """A like network with processes that must not run short in place of loads, steady generators, no huge powers."""
    tree = json.loads(json.dumps(tree).replace(mw(1e9), mw(4.0)))
    companies = {node: urgently(company) for node, company in tree["companies"].items()}
    tips = {f"t{node}": {"from": node, "to": "heap", "material": "dust"} for node in companies}
    return {
        **tree, "materials": {"ore": {}, "dust": {}}, "companies": companies, "flows": {**tree["flows"], **tips},
        "boundary": {**tree["boundary"], "heap": {"accepts": {"dust": {"fate": "landfill"}}}},
    }  # fmt: skip


def urgently(company: Tree) -> Tree:
    needed = {carrier: f"{power_of(power)!r} MWh/t" for carrier, power in company["loads"].items()}
    recipe = {"inputs": ["ore"], "rate": "24 t/day", "outputs": {"dust": 1}, "energy": needed, "needs_energy": True}
    return {
        **company, "loads": {}, "review_period": "1 h", "inventories": {"ore": {"initial": "1000 t"}},
        "processes": {"p": recipe},
        "generators": {name: {**unit, "profile": 0.5} for name, unit in company["generators"].items()},
    }  # fmt: skip


@trial(150)
@given(tree=networks())
def test_what_must_not_run_short_never_does_where_power_is_steady(tree: Tree) -> None:
    for hour in hours(ran(urgent(tree))).values():
        assert sum(hour.unserved.values()) <= TINY * hour.turnover


@trial(60)
@given(tree=networks())
def test_heat_never_goes_from_colder_to_hotter(tree: Tree) -> None:
    """Neither by a step within a company nor over a flow."""
    energy = ran(tree).tables.energy
    steps = energy[energy["use"] == "level"]
    assert all(
        degrees(user) <= degrees(carrier)
        for user, carrier in zip(steps["user"].astype(str), steps["carrier"].astype(str), strict=True)
    )
    for row in rows_of(energy[energy["source"].astype(str).isin(tree["flows"])]):
        assert row.carrier == tree["flows"][row.source]["energy"]


def degrees(carrier: str) -> int:
    return HEAT[carrier.removeprefix("heat.")]


@trial(60)
@given(tree=networks())
def test_storages_hold_between_nothing_and_their_capacity(tree: Tree) -> None:
    result = ran(tree)
    table = result.tables.indicators
    for row in rows_of(table[(table["indicator"] == "stored_energy") & (table["node"] != "network")]):
        most = tree["companies"][row.node]["energy_storage"][row.item]["capacity"]
        assert 0 <= row.value <= float(most.removesuffix(" MWh")) * (1 + 1e-12)


@trial(100)
@given(tree=networks())
def test_nobody_lacks_what_a_way_with_room_could_bring_from_where_it_is_curtailed(tree: Tree) -> None:
    for (variant, _), hour in hours(ran(tree)).items():
        least = TINY * hour.turnover
        for bus, energy in hour.curtailed.items():
            if energy > least:
                lacking = {other for other, missing in hour.unserved.items() if missing > least}
                assert not lacking & reached(tree, variant, hour, bus, least)


def reached(tree: Tree, variant: str, hour: Hour, start: Bus, least: float) -> set[Bus]:
    """Buses to which more could go from one, over at most three flows in a row with room left."""
    found, ends = {start}, {start}
    for _ in range(4):
        ends |= {(node, "heat.warm") for node, carrier in ends if carrier == "heat.steam"}
        found |= ends
        ends = {
            (flow["to"], flow["energy"])
            for name, flow in tree["flows"].items()
            if (flow["from"], flow["energy"]) in ends
            and is_open(flow, variant)
            and hour.sent[name] < capacity(flow) - least
            and flow["to"] != "out"
            and flow["loss"] < 0.9
        }
    return found


@trial(12)
@given(tree=networks(), seed=st.integers(0, 99))
def test_the_order_of_the_file_changes_no_number(tree: Tree, seed: int) -> None:
    same(ran(tree).tables, ran(shuffled(tree, Random(seed))).tables)


@trial(12)
@given(tree=networks())
def test_a_lane_is_the_same_alone_as_among_others(tree: Tree) -> None:
    both = ran(tree)
    for variant in tree["variants"]:
        with TemporaryDirectory() as folder:
            written = text(body(tree), report="1 h", **SPAN)
            alone = run(read(Path(folder), written, {"course.csv": COURSE}, [variant]))
        for name in ("energy", "emissions", "money"):
            one, other = (of_variant(getattr(made.tables, name), variant) for made in (both, alone))
            pd.testing.assert_frame_equal(one, other, check_exact=True, obj=f"{variant} {name}")


@trial(12)
@given(tree=networks())
def test_another_reporting_period_changes_no_total(tree: Tree) -> None:
    """Differences between variants are rounding where the variants are alike."""
    assert_same_totals(ran(tree), ran(tree, "month"), COMPARED)


def company(loads: Tree, units: Collection[str], stores: Collection[str], power: float) -> Tree:
    """A company with every kind of part."""
    sources = sorted({*loads, "biogas", "heat.steam"})
    generators = {
        f"g{n}": {
            "gives": carrier,
            "capacity": mw(power + n),
            "profile": 1 if carrier == "biogas" else {"table": "course"},
        }
        for n, carrier in enumerate(sources)
    }
    tank = {"capacity": "5 MWh", "power": "2 MW", "efficiency": 0.7, "initial": "1 MWh"}
    return {
        "loads": loads,
        "generators": generators,
        "converters": {name: {**CONVERTERS[name], "capacity": "0.5 MW"} for name in units},
        "energy_storage": {f"s{n}": {"carrier": carrier, **tank} for n, carrier in enumerate(stores)},
    }


def everything() -> Tree:
    """Three companies in a ring, with a node outside and every kind of unit."""
    loads = {"heat.steam": "2.3 MW", "heat.warm": "4.1 MW", "power": "1.7 MW", "own_power": "0.9 MW"}
    ring: Tree = {
        f"f{n}{m}": {"from": f"c{n}", "to": f"c{(n + 1) % 3}", "energy": carrier, "loss": 0.1, "rank": 1 + m % 2}
        for n in range(3)
        for m, carrier in enumerate(("heat.warm", "heat.steam", "own_power"))
    }
    outer: Tree = {
        "f_in": {"from": "out", "to": "c0", "energy": "heat.warm", "capacity": "0.4 MW"},
        "f_out": {"from": "c1", "to": "out", "energy": "biogas", "capacity": "0.6 MW", "loss": 0.05},
    }
    return {
        **HEAD,
        "companies": {
            "c0": company(loads, ["boiler", "chp"], ["heat.warm"], 1.1),
            "c1": company(loads, ["burner", "engine", "pump"], ["heat.steam", "own_power"], 2.3),
            "c2": company({"heat.warm": {"value": "9 MW"}}, ["turbine"], ["heat.warm", "heat.steam"], 0.2),
        },
        "flows": {
            name: {**flow, "partnership": "deal"} if name == "f10" else flow for name, flow in (ring | outer).items()
        },
    }


def digests() -> dict[str, str]:
    """Hash of every table of a run, exact to the last bit."""
    tables = {name: table.to_csv(index=False, float_format="%.17g") for name, table in ran(everything()).tables.items()}
    return {name: f"{len(content)} {sha256(content.encode()).hexdigest()}" for name, content in tables.items()}


def test_compiled_checked_and_interpreted_engines_give_the_same_tables(tmp_path: Path) -> None:
    module = ("-m", "tests.engine.test_energy_laws")
    checked = elsewhere(tmp_path / "checked", *module, NUMBA_BOUNDSCHECK="1", KREISLAUF_CACHE=str(tmp_path / "cache"))
    interpreted = elsewhere(tmp_path / "interpreted", *module, NUMBA_DISABLE_JIT="1")
    expected = digests()
    assert json.loads(answer(interpreted)) == expected
    assert json.loads(answer(checked)) == expected


def test_the_network_of_all_kinds_uses_them_all() -> None:
    """The comparison above compares something."""
    energy = ran(everything()).tables.energy
    assert set(energy["use"]) == {"load", "converter", "storage", "flow", "level", "curtailed"}
    assert set(CONVERTERS) <= set(energy["source"])
    assert {"f00", "f10", "f11", "f12", "f20", "f22", "f_out"} <= set(energy["user"])
    assert {"grid", "unserved", "out"} <= set(energy["supplier"])


if __name__ == "__main__":
    print(json.dumps(digests()))
