"""The price at which both partners of a flow gain: what is said of it is what a run at that price shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.errors import UserError
from simulator.scenario import load
from simulator.study.bargain import Bargain, bargain
from simulator.study.run import run

SLAG = """
schema: 1
name: slag
time: {start: 2025-01-01, end: 2027-01-01, step: 1 day, report: month}
materials: {ore: {}, metal: {}, slag: {waste: true}, sand: {}, grit: {}}
companies:
  smelter:
    processes: {melt: {inputs: [ore], rate: 10 t/day, outputs: {metal: 0.6, slag: rest}}}
  grinder:
    processes: {grind: {inputs: [slag, sand], rate: 8 t/day, outputs: {grit: 1}, cost: 10 EUR/t}}
  broker: {}
boundary:
  mine: {supplies: {ore: {price: 50 EUR/t}, sand: {price: 30 EUR/t}}}
  mill: {demands: {metal: {price: 200 EUR/t}, grit: {price: 60 EUR/t}}}
  dump: {accepts: {slag: {fate: landfill, fee: 25 EUR/t}}}
transport: {truck: {cost: 0.2 EUR/(t km)}}
flows:
  ore: {from: mine, to: smelter, material: ore}
  sand: {from: mine, to: grinder, material: sand}
  metal: {from: smelter, to: mill, material: metal}
  grit: {from: grinder, to: mill, material: grit}
  tip: {from: smelter, to: dump, material: slag}
  reuse: {from: smelter, to: grinder, material: slag, rank: 1, partnership: deal, transport: truck, distance: 20 km}
partnerships:
  deal: {partners: {smelter: 0.4, grinder: 0.4, broker: 0.2}, start: 2025-07-01, capex: 5 kEUR, opex: 1 kEUR/year}
