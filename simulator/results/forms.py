"""How parts of each kind of study are kept on a shelf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from simulator.accounting.accounts import Account
from simulator.accounting.indicators import Yearly
from simulator.accounting.outcomes import Outcome
from simulator.engine.ledger import Floats, Lane
from simulator.results.shelf import Document, Form, Known
from simulator.study.coalitions import Part
from simulator.study.replication import Block, Failure

_WHOLES = ("figures", "course")


def _block_document(block: Block) -> Document:
    account = block.account
    return {
        **_common(block),
        "lanes": [[lane.variant, lane.replication] for lane in account.lanes],
        **{name: _axes(getattr(account, name)) for name in _WHOLES},
    }


def _common(part: Block | Part) -> Document:
    return {
        "first": part.first,
        "last": part.last,
        "failures": [asdict(failure) for failure in part.failures],
        "events": part.events,
        "residual": part.residual,
    }


def _axes(whole: Yearly) -> Document:
    return {"years": whole.years, "keys": whole.keys, "ratios": sorted(whole.ratios)}


def _block_parsed(document: Document, known: Known) -> Document:
    """Parts with the same keys share them."""
    for name in _WHOLES:
        keys = tuple(map(tuple, document[name]["keys"]))
        document[name]["keys"] = known.setdefault(keys, keys)
    return document


def _block(document: Document, arrays: Mapping[str, Floats]) -> Block:
    lanes = tuple(Lane(variant, replication) for variant, replication in document["lanes"])
    wholes = {name: _whole(document[name], arrays[name]) for name in _WHOLES}
    return Block(**{**_uncommon(document), "account": Account(lanes, **wholes)})


def _uncommon(document: Document) -> Document:
    """What `_common` told."""
    failures = tuple(Failure(**failure) for failure in document["failures"])
    return {**{name: document[name] for name in ("first", "last", "events", "residual")}, "failures": failures}


def _whole(axes: Document, values: Floats) -> Yearly:
    return Yearly(tuple(axes["years"]), axes["keys"], values, frozenset(axes["ratios"]))


def _part_document(part: Part) -> Document:
    return {**_common(part), "outcomes": [[one.name, one.node, one.unit] for one in part.figures]}


def _part(document: Document, arrays: Mapping[str, Floats]) -> Part:
    outcomes = (Outcome(*fields) for fields in document["outcomes"])
    return Part(**_uncommon(document), figures=dict(zip(outcomes, np.array(arrays["figures"]), strict=True)))


BLOCKS = Form[Block](
    arrays=lambda block: {name: getattr(block.account, name).values for name in _WHOLES},
    document=_block_document,
    parsed=_block_parsed,
    made=_block,
    names=_WHOLES,
)
"""Replications of all variants."""
PARTS = Form[Part](
    arrays=lambda part: {"figures": np.array(list(part.figures.values()))},
    document=_part_document,
    parsed=lambda document, _: document,
    made=_part,
    names=("figures",),
)
"""Lanes of an inquiry into coalitions."""
