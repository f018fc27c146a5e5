"""The layer rule: imports point down, siblings do not know each other, a third-party package has one home."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import vecalc

PACKAGE = Path(vecalc.__file__).parent

# What each folder may import from vecalc. `app` and the two files at the edge may import everything.
BOTTOM = {"errors", "answers", "finder", "bounded"}
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "answers": {"errors"},
    "finder": {"errors"},
    "bounded": set(),
    "lang": BOTTOM,
    "space": BOTTOM,
    "formats": {"space", *BOTTOM},
    "search": {"space", *BOTTOM},
    "calc": {"lang", "space", *BOTTOM},
    "evaluation": {"calc", "search", "space", *BOTTOM},
    "render": BOTTOM,
}
EDGE = {"app", "__init__", "__main__"}
FROM_LANG = {"lang.limits", "lang.nodes", "lang.show"}  # calc sees trees and their text, not the parser

HOMES = {
    "blake3": {"space"},
    "lark": {"lang"},
    "rich": {"render"},
    "click": {"app"},
    "platformdirs": {"app"},
    "rapidfuzz": {"space"},
    "regex": {"space"},
    "numkong": {"search"},
    "gensim": {"formats"},
    "pyarrow": {"formats", "app"},
    "safetensors": {"formats"},
    "scipy": set(),
    "threadpoolctl": {"space"},
    "zstandard": {"formats"},
    "numpy": {"space", "formats", "search", "calc", "evaluation", "app"},
}
# Slow to load, and not always needed.
INSIDE_FUNCTIONS = (
    "blake3",
    "gensim",
    "numkong",
    "platformdirs",
    "pyarrow",
    "rich",
    "safetensors",
    "zstandard",
)


class Import(NamedTuple):
    """A file wants a module, perhaps for types only, perhaps inside a function."""

    file: Path
    wants: str
    for_types: bool
    in_function: bool

    @property
    def folder(self) -> str:
        return self.file.relative_to(PACKAGE).parts[0].removesuffix(".py")

    @property
    def inside(self) -> str:
        """The module within vecalc ("calc.values"), "" for another package."""
        return self.wants.removeprefix("vecalc.") if self.wants.startswith("vecalc.") else ""

    def __str__(self) -> str:
        return f"{self.file.relative_to(PACKAGE)} imports {self.wants}"


@cache
def imports() -> list[Import]:
    files = sorted(PACKAGE.rglob("*.py"))
    return [Import(file, *found) for file in files for found in of(ast.parse(file.read_text("utf-8")))]


def of(node: ast.AST, for_types: bool = False, in_function: bool = False) -> Iterator[tuple[str, bool, bool]]:
    yield from ((name, for_types, in_function) for name in wanted(node))
    for_types |= isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    in_function |= isinstance(node, ast.FunctionDef)
    for child in ast.iter_child_nodes(node):
        yield from of(child, for_types, in_function)


def wanted(node: ast.AST) -> list[str]:
    """The modules a node asks for; `vecalc.load` asks for the module that `load` lives in."""
    match node:
        case ast.Import(names):
            return [alias.name for alias in names]
        case ast.ImportFrom(str(module), names) if (PACKAGE.parent / module.replace(".", "/")).is_dir():
            return [f"{module}.{a.name}" if is_module(module, a.name) else module for a in names]
        case ast.ImportFrom(str(module)):
            return [module]
        case ast.Attribute(ast.Name("vecalc"), name) if name in vecalc._HOMES:
            return [vecalc._HOMES[name]]
    return []


def is_module(package: str, name: str) -> bool:
    place = PACKAGE.parent / package.replace(".", "/") / name
    return place.is_dir() or place.with_suffix(".py").is_file()


def test_imports_are_found() -> None:
    assert {found.folder for found in imports()} >= {*EDGE, "lang", "space", "formats", "search", "render"}
    assert "app/cli/run.py imports vecalc.app.pipeline" in map(str, imports())
    assert "app/stores.py imports vecalc.formats.load" in map(str, imports())


def test_imports_point_down() -> None:
    """Also those for types only: they say what a file knows of."""
    inner = [found for found in imports() if found.folder not in EDGE]
    allowed = {folder: {"", folder, *below} for folder, below in BELOW.items()}
    assert [str(f) for f in inner if f.inside.split(".")[0] not in allowed[f.folder]] == []
    of_calc = [f for f in inner if f.folder == "calc" and f.inside.startswith("lang")]
    assert {f.inside for f in of_calc} <= FROM_LANG


def test_a_third_party_package_has_one_home() -> None:
    """Names in annotations do not count: an answer may say that it holds an array."""
    known = {"vecalc", *sys.stdlib_module_names}
    foreign = [(f, f.wants.split(".")[0]) for f in imports() if not f.for_types]
    foreign = [(f, package) for f, package in foreign if package not in known]
    assert [str(f) for f, package in foreign if f.folder not in HOMES.get(package, set())] == []


@pytest.mark.parametrize("package", INSIDE_FUNCTIONS)
def test_slow_packages_are_loaded_where_they_are_needed(package: str) -> None:
    loaded = [f for f in imports() if not f.in_function and not f.for_types]
    assert [str(f) for f in loaded if f.wants.split(".")[0] == package] == []


def test_there_are_no_cycles() -> None:
    """Of modules that load each other; an import inside a function is how a cycle is opened."""
    graph: dict[str, set[str]] = {}
    for found in imports():
        module = ".".join(found.file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        loads = found.inside and not found.for_types and not found.in_function
        graph.setdefault(module, set()).update({found.inside} if loads else set())
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names them
    assert order.index("errors") < order.index("app.pipeline") < order.index("app.cli.run")


def test_commands_open_models_through_one_door() -> None:
    """What has to come before (no input is overwritten, the models' own settings count) stands there."""
    callers = {path for path in PACKAGE.rglob("*.py") if "open_spaces(" in path.read_text("utf-8")}
    assert {str(path.relative_to(PACKAGE)) for path in callers} == {"app/spaces.py", "app/cli/opening.py"}
