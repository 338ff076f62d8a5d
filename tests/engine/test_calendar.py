"""When things happen: reviews, arrivals, dated changes, reporting periods."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from simulator.accounting import terms
from simulator.engine import Lane, plans, run_batch
from simulator.engine.calendar import Timeline, periods
from simulator.errors import UserError
from simulator.scenario.numbers import parse_span
from tests.engine.builders import amounts, by_period, closed, read, shipped, simulate, stock, text

HOUR, DAY = 3600, 86400
PERIODS = """
materials: {a: {}, b: {}, c: {}, d: {}}
companies:
  fast: {review_period: 8 hour, inventories: {a: {order_up_to: 1 day}}, processes: {p: {inputs: [a], rate: 6 t/day,
        outputs: {b: 1}}}}
  daily: {processes: {p: {inputs: [b], rate: 6 t/day, outputs: {c: 1}}}}
  weekly: {review_period: 7 day, processes: {p: {inputs: [c], rate: 6 t/day, outputs: {d: 1}}}}
boundary:
  m: {supplies: {a: {}}, demands: {d: {}}}
flows:
  a: {from: m, to: fast, material: a, capacity: 9 t/day, lead_time: 5 hour}
  b: {from: fast, to: daily, material: b}
  c: {from: daily, to: weekly, material: c}
  d: {from: weekly, to: m, material: d}
"""


def test_everyone_acts_at_their_own_instants(tmp_path: Path) -> None:
    """The whole trace of eight days: reviews every 8 hours, daily and weekly, and arrivals 5 hours after an order."""
    scenario = read(tmp_path, text(PERIODS, end="2025-01-09", report="month"))
    (plan,) = plans(scenario, terms(scenario))
    seen: list[tuple[int, str, int]] = []
    run_batch(plan, [Lane("base", 0)], 7, trace=lambda now, what, number: seen.append((now, what, number)))
    reviews = [(n * 8 * HOUR, "review", 0) for n in range(24)] + [(n * DAY, "review", 1) for n in range(8)]
    arrivals = [(n * 8 * HOUR + 5 * HOUR, "arrival", 0) for n in range(24)]
    assert sorted(seen) == sorted([*reviews, (0, "review", 2), (7 * DAY, "review", 2), *arrivals])
    assert [now for now, _, _ in seen] == sorted(now for now, _, _ in seen)


def test_what_they_send_arrives_when_it_should(tmp_path: Path) -> None:
    """The eight-hourly buyer gets 3 t a review, the daily one a day's use, the weekly one a week's."""
    result = simulate(tmp_path, PERIODS, report="8 hour")
    bought = by_period(result, "a")
    first = ["2025-01-01T00:00", "2025-01-01T08:00", "2025-01-01T16:00"]
    assert [bought[period] for period in first] == pytest.approx([3, 3, 3])
    assert set(by_period(result, "b")) <= {f"2025-{m:02}-{d:02}T00:00" for m in range(1, 5) for d in range(1, 32)}
    assert list(by_period(result, "c"))[:2] == ["2025-01-08T00:00", "2025-01-15T00:00"]
    assert by_period(result, "c")["2025-01-15T00:00"] == pytest.approx(42)


@pytest.mark.parametrize(
    ("start", "report", "first"),
    [
        ("2025-01-01", "1 h", "2025-01-01T00:00"),
        ("2025-01-01", "36 h", "2025-01-01T00:00"),
        ("2025-01-01", "90 s", "2025-01-01T00:00:00"),
        ("2025-01-01", "7 day", "2025-01-01"),
        ("2025-01-01T06:00", "1 day", "2025-01-01T06:00"),
        ("2025-01-01T06:00", "6 h", "2025-01-01T06:00"),
    ],
)
def test_all_periods_of_a_run_are_written_alike(start: str, report: str, first: str) -> None:
    """So that `pandas.to_datetime` reads the column."""
    line = Timeline(datetime.fromisoformat(start), 14 * DAY, uniform=False)
    labels = [period.label for period in periods(line, parse_span(report))]
    assert labels[0] == first
    assert {len(label) for label in labels} == {len(first)}
    assert pd.to_datetime(pd.Series(labels)).is_monotonic_increasing


@pytest.mark.parametrize("period", ["8 hour", "1 day", "7 day", "90 min"])
def test_mass_is_conserved_at_every_review_period(tmp_path: Path, period: str) -> None:
    body = PERIODS.replace("8 hour", period)
    result = simulate(tmp_path, body)
    held = sum(
        stock(result, node, item, place)
        for node, items in (("fast", "ab"), ("daily", "bc"), ("weekly", "cd"))
        for item in items
        for place in ("inventory", "transit")
    )
    assert held + shipped(result, "d") == pytest.approx(shipped(result, "a"), rel=1e-12)
    assert shipped(result, "d") > 300


def test_a_lead_time_in_months_is_a_calendar_offset(tmp_path: Path) -> None:
    """Sent on 15 January, there on 15 February; usable at once, as arrivals come before production."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {inventories: {a: {initial: 10 t}}}
      r: {inventories: {a: {order_up_to: 100 t}}, processes: {p: {inputs: [a], rate: 100 t/day, outputs: {b: 1}}}}
    boundary:
      m: {demands: {b: {}}}
    flows:
      move: {from: s, to: r, material: a, lead_time: 1 month}
      sell: {from: r, to: m, material: b}
    """
    assert by_period(simulate(tmp_path, body, start="2025-01-15"), "sell") == {"2025-02-15": 10.0}


def test_a_review_acts_for_the_time_to_the_next_one(tmp_path: Path) -> None:
    """A monthly review runs 31 days' rate in January and 28 in February; the last ends with the run, on 11 April."""
    body = """
    materials: {a: {}, b: {}}
    companies:
      s: {review_period: 1 month, inventories: {a: {initial: 10 kt}}, processes: {p: {inputs: [a], rate: 1 t/day,
            outputs: {b: 1}}}}
    boundary:
      m: {demands: {b: {}}}
    flows:
      sell: {from: s, to: m, material: b}
    """
    expected = {"2025-01-01": 31, "2025-02-01": 28, "2025-03-01": 31, "2025-04-01": 10}
    assert by_period(simulate(tmp_path, body), "sell") == pytest.approx(expected)


