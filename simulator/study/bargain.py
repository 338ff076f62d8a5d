"""At which price of a flow do both its partners gain?

As long as no price decides what flows (`rank: cost`), each partner's gain is a straight line of the price of one flow:
two lanes of one run, with the flow's partnerships and without them, tell it whole. Where m tonnes or MWh flow, the
sender gains a + p m and the receiver b − p m; between −a ÷ m and b ÷ m both gain, halfway between equally, and where −a
exceeds b no price will do. No price changes what third parties gain or lose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import UserError
from simulator.scenario.figures import TOTAL
from simulator.scenario.forms import COST
from simulator.scenario.models import EnergyFlow, Flow
from simulator.scenario.wrong import advice
from simulator.study.counterfactual import Case, Comparison, Effect, case, choose, compared, less, require_start

Edge = Flow | EnergyFlow
TRADE = ("sale", "purchase", "gate_fee")
"""Payments that are the price of a flow."""


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
    other_variants: tuple[str, ...]
    """Variants in which the flow is open, too; none where the user named one."""
    without: tuple[str, ...]
    """Partnerships that the comparison does without."""
    sender: Partner | None
    """None where it is a boundary node, like the receiver."""
    receiver: Partner | None
    others: Mapping[str, float]
    """Gains of all companies that do not trade the flow and are touched at all, EUR: no price of it changes them."""
    effect: Effect
    """What the partnerships change at the price of the scenario."""
    amount: float
    """What the flow carries, in `unit`."""
    unit: str
    """t or MWh; prices are in EUR for one."""
    years: float
    price: float
    """What is paid for it in the scenario, on average."""
    namesake: bool
    """Whether a partnership has the same name."""
    steers: bool
    """Whether flows are ranked by cost, so that another price may send goods other ways."""
    take_or_pay: bool
    """Whether some is paid for it: by the sender where the price is negative, by the receiver else."""

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
    def turns(self) -> bool:
        """Whether some price that was found has another payer of `take_or_pay` than the present one."""
        found = [partner.break_even for partner in self.partners] + ([] if self.equal is None else [self.equal])
        return self.take_or_pay and any((price < 0) != (self.price < 0) for price in found)

    @property
    def missing(self) -> float:
        """What both together lose, whatever the price, EUR; 0 where some price lets both gain."""
        return max(0.0, -sum(partner.free_gain for partner in self.partners)) if self.window else 0.0

    @property
    def losers(self) -> Mapping[str, float]:
        """What third parties lose, EUR, above 0."""
        return {name: -gain for name, gain in self.others.items() if gain < 0}

    @property
    def winners(self) -> Mapping[str, float]:
        """What third parties gain, EUR, above 0."""
        return {name: gain for name, gain in self.others.items() if gain > 0}

    @property
    def idle(self) -> bool:
        """Whether nobody gains or loses by anything but the price itself."""
        return not self.others and not any(partner.free_gain for partner in self.partners)

    def total(self, price: float) -> float:
        """What all companies together gain over the run at a price, EUR; of two partners, the same at every price."""
        return sum(partner.gain(price) for partner in self.partners) + sum(self.others.values())


def bargain(path: str | Path, flow: str, variant: str | None = None, sets: Sequence[str] = ()) -> Bargain:
    """Simulate a variant with and without the partnerships of a flow: what can its ends agree on?

    Without `variant`, the one in which the flow is open with the fewest other partnerships. Raises UserError where the
    flow, the variant or the partnership is missing or nothing flows, ScenarioError and BalanceError as any run.
    """
    return bargain_in(case(path, sets), flow, variant)


def bargain_in(of: Case, flow: str, variant: str | None = None) -> Bargain:
    """`bargain` in a file that was read."""
    edge = _flow(of, flow)
    choice = choose(of, f"flows.{flow} is not open", edge.partnership, variant)
    require_start(of, choice.variant, edge.partnership)
    made = compared(of, choice.variant, [edge.partnership])
    if not carried(made, flow)[0]:
        raise UserError(
            f"{of}: flows.{flow} carries nothing in variant {made.variant}, so its price has no effect; look for what "
            "it waits for in `processes` and `stocks` of a run"
        )
    return agreed(made, flow, choice.others)


def _flow(of: Case, name: str) -> Edge:
    flows, companies = of.scenario.world.edges, of.scenario.world.companies
    if name not in flows:
        raise UserError(f"{of}: there is no flow {name}{advice(name, flows)}")
    flow = flows[name]
    if not flow.partnership:
        raise UserError(
            f"{of}: flows.{name} needs a partnership, so that there is a world without it to compare with; "
            "give it one, `partnership: NAME`, and name it under `partnerships`"
        )
    if flow.sender not in companies and flow.receiver not in companies:
        raise UserError(f"{of}: flows.{name} has no company at either end, so nobody gains by its price")
    return flow


def agreed(made: Comparison, name: str, others: tuple[str, ...] = ()) -> Bargain:
    """The bargain over a flow that carries something, where the world without its partnerships is a lane."""
    world = made.made.scenario.world
    flow, (amount, unit) = world.edges[name], carried(made, name)
    effect = made.effect(flow.partnership)
    paid = {node: _paid(made, name, node) for node in (flow.sender, flow.receiver)}
    free = {node: less(effect.gains.get(node, 0.0), price) for node, price in paid.items() if node in world.companies}
    return Bargain(
        flow=name,
        what=flow.material if isinstance(flow, Flow) else flow.energy,
        variant=made.variant,
        other_variants=others,
        without=flow.partnership,
        sender=_partner(flow.sender, free, 1, amount),
        receiver=_partner(flow.receiver, free, -1, amount),
        others={node: gain for node, gain in effect.gains.items() if node not in paid},
        effect=effect,
        amount=amount,
        unit=unit,
        years=made.made.years,
        price=(paid[flow.sender] or -paid[flow.receiver]) / amount,
        namesake=name in world.partnerships,
        steers=any(other.rank == COST for other in world.flows.values()),
        take_or_pay=_fell_short(made, name),
    )


def _partner(node: str, free_gains: Mapping[str, float], sign: int, amount: float) -> Partner | None:
    return Partner(node, free_gains[node], sign, amount) if node in free_gains else None


def carried(made: Comparison, flow: str) -> tuple[float, str]:
    """What a flow carries over the run, and the unit."""
    indicator, unit = ("shipped", "t") if flow in made.made.scenario.world.flows else ("shipped_energy", "MWh")
    table = made.made.tables.indicators
    own = (table["indicator"] == indicator) & (table["variant"] == made.variant) & (table["item"] == flow)
    return float(table.loc[own & (table["period"] == TOTAL), "value"].sum()), unit


def _fell_short(made: Comparison, flow: str) -> bool:
    table = made.made.tables.money
    own = (table["source"] == flow) & (table["variant"] == made.variant)
    return bool((own & (table["category"] == "take_or_pay")).any())


def _paid(made: Comparison, flow: str, node: str) -> float:
    """What a node received for the flow, negative where it paid, EUR."""
    table = made.made.tables.money
    own = (table["source"] == flow) & (table["variant"] == made.variant) & (table["node"] == node)
    return float(table.loc[own & table["category"].isin(TRADE), "money_eur"].sum())
