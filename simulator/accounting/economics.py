"""Investment appraisal: pure functions of yearly sums and a discount rate.

A row of yearly sums begins at t = 0, and that first one is not discounted: it stands for what is paid at once. (The
function NPV of spreadsheets discounts the first sum too; it gives `net_present_value` ÷ (1 + rate).) What is undefined
is not a number, and each function says when.

Definitions after Brealey, Myers and Allen, Principles of Corporate Finance; levelised cost after IEA and NEA,
Projected Costs of Generating Electricity.
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
DUST = 1e-9
"""Part of the largest sum of a row up to which another is rounding."""


def discounted(sums: ArrayLike, rate: float) -> Floats:
    """Each sum's worth at t = 0: sum ÷ (1 + rate)^t, along the last axis."""
    row = np.asarray(sums, dtype=np.float64)
    return np.asarray(row / (1.0 + rate) ** np.arange(row.shape[-1]))


def net_present_value(sums: ArrayLike, rate: float) -> Floats:
    """Sum of what all sums are worth at t = 0, along the last axis; `rate` per year, above −1."""
    return np.asarray(discounted(sums, rate).sum(axis=-1))


def capital_recovery_factor(rate: float, years: float) -> float:
    """Part of a sum that, paid at the end of each of `years`, is worth the sum today: r ÷ (1 − (1 + r)^−n).

    1 ÷ n where the rate is 0. Not a number where `years` is not above 0.
    """
    if not years > 0:
        return nan
    return rate / -np.expm1(-years * np.log1p(rate)) if rate else 1.0 / years


def annuity(capital: float, rate: float, years: float) -> float:
    """Equal yearly sums that repay a capital over its lifetime."""
    return capital * capital_recovery_factor(rate, years)


def payback(sums: ArrayLike) -> Floats:
    """Years from the first sum that is not 0 until the sums so far are no longer negative, and stay so; interpolated.

    Along the last axis.

    The first sum falls on t = 0, every later one is spread over the year before its t. 0 where the sums so far are
    never negative. Not a number where they end negative, and where every sum is 0: nothing to pay back.
    """
    row = np.asarray(sums, dtype=np.float64)
    dust = DUST * np.abs(row).max(axis=-1, keepdims=True, initial=0.0)
    telling, total = np.abs(row) > dust, row.cumsum(axis=-1)
    below = total < -dust
    paid_back = telling.any(axis=-1) & ~below[..., -1]
    return np.where(paid_back, np.where(below.any(axis=-1), _crossing(row, total, below) - _first(telling), 0.0), nan)


def _crossing(row: Floats, total: Floats, below: NDArray[np.bool_]) -> Floats:
    """When the last negative total becomes 0, interpolated; anything where none is negative, or the last one is."""
    count = row.shape[-1]
    last = count - 1 - _first(below[..., ::-1])
    after = np.minimum(last + 1, count - 1)
    here, gained = (np.take_along_axis(of, at[..., None], axis=-1)[..., 0] for of, at in ((total, last), (row, after)))
    return np.asarray(last - here / np.where(gained > 0, gained, 1.0))


def _first(marks: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.asarray(marks.argmax(axis=-1))


def discounted_payback(sums: ArrayLike, rate: float) -> Floats:
    """`payback` of what each sum is worth at t = 0."""
    return payback(discounted(sums, rate))


def levelised_cost(costs: ArrayLike, output: ArrayLike, rate: float) -> Floats:
    """Discounted yearly costs ÷ discounted yearly output, along the last axis.

    With equal years it is (annuity + opex) ÷ output. Not a number where there is no output.
    """
    return quotient(net_present_value(costs, rate), net_present_value(output, rate))


def abatement_cost(cost: ArrayLike, saving: ArrayLike) -> Floats:
    """Additional cost ÷ emissions saved, capital as an annuity.

    Not a number where nothing is saved, or more is emitted. A negative one says that the saving pays for itself, but
    not how good it is: of two, the one that saves more at the same gain has the smaller size, so do not rank them.
    """
    return quotient(cost, saving)


def quotient(amount: ArrayLike, divisor: ArrayLike) -> Floats:
    """Quotient where the divisor is above 0, elsewhere not a number."""
    above, below = np.broadcast_arrays(np.asarray(amount, np.float64), np.asarray(divisor, np.float64))
    return np.asarray(np.divide(above, below, out=np.full(above.shape, nan), where=below > 0))
