"""Arrow record batches to blocks (which columns these are, `arrow_columns` says), and spaces to batches.

pyarrow believes what an Arrow file says of its own buffers; so every column that is read is validated first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np

from vecalc.arrays import Numbers, Singles
from vecalc.codecs.npy_array import as_float32
from vecalc.conditions import Kind, MetadataColumn
from vecalc.errors import FileProblem, StorageProblem
from vecalc.formats import Block
from vecalc.formats.arrow_columns import TableColumns, arrow
from vecalc.formats.arrow_metadata import OtherValues, fields_of, filled
from vecalc.formats.arrow_text import rows_at_once, text_of
from vecalc.formats.written_columns import ColumnRoom, known_records, placed
from vecalc.sources import DAMAGED, MAX_WIDTH, Source
from vecalc.sources.compression import ceiling_of, too_much
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.word_text import decode, encoded, shown
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable

COLUMNS = ColumnRoom(get_args(Kind), re.compile("word|vector"))
COPIES = 2  # of a text while it is read: its bytes, and the text that they are
LONGEST_REASON = 150  # characters of what pyarrow says


def blocks_of(batches: Iterable[Any], columns: TableColumns, source: Source) -> Iterator[Block]:
    """Words and rows of record batches; FileProblem for a row that is not as wide as the first.

    A table that yields far more than its file could honestly hold is refused.
    """
    ceiling, given, first, width = ceiling_of(source.ceiling), 0, 1, 0
    for listed, numbers, others, size in _validated(batches, columns, source):
        if columns.lists:
            width = width or _width(numbers[0], source)
            rows, good = _of_lists(numbers[0], width, first, source)
        else:
            rows, good = _side_by_side(numbers), np.arange(len(listed))
        words = _words(listed, first, source)
        known = {column: [values[i] for i in good] for column, values in others.items()}
        own, places = [words[i] for i in good], [first + int(i) for i in good]
        yield Block(own, rows, places, metadata=known or None, word_column=columns.called)
        first += len(listed)
        given += rows.nbytes + COPIES * (listed.nbytes + size)
        if given > ceiling:
            raise too_much(source.path, ceiling)


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """What pyarrow may raise, as FileProblems; `what` is the kind of file: "a parquet table"."""
    errors = arrow(path, what).lib
    try:
        yield
    except (errors.ArrowException, OSError, EOFError, UnicodeDecodeError, OverflowError) as error:
        if isinstance(error, MemoryError):
            message = f"{what} that asks for more memory than there is"
            raise StorageProblem(message, where=str(path), hint="use a smaller file") from None
        if isinstance(error, OSError) and error.errno:  # pyarrow's own have no number
            raise unreadable(path, error) from None
        why = shown(str(error).partition("\n")[0].rstrip("."), LONGEST_REASON)
        message = f"damaged {what.partition(' ')[2]}: {why}"
        raise FileProblem(message, where=str(path), hint=DAMAGED) from None


def batches_of(path: Path, space: VectorSpace) -> tuple[Any, Iterator[Any]]:
    """A schema (word, vector, metadata), and the record batches of a space, for the file at a path."""
    pa = arrow(path, "a table")
    others = placed(space, COLUMNS)
    fields = [pa.field("word", pa.string()), pa.field("vector", pa.list_(pa.float32(), space.dim))]
    schema = pa.schema([*fields, *fields_of(others, space)])

    def batches() -> Iterator[Any]:
        words = space.words()
        for first, rows, _ in space.blocks():
            numbers = pa.array(np.ascontiguousarray(rows, np.float32).reshape(-1))
            vectors = pa.FixedSizeListArray.from_arrays(numbers, space.dim)
            listed = [encoded(next(words), first + i, "a table", escapes=False) for i in range(len(rows))]
            known = zip(*known_records(space, others, first, len(rows)), strict=True)
            more = [filled(values, field) for values, field in zip(known, list(schema)[2:], strict=True)]
            own = pa.array(listed, pa.binary()).cast(pa.string())
            yield pa.record_batch([own, vectors, *more], schema=schema)

    return schema, batches()


class _Some(NamedTuple):
    """Some thousand rows of a record batch, sound."""

    words: Any  # bytes
    numbers: list[Any]  # views
    others: dict[MetadataColumn, list[Any]]
    size: int  # bytes of the others


def _validated(batches: Iterable[Any], columns: TableColumns, source: Source) -> Iterator[_Some]:
    """The columns of word, numbers and metadata, a part of each batch after the other."""
    for batch in batches:
        words = text_of(batch.column(columns.word))
        numbers = [batch.column(name) for name in columns.numbers]
        for column in numbers:
            column.validate(full=True)
        others = [(one.column, OtherValues(batch.column(one.name), one, source)) for one in columns.others]
        sizes = sum((values.sizes() for _, values in others), np.zeros(batch.num_rows, np.int64))
        step = rows_at_once(words.sizes() + sizes)
        for first in range(0, batch.num_rows, step):
            yield _Some(
                words.written_out(first, step),
                [column.slice(first, step) for column in numbers],
                {column: values.some(first, step) for column, values in others},
                int(sizes[first : first + step].sum()),
            )


def _words(column: Any, first: int, source: Source) -> list[str]:
    """The words of a column of bytes; a missing one is empty, which is for `row_rules` to judge."""
    listed = [word or b"" for word in column.to_pylist()]
    return decode(listed, source, lambda i: f"{source.path}: row {first + i:,}")


def _width(column: Any, source: Source) -> int:
    """The numbers of the first row that has some."""
    width = next((len(row) for row in column if row.is_valid), 0)
    if not 1 <= width <= MAX_WIDTH:
        message = f"the first row has {width:,} numbers"
        raise FileProblem(message, where=str(source.path), hint=f"a row has from 1 to {MAX_WIDTH:,}")
    return width


def _of_lists(column: Any, width: int, first: int, source: Source) -> tuple[Singles, Numbers]:
    """The rows [b, width] of a column of lists, and which rows of the batch they are."""
    pc = arrow(source.path, "a table", "pyarrow.compute")
    sizes = pc.fill_null(pc.list_value_length(column), -1).to_numpy(zero_copy_only=False)
    bad = np.flatnonzero(sizes != width)
    good = np.flatnonzero(sizes == width)
    if len(bad):
        found = max(int(sizes[bad[0]]), 0)
        message = f"row {first + int(bad[0]):,} has {found:,} numbers, {width:,} are expected"
        hint = "correct the table, or leave such rows out with --skip-bad-rows"
        problem = FileProblem(message, where=str(source.path), hint=hint)
        odd(MALFORMED, problem, source, len(bad))
        column = column.take(good)
    return _numbers(column.flatten()).reshape(-1, width), good


def _side_by_side(columns: list[Any]) -> Singles:
    """The rows [b, d] of a column for each component."""
    rows = np.empty((len(columns[0]), len(columns)), np.float32)
    for i, column in enumerate(columns):
        rows[:, i] = _numbers(column)
    return rows


def _numbers(values: Any) -> Singles:
    """Numbers as float32; a missing one is nan, which is for `row_rules` to judge."""
    if values.null_count:
        values = values.cast("float64")
    return as_float32(values.to_numpy(zero_copy_only=False))
