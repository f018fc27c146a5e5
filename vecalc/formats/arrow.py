"""Arrow IPC files, also called Feather version 2: the columns of `arrow_columns`, a record batch at a time.

Source: the Apache Arrow IPC format, read and written by pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vecalc.formats import Block
from vecalc.formats.arrow_blocks import COLUMNS, batches_of, blocks_of, explained
from vecalc.formats.arrow_columns import arrow, columns_of
from vecalc.sources import Head, Source
from vecalc.sources.compression import unpacked
from vecalc.space import VectorSpace

HAS_COLUMNS = True
ROOM = COLUMNS
SUFFIXES = (".arrow", ".feather")
_WHAT = "an Arrow table"


def recognise(head: Head) -> bool:
    """Arrow's magic, which stands at both ends of a file."""
    return head.data.startswith(b"ARROW1\0\0")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which columns they are, or for a damaged table."""
    ipc = arrow(source.path, _WHAT, "pyarrow.ipc")
    file = unpacked(source, _WHAT)
    with explained(source.path, _WHAT):
        table = ipc.open_file(file)
        columns = columns_of(table.schema, source)
        batches = (table.get_batch(i) for i in range(table.num_record_batches))
        yield from blocks_of(batches, columns, source)


def write(path: Path, space: VectorSpace) -> None:
    """A table of word, vector (a list of fixed size, float32), and the columns of metadata."""
    ipc = arrow(path, _WHAT, "pyarrow.ipc")
    schema, batches = batches_of(path, space)
    with path.open("wb") as stream, ipc.new_file(stream, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
