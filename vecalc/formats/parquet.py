"""Parquet: a table with a column of words and one of lists of numbers, or one for each component.

Which columns these are, `tables` says. Only they are read, some thousand rows at a time, once their pages
have said how much they hold: a dictionary of one number or text may stand for gigabytes.
Source: the Apache Parquet format, read and written by pyarrow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vecalc.errors import FileProblem
from vecalc.formats import Block, Head, Source
from vecalc.formats.columns import arrow, columns_of
from vecalc.formats.guarded import ceiling_of, too_much
from vecalc.formats.parquet_pages import pages
from vecalc.formats.tables import BATCH, DAMAGED, TEXT, batches_of, blocks_of, explained

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

SUFFIXES = (".parquet",)
AT_ONCE = 1 << 20  # bytes of a column read at a time; without it, a whole row group is
NUMBERS = 1 << 22  # values at a time, of all columns together
_NUMBER = 4  # bytes of a value in memory, at least: a float32, or which text of a dictionary it is
_WHAT = "a parquet table"


def recognise(head: Head) -> bool:
    """Parquet's magic, and the beginning of the header of a page."""
    return head.data.startswith(b"PAR1\x15")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which columns they are, or for a damaged table."""
    if source.file is None:
        raise FileProblem("a compressed parquet table", where=str(source.path), hint="decompress it once")
    with explained(source.path, _WHAT):
        table = opened(source.file, source.path)
        columns = columns_of(table.schema_arrow, source.path)
        wanted = [columns.word, *columns.numbers]
        batches = batches_of_table(table, source.file, source.path, ceiling_of(source.ceiling), wanted)
        yield from blocks_of(batches, columns, source)


def opened(file: BinaryIO, path: Path) -> Any:
    """A table whose texts are read as dictionaries and what stands where: none is copied for every row."""
    parquet = arrow(path, _WHAT, "pyarrow.parquet")
    metadata = parquet.read_metadata(file)
    columns = (metadata.schema.column(i) for i in range(metadata.num_columns))
    texts = [column.path for column in columns if _is_text(column) and "." not in column.path]
    return parquet.ParquetFile(
        file, metadata=metadata, read_dictionary=texts, buffer_size=AT_ONCE, pre_buffer=False
    )


def batches_of_table(
    table: Any, file: BinaryIO, path: Path, ceiling: int, names: list[str] | None = None
) -> Iterator[Any]:
    """The record batches of an `opened` table, or of some of its columns, each of some megabytes at most.

    FileProblem for one that holds more than `ceiling` bytes.
    """
    rows = _rows_at_once(table.metadata, file, path, ceiling, None if names is None else set(names))
    batches: Iterator[Any] = table.iter_batches(rows, columns=names, use_threads=False)
    return batches


def write(path: Path, space: VectorSpace) -> None:
    """A table of two columns, word and vector (a list of fixed size, float32)."""
    parquet = arrow(path, _WHAT, "pyarrow.parquet")
    schema, batches = batches_of(path, space)
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _rows_at_once(
    metadata: Any, file: BinaryIO, path: Path, ceiling: int, names: Collection[str] | None
) -> int:
    """How many rows to read at a time, by what the pages say of their sizes and the values in them."""
    total, widest, longest = 0, 1, 1
    for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
        wide = 0
        for chunk in (group.column(j) for j in range(group.num_columns)):
            if names is not None and not _is_of(chunk.path_in_schema, names):
                continue
            try:
                found = list(pages(file, chunk))
            except ValueError as error:
                message = f"damaged parquet table: {error}"
                raise FileProblem(message, where=str(path), hint=DAMAGED) from None
            values = sum(page.values for page in found)
            total += max(sum(page.size for page in found), _NUMBER * values)
            wide += values
            if _is_text(chunk) and ("." in chunk.path_in_schema or any(page.shared for page in found)):
                longest = max([longest, *(page.size for page in found)])  # of a text that many may share
            if total > ceiling:
                raise too_much(path, ceiling)
        widest = max(widest, -(-wide // max(group.num_rows, 1)))
    return max(min(BATCH, NUMBERS // widest, TEXT // longest), 1)


def _is_of(path: str, names: Collection[str]) -> bool:
    """Whether the values at a path belong to one of some columns, whose names may hold dots."""
    parts = path.split(".")
    return any(".".join(parts[: i + 1]) in names for i in range(len(parts)))


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")
