"""Errors: they come out of a worker process as they went in, so that the message is the user's and not a defect."""

from __future__ import annotations

import pickle

import pytest

from simulator.errors import BalanceError, Fault, KreislaufError, RunError, ScenarioError, UserError

FAULTS = [Fault("b.yaml", 2, "flows.f", "no such company"), Fault("a.yaml", 1, "", "no schema")]


@pytest.mark.parametrize(
    "error",
    [UserError("no"), ScenarioError(FAULTS), RunError("flows.f", "never comes to rest"), BalanceError("1 t too many")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_a_worker_sends_is_the_same(error: KreislaufError) -> None:
    sent = pickle.loads(pickle.dumps(error))
    assert (type(sent), str(sent), vars(sent)) == (type(error), str(error), vars(error))


def test_faults_stand_in_the_order_of_their_places() -> None:
    assert str(ScenarioError(FAULTS)) == "a.yaml:1: no schema\nb.yaml:2: flows.f: no such company"
