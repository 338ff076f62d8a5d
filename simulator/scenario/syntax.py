"""What most likely is wrong where text is not YAML: the line to look at, and what to write there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import yaml

from simulator.scenario.wrong import shown

_TABS = "; indent with spaces, not with tabs"
_NO_SPACE = re.compile(r"([\w.]+):(?=[^\s:])(.+)")
_ENTRY = re.compile(r"[\w.\-]+:(\s|$)")
Said: TypeAlias = tuple[int, str]
"""Line counted from 1, and the message."""
Explain: TypeAlias = Callable[[yaml.MarkedYAMLError, Sequence[str]], Said | None]


def explained(error: yaml.MarkedYAMLError, text: str) -> Said:
    """The line of an error of the parser, and its likely cause; else the parser's own words."""
    line, lines = _line_of(error), text.splitlines()
    if error.problem == "but found another document":
        return line, "a scenario file is one YAML document: remove the second `---`"
    problem = str(error.problem or error.context)
    if _tabbed(_at(lines, line)) or "tab" in problem:
        return line, f"is not YAML: {problem}{_TABS}"
    explain = next((explain for words, explain in _CAUSES.items() if words in problem), None)
    found = explain(error, lines) if explain else None
    return found or (line, f"is not YAML: {problem}")


def no_space(text: str) -> str | None:
    """What to write for a `key:value` whose space is missing, or None where that is not what it is."""
    found = _NO_SPACE.fullmatch(text)
    return (
        f"`{shown(text)}` has no space after its colon: write `{found[1]}: {shown(found[2].strip())}`"
        if found
        else None
    )


def no_colon(text: str) -> str:
    """What to write for a key whose colon is missing."""
    key, _, value = text.partition(" ")
    return f"`{shown(text)}` has no colon: write `{key}: {shown(value.strip() or '…')}`"


def _line_of(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _at(lines: Sequence[str], line: int) -> str:
    return lines[line - 1] if 0 < line <= len(lines) else ""


def _tabbed(line: str) -> bool:
    return "\t" in line[: _indent(line)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _unfinished(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Said | None:
    """A line on its own that is no entry: the parser notices where the next one begins."""
    if error.context_mark is None:
        return None
    line = error.context_mark.line + 1
    text = _at(lines, line).strip().removeprefix("- ")
    return line, no_space(text) or no_colon(text)


def _nested(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Said:
    """An entry where none can be: under a line that is none, under a value, or in a text with a colon."""
    line, above = _line_of(error), _above(lines, _line_of(error))
    text, before = _at(lines, line).strip(), _at(lines, above).strip().removeprefix("- ")
    column = error.problem_mark.column if error.problem_mark else 0
    if _ENTRY.match(text) and column > _indent(_at(lines, line)) + text.find(":"):
        return line, "is not YAML: a colon within a value; put text with a colon in quotes"
    if above and not _ENTRY.match(before):
        return above, no_space(before) or no_colon(before)
    width, wanted = _indent(_at(lines, line)), _indent(_at(lines, above))
    return (
        line,
        f"is indented by {_spaces(width)}, the line above it by {wanted}: entries side by side begin in one column",
    )


def _displaced(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Said | None:
    """An entry that begins in no column of the entries above it."""
    line = _line_of(error)
    width, open_ = _indent(_at(lines, line)), _columns(lines, line)
    if width in open_ or not open_:
        return None
    columns = " or ".join(map(str, open_))
    return (
        line,
        f"is indented by {_spaces(width)}, the entries above it by {columns}: begin it where those beside it do",
    )


def _spaces(width: int) -> str:
    return "1 space" if width == 1 else f"{width} spaces"


def _unclosed(error: yaml.MarkedYAMLError, _lines: Sequence[str]) -> Said | None:
    """A quote that swallows the rest of the file."""
    if error.context_mark is None or "quoted" not in str(error.context):
        return None
    return error.context_mark.line + 1, "a quote is opened here and never closed"


def _columns(lines: Sequence[str], line: int) -> list[int]:
    """Indentations of the entries that a line is inside of or beside, ascending."""
    found: list[int] = []
    for text in filter(_counts, lines[: line - 1]):
        found = [*(width for width in found if width < _indent(text)), _indent(text)]
    return found


def _above(lines: Sequence[str], line: int) -> int:
    """The line before, without empty ones and comments; 0 where there is none."""
    return next((number for number in range(line - 1, 0, -1) if _counts(_at(lines, number))), 0)


def _counts(text: str) -> bool:
    return bool(text.strip()) and not text.lstrip().startswith("#")


_CAUSES: Mapping[str, Explain] = {
    "could not find expected ':'": _unfinished,
    "mapping values are not allowed": _nested,
    "did not find expected key": _displaced,
    "unexpected end of stream": _unclosed,
}
"""Words of the parser, and what looks for the cause."""
