"""Validation errors in our own words: what is wrong with which key, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from simulator.scenario.models import ENERGY, MATERIAL, EnergyFlow, Flow
from simulator.scenario.paths import kind_at, known_keys
from simulator.scenario.wrong import Keys, Problem, Wrong, advice, shown


def problems(error: ValidationError) -> Iterator[Problem]:
    """One problem for each thing that pydantic found."""
    details = error.errors(include_url=False)
    faulty = {detail["loc"][:-1] for detail in details}
    for detail in details:
        if detail["type"] != "too_short" or detail["loc"] not in faulty:
            yield _problem(detail)


def _problem(detail: Mapping[str, Any]) -> Problem:
    keys: Keys = tuple(key for key in detail["loc"] if key not in (MATERIAL, ENERGY))
    if keys and keys[-1] == "[key]":
        return Problem(keys[:-1], _bad_key(keys[:-1], detail))
    wrong = detail.get("ctx", {}).get("error")
    if isinstance(wrong, Wrong):
        return Problem(keys + wrong.keys, wrong.message)
    if detail["type"] == "missing":
        return Problem(keys[:-1], f"`{keys[-1]}` is missing")
    return Problem(keys, _WORDS.get(detail["type"], _fallback)(keys, detail))


def _bad_key(keys: Keys, detail: Mapping[str, Any]) -> str:
    if detail["type"] == "literal_error":
        return f"unknown key{advice(keys[-1], _choices(detail))}"
    return _pattern(keys, detail)


def _unknown(keys: Keys, detail: Mapping[str, Any]) -> str:
    tag = next((key for key in detail["loc"] if key in _FLOWS), None)
    known = known_keys(_FLOWS[tag] if tag else kind_at(keys[:-1]))
    if tag and keys[-1] in known_keys(_FLOWS[_OTHER[tag]]):
        right, wrong = _OTHER[tag].strip("<>"), tag.strip("<>")
        return f"unknown key, it belongs to a flow of {right}: write `{right}:` in place of `{wrong}:`, or leave it out"
    if keys[-1] in _FEES and "price" in known and "fee" not in known:
        return "unknown key: write a gate fee as a negative `price`, which the sender pays"
    return f"unknown key{advice(keys[-1], known)}"


def _pattern(keys: Keys, detail: Mapping[str, Any]) -> str:
    if keys[0] == "flows" and keys[-1] == "material" and "." in detail["input"]:
        return f"`{shown(detail['input'])}` is no material: a flow of energy has `energy:` in place of `material:`"
    pattern = detail["ctx"]["pattern"] if "ctx" in detail else ""
    return f"`{shown(detail['input'])}` {_PATTERNS.get(pattern, f'does not match {pattern}')}"


def _choice(_keys: Keys, detail: Mapping[str, Any]) -> str:
    choices = _choices(detail)
    return f"`{shown(detail['input'])}` is not one of {', '.join(choices)}{_close(detail['input'], choices)}"


def _close(raw: object, choices: list[str]) -> str:
    text = advice(raw, choices)
    return text if "did you mean" in text else ""


def _choices(detail: Mapping[str, Any]) -> list[str]:
    expected: str = detail["ctx"]["expected"].replace(" or ", ", ")
    return [choice.strip("'") for choice in expected.split(", ")]


def _said(text: str) -> Callable[[Keys, Mapping[str, Any]], str]:
    return lambda _keys, detail: f"`{shown(detail['input'])}` is not {text}"


def _no_text(keys: Keys, detail: Mapping[str, Any]) -> str:
    if isinstance(detail["input"], list) and keys[-1] not in _FREE_TEXT:
        entry = "flow" if keys[0] == "flows" else "entry"
        return f"is a list, and one id belongs here: write one of them, and one more {entry} for each of the others"
    return _said("text: put it in quotes if it is meant as text")(keys, detail)


def _too_short(_keys: Keys, _detail: Mapping[str, Any]) -> str:
    return "names none: name at least one"


def _bound(_keys: Keys, detail: Mapping[str, Any]) -> str:
    return f"must be at least {detail['ctx']['ge']}; it is {shown(detail['input'])}"


def _upper_bound(_keys: Keys, detail: Mapping[str, Any]) -> str:
    return f"must be at most {detail['ctx']['le']}; it is {shown(detail['input'])}"


def _fallback(_keys: Keys, detail: Mapping[str, Any]) -> str:
    return f"`{shown(detail['input'])}` cannot be read: {detail['msg']}"


_FLOWS = {MATERIAL: Flow, ENERGY: EnergyFlow}
_OTHER = {MATERIAL: ENERGY, ENERGY: MATERIAL}
_FEES = ("fee", "gate_fee", "tipping_fee")
"""What people call a price that the sender pays."""
_FREE_TEXT = ("title", "file", "index", "value", "unit", "source", "extends")
"""Keys whose text is no id."""
_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "is not an id: use small letters, digits and _, a letter first",
    r"^[A-Za-z][A-Za-z0-9_]*$": "is not a substance: use letters, digits and _, a letter first",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$": "is not an energy carrier: write it like electricity or heat.steam",
    r"^#[0-9A-Fa-f]{6}$": 'is not a colour: write it like "#3366cc", in quotes',
}
_WORDS: Mapping[str, Callable[[Keys, Mapping[str, Any]], str]] = {
    "extra_forbidden": _unknown,
    "literal_error": _choice,
    "string_pattern_mismatch": _pattern,
    "string_type": _no_text,
    "bool_type": _said("true or false"),
    "int_type": _said("a whole number"),
    "tuple_type": _said("a list: write it like [a, b]"),
    "mapping_type": _said("a mapping of keys to values"),
    "dict_type": _said("a mapping of keys to values"),
    "model_type": _said("a mapping of keys to values"),
    "model_attributes_type": _said("a mapping of keys to values"),
    "too_short": _too_short,
    "greater_than_equal": _bound,
    "less_than_equal": _upper_bound,
}
