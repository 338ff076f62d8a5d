"""At which price of a flow do both its partners gain?

The kernels know no prices, so each partner's gain is a straight line of the price of one flow: two lanes of one run,
with the flow's partnerships and without them, tell it whole. Where m tonnes or MWh flow, the sender gains a + p m and
the receiver b − p m; between −a ÷ m and b ÷ m both gain, halfway between equally, and where −a exceeds b no price will
do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.accounting.elapsed import integral
from simulator.errors import UserError
from simulator.scenario import load
from simulator.scenario.models import EnergyFlow, Flow
from simulator.scenario.scenario import Scenario, Variant
from simulator.scenario.wrong import advice
from simulator.study.run import Run, run
from simulator.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

Edge = Flow | EnergyFlow
TRADE = ("sale", "purchase", "gate_fee")
"""Payments that are the price of a flow."""
_ROUNDING = 1e-9
"""Part of two sums up to which their difference is rounding."""


@dataclass(frozen=True)
class Partner:
    """A company at one end of the flow."""

    name: str
    free_gain: float
    """What it gains over the run where the flow costs nothing, EUR."""
    sign: int
    """1 where it receives the price, −1 where it pays it."""
    amount: float
    """What the flow carries over the run, t or MWh."""

    @property
    def break_even(self) -> float:
        """Price at which it gains nothing, EUR per t or MWh: the least for the sender, the most for the receiver."""
        return -self.sign * self.free_gain / self.amount

    def gain(self, price: float) -> float:
        """What it gains over the run at a price, EUR."""
        return self.free_gain + self.sign * price * self.amount


@dataclass(frozen=True)
class Bargain:
    """What the partners of a flow can agree on; all sums over the whole run, not discounted."""

    flow: str
    what: str
    """Material or energy carrier."""
    variant: str
    without: tuple[str, ...]
    """Partnerships that the comparison does without."""
    sender: Partner | None
    """None where it is a boundary node, like the receiver."""
    receiver: Partner | None
    others: Mapping[str, float]
    """Gains of all companies that do not trade the flow and are touched at all, EUR: no price of it changes them."""
    amount: float
    """What the flow carries, in `unit`."""
    unit: str
    """t or MWh; prices are in EUR for one."""
    years: float
    price: float
    """What is paid for it in the scenario, on average."""

    @property
    def partners(self) -> tuple[Partner, ...]:
        """Those that are companies, the sender first."""
        return tuple(partner for partner in (self.sender, self.receiver) if partner is not None)

    @property
    def window(self) -> tuple[float, float] | None:
        """Least and greatest price at which nobody of both loses; None where one end is no company."""
        if self.sender is None or self.receiver is None:
            return None
        return self.sender.break_even, self.receiver.break_even

    @property
    def equal(self) -> float | None:
        """Price at which both gain, or lose, the same; None where one end is no company."""
        return sum(self.window) / 2 if self.window else None

    @property
    def missing(self) -> float:
        """What both together lose, whatever the price, EUR; 0 where some price lets both gain."""
        return max(0.0, -sum(partner.free_gain for partner in self.partners)) if self.window else 0.0


def bargain(path: str | Path, flow: str, variant: str | None = None, sets: Sequence[str] = ()) -> Bargain:
    """Simulate a variant with and without the partnerships of a flow: what can its ends agree on?

    Without `variant`, the first of the file in which the flow is open. Raises UserError where the flow, the variant or
    the partnership is missing or nothing flows, ScenarioError and BalanceError as any run.
    """
    scenario = load(path, sets)
    edge = _flow(scenario, flow)
    chosen = _variant(scenario, flow, edge, variant)
    name = _unused(scenario, f"without_{flow}")
    compared = load(path, sets, (name, chosen.name), more={name: _without(scenario, chosen, edge)})
    return _answer(run(compared), flow, edge, chosen.name)


def _flow(scenario: Scenario, name: str) -> Edge:
    flows, companies = scenario.world.edges, scenario.world.companies
    if name not in flows:
        raise UserError(f"{scenario.path}: there is no flow {name}{advice(name, flows)}")
    flow = flows[name]
    if not flow.partnership:
        raise UserError(
            f"{scenario.path}: flows.{name} needs a partnership, so that there is a world without it to compare with; "
            "give it one, `partnership: NAME`, and name it under `partnerships`"
        )
    if flow.sender not in companies and flow.receiver not in companies:
        raise UserError(f"{scenario.path}: flows.{name} has no company at either end, so nobody gains by its price")
    return flow


def _variant(scenario: Scenario, name: str, flow: Edge, wanted: str | None) -> Variant:
    """The variant wanted, else the first in which the flow is open."""
    needed = set(flow.partnership)
    able = {key: variant for key, variant in scenario.variants.items() if needed.issubset(variant.partnerships)}
    if wanted is not None and wanted not in scenario.variants:
        raise UserError(f"{scenario.path}: unknown variant {wanted}{advice(wanted, scenario.variants)}")
    if not able or (wanted is not None and wanted not in able):
        where = f"in variant {wanted}" if wanted else "in any variant"
        remedy = f"; it is in {', '.join(able)}" if able else ""
        names = " and ".join(flow.partnership)
        raise UserError(f"{scenario.path}: flows.{name} is not open {where}: {names} is not agreed on there{remedy}")
    return able[wanted] if wanted else next(iter(able.values()))


def _unused(scenario: Scenario, name: str) -> str:
    return name if name not in scenario.world.variants else _unused(scenario, f"{name}_")


def _without(scenario: Scenario, variant: Variant, flow: Edge) -> dict[str, Any]:
    """The variant as a file would have it, less the partnerships of a flow."""
    written = scenario.world.variants.get(variant.name)
    return {
        "partnerships": [name for name in variant.partnerships if name not in flow.partnership],
        "interventions": list(variant.interventions),
        "set": dict(written.set) if written else {},
        "scale": dict(written.scale) if written else {},
    }


def _answer(made: Run, name: str, flow: Edge, variant: str) -> Bargain:
    gains, (amount, unit) = _gains(made, variant), _amount(made, name, variant)
    if amount <= 0:
        raise UserError(
            f"{made.scenario.path}: flows.{name} carries nothing in variant {variant}, so its price has no effect; "
            "look for what it waits for in `processes` and `stocks` of a run"
        )
    paid = {node: _paid(made, name, variant, node) for node in (flow.sender, flow.receiver)}
    partners = [
        Partner(node, _less(gains.get(node, 0.0), paid[node]), sign, amount)
        if node in made.scenario.world.companies
        else None
        for node, sign in ((flow.sender, 1), (flow.receiver, -1))
    ]
    end = next((node, sign) for node, sign in ((flow.sender, 1), (flow.receiver, -1)) if paid[node] or sign < 0)
    return Bargain(
        flow=name,
        what=flow.material if isinstance(flow, Flow) else flow.energy,
        variant=variant,
        without=flow.partnership,
        sender=partners[0],
        receiver=partners[1],
        others={node: gain for node, gain in gains.items() if node not in paid and gain},
        amount=amount,
        unit=unit,
        years=_years(made),
        price=end[1] * paid[end[0]] / amount,
    )


def _less(gain: float, paid: float) -> float:
    """A gain less what the price of the flow has in it; what rounding leaves of it is nothing."""
    rest = gain - paid
    return rest if abs(rest) > _ROUNDING * max(abs(gain), abs(paid)) else 0.0


def _years(made: Run) -> float:
    time = made.scenario.world.time
    return integral((), time.start, time.end) / DAYS_PER_YEAR


def _gains(made: Run, variant: str) -> dict[str, float]:
    """Every company's gain over the run against the lane without, EUR."""
    table = _totals(made, "gain", variant)
    table = table[(table["item"] == "total") & (table["node"] != "network")]
    return dict(zip(table["node"].astype(str), table["value"].astype(float), strict=True))


def _amount(made: Run, flow: str, variant: str) -> tuple[float, str]:
    """What a flow carries over the run, and the unit."""
    indicator = "shipped" if flow in made.scenario.world.flows else "shipped_energy"
    table = _totals(made, indicator, variant)
    table = table[table["item"] == flow]
    return (float(table["value"].iloc[0]), str(table["unit"].iloc[0])) if len(table) else (0.0, "")


def _totals(made: Run, indicator: str, variant: str) -> pd.DataFrame:
    table = made.tables.indicators
    return table[(table["indicator"] == indicator) & (table["variant"] == variant) & (table["period"] == "total")]


def _paid(made: Run, flow: str, variant: str, node: str) -> float:
    """What a node received for the flow, negative where it paid, EUR."""
    table = made.tables.money
    own = (table["source"] == flow) & (table["variant"] == variant) & (table["node"] == node)
    return float(table.loc[own & table["category"].isin(TRADE), "money_eur"].sum())
