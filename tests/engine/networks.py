"""Random networks for laws that hold in all of them: nasty ones included.

A network has one to five companies that share two to four materials, several senders and receivers of each, flows in
parallel and back, processes that feed themselves, uses in the loop, and any of the engine's features anywhere: empty
and full stores, rates and capacities of nothing, masses from a milligram to a gigatonne, dated changes at the instants
of reviews and arrivals. What is drawn loads nearly always: the strategies know what the checks of a scenario forbid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

MATERIALS = ("a", "b", "c", "d")
SUBSTANCES = ("x", "y", "other")
Raw = dict[str, Any]
T = TypeVar("T")


def rarely(*values: T) -> st.SearchStrategy[T | None]:
    """One of some values, but mostly none of them."""
    return st.sampled_from([*[None] * 2 * len(values), *values])


# One draw each, and made once: drawing takes most of the time that an example takes.
CHANGES, FACTOR = st.sampled_from([0, 0, 1, 3]), st.sampled_from([0, 0.5, 3, 1])
SCALES = st.sampled_from([1.0, 1.0, 1.0, 1e-9, 1e-3, 1e6, 1e9])
"""Of the masses of a company, and of the flows to it."""
COUNTS = (1, 2, 3, 5, 8, 12, 1, 4, 0)
COUNT, NO_COUNT, FEW = st.sampled_from(COUNTS), rarely(*COUNTS), st.sampled_from([None, *COUNTS])
TO_TWO, TO_FOUR, TO_FIVE, TO_SEVEN = (st.integers(0, most) for most in (2, 4, 5, 7))
EITHER, SELDOM = st.booleans(), rarely(True)
SPAN = rarely("5 hour", "1 day", "2 day", "36 hour", "7 day")
RANK, NO_RANK = st.sampled_from([None, 1, 5, 9, 3, 2, None, 1, 5, "cost"]), rarely(1, 9, 5)
PRICE = rarely("3 EUR/t", "1 EUR/t")
SHARE = st.sampled_from([None, None, None, None, 0.5, 0.1, 1.0, 0.0])
LOT = rarely(1, 2, 5, 12)
PART = st.sampled_from([0.5, 0.1, 0.25, 0.0])
CONTENT = st.sampled_from([{}, {"x": 1}, {"x": 0.1}, {"y": 0.25, "x": 0.05}, {"x": 1e-7}])
LIMITS = st.sampled_from([{}, {}, {"x": 0.06}, {"x": 0.0}, {"x": 0.2, "y": 0.1}])
COEFFICIENT = st.sampled_from(["number", "number", "substances", "total"])
LAST = st.sampled_from(["rest", "rest", "rest", {"x": 0.0}])
PROCESSES = st.sampled_from([1, 1, 2, 0])
OUTAGES = rarely({"mtbf": "2 day", "mttr": "1 day"})
START_UP = rarely({"duration": "6 hour"})
ROOM = st.sampled_from([None, None, 0, 1, 10])
POLICY = st.sampled_from(["none", "none", "level", "cover", "s_S", "R_Q", "needed"])
START, END = rarely("2025-01-03", "2025-01-05T12:00"), rarely("2025-01-07")
DATE = st.sampled_from(["2025-01-03", "2025-01-04T12:00", "2025-01-05", "2025-02-01", "2025-01-02T05:00"])


@dataclass(frozen=True)
class Pace:
    """When things happen: the head of a scenario, and what goes with it."""

    step: str
    end: str
    days: float
    """Of a step: masses of stocks are so many times those of daily rates."""
    reviews: tuple[str | None, ...]
    settle: str
    calendar: str
    months: tuple[str, ...] = ()
    """Lengths of contracts' periods and of cohorts."""


DAILY = ("9 day", "30 day")
ONCE = (
    Pace("1 day", "2025-01-15", 1, (None, None, "8 hour", "36 hour", "7 day"), "once", "real", DAILY),
    Pace("1 day", "2025-01-15", 1, (None,), "once", "uniform", DAILY),
    Pace("12 hour", "2025-01-08", 0.5, (None, "1 day", "5 hour"), "once", "real", DAILY),
)
QUIET = (
    Pace("1 day", "2025-01-08", 1, (None, None, "8 hour", "36 hour"), "until_quiet", "real", DAILY),
    Pace("1 month", "2025-09-01", 30, (None, None, "10 day", "2 month"), "until_quiet", "real", ("2 month", "1 year")),
    Pace("1 year", "2028-01-01", 365, (None,), "until_quiet", "uniform", ("1 year", "2 year")),
)
PACES = st.sampled_from([*ONCE, *QUIET])


