"""Arrow IPC streams, as Hugging Face's data sets are kept: a record batch at a time.

Source: the Apache Arrow IPC streaming format, read by pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator

from vecalc.codecs.npy_array import Counting
from vecalc.formats import Block
from vecalc.formats.arrow_blocks import blocks_of, explained
from vecalc.formats.arrow_columns import arrow, columns_of
from vecalc.sources import Head, Source

HAS_COLUMNS = True
_WHAT = "an Arrow stream"
_CONTINUES = b"\xff\xff\xff\xff"  # before the length of every message
_LONGEST_SCHEMA = 1 << 26


def recognise(head: Head) -> bool:
    """The mark of a message, and the length of a schema, a multiple of eight."""
    length = int.from_bytes(head.data[4:8], "little")
    return head.data.startswith(_CONTINUES) and 0 < length < _LONGEST_SCHEMA and not length % 8


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which columns they are, or for a damaged stream."""
    ipc = arrow(source.path, _WHAT, "pyarrow.ipc")
    with explained(source.path, _WHAT):
        table = ipc.open_stream(_Stream(source))
        yield from blocks_of(table, columns_of(table.schema, source), source)


class _Stream(Counting):
    """What pyarrow wants of a file that is read in order."""

    closed = False

    def __init__(self, source: Source) -> None:
        super().__init__(source.stream)

    def close(self) -> None:
        """The source is closed by whoever opened it."""
