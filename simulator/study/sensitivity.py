"""Which uncertain numbers matter: elementary effects after Morris, variance-based indices after Sobol.

A factor is the uniform number from which a number of the scenario is drawn: indices are those of its own distribution.
Numbers that share a draw are one factor; the parts of a split, which cannot move one by one, are one group. Outages
are the same in all lanes. SALib samples and analyses (Herman and Usher 2017, JOSS 2:97).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from simulator.accounting.gathering import axes
from simulator.errors import UserError
from simulator.scenario.distributions import Distribution
from simulator.scenario.drawing import Draw, draws_of
from simulator.scenario.scenario import Scenario
from simulator.study.coarse import coarse
from simulator.study.designs import Design
from simulator.study.outcomes import OUTCOMES, Outcome, outcome
from simulator.study.replication import Block, Failure, Study
from simulator.study.sweep import whole_run

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Problem = dict[str, Any]
"""What SALib is told of the factors."""
LEVELS = 4
"""Of the grid on which Morris moves, as he proposed (1991, Technometrics 33)."""
CONFIDENCE = 0.95
RESAMPLES = 200
TAIL = 0.005
"""Part at either end of a distribution with tails that Morris leaves out: he compares ends."""
SAME = 1e-12
"""Part of the largest value of an outcome up to which a difference is rounding."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What varies as one."""

    name: str
    """Path of the number, name of the draw that numbers share, or what the paths of a split have in common."""
    keys: tuple[str, ...]
    """Of the draws: more than one where parts of a split vary together."""
    paths: tuple[str, ...]
    tailed: bool
    """Whether a distribution in it runs out into tails."""


def factors(scenario: Scenario) -> tuple[Factor, ...]:
    """What is drawn in any world of any variant, in order of name."""
    worlds = {id(world): world for variant in scenario.variants.values() for world in variant.worlds}
    made = [_factor(group) for group in together(draw for world in worlds.values() for draw in draws_of(world))]
    names = Counter(factor.name for factor in made)
    apart = (factor if names[factor.name] == 1 else replace(factor, name=factor.paths[0]) for factor in made)
    return tuple(sorted(apart, key=lambda factor: factor.name))


def together(draws: Iterable[Draw]) -> list[list[Draw]]:
    """Draws that vary as one: those that share a key or a split, or are linked by others that do."""
    found: dict[tuple[str, str], list[Draw]] = {}
    for draw in draws:
        ties = [("key", draw.key), *([("split", draw.split)] if draw.split else [])]
        joined = {id(group): group for tie in ties if (group := found.get(tie)) is not None}
        if len(joined) == 1:
            (group,) = joined.values()
        else:
            group = [one for some in joined.values() for one in some]
            ties += [tie for tie, old in found.items() if id(old) in joined] if joined else []
        group.append(draw)
        found.update(dict.fromkeys(ties, group))
    return list({id(group): group for group in found.values()}.values())


def _factor(group: Sequence[Draw]) -> Factor:
    paths, keys = (tuple(sorted({getattr(draw, name) for draw in group})) for name in ("path", "key"))
    return Factor(_name(group, paths), keys, paths, any(_tailed(draw) for draw in group))


def _name(group: Sequence[Draw], paths: Sequence[str]) -> str:
    """Of a split with what differs between its parts as a star: `materials.scrap.composition.*`; of what a shared draw
    joins beyond one split, the name of that draw.
    """
    keys = Counter(key for _, key in sorted({(draw.path, draw.key) for draw in group}))
    name, times = keys.most_common(1)[0]
    if times > 1 or not group[0].split:
        return name
    columns = list(zip_longest(*(path.split(".") for path in paths)))
    return ".".join(str(keys[0]) if len(set(keys)) == 1 else "*" for keys in columns)


def _tailed(draw: Draw) -> bool:
    """Whether its distribution runs out into tails: nobody named their ends, and hardly a draw comes near them."""
    distribution = cast(Distribution, draw.what.distribution)
    bounded = distribution.kind != "normal" or {"low", "high"} <= dict(distribution.parameters).keys()
    return distribution.kind in {"lognormal", "beta", "dirichlet"} or not bounded


