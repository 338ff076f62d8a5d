"""Whatever stands anywhere in a file, of the right kind or not: it loads or is refused as the user's, never as ours."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import network
from simulator.errors import UserError
from simulator.scenario import load
from tests.engine.builders import text
from tests.engine.everything import BODY, FILES

ODD: tuple[Any, ...] = (
    [], {}, [1], [{}], [{"a": 1}], [[1]], "x", "", 3, -1, True, None, "1 t", "2025-01-01", {"a": {}}, {1: 2},
    {"value": {}}, {"value": "1 t", "source": []}, {"table": []}, {"table": {}}, {"normal": {}},
)  # fmt: skip


def keys_in(node: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where anything stands in a tree, but its root."""
    for key, part in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*keys, key)
        yield from keys_in(part, (*keys, key))


def replaced(tree: Any, keys: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(tree)
    part = changed
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return changed


def crash(path: Path, tree: Any) -> str:
    """What a faulty file breaks but should not."""
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    try:
        network.check(load(path))
    except UserError:
        pass
    except Exception as error:  # noqa: BLE001 — each is a defect, all are wanted
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.fixture
def tree(tmp_path: Path) -> Any:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return yaml.safe_load(text(BODY, end="2025-01-10"))


def test_something_odd_anywhere_is_the_users(tmp_path: Path, tree: Any) -> None:
    odd = zip(keys_in(tree), cycle(ODD), strict=False)
    crashes = {(keys, str(value)): crash(tmp_path / "s.yaml", replaced(tree, keys, value)) for keys, value in odd}
    assert len(crashes) > 300
    assert {place: what for place, what in crashes.items() if what} == {}


@pytest.mark.slow
@pytest.mark.parametrize("value", ODD, ids=str)
def test_everything_odd_anywhere_is_the_users(tmp_path: Path, tree: Any, value: Any) -> None:
    crashes = {keys: crash(tmp_path / "s.yaml", replaced(tree, keys, value)) for keys in keys_in(tree)}
    assert {place: what for place, what in crashes.items() if what} == {}
