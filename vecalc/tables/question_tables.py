"""Files of questions held whole: numbered lines, and the cells of a table with or without a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.tables import question_lines
from vecalc.tables.cell_rules import (
    Delimiter,
    OpenQuote,
    Tell,
    cells_of_object,
    divided,
    layout_of,
    number_of,
    unheard,
)
from vecalc.tables.question_lines import Line

LONGEST_LINE = 1 << 16  # bytes; a longer line is in no file of questions
SAMPLE = 50  # rows that say what kind of table it is


class QuestionText(NamedTuple):
    """A file: its name for messages, and what is in it."""

    name: str
    data: bytes


class CellsOfLine(NamedTuple):
    """The cells of a line."""

    number: int
    cells: tuple[str, ...]


class QuestionTable(NamedTuple):
    """Rows of equally many cells, and the names of their columns where the file has them."""

    header: tuple[str, ...] | None
    rows: list[CellsOfLine]


def lines(text: QuestionText) -> list[Line]:
    """The lines that hold something and are not comments: UTF-8, with or without byte-order mark and
    carriage returns.

    Raises `FileProblem` for bytes that are not UTF-8, NUL characters, overlong lines, and for no lines.
    """
    found = []
    for line in question_lines.lines(io.BytesIO(text.data), LONGEST_LINE, hint="give a text file"):
        where = f"{text.name}:{line.number}"
        if line.problem is not None:
            raise line.problem.at(where=where)
        if "\0" in line.text:
            raise FileProblem("is not a file of questions", where=where, hint="give a text file")
        found.append(line)
    if not found:
        empty = not text.data.strip()
        raise FileProblem("is empty" if empty else "is nothing but comments", where=text.name)
    return found


def table(text: QuestionText, tell: Tell = unheard) -> QuestionTable:
    """The rows of a JSON-lines, tab, comma, semicolon or blank separated file; lines with `#` are comments.

    `tell` hears when cells are not separated as the suffix says. Raises `FileProblem` for a row with other
    columns than the first.
    """
    found = lines(text)
    layout = layout_of(text.name, [line.text for line in found[:SAMPLE]], " ", tell)
    if layout == "{":
        return _objects(text.name, found)
    rows = list(_rows(text.name, found, layout))
    width = len(rows[0].cells)
    for i, row in enumerate(rows):
        cells = row.cells
        while len(cells) > width and not cells[-1]:  # a delimiter at the end of a line makes empty ones
            cells = cells[:-1]
        if len(cells) != width:
            raise FileProblem(
                f"has {len(cells)} cell{'' if len(cells) == 1 else 's'}, the first row {width}",
                where=f"{text.name}:{row.number}",
            )
        rows[i] = CellsOfLine(row.number, cells)
    # A header is a first row that has no number where all the others have one.
    some = rows[1 : SAMPLE + 1]
    places = [i for i, cell in enumerate(rows[0].cells) if not is_number(cell)]
    is_header = any(some and all(is_number(row.cells[i]) for row in some) for i in places)
    header = rows[0].cells if is_header else None
    return QuestionTable(header, rows[1:] if header else rows)


def _rows(name: str, found: Sequence[Line], delimiter: Delimiter) -> Iterator[CellsOfLine]:
    """The rows of lines, each with the number of its last line."""
    taken: list[int] = []

    def texts() -> Iterator[str]:
        for line in found:
            taken.append(line.number)
            yield f"{line.text}\n"

    try:
        for cells in divided(texts(), delimiter):
            yield CellsOfLine(taken[-1], tuple(cell.strip() for cell in cells))
            taken.clear()
    except OpenQuote as problem:
        raise problem.at(where=f"{name}:{taken[0]}") from None
    except csv.Error as problem:
        raise FileProblem(f"is not a row: {problem}", where=f"{name}:{taken[-1]}") from None


def is_number(cell: str) -> bool:
    """Whether a cell is a finite number."""
    return number_of(cell) is not None


def _objects(name: str, found: Sequence[Line]) -> QuestionTable:
    """JSON lines: an object a line, all with the keys of the first."""
    rows: list[CellsOfLine] = []
    header: tuple[str, ...] = ()
    for line in found:
        where = f"{name}:{line.number}"
        try:
            cells = cells_of_object(line.text)
        except FileProblem as problem:
            raise problem.at(where=where) from None
        header = header or tuple(cells)
        if set(cells) != set(header):
            raise FileProblem("is not an object with the keys of the first line", where=where)
        rows.append(CellsOfLine(line.number, tuple(cells[key] for key in header)))
    return QuestionTable(header, rows)