@dataclass(frozen=True)
class Network:
    """A scenario file as plain data."""

    tree: Raw

    @property
    def companies(self) -> Raw:
        companies: Raw = self.tree["companies"]
        return companies

    @property
    def flows(self) -> Raw:
        flows: Raw = self.tree["flows"]
        return flows

    def with_(self, **parts: Any) -> Network:
        """The same network with other sections."""
        return Network({**self.tree, **parts})


@dataclass
class Draft:
    """A network in the making."""

    pace: Pace
    materials: tuple[str, ...]
    scale: dict[str, float]
    """By company."""
    companies: Raw = field(default_factory=dict)
    flows: Raw = field(default_factory=dict)
    held: set[tuple[str, str]] = field(default_factory=set)
    """Companies and materials that something brings there."""

    def mass(self, company: str, count: float) -> str:
        """So many small units of a stock, in the company's measure."""
        return f"{count * self.scale[company] * self.pace.days!r} t"

    def rate(self, company: str, count: float) -> str:
        """So many small units a day."""
        return f"{count * self.scale[company]!r} t/day"

    def period(self, count: int) -> int:
        """Whole steps in days."""
        return int(count * self.pace.days)


def present(**entries: Any) -> Raw:
    """A mapping without what is absent."""
    return {key: entry for key, entry in entries.items() if entry is not None}


@cache
def some_of(*values: str) -> st.SearchStrategy[list[str]]:
    """One to three of some values, in any order."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


@cache
def one_of(*values: str) -> st.SearchStrategy[str]:
    """One of some values."""
    return st.sampled_from(values)


@st.composite
def networks(draw: st.DrawFn, paces: st.SearchStrategy[Pace] = PACES) -> Network:
    """Any network."""
    draft = drafted(draw, draw(paces))
    for company in draft.scale:
        draft.companies[company] = drawn_company(draw, draft, company)
    market = drawn_market(draw, draft)
    for n in range(draw(TO_SEVEN)):
        between(draw, draft, f"f{n}")
    demands, accepts = drawn_exits(draw, draft)
    for material in demands:
        market["demands"][material] = drawn_demand(draw, draft)
    settle_stores(draw, draft)
    return Network(
        head(draft.pace)
        | {
            "substances": ["x", "y"],
            "materials": {name: drawn_material(draw) for name in draft.materials},
            "companies": draft.companies,
            "boundary": {"market": market, "tip": {"accepts": accepts}},
            "flows": draft.flows,
            "interventions": drawn_interventions(draw, draft),
        }
    )


def drafted(draw: st.DrawFn, pace: Pace) -> Draft:
    """Some companies and materials; masses of one measure, or of each company's own."""
    materials = MATERIALS[: 2 + draw(TO_TWO)]
    names = [f"c{n}" for n in range(1 + draw(TO_FOUR))]
    common = draw(SCALES)
    mixed = draw(SELDOM)
    return Draft(pace, materials, {name: draw(SCALES) if mixed else common for name in names})


def head(pace: Pace) -> Raw:
    return {
        "schema": 1,
        "name": "random",
        "seed": 7,
        "settle": pace.settle,
        "calendar": pace.calendar,
        "time": {"start": "2025-01-01", "end": pace.end, "step": pace.step, "report": pace.step},
    }


def drawn_material(draw: st.DrawFn) -> Raw:
    return {"composition": draw(CONTENT)}


def drawn_company(draw: st.DrawFn, draft: Draft, company: str) -> Raw:
    """Up to two processes and a use."""
    review = draw(st.sampled_from(draft.pace.reviews))
    processes = {f"p{n}": drawn_process(draw, draft, company) for n in range(draw(PROCESSES))}
    use = draw(SELDOM)
    uses = {"u": drawn_use(draw, draft, company)} if use or not processes else {}
    return present(review_period=review, processes=processes, uses=uses)


