"""YAML text to plain data with marks: strict, and with YAML 1.1's surprises read as they were meant.

Only `true` and `false` are booleans, `1e3` is a number, `12:30` and dates are text; duplicate keys, custom tags, empty
values and aliases that explode are refused. Nothing outside the scenario's folder is read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import yaml

from simulator.errors import Fault, ScenarioError, UserError
from simulator.scenario.syntax import explained, no_colon, no_space
from simulator.scenario.tree import Document, Mark, dotted, merged
from simulator.scenario.wrong import Keys, Wrong, shown

MAX_BYTES = 20_000_000
MAX_DEPTH = 50
MAX_EXTENDS = 32
"""Files above one that is extended."""
MAX_DIGITS = 100
"""Longer whole numbers are left as text, which whatever reads them refuses."""
MAX_ALIASED = 100_000
"""Nodes that aliases may add to a file."""

_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
}
_INT = re.compile(r"[+-]?\d+")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "false": False}


class _Loader(_FAST):  # type: ignore[misc]
    """Leaves the meaning of plain text to us."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


@dataclass
class Folder:
    """The scenario's folder: every file read is inside it, and its digest kept."""

    root: Path
    files: dict[str, str] = field(default_factory=dict)
    """sha256 by path relative to the folder."""

    def read(self, name: str) -> bytes:
        """Bytes of a file. Raises Wrong where it is missing, outside (symbolic links followed) or too large."""
        try:
            content = self._content(name)
        except (OSError, RuntimeError, ValueError) as error:  # unreadable, a loop of links, a name no system allows
            if isinstance(error, Wrong):
                raise
            raise Wrong(f"`{shown(name)}` cannot be read ({_reason(error)})") from error
        self.files[name] = sha256(content).hexdigest()
        return content

    def _content(self, name: str) -> bytes:
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise Wrong(f"`{shown(name)}` lies outside the scenario's folder")
        if not path.is_file():
            raise Wrong(f"there is no file `{shown(name)}` in the scenario's folder")
        if path.stat().st_size > MAX_BYTES:
            raise Wrong(f"`{shown(name)}` is larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "links that lead in a circle" if isinstance(error, RuntimeError) else str(error)


def read(path: Path) -> tuple[Document, Folder]:
    """A scenario file with all that it extends. Raises ScenarioError, or UserError where there is no such file."""
    if not os.path.isfile(path):  # noqa: PTH113  pathlib's raises
        raise UserError(f"there is no file {path}")
    folder = Folder(path.parent)
    return _with_base(folder, path.name, (), ("", 1)), folder


def _with_base(folder: Folder, name: str, above: tuple[str, ...], place: Mark) -> Document:
    document = _read_one(folder, name, place)
    base = document.data.get("extends")
    if base is None:
        return document
    mark = document.marks[("extends",)]
    if not isinstance(base, str):
        raise _refusal(mark, ("extends",), "must be the name of a scenario file")
    chain = (*above, name)
    if base in chain:
        raise _refusal(mark, ("extends",), f"goes round in a circle: {' → '.join((*chain, base))}")
    if len(chain) > MAX_EXTENDS:
        raise _refusal(mark, ("extends",), f"more than {MAX_EXTENDS} files extend one another: put some together")
    own = Document({key: value for key, value in document.data.items() if key != "extends"}, document.marks)
    return merged(_with_base(folder, base, chain, mark), own)


def _read_one(folder: Folder, name: str, place: Mark) -> Document:
    try:
        content = folder.read(name)
    except Wrong as wrong:
        raise _refusal(place if place[0] else (name, 1), ("extends",) if place[0] else (), wrong.message) from wrong
    return parse(_decoded(content, name), name)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refusal((name, line), (), "is not UTF-8 text: save the file as UTF-8") from error


def parse(text: str, name: str) -> Document:
    """YAML text to plain data with marks. Raises ScenarioError with every fault of the syntax."""
    root = _composed(text, name)
    builder = _Builder(name)
    if root is None:
        raise _refusal((name, 1), (), "the file is empty; `new NAME` writes one to start from")
    data = builder.build(root, (), root.start_mark.line + 1)
    if builder.faults:
        raise ScenarioError(builder.faults)
    if not isinstance(data, dict):
        raise _refusal((name, 1), (), "a scenario is a mapping of keys to values")
    return Document(data, {(): (name, 1)} | builder.marks)


def parse_value(text: str, file: str, line: int, keys: Keys) -> tuple[Any, dict[Keys, Mark]]:
    """A YAML value written in line `line` of `file`, and the marks of its parts under `keys`. Raises ScenarioError."""
    builder = _Builder(file)
    try:
        root = _composed(text, file)
        if root is None:
            raise _refusal((file, line), keys, "has no value: write one")
        value = builder.build(root, keys, line)
    except ScenarioError as error:
        raise ScenarioError(replace(fault, line=line) for fault in error.faults) from error
    if builder.faults:
        raise ScenarioError(replace(fault, line=line) for fault in builder.faults)
    return value, dict.fromkeys(builder.marks, (file, line))


def _composed(text: str, name: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        line, message = explained(error, text)
        raise _refusal((name, line), (), message) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _refusal((name, 1), (), f"is not YAML: {' '.join(str(error).split())}") from error
    return node


def _refusal(place: Mark, keys: Keys, message: str) -> ScenarioError:
    return ScenarioError([Fault(*place, dotted(keys), message)])


class _Builder:
    """Turns a node tree to plain data, noting the line of every path and all that is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[Keys, Mark] = {}
        self.faults: list[Fault] = []
        self._open: set[int] = set()
        self._seen: set[int] = set()
        self._aliased = 0

    def build(self, node: yaml.Node, keys: Keys, line: int) -> Any:
        self.marks[keys] = (self.file, line)
        if not self._allowed(node, keys, line):
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, keys, line)
        self._open.add(id(node))
        inner = self._mapping(node, keys, line) if isinstance(node, yaml.MappingNode) else self._list(node, keys, line)
        self._open.discard(id(node))
        return inner

    def _allowed(self, node: yaml.Node, keys: Keys, line: int) -> bool:
        if node.tag not in _STANDARD:
            self._refuse(keys, line, f"the tag `{_short(node.tag)}` is not allowed: write plain values")
            return False
        if len(keys) > MAX_DEPTH:
            self._refuse(keys[:3], line, f"is nested more than {MAX_DEPTH} deep")
            return False
        self._aliased += id(node) in self._seen
        self._seen.add(id(node))
        if self._aliased > MAX_ALIASED or id(node) in self._open:
            if not any("alias" in fault.message for fault in self.faults):
                self._refuse(keys, line, "an alias grows without bound: write the values out")
            return False
        return True

    def _scalar(self, node: yaml.ScalarNode, keys: Keys, line: int) -> Any:
        text: str = node.value
        if node.style:
            return text
        if text in _NULL:
            self._refuse(keys, line, _no_value(str(keys[-1]) if keys else ""))
            return None
        return _plain(text)

    def _list(self, node: yaml.Node, keys: Keys, above: int) -> list[Any]:
        """An alias has the line of its anchor; it counts as written where the list is."""
        lines = (max(above, item.start_mark.line + 1) for item in node.value)
        return [
            self.build(item, (*keys, place), line)
            for place, (item, line) in enumerate(zip(node.value, lines, strict=True))
        ]

    def _mapping(self, node: yaml.Node, keys: Keys, above: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in self._named(node, keys):
            line = max(above, key.start_mark.line + 1)
            if key.value in result:
                first = self.marks[(*keys, key.value)][1]
                self._refuse((*keys, key.value), line, f"is written twice, first in line {first}")
            else:
                result[key.value] = self.build(value, (*keys, key.value), line)
        return result

    def _named(self, node: yaml.Node, keys: Keys) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in node.value:
            if _is_merge(key):
                self._refuse(keys, key.start_mark.line + 1, "`<<` is not read: write the keys out, or use `extends`")
            elif isinstance(key, yaml.ScalarNode) and key.tag in _STANDARD:
                yield key, value
            else:
                self._refuse(keys, key.start_mark.line + 1, "a key must be plain text")

    def _refuse(self, keys: Keys, line: int, message: str) -> None:
        self.faults.append(Fault(self.file, line, dotted(keys), message))


def _no_value(key: str) -> str:
    """What is most likely meant by a key without a value, as `{from: a, material:copper}` has one."""
    if key[:1].isdigit():
        return "has no value: a number has a decimal point, no comma"
    return no_space(key) or (no_colon(key) if " " in key else "has no value: write one, or remove the key")


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _plain(text: str) -> Any:
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) <= MAX_DIGITS else text
    return float(text) if _FLOAT.fullmatch(text) else text
