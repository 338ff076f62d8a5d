"""What a flow, a partnership, or every partnership pays and for whom, as text: small tables and what they say."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import floor, log10

from simulator.cli.summary import NOBODY, number, scale
from simulator.study.bargain import Bargain, Partner
from simulator.study.counterfactual import EMISSIONS, NOT_RECYCLED, WASTE, Effect
from simulator.study.partnerships import FLOWS, PARTNERSHIPS, Answer, Outlook, Survey
from simulator.units import DAYS_PER_YEAR

Command = Callable[[str, str | None], str]
"""What to type next for a name, in a variant where one has to be said."""
UNITS = {EMISSIONS: "t CO2e", WASTE: "t", NOT_RECYCLED: "t"}
"""What is said of the network, in this order, and its units in the tables."""
ALL = "all together"
IDLE = (
    "nobody gains or loses, whatever the price moves between them: nothing else that changes has a price here",
    "write what things cost (`price`, `fee`, `cost`, `capex`), and ask again",
)


def sorted_words(name: str | None, file: str | None) -> tuple[str | None, str | None]:
    """Name and file, whichever comes first: the name may be left out, and a file is told by being there or its end."""
    if name is None or not _is_file(name):
        return name, file
    return file, name


def _is_file(word: str) -> bool:
    """An id is a name, also where a file or folder is called the same; pathlib raises where a word is too long."""
    named = re.fullmatch(r"((flows|partnerships)\.)?[a-z][a-z0-9_]*", word)
    return not named and (word.endswith((".yaml", ".yml")) or os.path.exists(word))  # noqa: PTH110


def command(program: str, file: str | None, variant: str | None, sets: Sequence[str]) -> Command:
    """How a user who asked so asks for something else: the same file, variant and changed numbers."""

    def typed(name: str, needed: str | None) -> str:
        named = ["--variant", variant or needed] if variant or needed else []
        changed = [word for text in sets for word in ("--set", text)]
        return f"{program} price {shlex.join([name, *([file] if file else []), *map(str, named), *changed])}"

    return typed


def answer(found: Answer, command: Command) -> tuple[str, ...]:
    """The lines to print."""
    if isinstance(found, Survey):
        return tuple(_survey(found, command))
    return tuple(_outlook(found, command) if isinstance(found, Outlook) else _bargain(found, command))


def _bargain(found: Bargain, command: Command) -> Iterator[str]:
    names = " and ".join(found.without)
    yield f"{found.flow}: {number(found.amount)} {found.unit} of {found.what} in {span(found.years)}"
    yield f"gains of {found.variant} against the same without {names}, not discounted"
    yield from _plainest(found.variant, found.other_variants)
    yield ""
    yield from _prices(found)
    yield ""
    yield from _verdict(found)
    yield f"the network: {', '.join(_changes(found.effect))}"
    if found.steers:
        yield "flows are ranked by cost: at another price goods may take other ways, so run that price before you agree"
    if found.turns:
        yield "below 0 the sender pays `take_or_pay`, else the receiver: no figure here at a price across 0 holds"
        yield f"run such a price: --set 'flows.{found.flow}.price=…'"
    if found.namesake:
        yield f"{found.flow} is a partnership, too: {command(PARTNERSHIPS + found.flow, None)}"


def _outlook(found: Outlook, command: Command) -> Iterator[str]:
    yield f"{found.name}: {found.title}"
    yield f"gains of {found.variant} against the same without {found.name}, not discounted"
    yield from _plainest(found.variant, found.other_variants)
    yield ""
    yield from aligned(list(_company_rows(found)))
    yield ""
    if not found.effect.gains:
        yield from IDLE
    yield from _flows(found, command)
    if found.namesake:
        yield f"{found.name} is a flow, too: {command(FLOWS + found.name, None)}"


def _survey(found: Survey, command: Command) -> Iterator[str]:
    yield f"the partnerships of {found.variant}, each against the same without that one"
    yield f"sums over {span(found.years)}, not discounted; they do not add up where partnerships meet"
    if found.other_variants:
        more = f"--variant asks for {', '.join(found.other_variants)}"
        yield f"{found.variant} is the variant with most partnerships; {more}"
    yield ""
    yield from aligned(_survey_rows(found))
    yield ""
    yield from found.late
    if not any(effect.gains for effect in found.effects.values()):
        yield from IDLE
    yield f"one of them, for every company: {command(next(iter(found.effects)), found.variant)}"


def _plainest(variant: str, others: Sequence[str]) -> Iterator[str]:
    """Why this variant was taken, where others would have done."""
    if others:
        why = "the variant with this that has fewest other partnerships"
        yield f"{variant} is {why}; --variant asks for {', '.join(others)}"


def span(years: float) -> str:
    """How long a run lasts: in years, below one in days, below one in hours."""
    steps = ((years, "year"), (years * DAYS_PER_YEAR, "day"))
    size, unit = next(((size, unit) for size, unit in steps if size > 0.995), (years * DAYS_PER_YEAR * 24, "hour"))
    text = f"{round(size, 2):.3g}"
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


def _price(found: Bargain, price: float) -> str:
    return f"{number(price)} EUR/{found.unit}"


def _money(value: float) -> str:
    unit, size = scale("EUR", [value])
    return f"{number(value / size)} {unit}"


def _prices(found: Bargain) -> Iterator[str]:
    """Gains at the price of the scenario, and at the one that both gain the same by."""
    prices = [found.price] if found.idle or found.equal is None else [found.price, found.equal]
    totals = [found.total(price) for price in prices]
    unit, size = scale("EUR", [*(partner.gain(price) for partner in found.partners for price in prices), *totals])
    head = (f"gain ({unit})", "positive where the price is", f"at {_price(found, found.price)} (now)")
    rows = [_row(found, partner, prices, size) for partner in found.partners]
    rows += [(name, "", *[number(gain / size)] * len(prices)) for name, gain in sorted(found.others.items())]
    rows.append((ALL, "", *(number(total / size) for total in totals)))
    yield from aligned([(*head, *[f"at {_price(found, price)}" for price in prices[1:]]), *rows])


def _row(found: Bargain, partner: Partner, prices: Sequence[float], size: float) -> tuple[str, ...]:
    bound = "" if found.idle else f"{_side(partner)} {_price(found, partner.break_even)}"
    return (partner.name, bound, *(number(partner.gain(price) / size) for price in prices))


def _side(partner: Partner) -> str:
    return "above" if partner.sign > 0 else "below"


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """Columns side by side, the first so many to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (
            cell.ljust(width) if n < left else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()


def _verdict(found: Bargain) -> Iterator[str]:
    if found.idle:
        yield from IDLE
        return
    if found.window is None:
        partner = found.partners[0]
        bound = _price(found, partner.break_even)
        yield f"{partner.name} gains {_side(partner)} {bound}; the other end is outside the network"
    elif found.missing > 0:
        yield f"there is no price at which both gain: {_lack(found)}"
    else:
        low, high = found.window
        equal = _price(found, found.equal or 0.0)
        yield f"both gain between {number(low)} and {_price(found, high)}; at {equal} they gain the same"
    yield from _third_parties(found)
    yield "the receiver pays a price above 0; below 0 it is a gate fee, which the sender pays"


def _lack(found: Bargain) -> str:
    """What is missing for both to gain, and, with third parties who lose, for nobody to lose."""
    both = f"{_money(found.missing)} are missing, {_price(found, found.missing / found.amount)}"
    every = found.missing + sum(found.losers.values())
    return f"{both}; {_money(every)} with what others lose" if found.losers else both


def _third_parties(found: Bargain) -> Iterator[str]:
    """Who loses whatever the price; what all together gain, where somebody loses at every price."""
    if found.losers:
        yield f"no price changes what others lose: {_each(found.losers)}"
    if found.losers or found.missing:
        total = found.total(found.price)
        winners = found.winners if found.missing else {}
        because = f", for others gain: {_each(winners)}" if winners and total > 0 else ""
        yield f"all together {_verb(total)} {_money(abs(total))}{because}"


def _each(sums: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_money(value)}" for name, value in sorted(sums.items()))


def _verb(gain: float) -> str:
    return "gain" if gain >= 0 else "lose"


def _changes(effect: Effect) -> Iterator[str]:
    """What changes in the network, each in the unit in which it reads well."""
    for name, unit in UNITS.items():
        change = effect.network[name]
        step, size = scale(unit, [change.amount])
        amount = f"{_signed(change.amount / size)} {step}" if change.amount else "unchanged"
        yield f"{name} {amount}{_part(change.part, ' ({} %)')}"


def _part(part: float | None, form: str) -> str:
    """A change in per cent; empty where there is none."""
    return form.format(f"{100 * part:+.1f}") if part and abs(part) >= 0.0005 else ""


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value)}"