def drawn_process(draw: st.DrawFn, draft: Draft, company: str) -> Raw:
    """Any recipe of any materials, its own output among its inputs at times."""
    several = some_of(*draft.materials)
    outputs = drawn_outputs(draw, draw(several))
    draft.held |= {(company, material) for material in outputs}
    batch = draw(NO_COUNT) or None
    minimum = draw(NO_COUNT)
    outages = draw(OUTAGES)
    return present(
        inputs=drawn_inputs(draw, draw(several)),
        rate=draft.rate(company, draw(COUNT)),
        outputs=outputs,
        releases={"air": "rest"} if "rest" not in outputs.values() else None,
        per=min(outputs) if draw(SELDOM) else None,
        duration=draw(SPAN),
        batch=None if batch is None else draft.mass(company, batch),
        minimum=None if minimum is None else draft.rate(company, minimum / 4),
        rank=draw(NO_RANK),
        scrap=[min(outputs)] if draw(SELDOM) else None,
        outages=outages,
        start_up=draw(START_UP) if outages else None,
    )


def drawn_inputs(draw: st.DrawFn, materials: list[str]) -> Any:
    """One slot, or two with shares; some with limits."""
    if draw(EITHER):
        return materials
    limits = draw(LIMITS)
    if len(materials) == 1 or draw(EITHER):
        return {"feed": present(share=1, any_of=materials, limits=limits or None)}
    share = draw(PART)
    return {
        "feed": present(share=share, any_of=materials[:-1], limits=limits or None),
        "more": {"share": 1 - share, "any_of": materials[-1:]},
    }


def drawn_outputs(draw: st.DrawFn, materials: list[str]) -> Raw:
    """Coefficients that leave the rest to the last output, or to the air."""
    whole = 2.0 if len(materials) == 2 and draw(EITHER) else 1.0
    parts: Raw = {}
    for material in materials[:-1]:
        kind = draw(COEFFICIENT)
        if kind == "number":
            parts[material] = whole * draw(PART)
        elif kind == "total":
            parts[material] = {"total": whole * draw(PART)}
        else:
            parts[material] = {"x": whole * draw(PART), "other": whole * draw(PART)}
    parts[materials[-1]] = draw(LAST)
    return parts


def drawn_use(draw: st.DrawFn, draft: Draft, company: str) -> Raw:
    """Products in service that end as materials, perhaps as the one they are made of."""
    pace = draft.pace
    ends = draw(some_of(*draft.materials))[:2]
    draft.held |= {(company, material) for material in ends}
    wanted = draw(one_of("demand", "demand", "any", "stock"))
    initial = draw(FEW)
    use = present(
        material=draw(one_of(*draft.materials)),
        lifetime=lifetimes(pace.days * (8 if wanted == "stock" else 1))[draw(TO_FOUR)],
        entry=draw(one_of("spread", "middle", "end")),
        cohort="3 day" if pace.days <= 1 and draw(EITHER) else None,
        initial=None if initial is None else draft.mass(company, initial),
        soiling={"y": 0.5} if draw(SELDOM) else None,
        end_of_life={ends[0]: 0.75, ends[1]: 0.25} if len(ends) > 1 else ends[0],
    )
    if wanted == "stock":
        return use | {"stock": draft.mass(company, draw(COUNT)), "excess": draw(one_of("retire", "keep"))}
    return use | {"demand": "any" if wanted == "any" else draft.rate(company, draw(COUNT))}


def lifetimes(days: float) -> list[Raw]:
    """Lifetimes of some steps of so many days."""
    day = max(1.0, days)
    return [
        {"fixed": f"{5 * day} day"},
        {"normal": {"mean": f"{6 * day} day", "sd": f"{4 * day} day"}},
        {"weibull": {"shape": 2, "scale": f"{9 * day} day"}},
        {"lognormal": {"mean": f"{4 * day} day", "sd": f"{8 * day} day"}},
        {"survival": [[f"{day} day", 1], [f"{3 * day} day", 0.4], [f"{90 * day} day", 0]]},
    ]


def drawn_market(draw: st.DrawFn, draft: Draft) -> Raw:
    """A boundary node that supplies some materials to those who use them."""
    supplies: Raw = {}
    taken = sorted({(company, material) for company in draft.companies for material in drawn_on(draft, company)})
    for n, (company, material) in enumerate(taken):
        if not draw(SELDOM):
            rated = draw(TO_FOUR) > 0
            supplies.setdefault(material, {"rate": draft.rate(company, draw(COUNT))} if rated else {})
            flow = drawn_flow(draw, draft, "market", company, material)
            if "rate" not in supplies[material] and "capacity" not in flow:
                flow["capacity"] = draft.rate(company, draw(COUNT))
            draft.flows[f"buy{n}"] = flow
            draft.held.add((company, material))
    return {"supplies": supplies, "demands": {}}


