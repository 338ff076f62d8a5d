"""Models that others published come out the same here; what would hide a deviation is refused."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from simulator import cli
from simulator.cli.casebook import conclusion, markdown, row
from simulator.cli.files import CASES
from simulator.errors import UserError
from simulator.study.cases import Verdict, cases_in, read_case, verdicts

LOOP = CASES / "recycling_loop_instant"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case of its own, to be spoilt."""
    return Path(copytree(LOOP, tmp_path / "case"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("folder", cases_in(CASES), ids=lambda folder: folder.name)
def test_a_published_model_comes_out_the_same(folder: Path) -> None:
    found = list(verdicts(folder))
    assert found
    assert [verdict.quantity for verdict in found if not verdict.holds] == []


@pytest.mark.parametrize("folder", cases_in(CASES), ids=lambda folder: folder.name)
def test_a_case_says_where_its_figures_are_from(folder: Path) -> None:
    assert len(read_case(folder).source) > 20


def test_every_row_of_the_expected_table_is_a_point(case: Path) -> None:
    rows = len((case / "expected.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert {verdict.points for verdict in verdicts(case)} == {rows}


def test_a_figure_that_deviates_is_found(case: Path) -> None:
    edit(case / "expected.csv", "1983,3,3.51724137931,", "1983,3,3.51724137,")
    assert [verdict.quantity for verdict in verdicts(case) if not verdict.holds] == ["flows: b_forward"]


def test_a_row_that_only_one_side_has_counts_as_nothing_there(case: Path) -> None:
    edit(case / "expected.csv", "1983,3,3.51724137931,3,0.51724137931\n", "")
    assert not any(verdict.holds for verdict in verdicts(case))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from flows", "from fluxes", "the query fails"),
        ("as a_input", "as b_input", "gives no column a_input"),
        ("    relative: 1e-9\n", "", "either `relative` or `absolute`"),
        ("expected: expected.csv", "expected: other.csv", "other.csv"),
        ("group by period", "group by period, flow", "the query gives several rows with the same key"),
        ("key: [year]", "key: [a_input, decade]", "decade"),
        ("from flows group", "from read_text('scenario.yaml') group", "the query fails"),
        ("title:", "titel:", "titel"),
    ],
)
def test_a_fault_in_a_case_is_said(case: Path, old: str, new: str, said: str) -> None:
    edit(case / "case.yaml", old, new)
    with pytest.raises(UserError, match=said):
        list(verdicts(case))


def test_a_key_that_stands_twice_is_refused(case: Path) -> None:
    edit(case / "expected.csv", "1983,3,", "1982,3,")
    with pytest.raises(UserError, match="several with the same key"):
        list(verdicts(case))


@pytest.mark.parametrize("cell", ["", "three"])
def test_an_expected_cell_that_is_no_number_is_not_taken_for_nothing(case: Path, cell: str) -> None:
    edit(case / "expected.csv", "1983,3,", f"1983,{cell},")
    with pytest.raises(UserError, match="a_input has a cell that is no number"):
        list(verdicts(case))


def test_the_command_ends_well_only_if_all_holds(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validation", str(case)]) == 0
    assert "all within their tolerance" in capsys.readouterr().out
    edit(case / "expected.csv", "1983,3,3.51724137931,", "1983,3,3.6,")
    assert cli.main(["validation", str(case)]) == 1
    assert "DEVIATES" in capsys.readouterr().out


def test_a_folder_without_cases_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validation", str(tmp_path)]) == 2
    assert "holds no case" in capsys.readouterr().err


def test_the_docs_get_a_row_for_every_quantity() -> None:
    one = Verdict("loop", "a paper", "flows: b", "t", 31, 2e-13, 1e-9, relative=True)
    assert markdown([one]).splitlines()[2:] == ["| loop | a paper | flows: b | 31 | 2.0e-13 | 1.0e-09 |"]
    assert conclusion([one]) == "1 case, 1 quantity, 31 points: all within their tolerance"


def test_figures_that_only_stand_beside_ours_are_shown_one_by_one(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However far apart they are, the command ends well; what is judged is judged as strictly as before."""
    edit(case / "case.yaml", "relative: 1e-9", "beside: true")
    edit(case / "expected.csv", "1983,3,3.51724137931,", "1983,3,5,")
    edit(case / "expected.csv", "1980,0,0,0,0\n", "")
    assert cli.main(["validation", str(case)]) == 0
    assert "120 figures stand beside published ones, not judged" in capsys.readouterr().out
    shown = [row(verdict)[0] for verdict in verdicts(case)]
    assert "flows: b_forward, 1983: 5 t/year published, 3.517 t/year here" in shown


def test_a_row_that_only_one_side_has_cannot_stand_beside_another(case: Path) -> None:
    edit(case / "case.yaml", "relative: 1e-9", "beside: true")
    edit(case / "expected.csv", "1983,3,3.51724137931,3,0.51724137931\n", "")
    with pytest.raises(UserError, match="other rows"):
        list(verdicts(case))


def test_a_comparison_is_judged_or_not(case: Path) -> None:
    edit(case / "case.yaml", "relative: 1e-9", "relative: 1e-9\n    beside: true")
    with pytest.raises(UserError, match="beside: true"):
        list(verdicts(case))
