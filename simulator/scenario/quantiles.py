"""Inverse distribution functions: a uniform number in, a drawn value out, for every kind of distribution.

Each takes the parameters of its kind, the mean, and uniforms in (0, 1) of any shape, and gives values of that shape in
the unit of the parameters. Sources: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions (1994/1995).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

Quantile: TypeAlias = "Callable[[Mapping[str, Any], float, Floats], Floats]"
_SMALL = 1e-100
"""Below it a gamma quantile is its limit, to the last digit."""


def _triangular(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    import numpy as np

    low, mode, high = p["low"], p["mode"], p["high"]
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u * width < mode - low, rising, falling)  # type: ignore[no-any-return]


def _uniform(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    return p["low"] + u * (p["high"] - p["low"])  # type: ignore[no-any-return]


def _normal(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    """Truncated where it has bounds: the uniform then runs over the part of the parent that is left."""
    from scipy.special import ndtr, ndtri

    location, sd = p.get("location", p["mean"]), p["sd"]
    if sd == 0:
        return 0.0 * u + location  # type: ignore[no-any-return]
    low = (p["low"] - location) / sd if "low" in p else -float("inf")
    high = (p["high"] - location) / sd if "high" in p else float("inf")
    if low > 0:
        # The upper tail mirrored: near 1 a distribution function has no digits left.
        upper, lower = ndtr(-low), ndtr(-high)
        return location - sd * ndtri(upper - u * (upper - lower))  # type: ignore[no-any-return]
    lower, upper = ndtr(low), ndtr(high)
    return location + sd * ndtri(lower + u * (upper - lower))  # type: ignore[no-any-return]


def _lognormal(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    from scipy.special import ndtri

    return p["median"] * p["gsd"] ** ndtri(u)  # type: ignore[no-any-return]


def _beta(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    from scipy.special import betaincinv

    return p["low"] + (p["high"] - p["low"]) * betaincinv(p["alpha"], p["beta"], u)  # type: ignore[no-any-return]


def _dirichlet(p: Mapping[str, Any], mean: float, u: Floats) -> Floats:
    import numpy as np

    return np.exp(log_part(p["concentration"] * mean, u))


def _choice(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    """Values in ascending order, so that numbers with one shared draw rise together."""
    import numpy as np

    values, weights = np.array(p["values"]), np.array(p["weights"])
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0]
    edges = np.cumsum(weights[order])[:-1]
    return values[order][np.searchsorted(edges, u, side="right")]


def _empirical(p: Mapping[str, Any], _mean: float, u: Floats) -> Floats:
    import numpy as np

    values = np.sort(np.array(p["values"]))
    return values[np.minimum((u * len(values)).astype(int), len(values) - 1)]  # type: ignore[no-any-return]


def log_part(shape: float, u: Floats) -> Floats:
    """Natural logarithm of the quantile of a gamma distribution of scale 1; −inf where its shape is 0.

    A small shape puts most quantiles below the smallest float; there P(a, x) = x^a ÷ Γ(a + 1) (DLMF 8.7.1).
    """
    import numpy as np
    from scipy.special import gammaincinv, gammaln

    if shape == 0:
        return np.full(np.shape(u), -np.inf)
    found = gammaincinv(shape, u)
    limit = (np.log(u) + gammaln(shape + 1.0)) / shape
    return np.where(found > _SMALL, np.log(np.maximum(found, _SMALL)), limit)


QUANTILES: Mapping[str, Quantile] = {
    "triangular": _triangular,
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "dirichlet": _dirichlet,
    "choice": _choice,
    "empirical": _empirical,
}
