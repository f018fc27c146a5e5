"""The list of faults (faults.md) is whole, and names tests that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NUMBERS = set(range(1, 102))
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)


@cache
def rows() -> dict[int, list[str]]:
    """The tests of every fault: `test_x.py::test_y`, or a file of cases."""
    text = (HERE / "faults.md").read_text("utf-8")
    return {int(number): list(_named(told)) for number, _, told in ROW.findall(text)}


def _named(told: str) -> Iterator[str]:
    """A cell is `test_file: name, name; cases/file.txt`; anything else is prose."""
    for part in told.split("; "):
        file, colon, names = part.partition(": ")
        if file.startswith("cases/"):
            yield file
        elif colon and file.startswith("test_"):
            yield from (f"{file}.py::test_{name}" for name in names.split(", "))


@cache
def functions_of(file: str) -> frozenset[str]:
    """The functions of a file that pytest runs."""
    tree = ast.parse((HERE / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_number_is_there() -> None:
    text = (HERE / "faults.md").read_text("utf-8")
    assert sorted(int(number) for number, *_ in ROW.findall(text)) == sorted(NUMBERS)


@pytest.mark.parametrize("number", sorted(NUMBERS))
def test_a_fault_has_tests_that_there_are(number: int) -> None:
    assert rows()[number]
    for named in rows()[number]:
        file, _, test = named.partition("::")
        assert (HERE / file).is_file(), named
        assert not test or test in functions_of(file), named
