"""How long products stay in service: the distributions of a lifetime, and a table of who survives to what age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from simulator.scenario.context import Tables
from simulator.scenario.forms import Parsed
from simulator.scenario.kinds import Model
from simulator.scenario.numbers import In, Number, parse_number
from simulator.scenario.wrong import Keys, Problem, Wrong, shown

_AGE = In("day", low=0, series=False)
_PART = In("1", low=0, high=1, series=False)
_EXAMPLE = "[[0 year, 1], [10 year, 0.8], [30 year, 0]]"


@dataclass(frozen=True, slots=True)
class Survivors:
    """The part in service at some ages; between them a straight line, before the first all, after the last none."""

    ages: tuple[float, ...]
    """Days, ascending."""
    parts: tuple[float, ...]
    """As many, from 1 to 0, never rising."""


def parse_survivors(raw: Any, _tables: Tables) -> Survivors:
    """A list of pairs of an age and the part in service at it. Raises Wrong."""
    if not isinstance(raw, list) or len(raw) < 2:
        raise Wrong(f"`{shown(raw)}` is not a list of two ages or more; write it like `{_EXAMPLE}`")
    pairs = [_pair(row, place) for place, row in enumerate(raw)]
    for place, (earlier, later) in enumerate(pairwise(pairs), 1):
        if later[0] <= earlier[0]:
            raise Wrong("the ages must ascend", (place,))
        if later[1] > earlier[1]:
            raise Wrong(
                f"a part in service never rises with age; it rises from {earlier[1]:g} to {later[1]:g}", (place,)
            )
    if pairs[0][1] != 1:
        raise Wrong(f"begins with {pairs[0][1]:g}: the first part must be 1, at the age up to which all survive", (0,))
    if pairs[-1][1] != 0:
        last = f"ends with {pairs[-1][1]:g} in service"
        raise Wrong(f"{last}: add the age at which the last is gone, with the part 0", (len(pairs) - 1,))
    return Survivors(*map(tuple, zip(*pairs, strict=True)))


def _pair(row: Any, place: int) -> tuple[float, float]:
    if not isinstance(row, list) or len(row) != 2:
        raise Wrong(f"`{shown(row)}` is not a pair of an age and a part, like `[10 year, 0.8]`", (place,))
    try:
        age, part = parse_number(row[0], _AGE, {}), parse_number(row[1], _PART, {})
    except Wrong as wrong:
        raise wrong.under(place) from wrong
    if age.distribution or part.distribution:
        raise Wrong("has a distribution, and a table of who survives is one already: write one value", (place,))
    return age.value, part.value


class MeanSd(Model):
    """A distribution by its mean and standard deviation."""

    mean: Annotated[Number, In("day", above=0, series=False)]
    """Mean of the lifetime itself."""
    sd: Annotated[Number, In("day", above=0, series=False)]
    """Standard deviation of the lifetime itself."""


class Folded(Model):
    """The absolute value of a normal variable, so that none has a negative age."""

    mean: Annotated[Number, In("day", above=0, series=False)]
    """Mean of the normal before it is folded; that of the lifetime is a little longer."""
    sd: Annotated[Number, In("day", above=0, series=False)]
    """Standard deviation of the normal before it is folded."""


class Weibull(Model):
    """A Weibull distribution: survival exp(−(age ÷ scale)^shape)."""

    shape: Annotated[Number, In("1", low=0.1, series=False)]
    """Above 1, older goods fail more often."""
    scale: Annotated[Number, In("day", above=0, series=False)]
    """Age that 37 % reach."""


class Gamma(Model):
    """A gamma distribution: mean shape × scale, standard deviation √shape × scale."""

    shape: Annotated[Number, In("1", low=0.1, series=False)]
    """Above 1, older goods fail more often."""
    scale: Annotated[Number, In("day", above=0, series=False)]
    """Mean lifetime ÷ shape."""


class Lifetime(Model):
    """Exactly one distribution of the time in service."""

    fixed: Annotated[Number, In("day", above=0, series=False)] | None = None
    """All retire at this age."""
    normal: MeanSd | None = None
    """Normal, by mean and standard deviation; what would be younger than 0 retires as it enters."""
    folded_normal: Folded | None = None
    """Folded normal, by mean and standard deviation of the normal before it is folded."""
    lognormal: MeanSd | None = None
    """Lognormal, by mean and standard deviation of the lifetime itself."""
    weibull: Weibull | None = None
    """Weibull, by shape and scale."""
    gamma: Gamma | None = None
    """Gamma, by shape and scale."""
    survival: Annotated[Survivors, Parsed(parse_survivors, {"type": "array", "examples": [_EXAMPLE]})] | None = None
    """Pairs of an age and the part still in service at it, from 1 to 0, straight lines between them."""


def check_lifetime(lifetime: Lifetime, keys: Keys) -> Iterator[Problem]:
    """A lifetime has one distribution."""
    given = [name for name in Lifetime.model_fields if getattr(lifetime, name) is not None]
    if len(given) != 1:
        found = f"it has {', '.join(given)}" if given else "it has none"
        yield Problem(keys, f"needs exactly one of {', '.join(Lifetime.model_fields)}; {found}")
