"""Tables of questions: rows of CSV, TSV, JSON-lines and Parquet files, each with the columns of the first."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

from vecalc.errors import FileProblem, VecalcError

# A column takes some 4 kB and 50 µs where it becomes a name of formulas; the widest tables of surveys have
# some thousands.
MOST_COLUMNS = 10_000
LONGEST_ROW = 1 << 24  # characters; a longer one is read past in constant memory, and reported


class Row(NamedTuple):
    """A row of a table: its line in the file, its cells by column, or what is wrong with it.

    A bad row has the same columns as the others, so that a table made of the answers stays one.
    """

    number: int
    cells: dict[str, str]
    problem: VecalcError | None = None


def rows(path: str, stream: IO[bytes]) -> Generator[Row]:
    """The rows of a CSV, TSV, JSON-lines or Parquet file, told apart by suffix (CSV for anything else).

    Raises `FileProblem` when there are no columns, more than `MOST_COLUMNS`, or two of one name.
    """
    if Path(path).suffix.lower() == ".parquet":
        yield from _parquet(stream, path)
        return
    reader: Callable[[_Lines, str], Iterator[Row]] = {
        ".tsv": lambda lines, path: _delimited(lines, "\t", path),
        ".tab": lambda lines, path: _delimited(lines, "\t", path),
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
    }.get(Path(path).suffix.lower(), lambda lines, path: _delimited(lines, ",", path))
    # Bytes that are not UTF-8 come through as lone surrogates, so that one bad row stays one bad row.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from map(_check_encoding, reader(_Lines(text), path))
    finally:
        text.detach()


def _check_encoding(row: Row) -> Row:
    if row.problem is None and not "".join(row.cells.values()).isprintable():
        broken = any("\udc80" <= char <= "\udcff" for cell in row.cells.values() for char in cell)
        if broken:
            return row._replace(problem=FileProblem("is not UTF-8", hint="save the file as UTF-8"))
    return row


class _TooLong(csv.Error):
    """A row of more than `LONGEST_ROW` characters."""

    def __init__(self) -> None:
        super().__init__(f"it is longer than {LONGEST_ROW:,} characters")


class _Lines:
    """The lines of a text, which one after another may be taken for a row of `LONGEST_ROW` characters."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._left = LONGEST_ROW
        self.number = 0  # of the line taken last, from 1

    def begin_row(self) -> None:
        """From here on lines belong to another row."""
        self._left = LONGEST_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises `_TooLong`, behind the line that is too much; the next one can be taken after it."""
        line = self._text.readline(self._left + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._left -= len(line)
        if self._left >= 0:
            return line
        while line and line[-1] not in "\r\n":
            line = self._text.readline(LONGEST_ROW)
        raise _TooLong


def _check_columns(columns: Sequence[str], where: str) -> None:
    if len(columns) > MOST_COLUMNS:
        raise FileProblem(
            f"has {len(columns):,} columns, and a table at most {MOST_COLUMNS:,}",
            where=where,
            hint="leave out those that no formula uses",
        )
    if len(set(columns)) < len(columns):
        raise FileProblem("has two columns of the same name", where=where)


# --- CSV and TSV ----------------------------------------------------------------------------


def _delimited(lines: _Lines, delimiter: str, path: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    header = _header(reader, path)
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:  # the reader goes on with the next line
            yield Row(lines.number, dict.fromkeys(header, ""), FileProblem(f"is no row: {problem}"))
            continue
        if cells:
            yield _row(lines.number, header, cells)


def _header(reader: Iterator[list[str]], path: str) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error as problem:
        raise FileProblem(f"is no table: {problem}", where=f"{path}:1") from None
    if not header or not any(header):
        raise FileProblem("has no header line", where=path, hint="name the columns in the first line")
    _check_columns(header, f"{path}:1")
    return header


def _row(number: int, header: list[str], cells: list[str]) -> Row:
    problem = None
    if len(cells) != len(header):
        problem = FileProblem(f"has {len(cells)} cells, the header {len(header)}")
    padded = cells + [""] * (len(header) - len(cells))
    return Row(number, dict(zip(header, padded, strict=False)), problem)


# --- JSON lines -----------------------------------------------------------------------------


def _json_lines(lines: _Lines, path: str) -> Iterator[Row]:
    """The first object says what the columns are; bad rows before it wait until they are known."""
    columns: list[str] | None = None
    waiting: list[Row] = []
    for row in _objects(lines):
        if columns is None and row.problem is None:
            columns = list(row.cells)
            _check_columns(columns, f"{path}:{row.number}")
            yield from (_with_columns(bad, columns) for bad in waiting)
        if columns is None:
            waiting.append(row)
        else:
            yield _with_columns(row, columns)
    if columns is None:
        yield from waiting


def _objects(lines: _Lines) -> Iterator[Row]:
    while True:
        lines.begin_row()
        try:
            line = next(lines)
        except StopIteration:
            return
        except _TooLong as problem:
            yield Row(lines.number, {}, FileProblem(f"is no row: {problem}"))
            continue
        if line.strip():
            yield _parsed(lines.number, line)


def _parsed(number: int, line: str) -> Row:
    import json

    try:
        entry = json.loads(line)
    except json.JSONDecodeError as problem:
        return Row(number, {}, FileProblem(f"is not JSON: {problem.msg}"))
    except (RecursionError, ValueError):  # a number of too many digits is a ValueError
        return Row(number, {}, FileProblem("is not JSON that can be read: nested too deeply, or too long"))
    if not isinstance(entry, dict) or not entry:
        return Row(number, {}, FileProblem("is no JSON object", hint='one object a line: {"a": "king"}'))
    return Row(number, {key: _cell(value) for key, value in entry.items()})


def _with_columns(row: Row, columns: list[str]) -> Row:
    """The row with exactly these columns, in this order; a problem if it has others."""
    problem = row.problem or _other_columns(row.cells, columns)
    return Row(row.number, {column: row.cells.get(column, "") for column in columns}, problem)


def _other_columns(cells: Mapping[str, str], columns: list[str]) -> FileProblem | None:
    for column in columns:
        if column not in cells:
            return FileProblem(f"has no '{column}'", hint="every line needs the names of the first")
    if len(cells) > len(columns):
        known = set(columns)
        column = next(column for column in cells if column not in known)
        return FileProblem(f"has '{column}', the first line has not")
    return None


def _cell(value: object) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- Parquet --------------------------------------------------------------------------------


def _parquet(stream: IO[bytes], path: str) -> Iterator[Row]:
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
                yield Row(number, {key: "" if cell is None else _cell(cell) for key, cell in entry.items()})
    except (ArrowException, OSError, TypeError) as problem:  # TypeError: a cell that is no text and no JSON
        why = " ".join(str(problem).split())
        raise FileProblem(f"can't be read behind row {number}: {why}", where=path) from None


def _pieces(file: BinaryIO, path: Path) -> Iterator[Any]:
    """The record batches of a Parquet file, as many rows at a time as have little text."""
    import numpy as np

    from vecalc.formats import arrow_blocks, parquet
    from vecalc.formats.stream_limits import ceiling_of, too_much

    table = parquet.Table(file, path)
    _check_columns(table.schema.names, str(path))
    ceiling, given = ceiling_of(os.fstat(file.fileno()).st_size), 0
    for batch in table.batches(ceiling):
        texts = [column for column in batch.columns if str(column.type).startswith("dictionary")]
        sizes = sum(
            (arrow_blocks.text_of(column).sizes() for column in texts), np.zeros(len(batch), np.int64)
        )
        if (given := given + int(sizes.sum())) > ceiling:
            raise too_much(path, ceiling)
        step = arrow_blocks.rows_at_once(sizes)
        yield from (batch.slice(first, step) for first in range(0, len(batch), step))
