"""How long products stay in use: survival at the ends of a cohort's intervals.

Closed forms throughout; the mean of the survival function over an interval follows from the limited expected value
E[min(T, x)] = ∫₀ˣ SF (Klugman, Panjer and Willmot, Loss Models, appendix A).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.scenario.entered import Vintages
from simulator.scenario.lifetimes import Folded, Gamma, Lifetime, MeanSd, Survivors, Weibull
from simulator.scenario.numbers import Number

Floats = NDArray[np.float64]
GONE = 1e-15
"""Survival below which a stationary stock holds no older cohort."""
LONGEST = 1_000_000
"""Intervals after which nobody looks whether anything is left, for lifetimes that hardly end."""
ENTERS: Mapping[str, float] = {"start": 0.0, "middle": 0.5, "spread": 0.5, "end": 1.0}
"""Part of its interval that is over when a cohort enters, for all of it; spread, on average."""
OUTLIVED = 1e-9
"""Part of a vintage below which none of it should be left."""


@dataclass(frozen=True)
class Survival:
    """A lifetime's survival function and its integral from 0, both over ages in days."""

    at: Callable[[Floats], Floats]
    integral: Callable[[Floats], Floats]


def survival(lifetime: Lifetime) -> Survival:
    """The survival function of the one distribution that a lifetime names."""
    for name, make in _DISTRIBUTIONS.items():
        parameters = getattr(lifetime, name)
        if parameters is not None:
            return make(parameters)
    raise AssertionError("a validated lifetime names one distribution")


def at_ends(lifetime: Lifetime, entry: str, interval: float, count: int) -> Floats:
    """Part of a cohort in service at the end of its k-th interval, k = 0 … count − 1, shape (count,), 1.

    `interval` is in days. S(k) is SF(k+1), SF(k+½), SF(k), or the mean of SF over [k, k+1], for cohorts that enter at
    the start, in the middle, at the end of their interval, or spread over it.
    """
    curve = survival(lifetime)
    k = np.arange(count, dtype=np.float64)
    if entry == "spread":
        return np.asarray(np.diff(curve.integral(np.arange(count + 1.0) * interval)) / interval)
    return curve.at((k + (1.0 - ENTERS[entry])) * interval)


def initial_losses(lifetime: Lifetime, entry: str, interval: float, count: int) -> Floats:
    """Part of a stationary stock that retires in each of the first `count` intervals, shape (count,), 1.

    Under constant inflow the stock at an interval's end is ΣS(k) times the inflow, and of the cohorts in it S(n) times
    the inflow retires in interval n: the sum over cohorts of S(j + n) − S(j + n + 1) telescopes.
    """
    ends = until_gone(lifetime, entry, interval, count)
    total = ends.sum()
    return np.asarray(ends[:count] / total) if total > 0 else np.eye(1, count)[0]


def until_gone(lifetime: Lifetime, entry: str, interval: float, least: int) -> Floats:
    """As `at_ends`, of at least so many intervals and until nothing is left, shape (intervals,)."""
    length = least
    while True:
        ends = at_ends(lifetime, entry, interval, length)
        if ends[-1] < GONE or length > LONGEST:
            return ends
        length *= 2


def left_of(lifetime: Lifetime, entry: str, found: Vintages) -> Floats:
    """What of each vintage is still in service at the start of a run, t, shape (vintages,)."""
    amounts = np.array(found.amounts)
    return amounts * left_at(lifetime, entry, found, np.zeros(1))[:, 0] if found.entered else amounts


def vintage_losses(lifetime: Lifetime, entry: str, found: Vintages, interval: float, count: int) -> Floats:
    """Part of an initial stock of these vintages that retires in each of the first `count` intervals, shape (count,).

    The entry convention holds within the interval of each vintage. What is left of one that has outlived its lifetime
    retires in the first interval.
    """
    left = left_of(lifetime, entry, found)
    remains = left_at(lifetime, entry, found, np.arange(count + 1.0) * interval)
    length = np.array(found.oldest) - np.array(found.youngest)
    alive = remains[:, 0] > OUTLIVED * length
    part = np.divide(remains, remains[:, :1], out=np.zeros_like(remains), where=alive[:, None])
    part[:, 0] = 1.0
    total = left.sum()
    return left @ -np.diff(part, axis=1) / total if total > 0 else np.eye(1, count)[0]


