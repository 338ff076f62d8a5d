"""`noise: {cv, every}` beside a number, as it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.scenario.amounts import Noise, Number, Span
from simulator.scenario.wrong import Wrong

WIDEST = 2
"""Largest coefficient of variation: the ends of a wider lognormal would take more than 1 in 10,000 off its mean."""


def parse_noise(raw: Any, plain: Callable[[Any], Number], interval: Callable[[Any], Span]) -> Noise:
    """A noise; `plain` reads its coefficient of variation, `interval` for how long a factor holds. Raises Wrong."""
    if not isinstance(raw, Mapping) or set(raw) != {"cv", "every"}:
        raise Wrong("needs `cv` and `every`, like {cv: 0.1, every: 1 week}", ("noise",))
    try:
        cv = plain(raw["cv"])
    except Wrong as wrong:
        raise wrong.under("cv").under("noise") from wrong
    if cv.distribution is not None or cv.noise is not None:
        raise Wrong("is one plain number, and does not vary itself", ("noise", "cv"))
    try:
        return Noise(cv.value, interval(raw["every"]))
    except Wrong as wrong:
        raise wrong.under("every").under("noise") from wrong


def require_series(series: bool, no_series: str, temperature: bool) -> None:
    """Raise Wrong where a number cannot change through time, or has no size that a factor could multiply."""
    if not series:
        raise Wrong(f"{no_series}, nor be redrawn through time", ("noise",))
    if temperature:
        raise Wrong("multiplies, and a temperature has no size: write a table, or a distribution", ("noise",))
