"""Tables of questions: rows of CSV, TSV, JSON-lines and Parquet files, each with the columns of the first."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

from vecalc.errors import FileProblem, VecalcError


class Row(NamedTuple):
    """A row of a table: its line in the file, its cells by column, or what is wrong with it.

    A bad row has the same columns as the others, so that a table made of the answers stays one.
    """

    number: int
    cells: dict[str, str]
    problem: VecalcError | None = None


def rows(path: str, stream: IO[bytes]) -> Generator[Row]:
    """The rows of a CSV, TSV, JSON-lines or Parquet file, told apart by suffix (CSV for anything else).

    Raises `FileProblem` when there are no columns, or two of one name.
    """
    if Path(path).suffix.lower() == ".parquet":
        yield from _parquet(stream, path)
        return
    reader: Callable[[IO[str], str], Iterator[Row]] = {
        ".tsv": lambda text, path: _delimited(text, "\t", path),
        ".tab": lambda text, path: _delimited(text, "\t", path),
        ".jsonl": lambda text, _: _json_lines(text),
        ".ndjson": lambda text, _: _json_lines(text),
    }.get(Path(path).suffix.lower(), lambda text, path: _delimited(text, ",", path))
    # Bytes that are not UTF-8 come through as lone surrogates, so that one bad row stays one bad row.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from map(_check_encoding, reader(text, path))
    finally:
        text.detach()


def _check_encoding(row: Row) -> Row:
    if row.problem is None and not "".join(row.cells.values()).isprintable():
        broken = any("\udc80" <= char <= "\udcff" for cell in row.cells.values() for char in cell)
        if broken:
            return row._replace(problem=FileProblem("is not UTF-8", hint="save the file as UTF-8"))
    return row


# --- CSV and TSV ----------------------------------------------------------------------------


def _delimited(text: IO[str], delimiter: str, path: str) -> Iterator[Row]:
    import csv

    reader = csv.reader(text, delimiter=delimiter)
    header = _header(reader, path)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:  # the reader goes on with the next line
            yield Row(reader.line_num, dict.fromkeys(header, ""), FileProblem(f"is no row: {problem}"))
            continue
        if cells:
            yield _row(reader.line_num, header, cells)


def _header(reader: Iterator[list[str]], path: str) -> list[str]:
    import csv

    try:
        header = next(reader, None)
    except csv.Error as problem:
        raise FileProblem(f"is no table: {problem}", where=f"{path}:1") from None
    if not header or not any(header):
        raise FileProblem("has no header line", where=path, hint="name the columns in the first line")
    if len(set(header)) < len(header):
        raise FileProblem("has two columns of the same name", where=f"{path}:1")
    return header


def _row(number: int, header: list[str], cells: list[str]) -> Row:
    problem = None
    if len(cells) != len(header):
        problem = FileProblem(f"has {len(cells)} cells, the header {len(header)}")
    padded = cells + [""] * (len(header) - len(cells))
    return Row(number, dict(zip(header, padded, strict=False)), problem)


# --- JSON lines -----------------------------------------------------------------------------


def _json_lines(text: IO[str]) -> Iterator[Row]:
    """The first object says what the columns are; bad rows before it wait until they are known."""
    columns: list[str] | None = None
    waiting: list[Row] = []
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        row = _parsed(number, line)
        if columns is None and row.problem is None:
            columns = list(row.cells)
            yield from (_with_columns(bad, columns) for bad in waiting)
        if columns is None:
            waiting.append(row)
        else:
            yield _with_columns(row, columns)
    if columns is None:
        yield from waiting


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
    for column in cells:
        if column not in columns:
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

    from vecalc.formats import parquet, tables
    from vecalc.formats.guarded import ceiling_of, too_much

    table = parquet.Table(file, path)
    names = table.schema.names
    if len(set(names)) < len(names):
        raise FileProblem("has two columns of the same name", where=str(path))
    ceiling, given = ceiling_of(os.fstat(file.fileno()).st_size), 0
    for batch in table.batches(ceiling):
        texts = [column for column in batch.columns if str(column.type).startswith("dictionary")]
        sizes = sum((tables.text_of(column).sizes() for column in texts), np.zeros(len(batch), np.int64))
        if (given := given + int(sizes.sum())) > ceiling:
            raise too_much(path, ceiling)
        step = tables.rows_at_once(sizes)
        yield from (batch.slice(first, step) for first in range(0, len(batch), step))
