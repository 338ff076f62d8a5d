"""Uniform numbers by key: nothing that is added changes another, and a Latin hypercube hits each stratum once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.engine.draws import stream
from simulator.study.sampling import uniforms

KEYS = ("companies.a.processes.p.rate", "flows.f.price", "ore")


def test_more_replications_change_none_before() -> None:
    few, many = uniforms(3, KEYS, 10), uniforms(3, KEYS, 1000)
    assert all(np.array_equal(few[key], many[key][:10]) for key in KEYS)


@pytest.mark.parametrize("latin", [False, True])
def test_more_keys_change_no_other(latin: bool) -> None:
    few, many = uniforms(3, KEYS[1:], 10, latin), uniforms(3, [*reversed(KEYS), "new"], 10, latin)
    assert all(np.array_equal(few[key], many[key]) for key in KEYS[1:])


@pytest.mark.parametrize("latin", [False, True])
def test_keys_and_seeds_differ(latin: bool) -> None:
    found = uniforms(3, KEYS, 2000, latin)
    assert not np.array_equal(found[KEYS[0]], uniforms(4, KEYS, 2000, latin)[KEYS[0]])
    assert abs(np.corrcoef(list(found.values()))[np.triu_indices(3, 1)]).max() < 0.08


def test_plain_numbers_are_uniform() -> None:
    assert all(stats.kstest(found, "uniform").pvalue > 0.01 for found in uniforms(3, KEYS, 5000).values())


@pytest.mark.parametrize("replications", [1, 7, 100, 1000])
def test_a_latin_hypercube_hits_each_stratum_once(replications: int) -> None:
    for found in uniforms(3, KEYS, replications, latin=True).values():
        assert np.array_equal(np.sort(np.floor(found * replications)), np.arange(replications))


def test_a_latin_hypercube_means_better_than_plain_numbers() -> None:
    """The mean of a monotone function: strata leave a ten-thousandth of the variance (McKay and others 1979)."""
    plain, latin = (uniforms(3, KEYS, 100, way) for way in (False, True))
    assert all(abs(latin[key].mean() - 0.5) < 0.003 for key in KEYS)
    assert max(abs(plain[key].mean() - 0.5) for key in KEYS) > 0.003


@pytest.mark.parametrize("latin", [False, True])
def test_numbers_lie_within_0_and_1(latin: bool) -> None:
    for found in uniforms(1, KEYS, 100_000, latin).values():
        assert found.min() > 0
        assert found.max() < 1


def test_they_are_the_same_on_every_machine() -> None:
    assert uniforms(42, ["ore"], 3)["ore"].tolist() == FIRST


def test_outages_have_other_streams() -> None:
    """An outage is drawn from the path of its process, which is the path of no number."""
    path = "companies.a.processes.p"
    assert not np.array_equal(stream(3, 1, path).random(10), uniforms(3, [f"{path}.rate"], 10)[f"{path}.rate"])


FIRST = [0.05998594772210086, 0.878590427326439, 0.0022049555225106543]
