"""The metadata of a local space: a table of SQLite, beside the vectors or in memory.

The table `rows` has a line for each row of the space, and columns c0, c1, …; the table `named` has their true
names and kinds, in this order. Whoever can change the file may have put anything into it: a schema that isn't
exactly the one written here is refused before anything is asked of it, and so are rows that the space hasn't.

    number   integers of 64 bits as they are, larger ones as the nearest float64; NaN is a missing value
    text     as it is; what no database keeps in a text is spelled out: NUL as ␀, a lone surrogate as \\udc80
    flag     0 or 1
    time     ISO text in UTC (`conditions.instant`); a time outside of the years 1 to 9999 is a missing value
    other    JSON text
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np

from vecalc.arrays import Numbers
from vecalc.conditions import NO_TEXT, Condition, Kind, MetadataColumn, instant, leaves
from vecalc.errors import FileProblem, NoSpace, NotWritable, StorageProblem
from vecalc.space.files import private_file, unwritable
from vecalc.stores.sql import SQLITE, clause

if TYPE_CHECKING:
    from sqlite3 import Connection, Error

    from vecalc.answers import Cell

    Connected = Callable[[], AbstractContextManager[Connection]]

FILE = "metadata.db"
MOST_COLUMNS = 1_000  # SQLite has room for 2,000
_NAMED = "CREATE TABLE named (place INTEGER PRIMARY KEY, name, kind)"
_FAST = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE")  # nobody else knows of it yet
_CAREFUL = ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON")
# Steps of SQLite's machine that a part of a condition may take for a row; damaged pages may lead in circles.
_STEPS, _STEPS_AT_ONCE = 50, 10_000_000


class TabledMetadata:
    """Columns of values in a table of SQLite; see `vecalc.space.Metadata`.

    A file is opened for each question: that takes a tenth of a millisecond, and threads and forked processes
    can't come into each other's way.
    """

    def __init__(self, columns: Sequence[MetadataColumn], rows: int, connected: Connected) -> None:
        self.columns = tuple(columns)
        self._rows = rows
        self._connected = connected
        self._names = {column.name: f"c{i}" for i, column in enumerate(self.columns)}

    def __len__(self) -> int:
        return self._rows

    def matching(self, condition: Condition, rows: Numbers | None = None) -> Numbers:
        """See `Metadata.matching`. Raises `FileProblem` where the table is damaged."""
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
        """See `Metadata.records`. Raises `FileProblem` where the table is damaged."""
        kinds = {column.name: column.kind for column in self.columns}
        listed = ", ".join(self._names[name] for name in names) or "NULL"
        missing = (None,) * len(names)
        with self._connected() as connection:
            ask = connection.cursor()
            query = f"SELECT {listed} FROM rows WHERE row = ?"  # noqa: S608 - names of our own
            found = (ask.execute(query, (int(row),)).fetchone() or missing for row in rows)
            wanted = [kinds[name] for name in names]
            return [tuple(map(_cell, record, wanted)) for record in found]


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


# --- writing --------------------------------------------------------------------------------


def write_metadata(
    path: Path, columns: Sequence[MetadataColumn], batches: Iterable[Sequence[Sequence[Any]]]
) -> None:
    """Write a table for all rows; a batch has a list of plain values (None: missing) for each column.

    The file is new and its owner's alone; the caller has it synced, and removes it after a failure. Raises
    `StorageProblem` (`NoSpace`, `NotWritable`), and whatever the batches raise.
    """
    from sqlite3 import Error, connect

    try:
        private_file(path).close()
    except OSError as problem:
        raise unwritable(path, problem) from None
    try:
        with closing(connect(path, isolation_level=None)) as connection:
            for one in _FAST:
                connection.execute(f"PRAGMA {one}")
            _fill(connection, columns, batches)
    except Error as problem:
        raise _unwritten(problem, path) from None


def metadata_in_memory(
    columns: Sequence[MetadataColumn], batches: Iterable[Sequence[Sequence[Any]]]
) -> TabledMetadata:
    """The same table without a file."""
    from sqlite3 import connect

    connection = connect(":memory:", isolation_level=None, check_same_thread=False)
    rows = _fill(connection, columns, batches)
    lock = threading.Lock()

    @contextmanager
    def connected() -> Iterator[Connection]:
        with lock, _damage_named("the metadata in memory"):
            yield connection

    return TabledMetadata(columns, rows, connected)


def _fill(
    connection: Connection, columns: Sequence[MetadataColumn], batches: Iterable[Sequence[Sequence[Any]]]
) -> int:
    """Make both tables; how many rows there are."""
    if len(columns) > MOST_COLUMNS:
        raise ValueError(f"{len(columns)} columns are more than {MOST_COLUMNS}")
    connection.execute("BEGIN")
    connection.execute(_NAMED)
    connection.execute(_rows_table(len(columns)))
    named = [(i, _text(name), kind) for i, (name, kind) in enumerate(columns)]
    connection.executemany("INSERT INTO named VALUES (?, ?, ?)", named)
    insert = f"INSERT INTO rows VALUES ({', '.join('?' * (len(columns) + 1))})"  # noqa: S608 - question marks
    first = 0
    for batch in batches:
        plain = [map(_CONVERTED[kind], cells) for (_, kind), cells in zip(columns, batch, strict=True)]
        count = len(batch[0]) if batch else 0
        connection.executemany(insert, zip(range(first, first + count), *plain, strict=True))
        first += count
    connection.execute("COMMIT")
    return first


def _rows_table(columns: int) -> str:
    """Columns without a type: what is written is read back, no text becomes a number."""
    return f"CREATE TABLE rows (row INTEGER PRIMARY KEY{''.join(f', c{i}' for i in range(columns))})"


def _unwritten(problem: Error, path: Path) -> StorageProblem:
    name = getattr(problem, "sqlite_errorname", "")
    kinds = {"SQLITE_FULL": NoSpace, "SQLITE_CANTOPEN": NotWritable, "SQLITE_READONLY": NotWritable}
    return kinds.get(name, StorageProblem)(f"can't be written: {problem}", where=str(path))


# --- values ---------------------------------------------------------------------------------


def _number(value: Any) -> float | None:
    """SQLite takes NaN for a missing value by itself."""
    if value is None or type(value) is float:
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if type(value) is str else str(value)
    return NO_TEXT.sub(_spelled_out, text) if NO_TEXT.search(text) else text


def _spelled_out(match: Any) -> str:
    return "␀" if match[0] == "\0" else f"\\u{ord(match[0]):04x}"


def _flag(value: Any) -> int | None:
    return None if value is None else int(bool(value))


_instant = lru_cache(maxsize=1 << 16)(instant)  # days repeat


def _time(value: Any) -> str | None:
    return None if value is None else _instant(str(value))


def _other(value: Any) -> str | None:
    import json

    if value is None:
        return None
    return _text(json.dumps(value, ensure_ascii=False, default=_unfamiliar))


def _unfamiliar(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


_CONVERTED: dict[Kind, Callable[[Any], str | float | None]] = {
    "number": _number,
    "text": _text,
    "flag": _flag,
    "time": _time,
    "other": _other,
}


# --- reading --------------------------------------------------------------------------------


def open_metadata(path: Path, rows: int | None = None) -> TabledMetadata:
    """The metadata in a file, of so many rows. Raises `FileProblem` where it isn't what was written here."""

    @contextmanager
    def connected() -> Iterator[Connection]:
        from sqlite3 import connect

        with _damage_named(str(path)):
            address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            with closing(connect(address, uri=True, isolation_level=None)) as connection:
                for one in _CAREFUL:
                    connection.execute(f"PRAGMA {one}")
                yield connection

    with connected() as connection:
        columns = _columns(connection)
        # One question each: SQLite looks up the one, and reads all rows for both.
        first = connection.execute("SELECT min(row) FROM rows").fetchone()[0] or 0
        (last,) = connection.execute("SELECT max(row) FROM rows").fetchone()
    count = 0 if last is None else last + 1
    if first != 0 or rows not in (None, count):
        message = f"the metadata is damaged: it has rows {first} to {count - 1}, the model {rows} rows"
        raise FileProblem(message, where=str(path))
    return TabledMetadata(columns, count, connected)


@contextmanager
def _damage_named(where: str) -> Iterator[None]:
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
    if len(schema) != 2 or schema[0] != (_NAMED,):
        raise damaged
    limit = MOST_COLUMNS + 1
    named = connection.execute(f"SELECT name, kind FROM named ORDER BY place LIMIT {limit}").fetchall()  # noqa: S608
    known = all(isinstance(name, str) and kind in get_args(Kind) for name, kind in named)
    if not known or len(named) > MOST_COLUMNS or schema[1] != (_rows_table(len(named)),):
        raise damaged
    if len({name for name, _ in named}) != len(named):
        raise damaged
    return [MetadataColumn(name, cast("Kind", kind)) for name, kind in named]
