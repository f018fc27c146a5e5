"""Which table of a database is read: FILE#TABLE, FILE#TABLE.COLUMN, FILE#TABLE.WORDS,VECTORS.

Without a name it is the only one with vectors, and a note says so where there are others. `FILE#?` lists the
tables with what they hold, `FILE#TABLE.?` the columns of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from vecalc.formats import Block
from vecalc.sources import Source
from vecalc.sources.parts import LISTED, LONGEST_NAME, FilePart, chosen
from vecalc.sources.reference import LIST
from vecalc.sources.word_text import shown

PIECE = 1 << 20  # bytes of a file at a time
UNREADABLE = "which can't be read"
_SHOWN = 12  # columns of a table that a listing names
_HINT = "{}#TABLE names one; {}#? lists the tables"


class DatabaseTable(Protocol):
    """A table, or a view, of any database."""

    @property
    def name(self) -> str:
        """What it is called."""

    def count(self) -> str:
        """How many rows it has, for people: "1,000 rows"; "a view" where nobody knows without reading."""

    def columns(self) -> Sequence[str]:
        """Its columns, for people ("title", "embedding FLOAT[384]"), or why there are none."""

    def has_vectors(self) -> bool:
        """Whether one may hold vectors, or there is no way to tell; a view is only read by its name."""


Table = TypeVar("Table", bound=DatabaseTable)


def chosen_table(tables: Sequence[Table], source: Source) -> tuple[Table, Source]:
    """The table to read, and the source with the columns that are named of it as its part, if any.

    FileProblem where there is none, or several that might be meant; and for the question which there are.
    """
    by_name = {table.name: table for table in tables}
    part = source.reading.part
    name, column = _divided(part, by_name)
    if name in by_name:
        source.tally.used.add("part")
        return by_name[name], _with(column, source)
    vectors = set() if part else {table.name for table in tables if table.has_vectors()}
    found = chosen(
        [FilePart(table.name, _what(table, whole=part == LIST)) for table in tables],
        _with(name, source),
        what="table",
        known=(),
        fits=lambda part: part.name in vectors,
        hint=_HINT.format(source.path.name, source.path.name),
    )
    if len(tables) > 1 and not name:
        called = shown(found.name, LONGEST_NAME)
        source.tally.remarks[f"the table {called} is read, the only one with vectors"] = None
    return by_name[found.name], _with(column, source)  # also one that is named in another case


def _with(part: str, source: Source) -> Source:
    """The source with another part."""
    return source._replace(reading=source.reading._replace(part=part))


def may_be_vectors(schema: Any) -> bool:
    """Whether a column of an Arrow schema is one of lists of numbers, or two are of fractions."""
    from pyarrow import types

    kinds = [field.type for field in schema]
    of_lists = [kind for kind in kinds if types.is_list(kind) or types.is_fixed_size_list(kind)]
    lists = [kind for kind in of_lists if types.is_floating(kind.value_type)]
    return bool(lists) or sum(map(types.is_floating, kinds)) > 1


def counted(rows: int) -> str:
    """So many rows, for people."""
    return f"{rows:,} row{'' if rows == 1 else 's'}"


def paced(blocks: Iterable[Block], source: Source) -> Iterator[Block]:
    """The same blocks, and meanwhile the stream of the file, as much of it as they take, in the end all.

    A database is read by its own program. The stream is what the digest is of, and shows how far it is.
    """
    for block in blocks:
        source.stream.read(block.rows.nbytes)
        yield block
    while source.stream.read(PIECE):
        pass


def _divided(part: str, names: dict[str, Table]) -> tuple[str, str]:
    """A part as the name of a table, the longest there is (it may hold dots), and those of columns."""
    ends = [i for i, letter in enumerate(part) if letter == "." and part[:i] in names]
    if part in names or not ends:
        return part, ""
    return part[: ends[-1]], part[ends[-1] + 1 :]


def _what(table: DatabaseTable, *, whole: bool) -> str:
    """A table for people: its columns, and where the `whole` of it is asked for how many rows it has."""
    columns = table.columns()
    most = _SHOWN if whole else LISTED
    names = ", ".join(columns[:most]) + (f" and {len(columns) - most:,} more" if len(columns) > most else "")
    return f"{table.count()}: {names}" if whole else names
