"""The truncated normal distribution: where its parent must lie so that what is drawn has the mean that was written."""

from __future__ import annotations

import math

FARTHEST = 30.0
"""Standard deviations that the parent's location may lie beyond a bound; further out it is no normal any more."""
_ROUNDS = 200


def location_of(mean: float, sd: float, low: float, high: float) -> float | None:
    """Location of the normal distribution that has this mean once it is truncated to [low, high]; None where there is
    none near. A bound may be infinite; low < mean < high, sd > 0.

    The mean of the truncated distribution rises with the location, so that bisection finds it.
    """
    left, right = max(low, mean - FARTHEST * sd) - FARTHEST * sd, min(high, mean + FARTHEST * sd) + FARTHEST * sd
    if not truncated_mean(left, sd, low, high) <= mean <= truncated_mean(right, sd, low, high):
        return None
    for _ in range(_ROUNDS):
        middle = (left + right) / 2
        if middle in (left, right):
            break
        below = truncated_mean(middle, sd, low, high) < mean
        left, right = (middle, right) if below else (left, middle)
    return (left + right) / 2


def truncated_mean(location: float, sd: float, low: float, high: float) -> float:
    """Mean of a normal distribution truncated to [low, high]: Johnson, Kotz and Balakrishnan (1994), 13.10.1."""
    a, b = (low - location) / sd, (high - location) / sd
    return location + sd * (_density(a) - _density(b)) / _between(a, b)


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _between(a: float, b: float) -> float:
    """Probability of [a, b], reckoned in the tail in which it has its digits."""
    if a > 0:
        return _above(a) - _above(b)
    return _above(-b) - _above(-a)


def _above(z: float) -> float:
    return math.erfc(z / math.sqrt(2)) / 2