@dataclass(frozen=True)
class Method:
    """A way to find out what matters."""

    title: str
    samples: int
    """By default."""
    lanes: Callable[[int, int], int]
    """Lanes of a variant, by samples and factors."""
    sample: Callable[[Problem, int, int], Floats]
    """Uniforms of shape (lanes, keys), from samples and seed."""
    analyse: Callable[[Problem, Floats, Floats, int], Mapping[str, Floats]]
    """Measures by name, one for each factor, from uniforms and an outcome."""
    main: str
    """The measure that factors are ranked by."""
    tail: float
    check: Callable[[int], None]
    """Raises UserError where so many samples cannot be taken."""


def _sample_morris(problem: Problem, samples: int, seed: int) -> Floats:
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, samples, num_levels=LEVELS, seed=seed))


def _analyse_morris(problem: Problem, x: Floats, y: Floats, seed: int) -> Mapping[str, Floats]:
    from SALib.analyze import morris

    how = {"num_resamples": RESAMPLES, "conf_level": CONFIDENCE, "num_levels": LEVELS, "seed": seed}
    found = morris.analyze(problem, x, y, **how)
    effects = _listed(found, {name: name for name in ("mu", "mu_star", "mu_star_conf", "sigma")})
    dust = SAME * np.abs(y).max()
    return {name: np.where(np.abs(values) <= dust, 0.0, values) for name, values in effects.items()}


def _sample_sobol(problem: Problem, samples: int, seed: int) -> Floats:
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem, samples, calc_second_order=False, seed=seed))


def _analyse_sobol(problem: Problem, _x: Floats, y: Floats, seed: int) -> Mapping[str, Floats]:
    from SALib.analyze import sobol

    how = {"num_resamples": RESAMPLES, "conf_level": CONFIDENCE, "calc_second_order": False, "seed": seed}
    found = sobol.analyze(problem, y, **how)
    return _listed(found, {"s1": "S1", "s1_conf": "S1_conf", "st": "ST", "st_conf": "ST_conf"})


def _listed(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Floats]:
    return {ours: np.ma.filled(np.ma.asarray(found[theirs], dtype=float), np.nan) for ours, theirs in names.items()}


def _two_or_more(samples: int) -> None:
    if samples < 2:
        raise UserError("--samples: Morris needs two trajectories at least")


def _power_of_two(samples: int) -> None:
    if samples < 2 or samples & (samples - 1):
        lower = 1 << max(1, samples.bit_length() - 1)
        raise UserError(f"--samples: Sobol sequences need a power of 2, like {lower} or {2 * lower}; it is {samples}")


METHODS: Mapping[str, Method] = {
    "morris": Method(
        title="Elementary effects (Morris)",
        samples=20,
        lanes=lambda samples, count: samples * (count + 1),
        sample=_sample_morris,
        analyse=_analyse_morris,
        main="mu_star",
        tail=TAIL,
        check=_two_or_more,
    ),
    "sobol": Method(
        title="Variance-based indices (Sobol)",
        samples=512,
        lanes=lambda samples, count: samples * (count + 2),
        sample=_sample_sobol,
        analyse=_analyse_sobol,
        main="st",
        tail=0.0,
        check=_power_of_two,
    ),
}
"""All methods, by what they are called on the command line."""


@dataclass(frozen=True)
class Inquiry:
    """What is asked."""

    scenario: Scenario
    """With the variant asked for, and before it the one it is compared with, if any."""
    factors: tuple[Factor, ...]
    method: Method
    samples: int
    outcomes: tuple[Outcome, ...] = tuple(OUTCOMES.values())

    @property
    def lanes(self) -> int:
        """Simulated worlds."""
        return self.method.lanes(self.samples, len(self.factors)) * len(self.scenario.variants)

    @property
    def problem(self) -> Problem:
        """The same for SALib."""
        keys = [key for factor in self.factors for key in factor.keys]
        groups = [factor.name for factor in self.factors for _ in factor.keys]
        tails = [self.method.tail * factor.tailed for factor in self.factors for _ in factor.keys]
        bounds = [[tail, 1.0 - tail] for tail in tails]
        return {"num_vars": len(keys), "names": keys, "bounds": bounds, "groups": groups}

    def sample(self) -> Floats:
        """Uniforms, shape (lanes of a variant, keys)."""
        return self.method.sample(self.problem, self.samples, self.scenario.world.seed)

    def study(self, sample: Floats) -> Study:
        """Its lanes."""
        keys = self.problem["names"]
        uniforms = {key: tuple(sample[:, n].tolist()) for n, key in enumerate(keys)}
        return Study(coarse(self.scenario), len(sample), design=Design(uniforms, (0,) * len(sample)))


