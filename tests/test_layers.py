"""The layer rule: imports point down, siblings do not know each other, a third-party package has one home."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import vecalc

PACKAGE = Path(vecalc.__file__).parent

# What each folder, and each part of `studies` and `shell`, may import from vecalc besides itself.
BOTTOM = {"errors", "answers", "arrays", "conditions", "finder", "bounded", "near"}
CALCULATING = {"calc", "search", "lang", "space", *BOTTOM}
STUDYING = {"engine", "evaluation", "tables", *CALCULATING}
SHELL = {"studies", "plots", "stores", "library", "texts", "formats", "sources", "render", *STUDYING}
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "answers": {"arrays", "errors"},
    "arrays": set(),
    "conditions": {"errors", "near"},
    "finder": {"errors"},
    "bounded": set(),
    "near": set(),
    "lang": BOTTOM,
    "space": BOTTOM,
    "sources": {"space", *BOTTOM},
    "codecs": {"sources", "space", *BOTTOM},
    "formats": {"codecs", "sources", "space", *BOTTOM},
    "search": {"space", *BOTTOM},
    "calc": {"lang", "space", *BOTTOM},
    "stores": {"search", "lang", "sources", "space", *BOTTOM},
    "render": BOTTOM,
    "plots": {"render", *BOTTOM},
    "tables": {"formats", "sources", "space", *BOTTOM},
    "texts": {"tables", "formats", "codecs", "sources", "space", *BOTTOM},
    "engine": CALCULATING,
    "library": {"formats", "search", "sources", "stores", "texts", "lang", "space", *BOTTOM},
    "evaluation": {"tables", *CALCULATING},
    "studies": STUDYING,
    "studies.axes": STUDYING,
    "studies.check": {"evaluation", "formats", "sources", "library", "search", "space", *BOTTOM},
    "studies.compare": {"studies.axes", *STUDYING},
    "studies.diff": STUDYING,
    "studies.explain": {"render", "studies.axes", *STUDYING},
    "studies.features": {"render", *STUDYING},
    "studies.plot": {"plots", *STUDYING},
    "shell": SHELL,
    "shell.cli": {"cluster", "shell", "shell.repl", *SHELL},
    "shell.commands": {"shell", "shell.models", *SHELL},
    "shell.models": {"shell", *SHELL},
    "shell.repl": {"shell", *SHELL},
    "cluster": {"shell", *SHELL},
    "api": {"shell", "shell.cli", *SHELL},
}
EDGE = {"__init__", "__main__"}  # the Python API and the entry name modules of any folder
# calc sees trees and their text, not the parser
FROM_LANG = {"lang.limits", "lang.nodes", "lang.show", "lang.substitute"}

HOMES = {
    "blake3": {"space"},
    "dask": {"cluster"},
    "distributed": {"cluster"},
    "lark": {"lang"},
    "IPython": {"api"},
    "pandas": {"api"},
    "polars": {"api"},
    "rich": {"render"},
    "click": {"shell"},
    "matplotlib": {"plots"},
    "platformdirs": {"library"},
    "prompt_toolkit": {"shell"},
    "sklearn": {"studies"},
    "rapidfuzz": {"space"},
    "regex": {"space"},
    "numkong": {"search"},
    "onnxruntime": {"search"},
    "gensim": {"formats"},
    "duckdb": {"formats"},
    "lancedb": {"formats"},
    "psycopg": {"stores"},
    "pymilvus": {"stores"},
    "pyarrow": {"api", "formats", "studies", "tables"},
    "safetensors": {"formats"},
    "scipy": set(),
    "threadpoolctl": {"space"},
    "tokenizers": {"space"},
    "zstandard": {"formats"},
    "numpy": {"arrays", "calc", "engine", "evaluation"}
    | {"codecs", "formats", "plots", "search", "space", "stores", "studies", "shell", "tables", "texts"},
}
# Slow to load, and not always needed.
INSIDE_FUNCTIONS = (
    "IPython",
    "blake3",
    "dask",
    "distributed",
    "gensim",
    "matplotlib",
    "numkong",
    "pandas",
    "platformdirs",
    "polars",
    "pyarrow",
    "rich",
    "safetensors",
    "sklearn",
    "tokenizers",
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
        """Where the file lies: "calc", "shell.repl"; a file at the top is a folder of its own."""
        return folder_of(self.module)

    @property
    def module(self) -> str:
        return ".".join(self.file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")

    @property
    def inside(self) -> str:
        """The module within vecalc ("calc.values"), "" for another package."""
        return self.wants.removeprefix("vecalc.") if self.wants.startswith("vecalc.") else ""

    def __str__(self) -> str:
        return f"{self.file.relative_to(PACKAGE)} imports {self.wants}"


def folder_of(module: str) -> str:
    return module if (PACKAGE / module.replace(".", "/")).is_dir() else module.rpartition(".")[0] or module


def may_import(folder: str, other: str) -> bool:
    """By its row, which may name a folder that the other lies in."""
    return not {other, other.partition(".")[0]}.isdisjoint(BELOW[folder]) or folder == other


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
    assert "shell/cli/run.py imports vecalc.engine.calculator" in map(str, imports())
    assert "library/open_model.py imports vecalc.formats.load" in map(str, imports())


def test_every_folder_has_a_row() -> None:
    homes = {folder_of(found.module) for found in imports()} | {
        ".".join(file.parent.relative_to(PACKAGE).parts) for file in PACKAGE.rglob("*.py")
    }
    assert homes - {""} == {*BELOW, *EDGE}


def test_imports_point_down() -> None:
    """Also those for types only: they say what a file knows of."""
    inner = [found for found in imports() if found.folder not in EDGE and found.inside]
    assert [str(f) for f in inner if not may_import(f.folder, folder_of(f.inside))] == []
    of_calc = [f for f in inner if f.folder == "calc" and f.inside.startswith("lang")]
    assert {f.inside for f in of_calc} <= FROM_LANG


def test_no_two_folders_import_each_other() -> None:
    arrows = {(f.folder, folder_of(f.inside)) for f in imports() if f.inside and f.folder not in EDGE}
    assert [(a, b) for a, b in arrows if a < b and (b, a) in arrows] == []


def test_no_folder_holds_too_much() -> None:
    lines: Counter[str] = Counter()
    for file in PACKAGE.rglob("*.py"):
        lines[file.relative_to(PACKAGE).parts[0]] += len(file.read_text("utf-8").splitlines())
    assert max(lines.values()) < 0.2 * lines.total()


def test_no_two_modules_have_one_name() -> None:
    """But for plug-ins, which have the names that users type: of formats, outputs and commands."""
    plain = [f for f in PACKAGE.rglob("*.py") if f.parent.name not in ("commands", "formats", "render")]
    names = Counter(file.stem for file in plain if not file.stem.startswith("__"))
    assert [name for name, count in names.items() if count > 1] == []


def test_a_third_party_package_has_one_home() -> None:
    """Names in annotations do not count: an answer may say that it holds an array."""
    known = {"vecalc", *sys.stdlib_module_names}
    foreign = [(f, f.wants.split(".")[0]) for f in imports() if not f.for_types]
    foreign = [(f, package) for f, package in foreign if package not in known]
    assert [str(f) for f, package in foreign if f.folder.split(".")[0] not in HOMES.get(package, set())] == []


@pytest.mark.parametrize("package", INSIDE_FUNCTIONS)
def test_slow_packages_are_loaded_where_they_are_needed(package: str) -> None:
    loaded = [f for f in imports() if not f.in_function and not f.for_types]
    assert [str(f) for f in loaded if f.wants.split(".")[0] == package] == []


def test_no_two_classes_have_one_name() -> None:
    """Of those that other modules may use; but the nodes of trees are called as the language calls them."""
    files = [file for file in PACKAGE.rglob("*.py") if file.name != "nodes.py"]
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    classes = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    names = Counter(name for name in classes if not name.startswith("_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_there_are_no_circles() -> None:
    """Of modules that import each other, inside functions, too: that opens a circle only for the loader."""
    graph: dict[str, set[str]] = {}
    for found in imports():
        others = {found.inside} if found.inside and not found.for_types else set()
        graph.setdefault(found.module, set()).update(others - {found.module})
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names them
    assert order.index("errors") < order.index("engine.calculator") < order.index("shell.cli.run")


def test_commands_open_models_through_one_door() -> None:
    """What has to come before (no input is overwritten, the models' own settings count) stands there."""
    callers = {path for path in PACKAGE.rglob("*.py") if "open_spaces(" in path.read_text("utf-8")}
    assert {str(path.relative_to(PACKAGE)) for path in callers} == {
        "library/open_model.py",
        "shell/opening.py",
    }


@pytest.mark.parametrize("part", ["open_spaces", "keep_tables", "sink_for", "show_sheets", "Calculator("])
def test_commands_take_no_part_of_the_ritual_out(part: str) -> None:
    """How a command begins and ends is `perform`'s: what it is made of is in no command."""
    folders = [PACKAGE / "shell" / name for name in ("commands", "models")]
    texts = {path: path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py")}
    assert len(texts) > 10
    assert [path.name for path, text in texts.items() if part in text] == []