variants:
  linear: {partnerships: []}
  circular: {partnerships: [deal]}
  scaled: {partnerships: [deal], scale: {companies.smelter.processes.melt.rate: 0.5}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "slag.yaml"
    file.write_text(SLAG, encoding="utf-8")
    return file


def gains_at(path: Path, price: float) -> dict[str, float]:
    """Every node's gain in `circular`, read from a run at that price."""
    table = run(load(path, [f"flows.reuse.price={price!r} EUR/t"])).tables.indicators
    table = table[(table["indicator"] == "gain") & (table["period"] == "total") & (table["item"] == "total")]
    table = table[table["variant"] == "circular"]
    return dict(zip(table["node"], table["value"], strict=True))


def window(found: Bargain) -> tuple[float, float, float]:
    assert found.window is not None
    assert found.equal is not None
    return (*found.window, found.equal)


def test_at_a_break_even_price_its_partner_gains_nothing_and_halfway_both_gain_the_same(path: Path) -> None:
    found = bargain(path, "reuse")
    low, high, equal = window(found)
    assert low < equal < high
    smelter, grinder, between = gains_at(path, low), gains_at(path, high), gains_at(path, equal)
    assert smelter["smelter"] == pytest.approx(0, abs=1e-6)
    assert smelter["grinder"] > 0
    assert grinder["grinder"] == pytest.approx(0, abs=1e-6)
    assert grinder["smelter"] > 0
    assert between["smelter"] == pytest.approx(between["grinder"])
    assert between["smelter"] > 0
    assert [partner.gain(equal) for partner in found.partners] == pytest.approx([between["smelter"]] * 2)


def test_beyond_the_window_one_partner_loses(path: Path) -> None:
    low, high, _ = window(bargain(path, "reuse"))
    assert gains_at(path, low - 1)["smelter"] < 0
    assert gains_at(path, high + 1)["grinder"] < 0


def test_who_else_gains_or_loses_is_told_and_no_price_changes_it(path: Path) -> None:
    found = bargain(path, "reuse")
    assert found.others == pytest.approx({"broker": -0.2 * (5000 + 1000 * 549 / 365.25)})
    assert gains_at(path, 7)["broker"] == pytest.approx(found.others["broker"])


def test_the_price_of_the_file_does_not_change_the_answer(path: Path) -> None:
    free, paid = bargain(path, "reuse"), bargain(path, "reuse", sets=["flows.reuse.price=-12.5 EUR/t"])
    assert window(paid) == pytest.approx(window(free))
    assert free.price == 0
    assert paid.price == pytest.approx(-12.5)


def test_where_no_price_will_do_what_is_missing_is_what_both_lose(path: Path) -> None:
    found = bargain(path, "reuse", sets=["partnerships.deal.capex=5 MEUR"])
    low, high, equal = window(found)
    assert low > high
    assert found.missing == pytest.approx((low - high) * found.amount)
    assert sum(partner.gain(equal) for partner in found.partners) == pytest.approx(-found.missing)


def test_all_together_gain_the_same_at_every_price_of_two_partners(path: Path) -> None:
    found = bargain(path, "reuse")
    network = gains_at(path, 7)["network"]
    assert [found.total(price) for price in (-20, 0, 33)] == pytest.approx([network] * 3)
    assert found.effect.gain == pytest.approx(network)


def test_of_several_variants_the_one_with_fewest_other_partnerships_is_asked(path: Path) -> None:
    text = SLAG.replace("capex: 5 kEUR, opex: 1 kEUR/year}", "capex: 5 kEUR, opex: 1 kEUR/year}\n  other: {}")
    text = text.replace("circular: {partnerships: [deal]}", "circular: {partnerships: [deal, other]}")
    path.write_text(text, encoding="utf-8")
    found = bargain(path, "reuse")
    assert (found.variant, found.other_variants) == ("scaled", ("circular",))
    assert bargain(path, "reuse", "circular").other_variants == ()


def test_interventions_that_no_variant_names_stay_in_the_variant_asked(path: Path) -> None:
    stop = "interventions: {stop: {at: 2026-01-01, set: {companies.grinder.active: false}}}\n"
    path.write_text(SLAG.replace("variants:", f"{stop}variants:"), encoding="utf-8")
    table = run(load(path)).tables.indicators
    table = table[(table["variant"] == "circular") & (table["indicator"] == "shipped") & (table["period"] == "total")]
    assert bargain(path, "reuse").amount == pytest.approx(table.loc[table["item"] == "reuse", "value"].item())


def test_without_prices_nobody_gains_by_a_price(path: Path) -> None:
    path.write_text(unpriced(SLAG), encoding="utf-8")
    assert bargain(path, "reuse").idle
    assert bargain(path, "reuse", sets=["flows.reuse.price=3 EUR/t"]).idle
    assert not bargain(path, "reuse", sets=["partnerships.deal.capex=1 EUR"]).idle


def unpriced(text: str) -> str:
    """The scenario without any price, fee or cost."""
    text = re.sub(r"(, )?\b(price|fee|cost|capex|opex): [^,}]*", "", text)
    return text.replace("truck: {}", "truck: {emission_factor: 0.1 kg CO2e/(t km)}")


def test_the_first_variant_that_opens_the_flow_is_asked_unless_another_is_named(path: Path) -> None:
    assert bargain(path, "reuse").variant == "circular"
    scaled = bargain(path, "reuse", "scaled")
    assert scaled.variant == "scaled"
    assert scaled.amount < bargain(path, "reuse").amount


def test_an_end_outside_the_network_leaves_one_break_even_price(path: Path) -> None:
    outside = SLAG.replace("dump, material: slag}", "dump, material: slag, partnership: deal}").replace(
        "distance: 20 km}", "distance: 20 km}\n  heap: {from: smelter, to: dump, material: slag}"
    )
    path.write_text(outside, encoding="utf-8")
    found = bargain(path, "tip", sets=["companies.grinder.active=false"])
    assert found.window is None
    assert found.receiver is None
    (smelter,) = found.partners
    assert found.price == pytest.approx(-25)
    assert smelter.gain(smelter.break_even) == pytest.approx(0, abs=1e-9)


def test_half_a_day_counts_as_half_a_day(path: Path) -> None:
    """A run from midnight to noon of its 31st day lasts 30.5 days, a year of the accounting 365.25."""
    found = bargain(path, "reuse", sets=["time.end=2025-01-31T12:00", "partnerships.deal.start=2025-01-01"])
    assert found.years == pytest.approx(30.5 / 365.25)


@pytest.mark.parametrize(
    ("flow", "variant", "sets", "message"),
    [
        ("reus", None, [], "there is no flow reus, did you mean reuse?"),
        ("tip", None, [], "flows.tip needs a partnership"),
        ("reuse", "linear", [], "not open in variant linear: deal is not agreed on there; it is in circular, scaled"),
        ("reuse", "circle", [], "unknown variant circle, did you mean circular?"),
        ("reuse", None, ["companies.grinder.processes.grind.rate=0 t/day"], "its price has no effect"),
        ("reuse", None, ["partnerships.deal.start=2027-01-01"], "starts on 2027-01-01, and the run ends on 2027-01-01"),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_remedy(
    path: Path, flow: str, variant: str | None, sets: list[str], message: str
) -> None:
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        bargain(path, flow, variant, sets)


HEAT = """
schema: 1
name: heat
time: {start: 2025-01-01, end: 2025-01-11, step: 1 h, report: month}
materials: {}
energy:
  heat: {levels: {warm: 90 degC}}
  gas: {fuel: true, emission_factor: 0.2 t CO2/MWh, price: 40 EUR/MWh}
companies:
  works: {generators: {waste_heat: {gives: heat.warm, capacity: 3 MW}}}
  town: {loads: {heat.warm: 2 MW}, converters: {boiler: {from: gas, gives: heat.warm, efficiency: 0.8}}}
flows:
  pipe: {from: works, to: town, energy: heat.warm, capacity: 1 MW, loss: 0.1, price: 20 EUR/MWh, partnership: deal}
partnerships: {deal: {partners: {works: 1}, capex: 2160 EUR}}
variants: {apart: {partnerships: []}, joint: {}}
"""


def test_a_flow_of_energy_has_its_price_per_mwh_that_arrives(tmp_path: Path) -> None:
    """216 MWh arrive and spare 270 MWh of gas: the works need 10 EUR/MWh for the pipe, the town can pay 50."""
    path = tmp_path / "heat.yaml"
    path.write_text(HEAT, encoding="utf-8")
    found = bargain(path, "pipe")
    assert (found.what, found.unit, found.variant) == ("heat.warm", "MWh", "joint")
    assert found.amount == pytest.approx(216)
    assert found.price == pytest.approx(20)
    assert window(found) == pytest.approx((10, 50, 30))
    assert [partner.gain(30) for partner in found.partners] == pytest.approx([216 * 20] * 2)