def alike(values: Sequence[float], digits: int = 4) -> list[str]:
    """Signed numbers with as many decimals each as the largest needs for so many digits."""
    decimals = _decimals(values, digits)
    return [f"{value:+,.{decimals}f}" if round(value, decimals) else "0" for value in values]


def _decimals(values: Sequence[float], digits: int = 4) -> int:
    largest = max(map(abs, values), default=0.0)
    return max(0, digits - 1 - floor(log10(largest))) if largest else 0


def _company_rows(found: Outlook) -> Iterator[tuple[str, ...]]:
    """Gains of the companies over the run and in a mean year, then the network."""
    gains = {**found.effect.gains, ALL: found.effect.gain}
    unit, size = scale("EUR", list(gains.values()))
    yearly = found.years > 1
    yield (f"gain ({unit})", f"in {span(found.years)}", "a year" if yearly else "", "")
    sums = alike([gain / size for gain in gains.values()])
    means = alike([gain / size / found.years for gain in gains.values()]) if yearly else [""] * len(gains)
    yield from ((name, whole, mean, "") for name, whole, mean in zip(gains, sums, means, strict=True))
    yield ("", "", "", "")
    yield ("the network", "", "", "%")
    for name, unit in UNITS.items():
        change = found.effect.network[name]
        step, size = scale(unit, [change.amount])
        cells = [change.amount / size, change.amount / size / found.years]
        whole, mean = (_signed(cell) if cell else "0" for cell in cells)
        yield (f"{name} ({step})", whole, mean if yearly else "", _part(change.part, "{}") or "0")


