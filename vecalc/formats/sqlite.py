"""SQLite: a table with vectors as blobs, lists in text or columns; llm's collections; sqlite-vec's tables.

Which tables there are, `sqlite_layouts` says; how a stranger's database is opened, `sqlite_reading`.
Source: the SQLite database file format (sqlite.org/fileformat2.html), read by Python's own sqlite3.
"""

from __future__ import annotations

from collections.abc import Iterator

from vecalc.formats import Block
from vecalc.formats.database_tables import chosen_table, paced
from vecalc.formats.sqlite_layouts import tables_of
from vecalc.formats.sqlite_reading import WHAT, connected
from vecalc.sources import Head, Source
from vecalc.sources.compression import unpacked
from vecalc.sources.ways_out import FROM_MAGNITUDE, unread

HAS_COLUMNS = True
_MAGIC = b"SQLite format 3\0"
_OF_MAGNITUDE = {"magnitude", "magnitude_format"}


def recognise(head: Head) -> bool:
    """SQLite's magic."""
    return head.data.startswith(_MAGIC)


def read(source: Source) -> Iterator[Block]:
    """Words and rows of one table; FileProblem where it is not clear which, or for a damaged database."""
    unpacked(source, WHAT)
    with connected(source) as database:
        tables = tables_of(database)
        if {table.name for table in tables} >= _OF_MAGNITUDE:
            raise unread("an SQLite database of Magnitude's", FROM_MAGNITUDE, source.path)
        table, source = chosen_table(tables, source)
        yield from paced(table.blocks(source), source)
