"""What a run leaves: every file, described, the same bytes each time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

import simulator
from simulator.accounting.tables import COLUMNS
from simulator.errors import UserError
from simulator.results import prepared, write
from simulator.results.tables import write_parquet
from simulator.study.run import Run
from tests.results import synthetic

PARQUET = {"flows", "stocks", "processes", "emissions", "energy", "waste", "money", "ages", "retirements"}
TEXT = {"run.json", "scenario.resolved.yaml", "datapackage.json", "indicators.csv"}


def draw(_: Run, folder: Path) -> list[Path]:
    folder.mkdir()
    plot = folder / "waste.svg"
    plot.write_text("<svg/>")
    return [plot]


def written(out: Path, *, csv: bool = False, plots: Callable[[Run, Path], object] = draw) -> Path:
    run = synthetic.run("linear", "circular")
    with prepared(run.scenario, out) as target:
        return write(run, target, ["run", "made_up.yaml"], plots, csv=csv)


def document(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_a_run_leaves_exactly_these_files(tmp_path: Path) -> None:
    folder = written(tmp_path / "x")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {f"{name}.parquet" for name in PARQUET} | TEXT | {"plots/waste.svg"}
    assert set(document(folder / "run.json")["files"]) == names


def test_csv_comes_beside_parquet_when_asked_for(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", csv=True)
    assert {path.stem for path in folder.glob("*.csv")} == PARQUET | {"indicators"}
    assert {path.stem for path in folder.glob("*.parquet")} == PARQUET


def test_the_record_says_what_was_run(tmp_path: Path) -> None:
    record = document(written(tmp_path / "x") / "run.json")
    assert record["argv"] == ["run", "made_up.yaml"]
    assert record["seed"] == 42
    assert record["inputs"] == {"made_up.yaml": "ab" * 32}
    assert len(record["config_hash"]) == 64
    assert record["variants"] == ["linear", "circular"]
    assert record["lanes"] == 2
    assert record["events"] == 731
    assert record["balance"] == {"max_relative_residual": 3.2e-13}
    assert record["warnings"] == ["a store is small"]
    assert set(record["bottlenecks"]) == {"linear", "circular"}


def test_the_record_names_versions_and_seconds_by_stage(tmp_path: Path) -> None:
    record = document(written(tmp_path / "x") / "run.json")
    assert list(record["timings"]) == ["load", "compile", "simulate", "account", "write", "plot"]
    assert record["timings"]["simulate"] == 0.0423
    assert record["timings"]["write"] > 0
    assert record["versions"]["kreislauf"] == simulator.__version__
    assert {"python", "platform", "numpy", "numba", "simpy", "pandas", "duckdb"} < set(record["versions"])


def test_the_resolved_scenario_has_one_document_per_variant(tmp_path: Path) -> None:
    text = (written(tmp_path / "x") / "scenario.resolved.yaml").read_text(encoding="utf-8")
    documents = list(yaml.safe_load_all(text))
    assert documents == [
        dict(variant.document) for variant in synthetic.scenario("linear", "circular").variants.values()
    ]
    assert "# variant circular" in text
    assert "Grün" in text
    assert "&id" not in text


@pytest.mark.parametrize("csv", [False, True])
def test_the_data_package_describes_every_table_as_it_is(tmp_path: Path, csv: bool) -> None:
    folder = written(tmp_path / "x", csv=csv)
    resources = document(folder / "datapackage.json")["resources"]
    described = {resource["path"] for resource in resources}
    assert described == {path.name for path in folder.iterdir() if path.suffix in {".csv", ".parquet"}}
    assert len({resource["name"] for resource in resources}) == len(resources)
    for resource in resources:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert [field["name"] for field in resource["schema"]["fields"]] == columns_of(folder / resource["path"])


def columns_of(path: Path) -> list[str]:
    return list(types_of(path))


def types_of(path: Path) -> dict[str, str]:
    with duckdb.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}


def test_the_data_package_names_units_and_meanings(tmp_path: Path) -> None:
    resources = document(written(tmp_path / "x") / "datapackage.json")["resources"]
    fields = {resource["name"]: resource["schema"]["fields"] for resource in resources}
    assert set(fields) == PARQUET | {"indicators-csv"}
    mass = next(field for field in fields["flows"] if field["name"] == "mass_t")
    assert mass == {"name": "mass_t", "type": "number", "unit": "t", "description": "Mass"}


def test_two_runs_leave_the_same_bytes_in_every_table(tmp_path: Path) -> None:
    first, second = (written(tmp_path / name, csv=True) for name in "xy")
    same = [*(path.name for path in first.glob("*.parquet")), *(path.name for path in first.glob("*.csv"))]
    for name in [*same, "datapackage.json", "scenario.resolved.yaml"]:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_parquet_holds_the_table_to_the_last_bit(tmp_path: Path) -> None:
    table = synthetic.run("linear", "circular").tables.flows
    write_parquet({"flows": table}, tmp_path)
    with duckdb.connect() as connection:
        read = connection.execute(f"SELECT * FROM '{tmp_path}/flows.parquet'").df()
    pd.testing.assert_frame_equal(read, table, check_dtype=False, check_categorical=False, check_exact=True)


def test_an_empty_table_keeps_its_types(tmp_path: Path) -> None:
    empty = pd.DataFrame({column.name: [] for column in COLUMNS["stocks"]})
    write_parquet({"stocks": empty}, tmp_path)
    types = types_of(tmp_path / "stocks.parquet")
    assert types["variant"] == "VARCHAR"
    assert types["replication"] == "BIGINT"
    assert types["mass_t"] == "DOUBLE"


def test_csv_keeps_all_digits_and_reads_back(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", csv=True)
    read = pd.read_csv(folder / "flows.csv")
    assert list(read["mass_t"]) == list(synthetic.run("linear", "circular").tables.flows["mass_t"])
    assert b"\r" not in (folder / "flows.csv").read_bytes()


@pytest.mark.parametrize("kind", [OSError, duckdb.IOException, duckdb.TransactionException])
def test_a_full_disk_is_told_as_such_and_leaves_nothing(tmp_path: Path, kind: type[Exception]) -> None:
    def full(*_: object) -> None:
        raise kind("No space left on device")

    with pytest.raises(UserError, match=r"x: cannot be written \(.*No space left on device\)"):
        written(tmp_path / "x", plots=full)
    assert list(tmp_path.iterdir()) == []


def test_each_stage_is_told_and_without_plots_nothing_is_drawn(tmp_path: Path) -> None:
    told: list[str] = []
    for name, plots in (("drawn", draw), ("bare", None)):
        with prepared(synthetic.scenario(), tmp_path / name) as target:
            write(synthetic.run(), target, (), plots, stage=told.append)
    assert told == ["writing tables", "drawing plots", "writing tables"]
    assert not (tmp_path / "bare" / "plots").exists()
