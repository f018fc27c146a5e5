"""Tables that are too wide, and rows that are too long, are refused before they take memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import family

from vecalc.errors import FileProblem
from vecalc.tables import question_rows
from vecalc.tables.cell_rules import OpenQuote
from vecalc.tables.question_rows import MOST_COLUMNS, rows


def written(form: str, names: list[str], *more: list[str]) -> bytes:
    """A header, or the first object, and rows."""
    if form == "jsonl":
        lines = [json.dumps(dict(zip(names, row, strict=True))) for row in more]
    else:
        lines = [("," if form == "csv" else "\t").join(row) for row in (names, *more)]
    return "".join(f"{line}\n" for line in lines).encode()


FORMS = ["csv", "tsv", "jsonl"]
every_form = pytest.mark.parametrize("form", FORMS)


@every_form
@pytest.mark.parametrize("command", [["--csv"], ["features"]])
def test_a_table_has_so_many_columns_at_most(form: str, command: list[str], tmp_path: Path) -> None:
    for number, code in ((MOST_COLUMNS, 0), (MOST_COLUMNS + 1, 4)):
        names = [f"name{i}" for i in range(number)]
        table = tmp_path / f"t.{form}"
        table.write_bytes(written(form, names, ["king"] * number))
        to = ["-o", tmp_path / "out.npy"]
        done = family(*command, table, "-e", "name7 + king", *to)
        assert done.code == code, done.err
    assert (
        f"t.{form}:1: has 10,001 columns, and a table at most 10,000; leave out those that no formula"
        in done.err
    )


@every_form
def test_a_row_that_is_too_long_is_one_bad_row(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_rows, "LONGEST_ROW", 100)
    data = written(form, ["a", "b"], ["king", "queen"], ["x" * 1000, "y"], ["man", "woman"])
    first, bad, last = rows(f"t.{form}", io.BytesIO(data))
    assert (first.cells, last.cells) == ({"a": "king", "b": "queen"}, {"a": "man", "b": "woman"})
    assert str(bad.problem) == "is not a row: it is longer than 100 characters"
    assert bad.number + 1 == last.number
    assert list(bad.cells) == ["a", "b"]


def test_many_lines_in_quotes_are_a_row_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_rows, "LONGEST_ROW", 100)
    data = b'a,b\n"' + b"x\n" * 60 + b'",y\nman,woman\n'
    with pytest.raises(OpenQuote, match="not closed: it is longer than 100") as caught:
        list(rows("t.csv", io.BytesIO(data)))  # where the next one begins can't be known
    assert caught.value.where == "t.csv:2"


class Endless(io.RawIOBase):
    """A line of a terabyte, which counts what is read of it before the reader gives up."""

    def __init__(self, start: bytes, end: int) -> None:
        self.start, self.left = start, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = min(len(buffer), self.left)
        buffer[:count] = (self.start + b"x" * count)[:count]
        self.start = self.start[count:]
        self.left -= count
        return count


@pytest.mark.slow
@every_form
def test_61_a_line_of_a_gigabyte_is_read_in_constant_memory(form: str) -> None:
    import resource

    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10  # MB

    before = peak()
    endless = io.BufferedReader(Endless(written(form, ["a", "b"], ["king", "man"]), 1 << 30))
    found: Iterator[question_rows.TableRow] = rows(f"t.{form}", endless)
    assert next(found).problem is None
    assert "longer than" in str(next(found).problem)
    assert peak() - before < 300


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_header_that_is_too_long_is_no_table(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_rows, "LONGEST_ROW", 100)
    with pytest.raises(FileProblem, match="is not a table: it is longer than 100 characters"):
        next(rows(f"t.{form}", io.BytesIO(b"x" * 1000 + b"\na\n")))