def test_nothing_happens_at_the_end(tmp_path: Path) -> None:
    result = simulate(tmp_path, PERIODS, end="2025-01-08", report="week")
    assert set(result.tables.flows["period"].astype(str)) == {"2025-01-01"}
    assert "c" not in set(result.tables.flows["flow"])


PLANT = """
materials: {a: {}, b: {}}
%s
companies:
  s: {inventories: {a: {initial: 10 kt}}, processes: {p: {inputs: [a], rate: %s, outputs: {b: 1},
        energy: {electricity: 1 MWh/t}}}}
energy:
  electricity: {emission_factor: %s}
boundary:
  m: {demands: {b: {%s}}}
flows:
  sell: {from: s, to: m, material: b%s}
"""


def plant(
    rate: str = "10 t/day", factor: str = "0.4 t CO2e/MWh", demand: str = "", flow: str = "", tables: str = ""
) -> str:
    return PLANT % (tables, rate, factor, demand, flow)


def table(unit: str) -> str:
    return f"tables:\n  course: {{file: course.csv, index: date, value: amount, unit: {unit}, outside: hold}}"


COURSE = {"course.csv": "date,amount\n2025-01-01,10\n2025-01-04,20\n2025-01-06,5\n"}


def test_a_partnership_opens_its_flows_and_changes_its_numbers_at_its_start(tmp_path: Path) -> None:
    body = plant(flow=", partnership: deal") + (
        "partnerships:\n  deal: {start: 2025-01-04, set: {companies.s.processes.p.rate: 30 t/day}}\n"
        "variants:\n  off: {partnerships: []}\n  on: {}\n"
    )
    result = simulate(tmp_path, body)
    assert amounts(result, "sell", 5, variant="on") == [0, 0, 0, 60, 30]
    assert shipped(result, "sell", variant="off") == 0


