"""Tables of questions: rows of CSV, TSV, JSON-lines and Parquet files, each with the columns of the first."""

from __future__ import annotations

import csv
import io
import os
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

from vecalc.errors import FileProblem, VecalcError
from vecalc.tables.cell_rules import (
    PROMISED,
    Delimiter,
    OpenQuote,
    Tell,
    as_cell,
    cells_of_object,
    divided,
    is_object,
    layout_of,
    unheard,
)

# A column takes some 4 kB and 50 µs where it becomes a name of formulas; the widest tables of surveys have
# some thousands.
MOST_COLUMNS = 10_000
LONGEST_ROW = 1 << 24  # characters; a longer one is read past in constant memory, and reported
MOST_WAITING = 1_000  # bad rows before the first good one of JSON lines


class OtherColumns(FileProblem):
    """A row of JSON lines lacks a column of the first, or has one more; the others are there."""


class TableRow(NamedTuple):
    """A row of a table: its line in the file, its cells by column, or what is wrong with it.

    A bad row has the same columns as the others, so that a table made of the answers stays one.
    """

    number: int
    cells: dict[str, str]
    problem: VecalcError | None = None


def rows(
    path: str, stream: IO[bytes], tell: Tell = unheard, *, headerless: bool = False
) -> Generator[TableRow]:
    """The rows of a table: Parquet by its suffix, JSON lines by theirs or their content, or else of cells
    between tabs, semicolons, commas or bars, by their content (see `vecalc.tables.cell_rules`).

    With `headerless` the first line of cells is a row, and the columns are called c1, c2, ...

    `tell` hears when cells are not separated as the suffix says. Raises `FileProblem` when there are no
    columns, more than `MOST_COLUMNS`, or two of one name.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".parquet":
        yield from _parquet(stream, path)
        return
    # Bytes that are not UTF-8 come through as lone surrogates, so that one bad row stays one bad row.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    lines = _Lines(text)
    try:
        first = lines.ahead(1)
        # Of the others the header and the first row, without which there is no answer either.
        some = first if any(map(is_object, first)) else lines.ahead(2)
        layout = layout_of(path, some, PROMISED.get(suffix, ","), tell)
        found = _json_lines(lines, path) if layout == "{" else _delimited(lines, layout, path, headerless)
        yield from map(_check_encoding, found)
    finally:
        with suppress(ValueError):  # of a generator that outlives its file
            text.detach()


def _check_encoding(row: TableRow) -> TableRow:
    if row.problem is None and not "".join(row.cells.values()).isprintable():
        broken = any("\udc80" <= char <= "\udcff" for cell in row.cells.values() for char in cell)
        if broken:
            return row._replace(problem=FileProblem("is not UTF-8", hint="save the file as UTF-8"))
    return row


class _Lines:
    """The lines of a text, which one after another may be taken for a row of `LONGEST_ROW` characters."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._ahead: deque[str] = deque()  # lines that were looked at, and are still to be taken
        self._left = LONGEST_ROW
        self.number = 0  # of the line taken last, from 1

    def begin_row(self) -> None:
        """From here on lines belong to another row."""
        self._left = LONGEST_ROW

    def ahead(self, count: int) -> Sequence[str]:
        """The next lines, which stay where they are; none behind one that is too long."""
        while len(self._ahead) < count and all(line[-1] in "\r\n" for line in self._ahead):
            if not (line := self._text.readline(LONGEST_ROW + 1)):
                break
            self._ahead.append(line)
        return self._ahead

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises `csv.Error`, behind the line that is too much; the next one can be taken after it."""
        line = self._ahead.popleft() if self._ahead else self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._left -= len(line)
        if self._left >= 0:
            return line
        while line and line[-1] not in "\r\n":
            line = self._text.readline(LONGEST_ROW)
        raise csv.Error(f"it is longer than {LONGEST_ROW:,} characters")


def _check_columns(columns: Sequence[str], where: str) -> None:
    if len(columns) > MOST_COLUMNS:
        raise FileProblem(
            f"has {len(columns):,} columns, and a table at most {MOST_COLUMNS:,}",
            where=where,
            hint="leave out those that no formula uses",
        )
    if len(set(columns)) < len(columns):
        raise FileProblem("has two columns of the same name", where=where)


# --- cells between delimiters ---------------------------------------------------------------


def _delimited(lines: _Lines, delimiter: Delimiter, path: str, headerless: bool) -> Iterator[TableRow]:
    reader = divided(lines, delimiter)
    header = _header(reader, path)
    cells = header
    if headerless:
        header = [f"c{i}" for i in range(1, len(header) + 1)]
    _check_columns(header, f"{path}:1")
    if headerless:
        yield TableRow(lines.number, dict(zip(header, cells, strict=True)))
    while True:
        lines.begin_row()
        first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except OpenQuote as bad:
            raise bad.at(where=f"{path}:{first}") from None
        except csv.Error as bad:  # the reader goes on with the next line
            yield TableRow(lines.number, dict.fromkeys(header, ""), FileProblem(f"is not a row: {bad}"))
            continue
        if not cells:
            continue
        problem = None
        if len(cells) != len(header):
            problem = FileProblem(f"has {len(cells)} cells, the header {len(header)}")
        padded = cells + [""] * (len(header) - len(cells))
        yield TableRow(lines.number, dict(zip(header, padded, strict=False)), problem)


def _header(reader: Iterator[list[str]], path: str) -> list[str]:
    try:
        header = next(reader, None)
    except OpenQuote as problem:
        raise problem.at(where=f"{path}:1") from None
    except csv.Error as problem:
        raise FileProblem(f"is not a table: {problem}", where=f"{path}:1") from None
    if not header or not any(header):
        raise FileProblem("has no header line", where=path, hint="name the columns in the first line")
    return header


# --- JSON lines -----------------------------------------------------------------------------


def _json_lines(lines: _Lines, path: str) -> Iterator[TableRow]:
    """The first object says what the columns are; bad rows before it wait until they are known.

    Raises the problem of the first of them where there is no object, or only behind many of them.
    """
    columns: list[str] | None = None
    waiting: list[TableRow] = []
    for row in _objects(lines):
        if columns is None and row.problem is None:
            columns = list(row.cells)
            _check_columns(columns, f"{path}:{row.number}")
            yield from (_with_columns(bad, columns) for bad in waiting)
        if columns is not None:
            yield _with_columns(row, columns)
            continue
        waiting.append(row)
        if len(waiting) == MOST_WAITING:
            break
    if columns is None and waiting and (problem := waiting[0].problem):
        raise problem.at(where=f"{path}:{waiting[0].number}")


def _objects(lines: _Lines) -> Iterator[TableRow]:
    while True:
        lines.begin_row()
        try:
            line = next(lines)
        except StopIteration:
            return
        except csv.Error as problem:
            yield TableRow(lines.number, {}, FileProblem(f"is not a row: {problem}"))
            continue
        if not line.strip():
            continue
        try:
            cells = cells_of_object(line)
        except FileProblem as bad:
            yield TableRow(lines.number, {}, bad)
        else:
            yield TableRow(lines.number, cells)


def _with_columns(row: TableRow, columns: list[str]) -> TableRow:
    """The row with exactly these columns, in this order; a problem if it has others."""
    problem = row.problem or _other_columns(row.cells, columns)
    return TableRow(row.number, {column: row.cells.get(column, "") for column in columns}, problem)


def _other_columns(cells: Mapping[str, str], columns: list[str]) -> OtherColumns | None:
    for column in columns:
        if column not in cells:
            return OtherColumns(f"has no '{column}'", hint="every line needs the names of the first")
    if len(cells) > len(columns):
        known = set(columns)
        column = next(column for column in cells if column not in known)
        return OtherColumns(f"has '{column}', the first line has not")
    return None


# --- Parquet --------------------------------------------------------------------------------


def _parquet(stream: IO[bytes], path: str) -> Iterator[TableRow]:
    """Rows are numbered from 1; an empty cell is an empty text."""
    try:
        from pyarrow import ArrowException
    except ImportError:
        raise FileProblem("is Parquet", where=path, hint="pip install 'vecalc[parquet]' reads it") from None
    number = 0
    try:
        for piece in _pieces(cast(BinaryIO, stream), Path(path)):
            for entry in piece.to_pylist():
                number += 1
                yield TableRow(
                    number, {key: "" if cell is None else as_cell(cell) for key, cell in entry.items()}
                )
    except (ArrowException, OSError, TypeError) as problem:  # TypeError: a cell that is no text and no JSON
        why = " ".join(str(problem).split())
        raise FileProblem(f"can't be read behind row {number}: {why}", where=path) from None


def _pieces(file: BinaryIO, path: Path) -> Iterator[Any]:
    """The record batches of a Parquet file, as many rows at a time as have little text."""
    import numpy as np

    from vecalc.formats import arrow_text, parquet
    from vecalc.sources.compression import ceiling_of, too_much

    table = parquet.ParquetTable(file, path)
    _check_columns(table.schema.names, str(path))
    ceiling, given = ceiling_of(os.fstat(file.fileno()).st_size), 0
    for batch in table.batches(ceiling):
        texts = [column for column in batch.columns if str(column.type).startswith("dictionary")]
        sizes = sum((arrow_text.text_of(column).sizes() for column in texts), np.zeros(len(batch), np.int64))
        if (given := given + int(sizes.sum())) > ceiling:
            raise too_much(path, ceiling)
        step = arrow_text.rows_at_once(sizes)
        yield from (batch.slice(first, step) for first in range(0, len(batch), step))
