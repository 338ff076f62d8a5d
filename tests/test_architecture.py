"""The house stands: data flows one way, each floor imports only floors below it, heavy things are imported late."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import quantiles

import networkx as nx
import pytest

import simulator

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "simulator"
FLOORS = (
    {"errors", "units"},
    {"scenario"},
    {"network"},
    {"engine"},
    {"accounting"},
    {"study"},
    {"results"},
    {"report"},
    {"cli"},
)
"""From the ground up."""
ONLY = {
    "simpy": {"engine"},
    "llvmlite": {"engine"},
    "numba": {"engine"},
    "matplotlib": {"report"},
    "yaml": {"scenario"},
    "click": FLOORS[-1],
    "rich": FLOORS[-1],
}
"""Libraries that stand behind one part of the house, and that part."""
LATE = {"pandas", "numba", "matplotlib", "scipy", "pint", "networkx", "duckdb", "distributed", "SALib"}
"""Libraries too slow to import for a mere `--help`."""

EXTRAS = ("analysis", "cluster")
"""Optional dependencies that the package imports where they are asked for."""

MODULES = sorted(PACKAGE.rglob("*.py"))
INSIDE = [path for path in MODULES if path != PACKAGE / "__init__.py"]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part(module: str) -> str:
    """The part of the house a module belongs to: `simulator.engine.plan` is of `engine`."""
    return module.split(".")[1] if "." in module else ""


def floor(name: str) -> int:
    return next(height for height, names in enumerate(FLOORS) if name in names)


BELOW_CLI = [path for path in INSIDE if part(dotted(path)) not in FLOORS[-1]]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """Modules an import statement names; of `from a.b import c`, `a.b.c` where that is a module and `a.b` otherwise."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = (f"{node.module}.{alias.name}" for alias in node.names)
        yield from (name if is_module(name) else node.module for name in names)


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imports(path: Path) -> set[str]:
    """Everything a module imports, inside functions and for type checkers too."""
    return {name for node in ast.walk(tree(path)) for name in imported(node)}


def imports_when_imported(path: Path) -> set[str]:
    """What is imported at once: statements of the module itself, without those for type checkers only."""
    return {name for statement in tree(path).body for name in imported(statement)}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body, its docstring not counted."""
    documented = isinstance(function.body[0], ast.Expr) and ast.get_docstring(function) is not None
    body = function.body[documented:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_module_has_its_floor() -> None:
    """A new part of the house is put on a floor on purpose."""
    assert {part(dotted(path)) for path in INSIDE} <= set().union(*FLOORS)


@pytest.mark.parametrize("path", INSIDE, ids=shown)
def test_a_module_imports_only_from_its_floor_and_below(path: Path) -> None:
    own = floor(part(dotted(path)))
    above = {name for name in imports(path) if part_of_house(name) and floor(part(name)) > own}
    assert not above


def part_of_house(name: str) -> bool:
    return name.startswith("simulator.")


@pytest.mark.parametrize("path", BELOW_CLI, ids=shown)
def test_nothing_below_the_command_line_uses_the_public_interface(path: Path) -> None:
    """Its names come from every floor: `simulator.run` in the engine would turn the house upside down."""
    assert not taken_from_the_top(path) & set(simulator.__all__) - {"__version__"}


def taken_from_the_top(path: Path) -> set[str]:
    """Names a module takes from `simulator` itself, by `from simulator import name` or as `simulator.name`."""
    nodes = list(ast.walk(tree(path)))
    tops = (node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "simulator")
    names = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    attributes = {node.attr for node in names if ast.unparse(node.value) == "simulator"}
    return attributes.union(alias.name for node in tops for alias in node.names)


@pytest.mark.parametrize("library", ONLY)
def test_a_library_stands_behind_one_part(library: str) -> None:
    users = {part(dotted(path)) for path in MODULES if any(name.split(".")[0] == library for name in imports(path))}
    assert users <= ONLY[library]


@pytest.mark.parametrize("path", BELOW_CLI, ids=shown)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


def test_whatever_is_imported_is_a_dependency() -> None:
    """Not merely installed because something else needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = (requirement for name in EXTRAS for requirement in project["optional-dependencies"][name])
    declared = {re.split(r"[<>=]", requirement)[0] for requirement in (*project["dependencies"], *extras)}
    known = {*sys.stdlib_module_names, "simulator", "yaml", "pydantic_core"}  # pyyaml; pinned by pydantic
    assert {name.split(".")[0] for path in MODULES for name in imports(path)} - known - declared == set()


def test_no_modules_import_each_other() -> None:
    graph = nx.DiGraph((dotted(path), name) for path in MODULES for name in imports_when_imported(path))
    assert list(nx.simple_cycles(graph)) == []


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_no_module_is_longer_than_400_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 400


def test_the_linter_reads_every_module() -> None:
    """What it leaves out is at the root: `results` alone would leave out `simulator/results` as well."""
    command = [sys.executable, "-m", "ruff", "check", "--show-files", str(PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert set(map(str, MODULES)) <= set(done.stdout.splitlines())


def test_functions_are_short() -> None:
    """Half of them have at most 6 lines, nine in ten at most 20."""
    deciles = quantiles((length(function) for path in MODULES for function in functions(path)), n=10)
    assert deciles[4] <= 6
    assert deciles[8] <= 20


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; sys.argv = ['kreislauf', '--help']\nfrom simulator.cli import main\n"
    program += "try:\n    main()\nfinally:\n    print('imported:', *sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    names = done.stderr.partition("imported:")[2].split()
    assert names, done.stderr
    assert not LATE.intersection(names)