def drawn_on(draft: Draft, company: str) -> set[str]:
    """What processes and uses of a company take."""
    found = {use["material"] for use in draft.companies[company]["uses"].values()}
    return found.union(*(taken(process) for process in draft.companies[company]["processes"].values()))


def taken(process: Raw) -> set[str]:
    """What a process takes."""
    inputs = process["inputs"]
    slots = [inputs] if isinstance(inputs, list) else [slot["any_of"] for slot in inputs.values()]
    return {material for slot in slots for material in slot}


def drawn_flow(draw: st.DrawFn, draft: Draft, sender: str, receiver: str, material: str) -> Raw:
    """Anything between two nodes, in the measure of the company that takes or, at the boundary, gives."""
    measure = receiver if receiver in draft.scale else sender
    capacity, kept = draw(NO_COUNT), draw(NO_COUNT) if sender in draft.scale else None
    return present(
        **{"from": sender, "to": receiver},
        material=material,
        rank=draw(RANK),
        price=draw(PRICE),
        share=draw(SHARE),
        capacity=None if capacity is None else draft.rate(measure, capacity),
        safety_stock=None if kept is None else draft.mass(sender, kept),
        lead_time=draw(SPAN),
        lot_size=draw(LOT),
        contract=drawn_contract(draw, draft, measure),
    )


def drawn_contract(draw: st.DrawFn, draft: Draft, measure: str) -> Raw | None:
    if draw(TO_FIVE):
        return None
    maximum, start = draw(COUNT), draw(START)
    period = draw(one_of(*draft.pace.months))
    bound = {"maximum": draft.mass(measure, maximum), "period": period} if maximum else {}
    return present(**bound, start=start, end=draw(END)) or None


def between(draw: st.DrawFn, draft: Draft, name: str) -> None:
    """A flow of something that one company holds to another, there and back, in parallel, under another name."""
    ways = [(*place, other) for place in sorted(draft.held) for other in draft.companies if other != place[0]]
    if not ways:
        return
    sender, material, receiver = draw(st.sampled_from(ways))
    flow = drawn_flow(draw, draft, sender, receiver, material)
    arrives = draw(one_of(material, material, *draft.materials))
    draft.flows[name] = flow | ({"as": arrives} if arrives != material else {})
    draft.held.add((receiver, arrives))


def drawn_exits(draw: st.DrawFn, draft: Draft) -> tuple[list[str], Raw]:
    """Flows to demands from some places, and out of the system from every place; what is demanded, and accepted."""
    demanded = []
    for n, (company, material) in enumerate(sorted(draft.held)):
        if draw(SELDOM):
            demanded.append(material)
            draft.flows[f"sell{n}"] = drawn_flow(draw, draft, company, "market", material)
        draft.flows[f"tip{n}"] = drawn_flow(draw, draft, company, "tip", material)
    fates = {material: {"fate": "landfill"} for material in draft.materials}
    limited = draw(SELDOM) and draw(one_of(*draft.materials))
    if limited:
        fates[limited] |= {"rate": draft.rate("c0", draw(COUNT))}
    return demanded, fates


def drawn_demand(draw: st.DrawFn, draft: Draft) -> Raw:
    if draw(EITHER):
        return {}
    company = draw(one_of(*sorted(draft.companies)))
    return {"rate": draft.rate(company, draw(COUNT)), "backlog": draw(EITHER)}


def settle_stores(draw: st.DrawFn, draft: Draft) -> None:
    """Declare inventories, with lots that fit their orders and what is there at the start."""
    for company, entry in draft.companies.items():
        entry["inventories"] = {}
        for material in sorted(material for holder, material in draft.held if holder == company):
            entry["inventories"][material] = drawn_inventory(draw, draft, company, material)
    for flow in draft.flows.values():
        if "lot_size" in flow:
            measure = flow["to"] if flow["to"] in draft.scale else flow["from"]
            flow["lot_size"] = draft.mass(measure, flow["lot_size"])
            if "contract" in flow and "maximum" in flow["contract"]:
                flow["contract"]["maximum"] = flow["lot_size"]