def inquiry(scenario: Scenario, method: str, samples: int | None, outcomes: Sequence[str] = ()) -> Inquiry:
    """What is asked of a scenario; all outcomes where none is named.

    Raises UserError where nothing is drawn, SALib is missing, or as many samples cannot be taken.
    """
    chosen = METHODS[method]
    count = chosen.samples if samples is None else samples
    chosen.check(count)
    _require_salib()
    found = factors(scenario)
    if not found:
        raise UserError(
            f"{scenario.path}: no number of it is drawn: write a distribution beside one, or name some, "
            "as in --vary PATH=LO:HI"
        )
    wanted = tuple(one for name, one in OUTCOMES.items() if not outcomes or name in outcomes)
    return Inquiry(scenario, found, chosen, count, wanted)


def _require_salib() -> None:
    from importlib.util import find_spec

    if find_spec("SALib") is None:
        raise UserError("sensitivity needs SALib: pip install 'kreislauf[analysis]'")


@dataclass(frozen=True, repr=False)
class Sensitivity:
    """What came out."""

    inquiry: Inquiry
    measures: Mapping[str, Mapping[str, Floats]]
    """By outcome's title, those of the method by name, one for each factor; without outcomes that never vary."""
    values: Mapping[str, Floats]
    """Outcomes themselves, one for each lane of a variant."""
    failures: tuple[Failure, ...]
    events: int
    residual: float

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Those that vary."""
        return tuple(one for one in self.inquiry.outcomes if one.title in self.measures)

    def ranked(self, one: Outcome) -> list[int]:
        """Places of the factors, the one that matters most first."""
        return list(np.argsort(-np.nan_to_num(self.measures[one.title][self.inquiry.method.main]), kind="stable"))

    def table(self) -> pd.DataFrame:
        """A row per outcome and factor, the most important first, with a column for each measure."""
        import pandas as pd

        return pd.concat([self._piece(one) for one in self.outcomes], ignore_index=True)

    def _piece(self, one: Outcome) -> pd.DataFrame:
        import pandas as pd

        order = self.ranked(one)
        chosen = [self.inquiry.factors[n] for n in order]
        measures = {name: found[order] for name, found in self.measures[one.title].items()}
        words = {"indicator": one.indicator, "item": one.item, "unit": one.unit}
        named = {"factor": [factor.name for factor in chosen], "numbers": [" ".join(f.paths) for f in chosen]}
        return pd.DataFrame({**words, **named, **measures})


def found_by(asked: Inquiry, sample: Floats, blocks: Iterable[Block]) -> Sensitivity:
    """What all blocks of a study show. Raises UserError where a lane failed, or no outcome varies."""
    ordered = sorted(blocks, key=lambda block: block.first)
    failures = tuple(failure for block in ordered for failure in block.failures)
    if failures:
        raise UserError(
            f"{len(failures)} lanes failed, and indices need all of them: narrow a distribution; the first: "
            f"{failures[0].message}"
        )
    values = _outcomes(asked, ordered, len(sample))
    varying = {one.title: values[one.title] for one in asked.outcomes if _varies(values[one.title])}
    if not varying:
        raise UserError("no outcome varies: nothing that is drawn changes any of them")
    problem, seed = asked.problem, asked.scenario.world.seed
    return Sensitivity(
        inquiry=asked,
        measures={name: asked.method.analyse(problem, sample, found, seed) for name, found in varying.items()},
        values=values,
        failures=failures,
        events=sum(block.events for block in ordered),
        residual=max(block.residual for block in ordered),
    )


def _outcomes(asked: Inquiry, blocks: Sequence[Block], lanes: int) -> dict[str, Floats]:
    """Each outcome of the variant asked for, or what it changes against the first."""
    accounts = [block.account for block in blocks]
    of = replace(axes(accounts, tuple(asked.scenario.variants)), replications=tuple(range(1, lanes + 1)))
    *first, variant = (whole_run(accounts, of, name, of.keys) for name in of.variants)
    own = {one.title: outcome(one, of.keys, variant) for one in asked.outcomes}
    return {one.title: own[one.title] - sum(outcome(one, of.keys, found) for found in first) for one in asked.outcomes}


def _varies(values: Floats) -> bool:
    return bool(np.ptp(values) > SAME * np.abs(values).max())
