"""The metadata of a local space, read: a table of SQLite, beside the vectors or in memory.

The table `rows` has a line for each row of the space, and columns c0, c1, …; the table `named` has their true
names and kinds, in this order (`metadata_writer.py` writes both); which of them gives the words is the file's
`user_version`. Whoever can change the file may have put
anything into it, so a schema that isn't exactly the one written here is refused before anything is asked of
it, and values are what their kind is.

    number   integers of 64 bits as they are, larger ones as the nearest float64; NaN is a missing value
    text     as it is; what no database keeps in a text is spelled out: NUL as ␀, a lone surrogate as \\udc80
    flag     0 or 1
    time     ISO text in UTC (`conditions.instant`); a time outside of the years 1 to 9999 is a missing value
    other    JSON text
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np

from vecalc.arrays import Numbers
from vecalc.conditions import Condition, Kind, MetadataColumn, WordColumn, leaves
from vecalc.errors import FileProblem
from vecalc.space.sql import SQLITE, clause

if TYPE_CHECKING:
    from sqlite3 import Connection

    from vecalc.answers import Cell

    Connected = Callable[[], AbstractContextManager[Connection]]

MOST_COLUMNS = 1_000  # SQLite has room for 2,000
WORDS = "user_version"  # the place of the column that gives the words, from 1; 0 of none
NAMED = "CREATE TABLE named (place INTEGER PRIMARY KEY, name, kind)"
_CAREFUL = ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON")
# Steps of SQLite's machine that a part of a condition may take for a row; damaged pages may lead in circles.
_STEPS, _STEPS_AT_ONCE = 50, 10_000_000


class TabledMetadata:
    """Columns of values in a table of SQLite, looked into at the first question; see `vecalc.space.Metadata`.

    A file is opened for each question: that takes a tenth of a millisecond, and threads and forked processes
    can't come into each other's way. All methods raise `FileProblem` where the table is damaged.
    """

    def __init__(self, rows: int, connected: Connected) -> None:
        self._rows = rows
        self._connected = connected

    def __len__(self) -> int:
        return self._rows

    @cached_property
    def columns(self) -> tuple[MetadataColumn, ...]:
        """The columns, in the order of the source."""
        with self._connected() as connection:
            found = _columns(connection)
            # One question each: SQLite looks up the one, and reads all rows for both.
            (first,) = connection.execute("SELECT min(row) FROM rows").fetchone()
            (last,) = connection.execute("SELECT max(row) FROM rows").fetchone()
            if (first, last) != (0, self._rows - 1):
                raise FileProblem(f"the metadata is damaged: it has not the {self._rows:,} rows of the model")
        return tuple(found)

    def matching(self, condition: Condition, rows: Numbers | None = None) -> Numbers:
        """See `Metadata.matching`."""
        where = clause(condition, self.columns, SQLITE, self._names)
        with self._connected() as connection:
            steps = _STEPS * (1 + len(where.values) + sum(1 for _ in leaves(condition)))
            connection.set_progress_handler(_Budget(steps * (self._rows + 1)), _STEPS_AT_ONCE)
            found = connection.execute(f"SELECT row FROM rows WHERE {where.text} ORDER BY row", where.values)  # noqa: S608 - names and placeholders
            matching = np.fromiter((row for (row,) in found), np.int64)
            ascending = np.concatenate([[-1], matching, [self._rows]])
            if not np.all(ascending[1:] > ascending[:-1]):
                raise FileProblem("the metadata is damaged: it has rows that the model hasn't")
        return matching if rows is None else np.intersect1d(matching, rows, assume_unique=True)

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """See `Metadata.records`."""
        kinds = {column.name: column.kind for column in self.columns}
        listed = ", ".join(self._names[name] for name in names) or "NULL"
        wanted = [kinds[name] for name in names]
        missing = (None,) * len(names)
        with self._connected() as connection:
            ask = connection.cursor()
            query = f"SELECT {listed} FROM rows WHERE row = ?"  # noqa: S608 - names of our own
            found = (ask.execute(query, (int(row),)).fetchone() or missing for row in rows)
            return [tuple(map(_cell, record, wanted)) for record in found]

    @cached_property
    def _names(self) -> dict[str, str]:
        return {column.name: f"c{i}" for i, column in enumerate(self.columns)}


class _Budget:
    """Says when a question has taken more steps than it can need."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def __call__(self) -> bool:
        self._left -= _STEPS_AT_ONCE
        return self._left < 0


def _cell(value: Any, kind: Kind) -> Cell:
    """A value of a table as one of its kind; what is none of it is a damaged table's."""
    match kind, value:
        case _, None:
            return None
        case "flag", 0 | 1:
            return bool(value)
        case "number", int() | float():
            return value
        case (("text" | "time" | "other"), str()):
            return value
    raise FileProblem(f"the metadata is damaged: a {type(value).__name__} in a column of kind {kind}")


def open_metadata(path: Path, rows: int) -> TabledMetadata:
    """The metadata in a file, of so many rows; it is opened at the first question."""

    @contextmanager
    def connected() -> Iterator[Connection]:
        from sqlite3 import connect

        with damage_named(str(path)):
            address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            with closing(connect(address, uri=True, isolation_level=None)) as connection:
                for one in _CAREFUL:
                    connection.execute(f"PRAGMA {one}")
                yield connection

    return TabledMetadata(rows, connected)


@contextmanager
def damage_named(where: str) -> Iterator[None]:
    """What SQLite raises, as FileProblems of a place."""
    from sqlite3 import Error

    try:
        yield
    except Error as problem:
        raise FileProblem(f"the metadata can't be read: {problem}", where=where) from None
    except FileProblem as problem:
        raise problem.at(where=where) from None


def _columns(connection: Connection) -> list[MetadataColumn]:
    """The columns that the schema has, which must be the one that they make."""
    damaged = FileProblem("the metadata is damaged: its tables are not those that vecalc writes")
    schema = connection.execute("SELECT sql FROM sqlite_master ORDER BY rowid LIMIT 3").fetchall()
    if len(schema) != 2 or schema[0] != (NAMED,):
        raise damaged
    limit = MOST_COLUMNS + 1
    named = connection.execute(f"SELECT name, kind FROM named ORDER BY place LIMIT {limit}").fetchall()  # noqa: S608
    known = all(isinstance(name, str) and kind in get_args(Kind) for name, kind in named)
    if not known or len(named) > MOST_COLUMNS or schema[1] != (rows_table(len(named)),):
        raise damaged
    if len({name for name, _ in named}) != len(named):
        raise damaged
    (words,) = connection.execute(f"PRAGMA {WORDS}").fetchone()
    return [
        (WordColumn if place == words else MetadataColumn)(name, cast("Kind", kind))
        for place, (name, kind) in enumerate(named, 1)
    ]


def rows_table(columns: int) -> str:
    """Columns without a type: what is written is read back, no text becomes a number."""
    return f"CREATE TABLE rows (row INTEGER PRIMARY KEY{''.join(f', c{i}' for i in range(columns))})"
