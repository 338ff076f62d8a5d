"""How certain a mean over replications, or over sampled orders of joining, is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """Means with the bounds of their 95 % intervals, not a number where there is no interval; all of one shape."""

    mean: Floats
    low: Floats
    high: Floats


def over_replications(values: Floats) -> Estimate:
    """Mean over the last axis, with the interval of Student's t; values are independent along it.

    A single value has no interval.
    """
    mean = values.mean(axis=-1)
    return _around(mean, _error(values, -1), values.shape[-1] - 1)


def over_both(values: Floats) -> Estimate:
    """Mean over the first axis, that of pairs of orders, and the last, that of replications.

    Every pair of orders is met in every replication, so that the variances of both means add up; what orders and
    replications do together is counted twice, which errs on the safe side.
    """
    of_orders, of_replications = values.mean(axis=-1), values.mean(axis=0)
    squares = _error(of_orders, 0) ** 2
    if values.shape[-1] > 1:
        squares = squares + _error(of_replications, -1) ** 2
    degrees = min(size for size in (values.shape[0], values.shape[-1]) if size > 1) - 1 if max(values.shape) > 1 else 0
    return _around(of_replications.mean(axis=-1), np.sqrt(squares), degrees)


def _error(values: Floats, axis: int) -> Floats:
    """Standard error of a mean along an axis; not a number where there is but one value."""
    n = values.shape[axis]
    if n < 2:
        return np.full(values.mean(axis=axis).shape, np.nan)
    return np.asarray(values.std(axis=axis, ddof=1) / np.sqrt(n))


def _around(mean: Floats, error: Floats, degrees: int) -> Estimate:
    from scipy.special import stdtrit

    half = error * (stdtrit(degrees, 0.5 + CONFIDENCE / 2) if degrees > 0 else np.nan)
    return Estimate(mean, mean - half, mean + half)