def _flows(found: Outlook, command: Command) -> Iterator[str]:
    """The flows that the partnership opens, between which prices both ends gain, and how to ask for each."""
    if not found.bargains and not found.joint and not found.empty:
        yield "it opens no flow, so there is no price to agree on but the shares in its costs"
    if found.bargains:
        head = ("flow it opens", "carries", "price now", "gain where it is")
        yield from aligned([head, *(_flow_row(one) for one in found.bargains)])
        yield from ["each with the prices of the others as they are"] if len(found.bargains) > 1 else []
        yield ""
    yield from (f"{name} carries nothing" for name in found.empty)
    yield from (f"next: {command(one.flow, None)}" for one in found.bargains)
    yield from (f"next: {command(name, found.variant)} (needs another partnership, too)" for name in found.joint)


def _flow_row(found: Bargain) -> tuple[str, ...]:
    return (found.flow, f"{number(found.amount)} {found.unit}", _price(found, found.price), _where(found))


def _where(found: Bargain) -> str:
    """For which prices the ends of a flow gain."""
    if found.idle:
        return "-"
    if found.window is None:
        (partner,) = found.partners
        return f"{partner.name}: {_side(partner)} {_price(found, partner.break_even)}"
    low, high = found.window
    return "both: nowhere" if found.missing else f"both: {number(low)} to {_price(found, high)}"


def _survey_rows(found: Survey) -> list[tuple[str, ...]]:
    """A row per partnership: gain of all together, who gains and who loses most, and the network."""
    effects = list(found.effects.values())
    sums = [effect.gain for effect in effects]
    unit, size = scale("EUR", sums)
    decimals = _decimals([gain / size for gain in sums])
    most, least = ([_end(effect.gains, sign, size, decimals) for effect in effects] for sign in (1, -1))
    columns = [_network_column(effects, name) for name in UNITS]
    names = ("partnership", "gain", "gains most", "loses most", *UNITS)
    units = ("", unit, unit, unit, *(column[0] for column in columns))
    gains = alike([gain / size for gain in sums])
    rows = zip(found.effects, gains, most, least, *(column[1:] for column in columns), strict=True)
    return [names, units, *rows]


def _end(gains: Mapping[str, float], sign: int, size: float, decimals: int) -> str:
    """Who gains most, or with −1 loses most, and how much."""
    name = max(gains, key=lambda one: sign * gains[one], default="")
    return f"{name} {gains[name] / size:+,.{decimals}f}" if name and sign * gains[name] > 0 else NOBODY


def _network_column(effects: Sequence[Effect], name: str) -> list[str]:
    """The unit, then a change for each partnership."""
    unit, size = scale(UNITS[name], [effect.network[name].amount for effect in effects])
    return [unit, *alike([effect.network[name].amount / size for effect in effects])]