def left_at(lifetime: Lifetime, entry: str, found: Vintages, times: Floats) -> Floats:
    """What is left of each vintage at times after the start, per t/day that entered, shape (vintages, times), days."""
    oldest, youngest = np.array(found.oldest)[:, None], np.array(found.youngest)[:, None]
    curve = survival(lifetime)
    if entry == "spread":
        return curve.integral(oldest + times) - curve.integral(youngest + times)
    return (oldest - youngest) * curve.at(age_of(entry, oldest, youngest) + times)


def age_of(entry: str, oldest: Floats, youngest: Floats) -> Floats:
    """Age of what entered between two ages; of what is spread between them the mean."""
    return oldest * (1.0 - ENTERS[entry]) + youngest * ENTERS[entry]


def _fixed(length: Number) -> Survival:
    life = length.value
    return Survival(lambda t: np.where(t < life, 1.0, 0.0), lambda t: np.minimum(t, life))


def _normal(parameters: MeanSd) -> Survival:
    """Not folded: what would retire before it enters leaves at once."""
    return _gauss(parameters.mean.value, parameters.sd.value)


def _folded(parameters: Folded) -> Survival:
    """P(|X| > t) = P(X > t) + P(−X > t): a normal of the mean and one of its negative."""
    mean, sd = parameters.mean.value, parameters.sd.value
    one, other = _gauss(mean, sd), _gauss(-mean, sd)
    return Survival(lambda t: one.at(t) + other.at(t), lambda t: one.integral(t) + other.integral(t))


def _gauss(mean: float, sd: float) -> Survival:
    from scipy.special import ndtr

    def density(z: Floats) -> Floats:
        return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi))

    def at(t: Floats) -> Floats:
        return np.asarray(ndtr((mean - t) / sd))

    def integral(t: Floats) -> Floats:
        z, z0 = (t - mean) / sd, np.float64(-mean / sd)
        partial = mean * (ndtr(z) - ndtr(z0)) - sd * (density(z) - density(np.asarray(z0)))
        return np.asarray(t * at(t) + partial)

    return Survival(at, integral)


def _lognormal(parameters: MeanSd) -> Survival:
    """By mean and standard deviation of the lifetime itself."""
    from scipy.special import ndtr

    mean, sd = parameters.mean.value, parameters.sd.value
    variance = np.log1p((sd / mean) ** 2)
    sigma, mu = np.sqrt(variance), np.log(mean) - variance / 2.0

    def z(t: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(t) - mu) / sigma)

    def at(t: Floats) -> Floats:
        return np.asarray(ndtr(-z(t)))

    def integral(t: Floats) -> Floats:
        return np.asarray(mean * ndtr(z(t) - sigma) + t * at(t))

    return Survival(at, integral)


def _weibull(parameters: Weibull) -> Survival:
    from scipy.special import gamma, gammainc

    shape, scale = parameters.shape.value, parameters.scale.value

    def power(t: Floats) -> Floats:
        with np.errstate(over="ignore"):  # all have failed by then
            return np.asarray((t / scale) ** shape)

    def at(t: Floats) -> Floats:
        return np.asarray(np.exp(-power(t)))

    def integral(t: Floats) -> Floats:
        powered = power(t)
        return np.asarray(scale * gamma(1 + 1 / shape) * gammainc(1 + 1 / shape, powered) + t * np.exp(-powered))

    return Survival(at, integral)


def _gamma(parameters: Gamma) -> Survival:
    from scipy.special import gammainc, gammaincc

    shape, scale = parameters.shape.value, parameters.scale.value

    def at(t: Floats) -> Floats:
        return np.asarray(gammaincc(shape, t / scale))

    def integral(t: Floats) -> Floats:
        return np.asarray(shape * scale * gammainc(shape + 1, t / scale) + t * at(t))

    return Survival(at, integral)


def _table(given: Survivors) -> Survival:
    """Straight lines between the ages; their integral is a sum of trapezes."""
    ages, parts = np.array([0.0, *given.ages]), np.array([1.0, *given.parts])
    areas = np.concatenate([[0.0], np.cumsum(np.diff(ages) * (parts[1:] + parts[:-1]) / 2)])

    def at(t: Floats) -> Floats:
        return np.asarray(np.interp(t, ages[1:], parts[1:]))

    def integral(t: Floats) -> Floats:
        before = np.searchsorted(ages, t, side="right") - 1
        return np.asarray(areas[before] + (np.minimum(t, ages[-1]) - ages[before]) * (parts[before] + at(t)) / 2)

    return Survival(at, integral)


_DISTRIBUTIONS: dict[str, Callable[..., Survival]] = {
    "fixed": _fixed,
    "normal": _normal,
    "folded_normal": _folded,
    "lognormal": _lognormal,
    "weibull": _weibull,
    "gamma": _gamma,
    "survival": _table,
}
