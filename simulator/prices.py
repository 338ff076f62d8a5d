"""At which price both partners of a flow gain, as text: a small table and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.study.bargain import Bargain, Partner
from simulator.summary import number, scale


def answer(found: Bargain) -> tuple[str, ...]:
    """The lines to print."""
    names = " and ".join(found.without)
    return (
        f"{found.flow}: {number(found.amount)} {found.unit} of {found.what} in {found.years:.3g} years",
        f"gains of {found.variant} against the same without {names}, not discounted",
        "",
        *_table(found),
        "",
        *_sentences(found),
    )


def _price(found: Bargain, price: float) -> str:
    return f"{number(price)} EUR/{found.unit}"


def _table(found: Bargain) -> Iterator[str]:
    prices = [found.price] if found.equal is None else [found.price, found.equal]
    unit, size = scale("EUR", [partner.gain(price) for partner in found.partners for price in prices])
    head = (f"gain ({unit})", "positive where the price is", f"at {_price(found, found.price)} (now)")
    rows = [_row(found, partner, prices, size) for partner in found.partners]
    rows += [(name, "", *[number(gain / size)] * len(prices)) for name, gain in sorted(found.others.items())]
    yield from _aligned([(*head, *[f"at {_price(found, price)}" for price in prices[1:]]), *rows])


def _row(found: Bargain, partner: Partner, prices: Sequence[float], size: float) -> tuple[str, ...]:
    bound = f"{'above' if partner.sign > 0 else 'below'} {_price(found, partner.break_even)}"
    return (partner.name, bound, *(number(partner.gain(price) / size) for price in prices))


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def _sentences(found: Bargain) -> Iterator[str]:
    if found.window is None:
        partner = found.partners[0]
        word = "above" if partner.sign > 0 else "below"
        yield f"{partner.name} gains {word} {_price(found, partner.break_even)}; the other end is outside the network"
    elif found.missing > 0:
        each = _price(found, found.missing / found.amount)
        unit, size = scale("EUR", [found.missing])
        yield f"there is no price at which both gain: {number(found.missing / size)} {unit} are missing, {each}"
    else:
        low, high = found.window
        equal = _price(found, found.equal or 0.0)
        yield f"both gain between {number(low)} and {_price(found, high)}; at {equal} they gain the same"
    yield "the receiver pays a price above 0; below 0 it is a gate fee, which the sender pays"
