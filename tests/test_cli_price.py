"""What `kreislauf price` says of a flow, of a partnership, and of all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import cli
from simulator.cli import program
from simulator.cli.prices import command, sorted_words

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
flows:
  ore: {from: mine, to: smelter, material: ore}
  sand: {from: mine, to: grinder, material: sand}
  metal: {from: smelter, to: mill, material: metal}
  grit: {from: grinder, to: mill, material: grit}
  tip: {from: smelter, to: dump, material: slag}
  reuse: {from: smelter, to: grinder, material: slag, rank: 1, partnership: deal}
partnerships:
  deal: {title: Slag becomes grit, partners: {smelter: 0.4, grinder: 0.4, broker: 0.2}, capex: 5 kEUR}
  saving: {partners: {grinder: 1}, scale: {companies.grinder.processes.grind.cost: 0.5}}
variants:
  linear: {partnerships: []}
  all: {}
  fair: {partnerships: [deal]}
"""

Said = Callable[..., list[str]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Lines that the command prints for `slag.yaml`, of which a text may be replaced."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, text: str = SLAG) -> list[str]:
        Path("slag.yaml").write_text(text, encoding="utf-8")
        assert cli.main(["price", *words]) == 0
        return capsys.readouterr().out.splitlines()

    return call


def test_a_flow_is_answered_in_a_small_table(said: Said) -> None:
    out = said("reuse", "slag.yaml")
    assert max(map(len, out)) <= 100
    first = out.index("") + 2
    assert [line.split()[0] for line in out[first : first + 4]] == ["smelter", "grinder", "broker", "all"]
    assert any(line.startswith("both gain between") for line in out)


def test_which_variant_was_taken_and_why_is_said(said: Said) -> None:
    assert "fair is the variant with this that has fewest other partnerships; --variant asks for all" in said(
        "reuse", "slag.yaml"
    )
    assert not [line for line in said("reuse", "slag.yaml", "--variant", "all") if "fewest" in line]


def test_third_parties_who_lose_are_named_beside_the_window(said: Said) -> None:
    """The broker pays a fifth of 5 kEUR and gets nothing."""
    out = said("reuse", "slag.yaml")
    place = out.index("no price changes what others lose: broker 1.000 kEUR")
    assert out[place + 1].startswith("all together gain ")


def test_third_parties_who_gain_more_than_both_lose_are_named(said: Said) -> None:
    """Neither end can bear the capex; the broker, who sells dust that the grinder gives away, could."""
    dear = SLAG.replace("smelter: 0.4, grinder: 0.4, broker: 0.2}, capex: 5 kEUR", "smelter: 1}, capex: 1 MEUR")
    dear = dear.replace(
        "mine: {supplies: {ore", "shop: {demands: {dust: {price: 5000 EUR/t}}}\n  mine: {supplies: {ore"
    )
    dear = dear.replace("sand: {}, grit: {}}", "sand: {}, grit: {}, dust: {}}")
    dear = dear.replace("outputs: {grit: 1}", "outputs: {grit: 0.9, dust: 0.1}").replace(
        "  reuse:",
        "  dust: {from: grinder, to: broker, material: dust, partnership: deal}\n"
        "  lost: {from: grinder, to: shop, material: dust, rank: 8, price: 0 EUR/t}\n"
        "  sold: {from: broker, to: shop, material: dust, partnership: deal}\n  reuse:",
    )
    out = said("reuse", "slag.yaml", text=dear)
    assert any(line.startswith("all together gain ") and "for others gain: broker" in line for line in out)


def test_what_is_missing_is_said_for_both_and_with_what_others_lose(said: Said) -> None:
    out = said("reuse", "slag.yaml", "--set", "partnerships.deal.capex=5 MEUR")
    (line,) = [line for line in out if "are missing" in line]
    assert line.startswith("there is no price at which both gain: ")
    both, every = (float(part.split()[0]) for part in line.split(": ")[1].split("; "))
    assert every == pytest.approx(both + 1, abs=1e-3)


def test_a_run_of_less_than_a_year_is_told_in_days_and_below_one_in_hours(said: Said) -> None:
    start = "partnerships.deal.start=2025-01-01"
    days = said("reuse", "slag.yaml", "--set", "time.end=2025-01-31T12:00", "--set", start)
    assert days[0].endswith("in 30.5 days")
    one = said("reuse", "slag.yaml", text=SLAG.replace("end: 2027-01-01", "end: 2026-01-01"))
    assert one[0].endswith("in 1 year")


def test_a_partnership_is_answered_for_every_company_and_the_network(said: Said) -> None:
    out = said("deal", "slag.yaml")
    assert out[0] == "deal: Slag becomes grit"
    firsts = [line.split()[0] for line in out if line]
    assert {"smelter", "grinder", "broker", "emissions", "waste", "not", "reuse"} <= set(firsts)
    assert "next: kreislauf price reuse slag.yaml" in [line.replace(program._program(), "kreislauf") for line in out]


def test_without_a_name_every_partnership_has_a_row(said: Said) -> None:
    out = said("slag.yaml")
    assert max(map(len, out)) <= 110
    table = out[out.index("") + 1 :]
    assert [line.split()[0] for line in table[2:4]] == ["deal", "saving"]
    assert "broker" in table[2]
    assert "nobody" in table[3]
    assert out[-1].endswith("price deal slag.yaml --variant all")


def test_a_partnership_without_flows_says_so(said: Said) -> None:
    assert any(line.startswith("it opens no flow") for line in said("saving", "slag.yaml"))


def test_where_nothing_has_a_price_nobody_gains(said: Said) -> None:
    free = ["boundary.mine.supplies.sand.price=0 EUR/t", "boundary.dump.accepts.slag.fee=0 EUR/t"]
    sets = [word for text in [*free, "partnerships.deal.capex=0 EUR"] for word in ("--set", text)]
    for name in ("reuse", "deal"):
        out = said(name, "slag.yaml", *sets)
        assert any(line.startswith("nobody gains or loses") for line in out)
        assert not [line for line in out if "both gain between" in line]


def test_a_mistake_is_one_red_line_and_exit_code_2(said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    said("saving", "slag.yaml")
    assert cli.main(["price", "reus", "slag.yaml"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "slag.yaml: there is no flow or partnership reus, did you mean reuse?" in err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((None, None), (None, None)),
        (("take_back", None), ("take_back", None)),
        (("my.yaml", None), (None, "my.yaml")),
        (("take_back", "my.yaml"), ("take_back", "my.yaml")),
        (("my.yaml", "take_back"), ("take_back", "my.yaml")),
        (("flows.take_back", None), ("flows.take_back", None)),
        (("results", None), ("results", None)),
    ],
)
def test_a_name_and_a_file_are_told_apart(
    words: tuple[str | None, str | None],
    expected: tuple[str | None, str | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    assert sorted_words(*words) == expected


def test_the_next_command_keeps_file_variant_and_changes() -> None:
    typed = command("kreislauf", "my file.yaml", None, ["a.b=1 t"])
    assert typed("x", None) == "kreislauf price x 'my file.yaml' --set 'a.b=1 t'"
    assert typed("x", "all") == "kreislauf price x 'my file.yaml' --variant all --set 'a.b=1 t'"
    assert command("kreislauf", None, "own", [])("x", "all") == "kreislauf price x --variant own"


def test_where_cost_decides_what_flows_another_price_is_to_be_run(said: Said) -> None:
    """A gain is no straight line of a price by which goods choose their way."""
    ranked = SLAG.replace("material: slag, rank: 1,", "material: slag, rank: cost, price: -5 EUR/t,")
    caution = "flows are ranked by cost: at another price goods may take other ways, so run that price before you agree"
    assert caution in said("reuse", "slag.yaml", text=ranked)
    assert caution not in said("reuse", "slag.yaml")


@pytest.mark.parametrize(("price", "turned"), [("-10 EUR/t", False), ("200 EUR/t", True)])
def test_a_price_across_nought_has_another_payer_of_what_a_contract_lacks(price: str, turned: bool, said: Said) -> None:
    """The smelter pays below 0 what the flow stays short of, the grinder above: no straight line leads across."""
    contract = "contract: {minimum: 2 kt, period: year, take_or_pay: 1 EUR/t}"
    bound = SLAG.replace("material: slag, rank: 1,", f"material: slag, rank: 1, price: {price}, {contract},")
    bound = bound.replace("sand: {price: 30 EUR/t}", "sand: {}")
    caution = "below 0 the sender pays `take_or_pay`, else the receiver: no figure here at a price across 0 holds"
    assert (caution in said("reuse", "slag.yaml", text=bound)) == turned
    assert caution not in said("reuse", "slag.yaml", text=bound.replace("2 kt", "2 t"))
