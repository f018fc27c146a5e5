"""Parquet: a table with a column of words and one of lists of numbers, or one for each component.

Which columns these are, `tables` says. Only they are read, some thousand rows at a time.
Source: the Apache Parquet format, read and written by pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vecalc.errors import FileProblem
from vecalc.formats import Block, Head, Source
from vecalc.formats.columns import arrow, columns_of
from vecalc.formats.guarded import ceiling_of, too_much
from vecalc.formats.tables import BATCH, batches_of, blocks_of, explained

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

SUFFIXES = (".parquet",)
AT_ONCE = 1 << 20  # bytes of a column read at a time; without it, a whole row group is
_WHAT = "a parquet table"


def recognise(head: Head) -> bool:
    """Parquet's magic, and the beginning of the header of a page."""
    return head.data.startswith(b"PAR1\x15")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which columns they are, or for a damaged table."""
    parquet = arrow(source.path, _WHAT, "pyarrow.parquet")
    if source.file is None:
        raise FileProblem("a compressed parquet table", where=str(source.path), hint="decompress it once")
    with explained(source.path, _WHAT):
        table = parquet.ParquetFile(source.file, buffer_size=AT_ONCE, pre_buffer=False)
        _refuse_bomb(table.metadata, source)
        columns = columns_of(table.schema_arrow, source.path)
        wanted = [columns.word, *columns.numbers]
        yield from blocks_of(table.iter_batches(BATCH, columns=wanted, use_threads=False), columns, source)


def write(path: Path, space: VectorSpace) -> None:
    """A table of two columns, word and vector (a list of fixed size, float32)."""
    parquet = arrow(path, _WHAT, "pyarrow.parquet")
    schema, batches = batches_of(path, space)
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _refuse_bomb(metadata: Any, source: Source) -> None:
    """Before anything is unpacked: the sizes that the row groups give."""
    ceiling = ceiling_of(source.ceiling)
    total = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if total > ceiling:
        raise too_much(source.path, ceiling)
