"""How a number may vary: the distributions written beside a value, their means, bounds and quantiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.scenario.quantiles import QUANTILES
from simulator.scenario.truncation import location_of
from simulator.scenario.wrong import Wrong, advice

if TYPE_CHECKING:
    from simulator.scenario.quantiles import Floats

DEVIATIONS = 5.0
"""A normal or lognormal distribution counts as ending so many standard deviations out (6 in 10 million lie beyond)."""
LARGEST = 1e30
"""Size of plain parameters, as of all numbers: what is reckoned with them still fits a float."""
WIDEST = 10.0
"""Largest geometric standard deviation: the ends of a wider lognormal would take more than 4 in 1,000 off its mean."""
EVEN = 1e4
"""A normal so many times as wide as the span between its bounds is alike all over it, to the last digits of a mean."""

Parameters = tuple[tuple[str, float | tuple[float, ...]], ...]
Amount = Callable[[Any], float]
"""Reads one amount, with or without a unit, into the internal unit of the number."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a number varies between replications; parameters are in the number's own internal unit where they carry one.

    ============  ==================================================
    kind          parameters
    ============  ==================================================
    triangular    low, mode, high
    uniform       low, high
    normal        mean, sd; truncated: low, high, location
    lognormal     median, gsd (geometric standard deviation)
    beta          alpha, beta, low, high
    dirichlet     concentration (the mean is the number's value)
    choice        values, weights (which sum to 1)
    empirical     values
    ============  ==================================================

    The `mean` of a truncated normal is that of what is drawn, its `sd` that of the normal before it is cut, which lies
    around `location`.
    """

    kind: str
    parameters: Parameters
    mean: float

    def __getitem__(self, name: str) -> Any:
        return dict(self.parameters)[name]

    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value it takes."""
        return _BOUNDS[self.kind](dict(self.parameters), self.mean)

    @property
    def splits(self) -> bool:
        """Whether it is one part of a split, and drawn together with the others."""
        return self.kind == "dirichlet"

    @property
    def endless(self) -> bool:
        """Whether it ends only where it is taken to end, and could be given bounds."""
        return self.kind == "normal" and not {"low", "high"}.intersection(dict(self.parameters))

    def quantile(self, uniforms: Floats) -> Floats:
        """Inverse distribution function: a value for each uniform in (0, 1), never outside `bounds()`, so that what was
        checked there holds for every draw. For one part of a split its gamma part, which has no unit and no bounds.
        """
        import numpy as np

        values = QUANTILES[self.kind](dict(self.parameters), self.mean, np.asarray(uniforms, dtype=np.float64))
        return values if self.splits else np.clip(values, *self.bounds())


_SIZED = ("low", "mode", "high", "mean", "sd", "location", "median", "values")
"""Parameters in the unit of the number; the others are plain."""


def stretched(distribution: Distribution, ratio: float) -> Distribution:
    """The distribution of a number that is multiplied by a ratio above 0."""
    given = distribution.parameters
    parameters = tuple((name, _times(item, ratio) if name in _SIZED else item) for name, item in given)
    return Distribution(distribution.kind, parameters, distribution.mean * ratio)


def _times(parameter: float | tuple[float, ...], ratio: float) -> float | tuple[float, ...]:
    return tuple(item * ratio for item in parameter) if isinstance(parameter, tuple) else parameter * ratio


def parse_distribution(kind: str, raw: Any, amount: Amount, value: float | None) -> Distribution:
    """Read the distribution `kind: raw`; `value` is the number beside it, where there is one. Raises Wrong."""
    try:
        return _PARSERS[kind](raw, amount, value)
    except Wrong as wrong:
        raise wrong.under(kind) from wrong


def _triangular(raw: Any, amount: Amount, _value: float | None) -> Distribution:
    low, mode, high = _amounts(raw, amount, 3, "[low, mode, high]")
    _ordered(low, mode, high)
    return Distribution("triangular", (("low", low), ("mode", mode), ("high", high)), (low + mode + high) / 3)


def _uniform(raw: Any, amount: Amount, _value: float | None) -> Distribution:
    low, high = _amounts(raw, amount, 2, "[low, high]")
    _ordered(low, high)
    return Distribution("uniform", (("low", low), ("high", high)), (low + high) / 2)


def _normal(raw: Any, amount: Amount, value: float | None) -> Distribution:
    given = _named(raw, {"mean": amount, "sd": amount, "cv": _plain, "low": amount, "high": amount})
    mean = _mean(given, value)
    sd = _one_of(given, "sd", "cv", mean)
    ends: dict[str, float] = {key: given[key] for key in ("low", "high") if key in given}
    located = {"location": _located(mean, sd, ends)} if ends else {}
    return Distribution("normal", (("mean", mean), ("sd", sd), *ends.items(), *located.items()), mean)


def _located(mean: float, sd: float, ends: Mapping[str, float]) -> float:
    """Where the parent of a truncated normal lies; Wrong where none has that mean between its bounds."""
    low, high = ends.get("low", -math.inf), ends.get("high", math.inf)
    if not low < mean < high:
        said = " and ".join(f"{'above' if key == 'low' else 'below'} its `{key}`" for key in ends)
        raise Wrong(f"its mean is that of what is drawn, so it must lie {said}: move the mean, or the bound")
    if sd > EVEN * (high - low):
        raise Wrong("its `sd` is so large that all between its bounds is alike: write uniform, or make it smaller")
    found = location_of(mean, sd, low, high) if sd > 0 else mean
    if found is None:
        raise Wrong("its `sd` is too large for a mean so near to a bound: make it smaller, or use a triangular or beta")
    return found


def _lognormal(raw: Any, amount: Amount, value: float | None) -> Distribution:
    given = _named(raw, {"mean": amount, "sd": amount, "cv": _plain, "median": amount, "gsd": _plain})
    if "median" in given or "gsd" in given:
        return _lognormal_by_median(given)
    mean = _mean(given, value)
    if mean <= 0:
        raise Wrong("the mean of a lognormal distribution must be above 0")
    variance = math.log1p((_one_of(given, "sd", "cv", mean) / mean) ** 2)
    gsd = _narrow(math.exp(math.sqrt(variance)))
    return Distribution("lognormal", (("median", mean / math.exp(variance / 2)), ("gsd", gsd)), mean)


def _lognormal_by_median(given: Mapping[str, float]) -> Distribution:
    if set(given) != {"median", "gsd"}:
        raise Wrong("needs either `median` and `gsd`, or `mean` and `sd`")
    if given["median"] <= 0 or given["gsd"] < 1:
        raise Wrong("needs a `median` above 0 and a `gsd` of at least 1")
    mean = given["median"] * math.exp(math.log(_narrow(given["gsd"])) ** 2 / 2)
    return Distribution("lognormal", (("median", given["median"]), ("gsd", given["gsd"])), mean)


def _narrow(gsd: float) -> float:
    """A geometric standard deviation. Raises Wrong where what ends at its fifth power would not have its mean."""
    if gsd > WIDEST:
        raise Wrong(f"its geometric standard deviation is {gsd:.3g}, and {WIDEST:g} at most: make it narrower")
    return gsd


def _beta(raw: Any, amount: Amount, _value: float | None) -> Distribution:
    given = {"low": 0.0, "high": 1.0} | _named(raw, {"alpha": _plain, "beta": _plain, "low": amount, "high": amount})
    if given.get("alpha", 0) <= 0 or given.get("beta", 0) <= 0:
        raise Wrong("needs `alpha` and `beta`, both above 0")
    low, high, alpha, beta = given["low"], given["high"], given["alpha"], given["beta"]
    _ordered(low, high)
    return Distribution("beta", tuple(sorted(given.items())), low + (high - low) * alpha / (alpha + beta))


def _dirichlet(raw: Any, _amount: Amount, value: float | None) -> Distribution:
    given = _named(raw, {"concentration": _plain}) if isinstance(raw, Mapping) else {"concentration": _plain(raw)}
    if given.get("concentration", 0) <= 0:
        raise Wrong("needs a `concentration` above 0, the same for all parts of the split")
    if value is None:
        raise Wrong("needs a `value` beside it: the mean share of this part of the split")
    return Distribution("dirichlet", tuple(given.items()), value)


def _choice(raw: Any, amount: Amount, _value: float | None) -> Distribution:
    listed = raw if isinstance(raw, Mapping) else {"values": raw}
    _known_keys(listed, ("values", "weights"))
    values = _list(listed.get("values"), amount, "values")
    weights = _list(listed.get("weights", [1] * len(values)), _plain, "weights")
    if len(weights) != len(values) or min(weights) < 0 or sum(weights) <= 0:
        raise Wrong("needs one weight, not negative, for each of its values", ("weights",))
    weights = tuple(weight / sum(weights) for weight in weights)
    mean = math.fsum(v * w for v, w in zip(values, weights, strict=True))
    return Distribution("choice", (("values", values), ("weights", weights)), mean)


def _empirical(raw: Any, amount: Amount, _value: float | None) -> Distribution:
    values = _list(raw, amount, "values")
    return Distribution("empirical", (("values", values),), math.fsum(values) / len(values))


_PARSERS: Mapping[str, Callable[[Any, Amount, float | None], Distribution]] = {
    "triangular": _triangular,
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "dirichlet": _dirichlet,
    "choice": _choice,
    "empirical": _empirical,
}
KINDS = tuple(_PARSERS)


def _span(p: Mapping[str, Any], _mean: float) -> tuple[float, float]:
    return p["low"], p["high"]


def _tails(p: Mapping[str, Any], _mean: float) -> tuple[float, float]:
    return p.get("low", p["mean"] - DEVIATIONS * p["sd"]), p.get("high", p["mean"] + DEVIATIONS * p["sd"])


def _multiplied(p: Mapping[str, Any], _mean: float) -> tuple[float, float]:
    return p["median"] / p["gsd"] ** DEVIATIONS, p["median"] * p["gsd"] ** DEVIATIONS


def _same(_p: Mapping[str, Any], mean: float) -> tuple[float, float]:
    """A Dirichlet split sums to what its means sum to, so its mean stands for its bounds."""
    return mean, mean


def _listed(p: Mapping[str, Any], _mean: float) -> tuple[float, float]:
    return min(p["values"]), max(p["values"])


_BOUNDS: Mapping[str, Callable[[Mapping[str, Any], float], tuple[float, float]]] = {
    "triangular": _span,
    "uniform": _span,
    "normal": _tails,
    "lognormal": _multiplied,
    "beta": _span,
    "dirichlet": _same,
    "choice": _listed,
    "empirical": _listed,
}


def _plain(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise Wrong(f"`{raw}` is not a plain number")
    if abs(raw) > LARGEST:
        raise Wrong(f"`{raw}` is too large for a number, the largest is {LARGEST:g}")
    return float(raw)


def _amounts(raw: Any, amount: Amount, count: int, form: str) -> tuple[float, ...]:
    if not isinstance(raw, list) or len(raw) != count:
        raise Wrong(f"write it as {form}")
    return tuple(amount(item) for item in raw)


def _list(raw: Any, amount: Amount, name: str) -> tuple[float, ...]:
    if not isinstance(raw, list) or not raw:
        raise Wrong(f"needs a list of {name}")
    return tuple(amount(item) for item in raw)


def _ordered(*values: float) -> None:
    if list(values) != sorted(values) or values[0] == values[-1]:
        raise Wrong("its numbers must ascend")


def _known_keys(raw: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in raw:
        if key not in known:
            raise Wrong(f"unknown key{advice(key, known)}", (key,))


def _named(raw: Any, readers: Mapping[str, Amount]) -> dict[str, float]:
    if not isinstance(raw, Mapping):
        raise Wrong(f"needs a mapping of {', '.join(readers)}")
    _known_keys(raw, tuple(readers))
    return {str(key): _read(readers[key], key, item) for key, item in raw.items()}


def _read(reader: Amount, key: str, raw: Any) -> float:
    try:
        return reader(raw)
    except Wrong as wrong:
        raise wrong.under(key) from wrong


def _mean(given: Mapping[str, float], value: float | None) -> float:
    mean = given.get("mean", value)
    if mean is None:
        raise Wrong("needs a `mean`, or a `value` beside it")
    return mean


def _one_of(given: Mapping[str, float], sd: str, cv: str, mean: float) -> float:
    if (sd in given) == (cv in given):
        raise Wrong(f"needs either `{sd}` or `{cv}`")
    deviation = given[sd] if sd in given else given[cv] * abs(mean)
    if deviation < 0:
        raise Wrong("a standard deviation is not negative")
    return deviation
