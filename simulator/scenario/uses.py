"""Uses that say twice, or not at all, how much they take in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.scenario.models import Use, World
from simulator.scenario.scenario import Series
from simulator.scenario.wrong import Keys, Problem


def check_uses(world: World, _series: Mapping[str, Series]) -> Iterator[Problem]:
    """A use is driven by its demand or by the stock that is wanted."""
    for name, company in world.companies.items():
        for key, use in company.uses.items():
            yield from _driven(use, ("companies", name, "uses", key))


def _driven(use: Use, keys: Keys) -> Iterator[Problem]:
    if use.demand is None and use.stock is None:
        yield Problem(keys, "`demand` is missing: write it, or `stock`, the stock wanted in service")
    elif use.demand is not None and use.stock is not None:
        yield Problem((*keys, "stock"), "stands beside `demand`: what enters follows from one of them, choose which")
    elif use.stock is None and "excess" in use.model_fields_set:
        yield Problem((*keys, "excess"), "is said of a `stock` that is wanted, and there is none: leave it out")
