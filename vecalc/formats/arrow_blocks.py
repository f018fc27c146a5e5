"""Arrow record batches to blocks (which columns these are, `arrow_columns` says), and spaces to batches.

pyarrow believes what an Arrow file says of its own buffers; so every column that is read is validated first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import Numbers, Singles
from vecalc.codecs.npy_array import as_float32
from vecalc.errors import FileProblem, StorageProblem
from vecalc.formats import Block
from vecalc.formats.arrow_columns import TableColumns, arrow
from vecalc.sources import DAMAGED, MAX_WIDTH, Source
from vecalc.sources.compression import ceiling_of, too_much
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.word_text import decode, encoded, shown
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable

BATCH = 1 << 13  # rows at a time
TEXT = 1 << 24  # bytes of words at a time, where many rows may share one
COPIES = 2  # of a word while it is read: its bytes, and the text that they are
LONGEST_REASON = 150  # characters of what pyarrow says


def blocks_of(batches: Iterable[Any], columns: TableColumns, source: Source) -> Iterator[Block]:
    """Words and rows of record batches; FileProblem for a row that is not as wide as the first.

    A table that yields far more than its file could honestly hold is refused.
    """
    ceiling, given, first, width = ceiling_of(source.ceiling), 0, 1, 0
    for listed, numbers in _validated(batches, columns):
        if columns.lists:
            width = width or _width(numbers[0], source)
            rows, good = _of_lists(numbers[0], width, first, source)
        else:
            rows, good = _side_by_side(numbers), np.arange(len(listed))
        words = _words(listed, first, source)
        yield Block([words[i] for i in good], rows, [first + int(i) for i in good])
        first += len(listed)
        given += rows.nbytes + COPIES * listed.nbytes
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
    """A schema, word and vector, and the record batches of a space, for the file at a path."""
    pa = arrow(path, "a table")
    schema = pa.schema([("word", pa.string()), ("vector", pa.list_(pa.float32(), space.dim))])

    def batches() -> Iterator[Any]:
        words = space.words()
        for first, rows, _ in space.blocks():
            numbers = pa.array(np.ascontiguousarray(rows, np.float32).reshape(-1))
            vectors = pa.FixedSizeListArray.from_arrays(numbers, space.dim)
            listed = [encoded(next(words), first + i, "a table", escapes=False) for i in range(len(rows))]
            yield pa.record_batch([pa.array(listed, pa.binary()).cast(pa.string()), vectors], schema=schema)

    return schema, batches()


def _validated(batches: Iterable[Any], columns: TableColumns) -> Iterator[tuple[Any, list[Any]]]:
    """The word column, as bytes, and those of numbers, some thousand rows at a time (these are views)."""
    for batch in batches:
        words = text_of(batch.column(columns.word))
        numbers = [batch.column(name) for name in columns.numbers]
        for column in numbers:
            column.validate(full=True)
        step = rows_at_once(words.sizes())
        for first in range(0, batch.num_rows, step):
            yield words.written_out(first, step), [column.slice(first, step) for column in numbers]


class ArrowText(NamedTuple):
    """A sound column of text, of which many rows may share the same bytes."""

    values: Any  # an array of bytes, or of views of text
    indices: Any = None  # which of them stands in each row; None: they do in their order

    def sizes(self) -> Numbers:
        """Bytes of each row's text [n]."""
        if self.indices is None:
            return _lengths(self.values)
        import pyarrow as pa

        sizes = pa.array(_lengths(self.values)).take(self.indices)  # refuses one that there is none of
        found: Numbers = sizes.fill_null(0).to_numpy(zero_copy_only=False)
        return found

    def written_out(self, first: int, count: int) -> Any:
        """Some rows, as an array of bytes of their own."""
        if self.indices is not None:
            return self.values.take(self.indices.slice(first, count))
        some = self.values.slice(first, count)
        return some.cast("string").view("binary") if str(some.type) == "string_view" else some


def text_of(column: Any) -> ArrowText:
    """A column of text, sound, its bytes where they are (they need not be UTF-8); of integers, decimals."""
    kind = str(column.type)
    if kind.lstrip("u").startswith("int"):
        column.validate(full=True)
        column, kind = column.cast("string"), "string"
    if kind.startswith("dictionary"):
        column.indices.validate(full=True)
        values = text_of(column.dictionary)
        return ArrowText(values.written_out(0, len(values.values)), column.indices.cast("int64"))
    if kind in {"string", "large_string"}:  # the same buffers
        column = column.view("binary" if kind == "string" else "large_binary")
    column.validate(full=True)
    return ArrowText(column)


def rows_at_once(sizes: Numbers) -> int:
    """How many rows with texts of these sizes to take at a time, so that they stay small."""
    return max(min(BATCH, TEXT // max(int(sizes.max(initial=1)), 1)), 1)


def _lengths(values: Any) -> Numbers:
    """Bytes of each text [n], none for a missing one."""
    if str(values.type) != "string_view":
        offsets = np.dtype(np.int64 if str(values.type).startswith("large") else np.int32)
        ends = np.frombuffer(values.buffers()[1], offsets)[values.offset :][: len(values) + 1]
        return np.diff(ends).astype(np.int64)
    views = np.frombuffer(values.buffers()[1], np.int32).reshape(-1, 4)  # each begins with its length
    return views[values.offset :][: len(values), 0].astype(np.int64)


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
