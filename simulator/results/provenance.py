"""run.json: what was run, by what, and how it went."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simulator
from simulator.scenario.scenario import Scenario, Series
from simulator.study.run import Run

if TYPE_CHECKING:
    from simulator.study.ensemble import Ensemble
    from simulator.study.partners import Asked
    from simulator.study.replication import Study

RECORD = "run.json"
STAGES = ("load", "compile", "simulate", "account", "write", "plot")
LIBRARIES = (
    "numpy",
    "numba",
    "llvmlite",
    "simpy",
    "scipy",
    "pandas",
    "duckdb",
    "networkx",
    "pydantic",
    "pyyaml",
)
"""Those that numbers or files depend on; matplotlib and the rest only draw."""


def config_hash(scenario: Scenario) -> str:
    """sha256 of what decides a run's numbers: the resolved documents of its variants, its seed, its time series."""
    digest = hashlib.sha256()
    documents = [[name, _canonical(variant.document)] for name, variant in scenario.variants.items()]
    digest.update(json.dumps([scenario.world.seed, documents], sort_keys=True, default=str).encode())
    for name, series in sorted(scenario.series.items()):
        digest.update(_series(name, series))
    return digest.hexdigest()


def record(run: Run, argv: Sequence[str], timings: Mapping[str, float], files: Sequence[str]) -> dict[str, Any]:
    """The content of run.json; `files` are all files of the folder but this one."""
    scenario = run.scenario
    return {
        **origin(scenario, argv),
        "lanes": run.lanes,
        **(_replications(run.ensemble) if run.ensemble else {}),
        "bottlenecks": {name: [str(one) for one in found] for name, found in run.bottlenecks.items()},
        **ending(run.events, run.residual, {**dict.fromkeys(STAGES, 0.0), **timings}, run.warnings, files),
    }


def origin(scenario: Scenario, argv: Sequence[str]) -> dict[str, Any]:
    """What any record begins with: what was run, and from where."""
    return {
        "scenario": scenario.name,
        "file": file_of(scenario),
        "title": scenario.title,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "argv": list(argv),
        "seed": scenario.world.seed,
        "config_hash": config_hash(scenario),
        "inputs": dict(scenario.files),
        "variants": list(scenario.variants),
    }


def ending(
    events: int, residual: float, timings: Mapping[str, float], warnings: Sequence[str], files: Sequence[str]
) -> dict[str, Any]:
    """What any record ends with: how it went, by what, and what it left; `files` as in `record`."""
    return {
        "events": events,
        "balance": {"max_relative_residual": residual},
        "timings": {stage: round(seconds, 6) for stage, seconds in timings.items()},
        "warnings": list(warnings),
        "versions": versions(),
        "files": sorted([*files, RECORD]),
    }


def _replications(ensemble: Ensemble) -> dict[str, Any]:
    """How replications were drawn, and which lanes failed."""
    return {
        "replications": ensemble.study.replications,
        "sampling": sampling(ensemble.study.latin),
        "failed": [asdict(failure) for failure in ensemble.failures],
    }


def sampling(latin: bool) -> str:
    """How draws are spread, as records say it."""
    return "latin" if latin else "plain"


def identity(study: Study) -> dict[str, Any]:
    """What decides the numbers of every lane of a study: only what agrees in it can be gone on from."""
    return {
        "config_hash": config_hash(study.scenario),
        "replications": study.replications,
        "sampling": sampling(study.latin),
        "rows": study.scenario.world.time.report.days(),
        **({"design": study.design.digest()} if study.design else {}),
        "versions": versions(),
    }


def identity_of_coalitions(asked: Asked) -> dict[str, Any]:
    """The same of a question about partnerships, whose coalitions are made from the files themselves."""
    inquiry = asked.inquiry
    return {
        "config_hash": config_hash(inquiry.scenario),
        "inputs": dict(inquiry.scenario.files),
        "sets": list(asked.sets),
        "coalitions": hashlib.sha256(repr(inquiry.coalitions).encode()).hexdigest(),
        "replications": inquiry.replications,
        "sampling": sampling(inquiry.latin),
        "versions": versions(),
    }


def file_of(scenario: Scenario) -> str:
    """Path of the scenario's file from the current folder, `/` between its parts."""
    with suppress(ValueError):  # on another drive there is none
        return Path(os.path.relpath(scenario.path)).as_posix()
    return Path(scenario.path).as_posix()


def dumps(document: Mapping[str, Any]) -> str:
    """JSON as it is written: UTF-8, two spaces, and no NaN, which JSON does not have."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def versions() -> dict[str, str]:
    """This program, Python, the platform, and the libraries that numbers or files depend on."""
    ours = {"kreislauf": simulator.__version__, "python": platform.python_version(), "platform": platform.platform()}
    return ours | {name: _version(name) for name in LIBRARIES}


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # vendored, or run from a bundle without metadata
        return "unknown"


def _canonical(value: object) -> object:
    """The same data with text for keys, which under `meta` may be anything, so that they can be sorted."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(entry) for entry in value]
    return value


def _series(name: str, series: Series) -> bytes:
    head = f"{name}\0{series.between}\0{series.outside}\0{len(series.times)}\0".encode()
    return head + series.times.astype("datetime64[s]").tobytes() + series.values.tobytes()
