"""The reader: strict, and YAML's surprises as they were meant."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import ScenarioError, UserError
from simulator.scenario.reader import MAX_BYTES, parse, read


def value(text: str) -> Any:
    return parse(f"v: {text}\n", "s.yaml").data["v"]


def refusal(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("false", False),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("12", 12),
        ("-3", -3),
        ("012", 12),
        ("12:30", "12:30"),
        ("2025-01-01", "2025-01-01"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        (".inf", ".inf"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("'null'", "null"),
        ("40 %", "40 %"),
    ],
)
def test_plain_values_are_read_as_meant(text: str, meant: object) -> None:
    found = value(text)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize("text", ["", "~", "null", "Null"])
def test_null_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="has no value"):
        value(text)


def test_a_simple_alias_is_the_value_it_stands_for() -> None:
    assert parse("a: &x {b: 1}\nc: *x\n", "s.yaml").data == {"a": {"b": 1}, "c": {"b": 1}}


def test_an_alias_bomb_is_refused_at_once() -> None:
    rows = ["l0: &l0 [x, x]"] + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30)]
    begun = time.perf_counter()
    with pytest.raises(ScenarioError, match="grows without bound") as caught:
        parse("\n".join(rows), "s.yaml")
    assert len(caught.value.faults) == 1
    assert time.perf_counter() - begun < 5


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ScenarioError):
        parse("v: " + "[" * 20_000 + "]" * 20_000, "s.yaml")


def test_every_part_has_its_line() -> None:
    marks = parse("a:\n  b: 1\n  c:\n    - d\n    - e: 2\n", "s.yaml").marks
    assert marks["a", "b"] == ("s.yaml", 2)
    assert marks["a", "c", 0] == ("s.yaml", 4)
    assert marks["a", "c", 1, "e"] == ("s.yaml", 5)


def test_all_faults_of_the_syntax_are_shown_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse("a: 1\na: 2\nb:\nc: !new 3\n", "s.yaml")
    assert [fault.line for fault in caught.value.faults] == [2, 3, 4]


def test_a_base_is_laid_under_and_keeps_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("a: {x: 1, y: 2}\nb: [1, 2]\nc: {d: 1}\n")
    (tmp_path / "top.yaml").write_text("extends: base.yaml\na: {y: 3}\nb: [4]\n")
    document, folder = read(tmp_path / "top.yaml")
    assert document.data == {"a": {"x": 1, "y": 3}, "b": [4], "c": {"d": 1}}
    assert document.marks["a", "x"] == ("base.yaml", 1)
    assert document.marks["a", "y"] == ("top.yaml", 2)
    assert set(folder.files) == {"top.yaml", "base.yaml"}


def test_bases_may_have_bases(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("a: 1\nb: 1\n")
    (tmp_path / "two.yaml").write_text("extends: one.yaml\nb: 2\n")
    (tmp_path / "three.yaml").write_text("extends: two.yaml\nc: 3\n")
    assert read(tmp_path / "three.yaml")[0].data == {"a": 1, "b": 2, "c": 3}


def test_a_circle_of_bases_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("extends: two.yaml\n")
    (tmp_path / "two.yaml").write_text("a: 1\nextends: one.yaml\n")
    assert refusal(tmp_path / "one.yaml") == (
        "two.yaml:2: extends: goes round in a circle: one.yaml → two.yaml → one.yaml"
    )


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inside / "s.yaml").write_text("extends: link.yaml\n")
    assert refusal(inside / "s.yaml") == "s.yaml:1: extends: `link.yaml` lies outside the scenario's folder"


def test_an_absolute_path_is_outside(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("extends: /etc/hostname\n")
    assert "lies outside the scenario's folder" in refusal(tmp_path / "s.yaml")


def test_text_must_be_utf8(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes("a: 1\ntitle: Lünen\n".encode("latin-1"))
    assert refusal(tmp_path / "s.yaml") == "s.yaml:2: is not UTF-8 text: save the file as UTF-8"


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "s.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert refusal(tmp_path / "s.yaml") == "s.yaml:1: `s.yaml` is larger than 20 MB"


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(tmp_path / "s.yaml")[0].data == {"a": 1}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        read(tmp_path / "s.yaml")


def test_an_empty_file_is_no_scenario(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("")
    assert refusal(tmp_path / "s.yaml") == "s.yaml:1: the file is empty; `new NAME` writes one to start from"
