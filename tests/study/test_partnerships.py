"""What a partnership changes, and which one pays: always the variant against the same without that one."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import UserError
from simulator.scenario import load
from simulator.study.bargain import Bargain
from simulator.study.counterfactual import EMISSIONS, NOT_RECYCLED, WASTE, Change
from simulator.study.partnerships import Outlook, Survey, ask
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
  mine: {supplies: {ore: {price: 50 EUR/t}, sand: {price: 30 EUR/t, emission_factor: 20 kg CO2e/t}}}
  mill: {demands: {metal: {price: 200 EUR/t}, grit: {price: 60 EUR/t}}}
  dump: {accepts: {slag: {fate: landfill, fee: 25 EUR/t}}}
flows:
  ore: {from: mine, to: smelter, material: ore}
  sand: {from: mine, to: grinder, material: sand}
  metal: {from: smelter, to: mill, material: metal}
  grit: {from: grinder, to: mill, material: grit}
  tip: {from: smelter, to: dump, material: slag}
  reuse: {from: smelter, to: grinder, material: slag, rank: 1, partnership: deal}
  more: {from: smelter, to: grinder, material: slag, rank: 2, partnership: [deal, saving]}
partnerships:
  deal: {title: Slag becomes grit, partners: {smelter: 0.4, grinder: 0.4, broker: 0.2}, capex: 5 kEUR}
  saving: {partners: {grinder: 1}, scale: {companies.grinder.processes.grind.cost: 0.5}}
  reuse: {partners: {broker: 1}, opex: 1 kEUR/year}
variants:
  linear: {partnerships: []}
  some: {partnerships: [deal, saving], set: {flows.reuse.capacity: 1 t/day}}
  all: {}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "slag.yaml"
    file.write_text(SLAG, encoding="utf-8")
    return file


def asked(path: Path, name: str, variant: str | None = None) -> Outlook:
    found = ask(path, name, variant)
    assert isinstance(found, Outlook)
    return found


def surveyed(path: Path, variant: str | None = None) -> Survey:
    found = ask(path, None, variant)
    assert isinstance(found, Survey)
    return found


def totals(path: Path, indicator: str, variant: str) -> dict[str, float]:
    """An indicator's total by node, from a run of `all` and the same without the deal, written by hand."""
    lacking = SLAG.replace("  all: {}", "  lacking: {partnerships: [saving, reuse]}\n  all: {}")
    path.write_text(lacking, encoding="utf-8")
    table = run(load(path)).tables.indicators
    table = table[(table["indicator"] == indicator) & (table["period"] == "total") & (table["item"] == "total")]
    table = table[table["variant"] == variant]
    return dict(zip(table["node"], table["value"], strict=True))


def test_a_partnership_is_held_against_the_same_variant_without_it(path: Path) -> None:
    effect = asked(path, "deal", "all").effect
    after, before = totals(path, "cash_flow", "all"), totals(path, "cash_flow", "lacking")
    assert effect.gains == pytest.approx({node: after[node] - before[node] for node in effect.gains})
    assert effect.gain == pytest.approx(after["network"] - before["network"])
    emissions = effect.network[EMISSIONS]
    assert emissions.after == pytest.approx(totals(path, "emissions", "all")["network"])
    assert emissions.amount < 0
    assert effect.network[NOT_RECYCLED].amount < effect.network[WASTE].amount + 1


def test_only_companies_whose_cash_flow_changes_are_named_the_winner_first(path: Path) -> None:
    assert list(asked(path, "partnerships.reuse").effect.gains) == ["broker"]
    gains = asked(path, "deal").effect.gains
    assert list(gains) == sorted(gains, key=lambda name: -gains[name])
    assert list(gains)[-1] == "broker"


def test_the_flows_it_opens_are_told_with_their_bargains_where_it_alone_opens_them(path: Path) -> None:
    found = asked(path, "deal")
    assert [one.flow for one in found.bargains] == ["reuse"]
    assert (found.joint, found.empty) == (("more",), ())
    alone = ask(path, "reuse", "some")
    assert isinstance(alone, Bargain)
    assert found.bargains[0].window == pytest.approx(alone.window)


def test_a_flow_that_carries_nothing_is_named(path: Path) -> None:
    path.write_text(SLAG.replace("flows.reuse.capacity: 1 t/day", "flows.reuse.active: false"), encoding="utf-8")
    assert asked(path, "deal", "some").empty == ("reuse",)


def test_a_survey_says_of_every_partnership_what_it_says_when_asked_alone(path: Path) -> None:
    found = surveyed(path)
    assert found.variant == "all"
    assert set(found.effects) == {"deal", "saving", "reuse"}
    for name, effect in found.effects.items():
        alone = asked(path, f"partnerships.{name}", "all").effect
        assert effect.gains == pytest.approx(alone.gains)
        assert effect.network[EMISSIONS].amount == pytest.approx(alone.network[EMISSIONS].amount)
    sums = [effect.gain for effect in found.effects.values()]
    assert sums == sorted(sums, reverse=True)


def test_a_survey_is_of_the_variant_with_most_partnerships_unless_another_is_named(path: Path) -> None:
    assert surveyed(path).other_variants == ("some",)
    some = surveyed(path, "some")
    assert (set(some.effects), some.other_variants) == ({"deal", "saving"}, ())


def test_a_partnership_that_starts_when_the_run_is_over_is_told(path: Path) -> None:
    path.write_text(SLAG.replace("saving: {", "saving: {start: 2030-06-01, "), encoding="utf-8")
    said = "partnerships.saving starts on 2030-06-01, and the run ends on 2027-01-01"
    assert surveyed(path).late == (said,)
    with pytest.raises(UserError, match=said):
        ask(path, "saving")


def test_a_name_that_a_flow_and_a_partnership_share_is_the_flows_and_a_path_says_which(path: Path) -> None:
    flow = ask(path, "reuse")
    assert isinstance(flow, Bargain)
    assert flow.namesake
    assert isinstance(ask(path, "flows.reuse"), Bargain)
    assert asked(path, "partnerships.reuse").effect.gains == pytest.approx({"broker": -1000 * 730 / 365.25})


@pytest.mark.parametrize(
    ("name", "variant", "message"),
    [
        ("saveing", None, "there is no flow or partnership saveing, did you mean saving?"),
        ("rueses", None, "there is no flow or partnership rueses, did you mean reuse?"),
        ("flows.saving", None, "there is no flow saving"),
        ("partnerships.tip", None, "there is no partnership tip"),
        ("tip", None, "flows.tip needs a partnership"),
        ("saving", "linear", "saving is not agreed on there; it is in some, all"),
        ("saving", "same", "unknown variant same, did you mean some?"),
        (None, "linear", "variant linear has no partnerships; ask for some, all"),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_remedy(
    path: Path, name: str | None, variant: str | None, message: str
) -> None:
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        ask(path, name, variant)


def test_what_rounding_leaves_is_no_change() -> None:
    assert Change(0.1 + 0.2, 0.3).amount == 0
    assert Change(0, 5).part is None
    assert Change(4, 5).part == pytest.approx(0.25)
