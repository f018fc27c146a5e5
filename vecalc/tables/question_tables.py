"""Files of questions as text: numbered lines, and the cells of a table of any usual kind."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vecalc.errors import FileProblem

LONGEST_LINE = 1 << 16  # characters; a longer line is in no file of questions
SAMPLE = 50  # rows that say what kind of table it is
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class Text(NamedTuple):
    """A file: its name for messages, and what is in it."""

    name: str
    data: bytes


class Line(NamedTuple):
    """A line that holds something, and its number from 1."""

    number: int
    text: str


class Row(NamedTuple):
    """The cells of a line."""

    number: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """Rows of equally many cells, and the names of their columns where the file has them."""

    header: tuple[str, ...] | None
    rows: list[Row]


def lines(text: Text) -> list[Line]:
    """The lines that hold something: UTF-8, with or without byte-order mark and carriage returns.

    Raises `FileProblem` for bytes that are not UTF-8, NUL characters, overlong lines, and for no lines.
    """
    found = []
    for number, raw in enumerate(text.data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        where = f"{text.name}:{number}"
        try:
            line = raw.rstrip(b"\r").decode("utf-8")
        except UnicodeDecodeError as problem:
            raise FileProblem(
                f"byte {problem.start + 1} is not UTF-8", where=where, hint="save the file as UTF-8"
            ) from None
        if len(line) > LONGEST_LINE or "\0" in line:
            raise FileProblem("is no file of questions", where=where, hint="give a text file")
        if line.strip():
            found.append(Line(number, line))
    if not found:
        raise FileProblem("is empty", where=text.name)
    return found


def is_number(cell: str) -> bool:
    """Whether a cell is a finite number; `nan` and `infinity` are words."""
    return _NUMBER.fullmatch(cell.strip()) is not None and abs(float(cell)) < float("inf")


def table(text: Text) -> Table:
    """The rows of a JSON-lines, tab, comma, semicolon or blank separated file; lines with `#` are comments.

    Raises `FileProblem` for a row with other columns than the first.
    """
    found = [line for line in lines(text) if not line.text.startswith("#")]
    if not found:
        raise FileProblem("is nothing but comments", where=text.name)
    if found[0].text.lstrip().startswith("{"):
        return _objects(text.name, found)
    delimiter = _delimiter(found[:SAMPLE])
    rows = [Row(line.number, _cells(line.text, delimiter)) for line in found]
    rows = [_trimmed(row, len(rows[0].cells)) for row in rows]
    for row in rows:
        if len(row.cells) != len(rows[0].cells):
            raise FileProblem(
                f"has {_count(len(row.cells), 'cell')}, the first row {len(rows[0].cells)}",
                where=f"{text.name}:{row.number}",
            )
    header = rows[0].cells if _is_header(rows[: SAMPLE + 1]) else None
    return Table(header, rows[1:] if header else rows)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _trimmed(row: Row, width: int) -> Row:
    """The row without empty cells that only a delimiter at its end makes."""
    cells = row.cells
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return Row(row.number, cells)


def _delimiter(some: Sequence[Line]) -> str:
    for delimiter in ("\t", ",", ";"):
        if sum(delimiter in line.text for line in some) > len(some) / 2:
            return delimiter
    return " "


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    if delimiter == " ":
        return tuple(line.split())
    if delimiter == "\t":  # quotation marks are words here
        return tuple(cell.strip() for cell in line.split("\t"))
    return tuple(cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter)))


def _is_header(rows: Sequence[Row]) -> bool:
    """Whether the first row has no number where all the others have one."""
    if len(rows) < 2:
        return False
    return any(
        not is_number(rows[0].cells[i]) and all(is_number(row.cells[i]) for row in rows[1:])
        for i in range(len(rows[0].cells))
    )


def _objects(name: str, found: Sequence[Line]) -> Table:
    """JSON lines: an object a line, all with the keys of the first."""
    rows, header = [], None
    for line in found:
        where = f"{name}:{line.number}"
        try:
            entry = json.loads(line.text)
        except (ValueError, RecursionError):
            raise FileProblem("is not JSON", where=where, hint='one object a line: {"a": "king"}') from None
        if not isinstance(entry, dict) or (header is not None and set(entry) != set(header)):
            raise FileProblem("is no object with the keys of the first line", where=where)
        header = header or tuple(entry)
        rows.append(Row(line.number, tuple(map(_as_cell, (entry[key] for key in header)))))
    return Table(header, rows)


def _as_cell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def words_of(cell: str) -> Iterator[str]:
    """The words of a cell that holds several, between blanks and commas."""
    return filter(None, re.split(r"[\s,;]+", cell))
