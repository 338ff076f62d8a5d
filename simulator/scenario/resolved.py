"""A variant back to plain data: every override that holds from the start applied, dated ones kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.scenario.overrides import Change, Draft, applied
from simulator.scenario.tree import Raw, keys_of, look, put
from simulator.scenario.variants import Frame, partnership_changes

Levels = Sequence[Sequence[Change]]


def document(base: Draft, frame: Frame, later: Levels, name: str) -> dict[str, object]:
    """One variant as a scenario that loads to the same numbers; `later` are the levels above the partnerships.

    What a partnership with a later start sets is written with the later levels on it, since these win over it.
    """
    begun = partnership_changes(base.data, frame, frame.start)
    data = _over(base, [begun, *later]).data
    factors = [change for change in begun if change.scale]
    for key in base.data.get("partnerships", {}):
        data = put(data, ("partnerships", key), _partnership(base, frame, [factors, *later], key))
    data = put(data, ("variants",), {name: _variant(data, frame, name)})
    return dict(data)


def _over(draft: Draft, levels: Levels) -> Draft:
    for level in levels:
        draft = applied(draft, level)
    return draft


def _variant(data: Raw, frame: Frame, name: str) -> Raw:
    written: Mapping[str, Any] = look(data, ("variants", name)) or {}
    kept = {key: value for key, value in written.items() if key not in ("set", "scale")}
    return {**kept, "partnerships": list(frame.partnerships), "interventions": list(frame.interventions)}


def _partnership(base: Draft, frame: Frame, levels: Levels, name: str) -> Raw:
    """A partnership without what is applied already, or with what is still to come."""
    raw: Raw = base.data["partnerships"][name]
    if name not in frame.partnerships:
        return raw
    kept = {key: value for key, value in raw.items() if key not in ("set", "scale")}
    if name in frame.agreed(frame.start):
        return kept
    values = {path: _folded(base, path, value, levels) for path, value in raw.get("set", {}).items()}
    sets = {path: value for path, value in values.items() if value is not None}
    scales = {path: value for path, value in raw.get("scale", {}).items() if not _covered(path, levels)}
    return kept | ({"set": sets} if sets else {}) | ({"scale": scales} if scales else {})


def _folded(base: Draft, path: str, value: Any, levels: Levels) -> Any:
    """What the path holds once the levels are laid on the value; None where they remove it."""
    keys = keys_of(path)
    return look(_over(Draft(put(base.data, keys, value), base.places), levels).data, keys)


def _covered(path: str, levels: Levels) -> bool:
    """Whether a later level sets the number, so that a factor on what was there is lost."""
    keys = keys_of(path)
    return any(not change.scale and keys[: len(change.keys)] == change.keys for level in levels for change in level)