def drawn_inventory(draw: st.DrawFn, draft: Draft, company: str, material: str) -> Raw:
    lots = [
        flow["lot_size"]
        for flow in draft.flows.values()
        if flow["to"] == company and flow.get("as", flow["material"]) == material and "lot_size" in flow
    ]
    least = max(lots, default=0)
    initial, safety = draw(FEW), draw(NO_COUNT)
    capacity = draw(ROOM)
    kept = least + capacity if capacity is not None else None
    limited = any("limits" in slot for slot in slots_with(draft, company, material))
    policy = drawn_policy(draw, draft, company, material, least) if may_order(draft, company, material) else {}
    quantity = policy.pop("quantity", 0)
    if quantity and kept is not None:
        kept = max(kept, quantity)
    if quantity:
        for flow in draft.flows.values():
            if flow["to"] == company and flow.get("as", flow["material"]) == material and "lot_size" in flow:
                flow["lot_size"] = 1
        policy["order_quantity"] = draft.mass(company, quantity)
    return present(
        initial=None if initial is None else draft.mass(company, initial),
        capacity=None if kept is None else draft.mass(company, max(kept, safety or 0)),
        safety_stock=None if safety is None else draft.mass(company, safety),
        residence=draw(SPAN),
        fifo=None if limited else draw(SELDOM),
        **policy,
    )


def slots_with(draft: Draft, company: str, material: str) -> list[Raw]:
    """Slots of a company that take a material, of those that may have limits."""
    processes = draft.companies[company]["processes"].values()
    inputs = [process["inputs"] for process in processes if isinstance(process["inputs"], dict)]
    return [slot for slots in inputs for slot in slots.values() if material in slot["any_of"]]


def may_order(draft: Draft, company: str, material: str) -> bool:
    """Whether an order level says by itself which process it holds back; else `makes_to` would have to."""
    processes = draft.companies[company]["processes"].values()
    makers = [process for process in processes if material in process["outputs"]]
    if len(makers) > 1 and "makes_to" not in makers[0]:
        makers[0]["makes_to"] = material
    return len(makers) < 2 or makers[0]["makes_to"] == material


def may_need(draft: Draft, company: str, material: str) -> bool:
    """Whether processes alone take a material, and say what they make; they may still need each other's products."""
    entry = draft.companies[company]
    takers = [process for process in entry["processes"].values() if material in taken(process)]
    used = any(use["material"] == material for use in entry["uses"].values())
    said = all(len(process["outputs"]) == 1 and material not in process["outputs"] for process in takers)
    return bool(takers) and said and not used


def drawn_policy(draw: st.DrawFn, draft: Draft, company: str, material: str, least: int) -> Raw:
    """None, a level, cover, what is needed, (s, S) or (R, Q); never below one lot."""
    kind = draw(POLICY)
    level = max(1, least + draw(COUNT))
    if kind == "level":
        return {"order_up_to": draft.mass(company, level)}
    if kind == "cover" and not least:
        return {"order_up_to": f"{draft.period(draw(TO_TWO))} day"}
    if kind == "needed" and not least and draw(SELDOM) and may_need(draft, company, material):
        return {"order_up_to": "needed"}
    if kind == "s_S":
        return {"order_up_to": draft.mass(company, level), "reorder_at": draft.mass(company, level / 2)}
    if kind == "R_Q":
        return {"reorder_at": draft.mass(company, draw(COUNT)), "quantity": level}
    return {}


def drawn_interventions(draw: st.DrawFn, draft: Draft) -> Raw:
    """Up to three changes, at instants at which others happen too; switches, and factors on rates."""
    processes = [f"companies.{c}.processes.{p}" for c, entry in draft.companies.items() for p in entry["processes"]]
    rates = [f"{path}.rate" for path in processes]
    rates += [f"flows.{name}.capacity" for name, flow in draft.flows.items() if "capacity" in flow]
    switches = [f"{path}.active" for path in (*processes, *(f"flows.{name}" for name in draft.flows))]
    found: Raw = {}
    for n in range(draw(CHANGES)):
        date = draw(DATE)
        change: Raw = {"at": date}
        if draw(EITHER) and rates:
            change["scale"] = {draw(one_of(*rates)): draw(FACTOR)}
            change |= {"for": "2 day"} if draw(EITHER) else {}
        elif switches:
            switched = draw(one_of(*switches))
            switches.remove(switched)
            change["set"] = {switched: False}
        found[f"i{n}"] = change
    return found