def test_set_and_scale_of_a_partnership_hold_from_the_start_without_a_date(tmp_path: Path) -> None:
    body = plant(flow=", partnership: deal") + (
        "partnerships:\n"
        "  deal: {scale: {companies.s.processes.p.rate: 0.5}}\n"
        "  more: {scale: {companies.s.processes.p.rate: 3}}\n"
    )
    assert amounts(simulate(tmp_path, body), "sell", 3) == [15, 15, 15]


def test_an_intervention_holds_for_its_time(tmp_path: Path) -> None:
    body = (
        plant() + "interventions:\n  strike: {at: 2025-01-03, for: 2 day, scale: {companies.s.processes.p.rate: 0.2}}\n"
    )
    assert amounts(simulate(tmp_path, body), "sell", 6) == [10, 10, 2, 2, 10, 10]


def test_later_interventions_win_and_earlier_ones_come_back(tmp_path: Path) -> None:
    body = plant() + (
        "interventions:\n"
        "  long: {at: 2025-01-02, for: 4 day, set: {companies.s.processes.p.rate: 20 t/day}}\n"
        "  short: {at: 2025-01-03, for: 1 day, set: {companies.s.processes.p.rate: 30 t/day}}\n"
    )
    assert amounts(simulate(tmp_path, body), "sell", 7) == [10, 20, 30, 20, 20, 10, 10]


def test_an_intervention_between_two_reviews_takes_effect_at_the_next(tmp_path: Path) -> None:
    body = plant() + "interventions:\n  late: {at: 2025-01-02T12:00, set: {companies.s.processes.p.rate: 20 t/day}}\n"
    assert amounts(simulate(tmp_path, body), "sell", 4) == [10, 10, 20, 20]


def test_a_rate_follows_a_time_series(tmp_path: Path) -> None:
    result = simulate(tmp_path, plant("{table: course}", tables=table("t/day")), COURSE)
    assert amounts(result, "sell", 7) == [10, 10, 10, 20, 20, 5, 5]


def test_a_demand_follows_a_time_series_and_is_scaled(tmp_path: Path) -> None:
    body = plant("100 t/day", demand="rate: {table: course}", tables=table("t/day"))
    body += "interventions:\n  boom: {at: 2025-01-05, scale: {boundary.m.demands.b.rate: 2}}\n"
    assert amounts(simulate(tmp_path, body, COURSE), "sell", 7) == [10, 10, 10, 20, 40, 10, 10]


@pytest.mark.parametrize("report", ["1 day", "month", "year"])
def test_an_emission_factor_by_table_weighs_as_it_happens(tmp_path: Path, report: str) -> None:
    """10 MWh a day at 10, 10, 10, 20, 20, then 5 t/MWh; doubled from 11 April on, when nothing runs any more."""
    result = simulate(tmp_path, plant(factor="{table: course}", tables=table("t CO2e/MWh")), COURSE, report=report)
    assert result.tables.emissions["emissions_t_co2e"].sum() == pytest.approx(10 * (30 + 40 + 95 * 5))


def test_an_emission_factor_changed_at_a_date_weighs_as_it_happens(tmp_path: Path) -> None:
    body = (
        plant()
        + "interventions:\n  green: {at: 2025-01-11, set: {energy.electricity.emission_factor: 0.1 t CO2e/MWh}}\n"
    )
    for report in ("1 day", "year"):
        result = closed(simulate(tmp_path, body, report=report))
        assert result.tables.emissions["emissions_t_co2e"].sum() == pytest.approx(100 * 0.4 + 900 * 0.1)


@pytest.mark.parametrize(
    ("step", "report", "said"),
    [("1 s", "year", "give a longer time.step or review_period"), ("1 day", "1 s", "report less often")],
)
def test_a_run_beyond_all_measure_is_refused(tmp_path: Path, step: str, report: str, said: str) -> None:
    body = """
    materials: {a: {}}
    companies:
      s: {inventories: {a: {initial: 1 t}}}
    boundary:
      m: {demands: {a: {}}}
    flows:
      sell: {from: s, to: m, material: a}
    """
    with pytest.raises(UserError, match=said):
        simulate(tmp_path, body, step=step, report=report, end="2035-01-01")
