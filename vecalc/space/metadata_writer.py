"""The metadata of a local space, written: rows stream in, a table of SQLite comes out (`metadata_table.py`).

A column may come later than the first rows, and a kind may not be known before the last: a column of a CSV
file is one of numbers until a text comes. Values of text files are therefore kept as they are spelled until
all are there, and become what their column's kind says then.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from vecalc.conditions import NO_TEXT, Kind, MetadataColumn, WordColumn, instant
from vecalc.errors import NoSpace, NotWritable, StorageProblem
from vecalc.space.files import private_file, unwritable
from vecalc.space.metadata_table import MOST_COLUMNS, NAMED, WORDS, TabledMetadata, damage_named, rows_table

if TYPE_CHECKING:
    from sqlite3 import Connection, Error

# Of some rows: a list of values for each column. A value is None (missing), a number, a truth, or a text; of
# kind "other" a JSON text. Numbers, truths and times may be spelled as texts.
Known: TypeAlias = Mapping[MetadataColumn, Sequence[Any]]

# Nobody else knows of the file yet.
_FAST = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE")


class MetadataWriter:
    """A table in the making, at a path or in memory.

    What disagrees becomes text: a column whose kind is another one in later rows. The file is new and its
    owner's alone; the caller has it synced, and removes it after a failure. All methods raise
    `StorageProblem` (`NoSpace`, `NotWritable`).
    """

    def __init__(self, path: Path | None = None) -> None:
        from sqlite3 import connect

        self._path = path
        with self._named():
            if path:
                private_file(path).close()
            # Rows may come from other threads, one after the other.
            self._connection: Connection = connect(
                path or ":memory:", isolation_level=None, check_same_thread=False
            )
            for command in (*[f"PRAGMA {fast}" for fast in _FAST], "BEGIN", NAMED, rows_table(0)):
                self._connection.execute(command)
        self._columns: dict[str, _Column] = {}
        self._words: str | None = None  # the column of the words
        self._rows = 0

    def add(self, first: int, count: int, known: Known) -> None:
        """Put in what is known of `count` rows from `first` on; nothing is of those that were left out."""
        with self._named():
            self._fill(first)
            columns = [self._column(told) for told in known]
            kinds = [told.kind for told in known]
            values = list(map(_Column.stored, columns, kinds, known.values()))
            names = "".join(f", {column.name}" for column in columns)
            marks = ", ?" * len(columns)
            insert = f"INSERT INTO rows (row{names}) VALUES (?{marks})"  # noqa: S608 - names of our own
            self._connection.executemany(insert, zip(range(first, first + count), *values, strict=True))
            self._rows = first + count

    def finish(self, rows: int) -> int:
        """End the table, which has so many rows; how many columns there are.

        0 where there are none but that of the words: then the file is removed.
        """
        if self._tells_nothing:
            self.close()
            if self._path:
                self._path.unlink(missing_ok=True)
            return 0
        with self._named():
            self._end(rows)
        return len(self._columns)

    def in_memory(self, rows: int) -> TabledMetadata | None:
        """End the table in memory, which has so many rows, and have it read; None as `finish` has it."""
        if self._tells_nothing:
            self.close()
            return None
        with self._named():
            self._end(rows)
        lock = threading.Lock()

        @contextmanager
        def connected() -> Iterator[Connection]:
            with lock, damage_named("the metadata in memory"):
                yield self._connection

        return TabledMetadata(rows, connected)

    def close(self) -> None:
        """Let go of the file, whether it is complete or not."""
        self._connection.close()

    @property
    def _tells_nothing(self) -> bool:
        """Whether there is no column but that of the words."""
        return self._words is not None and len(self._columns) == 1

    def _column(self, told: MetadataColumn) -> _Column:
        if isinstance(told, WordColumn):
            self._words = self._words or told.name
        if told.name not in self._columns:
            column = self._columns[told.name] = _Column(f"c{len(self._columns)}", told.kind)
            if len(self._columns) > MOST_COLUMNS:
                raise ValueError(f"more than {MOST_COLUMNS} columns")
            self._connection.execute(f"ALTER TABLE rows ADD COLUMN {column.name}")
        return self._columns[told.name]

    def _fill(self, rows: int) -> None:
        """Rows of which nothing is known, so that there are as many."""
        some = ((row,) for row in range(self._rows, rows))
        self._connection.executemany("INSERT INTO rows (row) VALUES (?)", some)
        self._rows = max(self._rows, rows)

    def _end(self, rows: int) -> None:
        self._fill(rows)
        unsettled = [column for column in self._columns.values() if column.is_unsettled]
        for kind, settle in _SETTLED.items():
            self._connection.create_function(f"as_{kind}", 1, settle, deterministic=True)
        if unsettled:
            told = ", ".join(f"{column.name} = as_{column.kind}({column.name})" for column in unsettled)
            self._connection.execute(f"UPDATE rows SET {told}")  # noqa: S608 - names of our own
        named = [(i, _text(name), column.kind) for i, (name, column) in enumerate(self._columns.items())]
        self._connection.executemany("INSERT INTO named VALUES (?, ?, ?)", named)
        if self._words is not None:
            self._connection.execute(f"PRAGMA {WORDS} = {[*self._columns].index(self._words) + 1}")
        self._connection.execute("COMMIT")

    @contextmanager
    def _named(self) -> Iterator[None]:
        from sqlite3 import Error

        path = self._path or Path("memory")
        try:
            yield
        except OSError as problem:
            raise unwritable(path, problem) from None
        except Error as problem:
            raise _unwritten(problem, path) from None


class _Column:
    """A column so far: its kind, and whether values may still be spelled otherwise than that has them."""

    def __init__(self, name: str, kind: Kind) -> None:
        self.name = name
        self.kind = kind
        self.is_unsettled = False
        self._is_empty = True

    def stored(self, kind: Kind, values: Sequence[Any]) -> list[Any]:
        """The values of some rows, as they are put into the table."""
        if values.count(None) < len(values):
            if self._is_empty:
                self.kind = kind
            elif self.kind != kind:
                self.kind, self.is_unsettled = "text", True
            self._is_empty = False
        put: list[Any] = list(map(_PUT[kind], values))
        if kind not in ("text", "other") and not self.is_unsettled:
            self.is_unsettled = str in map(type, put)
        return put


def _unwritten(problem: Error, path: Path) -> StorageProblem:
    name = getattr(problem, "sqlite_errorname", "")
    kinds = {"SQLITE_FULL": NoSpace, "SQLITE_CANTOPEN": NotWritable, "SQLITE_READONLY": NotWritable}
    return kinds.get(name, StorageProblem)(f"can't be written: {problem}", where=str(path))


# --- values ---------------------------------------------------------------------------------


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if type(value) is str else str(value)
    return NO_TEXT.sub(_spelled_out, text) if NO_TEXT.search(text) else text


def _spelled_out(match: re.Match[str]) -> str:
    return "␀" if match[0] == "\0" else f"\\u{ord(match[0]):04x}"


def _plain(value: Any) -> str | float | None:
    """A number or a truth as it is, one that is spelled as its text."""
    if value is None or type(value) is float:  # SQLite takes NaN for a missing value by itself
        return value
    if isinstance(value, str):
        return _text(value)
    try:
        return int(value) if isinstance(value, int) and -(2**63) <= value < 2**63 else float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


_PUT: dict[Kind, Callable[[Any], Any]] = {
    "number": _plain,
    "text": _text,
    "flag": _plain,
    "time": _text,
    "other": _text,
}


def _number(value: str | float | None) -> float | None:
    if not isinstance(value, str):
        return value
    try:
        number = int(value)
    except ValueError:
        return float(value)
    return number if -(2**63) <= number < 2**63 else float(value)


def _flag(value: str | float | None) -> float | None:
    return int(value.strip().lower() == "true") if isinstance(value, str) else value


@lru_cache(maxsize=1 << 16)  # days repeat
def _time(value: str | None) -> str | None:
    return value if value is None else instant(value)


# What values become at the end that came spelled, or as another kind.
_SETTLED: dict[Kind, Callable[[Any], Any]] = {"number": _number, "flag": _flag, "time": _time, "text": _text}
